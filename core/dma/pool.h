/* SPDX-License-Identifier: MIT */
/* What the rest of the laboratory knows of DMA pools. */
#ifndef DMALAB_DMA_POOL_H
#define DMALAB_DMA_POOL_H

#include "check/blocks.h"

struct call;
struct dma_pool;
struct dmalab_device;

/*
 * The pools of a machine. A pool that is gone stays readable until the machine goes,
 * so that whoever still uses it can be told; for a while it is not used for another.
 */
struct pools {
	struct blocks **memory;        /* by page frame; made with the first pool */
	struct dma_pool *gone, **last; /* destroyed ones, the oldest first */
	unsigned nr_gone;
};

/* Is this page frame memory of a pool? */
static inline bool pool_has(const struct pools *pools, u32 page)
{
	return pools->memory && pools->memory[page];
}

/* Put a live block back into its pool. */
void pool_take_back(struct block *block, site_t site);

/* Draw "leak" for each pool of the device, and destroy it. */
void pools_release_all(struct dmalab_device *d, const struct call *call);

void pools_exit(struct pools *pools, const struct machine *hw);

#endif
