/* SPDX-License-Identifier: MIT */
/*
 * Why an advised call is certain to help: the automata of shadow.c and bounce.c are
 * monotone. Of two states, one with fewer bits in cpu and dev and fewer lines dirty and
 * present, every event makes two that are related in the same way, and what is wrong in the
 * smaller one is wrong in the larger. So a sync that only takes bits away may be put
 * anywhere: no report comes that was not there. A clean and a flush always take away; an
 * invalidation does where no line that it drops has bytes of the CPU's alone, a copy in
 * where the copy has none of the device's alone, a copy out where the memory has none of the
 * CPU's. That is looked up for a sync beside the access that is reported. For one in the
 * past it is known from the event: the line that a device's store left without a loss was not
 * dirty.
 *
 * Who owns which byte must be the same afterwards, or the next access of the other side is
 * a report: bytes that change sides for the access are handed back behind it. A sync in the
 * past stands beside a store of the device of which it is known whose the bytes were, or
 * before a call that moves the same bytes the other way.
 */
#include "judge/advice.h"
#include "judge/advice-parts.h"

/* ------------------------------------------------------------ beside this access */

/* Hand @first..@last of @r over, and back behind the access what then has changed sides. */
static void move_for_this(struct advice *a, const struct region *r, enum handover to,
			  size_t first, size_t last)
{
	bool list = dlab_advice_whole_list(a, r, to == FOR_CPU);
	struct run moved = dlab_own_find(r, first, last - first + 1, to == FOR_CPU);
	enum handover back = to == FOR_CPU ? FOR_DEVICE : FOR_CPU;

	if (!dlab_advice_harmless(a, r, to, first, last) ||
	    (moved.bytes && dlab_advice_effect(a, r, to) == OP_NONE &&
	     !dlab_advice_harmless(a, r, back, moved.first, moved.last))) {
		if (dlab_advice_copied(a, r))
			dlab_advice_say(
				a,
				"one side at a time: %s stored to these bytes of %s, and a sync %s would copy over it",
				to == FOR_CPU ? "the CPU" : "the device", dlab_device_name(r->dev),
				to == FOR_CPU ? "for_cpu" : "for_device");
		else
			dlab_advice_say(
				a,
				"a sync %s for %s would throw away what the CPU stored to these lines: give that to the device when it is stored, or keep it in lines of its own",
				to == FOR_CPU ? "for_cpu" : "for_device", dlab_device_name(r->dev));
		return;
	}
	dlab_advice_add(a, r, to, first, last, list, BEFORE_THIS, a->site);
	if (list && moved.bytes)
		dlab_advice_add(a, r, back, 0, r->size - 1, true, AFTER_THIS, a->site);
	while (!list && moved.bytes) {
		struct run others = dlab_own_find(r, moved.first, moved.last - moved.first + 1,
						  to != FOR_CPU);
		size_t end = others.bytes ? others.first - 1 : moved.last;

		dlab_advice_add(a, r, back, moved.first, end, false, AFTER_THIS, a->site);
		moved.bytes = 0;
		if (end < last)
			moved = dlab_own_find(r, end + 1, last - end, to == FOR_CPU);
	}
}

/* ------------------------------------------------------------------ this access */

/* What of @r the access touches, from *@first to *@last of it. False: nothing. */
static bool touched(const struct advice *a, const struct region *r, size_t *first, size_t *last)
{
	size_t from = a->look.offset, to = a->look.offset + a->look.len;

	if (from < r->offset)
		from = r->offset;
	if (to > r->offset + r->size)
		to = r->offset + r->size;
	*first = from - r->offset;
	*last = to - r->offset - 1;
	return from < to;
}

/* Does this sync bring what the access is to see? */
static bool brings(const struct advice *a, const struct cause *c, const struct region *r)
{
	if (c->region != r || r->died || c->source.uncached ||
	    !drops(dlab_advice_effect(a, r, FOR_CPU)))
		return false;
	return !c->lost || (c->source.lost.how == LOSS_DEVICE_STORE && c->hidden &&
			    c->source.own == OWN_DEVICE);
}

/* Bytes of @r that must be taken back for the access: what it brings, and what the device owns. */
static void take_back(struct advice *a, const struct region *r, const struct causes *causes,
		      bool only_if_it_brings)
{
	struct run run = { 0, 0, 0 };
	bool needed = false;
	size_t first, last;

	if (!region_is_owned(r) || !touched(a, r, &first, &last))
		return;
	if (a->store || r->dir != DMA_TO_DEVICE)
		run = dlab_own_find(r, first, last - first + 1, true);
	if (a->look.r)
		run.bytes = 0; /* a device asks only its own mapping */
	for (unsigned i = 0; causes && i < causes->nr; i++) {
		const struct cause *c = &causes->of[i];

		if (!brings(a, c, r))
			continue;
		needed = true;
		if (!run.bytes++) {
			run.first = c->first - r->offset;
			run.last = c->last - r->offset;
		}
		if (c->first - r->offset < run.first)
			run.first = c->first - r->offset;
		if (c->last - r->offset > run.last)
			run.last = c->last - r->offset;
	}
	if (!run.bytes || needed != only_if_it_brings)
		return;
	if (a->store && !a->look.r && r->dir == DMA_FROM_DEVICE)
		dlab_advice_say_direction(a, r);
	else
		move_for_this(a, r, FOR_CPU, a->store ? first : run.first,
			      a->store ? last : run.last);
}

