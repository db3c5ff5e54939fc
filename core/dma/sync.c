/* SPDX-License-Identifier: MIT */
/*
 * The moving of ownership. The kernel does the maintenance whatever the driver
 * asked for, and so does this: a report changes nothing of what follows.
 */
#include <linux/scatterlist.h>

#include "dma/astray.h"
#include "dma/direct.h"
#include "dma/translate.h"
#include "record/record.h"

#include <stdio.h>

struct sync {
	struct dmalab_device *d;
	const struct call *call;
	dma_addr_t dma;
	size_t size;
	enum handover to;
	enum dma_data_direction dir;
	u64 place;              /* on the bus, or NO_OFFSET */
};

static cold void report_sync(const struct sync *s, enum check check, const struct region *r,
			     const char *detail)
{
	struct finding f = {
		.check = check, .call = s->call, .dev = &s->d->dev, .dma = s->dma,
		.size = s->size, .region = r, .detail = detail,
	};

	judge_report(&s->d->machine->judge, &f);
}

/* A bidirectional mapping takes a sync of any direction; so does coherent memory. */
static bool direction_fits(const struct sync *s, const struct region *r)
{
	return !region_is_owned(r) || r->dir == DMA_BIDIRECTIONAL || r->dir == s->dir;
}

/* 3: entirely; 2: but for the direction; 1: only the start. */
static int fit(const struct region *r, const void *arg)
{
	const struct sync *s = arg;

	if (r->dev != &s->d->dev || !region_holds(r, s->place, 1))
		return 0;
	if (!region_holds(r, s->place, s->size))
		return 1;
	return direction_fits(s, r) ? 3 : 2;
}

static cold void report_unknown(const struct sync *s)
{
	struct astray a;

	astray_look(&a, s->d, s->dma, s->place);
	report_sync(s, CHECK_SYNC_UNKNOWN, a.region, a.detail);
}

static cold void report_out_of_range(const struct sync *s, const struct region *r)
{
	size_t room = astray_room(r, s->place);
	struct run behind = astray_behind(r, s->place, s->size, room);
	char text[96];
	struct finding f = {
		.check = CHECK_SYNC_OUT_OF_RANGE, .call = s->call, .dev = &s->d->dev,
		.dma = s->dma, .size = s->size, .region = r, .first = behind.first,
		.last = behind.last, .bytes = behind.bytes, .detail = text,
	};

	snprintf(text, sizeof(text), "%zu bytes were synced, of the %zu that are left from there on",
		 s->size, room);
	judge_report(&s->d->machine->judge, &f);
}

static cold void report_misfit(const struct sync *s, const struct region *r, int how)
{
	char text[96];

	switch (how) {
	case 0:
		report_unknown(s);
		break;
	case 1:
		report_out_of_range(s, r);
		break;
	default:
		snprintf(text, sizeof(text), "mapped %s, synced %s", dir_name(r->dir),
			 dir_name(s->dir));
		report_sync(s, CHECK_SYNC_DIRECTION_MISMATCH, r, text);
	}
}

/*
 * Is all of it with the side that is to have it? Coherent memory is with both. What was
 * mapped without a sync is the device's by the driver's word alone: the syncs of its parts
 * are still to come.
 */
static bool is_redundant(const struct region *r, size_t first, size_t len, enum handover to)
{
	return !region_is_owned(r) ||
	       (!(to == FOR_DEVICE && r->attrs & DMA_ATTR_SKIP_CPU_SYNC) &&
		!own_find(r, first, len, to == FOR_CPU).bytes);
}

static cold void report_redundant(const struct sync *s, const struct region *r, size_t first)
{
	struct machine *hw = &s->d->machine->hw;
	unsigned shift = hw->profile->line_shift;
	enum line_op op = profile_op(hw->profile, s->to, s->dir);
	size_t start = r->offset + first;
	size_t lines = s->d->dev.dma_coherent || op == OP_NONE ? 0 :
		       ((start + s->size - 1) >> shift) - (start >> shift) + 1;
	char text[128];

	snprintf(text, sizeof(text), "%zu bytes, %zu cache operations for nothing: %s", s->size,
		 lines, !region_is_owned(r) ? "coherent memory needs no sync" :
		 s->to == FOR_CPU ? "the CPU owned them" : "the device owned them");
	report_sync(s, CHECK_SYNC_REDUNDANT, r, text);
}

/* Returns the object whose bytes move, or NULL; and whether it drew a report. */
static struct region *check_sync(const struct sync *s, bool *reported)
{
	int how = 0;
	struct region *r = NULL;

