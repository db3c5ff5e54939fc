/* SPDX-License-Identifier: MIT */
/* The CPU's loads and stores, as the driver's code makes them. */
#include "lab/lab.h"

#include <string.h>

/* What a range of addresses is to the CPU. */
enum view { VIEW_CACHED, VIEW_UNCACHED, VIEW_COOKIE, VIEW_NONE };

struct target {
	enum view view;
	size_t offset;
};

static struct target view_of(const struct machine *hw, const void *p)
{
	if (in_cached(hw, p))
		return (struct target){ VIEW_CACHED, (const u8 *)p - hw->cached };
	if (in_memory(hw, p))
		return (struct target){ VIEW_UNCACHED, (const u8 *)p - hw->memory };
	if (in_cookies(hw, p))
		return (struct target){ VIEW_COOKIE, (const u8 *)p - hw->cookies };
	return (struct target){ VIEW_NONE, 0 };
}

static cold void report_cookie(struct dmalab_machine *lab, const struct call *call, const void *p,
			       size_t offset, size_t len)
{
	struct judge *j = &lab->judge;
	struct finding f = {
		.check = CHECK_HANDLE_DEREFERENCE, .call = call, .cpu = p, .size = len,
		.detail = "an allocation with DMA_ATTR_NO_KERNEL_MAPPING has no CPU address",
	};

	if (judge_keeps_ledger(j))
		f.region = j->ledger.pages[offset >> PAGE_SHIFT].alloc;
	if (f.region)
		f.dev = f.region->dev;
	judge_report(j, &f);
}

/* Past the end of RAM there is nothing: reads give zeroes, writes are dropped. */
static size_t clip(const struct machine *hw, size_t offset, size_t len)
{
	return len <= hw->ram_size - offset ? len : hw->ram_size - offset;
}

/* What the CPU does: a load into @in, or a store from @out. */
struct access {
	const struct call *call;
	const void *p;
	u8 *in;
	const u8 *out;
	size_t len;
};

/*
 * Data moves page by page, since each page has one view in use. A pointer of the
 * other view is dangling, and was reported: it gets what is there.
 */
static void move(struct machine *hw, const struct access *a, size_t offset, size_t len,
		 bool uncached)
{
	for (size_t done = 0, n; done < len; done += n, offset += n) {
		bool bus = uncached || hw->frames[offset >> PAGE_SHIFT].memory_only;

		n = PAGE_SIZE - (offset & (PAGE_SIZE - 1));
		if (n > len - done)
			n = len - done;
		if (a->in)
			(bus ? cache_bus_load : cache_cpu_load)(hw, offset, a->in + done, n);
		else
			(bus ? cache_bus_store : cache_cpu_store)(hw, offset, a->out + done, n);
	}
}

static void access_locked(struct dmalab_machine *lab, const struct access *a, struct target t)
{
	struct judge *j = &lab->judge;
	size_t n = clip(&lab->hw, t.offset, a->len);

	switch (t.view) {
	case VIEW_CACHED:
		(a->in ? judge_cpu_load : judge_cpu_store)(j, a->call, t.offset, n);
		move(&lab->hw, a, t.offset, n, false);
		break;
	case VIEW_UNCACHED:
		judge_cpu_uncached(j, a->call, t.offset, n, !a->in);
		move(&lab->hw, a, t.offset, n, true);
		break;
	default:
		report_cookie(lab, a->call, a->p, t.offset, a->len);
		n = 0;
	}
	if (a->in && unlikely(n < a->len))
		memset(a->in + n, 0, a->len - n);
}

/* A hit on a line of a page about which there is nothing to say. */
static inline bool load_quickly(struct dmalab_machine *lab, const struct access *a, size_t offset)
{
	struct cache *c = &lab->hw.cache;
	u32 line = offset >> c->shift;

	if (!a->in || c->policy != POLICY_NEVER || (offset + a->len - 1) >> c->shift != line ||
	    !judge_is_quiet(&lab->judge, offset, a->len))
		return false;
	if (c->lines && !line_is_valid(c, line))
		return false;
	c->hits += c->lines != NULL;
	memcpy(a->in, lab->hw.cached + offset, a->len);
	return true;
}

/* False: the pointer is into no machine. */
static bool access(const struct access *a)
{
	struct dmalab_machine *lab = lab_of(a->p);
	struct target t;

	if (!lab)
		return false;
	t = view_of(&lab->hw, a->p);
	if (t.view == VIEW_NONE)
		return false;
	lab_lock(lab);
	if (t.view != VIEW_CACHED || !load_quickly(lab, a, t.offset))
		access_locked(lab, a, t);
	lab_unlock(lab);
	return true;
}

void dmalab_cpu_read(const void *src, void *buf, size_t len)
{
	struct call call = THIS_CALL;
	struct access a = { .call = &call, .p = src, .in = buf, .len = len };

	if (len && !access(&a))
		memcpy(buf, src, len);
}

void dmalab_cpu_write(void *dst, const void *buf, size_t len)
{
	struct call call = THIS_CALL;
	struct access a = { .call = &call, .p = dst, .out = buf, .len = len };

	if (len && !access(&a))
		memcpy(dst, buf, len);
}

static void force(const void *ptr, size_t len, void (*what)(struct machine *, size_t, size_t))
{
	struct dmalab_machine *lab = lab_of(ptr);

	if (!len || !lab || !in_cached(&lab->hw, ptr))
		return;
	lab_lock(lab);
	what(&lab->hw, (const u8 *)ptr - lab->hw.cached,
	     clip(&lab->hw, (const u8 *)ptr - lab->hw.cached, len));
	lab_unlock(lab);
}

void dmalab_cache_evict(const void *ptr, size_t len)
{
	force(ptr, len, cache_evict);
}

static void fill_if_legal(struct machine *hw, size_t offset, size_t len)
{
	if (hw->profile->speculates)
		cache_fill(hw, offset, len);
}

void dmalab_cache_fill(const void *ptr, size_t len)
{
	force(ptr, len, fill_if_legal);
}

void dmalab_cache_stats(const struct dmalab_machine *machine, struct dmalab_cache_stats *stats)
{
	const struct cache *c = &machine->hw.cache;

	lab_lock((struct dmalab_machine *)machine);
	*stats = (struct dmalab_cache_stats){
		.hits = c->hits, .misses = c->misses, .fills = c->fills,
		.write_backs = c->write_backs, .maintenance = c->maintenance,
	};
	lab_unlock((struct dmalab_machine *)machine);
}
