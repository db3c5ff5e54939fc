/* SPDX-License-Identifier: MIT */
/*
 * Instructions that trap on purpose. With the kernel's headers readl() and writel() are a mov: where
 * it faults on a window of registers, capstone says what it was to do, the model does it, and the
 * program goes on behind it. WARN() and BUG() are an undefined instruction each. A name that nobody
 * has is an address without access rights.
 *
 * All other faults go to whoever handled them before, after a line that says where, if it is the
 * program's own code.
 */
#ifdef HAVE_CONFIG_H
#include <config.h>
#endif
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* REG_RIP */
#endif

#include "host.h"

#include <capstone/capstone.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>

#define LONGEST_INSTRUCTION 15

static struct sigaction before_segv, before_ill;
static csh decoder;
static cs_insn *instruction;

/* ---------------------------------------------------------------- registers */

struct place_of_register {
	int index; /* in gregs; -1: not one that a mov of a driver has */
	unsigned shift, width;
};

static const struct {
	x86_reg r64, r32, r16, r8;
	int index;
} registers[] = {
	{ X86_REG_RAX, X86_REG_EAX, X86_REG_AX, X86_REG_AL, REG_RAX },
	{ X86_REG_RBX, X86_REG_EBX, X86_REG_BX, X86_REG_BL, REG_RBX },
	{ X86_REG_RCX, X86_REG_ECX, X86_REG_CX, X86_REG_CL, REG_RCX },
	{ X86_REG_RDX, X86_REG_EDX, X86_REG_DX, X86_REG_DL, REG_RDX },
	{ X86_REG_RSI, X86_REG_ESI, X86_REG_SI, X86_REG_SIL, REG_RSI },
	{ X86_REG_RDI, X86_REG_EDI, X86_REG_DI, X86_REG_DIL, REG_RDI },
	{ X86_REG_RBP, X86_REG_EBP, X86_REG_BP, X86_REG_BPL, REG_RBP },
	{ X86_REG_R8, X86_REG_R8D, X86_REG_R8W, X86_REG_R8B, REG_R8 },
	{ X86_REG_R9, X86_REG_R9D, X86_REG_R9W, X86_REG_R9B, REG_R9 },
	{ X86_REG_R10, X86_REG_R10D, X86_REG_R10W, X86_REG_R10B, REG_R10 },
	{ X86_REG_R11, X86_REG_R11D, X86_REG_R11W, X86_REG_R11B, REG_R11 },
	{ X86_REG_R12, X86_REG_R12D, X86_REG_R12W, X86_REG_R12B, REG_R12 },
	{ X86_REG_R13, X86_REG_R13D, X86_REG_R13W, X86_REG_R13B, REG_R13 },
	{ X86_REG_R14, X86_REG_R14D, X86_REG_R14W, X86_REG_R14B, REG_R14 },
	{ X86_REG_R15, X86_REG_R15D, X86_REG_R15W, X86_REG_R15B, REG_R15 },
};

static struct place_of_register find_register(x86_reg reg)
{
	static const x86_reg high[] = { X86_REG_AH, X86_REG_BH, X86_REG_CH, X86_REG_DH };

	for (size_t i = 0; i < sizeof(registers) / sizeof(registers[0]); i++) {
		if (reg == registers[i].r64)
			return (struct place_of_register){ registers[i].index, 0, 8 };
		if (reg == registers[i].r32)
			return (struct place_of_register){ registers[i].index, 0, 4 };
		if (reg == registers[i].r16)
			return (struct place_of_register){ registers[i].index, 0, 2 };
		if (reg == registers[i].r8)
			return (struct place_of_register){ registers[i].index, 0, 1 };
		if (i < 4 && reg == high[i])
			return (struct place_of_register){ registers[i].index, 8, 1 };
	}
	return (struct place_of_register){ -1, 0, 0 };
}

/* As the return address of a call: behind the first byte. */
static const void *site_of(const greg_t *gregs)
{
	return (const void *)(uintptr_t)(gregs[REG_RIP] + 1);
}

static uint64_t mask_of(unsigned width)
{
	return width >= 8 ? ~0ull : (1ull << width * 8) - 1;
}

