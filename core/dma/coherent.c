/* SPDX-License-Identifier: MIT */
/*
 * Memory that CPU and device share. On a device that snoops it is ordinary cached
 * memory; on any other the CPU gets an uncached pointer, its lines having been
 * flushed, so that both look at memory itself.
 */
#include "dma/direct.h"

#include <string.h>

static void *alloc_uncached(struct allocation *a)
{
	struct dmalab_machine *lab = a->d->machine;

	cache_give_up(&lab->hw, a->page, a->nr_pages);
	shadow_set_pages(&lab->judge.shadow, a->page, a->nr_pages, PAGE_UNCACHED, a->call->site);
	return memset(lab->hw.memory + a->offset, 0, page_offset(a->nr_pages));
}

static void *alloc_cached(struct allocation *a)
{
	struct dmalab_machine *lab = a->d->machine;

	cache_take_back(&lab->hw, a->page, a->nr_pages);
	cache_zero_pages(&lab->hw, a->page, a->nr_pages);
	shadow_set_pages(&lab->judge.shadow, a->page, a->nr_pages, PAGE_CPU_NEWER, a->call->site);
	return lab->hw.cached + a->offset;
}

/* Without a mapping in the kernel: flushed, so that no dirty line is left behind. */
static void *alloc_handle(struct allocation *a)
{
	struct dmalab_machine *lab = a->d->machine;

	cache_give_up(&lab->hw, a->page, a->nr_pages);
	shadow_maintain(&lab->judge.shadow, a->offset, page_offset(a->nr_pages), OP_FLUSH,
			a->call->site);
	return lab->hw.cookies + a->offset;
}

static void *alloc(struct device *dev, size_t size, dma_addr_t *dma_handle, gfp_t gfp,
		   unsigned long attrs, const struct call *call)
{
	struct allocation a = {
		.d = lab_enter(dev, call), .call = call, .size = size, .gfp = gfp,
		.attrs = attrs, .dir = DMA_BIDIRECTIONAL,
		.kind = attrs & DMA_ATTR_NO_KERNEL_MAPPING ? REGION_HANDLE : REGION_COHERENT,
	};
	void *cpu = NULL;

	if (!a.d)
		return NULL;
	if (direct_alloc(&a)) {
		if (a.kind == REGION_HANDLE)
			cpu = alloc_handle(&a);
		else if (dev->dma_coherent)
			cpu = alloc_cached(&a);
		else
			cpu = alloc_uncached(&a);
		if (unlikely(!direct_enter(&a, cpu)))
			cpu = NULL;
	}
	if (cpu)
		*dma_handle = a.dma;
	lab_leave(a.d);
	return cpu;
}

static void free_attrs(struct device *dev, size_t size, void *cpu_addr, dma_addr_t dma_handle,
		       unsigned long attrs, const struct call *call)
{
	struct release rel = {
		.call = call, .dev = dev, .size = size, .cpu = cpu_addr, .dma = dma_handle,
		.dir = DMA_BIDIRECTIONAL, .attrs = attrs,
		.kind = attrs & DMA_ATTR_NO_KERNEL_MAPPING ? REGION_HANDLE : REGION_COHERENT,
	};

	if (cpu_addr)
		release(&rel);
}

void *dma_alloc_coherent(struct device *dev, size_t size, dma_addr_t *dma_handle, gfp_t gfp)
{
	return alloc(dev, size, dma_handle, gfp, 0, &THIS_CALL);
}

void dma_free_coherent(struct device *dev, size_t size, void *cpu_addr, dma_addr_t dma_handle)
{
	free_attrs(dev, size, cpu_addr, dma_handle, 0, &THIS_CALL);
}

void *dma_alloc_attrs(struct device *dev, size_t size, dma_addr_t *dma_handle, gfp_t gfp,
		      unsigned long attrs)
{
	return alloc(dev, size, dma_handle, gfp, attrs, &THIS_CALL);
}

void dma_free_attrs(struct device *dev, size_t size, void *cpu_addr, dma_addr_t dma_handle,
		    unsigned long attrs)
{
	free_attrs(dev, size, cpu_addr, dma_handle, attrs, &THIS_CALL);
}

void *dma_alloc_wc(struct device *dev, size_t size, dma_addr_t *dma_addr, gfp_t gfp)
{
	return alloc(dev, size, dma_addr, gfp, DMA_ATTR_WRITE_COMBINE, &THIS_CALL);
}

void dma_free_wc(struct device *dev, size_t size, void *cpu_addr, dma_addr_t dma_addr)
{
	free_attrs(dev, size, cpu_addr, dma_addr, DMA_ATTR_WRITE_COMBINE, &THIS_CALL);
}
