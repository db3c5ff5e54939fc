// SPDX-License-Identifier: MIT
/* The model's allocations: what is refused, and whether what came is any good. */
#include "inside.h"

#define LARGEST (4ul << 20)

#define NO_ALLOCATION_ATTRS (DMA_ATTR_MMIO | DMA_ATTR_CC_SHARED)
#define ZONES               (__GFP_DMA | __GFP_DMA32 | __GFP_HIGHMEM)

/* Is it the turn of this call to fail, after dmalab_machine_fail_nth() or _every()? */
bool model_fails_by_order(struct model *m, bool failed)
{
	bool fails = m->fail_nth && --m->fail_nth == 0;

	/* Which ones are drawn by lot, only the library knows. */
	return fails || m->fail_every == 1 || (m->fail_every && failed);
}

/* Does somebody have one of the pages from @at on? */
static bool pages_are_taken(const struct model *m, size_t at, size_t size)
{
	size_t page = at / FRAME, end = (at + size) / FRAME, n;

	for (; page < end; page += n) {
		n = min_size(64 - page % 64, end - page);
		if (m->taken[page / 64] & bytes_mask(page % 64, n))
			return true;
	}
	return false;
}

/* A power of two of pages that holds it. */
size_t model_block_of(size_t size)
{
	size_t block = 4096;

	while (block < size)
		block *= 2;
	return block;
}

static bool bank_has_free_block(const struct model *m, size_t block, size_t start, size_t end)
{
	for (size_t at = start; at + block <= end; at += block)
		if (!pages_are_taken(m, at, block))
			return true;
	return false;
}

/*
 * Is there a free block in memory that ends at or below @limit, physically?
 * Memory is taken from a bank only if the device reaches all of that bank.
 */
static bool has_free_block(const struct model *m, size_t block, u64 limit, bool high)
{
	size_t low = model_bank_left(m, 0);

	if (model_ram_to_phys(m, low - 1) <= limit && bank_has_free_block(m, block, 0, low))
		return true;
	return high && model_ram_to_phys(m, m->ram - 1) <= limit &&
	       bank_has_free_block(m, block, low, bounce_pool(m));
}

bool model_has_free_block(const struct model *m, size_t block, gfp_t gfp)
{
	return has_free_block(m, block, ~0ull, !(gfp & __GFP_DMA));
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
	if (c->kind == TABLE_ALLOC)
		return NONCONTIGUOUS;
	return c->attrs & DMA_ATTR_NO_KERNEL_MAPPING ? HANDLE : COHERENT;
}

static const char *refusal(const struct model *m, const struct call *c)
{
	bool table = c->kind == TABLE_ALLOC;
	bool moves = table || c->kind == ALLOC_NONCOHERENT || c->kind == ALLOC_PAGES;

	if (!is_device(m, c->device))
		return "no-device";
	if (table && (c->attrs & ~DMA_ATTR_ALLOC_SINGLE_PAGES))
		return "bad-attrs";
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
	if (pages_are_taken(m, obj->at, obj->block))
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

	for (size_t at = o->at; at < o->at + o->room; at += FRAME) {
		frame_of(m, at)->bypass = bypass;
		frame_of(m, at)->uncached = false;
	}
	if (!bypass && o->kind != HANDLE) {
		model_zero(m, o->at, o->room, o->size);
		return;
	}
	model_written(m, o->at, o->room);
	if (bypass)
		cache_is_flushed(m, o->at, o->room);
	if (o->kind == HANDLE) {
		model_fresh(m, o->at, o->size);
		return;
	}
	model_knows_zeroes(m, o->at, o->room, o->size);
	for (size_t at = o->at; bypass && at < o->at + o->room; at += FRAME)
		frame_of(m, at)->uncached = true;
}

/* Coherent memory that must not sleep comes from a pool, which others let grow. */
bool model_atomic_is_full(struct model *m, const struct call *c, struct object *obj)
{
	bool may_sleep = c->gfp & __GFP_DIRECT_RECLAIM;

	obj->atomic = is_coherent_memory(obj) && !m->device[c->device].snoops && !may_sleep;
	if (may_sleep && m->atomic_size - m->atomic_used < ATOMIC_POOL)
		m->atomic_size *= 2;
	return obj->atomic && m->atomic_used + obj->block > m->atomic_size;
}

/* Behind an IOMMU pages are put together for whoever may sleep and does not mind. */
static bool is_remapped(const struct model *m, const struct call *c, const struct object *obj)
{
	if (obj->kind != COHERENT || !(c->gfp & __GFP_DIRECT_RECLAIM))
		return false;
	if (machine_translates(m) && !(c->attrs & DMA_ATTR_FORCE_CONTIGUOUS))
		return true;
	return machine_remaps(m) && !m->device[c->device].snoops;
}

bool model_reaches_free_block(const struct model *m, int device, size_t block)
{
	u64 limit = reach(m, device);

	if (machine_translates(m))
		limit = limit < FEW_ADDRESSES ? 0 : ~0ull;
	return has_free_block(m, block, limit, true) && !m->device[device].window;
}

const char *model_refuses_coherent(const struct model *m, const struct call *c)
{
	return refusal(m, c);
}

/* With kind, device, sizes, cpu and dma set. Returns what is wrong with it, or NULL. */
const char *model_new_coherent(struct model *m, const struct call *c, const struct outcome *o,
			       struct object *obj)
{
	const char *wrong;

