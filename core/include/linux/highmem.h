/* SPDX-License-Identifier: MIT */
/* Kernel basics: pages through pointers. */
#ifndef DMALAB_LINUX_HIGHMEM_H
#define DMALAB_LINUX_HIGHMEM_H

#include <linux/mm.h>
#include <linux/preempt.h>
#include <string.h>

/* All RAM has an address. */
static inline void *kmap_local_page(struct page *page)
{
	return page_address(page);
}

#ifndef kunmap_local
#define kunmap_local(addr) ((void)(addr))
#endif

/* In between, the thread must not sleep. */
static inline void *kmap_atomic(struct page *page)
{
	preempt_disable();
	return page_address(page);
}

#ifndef kunmap_atomic
#define kunmap_atomic(addr) ((void)(addr), preempt_enable())
#endif

static inline void *kmap(struct page *page)
{
	return page_address(page);
}

static inline void kunmap(struct page *page)
{
	(void)page;
}

static inline void memcpy_from_page(char *to, struct page *page, size_t offset,
				    size_t len)
{
	memcpy(to, (const char *)page_address(page) + offset, len);
}

static inline void memcpy_to_page(struct page *page, size_t offset,
				  const char *from, size_t len)
{
	memcpy((char *)page_address(page) + offset, from, len);
}

static inline void memzero_page(struct page *page, size_t offset, size_t len)
{
	memset((char *)page_address(page) + offset, 0, len);
}

static inline void clear_highpage(struct page *page)
{
	memset(page_address(page), 0, PAGE_SIZE);
}

#endif
