/* SPDX-License-Identifier: MIT */
/*
 * Pages and addresses of the simulated RAM. All of these take and return
 * addresses of whichever machine the argument belongs to.
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

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif
#endif
