/* SPDX-License-Identifier: MIT */
/*
 * DMA pools: coherent pages, cut into blocks. All free blocks of a pool are in one
 * list, the latest first; check/blocks.h says where it is kept, and why not there.
 */
#include "dma/direct.h"
#include "dma/translate.h"
#include "lab/context.h"
#include "lab/devres.h"

#include <errno.h>
#include <limits.h>
#include <linux/dmapool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define SMALLEST 16u   /* struct dma_block of a 64-bit kernel */
#define NR_GONE  64u   /* destroyed pools that are remembered */

struct dma_pool {
	struct dma_pool *self;          /* as long as the pool is there */
	struct dmalab_machine *lab;     /* stays when it is gone */
	struct dmalab_device *d;
	struct dma_pool *next, **pprev; /* of the device's; or next among those gone */
	struct block *free;
	struct blocks *memory;
	struct region *regions;         /* its memory in the ledger */
	size_t size, boundary, length;  /* of a block; of what it is cut from */
	size_t nr_live;                 /* blocks */
	bool managed;                   /* it has a devres */
	const char *function;
	site_t born;
	char name[32];
};

/* ---------------------------------------------------------- entering a call */

static bool is_pool(const struct dma_pool *pool)
{
	return pool && __atomic_load_n(&pool->self, __ATOMIC_ACQUIRE) == pool;
}

static cold struct dmalab_machine *no_pool(const struct call *call)
{
	struct finding f = {
		.check = CHECK_POOL_WRONG_POOL, .call = call,
		.detail = "the pool was destroyed, or is not from dma_pool_create()",
	};

	lab_report_homeless(&f);
	return NULL;
}

/* Returns the machine, locked; or, having drawn "pool-wrong-pool", NULL. */
static struct dmalab_machine *enter(struct dma_pool *pool, const struct call *call)
{
	struct dmalab_machine *lab;

	if (unlikely(!is_pool(pool)))
		return no_pool(call);
	lab = pool->lab;
	lab_lock(lab);
	if (unlikely(!is_pool(pool))) {
		/* It went while we waited for the lock. */
		lab_unlock(lab);
		return no_pool(call);
	}
	if (unlikely(lab->cookie_open))
		fault_close_cookies(lab);
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
	struct pools *pools = &lab->pools;
	struct dma_pool *pool = pools->gone;

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
		return calloc(1, sizeof(*pool));
	pools->gone = pool->next;
	pools->nr_gone--;
	return pool;
}