/* A store to 32 bits of a register clears the others, one to fewer leaves them. */
static void set_register(greg_t *gregs, struct place_of_register r, uint64_t value)
{
	uint64_t mask = mask_of(r.width) << r.shift;

	if (r.width == 4)
		gregs[r.index] = (uint32_t)value;
	else
		gregs[r.index] = (gregs[r.index] & ~mask) | (value << r.shift & mask);
}

static uint64_t extended(uint64_t value, unsigned width, bool is_signed)
{
	unsigned unused = 64 - width * 8;

	return is_signed ? (uint64_t)((int64_t)(value << unused) >> unused) : value & mask_of(width);
}

/* --------------------------------------------------------------- carry out */

static void load(greg_t *gregs, const cs_x86 *x86, void *address, unsigned width, bool is_signed)
{
	struct place_of_register r = find_register(x86->operands[0].reg);
	unsigned long long value = 0;

	if (r.index < 0)
		kbh_stop("a register of a device is loaded to a register of the CPU that is none of the usual", site_of(gregs));
	kbh_io_read(address, width, &value, site_of(gregs));
	set_register(gregs, r, extended(value, width, is_signed));
}

static void store(const greg_t *gregs, const cs_x86 *x86, void *address, unsigned width)
{
	const cs_x86_op *from = &x86->operands[1];
	struct place_of_register r;
	uint64_t value = from->imm;

	if (from->type == X86_OP_REG) {
		r = find_register(from->reg);
		if (r.index < 0)
			kbh_stop("a register of a device is stored from a register of the CPU that is none of the usual", site_of(gregs));
		value = (uint64_t)gregs[r.index] >> r.shift;
	}
	kbh_io_write(address, width, value, site_of(gregs));
}

/* Returns the address behind it. */
static uint64_t decode(const greg_t *gregs)
{
	const uint8_t *code = (const uint8_t *)gregs[REG_RIP];
	uint64_t at = gregs[REG_RIP];
	size_t left = LONGEST_INSTRUCTION;

	if (!cs_disasm_iter(decoder, &code, &left, &at, instruction))
		kbh_stop("an instruction that accesses registers cannot be decoded", site_of(gregs));
	return at;
}

/* What is decoded is copied: the model may run code of the driver's that traps as well. */
static void carry_out(greg_t *gregs, void *address)
{
	uint64_t next = decode(gregs);
	cs_x86 x86 = instruction->detail->x86;
	unsigned id = instruction->id;
	bool is_signed = id == X86_INS_MOVSX || id == X86_INS_MOVSXD;

	if (x86.op_count == 2 && x86.operands[1].type == X86_OP_MEM &&
	    (id == X86_INS_MOV || id == X86_INS_MOVZX || is_signed)) {
		load(gregs, &x86, address, x86.operands[1].size, is_signed);
	} else if (x86.op_count == 2 && x86.operands[0].type == X86_OP_MEM && id == X86_INS_MOV) {
		store(gregs, &x86, address, x86.operands[0].size);
	} else {
		fprintf(stderr, "dmalab: \"%s %s\" accesses registers, and is no readl() or writel()\n",
			instruction->mnemonic, instruction->op_str);
		kbh_stop("registers are accessed through a plain pointer", site_of(gregs));
	}
	gregs[REG_RIP] = next;
}

static void *port_of(const greg_t *gregs, const cs_x86_op *op)
{
	return (void *)(uintptr_t)(op->type == X86_OP_IMM ? op->imm : gregs[REG_RDX] & 0xffff);
}

/* inb() and its like, which a process may not do at all. */
static bool carry_out_port(greg_t *gregs)
{
	uint64_t next = decode(gregs);
	cs_x86 x86 = instruction->detail->x86;
	unsigned id = instruction->id;
	void *port;

	if ((id != X86_INS_IN && id != X86_INS_OUT) || x86.op_count != 2)
		return false;
	port = port_of(gregs, &x86.operands[id == X86_INS_IN]);
	if (!kbh_is_window(port)) {
		fprintf(stderr, "dmalab: no device has the I/O port %p\n", port);
		kbh_stop("the test declares I/O ports in struct dmalab_kernel_pci", site_of(gregs));
	}
	if (id == X86_INS_IN)
		load(gregs, &x86, port, x86.operands[0].size, false);
	else
		store(gregs, &x86, port, x86.operands[1].size);
	gregs[REG_RIP] = next;
	return true;
}

