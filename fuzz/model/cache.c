// SPDX-License-Identifier: MIT
/*
 * The model's machine: for each byte, whether the CPU's latest store may be missing
 * in memory, and whether a store past the cache may be hidden by it; for each line,
 * whether it may be dirty, and whether it may be there at all.
 */
#include "model.h"

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
	return !m->is->coherent && !m->uncached_now[at / 4096];
}

static bool within(size_t byte, size_t at, size_t len)
{
	return byte >= at && byte - at < len;
}

void dispute_byte(struct dispute *d, size_t at)
{
	if (!d->bytes || at < d->first)
		d->first = at;
	if (!d->bytes || at > d->last)
		d->last = at;
	d->bytes++;
}

/* A byte that a store beside it endangers. */
static void victimise(const struct model *m, struct dispute *d, size_t at)
{
	dispute_byte(d, at);
	for (unsigned i = 0; i < m->nr_objects; i++) {
		const struct object *o = &m->object[i];

		if (o->live && !is_plain(o) && o->kind != POOL_MEMORY && touches(o, at, 1))
			d->held = true;
	}
}

/* ---------------------------------------------------------------- events */

void cpu_loads(struct model *m, size_t at, size_t len)
{
	model_touch(m, at, len);
	for (size_t i = at; i < at + len; i++)
		if (is_tracked(m, i))
			m->present[i / m->is->line] = true;
}

static void cpu_stores_in_line(struct model *m, size_t line, size_t at, size_t len,
			       struct dispute *victims)
{
	size_t start = line * m->is->line;

	for (size_t i = start; i < start + m->is->line; i++) {
		if (within(i, at, len)) {
			m->cpu[i] = true;
			m->dev[i] = false;
			m->by_device[i] = false;
		} else if (m->dev[i]) {
			/* The line may be written back over it. */
			if (!m->cpu[i])
				victimise(m, victims, i);
			m->cpu[i] = true;
		}
	}
	m->dirty[line] = m->present[line] = true;
}

void cpu_stores(struct model *m, size_t at, size_t len, struct dispute *victims)
{
	model_touch(m, at, len);
	model_written(m, at, len);
	if (machine_bounces(m))
		bounce_stored(m, at, at, len, false);
	for (size_t line = at / m->is->line; line * m->is->line < at + len; line++)
		if (is_tracked(m, line * m->is->line))
			cpu_stores_in_line(m, line, at, len, victims);
}

/* One of several stores that were found together: none of the others endangers this byte. */
void cpu_overwrites(struct model *m, size_t at)
{
	if (is_tracked(m, at))
		m->dev[at] = false;
}

/* Memory is handed out: what its last owner left in doubt is not. */
void cache_forgets(struct model *m, size_t at)
{
	if (is_tracked(m, at) && m->dev[at])
		m->cpu[at] = m->dev[at] = false;
	m->has[at] = m->latest[at];
	m->known[at] = false;
}

/* A device's, through the cache. */
void snooped_stores(struct model *m, size_t at, size_t len, struct dispute *victims)
{
	cpu_stores(m, at, len, victims);
	for (size_t i = at; i < at + len; i++)
		if (is_tracked(m, i))
			m->by_device[i] = true;
}

static void bus_stores_in_line(struct model *m, size_t line, size_t at, size_t len,
			       struct dispute *victims)
{
	size_t start = line * m->is->line;
	bool dirty = m->dirty[line];
	bool may_hide = m->is->speculates || m->present[line];
	bool over_cpu_bytes = false;

	for (size_t i = start; i < start + m->is->line; i++)
		if (within(i, at, len) && m->cpu[i])
			over_cpu_bytes = true;
	for (size_t i = start; i < start + m->is->line; i++) {
		if (!within(i, at, len))
			continue;
		m->cpu[i] = dirty;
		m->dev[i] = dirty || may_hide;
		m->by_device[i] = true;
		if (dirty && !over_cpu_bytes)
			victimise(m, victims, i);
	}
}

