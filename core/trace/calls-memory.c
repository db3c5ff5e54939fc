/* SPDX-License-Identifier: MIT */
/* Allocations: plain memory, memory for DMA, pools, and what goes with its device. */
#include "trace/calls.h"

#include <linux/dma-map-ops.h>
#include <linux/dma-mapping.h>
#include <linux/dmapool.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>
#include <stdlib.h>
#include <string.h>

/* ------------------------------------------------------------------- memory */

CALL(kmalloc) { UNUSED; to->cpu = kmalloc(NUM(0), NUM(1)); }
CALL(kzalloc) { UNUSED; to->cpu = kzalloc(NUM(0), NUM(1)); }
CALL(krealloc) { UNUSED; to->cpu = krealloc(PTR(0), NUM(1), NUM(2)); }
CALL(ksize) { UNUSED; to->number = ksize(PTR(0)); }

CALL(kmemdup)
{
	const struct arg *from = &r->now->args[0];
	struct access_args args = {
		.p = PTR(0), .len = NUM(1),
		.object = from->kind == ARG_OBJECT ? &r->objects[from->object] : NULL,
	};

	UNUSED;
	if (run_may_touch(r, &args))
		to->cpu = kmemdup(PTR(0), NUM(1), NUM(2));
}

CALL(kfree) { UNUSED; kfree(PTR(0)); }

CALL(alloc_pages)
{
	struct page *page = alloc_pages(NUM(0), NUM(1));

	UNUSED;
	to->cpu = page ? page_address(page) : NULL;
}

CALL(__get_free_pages) { UNUSED; to->cpu = (void *)__get_free_pages(NUM(0), NUM(1)); }
CALL(free_pages) { UNUSED; free_pages((unsigned long)PTR(0), NUM(1)); }
CALL(alloc_pages_exact) { UNUSED; to->cpu = alloc_pages_exact(NUM(0), NUM(1)); }
CALL(free_pages_exact) { UNUSED; free_pages_exact(PTR(0), NUM(1)); }
CALL(__free_pages) { UNUSED; __free_pages(PTR(0), NUM(1)); }
CALL(get_page) { UNUSED; get_page(PTR(0)); }
CALL(put_page) { UNUSED; put_page(PTR(0)); }
CALL(page_ref_count) { UNUSED; to->number = page_ref_count(PTR(0)); }
CALL(virt_to_page) { UNUSED; r->returned = (uintptr_t)virt_to_page(PTR(0)); }

static void run_vmalloc(struct run *r, struct object *to, u64 size, void *(*alloc)(unsigned long))
{
	/* What is larger than any memory, the library is to refuse. */
	to->cpu = size <= TRACE_MAX_VMALLOC || size > 1ull << 40 ? alloc(size) : NULL;
	to->size = to->cpu ? size : 0;
	run_mapped(r, to);
}

CALL(vmalloc) { UNUSED; run_vmalloc(r, to, NUM(0), vmalloc); }
CALL(vzalloc) { UNUSED; run_vmalloc(r, to, NUM(0), vzalloc); }

CALL(vfree) { UNUSED; vfree(PTR(0)); }

/* The pages that follow each other from the first one on. */
CALL(vmap)
{
	u64 count = NUM(1) <= TRACE_MAX_PAGES ? NUM(1) : 0;
	struct page **pages = calloc(count + 1, sizeof(*pages));

	UNUSED;
	for (u64 i = 0; pages && i < count; i++)
		pages[i] = a[0].p ? (struct page *)a[0].p + i : NULL;
	to->cpu = pages ? vmap(pages, count, NUM(2), __pgprot(NUM(3))) : NULL;
	to->size = to->cpu ? count << PAGE_SHIFT : 0;
	/* A store past the cache cannot be found by comparing: it must be told. */
	if (!(NUM(3) & PGPROT_UNCACHED))
		run_mapped(r, to);
	free(pages);
}

CALL(vunmap) { UNUSED; vunmap(PTR(0)); }

/* What is no memory of the simulated kernel, but may be given to it by mistake. */
static u8 global[4096];
static const u8 rodata[4096] = "constant";

void calls_start(void)
{
	memset(global, 0, sizeof(global));
}

static void host_memory(struct run *r, struct object *to, const void *p, u64 size, u64 room)
{
	if (size > room) {
		run_stop(r, "at most %llu bytes of this", (unsigned long long)room);
		return;
	}
	to->cpu = (void *)p;
	to->size = size;
}

CALL(stack)
{
	UNUSED;
	/* Of this thread, and deeper than anything that runs meanwhile: only its address. */
	host_memory(r, to, __builtin_frame_address(0), NUM(0), 4096);
	to->size = 0;
}

CALL(global) { UNUSED; host_memory(r, to, global, NUM(0), sizeof(global)); }

CALL(rodata)
{
	UNUSED;
	host_memory(r, to, r->options->rodata ? r->options->rodata : rodata, NUM(0), sizeof(rodata));
	to->size = 0;
}