/* Each mapping once, and the allocation: it is the first page that they are met in. */
static void take_all_back(struct advice *a, const struct causes *causes, bool only_if_it_brings)
{
	u32 first = a->look.offset >> PAGE_SHIFT;
	u32 last = (a->look.offset + a->look.len - 1) >> PAGE_SHIFT;

	for (u32 p = first; p <= last; p++) {
		const struct ledger_page *page = &a->j->ledger.pages[p];
		struct region *r = ledger_alloc(&a->j->ledger, p);

		if (r && (p == first || region_first_page(r) == p))
			take_back(a, r, causes, only_if_it_brings);
		for (const struct span *span = page->maps; span; span = span->next)
			if (p == first || region_first_page(span->region) == p)
				take_back(a, span->region, causes, only_if_it_brings);
	}
}

/* Will the lines be without a device's bytes when the access comes? */
static bool are_settled(const struct advice *a)
{
	for (unsigned i = 0; i < a->nr; i++) {
		const struct sync_advice *c = &a->calls[i];
		size_t first, last;

		if (c->place == BEFORE_THIS && drops(dlab_advice_effect(a, c->r, c->to)) &&
		    touched(a, c->r, &first, &last) && last - first + 1 == a->look.len)
			return true;
	}
	return false;
}

static void advise_cpu(struct advice *a, const struct causes *causes)
{
	/* What brings the right bytes comes last: a copy of others would lie over it. */
	take_all_back(a, causes, false);
	take_all_back(a, causes, true);
	if (dlab_advice_collides(a))
		dlab_advice_say_one_at_a_time(a);
	if (a->store && !a->in_words && dlab_advice_dirties(a) && !are_settled(a))
		dlab_advice_say_lines(a);
}

/* What another mapping's device stored is brought to memory first. */
static void bring_to_memory(struct advice *a, const struct causes *causes)
{
	for (unsigned i = 0; i < causes->nr; i++) {
		const struct cause *c = &causes->of[i];
		const struct region *from = c->region;

		if (c->lost || !c->by_device || !from || from == a->look.r || from->died ||
		    !dlab_advice_copied(a, from))
			continue;
		if (from->dir == DMA_TO_DEVICE)
			dlab_advice_say_direction(a, from);
		else
			move_for_this(a, from, FOR_CPU, c->first - from->offset,
				      c->last - from->offset);
	}
}

static void advise_device(struct advice *a, const struct causes *causes)
{
	const struct region *r = a->look.r;
	size_t first, last;
	bool behind = false;
	struct run cpu;

	if (dlab_advice_miswired(a, r))
		return;
	if (!touched(a, r, &first, &last))
		return;
	if (!region_is_owned(r)) {
		if (causes)
			dlab_advice_say(
				a,
				"the pointer that the allocation returned, for all that the CPU does to it: another one goes through the cache");
		return;
	}
	if (r->dir == (a->store ? DMA_TO_DEVICE : DMA_FROM_DEVICE)) {
		dlab_advice_say_direction(a, r);
		return;
	}
	if (causes && a->look.side == SIDE_CPU)
		take_all_back(a, causes, true);
	else if (causes && dlab_advice_copied(a, r))
		bring_to_memory(a, causes);
	for (unsigned i = 0; causes && i < causes->nr; i++)
		behind |= !causes->of[i].lost && a->look.side == SIDE_BUS;
	cpu = dlab_own_find(r, first, last - first + 1, false);
	if (behind && !writes_back(dlab_advice_effect(a, r, FOR_DEVICE)))
		dlab_advice_say_direction(a, r);
	else if (behind || cpu.bytes)
		move_for_this(a, r, FOR_DEVICE, first, last);
	if (!a->store && dlab_advice_copied(a, r) &&
	    (dlab_advice_collides(a) || dlab_advice_copies_too_little(a, r, first, last)))
		dlab_advice_say_one_at_a_time(a);
	if (a->store && dlab_advice_snoops(a, r->dev) && dlab_advice_dirties(a))
		dlab_advice_say_lines(a);
}

void dlab_advise(struct advice *a, const struct judge *j, const struct looking *look, bool store,
		 site_t site, const struct causes *causes)
{
	a->j = j;
	a->look = *look;
	a->store = store;
	a->plain = j->stores.by;
	a->site = site;
	a->nr = 0;
	a->in_words = false;
	a->words[0] = 0;
	if (causes && causes->more)
		dlab_advice_say(
			a,
			"the bytes were stored and lost at more places than can be named: mend what was reported before this");
	for (unsigned i = 0; causes && i < causes->nr; i++)
		dlab_advise_past(a, &causes->of[i]);
	if (look->r)
		advise_device(a, causes);
	else if (look->side == SIDE_CPU)
		advise_cpu(a, causes);
	else
		dlab_advice_say(
			a,
			"what cleans the lines (a mapping or a sync for a device), between the store through the cache and this read");
	if (a->in_words)
		a->nr = 0;
	else if (!a->nr)
		dlab_advice_say(
			a,
			"accesses of CPU and device to these bytes that take turns, with a sync between");
}
