/* SPDX-License-Identifier: MIT */
/* What an address is that leads to nothing: for reports. */
#include "dma/astray.h"

#include "judge/blocks.h"

#include <linux/dma-mapping.h>
#include <stdio.h>

struct question {
	const struct device *dev;
	dma_addr_t dma;
	u64 place;
};

static int is_anybodys(const struct region *r, const void *arg)
{
	const struct question *q = arg;

	return r->dev && region_holds(r, q->place, 1) ? BEST_FIT : 0;
}

static bool was_there(const struct region *r, const void *arg)
{
	const struct question *q = arg;

	return r->dev == q->dev && q->dma - r->dma < r->size;
}

/* It is memory of a pool, but in no block that is handed out. */
static void look_at_pool(struct astray *a, const struct region *pool, u64 place)
{
	const struct block *block = blocks_at(pool->blocks, pool->offset + (place - pool->place));

	a->detail = "a gap in the memory of a pool: no block may cross the boundary";
	if (!block)
		return;
	a->block = dlab_block_region(block);
	a->region = &a->block;
	a->was_there = block->born;
	a->detail = block->born ? NULL : "the pool has not handed out this block yet";
}

static void look_for_others(struct astray *a, struct dmalab_device *d, const struct question *q)
{
	const struct region *r = NULL;
	const char *name = dlab_device_name(d->dev);
	int how = 0;

	if (q->place != NO_OFFSET)
		r = ledger_find(&d->machine->judge.ledger, q->place, is_anybodys, q, &how);
	if (r && r->dev != d->dev)
		snprintf(a->text, sizeof(a->text),
			 "DMA address 0x%llx is %.48s's: nothing is mapped there for %.48s",
			 (unsigned long long)q->dma, dlab_device_name(r->dev), name);
	else
		snprintf(a->text, sizeof(a->text), "nothing is mapped for %.48s at DMA address 0x%llx",
			 name, (unsigned long long)q->dma);
	a->detail = a->text;
}

void dlab_astray_look(struct astray *a, struct dmalab_device *d, dma_addr_t dma, u64 place)
{
	const struct ledger *l = &d->machine->judge.ledger;
	const struct question q = { .dev = d->dev, .dma = dma, .place = place };
	const struct region *now = place == NO_OFFSET ? NULL : ledger_alloc_at(l, place);

	*a = (struct astray){ .region = NULL };
	if (dma == DMA_MAPPING_ERROR)
		return;
	if (now && now->blocks && now->dev == d->dev) {
		look_at_pool(a, now, place);
		return;
	}
	a->region = dlab_ledger_dead(l, was_there, &q, phys_to_offset(&d->machine->hw, dma),
				     NO_OFFSET);
	a->was_there = a->region;
	if (!a->region)
		look_for_others(a, d, &q);
}

size_t dlab_astray_room(const struct region *r, u64 place)
{
	size_t start = place - r->place;
	const struct block *block = r->blocks ? blocks_at(r->blocks, r->offset + start) : NULL;

	return block ? block_start(block) + r->blocks->size - start : r->size - start;
}

struct run dlab_astray_behind(const struct region *r, u64 place, size_t len, size_t room)
{
	size_t start = place - r->place;
	size_t last = len - 1 > (size_t)-1 - start ? (size_t)-1 : start + len - 1;

	return (struct run){ .first = start + room, .last = last, .bytes = last - start - room + 1 };
}
