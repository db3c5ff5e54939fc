// SPDX-License-Identifier: MIT
/*
 * The model's machine: for each byte, whether the CPU's latest store may be missing
 * in memory, and whether a store past the cache may be hidden by it; for each line,
 * whether it may be dirty, and whether it may be there at all. A transition is the same for
 * all bytes of a unit, and for all units of a page that are alike.
 */
#include "inside.h"

#include <string.h>

enum op { NONE, CLEAN, INVALIDATE, FLUSH };

enum edges {
	WHOLE,         /* partial lines are invalidated like the others */
	FLUSH_EDGES,   /* partial lines are flushed instead */
	FLUSH_ALL      /* one partial line, and everything is flushed instead */
};

struct kind_of_machine {
	const char *name;
	bool coherent, speculates, remaps;
	size_t line, dma_align;
	enum edges edges;
	/* BIDIRECTIONAL, TO_DEVICE, FROM_DEVICE */
	enum op for_device[3], for_cpu[3];
};

static const struct kind_of_machine kinds[] = {
	{ "x86", true, true, false, 64, 1, WHOLE,
	  { NONE, NONE, NONE }, { NONE, NONE, NONE } },
	{ "arm64", false, true, true, 64, 128, FLUSH_EDGES,
	  { CLEAN, CLEAN, CLEAN }, { INVALIDATE, NONE, INVALIDATE } },
	{ "armv7", false, true, true, 64, 64, FLUSH_EDGES,
	  { CLEAN, CLEAN, INVALIDATE }, { INVALIDATE, NONE, INVALIDATE } },
	{ "riscv", false, true, true, 64, 64, WHOLE,
	  { CLEAN, CLEAN, CLEAN }, { INVALIDATE, NONE, INVALIDATE } },
	{ "mips", false, true, false, 32, 32, WHOLE,
	  { FLUSH, CLEAN, INVALIDATE }, { INVALIDATE, NONE, INVALIDATE } },
	{ "mips-nonspec", false, false, false, 128, 128, WHOLE,
	  { FLUSH, CLEAN, INVALIDATE }, { NONE, NONE, NONE } },
	{ "swiotlb", true, true, false, 64, 1, WHOLE,
	  { NONE, NONE, NONE }, { NONE, NONE, NONE } },
	{ "iommu", true, true, false, 64, 1, WHOLE,
	  { NONE, NONE, NONE }, { NONE, NONE, NONE } },
	{ "powerpc", false, true, true, 32, 32, FLUSH_ALL,
	  { FLUSH, CLEAN, INVALIDATE }, { FLUSH, CLEAN, INVALIDATE } },
};

const struct kind_of_machine *kind_of_machine(const char *profile)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(kinds[i].name, profile) == 0)
			return &kinds[i];
	return NULL;
}

bool machine_bounces(const struct model *m)
{
	return m->is && strcmp(m->is->name, "swiotlb") == 0;
}

bool machine_translates(const struct model *m)
{
	return m->is && strcmp(m->is->name, "iommu") == 0;
}

bool machine_is_coherent(const struct model *m)
{
	return m->is->coherent;
}

bool machine_speculates(const struct model *m)
{
	return m->is->speculates;
}

bool machine_remaps(const struct model *m)
{
	return m->is->remaps;
}

size_t machine_line(const struct model *m)
{
	return m->is->line;
}

size_t machine_dma_align(const struct model *m)
{
	return m->is->dma_align;
}

/* Nothing here moves for a coherent machine, nor for memory that is uncached. */
static bool is_tracked(const struct model *m, size_t at)
{
	return !m->is->coherent && !frame_at(m, at)->uncached;
}

/* From a range to the lines that it touches. */
static size_t start_of_lines(const struct model *m, size_t at)
{
	return at & -m->line;
}

static size_t end_of_lines(const struct model *m, size_t end)
{
	return (end + m->line - 1) & -m->line;
}

/* All bytes of those lines of a unit that have any of these. */
static u64 whole_lines(const struct model *m, u64 mask)
{
	const u64 low = 0xffffffff;

	if (m->line != 32)
		return mask ? ALL_BYTES : 0;
	return (mask & low ? low : 0) | (mask & ~low ? ~low : 0);
}

/* Bytes that a store beside them endangers. Are they of something that a device may use? */
static void victimise(const struct model *m, struct dispute *d, size_t base, u64 mask)
{
	const struct object *o;

	if (!mask)
		return;
	dispute_mask(d, base, mask);
	for_each_near(o, m, by_ram, base, UNIT)
		if (!is_plain(o) && o->kind != POOL_MEMORY &&
		    (mask_within(base, o->at, o->size) & mask))
			d->held = true;
}

