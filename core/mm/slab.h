/* SPDX-License-Identifier: MIT */
/*
 * The simulated kernel's kmalloc(): objects of one size to a page, larger ones in
 * whole blocks of pages. All bookkeeping is outside the simulated RAM, where no
 * device can write it.
 */
#ifndef DMALAB_MM_SLAB_H
#define DMALAB_MM_SLAB_H

#include "machine/machine.h"

#define SLAB_CLASSES 8 /* 32 bytes to one page */

/* A page of objects, or a block that is one object. */
struct slab_page {
	struct slab_page *next, *prev;  /* with room, of its class */
	u64 used[2];
	u32 page;
	u16 nr_used;
	u8 class;
	u8 order;                       /* of a block */
	size_t *sizes;                  /* as asked for */
};

struct slab {
	struct slab_page *room[SLAB_CLASSES];
	struct slab_page **pages;       /* by page frame; NULL: not of kmalloc() */
	size_t arena_size;
};

/* 0 or -ENOMEM. */
int slab_init(struct slab *s, const struct machine *m);
void slab_exit(struct slab *s, const struct machine *m);

#endif
