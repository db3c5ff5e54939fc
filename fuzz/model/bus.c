// SPDX-License-Identifier: MIT
/* The model's bus: what a device has to go through to get at memory. */
#include "inside.h"

#define LARGEST_RESOURCE (1ull << 40)

static bool is_within(const struct model_device *d, u64 dma, size_t size)
{
	u64 limit = model_bus_limit(d, false);

	return dma <= limit && size - 1 <= limit - dma;
}

static enum reach reach_resource(const struct model *m, const struct call *c,
				 struct object *obj)
{
	if (machine_bounces(m))
		return FORBIDDEN;
	/* The last address of all is the one that says "no". */
	if (c->phys + c->size - 1 < c->phys || (!machine_translates(m) && c->phys == ~0ull))
		return TOO_HIGH;
	if (c->size > LARGEST_RESOURCE)
		return NO_ROOM;
	if (machine_translates(m)) {
		obj->place = obj->dma;
		return model_bus_limit(&m->device[c->device], false) < FEW_ADDRESSES ?
			MAY_HAVE_NO_ROOM : REACHED;
	}
	obj->place = obj->dma = c->phys;
	return is_within(&m->device[c->device], c->phys, c->size) ? REACHED : TOO_HIGH;
}

/* The slots are where the library says that they are, if there can be any. */
static enum reach reach_slots(const struct model *m, const struct call *c, struct object *obj)
{
	const struct model_device *d = &m->device[c->device];
	u64 pool = model_ram_to_phys(m, bounce_pool(m));

	if (c->attrs & DMA_ATTR_REQUIRE_COHERENT)
		return FORBIDDEN;
	if (d->window)
		pool = pool - WINDOW_CPU + WINDOW_DMA;
	if (!is_within(d, pool, 1))
		return TOO_HIGH;
	if (!bounce_has_room(m, c, obj))
		return NO_ROOM;
	obj->place = model_place(m, c->device, obj->dma);
	obj->bounced = true;
	return REACHED;
}

enum reach model_reach(const struct model *m, const struct call *c, struct object *obj)
{
	const struct model_device *d = &m->device[c->device];
	u64 phys;

	if (obj->at == NOWHERE)
		return reach_resource(m, c, obj);
	if (machine_bounces(m))
		return reach_slots(m, c, obj);
	if (obj->size > model_bank_left(m, obj->at))
		return TOO_HIGH;
	if (machine_translates(m)) {
		obj->place = obj->dma;
		return model_bus_limit(d, false) < FEW_ADDRESSES ? MAY_HAVE_NO_ROOM : REACHED;
	}
	obj->place = obj->dma = phys = model_ram_to_phys(m, obj->at);
	if (d->window) {
		if (phys < WINDOW_CPU || phys - WINDOW_CPU >= d->window)
			return TOO_HIGH;
		obj->dma = phys - WINDOW_CPU + WINDOW_DMA;
	}
	return is_within(d, obj->dma, obj->size) ? REACHED : TOO_HIGH;
}

/* An address that the library chose: is it the object's own, and such as was asked for? */
const char *model_inspect_address(const struct model *m, const struct object *obj)
{
	const struct model_device *d = &m->device[obj->device];
	/* An IOMMU gives out whole pages. */
	u64 unit = machine_translates(m) ? 4096 : 1;
	u64 first = obj->place / unit, last = (obj->place + obj->size - 1) / unit;
	const struct object *o;
	size_t copy;

	if (!machine_translates(m) && !obj->bounced)
		return NULL;
	if (obj->kind == MAPPING && !is_within(d, obj->dma, obj->size))
		return "an address within the mask";
	for_each_near(o, m, by_place, first * unit, (last - first + 1) * unit)
		if ((machine_translates(m) || o->bounced) &&
		    first <= (o->place + o->size - 1) / unit && o->place / unit <= last)
			return "an address that nobody has";
	if (machine_translates(m)) {
		if (obj->at != NOWHERE && (obj->place ^ model_ram_to_phys(m, obj->at)) & 4095)
			return "the offset in the page";
		return NULL;
	}
	copy = model_place_to_ram(m, obj->place);
	if (copy == NOWHERE || copy < bounce_pool(m) || obj->size > m->ram - copy)
		return "slots of the bounce buffer";
	if ((obj->place ^ model_ram_to_phys(m, obj->at)) & d->min_align)
		return "the bits of the address that the device wants kept";
	if (d->boundary && ((obj->place ^ (obj->place + obj->size - 1)) & ~d->boundary))
		return "slots that cross no boundary";
	return NULL;
}

bool model_hand_over(struct model *m, const struct object *o, size_t first, size_t len,
		     bool to_device, int dir)
{
	if (o->bounced)
		bounce_hand_over(m, o, first, len, to_device, dir);
	if (o->bounced || o->at == NOWHERE)
		return false;
	return hand_over(m, o->device, o->at + first, len, to_device, dir);
}

static bool starts_in_object(const struct model *m, const struct call *c, u64 place)
{
	const struct object *o;

	for_each_near(o, m, by_place, place, 1)
		if ((o->kind == MAPPING || o->kind == POOL_BLOCK) &&
		    belongs_to(m, o, c->device) && holds(o, place, 1))
			return true;
	return false;
}

static bool was_there(const struct model *m, const struct call *c)
{
	struct grid_walk w = grid_look(&m->dead, c->dma, 1);
	int nr;

	while ((nr = grid_next(&w)) >= 0) {
		const struct object *o = &m->object[nr];

		if (belongs_to(m, o, c->device) && model_remembers(m, o) &&
		    c->dma - o->dma < o->size)
			return true;
	}
	return false;
}

/* No object allows the access: what is it, then? */
const char *model_stray(const struct model *m, const struct call *c, u64 place)
{
	size_t at = model_pool_at(m, place);
	const struct object *memory = model_pool_memory_at(m, at), *o;

	if (memory && belongs_to(m, memory, c->device))
		return !starts_in_object(m, c, place) && model_block_was(m, at) ?
			"device-use-after-unmap" : "device-out-of-bounds";
	for_each_near(o, m, by_place, place, 1)
		if (belongs_to(m, o, c->device) && o->kind != POOL_BLOCK && holds(o, place, 1))
			return "device-out-of-bounds";
	return was_there(m, c) ? "device-use-after-unmap" : "device-out-of-bounds";
}
