/* SPDX-License-Identifier: MIT */
/*
 * Coherent memory for atomic context, on a device that does not snoop. To make memory
 * uncached may sleep, so the kernel keeps some that is uncached already, after
 * kernel/dma/pool.c: 128 KiB for each GiB of RAM, at least 128 KiB and at most 4 MiB.
 * When less than that is left, more is to be made uncached, in the background: which is
 * to say when a call may sleep again.
 *
 * Only the amount is modelled. The pages are taken from the free ones when they are
 * asked for, a block of a power of two at a time.
 */
#ifndef DMALAB_DMA_ATOMIC_POOL_H
#define DMALAB_DMA_ATOMIC_POOL_H

#include "machine/machine.h"

/* In bytes. */
struct atomic_pool {
	size_t first;   /* its size at first; less than this left is too little */
	size_t size, used;
};

void dlab_atomic_pool_init(struct atomic_pool *pool, size_t ram_size);

/* The block that @page heads is to be of the pool. False: there is not enough left. */
bool dlab_atomic_pool_take(struct atomic_pool *pool, struct machine *hw, u32 page);

/* What dlab_pages_free() does, whoever the block is of. */
cold void dlab_atomic_pool_give(struct atomic_pool *pool, struct machine *hw, u32 page);

static inline void atomic_pool_free(struct atomic_pool *pool, struct machine *hw, u32 page)
{
	if (unlikely(hw->frames[page].atomic))
		dlab_atomic_pool_give(pool, hw, page);
	dlab_pages_free(hw, page);
}

/* A call that may sleep is under way: the background work gets its turn. */
cold void dlab_atomic_pool_grow(struct atomic_pool *pool);

static inline bool atomic_pool_is_low(const struct atomic_pool *pool)
{
	return pool->size - pool->used < pool->first;
}

static inline void atomic_pool_work(struct atomic_pool *pool)
{
	if (unlikely(atomic_pool_is_low(pool)))
		dlab_atomic_pool_grow(pool);
}

#endif
