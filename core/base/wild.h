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

/*
 * The word @offset (a constant) bytes behind @base; NULL where nothing can be loaded from. As an
 * acquire. An address that no process can have faults as SIGSEGV, but as SIGBUS by way of the
 * registers of the stack: so the base is in none of these.
 */
#if defined(__x86_64__)
#define wild_load(base, offset) \
	({ \
		const void *wild_word = NULL; \
		__asm__ volatile("1: movq %c2(%1), %0\n" WILD_ENTRY \
				 : "+r"(wild_word) \
				 : "abcdSD"((const char *)(base)), "i"(offset) : "memory"); \
		wild_word; \
	})
#elif defined(__aarch64__)
#define wild_load(base, offset) \
	({ \
		const void *wild_word = NULL; \
		__asm__ volatile("1: ldar %0, %1\n" WILD_ENTRY \
				 : "+r"(wild_word) \
				 : "Q"(*(const void *const *)((const char *)(base) + (offset))) \
				 : "memory"); \
		wild_word; \
	})
#else
#define wild_load(base, offset) \
	((const void *)__atomic_load_n((const void *const *)((const char *)(base) + (offset)), \
				       __ATOMIC_ACQUIRE))
#endif

/* Where to go on after a fault at @pc; 0: it is none of these. */
uintptr_t dlab_wild_behind(uintptr_t pc);

#endif
