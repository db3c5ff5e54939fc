/* SPDX-License-Identifier: MIT */
/* Mappings of one piece of the driver's memory, or of a resource on the bus. */
#include "judge/blocks.h"
#include "dma/map.h"
#include "base/probe.h"

#include <errno.h>
#include <stdio.h>

/* Any part of it: the kernel, which looks at its first page only, would map the rest. */
static bool is_ram(const struct machine *hw, phys_addr_t phys, size_t size)
{
	phys_addr_t last = phys + size - 1 >= phys ? phys + size - 1 : ~(phys_addr_t)0;

	for (const struct bank *bank = hw->bank; bank < hw->bank + NR_ZONES; bank++)
		if (bank->nr && phys <= bank->last && bank->phys <= last)
			return true;
	return false;
}

/* The memory of a resource is that of something else on the bus. */
static bool resource_ok(struct map *map)
{
	if (likely(!is_ram(&map->d->machine->hw, map->phys, map->size)))
		return true;
	dlab_map_refuse(
		map, CHECK_MAP_RESOURCE_RAM,
		"for RAM: dma_map_single(), dma_map_page() or dma_map_phys() without DMA_ATTR_MMIO");
	return false;
}

static dma_addr_t map_locked(struct map *map)
{
	struct judge *j = &map->d->machine->judge;
	struct region none, *r;

	if (unlikely(!map_arguments_ok(map)) ||
	    unlikely(map->resource ? !resource_ok(map) : !dlab_map_memory_ok(map)))
		return DMA_MAPPING_ERROR;
	if ((map->attrs & DMA_ATTR_REQUIRE_COHERENT) && !map->d->dev->dma_coherent)
		return DMA_MAPPING_ERROR;
	if (lab_must_fail_in(map->d->machine, map->call))
		return DMA_MAPPING_ERROR;
	r = dlab_map_piece(map, &none);
	if (unlikely(!r))
		return DMA_MAPPING_ERROR;
	judge_mapped(j, r);
	if (judge_keeps_ledger(j))
		dlab_map_check_end(map, r);
	map_check_stored(map, r);
	return r->dma;
}

/*
 * Fast path: ordinary memory in one page that nobody has mapped yet, where the device finds it.
 * Such a mapping is an entry in the ledger, if there is one, and a hand-over; what else may be
 * wrong is asked as for any other. False, and nothing is done: something is not so.
 */
static inline bool map_simply(struct dmalab_device *d, struct device *dev, const void *ptr,
			      size_t size, enum dma_data_direction dir, const struct call *call,
			      dma_addr_t *dma)
{
	struct dmalab_machine *lab = d->machine;
	struct judge *j = &lab->judge;
	struct machine *hw = &lab->hw;
	size_t offset = (uintptr_t)ptr - (uintptr_t)hw->cached;
	const struct bank *bank;
	struct region *r = NULL;
	struct run lost;
	bool lossy;

	if (unlikely(offset >= hw->ram_size || size - 1 >= PAGE_SIZE - offset_in_page(offset) ||
		     !direction_ok(dir) || !dev->dma_mask || !*dev->dma_mask ||
		     lab->fail_nth | lab->fail_every || d->window.size || j->all ||
		     hw->profile->translation != TRANSLATE_DIRECT))
		return false;
	bank = bank_at(hw, offset);
	*dma = bank->phys + (offset - page_offset(bank->first));
	if (unlikely(*dma + size - 1 > map_limit(dev)))
		return false;
	if (judge_keeps_ledger(j)) {
		if (unlikely(j->ledger.pages[offset >> PAGE_SHIFT].maps ||
			     !map_is_ordinary(j, offset, size) ||
			     slab_end(&lab->mm->slab, offset) < offset + size))
			return false;
		judge_find_stores(j, call, offset, size);
		r = ledger_new(&j->ledger);
		if (unlikely(!r)) {
			*dma = DMA_MAPPING_ERROR;
			return true;
		}
		region_fill(r, dev, call, REGION_SINGLE);
		r->offset = r->place = offset;
		r->size = size;
		r->dma = *dma;
		r->cpu = ptr;
		r->attrs = 0;
		r->dir = dir;
		r->owner = OWNER_DEVICE;
		dlab_ledger_enter(&j->ledger, &d->live, r);
	} else {
		judge_find_stores(j, call, offset, size);
	}
	lossy = direct_handover(d, offset, size, FOR_DEVICE, dir, call->site, r, &lost);
	if (unlikely(lossy))
		dlab_direct_report_partial(d, call, r, *dma, size, &lost);
	if (unlikely(r && unwritten_any(&j->unwritten, offset, size))) {
		struct map map = { .d = d, .call = call, .dir = dir, .reported = lossy };

		judge_mapped(j, r);
		map_check_stored(&map, r);
	}
	return true;
}

