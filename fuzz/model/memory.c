// SPDX-License-Identifier: MIT
/* The model's caches of objects, and what becomes of kmalloc() by other functions. */
#include "inside.h"

#define LARGEST (4ul << 20)

static void expect_pointer(const void *is, const void *shall, struct expect *e)
{
	if (is != shall)
		e->wrong = shall ? (uintptr_t)shall == 16 ? "ZERO_SIZE_PTR" : "the same pointer" :
				   "NULL";
}

/* --------------------------------------------------------------- caches */

/* The alignment that a line asks for: small objects share one. */
static size_t line_align(const struct model *m, size_t size)
{
	size_t line = machine_line(m);

	while (size <= line / 2)
		line /= 2;
	return line;
}

void model_cache_create(struct model *m, const struct call *c, const struct outcome *o,
			struct expect *e)
{
	static unsigned lives;
	unsigned size = c->size; /* the argument has 32 bits */
	size_t align = c->align;
	bool valid = size && size <= LARGEST && align <= 4096 && !(align & (align - 1));

	model_might_sleep(e);
	if (o->result != valid)
		e->wrong = valid ? "a cache" : "NULL";
	if (!valid)
		return;
	if (c->flags & SLAB_HWCACHE_ALIGN && align < line_align(m, size))
		align = line_align(m, size);
	if (align < sizeof(void *))
		align = sizeof(void *);
	m->cache[c->number] = (struct model_cache){
		.life = ++lives, .size = size, .align = align,
		.stride = (size + align - 1) / align * align,
		.gfp = c->flags & SLAB_CACHE_DMA ? __GFP_DMA : 0,
	};
}

static const char *inspect_object(const struct model *m, gfp_t gfp, const struct object *obj,
				  const struct model_cache *cache, enum view view, size_t room)
{
	if (view != CACHED || obj->room > m->ram - obj->at)
		return "a cached pointer";
	if (room != cache->size)
		return "an object of the cache's size";
	if (model_is_taken(m, obj->at, obj->room))
		return "memory that nobody has";
	if (obj->at % cache->align)
		return "memory aligned as was asked for";
	if ((gfp & __GFP_DMA) && model_bank_left(m, 0) <= obj->at)
		return "memory of the DMA zone";
	return NULL;
}

void model_cache_alloc(struct model *m, const struct call *c, const struct outcome *o,
		       struct expect *e)
{
	const struct model_cache *cache = &m->cache[c->number];
	gfp_t gfp = c->gfp | cache->gfp;
	size_t block = model_block_of(cache->stride);
	struct object obj = {
		.kind = CACHE_OBJECT, .device = DEVICE_NULL, .size = cache->size,
		.room = cache->size, .stride = cache->stride, .cpu = o->cpu, .cached = true,
		.cache = cache->life, .block = cache->stride > 4096 ? block : cache->size,
	};
	enum view view = model_view(m, o->cpu, &obj.at);

	if (!cache->life || cache->gone) {
		expect_pointer(o->cpu, NULL, e);
		return;
	}
	model_might_kmalloc(e, c->gfp);
	if (model_fails_by_order(m, !o->cpu)) {
		expect_pointer(o->cpu, NULL, e);
		return;
	}
	if (!o->cpu) {
		if (model_has_free_block(m, block, gfp))
			e->wrong = "memory: there is some";
		return;
	}
	e->wrong = inspect_object(m, gfp, &obj, cache, view, o->result);
	if (e->wrong)
		return;
	model_hand_out(m, &obj, c->kind == CACHE_ZALLOC || (c->gfp & __GFP_ZERO), obj.room);
	model_add(m, &obj);
}

/* ------------------------------------------------- memory of kmalloc()'s kind */

/*
 * Memory of the call's size. False: there is none, or @e says what is wrong. The
 * context is not looked at, nor is a size of 0.
 */
static bool new_object(struct model *m, const struct call *c, const struct outcome *o,
		       enum object_kind kind, struct expect *e)
{
	struct object obj = {
		.kind = kind, .size = c->size, .cpu = o->cpu,
		.room = model_room_of(m, c->size), .device = DEVICE_NULL,
	};

	if (kind == DEVM_OBJECT) {
		obj.device = c->device;
		obj.life = m->device[c->device].life;
	}
	if (c->size > LARGEST || model_fails_by_order(m, !o->cpu)) {
		if (o->cpu)
			e->wrong = "NULL";
		return false;
	}
	if (o->cpu)
		e->wrong = model_new_slab_object(m, c, &obj);
	else if (model_has_free_block(m, model_block_of(c->size), c->gfp))
		e->wrong = "memory: there is some";
	return o->cpu && !e->wrong;
}

void model_devm_alloc(struct model *m, const struct call *c, const struct outcome *o,
		      struct expect *e)
{
	if (!is_device(m, c->device)) {
		expect(e, "no-device");
		expect_pointer(o->cpu, NULL, e);
	} else if (!c->size) {
		expect_pointer(o->cpu, (void *)16, e);
	} else {
		model_might_kmalloc(e, c->gfp);
		new_object(m, c, o, DEVM_OBJECT, e);
	}
}

/*
 * What the CPU reads goes to other memory: those bytes are known there that were known, and
 * that nobody disputes. To be asked before the CPU loads it.
 */
