/* SPDX-License-Identifier: MIT */
#include "base/host.h"
#include "lab/context.h"
#include "mm/mm.h"

#include <stdlib.h>
#include <string.h>

#define SMALLEST_SHIFT 5

static size_t words(u32 nr)
{
	return (nr + 63) / 64;
}

void dlab_slab_init(struct slab *s, struct slab_page **pages)
{
	s->pages = pages;
	for (unsigned i = 0; i < SLAB_CLASSES; i++) {
		struct kmem_cache *class = &s->classes[i];

		class->size = class->stride = 1u << (SMALLEST_SHIFT + i);
		class->nr = PAGE_SIZE / class->stride;
	}
}

void dlab_slab_exit(struct slab *s)
{
	while (s->all) {
		struct slab_page *p = s->all;

		s->all = p->all_next;
		free(p);
	}
	while (s->caches) {
		struct kmem_cache *cache = s->caches;

		s->caches = cache->next;
		free(cache->name);
		free(cache);
	}
}

/* NULL: it takes a block of its own. */
static struct kmem_cache *class_of(struct slab *s, size_t size, size_t align)
{
	size_t need = size > align ? size : align;
	unsigned i;

	if (need <= 1u << SMALLEST_SHIFT)
		return &s->classes[0];
	i = 64 - __builtin_clzl(need - 1) - SMALLEST_SHIFT;
	return i < SLAB_CLASSES ? &s->classes[i] : NULL;
}

/* -------------------------------------------------- lists of pages with room */

static void list_add(struct slab_page *p)
{
	p->prev = NULL;
	p->next = p->cache->room;
	if (p->next)
		p->next->prev = p;
	p->cache->room = p;
}

static void list_del(struct slab_page *p)
{
	if (p->prev)
		p->prev->next = p->next;
	else
		p->cache->room = p->next;
	if (p->next)
		p->next->prev = p->prev;
}

/* ----------------------------------------------------------------- pages */

static struct slab_page *page_new(struct dmalab_machine *lab, struct kmem_cache *cache,
				  unsigned order, gfp_t gfp, const struct call *call)
{
	u32 nr = cache ? cache->nr : 1;
	size_t used = words(nr), built = cache && cache->ctor ? used : 0;
	size_t waiting = nr > 1 && lab->hw.quarantine.limit ? used : 0;
	size_t sizes = cache && cache->name ? 0 : nr;
	struct slab_page *p = host_calloc(1, sizeof(*p) + (used + built + waiting) * sizeof(u64) +
					sizes * sizeof(size_t));

	if (!p)
		return NULL;
	p->page = lab_take_pages(lab, call, zone_of_gfp(gfp), order, ~0ull);
	if (p->page == NO_PAGE) {
		free(p);
		return NULL;
	}
	p->used = (u64 *)(p + 1);
	p->built = built ? p->used + used : NULL;
	p->waiting = waiting ? p->used + used + built : NULL;
	p->sizes = sizes ? (size_t *)(p->used + used + built + waiting) : NULL;
	p->cache = cache;
	p->nr = nr;
	p->stride = cache ? cache->stride : PAGE_SIZE << order;
	p->shift = p->sizes ? __builtin_ctz(p->stride) : 0;
	p->order = order;
	dlab_cache_take_back(&lab->hw, p->page, 1u << order);
	for (u32 i = 0; i < 1u << order; i++)
		lab->mm->slab.pages[p->page + i] = p;
	p->all_next = lab->mm->slab.all;
	p->all_prev = &lab->mm->slab.all;
	if (p->all_next)
		p->all_next->all_prev = &p->all_next;
	lab->mm->slab.all = p;
	if (cache)
		list_add(p);
	return p;
}

static void page_free(struct dmalab_machine *lab, struct slab_page *p)
{
	for (u32 i = 0; i < 1u << p->order; i++) {
		lab->mm->slab.pages[p->page + i] = NULL;
		lab->mm->blocks[p->page + i].refs = 0;
	}
	*p->all_prev = p->all_next;
	if (p->all_next)
		p->all_next->all_prev = p->all_prev;
	if (p->cache)
		list_del(p);
	unwritten_store(&lab->judge.unwritten, page_offset(p->page), PAGE_SIZE << p->order);
	dlab_pages_free(&lab->hw, p->page);
	free(p);
}