	if (s->place != NO_OFFSET)
		r = ledger_find(&s->d->machine->judge.ledger, s->place, fit, s, &how);
	*reported = how < BEST_FIT;
	if (unlikely(*reported)) {
		report_misfit(s, r, how);
	} else if (judge_wants(&s->d->machine->judge, CHECK_SYNC_REDUNDANT)) {
		*reported = is_redundant(r, s->place - r->place, s->size, s->to);
		if (*reported)
			report_redundant(s, r, s->place - r->place);
	}
	return r;
}

/* Ownership of bytes moves. */
static void give(const struct sync *s, struct region *r, size_t first, size_t len)
{
	own_give(r, first, len, s->to == FOR_DEVICE);
	r->mover = s->call->name;
	r->moved = s->call->site;
}

/* Bytes of a live object move. Returns whether a report is drawn. */
static bool move(const struct sync *s, struct region *r, size_t first, size_t len, bool reported)
{
	struct run lost;

	if (region_has_memory(r))
		judge_find_stores(&s->d->machine->judge, s->call, r->offset + first, len);
	if (unlikely(region_hand_over(r, first, len, s->to, s->dir, s->call->site, &lost)) &&
	    !reported) {
		direct_report_partial(s->d, s->call, r, s->dma, s->size, &lost);
		reported = true;
	}
	if (region_is_owned(r))
		give(s, r, first, len);
	return reported;
}

/* Slots do not ask whose they are: they copy for any device, and any direction. */
static cold void copy_anyway(const struct sync *s, size_t len)
{
	struct judge *j = &s->d->machine->judge;
	struct span *span;

	if (!judge_keeps_ledger(j)) {
		route_copy_slots(s->d, s->place, len, s->to, s->dir);
		return;
	}
	for (span = ledger_spans(&j->ledger, s->place); span; span = span->next) {
		struct region *r = span->region;
		size_t first = s->place - r->place;

		if (!region_is_copied(r) || !region_holds(r, s->place, 1))
			continue;
		if (len > r->size - first)
			len = r->size - first;
		judge_find_stores(j, s->call, r->offset + first, len);
		route_copy(s->d, r, first, len, s->to, s->dir, false, s->call->site);
		return;
	}
}

/* Whatever is there: the caches do not know of mappings. */
static cold void move_anyway(const struct sync *s, const struct region *r, bool reported)
{
	struct machine *hw = &s->d->machine->hw;
	struct run lost;
	size_t len = s->size;

	if (s->place >= hw->ram_size)
		return;
	if (len > bank_bytes(hw, s->place))
		len = bank_bytes(hw, s->place);
	if (hw->profile->translation == TRANSLATE_BOUNCE) {
		copy_anyway(s, len);
		return;
	}
	judge_find_stores(&s->d->machine->judge, s->call, s->place, len);
	if (direct_handover(s->d, s->place, len, s->to, s->dir, s->call->site, r, &lost) &&
	    !reported)
		direct_report_partial(s->d, s->call, NULL, s->dma, s->size, &lost);
}

/*
 * What a sync reaches behind the end of @r, @first bytes from its start, on machines where
 * the device finds the memory itself. The one that runs copies or translates.
 */
static cold void move_elsewhere(const struct sync *s, const struct region *r, size_t first)
{
	struct judge *j = &s->d->machine->judge;
	size_t offset = r->offset + first, len = s->size - (r->size - (s->place - r->place));

	if (!region_has_memory(r) || offset >= j->hw->ram_size)
		return;
	if (len > bank_bytes(j->hw, offset))
		len = bank_bytes(j->hw, offset);
	judge_find_stores(j, s->call, offset, len);
	judge_handover(j, &s->d->dev, offset, len, s->to, s->dir, s->call->site, r);
}

static void sync_locked(struct sync *s)
{
	struct dmalab_machine *lab = s->d->machine;
	struct region *r = NULL;
	bool reported = false;
	size_t first, room;

	if (unlikely(!direction_ok(s->dir))) {
		report_sync(s, CHECK_BAD_DIRECTION, NULL, VALID_DIRECTIONS);
		return;
	}
	if (!s->size)
		return;
	s->place = bus_place(&lab->hw, &s->d->window, s->dma);
	if (judge_keeps_ledger(&lab->judge))
		r = check_sync(s, &reported);
	if (s->place == NO_OFFSET)
		return;
	first = r ? s->place - r->place : 0;
	room = r ? r->size - first : 0;
	if (likely(r && s->size <= room)) {
		move(s, r, first, s->size, reported);
	} else if (r && !region_is_direct(r)) {
		move(s, r, first, room, reported);
		if (unlikely(lab->judge.all))
			move_elsewhere(s, r, first + room);
	} else {
		move_anyway(s, r, reported);
		if (unlikely(r && r->bounce))
			route_copy(s->d, r, first, room, s->to, s->dir, false, s->call->site);
		if (r && region_is_owned(r))
			give(s, r, first, room);
	}
}

