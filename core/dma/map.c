/* SPDX-License-Identifier: MIT */
/* What all kinds of mappings have in common: checks, the route, the record. */
#include "dma/map.h"

#include "mm/pointer.h"

#include <stdio.h>

cold void dlab_map_refuse(struct map *map, enum check check, const char *detail)
{
	struct judge *j = &map->d->machine->judge;
	size_t offset = cpu_to_offset(j->hw, map->ptr);
	struct finding f = {
		.check = check, .call = map->call, .dev = map->d->dev, .cpu = map->ptr,
		.size = map->size, .detail = detail,
	};

	if (map->reported)
		return;
	map->reported = true;
	if (judge_keeps_ledger(j) && offset != NO_OFFSET)
		f.region = ledger_alloc(&j->ledger, offset >> PAGE_SHIFT);
	dlab_judge_report(j, &f);
}

/* What the pointer is, when it is not memory of the linear map. */
static cold void refuse_pointer(struct map *map)
{
	struct unmappable why = dlab_pointer_refusal(map->d->machine, map->ptr);

	dlab_map_refuse(map, why.check, why.detail);
}

cold bool dlab_map_look_at_arguments(struct map *map)
{
	unsigned long not_ram = map->resource ? 0 : DMA_ATTR_MMIO;

	if (!direction_ok(map->dir)) {
		dlab_map_refuse(map, CHECK_BAD_DIRECTION, VALID_DIRECTIONS);
		return false;
	}
	if (!map->size) {
		dlab_map_refuse(map, CHECK_ZERO_SIZE, NULL);
		return false;
	}
	if (map->attrs & (~ATTRS_KNOWN | not_ram)) {
		dlab_map_refuse(map, CHECK_BAD_ATTRS,
				"DMA_ATTR_MMIO and unknown bits are not for RAM");
		return false;
	}
	if (!map->d->dev->dma_mask || !*map->d->dev->dma_mask) {
		dlab_map_refuse(map, CHECK_MASK_UNSET, "dma_set_mask() was not called");
		return false;
	}
	return true;
}

#define SHARES_LINES (DMA_ATTR_DEBUGGING_IGNORE_CACHELINES | DMA_ATTR_REQUIRE_COHERENT)

/*
 * Two mappings whose lines the device may write: each invalidates what the other is
 * waiting for. The kernel's rule, without its blind spots: it looks at the first
 * line of either only, and not at the device. Several devices may share pages, as
 * importers of a dma-buf do, and take turns: whether they did is for the accesses to
 * show. Where mappings are bounced there are no lines, but what the first to be
 * unmapped copied back is overwritten by the second.
 */
static const struct region *find_overlap(const struct map *map, size_t offset)
{
	const struct judge *j = &map->d->machine->judge;
	bool bounced = j->hw->profile->translation == TRANSLATE_BOUNCE;
	size_t line = bounced ? 1 : 1ul << j->hw->profile->line_shift;
	size_t start = offset & ~(line - 1);
	size_t len = ((offset + map->size + line - 1) & ~(line - 1)) - start;
	bool may_share = map->attrs & SHARES_LINES;

	for (u32 p = start >> PAGE_SHIFT; p <= (start + len - 1) >> PAGE_SHIFT; p++) {
		for (struct span *span = j->ledger.pages[p].maps; span; span = span->next) {
			const struct region *r = span->region;

			if (r->dev == map->d->dev && r->dir != DMA_TO_DEVICE &&
			    region_touches(r, start, len) &&
			    !(may_share && r->attrs & SHARES_LINES))
				return r;
		}
	}
	return NULL;
}

static bool may_overlap(const struct map *map, size_t offset)
{
	const struct judge *j = &map->d->machine->judge;
	bool bounced = j->hw->profile->translation == TRANSLATE_BOUNCE;

	if (!judge_keeps_ledger(j) || map->resource)
		return false;
	/* A line does not leave its page. */
	if (likely((offset & (PAGE_SIZE - 1)) + map->size <= PAGE_SIZE &&
		   !j->ledger.pages[offset >> PAGE_SHIFT].maps))
		return false;
	return map->dir != DMA_TO_DEVICE && (bounced || !map->d->dev->dma_coherent) &&
	       !map->reported && !(map->attrs & DMA_ATTR_SKIP_CPU_SYNC) &&
	       judge_wants(j, CHECK_OVERLAPPING_MAPPING);
}