/* --------------------------------------------------------------- objects */

/* Those of a word that cannot be handed out. */
static u64 taken(const struct slab_page *p, u32 word)
{
	return p->used[word] | (unlikely(p->waiting) ? p->waiting[word] : 0);
}

static u32 take_object(struct slab_page *p)
{
	u32 word = 0, index;

	while (!~taken(p, word))
		word++;
	index = word * 64 + __builtin_ctzll(~taken(p, word));
	p->used[word] |= 1ull << (index & 63);
	if (++p->nr_used == p->nr && p->cache)
		list_del(p);
	return index;
}

static void make_room(struct dmalab_machine *lab, struct slab_page *p)
{
	if (p->nr_used == p->nr && p->cache)
		list_add(p);
	if (--p->nr_used == 0)
		page_free(lab, p);
}

/* The quarantine's. */
static void end_wait(struct machine *hw, u64 offset)
{
	struct dmalab_machine *lab = (struct dmalab_machine *)hw;
	struct slab_page *p = lab->mm->slab.pages[offset >> PAGE_SHIFT];
	u32 index = slab_object_index(p, offset);

	p->waiting[index >> 6] &= ~(1ull << (index & 63));
	make_room(lab, p);
}

static void give_object(struct dmalab_machine *lab, struct slab_page *p, u32 index)
{
	u64 bit = 1ull << (index & 63);

	p->used[index >> 6] &= ~bit;
	if (likely(!p->waiting)) {
		make_room(lab, p);
		return;
	}
	p->waiting[index >> 6] |= bit;
	dlab_quarantine_add(&lab->hw, end_wait, slab_object_offset(p, index), p->stride);
}

/* Only pages of the right zone will do for a zone flag. */
static struct slab_page *page_with_room(struct dmalab_machine *lab, const struct kmem_cache *cache,
					gfp_t gfp)
{
	struct slab_page *p = cache->room;

	while (p && zone_of_page(&lab->hw, p->page) > zone_of_gfp(gfp))
		p = p->next;
	return p;
}

bool dlab_slab_check_gfp(struct dmalab_machine *lab, size_t size, gfp_t gfp,
			 const struct call *call)
{
	if (lab_might_alloc(lab, NULL, call, size, gfp))
		return true;
	if (likely(!(gfp & ZONES_NOT_OF_SLAB)))
		return false;
	dlab_mm_report_zone(
		lab, NULL, call, size,
		"__GFP_DMA32 and __GFP_HIGHMEM are not for kmalloc() and caches: dropped");
	return true;
}

static bool is_built(const struct slab_page *p, u32 index)
{
	return p->built && p->built[index >> 6] >> (index & 63) & 1;
}

void *dlab_slab_alloc(struct dmalab_machine *lab, struct kmem_cache *cache, size_t size, gfp_t gfp,
		      const struct call *call)
{
	dlab_slab_check_gfp(lab, size, gfp, call);
	return dlab_slab_take(lab, cache, size, gfp, call);
}

void *dlab_slab_take(struct dmalab_machine *lab, struct kmem_cache *cache, size_t size, gfp_t gfp,
		     const struct call *call)
{
	struct slab_page *p = NULL;
	size_t offset, room;
	u32 index;

	gfp &= ~ZONES_NOT_OF_SLAB;
	if (size > PAGE_SIZE << MAX_ORDER || lab_must_fail(lab))
		return NULL;
	if (!cache)
		cache = class_of(&lab->mm->slab, size, lab->hw.object_align);
	if (likely(cache)) {
		gfp |= cache->gfp;
		p = page_with_room(lab, cache, gfp);
	}
	if (!p)
		p = page_new(lab, cache, cache ? cache->order : order_of(size), gfp, call);
	if (!p)
		return NULL;

	index = take_object(p);
	offset = slab_object_offset(p, index);
	room = p->stride;
	if (p->sizes)
		p->sizes[index] = size;
	else
		room = size;
	judge_find_stores(&lab->judge, call, offset, room);
	if (judge_keeps_ledger(&lab->judge))
		dlab_ledger_use(&lab->judge.ledger, offset, room, true);
	if (gfp & __GFP_ZERO) {
		dlab_cache_cpu_store(&lab->hw, offset, NULL, room);
		dlab_judge_filled(&lab->judge, offset, room, call->site);
	} else if (likely(!is_built(p, index))) {
		/* A constructor is for what the last owner of an object leaves in it. */
		judge_fresh(&lab->judge, offset, room);
	}
	return lab->hw.cached + offset;
}

