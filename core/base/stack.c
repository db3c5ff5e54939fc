/* SPDX-License-Identifier: MIT */
/*
 * A thread of its own would do, but from the first pthread_create() on libc takes locks as in a
 * program with threads, and so do we. makecontext() is not in every libc.
 */
#include "base/stack.h"
#include "base/host.h"

#include <stdint.h>
#include <sys/mman.h>

#define SIZE  (1ul << 20)
#define GUARD (1ul << 16)

#if defined(__x86_64__)
#define HAVE_SWITCH 1

/* The frame address makes unwinders find their way back: not by the stack pointer. */
static __attribute__((noinline)) void call_on(void *top, void (*fn)(void *arg), void *arg)
{
	void *volatile frame = __builtin_frame_address(0);

	(void)frame;
	__asm__ volatile(
		"movq %%rsp, %%rbx\n\t"
		"movq %[top], %%rsp\n\t"
		"callq *%[fn]\n\t"
		"movq %%rbx, %%rsp"
		: "+D"(arg)
		: [top] "r"(top), [fn] "r"(fn)
		: "rax", "rbx", "rcx", "rdx", "rsi", "r8", "r9", "r10", "r11", "cc", "memory",
		  "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9",
		  "xmm10", "xmm11", "xmm12", "xmm13", "xmm14", "xmm15");
}
#elif defined(__aarch64__)
#define HAVE_SWITCH 1

static __attribute__((noinline)) void call_on(void *top, void (*fn)(void *arg), void *arg)
{
	void *volatile frame = __builtin_frame_address(0);
	register void *x0 __asm__("x0") = arg;

	(void)frame;
	__asm__ volatile(
		"mov x19, sp\n\t"
		"mov sp, %[top]\n\t"
		"blr %[fn]\n\t"
		"mov sp, x19"
		: "+r"(x0)
		: [top] "r"(top), [fn] "r"(fn)
		: "x1", "x2", "x3", "x4", "x5", "x6", "x7", "x8", "x9", "x10", "x11", "x12", "x13",
		  "x14", "x15", "x16", "x17", "x19", "x30", "cc", "memory",
		  "v0", "v1", "v2", "v3", "v4", "v5", "v6", "v7", "v8", "v9", "v10", "v11", "v12",
		  "v13", "v14", "v15", "v16", "v17", "v18", "v19", "v20", "v21", "v22", "v23",
		  "v24", "v25", "v26", "v27", "v28", "v29", "v30", "v31");
}
#endif

#ifdef HAVE_SWITCH
/* Below it, whoever needs more than all of it stops at once. */
static void *new_stack(void)
{
	char *at = mmap(NULL, GUARD + SIZE, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (at == MAP_FAILED)
		return NULL;
	if (mprotect(at, GUARD, PROT_NONE)) {
		munmap(at, GUARD + SIZE);
		return NULL;
	}
	return at + GUARD + SIZE;
}

bool dlab_on_own_stack(void (*fn)(void *arg), void *arg)
{
	static void *top;
	KEEP_ERRNO;

	if (!top)
		top = new_stack();
	if (!top)
		return false;
	call_on(top, fn, arg);
	return true;
}
#else
bool dlab_on_own_stack(void (*fn)(void *arg), void *arg)
{
	fn(arg);
	return true;
}
#endif
