/* SPDX-License-Identifier: MIT */
/*
 * The moving of ownership. The kernel does the maintenance whatever the driver
 * asked for, and so does this: a report changes nothing of what follows.
 */
#include "dma/sync.h"
#include "dma/walk.h"

#include "dma/astray.h"
#include "dma/translate.h"
#include "base/probe.h"

/* Ownership of bytes moves. */
static inline void give(struct region *r, size_t first, size_t len, enum handover to,
			const struct call *call)
{
	own_give(r, first, len, to == FOR_DEVICE);
	r->mover = call->name;
	r->moved = call->site;
}

/* To a device that may read them; returns whether it gave a report. */
static bool shows_old_contents(const struct sync *s, const struct region *r, size_t first,
			       size_t len)
{
	struct given given = {
		.call = s->call, .r = r, .dma = s->dma, .size = s->size, .first = first, .len = len,
	};

	return s->to == FOR_DEVICE && device_reads(s->dir) && device_reads(r->dir) &&
	       trust_given(&s->d->machine->judge, &given);
}

/* Bytes of a live object move, stores to which are found. Returns whether a report is made. */
static bool move_found(const struct sync *s, struct region *r, size_t first, size_t len,
		       bool reported)
{
	struct run lost;

	if (unlikely(region_hand_over(r, first, len, s->to, s->dir, s->call->site, &lost)) &&
	    !reported) {
		dlab_direct_report_partial(s->d, s->call, r, s->dma, s->size, &lost);
		reported = true;
	}
	if (!region_is_owned(r))
		return reported;
	give(r, first, len, s->to, s->call);
	return reported || shows_old_contents(s, r, first, len);
}

static bool move(const struct sync *s, struct region *r, size_t first, size_t len, bool reported)
{
	if (region_has_memory(r))
		judge_find_stores(&s->d->machine->judge, s->call, r->offset + first, len);
	return move_found(s, r, first, len, reported);
}

/* Slots do not ask whose they are: they copy for any device, and any direction. */
static cold void copy_anyway(const struct sync *s, size_t len)
{
	struct judge *j = &s->d->machine->judge;
	struct span *span;

	if (!judge_keeps_ledger(j)) {
		dlab_route_copy_slots(s->d, s->place, len, s->to, s->dir);
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
		dlab_route_copy(s->d, r, first, len, s->to, s->dir, false, s->call->site);
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
		dlab_direct_report_partial(s->d, s->call, NULL, s->dma, s->size, &lost);
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
	dlab_judge_handover(j, s->d->dev, offset, len, s->to, s->dir, s->call->site, r);
}

/* Whatever is wrong with it is reported, and it moves what it can. */
static cold void sync_slowly(struct sync *s)
{
	struct dmalab_machine *lab = s->d->machine;
	struct region *r = NULL;
	bool reported = false;
	size_t first, room;

	if (unlikely(!direction_ok(s->dir))) {
		dlab_sync_report(s, CHECK_BAD_DIRECTION, NULL, VALID_DIRECTIONS);
		return;
	}
	if (!s->size)
		return;
	if (judge_keeps_ledger(&lab->judge))
		r = dlab_sync_check(s, &reported);
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
			dlab_route_copy(s->d, r, first, room, s->to, s->dir, false, s->call->site);
		if (r && region_is_owned(r))
			give(r, first, room, s->to, s->call);
	}
}

/*
 * The object whose bytes move, if it is the first that its page knows of and the sync fits it
 * in every way: dlab_sync_check() returns the same, and reports nothing. NULL: ask that; also where
 * there is no ledger, whose pages are none then. (To move what has been moved already is a
 * lint, which is off by default.)
 */
static inline struct region *sync_exact(const struct dmalab_device *d, const struct device *dev,
					u64 place, size_t size, enum dma_data_direction dir)
{
	const struct judge *j = &d->machine->judge;
	const struct span *span;
	struct region *r;

	if (unlikely(place >= j->ledger.ram_size || judge_wants(j, CHECK_SYNC_REDUNDANT)))
		return NULL;
	span = ledger_spans(&j->ledger, place);
	r = likely(!span) ? ledger_alloc_at(&j->ledger, place) : span->region;
	/* What is owned has no blocks, so that its range is all that there is to region_holds(). */
	if (unlikely(!r || r->dev != dev || r->dir != dir || !region_is_owned(r) ||
		     !region_is_direct(r) || r->bounce))
		return NULL;
	return likely(place - r->place < r->size && size && size <= r->size - (place - r->place)) ?
	       r : NULL;
}

