/* SPDX-License-Identifier: MIT */
/*
 * Fast path of an allocation that was made before: same device, kind, direction and number of
 * pages as what was released last from those that are next; and of a free that is exact.
 *
 * Its record, its pages' entries and its addresses are what they were, so nothing is searched
 * and nothing written for each page but what the memory's contents are worth. No check is
 * left out: each condition under which one could fail sends the call to the full path, before
 * anything was done. Both begin with the machine unlocked, and end so.
 */
#ifndef DMALAB_DMA_QUICK_H
#define DMALAB_DMA_QUICK_H

#include "base/probe.h"
#include "dma/direct.h"
#include "dma/pool.h"
#include "lab/context.h"
#include "machine/image.h"

/* What an allocation asks for. */
struct quick {
	struct device *dev;
	enum region_kind kind;
	enum dma_data_direction dir;
	size_t size;
	gfp_t gfp;
	unsigned long attrs;
	const char *function;
	site_t site;
};

/* Where the CPU finds memory of this kind. */
static inlined u8 *quick_view(const struct machine *hw, const struct device *dev,
			     enum region_kind kind)
{
	if (kind == REGION_HANDLE)
		return hw->cookies;
	return kind == REGION_NONCOHERENT || dev->dma_coherent ? hw->cached : hw->memory;
}

/* Lock the machine of @dev. NULL, and not locked, if the call is to begin as any other. */
static inlined struct dmalab_machine *quick_enter(const struct device *dev)
{
	struct dmalab_machine *lab;

	if (unlikely(recording() || dlab_context.atomic || !lab_knows(dev)))
		return NULL;
	lab = ((const struct dmalab_device *)dev)->machine;
	lab_lock(lab);
	if (likely(lab_still_knows(dev) && lab->plain && !lab->hw.cookie_open))
		return lab;
	lab_unlock(lab);
	return NULL;
}

/* Can no check of the arguments fail, and no rule make the call fail? */
static inlined bool quick_is_fine(const struct dmalab_machine *lab, const struct dmalab_device *d,
				 const struct quick *q)
{
	const gfp_t special = __GFP_COMP | __GFP_DMA | __GFP_DMA32 | __GFP_HIGHMEM;

	return (q->gfp & (special | __GFP_DIRECT_RECLAIM)) == __GFP_DIRECT_RECLAIM &&
	       !(q->attrs & (~ATTRS_KNOWN | DMA_ATTR_MMIO | DMA_ATTR_CC_SHARED)) &&
	       q->size - 1 < PAGE_SIZE << MAX_ORDER && direction_ok(q->dir) &&
	       d->dev.coherent_dma_mask && !d->memory && !d->window.size &&
	       !(lab->fail_nth | lab->fail_every) && !atomic_pool_is_low(lab->atomic);
}

/* What the bytes are worth at first, on the only machine that is judged. */
static inlined void quick_prepare(struct dmalab_machine *lab, const struct quick *q, u32 page,
				 u32 nr)
{
	struct machine *hw = &lab->hw;
	struct judge *j = &lab->judge;

	if (q->kind == REGION_HANDLE) {
		/* Its lines were flushed, and bytes are settled. */
		if (unlikely(image_on(hw) || q->size & (PAGE_SIZE - 1)))
			judge_fresh(j, page_offset(page), q->size);
		else
			unwritten_set_pages(&j->unwritten, page, nr, PAGE_FRESH);
		return;
	}
	if (q->kind == REGION_NONCOHERENT || q->dev->dma_coherent) {
		dlab_cache_zero_pages(hw, page, nr);
		if (j->shadow.arena)
			shadow_mark_pages(&j->shadow, page, nr, PAGE_CPU_NEWER, q->site);
	} else {
		dlab_cache_zero_memory(hw, page_offset(page), page_offset(nr));
		shadow_set_uncached(&j->shadow, page, nr);
	}
	unwritten_set_pages(&j->unwritten, page, nr, PAGE_WRITTEN);
}

static inlined bool quick_matches(const struct quick *q, const struct region *r, const u8 *view,
				 u32 page)
{
	return r && r->shape == region_shape(q->kind, q->dir, true) && r->dev == q->dev &&
	       r->cpu == view + page_offset(page) && PAGE_ALIGN(r->size) == PAGE_ALIGN(q->size);
}

