/* SPDX-License-Identifier: MIT */
/* Allocation flags, after include/linux/gfp_types.h, and pages, after gfp.h. */
#ifndef DMALAB_LINUX_GFP_H
#define DMALAB_LINUX_GFP_H

#include <linux/types.h>

/* Where from: at most one of these. */
#define __GFP_DMA            ((gfp_t)0x01u)
#define __GFP_HIGHMEM        ((gfp_t)0x02u)
#define __GFP_DMA32          ((gfp_t)0x04u)

/* How. */
#define __GFP_MOVABLE        ((gfp_t)0x08u)
#define __GFP_RECLAIMABLE    ((gfp_t)0x10u)
#define __GFP_HIGH           ((gfp_t)0x20u)
#define __GFP_IO             ((gfp_t)0x40u)
#define __GFP_FS             ((gfp_t)0x80u)
#define __GFP_ZERO           ((gfp_t)0x100u)
#define __GFP_DIRECT_RECLAIM ((gfp_t)0x400u)
#define __GFP_KSWAPD_RECLAIM ((gfp_t)0x800u)
#define __GFP_WRITE          ((gfp_t)0x1000u)
#define __GFP_NOWARN         ((gfp_t)0x2000u)
#define __GFP_RETRY_MAYFAIL  ((gfp_t)0x4000u)
#define __GFP_NOFAIL         ((gfp_t)0x8000u)
#define __GFP_NORETRY        ((gfp_t)0x10000u)
#define __GFP_MEMALLOC       ((gfp_t)0x20000u)
#define __GFP_COMP           ((gfp_t)0x40000u)
#define __GFP_NOMEMALLOC     ((gfp_t)0x80000u)
#define __GFP_HARDWALL       ((gfp_t)0x100000u)
#define __GFP_THISNODE       ((gfp_t)0x200000u)
#define __GFP_ACCOUNT        ((gfp_t)0x400000u)

#define __GFP_RECLAIM        (__GFP_DIRECT_RECLAIM | __GFP_KSWAPD_RECLAIM)

#define GFP_ATOMIC           (__GFP_HIGH | __GFP_KSWAPD_RECLAIM)
#define GFP_KERNEL           (__GFP_RECLAIM | __GFP_IO | __GFP_FS)
#define GFP_KERNEL_ACCOUNT   (GFP_KERNEL | __GFP_ACCOUNT)
#define GFP_NOWAIT           (__GFP_KSWAPD_RECLAIM | __GFP_NOWARN)
#define GFP_NOIO             (__GFP_RECLAIM)
#define GFP_NOFS             (__GFP_RECLAIM | __GFP_IO)
#define GFP_USER             (GFP_KERNEL | __GFP_HARDWALL)
#define GFP_DMA              __GFP_DMA
#define GFP_DMA32            __GFP_DMA32
#define GFP_HIGHUSER         (GFP_USER | __GFP_HIGHMEM)

/**
 * gfpflags_allow_blocking() - may the allocator sleep?
 * @gfp_flags: the flags
 *
 * Context: Any.
 * Return: true with __GFP_DIRECT_RECLAIM.
 */
static inline bool gfpflags_allow_blocking(const gfp_t gfp_flags)
{
	return !!(gfp_flags & __GFP_DIRECT_RECLAIM);
}

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

struct page;

/**
 * alloc_pages() - a block of pages of the current machine's RAM
 * @gfp: the zone flags are honoured; __GFP_ZERO zeroes through the cache
 * @order: there are 2^@order pages, 0 to 10, and the block is aligned to its
 *	size
 *
 * Contents are indeterminate. The block begins with one reference.
 *
 * Context: May sleep if @gfp allows it.
 * Return: the first page, to be freed with __free_pages() or put_page(); NULL
 * when there is no memory, no machine, or @order is above 10.
 * Checks: "sleep-in-atomic".
 */
struct page *alloc_pages(gfp_t gfp, unsigned int order);

/**
 * alloc_page() - alloc_pages() of order 0
 * @gfp: as there
 *
 * Context: May sleep if @gfp allows it.
 * Return: as there.
 * Checks: as there.
 */
struct page *alloc_page(gfp_t gfp);

/**
 * alloc_pages_node() - alloc_pages() of a node of the machine
 * @nid: ignored; the machine has one
 * @gfp: as there
 * @order: as there
 *
 * Context: May sleep if @gfp allows it.
 * Return: as there.
 * Checks: as there.
 */
static inline struct page *alloc_pages_node(int nid, gfp_t gfp,
					    unsigned int order)
{
	(void)nid;
	return alloc_pages(gfp, order);
}

/**
 * __get_free_pages() - alloc_pages(), by address
 * @gfp: as there
 * @order: as there
 *
 * Context: May sleep if @gfp allows it.
 * Return: the cached CPU address, to be freed with free_pages(); or 0.
 * Checks: as there.
 */
unsigned long __get_free_pages(gfp_t gfp, unsigned int order);

/**
 * __get_free_page() - __get_free_pages() of order 0
 * @gfp: as there
 *
 * Context: May sleep if @gfp allows it.
 * Return: as there.
 * Checks: as there.
 */
unsigned long __get_free_page(gfp_t gfp);

/**
 * get_zeroed_page() - __get_free_page() with __GFP_ZERO
 * @gfp: as there
 *
 * Context: May sleep if @gfp allows it.
 * Return: as there.
 * Checks: as there.
 */
unsigned long get_zeroed_page(gfp_t gfp);

/**
 * __free_pages() - drop a reference; the last one frees the block
 * @page: the first of it; NULL: nothing
 * @order: as it was allocated
 *
 * Does not clean the memory's cache lines. Whatever it is, is released as it
 * was allocated.
 *
 * Context: Any.
 * Checks: "free-while-mapped", "double-free", "free-unknown",
 * "free-size-mismatch" (another order), "free-wrong-function" (memory of
 * kmalloc() and its like).
 */
void __free_pages(struct page *page, unsigned int order);

/**
 * __free_page() - __free_pages() of order 0
 * @page: as there
 *
 * Context: Any.
 * Checks: as there.
 */
void __free_page(struct page *page);

/**
 * free_pages() - __free_pages(), by address
 * @addr: cached CPU address of the first page; 0: nothing
 * @order: as it was allocated
 *
 * Context: Any.
 * Checks: as there.
 */
void free_pages(unsigned long addr, unsigned int order);

/**
 * free_page() - free_pages() of order 0
 * @addr: as there
 *
 * Context: Any.
 * Checks: as there.
 */
void free_page(unsigned long addr);

/**
 * alloc_pages_exact() - bytes in whole pages
 * @size: bytes, up to 4 MiB
 * @gfp: as for alloc_pages()
 *
 * Context: May sleep if @gfp allows it.
 * Return: the cached CPU address, to be freed with free_pages_exact(); or NULL.
 * Checks: "sleep-in-atomic".
 */
void *alloc_pages_exact(size_t size, gfp_t gfp);

/**
 * free_pages_exact() - free memory of alloc_pages_exact()
 * @virt: as it was returned; NULL: nothing
 * @size: as it was allocated, up to the number of pages
 *
 * Context: Any.
 * Checks: those of __free_pages().
 */
void free_pages_exact(void *virt, size_t size);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
