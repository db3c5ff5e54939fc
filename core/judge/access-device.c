/* SPDX-License-Identifier: MIT */
/* What devices do to memory: access.c opens with the rules. */
#include "judge/many.h"

#include <linux/dma-mapping.h>

/* It was given without a hand-over, and nothing of it was handed over since. */
static bool never_synced(const struct region *r)
{
	return unlikely(r->attrs & DMA_ATTR_SKIP_CPU_SYNC) && !r->moved;
}

static bool trust_device_load(struct judge *j, const struct call *call, const struct region *r,
			      dma_addr_t dma, size_t offset, size_t len)
{
	return trust_given(j, &(struct given){
		.call = call, .r = r, .dma = dma, .size = len, .first = offset - r->offset,
		.len = len,
	});
}

/*
 * Direction, then ownership; of what needs no hand-over, whether it was stored. Returns
 * whether it reported.
 */
static bool check_device(struct judge *j, const struct call *call, struct region *r,
			 dma_addr_t dma, size_t offset, size_t len, bool store)
{
	struct run all = { offset - r->offset, offset - r->offset + len - 1, len };
	struct run run;

	if (!region_is_owned(r))
		return !store && trust_device_load(j, call, r, dma, offset, len);
	if (store && r->dir == DMA_TO_DEVICE) {
		dlab_report_owner(j, call, CHECK_DEVICE_WRITE_READ_ONLY, r, NULL, dma, offset, len,
				  all);
		return true;
	}
	if (!store && r->dir == DMA_FROM_DEVICE) {
		dlab_report_owner(j, call, CHECK_DEVICE_READ_WRITE_ONLY, r, NULL, dma, offset, len,
				  all);
		return true;
	}
	run = dlab_own_find(r, offset - r->offset, len, false);
	if (likely(!run.bytes))
		return !store && never_synced(r) &&
		       trust_device_load(j, call, r, dma, offset, len);
	dlab_report_owner(j, call,
			  store ? CHECK_DEVICE_WRITE_CPU_OWNED : CHECK_DEVICE_READ_CPU_OWNED, r,
			  NULL, dma, offset, len, run);
	return true;
}

static bool is_uncached(const struct judge *j, const struct shadow *s, u32 page)
{
	const struct region *r = ledger_alloc(&j->ledger, page);

	if (likely(s == &j->shadow))
		return j->hw->frames[page].memory_only;
	return s->arena && (s->state[page] == PAGE_UNCACHED || (r && r->kind == REGION_HANDLE));
}

/*
 * A device that snoops sees what the CPU sees, unless the memory is uncached. Both
 * kinds meet in one access only through a mapping that outlived its memory. Returns
 * the side of the first page, and how many bytes from @offset on it is good for.
 */
static size_t side_of(const struct judge *j, const struct shadow *s, const struct region *r,
		      size_t offset, size_t len, enum side *side)
{
	u32 page = offset >> PAGE_SHIFT;
	size_t n = page_offset(page + 1) - offset;
	bool uncached;

	*side = SIDE_BUS;
	if (likely(!dlab_judge_snoops_on(j, s, r->dev)))
		return len;
	uncached = is_uncached(j, s, page);
	if (!uncached)
		*side = SIDE_CPU;
	while (n < len && is_uncached(j, s, ++page) == uncached)
		n += PAGE_SIZE;
	return n < len ? n : len;
}

/* Without cache lines in between. */
static cold void look_bounced(const struct judge *j, const struct region *r, size_t offset,
			      size_t len, struct verdicts *v)
{
	/* What is not copied is the memory, as the CPU finds it. */
	add_verdict(v, j,
		    r->bounce ? dlab_bounce_look_device(r, offset - r->offset, len) :
				dlab_bounce_look_cpu(j, offset, len),
		    SIDE_BUS, bouncing_profile(j));
}

static void device_look(struct judge *j, struct shadow *s, const struct region *r, size_t offset,
			size_t len, struct verdicts *v)
{
	enum side side;

	for (size_t done = 0, n; done < len; done += n) {
		n = side_of(j, s, r, offset + done, len - done, &side);
		add_verdict(v, j, dlab_shadow_look(s, side, offset + done, n), side, s->profile);
		if (side == SIDE_CPU)
			dlab_shadow_cpu_load(s, offset + done, n);
	}
}

void dlab_judge_device_load(struct judge *j, const struct call *call, struct region *r,
			    dma_addr_t dma, size_t offset, size_t len, bool *reported)
{
	struct verdicts v = { .by_device = true };

	if (likely(region_has_memory(r))) {
		for_each_shadow(j, s)
			device_look(j, s, r, offset, len, &v);
		if (unlikely(j->lost.arena))
			look_bounced(j, r, offset, len, &v);
	}
	if (*reported)
		return;
	*reported = report_verdicts(j, call, r, dma, NULL, offset, len, &v) ||
		    check_device(j, call, r, dma, offset, len, false);
}

/* Whose bytes it stores, by the contract: a story is told of them later. */
static struct through stored_through(const struct region *r, size_t offset, size_t len)
{
	struct through by = region_through(r);
	size_t cpu;

	if (!region_is_owned(r) || r->owner == OWNER_ANY)
		return by;
	cpu = dlab_own_find(r, offset - r->offset, len, false).bytes;
	by.own = !cpu ? OWN_DEVICE : cpu == len ? OWN_CPU : OWN_BOTH;
	return by;
}

static void device_store(struct judge *j, struct shadow *s, const struct call *call,
			 const struct region *r, const struct through *by, size_t offset,
			 size_t len, struct damages *all)
{
	enum side side;

	for (size_t done = 0, n; done < len; done += n) {
		struct damage d;

		n = side_of(j, s, r, offset + done, len - done, &side);
		if (side == SIDE_CPU)
			dlab_shadow_snooped_store(s, offset + done, n, call->site, &d);
		else
			dlab_shadow_bus_store(s, offset + done, n, call->site, by, &d);
		add_damage(all, j, s, side, &d);
	}
}

void dlab_judge_device_store(struct judge *j, const struct call *call, struct region *r,
			     dma_addr_t dma, size_t offset, size_t len, bool *reported)
{
	struct damages all = { .machines = 0 };
	struct through by;

	if (likely(!*reported))
		*reported = check_device(j, call, r, dma, offset, len, true);
	if (unlikely(!region_has_memory(r)))
		return;
	by = stored_through(r, offset, len);
	if (unlikely(j->lost.arena))
		dlab_bounce_device_store(j, r, offset - r->offset, len, call->site, &by);
	for_each_shadow(j, s)
		device_store(j, s, call, r, &by, offset, len, &all);
	if (!*reported)
		*reported = report_damages(j, call, r, dma, NULL, len, &all);
}
