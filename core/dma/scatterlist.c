/* SPDX-License-Identifier: MIT */
/*
 * Mappings of lists. Every entry is an object of the ledger, and all of one call are a
 * group, which goes as one. Behind an IOMMU the entries get addresses in one piece,
 * and those that meet at page boundaries become one segment, after
 * drivers/iommu/dma-iommu.c: so the driver is given fewer segments than entries.
 */
#include <linux/scatterlist.h>

#include "base/host.h"
#include "dma/map.h"
#include "dma/walk.h"
#include "base/probe.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

struct list {
	struct map map;               /* of the entry at hand */
	struct scatterlist *sgl;
	unsigned nents;
	struct sg_group *group;       /* NULL without a ledger */
	struct region **tail;
};

static void take_entry(struct list *l, const struct scatterlist *sg)
{
	const u8 *start = page_address(sg_page(sg));

	l->map.ptr = start ? start + sg->offset : (const u8 *)sg_page(sg);
	l->map.size = sg->length;
}

/* ------------------------------------------------------------------ checks */

static cold void report_length(struct list *l, unsigned int max)
{
	char text[96];

	snprintf(text, sizeof(text),
		 "at most %u bytes: dma_set_max_seg_size() where the device takes more", max);
	dlab_map_refuse(&l->map, CHECK_SG_SEGMENT_TOO_LONG, text);
}

/* As the device sees it: on the bus, an entry may lie better than in RAM. */
static void check_boundary(struct list *l, dma_addr_t first)
{
	u64 boundary = dma_get_seg_boundary(l->map.d->dev);
	dma_addr_t last = first + l->map.size - 1;
	char text[128];

	if (likely(!((first ^ last) & ~boundary)))
		return;
	snprintf(text, sizeof(text),
		 "from 0x%llx to 0x%llx, with a boundary mask of 0x%llx: dma_set_seg_boundary()",
		 (unsigned long long)first, (unsigned long long)last,
		 (unsigned long long)boundary);
	dlab_map_refuse(&l->map, CHECK_SG_BOUNDARY, text);
}

/* Reports the first thing wrong. Too long a segment is mapped all the same. */
static int check_list(struct list *l)
{
	unsigned int max = dma_get_max_seg_size(l->map.d->dev);
	struct walk w = walk_start(l->sgl, l->nents);
	unsigned nr = 0;
	bool too_long = false;

	l->map.size = l->nents;
	if (!map_arguments_ok(&l->map))
		return -EINVAL;
	for (; w.sg; walk_next(&w), nr++) {
		take_entry(l, w.sg);
		if (!map_arguments_ok(&l->map) || !dlab_map_memory_ok(&l->map))
			return -EINVAL;
		if (unlikely(w.sg->length > max) && !too_long) {
			report_length(l, max);
			too_long = true;
		}
	}
	if (unlikely(nr < l->nents)) {
		dlab_map_refuse(&l->map, CHECK_SG_COUNT_MISMATCH, w.in_circle ? CIRCLE_TEXT :
				"the list ends before as many entries as were given");
		return -EINVAL;
	}
	if ((l->map.attrs & DMA_ATTR_REQUIRE_COHERENT) && !l->map.d->dev->dma_coherent)
		return -EOPNOTSUPP;
	return 0;
}

/* ----------------------------------------------------------------- mapping */

static void join(struct list *l, struct region *r)
{
	if (!l->group)
		return;
	r->group = l->group;
	r->group_next = NULL;
	*l->tail = r;
	l->tail = &r->group_next;
}

/* Without a ledger: the first @nr entries hold nothing but their slots. */
static cold void give_slots(const struct list *l, unsigned nr)
{
	struct machine *hw = &l->map.d->machine->hw;
	struct scatterlist *sg;
	unsigned i;

	for_each_sg(l->sgl, sg, nr, i)
		dlab_swiotlb_give(hw, bus_to_offset(hw, &l->map.d->window, sg_dma_address(sg)));
}

static int map_entries(struct list *l)
{
	struct scatterlist *sg;
	unsigned i;

	for_each_sg(l->sgl, sg, l->nents, i) {
		struct region none, *r;

		take_entry(l, sg);
		r = dlab_map_piece(&l->map, &none);
		if (unlikely(!r)) {
			if (!l->group)
				give_slots(l, i);
			return -EIO;
		}
		join(l, r);
		check_boundary(l, r->dma);
		sg_dma_address(sg) = r->dma;
		sg_dma_len(sg) = sg->length;
	}
	return l->nents;
}

/* Room for each entry in whole pages. */
static size_t entry_room(const struct scatterlist *sg)
{
	return PAGE_ALIGN(sg->offset % PAGE_SIZE + (size_t)sg->length);
}

/*
 * Where the next entry goes: not across a boundary, if it need not be. A mask that does not end
 * in twelve ones has boundaries within pages, which nothing here can respect.
 */
