/* SPDX-License-Identifier: MIT */
/* What is wrong with a sync: the object that is meant, its range, its direction. */
#include "dma/sync.h"

#include "dma/astray.h"

#include <stdio.h>

cold void dlab_sync_report(const struct sync *s, enum check check, const struct region *r,
			   const char *detail)
{
	struct finding f = {
		.check = check, .call = s->call, .dev = s->d->dev, .dma = s->dma,
		.size = s->size, .region = r, .detail = detail,
	};

	dlab_judge_report(&s->d->machine->judge, &f);
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

	if (r->dev != s->d->dev || !region_holds(r, s->place, 1))
		return 0;
	if (!region_holds(r, s->place, s->size))
		return 1;
	return direction_fits(s, r) ? 3 : 2;
}

cold void dlab_sync_report_unknown(const struct sync *s)
{
	struct astray a;

	dlab_astray_look(&a, s->d, s->dma, s->place);
	dlab_sync_report(s, CHECK_SYNC_UNKNOWN, a.region, a.detail);
}

static cold void report_out_of_range(const struct sync *s, const struct region *r)
{
	size_t room = dlab_astray_room(r, s->place);
	struct run behind = dlab_astray_behind(r, s->place, s->size, room);
	char text[96];
	struct finding f = {
		.check = CHECK_SYNC_OUT_OF_RANGE, .call = s->call, .dev = s->d->dev,
		.dma = s->dma, .size = s->size, .region = r, .first = behind.first,
		.last = behind.last, .bytes = behind.bytes, .detail = text,
	};

	snprintf(text, sizeof(text), "%zu bytes were synced, of the %zu that are left from there on",
		 s->size, room);
	dlab_judge_report(&s->d->machine->judge, &f);
}

/*
 * Cache maintenance goes by the address that the linear map has for the memory: neither
 * what lies on the device's side of the bus nor another device's registers have one.
 */
static bool has_linear_map(const struct region *r)
{
	return region_has_memory(r) && !(r->place & PLACE_MMIO);
}

static cold void report_no_linear_map(const struct sync *s, const struct region *r)
{
	dlab_sync_report(
		s, CHECK_SYNC_INVALID, r,
		region_has_memory(r) ?
			"it is the device's own memory, of dma_declare_coherent_memory(): coherent, and never to be synced" :
			"it is no RAM, but a resource on the bus: nothing of it is in the CPU's cache");
}

static cold void report_misfit(const struct sync *s, const struct region *r, int how)
{
	char text[96];

	switch (how) {
	case 0:
		dlab_sync_report_unknown(s);
		break;
	case 1:
		report_out_of_range(s, r);
		break;
	default:
		snprintf(text, sizeof(text), "mapped %s, synced %s", dlab_dir_name(r->dir),
			 dlab_dir_name(s->dir));
		dlab_sync_report(s, CHECK_SYNC_DIRECTION_MISMATCH, r, text);
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
		!dlab_own_find(r, first, len, to == FOR_CPU).bytes);
}

static cold void report_redundant(const struct sync *s, const struct region *r, size_t first)
{
	struct machine *hw = &s->d->machine->hw;
	unsigned shift = hw->profile->line_shift;
	enum line_op op = profile_op(hw->profile, s->to, s->dir);
	size_t start = r->offset + first;
	size_t lines = s->d->dev->dma_coherent || op == OP_NONE ? 0 :
		       ((start + s->size - 1) >> shift) - (start >> shift) + 1;
	char text[128];

	snprintf(text, sizeof(text), "%zu bytes, %zu cache operations for nothing: %s", s->size,
		 lines, !region_is_owned(r) ? "coherent memory needs no sync" :
		 s->to == FOR_CPU ? "the CPU owned them" : "the device owned them");
	dlab_sync_report(s, CHECK_SYNC_REDUNDANT, r, text);
}

/* The mapping takes any direction, but each does its own maintenance. */
static bool is_other_direction(const struct sync *s, const struct region *r)
{
	return region_is_owned(r) && r->dir != s->dir;
}

