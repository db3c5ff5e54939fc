// SPDX-License-Identifier: MIT
/*
 * The model's noncontiguous memory, which is noncoherent memory that a list describes,
 * and lists of coherent memory.
 */
#include "inside.h"

#include <errno.h>

static const char *inspect_table(const struct call *c, const struct outcome *o)
{
	const struct scatterlist *sg = o->sgt->sgl;

	if (o->sgt->nents != 1 || o->sgt->orig_nents != 1)
		return "a list of one entry";
	if (sg->offset || sg->length != model_pages(c->size) ||
	    sg_dma_len(sg) != model_pages(c->size))
		return "an entry of all the pages";
	return NULL;
}

static void alloc(struct model *m, const struct call *c, const struct outcome *o,
		  struct expect *e)
{
	model_alloc(m, c, o, e);
	if (o->sgt && !e->wrong)
		e->wrong = inspect_table(c, o);
}

/* Whoever wrote the list: is its one entry where noncontiguous memory begins? */
bool model_sync_table(struct model *m, const struct call *c, struct expect *e)
{
	u64 place = model_place(m, c->device, c->dma);
	struct call call = *c;
	const struct object *o;

	for_each_near(o, m, by_place, place, 1) {
		if (o->kind != NONCONTIGUOUS || o->place != place || o->dma != c->dma ||
		    c->nents != 1)
			continue;
		call.kind = c->kind == SYNC_LIST_FOR_DEVICE ? SYNC_FOR_DEVICE : SYNC_FOR_CPU;
		call.size = o->size;
		call.offset = 0;
		model_sync(m, &call, e);
		return true;
	}
	return false;
}

static void sync(struct model *m, const struct call *c, struct expect *e)
{
	struct call call = *c;

	call.kind = c->kind == TABLE_SYNC_FOR_DEVICE ? SYNC_LIST_FOR_DEVICE : SYNC_LIST_FOR_CPU;
	call.nr_entries = 1;
	call.entry[0].dma = c->dma;
	if (c->no_table) {
		call.dma = DMA_MAPPING_ERROR;
		call.nents = 0;
	}
	model_sync_list(m, &call, e);
}

static void vmap(struct model *m, const struct call *c, const struct outcome *o,
		 struct expect *e)
{
	const void *cpu = c->no_table ? NULL : c->cpu;

	if (!is_device(m, c->device)) {
		expect(e, "no-device");
		cpu = NULL;
	}
	if (o->cpu != cpu)
		e->wrong = cpu ? "the cached pointer" : "NULL";
}

/* The coherent memory that begins at the address and has room for the size. */
const struct object *model_coherent_at(const struct model *m, const struct call *c)
{
	u64 place = model_place(m, c->device, c->dma);

	const struct object *o;

	for_each_near(o, m, by_place, place, 1)
		if ((is_coherent_memory(o) || o->kind == HANDLE) &&
		    belongs_to(m, o, c->device) && o->place == place && c->size &&
		    c->size <= o->room)
			return o;
	return NULL;
}

static void get(struct model *m, const struct call *c, const struct outcome *o,
		struct expect *e)
{
	const struct entry *entry = &o->entry[0];
	const struct object *found;
	int result = 0;

	if (!is_device(m, c->device))
		expect(e, "no-device");
	found = model_coherent_at(m, c);
	if (!found)
		result = -ENXIO;
	else if (model_fails_by_order(m, o->result == -ENOMEM))
		result = -ENOMEM;
	if (o->result != result)
		e->wrong = result ? "another error" : "a list: there is such memory";
	else if (!result && (page_address(entry->page) != (void *)(m->cached + found->at) ||
			     entry->offset || entry->length != model_pages(c->size)))
		e->wrong = "the pages of the memory";
}

void model_table(struct model *m, const struct call *c, const struct outcome *o,
		 struct expect *e)
{
	switch (c->kind) {
	case TABLE_ALLOC:
		alloc(m, c, o, e);
		break;
	case TABLE_FREE:
		if (!c->no_table)
			model_free(m, c, e);
		break;
	case TABLE_SYNC_FOR_DEVICE:
	case TABLE_SYNC_FOR_CPU:
		sync(m, c, e);
		break;
	case TABLE_VMAP:
		vmap(m, c, o, e);
		break;
	case TABLE_VUNMAP:
		if (!is_device(m, c->device))
			expect(e, "no-device");
		break;
	default:
		get(m, c, o, e);
	}
}
