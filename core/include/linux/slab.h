/* SPDX-License-Identifier: MIT */
/*
 * kmalloc() in the simulated RAM of the current machine: cached, physically
 * contiguous, and aligned so that no two objects share a line that a non-coherent
 * device could be given (ARCH_DMA_MINALIGN).
 */
#ifndef DMALAB_LINUX_SLAB_H
#define DMALAB_LINUX_SLAB_H

#include <linux/gfp.h>
#include <linux/types.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

#define ZERO_SIZE_PTR ((void *)16)
#define ZERO_OR_NULL_PTR(x) ((unsigned long)(x) <= (unsigned long)ZERO_SIZE_PTR)

/*
 * kmalloc() - @size bytes, contents indeterminate.
 *
 * Returns NULL when there is no memory or no machine, ZERO_SIZE_PTR for size 0.
 * The zone flags of @flags are honoured. Any thread. May sleep if @flags allow it
 * (GFP_KERNEL): draws "sleep-in-atomic" in atomic context, and goes on.
 */
void *kmalloc(size_t size, gfp_t flags);

/* As kmalloc(), zeroed through the cache: memory is stale until it is cleaned. */
void *kzalloc(size_t size, gfp_t flags);

/* As kzalloc() for an array; NULL when n * size overflows. */
void *kcalloc(size_t n, size_t size, gfp_t flags);

/*
 * kfree() - @ptr as kmalloc() returned it; NULL and ZERO_SIZE_PTR: nothing.
 *
 * Does not clean the memory's cache lines. Draws "free-while-mapped",
 * "double-free", "free-unknown".
 */
void kfree(const void *ptr);

/* Bytes usable at @ptr; 0 when kmalloc() did not return it. */
size_t ksize(const void *ptr);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif
#endif