/*
 * Without a ledger: memory where the device finds it. False: something else. What is lost at
 * the ends of a range is not known without a shadow.
 */
static inline bool sync_unchecked(struct dmalab_device *d, u64 place, size_t size,
				  enum handover to, enum dma_data_direction dir,
				  const struct call *call)
{
	struct judge *j = &d->machine->judge;
	struct run lost;

	if (judge_keeps_ledger(j) || place >= j->hw->ram_size || !size || !direction_ok(dir) ||
	    j->hw->profile->translation != TRANSLATE_DIRECT || size > bank_bytes(j->hw, place))
		return false;
	judge_find_stores(j, call, place, size);
	direct_handover(d, place, size, to, dir, call->site, NULL, &lost);
	return true;
}

/*
 * Fast path: the exact object, of whose page nothing is to be maintained. @to is a constant
 * wherever this is inlined. What takes longer is in functions of its own, with what they need.
 */
static inline __attribute__((always_inline)) void
sync(struct device *dev, dma_addr_t addr, size_t size, enum handover to,
     enum dma_data_direction dir, const struct call *call)
{
	struct dmalab_device *d = lab_enter(dev, call);
	struct judge *j;
	struct region *r;
	u64 place;

	if (unlikely(!d))
		return;
	j = &d->machine->judge;
	place = bus_place(j->hw, &d->window, addr);
	r = sync_exact(d, dev, place, size, dir);
	if (likely(r)) {
		judge_find_stores(j, call, place, size);
		if (likely(!(to == FOR_DEVICE && device_reads(dir) &&
			     unwritten_any(&j->unwritten, place, size)) &&
			   direct_handover_idle(d, dev, place, size, to, dir)))
			give(r, place - r->place, size, to, call);
		else
			move_found(&(struct sync){ d, call, addr, size, to, dir, place }, r,
				   place - r->place, size, false);
	} else if (!sync_unchecked(d, place, size, to, dir, call)) {
		sync_slowly(&(struct sync){ d, call, addr, size, to, dir, place });
	}
	lab_leave(d);
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

/* Like a sync of a single piece, it does the maintenance after a report as well. */
static void sync_group(struct sync *s, const struct list_sync *list)
{
	struct region *r = dlab_sync_find_list(s, list);
	bool reported;

	if (unlikely(!r)) {
		r = s->place == NO_OFFSET ? NULL :
		    ledger_alloc_at(&s->d->machine->judge.ledger, s->place);
		if (r && r->kind == REGION_NONCONTIGUOUS && r->dma == s->dma &&
		    list->nents == 1) {
			s->size = r->size;
			sync_slowly(s);
			return;
		}
		if (list->sgl)
			dlab_sync_report_unknown(s);
		else
			dlab_sync_report(s, CHECK_SYNC_UNKNOWN, NULL, NO_LIST);
		return;
	}
	s->size = r->size;
	reported = dlab_sync_check_list(s, r, list->nents);
	for (unsigned i = 0; r && i < list->nents; r = r->group_next, i++)
		reported = move(s, r, 0, r->size, reported);
}

/* Without a ledger: the CPU's side of each entry, as the list has it. */
static void sync_entries(struct sync *s, const struct list_sync *list)
{
	struct walk w = walk_start(list->sgl, list->nents);

	if (s->d->machine->hw.profile->translation == TRANSLATE_IOMMU)
		return;
	for (; w.sg; walk_next(&w)) {
		s->place = bus_place(&s->d->machine->hw, &s->d->window, sg_dma_address(w.sg));
		s->size = w.sg->length;
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
		dlab_sync_report(&s, CHECK_BAD_DIRECTION, NULL, VALID_DIRECTIONS);
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
	bounced = dlab_swiotlb_holds(&d->machine->hw,
				     bus_place(&d->machine->hw, &d->window, dma_addr));
	lab_leave(d);
	/* Whoever is told that syncs do nothing need not make them: then none is missing. */
	return judge_keeps_ledger(&d->machine->judge) || !dev->dma_coherent || bounced;
}
