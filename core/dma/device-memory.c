/* SPDX-License-Identifier: MIT */
#include "base/host.h"
#include "dma/device-memory.h"
#include "base/probe.h"

#include <errno.h>
#include <linux/dma-map-ops.h>
#include <stdio.h>
#include <stdlib.h>

#define CHUNK_PAGES (1u << MAX_ORDER)

size_t dlab_device_memory_offset(const struct dmalab_device *d, dma_addr_t dma)
{
	const struct device_memory *mem = d->memory;
	u64 page;

	if (!mem || dma < mem->dma)
		return NO_OFFSET;
	page = (dma - mem->dma) >> PAGE_SHIFT;
	if (page >= mem->nr_pages)
		return NO_OFFSET;
	return page_offset(mem->chunk[page / CHUNK_PAGES] + page % CHUNK_PAGES) +
	       ((dma - mem->dma) & (PAGE_SIZE - 1));
}

/* --------------------------------------------------------------- allocating */

static bool is_used(const struct device_memory *mem, u32 page)
{
	return mem->used[page / 64] >> (page % 64) & 1;
}

static bool is_free(const struct device_memory *mem, u32 first, u32 nr)
{
	for (u32 page = first; page < first + nr; page++)
		if (is_used(mem, page))
			return false;
	return true;
}

/* A bit that changes. */
static void flip(struct device_memory *mem, u32 page)
{
	mem->used[page / 64] ^= 1ull << (page % 64);
	mem->nr_used += is_used(mem, page) ? 1 : -1;
}

/* The first block of 2^order pages, which is aligned to that: so it is in one chunk. */
static u32 take(struct device_memory *mem, unsigned order)
{
	u32 nr = 1u << order;

	for (u32 page = 0; page + nr <= mem->nr_pages; page += nr) {
		if (!is_free(mem, page, nr))
			continue;
		for (u32 i = 0; i < nr; i++)
			flip(mem, page + i);
		return page;
	}
	return NO_PAGE;
}

bool dlab_device_memory_alloc(struct allocation *a)
{
	struct device_memory *mem = a->d->memory;
	u32 page = mem->gone ? NO_PAGE : take(mem, order_of(a->size));

	if (page == NO_PAGE)
		return false;
	if (a->kind == REGION_HANDLE)
		a->kind = REGION_COHERENT;
	a->dma = mem->dma + page_offset(page);
	a->place = PLACE_MMIO | a->dma;
	a->offset = dlab_device_memory_offset(a->d, a->dma);
	a->page = a->offset >> PAGE_SHIFT;
	a->nr_pages = PAGE_ALIGN(a->size) >> PAGE_SHIFT;
	judge_find_stores(&a->d->machine->judge, a->call, a->offset, page_offset(a->nr_pages));
	return true;
}

/* ------------------------------------------------------------ giving back */

static u32 chunk_pages(const struct device_memory *mem, u32 chunk)
{
	u32 left = mem->nr_pages - chunk * CHUNK_PAGES;

	return left < CHUNK_PAGES ? left : CHUNK_PAGES;
}

static u32 nr_chunks(u32 nr_pages)
{
	return (nr_pages + CHUNK_PAGES - 1) / CHUNK_PAGES;
}

/* The first @nr chunks go back to the page allocator. */
static void free_chunks(struct dmalab_machine *lab, struct device_memory *mem, u32 nr, site_t site)
{
	for (u32 i = 0; i < nr; i++) {
		dlab_judge_released_pages(&lab->judge, mem->chunk[i], chunk_pages(mem, i), site);
		dlab_pages_free(&lab->hw, mem->chunk[i]);
	}
}

static void give_back(struct dmalab_device *d, site_t site)
{
	free_chunks(d->machine, d->memory, nr_chunks(d->memory->nr_pages), site);
	free(d->memory->used);
	free(d->memory);
	d->memory = NULL;
	d->window.own_size = 0;
}

void dlab_device_memory_give(struct dmalab_device *d, dma_addr_t dma, size_t size)
{
	struct device_memory *mem = d->memory;
	u32 first = (dma - mem->dma) >> PAGE_SHIFT;
	u32 nr = size <= PAGE_SIZE << MAX_ORDER ? 1u << order_of(size) : 0;

	for (u32 page = first; page < first + nr && page < mem->nr_pages; page++)
		if (is_used(mem, page))
			flip(mem, page);
	if (mem->gone && !mem->nr_used)
		give_back(d, 0);
}

