// SPDX-License-Identifier: MIT
/* The model's pools, of which each block is an object, and what goes with its device. */
#include "model.h"

#include <limits.h>
#include <string.h>

#define LARGEST (4ul << 20)

static struct model_pool *pool_of(struct model *m, unsigned number)
{
	struct model_pool *pool = m->pool_now[number] ? &m->pool[m->pool_now[number] - 1] : NULL;

	return pool && pool->live ? pool : NULL;
}

bool model_pool_lives(const struct model *m, unsigned number)
{
	return pool_of((struct model *)m, number);
}

void model_pool_slot(const struct model *m, unsigned number, struct slot *s)
{
	const struct model_pool *pool = pool_of((struct model *)m, number);

	if (!pool)
		return;
	s->size = pool->size;
	s->device = pool->device;
}

/* ------------------------------------------------------------------ blocks */

const struct object *model_pool_memory_at(const struct model *m, size_t at)
{
	if (at == NOWHERE)
		return NULL;
	for (unsigned i = 0; i < m->nr_objects; i++) {
		const struct object *o = &m->object[i];

		if (o->live && o->kind == POOL_MEMORY && at >= o->at && at - o->at < o->room)
			return o;
	}
	return NULL;
}

size_t model_pool_at(const struct model *m, u64 place)
{
	for (unsigned i = 0; i < m->nr_objects; i++) {
		const struct object *o = &m->object[i];

		if (o->live && o->kind == POOL_MEMORY && place >= o->place &&
		    place - o->place < o->room)
			return o->at + (place - o->place);
	}
	return NOWHERE;
}

static const struct model_pool *pool_with(const struct model *m, const struct object *o)
{
	for (unsigned i = 0; i < m->nr_pools; i++)
		if (m->pool[i].life == o->pool)
			return &m->pool[i];
	return NULL;
}

/* Where the block starts that holds @at, a place in @memory; NOWHERE: in none. */
static size_t block_start(const struct model *m, const struct object *memory, size_t at)
{
	const struct model_pool *pool = pool_with(m, memory);
	size_t offset = at - memory->at, start;

	start = offset / pool->boundary * pool->boundary;
	start += (offset - start) / pool->size * pool->size;
	if (start / pool->boundary != (start + pool->size - 1) / pool->boundary ||
	    start + pool->size > pool->length)
		return NOWHERE;
	return memory->at + start;
}

/* Of any pool, handed out or not; else a gap, or no pool's. */
static bool is_in_block(const struct model *m, size_t at)
{
	const struct object *memory = model_pool_memory_at(m, at);

	return memory && block_start(m, memory, at) != NOWHERE;
}

/* The latest block there, live or free, of the memory that is there now. */
static struct object *block_at(const struct model *m, size_t at)
{
	const struct object *memory = model_pool_memory_at(m, at);
	size_t start = memory ? block_start(m, memory, at) : NOWHERE;

	for (unsigned i = m->nr_objects; memory && i-- > 0;) {
		const struct object *o = &m->object[i];

		if (o->kind == POOL_BLOCK && o->memory == memory && o->at == start)
			return (struct object *)o;
	}
	return NULL;
}

bool model_block_was(const struct model *m, size_t at)
{
	const struct object *block = block_at(m, at);

	return block && !block->live;
}

static unsigned live_blocks(const struct model *m, const struct model_pool *pool)
{
	unsigned n = 0;

	for (unsigned i = 0; i < m->nr_objects; i++)
		n += m->object[i].live && m->object[i].kind == POOL_BLOCK &&
		     m->object[i].pool == pool->life;
	return n;
}

/* The free block that was freed last; NULL: none was handed out before. */
static const struct object *freed_last(const struct model *m, const struct model_pool *pool)
{
	const struct object *last = NULL;

	for (unsigned i = 0; i < m->nr_objects; i++) {
		const struct object *o = &m->object[i];

		if (o->kind == POOL_BLOCK && o->pool == pool->life && !o->live &&
		    o->memory->live && block_at(m, o->at) == o && (!last || o->freed > last->freed))
			last = o;
	}
	return last;
}

static bool has_free_blocks(const struct model *m, const struct model_pool *pool)
{
	for (unsigned i = 0; i < m->nr_objects; i++) {
		const struct object *o = &m->object[i];

		if (!o->live || o->kind != POOL_MEMORY || o->pool != pool->life)
			continue;
		for (size_t at = o->at; at < o->at + pool->length; at++) {
			const struct object *block = block_at(m, at);

			if (block_start(m, o, at) == at && !(block && block->live))
				return true;
		}
	}
	return false;
}

/* --------------------------------------------------------- making, destroying */

static void create(struct model *m, const struct call *c, const struct outcome *o,
		   struct expect *e)
{
	static unsigned lives;
	const struct pool_shape *shape = &pool_shapes[c->mask];
	size_t align = shape->align ? shape->align : 1, size = c->size < 16 ? 16 : c->size;
	size_t length, boundary = shape->boundary;
	bool works;

