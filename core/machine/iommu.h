/* SPDX-License-Identifier: MIT */
/*
 * An IOMMU with one page table, which all devices share: so an address that was made
 * for one of them means nothing else to another. After drivers/iommu/dma-iommu.c:
 * addresses are handed out from the top of what the device's mask allows, aligned to
 * their size, and freed ones of up to 32 pages are kept for the next.
 */
#ifndef DMALAB_MACHINE_IOMMU_H
#define DMALAB_MACHINE_IOMMU_H

#include <linux/types.h>

struct machine;

/* Addresses lie where no RAM does, but for masks of less than 25 bits. */
#define IOVA_FIRST 256u         /* page: 1 MiB */
#define IOVA_PAGES (1u << 18)   /* up to 1 GiB */

#define IOVA_ORDERS 6           /* kept: 1 to 32 pages */
#define IOVA_KEPT   32u

enum { IOMMU_READ = 1, IOMMU_WRITE = 2, IOMMU_VALID = 4 };

struct iova_stack {
	u32 nr;
	u32 page[IOVA_KEPT];
};

struct iommu {
	u64 *table;             /* by page: physical page address | permissions; NULL: none */
	u64 *used;              /* a bit for each page */
	u64 full[IOVA_PAGES / 64 / 64]; /* a bit for each word of those that has no free page */
	struct iova_stack kept[IOVA_ORDERS];
};

/*
 * Map @size bytes at @phys. Returns the address, which has the offset in its page of
 * @phys, or NO_IOVA when there is none at or below @limit.
 */
#define NO_IOVA (~(dma_addr_t)0)
dma_addr_t dlab_iommu_map(struct machine *m, phys_addr_t phys, size_t size, unsigned permissions,
			  u64 limit);
void dlab_iommu_unmap(struct machine *m, dma_addr_t iova, size_t size);

/* Addresses for @size bytes in one piece, to be filled by dlab_iommu_set(). */
dma_addr_t dlab_iommu_reserve(struct machine *m, size_t size, u64 limit);
void dlab_iommu_set(struct machine *m, dma_addr_t iova, phys_addr_t phys, size_t size,
		    unsigned permissions);

/* How many of the @size bytes from @iova on are mapped, up to the first that is not. */
size_t dlab_iommu_mapped(const struct machine *m, dma_addr_t iova, size_t size);

/* The physical address behind @iova if the access is permitted, or NO_IOVA. */
phys_addr_t dlab_iommu_translate(const struct machine *m, dma_addr_t iova, unsigned permission);

#endif
