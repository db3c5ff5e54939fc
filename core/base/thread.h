/* SPDX-License-Identifier: MIT */
/*
 * Threads, as locks see them: a word that no other living thread has, for one instruction,
 * and whether there is another thread at all.
 */
#ifndef DMALAB_BASE_THREAD_H
#define DMALAB_BASE_THREAD_H

#include <stdint.h>

#if defined(__has_include)
#if __has_include(<sys/single_threaded.h>)
#include <sys/single_threaded.h>
#define HAVE_SINGLE_THREADED 1
#endif
#endif

/* Where libc does not tell (musl, glibc before 2.32), there may always be others. */
#ifdef HAVE_SINGLE_THREADED
#define thread_is_alone() (__libc_single_threaded)
#else
#define thread_is_alone() 0
#endif

/* The thread pointer, which is never 0. */
static inline uintptr_t thread_self(void)
{
	uintptr_t self;

#if defined(__x86_64__)
	__asm__("movq %%fs:0, %0" : "=r"(self));
#elif defined(__aarch64__)
	__asm__("mrs %0, tpidr_el0" : "=r"(self));
#else
	static __thread char mine;

	self = (uintptr_t)&mine;
#endif
	return self;
}

#endif