static inlined void quick_look_for_stores(struct dmalab_machine *lab, const char *function,
					 site_t site, u32 page, u32 nr)
{
	struct call call = { function, site };

	if (image_on(&lab->hw))
		dlab_stores_find(&lab->judge, &call, page_offset(page), page_offset(nr));
}

/* The record serves again. */
static inlined void quick_enter_again(struct ledger *l, struct dmalab_device *d, struct region *r,
				     const struct quick *q)
{
	if (unlikely(q->size != r->size)) {
		if (q->size < r->size)
			dlab_ledger_copy_to_grave(l, r);
		r->size = q->size;
	}
	r->shape = region_shape(q->kind, q->dir, false);
	r->owner = OWNER_CPU;
	r->in_user_space = false;
	r->attrs = q->attrs;
	r->function = q->function;
	r->born = q->site;
	r->died = 0;
	r->moved = 0;
	ledger_join(l, &d->live, r);
}

/* Without a ledger a block of pages that were given up is as good as another. */
static inlined void *quick_unrecorded(struct dmalab_machine *lab, const struct quick *q,
				     struct hot *hot, dma_addr_t *dma)
{
	struct machine *hw = &lab->hw;
	u32 page = hot->page[hot->nr - 1], nr = PAGE_ALIGN(q->size) >> PAGE_SHIFT;
	bool cached = q->kind == REGION_NONCOHERENT || q->dev->dma_coherent;

	if (cached && q->kind != REGION_HANDLE) {
		dlab_cache_take_back(hw, page, nr);
		dlab_cache_zero_pages(hw, page, nr);
	} else {
		dlab_cache_give_up(hw, page, nr);
		if (q->kind != REGION_HANDLE)
			dlab_cache_zero_memory(hw, page_offset(page), page_offset(nr));
	}
	pages_take_hot(hw, hot);
	*dma = offset_to_phys(hw, page_offset(page));
	return quick_view(hw, q->dev, q->kind) + page_offset(page);
}

/* The allocation, or NULL: nothing was done. */
static inlined void *quick_alloc(const struct quick *q, dma_addr_t *dma)
{
	struct dmalab_machine *lab = quick_enter(q->dev);
	struct dmalab_device *d = (struct dmalab_device *)q->dev;
	struct judge *j;
	struct region *r;
	struct hot *hot;
	void *cpu = NULL;
	u32 page;

	if (unlikely(!lab))
		return NULL;
	if (unlikely(!quick_is_fine(lab, d, q)))
		goto out;
	hot = pages_hot(&lab->hw, order_of(q->size),
			min_not_zero(d->dev.coherent_dma_mask, d->dev.bus_dma_limit));
	if (unlikely(!hot || !hot->nr))
		goto out;
	j = &lab->judge;
	if (!judge_keeps_ledger(j)) {
		cpu = quick_unrecorded(lab, q, hot, dma);
		goto out;
	}
	page = hot->page[hot->nr - 1];
	r = j->ledger.pages[page].record;
	if (unlikely(!quick_matches(q, r, quick_view(&lab->hw, q->dev, q->kind), page)))
		goto out;
	quick_look_for_stores(lab, q->function, q->site, page, 1u << order_of(q->size));
	/* Nothing is stored to it now: the story of its bytes may name what had it before. */
	if (q->kind == REGION_HANDLE &&
	    unlikely(!shadow_all_settled(&j->shadow, page, PAGE_ALIGN(q->size) >> PAGE_SHIFT)))
		goto out;
	pages_take_hot(&lab->hw, hot);
	quick_enter_again(&j->ledger, d, r, q);
	quick_prepare(lab, q, page, PAGE_ALIGN(q->size) >> PAGE_SHIFT);
	*dma = r->dma;
	cpu = (void *)r->cpu;
out:
	lab_unlock(lab);
	return cpu;
}

/* A call that ends an allocation. */
struct quick_free {
	const struct device *dev;
	enum region_kind kind;
	enum dma_data_direction dir;
	size_t size;
	const void *cpu;
	dma_addr_t dma;
	unsigned long attrs;
	const char *function;
	site_t site;
};

