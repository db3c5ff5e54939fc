// SPDX-License-Identifier: MIT
/* The model's pools, of which each block is an object, and what goes with its device. */
#include "inside.h"

#include <limits.h>

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

void model_pool_block(const struct model *m, unsigned number, size_t *size, int *device)
{
	const struct model_pool *pool = pool_of((struct model *)m, number);

	if (!pool)
		return;
	*size = pool->size;
	*device = pool->device;
}

/* ------------------------------------------------------------------ blocks */

const struct object *model_pool_memory_at(const struct model *m, size_t at)
{
	const struct object *o;

	if (at == NOWHERE)
		return NULL;
	for_each_near(o, m, by_ram, at, 1)
		if (o->kind == POOL_MEMORY && at >= o->at && at - o->at < o->room)
			return o;
	return NULL;
}

size_t model_pool_at(const struct model *m, u64 place)
{
	const struct object *o;

	for_each_near(o, m, by_place, place, 1)
		if (o->kind == POOL_MEMORY && place >= o->place && place - o->place < o->room)
			return o->at + (place - o->place);
	return NOWHERE;
}

/* Where the block starts that holds @at, a place in @memory; NOWHERE: in none. */
static size_t block_start(const struct model *m, const struct object *memory, size_t at)
{
	const struct model_pool *pool = &m->pool[memory->pool_nr];
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

/*
 * The latest block there, live or free, of the memory that is there now. A free one stays
 * filed by its place in RAM until it is handed out again.
 */
static struct object *block_at(const struct model *m, size_t at)
{
	const struct object *memory = model_pool_memory_at(m, at);
	size_t start = memory ? block_start(m, memory, at) : NOWHERE;
	struct grid_walk w;
	int nr;

	if (start == NOWHERE)
		return NULL;
	w = grid_look(&m->by_ram, start, 1);
	while ((nr = grid_next(&w)) >= 0) {
		const struct object *o = &m->object[nr];

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

/* On to the pool's other free ones: the last one is the next to be handed out. */
void model_block_freed(struct model *m, struct object *block)
{
	struct model_pool *pool = &m->pool[block->pool_nr];

	block->under = pool->free;
	pool->free = block->nr + 1;
	pool->live_blocks--;
}

/* The free block that was freed last; NULL: none was handed out before. */
static struct object *freed_last(struct model *m, const struct model_pool *pool)
{
	return pool->free ? &m->object[pool->free - 1] : NULL;
}

/* What one piece of memory is cut into. */
static unsigned blocks_of(const struct model_pool *pool)
{
	return pool->length / pool->boundary * (pool->boundary / pool->size) +
	       pool->length % pool->boundary / pool->size;
}

/* --------------------------------------------------------- making, destroying */

static void create(struct model *m, const struct call *c, const struct outcome *o,
		   struct expect *e)
{
	static unsigned lives;
	size_t align = c->align ? c->align : 1, size = c->size < 16 ? 16 : c->size;
	size_t length, boundary = c->boundary;
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

static void release_of_pool(struct model *m, const struct model_pool *pool, enum object_kind kind)
{
	struct expect nothing = { .check = "" };
	struct object *o;

	for_each_live(o, m)
		if (o->kind == kind && o->pool == pool->life)
			model_release(m, o, NULL, &nothing);
}

/* Nothing is known of its blocks any more. */
static void destroy(struct model *m, struct model_pool *pool)
{
	release_of_pool(m, pool, POOL_BLOCK);
	for (unsigned nr = pool->free; nr; nr = m->object[nr - 1].under)
		object_block_gone(m, &m->object[nr - 1]);
	release_of_pool(m, pool, POOL_MEMORY);
	pool->live = false;
}

static void destroy_by_call(struct model *m, struct model_pool *pool, bool managed,
			    struct expect *e)
{
	model_might_sleep(e);
	if (managed != pool->managed)
		expect_if_none(e, "free-wrong-function");
	else if (pool->live_blocks)
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
		.pool = pool->life, .pool_nr = pool - m->pool,
	};
	const char *refused = model_refuses_coherent(m, &call), *wrong;
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
	wrong = model_new_coherent(m, &call, &first, &memory);
	if (!wrong)
		pool->blocks += blocks_of(pool);
	return wrong;
}

static void hand_out(struct model *m, struct model_pool *pool, const struct call *c,
		     const struct outcome *o, struct expect *e)
{
	struct object block = {
		.kind = POOL_BLOCK, .device = pool->device, .life = pool->device_life,
		.size = pool->size, .room = pool->size, .cpu = o->cpu, .dma = o->dma,
		.place = model_place(m, pool->device, o->dma), .pool = pool->life,
		.pool_nr = pool - m->pool,
	};
	struct object *last = freed_last(m, pool);
	const struct object *there;

	block.at = model_pool_at(m, block.place);
	block.memory = model_pool_memory_at(m, block.at);
	if (!block.memory || block.memory->pool != pool->life ||
	    block_start(m, block.memory, block.at) != block.at ||
	    block.dma - block.memory->dma != block.at - block.memory->at ||
	    (uintptr_t)block.cpu - (uintptr_t)block.memory->cpu != block.at - block.memory->at)
		e->wrong = "a block of the pool";
	else if ((there = block_at(m, block.at)) && there->live)
		e->wrong = "a block that nobody has";
	else if (last && last->at != block.at)
		e->wrong = "the block that was freed last";
	if (e->wrong)
		return;
	if (last) {
		pool->free = last->under;
		object_block_gone(m, last);
	}
	pool->live_blocks++;
	block.cached = block.memory->cached;
	if (c->kind == POOL_ZALLOC || (c->gfp & __GFP_ZERO)) {
		if (block.cached)
			cpu_stores(m, block.at, block.size, NULL);
		bytes_are(m, block.at, block.size, 0);
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
	if (pool->live_blocks == pool->blocks) {
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

static void add_report(struct expect *e, const struct expect *one)
{
	unsigned times = e->times + 1;

	if (!one->check)
		return;
	if (!e->check)
		expect_by(e, one->check, one->rule);
	e->times = times;
}

static void release_managed_pool(struct model *m, struct model_pool *pool, struct expect *e)
{
	struct expect one = { 0 };

	destroy_by_call(m, pool, true, &one);
	add_report(e, &one);
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
	add_report(e, &one);
}

static struct object *managed_before(struct model *m, const struct object *o, int device)
{
	struct object *before = model_live_before(m, o);

	while (before && !(belongs_to(m, before, device) &&
			   (before->managed || before->kind == DEVM_OBJECT)))
		before = model_live_before(m, before);
	return before;
}

/* Those from @nr down. Returns how many there are up to the first that is managed. */
static unsigned managed_pools(const struct model *m, unsigned nr, int device)
{
	while (nr && !(m->pool[nr - 1].managed && is_of(m, &m->pool[nr - 1], device)))
		nr--;
	return nr;
}

/* In the reverse order of their making, objects and pools together. */
void model_release_managed(struct model *m, int device, struct expect *e)
{
	unsigned nr = managed_pools(m, m->nr_pools, device);
	struct object *o = managed_before(m, NULL, device), *next;

	while (o || nr) {
		if (nr && (!o || m->pool[nr - 1].made > o->made)) {
			release_managed_pool(m, &m->pool[nr - 1], e);
			nr = managed_pools(m, nr - 1, device);
			continue;
		}
		next = managed_before(m, o, device);
		release_managed_object(m, o, e);
		o = next;
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