static void struct_free(struct dma_pool *pool)
{
	struct pools *pools = &pool->lab->pools;

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

static void give_memory_back(struct dma_pool *pool, struct blocks *b, site_t site)
{
	struct dmalab_machine *lab = pool->lab;
	struct region r = {
		.offset = b->offset, .size = pool->length, .place = b->place, .dma = b->dma,
		.cpu = b->cpu, .kind = REGION_POOL,
	};
	u32 page = b->offset >> PAGE_SHIFT, nr = PAGE_ALIGN(pool->length) >> PAGE_SHIFT;

	for (u32 p = page; p < page + nr; p++)
		lab->pools.memory[p] = NULL;
	release_memory(pool->d, &r, site);
	if (judge_keeps_ledger(&lab->judge))
		ledger_del(&lab->judge.ledger, lab->judge.ledger.pages[page].alloc, site);
	free(b);
}

/* Without a question. */
static void destroy(struct dma_pool *pool, site_t site)
{
	while (pool->memory) {
		struct blocks *b = pool->memory;

		pool->memory = b->next;
		give_memory_back(pool, b, site);
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
	pool_destroy(data, true, dev->dmalab->unbind);
}

struct dma_pool *pool_create(const char *name, struct device *dev, size_t size, size_t align,
			     size_t boundary, bool managed, const struct call *call)
{
	struct dmalab_device *d = lab_enter(dev, call);
	struct dma_pool wanted = { .managed = managed }, *pool = NULL;

	if (!d)
		return NULL;
	lab_might_sleep(d->machine, dev, call);
	if (sizes(&wanted, size, align, boundary) && !lab_must_fail(d->machine))
		pool = create_locked(d, name, &wanted, call);
	if (pool && managed && devres_add(d, release_pool, pool)) {
		destroy(pool, call->site);
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
	struct region example = block_region(any_live(pool));
	char text[128];
	struct finding f = {
		.check = CHECK_POOL_BUSY, .call = call, .dev = &pool->d->dev,
		.region = &example, .detail = text,
		.missing = "dma_pool_free() of each block before this",
	};

	snprintf(text, sizeof(text), "blocks in use of pool \"%s\": %zu; this is one of them",
		 pool->name, pool->nr_live);
	judge_report(&pool->lab->judge, &f);
}

static cold void report_function(const struct dma_pool *pool, const struct call *call)
{
	struct dmalab_event born = { "made", site_public(pool->born) };
	char text[128];
	struct finding f = {
		.check = CHECK_FREE_WRONG_FUNCTION, .call = call, .dev = &pool->d->dev,
		.detail = text, .history = &born, .nr_history = 1,
	};

	snprintf(text, sizeof(text), "pool \"%s\" of %s(), to be destroyed by %s()", pool->name,
		 pool->function, pool->managed ? "dmam_pool_destroy" : "dma_pool_destroy");
	judge_report(&pool->lab->judge, &f);
}

void pool_destroy(struct dma_pool *pool, bool managed, const struct call *call)
{
	struct dmalab_machine *lab = enter(pool, call);
	bool reported;

	if (!lab)
		return;
	reported = lab_might_sleep(lab, &pool->d->dev, call);
	if (unlikely(managed != pool->managed) && !reported)
		report_function(pool, call);
	else if (unlikely(pool->nr_live) && !reported)
		report_busy(pool, call);
	if (pool->managed)
		devres_remove(pool->d, release_pool, NULL, pool);
	destroy(pool, call->site);
	lab_unlock(lab);
}

cold void pools_release_all(struct dmalab_device *d, const struct call *call)
{
	while (d->pools) {
		struct dma_pool *pool = d->pools;
		char text[128];
		struct dmalab_event born = { "made", site_public(pool->born) };
		struct finding f = {
			.check = CHECK_LEAK, .call = call, .dev = &d->dev, .detail = text,
			.missing = "dma_pool_destroy() before the driver lets go of the device",
			.history = &born, .nr_history = 1,
		};

		snprintf(text, sizeof(text), "pool \"%s\" of %s(), %zu-byte blocks in use: %zu",
			 pool->name, pool->function, pool->size, pool->nr_live);
		judge_report(&d->machine->judge, &f);
		destroy(pool, call->site);
	}
}

void pools_exit(struct pools *pools, const struct machine *hw)
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
static cold bool grow(struct dma_pool *pool, gfp_t gfp, const struct call *call)
{
	struct allocation a = {
		.d = pool->d, .call = call, .size = pool->length, .gfp = gfp & ~__GFP_ZERO,
		.dir = DMA_BIDIRECTIONAL, .kind = REGION_POOL, .live = &pool->regions,
	};
	struct blocks *b;

	if (pool->length > PAGE_SIZE << MAX_ORDER)
		return false;
	b = blocks_new(pool->length, pool->size, pool->boundary);
	if (!b)
		return false;
	a.blocks = b;
	b->cpu = coherent_take(&a);
	if (!b->cpu) {
		free(b);
		return false;
	}
	b->pool = pool;
	b->dev = &pool->d->dev;
	b->offset = a.offset;
	b->place = a.place;
	b->dma = a.dma;
	b->next = pool->memory;
	pool->memory = b;
	for (u32 p = a.page; p < a.page + a.nr_pages; p++)
		pool->lab->pools.memory[p] = b;
	b->block[b->nr - 1].next = pool->free;
	pool->free = b->block;
	return true;
}

static void *alloc(struct dma_pool *pool, gfp_t gfp, dma_addr_t *handle, const struct call *call)
{
	struct dmalab_machine *lab = enter(pool, call);
	struct block *block;
	void *cpu = NULL;
	size_t start;

	if (!lab)
		return NULL;
	lab_might_alloc(lab, &pool->d->dev, call, pool->size, gfp);
	if (lab_must_fail(lab) || (unlikely(!pool->free) && !grow(pool, gfp, call)))
		goto out;
	block = pool->free;
	pool->free = block->next;
	block->next = block;
	block->born = call->site;
	block->died = 0;
	pool->nr_live++;

	start = block_start(block);
	if (gfp & __GFP_ZERO)
		coherent_zero(lab, block->home->offset + start, pool->size, call->site);
	*handle = block->home->dma + start;
	cpu = block->home->cpu + start;
out:
	lab_unlock(lab);
	return cpu;
}

/* ----------------------------------------------------------------- freeing */

void pool_take_back(struct block *block, site_t site)
{
	struct dma_pool *pool = block->home->pool;

	block->died = site;
	block->next = pool->free;
	pool->free = block;
	pool->nr_live--;
}

/* The block at a place in RAM; NULL: there is none, or it is no memory of a pool. */
static struct block *block_at(const struct dmalab_machine *lab, size_t offset)
{
	struct blocks *b = offset == NO_OFFSET ? NULL : lab->pools.memory[offset >> PAGE_SHIFT];

	return b ? blocks_at(b, offset) : NULL;
}

/* A free, as the driver called it. */
struct pool_free {
	struct dma_pool *pool;
	const struct call *call;
	const void *cpu;
	dma_addr_t dma;
};

static cold void report_free(const struct pool_free *pf, enum check check, const struct block *block,
			     const char *detail, const char *also)
{
	struct region r = block_region(block);
	struct finding f = {
		.check = check, .call = pf->call, .dev = &pf->pool->d->dev, .cpu = pf->cpu,
		.dma = pf->dma, .region = block->born ? &r : NULL, .detail = detail, .also = also,
	};

	judge_report(&pf->pool->lab->judge, &f);
}

/* It is a live block, but not as the call says. */
static cold void report_mismatch(const struct pool_free *pf, const struct block *block)
{
	const struct dma_pool *pool = block->home->pool;
	struct region r = block_region(block);
	bool other_cpu = r.cpu != pf->cpu, other_dma = r.dma != pf->dma;
	const char *also = NULL;
	char text[160];

	if (pool != pf->pool) {
		snprintf(text, sizeof(text), "it belongs to pool \"%s\" of %s, freed to pool \"%s\"",
			 pool->name, device_name(&pool->d->dev), pf->pool->name);
		also = other_cpu && other_dma ? "CPU address, DMA address" :
		       other_cpu ? "CPU address" : other_dma ? "DMA address" : NULL;
		report_free(pf, CHECK_POOL_WRONG_POOL, block, text, also);
	} else if (other_cpu) {
		snprintf(text, sizeof(text), "CPU address %p, released with %p", r.cpu, pf->cpu);
		also = other_dma ? "DMA address" : NULL;
		report_free(pf, CHECK_FREE_CPU_ADDRESS_MISMATCH, block, text, also);
	} else {
		snprintf(text, sizeof(text), "DMA address 0x%llx, released with 0x%llx",
			 (unsigned long long)r.dma, (unsigned long long)pf->dma);
		report_free(pf, CHECK_FREE_DMA_ADDRESS_MISMATCH, block, text, NULL);
	}
}

/*
 * Which block is meant? The rule of all frees, see docs/checks.md: the one at the DMA
 * address, unless only the other address is exactly the start of one. Returns false
 * when there is no such memory in any pool.
 */
static cold bool free_wrongly(const struct pool_free *pf, struct block *by_dma,
			      struct block *by_cpu)
{
	bool dma_live = by_dma && block_is_live(by_dma), cpu_live = by_cpu && block_is_live(by_cpu);
	bool exact = dma_live && by_dma->home->dma + block_start(by_dma) == pf->dma;
	bool cpu_exact = cpu_live && by_cpu->home->cpu + block_start(by_cpu) == pf->cpu;
	struct block *block = exact || (dma_live && !cpu_exact) ? by_dma : cpu_live ? by_cpu : NULL;

	if (block) {
		report_mismatch(pf, block);
		pool_take_back(block, pf->call->site);
		return true;
	}
	block = by_dma ? by_dma : by_cpu;
	if (!block)
		return false;
	report_free(pf, block->born ? CHECK_DOUBLE_FREE : CHECK_FREE_UNKNOWN, block,
		    block->born ? NULL : "the pool has not handed out this block yet", NULL);
	return true;
}

/* Something else, or nothing: not a matter of pools. */
static cold void free_other(struct device *dev, const struct pool_free *pf)
{
	struct release rel = {
		.call = pf->call, .dev = dev, .kind = REGION_BLOCK, .cpu = pf->cpu,
		.dma = pf->dma, .dir = DMA_BIDIRECTIONAL,
	};

	release(&rel);
}

void dma_pool_free(struct dma_pool *pool, void *vaddr, dma_addr_t dma)
{
	struct call call = THIS_CALL;
	struct pool_free pf = { .pool = pool, .call = &call, .cpu = vaddr, .dma = dma };
	struct dmalab_machine *lab = enter(pool, &call);
	struct device *dev;
	struct block *block;
	bool done = true;
	size_t room;

	if (!lab)
		return;
	dev = &pool->d->dev;
	block = block_at(lab, route_walk(pool->d, dma, false, &room));
	if (likely(block && block_is_live(block) && block->home->pool == pool &&
		   block->home->dma + block_start(block) == dma &&
		   block->home->cpu + block_start(block) == vaddr))
		pool_take_back(block, call.site);
	else
		done = free_wrongly(&pf, block, block_at(lab, cpu_to_offset(&lab->hw, vaddr)));
	lab_unlock(lab);
	if (unlikely(!done))
		free_other(dev, &pf);
}

/* -------------------------------------------------------- the driver's names */

struct dma_pool *dma_pool_create(const char *name, struct device *dev, size_t size, size_t align,
				 size_t boundary)
{
	return pool_create(name, dev, size, align, boundary, false, &THIS_CALL);
}

struct dma_pool *dma_pool_create_node(const char *name, struct device *dev, size_t size,
				      size_t align, size_t boundary, int node)
{
	(void)node;
	return pool_create(name, dev, size, align, boundary, false, &THIS_CALL);
}

void dma_pool_destroy(struct dma_pool *pool)
{
	if (pool)
		pool_destroy(pool, false, &THIS_CALL);
}

struct dma_pool *dmam_pool_create(const char *name, struct device *dev, size_t size, size_t align,
				  size_t allocation)
{
	return pool_create(name, dev, size, align, allocation, true, &THIS_CALL);
}

void dmam_pool_destroy(struct dma_pool *pool)
{
	pool_destroy(pool, true, &THIS_CALL);
}

void *dma_pool_alloc(struct dma_pool *pool, gfp_t mem_flags, dma_addr_t *handle)
{
	return alloc(pool, mem_flags, handle, &THIS_CALL);
}

void *dma_pool_zalloc(struct dma_pool *pool, gfp_t mem_flags, dma_addr_t *handle)
{
	return alloc(pool, mem_flags | __GFP_ZERO, handle, &THIS_CALL);
}