void bus_stores(struct model *m, size_t at, size_t len, struct dispute *victims)
{
	model_touch(m, at, len);
	for (size_t line = at / m->is->line; line * m->is->line < at + len; line++)
		if (is_tracked(m, line * m->is->line))
			bus_stores_in_line(m, line, at, len, victims);
}

static void maintain_line(struct model *m, size_t line, enum op op)
{
	size_t start = line * m->is->line;

	for (size_t i = start; i < start + m->is->line; i++) {
		bool cpu = m->cpu[i], dev = m->dev[i];

		switch (op) {
		case NONE:
			break;
		case CLEAN:
			m->cpu[i] = cpu && dev;
			break;
		case INVALIDATE:
			m->dev[i] = cpu;
			break;
		case FLUSH:
			m->cpu[i] = m->dev[i] = cpu && dev;
		}
	}
	if (op != NONE)
		m->dirty[line] = false;
	if (op == INVALIDATE || op == FLUSH)
		m->present[line] = false;
}

static void maintain(struct model *m, size_t at, size_t len, enum op op)
{
	if (!len)
		return;
	model_touch(m, at, len);
	for (size_t line = at / m->is->line; line * m->is->line < at + len; line++)
		if (is_tracked(m, line * m->is->line))
			maintain_line(m, line, op);
}

void cache_is_flushed(struct model *m, size_t at, size_t len)
{
	if (!m->is->coherent)
		maintain(m, at, len, FLUSH);
}

/* ------------------------------------------------------------- questions */

struct dispute disputed(const struct model *m, bool through_cache, size_t at, size_t len)
{
	struct dispute d = { 0 };

	for (size_t i = at; i < at + len; i++) {
		if (!is_tracked(m, i) || !(through_cache ? m->dev[i] : m->cpu[i]))
			continue;
		dispute_byte(&d, i);
		if (m->cpu[i] && m->dev[i]) {
			d.lost_cpu |= !m->by_device[i];
			d.lost_device |= m->by_device[i];
		}
	}
	return d;
}

/* Did anybody ask for this byte? */
static bool is_somebodys(const struct model *m, size_t at)
{
	for (unsigned i = 0; i < m->nr_objects; i++) {
		const struct object *o = &m->object[i];

		if (o->live && o->kind != MAPPING && o->kind != POOL_MEMORY &&
		    within(at, o->at, o->size))
			return true;
	}
	return false;
}

/*
 * Does anything of somebody's, in the rest of the lines, exist in the cache alone? Below the
 * level that knows, no report about it stands before another.
 */
static bool endangers_neighbours(const struct model *m, size_t at, size_t len)
{
	size_t line = m->is->line;
	size_t start = at / line * line, end = (at + len + line - 1) / line * line;

	if (m->level != FULL)
		return false;
	for (size_t i = start; i < end; i++)
		if (!within(i, at, len) && is_tracked(m, i) && m->cpu[i] && !m->dev[i] &&
		    is_somebodys(m, i) && !m->unwritten[i])
			return true;
	return false;
}

bool hand_over(struct model *m, int device, size_t at, size_t len, bool to_device, int dir)
{
	enum op op = to_device ? m->is->for_device[dir] : m->is->for_cpu[dir];
	size_t line = m->is->line;
	bool partial = at % line || (at + len) % line;
	bool endangers;

	if (m->is->coherent || m->device[device].snoops || !len)
		return false;
	if (op != INVALIDATE || !partial) {
		maintain(m, at, len, op);
		return false;
	}
	switch (m->is->edges) {
	case WHOLE:
		endangers = endangers_neighbours(m, at, len);
		maintain(m, at, len, INVALIDATE);
		return endangers;
	case FLUSH_ALL:
		maintain(m, at, len, FLUSH);
		return false;
	case FLUSH_EDGES:
		break;
	}
	for (size_t l = at / line; l * line < at + len; l++) {
		bool whole = l * line >= at && (l + 1) * line <= at + len;

		maintain(m, l * line, line, whole ? INVALIDATE : FLUSH);
	}
	return false;
}
