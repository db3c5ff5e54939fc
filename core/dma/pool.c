/* SPDX-License-Identifier: MIT */
/*
 * DMA pools: coherent pages, cut into blocks. All free blocks of a pool are in one
 * list, the latest first; check/blocks.h says where it is kept, and why not there.
 */
#include "base/host.h"
#include "dma/direct.h"
#include "dma/pool.h"
#include "lab/context.h"
#include "lab/devres.h"
#include "base/probe.h"
#include "machine/image.h"

#include <limits.h>
#include <linux/dmapool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define SMALLEST 16u   /* struct dma_block of a 64-bit kernel */
#define NR_GONE  64u   /* destroyed pools that are remembered */

/* ---------------------------------------------------------- entering a call */

static cold struct dmalab_machine *no_pool(const struct call *call)
{
	struct finding f = {
		.check = CHECK_POOL_WRONG_POOL, .call = call,
		.detail = "the pool was destroyed, or is not from dma_pool_create()",
	};

	dlab_report_on_current(&f);
	return NULL;
}

struct dmalab_machine *dlab_pool_enter(struct dma_pool *pool, const struct call *call)
{
	struct dmalab_machine *lab;

	if (unlikely(!pool_is_known(pool)))
		return no_pool(call);
	lab = pool->lab;
	lab_lock(lab);
	if (unlikely(!pool_is_still_known(pool))) {
		/* It went while we waited for the lock. */
		lab_unlock(lab);
		return no_pool(call);
	}
	if (unlikely(lab->hw.cookie_open))
		dlab_machine_close_cookies(&lab->hw);
	return lab;
}

/* ------------------------------------------------------- making, destroying */

/* Sizes after mm/dmapool.c; false: it returns NULL for them. */
static bool sizes(struct dma_pool *pool, size_t size, size_t align, size_t boundary)
{
	if (!align)
		align = 1;
	if (!size || size > INT_MAX || (align & (align - 1)))
		return false;
	pool->asked = size;
	if (size < SMALLEST)
		size = SMALLEST;
	size = (size + align - 1) & ~(align - 1);
	pool->size = size;
	pool->length = size > PAGE_SIZE ? size : PAGE_SIZE;
	if (boundary && (boundary < size || (boundary & (boundary - 1))))
		return false;
	pool->boundary = boundary && boundary < pool->length ? boundary : pool->length;
	return true;
}

static struct dma_pool *struct_new(struct dmalab_machine *lab)
{
	struct pools *pools = lab->pools;
	struct dma_pool *pool = pools->gone;
	KEEP_ERRNO;

