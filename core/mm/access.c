/* SPDX-License-Identifier: MIT */
/* The CPU's loads and stores, as the driver's code makes them. */
#include "mm/mm.h"
#include "mm/quick.h"
#include "mm/view.h"
#include "base/probe.h"
#include "base/sized.h"

#include <string.h>

static cold void report_cookie(struct dmalab_machine *lab, const struct call *call, const void *p,
			       size_t offset, size_t len)
{
	struct judge *j = &lab->judge;
	struct finding f = {
		.check = CHECK_HANDLE_DEREFERENCE, .call = call, .cpu = p, .size = len,
		.detail = "an allocation with DMA_ATTR_NO_KERNEL_MAPPING has no CPU address",
	};

	if (judge_keeps_ledger(j))
		f.region = ledger_alloc(&j->ledger, offset >> PAGE_SHIFT);
	if (f.region)
		f.dev = f.region->dev;
	dlab_judge_report(j, &f);
}

/* What the CPU does: a load into @in, or a store from @out. */
struct access {
	const struct call *call;
	const void *p;
	u8 *in;
	const u8 *out;
	size_t len;
};

static void access_locked(struct dmalab_machine *lab, const struct access *a, struct target t)
{
	struct judge *j = &lab->judge;
	size_t n = clip(&lab->hw, t.offset, a->len);

	if (t.view != VIEW_COOKIE)
		judge_find_stores(j, a->call, t.offset, n);
	switch (t.view) {
	case VIEW_CACHED:
		(a->in ? dlab_judge_cpu_load : dlab_judge_cpu_store)(j, a->call, a->p, t.offset, n);
		dlab_cache_move(&lab->hw, t.offset, a->in, a->out, n, false);
		break;
	case VIEW_UNCACHED:
		dlab_judge_cpu_uncached(j, a->call, t.offset, n, !a->in);
		dlab_cache_move(&lab->hw, t.offset, a->in, a->out, n, true);
		break;
	case VIEW_ASIDE:
		dlab_judge_cpu_view(j, a->call, a->p, t.offset, n, !a->in);
		dlab_cache_move(&lab->hw, t.offset, a->in, a->out, n, true);
		break;
	default:
		report_cookie(lab, a->call, a->p, t.offset, a->len);
		n = 0;
	}
	if (a->in && unlikely(n < a->len))
		memset(a->in + n, 0, a->len - n);
}

/* The pages that vmap() shows there, piece by piece; to @end, where the view does. */
static void access_pages(struct dmalab_machine *lab, const struct access *a, const u8 *end)
{
	bool uncached = dlab_vm_area_of(lab, a->p)->uncached;
	size_t len = a->len <= (size_t)(end - (const u8 *)a->p) ? a->len :
		     (size_t)(end - (const u8 *)a->p);

	lab->judge.once = true;
	for (size_t done = 0, n; done < len; done += n) {
		struct target t = { uncached ? VIEW_ASIDE : VIEW_CACHED, 0 };
		struct access piece = {
			.call = a->call, .p = (const u8 *)a->p + done,
			.in = a->in ? a->in + done : NULL, .out = a->out ? a->out + done : NULL,
		};

		t.offset = dlab_vmap_offset(lab, piece.p, &n);
		if (n > len - done)
			n = len - done;
		piece.len = n;
		access_locked(lab, &piece, t);
	}
	lab->judge.once = lab->judge.has_drawn = false;
}

static cold void report_vmalloc(struct dmalab_machine *lab, const struct access *a,
				const struct mm_object *o)
{
	struct finding f = {
		.check = CHECK_CPU_USE_AFTER_FREE, .call = a->call, .cpu = a->p, .size = a->len,
		.detail = o->kind == MM_VMAP ? "a view of vmap(), which is unmapped" :
					       "memory of vmalloc(), which is free",
	};

	dlab_judge_report(&lab->judge, &f);
	if (a->in)
		memset(a->in, 0, a->len);
}

/* Memory of vmalloc() is the host's. True: it is not, or is free, and was dealt with. */
static cold bool access_vmalloc(struct dmalab_machine *lab, const struct access *a)
{
	struct mm_object o;
	bool within;

	if (!in_vmalloc(&lab->hw, a->p))
		return false;
	lab_lock(lab);
	o = dlab_mm_find(lab, a->p);
	within = a->len <= o.size - (size_t)((const u8 *)a->p - o.start);
	if (!o.live)
		report_vmalloc(lab, a, &o);
	else if (o.kind == MM_VMAP)
		access_pages(lab, a, o.start + o.size);
	lab_unlock(lab);
	/* Running off its end faults, as that of other memory does. */
	return !o.live || (o.kind == MM_VMAP && within);
}

static inline bool access_quickly(struct dmalab_machine *lab, const struct access *a,
				  size_t offset)
{
	return a->in ? load_quickly(lab, offset, a->in, a->len, a->call->site) :
		       store_quickly(lab, offset, a->out, a->len, a->call->site);
}

