/* SPDX-License-Identifier: MIT */
/*
 * What CPU and devices do to memory. An access gives at most one report, named
 * after the most severe thing wrong with it: memory that is free, then coherency, then
 * direction, then ownership, then what it does to bytes beside it, then trust. Where other
 * machines are judged as well, one about coherency there may come beside it. The state then
 * moves on as the machine's would: nothing is repaired.
 */
#include "judge/many.h"
#include "judge/quick.h"

/* Handles are uncached as well, but no pointer to them was ever handed out. */
static bool view_fits(const struct judge *j, u32 page, bool uncached)
{
	const struct region *r = ledger_alloc(&j->ledger, page);

	if (likely(!uncached))
		return !j->hw->frames[page].memory_only;
	return j->hw->frames[page].memory_only && r && region_is_coherent(r);
}

size_t dlab_judge_find_dangling(const struct judge *j, size_t offset, size_t len, bool uncached)
{
	size_t at = dlab_ledger_find_free(&j->ledger, offset, len);
	u32 last = (offset + len - 1) >> PAGE_SHIFT;

	for (u32 page = offset >> PAGE_SHIFT; at == NO_OFFSET && page <= last; page++)
		if (unlikely(!view_fits(j, page, uncached)))
			at = page_offset(page) > offset ? page_offset(page) : offset;
	return at;
}

/* Bytes of @r in the range that the CPU must leave alone. */
static struct run forbidden(const struct region *r, size_t offset, size_t len, bool store)
{
	size_t from = offset > r->offset ? offset : r->offset;
	size_t to = offset + len < r->offset + r->size ? offset + len : r->offset + r->size;

	if (!region_is_owned(r) || from >= to || (!store && r->dir == DMA_TO_DEVICE))
		return (struct run){ 0, 0, 0 };
	return dlab_own_find(r, from - r->offset, to - from, true);
}

static bool is_owned(const struct judge *j, size_t offset, size_t len, bool store)
{
	const struct ledger_page *page = &j->ledger.pages[offset >> PAGE_SHIFT];
	const struct region *r = ledger_alloc(&j->ledger, offset >> PAGE_SHIFT);

	if (r && forbidden(r, offset, len, store).bytes)
		return true;
	for (const struct span *span = page->maps; span; span = span->next)
		if (forbidden(span->region, offset, len, store).bytes)
			return true;
	return false;
}

static bool caches_agree(const struct judge *j, size_t offset, size_t len)
{
	const struct shadow *s = &j->shadow;
	u32 p = offset >> PAGE_SHIFT;

	if (!s->arena || s->state[p] == PAGE_CPU_NEWER)
		return true;
	if (!s->speculates)
		return false;
	return s->state[p] == PAGE_TRACKED ? shadow_line_is_quiet(s, offset, offset + len - 1) :
					     shadow_settled(s, p);
}

/* Of a store to this line: no byte of it is newer in memory. */
static bool has_no_victims(const struct judge *j, size_t offset, size_t len)
{
	const struct shadow *s = &j->shadow;
	enum page_state state = s->arena ? s->state[offset >> PAGE_SHIFT] : PAGE_SETTLED;

	return state == PAGE_SETTLED || state == PAGE_CPU_NEWER ||
	       (state == PAGE_TRACKED && shadow_line_is_quiet(s, offset, offset + len - 1));
}

bool dlab_judge_line_is_quiet(const struct judge *j, size_t offset, size_t len)
{
	if (!judge_sees_accesses(j))
		return true;
	return !j->all && !lost_any(&j->lost, offset >> PAGE_SHIFT) &&
	       caches_agree(j, offset, len) &&
	       dlab_judge_find_dangling(j, offset, len, false) == NO_OFFSET &&
	       !is_owned(j, offset, len, false) &&
	       (!unwritten_awaited(&j->unwritten, offset >> PAGE_SHIFT) ||
		!dlab_unwritten_find_awaited(&j->unwritten, offset, len).bytes);
}

