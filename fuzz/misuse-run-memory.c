// SPDX-License-Identifier: MIT
/* The calls of the target "misuse" for memory that drivers map, made. */
#include "misuse.h"

#include <linux/mm.h>
#include <linux/vmalloc.h>

static struct kmem_cache *cache_of(struct lab *lab, const struct call *c)
{
	return lab->cache[c->number % NR_CACHES];
}

static void run_cache(struct lab *lab, const struct call *c, struct outcome *o)
{
	const struct cache_shape *shape = &cache_shapes[c->mask % NR_CACHE_SHAPES];
	struct kmem_cache *cache;

	switch (c->kind) {
	case CACHE_CREATE:
		cache = kmem_cache_create("fuzz", c->size, shape->align, shape->flags, NULL);
		o->result = cache != NULL;
		if (!cache)
			break;
		lab->cache[c->number] = cache;
		lab->cache_machine[c->number] = c->machine;
		break;
	case CACHE_DESTROY:
		kmem_cache_destroy(cache_of(lab, c));
		break;
	case CACHE_ALLOC:
		o->cpu = kmem_cache_alloc(cache_of(lab, c), c->gfp);
		break;
	case CACHE_ZALLOC:
		o->cpu = kmem_cache_zalloc(cache_of(lab, c), c->gfp);
		break;
	default:
		kmem_cache_free(cache_of(lab, c), c->cpu);
	}
	/* Unlike that of kmalloc(), it has no more than was asked for. */
	if (o->cpu)
		o->result = ksize(o->cpu);
}

static void run_page(const struct call *c, struct outcome *o)
{
	switch (c->kind) {
	case PAGE_GET:
		get_page(c->page);
		break;
	case PAGE_PUT:
		put_page(c->page);
		break;
	default:
		o->result = page_ref_count(c->page);
		o->page = compound_head(c->page);
		o->dma = compound_order(c->page);
	}
}

void run_memory(struct lab *lab, const struct call *c, struct outcome *o)
{
	switch (c->kind) {
	case PAGES_ALLOC:
		o->page = alloc_pages(c->gfp, c->number);
		o->cpu = page_address(o->page);
		break;
	case PAGES_GET:
		o->cpu = (void *)__get_free_pages(c->gfp, c->number);
		break;
	case EXACT_ALLOC:
		o->cpu = alloc_pages_exact(c->size, c->gfp);
		break;
	case DEVM_ALLOC:
		o->cpu = devm_kmalloc(device_of(lab, c), c->size, c->gfp);
		break;
	case VMALLOC:
		o->cpu = vmalloc(c->size);
		break;
	case VZALLOC:
		o->cpu = vzalloc(c->size);
		break;
	case KMEMDUP:
		o->cpu = kmemdup(c->cpu, c->size, c->gfp);
		break;
	case KREALLOC:
		o->cpu = krealloc(c->cpu, c->size, c->gfp);
		break;
	case PAGES_FREE:
		__free_pages(c->page, c->number);
		break;
	case PAGES_FREE_ADDRESS:
		free_pages((unsigned long)c->cpu, c->number);
		break;
	case EXACT_FREE:
		free_pages_exact(c->cpu, c->size);
		break;
	case DEVM_FREE:
		devm_kfree(device_of(lab, c), c->cpu);
		break;
	case VFREE:
		vfree(c->cpu);
		break;
	case PAGE_GET:
	case PAGE_PUT:
	case PAGE_COUNT:
		run_page(c, o);
		break;
	default:
		run_cache(lab, c, o);
	}
}
