/* SPDX-License-Identifier: MIT */
/*
 * The end of an allocation or mapping: it is undone as it was recorded, whatever the
 * call that ends it had to say.
 */
#include "dma/device-memory.h"
#include "dma/noncontiguous.h"
#include "dma/pool.h"
#include "dma/translate.h"

#include <stdio.h>
#include <stdlib.h>

void dlab_release_pages(struct dmalab_device *d, struct region *r)
{
	if (unlikely(r->place & PLACE_MMIO)) {
		dlab_device_memory_give(d, r->dma, r->size);
		return;
	}
	if (unlikely(route_is_far(r)))
		dlab_route_end(d, r);
	atomic_pool_free(d->machine->atomic, &d->machine->hw, region_first_page(r));
}

void dlab_release_memory(struct dmalab_device *d, struct region *r, const struct call *call)
{
	struct dmalab_machine *lab = d->machine;
	u32 page = region_first_page(r), nr = region_pages(r);

	judge_find_stores(&lab->judge, call, page_offset(page), page_offset(nr));
	unwritten_store(&lab->judge.unwritten, page_offset(page), page_offset(nr));
	dlab_judge_released_pages(&lab->judge, page, nr, call->site);
	dlab_release_pages(d, r);
}

static struct region *mapping_on(const struct judge *j, const struct region *r)
{
	for (u32 p = 0; p < region_pages(r); p++) {
		struct span *span = j->ledger.pages[region_first_page(r) + p].maps;

		if (span)
			return span->region;
	}
	return NULL;
}

static bool report_if_mapped(struct judge *j, const struct release *rel, const struct region *r)
{
	struct finding f = {
		.check = CHECK_FREE_WHILE_MAPPED, .call = rel->call, .dev = r->dev,
		.cpu = rel->cpu, .dma = rel->dma, .size = rel->size,
	};
	char missing[64];

	f.region = mapping_on(j, r);
	if (!f.region)
		return false;
	snprintf(missing, sizeof(missing), "%s before this", dlab_release_name(f.region));
	f.missing = missing;
	dlab_judge_report(j, &f);
	return true;
}

/* Take the bytes back and end it. True when an invalidation threw away *@lost. */
static bool undo_mapping(struct dmalab_machine *lab, struct region *r, unsigned long attrs,
			 const struct call *call, struct run *lost)
{
	bool lossy = false;

	if (region_has_memory(r))
		judge_find_stores(&lab->judge, call, r->offset, r->size);
	if (likely(!(attrs & DMA_ATTR_SKIP_CPU_SYNC)))
		lossy = region_hand_over(r, 0, r->size, FOR_CPU, r->dir, call->site, lost);
	if (unlikely(r->bounce && r->bounce->granules))
		dlab_bounce_end(&lab->judge, r, call->site);
	if (unlikely(r->bounce && !region_is_copied(r))) {
		dlab_bounce_free(r->bounce);
		r->bounce = NULL; /* reports may still name @r */
	}
	if (unlikely(route_is_far(r)) && !(r->group && r->group->iova_size))
		dlab_route_end(r->dev->dmalab, r);
	return lossy;
}

static void end_group(struct dmalab_machine *lab, struct sg_group *group)
{
	if (group->iova_size)
		dlab_iommu_unmap(&lab->hw, group->iova, group->iova_size);
	free(group);
}

/* All of a list. At most one report is about the lines it shares. */
static void undo_group(struct dmalab_machine *lab, struct sg_group *group,
		       unsigned long attrs, const struct call *call, bool reported)
{
	struct dmalab_device *d = group->first->dev->dmalab;
	while (group->first) {
		struct region *r = group->first;
		struct run lost;

		if (unlikely(undo_mapping(lab, r, attrs, call, &lost)) && !reported) {
			dlab_direct_report_partial(d, call, r, r->dma, r->size, &lost);
			reported = true;
		}
		group->first = r->group_next;
		dlab_ledger_del(&lab->judge.ledger, r, call->site);
	}
	end_group(lab, group);
}

/*
 * A list of which an entry could not be mapped: nothing was given to the device, and no ring of
 * what was released remembers the entries before it.
 */
cold void dlab_abandon_group(struct dmalab_device *d, struct sg_group *group,
			     const struct call *call)
{
	struct region *r;
	struct run lost;

	while ((r = group->first)) {
		undo_mapping(d->machine, r, DMA_ATTR_SKIP_CPU_SYNC, call, &lost);
		group->first = r->group_next;
		dlab_ledger_drop(&d->machine->judge.ledger, r);
	}
	end_group(d->machine, group);
}

static void undo_single(struct dmalab_machine *lab, struct region *r, const struct release *rel,
			unsigned long attrs, bool reported)
{
	struct run lost;

	if (unlikely(undo_mapping(lab, r, attrs, rel->call, &lost)) && !reported) {
		dlab_direct_report_partial(r->dev->dmalab, rel->call, r, r->dma, r->size, &lost);
		reported = true;
	}
	if (!r->checked && !reported) {
		struct finding f = {
			.check = CHECK_MAP_ERROR_UNCHECKED, .call = rel->call,
			.dev = r->dev, .dma = r->dma, .size = r->size, .region = r,
			.missing = "dma_mapping_error() after the mapping",
		};

		dlab_judge_report(&lab->judge, &f);
	}
	dlab_ledger_del(&lab->judge.ledger, r, rel->call->site);
}

void dlab_region_undo(struct dmalab_machine *lab, struct region *r, const struct release *rel,
		      bool reported)
{
	unsigned long attrs = release_is_unmap(rel) ? rel->attrs : r->attrs;

	if (region_is_mapping(r)) {
		if (r->group)
			undo_group(lab, r->group, attrs, rel->call, reported);
		else
			undo_single(lab, r, rel, attrs, reported);
		return;
	}
	if (unlikely(r->managed))
		dlab_managed_forget(r->dev->dmalab, r->cpu);
	if (unlikely(r->kind == REGION_NONCONTIGUOUS))
		dlab_lists_forget(lab->lists, r->table);
	if (region_is_owned(r) && !reported)
		report_if_mapped(&lab->judge, rel, r);
	dlab_release_memory(r->dev->dmalab, r, rel->call);
	if (r->plain)
		ledger_keep(&lab->judge.ledger, r, rel->call->site);
	else
		dlab_ledger_del(&lab->judge.ledger, r, rel->call->site);
}

/* ------------------------------------------------------------------ leaks */

cold void dlab_release_all(struct dmalab_device *d, const struct call *call)
{
	struct dmalab_machine *lab = d->machine;

	while (d->live) {
		struct region *r = d->live->group ? d->live->group->first : d->live;
		struct release rel = { .call = call, .dev = d->dev };
		char text[96];
		struct finding f = {
			.check = CHECK_LEAK, .call = call, .dev = d->dev, .region = r,
			.cpu = r->cpu, .dma = r->dma, .size = r->size, .missing = text,
		};

		snprintf(text, sizeof(text), "%s before the driver lets go of the device",
			 dlab_release_name(r));
		dlab_judge_report(&lab->judge, &f);
		dlab_region_undo(lab, r, &rel, true);
	}
	dlab_pools_release_all(d, call);
}
