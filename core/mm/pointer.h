/* SPDX-License-Identifier: MIT */
/* What a pointer is, told from the pointer alone. */
#ifndef DMALAB_MM_POINTER_H
#define DMALAB_MM_POINTER_H

#include "mm/mm.h"

enum pointer_kind {
	POINTER_LINEAR,        /* cached RAM: what a device may be given */
	POINTER_COHERENT,      /* RAM, past the cache */
	POINTER_COOKIE,
	POINTER_VMALLOC,
	POINTER_OTHER_MACHINE, /* memory of one, but not this one */
	POINTER_STACK,         /* this thread's, or the first thread's */
	POINTER_RODATA,        /* constants or code, of the program or a library */
	POINTER_DATA,          /* variables of the program or a library */
	POINTER_OTHER          /* the host's heap, another thread's stack, or nothing */
};

/*
 * Slow where it is none of the machine's memory: only for what is an error anyway.
 * The stacks of threads other than these two cannot be told from the heap.
 */
enum pointer_kind dlab_pointer_kind(const struct dmalab_machine *lab, const void *p);

/*
 * Why dma_map_single() and the like cannot take @p, which is outside of the linear
 * map of @lab or runs off its end: the check to report, and what to say.
 */
struct unmappable {
	enum check check;
	const char *detail;
};

struct unmappable dlab_pointer_refusal(const struct dmalab_machine *lab, const void *p);

#endif
