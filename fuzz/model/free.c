// SPDX-License-Identifier: MIT
/* The model's frees and unmaps: which object is meant, and what is wrong with it. */
#include "inside.h"

#define MUST_MATCH (DMA_ATTR_NO_KERNEL_MAPPING | DMA_ATTR_FORCE_CONTIGUOUS | DMA_ATTR_MMIO | \
		    DMA_ATTR_REQUIRE_COHERENT | DMA_ATTR_PRIVILEGED | DMA_ATTR_CC_SHARED)

static enum object_kind kind_freed_by(const struct call *c)
{
	switch (c->kind) {
	case UNMAP:
	case UNMAP_LIST:
		return MAPPING;
	case FREE_NONCOHERENT:
	case FREE_PAGES:
		return NONCOHERENT;
	case TABLE_FREE:
		return NONCONTIGUOUS;
	case POOL_FREE:
		return POOL_BLOCK;
	default:
		return c->attrs & DMA_ATTR_NO_KERNEL_MAPPING ? HANDLE : COHERENT;
	}
}

static bool is_unmap(const struct call *c)
{
	return c->kind == UNMAP || c->kind == UNMAP_LIST;
}

static bool same_attrs(const struct call *c, const struct object *o)
{
	unsigned long attrs = c->attrs;

	if (c->kind == UNMAP && c->form == RESOURCE)
		attrs |= DMA_ATTR_MMIO;
	return !((attrs ^ o->attrs) & MUST_MATCH);
}

static bool same_function(const struct call *c, const struct object *o)
{
	enum object_kind kind = kind_freed_by(c);

	if (o->managed != (c->kind == M_FREE))
		return false;
	if (kind == COHERENT || kind == HANDLE)
		return o->kind == COHERENT || o->kind == HANDLE;
	if (o->kind == MAPPING && (c->kind == UNMAP_LIST) != (o->list != 0))
		return false;
	return o->kind == kind;
}

/* ---------------------------------------------------------------- search */

static struct object *allocation_holding(struct model *m, size_t at)
{
	struct object *o;

	if (at == NOWHERE)
		return NULL;
	for_each_near(o, m, by_ram, at, 1)
		if (is_allocation(o) && at >= o->at && at - o->at < o->room)
			return o;
	return NULL;
}

static struct object *allocation_at_place(struct model *m, u64 place)
{
	struct object *o, *first = NULL;

	for_each_near(o, m, by_place, place, 1)
		if (is_allocation(o) && place >= o->place && place - o->place < o->room &&
		    (!first || o->nr < first->nr))
			first = o;
	return first;
}

static struct object *allocation_meant(struct model *m, const struct call *c)
{
	struct object *by_cpu, *by_dma;
	size_t at;

	model_view(m, c->cpu, &at);
	by_cpu = is_unmap(c) ? NULL : allocation_holding(m, at);
	by_dma = allocation_at_place(m, model_place(m, c->device, c->dma));
	if (!by_cpu)
		return by_dma;
	if (!by_dma)
		return by_cpu;
	if (c->kind == POOL_FREE || (kind_freed_by(c) == COHERENT && c->kind != M_FREE))
		return by_dma->dma != c->dma && by_cpu->cpu == c->cpu ? by_cpu : by_dma;
	return by_cpu->cpu != c->cpu && by_dma->dma == c->dma ? by_dma : by_cpu;
}

/*
 * Device before function before size before direction before attributes; and instead of
 * the size of a list, how well it is the one that was mapped. Last, one whose error was
 * looked at.
 */
static unsigned agreement(const struct model *m, const struct call *c, const struct object *o)
{
	unsigned size = o->size == c->size;

	if (c->kind == UNMAP_LIST)
		size = o->list ? model_list_agreement(m, c, o) : !o->size;
	return belongs_to(m, o, c->device) * 256 + same_function(c, o) * 128 + size * 8 +
	       (o->dir == c->dir) * 4 + same_attrs(c, o) * 2 + o->checked;
}

static struct object *mapping_starting_there(struct model *m, const struct call *c)
{
	u64 place = model_place(m, c->device, c->dma); /* as this device sees it */
	struct object *o, *best = NULL;
	unsigned agrees, most = 0;

