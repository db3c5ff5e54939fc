// SPDX-License-Identifier: MIT
/* The model's allocations: what is refused, and whether what came is any good. */
#include "model.h"

#include <string.h>

#define LARGEST (4ul << 20)

#define NO_ALLOCATION_ATTRS (DMA_ATTR_MMIO | DMA_ATTR_CC_SHARED)
#define ZONES               (__GFP_DMA | __GFP_DMA32 | __GFP_HIGHMEM)

/* Is it the turn of this call to fail, after dmalab_machine_fail_nth()? */
bool model_fails_by_order(struct model *m)
{
	return m->fail_nth && --m->fail_nth == 0;
}

/* Does the page allocator have the page? */
static bool page_is_free(const struct model *m, size_t page)
{
	for (unsigned i = 0; i < m->nr_objects; i++) {
		const struct object *o = &m->object[i];

		if (o->live && o->kind != MAPPING && page + 4096 > o->at &&
		    page < o->at + o->block)
			return false;
	}
	return true;
}

/* A power of two of pages that holds it. */
static size_t block_of(size_t size)
{
	size_t block = 4096;

	while (block < size)
		block *= 2;
	return block;
}

/*
 * Is there a free block in memory that ends at or below @limit, physically?
 * Memory is taken from a bank only if the device reaches all of that bank.
 */
static bool has_free_block(const struct model *m, size_t block, u64 limit, bool high)
{
	size_t low = model_bank_left(m, 0);

	for (size_t at = 0; at < m->ram; at += 4096) {
		size_t start = at < low ? 0 : low, end = at < low ? low : bounce_pool(m);
		u64 last = at < low ? 0x800000 + low - 1 : 0x40000000 + (m->ram - low) - 1;
		bool is_free = true;

		if ((at - start) % block || at + block > end || last > limit)
			continue;
		if (at >= low && !high)
			continue;
		for (size_t page = at; page < at + block; page += 4096)
			is_free &= page_is_free(m, page);
		if (is_free)
			return true;
	}
	return false;
}

static u64 reach(const struct model *m, int device)
{
	const struct model_device *d = &m->device[device];
	u64 limit = model_bus_limit(d, true);

	if (!d->window)
		return limit;
	if (limit < WINDOW_DMA)
		return 0;
	return limit - WINDOW_DMA < d->window ? limit - WINDOW_DMA + WINDOW_CPU :
		WINDOW_CPU + d->window - 1;
}

static enum object_kind kind_of(const struct call *c)
{
	if (c->kind == ALLOC_NONCOHERENT || c->kind == ALLOC_PAGES)
		return NONCOHERENT;
	return c->attrs & DMA_ATTR_NO_KERNEL_MAPPING ? HANDLE : COHERENT;
}

static const char *refusal(const struct model *m, const struct call *c)
{
	bool moves = kind_of(c) == NONCOHERENT;

	if (!is_device(m, c->device))
		return "no-device";
	if (moves && !good_direction(c->dir))
		return "bad-direction";
	if (!c->size)
		return "zero-size";
	/* Bits 1, 2, 4 to 13. */
	if (!moves && (c->attrs & (~0x3ff6ul | NO_ALLOCATION_ATTRS)))
		return "bad-attrs";
	if (c->gfp & __GFP_COMP)
		return "compound-gfp";
	if (moves && (c->gfp & ZONES))
		return "zone-gfp";
	if (!m->device[c->device].coherent_mask)
		return "mask-unset";
	return NULL;
}

/* All bytes of the block were handed to nobody before. */
static bool overlaps(const struct model *m, size_t at, size_t block)
{
	for (size_t page = at; page < at + block; page += 4096)
		if (!page_is_free(m, page))
			return true;
	return false;
}

/* Does the pointer lead to @at in the view whose base we have seen, or see now? */
static bool leads_to(uintptr_t *base, const void *cpu, size_t at)
{
	if (!*base)
		*base = (uintptr_t)cpu - at;
	return (uintptr_t)cpu == *base + at;
}

static const char *inspect(struct model *m, const struct call *c, const struct outcome *o,
			   const struct object *obj)
{
	u64 limit = model_bus_limit(&m->device[c->device], true);

	if (obj->at == NOWHERE || obj->at + obj->block > bounce_pool(m))
		return "a DMA address of RAM";
	if (overlaps(m, obj->at, obj->block))
		return "memory that nobody has";
	if (obj->at % obj->block && (obj->at - model_bank_left(m, 0)) % obj->block)
		return "an aligned address";
	if (o->dma + c->size - 1 > limit)
		return "an address within the mask";
	if (machine_translates(m) && o->dma % obj->block)
		return "an aligned DMA address";
	if (!leads_to(obj->kind == HANDLE ? &m->cookies : obj->cached ? &m->cached :
		      &m->uncached, o->cpu, obj->at))
		return "a pointer to the memory at the DMA address";
	return model_inspect_address(m, obj);
}

/* Behind an IOMMU the DMA address tells nothing of the memory, but the pointer does. */
static size_t memory_of(const struct model *m, const struct call *c, const struct outcome *o)
{
	size_t at;

	if (machine_translates(m))
		model_view(m, o->cpu, &at);
	else
		at = model_place_to_ram(m, model_place(m, c->device, o->dma));
	return at;
}

