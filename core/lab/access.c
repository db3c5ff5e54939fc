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

/*
 * Data moves page by page, since each page has one view in use. A pointer of the
 * other view is dangling, and was reported: it gets what is there.
 */
static void load(struct machine *hw, size_t offset, u8 *buf, size_t len)
{
	while (len) {
		size_t n = PAGE_SIZE - (offset & (PAGE_SIZE - 1));

		if (n > len)
			n = len;
		if (hw->frames[offset >> PAGE_SHIFT].memory_only)
			cache_bus_load(hw, offset, buf, n);
		else
			cache_cpu_load(hw, offset, buf, n);
		offset += n;
		buf += n;
		len -= n;
	}
}

static void store(struct machine *hw, size_t offset, const u8 *buf, size_t len)
{
	while (len) {
		size_t n = PAGE_SIZE - (offset & (PAGE_SIZE - 1));

		if (n > len)
			n = len;
		if (hw->frames[offset >> PAGE_SHIFT].memory_only)
			cache_bus_store(hw, offset, buf, n);
		else
			cache_cpu_store(hw, offset, buf, n);
		offset += n;
		buf += n;
		len -= n;
	}
}

void dmalab_cpu_read(const void *src, void *buf, size_t len)
{
	struct dmalab_machine *lab = lab_of(src);
	struct call call = THIS_CALL;
	struct target t;
	size_t n;

	if (!len)
		return;
	if (!lab || (t = view_of(&lab->hw, src)).view == VIEW_NONE) {
		memcpy(buf, src, len);
		return;
	}
	n = clip(&lab->hw, t.offset, len);
	lab_lock(lab);
	switch (t.view) {
	case VIEW_CACHED:
		judge_cpu_load(&lab->judge, &call, t.offset, n);
		load(&lab->hw, t.offset, buf, n);
		break;
	case VIEW_UNCACHED:
		judge_cpu_uncached(&lab->judge, &call, t.offset, n, false);
		cache_bus_load(&lab->hw, t.offset, buf, n);
		break;
	default:
		report_cookie(lab, &call, src, t.offset, len);
		n = 0;
	}
	lab_unlock(lab);
	memset((u8 *)buf + n, 0, len - n);
}

void dmalab_cpu_write(void *dst, const void *buf, size_t len)
{
	struct dmalab_machine *lab = lab_of(dst);
	struct call call = THIS_CALL;
	struct target t;
	size_t n;

	if (!len)
		return;
	if (!lab || (t = view_of(&lab->hw, dst)).view == VIEW_NONE) {
		memcpy(dst, buf, len);
		return;
	}
	n = clip(&lab->hw, t.offset, len);
	lab_lock(lab);
	switch (t.view) {
	case VIEW_CACHED:
		judge_cpu_store(&lab->judge, &call, t.offset, n);
		store(&lab->hw, t.offset, buf, n);
		break;
	case VIEW_UNCACHED:
		judge_cpu_uncached(&lab->judge, &call, t.offset, n, true);
		cache_bus_store(&lab->hw, t.offset, buf, n);
		break;
	default:
		report_cookie(lab, &call, dst, t.offset, len);
	}
	lab_unlock(lab);
}

static void force(const void *ptr, size_t len, void (*move)(struct machine *, size_t, size_t))
{
	struct dmalab_machine *lab = lab_of(ptr);

	if (!len || !lab || !in_cached(&lab->hw, ptr))
		return;
	lab_lock(lab);
	move(&lab->hw, (const u8 *)ptr - lab->hw.cached,
	     clip(&lab->hw, (const u8 *)ptr - lab->hw.cached, len));
	lab_unlock(lab);
}

void dmalab_cache_evict(const void *ptr, size_t len)
{
	force(ptr, len, cache_evict);
}

void dmalab_cache_fill(const void *ptr, size_t len)
{
	force(ptr, len, cache_fill);
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
