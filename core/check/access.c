/* SPDX-License-Identifier: MIT */
/*
 * What CPU and devices do to memory. An access draws at most one report, named
 * after the gravest thing wrong with it: memory that is free, then coherency, then
 * direction, then ownership, then what it does to bytes beside it. The state then
 * moves on as the machine's would: nothing is repaired.
 */
#include "check/access.h"

/*
 * Handles are uncached as well, but no pointer to them was ever handed out, except to
 * user space.
 */
static bool view_fits(const struct judge *j, u32 page, bool uncached)
{
	const struct region *r = j->ledger.pages[page].alloc;

	if (likely(!uncached))
		return !j->hw->frames[page].memory_only;
	return j->hw->frames[page].memory_only && r &&
	       (region_is_coherent(r) || (r->kind == REGION_HANDLE && r->in_user_space));
}

size_t judge_find_dangling(const struct judge *j, size_t offset, size_t len, bool uncached)
{
	size_t at = ledger_find_free(&j->ledger, offset, len);
	u32 last = (offset + len - 1) >> PAGE_SHIFT;

	for (u32 page = offset >> PAGE_SHIFT; at == NO_OFFSET && page <= last; page++)
		if (unlikely(!view_fits(j, page, uncached)))
			at = page_offset(page) > offset ? page_offset(page) : offset;
	return at;
}

/* ------------------------------------------------------------------- CPU */

/* Bytes of @r in the range that the CPU must leave alone. */
static struct run forbidden(const struct region *r, size_t offset, size_t len, bool store)
{
	size_t from = offset > r->offset ? offset : r->offset;
	size_t to = offset + len < r->offset + r->size ? offset + len : r->offset + r->size;

	if (!region_is_owned(r) || from >= to || (!store && r->dir == DMA_TO_DEVICE))
		return (struct run){ 0, 0, 0 };
	return own_find(r, from - r->offset, to - from, true);
}

/* Returns whether the device owns some of it; reports the first object's bytes. */
static bool check_cpu_owner(struct judge *j, const struct call *call, const void *cpu,
			    size_t offset, size_t len, bool store)
{
	enum check check = store ? CHECK_CPU_WRITE_DEVICE_OWNED : CHECK_CPU_READ_DEVICE_OWNED;
	u32 last = (offset + len - 1) >> PAGE_SHIFT;

	for (u32 p = offset >> PAGE_SHIFT; p <= last; p++) {
		struct ledger_page *page = &j->ledger.pages[p];
		struct region *r = NULL;
		struct run run = { 0, 0, 0 };

		if (page->alloc) {
			r = page->alloc;
			run = forbidden(r, offset, len, store);
		}
		for (struct span *span = page->maps; span && !run.bytes; span = span->next) {
			r = span->region;
			run = forbidden(r, offset, len, store);
		}
		if (likely(!run.bytes))
			continue;
		report_owner(j, call, check, r, cpu, 0, len, run);
		return true;
	}
	return false;
}

/* The last in a row of checks: has somebody stored what the device was to store? */
static void check_written(struct judge *j, const struct call *call, const void *cpu,
			  size_t offset, size_t len)
{
	struct run run = { 0, 0, 0 };
	const struct region *r;
	struct finding f = {
		.check = CHECK_UNWRITTEN_READ, .call = call, .cpu = cpu, .size = len,
		.detail = "nobody has stored them since the memory was allocated: "
			  "they are what it held before",
	};

	if (j->unwritten.pages)
		run = unwritten_find(&j->unwritten, offset, len);
	if (likely(!run.bytes))
		return;
	r = owned_at(j, run.first);
	if (!r)
		r = dead_at(j, run.first);
	f.region = r;
	f.dev = r ? r->dev : NULL;
	if (r && run.first >= r->offset) {
		f.first = run.first - r->offset;
		f.last = run.last - r->offset;
		f.bytes = run.bytes;
	}
	judge_report(j, &f);
}

/* Through a dangling pointer: what is there is used the way it is used now. */
static cold void dangling_access(struct judge *j, const struct call *call, size_t offset,
				 size_t len, bool store)
{
	for (size_t end = offset + len, n; offset < end; offset += n) {
		bool bus = j->hw->frames[offset >> PAGE_SHIFT].memory_only;

		n = PAGE_SIZE - (offset & (PAGE_SIZE - 1));
		if (n > end - offset)
			n = end - offset;
		if (store)
			unwritten_store(&j->unwritten, offset, n);
		if (store && j->lost.arena)
			bounce_cpu_store(j, offset, n, call->site);
		if (store && bus)
			shadow_bus_store(&j->shadow, offset, n, call->site, NULL);
		else if (store)
			shadow_cpu_store(&j->shadow, offset, n, call->site, NULL);
		else if (!bus)
			shadow_cpu_load(&j->shadow, offset, n);
	}
}