/* A range page by page, as far as it is tracked. */
#define for_each_tracked(here, n, m, at, len) \
	for (size_t here = (at), n; \
	     here < (at) + (len) && ((n = rest_of_page(here, (at) + (len))), true); here += n) \
		if (is_tracked(m, here))

/* ---------------------------------------------------------------- events */

void cpu_loads(struct model *m, size_t at, size_t len)
{
	size_t start = start_of_lines(m, at), end = end_of_lines(m, at + len);

	if (m->is->coherent || !len)
		return;
	for_each_tracked(here, n, m, start, end - start)
		for_each_unit(u, m, here, n)
			u.unit->present |= u.mask;
}

/* Some bytes of lines are stored, @stored; the lines are brought in for that. */
static u64 cpu_stores_in_unit(struct unit *u, u64 lines, u64 stored)
{
	/* The line may be written back over what was stored past the cache. */
	u64 over = u->dev & lines & ~stored, victims = over & ~u->cpu;

	u->cpu |= stored | over;
	u->dev &= ~stored;
	u->by_device &= ~stored;
	u->dirty |= lines;
	u->present |= lines;
	return victims;
}

/* Of one page, and some of each line. */
static void cpu_stores_in_page(struct model *m, size_t at, size_t len, struct dispute *victims)
{
	size_t start = start_of_lines(m, at), end = end_of_lines(m, at + len);

	if (len == FRAME) {
		for_each_unit(u, m, at, len)
			cpu_stores_in_unit(u.unit, ALL_BYTES, ALL_BYTES);
		return;
	}
	while (start < end) {
		size_t base = start & -(size_t)UNIT;
		u64 lines = mask_within(base, start, end - start);
		u64 hit = cpu_stores_in_unit(unit_of(m, base), lines, mask_within(base, at, len));

		if (victims)
			victimise(m, victims, base, hit);
		start = base + UNIT;
	}
}

void cpu_stores(struct model *m, size_t at, size_t len, struct dispute *victims)
{
	model_written(m, at, len);
	if (machine_bounces(m))
		bounce_stored(m, at, at, len, false);
	if (!m->is->coherent)
		for_each_tracked(here, n, m, at, len)
			cpu_stores_in_page(m, here, n, victims);
}

/* Some of several stores that were found together: none of the others endangers these. */
void cpu_overwrites(struct model *m, size_t at, size_t len)
{
	if (!m->is->coherent)
		for_each_tracked(here, n, m, at, len)
			for_each_unit(u, m, here, n)
				u.unit->dev &= ~u.mask;
}

/* Memory is handed out: what its last owner left in doubt is not. */
void cache_forgets(const struct model *m, struct unit *u, size_t at, u64 mask)
{
	u64 hidden = is_tracked(m, at) ? u->dev & mask : 0;

	u->cpu &= ~hidden;
	u->dev &= ~hidden;
	u->known &= ~mask;
}

/* A device's, through the cache. */
void snooped_stores(struct model *m, size_t at, size_t len, struct dispute *victims)
{
	cpu_stores(m, at, len, victims);
	if (!m->is->coherent)
		for_each_tracked(here, n, m, at, len)
			for_each_unit(u, m, here, n)
				u.unit->by_device |= u.mask;
}

static void bus_stores_in_unit(const struct model *m, struct unit *u, u64 stored)
{
	u64 hides = m->is->speculates ? ALL_BYTES : u->present;

	u->cpu = (u->cpu & ~stored) | (u->dirty & stored);
	u->dev = (u->dev & ~stored) | ((u->dirty | hides) & stored);
	u->by_device |= stored;
}

/* Bytes of dirty lines, unless the store is over bytes of the CPU's there. */
static void bus_victims(const struct model *m, size_t at, size_t len, struct dispute *victims)
{
	size_t step = m->line > UNIT ? m->line : UNIT;

	for (size_t base = at / step * step; base < at + len; base += step) {
		u64 over = 0;

		for (size_t i = base; i < base + step; i += UNIT)
			over |= unit_at(m, i)->cpu & mask_within(i, at, len);
		for (size_t i = base; i < base + step; i += UNIT)
			victimise(m, victims, i, unit_at(m, i)->dirty & mask_within(i, at, len) &
				  ~whole_lines(m, over));
	}
}

void bus_stores(struct model *m, size_t at, size_t len, struct dispute *victims)
{
	if (m->is->coherent)
		return;
	for_each_tracked(here, n, m, at, len) {
		if (victims)
			bus_victims(m, here, n, victims);
		for_each_unit(u, m, here, n)
			bus_stores_in_unit(m, u.unit, u.mask);
	}
}

