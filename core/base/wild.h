/* SPDX-License-Identifier: MIT */
/*
 * A word through a pointer that a caller gave us, which may point anywhere. It costs what a
 * load costs: where it faults, the handler of the fault (face/handler.c) finds the instruction
 * in a table, as the kernel's exception tables have it, and goes on behind it.
 */
#ifndef DMALAB_BASE_WILD_H
#define DMALAB_BASE_WILD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WILD_ENTRY \
	"2:\n\t" \
	".pushsection dlab_wild, \"a\", %%progbits\n\t" \
	".balign 4\n\t" \
	".long 1b - .\n\t" \
	".long 2b - .\n\t" \
	".popsection"

/* NULL where nothing can be loaded from. As an acquire. */
static inline const void *wild_load(const void *p)
{
	const void *word = NULL;

#if defined(__x86_64__)
	__asm__ volatile("1: movq %1, %0\n" WILD_ENTRY
			 : "+r"(word) : "m"(*(const void *const *)p) : "memory");
#elif defined(__aarch64__)
	__asm__ volatile("1: ldar %0, %1\n" WILD_ENTRY
			 : "+r"(word) : "Q"(*(const void *const *)p) : "memory");
#else
	word = __atomic_load_n((const void *const *)p, __ATOMIC_ACQUIRE);
#endif
	return word;
}

/* Where to go on after a fault at @pc; 0: it is none of these. */
uintptr_t dlab_wild_behind(uintptr_t pc);

#endif
