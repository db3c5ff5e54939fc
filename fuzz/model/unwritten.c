// SPDX-License-Identifier: MIT
/* The model's bytes that nobody has stored since their memory was allocated. */
#include "inside.h"

/* With stores of C, shorter runs may be chance. */
#define LEAST_RUN 8

static bool is_mapped_page(const struct model *m, size_t at, size_t len)
{
	const struct object *o;

	for_each_near(o, m, by_ram, at, len)
		if (o->kind == MAPPING)
			return true;
	return false;
}

/* Of the unit at @base, the bytes that are mapped. */
static u64 mapped_bytes(const struct model *m, size_t base)
{
	const struct object *o;
	u64 mapped = 0;

	for_each_near(o, m, by_ram, base, UNIT)
		if (o->kind == MAPPING)
			mapped |= mask_within(base, o->at, o->size);
	return mapped;
}

static void fresh_in_unit(struct unit *u, u64 mask)
{
	u->never |= mask;
	u->awaited &= ~mask;
}

static void fresh_but_mapped(struct model *m, size_t at, size_t len)
{
	for (size_t base = at & -(size_t)UNIT; base < at + len; base += UNIT) {
		u64 mask = mask_within(base, at, len) & ~mapped_bytes(m, base);

		cache_forgets(m, unit_of(m, base), base, mask);
		fresh_in_unit(unit_of(m, base), mask);
		if (machine_bounces(m))
			bounce_forgets_mask(m, base, mask);
	}
}

static void fresh_in_page(struct model *m, size_t at, size_t len)
{
	if (is_mapped_page(m, at, len)) {
		fresh_but_mapped(m, at, len);
		return;
	}
	for_each_unit(u, m, at, len) {
		cache_forgets(m, u.unit, at, u.mask);
		fresh_in_unit(u.unit, u.mask);
	}
	if (machine_bounces(m))
		bounce_forgets(m, at, len);
}

/*
 * With stores of C the bytes hold a pattern, and nothing of the last owner's is in doubt;
 * but those that are still mapped stay as they are.
 */
void model_fresh(struct model *m, size_t at, size_t len)
{
	if (!m->plain || m->level != FULL) {
		for_each_unit(u, m, at, len)
			fresh_in_unit(u.unit, u.mask);
		return;
	}
	for (size_t here = at, n; here < at + len; here += n) {
		n = rest_of_page(here, at + len);
		fresh_in_page(m, here, n);
	}
}

void model_written(struct model *m, size_t at, size_t len)
{
	for_each_unit(u, m, at, len) {
		u.unit->never &= ~u.mask;
		u.unit->awaited &= ~u.mask;
	}
}

static void await(struct model *m, size_t at, size_t len)
{
	for_each_unit(u, m, at, len)
		u.unit->awaited |= u.unit->never & u.mask;
}

void model_await(struct model *m, const struct object *o)
{
	if (o->dir != DMA_TO_DEVICE && o->at != NOWHERE)
		await(m, o->at, o->size);
}

/* Of a pool: nobody has stored to it in this life, and the device may from the start. */
void model_fresh_block(struct model *m, size_t at, size_t len)
{
	model_fresh(m, at, len);
	await(m, at, len);
}

/* Bytes one after the other, as they are found; what comes next may go on with them. */
struct run {
	size_t first, end;
};

static void end_run(const struct model *m, const struct run *r, struct dispute *bytes)
{
	size_t n = r->end - r->first;

	if (!n || (m->plain && n < LEAST_RUN))
		return;
	if (!bytes->bytes)
		bytes->first = r->first;
	bytes->last = r->end - 1;
	bytes->bytes += n;
}

static void add_to_run(const struct model *m, struct run *r, size_t at, size_t n,
		       struct dispute *bytes)
{
	if (at != r->end) {
		end_run(m, r, bytes);
		r->first = at;
	}
	r->end = at + n;
}

static void add_unit(const struct model *m, struct run *r, size_t base, u64 mask,
		     struct dispute *bytes)
{
	while (mask) {
		unsigned first = __builtin_ctzll(mask);
		u64 rest = ~(mask >> first);
		unsigned n = rest ? __builtin_ctzll(rest) : UNIT;

		add_to_run(m, r, base + first, n, bytes);
		mask &= ~bytes_mask(first, n);
	}
}

/* Runs of bytes that nobody has stored to, counted from @from. @awaited: and that are mapped. */
static bool find_runs(const struct model *m, size_t at, size_t len, size_t from, bool awaited,
		      struct dispute *bytes)
{
	struct run r = { 0 };

	for (size_t here = at, n; here < at + len; here += n) {
		const struct frame *f = frame_at(m, here);
		u64 all = f->all.never & (awaited ? f->all.awaited : ALL_BYTES);

		n = rest_of_page(here, at + len);
		if (n == FRAME && !f->own && all == ALL_BYTES) {
			add_to_run(m, &r, here, n, bytes);
			continue;
		}
		for_each_set(l, m, here, n, never)
			add_unit(m, &r, l.base, awaited ? l.mask & l.unit->awaited : l.mask,
				 bytes);
	}
	end_run(m, &r, bytes);
	bytes->first -= from;
	bytes->last -= from;
	return bytes->bytes;
}

bool model_reads_unwritten(const struct model *m, size_t at, size_t len, struct dispute *bytes)
{
	return find_runs(m, at, len, 0, true, bytes);
}

/* The bytes are counted from the object's start. */
bool model_shows_unwritten(const struct model *m, const struct object *o, size_t first,
			   size_t len, struct dispute *bytes)
{
	return o->at != NOWHERE && find_runs(m, o->at + first, len, o->at, false, bytes);
}

void model_given(const struct model *m, const struct object *o, size_t first, size_t len,
		 struct expect *e)
{
	struct dispute bytes = { 0 };

	if (e->check || !model_shows_unwritten(m, o, first, len, &bytes))
		return;
	expect_bytes(e, "uninitialised-to-device", &bytes);
	model_sees(m, e, o->at + bytes.first);
}
