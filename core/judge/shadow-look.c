/* SPDX-License-Identifier: MIT */
/* Looking at the shadow: what a load would get, and which bytes are to blame. */
#include "judge/shadow-parts.h"

void dlab_damage_add(struct damage *d, size_t base, u64 victims)
{
	size_t first, last;

	if (!victims || !d)
		return;
	first = base + __builtin_ctzll(victims);
	last = base + 63 - __builtin_clzll(victims);
	if (!d->bytes || first < d->first)
		d->first = first;
	if (!d->bytes || last > d->last)
		d->last = last;
	d->bytes += __builtin_popcountll(victims);
}

void dlab_verdict_add(struct verdict *v, const struct granule *g, size_t base, u64 bad)
{
	u64 both = bad & g->cpu & g->dev;
	u64 lost_cpu = both & ~g->writer, lost_dev = both & g->writer, stale = bad & ~both;
	u64 gravest = 0;
	struct damage d = { .first = v->first, .last = v->last, .bytes = v->bytes };

	if (!bad)
		return;
	if (lost_cpu && !v->lost_cpu)
		gravest = lost_cpu;
	else if (lost_dev && !v->lost_cpu && !v->lost_dev)
		gravest = lost_dev;
	else if (stale && !v->bytes)
		gravest = stale;
	if (gravest)
		v->example = base + __builtin_ctzll(gravest);
	v->lost_cpu += __builtin_popcountll(lost_cpu);
	v->lost_dev += __builtin_popcountll(lost_dev);
	v->stale += __builtin_popcountll(stale);
	dlab_damage_add(&d, base, bad);
	v->first = d.first;
	v->last = d.last;
	v->bytes = d.bytes;
}

struct verdict dlab_shadow_look(struct shadow *s, enum side side, size_t offset, size_t len)
{
	size_t end = offset + len;
	struct verdict v = { .side = side };

	if (!s->arena)
		return v;
	for (size_t at = offset; at < end;) {
		u32 page = at >> PAGE_SHIFT;
		size_t page_end = page_offset(page + 1);

		if (page_end > end)
			page_end = end;
		switch (s->state[page]) {
		case PAGE_SETTLED:
		case PAGE_UNCACHED:
			at = page_end;
			continue;
		case PAGE_CPU_NEWER:
		case PAGE_BUS_NEWER:
			dlab_shadow_track(s, page);
		}
		while (at < page_end) {
			size_t base = at & ~63ul;
			const struct granule *g = &s->granules[base >> 6];
			u64 bad = side == SIDE_CPU ? g->dev : g->cpu;

			dlab_verdict_add(&v, g, base, bad & bits_in(base, at, page_end));
			at = base + 64;
		}
		at = page_end;
	}
	return v;
}

cold void dlab_shadow_each_bad(struct shadow *s, enum side side, size_t offset, size_t len,
			       bad_fn fn, void *context)
{
	if (!s->arena)
		return;
	for (size_t base = offset & ~63ul; base < offset + len; base += 64) {
		const struct granule *g = &s->granules[base >> 6];
		struct bad bad = { .base = base, .granule = *g, .origin = &s->origins[base >> 6] };

		/* Those of other pages say nothing, and dlab_shadow_look() has tracked all that matter. */
		if (s->state[base >> PAGE_SHIFT] != PAGE_TRACKED)
			continue;
		bad.bytes = (side == SIDE_CPU ? g->dev : g->cpu) & bits_in(base, offset, offset + len);
		if (bad.bytes)
			fn(&bad, context);
	}
}

struct damage dlab_shadow_unwritten(struct shadow *s, size_t offset, size_t len)
{
	size_t end = offset + len;
	struct damage d = { 0 };

	if (!s->arena)
		return d;
	for (size_t at = offset; at < end;) {
		size_t base = at & ~63ul;
		const struct granule *g = &s->granules[base >> 6];
		u8 state = s->state[at >> PAGE_SHIFT];
		u64 m = bits_in(base, at, end);

		if (state == PAGE_TRACKED)
			dlab_damage_add(&d, base, g->cpu & ~g->dev & m);
		else if (state == PAGE_CPU_NEWER)
			dlab_damage_add(&d, base, m);
		at = base + 64;
	}
	return d;
}
