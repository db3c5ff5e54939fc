/* SPDX-License-Identifier: MIT */
/* The lists of dma_alloc_noncontiguous() that were freed lately, the oldest first. */
#ifndef DMALAB_DMA_NONCONTIGUOUS_H
#define DMALAB_DMA_NONCONTIGUOUS_H

#include "dma/direct.h"

#include <linux/scatterlist.h>

struct noncontiguous;

struct lists {
	struct noncontiguous *array;       /* of @nr_used, the others were not needed yet */
	unsigned nr_used;
	struct noncontiguous *gone, **last;
	unsigned nr_gone;
};

/* The memory is no longer allocated; the list stays readable for a while. */
void dlab_lists_forget(struct lists *lists, struct sg_table *table);

void dlab_lists_init(struct lists *lists);
void dlab_lists_exit(struct lists *lists);

#endif
