/* SPDX-License-Identifier: MIT */
/*
 * Pools of small blocks of coherent memory, after mm/dmapool.c since Linux 6.3.
 *
 * What is stricter here than on Linux: a wrong free is reported, and the list
 * of free blocks is not kept in them, so that a device that writes to a block
 * it has lost causes a report and destroys nothing.
 *
 * Every access is checked block by block. "cpu-use-after-free" is the CPU in a
 * block that is free, was never handed out, or lies in a gap before a boundary;
 * "device-use-after-unmap" a device in a block that was freed, and
 * "device-out-of-bounds" one in a block that was never handed out, or that runs
 * from one block into the next.
 *
 * A pool that was destroyed, or that is none, is reported as "pool-wrong-pool"
 * by every call but dma_pool_destroy(NULL), as long as its machine lives; the
 * result is NULL.
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

/**
 * dma_pool_create() - a pool of blocks for a device
 * @name: copied, cut at 31 characters
 * @dev: whose memory it is
 * @size: of a block, bytes; raised to 16, then to a multiple of @align
 * @align: bytes, a power of two; 0: 1
 * @boundary: bytes, a power of two and at least the block's size, which no
 *	block will cross; 0: no block crosses the end of a page (or of itself,
 *	if it is larger)
 *
 * Takes no memory of the machine yet. A page yields every block that fits: 64
 * of 64 bytes. Until Linux 6.2 a block that would have ended exactly on the
 * boundary was left out: 63.
 *
 * Context: May sleep.
 * Return: the pool, to be destroyed with dma_pool_destroy(): one that outlives
 * its device is one "leak", whatever it contains. NULL when @size is 0 or more
 * than INT_MAX, when @align or @boundary are not as above, and on failure.
 * Checks: "no-device", also where @dev is NULL; "sleep-in-atomic".
 */
struct dma_pool *dma_pool_create(const char *name, struct device *dev,
				 size_t size, size_t align, size_t boundary);

/**
 * dma_pool_create_node() - dma_pool_create() for a node of the machine
 * @name: as there
 * @dev: as there
 * @size: as there
 * @align: as there
 * @boundary: as there
 * @node: ignored; the machine has one
 *
 * Context: May sleep.
 * Return: as there.
 * Checks: as there.
 */
struct dma_pool *dma_pool_create_node(const char *name, struct device *dev,
				      size_t size, size_t align,
				      size_t boundary, int node);

/**
 * dma_pool_destroy() - give a pool's memory back
 * @pool: all of its blocks have been freed; NULL: nothing
 *
 * Blocks in use are one report, and are released. (Linux leaks the memory, to
 * be safe from the device.)
 *
 * Context: May sleep.
 * Checks: "pool-busy", "pool-wrong-pool", "free-wrong-function" (a managed
 * pool), "sleep-in-atomic".
 */
void dma_pool_destroy(struct dma_pool *pool);

/**
 * dma_pool_alloc() - a block
 * @pool: from where
 * @mem_flags: as for dma_alloc_coherent(), which provides the pages; the block
 *	is zeroed with __GFP_ZERO and otherwise holds whatever it held. Zone
 *	flags are ignored, but __GFP_DMA32 and __GFP_HIGHMEM are reported at
 *	each call: on Linux a kmalloc() gets them too when a page is needed
 * @handle: receives the DMA address; untouched on failure
 *
 * The block freed last is handed out first.
 *
 * Context: May sleep if @mem_flags allow it.
 * Return: the block, to be freed with dma_pool_free(), or NULL.
 * Checks: "zone-gfp", "pool-wrong-pool", "sleep-in-atomic"; with a new page
 * those of dma_alloc_coherent() ("mask-unset", "compound-gfp").
 */
void *dma_pool_alloc(struct dma_pool *pool, gfp_t mem_flags,
		     dma_addr_t *handle);

/**
 * dma_pool_zalloc() - dma_pool_alloc() with __GFP_ZERO
 * @pool: as there
 * @mem_flags: as there
 * @handle: as there
 *
 * Context: May sleep if @mem_flags allow it.
 * Return: as there.
 * Checks: as there.
 */
void *dma_pool_zalloc(struct dma_pool *pool, gfp_t mem_flags,
		      dma_addr_t *handle);

/**
 * dma_pool_free() - give a block back
 * @pool: from where it is
 * @vaddr: as dma_pool_alloc() returned it
 * @dma: as dma_pool_alloc() gave it; the block is the one that it lies in
 *
 * A wrong free is one report and takes the block back, memory of another kind
 * as well. A block of another pool stays in use: its own pool is still to get
 * it.
 *
 * Context: Any.
 * Checks: "double-free", "free-cpu-address-mismatch",
 * "free-dma-address-mismatch", "free-wrong-function" (memory of another kind),
 * "pool-wrong-pool" (a block of another pool), "free-unknown" (anything else).
 */
void dma_pool_free(struct dma_pool *pool, void *vaddr, dma_addr_t dma);

/**
 * dmam_pool_create() - a pool that goes with its device
 * @name: as for dma_pool_create()
 * @dev: as there; the pool is destroyed when its driver is unbound
 * @size: as there
 * @align: as there
 * @allocation: the boundary of dma_pool_create()
 *
 * Context: May sleep.
 * Return: as dma_pool_create().
 * Checks: as dma_pool_create().
 */
struct dma_pool *dmam_pool_create(const char *name, struct device *dev,
				  size_t size, size_t align,
				  size_t allocation);

/**
 * dmam_pool_destroy() - destroy a pool before its device goes
 * @pool: of dmam_pool_create(); one of dma_pool_create() is reported, and
 *	destroyed. NULL is a wrong pool here
 *
 * Context: May sleep.
 * Checks: "pool-busy", "pool-wrong-pool", "free-wrong-function",
 * "sleep-in-atomic".
 */
void dmam_pool_destroy(struct dma_pool *pool);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif
#endif
