/* SPDX-License-Identifier: MIT */
/*
 * kmalloc() in the simulated RAM of the current machine: cached, physically
 * contiguous, and aligned so that no two objects share a line that a
 * non-coherent device could be given (dma_get_cache_alignment()). And
 * kmem_cache_alloc(), whose objects are as close together as was asked for.
 *
 * Memory that is not freed is no mistake here: leaks are reported of DMA
 * mappings and allocations only.
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

/**
 * kmalloc() - memory, contents indeterminate
 * @size: bytes
 * @flags: GFP_DMA is honoured; __GFP_DMA32 and __GFP_HIGHMEM are reported, and
 *	ignored
 *
 * Context: May sleep if @flags allow it.
 * Return: the memory, to be freed with kfree(); NULL when there is none, or no
 * machine; ZERO_SIZE_PTR for size 0.
 * Checks: "zone-gfp", "sleep-in-atomic".
 */
void *kmalloc(size_t size, gfp_t flags);

/**
 * kzalloc() - kmalloc(), zeroed through the cache
 * @size: as there
 * @flags: as there
 *
 * Memory itself is stale until the lines are cleaned.
 *
 * Context: May sleep if @flags allow it.
 * Return: as there.
 * Checks: as there.
 */
void *kzalloc(size_t size, gfp_t flags);

/**
 * kmalloc_array() - kmalloc() of an array
 * @n: elements
 * @size: of an element, bytes
 * @flags: as there
 *
 * Context: May sleep if @flags allow it.
 * Return: as there; NULL when @n * @size overflows.
 * Checks: as there.
 */
void *kmalloc_array(size_t n, size_t size, gfp_t flags);

/**
 * kcalloc() - kzalloc() of an array
 * @n: elements
 * @size: of an element, bytes
 * @flags: as for kmalloc()
 *
 * Context: May sleep if @flags allow it.
 * Return: as there; NULL when @n * @size overflows.
 * Checks: as there.
 */
void *kcalloc(size_t n, size_t size, gfp_t flags);

/**
 * krealloc() - give memory of kmalloc() another size
 * @p: the memory; NULL and ZERO_SIZE_PTR: as kmalloc()
 * @new_size: bytes; 0: as kfree()
 * @flags: as for kmalloc(); __GFP_ZERO zeroes what is new
 *
 * Context: May sleep if @flags allow it.
 * Return: @p if there is room, or new memory to which the CPU has copied the
 * contents, @p being freed; NULL when there is none, and @p is as it was;
 * ZERO_SIZE_PTR for @new_size 0.
 * Checks: those of kfree(), when the memory moves, and those of
 * dmalab_cpu_read() for what is copied.
 */
void *krealloc(const void *p, size_t new_size, gfp_t flags);

/**
 * kmemdup() - a copy of any memory
 * @src: what the CPU reads
 * @len: bytes
 * @gfp: as for kmalloc()
 *
 * Context: May sleep if @gfp allows it.
 * Return: the copy, to be freed with kfree(); or NULL.
 * Checks: those of kmalloc() and dmalab_cpu_read().
 */
void *kmemdup(const void *src, size_t len, gfp_t gfp);

/**
 * kfree() - free memory of kmalloc() or kmem_cache_alloc()
 * @ptr: as it was returned; NULL and ZERO_SIZE_PTR: nothing
 *
 * Does not clean the memory's cache lines. Memory of another kind is reported,
 * and released all the same.
 *
 * Context: Any.
 * Checks: "free-while-mapped", "double-free", "free-unknown",
 * "free-wrong-function" (of devm_kmalloc(), alloc_pages() or vmalloc()).
 */
void kfree(const void *ptr);

/**
 * ksize() - how many bytes of an object are usable
 * @ptr: as kmalloc() and its like returned it
 *
 * They are the driver's from now on, until krealloc() gives it another size.
 *
 * Context: Any.
 * Return: bytes; 0 for other pointers.
 */
size_t ksize(const void *ptr);

/* Nodes make no difference. */
#define kmalloc_node(size, flags, node) ((void)(node), kmalloc(size, flags))
#define kzalloc_node(size, flags, node) ((void)(node), kzalloc(size, flags))
#define kcalloc_node(n, size, flags, node) \
	((void)(node), kcalloc(n, size, flags))
#define kmalloc_array_node(n, size, flags, node) \
	((void)(node), kmalloc_array(n, size, flags))