static dma_addr_t map(struct device *dev, const void *ptr, bool joined, size_t size,
		      enum dma_data_direction dir, unsigned long attrs, const struct call *call)
{
	struct dmalab_device *d = lab_enter(dev, call);
	dma_addr_t dma;

	if (unlikely(!d))
		return DMA_MAPPING_ERROR;
	if (unlikely(attrs || !map_simply(d, dev, ptr, size, dir, call, &dma)))
		dma = map_locked(&(struct map){
			.d = d, .call = call, .kind = REGION_SINGLE, .ptr = ptr,
			.joined = joined, .size = size, .dir = dir, .attrs = attrs,
		});
	lab_leave(d);
	return dma;
}

static dma_addr_t map_phys(struct device *dev, phys_addr_t phys, size_t size,
			   enum dma_data_direction dir, unsigned long attrs,
			   const struct call *call)
{
	struct map map = {
		.d = lab_enter(dev, call), .call = call, .kind = REGION_SINGLE, .phys = phys,
		.joined = true, .size = size, .dir = dir, .attrs = attrs,
		.resource = attrs & DMA_ATTR_MMIO,
	};
	dma_addr_t dma;
	size_t offset;

	if (!map.d)
		return DMA_MAPPING_ERROR;
	offset = phys_to_offset(&map.d->machine->hw, phys);
	if (offset != NO_OFFSET)
		map.ptr = map.d->machine->hw.cached + offset;
	dma = map_locked(&map);
	lab_leave(map.d);
	return dma;
}

/* The CPU's view of a page; what is no page at all stays a wrong pointer. */
static const void *page_pointer(const struct page *page, size_t offset)
{
	const void *start = page_address(page);

	/* The offset may be any number: no arithmetic of pointers. */
	return start ? (const void *)((uintptr_t)start + offset) : page;
}

/*
 * The mapping that an unmap ends, if it is the first that its page knows of, and all of the
 * call is right: dlab_release() would find the same, and report nothing. NULL: ask that.
 */
static inline struct region *unmap_exact(const struct dmalab_device *d, u64 place,
					 dma_addr_t dma, size_t size, enum dma_data_direction dir,
					 unsigned long attrs)
{
	const struct ledger *l = &d->machine->judge.ledger;
	const struct span *span = place < l->ram_size ? ledger_spans(l, place) : NULL;
	struct region *r;

	if (unlikely(!span))
		return NULL;
	r = span->region;
	if (unlikely(r->dma != dma || r->size != size || r->dev != d->dev || r->dir != dir ||
		     r->kind != REGION_SINGLE || !r->checked || r->bounce ||
		     (r->attrs ^ attrs) & ATTRS_TO_MATCH))
		return NULL;
	return r;
}

/* Without a ledger: a mapping of memory where the device finds it. False: something else. */
static inline bool unmap_unchecked(struct dmalab_device *d, u64 place, size_t size,
				   enum dma_data_direction dir, unsigned long attrs,
				   const struct call *call)
{
	struct judge *j = &d->machine->judge;
	struct run lost;

	if (judge_keeps_ledger(j) || place >= j->hw->ram_size || !size || !direction_ok(dir) ||
	    attrs & DMA_ATTR_SKIP_CPU_SYNC ||
	    j->hw->profile->translation != TRANSLATE_DIRECT || size > bank_bytes(j->hw, place))
		return false;
	judge_find_stores(j, call, place, size);
	direct_handover(d, place, size, FOR_CPU, dir, call->site, NULL, &lost);
	return true;
}

