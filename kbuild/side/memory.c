// SPDX-License-Identifier: MIT
/*
 * Memory. What a driver allocates is the simulated machine's RAM, so that it can be mapped.
 *
 * The kernel's inline arithmetic between addresses and struct page is made true by choosing
 * its bases: a page frame is counted from page_offset_base, half a TiB below the RAM, and
 * struct pages are an array that costs only what of it is used. An address that is not in
 * RAM survives the way to a struct page and back, so the laboratory gets what the driver gave.
 */
#include <linux/memremap.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#include "side.h"

#define WINDOW (1ul << 40)

unsigned long page_offset_base, vmemmap_base, vmalloc_base;
unsigned long phys_base;
struct kmem_cache *kmalloc_caches[NR_KMALLOC_TYPES][KMALLOC_SHIFT_HIGH + 1];
DEFINE_STATIC_KEY_FALSE(devmap_managed_key);
DEFINE_STATIC_KEY_FALSE(hugetlb_optimize_vmemmap_key);

void kbs_start(const void *some_ram)
{
	side_forget_fragments();
	page_offset_base = ((unsigned long)some_ram & PAGE_MASK) - WINDOW / 2;
	if (!vmemmap_base)
		vmemmap_base = (unsigned long)kbh_reserve((WINDOW >> PAGE_SHIFT) * sizeof(struct page));
}

/* ------------------------------------------------------------------- slab */

static void *zeroed(void *p, size_t size, gfp_t gfp)
{
	if (p && (gfp & __GFP_ZERO))
		kbh_fill(p, 0, size, SITE);
	return p;
}

static void *allocate(size_t size, gfp_t gfp, const void *site)
{
	side_context(site);
	return zeroed(kbh_kmalloc(size, gfp & ~__GFP_ZERO, site), size, gfp);
}

void *__kmalloc(size_t size, gfp_t flags)
{
	return allocate(size, flags, SITE);
}

void *__kmalloc_node(size_t size, gfp_t flags, int node)
{
	return allocate(size, flags, SITE);
}

void *__kmalloc_node_track_caller(size_t size, gfp_t flags, int node, unsigned long caller)
{
	return allocate(size, flags, (void *)caller);
}

void *__kmalloc_track_caller(size_t size, gfp_t flags, unsigned long caller)
{
	return allocate(size, flags, (void *)caller);
}

void *kmalloc_trace(struct kmem_cache *s, gfp_t flags, size_t size)
{
	return allocate(size, flags, SITE);
}

void *kmalloc_node_trace(struct kmem_cache *s, gfp_t flags, int node, size_t size)
{
	return allocate(size, flags, SITE);
}

void *kmalloc_large(size_t size, gfp_t flags)
{
	return allocate(size, flags, SITE);
}

void *kmalloc_large_node(size_t size, gfp_t flags, int node)
{
	return allocate(size, flags, SITE);
}

void kfree(const void *p)
{
	if (!ZERO_OR_NULL_PTR(p))
		kbh_kfree(p, SITE);
}

void kfree_sensitive(const void *p)
{
	kfree(p);
}

size_t ksize(const void *p)
{
	return kbh_ksize(p);
}

void *krealloc(const void *p, size_t size, gfp_t flags)
{
	size_t old = ZERO_OR_NULL_PTR(p) ? 0 : kbh_ksize(p);
	void *new = allocate(size, flags, SITE);

	if (!new)
		return NULL;
	memcpy(new, p, min(old, size));
	if (old)
		kbh_kfree(p, SITE);
	return new;
}

char *kstrdup(const char *s, gfp_t gfp)
{
	char *new = s ? allocate(strlen(s) + 1, gfp, SITE) : NULL;

	return new ? strcpy(new, s) : NULL;
}

void *kmemdup(const void *src, size_t len, gfp_t gfp)
{
	void *new = allocate(len, gfp, SITE);

	return new ? memcpy(new, src, len) : NULL;
}

struct side_cache {
	size_t size;
	void (*ctor)(void *);
};

struct kmem_cache *kmem_cache_create(const char *name, unsigned int size, unsigned int align,
				     slab_flags_t flags, void (*ctor)(void *))
{
	struct side_cache *cache = kzalloc(sizeof(*cache), GFP_KERNEL);

	if (!cache)
		return NULL;
	cache->size = ALIGN(size, max(align, 8u));
	cache->ctor = ctor;
	return (struct kmem_cache *)cache;
}

void kmem_cache_destroy(struct kmem_cache *s)
{
	kfree(s);
}