	if (!is_device(m, c->device)) {
		expect(e, "no-device");
		e->wrong = o->result ? "NULL" : NULL;
		return;
	}
	model_might_sleep(e);
	works = c->size && c->size <= INT_MAX && !(align & (align - 1));
	size = (size + align - 1) / align * align;
	works = works && !(boundary && (boundary < size || (boundary & (boundary - 1))));
	if (works && model_fails_by_order(m, !o->result))
		works = false;
	if (o->result != works)
		e->wrong = works ? "a pool" : "NULL";
	if (!works || e->wrong)
		return;
	length = size > 4096 ? size : 4096;
	m->pool[m->nr_pools++] = (struct model_pool){
		.life = ++lives, .live = true, .managed = c->kind == M_POOL_CREATE,
		.device = c->device, .device_life = m->device[c->device].life,
		.made = ++m->nr_made, .size = size, .length = length, .asked = c->size,
		.boundary = boundary && boundary < length ? boundary : length,
	};
	m->pool_now[c->number] = m->nr_pools;
}

static void destroy(struct model *m, struct model_pool *pool)
{
	for (unsigned i = 0; i < m->nr_objects; i++) {
		struct object *o = &m->object[i];
		struct expect nothing = { .check = "" };

		if (o->live && o->kind == POOL_BLOCK && o->pool == pool->life)
			model_release(m, o, NULL, &nothing);
	}
	for (unsigned i = 0; i < m->nr_objects; i++) {
		struct object *o = &m->object[i];
		struct expect nothing = { .check = "" };

		if (o->live && o->kind == POOL_MEMORY && o->pool == pool->life)
			model_release(m, o, NULL, &nothing);
	}
	pool->live = false;
}

static void destroy_by_call(struct model *m, struct model_pool *pool, bool managed,
			    struct expect *e)
{
	model_might_sleep(e);
	if (managed != pool->managed)
		expect_if_none(e, "free-wrong-function");
	else if (live_blocks(m, pool))
		expect_if_none(e, "pool-busy");
	destroy(m, pool);
}

/* ---------------------------------------------------------------- allocating */

/* More memory for the pool. What is wrong with it; "": there is none. */
static const char *grow(struct model *m, struct model_pool *pool, const struct call *c,
			const struct outcome *o, struct expect *e)
{
	struct call call = {
		.kind = ALLOC_COHERENT, .device = pool->device, .size = pool->length,
		.gfp = c->gfp & ~__GFP_ZERO,
	};
	struct object memory = {
		.kind = POOL_MEMORY, .device = pool->device, .size = pool->length,
		.room = model_pages(pool->length), .block = model_block_of(pool->length),
		.pool = pool->life,
	};
	const char *refused = model_refuses_coherent(m, &call);
	struct outcome first = *o;
	size_t before;
	bool full;

	if (pool->length > LARGEST)
		return o->cpu ? "NULL" : "";
	if (refused) {
		expect_if_none(e, refused);
		return o->cpu ? "NULL" : "";
	}
	full = model_atomic_is_full(m, &call, &memory);
	if (!o->cpu)
		return !full && model_reaches_free_block(m, pool->device, memory.block) ?
		       "memory: there is some" : "";
	if (full)
		return "NULL: the atomic pool is used up";
	before = pool->length > 4096 ? 0 : o->dma % 4096;
	first.dma -= before;
	first.cpu = (void *)((uintptr_t)o->cpu - before);
	memory.dma = first.dma;
	memory.cpu = first.cpu;
	return model_new_coherent(m, &call, &first, &memory);
}

static void hand_out(struct model *m, struct model_pool *pool, const struct call *c,
		     const struct outcome *o, struct expect *e)
{
	struct object block = {
		.kind = POOL_BLOCK, .device = pool->device, .life = pool->device_life,
		.size = pool->size, .room = pool->size, .cpu = o->cpu, .dma = o->dma,
		.place = model_place(m, pool->device, o->dma), .pool = pool->life,
	};
	const struct object *last = freed_last(m, pool);
	struct dispute none = { 0 };

	block.at = model_pool_at(m, block.place);
	block.memory = model_pool_memory_at(m, block.at);
	if (!block.memory || block.memory->pool != pool->life ||
	    block_start(m, block.memory, block.at) != block.at ||
	    block.dma - block.memory->dma != block.at - block.memory->at ||
	    (uintptr_t)block.cpu - (uintptr_t)block.memory->cpu != block.at - block.memory->at)
		e->wrong = "a block of the pool";
	else if (block_at(m, block.at) && block_at(m, block.at)->live)
		e->wrong = "a block that nobody has";
	else if (last && last->at != block.at)
		e->wrong = "the block that was freed last";
	if (e->wrong)
		return;
	block.cached = block.memory->cached;
	if (c->kind == POOL_ZALLOC || (c->gfp & __GFP_ZERO)) {
		if (block.cached)
			cpu_stores(m, block.at, block.size, &none);
		memset(m->known + block.at, 1, block.size);
		memset(m->value + block.at, 0, block.size);
	} else {
		model_fresh_block(m, block.at, pool->asked);
	}
	model_add(m, &block);
}

