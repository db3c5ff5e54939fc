/* SPDX-License-Identifier: MIT */
/* Routes: the DMA address that a piece of memory gets, directly, by copies or by an IOMMU. */
#include "dma/device-memory.h"
#include "dma/translate.h"

#include <string.h>

/* --------------------------------------------------------------- resources */

/* No device has more; and the ledger would get large. */
#define RESOURCE_MAX (1ull << 40)

/* Something on the bus that is no RAM; only an IOMMU gives it another address. */
static enum route_result find_resource(const struct route_request *want, struct route *route)
{
	struct machine *hw = &want->d->machine->hw;
	u64 last = want->phys + want->size - 1;

	if (hw->profile->translation == TRANSLATE_BOUNCE)
		return ROUTE_FORBIDDEN;
	if (last < want->phys)
		return ROUTE_TOO_HIGH;
	if (want->size > RESOURCE_MAX)
		return ROUTE_FULL;
	route->bounce = NULL;
	if (hw->profile->translation == TRANSLATE_IOMMU) {
		route->dma = dlab_iommu_map(hw, want->phys, want->size,
					    dlab_route_permissions(want->dir), want->limit);
		route->place = PLACE_IOVA | route->dma;
		return route->dma == NO_IOVA ? ROUTE_FULL : ROUTE_OK;
	}
	route->dma = want->phys;
	/* On the bus it is where it is, though a window may show something else there. */
	route->place = bus_place(hw, &want->d->window, want->phys);
	return last > want->limit || last >= PLACE_IOVA || !(route->place & PLACE_MMIO) ?
	       ROUTE_TOO_HIGH : ROUTE_OK;
}

/* ------------------------------------------------------------------ bounce */

static enum route_result find_slots(const struct route_request *want, struct route *route)
{
	struct dmalab_machine *lab = want->d->machine;
	struct machine *hw = &lab->hw;
	struct bounce_request slots = {
		.offset = want->offset, .size = want->size,
		.min_align_mask = dma_get_min_align_mask(want->d->dev),
		.boundary_mask = dma_get_seg_boundary(want->d->dev),
		.limit = bus_phys_limit(&want->d->window, want->limit),
	};
	size_t slot;

	if (want->attrs & DMA_ATTR_REQUIRE_COHERENT)
		return ROUTE_FORBIDDEN;
	if (slots.limit < offset_to_phys(hw, hw->swiotlb.base))
		return ROUTE_TOO_HIGH;
	slot = dlab_swiotlb_take(hw, &slots);
	if (slot == NO_OFFSET)
		return ROUTE_FULL;
	route->place = slot;
	route->dma = bus_from_phys(&want->d->window, offset_to_phys(hw, slot));
	route->bounce = NULL;
	if (route->dma == NO_DMA) {
		dlab_swiotlb_give(hw, slot);
		return ROUTE_TOO_HIGH;
	}
	if (!judge_keeps_ledger(&lab->judge))
		return ROUTE_OK;
	route->bounce = dlab_bounce_new(slot, want->size, judge_sees_accesses(&lab->judge));
	if (!route->bounce) {
		dlab_swiotlb_give(hw, slot);
		return ROUTE_FULL;
	}
	return ROUTE_OK;
}

static void copy(struct machine *hw, size_t offset, size_t slot, size_t len, bool in)
{
	if (in)
		dlab_cache_copy(hw, slot, offset, len);
	else
		dlab_cache_copy(hw, offset, slot, len);
}

static bool copies(enum handover to, enum dma_data_direction dir)
{
	return dir != (to == FOR_DEVICE ? DMA_FROM_DEVICE : DMA_TO_DEVICE);
}

void dlab_route_copy(struct dmalab_device *d, struct region *r, size_t first, size_t len,
		     enum handover to, enum dma_data_direction dir, bool always, site_t site)
{
	struct dmalab_machine *lab = d->machine;

	if (!always && !copies(to, dir))
		return;
	if (region_is_copied(r))
		copy(&lab->hw, r->offset + first, r->bounce->slot + first, len, to == FOR_DEVICE);
	dlab_judge_copied(&lab->judge, d->dev, r, first, len, to, site);
}

void dlab_route_copy_slots(struct dmalab_device *d, size_t place, size_t len, enum handover to,
			   enum dma_data_direction dir)
{
	struct machine *hw = &d->machine->hw;
	struct slot *slot = dlab_swiotlb_find(hw, place);
	size_t first;

	if (!slot || !copies(to, dir))
		return;
	first = place - dlab_swiotlb_address(hw, slot);
	if (first < slot->size)
		copy(hw, slot->offset + first, place,
		     len < slot->size - first ? len : slot->size - first, to == FOR_DEVICE);
}

/* ------------------------------------------------------------------- IOMMU */

unsigned dlab_route_permissions(enum dma_data_direction dir)
{
	return dir == DMA_TO_DEVICE ? IOMMU_READ :
	       dir == DMA_FROM_DEVICE ? IOMMU_WRITE : IOMMU_READ | IOMMU_WRITE;
}

static enum route_result find_addresses(const struct route_request *want, struct route *route)
{
	struct machine *hw = &want->d->machine->hw;

	if (want->size > bank_bytes(hw, want->offset))
		return ROUTE_TOO_HIGH;
	route->dma = dlab_iommu_map(hw, offset_to_phys(hw, want->offset), want->size,
				    dlab_route_permissions(want->dir), want->limit);
	route->place = PLACE_IOVA | route->dma;
	route->bounce = NULL;
	return route->dma == NO_IOVA ? ROUTE_FULL : ROUTE_OK;
}

cold enum route_result dlab_route_far(const struct route_request *want, struct route *route)
{
	if (want->offset == NO_OFFSET)
		return find_resource(want, route);
	if (want->d->machine->hw.profile->translation == TRANSLATE_IOMMU)
		return find_addresses(want, route);
	/* Allocations lie where the device can reach them. */
	if (want->mapping)
		return find_slots(want, route);
	route->dma = bus_from_phys(&want->d->window,
				   offset_to_phys(&want->d->machine->hw, want->offset));
	route->place = want->offset;
	route->bounce = NULL;
	return route->dma == NO_DMA || route->dma + want->size - 1 > want->limit ? ROUTE_TOO_HIGH :
										  ROUTE_OK;
}

cold void dlab_route_end(struct dmalab_device *d, struct region *r)
{
	struct machine *hw = &d->machine->hw;

	if (r->place & PLACE_IOVA) {
		dlab_iommu_unmap(hw, r->dma, r->size);
		return;
	}
	dlab_swiotlb_give(hw, r->place);
	dlab_bounce_free(r->bounce);
	r->bounce = NULL;
}

size_t dlab_route_walk(const struct dmalab_device *d, dma_addr_t dma, bool store, size_t *len)
{
	const struct machine *hw = &d->machine->hw;
	size_t offset = unlikely(d->memory) ? dlab_device_memory_offset(d, dma) : NO_OFFSET;

	if (unlikely(offset != NO_OFFSET)) {
		*len = PAGE_SIZE - offset_in_page(offset);
		return offset;
	}
	if (hw->profile->translation == TRANSLATE_IOMMU) {
		phys_addr_t phys = dlab_iommu_translate(hw, dma, store ? IOMMU_WRITE : IOMMU_READ);

		offset = phys == NO_IOVA ? NO_OFFSET : phys_to_offset(hw, phys);
		*len = PAGE_SIZE - offset_in_page(dma);
		return offset;
	}
	offset = bus_to_offset(hw, &d->window, dma);
	*len = offset == NO_OFFSET ? 0 : bank_bytes(hw, offset);
	return offset;
}
