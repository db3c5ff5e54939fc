/* SPDX-License-Identifier: MIT */
/* The lists of dma_alloc_noncontiguous() that were freed lately, the oldest first. */
#ifndef DMALAB_DMA_NONCONTIGUOUS_H
#define DMALAB_DMA_NONCONTIGUOUS_H

#include "dma/direct.h"

#include <linux/scatterlist.h>

void lists_exit(struct lists *lists);

#endif