/* What the hand-over comes to here. */
static const char *work_of(const struct sync *s, const struct region *r,
			   enum dma_data_direction dir)
{
	const struct profile *profile = s->d->machine->hw.profile;
	enum line_op op = s->d->dev->dma_coherent ? OP_NONE : profile_op(profile, s->to, dir);

	if (region_is_copied(r))
		return profile_effect(profile, s->to, dir) == OP_NONE ? "nothing" : "a copy";
	switch (op) {
	case OP_CLEAN:
		return "a clean";
	case OP_INVALIDATE:
		return "an invalidate";
	case OP_FLUSH:
		return "a flush";
	default:
		return "nothing";
	}
}

static cold void report_other_direction(const struct sync *s, const struct region *r)
{
	const char *done = work_of(s, r, s->dir), *meant = work_of(s, r, r->dir);
	char text[160];

	if (done == meant)
		snprintf(text, sizeof(text), "mapped %s, synced %s: the same on this machine, not on all",
			 dlab_dir_name(r->dir), dlab_dir_name(s->dir));
	else
		snprintf(text, sizeof(text), "mapped %s, synced %s: %s, where the mapping's direction does %s",
			 dlab_dir_name(r->dir), dlab_dir_name(s->dir), done, meant);
	dlab_sync_report(s, CHECK_SYNC_OTHER_DIRECTION, r, text);
}

struct region *dlab_sync_check(const struct sync *s, bool *reported)
{
	struct judge *j = &s->d->machine->judge;
	int how = 0;
	struct region *r = NULL;

	if (s->place != NO_OFFSET)
		r = ledger_find(&j->ledger, s->place, fit, s, &how);
	*reported = true;
	if (unlikely(r && !has_linear_map(r)))
		report_no_linear_map(s, r);
	else if (unlikely(how < BEST_FIT))
		report_misfit(s, r, how);
	else if (judge_wants(j, CHECK_SYNC_REDUNDANT) &&
		 is_redundant(r, s->place - r->place, s->size, s->to))
		report_redundant(s, r, s->place - r->place);
	else if (judge_wants(j, CHECK_SYNC_OTHER_DIRECTION) && is_other_direction(s, r))
		report_other_direction(s, r);
	else
		*reported = false;
	return r;
}

/* ------------------------------------------------------------------- lists */

struct region *dlab_sync_find_list(const struct sync *s, const struct list_sync *list)
{
	struct region *best = NULL;
	struct span *span = NULL;
	unsigned best_fit = 0;

	if (s->place != NO_OFFSET)
		span = ledger_spans(&s->d->machine->judge.ledger, s->place);
	for (; span; span = span->next) {
		struct region *r = span->region;
		unsigned fit;

		if (!r->group || r->dev != s->d->dev || r->dma != s->dma)
			continue;
		fit = 1 + dlab_list_fit(r, list->sgl, list->nents) * 2 + direction_fits(s, r);
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

bool dlab_sync_check_list(const struct sync *s, const struct region *first, unsigned nents)
{
	const struct sg_group *group = first->group;
	char text[96];

	if (unlikely(group->first != first)) {
		snprintf(text, sizeof(text),
			 "mapped %u entries, synced %u that begin after the first of them",
			 group->nents, nents);
		dlab_sync_report(s, CHECK_SG_COUNT_MISMATCH, first, text);
	} else if (unlikely(group->nents != nents)) {
		snprintf(text, sizeof(text), "mapped %u entries, synced %u", group->nents, nents);
		dlab_sync_report(s, CHECK_SG_COUNT_MISMATCH, first, text);
	} else if (unlikely(!direction_fits(s, first))) {
		report_misfit(s, first, 2);
	} else if (judge_wants(&s->d->machine->judge, CHECK_SYNC_REDUNDANT) &&
		   list_is_redundant(group, s->to)) {
		report_redundant(s, first, 0);
	} else if (judge_wants(&s->d->machine->judge, CHECK_SYNC_OTHER_DIRECTION) &&
		   is_other_direction(s, first)) {
		report_other_direction(s, first);
	} else {
		return false;
	}
	return true;
}