static struct slab_page *page_of(const struct dmalab_machine *lab, const void *p)
{
	return lab->mm->slab.pages[((const u8 *)p - lab->hw.cached) >> PAGE_SHIFT];
}

bool dlab_slab_is_built(struct dmalab_machine *lab, const void *object)
{
	struct slab_page *p = page_of(lab, object);
	u32 index = slab_object_index(p, (const u8 *)object - lab->hw.cached);
	bool built = is_built(p, index);

	p->built[index >> 6] |= 1ull << (index & 63);
	return built;
}

void dlab_slab_set_size(struct dmalab_machine *lab, const void *object, size_t size)
{
	struct slab_page *p = page_of(lab, object);

	if (p->sizes)
		p->sizes[slab_object_index(p, (const u8 *)object - lab->hw.cached)] = size;
}

void dlab_slab_take_whole(struct dmalab_machine *lab, const void *object)
{
	struct slab_page *p = page_of(lab, object);

	if (p->sizes)
		p->sizes[slab_object_index(p, (const u8 *)object - lab->hw.cached)] |= SLAB_WHOLE;
}

bool dlab_slab_goes_on(const struct slab *s, size_t offset)
{
	const struct slab_page *p = s->pages[offset >> PAGE_SHIFT];
	u32 index;

	if (!p)
		return true;
	index = slab_object_index(p, offset);
	return index < p->nr && slab_object_lives(p, index) &&
	       slab_object_offset(p, index) == offset;
}

struct mm_object dlab_slab_object(const struct dmalab_machine *lab, size_t offset)
{
	const struct slab_page *p = lab->mm->slab.pages[offset >> PAGE_SHIFT];
	struct mm_object o = { .kind = MM_NONE };
	u32 index;

	if (!p)
		return o;
	index = slab_object_index(p, offset);
	if (index >= p->nr)
		return o;
	o.live = slab_object_lives(p, index);
	o.start = lab->hw.cached + slab_object_offset(p, index);
	o.room = p->stride;
	if (p->sizes) {
		o.kind = p->sizes[index] & SLAB_DEVM ? MM_DEVM : MM_KMALLOC;
		o.size = p->sizes[index] & SLAB_SIZE;
	} else {
		o.kind = MM_CACHE;
		o.cache = p->cache;
		o.size = o.room = p->cache->size;
	}
	return o;
}

/*
 * Mark what only this object took as free: small ones share a unit of the ledger with
 * their neighbours, which may live.
 */
static void unuse(struct dmalab_machine *lab, const struct slab_page *p, u32 index)
{
	struct ledger *l = &lab->judge.ledger;
	size_t offset = slab_object_offset(p, index), size = p->sizes ? p->stride : p->cache->size;
	size_t first = offset & ~(size_t)(USE_UNIT - 1), end = offset + size + USE_UNIT - 1;

	end &= ~(size_t)(USE_UNIT - 1);
	dlab_ledger_use(l, offset, size, false);
	for (u32 i = index; i-- && slab_object_offset(p, i) + size > first;)
		if (slab_object_lives(p, i))
			dlab_ledger_use(l, slab_object_offset(p, i), size, true);
	for (u32 i = index + 1; i < p->nr && slab_object_offset(p, i) < end; i++)
		if (slab_object_lives(p, i))
			dlab_ledger_use(l, slab_object_offset(p, i), size, true);
}

void dlab_slab_give_back(struct dmalab_machine *lab, size_t offset)
{
	struct slab_page *p = lab->mm->slab.pages[offset >> PAGE_SHIFT];
	u32 index = slab_object_index(p, offset);

	if (judge_keeps_ledger(&lab->judge))
		unuse(lab, p, index);
	if (!p->built)
		unwritten_store(&lab->judge.unwritten, offset, p->sizes ? p->stride : p->cache->size);
	give_object(lab, p, index);
}
