/* SPDX-License-Identifier: MIT */
/*
 * What CPU and devices do to memory. An access draws at most one report, named
 * after the gravest thing wrong with it: memory that is free, then coherency, then
 * direction, then ownership, then what it does to bytes beside it, then trust. The state then
 * moves on as the machine's would: nothing is repaired.
 */
#include "check/access.h"

#include <linux/dma-mapping.h>

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

/* ----------------------------------------------- one event on many machines */

/* What a load gets on the machine that runs, and on one of those judged beside it. */
struct verdicts {
	struct verdict here, elsewhere;
	u32 machines;   /* where it is wrong */
	bool by_device; /* the load is */
};

static const struct profile *bouncing_profile(const struct judge *j)
{
	size_t i = 0;

	if (judge_bounces(j))
		return j->hw->profile;
	while (profiles[i].translation != TRANSLATE_BOUNCE)
		i++;
	return &profiles[i];
}

static void add_verdict(struct verdicts *all, const struct judge *j, struct verdict v,
			enum side side, const struct profile *on)
{
	if (likely(!v.bytes) || (j->unsure && on->translation == TRANSLATE_BOUNCE))
		return;
	v.on = on;
	/* A machine that copies has one memory for CPUs to look at. */
	v.side = on->translation == TRANSLATE_BOUNCE && !all->by_device ? SIDE_CPU : side;
	all->machines |= 1u << (on - profiles);
	if (on == j->hw->profile && !all->here.bytes)
		all->here = v;
	else if (on != j->hw->profile && !all->elsewhere.bytes)
		all->elsewhere = v;
}

/* Returns whether it is wrong on the machine that runs. */
static bool report_verdicts(struct judge *j, const struct call *call, struct region *r,
			    dma_addr_t dma, const void *cpu, size_t offset, size_t len,
			    struct verdicts *all)
{
	struct verdict *v = all->here.bytes ? &all->here : &all->elsewhere;

	if (likely(!v->bytes))
		return false;
	v->machines = j->all && !j->unsure ? all->machines : 0;
	report_verdict(j, call, r, dma, cpu, offset, len, v);
	return all->here.bytes;
}

/* What the store did to its line, on each machine in turn: gathered for one report. */
struct damages {
	struct damage here, elsewhere;
	u32 machines;
};

static void add_damage(struct damages *all, const struct judge *j, const struct shadow *s,
		       enum side side, struct damage *d)
{
	if (likely(!d->bytes))
		return;
	d->on = s;
	d->side = side;
	all->machines |= 1u << (s->profile - profiles);
	if (s == &j->shadow && !all->here.bytes)
		all->here = *d;
	else if (s != &j->shadow && !all->elsewhere.bytes)
		all->elsewhere = *d;
}

/* The same for a store. */
static bool report_damages(struct judge *j, const struct call *call, struct region *r,
			   dma_addr_t dma, const void *cpu, size_t len, struct damages *all)
{
	struct damage *d = all->here.bytes ? &all->here : &all->elsewhere;

	if (likely(!d->bytes))
		return false;
	d->machines = j->all && !j->unsure ? all->machines : 0;
	report_damage(j, call, d->side, r, dma, cpu, len, d);
	return all->here.bytes;
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
		report_owner(j, call, check, r, cpu, 0, offset, len, run);
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
				shadow_bus_store(s, offset, n, call->site, NULL, NULL);
			else if (store)
				shadow_cpu_store(s, offset, n, call->site, NULL);
			else if (!bus)
				shadow_cpu_load(s, offset, n);
		}
	}
}

/* What the CPU finds there. */
static void look(struct judge *j, enum side side, size_t offset, size_t len, struct verdicts *v)
{
	for_each_shadow(j, s)
		add_verdict(v, j, shadow_look(s, side, offset, len), side, s->profile);
	if (unlikely(j->lost.arena))
		add_verdict(v, j, bounce_look_cpu(j, offset, len), side, bouncing_profile(j));
}

/* All but who wrote it. Returns whether there is something wrong with it. */
static bool load(struct judge *j, const struct call *call, const void *cpu, size_t offset,
		 size_t len)
{
	size_t dangling = judge_find_dangling(j, offset, len, false);
	struct verdicts v = { .machines = 0 };
	bool wrong;

	if (unlikely(dangling != NO_OFFSET)) {
		report_free_memory(j, call, cpu, len, dangling);
		dangling_access(j, call, offset, len, false);
		return true;
	}
	look(j, SIDE_CPU, offset, len, &v);
	wrong = unlikely(v.here.bytes) || check_cpu_owner(j, call, cpu, offset, len, false);
	report_verdicts(j, call, NULL, 0, cpu, offset, len, &v);
	for_each_shadow(j, s)
		shadow_cpu_load(s, offset, len);
	return wrong;
}

