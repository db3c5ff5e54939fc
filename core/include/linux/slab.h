/* SPDX-License-Identifier: MIT */
/*
 * kmalloc() in the simulated RAM of the current machine: cached, physically
 * contiguous, and aligned so that no two objects share a line that a non-coherent
 * device could be given (dma_get_cache_alignment()). And kmem_cache_alloc(), whose
 * objects are as close together as was asked for.
 *
 * Memory that is not freed is no mistake here: leaks are drawn of DMA mappings and
 * allocations only.
 */
#ifndef DMALAB_LINUX_SLAB_H
#define DMALAB_LINUX_SLAB_H

#include <linux/cache.h>
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
 * GFP_DMA is honoured; __GFP_DMA32 and __GFP_HIGHMEM draw "zone-gfp" and are ignored.
 * Any thread. May sleep if @flags allow it (GFP_KERNEL): draws "sleep-in-atomic" in
 * atomic context, and goes on.
 */
void *kmalloc(size_t size, gfp_t flags);

/* As kmalloc(), zeroed through the cache: memory is stale until it is cleaned. */
void *kzalloc(size_t size, gfp_t flags);

/* As kmalloc() and kzalloc() for an array; NULL when n * size overflows. */
void *kmalloc_array(size_t n, size_t size, gfp_t flags);
void *kcalloc(size_t n, size_t size, gfp_t flags);

/*
 * krealloc() - make @p, of kmalloc(), @new_size bytes long.
 *
 * Returns @p if there is room, or new memory to which the CPU has copied the contents,
 * @p being freed; NULL when there is no memory, and @p is as it was. For NULL and
 * ZERO_SIZE_PTR as kmalloc(); @new_size 0: as kfree(), and ZERO_SIZE_PTR. __GFP_ZERO in
 * @flags zeroes what is new. Draws what kfree() draws, when the memory moves, or a
 * coherency check for what is copied.
 */
void *krealloc(const void *p, size_t new_size, gfp_t flags);

/* A copy of the @len bytes at @src, of any memory, which the CPU reads; or NULL. */
void *kmemdup(const void *src, size_t len, gfp_t gfp);

/*
 * kfree() - @ptr as kmalloc() or kmem_cache_alloc() returned it; NULL and
 * ZERO_SIZE_PTR: nothing.
 *
 * Does not clean the memory's cache lines. Draws "free-while-mapped",
 * "double-free", "free-unknown", and "free-wrong-function" for memory of
 * devm_kmalloc(), alloc_pages() or vmalloc(), which is released all the same.
 */
void kfree(const void *ptr);

/*
 * Bytes usable at @ptr; 0 when kmalloc() and its like did not return it. They are the
 * driver's from now on, until krealloc() gives it another size.
 */
size_t ksize(const void *ptr);

/* -------------------------------------------------------- caches of objects */

struct kmem_cache;
typedef unsigned int slab_flags_t;

#define SLAB_HWCACHE_ALIGN   ((slab_flags_t)0x00002000u) /* small ones share a line */
#define SLAB_CACHE_DMA       ((slab_flags_t)0x00004000u) /* __GFP_DMA each time */
#define SLAB_CACHE_DMA32     ((slab_flags_t)0x00008000u)
#define SLAB_POISON          ((slab_flags_t)0x00000800u) /* this and the rest: ignored */
#define SLAB_RED_ZONE        ((slab_flags_t)0x00000400u)
#define SLAB_PANIC           ((slab_flags_t)0x00040000u)
#define SLAB_RECLAIM_ACCOUNT ((slab_flags_t)0x00020000u)
#define SLAB_ACCOUNT         ((slab_flags_t)0x04000000u)

/*
 * kmem_cache_create() - objects of one size, on the current machine.
 * @name:  copied
 * @size:  bytes, up to 4 MiB
 * @align: bytes, a power of two, up to a page; 0: that of a pointer. Not raised to what
 *         DMA asks for: objects that are not a multiple of dma_get_cache_alignment()
 *         share cache lines, and mapping them draws what comes of it.
 * @flags: SLAB_*
 * @ctor:  called on an object before it is handed out for the first time since its page
 *         was taken from the system; or NULL
 *
 * Returns NULL when there is no memory, no machine, or an argument is not valid.
 */
struct kmem_cache *kmem_cache_create(const char *name, unsigned int size, unsigned int align,
				     slab_flags_t flags, void (*ctor)(void *));

#define KMEM_CACHE(type, flags) \
	kmem_cache_create(#type, sizeof(struct type), __alignof__(struct type), (flags), NULL)

/* NULL: nothing. Objects may outlive it; allocating from it gives NULL from now on. */
void kmem_cache_destroy(struct kmem_cache *cache);

/* The size that kmem_cache_create() was given, bytes. */
unsigned int kmem_cache_size(struct kmem_cache *cache);

/*
 * An object, or NULL when there is no memory or no cache. As kmalloc() and kzalloc(),
 * also in its zone flags, whatever the cache was made for.
 */
void *kmem_cache_alloc(struct kmem_cache *cache, gfp_t flags);
void *kmem_cache_zalloc(struct kmem_cache *cache, gfp_t flags);

/*
 * kmem_cache_free() - @object as @cache returned it; NULL: nothing. Draws what kfree()
 * draws, and "free-wrong-function" for an object of another cache or of kmalloc().
 */
void kmem_cache_free(struct kmem_cache *cache, void *object);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif
#endif