	for_each_near(o, m, by_dma, c->dma, 1) {
		if (o->kind != MAPPING || o->dma != c->dma || o->place != place)
			continue;
		agrees = agreement(m, c, o);
		/* Of equal ones the latest. */
		if (best && (agrees < most || (agrees == most && o->nr < best->nr)))
			continue;
		best = o;
		most = agrees;
	}
	return best;
}

static struct object *mapping_around(struct model *m, const struct call *c)
{
	u64 place = model_place(m, c->device, c->dma);
	struct object *o, *latest = NULL;

	for_each_near(o, m, by_place, place, 1)
		if (o->kind == MAPPING && belongs_to(m, o, c->device) && holds(o, place, 1) &&
		    (!latest || o->nr > latest->nr))
			latest = o;
	return latest;
}

/* A list is one object, known by its first entry: they follow each other. */
static struct object *first_of_list(struct object *o)
{
	return o && o->list ? o - o->entry : o;
}

static struct object *object_meant(struct model *m, const struct call *c)
{
	struct object *o;

	if (!is_unmap(c)) {
		o = allocation_meant(m, c);
		if (o)
			return o;
		o = first_of_list(mapping_starting_there(m, c));
		return o && o->dma == c->dma ? o : NULL;
	}
	o = mapping_starting_there(m, c);
	if (!o)
		o = mapping_around(m, c);
	if (!o) {
		o = allocation_meant(m, c);
		if (o && o->dma != c->dma)
			o = NULL;
	}
	return first_of_list(o);
}

/* An allocation that lives at the same place, and is no smaller, answers for it. */
static bool is_superseded(const struct model *m, const struct object *o)
{
	const struct object *now;

	if (o->kind == MAPPING)
		return false;
	for_each_near(now, m, by_dma, o->dma, 1)
		if (now->kind != MAPPING && now->kind != POOL_BLOCK && now->dma == o->dma &&
		    now->at == o->at && now->size >= o->size)
			return true;
	return false;
}

bool model_remembers(const struct model *m, const struct object *o)
{
	return o->released + REMEMBERED > m->nr_released && !is_superseded(m, o);
}

static bool was_at_dma(const struct model *m, const struct call *c)
{
	struct grid_walk w = grid_look(&m->dead, c->dma, 1);
	int nr;

	while ((nr = grid_next(&w)) >= 0) {
		const struct object *o = &m->object[nr];

		if (model_remembers(m, o) && c->dma - o->dma < o->size)
			return true;
	}
	return false;
}

static bool was_at_cpu(const struct model *m, const void *cpu)
{
	struct grid_walk w = grid_look(&m->dead_cpu, (uintptr_t)cpu, 1);
	int nr;

	while ((nr = grid_next(&w)) >= 0)
		if (cpu && m->object[nr].cpu == cpu && model_remembers(m, &m->object[nr]))
			return true;
	return false;
}

/* Was what the call names released before? */
static void expect_unknown(const struct model *m, const struct call *c, struct expect *e)
{
	size_t at;

	model_view(m, c->cpu, &at);
	if (is_unmap(c) && c->dma == DMA_MAPPING_ERROR)
		expect(e, "free-error-cookie");
	else if (was_at_dma(m, c) || (!is_unmap(c) && was_at_cpu(m, c->cpu)))
		expect(e, "double-free");
	else if (model_block_was(m, model_pool_at(m, model_place(m, c->device, c->dma))))
		expect(e, "double-free");
	else if (!is_unmap(c) && model_block_was(m, at))
		expect(e, "double-free");
	else
		expect(e, "free-unknown");
}

/* The most severe difference. */
static const char *difference(const struct model *m, const struct call *c,
			      const struct object *o)
{
	if (!belongs_to(m, o, c->device))
		return "free-wrong-device";
	if (!same_function(c, o))
		return "free-wrong-function";
	if (!same_attrs(c, o))
		return "free-attrs-mismatch";
	if (!is_unmap(c) && c->cpu != o->cpu)
		return "free-cpu-address-mismatch";
	if (c->dma != o->dma)
		return "free-dma-address-mismatch";
	if (c->kind == UNMAP_LIST && c->nents != o->nents)
		return "sg-count-mismatch";
	if (c->kind != UNMAP_LIST && c->kind != POOL_FREE && c->size != o->size)
		return "free-size-mismatch";
	if (moves_by_sync(o) && c->dir != o->dir)
		return "free-direction-mismatch";
	return NULL;
}

