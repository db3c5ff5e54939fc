// SPDX-License-Identifier: MIT
/* What is asked of mappings: whether they failed, and whether they end where objects do. */
#include "inside.h"

/* ------------------------------------------------------ dma_mapping_error() */

static bool is_at(const struct model *m, const struct object *o, const struct call *c)
{
	return belongs_to(m, o, c->device) && o->dma == c->dma;
}

/* The latest that is not checked yet, if it is no list; false: nothing is mapped there. */
static bool check_mapping(struct model *m, const struct call *c)
{
	struct object *o, *latest = NULL;
	bool mapped = false;

	for_each_near(o, m, by_dma, c->dma, 1) {
		if (o->kind != MAPPING || !is_at(m, o, c))
			continue;
		mapped = true;
		if (!o->list && !o->checked && (!latest || o->nr > latest->nr))
			latest = o;
	}
	if (latest)
		latest->checked = true;
	return mapped;
}

void model_mapping_error(struct model *m, const struct call *c, const struct outcome *o,
			 struct expect *e)
{
	int result = c->dma == DMA_MAPPING_ERROR ? -ENOMEM : 0;
	const struct object *obj;

	if (o->result != result)
		e->wrong = result ? "-ENOMEM" : "0";
	if (!is_device(m, c->device)) {
		expect(e, "no-device");
		if (result)
			e->or_check = "";
		return;
	}
	if (check_mapping(m, c))
		return;
	for_each_near(obj, m, by_dma, c->dma, 1)
		if (is_allocation(obj) && is_at(m, obj, c))
			expect_if_none(e, "map-error-of-allocation");
}

/* ------------------------------------------------------------- their ends */

static const struct object *object_at(const struct model *m, size_t at)
{
	const struct object *o;

	if (at >= m->ram)
		return NULL;
	for_each_near(o, m, by_ram, at, 1)
		if (is_slab_object(o) && at >= o->at && at - o->at < o->stride)
			return o;
	return NULL;
}

/*
 * Does it begin in an object of kmalloc() or a cache, and end behind what the driver has
 * of that? @joined: it may be several pieces, each of which ends with its object, and of
 * which the last one may lie in other pages.
 */
bool model_runs_past(const struct model *m, const struct object *mapping, bool joined)
{
	const struct object *o;
	size_t end;

	if (mapping->at == NOWHERE)
		return false;
	for (o = object_at(m, mapping->at); o; o = object_at(m, end)) {
		end = o->at + (o->whole ? o->room : o->size);
		if (end >= mapping->at + mapping->size)
			return false;
		if (!joined)
			return true;
		if (model_slab_at(m, end) && (!object_at(m, end) || object_at(m, end)->at != end))
			return true;
	}
	return false;
}