static void take_bytes(const struct model *m, size_t at, unsigned n, bool uncached,
		       struct window *w)
{
	size_t rest = rest_of_page(at, at + n);

	window_load(m, at, n, w);
	w->known &= ~window_disputed(m, w, !uncached && !frame_at(m, at)->bypass, at) |
		    ~bytes_mask(0, rest);
	if (rest < n)
		w->known &= ~window_disputed(m, w, !uncached && !frame_at(m, at + rest)->bypass,
					     at + rest) | bytes_mask(0, rest);
}

void model_kmemdup(struct model *m, const struct call *c, const struct outcome *o,
		   struct expect *e)
{
	/* The new memory may be where the bytes were, if they were nobody's. */
	static struct window taken[MODEL_UNITS];
	struct call read = { .kind = CPU_READ, .cpu = c->cpu, .size = c->size };
	struct outcome nothing = { .bytes = NULL };
	struct expect told = { 0 };
	size_t from, to, len = 0;
	enum view view = model_view(m, c->cpu, &from);

	if (!c->size || c->size > LARGEST) {
		expect_pointer(o->cpu, c->size ? NULL : (void *)16, e);
		return;
	}
	if (view == CACHED || view == UNCACHED)
		len = min_size(c->size, m->ram - from);
	for (size_t i = 0; i < len; i += UNIT)
		take_bytes(m, from + i, min_size(UNIT, len - i), view == UNCACHED,
			   &taken[i / UNIT]);
	model_cpu(m, &read, &nothing, e);
	model_might_kmalloc(&told, c->gfp);
	if (told.check && e->check && strcmp(e->check, told.check) != 0) {
		e->second = told.check;
		e->times = 2;
	} else if (told.check) {
		expect_by(e, told.check, told.rule);
	}
	e->wrong = NULL;
	if (!new_object(m, c, o, KMALLOCED, e))
		return;
	model_view(m, o->cpu, &to);
	cpu_stores(m, to, c->size, NULL);
	bytes_are_unknown(m, to, c->size);
	for (size_t i = 0; i < len; i += UNIT)
		window_store(m, to + i, min_size(UNIT, len - i), &taken[i / UNIT]);
}

static struct object *krealloc_takes(struct model *m, const void *cpu)
{
	struct object *o = model_plain_at(m, cpu);

	return o && (o->kind == KMALLOCED || o->kind == CACHE_OBJECT) ? o : NULL;
}

static void grow_in_place(struct model *m, const struct call *c, struct object *obj)
{
	if (obj->kind == CACHE_OBJECT)
		return;
	if ((c->gfp & __GFP_ZERO) && c->size > obj->size) {
		cpu_stores(m, obj->at + obj->size, c->size - obj->size, NULL);
		bytes_are(m, obj->at + obj->size, c->size - obj->size, 0);
	}
	obj->size = c->size;
	obj->whole = false;
}

/* Of what is moved, the bytes that are not what was stored last. */
static void expect_lost(const struct model *m, const struct object *obj, size_t size,
			struct expect *e)
{
	bool open = false;
	struct dispute d = machine_bounces(m) ?
			   bounce_disputed(m, obj->at, obj->at, size, &open) :
			   disputed(m, true, obj->at, size);

	if (!d.bytes || e->check)
		return;
	model_sees(m, e, d.first);
	expect(e, model_dispute(&d, true));
	e->any_dispute = open;
}

static void move(struct model *m, const struct outcome *o, struct object *obj, struct expect *e)
{
	size_t to, size = obj->whole ? obj->room : obj->size;

	if (model_is_mapped(m, obj->at, obj->room))
		expect_if_none(e, "free-while-mapped");
	expect_lost(m, obj, size, e);
	cpu_loads(m, obj->at, size);
	model_view(m, o->cpu, &to);
	cpu_stores(m, to, size, NULL);
	for (size_t i = 0; i < size; i += UNIT) {
		unsigned n = min_size(UNIT, size - i);
		struct window w;

		take_bytes(m, obj->at + i, n, false, &w);
		window_store(m, to + i, n, &w);
		window_store_unwritten(m, to + i, n, &w);
	}
	model_remove(m, obj);
}

void model_krealloc(struct model *m, const struct call *c, const struct outcome *o,
		    struct expect *e)
{
	struct call kfree = { .kind = KFREE, .cpu = c->cpu };
	struct object *obj = krealloc_takes(m, c->cpu);

	if ((uintptr_t)c->cpu <= 16) {
		if (!c->size) {
			expect_pointer(o->cpu, (void *)16, e);
			return;
		}
		model_might_kmalloc(e, c->gfp);
		new_object(m, c, o, KMALLOCED, e);
	} else if (!c->size || !obj) {
		model_release_plain(m, &kfree, e);
		expect_pointer(o->cpu, c->size ? NULL : (void *)16, e);
	} else if (c->size <= obj->room) {
		expect_pointer(o->cpu, c->cpu, e);
		grow_in_place(m, c, obj);
	} else {
		model_might_kmalloc(e, c->gfp);
		if (new_object(m, c, o, KMALLOCED, e))
			move(m, o, obj, e);
	}
}
