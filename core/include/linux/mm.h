/* SPDX-License-Identifier: MIT */
/*
 * Pages and addresses of the simulated RAM. All of these take and return
 * addresses of whichever machine the argument belongs to; those that are given
 * a number alone mean the current machine.
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

typedef struct {
	unsigned long pgprot;
} pgprot_t;

#define PGPROT_UNCACHED        1UL
#define pgprot_val(prot)       ((prot).pgprot)
#define __pgprot(bits)         ((pgprot_t){ bits })
#define pgprot_noncached(prot) __pgprot(pgprot_val(prot) | PGPROT_UNCACHED)
#define pgprot_writecombine(prot) pgprot_noncached(prot)
#define PAGE_KERNEL            __pgprot(0UL)

/**
 * struct vm_area_struct - a piece of user space that a driver's mmap() fills
 * @vm_start: address of its first byte, at a whole page
 * @vm_end: address behind its last byte, at a whole page
 * @vm_pgoff: first page, counted from the start of what is mapped
 * @vm_page_prot: cached or not
 *
 * Made by the program: pages of this process, which it has mapped with mmap()
 * before, and which what is mapped there replaces.
 */
struct vm_area_struct {
	unsigned long vm_start;
	unsigned long vm_end;
	unsigned long vm_pgoff;
	pgprot_t vm_page_prot;
};

/**
 * vma_pages() - how many pages a piece of user space has
 * @vma: the piece
 *
 * Context: Any.
 * Return: pages.
 */
static inline unsigned long vma_pages(const struct vm_area_struct *vma)
{
	return (vma->vm_end - vma->vm_start) >> PAGE_SHIFT;
}

/**
 * page_address() - the cached CPU address of a page
 * @page: of any machine
 *
 * Context: Any.
 * Return: the address; NULL for a pointer that is no page.
 */
void *page_address(const struct page *page);

/**
 * virt_to_page() - the page behind a cached CPU address
 * @addr: of any machine
 *
 * Memory of dma_alloc_coherent() may have no page: asking is reported, and so
 * is asking for the page behind a cookie.
 *
 * Context: Any.
 * Return: the page; NULL when @addr is no cached address.
 * Checks: "page-of-coherent".
 */
struct page *virt_to_page(const void *addr);

/**
 * virt_to_phys() - the physical address of a cached CPU address
 * @addr: of any machine
 *
 * Context: Any.
 * Return: the physical address; ~0 when @addr is no cached address.
 */
phys_addr_t virt_to_phys(const volatile void *addr);

/**
 * page_to_phys() - the physical address of a page
 * @page: of any machine
 *
 * Context: Any.
 * Return: the physical address; ~0 when @page is no page.
 */
phys_addr_t page_to_phys(const struct page *page);

#define page_to_virt(page)   page_address(page)

/**
 * phys_to_virt() - the cached CPU address of a physical address
 * @address: of the current machine
 *
 * Context: Any.
 * Return: the address; NULL where the machine has no RAM.
 */
void *phys_to_virt(phys_addr_t address);

/**
 * phys_to_page() - the page of a physical address
 * @address: of the current machine
 *
 * Context: Any.
 * Return: the page; NULL where the machine has no RAM.
 */
struct page *phys_to_page(phys_addr_t address);

/* Numbers of page frames: physical addresses in pages. */
#define PHYS_PFN(phys)       ((unsigned long)((phys) >> PAGE_SHIFT))
#define PFN_PHYS(pfn)        ((phys_addr_t)(pfn) << PAGE_SHIFT)

/**
 * page_to_pfn() - the number of a page's frame
 * @page: of any machine
 *
 * Context: Any.
 * Return: page_to_phys() in pages.
 */
unsigned long page_to_pfn(const struct page *page);

/**
 * pfn_to_page() - the page of a frame
 * @pfn: number of a frame of the current machine
 *
 * Context: Any.
 * Return: the page; NULL where the machine has no RAM.
 */
struct page *pfn_to_page(unsigned long pfn);

/**
 * pfn_valid() - whether there is RAM
 * @pfn: number of a frame of the current machine
 *
 * Context: Any.
 * Return: true where the machine has RAM.
 */
bool pfn_valid(unsigned long pfn);

/**
 * virt_addr_valid() - whether a pointer is into the linear map: cached RAM
 * @kaddr: any pointer; it is not read
 *
 * Context: Any.
 * Return: true for cached RAM of any machine.
 */
bool virt_addr_valid(const volatile void *kaddr);

/* -------------------------------------------------------------- references */

/**
 * put_page() - drop a reference to a block; the last one frees it
 * @page: any of it
 *
 * A block of alloc_pages() begins with one reference; all of its pages count as
 * one. get_page() may also be used on other memory, which its own function
 * frees: there only what get_page() added can be dropped.
 *
 * Context: Any.
 * Checks: those of __free_pages().
 */
void put_page(struct page *page);

/**
 * page_ref_add() - add references to a block
 * @page: any of it; a pointer that is no page: nothing
 * @nr: how many
 *
 * Context: Any.
 */
void page_ref_add(struct page *page, int nr);

/**
 * page_ref_sub() - drop references to a block, but not the last one
 * @page: any of it; a pointer that is no page: nothing
 * @nr: how many
 *
 * Context: Any.
 */
void page_ref_sub(struct page *page, int nr);

/**
 * page_ref_count() - the references of a block
 * @page: any of it
 *
 * Context: Any.
 * Return: how many; 0 for a pointer that is no page.
 */
int page_ref_count(const struct page *page);

/**
 * __page_frag_cache_drain() - put_page() several times
 * @page: as there
 * @count: how often
 *
 * For drivers that took many references at once.
 *
 * Context: Any.
 * Checks: as there.
 */
void __page_frag_cache_drain(struct page *page, unsigned int count);

/**
 * get_page() - add a reference to a block
 * @page: any of it
 *
 * Context: Any.
 */
static inline void get_page(struct page *page)
{
	page_ref_add(page, 1);
}

/**
 * page_ref_inc() - add a reference to a block
 * @page: any of it
 *
 * Context: Any.
 */
static inline void page_ref_inc(struct page *page)
{
	page_ref_add(page, 1);
}

/**
 * page_count() - the references of a block
 * @page: any of it
 *
 * Context: Any.
 * Return: as page_ref_count().
 */
static inline int page_count(const struct page *page)
{
	return page_ref_count(page);
}

/**
 * compound_head() - the first page of a block made with __GFP_COMP
 * @page: any of it
 *
 * Context: Any.
 * Return: the first page; @page itself of other memory.
 */
struct page *compound_head(const struct page *page);

/**
 * compound_order() - the size of a block made with __GFP_COMP
 * @page: the first of it
 *
 * Context: Any.
 * Return: log2 of its pages; 0 for other pages.
 */
unsigned int compound_order(const struct page *page);

/**
 * page_size() - the size of a block made with __GFP_COMP
 * @page: the first of it
 *
 * Context: Any.
 * Return: bytes; PAGE_SIZE for other pages.
 */
static inline unsigned long page_size(const struct page *page)
{
	return PAGE_SIZE << compound_order(page);
}

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif
#endif