static inlined bool quick_is_mapped(const struct ledger *l, u32 page, u32 nr)
{
	for (u32 p = page; p < page + nr; p++)
		if (unlikely(l->pages[p].maps))
			return true;
	return false;
}

static inlined bool quick_recorded(struct dmalab_machine *lab, const struct quick_free *q,
				  size_t offset)
{
	struct judge *j = &lab->judge;
	u32 page = offset >> PAGE_SHIFT, nr = PAGE_ALIGN(q->size) >> PAGE_SHIFT;
	struct region *r = j->ledger.pages[page].record;
	struct hot *hot;

	if (unlikely(!r || r->shape != region_shape(q->kind, q->dir, false) ||
		     r->dev != q->dev || r->cpu != q->cpu || r->dma != q->dma ||
		     r->size != q->size || ((r->attrs ^ q->attrs) & ATTRS_TO_MATCH)))
		return false;
	hot = pages_room(&lab->hw, page);
	if (unlikely(!hot || (q->kind == REGION_NONCOHERENT &&
			      quick_is_mapped(&j->ledger, page, nr))))
		return false;
	quick_look_for_stores(lab, q->function, q->site, page, nr);
	unwritten_set_pages(&j->unwritten, page, nr, PAGE_WRITTEN);
	/* No pages of another kind are uncached, and of this one all or none. */
	if (q->kind == REGION_COHERENT)
		shadow_release_uncached(&j->shadow, page, nr, q->site);
	ledger_keep(&j->ledger, r, q->site);
	pages_put_hot(&lab->hw, hot, page);
	return true;
}

/* As free.c does it, where addresses say where the memory is. */
static inlined bool quick_unrecorded_free(struct dmalab_machine *lab, const struct quick_free *q,
					 size_t offset)
{
	const struct dmalab_device *d = (const struct dmalab_device *)q->dev;
	u32 page = offset >> PAGE_SHIFT;
	struct hot *hot;

	if (unlikely(d->memory || d->window.size || pool_has(lab->pools, page) ||
		     mm_has_page(lab->mm, page)))
		return false;
	if (q->kind == REGION_COHERENT && q->dma != offset_to_phys(&lab->hw, offset))
		return false;
	hot = pages_room(&lab->hw, page);
	if (unlikely(!hot))
		return false;
	pages_put_hot(&lab->hw, hot, page);
	return true;
}

/* False: nothing was done, and dlab_release() is to look what it is. */
static inlined bool quick_free(const struct quick_free *q)
{
	struct dmalab_machine *lab = quick_enter(q->dev);
	bool done = false;
	size_t offset;

	if (unlikely(!lab))
		return false;
	offset = (const u8 *)q->cpu - quick_view(&lab->hw, q->dev, q->kind);
	if (likely(offset < lab->hw.ram_size))
		done = judge_keeps_ledger(&lab->judge) ? quick_recorded(lab, q, offset) :
							 quick_unrecorded_free(lab, q, offset);
	lab_unlock(lab);
	return done;
}

/* dma_alloc_attrs() and dma_free_attrs(), on behalf of @call. Each kind has code of its own. */
static inlined void *quick_coherent(struct device *dev, size_t size, dma_addr_t *dma, gfp_t gfp,
				    unsigned long attrs, const struct call *call)
{
	struct quick q = {
		.dev = dev, .kind = REGION_COHERENT, .dir = DMA_BIDIRECTIONAL, .size = size,
		.gfp = gfp, .attrs = attrs, .function = call->name, .site = call->site,
	};

	if (coherent_kind(attrs) == REGION_COHERENT)
		return quick_alloc(&q, dma);
	q.kind = REGION_HANDLE;
	return quick_alloc(&q, dma);
}

static inlined bool quick_coherent_free(struct device *dev, size_t size, void *cpu,
					dma_addr_t dma, unsigned long attrs,
					const struct call *call)
{
	struct quick_free q = {
		.dev = dev, .kind = REGION_COHERENT, .dir = DMA_BIDIRECTIONAL, .size = size,
		.cpu = cpu, .dma = dma, .attrs = attrs, .function = call->name,
		.site = call->site,
	};

	if (coherent_kind(attrs) == REGION_COHERENT)
		return quick_free(&q);
	q.kind = REGION_HANDLE;
	return quick_free(&q);
}

#endif
