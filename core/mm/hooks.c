/* SPDX-License-Identifier: MIT */
/*
 * The CPU's loads and stores, as instrumentation tells of them before the program makes them.
 *
 * Where stores are not looked for ("accesses=explicit", or a coherent machine that judges
 * none), the program tells of its accesses itself, and hooks do nothing. A cookie faults when
 * it is touched, and is reported then.
 */
#include "mm/mm.h"
#include "mm/quick.h"
#include "mm/view.h"
#include "base/probe.h"
#include "machine/announced.h"

#include <pthread.h>

/* ---------------------------------------------------------------- one thread's */

static pthread_key_t at_exit;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void end_thread(void *hooks)
{
	((struct dmalab_hooks *)hooks)->watched = false;
	dmalab_hook_settle();
}

static void make_key(void)
{
	pthread_key_create(&at_exit, end_thread);
}

/* What is pending must not outlive its thread. */
static void watch_thread(struct dmalab_hooks *h)
{
	if (likely(h->watched))
		return;
	pthread_once(&once, make_key);
	h->watched = pthread_setspecific(at_exit, h) == 0;
}

/* A handler of a signal that comes meanwhile does without. */
static void enter(struct dmalab_machine *lab, struct dmalab_hooks *h, bool cached)
{
	h->busy = true;
	if (likely(cached))
		lab_lock_to_access(lab);
	else
		lab_lock(lab);
}

/* Reports are told: their handlers may make accesses of their own, and may not come back. */
static void leave(struct dmalab_machine *lab, struct dmalab_hooks *h)
{
	h->busy = false;
	lab_unlock(lab);
}

/* With the lock of h->machine. */
static void settle_locked(struct dmalab_machine *lab, struct dmalab_hooks *h)
{
	size_t len = announced_end(h) - h->start;

	dlab_stores_settle(&lab->judge, h, true);
	dlab_cache_step(&lab->hw, h->offset, len);
}

static void settle(struct dmalab_hooks *h)
{
	struct dmalab_machine *lab = __atomic_load_n(&h->machine, __ATOMIC_RELAXED);

	if (!lab)
		return;
	enter(lab, h, !h->uncached);
	/* The machine may have gone meanwhile. */
	if (h->machine == lab)
		settle_locked(lab, h);
	leave(lab, h);
}

void dmalab_hook_settle(void)
{
	if (!dmalab_hooks.busy)
		settle(&dmalab_hooks);
}

void dlab_hooks_drop(struct dmalab_machine *lab)
{
	lab_lock(lab);
	while (lab->hw.announced)
		dlab_stores_settle(&lab->judge, lab->hw.announced, true);
	lab_unlock(lab);
}

/* ------------------------------------------------------------------------ loads */

/* From now on the runtime does it by itself. */
static void remember_quiet_line(struct dmalab_machine *lab, struct dmalab_hooks *h, size_t start,
				size_t size)
{
	if (lab != dlab_current())
		return;
	h->quiet = lab->hw.cached + start;
	h->quiet_size = size;
	h->quiet_epoch = lab->quick.epoch;
	h->quiet_change = __atomic_load_n(&dmalab_range.changes, __ATOMIC_RELAXED);
}

/* load_quickly(), but for the load; and of a line, where not all of the page is quiet. */
static bool loads_quickly(struct dmalab_machine *lab, struct dmalab_hooks *h, size_t offset,
			  size_t len)
{
	struct cache *c = &lab->hw.cache;
	size_t size = 1ul << (c->shift > 6 ? c->shift : 6), start = offset & ~(size - 1);

	if (c->policy != POLICY_NEVER || recording() || offset + len > start + size)
		return false;
	for (size_t at = start; c->lines && at < start + size; at += 1ul << c->shift)
		if (!line_is_valid(c, at >> c->shift))
			return false;
	if (!judge_is_quiet(&lab->judge, start, size) &&
	    !dlab_judge_line_is_quiet(&lab->judge, start, size))
		return false;
	c->hits += c->lines != NULL;
	remember_quiet_line(lab, h, start, size);
	return true;
}

static void load_locked(struct dmalab_machine *lab, const struct call *call, const void *p,
			size_t len, struct target t)
{
	struct judge *j = &lab->judge;

	judge_find_stores(j, call, t.offset, len);
	if (t.view == VIEW_CACHED) {
		dlab_judge_cpu_load(j, call, p, t.offset, len);
		dlab_cache_cpu_loads(&lab->hw, t.offset, len);
	} else if (t.view == VIEW_UNCACHED) {
		dlab_judge_cpu_uncached(j, call, t.offset, len, false);
	} else {
		dlab_judge_cpu_view(j, call, p, t.offset, len, false);
	}
	dlab_cache_step(&lab->hw, t.offset, len);
}

static cold void report_vmalloc(struct dmalab_machine *lab, const struct call *call, const void *p,
				size_t len, const struct mm_object *o)
{
	struct finding f = {
		.check = CHECK_CPU_USE_AFTER_FREE, .call = call, .cpu = p, .size = len,
		.detail = o->kind == MM_VMAP ? "a view of vmap(), which is unmapped" :
					       "memory of vmalloc(), which is free",
	};

	dlab_judge_report(&lab->judge, &f);
}