/* --------------------------------------------------------------- release */

bool model_is_mapped(const struct model *m, size_t at, size_t len)
{
	const struct object *o;

	for_each_near(o, m, by_ram, at, len)
		if (o->kind == MAPPING && touches(o, at, len))
			return true;
	return false;
}

/* Whatever was stored to uncached memory went past the cache. */
static void end_uncached(struct model *m, const struct object *o)
{
	if (m->ends || !is_coherent_memory(o) || !frame_at(m, o->at)->uncached)
		return;
	for (size_t at = o->at; at < o->at + o->room; at += FRAME)
		frame_of(m, at)->uncached = false;
	for_each_unit(u, m, o->at, o->room)
		u.unit->cpu = u.unit->dev = 0;
	cache_is_flushed(m, o->at, o->room);
	bus_stores(m, o->at, o->room, NULL);
}

/* Returns whether it endangers bytes beside it. */
static bool release_mapping(struct model *m, struct object *o, unsigned long attrs)
{
	bool endangers = false;

	if (!m->ends && !(attrs & DMA_ATTR_SKIP_CPU_SYNC))
		endangers = model_hand_over(m, o, 0, o->size, false, o->dir);
	model_remove(m, o);
	return endangers;
}

/* @c: the unmap that asked for it; NULL: the device is gone, or it was no unmap. */
void model_release(struct model *m, struct object *o, const struct call *c, struct expect *e)
{
	unsigned long attrs = c && is_unmap(c) ? c->attrs : o->attrs;
	bool endangers = false;
	int nents = o->nents;

	if (o->list) {
		for (int i = 0; i < nents; i++)
			endangers |= release_mapping(m, o + i, attrs);
		if (endangers)
			expect_if_none(e, "sync-partial-line");
		return;
	}
	if (o->kind == MAPPING) {
		endangers = release_mapping(m, o, attrs);
		if (endangers)
			expect_if_none(e, "sync-partial-line");
		if (!o->checked)
			expect_if_none(e, "map-error-unchecked");
		return;
	}
	model_remove(m, o);
	if (o->kind == POOL_BLOCK)
		model_block_freed(m, o);
	if (!e->check && is_noncoherent(o) && model_is_mapped(m, o->at, o->room))
		expect(e, "free-while-mapped");
	end_uncached(m, o);
}

void model_free(struct model *m, const struct call *c, struct expect *e)
{
	bool has_direction = moves_by_sync(&(struct object){ .kind = kind_freed_by(c) });
	const char *wrong;
	struct object *o;

	if (!c->cpu && !has_direction && c->kind != POOL_FREE) {
		if (c->kind != M_FREE && is_device(m, c->device) && model_may_not_free(NULL))
			expect(e, "free-in-irq");
		return;
	}
	o = object_meant(m, c);
	if (!o && !is_device(m, c->device)) {
		expect(e, "no-device");
		return;
	}
	if (has_direction && !good_direction(c->dir)) {
		expect(e, "bad-direction");
	} else if (!o) {
		expect_unknown(m, c, e);
	} else {
		wrong = difference(m, c, o);
		e->about = o->nr + 1;
		if (wrong)
			expect(e, wrong);
		else if (!has_direction && c->kind != POOL_FREE && model_may_not_free(o))
			expect(e, "free-in-irq");
	}
	if (o)
		model_release(m, o, c, e);
}

void model_device_gone(struct model *m, int device, struct expect *e)
{
	const char *first;
	struct object *o;
	unsigned leaks = 0, times;

	model_release_managed(m, device, e);
	first = e->check;
	/* The latest first. */
	for (o = model_live_before(m, NULL); o; o = model_live_before(m, o)) {
		if (is_plain(o) || !belongs_to(m, o, device) || o->kind == POOL_BLOCK ||
		    o->kind == POOL_MEMORY)
			continue;
		e->check = "leak";
		model_release(m, first_of_list(o), NULL, e);
		leaks++;
	}
	leaks += model_pools_gone(m, device);
	times = e->times + leaks;
	if (leaks && !first)
		expect(e, "leak");
	if (first)
		e->check = first;
	e->times = times;
	m->device[device].life = 0;
	m->device[device].window = 0;
}
