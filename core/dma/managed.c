/* SPDX-License-Identifier: MIT */
/* Coherent memory that goes with its device. */
#include "base/host.h"
#include "dma/direct.h"
#include "lab/devres.h"
#include "base/probe.h"

#include <stdlib.h>

/* What is to be freed: as it was asked for, and what came of it. */
struct record {
	size_t size;
	void *cpu;
	dma_addr_t dma;
	unsigned long attrs;
};

static void free_record(struct device *dev, const struct record *rec, const struct call *call)
{
	struct release rel = {
		.call = call, .dev = dev, .size = rec->size, .cpu = rec->cpu, .dma = rec->dma,
		.dir = DMA_BIDIRECTIONAL, .attrs = rec->attrs, .kind = coherent_kind(rec->attrs),
		.managed = true,
	};

	dlab_release(&rel);
}

/* The driver lets go of the device. */
static void release_coherent(struct device *dev, void *data)
{
	free_record(dev, data, dev->dmalab->unbind);
	free(data);
}

static bool is_at(const void *data, const void *cpu)
{
	return ((const struct record *)data)->cpu == cpu;
}

cold void dlab_managed_forget(struct dmalab_device *d, const void *cpu)
{
	free(dlab_devres_remove(d, release_coherent, is_at, cpu));
}

/* The record comes first: it is easily taken back. */
static void *alloc_locked(struct allocation *a)
{
	struct record *rec = host_malloc(sizeof(*rec));

	if (!rec)
		return NULL;
	*rec = (struct record){ .size = a->size, .attrs = a->attrs };
	if (dlab_devres_add(a->d, release_coherent, rec)) {
		free(rec);
		return NULL;
	}
	rec->cpu = dlab_coherent_take(a);
	rec->dma = a->dma;
	if (rec->cpu)
		return rec->cpu;
	free(dlab_devres_remove(a->d, release_coherent, NULL, rec));
	return NULL;
}

static void *alloc(struct device *dev, size_t size, dma_addr_t *dma_handle, gfp_t gfp,
		   unsigned long attrs, const struct call *call)
{
	struct allocation a = {
		.d = lab_enter(dev, call), .call = call, .size = size, .gfp = gfp,
		.attrs = attrs, .dir = DMA_BIDIRECTIONAL, .kind = coherent_kind(attrs),
		.managed = true,
	};
	void *cpu;

	if (!a.d)
		return NULL;
	cpu = alloc_locked(&a);
	if (cpu)
		*dma_handle = a.dma;
	lab_leave(a.d);
	return cpu;
}

void *dmam_alloc_attrs(struct device *dev, size_t size, dma_addr_t *dma_handle, gfp_t gfp,
		       unsigned long attrs)
{
	RECORD("=dzGA", dev, size, gfp, attrs);
	return record_memory(alloc(dev, size, dma_handle, gfp, attrs, &THIS_CALL), size, dma_handle);
}

void *dmam_alloc_coherent(struct device *dev, size_t size, dma_addr_t *dma_handle, gfp_t gfp)
{
	RECORD("=dzG", dev, size, gfp);
	return record_memory(alloc(dev, size, dma_handle, gfp, 0, &THIS_CALL), size, dma_handle);
}

void dmam_free_coherent(struct device *dev, size_t size, void *vaddr, dma_addr_t dma_handle)
{
	struct record rec = { .size = size, .cpu = vaddr, .dma = dma_handle };
	struct call call = THIS_CALL;

	RECORD("dzpa", dev, size, vaddr, dma_handle);
	if (!vaddr)
		return;
	if (lab_knows(dev)) {
		struct dmalab_device *d = lab_enter(dev, &call);

		if (!d)
			return;
		dlab_managed_forget(d, vaddr);
		lab_leave(d);
	}
	free_record(dev, &rec, &call);
}
