/* SPDX-License-Identifier: MIT */
/* The memory that allocations which must not sleep are given, and its limit. */
#include "dma/atomic-pool.h"

#define SMALLEST    (128ul << 10)
#define LARGEST     (PAGE_SIZE << MAX_ORDER)
#define RAM_FOR_ONE 8192ul  /* bytes of RAM for one of the pool */

static size_t smaller(size_t a, size_t b)
{
	return a < b ? a : b;
}

void dlab_atomic_pool_init(struct atomic_pool *pool, size_t ram_size)
{
	size_t size = smaller(ram_size / RAM_FOR_ONE & PAGE_MASK, LARGEST);

	*pool = (struct atomic_pool){ 0 };
	pool->first = pool->size = size > SMALLEST ? size : SMALLEST;
}

static size_t block_size(const struct machine *hw, u32 page)
{
	return PAGE_SIZE << hw->frames[page].order;
}

bool dlab_atomic_pool_take(struct atomic_pool *pool, struct machine *hw, u32 page)
{
	size_t bytes = block_size(hw, page);

	if (bytes > pool->size - pool->used)
		return false;
	pool->used += bytes;
	hw->frames[page].atomic = true;
	return true;
}

cold void dlab_atomic_pool_give(struct atomic_pool *pool, struct machine *hw, u32 page)
{
	if (hw->frames[page].state != FRAME_USED)
		return;
	hw->frames[page].atomic = false;
	pool->used -= block_size(hw, page);
}

cold void dlab_atomic_pool_grow(struct atomic_pool *pool)
{
	pool->size += smaller(pool->size, LARGEST);
}
