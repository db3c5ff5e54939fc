/* SPDX-License-Identifier: MIT */
/* Whose memory a pointer leads to, and the contract of giving it back. */
#include "lab/embedded.h"
#include "mm/mm.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

int dlab_mm_init(struct mm *mm, const struct machine *m)
{
	size_t pages = m->nr_pages * sizeof(*mm->slab.pages);
	size_t blocks = m->nr_pages * sizeof(*mm->blocks);
	size_t units = m->vmalloc_size >> VM_UNIT_SHIFT;
	u8 *at;

	memset(mm, 0, sizeof(*mm));
	mm->arena_size = pages + blocks + units * sizeof(*mm->vm.areas);
	at = mmap(NULL, mm->arena_size, PROT_READ | PROT_WRITE,
		  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (at == MAP_FAILED)
		return -ENOMEM;
	mm->arena = at;
	dlab_slab_init(&mm->slab, (struct slab_page **)at);
	mm->blocks = (struct page_block *)(at + pages);
	mm->vm.areas = (struct vm_area *)(at + pages + blocks);
	mm->vm.nr_units = units;
	return 0;
}

void dlab_mm_exit(struct mm *mm)
{
	dlab_slab_exit(&mm->slab);
	dlab_vmap_exit(&mm->vm);
	munmap(mm->arena, mm->arena_size);
}

/* Addresses of vmalloc() have been handed out: the host's memory behind them is not by page. */
bool dlab_mm_is_simple(const struct mm *mm)
{
	return !mm->vm.nr_used;
}

void dlab_mm_reset_pages(struct mm *mm, u32 page, u32 nr)
{
	memset(mm->blocks + page, 0, nr * sizeof(*mm->blocks));
	memset(mm->slab.pages + page, 0, nr * sizeof(*mm->slab.pages));
}

void dlab_mm_reset(struct mm *mm)
{
	struct slab_page **pages = mm->slab.pages;

	dlab_slab_exit(&mm->slab);
	memset(&mm->slab, 0, sizeof(mm->slab));
	dlab_slab_init(&mm->slab, pages);
}

struct mm_object dlab_mm_find(const struct dmalab_machine *lab, const void *p)
{
	const struct mm_object none = { .kind = MM_NONE };
	size_t offset = (uintptr_t)p - (uintptr_t)lab->hw.cached;

	if (in_vmalloc(&lab->hw, p))
		return dlab_vm_object(lab, p);
	if (!in_cached(&lab->hw, p))
		return none;
	if (lab->mm->slab.pages[offset >> PAGE_SHIFT])
		return dlab_slab_object(lab, offset);
	return dlab_page_object(lab, offset);
}

void dlab_mm_give_back(struct dmalab_machine *lab, const struct mm_object *o)
{
	size_t offset = (uintptr_t)o->start - (uintptr_t)lab->hw.cached;

	switch (o->kind) {
	case MM_KMALLOC:
	case MM_DEVM:
	case MM_CACHE:
		dlab_slab_give_back(lab, offset);
		break;
	case MM_PAGES:
	case MM_EXACT:
		dlab_page_give_back(lab, offset);
		break;
	case MM_VMALLOC:
		dlab_vm_give_back(lab, o->start);
		break;
	case MM_VMAP:
		dlab_vmap_give_back(lab, o->start);
		break;
	case MM_NONE:
		break;
	}
}

static const struct region *mapping_of(const struct judge *j, size_t offset, size_t len,
				       const struct device *going)
{
	for (u32 p = offset >> PAGE_SHIFT; p <= (offset + len - 1) >> PAGE_SHIFT; p++)
		for (struct span *span = j->ledger.pages[p].maps; span; span = span->next)
			if (region_touches(span->region, offset, len) &&
			    span->region->dev != going)
				return span->region;
	return NULL;
}

static cold void report_mapped(struct judge *j, const struct mm_object *o,
			       const struct call *call, const struct region *r)
{
	struct finding f = {
		.check = CHECK_FREE_WHILE_MAPPED, .call = call, .cpu = o->start,
		.size = o->size, .region = r, .dev = r->dev,
	};
	char missing[64];

	snprintf(missing, sizeof(missing), "%s before this", dlab_release_name(r));
	f.missing = missing;
	dlab_judge_report(j, &f);
}

bool dlab_mm_report_if_mapped(struct dmalab_machine *lab, const struct mm_object *o,
			      const struct call *call, const struct device *going)
{
	struct judge *j = &lab->judge;
	const struct region *r;

	if (o->kind >= MM_VMALLOC || !judge_keeps_ledger(j))
		return false;
	r = mapping_of(j, o->start - lab->hw.cached, o->room, going);
	if (likely(!r))
		return false;
	report_mapped(j, o, call, r);
	return true;
}

/* --------------------------------------------------------------- mistakes */

cold void dlab_mm_report_zone(struct dmalab_machine *lab, struct device *dev,
			      const struct call *call, size_t size, const char *detail)
{
	struct finding f = {
		.check = CHECK_ZONE_GFP, .call = call, .dev = dev, .size = size,
		.detail = detail,
	};

	dlab_judge_report(&lab->judge, &f);
}

static const struct {
	const char *maker, *free;
} functions[] = {
	[MM_KMALLOC] = { "kmalloc()", "kfree()" },
	[MM_DEVM] = { "devm_kmalloc()", "devm_kfree(), or with the device" },
	[MM_CACHE] = { "kmem_cache_alloc()", "kmem_cache_free()" },
	[MM_PAGES] = { "alloc_pages()", "free_pages() or put_page()" },
	[MM_EXACT] = { "alloc_pages_exact()", "free_pages_exact()" },
	[MM_VMALLOC] = { "vmalloc()", "vfree()" },
	[MM_VMAP] = { "vmap()", "vunmap()" },
};

/* May kfree() and the like release an object of this kind? */
static bool is_kind_right(const struct mm_free *free, const struct mm_object *o)
{
	if (free->kind == MM_KMALLOC)
		return o->kind == MM_KMALLOC || o->kind == MM_CACHE;
	if (free->kind == MM_CACHE)
		return o->cache == free->cache;
	if (free->kind == MM_DEVM)
		return o->owner && o->owner == free->dev;
	return o->kind == free->kind;
}

/* What is free had a maker once; of a page, somebody else may have had it since. */
static bool is_double(const struct mm_free *free, const struct mm_object *o)
{
	return o->kind != MM_NONE && !o->live && (o->kind <= MM_CACHE || is_kind_right(free, o));
}

/* The live memory for DMA that a pointer of any view leads to, or NULL. */
static const struct region *dma_memory_at(const struct dmalab_machine *lab, const void *p)
{
	const struct machine *hw = &lab->hw;
	const u8 *view = in_cached(hw, p) ? hw->cached : in_memory(hw, p) ? hw->memory :
			 in_cookies(hw, p) ? hw->cookies : NULL;
	const struct region *r;

	if (!view || !judge_keeps_ledger(&lab->judge))
		return NULL;
	r = ledger_alloc(&lab->judge.ledger, ((const u8 *)p - view) >> PAGE_SHIFT);
	return r && region_touches(r, (const u8 *)p - view, 1) ? r : NULL;
}

static cold void report_unknown(struct dmalab_machine *lab, const struct mm_free *free,
				const struct mm_object *o)
{
	char text[96];
	struct finding f = {
		.check = CHECK_FREE_UNKNOWN, .call = free->call, .cpu = free->ptr,
		.size = o->size, .detail = text, .plain = true,
	};
	const struct region *r = dma_memory_at(lab, free->ptr);

	if (is_double(free, o)) {
		f.check = CHECK_DOUBLE_FREE;
		f.detail = NULL;
	} else if (o->live) {
		f.detail = "inside an object, not at its start";
	} else if (r) {
		f.region = r;
		f.dev = r->dev;
		snprintf(text, sizeof(text), "memory for DMA, which %s releases",
			 dlab_release_name(r));
	} else {
		snprintf(text, sizeof(text), "not from %s, or freed already",
			 functions[free->kind].maker);
	}
	dlab_judge_report(&lab->judge, &f);
}

static bool is_size_wrong(const struct mm_free *free, const struct mm_object *o)
{
	return free->sized && PAGE_ALIGN(free->size) != PAGE_ALIGN(o->size);
}

/* The call does not fit the object. */
static cold void report_mismatch(struct dmalab_machine *lab, const struct mm_free *free,
				 const struct mm_object *o)
{
	char text[192];
	struct finding f = {
		.check = CHECK_FREE_WRONG_FUNCTION, .call = free->call, .cpu = free->ptr,
		.dev = lab_knows(free->dev) ? free->dev : NULL, .size = o->size, .detail = text,
	};

	if (free->kind == o->kind && o->kind == MM_DEVM) {
		f.check = CHECK_FREE_WRONG_DEVICE;
		snprintf(text, sizeof(text), "it belongs to %s", dlab_device_name(o->owner));
	} else if (free->kind == o->kind && o->kind == MM_CACHE) {
		snprintf(text, sizeof(text), "made by kmem_cache_alloc() of cache %s, not %s",
			 o->cache->name, free->cache->name);
	} else if (free->kind == o->kind) {
		f.check = CHECK_FREE_SIZE_MISMATCH;
		snprintf(text, sizeof(text), "size %zu, released with %zu", o->size, free->size);
	} else {
		snprintf(text, sizeof(text), "made by %s, to be released by %s",
			 functions[o->kind].maker, functions[o->kind].free);
	}
	dlab_judge_report(&lab->judge, &f);
}

void dlab_mm_release(struct dmalab_machine *lab, const struct mm_free *free,
		     const struct device *going)
{
	struct mm_object o = dlab_mm_find(lab, free->ptr);

	if (unlikely(!o.live || o.start != free->ptr)) {
		report_unknown(lab, free, &o);
		return;
	}
	if (unlikely(lab->nr_inside) &&
	    dlab_device_report_inside(lab, o.start, o.room, free->call))
		return;
	if (o.kind < MM_VMALLOC)
		judge_find_stores(&lab->judge, free->call, o.start - lab->hw.cached, o.room);
	if (o.kind == MM_DEVM)
		o.owner = going ? going : dlab_devm_forget(lab, o.start);
	if (unlikely(!is_kind_right(free, &o) || is_size_wrong(free, &o)))
		report_mismatch(lab, free, &o);
	else
		dlab_mm_report_if_mapped(lab, &o, free->call, going);
	dlab_mm_give_back(lab, &o);
}
