/* SPDX-License-Identifier: MIT */
/* What a sync put beside the access would do to bytes that others wait for. */
#include "judge/advice-parts.h"

/* ------------------------------------------------------------------ maintenance */

/* Does the device have a copy of it, on the machine that this is about? */
bool dlab_advice_copied(const struct advice *a, const struct region *r)
{
	return r->bounce && looks_at_copies(&a->look);
}

/*
 * What the kernel of that machine believes of the device, and how it is; of one that is gone,
 * it is as the machine.
 */
bool dlab_advice_coherent(const struct advice *a, const struct device *dev)
{
	const struct shadow *s = dlab_shadow_of(a->j, &a->look);

	return dlab_known_find(dev) ? dlab_judge_is_coherent_on(a->j, s, dev) :
				      s->profile->coherent;
}

bool dlab_advice_snoops(const struct advice *a, const struct device *dev)
{
	const struct shadow *s = dlab_shadow_of(a->j, &a->look);

	return dlab_known_find(dev) ? dlab_judge_snoops_on(a->j, s, dev) : s->profile->coherent;
}

enum line_op dlab_advice_effect(const struct advice *a, const struct region *r, enum handover to)
{
	if (looks_at_copies(&a->look))
		return r->bounce || r->died ? profile_effect(a->look.on, to, r->dir) : OP_NONE;
	return dlab_advice_coherent(a, r->dev) ? OP_NONE : profile_op(a->look.on, to, r->dir);
}

/* Bytes that the cache alone has, in @start..@end; @stored: but for what the access stores. */
static bool has_unwritten(const struct advice *a, size_t start, size_t end, bool stored)
{
	const struct shadow *s = dlab_shadow_of(a->j, &a->look);

	for (size_t base = start & ~63ul; base < end; base += 64) {
		const struct granule *g = &s->granules[base >> 6];
		u64 bytes = bits_in(base, start, end);

		if (stored)
			bytes &= ~bits_in(base, a->look.offset, a->look.offset + a->look.len);
		if (s->state[base >> PAGE_SHIFT] == PAGE_CPU_NEWER && bytes)
			return true;
		if (s->state[base >> PAGE_SHIFT] == PAGE_TRACKED && g->cpu & ~g->dev & bytes)
			return true;
	}
	return false;
}

/* Does an invalidation of these bytes throw away what the CPU stored? After direct.c. */
static bool loses_stores(const struct advice *a, size_t start, size_t end)
{
	const struct profile *profile = a->look.on;
	size_t line = 1ul << profile->line_shift;
	size_t first = start & ~(line - 1), after = (end + line - 1) & ~(line - 1);
	size_t whole = (start + line - 1) & ~(line - 1), part = end & ~(line - 1);

	if ((start | end) & (line - 1)) {
		if (profile->edge == EDGE_FLUSH_RANGE)
			return false;
		/* What is only touched is reported, whatever is stored there next. */
		if (profile->edge == EDGE_AS_IS &&
		    ((first < whole && has_unwritten(a, first, first + line, false)) ||
		     (part < after && has_unwritten(a, part, after, false))))
			return true;
	}
	return whole < part && has_unwritten(a, whole, part, a->store);
}

/* The same of the copies of a bounce buffer. */
static bool buries(const struct advice *a, const struct region *r, enum handover to, size_t first,
		   size_t last)
{
	for (size_t i = first / 64; i * 64 <= last; i++) {
		const struct granule *g = &r->bounce->granules[i];
		u64 m = word_mask(i, first, last + 1);
		size_t at = r->offset + i * 64;

		if (a->store)
			m &= ~bits_in(at, a->look.offset, a->look.offset + a->look.len);
		if (to == FOR_DEVICE && g->dev & ~g->cpu & m)
			return true;
		if (to == FOR_CPU && g->cpu & ~g->dev & m &&
		    g->cpu & ~g->dev & m & ~dlab_bounce_stored_through_others(a->j, r, at, true))
			return true;
	}
	return false;
}

/* May this be handed over now, and nothing be lost by it? */
bool dlab_advice_harmless(const struct advice *a, const struct region *r, enum handover to,
			  size_t first, size_t last)
{
	enum line_op op = dlab_advice_effect(a, r, to);

	if (dlab_advice_copied(a, r))
		return op == OP_NONE || !r->bounce->granules || !buries(a, r, to, first, last);
	return op != OP_INVALIDATE || !loses_stores(a, r->offset + first, r->offset + last + 1);
}

/* ------------------------------------------------------------------------- lists */

/* Is memory of the list in another mapping or entry, which has a copy of its own? */
static bool is_copied_elsewhere(const struct advice *a, const struct region *e)
{
	for (u32 p = 0; dlab_advice_copied(a, e) && p < region_pages(e); p++) {
		const struct span *span = a->j->ledger.pages[region_first_page(e) + p].maps;

		for (; span; span = span->next)
			if (span->region != e &&
			    region_touches(span->region, e->offset, e->size))
				return true;
	}
	return false;
}