/* False: the pointer is into no machine. */
static bool access(const struct access *a)
{
	struct dmalab_machine *lab = dlab_of(a->p);
	struct target t;

	if (!lab)
		return false;
	t = view_of(&lab->hw, a->p);
	if (unlikely(t.view == VIEW_NONE))
		return access_vmalloc(lab, a);
	if (likely(t.view == VIEW_CACHED)) {
		lab_lock_to_access(lab);
		if (!access_quickly(lab, a, t.offset))
			access_locked(lab, a, t);
	} else {
		/* Past the cache: loads of the page may not be what they were. */
		lab_lock(lab);
		access_locked(lab, a, t);
	}
	lab_unlock(lab);
	return true;
}

void dlab_cpu_read(const void *src, void *buf, size_t len, const struct call *call)
{
	struct access a = { .call = call, .p = src, .in = buf, .len = len };

	RECORD_CPU("cpu_read", src, NULL, len);
	if (len && !access(&a))
		memcpy(buf, src, len);
}

/* What <dmalab/quick.h> calls when it may not do it itself. */
#undef dmalab_cpu_read

void dmalab_cpu_read(const void *src, void *buf, size_t len)
{
	struct call call = THIS_CALL;

	dlab_cpu_read(src, buf, len, &call);
}

void dlab_cpu_write(void *dst, const void *buf, size_t len, const struct call *call)
{
	struct access a = { .call = call, .p = dst, .out = buf, .len = len };

	RECORD_CPU("cpu_write", dst, buf, len);
	if (len && !access(&a))
		memcpy(dst, buf, len);
}

void dmalab_cpu_write(void *dst, const void *buf, size_t len)
{
	site_t site = site_of(__builtin_return_address(0));

	if (!store_at_once(dst, buf, len, site))
		dlab_cpu_write(dst, buf, len, &(struct call){ __func__, site });
}

/* What is free is reported; running off the end of what is not faults. */
static bool may_access_vmalloc(struct dmalab_machine *lab, const void *p, size_t len)
{
	struct mm_object o;

	if (!in_vmalloc(&lab->hw, p))
		return false;
	lab_lock(lab);
	o = dlab_mm_find(lab, p);
	lab_unlock(lab);
	return !o.live || len <= o.room - (size_t)((const u8 *)p - o.start);
}

bool dmalab_owns(const void *p, size_t len)
{
	struct dmalab_machine *lab = dlab_of(p);
	struct target t;

	if (!lab)
		return false;
	t = view_of(&lab->hw, p);
	if (t.view == VIEW_NONE)
		return may_access_vmalloc(lab, p, len);
	return len <= lab->hw.ram_size - t.offset;
}

size_t dmalab_byte_states(const void *p, uint8_t *states, size_t len)
{
	struct dmalab_machine *lab = dlab_of(p);
	struct target t;

	if (!lab)
		return 0;
	t = view_of(&lab->hw, p);
	if (t.view == VIEW_NONE)
		return 0;
	lab_lock(lab);
	len = clip(&lab->hw, t.offset, len);
	dlab_judge_states(&lab->judge, t.offset, len, states);
	lab_unlock(lab);
	return len;
}

/* The bytes behind a cached pointer, with the machine locked; or NULL. */
static struct dmalab_machine *begin_force(const void *ptr, size_t *offset, size_t *len)
{
	struct dmalab_machine *lab = dlab_of(ptr);

	if (!*len || !lab || !in_cached(&lab->hw, ptr))
		return NULL;
	lab_lock(lab);
	*offset = (const u8 *)ptr - lab->hw.cached;
	*len = clip(&lab->hw, *offset, *len);
	return lab;
}

void dmalab_cache_evict(const void *ptr, size_t len)
{
	struct call call = THIS_CALL;
	size_t offset;
	struct dmalab_machine *lab;

	RECORD_AS("evict", "pz", ptr, len);
	lab = begin_force(ptr, &offset, &len);
	if (!lab)
		return;
	judge_find_stores(&lab->judge, &call, offset, len);
	dlab_cache_evict(&lab->hw, offset, len);
	lab_unlock(lab);
}

/* A CPU that does not speculate fills what it accesses and nothing else. */
void dmalab_cache_fill(const void *ptr, size_t len)
{
	size_t offset;
	struct dmalab_machine *lab;

	RECORD_AS("fill", "pz", ptr, len);
	lab = begin_force(ptr, &offset, &len);
	if (!lab)
		return;
	if (lab->hw.profile->speculates)
		dlab_cache_fill(&lab->hw, offset, len);
	lab_unlock(lab);
}

void dmalab_machine_cache_stats(const struct dmalab_machine *machine,
				struct dmalab_cache_stats *stats)
{
	struct dmalab_cache_stats own = { 0 };
	const struct cache *c;

	if (machine) {
		c = &machine->hw.cache;
		lab_lock((struct dmalab_machine *)machine);
		own = (struct dmalab_cache_stats){
			.hits = c->hits, .misses = c->misses, .fills = c->fills,
			.write_backs = c->write_backs, .maintenance = c->maintenance,
		};
		lab_unlock((struct dmalab_machine *)machine);
	}
	own.size = sized_common(stats->size, CACHE_STATS_SIZE_1_0, sizeof(own));
	memcpy(stats, &own, own.size);
}
