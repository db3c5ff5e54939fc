/* SPDX-License-Identifier: MIT */
/*
 * Pages and addresses of the simulated RAM. All of these take and return
 * addresses of whichever machine the argument belongs to; those that are given a
 * number alone mean the current machine.
 */
#ifndef DMALAB_LINUX_MM_H
#define DMALAB_LINUX_MM_H

#include <linux/types.h>
#include <linux/gfp.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

#ifndef PAGE_SHIFT
#define PAGE_SHIFT 12
#define PAGE_SIZE  (1UL << PAGE_SHIFT)
#define PAGE_MASK  (~(PAGE_SIZE - 1))
#endif
#define PAGE_ALIGN(addr)     (((addr) + PAGE_SIZE - 1) & PAGE_MASK)
#define offset_in_page(p)    ((unsigned long)(p) & ~PAGE_MASK)

/* One page frame of simulated RAM; its contents are the laboratory's. */
struct page {
	unsigned long private_word[2];
};

/*
 * A piece of user space that a driver's mmap() is to fill: pages of this process, which
 * it has mapped with mmap() before, and which what is mapped there replaces.
 */
typedef struct {
	unsigned long pgprot;
} pgprot_t;

#define PGPROT_UNCACHED        1UL
#define pgprot_val(prot)       ((prot).pgprot)
#define __pgprot(bits)         ((pgprot_t){ bits })
#define pgprot_noncached(prot) __pgprot(pgprot_val(prot) | PGPROT_UNCACHED)
#define pgprot_writecombine(prot) pgprot_noncached(prot)
#define PAGE_KERNEL            __pgprot(0UL)

struct vm_area_struct {
	unsigned long vm_start;   /* addresses, at whole pages */
	unsigned long vm_end;     /* exclusive */
	unsigned long vm_pgoff;   /* first page, counted from the start of what is mapped */
	pgprot_t vm_page_prot;
};

static inline unsigned long vma_pages(const struct vm_area_struct *vma)
{
	return (vma->vm_end - vma->vm_start) >> PAGE_SHIFT;
}

/*
 * page_address() - the cached CPU address of a page, or NULL for a pointer that
 * is no page of any machine.
 */
void *page_address(const struct page *page);

/*
 * virt_to_page() - the page behind a cached CPU address, or NULL when it is not
 * one. Memory of dma_alloc_coherent() may have no page: asking draws
 * "page-of-coherent", and so does asking for the page behind a cookie.
 */
struct page *virt_to_page(const void *addr);

/* Physical address of a cached CPU address or page; ~0 when it is not one. */
phys_addr_t virt_to_phys(const volatile void *addr);
phys_addr_t page_to_phys(const struct page *page);

#define page_to_virt(page)   page_address(page)

/* The way back, of the current machine; NULL where it has no RAM. */
void *phys_to_virt(phys_addr_t address);
struct page *phys_to_page(phys_addr_t address);

/* Numbers of page frames: physical addresses in pages. NULL, false: no RAM there. */
#define PHYS_PFN(phys)       ((unsigned long)((phys) >> PAGE_SHIFT))
#define PFN_PHYS(pfn)        ((phys_addr_t)(pfn) << PAGE_SHIFT)
unsigned long page_to_pfn(const struct page *page);
struct page *pfn_to_page(unsigned long pfn);
bool pfn_valid(unsigned long pfn);

/* Is it a pointer into the linear map, of any machine: cached RAM? */
bool virt_addr_valid(const volatile void *kaddr);

/* -------------------------------------------------------------- references */

/*
 * put_page() - drop a reference to the block that holds @page; the last one frees it.
 *
 * A block of alloc_pages() begins with one reference; all of its pages count as one.
 * get_page() may also be used on other memory, which its own function frees: there only
 * what get_page() added can be dropped. Draws what __free_pages() draws.
 */
void put_page(struct page *page);

/* Add references, drop them, count them. A pointer that is no page: nothing, and 0. */
void page_ref_add(struct page *page, int nr);
void page_ref_sub(struct page *page, int nr);
int page_ref_count(const struct page *page);

/* put_page() @count times, as drivers do that took many references at once. */
void __page_frag_cache_drain(struct page *page, unsigned int count);

static inline void get_page(struct page *page)
{
	page_ref_add(page, 1);
}

static inline void page_ref_inc(struct page *page)
{
	page_ref_add(page, 1);
}

static inline int page_count(const struct page *page)
{
	return page_ref_count(page);
}

/* The first page of a block made with __GFP_COMP, for any of its pages; else @page. */
struct page *compound_head(const struct page *page);

/* log2 of the pages of a block made with __GFP_COMP, for its first page; else 0. */
unsigned int compound_order(const struct page *page);

static inline unsigned long page_size(const struct page *page)
{
	return PAGE_SIZE << compound_order(page);
}

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif
#endif
