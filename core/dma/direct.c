/* SPDX-License-Identifier: MIT */
/* After kernel/dma/direct.c: a DMA address is a physical one, seen from the bus. */
#include "dma/device-memory.h"
#include "lab/context.h"

#include "dma/translate.h"

void dlab_direct_refuse(const struct allocation *a, enum check check, const char *detail)
{
	struct finding f = {
		.check = check, .call = a->call, .dev = a->d->dev, .size = a->size,
		.detail = detail,
	};

	if (!a->reported)
		dlab_judge_report(&a->d->machine->judge, &f);
}

static bool is_noncoherent(const struct allocation *a)
{
	return region_kind_has_direction(a->kind);
}

/* One report at most: the first that refuses, or the mask if nothing does. */
static bool arguments_ok(const struct allocation *a)
{
	gfp_t zones = a->gfp & (__GFP_DMA | __GFP_DMA32 | __GFP_HIGHMEM);

	if (is_noncoherent(a) && !direction_ok(a->dir))
		dlab_direct_refuse(a, CHECK_BAD_DIRECTION, VALID_DIRECTIONS);
	else if (!a->size)
		dlab_direct_refuse(a, CHECK_ZERO_SIZE, NULL);
	else if (a->attrs & (~ATTRS_KNOWN | DMA_ATTR_MMIO | DMA_ATTR_CC_SHARED))
		dlab_direct_refuse(
			a, CHECK_BAD_ATTRS,
			"DMA_ATTR_MMIO, DMA_ATTR_CC_SHARED and unknown bits are not for allocations");
	else if (a->gfp & __GFP_COMP)
		dlab_direct_refuse(a, CHECK_COMPOUND_GFP, NULL);
	else if (is_noncoherent(a) && zones)
		dlab_direct_refuse(a, CHECK_ZONE_GFP,
				   "the device's coherent mask chooses the zone");
	else if (!a->d->dev->coherent_dma_mask)
		dlab_direct_refuse(a, CHECK_MASK_UNSET, "dma_set_coherent_mask() was not called");
	else
		return true;
	return false;
}

/* A pool's memory is part of the call that needs it, where all of this is done. */
static bool must_fail(const struct allocation *a)
{
	return a->kind != REGION_POOL && lab_must_fail_in(a->d->machine, a->call);
}

/* It would have to be made uncached, which may sleep, and must not. */
static bool needs_atomic_pool(const struct allocation *a)
{
	return !gfpflags_allow_blocking(a->gfp) && !a->d->dev->dma_coherent &&
	       (a->kind == REGION_COHERENT || a->kind == REGION_POOL);
}

/* Neither ends the call. A pool has looked by itself. */
static void check_context(const struct allocation *a)
{
	if (lab_might_alloc(a->d->machine, a->d->dev, a->call, a->size, a->gfp))
		return;
	if (unlikely(a->managed && a->gfp & ZONES_NOT_OF_SLAB))
		dlab_mm_report_zone(
			a->d->machine, a->d->dev, a->call, a->size,
			"the kmalloc() of its record gets it too; the mask chooses the zone");
}

bool dlab_direct_alloc(struct allocation *a)
{
	struct dmalab_machine *lab = a->d->machine;
	const struct device *dev = a->d->dev;
	struct route_request want = {
		.d = a->d, .size = a->size, .dir = a->dir, .attrs = a->attrs,
		.limit = min_not_zero(dev->coherent_dma_mask, dev->bus_dma_limit),
	};
	phys_addr_t phys_limit = bus_phys_limit(&a->d->window, want.limit);
	struct route route;

	if (unlikely(!arguments_ok(a)))
		return false;
	if (likely(a->kind != REGION_POOL))
		check_context(a);
	if (a->size > PAGE_SIZE << MAX_ORDER || must_fail(a))
		return false;
	if (gfpflags_allow_blocking(a->gfp))
		atomic_pool_work(lab->atomic);
	if (unlikely(a->d->memory) && !is_noncoherent(a))
		return dlab_device_memory_alloc(a);
	if (unlikely(lab->hw.profile->translation == TRANSLATE_IOMMU))
		phys_limit = ~0ull;
	a->page = lab_take_pages(lab, a->call, ZONE_NORMAL, order_of(a->size), phys_limit);
	if (a->page == NO_PAGE)
		return false;
	a->nr_pages = PAGE_ALIGN(a->size) >> PAGE_SHIFT;
	want.offset = a->offset = page_offset(a->page);
	if (unlikely(needs_atomic_pool(a)) &&
	    !dlab_atomic_pool_take(lab->atomic, &lab->hw, a->page))
		goto no_memory;
	if (unlikely(route_find(&want, &route) != ROUTE_OK))
		goto no_memory;
	a->dma = route.dma;
	a->place = route.place;
	return true;

no_memory:
	atomic_pool_free(lab->atomic, &lab->hw, a->page);
	return false;
}

static cold void give_back(const struct allocation *a)
{
	struct region r = {
		.offset = a->offset, .size = a->size, .place = a->place, .dma = a->dma,
	};

	dlab_release_pages(a->d, &r);
}

/*
 * Does the CPU reach it through vmap(), so that it must be taken down? After
 * dma_direct_alloc() and iommu_dma_alloc(): an IOMMU joins single pages for whoever may
 * sleep, and what must not sleep is of the atomic pool, or where it always was.
 */
static bool is_remapped(const struct allocation *a)
{
	const struct profile *profile = a->d->machine->hw.profile;

	if (a->kind != REGION_COHERENT || a->place & PLACE_MMIO ||
	    !gfpflags_allow_blocking(a->gfp))
		return false;
	if (profile->translation == TRANSLATE_IOMMU && !(a->attrs & DMA_ATTR_FORCE_CONTIGUOUS))
		return true;
	return profile->remaps && !a->d->dev->dma_coherent;
}

