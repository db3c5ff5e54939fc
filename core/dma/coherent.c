/* SPDX-License-Identifier: MIT */
/*
 * Memory that CPU and device share. On a device that snoops it is ordinary cached
 * memory; on any other the CPU gets an uncached pointer, its lines having been
 * flushed, so that both look at memory itself.
 */
#include "dma/quick.h"
#include "base/probe.h"

#include <string.h>

/* Where the driver will find it. */
static void *cpu_address(const struct allocation *a)
{
	const struct machine *hw = &a->d->machine->hw;

	if (a->place & PLACE_MMIO)
		return hw->memory + a->offset;
	if (a->kind == REGION_HANDLE)
		return hw->cookies + a->offset;
	return (a->d->dev->dma_coherent ? hw->cached : hw->memory) + a->offset;
}

static void prepare(const struct allocation *a)
{
	struct machine *hw = &a->d->machine->hw;
	struct judge *j = &a->d->machine->judge;
	site_t site = a->call->site;

	if (a->place & PLACE_MMIO) {
		/* It is uncached already, and the rest of its last page stays as it is. */
		dlab_cache_zero_memory(hw, a->offset, a->size);
		dlab_judge_uncached_pages(j, a->page, a->nr_pages, site);
		judge_stored_past_caches(j, a->offset, a->size, site);
	} else if (a->kind == REGION_HANDLE) {
		/* Not zeroed; flushed, so that no dirty line is left behind. */
		dlab_cache_give_up(hw, a->page, a->nr_pages);
		dlab_judge_handle_pages(j, a->page, a->nr_pages, site);
		judge_fresh(j, a->offset, a->size);
	} else if (a->d->dev->dma_coherent) {
		dlab_cache_take_back(hw, a->page, a->nr_pages);
		dlab_cache_zero_pages(hw, a->page, a->nr_pages);
		dlab_judge_coherent_pages(j, a->d->dev, a->page, a->nr_pages, site);
	} else {
		dlab_cache_give_up(hw, a->page, a->nr_pages);
		dlab_cache_zero_memory(hw, a->offset, page_offset(a->nr_pages));
		dlab_judge_coherent_pages(j, a->d->dev, a->page, a->nr_pages, site);
	}
}

void *dlab_coherent_take(struct allocation *a)
{
	void *cpu;

	if (!dlab_direct_alloc(a))
		return NULL;
	cpu = cpu_address(a);
	if (unlikely(!dlab_direct_enter(a, cpu)))
		return NULL;
	prepare(a);
	return cpu;
}

void dlab_coherent_zero(struct dmalab_machine *lab, size_t offset, size_t len, site_t site)
{
	if (lab->hw.frames[offset >> PAGE_SHIFT].memory_only) {
		dlab_cache_zero_memory(&lab->hw, offset, len);
		judge_stored_past_caches(&lab->judge, offset, len, site);
		return;
	}
	dlab_cache_cpu_store(&lab->hw, offset, NULL, len);
	dlab_judge_filled(&lab->judge, offset, len, site);
}

void *dlab_coherent_alloc(struct device *dev, size_t size, dma_addr_t *dma_handle, gfp_t gfp,
			  unsigned long attrs, const struct call *call)
{
	struct allocation a = {
		.d = lab_enter(dev, call), .call = call, .size = size, .gfp = gfp,
		.attrs = attrs, .dir = DMA_BIDIRECTIONAL,
		.kind = coherent_kind(attrs),
	};
	void *cpu;

	if (!a.d)
		return NULL;
	cpu = dlab_coherent_take(&a);
	if (cpu)
		*dma_handle = a.dma;
	lab_leave(a.d);
	return cpu;
}

/* The kernel looks at the context before it looks at the pointer. */
static cold void report_free_of_nothing(struct device *dev, const struct call *call)
{
	struct dmalab_device *d = lab_knows(dev) ? lab_enter(dev, call) : NULL;
	struct finding f = { .call = call, .dev = dev };

	if (!d)
		return;
	dlab_context_report_free(d->machine, &f);
	lab_leave(d);
}