	if (!pools->memory) {
		pools->memory = mmap(NULL, lab->hw.nr_pages * sizeof(*pools->memory),
				     PROT_READ | PROT_WRITE,
				     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
		if (pools->memory == MAP_FAILED) {
			pools->memory = NULL;
			return NULL;
		}
	}
	if (pools->nr_gone < NR_GONE)
		return host_calloc(1, sizeof(*pool));
	pools->gone = pool->next;
	pools->nr_gone--;
	return pool;
}

static void struct_free(struct dma_pool *pool)
{
	struct pools *pools = pool->lab->pools;

	if (!pools->gone)
		pools->last = &pools->gone;
	pool->next = NULL;
	*pools->last = pool;
	pools->last = &pool->next;
	pools->nr_gone++;
}

static struct dma_pool *create_locked(struct dmalab_device *d, const char *name,
				      const struct dma_pool *wanted, const struct call *call)
{
	struct dma_pool *pool = struct_new(d->machine);

	if (!pool)
		return NULL;
	*pool = *wanted;
	snprintf(pool->name, sizeof(pool->name), "%s", name ? name : "");
	pool->lab = d->machine;
	pool->d = d;
	pool->function = call->name;
	pool->born = call->site;
	pool->pprev = &d->pools;
	pool->next = d->pools;
	if (pool->next)
		pool->next->pprev = &pool->next;
	d->pools = pool;
	__atomic_store_n(&pool->self, pool, __ATOMIC_RELEASE);
	return pool;
}

static void give_memory_back(struct dma_pool *pool, struct blocks *b, const struct call *call)
{
	struct dmalab_machine *lab = pool->lab;
	struct region r = {
		.offset = b->offset, .size = pool->length, .place = b->place, .dma = b->dma,
		.cpu = b->cpu, .kind = REGION_POOL,
	};
	u32 page = b->offset >> PAGE_SHIFT, nr = PAGE_ALIGN(pool->length) >> PAGE_SHIFT;

	for (u32 p = page; p < page + nr; p++)
		lab->pools->memory[p] = NULL;
	dlab_release_memory(pool->d, &r, call);
	if (judge_keeps_ledger(&lab->judge))
		dlab_ledger_del(&lab->judge.ledger, ledger_alloc(&lab->judge.ledger, page),
				call->site);
	free(b);
}

/* Without a question. */
static void destroy(struct dma_pool *pool, const struct call *call)
{
	/* Its blocks wait there, and go with their memory. */
	dlab_quarantine_empty(&pool->lab->hw);
	while (pool->memory) {
		struct blocks *b = pool->memory;

		pool->memory = b->next;
		give_memory_back(pool, b, call);
	}
	*pool->pprev = pool->next;
	if (pool->next)
		pool->next->pprev = pool->pprev;
	__atomic_store_n(&pool->self, NULL, __ATOMIC_RELEASE);
	struct_free(pool);
}

/* The driver lets go of the device. */
static void release_pool(struct device *dev, void *data)
{
	dlab_pool_destroy(data, true, dev->dmalab->unbind);
}

struct dma_pool *dlab_pool_create(const char *name, struct device *dev, size_t size, size_t align,
				  size_t boundary, bool managed, const struct call *call)
{
	struct dmalab_device *d = lab_enter(dev, call);
	struct dma_pool wanted = { .managed = managed }, *pool = NULL;

	if (!d)
		return NULL;
	lab_might_sleep(d->machine, dev, call);
	if (sizes(&wanted, size, align, boundary) &&
	    !lab_must_fail_in(d->machine, call))
		pool = create_locked(d, name, &wanted, call);
	if (pool && managed && dlab_devres_add(d, release_pool, pool)) {
		destroy(pool, call);
		pool = NULL;
	}
	lab_leave(d);
	return pool;
}

static const struct block *any_live(const struct dma_pool *pool)
{
	for (const struct blocks *b = pool->memory; b; b = b->next)
		for (u32 i = 0; i < b->nr; i++)
			if (block_is_live(&b->block[i]))
				return &b->block[i];
	return NULL;
}

static cold void report_busy(const struct dma_pool *pool, const struct call *call)
{
	struct region example = dlab_block_region(any_live(pool));
	char text[128];
	struct finding f = {
		.check = CHECK_POOL_BUSY, .call = call, .dev = pool->d->dev,
		.region = &example, .detail = text,
		.missing = "dma_pool_free() of each block before this",
	};

	snprintf(text, sizeof(text), "blocks in use of pool \"%s\": %zu; this is one of them",
		 pool->name, pool->nr_live);
	dlab_judge_report(&pool->lab->judge, &f);
}

static cold void report_function(const struct dma_pool *pool, const struct call *call)
{
	struct event born = { "made", pool->born };
	char text[128];
	struct finding f = {
		.check = CHECK_FREE_WRONG_FUNCTION, .call = call, .dev = pool->d->dev,
		.detail = text, .history = &born, .nr_history = 1,
	};

	snprintf(text, sizeof(text), "pool \"%s\" of %s(), to be destroyed by %s()", pool->name,
		 pool->function, pool->managed ? "dmam_pool_destroy" : "dma_pool_destroy");
	dlab_judge_report(&pool->lab->judge, &f);
}

void dlab_pool_destroy(struct dma_pool *pool, bool managed, const struct call *call)
{
	struct dmalab_machine *lab = dlab_pool_enter(pool, call);
	bool reported;

	if (!lab)
		return;
	reported = lab_might_sleep(lab, pool->d->dev, call);
	if (unlikely(managed != pool->managed) && !reported)
		report_function(pool, call);
	else if (unlikely(pool->nr_live) && !reported)
		report_busy(pool, call);
	if (pool->managed)
		dlab_devres_remove(pool->d, release_pool, NULL, pool);
	destroy(pool, call);
	lab_unlock(lab);
}

cold void dlab_pools_release_all(struct dmalab_device *d, const struct call *call)
{
	while (d->pools) {
		struct dma_pool *pool = d->pools;
		char text[128];
		struct event born = { "made", pool->born };
		struct finding f = {
			.check = CHECK_LEAK, .call = call, .dev = d->dev, .detail = text,
			.missing = "dma_pool_destroy() before the driver lets go of the device",
			.history = &born, .nr_history = 1,
		};

		snprintf(text, sizeof(text), "pool \"%s\" of %s(), %zu-byte blocks in use: %zu",
			 pool->name, pool->function, pool->size, pool->nr_live);
		dlab_judge_report(&d->machine->judge, &f);
		destroy(pool, call);
	}
}

void dlab_pools_init(struct pools *pools)
{
	*pools = (struct pools){ 0 };
}

void dlab_pools_exit(struct pools *pools, const struct machine *hw)
{
	while (pools->gone) {
		struct dma_pool *pool = pools->gone;

		pools->gone = pool->next;
		free(pool);
	}
	if (pools->memory)
		munmap(pools->memory, hw->nr_pages * sizeof(*pools->memory));
}

/* -------------------------------------------------------------- allocating */

/* More memory for the pool. False: there is none. */
static cold bool grow(struct dma_pool *pool, gfp_t gfp, const struct call *call, bool reported)
{
	struct allocation a = {
		.d = pool->d, .call = call, .size = pool->length, .gfp = gfp & ~__GFP_ZERO,
		.dir = DMA_BIDIRECTIONAL, .kind = REGION_POOL, .live = &pool->regions,
		.reported = reported,
	};
	struct blocks *b;

	if (pool->length > PAGE_SIZE << MAX_ORDER)
		return false;
	b = dlab_blocks_new(pool->length, pool->size, pool->boundary);
	if (!b)
		return false;
	a.blocks = b;
	b->cpu = dlab_coherent_take(&a);
	if (!b->cpu) {
		free(b);
		return false;
	}
	b->pool = pool;
	b->dev = pool->d->dev;
	b->offset = a.offset;
	b->place = a.place;
	b->dma = a.dma;
	b->next = pool->memory;
	pool->memory = b;
	for (u32 p = a.page; p < a.page + a.nr_pages; p++)
		pool->lab->pools->memory[p] = b;
	b->block[b->nr - 1].next = pool->free;
	pool->free = b->block;
	return true;
}

/* Of the flags, whether a page is needed or not. True: a report was made. */
static bool check_gfp(struct dma_pool *pool, gfp_t gfp, const struct call *call)
{
	if (lab_might_alloc(pool->lab, pool->d->dev, call, pool->size, gfp))
		return true;
	if (likely(!(gfp & ZONES_NOT_OF_SLAB)))
		return false;
	dlab_mm_report_zone(
		pool->lab, pool->d->dev, call, pool->size,
		"the pool gives it to the kmalloc() of its bookkeeping; the mask chooses the zone");
	return true;
}

/*
 * What its last owner and the device left in it is no data of the next one, and the device
 * may write it from now on.
 */
static inlined void hand_out_as_is(struct dma_pool *pool, size_t offset)
{
	struct judge *j = &pool->lab->judge;

	if (likely(!image_on(j->hw))) {
		unwritten_expect(&j->unwritten, offset, pool->asked);
		return;
	}
	/* Bytes that are mapped still are as they were. */
	judge_fresh(j, offset, pool->asked);
	unwritten_await(&j->unwritten, offset, pool->asked);
}

static inlined void *take(struct dma_pool *pool, dma_addr_t *handle, bool zeroed,
			  const struct call *call)
{
	struct dmalab_machine *lab = pool->lab;
	struct block *block = pool->free;
	struct blocks *b = block->home;
	size_t start = block_start(block);

	judge_find_stores(&lab->judge, call, b->offset + start, pool->size);
	pool->free = block->next;
	block->next = block;
	block->born = call->site;
	block->died = 0;
	pool->nr_live++;
	if (zeroed)
		dlab_coherent_zero(lab, b->offset + start, pool->size, call->site);
	else
		hand_out_as_is(pool, b->offset + start);
	*handle = b->dma + start;
	return b->cpu + start;
}

/* Fast path: there is a block, and nothing that could be wrong with the call. NULL: do it all. */
static inlined void *quickly(struct dma_pool *pool, gfp_t gfp, dma_addr_t *handle,
			     const struct call *call)
{
	struct dmalab_machine *lab;
	void *cpu = NULL;

	if (unlikely(recording() || !pool_is_known(pool)))
		return NULL;
	lab = pool->lab;
	lab_lock(lab);
	if (likely(pool_is_still_known(pool) && pool->free && !(lab->fail_nth | lab->fail_every) &&
		   !lab->hw.cookie_open && !(gfp & ZONES_NOT_OF_SLAB) &&
		   !(dlab_context.atomic && gfpflags_allow_blocking(gfp))))
		cpu = take(pool, handle, gfp & __GFP_ZERO, call);
	lab_unlock(lab);
	return cpu;
}

static void *alloc(struct dma_pool *pool, gfp_t gfp, dma_addr_t *handle, const struct call *call)
{
	struct dmalab_machine *lab = dlab_pool_enter(pool, call);
	void *cpu = NULL;
	bool told;

	if (!lab)
		return NULL;
	told = check_gfp(pool, gfp, call);
	/* To grow may have emptied the quarantine. */
	if (!lab_must_fail_in(lab, call) &&
	    (pool->free || grow(pool, gfp, call, told) || pool->free))
		cpu = take(pool, handle, gfp & __GFP_ZERO, call);
	lab_unlock(lab);
	return cpu;
}

/* -------------------------------------------------------- the driver's names */

struct dma_pool *dma_pool_create(const char *name, struct device *dev, size_t size, size_t align,
				 size_t boundary)
{
	RECORD("=Sdzzz", name, dev, size, align, boundary);
	return record_object(dlab_pool_create(name, dev, size, align, boundary, false, &THIS_CALL));
}

struct dma_pool *dma_pool_create_node(const char *name, struct device *dev, size_t size,
				      size_t align, size_t boundary, int node)
{
	RECORD_AS("dma_pool_create", "=Sdzzz", name, dev, size, align, boundary);
	(void)node;
	return record_object(dlab_pool_create(name, dev, size, align, boundary, false, &THIS_CALL));
}

void dma_pool_destroy(struct dma_pool *pool)
{
	RECORD("o", pool);
	if (pool)
		dlab_pool_destroy(pool, false, &THIS_CALL);
}

struct dma_pool *dmam_pool_create(const char *name, struct device *dev, size_t size, size_t align,
				  size_t allocation)
{
	RECORD("=Sdzzz", name, dev, size, align, allocation);
	return record_object(
		dlab_pool_create(name, dev, size, align, allocation, true, &THIS_CALL));
}

void dmam_pool_destroy(struct dma_pool *pool)
{
	RECORD("o", pool);
	dlab_pool_destroy(pool, true, &THIS_CALL);
}

void *dma_pool_alloc(struct dma_pool *pool, gfp_t mem_flags, dma_addr_t *handle)
{
	void *cpu = quickly(pool, mem_flags, handle, &THIS_CALL);

	if (likely(cpu))
		return cpu;
	RECORD("=oG", pool, mem_flags);
	return record_memory(alloc(pool, mem_flags, handle, &THIS_CALL), 0, handle);
}

void *dma_pool_zalloc(struct dma_pool *pool, gfp_t mem_flags, dma_addr_t *handle)
{
	void *cpu = quickly(pool, mem_flags | __GFP_ZERO, handle, &THIS_CALL);

	if (likely(cpu))
		return cpu;
	RECORD("=oG", pool, mem_flags);
	return record_memory(alloc(pool, mem_flags | __GFP_ZERO, handle, &THIS_CALL), 0,
			     handle);
}
