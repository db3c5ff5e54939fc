// SPDX-License-Identifier: MIT
/* The model's state of bytes: how it is found, and the values that are known. */
#include "inside.h"

static const struct frame untouched;

struct frame *frame_of(struct model *m, size_t at)
{
	struct frame *f = &m->frame[at / FRAME];

	if (f->age != m->age) {
		*f = untouched;
		f->age = m->age;
	}
	return f;
}

const struct frame *frame_at(const struct model *m, size_t at)
{
	const struct frame *f = &m->frame[at / FRAME];

	return f->age == m->age ? f : &untouched;
}

static struct unit *own_unit(struct model *m, struct frame *f, size_t at)
{
	struct unit *u = &m->unit[at / UNIT];
	u64 bit = 1ull << at / UNIT % 64;

	if (!(f->own & bit)) {
		*u = f->all;
		f->own |= bit;
	}
	return u;
}

struct unit *unit_of(struct model *m, size_t at)
{
	return own_unit(m, frame_of(m, at), at);
}

static const struct unit *look_in(const struct model *m, const struct frame *f, size_t at)
{
	return f->own >> at / UNIT % 64 & 1 ? &m->unit[at / UNIT] : &f->all;
}

const struct unit *unit_at(const struct model *m, size_t at)
{
	return look_in(m, frame_at(m, at), at);
}

bool next_unit(struct units *u)
{
	struct frame *f;
	unsigned nr;

	if (u->left) {
		nr = __builtin_ctzll(u->left);
		u->left &= u->left - 1;
		u->unit = u->page + nr;
		return true;
	}
	if (u->at >= u->end)
		return false;
	f = frame_of(u->m, u->at);
	if (u->at % FRAME == 0 && u->end - u->at >= FRAME) {
		u->left = f->own;
		u->page = &u->m->unit[u->at / UNIT];
		u->unit = &f->all;
		u->mask = ALL_BYTES;
		u->first = 0;
		u->n = UNIT;
		u->at += FRAME;
		return true;
	}
	u->first = u->at % UNIT;
	u->base = u->at - u->first;
	u->n = min_size(UNIT - u->first, u->end - u->at);
	u->mask = bytes_mask(u->first, u->n);
	u->unit = own_unit(u->m, f, u->at);
	u->at += u->n;
	return true;
}

static u64 plane_of(const struct unit *u, size_t plane, bool invert)
{
	u64 bits = *(const u64 *)((const char *)u + plane);

	return invert ? ~bits : bits;
}

/* The next of this page's units from @at on that is its own; or where the page ends. */
static size_t next_own(const struct frame *f, size_t at, size_t end)
{
	u64 later = f->own >> at / UNIT % 64;

	if (!later)
		return at + rest_of_page(at, end);
	return min_size(at / UNIT * UNIT + __builtin_ctzll(later) * UNIT, end);
}

bool next_look(struct looks *l, size_t plane, bool invert)
{
	while (l->at < l->end) {
		const struct frame *f = frame_at(l->m, l->at);
		size_t here = l->at, n;

		if (!plane_of(&f->all, plane, invert) && !(f->own >> here / UNIT % 64 & 1)) {
			l->at = next_own(f, here, l->end);
			continue;
		}
		n = min_size(UNIT - here % UNIT, l->end - here);
		l->at += n;
		l->unit = look_in(l->m, f, here);
		l->base = here / UNIT * UNIT;
		l->mask = bytes_mask(here % UNIT, n) & plane_of(l->unit, plane, invert);
		if (l->mask)
			return true;
	}
	return false;
}

/* -------------------------------------------------------------------- values */

void bytes_are(struct model *m, size_t at, size_t len, uint8_t value)
{
	for_each_unit(u, m, at, len) {
		u.unit->known |= u.mask;
		memset(u.unit->value + u.first, value, u.n);
	}
}

void bytes_are_unknown(struct model *m, size_t at, size_t len)
{
	for_each_unit(u, m, at, len)
		u.unit->known &= ~u.mask;
}

void window_load(const struct model *m, size_t at, unsigned n, struct window *w)
{
	unsigned first = at % UNIT, here = min_size(UNIT - first, n);
	const struct unit *u = unit_at(m, at);
	u64 mask = bytes_mask(0, here);

	w->known = u->known >> first & mask;
	w->never = u->never >> first & mask;
	w->awaited = u->awaited >> first & mask;
	w->cpu = u->cpu >> first & mask;
	w->dev = u->dev >> first & mask;
	memcpy(w->value, u->value + first, here);
	if (here == n)
		return;
	u = unit_at(m, at + here);
	mask = bytes_mask(here, n - here);
	w->known |= u->known << here & mask;
	w->never |= u->never << here & mask;
	w->awaited |= u->awaited << here & mask;
	w->cpu |= u->cpu << here & mask;
	w->dev |= u->dev << here & mask;
	memcpy(w->value + here, u->value, n - here);
}

void window_store(struct model *m, size_t at, unsigned n, const struct window *w)
{
	unsigned done = 0;

	for_each_unit(u, m, at, n) {
		u.unit->known = (u.unit->known & ~u.mask) | (w->known >> done << u.first & u.mask);
		memcpy(u.unit->value + u.first, w->value + done, u.n);
		done += u.n;
	}
}

void window_store_unwritten(struct model *m, size_t at, unsigned n, const struct window *w)
{
	unsigned done = 0;

	for_each_unit(u, m, at, n) {
		u64 never = w->never >> done << u.first, awaited = w->awaited >> done << u.first;

		u.unit->never = (u.unit->never & ~u.mask) | (never & u.mask);
		u.unit->awaited = (u.unit->awaited & ~u.mask) | (awaited & u.mask);
		done += u.n;
	}
}

u64 other_bytes(const uint8_t *a, const uint8_t *b, unsigned n)
{
	u64 others = 0;

	if (memcmp(a, b, n) == 0)
		return 0;
	for (unsigned i = 0; i < n; i++)
		others |= (u64)(a[i] != b[i]) << i;
	return others;
}