void dlab_coherent_free(struct device *dev, size_t size, void *cpu_addr, dma_addr_t dma_handle,
			unsigned long attrs, const struct call *call)
{
	struct release rel = {
		.call = call, .dev = dev, .size = size, .cpu = cpu_addr, .dma = dma_handle,
		.dir = DMA_BIDIRECTIONAL, .attrs = attrs,
		.kind = coherent_kind(attrs),
	};

	if (likely(cpu_addr))
		dlab_release(&rel);
	else if (unlikely(context_has(ATOMIC_IRQS_OFF)))
		report_free_of_nothing(dev, call);
}

/* ------------------------------------------------------ the driver's names */

/* What a call does first, if that is all. */
#define RETURN_QUICKLY(dev, size, dma, gfp, attrs) \
	do { \
		void *cpu = quick_coherent(dev, size, dma, gfp, attrs, &THIS_CALL); \
		if (likely(cpu)) \
			return cpu; \
	} while (0)

void *dma_alloc_coherent(struct device *dev, size_t size, dma_addr_t *dma_handle, gfp_t gfp)
{
	RETURN_QUICKLY(dev, size, dma_handle, gfp, 0);
	RECORD("=dzG", dev, size, gfp);
	return record_memory(dlab_coherent_alloc(dev, size, dma_handle, gfp, 0, &THIS_CALL), size,
			     dma_handle);
}

void dma_free_coherent(struct device *dev, size_t size, void *cpu_addr, dma_addr_t dma_handle)
{
	if (likely(quick_coherent_free(dev, size, cpu_addr, dma_handle, 0, &THIS_CALL)))
		return;
	RECORD("dzpa", dev, size, cpu_addr, dma_handle);
	dlab_coherent_free(dev, size, cpu_addr, dma_handle, 0, &THIS_CALL);
}

void *dma_alloc_attrs(struct device *dev, size_t size, dma_addr_t *dma_handle, gfp_t gfp,
		      unsigned long attrs)
{
	RETURN_QUICKLY(dev, size, dma_handle, gfp, attrs);
	RECORD("=dzGA", dev, size, gfp, attrs);
	return record_memory(dlab_coherent_alloc(dev, size, dma_handle, gfp, attrs, &THIS_CALL),
			     size, dma_handle);
}

void dma_free_attrs(struct device *dev, size_t size, void *cpu_addr, dma_addr_t dma_handle,
		    unsigned long attrs)
{
	if (likely(quick_coherent_free(dev, size, cpu_addr, dma_handle, attrs, &THIS_CALL)))
		return;
	RECORD("dzpaA", dev, size, cpu_addr, dma_handle, attrs);
	dlab_coherent_free(dev, size, cpu_addr, dma_handle, attrs, &THIS_CALL);
}

void *dma_alloc_wc(struct device *dev, size_t size, dma_addr_t *dma_addr, gfp_t gfp)
{
	RETURN_QUICKLY(dev, size, dma_addr, gfp, DMA_ATTR_WRITE_COMBINE);
	RECORD("=dzG", dev, size, gfp);
	return record_memory(dlab_coherent_alloc(dev, size, dma_addr, gfp, DMA_ATTR_WRITE_COMBINE,
						 &THIS_CALL),
			     size, dma_addr);
}

void dma_free_wc(struct device *dev, size_t size, void *cpu_addr, dma_addr_t dma_addr)
{
	if (likely(quick_coherent_free(dev, size, cpu_addr, dma_addr, DMA_ATTR_WRITE_COMBINE, &THIS_CALL)))
		return;
	RECORD("dzpa", dev, size, cpu_addr, dma_addr);
	dlab_coherent_free(dev, size, cpu_addr, dma_addr, DMA_ATTR_WRITE_COMBINE, &THIS_CALL);
}
