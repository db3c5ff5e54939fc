/* SPDX-License-Identifier: MIT */
/*
 * From memory to the address that a device is given for it, and back: direct, by a
 * bounce buffer, or by an IOMMU.
 */
#ifndef DMALAB_DMA_TRANSLATE_H
#define DMALAB_DMA_TRANSLATE_H

#include "lab/lab.h"

#include <linux/dma-mapping.h>

/* What is to be reached. */
struct route_request {
	struct dmalab_device *d;
	size_t offset;                 /* in RAM, or NO_OFFSET: */
	phys_addr_t phys;              /* a resource */
	size_t size;
	u64 limit;                     /* the highest address the device can drive */
	enum dma_data_direction dir;
	unsigned long attrs;
	bool mapping;                  /* of the driver's memory, not an allocation */
};

/* How the device gets there. */
struct route {
	dma_addr_t dma;
	u64 place;                     /* bus.h */
	struct bounce *bounce;
};

enum route_result {
	ROUTE_OK,
	ROUTE_TOO_HIGH,                /* an address that the device cannot drive */
	ROUTE_FULL,                    /* no bounce slots, or no addresses, are left */
	ROUTE_FORBIDDEN                /* by an attribute */
};

enum route_result dlab_route_far(const struct route_request *want, struct route *route);

/* Does the memory of @r have an address that somebody must give back? */
static inline bool route_is_far(const struct region *r)
{
	return !region_is_direct(r) && !(r->place & PLACE_MMIO);
}

/* What an IOMMU lets the device do. */
unsigned dlab_route_permissions(enum dma_data_direction dir);

void dlab_route_end(struct dmalab_device *d, struct region *r);

static inline enum route_result route_find(const struct route_request *want, struct route *route)
{
	const struct machine *hw = &want->d->machine->hw;
	const struct bank *bank;
	size_t at;

	if (unlikely(hw->profile->translation != TRANSLATE_DIRECT || want->offset == NO_OFFSET))
		return dlab_route_far(want, route);
	bank = bank_at(hw, want->offset);
	at = want->offset - page_offset(bank->first);
	route->dma = bus_from_phys(&want->d->window, bank->phys + at);
	route->place = want->offset;
	route->bounce = NULL;
	if (unlikely(want->size > page_offset(bank->nr) - at || route->dma == NO_DMA ||
		     route->dma + want->size - 1 > want->limit ||
		     route->dma + want->size - 1 < route->dma))
		return ROUTE_TOO_HIGH;
	return ROUTE_OK;
}

/* Where in RAM the device's bytes are that begin @first bytes into @r; or NO_OFFSET. */
static inline size_t route_data(const struct region *r, size_t first)
{
	if (unlikely(!region_has_memory(r)))
		return NO_OFFSET;
	return (region_is_copied(r) ? r->bounce->slot : r->offset) + first;
}

/*
 * Without a ledger: where the access of a device ends up in RAM, and in *@len how far
 * it may go on from there. NO_OFFSET where there is nothing.
 */
size_t dlab_route_walk(const struct dmalab_device *d, dma_addr_t dma, bool store, size_t *len);

/*
 * Copy between the memory of a bounced mapping and its slots, as the hand-over of
 * these bytes does; @always: as the map does, whatever the direction.
 */
void dlab_route_copy(struct dmalab_device *d, struct region *r, size_t first, size_t len,
		     enum handover to, enum dma_data_direction dir, bool always, site_t site);

/* The same without a ledger, by what the slots know. */
void dlab_route_copy_slots(struct dmalab_device *d, size_t place, size_t len, enum handover to,
			   enum dma_data_direction dir);

#endif
