// SPDX-License-Identifier: MIT
/* The model's releases of plain memory: kfree() and its like. */
#include "inside.h"

/* What the call releases; PAGE_BLOCK: also put_page(). */
enum target { BY_KFREE, BY_CACHE, BY_DEVM, BY_PAGES, BY_EXACT, BY_VFREE };

static enum target target_of(const struct call *c)
{
	switch (c->kind) {
	case CACHE_FREE:
		return BY_CACHE;
	case DEVM_FREE:
		return BY_DEVM;
	case PAGES_FREE:
	case PAGES_FREE_ADDRESS:
	case PAGE_PUT:
		return BY_PAGES;
	case EXACT_FREE:
		return BY_EXACT;
	case VFREE:
		return BY_VFREE;
	default:
		return BY_KFREE;
	}
}

/*
 * What was on a page of small objects is known as long as others live there. They are
 * of one size: which place does the pointer lead to, and is that taken?
 */
static bool was_slab_object(const struct model *m, size_t at)
{
	const struct object *on_page = model_slab_at(m, at), *o;
	size_t start, nr, index;

	if (!on_page)
		return false;
	start = on_page->stride > 4096 ? on_page->at : at / 4096 * 4096;
	nr = on_page->stride > 4096 ? 1 : 4096 / on_page->stride;
	index = (at - start) / on_page->stride;
	if (index >= nr)
		return false;
	start += index * on_page->stride;
	for_each_near(o, m, by_ram, start, 1)
		if (is_slab_object(o) && o->at == start)
			return false; /* inside of a live one */
	return true;
}

static bool was_pages(const struct model *m, size_t at, enum target target)
{
	enum object_kind kind = target == BY_EXACT ? EXACT_BLOCK : PAGE_BLOCK;

	if (target != BY_PAGES && target != BY_EXACT)
		return false;
	return !model_block_at(m, at) && !model_slab_at(m, at) &&
	       frame_at(m, at)->was_block == kind &&
	       !(unit_at(m, at & -(size_t)FRAME)->allocated & 1);
}

static void expect_unknown(const struct model *m, const void *cpu, enum target target,
			   struct expect *e)
{
	const struct model_vmalloc *area = model_vmalloc_at(m, cpu);
	size_t at;
	bool was = false;

	if (model_view(m, cpu, &at) == CACHED)
		was = was_slab_object(m, at) || was_pages(m, at, target);
	else if (area)
		was = !area->live && target == BY_VFREE;
	expect(e, was ? "double-free" : "free-unknown");
}

static bool is_right(const struct model *m, const struct call *c, const struct object *o)
{
	switch (target_of(c)) {
	case BY_KFREE:
		return o->kind == KMALLOCED || o->kind == CACHE_OBJECT;
	case BY_CACHE:
		return o->kind == CACHE_OBJECT && o->cache == m->cache[c->number].life;
	case BY_DEVM:
		return o->kind == DEVM_OBJECT;
	case BY_PAGES:
		return o->kind == PAGE_BLOCK;
	case BY_EXACT:
		return o->kind == EXACT_BLOCK;
	default:
		return false;
	}
}

/* It says how many pages it frees, and that is wrong. */
static bool is_size_wrong(const struct call *c, const struct object *o)
{
	if (c->kind == PAGES_FREE || c->kind == PAGES_FREE_ADDRESS)
		return c->number > 10 || 4096ul << c->number != o->size;
	return c->kind == EXACT_FREE && model_pages(c->size) != o->size;
}

static void release_vmalloc(struct model *m, const struct call *c, struct expect *e)
{
	if (target_of(c) != BY_VFREE)
		expect(e, "free-wrong-function");
	model_vmalloc_end(m, model_vmalloc_at(m, c->cpu));
}

