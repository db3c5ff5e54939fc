/* SPDX-License-Identifier: MIT */
/* What to say of an access: the object it is about, and the story. */
#include "judge/access.h"

#include "judge/blocks.h"
#include "judge/story.h"

static bool is_at(const struct region *r, const void *arg)
{
	return region_touches(r, *(const size_t *)arg, 1);
}

const struct region *dlab_dead_at(const struct judge *j, size_t offset)
{
	return dlab_ledger_dead(&j->ledger, is_at, &offset, offset, NO_OFFSET);
}

struct region *dlab_owned_at(const struct judge *j, size_t offset)
{
	const struct ledger_page *page = &j->ledger.pages[offset >> PAGE_SHIFT];
	struct region *alloc = ledger_alloc(&j->ledger, offset >> PAGE_SHIFT);

	for (struct span *span = page->maps; span; span = span->next)
		if (region_touches(span->region, offset, 1))
			return span->region;
	return alloc && region_touches(alloc, offset, 1) ? alloc : NULL;
}

/* Memory of a pool that is not handed out. */
static cold void report_free_block(struct judge *j, struct finding *f, struct blocks *b, size_t at)
{
	const struct block *block = blocks_at(b, at);
	struct region r;

	f->dev = b->dev;
	f->detail = "a gap in the memory of a pool: no block may cross the boundary";
	if (block) {
		r = dlab_block_region(block);
		f->region = &r;
		f->detail = block->born ? NULL : "the pool has not handed out this block yet";
	}
	dlab_judge_report(j, f);
}

cold void dlab_report_free_memory(struct judge *j, const struct call *call, const void *cpu,
				  size_t len, size_t at)
{
	const struct region *now = ledger_alloc(&j->ledger, at >> PAGE_SHIFT);
	const struct region *r = dlab_dead_at(j, at);
	struct finding f = {
		.check = CHECK_CPU_USE_AFTER_FREE, .call = call, .region = r,
		.dev = r ? r->dev : NULL, .cpu = cpu, .size = len,
	};
	bool taken = dlab_ledger_find_free(&j->ledger, at, 1) == NO_OFFSET;

	if (!taken && now && now->blocks) {
		report_free_block(j, &f, now->blocks, at);
		return;
	}
	if (taken)
		f.detail = "the memory has been allocated again, as another kind";
	else if (!r)
		f.detail = "nobody has allocated this memory for DMA";
	dlab_judge_report(j, &f);
}

static void fill_in(struct finding *f, const struct story *story)
{
	f->detail = story->detail;
	f->missing = story->missing;
	f->history = story->history;
	f->nr_history = story->nr_history;
	f->advice = story->calls;
	f->nr_advice = story->nr_calls;
}

static const struct region *region_with(const struct region *r, size_t at)
{
	return r && region_touches(r, at, 1) ? r : NULL;
}

/*
 * The object is the one whose device did it: that through which the bytes were stored, or
 * a call lost them. A device that reads what the CPU stored is spoken of by what it reads
 * through.
 */
static const struct region *object_of(const struct judge *j, const struct looking *look,
				      const struct cause *c, size_t at)
{
	const struct region *r = NULL;

	if (c && c->by_device)
		r = region_with(c->region, at);
	if (!r && !look->r && c)
		r = region_with(dlab_ledger_by_serial(&j->ledger, c->source.lost.serial, at), at);
	if (!r && !look->r && c && c->holder)
		r = region_with(c->holder, at);
	if (!r)
		r = look->r;
	if (!r)
		r = dlab_owned_at(j, at);
	return r ? r : dlab_dead_at(j, at);
}

cold void dlab_report_verdict(struct judge *j, const struct call *call, struct region *r,
			      dma_addr_t dma, const void *cpu, size_t offset, size_t len,
			      const struct verdict *v)
{
	struct looking look = { v->on, v->side, r, offset, len };
	struct causes causes;
	const struct cause *c;
	struct telling t = { .j = j, .call = call, .look = &look };
	struct story story;
	struct finding f = {
		.call = call, .cpu = cpu, .dma = dma, .size = len,
		.on = v->on, .machines = v->machines,
		.check = v->lost_cpu ? CHECK_LOST_CPU_WRITE :
			 v->lost_dev ? CHECK_LOST_DEVICE_WRITE :
			 v->side == SIDE_CPU ? CHECK_STALE_CPU_READ : CHECK_STALE_DEVICE_READ,
	};

	if (!judge_wants(j, f.check))
		return;
	dlab_causes_find(&causes, j, &look);
	c = dlab_cause_of(&causes, j, &look, v->example);
	t.check = f.check;
	t.r = object_of(j, &look, c, v->example);
	/* Bytes of several objects are counted from the start of the first. */
	if (t.r && v->first < t.r->offset)
		t.r = object_of(j, &look, dlab_cause_of(&causes, j, &look, v->first), v->first);
	f.region = t.r;
	dlab_story_of_read(&story, &t, v, &causes, c);
	f.dev = f.region ? f.region->dev : NULL;
	if (f.region && v->first >= f.region->offset) {
		f.first = v->first - f.region->offset;
		f.last = v->last - f.region->offset;
		f.bytes = v->bytes;
	}
	fill_in(&f, &story);
	dlab_judge_report(j, &f);
}

cold void dlab_report_damage(struct judge *j, const struct call *call, enum side side,
			     struct region *r, dma_addr_t dma, const void *cpu, size_t len,
			     const struct damage *d)
{
	struct region *object = r ? r : dlab_owned_at(j, d->first);
	struct story story;
	struct finding f = {
		.check = CHECK_SHARED_CACHE_LINE, .call = call, .region = object,
		.dev = object ? object->dev : NULL, .dma = dma, .size = len, .cpu = cpu,
		.on = d->on->profile, .machines = d->machines,
	};

	if (!judge_wants(j, f.check))
		return;
	dlab_story_of_damage(&story, side, d);
	if (object && d->first >= object->offset) {
		f.first = d->first - object->offset;
		f.last = d->last - object->offset;
		f.bytes = d->bytes;
	}
	fill_in(&f, &story);
	dlab_judge_report(j, &f);
}

cold void dlab_report_owner(struct judge *j, const struct call *call, enum check check,
			    struct region *r, const void *cpu, dma_addr_t dma, size_t offset,
			    size_t len, struct run run)
{
	bool by_cpu = check == CHECK_CPU_READ_DEVICE_OWNED || check == CHECK_CPU_WRITE_DEVICE_OWNED;
	struct looking look = {
		j->hw->profile, by_cpu || device_snoops(r->dev) ? SIDE_CPU : SIDE_BUS,
		by_cpu ? NULL : r, offset, len,
	};
	struct telling t = {
		.j = j, .call = call, .look = &look, .check = check, .r = r,
		.store = check == CHECK_CPU_WRITE_DEVICE_OWNED ||
			 check == CHECK_DEVICE_WRITE_CPU_OWNED ||
			 check == CHECK_DEVICE_WRITE_READ_ONLY,
	};
	struct story story;
	struct finding f = {
		.check = check, .call = call, .dev = r->dev, .region = r, .cpu = cpu,
		.dma = dma, .size = len, .first = run.first, .last = run.last,
		.bytes = run.bytes,
	};

	if (!judge_wants(j, check))
		return;
	dlab_story_of_owner(&story, &t);
	fill_in(&f, &story);
	dlab_judge_report(j, &f);
}