/* ----------------------------------------------------------------- signals */

/* Whoever handled it before may pass it on to us, as the last of his own chain: it ends here. */
static __thread bool passing;

static void pass_on(const struct sigaction *before, int signal, siginfo_t *info, void *context)
{
	struct sigaction action = { .sa_handler = SIG_DFL };

	if (passing || (!(before->sa_flags & SA_SIGINFO) &&
			(before->sa_handler == SIG_DFL || before->sa_handler == SIG_IGN))) {
		sigaction(signal, &action, NULL); /* the instruction is run again, and ends the process */
		return;
	}
	passing = true;
	if (before->sa_flags & SA_SIGINFO)
		before->sa_sigaction(signal, info, context);
	else
		before->sa_handler(signal);
	passing = false;
}

extern char __executable_start[], etext[];

static bool in_program(uintptr_t rip)
{
	return rip >= (uintptr_t)__executable_start && rip < (uintptr_t)etext;
}

static void say_where(const void *address, const greg_t *gregs)
{
	char text[80];

	if (passing || !in_program(gregs[REG_RIP]))
		return;
	snprintf(text, sizeof(text), "the program faults on address %p", address);
	kbh_complain_at(text, site_of(gregs));
}

/* A call is over when it faults: its return address is on the stack. Any other use is where it is. */
static void stop_at_stub(const char *missing, const greg_t *gregs)
{
	bool called = kbs_stub_at(gregs[REG_RIP]);
	char text[256];

	snprintf(text, sizeof(text), "the kernel side has no %s (kernel_%s() in the test "
		 "would be it), which is used", missing, missing);
	kbh_stop(text, called ? *(void *const *)gregs[REG_RSP] : site_of(gregs));
}

static void on_fault(int signal, siginfo_t *info, void *context)
{
	greg_t *gregs = ((ucontext_t *)context)->uc_mcontext.gregs;
	const char *missing = kbs_stub_at((uintptr_t)info->si_addr);

	if (kbh_is_window(info->si_addr)) {
		carry_out(gregs, info->si_addr);
		return;
	}
	if (missing)
		stop_at_stub(missing, gregs);
	if (!info->si_addr && in_program(gregs[REG_RIP]) && carry_out_port(gregs))
		return;
	say_where(info->si_addr, gregs);
	pass_on(&before_segv, signal, info, context);
}

#define LENGTH_OF_UD2 2

static void on_undefined(int signal, siginfo_t *info, void *context)
{
	greg_t *gregs = ((ucontext_t *)context)->uc_mcontext.gregs;

	switch (kbs_trap(gregs[REG_RIP])) {
	case 1:
		gregs[REG_RIP] += LENGTH_OF_UD2;
		return;
	case 2:
		abort();
	}
	pass_on(&before_ill, signal, info, context);
}

static void install(int signal, void (*handler)(int, siginfo_t *, void *), struct sigaction *before)
{
	struct sigaction action = { .sa_sigaction = handler, .sa_flags = SA_SIGINFO | SA_NODEFER };
	struct sigaction now;

	sigaction(signal, NULL, &now);
	if ((now.sa_flags & SA_SIGINFO) && now.sa_sigaction == handler)
		return;
	*before = now;
	sigemptyset(&action.sa_mask);
	action.sa_flags |= now.sa_flags & SA_ONSTACK;
	sigaction(signal, &action, NULL);
}

void kbh_catch_traps(void)
{
	if (!decoder) {
		if (cs_open(CS_ARCH_X86, CS_MODE_64, &decoder) ||
		    cs_option(decoder, CS_OPT_DETAIL, CS_OPT_ON))
			kbh_stop("capstone cannot decode x86-64 here", NULL);
		instruction = cs_malloc(decoder);
		mprotect(kbs_stubs, kbs_stubs_end - kbs_stubs, PROT_NONE);
	}
	install(SIGSEGV, on_fault, &before_segv);
	install(SIGILL, on_undefined, &before_ill);
}