static void unmap(struct device *dev, dma_addr_t dma, size_t size, enum dma_data_direction dir,
		  unsigned long attrs, const struct call *call)
{
	struct dmalab_device *d = lab_device(dev);
	struct region *r;
	struct judge *j;
	struct run lost;
	u64 place;

	if (likely(d))
		d = lab_enter_known(d, dev, call);
	if (unlikely(!d)) {
		dlab_release(&(struct release){
			.call = call, .dev = dev, .size = size, .dma = dma, .dir = dir,
			.attrs = attrs, .kind = REGION_SINGLE });
		return;
	}
	j = &d->machine->judge;
	place = bus_place(j->hw, &d->window, dma);
	r = unmap_exact(d, place, dma, size, dir, attrs);
	if (likely(r)) {
		judge_find_stores(j, call, place, size);
		if (likely(!(attrs & DMA_ATTR_SKIP_CPU_SYNC)) &&
		    unlikely(direct_handover(d, place, size, FOR_CPU, dir, call->site, r, &lost)))
			dlab_direct_report_partial(d, call, r, dma, size, &lost);
		dlab_ledger_del(&j->ledger, r, call->site);
	} else if (!unmap_unchecked(d, place, size, dir, attrs, call)) {
		dlab_release_at(&(struct release){ .call = call,
						   .dev = dev,
						   .size = size,
						   .dma = dma,
						   .dir = dir,
						   .attrs = attrs,
						   .kind = REGION_SINGLE },
				d, place);
	}
	lab_leave(d);
}

/* ------------------------------------------------------------------ single */

dma_addr_t dma_map_single_attrs(struct device *dev, void *ptr, size_t size,
				enum dma_data_direction dir, unsigned long attrs)
{
	RECORD("=dpzDA", dev, ptr, size, dir, attrs);
	return record_mapping(map(dev, ptr, false, size, dir, attrs, &THIS_CALL), size);
}

void dma_unmap_single_attrs(struct device *dev, dma_addr_t addr, size_t size,
			    enum dma_data_direction dir, unsigned long attrs)
{
	RECORD("dazDA", dev, addr, size, dir, attrs);
	unmap(dev, addr, size, dir, attrs, &THIS_CALL);
}

dma_addr_t dma_map_single(struct device *dev, void *ptr, size_t size,
			  enum dma_data_direction dir)
{
	RECORD("=dpzD", dev, ptr, size, dir);
	return record_mapping(map(dev, ptr, false, size, dir, 0, &THIS_CALL), size);
}

void dma_unmap_single(struct device *dev, dma_addr_t addr, size_t size,
		      enum dma_data_direction dir)
{
	RECORD("dazD", dev, addr, size, dir);
	unmap(dev, addr, size, dir, 0, &THIS_CALL);
}

/* -------------------------------------------------------------------- page */

dma_addr_t dma_map_page_attrs(struct device *dev, struct page *page, size_t offset, size_t size,
			      enum dma_data_direction dir, unsigned long attrs)
{
	RECORD("=dPzzDA", dev, page, offset, size, dir, attrs);
	return record_mapping(map(dev, page_pointer(page, offset), true, size, dir, attrs, &THIS_CALL),
			      size);
}

void dma_unmap_page_attrs(struct device *dev, dma_addr_t addr, size_t size,
			  enum dma_data_direction dir, unsigned long attrs)
{
	RECORD("dazDA", dev, addr, size, dir, attrs);
	unmap(dev, addr, size, dir, attrs, &THIS_CALL);
}

dma_addr_t dma_map_page(struct device *dev, struct page *page, size_t offset, size_t size,
			enum dma_data_direction dir)
{
	RECORD("=dPzzD", dev, page, offset, size, dir);
	return record_mapping(map(dev, page_pointer(page, offset), true, size, dir, 0, &THIS_CALL),
			      size);
}