/* Bytes of memory that vmap() shows, from @p on, as far as they follow each other. */
static struct target in_vmap(struct dmalab_machine *lab, const void *p, size_t *len)
{
	size_t run;
	struct target t = { dlab_vm_area_of(lab, p)->uncached ? VIEW_ASIDE : VIEW_CACHED, 0 };

	t.offset = dlab_vmap_offset(lab, p, &run);
	if (*len > run)
		*len = run;
	return t;
}

/* VIEW_NONE: nothing to do, or it was reported. */
static cold struct target in_window(struct dmalab_machine *lab, const struct call *call,
				    const void *p, size_t *len)
{
	const struct target none = { VIEW_NONE, 0 };
	struct mm_object o;

	if (!in_vmalloc(&lab->hw, p))
		return none;
	o = dlab_mm_find(lab, p);
	if (!o.live)
		report_vmalloc(lab, call, p, *len, &o);
	else if (o.kind == MM_VMAP)
		return in_vmap(lab, p, len);
	return none;
}

static void load(struct dmalab_machine *lab, struct dmalab_hooks *h, const void *p, size_t len,
		 const void *pc)
{
	struct target t = view_of(&lab->hw, p);
	struct call call = { "load", site_of(pc) };

	if (t.view == VIEW_COOKIE)
		return;
	RECORD_CPU("cpu_read", p, NULL, len);
	enter(lab, h, t.view == VIEW_CACHED);
	if (t.view != VIEW_CACHED || !loads_quickly(lab, h, t.offset, len)) {
		h->loading = true;
		if (t.view == VIEW_NONE)
			t = in_window(lab, &call, p, &len);
		else
			len = clip(&lab->hw, t.offset, len);
		if (t.view != VIEW_NONE)
			load_locked(lab, &call, p, len, t);
		h->loading = false;
	}
	leave(lab, h);
}

void dmalab_hook_load(const void *p, size_t len, const void *pc)
{
	struct dmalab_hooks *h = &dmalab_hooks;
	struct dmalab_machine *lab = dlab_of(p);

	if (!lab || !len || !image_on(&lab->hw) || h->busy)
		return;
	load(lab, h, p, len, pc);
}

/* ----------------------------------------------------------------------- stores */

/* How far it may grow before anybody has to be told: where the policy wants no turn. */
static const u8 *limit_of(const struct machine *hw, const u8 *p, size_t offset)
{
	size_t size = hw->cache.policy == POLICY_NEVER ? PAGE_SIZE : 1ul << hw->cache.shift;

	return p + (size - (offset & (size - 1)));
}

static void announce(struct dmalab_machine *lab, struct dmalab_hooks *h, const u8 *p, size_t len,
		     const void *pc, struct target t)
{
	h->start = h->judged = p;
	h->offset = t.offset;
	h->pc = pc;
	if (h->marks)
		h->marks[0] = (struct dmalab_mark){ p, pc };
	__atomic_store_n(&h->nr_marks, h->marks != NULL, __ATOMIC_RELAXED);
	h->uncached = t.view == VIEW_UNCACHED;
	__atomic_store_n(&h->end, p + len, __ATOMIC_RELEASE);
	__atomic_store_n(&h->limit, limit_of(&lab->hw, p, t.offset), __ATOMIC_RELAXED);
	h->machine = lab;
	dlab_announce(&lab->hw, h);
}

/*
 * Lock the machine, with nothing pending and nothing to be told: a handler's calls would take the
 * store for made.
 */
static void begin_store(struct dmalab_machine *lab, struct dmalab_hooks *h, bool cached)
{
	for (;;) {
		while (h->machine && h->machine != lab)
			settle(h);
		enter(lab, h, cached);
		if (h->machine == lab)
			settle_locked(lab, h);
		if (likely(!h->machine && !lab->judge.waiting))
			return;
		leave(lab, h);
	}
}

/* A store past the cache, to a view beside it, faults: see vmap.c. */
static void store_to(struct dmalab_machine *lab, struct dmalab_hooks *h, void *p, size_t len,
		      const void *pc)
{
	struct target t = view_of(&lab->hw, p);
	struct call call = { "store", site_of(pc) };

	if (t.view == VIEW_COOKIE)
		return;
	begin_store(lab, h, t.view == VIEW_CACHED && !h->uncached);
	if (t.view == VIEW_NONE)
		t = in_window(lab, &call, p, &len);
	else
		len = clip(&lab->hw, t.offset, len);
	if (t.view == VIEW_CACHED || t.view == VIEW_UNCACHED)
		announce(lab, h, p, len, pc, t);
	leave(lab, h);
}

void dmalab_hook_store(void *p, size_t len, const void *pc)
{
	struct dmalab_hooks *h = &dmalab_hooks;
	struct dmalab_machine *lab = dlab_of(p);

	if (!lab || !len || !image_on(&lab->hw) || h->busy)
		return;
	watch_thread(h);
	store_to(lab, h, p, len, pc);
}