static size_t entry_start(size_t at, size_t room, u64 boundary)
{
	size_t pad = (boundary - at + 1) & boundary;

	return pad < room && !offset_in_page(pad) ? at + pad : at;
}

struct segments {
	struct scatterlist *last;     /* which holds the latest segment */
	unsigned nr;
	size_t max;
	u64 boundary;
};

static void add_segment(struct segments *s, struct scatterlist *sgl, dma_addr_t dma, size_t len)
{
	struct scatterlist *last = s->last;

	if (last && sg_dma_address(last) + sg_dma_len(last) == dma && !(dma & ~PAGE_MASK) &&
	    sg_dma_len(last) + len <= s->max &&
	    !((sg_dma_address(last) ^ (dma + len - 1)) & ~s->boundary)) {
		sg_dma_len(last) += len;
		return;
	}
	s->last = last ? sg_next(last) : sgl;
	sg_dma_address(s->last) = dma;
	sg_dma_len(s->last) = len;
	s->nr++;
}

static int map_behind_iommu(struct list *l)
{
	struct machine *hw = &l->map.d->machine->hw;
	struct segments s = {
		.max = dma_get_max_seg_size(l->map.d->dev),
		.boundary = dma_get_seg_boundary(l->map.d->dev),
	};
	struct scatterlist *sg;
	size_t size = 0, at = 0;
	dma_addr_t iova;
	unsigned i;

	for_each_sg(l->sgl, sg, l->nents, i) {
		take_entry(l, sg);
		if (unlikely(l->map.size > bank_bytes(hw, map_offset(&l->map)))) {
			dlab_map_refuse_address(&l->map);
			return -EIO;
		}
		size = entry_start(size, entry_room(sg), s.boundary) + entry_room(sg);
	}
	iova = dlab_iommu_reserve(hw, size, map_limit(l->map.d->dev));
	if (iova == NO_IOVA)
		return -ENOMEM;
	if (l->group) {
		l->group->iova = iova;
		l->group->iova_size = size;
	}
	for_each_sg(l->sgl, sg, l->nents, i) {
		struct region none, *r;
		struct route route;

		take_entry(l, sg);
		at = entry_start(at, entry_room(sg), s.boundary);
		route = (struct route){ .dma = iova + at + sg->offset % PAGE_SIZE };
		route.place = PLACE_IOVA | route.dma;
		dlab_iommu_set(hw, route.dma, sg_phys(sg), sg->length,
			       dlab_route_permissions(l->map.dir));
		r = dlab_map_enter(&l->map, &route, &none);
		if (unlikely(!r))
			return -ENOMEM;
		dlab_map_give(&l->map, r);
		join(l, r);
		check_boundary(l, route.dma);
		at += entry_room(sg);
		add_segment(&s, l->sgl, route.dma, sg->length);
	}
	for (sg = sg_next(s.last), i = s.nr; sg && i < l->nents; sg = sg_next(sg), i++) {
		sg_dma_address(sg) = DMA_MAPPING_ERROR;
		sg_dma_len(sg) = 0;
	}
	return s.nr;
}

/* At the first entry that is longer than its object, then at the first that is not all stored. */
static void check_entries(struct list *l)
{
	const struct region *r;

	for (r = l->group->first; r && !l->map.reported; r = r->group_next)
		dlab_map_check_end(&l->map, r);
	for (r = l->group->first; r && !l->map.reported; r = r->group_next)
		map_check_stored(&l->map, r);
}

static int map_list_locked(struct list *l)
{
	struct dmalab_machine *lab = l->map.d->machine;
	int n = check_list(l);

	if (unlikely(n))
		return n;
	if (lab_must_fail_in(lab, l->map.call))
		return -ENOMEM;
	if (judge_keeps_ledger(&lab->judge)) {
		l->group = host_calloc(1, sizeof(*l->group));
		if (!l->group)
			return -ENOMEM;
		l->group->nents = l->nents;
		l->tail = &l->group->first;
	}
	n = lab->hw.profile->translation == TRANSLATE_IOMMU ? map_behind_iommu(l) :
							       map_entries(l);
	if (!l->group)
		return n;
	if (unlikely(n < 0)) {
		dlab_abandon_group(l->map.d, l->group, l->map.call);
		return n;
	}
	for (struct region *r = l->group->first; r; r = r->group_next)
		judge_mapped(&lab->judge, r);
	check_entries(l);
	return n;
}

/* The segments, or an error. */
static int map_list(struct device *dev, struct scatterlist *sgl, int nents,
		    enum dma_data_direction dir, unsigned long attrs, const struct call *call)
{
	struct list l = {
		.map = {
			.d = lab_enter(dev, call), .call = call, .kind = REGION_SG, .joined = true,
			.dir = dir, .attrs = attrs,
		},
		.sgl = sgl, .nents = nents > 0 && sgl ? nents : 0,
	};
	int n;

	if (!l.map.d)
		return -EINVAL;
	n = map_list_locked(&l);
	lab_leave(l.map.d);
	if (recording())
		dlab_probe->mapped(dev, sgl, n);
	return n;
}