/* ------------------------------------------------------ declaring, releasing */

static bool get_chunks(struct dmalab_machine *lab, struct device_memory *mem,
		       const struct call *call)
{
	for (u32 i = 0; i < nr_chunks(mem->nr_pages); i++) {
		u32 nr = chunk_pages(mem, i);

		mem->chunk[i] = lab_take_pages(lab, call, ZONE_NORMAL, order_of(page_offset(nr)),
					       ~0ull);
		if (mem->chunk[i] == NO_PAGE) {
			free_chunks(lab, mem, i, call->site);
			return false;
		}
		dlab_cache_give_up(&lab->hw, mem->chunk[i], nr);
		dlab_judge_uncached_pages(&lab->judge, mem->chunk[i], nr, call->site);
	}
	return true;
}

static int declare(struct dmalab_device *d, dma_addr_t dma, size_t size,
		   const struct call *call)
{
	struct device_memory *mem;
	u32 nr_pages;

	if (!size || dma + size - 1 < dma || dma + size - 1 >= PLACE_IOVA)
		return -EINVAL;
	if (d->memory)
		return -EBUSY;
	if (size > d->machine->hw.ram_size)
		return -ENOMEM;
	nr_pages = size >> PAGE_SHIFT;
	mem = host_calloc(1, sizeof(*mem) + nr_chunks(nr_pages) * sizeof(mem->chunk[0]));
	if (!mem)
		return -ENOMEM;
	mem->dma = dma;
	mem->nr_pages = nr_pages;
	mem->born = call->site;
	mem->used = host_calloc(nr_pages / 64 + 1, sizeof(*mem->used));
	if (!mem->used || !get_chunks(d->machine, mem, call)) {
		free(mem->used);
		free(mem);
		return -ENOMEM;
	}
	d->memory = mem;
	d->window.own = dma;
	d->window.own_size = page_offset(nr_pages);
	return 0;
}

static cold void report_leak(struct dmalab_device *d, const struct call *call)
{
	struct event born = { "declared", d->memory->born };
	char text[96];
	struct finding f = {
		.check = CHECK_LEAK, .call = call, .dev = d->dev, .dma = d->memory->dma,
		.size = page_offset(d->memory->nr_pages), .detail = text,
		.missing = "dma_release_coherent_memory() before the driver lets go of the device",
		.history = &born, .nr_history = 1, .plain = true,
	};

	snprintf(text, sizeof(text), "coherent memory of the device's own: %u pages",
		 d->memory->nr_pages);
	dlab_judge_report(&d->machine->judge, &f);
}

void dlab_device_memory_exit(struct dmalab_device *d, const struct call *call)
{
	if (!d->memory->gone)
		report_leak(d, call);
	give_back(d, call->site);
}

int dma_declare_coherent_memory(struct device *dev, phys_addr_t phys_addr, dma_addr_t device_addr,
				size_t size)
{
	struct call call = THIS_CALL;
	struct dmalab_device *d;
	int err;

	RECORD("dhaz", dev, phys_addr, device_addr, size);
	d = lab_enter(dev, &call);
	if (!d)
		return -ENODEV;
	err = declare(d, device_addr, size, &call);
	lab_leave(d);
	return err;
}

static cold void report_busy(struct dmalab_device *d, const struct call *call)
{
	char text[96];
	struct finding f = {
		.check = CHECK_POOL_BUSY, .call = call, .dev = d->dev, .dma = d->memory->dma,
		.size = page_offset(d->memory->nr_pages), .detail = text,
		.missing = "dma_free_coherent() of each allocation before this",
	};

	snprintf(text, sizeof(text),
		 "pages in use of the device's own memory: %u; it stays until they are freed",
		 d->memory->nr_used);
	dlab_judge_report(&d->machine->judge, &f);
}

void dma_release_coherent_memory(struct device *dev)
{
	struct call call = THIS_CALL;
	struct dmalab_device *d;

	RECORD("d", dev);
	d = lab_enter(dev, &call);
	if (!d)
		return;
	if (d->memory && !d->memory->gone) {
		if (unlikely(d->memory->nr_used)) {
			report_busy(d, &call);
			d->memory->gone = true;
		} else {
			give_back(d, call.site);
		}
	}
	lab_leave(d);
}