static void alloc(struct model *m, struct model_pool *pool, const struct call *c,
		  const struct outcome *o, struct expect *e)
{
	const char *wrong = NULL;

	model_might_kmalloc(e, c->gfp);
	/* By lot it would fail before its arguments are looked at. */
	if (model_fails_by_order(m, !o->cpu && o->nr_remarks <= (e->check != NULL))) {
		e->wrong = o->cpu ? "NULL" : NULL;
		return;
	}
	if (!has_free_blocks(m, pool)) {
		wrong = grow(m, pool, c, o, e);
		if (wrong) {
			e->wrong = *wrong ? wrong : NULL;
			return;
		}
	}
	if (!o->cpu)
		e->wrong = "a block: there is one";
	else
		hand_out(m, pool, c, o, e);
}

/* ------------------------------------------------------------------- freeing */

static void free_block(struct model *m, struct model_pool *pool, const struct call *c,
		       struct expect *e)
{
	struct call call = *c;
	struct object *by_dma, *by_cpu, *block;
	size_t at_dma, at_cpu;

	at_dma = model_pool_at(m, model_place(m, pool->device, c->dma));
	model_view(m, c->cpu, &at_cpu);
	by_dma = block_at(m, at_dma);
	by_cpu = block_at(m, at_cpu);
	if (by_dma && !by_dma->live)
		by_dma = NULL;
	if (by_cpu && !by_cpu->live)
		by_cpu = NULL;
	block = by_dma;
	if (!block || (by_dma->dma != c->dma && by_cpu && by_cpu->cpu == c->cpu))
		block = by_cpu;
	if (!block) {
		if (!is_in_block(m, at_dma))
			at_dma = at_cpu;
		if (is_in_block(m, at_dma)) {
			expect(e, model_block_was(m, at_dma) ? "double-free" : "free-unknown");
			return;
		}
		call.device = pool->device;
		model_free(m, &call, e);
		return;
	}
	if (block->pool != pool->life) {
		expect(e, "pool-wrong-pool");
		return;
	}
	if (block->cpu != c->cpu)
		expect(e, "free-cpu-address-mismatch");
	else if (block->dma != c->dma)
		expect(e, "free-dma-address-mismatch");
	model_release(m, block, NULL, e);
}

void model_pool_call(struct model *m, const struct call *c, const struct outcome *o,
		     struct expect *e)
{
	struct model_pool *pool = pool_of(m, c->number);

	if (c->kind == POOL_CREATE || c->kind == M_POOL_CREATE) {
		create(m, c, o, e);
		return;
	}
	if (c->pool != POOL_LIVES) {
		if (c->kind != POOL_DESTROY || c->pool != POOL_NULL)
			expect(e, "pool-wrong-pool");
		e->wrong = o->cpu ? "NULL" : NULL;
		return;
	}
	if (c->kind == POOL_ALLOC || c->kind == POOL_ZALLOC)
		alloc(m, pool, c, o, e);
	else if (c->kind == POOL_FREE)
		free_block(m, pool, c, e);
	else
		destroy_by_call(m, pool, c->kind == M_POOL_DESTROY, e);
}

/* ------------------------------------------------- what goes with its device */

static bool is_of(const struct model *m, const struct model_pool *pool, int device)
{
	return pool->live && pool->device == device && pool->device_life == m->device[device].life;
}

static void add_report(struct expect *e, const char *check)
{
	if (!check)
		return;
	e->check = e->check ? e->check : check;
	e->times++;
}

static void release_managed_pool(struct model *m, struct model_pool *pool, struct expect *e)
{
	struct expect one = { 0 };

	destroy_by_call(m, pool, true, &one);
	add_report(e, one.check);
}

static void release_managed_object(struct model *m, struct object *o, struct expect *e)
{
	struct expect one = { 0 };

	if (o->kind == DEVM_OBJECT) {
		model_release_devm(m, o, e);
		return;
	}
	if (model_may_not_free(o))
		expect(&one, "free-in-irq");
	model_release(m, o, NULL, &one);
	add_report(e, one.check);
}

/* In the reverse order of their making. */
void model_release_managed(struct model *m, int device, struct expect *e)
{
	for (unsigned made = m->nr_made; made > 0; made--) {
		for (unsigned i = 0; i < m->nr_pools; i++)
			if (m->pool[i].made == made && m->pool[i].managed &&
			    is_of(m, &m->pool[i], device))
				release_managed_pool(m, &m->pool[i], e);
		for (unsigned i = 0; i < m->nr_objects; i++) {
			struct object *o = &m->object[i];

			if (o->made == made && o->live && belongs_to(m, o, device) &&
			    (o->managed || o->kind == DEVM_OBJECT))
				release_managed_object(m, o, e);
		}
	}
}

unsigned model_pools_gone(struct model *m, int device)
{
	unsigned leaks = 0;

	for (unsigned i = 0; i < m->nr_pools; i++) {
		if (!is_of(m, &m->pool[i], device))
			continue;
		destroy(m, &m->pool[i]);
		leaks++;
	}
	return leaks;
}
