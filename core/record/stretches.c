/* SPDX-License-Identifier: MIT */
/*
 * Which names an address may have. A stretch of up to 2^n bytes lies in one aligned block of
 * 2^n bytes or in two, and is in the hash chains of these. An address is looked up in its
 * block of each size that there is: sizes are few, and what overlaps is what was asked for.
 */
#include "record/recorder.h"

static unsigned slot_of(u64 block, unsigned shift)
{
	return (block * 64 + shift) * 0x9e3779b97f4a7c15ull >> 50;
}

_Static_assert(STRETCH_SLOTS == 1u << (64 - 50), "a slot is the upper bits of the hash");

/* The blocks it is in: the second is the first, or the one behind. */
static u64 block_of(const struct stretch *s, unsigned i)
{
	return (i && s->size ? s->start + (s->size - 1) : s->start) >> s->shift;
}

static unsigned links_of(const struct stretch *s)
{
	return block_of(s, 0) == block_of(s, 1) ? 1 : 2;
}

/* Its link in the chain of @slot: of two blocks that share a slot, one each. */
static struct stretch **link_of(struct stretch *s, unsigned slot)
{
	return &s->next[slot_of(block_of(s, 0), s->shift) != slot];
}

void dlab_stretches_add(struct stretches *all, struct stretch *s)
{
	s->shift = 6;
	while (s->shift < 63 && s->size > 1ull << s->shift)
		s->shift++;
	all->shifts |= 1ull << s->shift;
	for (unsigned i = 0; i < links_of(s); i++) {
		unsigned slot = slot_of(block_of(s, i), s->shift);

		if (i && slot == slot_of(block_of(s, 0), s->shift))
			break;
		*link_of(s, slot) = all->slots[slot];
		all->slots[slot] = s;
	}
}

void dlab_stretches_remove(struct stretches *all, struct stretch *s)
{
	for (unsigned i = 0; i < links_of(s); i++) {
		unsigned slot = slot_of(block_of(s, i), s->shift);
		struct stretch **at = &all->slots[slot];

		while (*at && *at != s)
			at = link_of(*at, slot);
		if (*at)
			*at = *link_of(s, slot);
	}
}

static bool holds(const struct stretch *s, u64 at)
{
	return at - s->start < (s->size ? s->size : 1);
}

struct stretch *dlab_stretches_next(const struct stretches *all, u64 at, struct stretch_walk *walk)
{
	struct stretch *s;

	for (;;) {
		for (s = walk->at; s; s = *link_of(s, walk->slot))
			if (s->shift == walk->shift && holds(s, at)) {
				walk->at = *link_of(s, walk->slot);
				return s;
			}
		walk->left = walk->started ? walk->left & (walk->left - 1) : all->shifts;
		walk->started = true;
		if (!walk->left)
			return NULL;
		walk->shift = __builtin_ctzll(walk->left);
		walk->slot = slot_of(at >> walk->shift, walk->shift);
		walk->at = all->slots[walk->slot];
	}
}
