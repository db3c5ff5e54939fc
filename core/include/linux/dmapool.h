/* SPDX-License-Identifier: MIT */
/*
 * Pools of small blocks of coherent memory, after mm/dmapool.c since Linux 6.3.
 *
 * What is stricter here than on Linux: a wrong free draws a report, and the list of
 * free blocks is not kept in them, so that a device that writes to a block it has lost
 * draws a report and destroys nothing.
 *
 * Every access is checked block by block. The CPU draws "cpu-use-after-free" in a block
 * that is free, was never handed out, or lies in a gap before a boundary; a device draws
 * "device-use-after-unmap" in a block that was freed, "device-out-of-bounds" in one that
 * was never handed out, and when it runs from one block into the next.
 *
 * A pool that was destroyed, or that is none, draws "pool-wrong-pool" from every call
 * but dma_pool_destroy(NULL), as long as its machine lives; the result is NULL.
 *
 * Context: any thread. Only dma_pool_free(), and dma_pool_alloc() without
 * __GFP_DIRECT_RECLAIM, are for atomic context; the others draw "sleep-in-atomic" there.
 */
#ifndef DMALAB_LINUX_DMAPOOL_H
#define DMALAB_LINUX_DMAPOOL_H

#include <linux/device.h>
#include <linux/gfp.h>
#include <linux/types.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

#define NUMA_NO_NODE (-1)

struct dma_pool;

/*
 * dma_pool_create() - a pool of blocks for a device.
 * @name:     copied, cut at 31 characters
 * @size:     of a block, bytes; raised to 16, then to a multiple of @align
 * @align:    power of two, 0 means 1
 * @boundary: power of two and at least the block's size, which no block will cross;
 *            0: no block crosses the end of a page (or of itself, if it is larger)
 *
 * Takes no memory of the machine yet. Returns NULL when @size is 0 or more than
 * INT_MAX, when @align or @boundary are not as above, and on failure. Destroy with
 * dma_pool_destroy(): a pool that outlives the driver's hold of @dev draws one "leak",
 * whatever it contains. Draws "no-device" also where @dev is NULL.
 *
 * A page yields every block that fits: 64 of 64 bytes. Until Linux 6.2 a block that
 * would have ended exactly on the boundary was left out: 63.
 */
struct dma_pool *dma_pool_create(const char *name, struct device *dev, size_t size, size_t align,
				 size_t boundary);

/* The same; @node is ignored, the machine has one. */
struct dma_pool *dma_pool_create_node(const char *name, struct device *dev, size_t size,
				      size_t align, size_t boundary, int node);

/*
 * dma_pool_destroy() - all blocks must have been freed. NULL: nothing.
 *
 * Draws one "pool-busy" when blocks are in use, and takes them back. (Linux leaks the
 * memory, to be safe from the device.)
 */
void dma_pool_destroy(struct dma_pool *pool);

/*
 * dma_pool_alloc() - a block.
 * @mem_flags: as for dma_alloc_coherent(), which provides the pages; the block is zeroed
 *             with __GFP_ZERO and otherwise holds whatever it held. Zone flags are
 *             ignored, but __GFP_DMA32 and __GFP_HIGHMEM draw "zone-gfp" at each call:
 *             on Linux a kmalloc() gets them too when a page is needed
 * @handle:    receives the DMA address; untouched on failure
 *
 * Returns NULL on failure. The block freed last is handed out first. A new page draws
 * what dma_alloc_coherent() draws ("mask-unset", "compound-gfp").
 */
void *dma_pool_alloc(struct dma_pool *pool, gfp_t mem_flags, dma_addr_t *handle);

/* With __GFP_ZERO. */
void *dma_pool_zalloc(struct dma_pool *pool, gfp_t mem_flags, dma_addr_t *handle);

/*
 * dma_pool_free() - @vaddr and @dma as dma_pool_alloc() gave them.
 *
 * The block is the one that @dma lies in. A wrong free draws one report and takes the
 * block back: "double-free", "free-cpu-address-mismatch", "free-dma-address-mismatch";
 * "free-wrong-function" for memory of another kind, which is released; "free-unknown"
 * for anything else. A block of another pool draws "pool-wrong-pool" and stays in use:
 * its own pool is still to get it.
 */
void dma_pool_free(struct dma_pool *pool, void *vaddr, dma_addr_t dma);

/*
 * dmam_pool_create() - as dma_pool_create(), until the driver lets go of the device.
 * dmam_pool_destroy() - earlier than that.
 *
 * A pool that is destroyed by the function of the other kind draws
 * "free-wrong-function", and is destroyed. A NULL pool is a wrong one here.
 */
struct dma_pool *dmam_pool_create(const char *name, struct device *dev, size_t size, size_t align,
				  size_t allocation);
void dmam_pool_destroy(struct dma_pool *pool);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif
#endif
