/* SPDX-License-Identifier: MIT */
/*
 * Cached memory that a device may be given. The CPU zeroes it, and owns it first:
 * the zeroes are dirty in its cache until they are handed over.
 */
#include "dma/quick.h"
#include "base/probe.h"

bool dlab_noncoherent_take(struct allocation *a)
{
	struct dmalab_machine *lab = a->d->machine;

	if (!dlab_direct_alloc(a) || !dlab_direct_enter(a, lab->hw.cached + a->offset))
		return false;
	dlab_cache_take_back(&lab->hw, a->page, a->nr_pages);
	dlab_cache_zero_pages(&lab->hw, a->page, a->nr_pages);
	dlab_judge_filled_pages(&lab->judge, a->page, a->nr_pages, a->call->site);
	return true;
}

static void *alloc(struct device *dev, size_t size, dma_addr_t *dma_handle,
		   enum dma_data_direction dir, gfp_t gfp, const struct call *call)
{
	struct allocation a = {
		.d = lab_enter(dev, call), .call = call, .size = size, .gfp = gfp,
		.kind = REGION_NONCOHERENT, .dir = dir,
	};
	void *cpu = NULL;

	if (!a.d)
		return NULL;
	if (dlab_noncoherent_take(&a)) {
		*dma_handle = a.dma;
		cpu = a.d->machine->hw.cached + a.offset;
	}
	lab_leave(a.d);
	return cpu;
}

static void give_back(struct device *dev, size_t size, const void *cpu, dma_addr_t dma_handle,
		      enum dma_data_direction dir, const struct call *call)
{
	struct release rel = {
		.call = call, .dev = dev, .size = size, .cpu = cpu, .dma = dma_handle,
		.dir = dir, .kind = REGION_NONCOHERENT,
	};

	dlab_release(&rel);
}

static inlined void *quickly(struct device *dev, size_t size, dma_addr_t *dma,
			     enum dma_data_direction dir, gfp_t gfp, const struct call *call)
{
	struct quick q = {
		.dev = dev, .kind = REGION_NONCOHERENT, .dir = dir, .size = size, .gfp = gfp,
		.function = call->name, .site = call->site,
	};

	return quick_alloc(&q, dma);
}

static inlined bool free_quickly(struct device *dev, size_t size, void *cpu, dma_addr_t dma,
				 enum dma_data_direction dir, const struct call *call)
{
	struct quick_free q = {
		.dev = dev, .kind = REGION_NONCOHERENT, .dir = dir, .size = size, .cpu = cpu,
		.dma = dma, .function = call->name, .site = call->site,
	};

	return quick_free(&q);
}

void *dma_alloc_noncoherent(struct device *dev, size_t size, dma_addr_t *dma_handle,
			    enum dma_data_direction dir, gfp_t gfp)
{
	void *cpu = quickly(dev, size, dma_handle, dir, gfp, &THIS_CALL);

	if (likely(cpu))
		return cpu;
	RECORD("=dzDG", dev, size, dir, gfp);
	return record_memory(alloc(dev, size, dma_handle, dir, gfp, &THIS_CALL), size, dma_handle);
}

void dma_free_noncoherent(struct device *dev, size_t size, void *vaddr, dma_addr_t dma_handle,
			  enum dma_data_direction dir)
{
	if (likely(free_quickly(dev, size, vaddr, dma_handle, dir, &THIS_CALL)))
		return;
	RECORD("dzpaD", dev, size, vaddr, dma_handle, dir);
	give_back(dev, size, vaddr, dma_handle, dir, &THIS_CALL);
}

struct page *dma_alloc_pages(struct device *dev, size_t size, dma_addr_t *dma_handle,
			     enum dma_data_direction dir, gfp_t gfp)
{
	void *cpu = quickly(dev, size, dma_handle, dir, gfp, &THIS_CALL);

	if (likely(cpu))
		return virt_to_page(cpu);
	RECORD("=dzDG", dev, size, dir, gfp);
	cpu = record_memory(alloc(dev, size, dma_handle, dir, gfp, &THIS_CALL), size, dma_handle);
	return cpu ? virt_to_page(cpu) : NULL;
}

void dma_free_pages(struct device *dev, size_t size, struct page *page, dma_addr_t dma_handle,
		    enum dma_data_direction dir)
{
	if (likely(free_quickly(dev, size, page_address(page), dma_handle, dir, &THIS_CALL)))
		return;
	RECORD("dzPaD", dev, size, page, dma_handle, dir);
	give_back(dev, size, page_address(page), dma_handle, dir, &THIS_CALL);
}