/* What the memory is like when the caller gets it. */
static void prepare(struct model *m, const struct object *o)
{
	bool bypass = !machine_is_coherent(m) && !o->cached;
	struct dispute none = { 0 };

	model_touch(m, o->at, o->room);
	for (size_t page = o->at / 4096; page < (o->at + o->room) / 4096; page++) {
		m->bypass[page] = bypass;
		m->uncached_now[page] = false;
	}
	if (bypass)
		cache_is_flushed(m, o->at, o->room);
	else if (o->kind != HANDLE)
		cpu_stores(m, o->at, o->room, &none); /* zeroes */
	if (o->kind != HANDLE) {
		memset(m->known + o->at, 0, o->room);
		memset(m->known + o->at, 1, o->size);
		memset(m->value + o->at, 0, o->size);
	}
	if (bypass && o->kind == COHERENT)
		for (size_t page = o->at / 4096; page < (o->at + o->room) / 4096; page++)
			m->uncached_now[page] = true;
}

void model_alloc(struct model *m, const struct call *c, const struct outcome *o,
		 struct expect *e)
{
	const char *refused = refusal(m, c);
	struct object obj = {
		.kind = kind_of(c), .device = c->device, .size = c->size, .cpu = o->cpu,
		.dma = o->dma, .dir = c->dir, .attrs = c->attrs,
		.room = model_pages(c->size),
	};
	bool full;

	if (refused)
		expect(e, refused);
	if (refused || c->size > LARGEST || model_fails_by_order(m)) {
		if (o->cpu)
			e->wrong = "NULL";
		return;
	}
	obj.block = block_of(c->size);
	obj.atomic = obj.kind == COHERENT && !m->device[c->device].snoops &&
		     !(c->gfp & __GFP_DIRECT_RECLAIM);
	if ((c->gfp & __GFP_DIRECT_RECLAIM) && m->atomic_size - m->atomic_used < ATOMIC_POOL)
		m->atomic_size *= 2;
	full = obj.atomic && m->atomic_used + obj.block > m->atomic_size;
	if (!o->cpu) {
		u64 limit = reach(m, c->device);

		if (machine_translates(m))
			limit = limit < FEW_ADDRESSES ? 0 : ~0ull;
		if (!full && has_free_block(m, obj.block, limit, true) && !m->device[c->device].window)
			e->wrong = "memory: there is some";
		return;
	}
	obj.life = m->device[c->device].life;
	obj.at = memory_of(m, c, o);
	obj.place = model_place(m, c->device, o->dma);
	obj.cached = obj.kind == NONCOHERENT ||
		     (obj.kind == COHERENT && m->device[c->device].snoops);
	if (machine_is_coherent(m) && obj.kind != HANDLE)
		obj.cached = true;
	e->wrong = full ? "NULL: the atomic pool is used up" : inspect(m, c, o, &obj);
	if (e->wrong)
		return;
	m->atomic_used += obj.atomic ? obj.block : 0;
	prepare(m, model_add(m, &obj));
}

/* --------------------------------------------------------------- kmalloc */

static void answer_ksize(struct model *m, const struct call *c, const struct outcome *o,
			 struct expect *e)
{
	size_t room = 0;

	for (unsigned i = 0; i < m->nr_objects; i++)
		if (m->object[i].live && m->object[i].kind == KMALLOCED &&
		    m->object[i].cpu == c->cpu)
			room = m->object[i].room;
	if ((size_t)o->result != room)
		e->wrong = "the room behind the pointer";
}

static const char *inspect_kmalloc(const struct model *m, const struct call *c,
				   const struct object *obj, enum view view)
{
	if (view != CACHED || obj->room < c->size || obj->room > m->ram - obj->at)
		return "a cached pointer with room for the size";
	for (size_t i = 0; i < obj->room; i++)
		if (m->allocated[obj->at + i])
			return "memory that nobody has";
	if (obj->at % machine_dma_align(m) || obj->room % machine_dma_align(m))
		return "memory aligned for DMA";
	if ((c->gfp & __GFP_DMA) && model_bank_left(m, 0) <= obj->at)
		return "memory of the DMA zone";
	return NULL;
}

/* @o->result: what ksize() says of it. */
void model_kmalloc(struct model *m, const struct call *c, const struct outcome *o,
		   struct expect *e)
{
	struct object obj = {
		.kind = KMALLOCED, .device = DEVICE_NULL, .size = c->size, .cpu = o->cpu,
		.room = o->result, .cached = true,
	};
	enum view view = model_view(m, o->cpu, &obj.at);
	struct dispute none = { 0 };

	if (c->kind == KSIZE) {
		answer_ksize(m, c, o, e);
		return;
	}
	if (!c->size) {
		if (o->cpu != (void *)16)
			e->wrong = "ZERO_SIZE_PTR";
		return;
	}
	if (c->size > LARGEST || model_fails_by_order(m)) {
		if (o->cpu)
			e->wrong = "NULL";
		return;
	}
	if (!o->cpu) {
		if (has_free_block(m, block_of(c->size), ~0ull, !(c->gfp & __GFP_DMA)))
			e->wrong = "memory: there is some";
		return;
	}
	obj.block = obj.room;
	e->wrong = inspect_kmalloc(m, c, &obj, view);
	if (e->wrong)
		return;
	model_touch(m, obj.at, obj.room);
	for (size_t page = obj.at / 4096; page * 4096 < obj.at + obj.room; page++)
		m->bypass[page] = false;
	memset(m->known + obj.at, 0, obj.room);
	if (c->kind == KZALLOC || (c->gfp & __GFP_ZERO)) {
		cpu_stores(m, obj.at, obj.room, &none);
		memset(m->known + obj.at, 1, obj.size);
		memset(m->value + obj.at, 0, obj.size);
	}
	model_add(m, &obj);
}
