/* SPDX-License-Identifier: MIT */
/*
 * Trust: old contents of memory, shown to a device that may read them, or to a CPU that takes
 * them for what a device has written. Both are the last in a row of checks: they are
 * about values that every machine agrees upon.
 */
#include "check/access.h"

/* ------------------------------------------------- memory that comes as it is */

static bool is_certain_on(struct shadow *s, size_t offset, size_t len)
{
	if (!s->arena)
		return true;
	switch (s->state[offset >> PAGE_SHIFT]) {
	case PAGE_BUS_NEWER:
		return false;
	case PAGE_TRACKED:
		return !shadow_look(s, SIDE_CPU, offset, len).bytes;
	default:
		return true;
	}
}

/* It was freed while it was mapped: a copy of it may be in use. */
static cold bool is_mapped(const struct span *span, size_t offset, size_t len)
{
	while (span && !region_touches(span->region, offset, len))
		span = span->next;
	return span;
}

/* Of a range in one page: is what the CPU finds there all that there is, on any machine? */
static bool is_certain(struct judge *j, size_t offset, size_t len)
{
	const struct span *maps = j->ledger.pages[offset >> PAGE_SHIFT].maps;

	if (unlikely(maps && is_mapped(maps, offset, len)))
		return false;
	for_each_shadow(j, s)
		if (!is_certain_on(s, offset, len))
			return false;
	return !j->lost.arena || !bounce_look_cpu(j, offset, len).bytes;
}

/* The bytes of the range up to the next multiple of @unit. */
static size_t up_to(size_t offset, size_t end, size_t unit)
{
	size_t rest = unit - (offset & (unit - 1));

	return rest < end - offset ? rest : end - offset;
}

/* All of a range in one page; of an uncertain one those pieces of it that are certain. */
static void poison(struct judge *j, size_t offset, size_t len)
{
	size_t unit = len > 64 ? 64 : 1;

	if (likely(is_certain(j, offset, len))) {
		unwritten_fresh(&j->unwritten, offset, len);
		image_poison(j->hw, offset, len);
		return;
	}
	for (size_t end = offset + len, n; len > 1 && offset < end; offset += n) {
		n = up_to(offset, end, unit);
		poison(j, offset, n);
	}
}

/*
 * Where the cache may hide what a device has stored, a plain store that is not found, as
 * its value was there, would leave the byte disputed for good; and what is mapped still may
 * have a copy, which does not change. Such bytes stay as their last owner left them, and
 * nothing is said of what is stored there.
 */
void trust_fresh(struct judge *j, size_t offset, size_t len)
{
	if (!image_on(j->hw)) {
		unwritten_fresh(&j->unwritten, offset, len);
		return;
	}
	for (size_t end = offset + len, n; offset < end; offset += n) {
		n = up_to(offset, end, PAGE_SIZE);
		image_new_poison(j->hw, offset >> PAGE_SHIFT);
		poison(j, offset, n);
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

cold bool trust_given_slow(struct judge *j, const struct given *g)
{
	struct finding f = {
		.check = CHECK_UNINITIALISED_TO_DEVICE, .call = g->call, .cpu = g->cpu,
		.dma = g->dma, .size = g->size,
		.detail = "nobody has stored them since the memory was allocated: "
			  "the device can read what it held before",
		.missing = "a store to these bytes before this, or memory that comes zeroed",
	};
	struct run run = unwritten_find_never(&j->unwritten, g->r->offset + g->first, g->len);

	if (!run.bytes || !judge_wants(j, f.check))
		return false;
	set_bytes(&f, g->r, run);
	judge_report(j, &f);
	return true;
}

cold void trust_load_slow(struct judge *j, const struct call *call, const void *cpu,
			  size_t offset, size_t len)
{
	struct finding f = {
		.check = CHECK_UNWRITTEN_READ, .call = call, .cpu = cpu, .size = len,
		.detail = "nobody has stored them since the memory was allocated: "
			  "they are what it held before",
	};
	struct run run = unwritten_find_awaited(&j->unwritten, offset, len);
	const struct region *r;

	if (!run.bytes)
		return;
	r = owned_at(j, run.first);
	if (!r)
		r = dead_at(j, run.first);
	set_bytes(&f, r, run);
	judge_report(j, &f);
}