static void release_object(struct model *m, const struct call *c, struct object *o,
			   struct expect *e)
{
	if (!is_right(m, c, o))
		expect(e, "free-wrong-function");
	else if (target_of(c) == BY_DEVM && !belongs_to(m, o, c->device))
		expect(e, "free-wrong-device");
	else if (is_size_wrong(c, o))
		expect(e, "free-size-mismatch");
	else if (model_is_mapped(m, o->at, o->room))
		expect(e, "free-while-mapped");
	if (o->kind == PAGE_BLOCK || o->kind == EXACT_BLOCK)
		frame_of(m, o->at)->refs = 0;
	model_remove(m, o);
}

/* The plain memory that begins there, or NULL. */
struct object *model_plain_at(const struct model *m, const void *cpu)
{
	struct object *o;
	size_t at;

	if (model_view(m, cpu, &at) != CACHED)
		return NULL;
	for_each_near(o, m, by_ram, at, 1)
		if (is_plain(o) && o->cpu == cpu)
			return o;
	return NULL;
}

static void release_pointer(struct model *m, const struct call *c, struct expect *e)
{
	const struct model_vmalloc *area = model_vmalloc_at(m, c->cpu);
	struct object *o;

	if (area && area->live && area->cpu == (uintptr_t)c->cpu) {
		release_vmalloc(m, c, e);
		return;
	}
	o = model_plain_at(m, c->cpu);
	if (o) {
		release_object(m, c, o, e);
		return;
	}
	expect_unknown(m, c->cpu, target_of(c), e);
}

/* Which address does the call free? Tail pages stand for a block that is compound. */
static const void *address_of(const struct model *m, const struct call *c)
{
	const struct object *block;
	size_t at;

	if (c->kind == PAGES_FREE_ADDRESS)
		return (void *)((uintptr_t)c->cpu & ~4095ul);
	if (c->kind != PAGE_PUT || model_view(m, c->cpu, &at) != CACHED)
		return c->cpu;
	block = model_block_at(m, at);
	return block && block->compound ? block->cpu : c->cpu;
}

static void release_pages(struct model *m, const struct call *c, struct expect *e)
{
	const struct object *slab;
	size_t at;

	if (model_view(m, c->cpu, &at) == CACHED) {
		slab = model_slab_at(m, at);
		if (model_drops_reference(m, at))
			return;
		if (slab && slab->stride <= 2048 && target_of(c) == BY_PAGES) {
			expect(e, "free-wrong-function");
			return;
		}
	}
	release_pointer(m, c, e);
}

void model_release_plain(struct model *m, const struct call *c, struct expect *e)
{
	struct call call = *c;

	call.cpu = (void *)address_of(m, c);
	switch (target_of(c)) {
	case BY_PAGES:
		if (c->kind == PAGES_FREE_ADDRESS ? c->cpu != NULL : c->page != NULL)
			release_pages(m, &call, e);
		return;
	case BY_EXACT:
		if (c->cpu)
			release_pages(m, &call, e);
		return;
	case BY_CACHE:
		if (m->cache[c->number].life && c->cpu)
			release_pointer(m, &call, e);
		return;
	case BY_VFREE:
		if (c->cpu)
			release_pointer(m, &call, e);
		return;
	case BY_DEVM:
		if ((uintptr_t)c->cpu > 16 && !is_device(m, c->device))
			expect(e, "no-device");
		else if ((uintptr_t)c->cpu > 16)
			release_pointer(m, &call, e);
		return;
	default:
		if ((uintptr_t)c->cpu > 16)
			release_pointer(m, &call, e);
	}
}

/* Mappings of its own are leaks, and said to be. */
static bool is_mapped_by_others(const struct model *m, const struct object *object, int device)
{
	const struct object *o;

	for_each_near(o, m, by_ram, object->at, object->room)
		if (o->kind == MAPPING && !belongs_to(m, o, device) &&
		    touches(o, object->at, object->room))
			return true;
	return false;
}

void model_release_devm(struct model *m, struct object *o, struct expect *e)
{
	if (is_mapped_by_others(m, o, o->device)) {
		unsigned times = e->times + 1;

		expect_if_none(e, "free-while-mapped");
		e->times = times;
	}
	model_remove(m, o);
}
