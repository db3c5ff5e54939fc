/* SPDX-License-Identifier: MIT */
/* Mappings of the driver's own memory. */
#include "dma/direct.h"
#include "mm/pointer.h"

struct map {
	struct dmalab_device *d;
	const struct call *call;
	const u8 *ptr;
	size_t size;
	enum dma_data_direction dir;
	unsigned long attrs;
};

static cold void refuse(const struct map *map, enum check check, const char *detail)
{
	struct judge *j = &map->d->machine->judge;
	size_t offset = cpu_to_offset(j->hw, map->ptr);
	struct finding f = {
		.check = check, .call = map->call, .dev = &map->d->dev, .cpu = map->ptr,
		.size = map->size, .detail = detail,
	};

	if (judge_keeps_ledger(j) && offset != NO_OFFSET)
		f.region = j->ledger.pages[offset >> PAGE_SHIFT].alloc;
	judge_report(j, &f);
}

/* What the pointer is, when it is not memory of the linear map. */
static cold void refuse_pointer(const struct map *map)
{
	struct unmappable why = pointer_refusal(map->d->machine, map->ptr);

	refuse(map, why.check, why.detail);
}

static bool arguments_ok(const struct map *map)
{
	const struct machine *hw = &map->d->machine->hw;
	const struct judge *j = &map->d->machine->judge;
	const struct region *r;
	size_t offset;

	if (!direction_ok(map->dir)) {
		refuse(map, CHECK_BAD_DIRECTION,
		       "valid: DMA_BIDIRECTIONAL, DMA_TO_DEVICE, DMA_FROM_DEVICE");
		return false;
	}
	if (!map->size) {
		refuse(map, CHECK_ZERO_SIZE, NULL);
		return false;
	}
	if (map->attrs & (~ATTRS_KNOWN | DMA_ATTR_MMIO)) {
		refuse(map, CHECK_BAD_ATTRS, "DMA_ATTR_MMIO and unknown bits are not for RAM");
		return false;
	}
	if (!map->d->dev.dma_mask || !*map->d->dev.dma_mask) {
		refuse(map, CHECK_MASK_UNSET, "dma_set_mask() was not called");
		return false;
	}
	if (!in_cached(hw, map->ptr) || map->size > hw->ram_size - (map->ptr - hw->cached)) {
		refuse_pointer(map);
		return false;
	}
	if (!judge_keeps_ledger(j))
		return true;
	offset = map->ptr - hw->cached;
	r = j->ledger.pages[offset >> PAGE_SHIFT].alloc;
	if (r && r->kind == REGION_COHERENT) {
		refuse(map, CHECK_MAP_COHERENT, NULL);
		return false;
	}
	if (judge_find_dangling(j, offset, map->size, false) != NO_OFFSET) {
		refuse(map, CHECK_MAP_FREED, NULL);
		return false;
	}
	return true;
}

/* Returns the entry, which without a ledger is *@none, or NULL. */
static struct region *enter(const struct map *map, size_t offset, dma_addr_t dma,
			    struct region *none)
{
	struct ledger *l = &map->d->machine->judge.ledger;
	bool keep = judge_keeps_ledger(&map->d->machine->judge);
	struct region *r = keep ? ledger_new(l) : none;

	if (unlikely(!r))
		return NULL;
	r->dev = &map->d->dev;
	r->offset = offset;
	r->size = map->size;
	r->dma = dma;
	r->cpu = map->ptr;
	r->attrs = map->attrs;
	r->kind = REGION_SINGLE;
	r->dir = map->dir;
	r->checked = false;
	r->owner = OWNER_DEVICE;
	r->device_bytes = NULL;
	r->function = map->call->name;
	r->born = map->call->site;
	r->died = 0;
	return !keep || ledger_enter(l, &map->d->live, r) ? r : NULL;
}

