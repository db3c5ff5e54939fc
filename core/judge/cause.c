/* SPDX-License-Identifier: MIT */
/* What made bytes indeterminate, in words: the history of a report. */
#include "judge/cause.h"

struct search {
	const struct judge *j;
	const struct profile *on;
	struct causes *causes;
};

struct shadow *dlab_shadow_of(const struct judge *j, const struct looking *look)
{
	for_each_shadow((struct judge *)j, s)
		if (s->profile == look->on)
			return s;
	/* It is coherent, or bounces: there is nothing of its caches to ask for. */
	return (struct shadow *)&j->shadow;
}

/* fn() for all indeterminate bytes. */
static void look_each(const struct judge *j, const struct looking *look, bad_fn fn,
		      void *context)
{
	if (!looks_at_copies(look))
		dlab_shadow_each_bad(dlab_shadow_of(j, look), look->side, look->offset, look->len,
				     fn, context);
	else if (look->r && look->r->bounce)
		dlab_bounce_each_bad_device(look->r, look->offset - look->r->offset, look->len, fn,
					    context);
	else
		dlab_bounce_each_bad_cpu(j, look->offset, look->len, fn, context);
}

static bool same_loss(const struct lost_by *a, const struct lost_by *b)
{
	return a->how == b->how && a->site == b->site && a->serial == b->serial &&
	       a->start == b->start && a->end == b->end;
}

/*
 * Where the CPU speculates, what is merely behind is brought by one sync now, whenever it
 * was stored; the rest must be mended where it went wrong.
 */
static bool joins(const struct profile *on, const struct cause *a, const struct cause *b)
{
	bool anywhen = !a->lost && on->speculates;

	return a->lost == b->lost && a->by_device == b->by_device && a->holder == b->holder &&
	       (anywhen ? !a->by_device || a->source.serial == b->source.serial :
			  a->source.serial == b->source.serial && a->source.dev == b->source.dev &&
			  a->source.own == b->source.own) &&
	       a->source.uncached == b->source.uncached &&
	       same_loss(&a->source.lost, &b->source.lost);
}

static void add_cause(struct search *s, const struct cause *new)
{
	struct causes *c = s->causes;

	for (unsigned i = 0; i < c->nr; i++) {
		struct cause *old = &c->of[i];

		if (!joins(s->on, old, new))
			continue;
		if (new->first < old->first)
			old->first = new->first;
		if (new->last > old->last)
			old->last = new->last;
		old->bytes += new->bytes;
		old->source.lost.others |= new->source.lost.others;
		old->source.lost.outside |= new->source.lost.outside;
		old->hidden |= new->hidden;
		old->doomed |= new->doomed;
		return;
	}
	if (c->nr == CAUSES_MAX)
		c->more = true;
	else
		c->of[c->nr++] = *new;
}

/* Those of @bytes that are alike in all; @bytes begins with the byte that decides. */
static u64 take_alike(const struct judge *j, const struct bad *bad, u64 bytes, struct cause *cause)
{
	u64 lowest = bytes & -bytes, both = bad->granule.cpu & bad->granule.dev;
	u64 writer = bad->granule.writer;
	const struct claim *claim;

	*cause = (struct cause){
		.holder = bad->region, .lost = both & lowest, .by_device = writer & lowest,
	};
	bytes &= cause->lost ? both : ~both;
	bytes &= cause->by_device ? writer : ~writer;
	bytes = dlab_origin_source(bad->origin, bytes, &cause->source, &claim);
	cause->first = bad->base + __builtin_ctzll(bytes);
	cause->last = bad->base + 63 - __builtin_clzll(bytes);
	cause->bytes = __builtin_popcountll(bytes);
	if (!cause->lost)
		cause->source.lost = (struct lost_by){ .how = LOSS_NONE };
	cause->hidden = claim && claim->hidden & bytes;
	cause->doomed = claim && claim->doomed & bytes;
	/* What a device stored to the cache came through no mapping that is known. */
	if (cause->by_device && !(cause->source.snooped &&
				  (!cause->lost ? bad->granule.cpu & lowest :
				   cause->source.lost.how == LOSS_INVALIDATE)))
		cause->region = dlab_ledger_by_serial(&j->ledger, cause->source.serial,
						      cause->first);
	return bytes;
}

static void add_bad(const struct bad *bad, void *context)
{
	struct search *s = context;

	for (u64 rest = bad->bytes; rest;) {
		struct cause cause;

		rest &= ~take_alike(s->j, bad, rest, &cause);
		add_cause(s, &cause);
	}
}

void dlab_causes_find(struct causes *c, const struct judge *j, const struct looking *look)
{
	struct search s = { .j = j, .on = look->on, .causes = c };

	c->nr = 0;
	c->more = false;
	look_each(j, look, add_bad, &s);
}

const struct cause *dlab_cause_of(const struct causes *c, const struct judge *j,
				  const struct looking *look, size_t at)
{
	struct causes one;
	struct looking there = { look->on, look->side, look->r, at, 1 };

	dlab_causes_find(&one, j, &there);
	for (unsigned i = 0; i < c->nr && one.nr; i++)
		if (joins(look->on, &c->of[i], &one.of[0]))
			return &c->of[i];
	return NULL;
}