	obj->life = m->device[c->device].life;
	obj->at = memory_of(m, c, o);
	obj->place = model_place(m, c->device, o->dma);
	obj->cached = is_noncoherent(obj) ||
		      (is_coherent_memory(obj) && m->device[c->device].snoops);
	if (machine_is_coherent(m) && obj->kind != HANDLE)
		obj->cached = true;
	wrong = inspect(m, c, o, obj);
	if (wrong)
		return wrong;
	m->atomic_used += obj->atomic ? obj->block : 0;
	obj->remapped = is_remapped(m, c, obj);
	obj->made = ++m->nr_made;
	prepare(m, model_add(m, obj));
	return NULL;
}

void model_alloc(struct model *m, const struct call *c, const struct outcome *o,
		 struct expect *e)
{
	const char *refused = refusal(m, c);
	struct object obj = {
		.kind = kind_of(c), .device = c->device, .size = c->size, .cpu = o->cpu,
		.dma = o->dma, .dir = c->dir, .attrs = c->attrs,
		.room = model_pages(c->size), .managed = c->kind == M_ALLOC,
	};
	bool full;

	if (refused)
		expect(e, refused);
	else if (obj.managed) /* its record is of kmalloc() */
		model_might_kmalloc(e, c->gfp);
	else
		model_might_alloc(e, c->gfp);
	if (refused || c->size > LARGEST || model_fails_by_order(m, !o->cpu)) {
		if (o->cpu)
			e->wrong = "NULL";
		return;
	}
	obj.block = model_block_of(c->size);
	full = model_atomic_is_full(m, c, &obj);
	if (!o->cpu) {
		if (!full && model_reaches_free_block(m, c->device, obj.block))
			e->wrong = "memory: there is some";
		return;
	}
	if (full)
		e->wrong = "NULL: the atomic pool is used up";
	else
		e->wrong = model_new_coherent(m, c, o, &obj);
}

/* --------------------------------------------------------------- kmalloc */

static void answer_ksize(struct model *m, const struct call *c, const struct outcome *o,
			 struct expect *e)
{
	size_t room = 0, at;
	struct object *obj;

	if (model_view(m, c->cpu, &at) == CACHED)
		for_each_near(obj, m, by_ram, at, 1) {
			if (!is_slab_object(obj) || obj->cpu != c->cpu)
				continue;
			room = obj->room;
			obj->whole = obj->kind != CACHE_OBJECT;
		}
	if ((size_t)o->result != room)
		e->wrong = "the room behind the pointer";
}

bool model_is_taken(const struct model *m, size_t at, size_t len)
{
	const struct object *o;

	for_each_near(o, m, by_ram, at, len)
		if (o->kind != MAPPING && at < o->at + o->block && o->at < at + len)
			return true;
	return false;
}

/* What kmalloc() takes for it: a power of two that no object shares a line with. */
size_t model_room_of(const struct model *m, size_t size)
{
	size_t room = 32;

	while (room < machine_dma_align(m))
		room *= 2;
	while (room < size && room < LARGEST)
		room *= 2;
	return room;
}

static const char *inspect_kmalloc(const struct model *m, const struct call *c,
				   const struct object *obj, enum view view)
{
	if (view != CACHED || obj->room > m->ram - obj->at)
		return "a cached pointer with room for the size";
	if (model_is_taken(m, obj->at, obj->room))
		return "memory that nobody has";
	if (obj->at % machine_dma_align(m))
		return "memory aligned for DMA";
	if ((c->gfp & __GFP_DMA) && model_bank_left(m, 0) <= obj->at)
		return "memory of the DMA zone";
	return NULL;
}

/* With cpu, size, room and kind set. Returns what is wrong with it, or NULL. */
const char *model_new_slab_object(struct model *m, const struct call *c, struct object *obj)
{
	enum view view = model_view(m, obj->cpu, &obj->at);
	const char *wrong;

	obj->block = obj->stride = obj->room;
	obj->cached = true;
	wrong = inspect_kmalloc(m, c, obj, view);
	if (wrong)
		return wrong;
	obj->made = ++m->nr_made;
	model_hand_out(m, obj, c->kind == KZALLOC || (c->gfp & __GFP_ZERO), obj->size);
	model_add(m, obj);
	return NULL;
}

void model_kmalloc(struct model *m, const struct call *c, const struct outcome *o,
		   struct expect *e)
{
	struct object obj = {
		.kind = KMALLOCED, .device = DEVICE_NULL, .size = c->size, .cpu = o->cpu,
		.room = model_room_of(m, c->size),
	};

	if (c->kind == KSIZE) {
		answer_ksize(m, c, o, e);
		return;
	}
	if (!c->size) {
		if (o->cpu != (void *)16)
			e->wrong = "ZERO_SIZE_PTR";
		return;
	}
	model_might_kmalloc(e, c->gfp);
	if (c->size > LARGEST || model_fails_by_order(m, !o->cpu)) {
		if (o->cpu)
			e->wrong = "NULL";
		return;
	}
	if (!o->cpu) {
		if (model_has_free_block(m, model_block_of(c->size), c->gfp))
			e->wrong = "memory: there is some";
		return;
	}
	e->wrong = model_new_slab_object(m, c, &obj);
}
