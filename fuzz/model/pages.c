// SPDX-License-Identifier: MIT
/* The model's pages: blocks of them, and who holds references. */
#include "inside.h"

#define HIGHEST_ORDER 10

const struct object *model_block_at(const struct model *m, size_t at)
{
	const struct object *o;

	for_each_near(o, m, by_ram, at, 1)
		if ((o->kind == PAGE_BLOCK || o->kind == EXACT_BLOCK) && at >= o->at &&
		    at - o->at < o->room)
			return o;
	return NULL;
}

/* One of the objects that keep the page from being free: they are of one size. */
const struct object *model_slab_at(const struct model *m, size_t at)
{
	const struct object *o;

	if (at >= m->ram || !frame_at(m, at)->takers)
		return NULL;
	for_each_near(o, m, by_ram, at & -(size_t)FRAME, FRAME)
		if (is_slab_object(o) && at / FRAME >= o->at / FRAME &&
		    at / FRAME <= (o->at + o->block - 1) / FRAME)
			return o;
	return NULL;
}

/* Where the page is whose references count for the one at @at. */
static size_t head_of(const struct model *m, size_t at)
{
	const struct object *slab = model_slab_at(m, at), *block = model_block_at(m, at);

	return slab && slab->stride > FRAME ? slab->at : block ? block->at : at;
}

/* The last one of a block is its owner's, and takes the block with it. */
bool model_drops_reference(struct model *m, size_t at)
{
	size_t head = head_of(m, at);

	if (frame_at(m, head)->refs < 1 + !!model_block_at(m, at))
		return false;
	frame_of(m, head)->refs--;
	return true;
}

void model_page_refs(struct model *m, const struct call *c, const struct outcome *o,
		     struct expect *e)
{
	const struct object *block;
	size_t at, order = 0;
	const void *head;
	long count;

	if (model_view(m, c->cpu, &at) != CACHED) {
		if (c->kind == PAGE_COUNT && (o->result || o->page != c->page || o->dma))
			e->wrong = "no references";
		return;
	}
	if (c->kind == PAGE_GET) {
		frame_of(m, head_of(m, at))->refs++;
		return;
	}
	block = model_block_at(m, at);
	count = frame_at(m, head_of(m, at))->refs;
	if (model_slab_at(m, at) || (!block && (unit_at(m, at & -(size_t)FRAME)->allocated & 1)))
		count++;
	head = block && block->compound ? block->cpu : c->cpu;
	while (block && block->compound && block->at == at && 4096ul << order < block->size)
		order++;
	if (o->result != count)
		e->wrong = "another number of references";
	else if (page_address(o->page) != head || o->dma != order)
		e->wrong = "the head of the block, and its order";
}

static const char *inspect(struct model *m, const struct call *c, const struct object *obj,
			   enum view view)
{
	if (view != CACHED || obj->block > m->ram - obj->at)
		return "a cached pointer";
	if (model_is_taken(m, obj->at, obj->block))
		return "memory that nobody has";
	if (obj->at % obj->block && (obj->at - model_bank_left(m, 0)) % obj->block)
		return "an aligned address";
	if ((c->gfp & __GFP_DMA) && model_bank_left(m, 0) <= obj->at)
		return "memory of the DMA zone";
	return NULL;
}

void model_pages_alloc(struct model *m, const struct call *c, const struct outcome *o,
		       struct expect *e)
{
	bool exact = c->kind == EXACT_ALLOC;
	bool too_large = exact ? c->size > 4096ul << HIGHEST_ORDER : c->number > HIGHEST_ORDER;
	size_t size = exact ? model_pages(c->size) : 4096ul << c->number;
	struct object obj = {
		.kind = exact ? EXACT_BLOCK : PAGE_BLOCK, .device = DEVICE_NULL, .size = size,
		.room = size, .block = model_block_of(too_large ? 1 : size), .cpu = o->cpu,
		.cached = true, .compound = !exact && c->number && (c->gfp & __GFP_COMP),
	};
	enum view view = model_view(m, o->cpu, &obj.at);

	if (exact && (!c->size || too_large)) {
		e->wrong = o->cpu ? "NULL" : NULL;
		return;
	}
	model_might_alloc(e, c->gfp);
	if (too_large || model_fails_by_order(m, !o->cpu)) {
		e->wrong = o->cpu ? "NULL" : NULL;
		return;
	}
	if (!o->cpu) {
		if (model_has_free_block(m, obj.block, c->gfp))
			e->wrong = "memory: there is some";
		return;
	}
	e->wrong = inspect(m, c, &obj, view);
	if (e->wrong)
		return;
	model_hand_out(m, &obj, c->gfp & __GFP_ZERO, obj.room);
	for (size_t at = obj.at; at < obj.at + obj.room; at += FRAME) {
		frame_of(m, at)->was_block = obj.kind;
		frame_of(m, at)->refs = at == obj.at;
	}
	model_add(m, &obj);
}

void model_virt_to_page(struct model *m, const struct call *c, const struct outcome *o,
			struct expect *e)
{
	const struct object *obj;
	size_t at;
	enum view view = model_view(m, c->cpu, &at);

	if (view == NO_VIEW) {
		if (o->page)
			e->wrong = "NULL";
		return;
	}
	if (view == CACHED) {
		for_each_near(obj, m, by_ram, at, 1)
			if ((is_coherent_memory(obj) || obj->kind == HANDLE) && at >= obj->at &&
			    at - obj->at < obj->room)
				expect(e, "page-of-coherent");
	} else {
		expect(e, "page-of-coherent");
	}
	if (view == COOKIE) {
		if (o->page)
			e->wrong = "NULL";
	} else if (!o->page || (uintptr_t)o->cpu != m->cached + at / 4096 * 4096) {
		e->wrong = "the page that the address lies in";
	}
}