/* All but who wrote it. Returns whether there is something wrong with it. */
static bool load(struct judge *j, const struct call *call, const void *cpu, size_t offset,
		 size_t len)
{
	size_t dangling = judge_find_dangling(j, offset, len, false);
	struct verdict v;
	bool wrong;

	if (unlikely(dangling != NO_OFFSET)) {
		report_free_memory(j, call, cpu, len, dangling);
		dangling_access(j, call, offset, len, false);
		return true;
	}
	v = unlikely(j->lost.arena) ? bounce_look_cpu(j, offset, len) :
				      shadow_look(&j->shadow, SIDE_CPU, offset, len);
	wrong = unlikely(v.bytes) || check_cpu_owner(j, call, cpu, offset, len, false);
	if (unlikely(v.bytes))
		report_verdict(j, call, SIDE_CPU, NULL, 0, cpu, len, &v);
	shadow_cpu_load(&j->shadow, offset, len);
	return wrong;
}

void judge_cpu_load(struct judge *j, const struct call *call, const void *cpu, size_t offset,
		    size_t len)
{
	if (!judge_is_quiet(j, offset, len) && !load(j, call, cpu, offset, len))
		check_written(j, call, cpu, offset, len);
}

void judge_cpu_move(struct judge *j, const struct call *call, size_t offset, size_t len)
{
	if (!judge_is_quiet(j, offset, len))
		load(j, call, j->hw->cached + offset, offset, len);
}

/* Bytes that nobody has mapped hold nothing that anybody waits for. */
static cold bool hurts_anybody(const struct judge *j, const struct damage *d)
{
	for (unsigned i = 0; i < d->nr_victims; i++)
		for (u64 bytes = d->victims[i].bytes; bytes; bytes &= bytes - 1)
			if (owned_at(j, d->victims[i].base + __builtin_ctzll(bytes)))
				return true;
	return false;
}

void judge_cpu_store(struct judge *j, const struct call *call, const void *cpu, size_t offset,
		     size_t len)
{
	size_t dangling;
	bool owned;
	struct damage d;

	if (!judge_sees_accesses(j))
		return;
	dangling = judge_find_dangling(j, offset, len, false);
	if (unlikely(dangling != NO_OFFSET)) {
		report_free_memory(j, call, cpu, len, dangling);
		dangling_access(j, call, offset, len, true);
		return;
	}
	owned = check_cpu_owner(j, call, cpu, offset, len, true);
	unwritten_store(&j->unwritten, offset, len);
	if (unlikely(j->lost.arena))
		bounce_cpu_store(j, offset, len, call->site);
	shadow_cpu_store(&j->shadow, offset, len, call->site, &d);
	if (unlikely(d.bytes) && !owned && hurts_anybody(j, &d))
		report_damage(j, call, SIDE_CPU, NULL, 0, cpu, len, &d);
}

void judge_cpu_uncached(struct judge *j, const struct call *call, size_t offset, size_t len,
			bool store)
{
	size_t dangling;

	if (!judge_sees_accesses(j))
		return;
	if (store)
		unwritten_store(&j->unwritten, offset, len);
	dangling = judge_find_dangling(j, offset, len, true);
	if (likely(dangling == NO_OFFSET))
		return;
	report_free_memory(j, call, j->hw->memory + offset, len, dangling);
	if (store)
		shadow_bus_store(&j->shadow, offset, len, call->site, NULL);
}

/* Free, or handed out with no pointer at all: an uncached view fits all else. */
static size_t find_dangling_view(const struct judge *j, size_t offset, size_t len)
{
	size_t at = ledger_find_free(&j->ledger, offset, len);
	u32 last = (offset + len - 1) >> PAGE_SHIFT;

	for (u32 p = offset >> PAGE_SHIFT; at == NO_OFFSET && p <= last; p++)
		if (j->hw->frames[p].memory_only && !view_fits(j, p, true))
			at = page_offset(p) > offset ? page_offset(p) : offset;
	return at;
}

static void view_load(struct judge *j, const struct call *call, const void *cpu, size_t offset,
		      size_t len)
{
	bool bounces = j->lost.arena;
	enum side side = bounces ? SIDE_CPU : SIDE_BUS;
	struct verdict v = bounces ? bounce_look_cpu(j, offset, len) :
				     shadow_look(&j->shadow, side, offset, len);

	if (unlikely(v.bytes))
		report_verdict(j, call, side, NULL, 0, cpu, len, &v);
	else
		check_written(j, call, cpu, offset, len);
}

cold void judge_cpu_view(struct judge *j, const struct call *call, const void *cpu, size_t offset,
			 size_t len, bool store)
{
	struct damage d;
	size_t dangling;

	if (!judge_sees_accesses(j))
		return;
	dangling = find_dangling_view(j, offset, len);
	if (unlikely(dangling != NO_OFFSET))
		report_free_memory(j, call, cpu, len, dangling);
	else if (!store)
		view_load(j, call, cpu, offset, len);
	if (!store)
		return;
	unwritten_store(&j->unwritten, offset, len);
	if (j->lost.arena)
		bounce_cpu_store(j, offset, len, call->site);
	shadow_uncached_store(&j->shadow, offset, len, call->site, &d);
	if (unlikely(d.bytes) && dangling == NO_OFFSET)
		report_damage(j, call, SIDE_BUS, NULL, 0, cpu, len, &d);
}

