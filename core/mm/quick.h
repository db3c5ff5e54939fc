/* SPDX-License-Identifier: MIT */
/*
 * The CPU's accesses that take a lock and little else: within one line, where policy and
 * judge have nothing to do. False: they have, and nothing was done.
 */
#ifndef DMALAB_MM_QUICK_H
#define DMALAB_MM_QUICK_H

#include "judge/quick.h"
#include "lab/lab.h"
#include "machine/image.h"

#include <string.h>

/* Are the bits of all lines of a page set in both words? */
static inline bool all_lines(const struct cache *c, const u64 bits[2])
{
	unsigned nr = 1u << (PAGE_SHIFT - c->shift);

	return bits[0] == (nr < 64 ? (1ull << nr) - 1 : ~0ull) && (nr <= 64 || bits[1] == ~0ull);
}

static inline bool all_lines_valid(const struct cache *c, u32 page)
{
	return !c->lines || all_lines(c, c->lines[page].valid);
}

/* A dirty line is valid. */
static inline bool all_lines_dirty(const struct cache *c, u32 page)
{
	return !c->lines || all_lines(c, c->lines[page].dirty);
}

/*
 * Where stores come unannounced, each load that is told looks for them: which call has found a
 * store, and is named by its report, must not depend on the cache.
 */
static inline bool loads_look(const struct dmalab_machine *lab)
{
	return image_on(&lab->hw) && judge_sees_accesses(&lab->judge);
}

/* From now on, <dmalab/quick.h> does it without a lock. */
static inline void remember_quiet_page(struct dmalab_machine *lab, u32 page)
{
	if (!loads_look(lab) && judge_page_is_quiet(&lab->judge, page) &&
	    all_lines_valid(&lab->hw.cache, page))
		__atomic_store_n(&lab->quick.pages[page], lab->quick.epoch, __ATOMIC_RELAXED);
}

/*
 * Look for stores that nobody was told of, as each access does: true when there are none, and
 * the call at @site has looked.
 */
static inline bool line_is_found(struct dmalab_machine *lab, size_t offset, site_t site)
{
	struct judge *j = &lab->judge;
	size_t start = offset & ~(j->line - 1);
	const u64 *view = (const u64 *)(lab->hw.cached + start);
	const u64 *image = (const u64 *)(lab->hw.image.bytes + start);
	u64 differ = 0;

	for (size_t i = 0; i < j->line / 8; i++)
		differ |= view[i] ^ image[i];
	if (unlikely(differ))
		return false;
	if (j->stores.pages)
		stores_note(&j->stores, offset >> PAGE_SHIFT,
			    ((1ull << (j->line >> 6)) - 1) << (start >> 6 & 63), site);
	return true;
}

/* A hit. */
static inline bool load_quickly(struct dmalab_machine *lab, size_t offset, void *buf, size_t len,
				site_t site)
{
	struct cache *c = &lab->hw.cache;
	u32 line = offset >> c->shift;

	if (c->policy != POLICY_NEVER || (offset + len - 1) >> c->shift != line ||
	    !judge_is_quiet(&lab->judge, offset, len))
		return false;
	if (c->lines && !line_is_valid(c, line))
		return false;
	if (loads_look(lab) && !(lab->hw.image.kept[offset >> PAGE_SHIFT] &&
				    line_is_found(lab, offset, site)))
		return false;
	c->hits += c->lines != NULL;
	memcpy(buf, lab->hw.cached + offset, len);
	remember_quiet_page(lab, offset >> PAGE_SHIFT);
	return true;
}

static inline void store(u8 *to, const void *buf, size_t len)
{
	if (likely(len == 8))
		memcpy(to, buf, 8);
	else
		memcpy(to, buf, len);
}

/* A hit on a dirty line, in a page that takes stores. */
static inline __attribute__((always_inline)) bool
store_to_dirty(struct dmalab_machine *lab, size_t offset, const void *buf, size_t len, site_t site)
{
	struct machine *hw = &lab->hw;

	if (image_on(hw) && !line_is_found(lab, offset, site))
		return false;
	if (!judge_stores_quickly(&lab->judge, offset, len, site))
		return false;
	hw->cache.hits += hw->cache.lines != NULL;
	store(hw->cached + offset, buf, len);
	if (image_on(hw))
		store(hw->image.bytes + offset, buf, len);
	return true;
}

/* In one line, and in 64 bytes of it. */
static inline bool in_one_line(const struct machine *hw, size_t offset, size_t len)
{
	size_t last = offset + len - 1;

	return offset >> 6 == last >> 6 && offset >> hw->cache.shift == last >> hw->cache.shift;
}

/* The page takes stores as long as the epoch lasts, whichever line they go to. */
static inline void remember_page_for_stores(struct dmalab_machine *lab, u32 page)
{
	if (all_lines_dirty(&lab->hw.cache, page))
		lab->quick.stores[page] = lab->quick.epoch;
}

/* To a line that is the CPU's, and dirty. */
static inline bool store_quickly(struct dmalab_machine *lab, size_t offset, const void *buf,
				 size_t len, site_t site)
{
	struct machine *hw = &lab->hw;
	struct cache *c = &hw->cache;
	u32 page = offset >> PAGE_SHIFT;

	if (c->policy != POLICY_NEVER || !in_one_line(hw, offset, len) ||
	    hw->frames[page].memory_only || (image_on(hw) && !hw->image.kept[page]))
		return false;
	if (c->lines && !line_is_dirty(c, offset >> c->shift))
		return false;
	if (!judge_page_takes_stores(&lab->judge, page) ||
	    !store_to_dirty(lab, offset, buf, len, site))
		return false;
	remember_page_for_stores(lab, page);
	return true;
}

/* Of a page that was remembered: what dmalab_cpu_write() does first. False: it has more to do. */
static inline bool store_at_once(void *dst, const void *buf, size_t len, site_t site)
{
	struct dmalab_quick *q = __atomic_load_n(&dmalab_quick, __ATOMIC_ACQUIRE);
	size_t size = __atomic_load_n(&q->size, __ATOMIC_ACQUIRE);
	size_t offset = (u8 *)dst - __atomic_load_n(&q->base, __ATOMIC_RELAXED);
	struct dmalab_machine *lab;
	bool done;

	if (unlikely(offset >= size))
		return false;
	lab = (struct dmalab_machine *)((u8 *)q - offsetof(struct dmalab_machine, quick));
	if (unlikely(!len || !in_one_line(&lab->hw, offset, len)))
		return false;
	lab_lock_to_access(lab);
	done = q->stores[offset >> PAGE_SHIFT] == q->epoch &&
	       store_to_dirty(lab, offset, buf, len, site);
	/* Only that @buf is a cookie can have been reported, which the next call tells. */
	lab_unlock_in_silence(lab);
	return done;
}

#endif
