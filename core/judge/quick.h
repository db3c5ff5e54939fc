/* SPDX-License-Identifier: MIT */
/*
 * The CPU's accesses that need no judging, told by a few loads of our own. What is not
 * told here is judged in access.c, with the same result: this may say no at any time.
 *
 * A load cannot go wrong where everything is allocated, nothing is the device's or mapped,
 * nobody waits for what a device writes, and no byte is newer in memory than in the cache:
 * such a page is quiet. It stays so until somebody does something else than loading and
 * storing, which is what the epoch of lab.h counts.
 *
 * A store to such a page changes what the shadow knows of its bytes. It has no victims where
 * no byte of its line is newer in memory, and there is no story to be kept where no byte is
 * claimed.
 */
#ifndef DMALAB_JUDGE_QUICK_H
#define DMALAB_JUDGE_QUICK_H

#include "judge/judge.h"

/* All of the page may be touched by the CPU, through the cached view. */
static inline bool judge_page_is_open(const struct judge *j, u32 p)
{
	const struct ledger_page *page = &j->ledger.pages[p];

	return !page->maps && ledger_page_is_cpus(page) && !j->hw->frames[p].memory_only &&
	       !lost_any(&j->lost, p);
}

/* No load of any byte of the page gets anything else than what was stored there last. */
static inline bool judge_page_is_quiet(const struct judge *j, u32 p)
{
	const struct shadow *s = &j->shadow;

	if (!judge_sees_accesses(j))
		return true;
	if (unlikely(j->all) || !judge_page_is_open(j, p) || unwritten_awaited(&j->unwritten, p))
		return false;
	/* Where the CPU does not speculate, a load makes a line present. */
	return !s->arena || s->state[p] == PAGE_CPU_NEWER ||
	       (s->speculates && shadow_settled(s, p));
}

/*
 * All bytes are of one line, in which no byte is newer in memory: nor has a store to it that
 * nobody has found yet a victim.
 */
static inline bool shadow_line_is_quiet(const struct shadow *s, size_t offset, size_t last)
{
	unsigned shift = s->shift > 6 ? s->shift : 6;
	u64 dev = s->granules[offset >> 6].dev;

	if (offset >> shift != last >> shift)
		return false;
	return !(unlikely(shift > 6) ? dev | s->granules[offset >> 6 ^ 1].dev : dev);
}

/* The same of a range in one page, of which the granules may have to tell. */
static inline bool judge_is_quiet(const struct judge *j, size_t offset, size_t len)
{
	const struct shadow *s = &j->shadow;
	u32 p = offset >> PAGE_SHIFT;
	size_t last = offset + len - 1;

	if (!judge_sees_accesses(j))
		return true;
	if (last >> PAGE_SHIFT != p)
		return false;
	if (s->arena && s->state[p] == PAGE_TRACKED)
		return !j->all && s->speculates && shadow_line_is_quiet(s, offset, last) &&
		       judge_page_is_open(j, p) && !unwritten_awaited(&j->unwritten, p);
	return judge_page_is_quiet(j, p);
}

/* All bytes of it are stored, as any store would leave them, and its loads are quiet or not. */
static inline bool judge_page_takes_stores(const struct judge *j, u32 p)
{
	if (!judge_sees_accesses(j))
		return true;
	return likely(!j->all) && judge_page_is_open(j, p) &&
	       (!j->unwritten.pages || j->unwritten.pages[p] == PAGE_WRITTEN);
}

/*
 * A store to a page that takes them, and to a dirty line: to bytes of one granule. False: it
 * has victims, or a story to be kept.
 */
static inline bool judge_stores_quickly(struct judge *j, size_t offset, size_t len, site_t site)
{
	struct shadow *s = &j->shadow;
	u32 p = offset >> PAGE_SHIFT;
	u64 m = ~0ull >> (64 - len) << (offset & 63);
	struct granule *g;
	struct origin *o;

	if (!judge_sees_accesses(j) || !s->arena)
		return true;
	if (s->state[p] == PAGE_CPU_NEWER && s->page_site[p] == site)
		return true;
	if (s->state[p] != PAGE_TRACKED || !shadow_line_is_quiet(s, offset, offset))
		return false;
	g = &s->granules[offset >> 6];
	o = &s->origins[offset >> 6];
	if (o->claims || (s->shift > 6 && s->origins[offset >> 6 ^ 1].claims))
		return false;
	g->cpu |= m;
	g->writer &= ~m;
	shadow_set_live(s, offset);
	o->cpu = site;
	o->snooped = false;
	return true;
}

#endif
