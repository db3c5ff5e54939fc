/* SPDX-License-Identifier: MIT */
/* Giving one piece of memory to a device: what single mappings and lists share. */
#ifndef DMALAB_DMA_MAP_H
#define DMALAB_DMA_MAP_H

#include "dma/direct.h"
#include "dma/translate.h"

struct map {
	struct dmalab_device *d;
	const struct call *call;
	enum region_kind kind;
	const u8 *ptr;                 /* as the CPU's cached view has it, or */
	bool joined;                   /* pieces that lie side by side may be one by now */
	bool resource;                 /* no RAM, at */
	phys_addr_t phys;
	size_t size;
	enum dma_data_direction dir;
	unsigned long attrs;
	bool reported;                 /* the call has given its report */
};

/* Neither the memory nor a buffer is in the device's reach. */
cold void dlab_map_refuse_address(struct map *map);

/* Report @check with the device, pointer and size of the mapping. */
cold void dlab_map_refuse(struct map *map, enum check check, const char *detail);

/* Direction, size, attributes and mask. False, after a report. */
cold bool dlab_map_look_at_arguments(struct map *map);

static inline bool map_arguments_ok(struct map *map)
{
	const struct device *dev = map->d->dev;

	if (likely(direction_ok(map->dir) && map->size && !map->attrs && dev->dma_mask &&
		   *dev->dma_mask))
		return true;
	return dlab_map_look_at_arguments(map);
}

/* Is it memory that may be mapped? False, after a report. */
bool dlab_map_memory_ok(struct map *map);

/* Memory in one page, all of it handed out, and no DMA memory: most mappings. */
static inline bool map_is_ordinary(const struct judge *j, size_t offset, size_t len)
{
	return (offset & (PAGE_SIZE - 1)) + len <= PAGE_SIZE &&
	       !ledger_alloc_at(&j->ledger, offset) &&
	       !j->hw->frames[offset >> PAGE_SHIFT].memory_only &&
	       ledger_is_used(&j->ledger, offset, len);
}

/*
 * The address, the entry in the ledger, and the bytes handed over. Returns the entry,
 * which without a ledger is *@none; or NULL, after a report where one is due.
 */
struct region *dlab_map_piece(struct map *map, struct region *none);

/*
 * Once it is made, if the call has reported nothing: is all of @r the driver's, where it
 * begins in an object of kmalloc() or of a cache?
 */
void dlab_map_check_end(struct map *map, const struct region *r);

/* And last: has somebody stored all of it, if the device may read it? */
cold void dlab_map_look_at_stores(struct map *map, const struct region *r);

static inline void map_check_stored(struct map *map, const struct region *r)
{
	if (device_reads(map->dir) && region_has_memory(r) &&
	    unwritten_any(&map->d->machine->judge.unwritten, r->offset, r->size))
		dlab_map_look_at_stores(map, r);
}

/* The bytes of an entry go to the device. */
void dlab_map_give(struct map *map, struct region *r);

/* Enter it with an address that is known. NULL: the host has no memory. */
struct region *dlab_map_enter(const struct map *map, const struct route *route,
			      struct region *none);

/* Where its memory is, after dlab_map_memory_ok(). */
static inline size_t map_offset(const struct map *map)
{
	return map->resource ? NO_OFFSET : (size_t)(map->ptr - map->d->machine->hw.cached);
}

static inline u64 map_limit(const struct device *dev)
{
	return min_not_zero(*dev->dma_mask, dev->bus_dma_limit);
}

#endif