/* --------------------------------------------------------------- devices */

/* Direction, then ownership. Returns whether it reported. */
static bool check_device(struct judge *j, const struct call *call, struct region *r,
			 dma_addr_t dma, size_t offset, size_t len, bool store)
{
	struct run all = { offset - r->offset, offset - r->offset + len - 1, len };
	struct run run;

	if (!region_is_owned(r))
		return false;
	if (store && r->dir == DMA_TO_DEVICE) {
		report_owner(j, call, CHECK_DEVICE_WRITE_READ_ONLY, r, NULL, dma, len, all);
		return true;
	}
	if (!store && r->dir == DMA_FROM_DEVICE) {
		report_owner(j, call, CHECK_DEVICE_READ_WRITE_ONLY, r, NULL, dma, len, all);
		return true;
	}
	run = own_find(r, offset - r->offset, len, false);
	if (likely(!run.bytes))
		return false;
	report_owner(j, call, store ? CHECK_DEVICE_WRITE_CPU_OWNED : CHECK_DEVICE_READ_CPU_OWNED,
		     r, NULL, dma, len, run);
	return true;
}

/*
 * A device that snoops sees what the CPU sees, unless the memory is uncached. Both
 * kinds meet in one access only through a mapping that outlived its memory. Returns
 * the side of the first page, and how many bytes from @offset on it is good for.
 */
static size_t side_of(const struct judge *j, const struct region *r, size_t offset, size_t len,
		      enum side *side)
{
	const struct frame *frames = j->hw->frames;
	u32 page = offset >> PAGE_SHIFT;
	bool uncached = frames[page].memory_only;
	size_t n = page_offset(page + 1) - offset;

	*side = device_snoops(r->dev) && !uncached ? SIDE_CPU : SIDE_BUS;
	if (likely(!device_snoops(r->dev)))
		return len;
	while (n < len && frames[++page].memory_only == uncached)
		n += PAGE_SIZE;
	return n < len ? n : len;
}

/* Not a resource, nor on a machine that bounces. */
static bool is_plain_memory(const struct judge *j, const struct region *r)
{
	return !j->lost.arena && region_has_memory(r);
}

static cold void load_elsewhere(struct judge *j, const struct call *call, struct region *r,
				dma_addr_t dma, size_t offset, size_t len, bool *reported)
{
	struct verdict v = { .bytes = 0 };

	if (*reported)
		return;
	if (r->bounce)
		v = bounce_look_device(r, offset - r->offset, len);
	else if (j->lost.arena && region_has_memory(r))
		v = bounce_look_cpu(j, offset, len); /* the memory, as the CPU finds it */
	if (v.bytes)
		report_verdict(j, call, SIDE_BUS, r, dma, NULL, len, &v);
	*reported = v.bytes || check_device(j, call, r, dma, offset, len, false);
}

void judge_device_load(struct judge *j, const struct call *call, struct region *r,
		       dma_addr_t dma, size_t offset, size_t len, bool *reported)
{
	enum side side;

	if (unlikely(!is_plain_memory(j, r))) {
		load_elsewhere(j, call, r, dma, offset, len, reported);
		return;
	}
	for (size_t done = 0, n; done < len; done += n) {
		struct verdict v;

		n = side_of(j, r, offset + done, len - done, &side);
		v = shadow_look(&j->shadow, side, offset + done, n);
		if (unlikely(v.bytes) && !*reported) {
			report_verdict(j, call, side, r, dma, NULL, len, &v);
			*reported = true;
		}
		if (side == SIDE_CPU)
			shadow_cpu_load(&j->shadow, offset + done, n);
	}
	if (likely(!*reported))
		*reported = check_device(j, call, r, dma, offset, len, false);
}

void judge_device_store(struct judge *j, const struct call *call, struct region *r,
			dma_addr_t dma, size_t offset, size_t len, bool *reported)
{
	enum side side;

	if (likely(!*reported))
		*reported = check_device(j, call, r, dma, offset, len, true);

	if (unlikely(!is_plain_memory(j, r))) {
		if (j->lost.arena && region_has_memory(r))
			bounce_device_store(j, r, offset - r->offset, len, call->site);
		return;
	}
	for (size_t done = 0, n; done < len; done += n) {
		struct damage d;

		n = side_of(j, r, offset + done, len - done, &side);
		if (side == SIDE_CPU)
			shadow_snooped_store(&j->shadow, offset + done, n, call->site, &d);
		else
			shadow_bus_store(&j->shadow, offset + done, n, call->site, &d);
		if (unlikely(d.bytes) && !*reported) {
			report_damage(j, call, side, r, dma, NULL, len, &d);
			*reported = true;
		}
	}
}