/**
 * kstrdup() - a copy of a string
 * @s: what the CPU reads; NULL: no copy
 * @gfp: as for kmalloc()
 *
 * Context: May sleep if @gfp allows it.
 * Return: the copy, to be freed with kfree(); or NULL.
 * Checks: those of kmemdup().
 */
__attribute__((__always_inline__))
static inline char *kstrdup(const char *s, gfp_t gfp)
{
	const char *text = s ? s : "";

	return s ? (char *)kmemdup(text, __builtin_strlen(text) + 1, gfp) :
		   NULL;
}

/**
 * kfree_sensitive() - zero memory, and free it
 * @p: as for kfree()
 *
 * Context: Any.
 * Checks: those of kfree().
 */
__attribute__((__always_inline__))
static inline void kfree_sensitive(const void *p)
{
	if (!ZERO_OR_NULL_PTR(p))
		__builtin_memset((void *)p, 0, ksize(p));
	kfree(p);
}

/* -------------------------------------------------------- caches of objects */

struct kmem_cache;
typedef unsigned int slab_flags_t;

/* Small ones share a line; __GFP_DMA, __GFP_DMA32 each time. */
#define SLAB_HWCACHE_ALIGN   ((slab_flags_t)0x00002000u)
#define SLAB_CACHE_DMA       ((slab_flags_t)0x00004000u)
#define SLAB_CACHE_DMA32     ((slab_flags_t)0x00008000u)
/* The rest is ignored. */
#define SLAB_POISON          ((slab_flags_t)0x00000800u)
#define SLAB_RED_ZONE        ((slab_flags_t)0x00000400u)
#define SLAB_PANIC           ((slab_flags_t)0x00040000u)
#define SLAB_RECLAIM_ACCOUNT ((slab_flags_t)0x00020000u)
#define SLAB_ACCOUNT         ((slab_flags_t)0x04000000u)

/**
 * kmem_cache_create() - objects of one size, on the current machine
 * @name: copied
 * @size: bytes, up to 4 MiB
 * @align: bytes, a power of two, up to a page; 0: that of a pointer. Not raised
 *	to what DMA asks for: objects that are not a multiple of
 *	dma_get_cache_alignment() share cache lines, and mapping them causes the
 *	reports that come of it
 * @flags: SLAB_*
 * @ctor: called on an object before it is handed out for the first time since
 *	its page was taken from the system; or NULL
 *
 * Context: May sleep.
 * Return: the cache, to be destroyed with kmem_cache_destroy(); NULL when there
 * is no memory, no machine, or an argument is not valid.
 * Checks: "sleep-in-atomic".
 */
struct kmem_cache *kmem_cache_create(const char *name, unsigned int size,
				     unsigned int align, slab_flags_t flags,
				     void (*ctor)(void *));

#define KMEM_CACHE(type, flags) \
	kmem_cache_create(#type, sizeof(struct type), \
			  __alignof__(struct type), (flags), NULL)

/**
 * kmem_cache_destroy() - no more objects
 * @cache: allocating from it gives NULL from now on; NULL: nothing
 *
 * Objects may outlive it.
 *
 * Context: Any.
 */
void kmem_cache_destroy(struct kmem_cache *cache);

/**
 * kmem_cache_size() - the size of an object
 * @cache: of which cache
 *
 * Context: Any.
 * Return: bytes, as kmem_cache_create() was given them.
 */
unsigned int kmem_cache_size(struct kmem_cache *cache);

/**
 * kmem_cache_alloc() - an object
 * @cache: from where
 * @flags: as for kmalloc(), also in its zone flags, whatever the cache was made
 *	for
 *
 * Context: May sleep if @flags allow it.
 * Return: the object, to be freed with kmem_cache_free() or kfree(); NULL when
 * there is no memory or no cache.
 * Checks: those of kmalloc().
 */
void *kmem_cache_alloc(struct kmem_cache *cache, gfp_t flags);

/**
 * kmem_cache_zalloc() - an object, zeroed through the cache
 * @cache: from where
 * @flags: as for kmem_cache_alloc()
 *
 * Context: May sleep if @flags allow it.
 * Return: as there.
 * Checks: as there.
 */
void *kmem_cache_zalloc(struct kmem_cache *cache, gfp_t flags);

/**
 * kmem_cache_free() - give an object back
 * @cache: from where it is
 * @object: as it was returned; NULL: nothing
 *
 * Context: Any.
 * Checks: those of kfree(), and "free-wrong-function" for an object of another
 * cache or of kmalloc().
 */
void kmem_cache_free(struct kmem_cache *cache, void *object);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif
#endif
