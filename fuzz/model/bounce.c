// SPDX-License-Identifier: MIT
/*
 * The model's bounce buffer. A mapping has a copy of its memory at the end of RAM, and
 * nothing moves but by the calls that copy. So it is known of every byte of RAM which
 * store it has, and of every byte of the driver's memory which store was the latest to
 * it, by whatever way. A load is wrong when it brings another one than the latest: that
 * is what a machine without copies would have brought.
 */
#include "inside.h"

#define SET_BYTES  (128 * SLOT_BYTES)

/* An eighth of RAM, in whole sets if that makes one. */
size_t bounce_pool(const struct model *m)
{
	size_t size = m->ram / 8 / 4096 * 4096;

	if (!machine_bounces(m))
		return m->ram;
	if (size > SET_BYTES)
		size = size / SET_BYTES * SET_BYTES;
	return m->ram - size;
}

static size_t copy_of(const struct model *m, const struct object *o)
{
	return model_place_to_ram(m, o->place);
}

static u64 pad_of(const struct model *m, const struct call *c, const struct object *obj)
{
	return model_ram_to_phys(m, obj->at) & m->device[c->device].min_align & (SLOT_BYTES - 1);
}

void bounce_takes_slots(struct model *m, const struct object *o, int users)
{
	size_t first = copy_of(m, o) - bounce_pool(m), end = first + o->size;

	for (size_t slot = first / SLOT_BYTES; slot * SLOT_BYTES < end; slot++)
		m->slot_users[slot] += users;
}

/* Is any byte of these slots some mapping's? */
static bool is_taken(const struct model *m, size_t from, size_t to)
{
	size_t pool = bounce_pool(m);

	for (size_t slot = (from - pool) / SLOT_BYTES; slot * SLOT_BYTES < to - pool; slot++)
		if (m->slot_users[slot])
			return true;
	return false;
}

/* May a copy of the mapping begin in this slot? */
static bool slot_is_good(const struct model *m, const struct call *c, const struct object *obj,
			 size_t slot)
{
	const struct model_device *d = &m->device[c->device];
	u64 pad = pad_of(m, c, obj), whole = d->min_align & ~(SLOT_BYTES - 1);
	size_t end = (slot + pad + obj->size + SLOT_BYTES - 1) / SLOT_BYTES * SLOT_BYTES;
	u64 phys = model_ram_to_phys(m, slot), memory = model_ram_to_phys(m, obj->at);
	u64 first = phys + pad, last = first + obj->size - 1;
	u64 limit = model_bus_limit(d, false);

	if (end > m->ram || is_taken(m, slot, end))
		return false;
	/* Inside of one set. */
	if ((slot - bounce_pool(m)) / SET_BYTES != (end - 1 - bounce_pool(m)) / SET_BYTES)
		return false;
	if ((phys ^ memory) & whole)
		return false;
	if (!d->min_align && obj->size >= 4096 && phys % 4096)
		return false;
	if (d->boundary && ((first ^ last) & ~d->boundary))
		return false;
	if (!d->window)
		return last <= limit;
	return last - WINDOW_CPU < d->window && last - WINDOW_CPU + WINDOW_DMA <= limit;
}

bool bounce_has_room(const struct model *m, const struct call *c, const struct object *obj)
{
	for (size_t slot = bounce_pool(m); slot < m->ram; slot += SLOT_BYTES)
		if (slot_is_good(m, c, obj, slot))
			return true;
	return false;
}

/* ------------------------------------------------------------------ clocks */

static bool has_clocks(const struct frame *f, size_t at)
{
	return f->clocked >> at / UNIT % 64 & 1;
}

/* A unit that has none is as all others of its page that have none. */
static struct clocks *clocks_of(struct model *m, size_t at)
{
	struct frame *f = frame_of(m, at);
	struct clocks *c = &m->clocks[at / UNIT];

	if (has_clocks(f, at))
		return c;
	f->clocked |= 1ull << at / UNIT % 64;
	for (unsigned i = 0; i < UNIT; i++) {
		c->has[i] = f->all_has;
		c->latest[i] = f->all_latest;
	}
	return c;
}

static uint32_t has(const struct model *m, size_t at)
{
	const struct frame *f = frame_at(m, at);

	return has_clocks(f, at) ? m->clocks[at / UNIT].has[at % UNIT] : f->all_has;
}

static void set_clocks(uint32_t *clocks, size_t n, uint32_t clock)
{
	for (size_t i = 0; i < n; i++)
		clocks[i] = clock;
}

