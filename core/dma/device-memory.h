/* SPDX-License-Identifier: MIT */
/*
 * Coherent memory of a device's own, after kernel/dma/coherent.c: a piece of memory on
 * the device's side of the bus, from which all its coherent allocations come and no
 * others. It is a part of simulated RAM that nobody else gets, uncached throughout; the
 * device finds it at the addresses that were declared.
 */
#ifndef DMALAB_DMA_DEVICE_MEMORY_H
#define DMALAB_DMA_DEVICE_MEMORY_H

#include "dma/direct.h"

struct device_memory {
	dma_addr_t dma;         /* of the first byte */
	u32 nr_pages, nr_used;
	bool gone;              /* the driver has released it; stays until nothing is used */
	site_t born;            /* where it was declared */
	u64 *used;              /* a bit for each page */
	u32 chunk[];            /* the first frame of each 2^MAX_ORDER pages, in RAM */
};

/* Where in RAM a DMA address of @d leads that is in this memory; else NO_OFFSET. */
size_t dlab_device_memory_offset(const struct dmalab_device *d, dma_addr_t dma);

/* False: there is none left, which is final. Attributes make no difference. */
bool dlab_device_memory_alloc(struct allocation *a);

/* @size as it was given to the allocation. */
void dlab_device_memory_give(struct dmalab_device *d, dma_addr_t dma, size_t size);

/*
 * The device goes, and all that was allocated from the memory has gone: report "leak" if the
 * driver has not released it, and give it back.
 */
void dlab_device_memory_exit(struct dmalab_device *d, const struct call *call);

#endif