static void sync(struct device *dev, dma_addr_t addr, size_t size, enum handover to,
		 enum dma_data_direction dir, const struct call *call)
{
	struct sync s = {
		.d = lab_enter(dev, call), .call = call, .dma = addr, .size = size, .to = to,
		.dir = dir,
	};

	if (!s.d)
		return;
	sync_locked(&s);
	lab_leave(s.d);
}

void dma_sync_single_for_device(struct device *dev, dma_addr_t addr, size_t size,
				enum dma_data_direction dir)
{
	RECORD("dazD", dev, addr, size, dir);
	sync(dev, addr, size, FOR_DEVICE, dir, &THIS_CALL);
}

void dma_sync_single_for_cpu(struct device *dev, dma_addr_t addr, size_t size,
			     enum dma_data_direction dir)
{
	RECORD("dazD", dev, addr, size, dir);
	sync(dev, addr, size, FOR_CPU, dir, &THIS_CALL);
}

/* Nothing begins behind a mapping that failed, whatever the offset. */
static dma_addr_t range_start(dma_addr_t addr, unsigned long offset)
{
	return unlikely(addr == DMA_MAPPING_ERROR) ? addr : addr + offset;
}

void dma_sync_single_range_for_device(struct device *dev, dma_addr_t addr, unsigned long offset,
				      size_t size, enum dma_data_direction dir)
{
	RECORD("dazzD", dev, addr, offset, size, dir);
	sync(dev, range_start(addr, offset), size, FOR_DEVICE, dir, &THIS_CALL);
}

void dma_sync_single_range_for_cpu(struct device *dev, dma_addr_t addr, unsigned long offset,
				   size_t size, enum dma_data_direction dir)
{
	RECORD("dazzD", dev, addr, offset, size, dir);
	sync(dev, range_start(addr, offset), size, FOR_CPU, dir, &THIS_CALL);
}

/* ------------------------------------------------------------------- lists */

struct list_sync {
	struct scatterlist *sgl;
	unsigned nents;
};

/* The entry of a mapped list that is meant by the first one of this, or NULL. */
static struct region *find_list(const struct sync *s, const struct list_sync *list)
{
	struct region *best = NULL;
	struct span *span = NULL;
	unsigned best_fit = 0;

	if (s->place != NO_OFFSET)
		span = ledger_spans(&s->d->machine->judge.ledger, s->place);
	for (; span; span = span->next) {
		struct region *r = span->region;
		unsigned fit;

		if (!r->group || r->dev != &s->d->dev || r->dma != s->dma)
			continue;
		fit = 1 + list_fit(r, list->sgl, list->nents) * 2 + direction_fits(s, r);
		if (fit > best_fit) {
			best_fit = fit;
			best = r;
		}
	}
	return best;
}

static bool list_is_redundant(const struct sg_group *group, enum handover to)
{
	for (const struct region *r = group->first; r; r = r->group_next)
		if (!is_redundant(r, 0, r->size, to))
			return false;
	return true;
}

/* Returns whether it drew a report. */
static bool check_list(const struct sync *s, const struct region *first, unsigned nents)
{
	const struct sg_group *group = first->group;
	char text[96];

	if (unlikely(group->first != first)) {
		snprintf(text, sizeof(text),
			 "mapped %u entries, synced %u that begin after the first of them",
			 group->nents, nents);
		report_sync(s, CHECK_SG_COUNT_MISMATCH, first, text);
	} else if (unlikely(group->nents != nents)) {
		snprintf(text, sizeof(text), "mapped %u entries, synced %u", group->nents, nents);
		report_sync(s, CHECK_SG_COUNT_MISMATCH, first, text);
	} else if (unlikely(!direction_fits(s, first))) {
		report_misfit(s, first, 2);
	} else if (judge_wants(&s->d->machine->judge, CHECK_SYNC_REDUNDANT) &&
		   list_is_redundant(group, s->to)) {
		report_redundant(s, first, 0);
	} else {
		return false;
	}
	return true;
}