void judge_cpu_load(struct judge *j, const struct call *call, const void *cpu, size_t offset,
		    size_t len)
{
	if (!judge_is_quiet(j, offset, len) && !load(j, call, cpu, offset, len))
		trust_load(j, call, cpu, offset, len);
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
	struct damages all = { .machines = 0 };
	size_t dangling;
	struct damage d;
	bool owned;

	if (!judge_sees_accesses(j))
		return;
	dangling = judge_find_dangling(j, offset, len, false);
	if (unlikely(dangling != NO_OFFSET)) {
		report_free_memory(j, call, cpu, len, dangling);
		dangling_access(j, call, offset, len, true);
		return;
	}
	owned = check_cpu_owner(j, call, cpu, offset, len, true);
	judge_stored_past_caches(j, offset, len, call->site);
	for_each_shadow(j, s) {
		shadow_cpu_store(s, offset, len, call->site, &d);
		if (unlikely(d.bytes) && !owned && hurts_anybody(j, &d))
			add_damage(&all, j, s, SIDE_CPU, &d);
	}
	report_damages(j, call, NULL, 0, cpu, len, &all);
}

void judge_cpu_uncached(struct judge *j, const struct call *call, size_t offset, size_t len,
			bool store)
{
	size_t dangling;

	if (!judge_sees_accesses(j))
		return;
	if (store)
		judge_stored_past_caches(j, offset, len, call->site);
	dangling = judge_find_dangling(j, offset, len, true);
	if (likely(dangling == NO_OFFSET)) {
		if (!store)
			trust_load(j, call, j->hw->memory + offset, offset, len);
		return;
	}
	report_free_memory(j, call, j->hw->memory + offset, len, dangling);
	for_each_shadow(j, s)
		if (store)
			shadow_bus_store(s, offset, len, call->site, NULL, NULL);
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
	struct verdicts v = { .machines = 0 };

	look(j, SIDE_BUS, offset, len, &v);
	if (!report_verdicts(j, call, NULL, 0, cpu, offset, len, &v))
		trust_load(j, call, cpu, offset, len);
}

cold void judge_cpu_view(struct judge *j, const struct call *call, const void *cpu, size_t offset,
			 size_t len, bool store)
{
	struct damages all = { .machines = 0 };
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
	judge_stored_past_caches(j, offset, len, call->site);
	for_each_shadow(j, s) {
		shadow_uncached_store(s, offset, len, call->site, &d);
		add_damage(&all, j, s, SIDE_BUS, &d);
	}
	if (dangling == NO_OFFSET)
		report_damages(j, call, NULL, 0, cpu, len, &all);
}

/* --------------------------------------------------------------- devices */

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
		report_owner(j, call, CHECK_DEVICE_WRITE_READ_ONLY, r, NULL, dma, offset, len, all);
		return true;
	}
	if (!store && r->dir == DMA_FROM_DEVICE) {
		report_owner(j, call, CHECK_DEVICE_READ_WRITE_ONLY, r, NULL, dma, offset, len, all);
		return true;
	}
	run = own_find(r, offset - r->offset, len, false);
	if (likely(!run.bytes))
		return !store && never_synced(r) &&
		       trust_device_load(j, call, r, dma, offset, len);
	report_owner(j, call, store ? CHECK_DEVICE_WRITE_CPU_OWNED : CHECK_DEVICE_READ_CPU_OWNED,
		     r, NULL, dma, offset, len, run);
	return true;
}

static bool is_uncached(const struct judge *j, const struct shadow *s, u32 page)
{
	const struct region *r = j->ledger.pages[page].alloc;

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
	if (likely(!judge_snoops_on(j, s, r->dev)))
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
	add_verdict(v, j, r->bounce ? bounce_look_device(r, offset - r->offset, len) :
				      bounce_look_cpu(j, offset, len), SIDE_BUS,
		    bouncing_profile(j));
}

static void device_look(struct judge *j, struct shadow *s, const struct region *r, size_t offset,
			size_t len, struct verdicts *v)
{
	enum side side;

	for (size_t done = 0, n; done < len; done += n) {
		n = side_of(j, s, r, offset + done, len - done, &side);
		add_verdict(v, j, shadow_look(s, side, offset + done, n), side, s->profile);
		if (side == SIDE_CPU)
			shadow_cpu_load(s, offset + done, n);
	}
}

void judge_device_load(struct judge *j, const struct call *call, struct region *r,
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
	cpu = own_find(r, offset - r->offset, len, false).bytes;
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
			shadow_snooped_store(s, offset + done, n, call->site, &d);
		else
			shadow_bus_store(s, offset + done, n, call->site, by, &d);
		add_damage(all, j, s, side, &d);
	}
}

void judge_device_store(struct judge *j, const struct call *call, struct region *r,
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
		bounce_device_store(j, r, offset - r->offset, len, call->site, &by);
	for_each_shadow(j, s)
		device_store(j, s, call, r, &by, offset, len, &all);
	if (!*reported)
		*reported = report_damages(j, call, r, dma, NULL, len, &all);
}