CALL(heap)
{
	UNUSED;
	free(to->host);
	to->host = NUM(0) <= TRACE_MAX_ACCESS ? calloc(1, NUM(0) ? NUM(0) : 1) : NULL;
	to->cpu = to->host;
	to->size = to->host ? NUM(0) : 0;
}

/* -------------------------------------------------------------- allocations */

CALL(dma_alloc_coherent)
{
	UNUSED;
	to->cpu = dma_alloc_coherent(DEV(0), NUM(1), &to->dma, NUM(2));
}

CALL(dma_free_coherent) { UNUSED; dma_free_coherent(DEV(0), NUM(1), PTR(2), NUM(3)); }

CALL(dma_alloc_attrs)
{
	UNUSED;
	to->cpu = dma_alloc_attrs(DEV(0), NUM(1), &to->dma, NUM(2), NUM(3));
	to->reach = NUM(3) & DMA_ATTR_NO_KERNEL_MAPPING ? REACH_CALLS : REACH_POINTER;
}

CALL(dma_free_attrs) { UNUSED; dma_free_attrs(DEV(0), NUM(1), PTR(2), NUM(3), NUM(4)); }

CALL(dma_alloc_wc)
{
	UNUSED;
	to->cpu = dma_alloc_wc(DEV(0), NUM(1), &to->dma, NUM(2));
}

CALL(dma_free_wc) { UNUSED; dma_free_wc(DEV(0), NUM(1), PTR(2), NUM(3)); }

CALL(dma_alloc_noncoherent)
{
	UNUSED;
	to->cpu = dma_alloc_noncoherent(DEV(0), NUM(1), &to->dma, DIR(2), NUM(3));
}

CALL(dma_free_noncoherent)
{
	UNUSED;
	dma_free_noncoherent(DEV(0), NUM(1), PTR(2), NUM(3), DIR(4));
}

CALL(dma_alloc_pages)
{
	struct page *page = dma_alloc_pages(DEV(0), NUM(1), &to->dma, DIR(2), NUM(3));

	UNUSED;
	to->cpu = page ? page_address(page) : NULL;
}

CALL(dma_free_pages) { UNUSED; dma_free_pages(DEV(0), NUM(1), PTR(2), NUM(3), DIR(4)); }

/* -------------------------------------------------- pools and managed memory */

CALL(dma_pool_create)
{
	UNUSED;
	to->pool = dma_pool_create(a[0].string, DEV(1), NUM(2), NUM(3), NUM(4));
}

CALL(dma_pool_destroy) { UNUSED; dma_pool_destroy(a[0].any); }
CALL(dma_pool_alloc) { UNUSED; to->cpu = dma_pool_alloc(a[0].any, NUM(1), &to->dma); }
CALL(dma_pool_zalloc) { UNUSED; to->cpu = dma_pool_zalloc(a[0].any, NUM(1), &to->dma); }
CALL(dma_pool_free) { UNUSED; dma_pool_free(a[0].any, PTR(1), NUM(2)); }

CALL(dmam_pool_create)
{
	UNUSED;
	to->pool = dmam_pool_create(a[0].string, DEV(1), NUM(2), NUM(3), NUM(4));
}

CALL(dmam_pool_destroy) { UNUSED; dmam_pool_destroy(a[0].any); }

CALL(dmam_alloc_coherent)
{
	UNUSED;
	to->cpu = dmam_alloc_coherent(DEV(0), NUM(1), &to->dma, NUM(2));
}

CALL(dmam_alloc_attrs)
{
	UNUSED;
	to->cpu = dmam_alloc_attrs(DEV(0), NUM(1), &to->dma, NUM(2), NUM(3));
	to->reach = NUM(3) & DMA_ATTR_NO_KERNEL_MAPPING ? REACH_CALLS : REACH_POINTER;
}

CALL(dmam_free_coherent) { UNUSED; dmam_free_coherent(DEV(0), NUM(1), PTR(2), NUM(3)); }
CALL(devm_kfree) { UNUSED; devm_kfree(DEV(0), PTR(1)); }
CALL(devm_kmalloc) { UNUSED; to->cpu = devm_kmalloc(DEV(0), NUM(1), NUM(2)); }

CALL(dma_declare_coherent_memory)
{
	UNUSED;
	to->number = dma_declare_coherent_memory(DEV(0), NUM(1), NUM(2), NUM(3));
}

CALL(dma_release_coherent_memory) { UNUSED; dma_release_coherent_memory(DEV(0)); }

CALL(kmem_cache_create)
{
	UNUSED;
	to->cache = kmem_cache_create(a[0].string, NUM(1), NUM(2), n > 3 ? NUM(3) : 0, NULL);
}

CALL(kmem_cache_destroy) { UNUSED; kmem_cache_destroy(a[0].any); }
CALL(kmem_cache_alloc) { UNUSED; to->cpu = kmem_cache_alloc(a[0].any, NUM(1)); }
CALL(kmem_cache_zalloc) { UNUSED; to->cpu = kmem_cache_zalloc(a[0].any, NUM(1)); }
CALL(kmem_cache_free) { UNUSED; kmem_cache_free(a[0].any, PTR(1)); }