/* Like a sync of a single piece, it does the maintenance after a report as well. */
static void sync_group(struct sync *s, const struct list_sync *list)
{
	struct region *r = find_list(s, list);
	bool reported;

	if (unlikely(!r)) {
		r = s->place == NO_OFFSET ? NULL :
		    ledger_alloc_at(&s->d->machine->judge.ledger, s->place);
		if (r && r->kind == REGION_NONCONTIGUOUS && r->dma == s->dma &&
		    list->nents == 1) {
			s->size = r->size;
			sync_locked(s);
			return;
		}
		if (list->sgl)
			report_unknown(s);
		else
			report_sync(s, CHECK_SYNC_UNKNOWN, NULL, NO_LIST);
		return;
	}
	s->size = r->size;
	reported = check_list(s, r, list->nents);
	for (unsigned i = 0; r && i < list->nents; r = r->group_next, i++)
		reported = move(s, r, 0, r->size, reported);
}

/* Without a ledger: the CPU's side of each entry, as the list has it. */
static void sync_entries(struct sync *s, const struct list_sync *list)
{
	struct scatterlist *sg = list->sgl;

	if (s->d->machine->hw.profile->translation == TRANSLATE_IOMMU)
		return;
	for (unsigned i = 0; sg && i < list->nents; i++, sg = sg_next(sg)) {
		s->place = bus_place(&s->d->machine->hw, &s->d->window, sg_dma_address(sg));
		s->size = sg->length;
		move_anyway(s, NULL, true);
	}
}

static void sync_list(struct device *dev, struct scatterlist *sgl, int nents, enum handover to,
		      enum dma_data_direction dir, const struct call *call)
{
	struct sync s = {
		.d = lab_enter(dev, call), .call = call, .to = to, .dir = dir,
		.dma = sgl ? sg_dma_address(sgl) : 0,
	};
	struct list_sync list = { .sgl = sgl, .nents = nents > 0 ? nents : 0 };

	if (!s.d)
		return;
	s.place = sgl ? bus_place(&s.d->machine->hw, &s.d->window, s.dma) : NO_OFFSET;
	if (unlikely(!direction_ok(dir)))
		report_sync(&s, CHECK_BAD_DIRECTION, NULL, VALID_DIRECTIONS);
	else if (judge_keeps_ledger(&s.d->machine->judge))
		sync_group(&s, &list);
	else
		sync_entries(&s, &list);
	lab_leave(s.d);
}

static void sync_table(struct device *dev, struct sg_table *sgt, enum handover to,
		       enum dma_data_direction dir, const struct call *call)
{
	sync_list(dev, sgt ? sgt->sgl : NULL, sgt ? sgt->orig_nents : 0, to, dir, call);
}

void dma_sync_sg_for_device(struct device *dev, struct scatterlist *sg, int nelems,
			    enum dma_data_direction dir)
{
	RECORD("dszD", dev, sg, nelems, dir);
	sync_list(dev, sg, nelems, FOR_DEVICE, dir, &THIS_CALL);
}

void dma_sync_sg_for_cpu(struct device *dev, struct scatterlist *sg, int nelems,
			 enum dma_data_direction dir)
{
	RECORD("dszD", dev, sg, nelems, dir);
	sync_list(dev, sg, nelems, FOR_CPU, dir, &THIS_CALL);
}

void dma_sync_sgtable_for_device(struct device *dev, struct sg_table *sgt,
				 enum dma_data_direction dir)
{
	RECORD("dtD", dev, sgt, dir);
	sync_table(dev, sgt, FOR_DEVICE, dir, &THIS_CALL);
}

void dma_sync_sgtable_for_cpu(struct device *dev, struct sg_table *sgt,
			      enum dma_data_direction dir)
{
	RECORD("dtD", dev, sgt, dir);
	sync_table(dev, sgt, FOR_CPU, dir, &THIS_CALL);
}

bool dma_need_sync(struct device *dev, dma_addr_t dma_addr)
{
	struct dmalab_device *d;
	bool bounced;

	RECORD("da", dev, dma_addr);
	d = lab_enter(dev, &THIS_CALL);
	if (!d)
		return false;
	bounced = swiotlb_holds(&d->machine->hw,
				bus_place(&d->machine->hw, &d->window, dma_addr));
	lab_leave(d);
	/* Whoever is told that syncs do nothing need not make them: then none is missing. */
	return judge_keeps_ledger(&d->machine->judge) || !dev->dma_coherent || bounced;
}
