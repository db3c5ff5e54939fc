/* SPDX-License-Identifier: MIT */
/*
 * A device's view of memory: what stands behind a DMA address.
 *
 * The places of the bus are numbered: RAM by its offset, the addresses of an IOMMU
 * from PLACE_IOVA on, physical addresses that are no RAM from PLACE_MMIO on.
 */
#ifndef DMALAB_MACHINE_BUS_H
#define DMALAB_MACHINE_BUS_H

#include "machine/machine.h"

struct bus_window {
	phys_addr_t cpu;
	dma_addr_t dma;
	u64 size;       /* 0: no window, addresses are the same */
	dma_addr_t own; /* memory of the device's own, which stands before all else */
	u64 own_size;
};

#define NO_DMA (~(dma_addr_t)0)

static inline dma_addr_t bus_from_phys(const struct bus_window *w, phys_addr_t phys)
{
	if (likely(!w->size))
		return phys;
	return phys - w->cpu < w->size ? phys - w->cpu + w->dma : NO_DMA;
}

/* Where in RAM a DMA address leads, or NO_OFFSET. */
static inline size_t bus_to_offset(const struct machine *m, const struct bus_window *w,
				   dma_addr_t dma)
{
	if (likely(!w->size))
		return phys_to_offset(m, dma);
	return dma - w->dma < w->size ? phys_to_offset(m, dma - w->dma + w->cpu) : NO_OFFSET;
}

/* The place that a DMA address leads to, or NO_OFFSET. */
static inline u64 bus_place(const struct machine *m, const struct bus_window *w, dma_addr_t dma)
{
	size_t offset;

	if (unlikely(dma - w->own < w->own_size))
		return PLACE_MMIO | dma;
	if (unlikely(m->profile->translation == TRANSLATE_IOMMU))
		return dma >> PAGE_SHIFT < IOVA_PAGES ? PLACE_IOVA | dma : NO_OFFSET;
	offset = bus_to_offset(m, w, dma);
	if (likely(offset != NO_OFFSET))
		return offset;
	if (w->size && dma - w->dma < w->size)
		dma = dma - w->dma + w->cpu;
	return dma < PLACE_IOVA ? PLACE_MMIO | dma : NO_OFFSET;
}

/* The highest physical address that a device with this limit on the bus reaches. */
static inline phys_addr_t bus_phys_limit(const struct bus_window *w, dma_addr_t limit)
{
	if (likely(!w->size))
		return limit;
	if (limit < w->dma)
		return 0;
	return limit - w->dma < w->size ? limit - w->dma + w->cpu : w->cpu + w->size - 1;
}

#endif