static void maintain_unit(struct unit *u, enum op op, u64 lines)
{
	u64 both = u->cpu & u->dev;

	switch (op) {
	case NONE:
		return;
	case CLEAN:
		u->cpu = (u->cpu & ~lines) | (both & lines);
		u->dirty &= ~lines;
		return;
	case INVALIDATE:
		u->dev = (u->dev & ~lines) | (u->cpu & lines);
		break;
	case FLUSH:
		u->cpu = (u->cpu & ~lines) | (both & lines);
		u->dev = (u->dev & ~lines) | (both & lines);
	}
	u->dirty &= ~lines;
	u->present &= ~lines;
}

static void maintain(struct model *m, size_t at, size_t len, enum op op)
{
	size_t start = start_of_lines(m, at), end = end_of_lines(m, at + len);

	if (!len || op == NONE)
		return;
	for_each_tracked(here, n, m, start, end - start)
		for_each_unit(u, m, here, n)
			maintain_unit(u.unit, op, u.mask);
}

void cache_is_flushed(struct model *m, size_t at, size_t len)
{
	if (!m->is->coherent)
		maintain(m, at, len, FLUSH);
}

/* ------------------------------------------------------------- questions */

/* Of the unit at @at. */
u64 disputed_mask(const struct model *m, const struct unit *u, bool through_cache, size_t at)
{
	return !is_tracked(m, at) ? 0 : through_cache ? u->dev : u->cpu;
}

/* Of bytes of a window, as if all of it were in the page at @at. */
u64 window_disputed(const struct model *m, const struct window *w, bool through_cache, size_t at)
{
	return !is_tracked(m, at) ? 0 : through_cache ? w->dev : w->cpu;
}

static void add_disputed(struct dispute *d, const struct looks *l)
{
	u64 lost = l->mask & l->unit->cpu & l->unit->dev;

	dispute_mask(d, l->base, l->mask);
	d->lost_cpu |= (lost & ~l->unit->by_device) != 0;
	d->lost_device |= (lost & l->unit->by_device) != 0;
}

struct dispute disputed(const struct model *m, bool through_cache, size_t at, size_t len)
{
	struct dispute d = { 0 };

	if (m->is->coherent)
		return d;
	for_each_tracked(here, n, m, at, len) {
		if (through_cache)
			for_each_set(l, m, here, n, dev)
				add_disputed(&d, &l);
		else
			for_each_set(l, m, here, n, cpu)
				add_disputed(&d, &l);
	}
	return d;
}

/* Did anybody ask for one of these bytes? */
static bool is_somebodys(const struct model *m, size_t base, u64 mask)
{
	const struct object *o;

	for_each_near(o, m, by_ram, base, UNIT)
		if (o->kind != MAPPING && o->kind != POOL_MEMORY &&
		    (mask_within(base, o->at, o->size) & mask))
			return true;
	return false;
}

/* Does anything of somebody's, in this part of a line, exist in the cache alone? */
static bool endangers(const struct model *m, size_t at, size_t end)
{
	if (at == end || !is_tracked(m, at))
		return false;
	for_each_set(l, m, at, end - at, cpu) {
		u64 alone = l.mask & ~l.unit->dev & ~l.unit->never;

		if (alone && is_somebodys(m, l.base, alone))
			return true;
	}
	return false;
}

/*
 * The same for the rest of the lines. Below the level that knows, no report about it stands
 * before another.
 */
static bool endangers_neighbours(const struct model *m, size_t at, size_t len)
{
	size_t end = at + len;

	return m->level == FULL && (endangers(m, start_of_lines(m, at), at) ||
				    endangers(m, end, end_of_lines(m, end)));
}

static void flush_edges(struct model *m, size_t at, size_t len)
{
	size_t start = start_of_lines(m, at + m->line - 1), end = start_of_lines(m, at + len);

	if (start > at)
		maintain(m, at, 1, FLUSH);
	if (end < at + len && (end >= start || start == at))
		maintain(m, end, 1, FLUSH);
	if (start < end)
		maintain(m, start, end - start, INVALIDATE);
}

bool hand_over(struct model *m, int device, size_t at, size_t len, bool to_device, int dir)
{
	enum op op = to_device ? m->is->for_device[dir] : m->is->for_cpu[dir];
	bool partial = at % m->line || (at + len) % m->line;
	bool endangered;

	if (m->is->coherent || m->device[device].snoops || !len)
		return false;
	if (op != INVALIDATE || !partial) {
		maintain(m, at, len, op);
		return false;
	}
	switch (m->is->edges) {
	case WHOLE:
		endangered = endangers_neighbours(m, at, len);
		maintain(m, at, len, INVALIDATE);
		return endangered;
	case FLUSH_ALL:
		maintain(m, at, len, FLUSH);
		return false;
	case FLUSH_EDGES:
		break;
	}
	flush_edges(m, at, len);
	return false;
}