void *kmem_cache_alloc(struct kmem_cache *s, gfp_t flags)
{
	struct side_cache *cache = (struct side_cache *)s;
	void *p = allocate(cache->size, flags, SITE);

	if (p && cache->ctor)
		cache->ctor(p);
	return p;
}

void kmem_cache_free(struct kmem_cache *s, void *p)
{
	kfree(p);
}

void *vmalloc(unsigned long size)
{
	return kbh_vmalloc(size, SITE);
}

void *vzalloc(unsigned long size)
{
	return zeroed(kbh_vmalloc(size, SITE), size, __GFP_ZERO);
}

void *kvmalloc_node(size_t size, gfp_t flags, int node)
{
	return zeroed(kbh_vmalloc(size, SITE), size, flags);
}

void vfree(const void *p)
{
	if (p)
		kbh_vfree(p, SITE);
}

void kvfree(const void *p)
{
	if (p && kbh_is_vmalloc(p))
		kbh_vfree(p, SITE);
	else if (p)
		kbh_kfree(p, SITE);
}

bool is_vmalloc_addr(const void *p)
{
	return kbh_is_vmalloc(p);
}

/* ------------------------------------------------------------------ pages */

static void prepare(struct page *page, unsigned int order, gfp_t gfp)
{
	memset(page, 0, sizeof(*page) << order);
	set_page_count(page, 1);
	page->index = order;
	if (!order || !(gfp & __GFP_COMP))
		return;
	__SetPageHead(page);
	set_compound_order(page, order);
	for (int i = 1; i < 1 << order; i++)
		set_compound_head(page + i, page);
}

static struct page *pages(gfp_t gfp, unsigned int order, const void *site)
{
	void *p;

	side_context(site);
	p = zeroed(kbh_pages(gfp & ~__GFP_ZERO, order, site), PAGE_SIZE << order, gfp);
	if (!p)
		return NULL;
	prepare(virt_to_page(p), order, gfp);
	return virt_to_page(p);
}

struct page *alloc_pages(gfp_t gfp, unsigned int order)
{
	return pages(gfp, order, SITE);
}

struct page *__alloc_pages(gfp_t gfp, unsigned int order, int nid, nodemask_t *mask)
{
	return pages(gfp, order, SITE);
}

unsigned long __get_free_pages(gfp_t gfp, unsigned int order)
{
	struct page *page = pages(gfp, order, SITE);

	return page ? (unsigned long)page_address(page) : 0;
}

unsigned long get_zeroed_page(gfp_t gfp)
{
	struct page *page = pages(gfp | __GFP_ZERO, 0, SITE);

	return page ? (unsigned long)page_address(page) : 0;
}

void __free_pages(struct page *page, unsigned int order)
{
	if (put_page_testzero(page))
		kbh_free_pages(page_address(page), order, SITE);
}

void free_pages(unsigned long addr, unsigned int order)
{
	if (addr && put_page_testzero(virt_to_page(addr)))
		kbh_free_pages((void *)addr, order, SITE);
}

void __folio_put(struct folio *folio)
{
	kbh_free_pages(page_address(&folio->page), folio->page.index, SITE);
}

bool __put_devmap_managed_page_refs(struct page *page, int refs)
{
	return false;
}

/* ----------------------------------------------------- memcpy() and friends */

/* They tell the laboratory what they load and store, which plain code of the driver does not. */

void *memcpy(void *to, const void *from, size_t len)
{
	u8 piece[256];

	for (size_t at = 0, n; at < len; at += n) {
		n = min(len - at, sizeof(piece));
		kbh_read(piece, from + at, n, SITE);
		kbh_write(to + at, piece, n, SITE);
	}
	return to;
}

void *memmove(void *to, const void *from, size_t len)
{
	u8 piece[256];

	if (to <= from || to >= from + len)
		return memcpy(to, from, len);
	while (len) {
		size_t n = min(len, sizeof(piece));

		len -= n;
		kbh_read(piece, from + len, n, SITE);
		kbh_write(to + len, piece, n, SITE);
	}
	return to;
}

void *memset(void *to, int byte, size_t len)
{
	kbh_fill(to, byte, len, SITE);
	return to;
}

int memcmp(const void *a, const void *b, size_t len)
{
	u8 x[64], y[64];

	for (size_t at = 0, n; at < len; at += n) {
		n = min(len - at, sizeof(x));
		kbh_read(x, a + at, n, SITE);
		kbh_read(y, b + at, n, SITE);
		for (size_t i = 0; i < n; i++)
			if (x[i] != y[i])
				return x[i] - y[i];
	}
	return 0;
}