bool dlab_judge_stores_are_quiet(const struct judge *j, size_t offset, size_t len)
{
	size_t line = j->line, start = offset & ~(line - 1), end = offset + len;

	if (!judge_sees_accesses(j))
		return true;
	if (j->all || j->lost.arena || (offset ^ (end - 1)) >> PAGE_SHIFT ||
	    dlab_judge_find_dangling(j, offset, len, false) != NO_OFFSET ||
	    is_owned(j, offset, len, true))
		return false;
	for (; start < end; start += line)
		if (!has_no_victims(j, start, line))
			return false;
	return true;
}

/* Returns whether the device owns some of it; reports the first object's bytes. */
static bool check_cpu_owner(struct judge *j, const struct call *call, const void *cpu,
			    size_t offset, size_t len, bool store)
{
	enum check check = store ? CHECK_CPU_WRITE_DEVICE_OWNED : CHECK_CPU_READ_DEVICE_OWNED;
	u32 last = (offset + len - 1) >> PAGE_SHIFT;

	for (u32 p = offset >> PAGE_SHIFT; p <= last; p++) {
		struct ledger_page *page = &j->ledger.pages[p];
		struct region *r = ledger_alloc(&j->ledger, p);
		struct run run = { 0, 0, 0 };

		if (r)
			run = forbidden(r, offset, len, store);
		for (struct span *span = page->maps; span && !run.bytes; span = span->next) {
			r = span->region;
			run = forbidden(r, offset, len, store);
		}
		if (likely(!run.bytes))
			continue;
		dlab_report_owner(j, call, check, r, cpu, 0, offset, len, run);
		return true;
	}
	return false;
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
			judge_stored_past_caches(j, offset, n, call->site);
		for_each_shadow(j, s) {
			if (store && bus)
				dlab_shadow_bus_store(s, offset, n, call->site, NULL, NULL);
			else if (store)
				dlab_shadow_cpu_store(s, offset, n, call->site, NULL);
			else if (!bus)
				dlab_shadow_cpu_load(s, offset, n);
		}
	}
}

/* What the CPU finds there. */
static void look(struct judge *j, enum side side, size_t offset, size_t len, struct verdicts *v)
{
	for_each_shadow(j, s)
		add_verdict(v, j, dlab_shadow_look(s, side, offset, len), side, s->profile);
	if (unlikely(j->lost.arena))
		add_verdict(v, j, dlab_bounce_look_cpu(j, offset, len), side, bouncing_profile(j));
}

/* All but who wrote it. Returns whether there is something wrong with it. */
static bool load(struct judge *j, const struct call *call, const void *cpu, size_t offset,
		 size_t len)
{
	size_t dangling = dlab_judge_find_dangling(j, offset, len, false);
	struct verdicts v = { .machines = 0 };
	bool wrong;

	if (unlikely(dangling != NO_OFFSET)) {
		dlab_report_free_memory(j, call, cpu, len, dangling);
		dangling_access(j, call, offset, len, false);
		return true;
	}
	look(j, SIDE_CPU, offset, len, &v);
	wrong = unlikely(v.here.bytes) || check_cpu_owner(j, call, cpu, offset, len, false);
	report_verdicts(j, call, NULL, 0, cpu, offset, len, &v);
	for_each_shadow(j, s)
		dlab_shadow_cpu_load(s, offset, len);
	return wrong;
}

void dlab_judge_cpu_load(struct judge *j, const struct call *call, const void *cpu, size_t offset,
			 size_t len)
{
	if (!judge_is_quiet(j, offset, len) && !load(j, call, cpu, offset, len))
		trust_load(j, call, cpu, offset, len);
}

void dlab_judge_cpu_move(struct judge *j, const struct call *call, size_t offset, size_t len)
{
	if (!judge_is_quiet(j, offset, len))
		load(j, call, j->hw->cached + offset, offset, len);
}

