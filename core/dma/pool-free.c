/* SPDX-License-Identifier: MIT */
/* The way back into a pool, and what is wrong with it. */
#include "dma/direct.h"
#include "dma/pool.h"
#include "dma/translate.h"
#include "base/probe.h"

#include <linux/dmapool.h>
#include <stdio.h>

static void put_back(struct machine *hw, u64 what)
{
	struct block *block = (struct block *)(uintptr_t)what;
	struct dma_pool *pool = block->home->pool;

	(void)hw;
	block->next = pool->free;
	pool->free = block;
}

static inlined void take_back(struct block *block, const struct call *call)
{
	struct dma_pool *pool = block->home->pool;
	struct judge *j = &pool->lab->judge;
	size_t offset = block->home->offset + block_start(block);

	judge_find_stores(j, call, offset, pool->size);
	unwritten_give_back(&j->unwritten, offset, pool->size);
	block->died = call->site;
	pool->nr_live--;
	if (likely(!j->hw->quarantine.limit)) {
		put_back(j->hw, (uintptr_t)block);
		return;
	}
	block->next = NULL;
	dlab_quarantine_add(j->hw, put_back, (uintptr_t)block, pool->size);
}

void dlab_pool_take_back(struct block *block, const struct call *call)
{
	take_back(block, call);
}

/* Fast path: both addresses are those of a live block of the pool. False: look at it all. */
static inlined bool free_quickly(struct dma_pool *pool, const void *cpu, dma_addr_t dma,
				 const struct call *call)
{
	struct dmalab_machine *lab;
	struct blocks *b = NULL;
	struct block *block;
	bool done = false;
	size_t offset;

	if (unlikely(recording() || !pool_is_known(pool)))
		return false;
	lab = pool->lab;
	lab_lock(lab);
	offset = cpu_to_offset(&lab->hw, cpu);
	if (likely(pool_is_still_known(pool) && offset != NO_OFFSET && !lab->hw.cookie_open &&
		   lab->pools->memory))
		b = lab->pools->memory[offset >> PAGE_SHIFT];
	if (likely(b && b->pool == pool)) {
		block = blocks_near(b, offset - b->offset);
		done = block_is_live(block) && b->dma + block_start(block) == dma &&
		       b->cpu + block_start(block) == cpu;
		if (likely(done))
			take_back(block, call);
	}
	lab_unlock(lab);
	return done;
}

/* The block at a place in RAM; NULL: there is none, or it is no memory of a pool. */
static struct block *block_at(const struct dmalab_machine *lab, size_t offset)
{
	struct blocks *b = offset == NO_OFFSET ? NULL : lab->pools->memory[offset >> PAGE_SHIFT];

	return b ? blocks_at(b, offset) : NULL;
}

/* A free, as the driver called it. */
struct pool_free {
	struct dma_pool *pool;
	const struct call *call;
	const void *cpu;
	dma_addr_t dma;
};

static cold void report_free(const struct pool_free *pf, enum check check,
			     const struct block *block, const char *detail,
			     const char *also)
{
	struct region r = dlab_block_region(block);
	struct finding f = {
		.check = check, .call = pf->call, .dev = pf->pool->d->dev, .cpu = pf->cpu,
		.dma = pf->dma, .region = block->born ? &r : NULL, .detail = detail, .also = also,
	};

	dlab_judge_report(&pf->pool->lab->judge, &f);
}

/* It is a live block, but not as the call says. */
static cold void report_mismatch(const struct pool_free *pf, const struct block *block)
{
	const struct dma_pool *pool = block->home->pool;
	struct region r = dlab_block_region(block);
	bool other_cpu = r.cpu != pf->cpu, other_dma = r.dma != pf->dma;
	const char *also = NULL;
	char text[160];

	if (pool != pf->pool) {
		snprintf(text, sizeof(text),
			 "it belongs to pool \"%s\" of %s, freed to pool \"%s\"", pool->name,
			 dlab_device_name(pool->d->dev), pf->pool->name);
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
 *
 * A block of another pool stays live in its own: as in the kernel, the pool that was
 * given does not find it among its pages.
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
		if (block->home->pool == pf->pool)
			dlab_pool_take_back(block, pf->call);
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

	dlab_release(&rel);
}

void dma_pool_free(struct dma_pool *pool, void *vaddr, dma_addr_t dma)
{
	struct call call = THIS_CALL;
	struct pool_free pf = { .pool = pool, .call = &call, .cpu = vaddr, .dma = dma };
	struct dmalab_machine *lab;
	struct device *dev;
	struct block *block;
	bool done = true;
	size_t room;

	if (likely(free_quickly(pool, vaddr, dma, &call)))
		return;
	RECORD("opa", pool, vaddr, dma);
	lab = dlab_pool_enter(pool, &call);
	if (!lab)
		return;
	dev = pool->d->dev;
	block = block_at(lab, dlab_route_walk(pool->d, dma, false, &room));
	if (likely(block && block_is_live(block) && block->home->pool == pool &&
		   block->home->dma + block_start(block) == dma &&
		   block->home->cpu + block_start(block) == vaddr))
		dlab_pool_take_back(block, &call);
	else
		done = free_wrongly(&pf, block, block_at(lab, cpu_to_offset(&lab->hw, vaddr)));
	lab_unlock(lab);
	if (unlikely(!done))
		free_other(dev, &pf);
}