/* The rest of a list may have plain stores that nobody has found yet. */
static bool is_looked_through(const struct advice *a, const struct region *e)
{
	const struct machine *hw = a->j->hw;
	size_t line = a->j->line;
	size_t start = e->offset & ~(line - 1);

	return !image_on(hw) ||
	       dlab_image_agrees(hw, start,
				 ((e->offset + e->size + line - 1) & ~(line - 1)) - start);
}

/* All of it with one side, and nothing lost by handing it over. */
bool dlab_advice_whole_list(const struct advice *a, const struct region *r, bool by_device)
{
	const struct region *e;
	size_t mine = 0, all = 0;

	if (!r->group)
		return false;
	for (e = r->group->first; e; e = e->group_next) {
		mine += dlab_own_find(e, 0, e->size, by_device).bytes;
		all += e->size;
		if (!is_looked_through(a, e) || is_copied_elsewhere(a, e) ||
		    !dlab_advice_harmless(a, e, FOR_CPU, 0, e->size - 1) ||
		    !dlab_advice_harmless(a, e, FOR_DEVICE, 0, e->size - 1))
			return false;
	}
	return mine == all || !mine;
}

/* A store of the CPU dirties lines with bytes that no sync of these mappings settles. */
bool dlab_advice_dirties(const struct advice *a)
{
	const struct shadow *s = dlab_shadow_of(a->j, &a->look);
	size_t line = 1ul << a->look.on->line_shift;
	size_t start = a->look.offset & ~(line - 1);
	size_t end = (a->look.offset + a->look.len + line - 1) & ~(line - 1);

	if (!s->arena)
		return false;
	for (size_t base = start & ~63ul; base < end; base += 64) {
		const struct granule *g = &s->granules[base >> 6];

		if (s->state[base >> PAGE_SHIFT] == PAGE_BUS_NEWER)
			return true;
		if (s->state[base >> PAGE_SHIFT] == PAGE_TRACKED &&
		    g->dev & ~g->cpu & bits_in(base, start, end) &
		    ~bits_in(base, a->look.offset, a->look.offset + a->look.len))
			return true;
	}
	return false;
}

/* Bytes of 64 from @at on, of which the copy of @r alone has the value. */
static u64 brought(const struct region *r, size_t at, size_t first, size_t last)
{
	u64 bits = 0;

	for (unsigned i = 0; i < 64; i++) {
		const struct granule *g;
		size_t k;

		if (at + i < r->offset + first || at + i > r->offset + last)
			continue;
		k = at + i - r->offset;
		g = &r->bounce->granules[k / 64];
		bits |= ((g->dev & ~g->cpu) >> (k % 64) & 1) << i;
	}
	return bits;
}

/* Each copy out lies over those before: does one hide what another has brought? */
bool dlab_advice_collides(const struct advice *a)
{
	for (unsigned i = 0; i < a->nr; i++)
		for (unsigned k = i + 1; k < a->nr; k++) {
			const struct sync_advice *one = &a->calls[i], *two = &a->calls[k];
			const struct region *r = one->r;

			if (one->place != BEFORE_THIS || one->to != FOR_CPU ||
			    !dlab_advice_copied(a, r) || two->place != BEFORE_THIS ||
			    two->to != FOR_CPU)
				continue;
			for (size_t at = two->r->offset + two->first;
			     at <= two->r->offset + two->last; at += 64) {
				size_t n = two->r->offset + two->last + 1 - at;
				u64 m = n < 64 ? (1ull << n) - 1 : ~0ull;

				if (brought(r, at, one->first, one->last) & m)
					return true;
			}
		}
	return false;
}

/* What another mapping has and nothing brings: a copy in would not have it either. */
bool dlab_advice_copies_too_little(const struct advice *a, const struct region *r, size_t first,
				   size_t last)
{
	for (size_t i = first; i <= last; i += 64) {
		size_t at = r->offset + i;
		u64 bits = dlab_bounce_stored_through_others(a->j, r, at, false);

		if (last + 1 - i < 64)
			bits &= (1ull << (last + 1 - i)) - 1;
		for (unsigned k = 0; k < a->nr; k++) {
			const struct sync_advice *c = &a->calls[k];

			if (c->to == FOR_CPU && c->place == BEFORE_THIS &&
			    dlab_advice_copied(a, c->r))
				bits &= ~brought(c->r, at, c->first, c->last);
		}
		if (bits)
			return true;
		for (unsigned k = 0; k < 64 && i + k <= last; k++)
			if (a->j->lost.bits[(at + k) / 64] >> ((at + k) % 64) & 1)
				return true;
	}
	return false;
}
