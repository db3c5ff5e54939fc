/* SPDX-License-Identifier: MIT */
/* What to say of an access: the object it is about, and the story. */
#include "check/access.h"

#include "check/blocks.h"
#include "check/story.h"

static bool is_at(const struct region *r, const void *arg)
{
	return region_touches(r, *(const size_t *)arg, 1);
}

const struct region *dead_at(const struct judge *j, size_t offset)
{
	return ledger_dead(&j->ledger, is_at, &offset);
}

struct region *owned_at(const struct judge *j, size_t offset)
{
	const struct ledger_page *page = &j->ledger.pages[offset >> PAGE_SHIFT];

	for (struct span *span = page->maps; span; span = span->next)
		if (region_touches(span->region, offset, 1))
			return span->region;
	if (page->alloc && region_touches(page->alloc, offset, 1))
		return page->alloc;
	return NULL;
}

/* Memory of a pool that is not handed out. */
static cold void report_free_block(struct judge *j, struct finding *f, struct blocks *b, size_t at)
{
	const struct block *block = blocks_at(b, at);
	struct region r;

	f->dev = b->dev;
	f->detail = "a gap in the memory of a pool: no block may cross the boundary";
	if (block) {
		r = block_region(block);
		f->region = &r;
		f->detail = block->born ? NULL : "the pool has not handed out this block yet";
	}
	judge_report(j, f);
}

cold void report_free_memory(struct judge *j, const struct call *call, const void *cpu,
			     size_t len, size_t at)
{
	const struct region *now = j->ledger.pages[at >> PAGE_SHIFT].alloc;
	const struct region *r = dead_at(j, at);
	struct finding f = {
		.check = CHECK_CPU_USE_AFTER_FREE, .call = call, .region = r,
		.dev = r ? r->dev : NULL, .cpu = cpu, .size = len,
	};
	bool taken = ledger_find_free(&j->ledger, at, 1) == NO_OFFSET;

	if (!taken && now && now->blocks) {
		report_free_block(j, &f, now->blocks, at);
		return;
	}
	if (taken)
		f.detail = "the memory has been allocated again, as another kind";
	else if (!r)
		f.detail = "nobody has allocated this memory for DMA";
	judge_report(j, &f);
}

cold void report_verdict(struct judge *j, const struct call *call, enum side side,
			 struct region *r, dma_addr_t dma, const void *cpu, size_t len,
			 const struct verdict *v)
{
	const struct region *object = r;
	struct story story;
	struct finding f = {
		.call = call, .cpu = cpu, .dma = dma, .size = len,
		.on = v->on, .machines = v->machines,
		.check = v->lost_cpu ? CHECK_LOST_CPU_WRITE :
			 v->lost_dev ? CHECK_LOST_DEVICE_WRITE :
			 side == SIDE_CPU ? CHECK_STALE_CPU_READ : CHECK_STALE_DEVICE_READ,
	};

	if (!judge_wants(j, f.check))
		return;
	if (!object)
		object = owned_at(j, v->example);
	if (!object)
		object = dead_at(j, v->example);
	story_of_read(&story, j, side, !r, f.check, object, v);
	f.region = object;
	f.dev = object ? object->dev : NULL;
	if (object && v->first >= object->offset) {
		f.first = v->first - object->offset;
		f.last = v->last - object->offset;
		f.bytes = v->bytes;
	}
	f.detail = story.detail;
	f.missing = story.missing;
	f.history = story.history;
	f.nr_history = story.nr_history;
	judge_report(j, &f);
}

cold void report_damage(struct judge *j, const struct call *call, enum side side,
			struct region *r, dma_addr_t dma, const void *cpu, size_t len,
			const struct damage *d)
{
	struct region *object = r ? r : owned_at(j, d->first);
	struct story story;
	struct finding f = {
		.check = CHECK_SHARED_CACHE_LINE, .call = call, .region = object,
		.dev = object ? object->dev : NULL, .dma = dma, .size = len, .cpu = cpu,
		.on = d->on->profile, .machines = d->machines,
	};

	if (!judge_wants(j, f.check))
		return;
	story_of_damage(&story, side, d);
	if (object && d->first >= object->offset) {
		f.first = d->first - object->offset;
		f.last = d->last - object->offset;
		f.bytes = d->bytes;
	}
	f.detail = story.detail;
	f.history = story.history;
	f.nr_history = story.nr_history;
	judge_report(j, &f);
}

cold void report_owner(struct judge *j, const struct call *call, enum check check,
		       struct region *r, const void *cpu, dma_addr_t dma, size_t len,
		       struct run run)
{
	struct story story;
	struct finding f = {
		.check = check, .call = call, .dev = r->dev, .region = r, .cpu = cpu,
		.dma = dma, .size = len, .first = run.first, .last = run.last,
		.bytes = run.bytes,
	};

	if (!judge_wants(j, check))
		return;
	story_of_owner(&story, j, check, r, run);
	f.detail = story.detail;
	f.missing = story.missing;
	f.history = story.history;
	f.nr_history = story.nr_history;
	judge_report(j, &f);
}
