/* SPDX-License-Identifier: MIT */
/* What the rest of the laboratory knows of DMA pools. */
#ifndef DMALAB_DMA_POOL_H
#define DMALAB_DMA_POOL_H

#include "base/wild.h"
#include "judge/blocks.h"

struct call;
struct dmalab_device;
struct dmalab_machine;

struct dma_pool {
	struct dma_pool *self;          /* as long as the pool is there */
	struct dmalab_machine *lab;     /* stays when it is gone */
	struct dmalab_device *d;
	struct dma_pool *next, **pprev; /* of the device's; or next among those gone */
	struct block *free;
	struct blocks *memory;
	struct region *regions;         /* its memory in the ledger */
	size_t size, boundary, length;  /* of a block; of what it is cut from */
	size_t asked;                   /* of a block, before it was rounded */
	size_t nr_live;                 /* blocks */
	bool managed;                   /* it has a devres */
	const char *function;
	site_t born;
	char name[32];
};

/* Whatever a caller says is one; and with the lock. */
static inlined bool pool_is_known(const struct dma_pool *pool)
{
	return pool && wild_load(pool, offsetof(struct dma_pool, self)) == pool;
}

static inlined bool pool_is_still_known(const struct dma_pool *pool)
{
	return __atomic_load_n(&pool->self, __ATOMIC_RELAXED) == pool;
}

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

/* Begin a call. Returns the machine, locked; or, having reported "pool-wrong-pool", NULL. */
struct dmalab_machine *dlab_pool_enter(struct dma_pool *pool, const struct call *call);

/* Put a live block back into its pool. */
void dlab_pool_take_back(struct block *block, const struct call *call);

/* Does a pool of the device's hold memory? */
static inline bool pools_have_memory(const struct dma_pool *pools)
{
	while (pools && !pools->memory)
		pools = pools->next;
	return pools;
}

/* Report "leak" for each pool of the device, and destroy it. */
void dlab_pools_release_all(struct dmalab_device *d, const struct call *call);

void dlab_pools_init(struct pools *pools);
void dlab_pools_exit(struct pools *pools, const struct machine *hw);

#endif
