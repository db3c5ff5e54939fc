/* SPDX-License-Identifier: MIT */
/*
 * Trust: old contents of memory, shown to a device that may read them, or to a CPU that takes
 * them for what a device has written. Both are the last in a row of checks: they are
 * about values that every machine agrees upon.
 */
#include "judge/access.h"

/* ------------------------------------------------- memory that comes as it is */

/* It was freed while it was mapped: a copy of it may be in use. */
static cold bool is_mapped(const struct span *span, size_t offset, size_t len)
{
	while (span && !region_touches(span->region, offset, len))
		span = span->next;
	return span;
}

/* The bytes of the range up to the next multiple of @unit. */
static size_t up_to(size_t offset, size_t end, size_t unit)
{
	size_t rest = unit - (offset & (unit - 1));

	return rest < end - offset ? rest : end - offset;
}

static void poison(struct judge *j, size_t offset, size_t len)
{
	if (j->unwritten.pages)
		dlab_unwritten_fresh(&j->unwritten, offset, len);
	for_each_shadow(j, s)
		dlab_shadow_forget(s, offset, len);
	if (unlikely(j->lost.arena))
		dlab_bounce_forget(j, offset, len);
	dlab_image_poison(j->hw, offset, len);
}

/* All of a range in one page; of one that is mapped in part, those pieces that are not. */
static void poison_unmapped(struct judge *j, size_t offset, size_t len)
{
	const struct span *maps = j->ledger.pages[offset >> PAGE_SHIFT].maps;
	size_t unit = len > 64 ? 64 : 1;

	if (likely(!maps) || !is_mapped(maps, offset, len)) {
		poison(j, offset, len);
		return;
	}
	for (size_t end = offset + len, n; len > 1 && offset < end; offset += n) {
		n = up_to(offset, end, unit);
		poison_unmapped(j, offset, n);
	}
}

/*
 * With plain accesses it then holds a pattern in both views, and what its last owner left in
 * doubt is forgotten: else a store of the value that was there, which is not found, would
 * leave the byte disputed for good. Lines that are dirty stay dirty. What is mapped still may
 * have a copy, which does not change: it stays as it was left, and nothing is said of what is
 * stored there.
 */
void dlab_trust_fresh(struct judge *j, size_t offset, size_t len)
{
	if (!image_on(j->hw)) {
		dlab_unwritten_fresh(&j->unwritten, offset, len);
		return;
	}
	for (size_t end = offset + len, n; offset < end; offset += n) {
		n = up_to(offset, end, PAGE_SIZE);
		image_new_poison(j->hw, offset >> PAGE_SHIFT);
		poison_unmapped(j, offset, n);
	}
}

/* ---------------------------------------------------------------- the checks */

static void set_bytes(struct finding *f, const struct region *r, struct run run)
{
	f->region = r;
	f->dev = r ? r->dev : NULL;
	if (!r || run.first < r->offset)
		return;
	f->first = run.first - r->offset;
	f->last = run.last - r->offset;
	f->bytes = run.bytes;
}

cold bool dlab_trust_given_slow(struct judge *j, const struct given *g)
{
	struct finding f = {
		.check = CHECK_UNINITIALISED_TO_DEVICE, .call = g->call, .cpu = g->cpu,
		.dma = g->dma, .size = g->size,
		.detail = "nobody has stored them since the memory was allocated: "
			  "the device can read what it held before",
		.missing = "a store to these bytes before this, or memory that comes zeroed",
	};
	struct run run = dlab_unwritten_find_never(&j->unwritten, g->r->offset + g->first, g->len);

	if (!run.bytes || !judge_wants(j, f.check))
		return false;
	set_bytes(&f, g->r, run);
	dlab_judge_report(j, &f);
	return true;
}

cold void dlab_trust_load_slow(struct judge *j, const struct call *call, const void *cpu,
			       size_t offset, size_t len)
{
	struct finding f = {
		.check = CHECK_UNWRITTEN_READ, .call = call, .cpu = cpu, .size = len,
		.detail = "nobody has stored them since the memory was allocated: "
			  "they are what it held before",
	};
	struct run run = dlab_unwritten_find_awaited(&j->unwritten, offset, len);
	const struct region *r;

	if (!run.bytes)
		return;
	r = dlab_owned_at(j, run.first);
	if (!r)
		r = dlab_dead_at(j, run.first);
	set_bytes(&f, r, run);
	dlab_judge_report(j, &f);
}