/* So many bytes from both are in one unit each. */
static size_t in_both_units(size_t a, size_t b, size_t left)
{
	return min_size(left, min_size(UNIT - a % UNIT, UNIT - b % UNIT));
}

/* Bytes of the unit at @base: what they have now is their latest. */
void bounce_forgets_mask(struct model *m, size_t base, u64 mask)
{
	const struct frame *f = frame_at(m, base);
	struct clocks *c;

	if (!has_clocks(f, base) && f->all_has == f->all_latest)
		return;
	c = clocks_of(m, base);
	for (; mask; mask &= mask - 1) {
		unsigned i = __builtin_ctzll(mask);

		c->has[i] = c->latest[i];
	}
}

/* The same of bytes of one page. */
void bounce_forgets(struct model *m, size_t at, size_t len)
{
	const struct frame *f = frame_at(m, at);

	if (!f->clocked && f->all_has == f->all_latest)
		return;
	for (size_t base = at & -(size_t)UNIT; base < at + len; base += UNIT)
		bounce_forgets_mask(m, base, mask_within(base, at, len));
}

/* ---------------------------------------------------------------- copying */

/* A page whose bytes are all alike, to another such page. */
static bool copy_page(struct model *m, size_t from, size_t to, size_t len)
{
	const struct frame *source = frame_at(m, from);
	struct frame *target = frame_of(m, to);

	if (from % FRAME || to % FRAME || len < FRAME || source->own || source->clocked ||
	    target->own || target->clocked)
		return false;
	target->all_has = source->all_has;
	target->all.known = source->all.known;
	memcpy(target->all.value, source->all.value, UNIT);
	return true;
}

static void copy_clocks(struct model *m, size_t from, size_t to, size_t n)
{
	const struct frame *source = frame_at(m, from), *target = frame_at(m, to);
	uint32_t *copy;

	if (!has_clocks(source, from) && !has_clocks(target, to) &&
	    source->all_has == target->all_has)
		return;
	copy = &clocks_of(m, to)->has[to % UNIT];
	if (has_clocks(source, from))
		memcpy(copy, &m->clocks[from / UNIT].has[from % UNIT], n * sizeof(*copy));
	else
		set_clocks(copy, n, source->all_has);
}

static void copy_bytes(struct model *m, size_t from, size_t to, size_t len)
{
	for (size_t i = 0, n; i < len; i += n) {
		struct window w;

		n = FRAME;
		if (copy_page(m, from + i, to + i, len - i))
			continue;
		n = in_both_units(from + i, to + i, len - i);
		window_load(m, from + i, n, &w);
		window_store(m, to + i, n, &w);
		copy_clocks(m, from + i, to + i, n);
	}
}

/* May there be a byte that more than one mapping has a copy of? */
static bool may_be_shared(const struct model *m, size_t at, size_t len)
{
	const struct object *o;
	unsigned copies = 0;

	for_each_near(o, m, by_ram, at, len)
		copies += o->bounced;
	return copies > 1;
}

/* Of the unit at @base, the bytes of which more than one mapping has a copy. */
static u64 copied_twice(const struct model *m, size_t base)
{
	const struct object *o;
	u64 once = 0, twice = 0;

	for_each_near(o, m, by_ram, base, UNIT) {
		u64 mask = o->bounced ? mask_within(base, o->at, o->size) : 0;

		twice |= once & mask;
		once |= mask;
	}
	return twice;
}

/*
 * After model_add(). Whatever the direction: a device that writes little must not
 * uncover old bytes.
 */
void bounce_mapped(struct model *m, const struct object *mapping)
{
	const struct object *o;

	copy_bytes(m, mapping->at, copy_of(m, mapping), mapping->size);
	for_each_near(o, m, by_ram, mapping->at, mapping->size) {
		size_t first = o->at > mapping->at ? o->at : mapping->at;
		size_t end = min_size(o->at + o->size, mapping->at + mapping->size);

		if (o == mapping || !o->bounced || first >= end)
			continue;
		for_each_unit(u, m, first, end - first)
			u.unit->shared |= u.mask;
	}
}

void bounce_hand_over(struct model *m, const struct object *o, size_t first, size_t len,
		      bool to_device, int dir)
{
	size_t memory = o->at + first, copy = copy_of(m, o) + first;

	if (to_device && dir != DMA_FROM_DEVICE)
		copy_bytes(m, memory, copy, len);
	if (!to_device && dir != DMA_TO_DEVICE)
		copy_bytes(m, copy, memory, len);
}

