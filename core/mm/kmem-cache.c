/* SPDX-License-Identifier: MIT */
/* Caches of objects of one size: struct kmem_cache. */
#include "base/host.h"
#include "lab/context.h"
#include "mm/mm.h"
#include "base/probe.h"

#include <linux/slab.h>
#include <stdlib.h>
#include <string.h>

/* After calculate_alignment() in mm/slab_common.c. */
static size_t alignment(const struct machine *hw, size_t size, size_t align, slab_flags_t flags)
{
	size_t line = hw->object_line;

	if (flags & SLAB_HWCACHE_ALIGN) {
		while (size <= line / 2)
			line /= 2;
		if (align < line)
			align = line;
	}
	return align < sizeof(void *) ? sizeof(void *) : align;
}

static bool is_valid(const char *name, size_t size, size_t align)
{
	return name && size && size <= PAGE_SIZE << MAX_ORDER && align <= PAGE_SIZE &&
	       !(align & (align - 1));
}

struct kmem_cache *kmem_cache_create(const char *name, unsigned int size, unsigned int align,
				     slab_flags_t flags, void (*ctor)(void *))
{
	struct dmalab_machine *lab = dlab_current();
	struct kmem_cache *cache;

	RECORD("=Szz", name, size, align);
	context_might_sleep(&THIS_CALL);
	if (!lab || !is_valid(name, size, align))
		return NULL;
	cache = host_calloc(1, sizeof(*cache));
	if (!cache)
		return NULL;
	cache->name = host_strdup(name);
	if (!cache->name) {
		free(cache);
		return NULL;
	}
	align = alignment(&lab->hw, size, align, flags);
	cache->lab = lab;
	cache->size = size;
	cache->stride = (size + align - 1) & ~(align - 1);
	cache->order = order_of(cache->stride);
	cache->nr = (PAGE_SIZE << cache->order) / cache->stride;
	cache->ctor = ctor;
	cache->gfp = flags & SLAB_CACHE_DMA ? __GFP_DMA : flags & SLAB_CACHE_DMA32 ? __GFP_DMA32 : 0;

	lab_lock(lab);
	cache->next = lab->mm->slab.caches;
	lab->mm->slab.caches = cache;
	lab_unlock(lab);
	return record_object(cache);
}

/* The structure stays until the machine goes: objects may, and drivers err. */
void kmem_cache_destroy(struct kmem_cache *cache)
{
	RECORD("c", cache);
	if (!cache)
		return;
	lab_lock(cache->lab);
	cache->gone = true;
	lab_unlock(cache->lab);
}

unsigned int kmem_cache_size(struct kmem_cache *cache)
{
	return cache ? cache->size : 0;
}

static void *allocate(struct kmem_cache *cache, gfp_t gfp, const struct call *call)
{
	bool build = false;
	void *p = NULL;

	if (!cache)
		return NULL;
	lab_lock(cache->lab);
	if (!cache->gone)
		p = dlab_slab_alloc(cache->lab, cache, cache->size, gfp, call);
	if (!p)
		dlab_name_failure(cache->lab, call);
	if (p && unlikely(cache->ctor))
		build = !dlab_slab_is_built(cache->lab, p);
	lab_unlock(cache->lab);
	/* It is the driver's code, and may use the API. */
	if (unlikely(build))
		cache->ctor(p);
	return p;
}

void *kmem_cache_alloc(struct kmem_cache *cache, gfp_t flags)
{
	RECORD("=cG", cache, flags);
	return record_memory(allocate(cache, flags, &THIS_CALL), 0, NULL);
}

void *kmem_cache_zalloc(struct kmem_cache *cache, gfp_t flags)
{
	RECORD_AS("kmem_cache_alloc", "=cG", cache, flags | __GFP_ZERO);
	return record_memory(allocate(cache, flags | __GFP_ZERO, &THIS_CALL),
			     0, NULL);
}

void kmem_cache_free(struct kmem_cache *cache, void *object)
{
	struct call call = THIS_CALL;
	struct mm_free free = {
		.call = &call, .ptr = object, .kind = MM_CACHE, .cache = cache,
	};

	RECORD("cp", cache, object);
	if (!cache || !object)
		return;
	lab_lock(cache->lab);
	dlab_mm_release(cache->lab, &free, NULL);
	lab_unlock(cache->lab);
}
