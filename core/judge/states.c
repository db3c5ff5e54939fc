/* SPDX-License-Identifier: MIT */
/*
 * What is known of single bytes, for whoever reports it: dmalab_byte_states(). Looks at
 * ledger, shadow and copies, and changes nothing, not even how a page is represented: a
 * program that asks reports what one that does not ask reports.
 */
#include "judge/bounce-parts.h"

#include <string.h>

static void add_ownership(const struct region *r, size_t offset, size_t len, u8 *states)
{
	for (size_t i = 0; i < len; i++) {
		size_t first = offset + i - r->offset;

		if (!region_is_owned(r) || !region_touches(r, offset + i, 1))
			continue;
		states[i] |= DMALAB_BYTE_OWNED;
		if (dlab_own_find(r, first, 1, true).bytes)
			states[i] |= DMALAB_BYTE_OF_DEVICE;
	}
}

static void add_bits(u64 cpu, u64 dev, unsigned bit, u8 *state)
{
	*state |= (cpu >> bit & 1 ? DMALAB_BYTE_CPU_NEWER : 0) |
		  (dev >> bit & 1 ? DMALAB_BYTE_DEVICE_NEWER : 0);
}

static void add_copies(const struct region *r, size_t offset, size_t len, u8 *states)
{
	size_t first, n;

	if (!part_of(r, offset, len, &first, &n))
		return;
	for (size_t i = first; i < first + n; i++) {
		const struct granule *g = &r->bounce->granules[i / 64];

		add_bits(g->cpu, g->dev, i % 64, &states[r->offset + i - offset]);
	}
}

/* Of one page, the objects that have bytes in it. */
static void add_objects(const struct judge *j, size_t offset, size_t len, u8 *states)
{
	const struct ledger *l = &j->ledger;
	u32 page = offset >> PAGE_SHIFT;
	const struct region *r = ledger_alloc(l, page);

	for (size_t i = 0; i < len; i++)
		if (dlab_ledger_find_free(l, offset + i, 1) == NO_OFFSET)
			states[i] |= DMALAB_BYTE_LIVE;
	if (r)
		add_ownership(r, offset, len, states);
	for (const struct span *span = l->pages[page].maps; span; span = span->next) {
		add_ownership(span->region, offset, len, states);
		if (judge_bounces(j))
			add_copies(span->region, offset, len, states);
	}
}

static void add_caches(const struct shadow *s, size_t offset, size_t len, u8 *states)
{
	for (size_t i = 0; i < len; i++) {
		const struct granule *g = &s->granules[(offset + i) >> 6];

		switch (s->state[offset >> PAGE_SHIFT]) {
		case PAGE_TRACKED:
			add_bits(g->cpu, g->dev, (offset + i) & 63, &states[i]);
			break;
		case PAGE_CPU_NEWER:
			states[i] |= DMALAB_BYTE_CPU_NEWER;
			break;
		case PAGE_BUS_NEWER:
			states[i] |= DMALAB_BYTE_DEVICE_NEWER;
			break;
		case PAGE_UNCACHED:
			states[i] |= DMALAB_BYTE_UNCACHED;
			break;
		}
	}
}

/* A store that no call has found yet does what it will do when one finds it. */
static void add_unfound(const struct judge *j, size_t offset, size_t len, u8 *states)
{
	bool may_differ = j->shadow.arena || judge_bounces(j);

	for (size_t i = 0; i < len; i++) {
		u64 stored;

		if (states[i] & DMALAB_BYTE_UNCACHED || !may_differ)
			continue;
		dlab_image_differing(j->hw, (offset + i) & ~63ul, 1, &stored);
		if (!(stored >> ((offset + i) & 63) & 1))
			continue;
		states[i] &= ~DMALAB_BYTE_DEVICE_NEWER;
		states[i] |= DMALAB_BYTE_CPU_NEWER;
	}
}

static void add_lost(const struct lost *lost, size_t offset, size_t len, u8 *states)
{
	if (!lost_any(lost, offset >> PAGE_SHIFT))
		return;
	for (size_t i = 0; i < len; i++) {
		u64 bits = lost->bits[(offset + i) / 64];

		add_bits(bits, bits, (offset + i) & 63, &states[i]);
	}
}

void dlab_judge_states(const struct judge *j, size_t offset, size_t len, u8 *states)
{
	memset(states, 0, len);
	for (size_t done = 0, n; done < len && judge_keeps_ledger(j); done += n) {
		size_t at = offset + done;

		n = PAGE_SIZE - (at & (PAGE_SIZE - 1));
		n = n < len - done ? n : len - done;
		add_objects(j, at, n, states + done);
		if (!judge_sees_accesses(j))
			continue;
		if (j->shadow.arena)
			add_caches(&j->shadow, at, n, states + done);
		if (judge_bounces(j))
			add_lost(&j->lost, at, n, states + done);
		if (image_on(j->hw))
			add_unfound(j, at, n, states + done);
	}
}