void dma_unmap_page(struct device *dev, dma_addr_t addr, size_t size,
		    enum dma_data_direction dir)
{
	RECORD("dazD", dev, addr, size, dir);
	unmap(dev, addr, size, dir, 0, &THIS_CALL);
}

/* ------------------------------------------------------ phys and resources */

dma_addr_t dma_map_phys(struct device *dev, phys_addr_t phys, size_t size,
			enum dma_data_direction dir, unsigned long attrs)
{
	RECORD("=dhzDA", dev, phys, size, dir, attrs);
	return record_mapping(map_phys(dev, phys, size, dir, attrs, &THIS_CALL), size);
}

void dma_unmap_phys(struct device *dev, dma_addr_t addr, size_t size,
		    enum dma_data_direction dir, unsigned long attrs)
{
	RECORD("dazDA", dev, addr, size, dir, attrs);
	unmap(dev, addr, size, dir, attrs, &THIS_CALL);
}

dma_addr_t dma_map_resource(struct device *dev, phys_addr_t phys_addr, size_t size,
			    enum dma_data_direction dir, unsigned long attrs)
{
	RECORD("=dhzDA", dev, phys_addr, size, dir, attrs);
	return record_mapping(
		map_phys(dev, phys_addr, size, dir, attrs | DMA_ATTR_MMIO, &THIS_CALL), size);
}

void dma_unmap_resource(struct device *dev, dma_addr_t addr, size_t size,
			enum dma_data_direction dir, unsigned long attrs)
{
	RECORD("dazDA", dev, addr, size, dir, attrs);
	unmap(dev, addr, size, dir, attrs | DMA_ATTR_MMIO, &THIS_CALL);
}

/* ------------------------------------------------------------------ errors */

/* Is it what an allocation returned, which tells of a failure in another way? */
static cold void check_allocation(struct dmalab_device *d, dma_addr_t dma, u64 place,
				  const struct call *call)
{
	struct judge *j = &d->machine->judge;
	const struct region *r = ledger_alloc_at(&j->ledger, place);
	struct finding f = {
		.check = CHECK_MAP_ERROR_OF_ALLOCATION, .call = call, .dev = d->dev, .dma = dma,
	};
	struct region of_block;
	char text[128];

	if (!r || r->dev != d->dev)
		return;
	if (r->blocks) {
		const struct block *block = blocks_at(r->blocks, r->offset + (place - r->place));

		if (!block || !block_is_live(block))
			return;
		of_block = dlab_block_region(block);
		r = &of_block;
	}
	if (r->dma != dma)
		return;
	snprintf(text, sizeof(text), "%s() tells by returning NULL that it failed, and sets no address then",
		 r->function);
	f.region = r;
	f.detail = text;
	dlab_judge_report(j, &f);
}

/* The latest mapping there that nobody has asked about yet; most often the only one. */
static inline void note_question(struct dmalab_device *d, dma_addr_t dma, u64 place,
				 const struct call *call)
{
	bool mapped = false;

	for (struct span *span = ledger_spans(&d->machine->judge.ledger, place); span;
	     span = span->next) {
		struct region *r = span->region;

		if (r->dma != dma || r->dev != d->dev || !region_is_mapping(r))
			continue;
		mapped = true;
		if (r->kind == REGION_SINGLE && !r->checked) {
			r->checked = true;
			return;
		}
	}
	if (unlikely(!mapped))
		check_allocation(d, dma, place, call);
}

int dma_mapping_error(struct device *dev, dma_addr_t dma_addr)
{
	struct call call = THIS_CALL;
	int error = dma_addr == DMA_MAPPING_ERROR ? -ENOMEM : 0;
	struct dmalab_device *d;
	u64 place;

	RECORD("da", dev, dma_addr);
	d = lab_enter(dev, &call);
	if (!d)
		return error;
	if (judge_keeps_ledger(&d->machine->judge)) {
		place = bus_place(&d->machine->hw, &d->window, dma_addr);
		if (place != NO_OFFSET)
			note_question(d, dma_addr, place, &call);
	}
	lab_leave(d);
	return error;
}