static dma_addr_t map_locked(const struct map *map)
{
	struct dmalab_machine *lab = map->d->machine;
	const struct device *dev = &map->d->dev;
	struct region none, *r;
	struct damage lost;
	dma_addr_t dma;
	size_t offset;
	u64 limit;

	if (unlikely(!arguments_ok(map)))
		return DMA_MAPPING_ERROR;
	if ((map->attrs & DMA_ATTR_REQUIRE_COHERENT) && !dev->dma_coherent)
		return DMA_MAPPING_ERROR;
	if (lab_must_fail(lab))
		return DMA_MAPPING_ERROR;

	offset = map->ptr - lab->hw.cached;
	limit = min_not_zero(*dev->dma_mask, dev->bus_dma_limit);
	dma = bus_from_phys(&map->d->window, offset_to_phys(&lab->hw, offset));
	if (map->size > bank_bytes(&lab->hw, offset) || dma == NO_DMA ||
	    dma + map->size - 1 > limit || dma + map->size - 1 < dma) {
		refuse(map, CHECK_ADDRESS_OVER_MASK, "and there is no bounce buffer");
		return DMA_MAPPING_ERROR;
	}
	r = enter(map, offset, dma, &none);
	if (unlikely(!r))
		return DMA_MAPPING_ERROR;
	if (map->attrs & DMA_ATTR_SKIP_CPU_SYNC)
		return dma;
	lost = direct_handover(map->d, offset, map->size, FOR_DEVICE, map->dir, map->call->site);
	if (unlikely(lost.bytes))
		direct_report_partial(map->d, map->call, r, dma, map->size, &lost);
	return dma;
}

static dma_addr_t map(struct device *dev, void *ptr, size_t size, enum dma_data_direction dir,
		      unsigned long attrs, const struct call *call)
{
	struct map map = {
		.d = lab_enter(dev, call), .call = call, .ptr = ptr, .size = size, .dir = dir,
		.attrs = attrs,
	};
	dma_addr_t dma;

	if (!map.d)
		return DMA_MAPPING_ERROR;
	dma = map_locked(&map);
	lab_leave(map.d);
	return dma;
}

static void unmap(struct device *dev, dma_addr_t addr, size_t size, enum dma_data_direction dir,
		  unsigned long attrs, const struct call *call)
{
	struct release rel = {
		.call = call, .dev = dev, .size = size, .dma = addr, .dir = dir,
		.attrs = attrs, .kind = REGION_SINGLE,
	};

	release(&rel);
}

dma_addr_t dma_map_single_attrs(struct device *dev, void *ptr, size_t size,
				enum dma_data_direction dir, unsigned long attrs)
{
	return map(dev, ptr, size, dir, attrs, &THIS_CALL);
}

void dma_unmap_single_attrs(struct device *dev, dma_addr_t addr, size_t size,
			    enum dma_data_direction dir, unsigned long attrs)
{
	unmap(dev, addr, size, dir, attrs, &THIS_CALL);
}

dma_addr_t dma_map_single(struct device *dev, void *ptr, size_t size,
			  enum dma_data_direction dir)
{
	return map(dev, ptr, size, dir, 0, &THIS_CALL);
}

void dma_unmap_single(struct device *dev, dma_addr_t addr, size_t size,
		      enum dma_data_direction dir)
{
	unmap(dev, addr, size, dir, 0, &THIS_CALL);
}

int dma_mapping_error(struct device *dev, dma_addr_t dma_addr)
{
	struct dmalab_device *d;
	size_t offset;

	d = lab_enter(dev, &THIS_CALL);
	if (!d)
		return dma_addr == DMA_MAPPING_ERROR ? -ENOMEM : 0;
	offset = bus_to_offset(&d->machine->hw, &d->window, dma_addr);
	if (offset != NO_OFFSET && judge_keeps_ledger(&d->machine->judge)) {
		struct span *span = d->machine->judge.ledger.pages[offset >> PAGE_SHIFT].maps;

		for (; span; span = span->next) {
			struct region *r = span->region;

			if (r->dma == dma_addr && r->dev == dev && !r->checked) {
				r->checked = true;
				break;
			}
		}
	}
	lab_leave(d);
	return dma_addr == DMA_MAPPING_ERROR ? -ENOMEM : 0;
}
