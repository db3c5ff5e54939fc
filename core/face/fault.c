/* SPDX-License-Identifier: MIT */
/*
 * A cookie that is touched stops the program at the very instruction, whoever
 * compiled it, since cookies point where there are no access rights. The fault
 * becomes a report; then the page is opened (to a page of zeroes that is nobody's
 * memory), so that the program goes on as after any report, and closed again at
 * the next call for a device of the machine.
 *
 * Faults elsewhere are none of our business: handler.c passes them on. Of one more we say
 * what it is.
 */
#ifdef HAVE_CONFIG_H
#include <config.h>
#endif
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* REG_RIP */
#endif

#include "face/face.h"
#include "io/window.h"
#include "lab/lab.h"
#include "mm/mm.h"

#include <sys/mman.h>
#include <ucontext.h>
#include <unistd.h>

static uintptr_t program_counter(const ucontext_t *context)
{
#if defined(__x86_64__)
	return context->uc_mcontext.gregs[REG_RIP];
#elif defined(__aarch64__)
	return context->uc_mcontext.pc;
#else
	(void)context;
	return 0;
#endif
}

static void go_on_at(ucontext_t *context, uintptr_t pc)
{
#if defined(__x86_64__)
	context->uc_mcontext.gregs[REG_RIP] = pc;
#elif defined(__aarch64__)
	context->uc_mcontext.pc = pc;
#else
	(void)context;
	(void)pc;
#endif
}

/* A load through what a caller takes for a device or a pool. */
static bool step_over(ucontext_t *context)
{
	uintptr_t behind = dlab_wild_behind(program_counter(context));

	if (behind)
		go_on_at(context, behind);
	return behind;
}

static bool report_fault(const void *address, const ucontext_t *context)
{
	struct dmalab_machine *lab = dlab_of(address);
	/* A return address lies behind its call: so must this. */
	struct call call = {
		"a plain access", site_of((const void *)(program_counter(context) + 1)),
	};
	struct finding f = {
		.check = CHECK_HANDLE_DEREFERENCE, .call = &call, .cpu = address,
		.detail = "an allocation with DMA_ATTR_NO_KERNEL_MAPPING has no CPU address",
	};
	uintptr_t page = (uintptr_t)address & ~((uintptr_t)sysconf(_SC_PAGESIZE) - 1);
	size_t offset;
	bool open, inside;

	if (!lab || !in_cookies(&lab->hw, address))
		return false;
	offset = (const u8 *)address - lab->hw.cookies;
	/* The access may have been made under the lock, by a copy inside this library. */
	inside = lab_is_mine(lab);
	if (!inside)
		lab_lock(lab);
	if (judge_keeps_ledger(&lab->judge))
		f.region = ledger_alloc(&lab->judge.ledger, offset >> PAGE_SHIFT);
	if (f.region)
		f.dev = f.region->dev;
	dlab_judge_report(&lab->judge, &f);
	open = mprotect((void *)page, 1, PROT_READ | PROT_WRITE) == 0;
	lab->hw.cookie_open |= open;
	if (!inside)
		lab_unlock(lab);
	return open;
}

/* There is no value that the access could go on with: a register is no memory. */
static bool explain_register(const void *address, const ucontext_t *context)
{
	struct call call = {
		"a plain access", site_of((const u8 *)program_counter(context) + 1),
	};
	struct dmalab_window w;
	char words[128];
	u64 offset;

	if (!dlab_window_of(address, &w, &offset))
		return false;
	dlab_window_mistake(w.machine, &call, "%p is offset 0x%llx of %s, a pointer of ioremap(): use "
			    "readl(), writel() and their like", address, (unsigned long long)offset,
			    dlab_window_words(&w, words, sizeof(words)));
	return true;
}

/* A view past the cache is for loads: see vmap.c. */
static void explain_fault(const void *address, const ucontext_t *context)
{
	static const char text[] =
		"dmalab: a plain store through an uncached view of vmap() cannot be seen: "
		"use dmalab_cpu_write()\n";
	const struct dmalab_machine *lab = dlab_of(address);
	struct mm_object o;

	if (explain_register(address, context))
		return;
	if (!lab || !in_vmalloc(&lab->hw, address))
		return;
	o = dlab_mm_find(lab, address);
	if (o.kind == MM_VMAP && o.live && write(STDERR_FILENO, text, sizeof(text) - 1) < 0)
		return; /* and the process ends without a word */
}

bool dlab_fault_report(const void *address, void *context)
{
	if (step_over(context) || report_fault(address, context))
		return true;
	explain_fault(address, context);
	return false;
}
