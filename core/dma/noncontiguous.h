/* SPDX-License-Identifier: MIT */
/* The lists of dma_alloc_noncontiguous() that were freed lately, the oldest first. */
#ifndef DMALAB_DMA_NONCONTIGUOUS_H
#define DMALAB_DMA_NONCONTIGUOUS_H

#include "dma/direct.h"

#include <linux/scatterlist.h>

/* The memory is no longer allocated; the list stays readable for a while. */
void lists_forget(struct lists *lists, struct sg_table *table);

void lists_exit(struct lists *lists);

#endif
