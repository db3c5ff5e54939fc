// SPDX-License-Identifier: MIT
/* The model's objects: added, found, removed, remembered. */
#include "inside.h"

#include <stdlib.h>

/* ---------------------------------------------------------------- live ones */

static void link_live(struct model *m, struct object *o)
{
	o->before = m->last_live;
	o->after = 0;
	if (o->before)
		m->object[o->before - 1].after = o->nr + 1;
	else
		m->first_live = o->nr + 1;
	m->last_live = o->nr + 1;
}

/* The object keeps its own links: whoever stands at it finds on. */
static void unlink_live(struct model *m, struct object *o)
{
	if (o->before)
		m->object[o->before - 1].after = o->after;
	else
		m->first_live = o->after;
	if (o->after)
		m->object[o->after - 1].before = o->before;
	else
		m->last_live = o->before;
}

struct object *model_live_before(struct model *m, const struct object *o)
{
	unsigned nr = o ? o->before : m->last_live;

	while (nr && !m->object[nr - 1].live)
		nr = m->object[nr - 1].before;
	return nr ? &m->object[nr - 1] : NULL;
}

struct object *model_live_after(struct model *m, const struct object *o)
{
	unsigned nr = o ? o->after : m->first_live;

	while (nr && !m->object[nr - 1].live)
		nr = m->object[nr - 1].after;
	return nr ? &m->object[nr - 1] : NULL;
}

struct object *model_next_live(struct model *m, struct grid_walk *w)
{
	int nr;

	while ((nr = grid_next(w)) >= 0)
		if (m->object[nr].live)
			return &m->object[nr];
	return NULL;
}

/* -------------------------------------------------------------------- pages */

static size_t extent_of(const struct object *o)
{
	size_t extent = o->size;

	if (o->kind == MAPPING)
		return extent;
	if (o->room > extent)
		extent = o->room;
	if (o->block > extent)
		extent = o->block;
	if (is_slab_object(o) && o->stride > extent)
		extent = o->stride;
	return extent;
}

/* In units of 32 bytes, which small objects may share. */
static void allocate(struct model *m, const struct object *o, bool allocated)
{
	bool exactly = o->kind == POOL_BLOCK;
	size_t start = exactly ? o->at : o->at / 32 * 32;
	size_t end = exactly ? o->at + o->room : (o->at + o->room + 31) / 32 * 32;

	if (o->kind == POOL_MEMORY)
		return;
	for_each_unit(u, m, start, end - start)
		u.unit->allocated = allocated ? u.unit->allocated | u.mask :
				    u.unit->allocated & ~u.mask;
}

static void free_bytes(struct model *m, const struct object *gone)
{
	size_t start = gone->at > 32 ? gone->at - 32 : 0;
	const struct object *o;

	allocate(m, gone, false);
	if (gone->kind != CACHE_OBJECT)
		return;
	for_each_near(o, m, by_ram, start, gone->at + gone->room + 32 - start)
		if (o->kind == CACHE_OBJECT && o->at < gone->at + gone->room + 32 &&
		    gone->at < o->at + o->room + 32)
			allocate(m, o, true);
}

static void take_pages(struct model *m, const struct object *o, int by)
{
	for (size_t at = o->at / FRAME * FRAME; o->block && at < o->at + o->block; at += FRAME) {
		struct frame *f = frame_of(m, at);
		u64 bit = 1ull << at / FRAME % 64;

		f->takers += by;
		if (f->takers)
			m->taken[at / FRAME / 64] |= bit;
		else
			m->taken[at / FRAME / 64] &= ~bit;
		/* A page that its last small object leaves has no references left either. */
		if (!f->takers && is_slab_object(o))
			f->refs = 0;
	}
}

/* ------------------------------------------------------------ adding, removing */

struct object *model_add(struct model *m, const struct object *init)
{
	struct object *o;