/* Nothing special to undo, and the same again is made by quick.h. */
static bool is_plain(const struct allocation *a)
{
	return a->d->machine->plain && a->place == a->offset && !a->d->window.size &&
	       !a->managed && (a->kind <= REGION_HANDLE || a->kind == REGION_NONCOHERENT) &&
	       gfpflags_allow_blocking(a->gfp);
}

bool dlab_direct_enter(struct allocation *a, const void *cpu)
{
	struct dmalab_machine *lab = a->d->machine;
	struct ledger *l = &lab->judge.ledger;
	struct region *r;

	if (!judge_keeps_ledger(&lab->judge))
		return true;
	r = ledger_new(l);
	if (unlikely(!r)) {
		give_back(a);
		return false;
	}
	region_fill(r, a->d->dev, a->call, a->kind);
	r->offset = a->offset;
	r->size = a->size;
	r->place = a->place;
	r->dma = a->dma;
	r->cpu = cpu;
	r->attrs = a->attrs;
	r->dir = a->dir;
	r->owner = OWNER_CPU;
	r->managed = a->managed;
	r->remapped = is_remapped(a);
	r->blocks = a->blocks;
	r->plain = is_plain(a);
	if (unlikely(!dlab_ledger_enter(l, a->live ? a->live : &a->d->live, r))) {
		give_back(a);
		return false;
	}
	return true;
}

/* ------------------------------------------------------------ maintenance */

/* Of nobody are memory that is free, and what an allocation rounds up. */
static bool is_somebodys(const struct dmalab_machine *lab, size_t at)
{
	const struct ledger *l = &lab->judge.ledger;
	const struct region *r;
	struct mm_object o;

	if (!judge_keeps_ledger(&lab->judge) || dlab_ledger_find_free(l, at, 1) != NO_OFFSET)
		return false;
	r = ledger_alloc(l, at >> PAGE_SHIFT);
	if (r)
		return region_contains(r, at, 1);
	o = dlab_mm_find(lab, lab->hw.cached + at);
	return o.kind == MM_NONE ||
	       (o.live && (size_t)(lab->hw.cached + at - o.start) < o.size);
}

static cold void add_lost(struct dmalab_machine *lab, size_t from, size_t to, struct run *lost)
{
	for (size_t at = from; at < to; at++) {
		/* What is left there of the last owner is nobody's data. */
		if (!dlab_shadow_unwritten(&lab->judge.shadow, at, 1).bytes ||
		    !is_somebodys(lab, at) || unwritten_never(&lab->judge.unwritten, at))
			continue;
		if (!lost->bytes++)
			lost->first = at;
		lost->last = at;
	}
}

/* Data of the CPU in the rest of the lines at either end. */
static bool find_beside(struct dmalab_machine *lab, size_t offset, size_t len, size_t line,
			struct run *lost)
{
	size_t start = offset & ~(line - 1), end = offset + len;
	size_t stop = (end + line - 1) & ~(line - 1);

	lost->bytes = 0;
	if (dlab_shadow_unwritten(&lab->judge.shadow, start, offset - start).bytes)
		add_lost(lab, start, offset, lost);
	if (dlab_shadow_unwritten(&lab->judge.shadow, end, stop - end).bytes)
		add_lost(lab, end, stop, lost);
	return lost->bytes;
}

bool dlab_direct_handover_slowly(struct dmalab_device *d, size_t offset, size_t len,
				 enum handover to, enum dma_data_direction dir, site_t site,
				 const struct region *r, struct run *lost)
{
	struct dmalab_machine *lab = d->machine;
	const struct profile *profile = lab->hw.profile;
	enum line_op op = d->dev->dma_coherent ? OP_NONE : profile_op(profile, to, dir);
	size_t line = 1ul << profile->line_shift;
	struct piece piece[MAX_PIECES];
	unsigned nr = profile_pieces(profile, offset, len, op, piece);
	bool lossy = false;

	if (!len || (profile->coherent && likely(!lab->judge.all)))
		return false;
	if (unlikely(op == OP_INVALIDATE && profile->edge == EDGE_AS_IS &&
		     (offset | len) & (line - 1)))
		lossy = find_beside(lab, offset, len, line, lost);
	for (unsigned i = 0; i < nr; i++)
		dlab_cache_maintain(&lab->hw, piece[i].offset, piece[i].len, piece[i].op);
	dlab_judge_handover(&lab->judge, d->dev, offset, len, to, dir, site, r);
	return lossy;
}

bool dlab_region_hand_over_slowly(struct region *r, size_t first, size_t len, enum handover to,
				  enum dma_data_direction dir, site_t site, struct run *lost)
{
	struct dmalab_device *d = r->dev->dmalab;

	if (unlikely(r->bounce))
		dlab_route_copy(d, r, first, len, to, dir, false, site);
	if (unlikely(!region_has_memory(r)))
		return false;
	return direct_handover(d, r->offset + first, len, to, dir, site, r, lost);
}

cold void dlab_direct_report_partial(struct dmalab_device *d, const struct call *call,
				     const struct region *r, dma_addr_t dma, size_t size,
				     const struct run *lost)
{
	struct finding f = {
		.check = CHECK_SYNC_PARTIAL_LINE, .call = call, .dev = d->dev, .region = r,
		.dma = dma, .size = size,
		.detail = "the CPU's stores beside the range, in the same cache line, may be lost",
	};

	if (r && lost->first >= r->offset && lost->last < r->offset + r->size) {
		f.first = lost->first - r->offset;
		f.last = lost->last - r->offset;
		f.bytes = lost->bytes;
	}
	dlab_judge_report(&d->machine->judge, &f);
}