/* A warning: the mapping is made. */
static void check_overlap(struct map *map, size_t offset)
{
	struct judge *j = &map->d->machine->judge;
	struct finding f = {
		.check = CHECK_OVERLAPPING_MAPPING, .call = map->call, .dev = map->d->dev,
		.cpu = map->ptr, .size = map->size,
		.detail = j->hw->profile->translation == TRANSLATE_BOUNCE ?
			  "the device may write both mappings, and the last to be unmapped wins" :
			  "the device may write both mappings, and they share a cache line",
	};

	f.region = find_overlap(map, offset);
	if (likely(!f.region))
		return;
	dlab_judge_report(j, &f);
	map->reported = true;
}

bool dlab_map_memory_ok(struct map *map)
{
	const struct machine *hw = &map->d->machine->hw;
	const struct judge *j = &map->d->machine->judge;
	const struct region *r;
	size_t offset, free;

	if (!in_cached(hw, map->ptr) || map->size > hw->ram_size - (map->ptr - hw->cached)) {
		refuse_pointer(map);
		return false;
	}
	offset = map->ptr - hw->cached;
	judge_find_stores(&map->d->machine->judge, map->call, offset, map->size);
	if (!judge_keeps_ledger(j) || map_is_ordinary(j, offset, map->size))
		return true;
	for (size_t at = offset & PAGE_MASK; at < offset + map->size; at += PAGE_SIZE) {
		r = ledger_alloc(&j->ledger, at >> PAGE_SHIFT);
		if (unlikely(r && (region_is_coherent(r) || r->kind == REGION_HANDLE))) {
			dlab_map_refuse(
				map,
				r->kind == REGION_HANDLE ? CHECK_MAP_HANDLE : CHECK_MAP_COHERENT,
				at > offset ? "it runs into it from the memory before it" : NULL);
			return false;
		}
	}
	free = dlab_judge_find_dangling(j, offset, map->size, false);
	if (free != NO_OFFSET) {
		dlab_map_refuse(map, CHECK_MAP_FREED,
				free > offset ? "it runs into it from the memory before it" : NULL);
		return false;
	}
	return true;
}

struct region *dlab_map_enter(const struct map *map, const struct route *route, struct region *none)
{
	struct ledger *l = &map->d->machine->judge.ledger;
	bool keep = judge_keeps_ledger(&map->d->machine->judge);
	struct region *r = keep ? ledger_new(l) : none;

	if (unlikely(!r))
		return NULL;
	if (keep)
		region_fill(r, map->d->dev, map->call, map->kind);
	r->offset = map_offset(map);
	r->size = map->size;
	r->place = route->place;
	r->dma = route->dma;
	r->cpu = map->ptr;
	r->attrs = map->attrs;
	r->dir = map->dir;
	r->owner = OWNER_DEVICE;
	r->bounce = route->bounce;
	if (!keep)
		return r;
	if (!judge_mapping_copied(&map->d->machine->judge, r))
		return NULL;
	if (likely(dlab_ledger_enter(l, &map->d->live, r)))
		return r;
	if (r->bounce && !region_is_copied(r))
		dlab_bounce_free(r->bounce);
	return NULL;
}

cold void dlab_map_refuse_address(struct map *map)
{
	dlab_map_refuse(map, CHECK_ADDRESS_OVER_MASK,
			map->resource ? "the device ends below it, or finds RAM at this address" :
			map->d->machine->hw.profile->translation == TRANSLATE_BOUNCE ?
					"and the bounce buffer is out of its reach as well" :
					"and there is no bounce buffer");
}

static cold void undo_route(const struct map *map, const struct route *route)
{
	struct region r = {
		.place = route->place, .dma = route->dma, .bounce = route->bounce,
		.offset = map_offset(map), .size = map->size,
	};

	if (route_is_far(&r))
		dlab_route_end(map->d, &r);
}

/* A map copies to the bounce buffer whatever the direction, so as not to lose bytes. */
static void fill_slots(const struct map *map, struct region *r)
{
	if (r->bounce)
		dlab_route_copy(map->d, r, 0, map->size, FOR_DEVICE, map->dir, true,
				map->call->site);
	else
		dlab_route_copy_slots(map->d, r->place, map->size, FOR_DEVICE, DMA_BIDIRECTIONAL);
}

