/* SPDX-License-Identifier: MIT */
/* Looking at bounced mappings: what a load would get, and what others have. */
#include "judge/bounce-parts.h"

/* Of byte @at: is it in dev of a mapping later than @r (NULL: of any)? */
static bool later_has(const struct judge *j, const struct region *r, size_t at)
{
	struct span *span = j->ledger.pages[at >> PAGE_SHIFT].maps;
	size_t first, n;

	for (; span && span->region != r; span = span->next)
		if (part_of(span->region, at, 1, &first, &n) &&
		    span->region->bounce->granules[first / 64].dev >> (first % 64) & 1)
			return true;
	return false;
}

/* Is it there for a sync to bring, in any mapping but @r? */
static bool another_brings(const struct judge *j, const struct region *r, size_t at)
{
	struct span *span = j->ledger.pages[at >> PAGE_SHIFT].maps;
	size_t first, n;

	for (; span; span = span->next) {
		const struct granule *g;

		if (span->region == r || !part_of(span->region, at, 1, &first, &n))
			continue;
		g = &span->region->bounce->granules[first / 64];
		if ((g->dev & ~g->cpu) >> (first % 64) & 1)
			return true;
	}
	return false;
}

/*
 * Bytes may be in several mappings. They count for the one that a sync would bring them
 * from: nothing is lost as long as there is one. Otherwise for the latest that has them.
 */
static cold u64 only_of(const struct judge *j, const struct region *r, size_t base, u64 bad,
			u64 buried)
{
	for (u64 rest = bad; rest; rest &= rest - 1) {
		u64 bit = rest & -rest;
		size_t at = base + __builtin_ctzll(rest);

		if (bit & buried && (another_brings(j, r, at) || later_has(j, r, at)))
			bad &= ~bit;
	}
	return bad;
}

static void each_of_mapping(const struct judge *j, const struct region *r, size_t first,
			    size_t len, bad_fn fn, void *context)
{
	const struct bounce *b = r->bounce;

	for (size_t i = first / 64; i * 64 < first + len; i++) {
		struct bad bad = {
			.base = r->offset + i * 64, .granule = b->granules[i],
			.origin = &b->origins[i], .region = r,
		};

		bad.bytes = bad.granule.dev & word_mask(i, first, first + len);
		if (likely(!bad.bytes))
			continue;
		bad.bytes = only_of(j, r, bad.base, bad.bytes, bad.granule.cpu);
		if (bad.bytes)
			fn(&bad, context);
	}
}

static void each_lost(const struct judge *j, size_t offset, size_t len, bad_fn fn, void *context)
{
	const struct lost *lost = &j->lost;

	for (u64 i = offset / 64; i * 64 < offset + len; i++) {
		u64 bits = lost->bits[i] & word_mask(i, offset, offset + len);
		struct bad bad = {
			.base = i * 64, .origin = &lost->origins[i],
			.granule = { .cpu = bits, .dev = bits, .writer = lost->by_device[i] },
		};

		if (likely(!bits))
			continue;
		bad.bytes = only_of(j, NULL, i * 64, bits, ~0ull);
		if (bad.bytes)
			fn(&bad, context);
	}
}

void dlab_bounce_each_bad_cpu(const struct judge *j, size_t offset, size_t len, bad_fn fn,
			      void *context)
{
	size_t first, n;

	for_each_mapping(j, offset, len, p, span)
		if (part_of(span->region, offset, len, &first, &n))
			each_of_mapping(j, span->region, first, n, fn, context);
	each_lost(j, offset, len, fn, context);
}

void dlab_bounce_each_bad_device(const struct region *r, size_t first, size_t len, bad_fn fn,
				 void *context)
{
	const struct bounce *b = r->bounce;

	for (size_t i = first / 64; i * 64 < first + len; i++) {
		struct bad bad = {
			.base = r->offset + i * 64, .granule = b->granules[i],
			.origin = &b->origins[i], .region = r,
			.bytes = b->granules[i].cpu & word_mask(i, first, first + len),
		};

		if (unlikely(bad.bytes))
			fn(&bad, context);
	}
}

static void add_bad(const struct bad *bad, void *v)
{
	dlab_verdict_add(v, &bad->granule, bad->base, bad->bytes);
}

struct verdict dlab_bounce_look_cpu(const struct judge *j, size_t offset, size_t len)
{
	struct verdict v = { .bytes = 0 };

	dlab_bounce_each_bad_cpu(j, offset, len, add_bad, &v);
	return v;
}

struct verdict dlab_bounce_look_device(const struct region *r, size_t first, size_t len)
{
	struct verdict v = { .bytes = 0 };

	dlab_bounce_each_bad_device(r, first, len, add_bad, &v);
	return v;
}

/* ------------------------------------------------------------ other mappings */

static cold u64 dev_of(const struct region *r, size_t at, bool whole)
{
	size_t from = at > r->offset ? at : r->offset;
	size_t to = at + 64 < r->offset + r->size ? at + 64 : r->offset + r->size;
	u64 bits = 0;

	for (size_t i = from - r->offset; i < to - r->offset; i++) {
		const struct granule *g = &r->bounce->granules[i / 64];

		if ((whole ? g->dev & ~g->cpu : g->dev) >> (i % 64) & 1)
			bits |= 1ull << (r->offset + i - at);
	}
	return bits;
}

cold u64 dlab_bounce_stored_through_others(const struct judge *j, const struct region *r, size_t at,
					   bool whole)
{
	size_t first, n;
	u64 bits = 0;

	for_each_mapping(j, at, 64, p, span)
		if (span->region != r && part_of(span->region, at, 64, &first, &n))
			bits |= dev_of(span->region, at, whole);
	return bits;
}
