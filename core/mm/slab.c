/* SPDX-License-Identifier: MIT */
#include "lab/context.h"
#include "lab/lab.h"

#include <errno.h>
#include <linux/slab.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define SMALLEST_SHIFT 5
#define BLOCK          SLAB_CLASSES /* the class of whole blocks */

static size_t class_size(unsigned class)
{
	return 1ul << (SMALLEST_SHIFT + class);
}

static unsigned class_objects(unsigned class)
{
	return PAGE_SIZE >> (SMALLEST_SHIFT + class);
}

static unsigned class_of(size_t size, size_t align)
{
	unsigned class = 0;

	while (class < SLAB_CLASSES && (class_size(class) < size || class_size(class) < align))
		class++;
	return class;
}

int slab_init(struct slab *s, const struct machine *m)
{
	memset(s, 0, sizeof(*s));
	s->arena_size = m->nr_pages * sizeof(*s->pages);
	s->pages = mmap(NULL, s->arena_size, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (s->pages == MAP_FAILED) {
		s->pages = NULL;
		return -ENOMEM;
	}
	return 0;
}

void slab_exit(struct slab *s, const struct machine *m)
{
	if (!s->pages)
		return;
	for (u32 page = 0, next; page < m->nr_pages; page = next) {
		struct slab_page *p = s->pages[page];

		next = page + (p ? 1u << p->order : 1);
		free(p);
	}
	munmap(s->pages, s->arena_size);
}

/* -------------------------------------------------- lists of pages with room */

static void list_add(struct slab *s, struct slab_page *p)
{
	p->prev = NULL;
	p->next = s->room[p->class];
	if (p->next)
		p->next->prev = p;
	s->room[p->class] = p;
}

static void list_del(struct slab *s, struct slab_page *p)
{
	if (p->prev)
		p->prev->next = p->next;
	else
		s->room[p->class] = p->next;
	if (p->next)
		p->next->prev = p->prev;
}

/* ----------------------------------------------------------------- pages */

static enum zone zone_of(gfp_t gfp)
{
	return gfp & __GFP_DMA ? ZONE_DMA : gfp & __GFP_DMA32 ? ZONE_DMA32 : ZONE_NORMAL;
}

static struct slab_page *page_new(struct dmalab_machine *lab, unsigned class, unsigned order,
				  gfp_t gfp)
{
	unsigned objects = class == BLOCK ? 1 : class_objects(class);
	struct slab_page *p = calloc(1, sizeof(*p) + objects * sizeof(size_t));

	if (!p)
		return NULL;
	p->page = pages_alloc(&lab->hw, zone_of(gfp), order, ~0ull);
	if (p->page == NO_PAGE) {
		free(p);
		return NULL;
	}
	p->sizes = (size_t *)(p + 1);
	p->class = class;
	p->order = order;
	cache_take_back(&lab->hw, p->page, 1u << order);
	for (u32 i = 0; i < 1u << order; i++)
		lab->slab.pages[p->page + i] = p;
	if (class != BLOCK)
		list_add(&lab->slab, p);
	return p;
}

static void page_free(struct dmalab_machine *lab, struct slab_page *p)
{
	for (u32 i = 0; i < 1u << p->order; i++)
		lab->slab.pages[p->page + i] = NULL;
	if (p->class != BLOCK)
		list_del(&lab->slab, p);
	pages_free(&lab->hw, p->page);
	free(p);
}

/* --------------------------------------------------------------- objects */

static unsigned object_index(const struct slab_page *p, size_t offset)
{
	return p->class == BLOCK ? 0 : (offset & (PAGE_SIZE - 1)) / class_size(p->class);
}

static size_t object_room(const struct slab_page *p)
{
	return p->class == BLOCK ? PAGE_SIZE << p->order : class_size(p->class);
}

/* An object of kmalloc(): where it lies and how large it was asked for. */
struct object {
	size_t offset, size;
	bool live;
};

/* The object whose memory holds @offset. Returns false when it is no slab memory. */
static bool slab_find(const struct slab *s, size_t offset, struct object *object)
{
	const struct slab_page *p = s->pages[offset >> PAGE_SHIFT];
	unsigned index;

	if (!p)
		return false;
	index = object_index(p, offset);
	object->offset = page_offset(p->page) + index * object_room(p);
	object->size = p->sizes[index];
	object->live = p->used[index >> 6] >> (index & 63) & 1;
	return true;
}

static unsigned take_object(struct slab *s, struct slab_page *p)
{
	unsigned index = ~p->used[0] ? __builtin_ctzll(~p->used[0]) :
				       64 + __builtin_ctzll(~p->used[1]);

	p->used[index >> 6] |= 1ull << (index & 63);
	p->nr_used++;
	if (p->class != BLOCK && p->nr_used == class_objects(p->class))
		list_del(s, p);
	return index;
}

static void give_object(struct dmalab_machine *lab, struct slab_page *p, unsigned index)
{
	if (p->class != BLOCK && p->nr_used == class_objects(p->class))
		list_add(&lab->slab, p);
	p->used[index >> 6] &= ~(1ull << (index & 63));
	if (--p->nr_used == 0)
		page_free(lab, p);
}

/* Only pages of the right zone will do for a zone flag. */
static struct slab_page *page_with_room(struct dmalab_machine *lab, unsigned class, gfp_t gfp)
{
	struct slab_page *p = lab->slab.room[class];

	while (p && lab->hw.frames[p->page].zone > zone_of(gfp))
		p = p->next;
	return p;
}

static void *kmalloc_locked(struct dmalab_machine *lab, size_t size, gfp_t gfp,
			    const struct call *call)
{
	size_t align = lab->hw.profile->dma_align;
	unsigned class = class_of(size, align);
	struct slab_page *p;
	unsigned index;
	size_t offset;

	lab_might_alloc(lab, NULL, call, size, gfp);
	if (size > PAGE_SIZE << MAX_ORDER || lab_must_fail(lab))
		return NULL;
	if (class < BLOCK)
		p = page_with_room(lab, class, gfp);
	else
		p = NULL;
	if (!p)
		p = page_new(lab, class, class < BLOCK ? 0 : order_of(size), gfp);
	if (!p)
		return NULL;

	index = take_object(&lab->slab, p);
	p->sizes[index] = size;
	offset = page_offset(p->page) + index * object_room(p);
	if (judge_keeps_ledger(&lab->judge))
		ledger_use(&lab->judge.ledger, offset, object_room(p), true);
	if (gfp & __GFP_ZERO) {
		cache_cpu_store(&lab->hw, offset, NULL, object_room(p));
		shadow_cpu_store(&lab->judge.shadow, offset, object_room(p), call->site,
				 NULL);
		judge_zeroed(&lab->judge, offset, object_room(p), call->site);
	}
	return lab->hw.cached + offset;
}

static void *allocate(size_t size, gfp_t gfp, const struct call *call)
{
	struct dmalab_machine *lab = lab_current();
	void *p;

	if (!size)
		return ZERO_SIZE_PTR;
	if (!lab)
		return NULL;
	lab_lock(lab);
	p = kmalloc_locked(lab, size, gfp, call);
	lab_unlock(lab);
	return p;
}

void *kmalloc(size_t size, gfp_t flags)
{
	return allocate(size, flags, &THIS_CALL);
}

void *kzalloc(size_t size, gfp_t flags)
{
	return allocate(size, flags | __GFP_ZERO, &THIS_CALL);
}

void *kcalloc(size_t n, size_t size, gfp_t flags)
{
	size_t bytes;

	if (__builtin_mul_overflow(n, size, &bytes))
		return NULL;
	return allocate(bytes, flags | __GFP_ZERO, &THIS_CALL);
}

static struct region *mapping_of(const struct judge *j, size_t offset, size_t len)
{
	for (u32 p = offset >> PAGE_SHIFT; p <= (offset + len - 1) >> PAGE_SHIFT; p++)
		for (struct span *span = j->ledger.pages[p].maps; span; span = span->next)
			if (region_touches(span->region, offset, len))
				return span->region;
	return NULL;
}

static void kfree_locked(struct dmalab_machine *lab, const void *ptr, const struct call *call)
{
	struct judge *j = &lab->judge;
	struct finding f = { .check = CHECK_FREE_UNKNOWN, .call = call, .cpu = ptr };
	size_t offset = (uintptr_t)ptr - (uintptr_t)lab->hw.cached;
	struct slab_page *p;
	struct object object;

	if (!in_cached(&lab->hw, ptr) || !slab_find(&lab->slab, offset, &object)) {
		f.detail = "not from kmalloc(), or freed already";
		judge_report(j, &f);
		return;
	}
	f.size = object.size;
	if (!object.live || object.offset != offset) {
		f.check = object.live ? CHECK_FREE_UNKNOWN : CHECK_DOUBLE_FREE;
		f.detail = object.live ? "inside an object, not at its start" : NULL;
		judge_report(j, &f);
		return;
	}

	p = lab->slab.pages[offset >> PAGE_SHIFT];
	if (judge_keeps_ledger(j)) {
		f.region = mapping_of(j, offset, object_room(p));
		if (f.region) {
			f.check = CHECK_FREE_WHILE_MAPPED;
			f.dev = f.region->dev;
			f.missing = "dma_unmap_single() before this";
			judge_report(j, &f);
		}
		ledger_use(&j->ledger, offset, object_room(p), false);
	}
	give_object(lab, p, object_index(p, offset));
}

void kfree(const void *ptr)
{
	struct dmalab_machine *lab = lab_of(ptr);
	struct call call = THIS_CALL;

	if (ZERO_OR_NULL_PTR(ptr))
		return;
	if (!lab)
		lab = lab_current();
	if (!lab)
		return;
	lab_lock(lab);
	kfree_locked(lab, ptr, &call);
	lab_unlock(lab);
}

size_t ksize(const void *ptr)
{
	struct dmalab_machine *lab = lab_of(ptr);
	struct object object;
	size_t size = 0, offset;

	if (ZERO_OR_NULL_PTR(ptr) || !lab || !in_cached(&lab->hw, ptr))
		return 0;
	offset = (const u8 *)ptr - lab->hw.cached;
	lab_lock(lab);
	if (slab_find(&lab->slab, offset, &object) && object.live &&
	    object.offset == offset)
		size = object_room(lab->slab.pages[offset >> PAGE_SHIFT]);
	lab_unlock(lab);
	return size;
}
