// SPDX-License-Identifier: MIT
/* The model's mappings, and the moving of bytes between CPU and device. */
#include "model.h"

#include <string.h>

/* ------------------------------------------------------------------- map */

static const char *refuse_pointer(struct model *m, const struct call *c)
{
	size_t at, here;
	enum view view = model_view(m, c->cpu, &at);

	if (c->number == FOREIGN_STACK)
		return "map-stack";
	if ((uintptr_t)c->cpu - (uintptr_t)constant < CONSTANT_SIZE)
		return "map-rodata";
	if (model_in_vmalloc(m, c->cpu))
		return "map-vmalloc";
	if (view == COOKIE)
		return "map-handle";
	if (view == UNCACHED)
		return "map-coherent";
	if (view != CACHED || c->size > m->ram - at)
		return "map-invalid";
	for (unsigned i = 0; i < m->nr_objects; i++) {
		const struct object *o = &m->object[i];

		if (!o->live || at < o->at || at - o->at >= o->room)
			continue;
		if (is_coherent_memory(o))
			return "map-coherent";
		if (o->kind == HANDLE)
			return "map-handle";
	}
	for (here = at; here < at + c->size; here++)
		if (m->bypass[here / 4096] || !m->allocated[here])
			return "map-freed";
	return NULL;
}

static const char *refusal(struct model *m, const struct call *c)
{
	const struct model_device *d;

	if (!is_device(m, c->device))
		return "no-device";
	d = &m->device[c->device];
	if (!good_direction(c->dir))
		return "bad-direction";
	if (!c->size)
		return "zero-size";
	if (c->attrs & (~0x3ff6ul | DMA_ATTR_MMIO))
		return "bad-attrs";
	if (d->mask == MASK_NULL || !(d->mask == MASK_OWN ? d->own_mask : d->coherent_mask))
		return "mask-unset";
	return refuse_pointer(m, c);
}

/* The DMA address of the memory, if the device reaches all of it; else false. */
static bool reaches(const struct model *m, const struct call *c, size_t at, dma_addr_t *dma)
{
	const struct model_device *d = &m->device[c->device];
	u64 limit = d->mask == MASK_OWN ? d->own_mask : d->coherent_mask;
	size_t low = model_bank_left(m, 0);
	u64 phys = at < low ? 0x800000 + at : 0x40000000 + (at - low);

	if (d->limit && d->limit < limit)
		limit = d->limit;
	*dma = phys;
	if (d->window) {
		if (phys < WINDOW_CPU || phys - WINDOW_CPU >= d->window)
			return false;
		*dma = phys - WINDOW_CPU + WINDOW_DMA;
	}
	return c->size <= model_bank_left(m, at) && *dma + c->size - 1 <= limit;
}

/* Does the device write lines that some other mapping lets a device write? */
static bool overlaps(const struct model *m, const struct object *new)
{
	const unsigned long shares = DMA_ATTR_DEBUGGING_IGNORE_CACHELINES |
				     DMA_ATTR_REQUIRE_COHERENT;
	size_t line = machine_line(m);

	if (new->dir == DMA_TO_DEVICE || (new->attrs & DMA_ATTR_SKIP_CPU_SYNC) ||
	    m->device[new->device].snoops)
		return false;
	for (unsigned i = 0; i < m->nr_objects; i++) {
		const struct object *o = &m->object[i];

		if (!o->live || o->kind != MAPPING || o->dir == DMA_TO_DEVICE ||
		    m->device[o->device].snoops ||
		    ((new->attrs & shares) && (o->attrs & shares)))
			continue;
		if (o->at / line <= (new->at + new->size - 1) / line &&
		    new->at / line <= (o->at + o->size - 1) / line)
			return true;
	}
	return false;
}

void model_map(struct model *m, const struct call *c, const struct outcome *o, struct expect *e)
{
	const char *refused = refusal(m, c);
	struct object obj = {
		.kind = MAPPING, .device = c->device, .size = c->size, .cpu = c->cpu,
		.dir = c->dir, .attrs = c->attrs, .cached = true,
	};
	bool works = false;

	if (refused) {
		expect(e, refused);
	} else if ((c->attrs & DMA_ATTR_REQUIRE_COHERENT) && !m->device[c->device].snoops) {
		/* refused, but no mistake */
	} else if (!model_fails_by_order(m, o->dma == DMA_MAPPING_ERROR && !o->nr_remarks)) {
		model_view(m, c->cpu, &obj.at);
		works = reaches(m, c, obj.at, &obj.dma);
		if (!works)
			expect(e, "address-over-mask");
	}
	if (o->dma != (works ? obj.dma : DMA_MAPPING_ERROR)) {
		e->wrong = works ? "the DMA address of the memory" : "DMA_MAPPING_ERROR";
		return;
	}
	if (!works)
		return;
	obj.life = m->device[c->device].life;
	if (overlaps(m, &obj))
		expect(e, "overlapping-mapping");
	model_add(m, &obj);
	if (!(c->attrs & DMA_ATTR_SKIP_CPU_SYNC) &&
	    hand_over(m, c->device, obj.at, c->size, true, c->dir) && !e->check)
		expect(e, "sync-partial-line");
}

