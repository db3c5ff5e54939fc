/* SPDX-License-Identifier: MIT */
/* The IOMMU: which addresses are taken, and what they lead to. */
#include "machine/machine.h"

static bool is_used(const struct iommu *u, u32 page)
{
	return u->used[page / 64] >> (page % 64) & 1;
}

/* Without a ledger, a driver may free what is free, or more than there is. */
static void mark(struct iommu *u, u32 page, u32 nr, bool used)
{
	for (u32 i = page; i < page + nr && i < IOVA_PAGES; i++) {
		u64 *word = &u->used[i / 64], bit = 1ull << (i / 64 % 64);

		*word = used ? *word | 1ull << (i % 64) : *word & ~(1ull << (i % 64));
		if (*word == ~0ull)
			u->full[i / 64 / 64] |= bit;
		else
			u->full[i / 64 / 64] &= ~bit;
	}
}

/* The highest clear bit below @end in a bitmap, plus 1; only down to its word. */
static u32 clear_below(const u64 *bits, u32 end)
{
	u64 clear = ~bits[(end - 1) / 64] & ~0ull >> (63 - (end - 1) % 64);

	return clear ? ((end - 1) & ~63u) + 64 - __builtin_clzll(clear) : 0;
}

/* The highest free page below @end, plus 1; 0: none. Full words of pages are not visited. */
static u32 free_below(const struct iommu *u, u32 end)
{
	while (end) {
		u32 free = clear_below(u->used, end), word = (end - 1) / 64;

		if (free)
			return free;
		while (word && !(free = clear_below(u->full, word)))
			word = (word - 1) & ~63u;
		end = free * 64;
	}
	return 0;
}

static u32 pages_of(dma_addr_t at, size_t size)
{
	return PAGE_ALIGN(offset_in_page(at) + size) >> PAGE_SHIFT;
}

/* Small sizes are rounded up, so that what is freed fits whoever comes next. */
static u32 rounded(u32 nr)
{
	return nr > 1u << (IOVA_ORDERS - 1) ? nr : 1u << order_of(page_offset(nr));
}

/* The highest run of free pages below @end that is aligned to @align; 0: none. */
static u32 search(const struct iommu *u, u32 end, u32 nr, u32 align)
{
	while ((end = free_below(u, end)) >= nr) {
		u32 page = (end - nr) & ~(align - 1), last = page + nr;

		if (page < IOVA_FIRST)
			return 0;
		while (last > page && !is_used(u, last - 1))
			last--;
		if (last == page)
			return page;
		end = last - 1;
	}
	return 0;
}

/* What is kept in one size may be wanted in another. Returns whether there was any. */
static cold bool drain(struct iommu *u)
{
	bool any = false;

	for (unsigned order = 0; order < IOVA_ORDERS; order++) {
		struct iova_stack *kept = &u->kept[order];

		any |= kept->nr != 0;
		while (kept->nr)
			mark(u, kept->page[--kept->nr], 1u << order, false);
	}
	return any;
}

static dma_addr_t reserve(struct machine *m, size_t size, u64 limit)
{
	struct iommu *u = &m->iommu;
	u32 nr = rounded(pages_of(0, size)), end = IOVA_PAGES, page, align;
	unsigned order = order_of(page_offset(nr));

	if (size > page_offset(IOVA_PAGES))
		return NO_IOVA;
	if (limit >> PAGE_SHIFT < IOVA_PAGES)
		end = (limit + 1) >> PAGE_SHIFT;
	if (order < IOVA_ORDERS && u->kept[order].nr &&
	    u->kept[order].page[u->kept[order].nr - 1] + nr <= end) {
		page = u->kept[order].page[--u->kept[order].nr];
	} else {
		align = 1u << order;
		page = search(u, end, nr, align);
		if (!page && drain(u))
			page = search(u, end, nr, align);
		if (!page)
			return NO_IOVA;
		mark(u, page, nr, true);
	}
	return (dma_addr_t)page << PAGE_SHIFT;
}

dma_addr_t dlab_iommu_reserve(struct machine *m, size_t size, u64 limit)
{
	dma_addr_t iova = reserve(m, size, limit);

	if (unlikely(iova == NO_IOVA) && dlab_quarantine_empty(m))
		iova = reserve(m, size, limit);
	return iova;
}

void dlab_iommu_set(struct machine *m, dma_addr_t iova, phys_addr_t phys, size_t size,
		    unsigned permissions)
{
	u32 nr = pages_of(iova, size);
	u64 *entry = &m->iommu.table[iova >> PAGE_SHIFT];

	for (u32 i = 0; i < nr; i++)
		entry[i] = ((phys & PAGE_MASK) + page_offset(i)) | permissions | IOMMU_VALID;
}

dma_addr_t dlab_iommu_map(struct machine *m, phys_addr_t phys, size_t size, unsigned permissions,
			  u64 limit)
{
	dma_addr_t iova = dlab_iommu_reserve(m, size + offset_in_page(phys), limit);

	if (iova == NO_IOVA)
		return NO_IOVA;
	iova += offset_in_page(phys);
	dlab_iommu_set(m, iova, phys, size, permissions);
	return iova;
}

/* Pages of addresses: the first, and behind 32 bits how many. */
static void put_back(struct machine *m, u64 addresses)
{
	struct iommu *u = &m->iommu;
	u32 page = addresses, room = addresses >> 32;
	unsigned order = order_of(page_offset(room));

	if (order < IOVA_ORDERS && u->kept[order].nr < IOVA_KEPT)
		u->kept[order].page[u->kept[order].nr++] = page;
	else
		mark(u, page, room, false);
}

void dlab_iommu_unmap(struct machine *m, dma_addr_t iova, size_t size)
{
	u32 page = iova >> PAGE_SHIFT, nr = pages_of(iova, size), room = rounded(nr);

	if (!size)
		return;
	for (u32 i = 0; i < nr; i++)
		m->iommu.table[page + i] = 0;
	dlab_quarantine_add(m, put_back, page | (u64)room << 32, size);
}

size_t dlab_iommu_mapped(const struct machine *m, dma_addr_t iova, size_t size)
{
	size_t len = 0;

	while (len < size && dlab_iommu_translate(m, iova + len, 0) != NO_IOVA)
		len += PAGE_SIZE - offset_in_page(iova + len);
	return len < size ? len : size;
}

phys_addr_t dlab_iommu_translate(const struct machine *m, dma_addr_t iova, unsigned permission)
{
	u64 entry;

	if (iova >> PAGE_SHIFT >= IOVA_PAGES)
		return NO_IOVA;
	entry = m->iommu.table[iova >> PAGE_SHIFT];
	if (!(entry & IOMMU_VALID) || (entry & permission) != permission)
		return NO_IOVA;
	return (entry & PAGE_MASK) + offset_in_page(iova);
}