/* --------------------------------------------------------------- unmapping */

/* Addresses of their own, as an IOMMU gives them, tell lists apart by the first. */
unsigned dlab_list_fit(const struct region *r, struct scatterlist *sgl, unsigned nents)
{
	const struct sg_group *group = r->group;
	const struct region *at = r;
	struct scatterlist *sg = sgl;
	unsigned fit = (group->first == r) * 8 + (group->nents == nents);

	for (unsigned i = 0; i < nents && sg && at && !group->iova_size; i++) {
		if (at->dma != sg_dma_address(sg))
			return fit;
		sg = sg_next(sg);
		at = at->group_next;
	}
	return fit + 4;
}

/* The addresses of a list behind an IOMMU go in one piece; by what its segments say. */
static cold void unmap_segments(const struct release *rel)
{
	struct machine *hw = &rel->dev->dmalab->machine->hw;
	struct walk w = walk_start(rel->sgl, rel->nents);
	dma_addr_t end = rel->dma;

	for (struct scatterlist *sg = w.sg; sg && sg_dma_len(sg); sg = walk_next(&w)) {
		if (sg_dma_address(sg) < end ||
		    dlab_iommu_mapped(hw, sg_dma_address(sg), sg_dma_len(sg)) != sg_dma_len(sg))
			return;
		end = sg_dma_address(sg) + sg_dma_len(sg);
	}
	dlab_iommu_unmap(hw, rel->dma, end - rel->dma);
}

/* Without a ledger nobody but the list knows what there is to unmap. */
static cold void unmap_unchecked(struct release *rel)
{
	struct dmalab_device *d = rel->dev->dmalab;
	struct walk w = walk_start(rel->sgl, rel->nents);

	if (d->machine->hw.profile->translation == TRANSLATE_IOMMU) {
		lab_enter(rel->dev, rel->call);
		unmap_segments(rel);
		lab_leave(d);
		return;
	}
	rel->kind = REGION_SINGLE;
	for (; w.sg; walk_next(&w)) {
		rel->dma = sg_dma_address(w.sg);
		rel->size = sg_dma_len(w.sg);
		dlab_release(rel);
	}
}

static void unmap_list(struct device *dev, struct scatterlist *sgl, int nents,
		       enum dma_data_direction dir, unsigned long attrs, const struct call *call)
{
	struct release rel = {
		.call = call, .dev = dev, .dir = dir, .attrs = attrs, .kind = REGION_SG,
		.sgl = sgl, .nents = nents > 0 ? nents : 0,
		.dma = sgl ? sg_dma_address(sgl) : DMA_MAPPING_ERROR,
	};

	if (lab_knows(dev) && sgl && !judge_keeps_ledger(&dev->dmalab->machine->judge))
		unmap_unchecked(&rel);
	else
		dlab_release(&rel);
}

unsigned int dma_map_sg_attrs(struct device *dev, struct scatterlist *sg, int nents,
			      enum dma_data_direction dir, unsigned long attrs)
{
	int n;

	RECORD("dszDA", dev, sg, nents, dir, attrs);
	n = map_list(dev, sg, nents, dir, attrs, &THIS_CALL);
	return n > 0 ? n : 0;
}

unsigned int dma_map_sg(struct device *dev, struct scatterlist *sg, int nents,
			enum dma_data_direction dir)
{
	int n;

	RECORD("dszD", dev, sg, nents, dir);
	n = map_list(dev, sg, nents, dir, 0, &THIS_CALL);
	return n > 0 ? n : 0;
}

void dma_unmap_sg_attrs(struct device *dev, struct scatterlist *sg, int nents,
			enum dma_data_direction dir, unsigned long attrs)
{
	RECORD("dszDA", dev, sg, nents, dir, attrs);
	unmap_list(dev, sg, nents, dir, attrs, &THIS_CALL);
}

void dma_unmap_sg(struct device *dev, struct scatterlist *sg, int nents,
		  enum dma_data_direction dir)
{
	RECORD("dszD", dev, sg, nents, dir);
	unmap_list(dev, sg, nents, dir, 0, &THIS_CALL);
}

int dma_map_sgtable(struct device *dev, struct sg_table *sgt, enum dma_data_direction dir,
		    unsigned long attrs)
{
	int n;

	RECORD("dtDA", dev, sgt, dir, attrs);
	n = map_list(dev, sgt ? sgt->sgl : NULL, sgt ? sgt->orig_nents : 0, dir, attrs,
		     &THIS_CALL);
	if (n < 0)
		return n;
	sgt->nents = n;
	return 0;
}

void dma_unmap_sgtable(struct device *dev, struct sg_table *sgt, enum dma_data_direction dir,
		       unsigned long attrs)
{
	RECORD("dtDA", dev, sgt, dir, attrs);
	unmap_list(dev, sgt ? sgt->sgl : NULL, sgt ? sgt->orig_nents : 0, dir, attrs,
		   &THIS_CALL);
}
