/* SPDX-License-Identifier: MIT */
/*
 * What holds for each byte of RAM.
 *
 * A unit is 64 bytes; each property of its bytes is a bit of one word, so that a transition is
 * a few operations on words, whatever bytes it is about. What belongs to lines is kept in the
 * same way, all bits of a line being alike: so lines of 32 bytes are halves of a word, and a
 * line of 128 bytes is two units.
 *
 * A frame is a page. Its units are all alike at first, and what happens to all of the page
 * happens to one unit, that of the frame; a unit has its own state from the first time that
 * something happens to a part of the page. A frame of an earlier program is told by its age,
 * and is as one that nobody touched.
 */
#ifndef DMALAB_FUZZ_MODEL_UNIT_H
#define DMALAB_FUZZ_MODEL_UNIT_H

#include "call.h"

#include <string.h>

#define UNIT        64
#define FRAME       4096
#define MODEL_PAGES (MAX_RAM / FRAME)
#define MODEL_UNITS (MAX_RAM / UNIT)
#define ALL_BYTES   (~0ull)

struct unit {
	u64 allocated;           /* somebody may touch it */
	u64 cpu;                 /* stored by the CPU, memory may not have it */
	u64 dev;                 /* stored past the cache, which may hide it */
	u64 by_device;           /* so was the latest store */
	u64 known;               /* the value of the latest store is known: value[] */
	u64 never;               /* not stored to since it was allocated; */
	u64 awaited;             /* and mapped since, for a device to store to */
	u64 shared;              /* bounce.c: there have been several copies since the store */
	u64 dirty, present;      /* of its line */
	uint8_t value[UNIT];
};

struct frame {
	unsigned age;
	uint8_t bypass;          /* last given out uncached or as a handle */
	uint8_t uncached;        /* belongs to uncached memory */
	uint8_t was_block;       /* enum object_kind of the latest block of pages; or 0 */
	int refs;                /* of the block that begins here, or added to the page */
	unsigned takers;         /* live objects that the page is given out for */
	u64 own;                 /* units that have a state of their own */
	u64 clocked;             /* units that have clocks of their own, of bounce.c; */
	uint32_t all_has, all_latest; /* those of the others */
	struct unit all;         /* that of the others */
};

struct model;
struct frame *frame_of(struct model *m, size_t at);             /* to change it */
const struct frame *frame_at(const struct model *m, size_t at);
struct unit *unit_of(struct model *m, size_t at);
const struct unit *unit_at(const struct model *m, size_t at);

/* Bytes @first to @first + @n - 1 of a unit. */
static inline u64 bytes_mask(unsigned first, unsigned n)
{
	return (n >= UNIT ? ALL_BYTES : (1ull << n) - 1) << first;
}

static inline size_t min_size(size_t a, size_t b)
{
	return a < b ? a : b;
}

static inline size_t rest_of_page(size_t at, size_t end)
{
	return min_size(end, (at / FRAME + 1) * FRAME) - at;
}

/* Those of the bytes from @at on, @len of them, that lie in the unit at @unit. */
static inline u64 mask_within(size_t unit, size_t at, size_t len)
{
	size_t first = at > unit ? at : unit, end = min_size(at + len, unit + UNIT);

	return first < end ? bytes_mask(first - unit, end - first) : 0;
}

/* --------------------------------------------------------------- to change */

/*
 * The units of a range, one by one: @unit is to be changed in the bytes @mask, which begin at
 * @base + @first. A page that lies in the range as a whole comes as its frame's unit, and then
 * as those that have their own; @base tells nothing then.
 */
struct units {
	struct model *m;
	size_t at, end;
	u64 left;                /* of a whole page: own units that are still to come */
	struct unit *page;       /* and the first of its units */
	struct unit *unit;
	u64 mask;
	unsigned first, n;
	size_t base;
};

static inline struct units units_of(struct model *m, size_t at, size_t len)
{
	return (struct units){ .m = m, .at = at, .end = at + len };
}

bool next_unit(struct units *u);

#define for_each_unit(u, m, at, len) for (struct units u = units_of(m, at, len); next_unit(&u);)

/* ------------------------------------------------------------------ to look */

/* Bytes, of which some may have two values. */
struct dispute {
	size_t bytes, first, last;
	bool lost_cpu, lost_device;
	bool held;               /* some of them belong to a live object */
};

/* The bytes @mask of the unit at @base, after those that are in it already or before them. */
static inline void dispute_mask(struct dispute *d, size_t base, u64 mask)
{
	size_t first, last;

	if (!mask)
		return;
	first = base + __builtin_ctzll(mask);
	last = base + 63 - __builtin_clzll(mask);
	if (!d->bytes || first < d->first)
		d->first = first;
	if (!d->bytes || last > d->last)
		d->last = last;
	d->bytes += __builtin_popcountll(mask);
}

/*
 * The units of a range that have something to show: those of which @what may be set. A unit
 * that is like its frame is passed over if that shows nothing.
 */
struct looks {
	const struct model *m;
	size_t at, end, base;
	const struct unit *unit;
	u64 mask;
};

static inline struct looks looks_of(const struct model *m, size_t at, size_t len)
{
	return (struct looks){ .m = m, .at = at, .end = at + len };
}

/* @plane: the offset of a word in struct unit; @invert: that are not set. */
bool next_look(struct looks *l, size_t plane, bool invert);

#define for_each_set(l, m, at, len, plane) \
	for (struct looks l = looks_of(m, at, len); \
	     next_look(&l, offsetof(struct unit, plane), false);)
#define for_each_clear(l, m, at, len, plane) \
	for (struct looks l = looks_of(m, at, len); \
	     next_look(&l, offsetof(struct unit, plane), true);)

/* -------------------------------------------------------------------- values */

void bytes_are(struct model *m, size_t at, size_t len, uint8_t value);
void bytes_are_unknown(struct model *m, size_t at, size_t len);

/* Of 64 bytes or fewer from @at on, wherever units begin: what is known of them. */
struct window {
	u64 known, never, awaited, cpu, dev;
	uint8_t value[UNIT];
};

void window_load(const struct model *m, size_t at, unsigned n, struct window *w);
/* Values, and whether they are known; the other function stores what is unwritten. */
void window_store(struct model *m, size_t at, unsigned n, const struct window *w);
void window_store_unwritten(struct model *m, size_t at, unsigned n, const struct window *w);

/* Which of the bytes are not these? */
u64 other_bytes(const uint8_t *a, const uint8_t *b, unsigned n);

#endif
