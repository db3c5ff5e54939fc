/* SPDX-License-Identifier: MIT */
/*
 * Fast path of a free: a plain allocation, released as it was made. One comparison of the
 * call with the record that its page names; whatever differs is left to free.c, which looks
 * at it from the start.
 */
#include "dma/direct.h"
#include "dma/pool.h"
#include "lab/context.h"

static bool is_mapped(const struct ledger *l, u32 page, u32 nr)
{
	for (u32 p = page; p < page + nr; p++)
		if (unlikely(l->pages[p].maps))
			return true;
	return false;
}

static bool matches(const struct release *rel, const struct region *r)
{
	return r->plain && !r->kept && r->dev == rel->dev && r->kind == rel->kind &&
	       r->cpu == rel->cpu && r->dma == rel->dma && r->size == rel->size &&
	       r->dir == rel->dir && !((r->attrs ^ rel->attrs) & ATTRS_TO_MATCH);
}

static bool release_recorded(struct dmalab_machine *lab, const struct release *rel, size_t offset)
{
	struct judge *j = &lab->judge;
	u32 page = offset >> PAGE_SHIFT, nr = PAGE_ALIGN(rel->size) >> PAGE_SHIFT;
	struct region *r = j->ledger.pages[page].record;

	if (unlikely(!r || !matches(rel, r)))
		return false;
	if (rel->kind == REGION_NONCOHERENT && is_mapped(&j->ledger, page, nr))
		return false;
	judge_find_stores(j, rel->call, offset, page_offset(nr));
	unwritten_store(&j->unwritten, offset, page_offset(nr));
	/* No pages of another kind are uncached. */
	if (rel->kind == REGION_COHERENT)
		judge_released_pages(j, page, nr, rel->call->site);
	ledger_keep(&j->ledger, r, rel->call->site);
	atomic_pool_free(lab->atomic, &lab->hw, page);
	return true;
}

/* Without a ledger: as free.c does it, where addresses say where the memory is. */
static bool release_unrecorded(struct dmalab_machine *lab, const struct release *rel, size_t offset)
{
	struct dmalab_device *d = rel->dev->dmalab;
	u32 page = offset >> PAGE_SHIFT;

	if (unlikely(!lab->plain_bus || d->memory || d->window.size || pool_has(lab->pools, page) ||
		     mm_has_page(lab->mm, page)))
		return false;
	if (rel->kind == REGION_COHERENT && rel->dma != offset_to_phys(&lab->hw, offset))
		return false;
	atomic_pool_free(lab->atomic, &lab->hw, page);
	return true;
}

bool release_exact(const struct release *rel)
{
	struct dmalab_device *d = (struct dmalab_device *)rel->dev;
	struct dmalab_machine *lab;
	bool done = false;
	size_t offset;

	if (unlikely(context.atomic || !lab_knows(rel->dev)))
		return false;
	lab = d->machine;
	lab_lock(lab);
	if (unlikely(!lab_knows(rel->dev) || lab->hw.cookie_open))
		goto out;
	offset = cpu_to_offset(&lab->hw, rel->cpu);
	if (unlikely(offset == NO_OFFSET))
		goto out;
	done = judge_keeps_ledger(&lab->judge) ? release_recorded(lab, rel, offset) :
						 release_unrecorded(lab, rel, offset);
out:
	lab_unlock(lab);
	return done;
}