/* Bytes that nobody has mapped hold nothing that anybody waits for. */
static cold bool hurts_anybody(const struct judge *j, const struct damage *d)
{
	for (unsigned i = 0; i < d->nr_victims; i++)
		for (u64 bytes = d->victims[i].bytes; bytes; bytes &= bytes - 1)
			if (dlab_owned_at(j, d->victims[i].base + __builtin_ctzll(bytes)))
				return true;
	return false;
}

void dlab_judge_cpu_store(struct judge *j, const struct call *call, const void *cpu, size_t offset,
			  size_t len)
{
	struct damages all = { .machines = 0 };
	size_t dangling;
	struct damage d;
	bool owned;

	if (!judge_sees_accesses(j))
		return;
	dangling = dlab_judge_find_dangling(j, offset, len, false);
	if (unlikely(dangling != NO_OFFSET)) {
		dlab_report_free_memory(j, call, cpu, len, dangling);
		dangling_access(j, call, offset, len, true);
		return;
	}
	owned = check_cpu_owner(j, call, cpu, offset, len, true);
	judge_stored_past_caches(j, offset, len, call->site);
	for_each_shadow(j, s) {
		dlab_shadow_cpu_store(s, offset, len, call->site, &d);
		if (unlikely(d.bytes) && !owned && hurts_anybody(j, &d))
			add_damage(&all, j, s, SIDE_CPU, &d);
	}
	report_damages(j, call, NULL, 0, cpu, len, &all);
}

void dlab_judge_cpu_uncached(struct judge *j, const struct call *call, size_t offset, size_t len,
			     bool store)
{
	size_t dangling;

	if (!judge_sees_accesses(j))
		return;
	if (store)
		judge_stored_past_caches(j, offset, len, call->site);
	dangling = dlab_judge_find_dangling(j, offset, len, true);
	if (likely(dangling == NO_OFFSET)) {
		if (!store)
			trust_load(j, call, j->hw->memory + offset, offset, len);
		return;
	}
	dlab_report_free_memory(j, call, j->hw->memory + offset, len, dangling);
	for_each_shadow(j, s)
		if (store)
			dlab_shadow_bus_store(s, offset, len, call->site, NULL, NULL);
}

/* Free, or handed out with no pointer at all: an uncached view fits all else. */
static size_t find_dangling_view(const struct judge *j, size_t offset, size_t len)
{
	size_t at = dlab_ledger_find_free(&j->ledger, offset, len);
	u32 last = (offset + len - 1) >> PAGE_SHIFT;

	for (u32 p = offset >> PAGE_SHIFT; at == NO_OFFSET && p <= last; p++)
		if (j->hw->frames[p].memory_only && !view_fits(j, p, true))
			at = page_offset(p) > offset ? page_offset(p) : offset;
	return at;
}

static void view_load(struct judge *j, const struct call *call, const void *cpu, size_t offset,
		      size_t len)
{
	struct verdicts v = { .machines = 0 };

	look(j, SIDE_BUS, offset, len, &v);
	if (!report_verdicts(j, call, NULL, 0, cpu, offset, len, &v))
		trust_load(j, call, cpu, offset, len);
}

cold void dlab_judge_cpu_view(struct judge *j, const struct call *call, const void *cpu,
			      size_t offset, size_t len, bool store)
{
	struct damages all = { .machines = 0 };
	struct damage d;
	size_t dangling;

	if (!judge_sees_accesses(j))
		return;
	dangling = find_dangling_view(j, offset, len);
	if (unlikely(dangling != NO_OFFSET))
		dlab_report_free_memory(j, call, cpu, len, dangling);
	else if (!store)
		view_load(j, call, cpu, offset, len);
	if (!store)
		return;
	judge_stored_past_caches(j, offset, len, call->site);
	for_each_shadow(j, s) {
		dlab_shadow_uncached_store(s, offset, len, call->site, &d);
		add_damage(&all, j, s, SIDE_BUS, &d);
	}
	if (dangling == NO_OFFSET)
		report_damages(j, call, NULL, 0, cpu, len, &all);
}