void dlab_map_give(struct map *map, struct region *r)
{
	struct judge *j = &map->d->machine->judge;
	struct run lost;

	if (unlikely(judge_bounces(j)))
		fill_slots(map, r);
	else if (unlikely(r->bounce))
		dlab_judge_copied(j, r->dev, r, 0, map->size, FOR_DEVICE, map->call->site);
	if (map->attrs & DMA_ATTR_SKIP_CPU_SYNC || unlikely(map->resource) ||
	    (judge_bounces(j) && !j->all))
		return;
	if (unlikely(direct_handover(map->d, map_offset(map), map->size, FOR_DEVICE, map->dir,
				     map->call->site, r, &lost)) && !map->reported) {
		dlab_direct_report_partial(map->d, map->call, r, r->dma, map->size, &lost);
		map->reported = true;
	}
}

struct region *dlab_map_piece(struct map *map, struct region *none)
{
	struct route_request want = {
		.d = map->d, .size = map->size, .limit = map_limit(map->d->dev),
		.offset = map_offset(map), .phys = map->phys, .dir = map->dir,
		.attrs = map->attrs, .mapping = true,
	};
	struct route route;
	enum route_result result = route_find(&want, &route);
	struct region *r;

	if (unlikely(result != ROUTE_OK)) {
		if (result == ROUTE_TOO_HIGH)
			dlab_map_refuse_address(map);
		return NULL;
	}
	if (unlikely(may_overlap(map, want.offset)))
		check_overlap(map, want.offset);
	r = dlab_map_enter(map, &route, none);
	if (unlikely(!r)) {
		undo_route(map, &route);
		return NULL;
	}
	dlab_map_give(map, r);
	return r;
}

/* --------------------------------------------------------- old contents */

cold void dlab_map_look_at_stores(struct map *map, const struct region *r)
{
	struct given given = {
		.call = map->call, .r = r, .cpu = r->cpu, .dma = r->dma, .size = r->size,
		.len = r->size,
	};

	if (!map->reported && !(map->attrs & DMA_ATTR_SKIP_CPU_SYNC))
		map->reported = trust_given(&map->d->machine->judge, &given);
}

/* ------------------------------------------------------- the end of objects */

/*
 * Where the driver's own bytes end inside @r, or NO_OFFSET. What comes as pages or in a
 * list may have been joined of several pieces, as the block layer does: then one object may
 * follow another without a gap.
 */
static size_t find_end(const struct map *map, const struct region *r)
{
	const struct slab *slab = &map->d->machine->mm->slab;
	size_t end, stop = r->offset + r->size;

	for (end = slab_end(slab, r->offset); end < stop; end = slab_end(slab, end))
		if (!map->joined || !dlab_slab_goes_on(slab, end))
			return end;
	return NO_OFFSET;
}

static cold void report_end(struct map *map, const struct region *r, size_t end)
{
	const struct dmalab_machine *lab = map->d->machine;
	struct mm_object o = dlab_mm_find(lab, lab->hw.cached + end - 1);
	size_t start = o.start - lab->hw.cached, need = r->offset + r->size - start;
	struct finding f = {
		.check = CHECK_MAP_PAST_OBJECT, .call = map->call, .dev = r->dev, .cpu = r->cpu,
		.size = r->size, .region = r,
	};
	char detail[160], missing[64];

	f.first = end > r->offset ? end - r->offset : 0;
	f.last = r->size - 1;
	f.bytes = r->size - f.first;
	snprintf(detail, sizeof(detail), "the object at CPU %p has %zu bytes, and behind it is %s",
		 (const void *)o.start, end - start, need <= o.room ?
		 "what its size class leaves over here" : "what others have, or nobody");
	snprintf(missing, sizeof(missing), "an object of %zu bytes", need);
	f.detail = detail;
	f.missing = missing;
	dlab_judge_report(&map->d->machine->judge, &f);
	map->reported = true;
}

/* It is longer than the object that it begins in. */
static cold void look_at_end(struct map *map, const struct region *r)
{
	size_t end = find_end(map, r);

	if (end != NO_OFFSET)
		report_end(map, r, end);
}

void dlab_map_check_end(struct map *map, const struct region *r)
{
	const struct dmalab_machine *lab = map->d->machine;

	if (map->resource || map->reported || !judge_wants(&lab->judge, CHECK_MAP_PAST_OBJECT))
		return;
	if (unlikely(slab_end(&lab->mm->slab, r->offset) < r->offset + r->size))
		look_at_end(map, r);
}