/* The bytes of one page, from @at on: which store they have, or had as the latest. */
static void stamp(struct model *m, size_t at, size_t len, bool latest)
{
	struct frame *f = frame_of(m, at);

	if (len == FRAME && !f->clocked) {
		*(latest ? &f->all_latest : &f->all_has) = m->clock;
		return;
	}
	for (size_t i = 0, n; i < len; i += n) {
		struct clocks *c = clocks_of(m, at + i);

		n = min_size(UNIT - (at + i) % UNIT, len - i);
		set_clocks((latest ? c->latest : c->has) + (at + i) % UNIT, n, m->clock);
	}
}

/* Of one page. */
static void share(struct model *m, size_t at, size_t len, bool by_device)
{
	bool shared = may_be_shared(m, at, len);

	for_each_unit(u, m, at, len) {
		u.unit->by_device = by_device ? u.unit->by_device | u.mask :
				    u.unit->by_device & ~u.mask;
		u.unit->shared &= ~u.mask;
	}
	for (size_t base = at & -(size_t)UNIT; shared && base < at + len; base += UNIT) {
		u64 twice = copied_twice(m, base) & mask_within(base, at, len);

		if (twice)
			unit_of(m, base)->shared |= twice;
	}
}

/*
 * A store to the driver's bytes from @at on, of which the bytes from @copy on have it:
 * the memory itself, or the copy of a mapping.
 */
void bounce_stored(struct model *m, size_t at, size_t copy, size_t len, bool by_device)
{
	m->clock++;
	for (size_t i = 0, n; i < len; i += n) {
		n = rest_of_page(at + i, at + len);
		if (at == copy && n == FRAME)
			frame_of(m, at + i)->clocked = 0;
		stamp(m, at + i, n, true);
		share(m, at + i, n, by_device);
	}
	for (size_t i = 0, n; i < len; i += n) {
		n = rest_of_page(copy + i, copy + len);
		stamp(m, copy + i, n, false);
	}
}

/* ---------------------------------------------------------------- looking */

static bool anybody_has(const struct model *m, size_t at, uint32_t latest)
{
	const struct object *o;

	if (has(m, at) == latest)
		return true;
	for_each_near(o, m, by_ram, at, 1)
		if (o->bounced && touches(o, at, 1) &&
		    has(m, copy_of(m, o) + (at - o->at)) == latest)
			return true;
	return false;
}

static void dispute_byte(const struct model *m, struct dispute *d, size_t at, uint32_t latest,
			 bool *open)
{
	const struct unit *u = unit_at(m, at);
	bool by_device = u->by_device >> at % UNIT & 1;

	dispute_mask(d, at & -(size_t)UNIT, 1ull << at % UNIT);
	*open |= u->shared >> at % UNIT & 1;
	if (!(by_device ? d->lost_device : d->lost_cpu) && !anybody_has(m, at, latest)) {
		d->lost_device |= by_device;
		d->lost_cpu |= !by_device;
	}
}

/* Of bytes that lie in one unit each. */
static void dispute_bytes(struct model *m, struct dispute *d, size_t at, size_t copy, size_t n,
			  bool *open)
{
	const struct frame *here = frame_at(m, copy), *there = frame_at(m, at);
	const uint32_t *is, *latest;

	if (!has_clocks(here, copy) && !has_clocks(there, at) &&
	    here->all_has == there->all_latest)
		return;
	is = &clocks_of(m, copy)->has[copy % UNIT];
	latest = &clocks_of(m, at)->latest[at % UNIT];
	if (memcmp(is, latest, n * sizeof(*is)) == 0)
		return;
	for (size_t k = 0; k < n; k++)
		if (is[k] != latest[k])
			dispute_byte(m, d, at + k, latest[k], open);
}

/*
 * Bytes of the driver's memory from @at on, loaded from @copy on. @open: with several
 * copies of a byte, whether a value is lost or only elsewhere depends on who is asked.
 */
struct dispute bounce_disputed(const struct model *m, size_t at, size_t copy, size_t len,
			       bool *open)
{
	struct dispute d = { 0 };

	*open = false;
	for (size_t i = 0, n; i < len; i += n) {
		n = in_both_units(at + i, copy + i, len - i);
		dispute_bytes((struct model *)m, &d, at + i, copy + i, n, open);
	}
	return d;
}