	if (m->nr_objects == MAX_OBJECTS)
		abort();
	o = &m->object[m->nr_objects];
	*o = *init;
	o->nr = m->nr_objects++;
	o->live = true;
	o->starts_owned = o->kind == MAPPING; /* they begin with the device */
	link_live(m, o);
	o->in_ram = o->at != NOWHERE;
	if (o->in_ram)
		grid_file(&m->by_ram, o->nr, o->at, extent_of(o));
	if (!is_plain(o)) {
		grid_file(&m->by_place, o->nr, o->place, o->room > o->size ? o->room : o->size);
		grid_file(&m->by_dma, o->nr, o->dma, 1);
	}
	if (o->bounced)
		bounce_takes_slots(m, o, 1);
	if (o->kind != MAPPING) {
		allocate(m, o, true);
		take_pages(m, o, 1);
	}
	return o;
}

void object_block_gone(struct model *m, struct object *block)
{
	if (block->in_ram)
		grid_unfile(&m->by_ram, block->nr);
	block->in_ram = false;
}

/* ------------------------------------------------------------------ remembering */

/*
 * Whatever is asked of the older one, the later one answers too, and for longer. Not an allocation
 * for a mapping: what lives in its place answers for allocations only.
 */
static bool is_superseded(const struct object *older, const struct object *o)
{
	return older->dma == o->dma && older->size <= o->size && older->device == o->device &&
	       older->life == o->life &&
	       (o->kind == MAPPING || (older->kind != MAPPING && older->at == o->at));
}

static void remember_by_dma(struct model *m, struct object *o)
{
	struct grid_walk w = grid_look(&m->dead, o->dma, 1);
	int nr;

	while ((nr = grid_next(&w)) >= 0) {
		struct object *older = &m->object[nr];

		if (!is_superseded(older, o))
			continue;
		grid_unfile(&m->dead, nr);
		older->in_dead = false;
	}
	grid_file(&m->dead, o->nr, o->dma, o->size);
	o->in_dead = true;
}

static void remember_by_cpu(struct model *m, struct object *o)
{
	struct grid_walk w = grid_look(&m->dead_cpu, (uintptr_t)o->cpu, 1);
	int nr;

	while ((nr = grid_next(&w)) >= 0) {
		struct object *older = &m->object[nr];

		if (older->cpu != o->cpu)
			continue;
		grid_unfile(&m->dead_cpu, nr);
		older->in_dead_cpu = false;
		break;
	}
	grid_file(&m->dead_cpu, o->nr, (uintptr_t)o->cpu, 1);
	o->in_dead_cpu = true;
}

static void remember(struct model *m, struct object *o)
{
	o->released = ++m->nr_released;
	remember_by_dma(m, o);
	if (o->kind != MAPPING)
		remember_by_cpu(m, o);
}

/* Nobody was given it: nobody will be told that it was there. */
void model_abandon(struct model *m, struct object *o)
{
	o->live = false;
	unlink_live(m, o);
	owner_ends(m, o);
	if (o->in_ram && o->kind != POOL_BLOCK) /* which is known as free */
		object_block_gone(m, o);
	if (!is_plain(o)) {
		grid_unfile(&m->by_place, o->nr);
		grid_unfile(&m->by_dma, o->nr);
	}
	if (o->bounced)
		bounce_takes_slots(m, o, -1);
	if (o->atomic)
		m->atomic_used -= o->block;
	if (m->ends)
		return;
	if (o->kind != MAPPING) {
		take_pages(m, o, -1);
		free_bytes(m, o);
		model_written(m, o->at, o->room);
	}
}

void model_remove(struct model *m, struct object *o)
{
	model_abandon(m, o);
	if (m->ends)
		return;
	if (!is_plain(o) && o->kind != POOL_BLOCK)
		remember(m, o);
}

void model_note_dead(struct model *m, bool handle, void *cpu, size_t at, dma_addr_t dma)
{
	struct object *o = &m->object[m->nr_objects];

	*o = (struct object){
		.kind = handle ? HANDLE : NONCOHERENT, .device = DEVICE_NULL, .size = FRAME,
		.cpu = cpu, .dma = dma, .at = at, .place = NO_PLACE, .nr = m->nr_objects,
	};
	m->nr_objects++;
	remember(m, o);
}