void model_mapping_error(struct model *m, const struct call *c, const struct outcome *o,
			 struct expect *e)
{
	int result = c->dma == DMA_MAPPING_ERROR ? -ENOMEM : 0;

	if (o->result != result)
		e->wrong = result ? "-ENOMEM" : "0";
	if (!is_device(m, c->device)) {
		expect(e, "no-device");
		if (result)
			e->or_check = "";
		return;
	}
	for (unsigned i = m->nr_objects; i-- > 0;) {
		struct object *obj = &m->object[i];

		/* The latest that is not checked yet. */
		if (obj->live && obj->kind == MAPPING && belongs_to(m, obj, c->device) &&
		    obj->dma == c->dma && !obj->checked) {
			obj->checked = true;
			return;
		}
	}
}

/* ------------------------------------------------------------------ sync */

static bool direction_fits(const struct object *o, int dir)
{
	return !moves_by_sync(o) || o->dir == DMA_BIDIRECTIONAL || o->dir == dir;
}

/* How good is the object for the sync? 3: right; 2: but for the direction; 1: too short. */
static int fitness(const struct model *m, const struct call *c, const struct object *o, size_t at)
{
	if (!o->live || is_plain(o) || o->kind == POOL_MEMORY || !belongs_to(m, o, c->device) ||
	    at < o->at || at - o->at >= o->size)
		return 0;
	if (c->size > o->size - (at - o->at))
		return 1;
	return direction_fits(o, c->dir) ? 3 : 2;
}

/* Of equally good ones: a mapping before its memory, the latest mapping first. */
static struct object *best_for(struct model *m, const struct call *c, size_t at, int *best)
{
	struct object *found = NULL;

	*best = 0;
	for (int mappings = 1; mappings >= 0; mappings--) {
		for (unsigned i = m->nr_objects; i-- > 0;) {
			struct object *o = &m->object[i];

			if ((o->kind == MAPPING) == mappings && fitness(m, c, o, at) > *best) {
				found = o;
				*best = fitness(m, c, o, at);
			}
		}
	}
	return found;
}

/* Does no byte change hands? */
static bool is_redundant(const struct call *c, const struct object *o, size_t at)
{
	bool to_device = c->kind == SYNC_FOR_DEVICE;

	if (!moves_by_sync(o))
		return true;
	for (size_t i = at - o->at; i < at - o->at + c->size; i++)
		if (o->device_owns[i] != to_device)
			return false;
	return true;
}

void model_sync(struct model *m, const struct call *c, struct expect *e)
{
	static const char *const names[] = {
		"sync-unknown", "sync-out-of-range", "sync-direction-mismatch",
	};
	bool to_device = c->kind == SYNC_FOR_DEVICE;
	struct object *o;
	size_t at, len = c->size;
	int fit;

	if (!is_device(m, c->device)) {
		expect(e, "no-device");
		return;
	}
	if (!good_direction(c->dir)) {
		expect(e, "bad-direction");
		return;
	}
	if (!c->size)
		return;
	at = model_dma_to_ram(m, c->device, c->dma + c->offset);
	o = at == NOWHERE ? NULL : best_for(m, c, at, &fit);
	if (!o)
		fit = 0;
	if (fit < 3)
		expect(e, names[fit]);
	else if (m->lint && is_redundant(c, o, at))
		expect(e, "sync-redundant");
	if (at == NOWHERE)
		return;
	if (len > model_bank_left(m, at))
		len = model_bank_left(m, at);
	if (hand_over(m, c->device, at, len, to_device, c->dir) && !e->check)
		expect(e, "sync-partial-line");
	if (o && moves_by_sync(o))
		for (size_t i = at - o->at; i < o->size && i < at - o->at + len; i++)
			o->device_owns[i] = to_device;
}
