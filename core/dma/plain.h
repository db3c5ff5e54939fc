/* SPDX-License-Identifier: MIT */
/* Which allocations take the fast path. */
#ifndef DMALAB_DMA_PLAIN_H
#define DMALAB_DMA_PLAIN_H

#include "dma/direct.h"
#include "lab/context.h"

/*
 * Fast path: nothing about the call, its device or the machine is out of the ordinary, so
 * that no check can fail. Everything else takes direct_alloc() and direct_enter().
 */
static inline bool direct_is_plain(const struct allocation *a)
{
	const struct dmalab_machine *lab = a->d->machine;
	const gfp_t special = __GFP_COMP | __GFP_DMA | __GFP_DMA32 | __GFP_HIGHMEM;

	return likely(lab->plain_bus && !context.atomic && !a->managed &&
		      (a->gfp & (special | __GFP_DIRECT_RECLAIM)) == __GFP_DIRECT_RECLAIM &&
		      !(a->attrs & (~ATTRS_KNOWN | DMA_ATTR_MMIO | DMA_ATTR_CC_SHARED)) &&
		      a->size - 1 < PAGE_SIZE << MAX_ORDER && a->d->dev.coherent_dma_mask &&
		      !(lab->fail_nth | lab->fail_every) && !a->d->memory &&
		      !a->d->window.size && !atomic_pool_is_low(lab->atomic));
}

#endif
