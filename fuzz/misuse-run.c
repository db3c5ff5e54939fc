// SPDX-License-Identifier: MIT
/* The calls of the target "misuse", made. Nothing here knows what they ought to do. */
#include "misuse.h"

#include <linux/scatterlist.h>
#include <linux/slab.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

/* Not a mistake in itself: the device is put together before it does anything. */
void new_device(struct lab *lab, int number)
{
	struct device *dev = dmalab_device_new(lab->machine[number / 2], NULL);

	if (!dev)
		abort();
	if (number % 2 && lab->setup.snooping)
		dev->dma_coherent = true;
	if (number % 2 && lab->setup.window)
		dma_direct_set_offset(dev, WINDOW_CPU, WINDOW_DMA, WINDOW_SIZE);
	lab->device[number] = dev;
	lab->bound[number] = true;
}

struct device *device_of(struct lab *lab, const struct call *c)
{
	return c->device == DEVICE_FOREIGN ? &lab->foreign :
	       c->device == DEVICE_NULL ? NULL : lab->device[c->device];
}

static void run_alloc(struct lab *lab, const struct call *c, struct outcome *o)
{
	struct device *dev = device_of(lab, c);

	switch (c->kind) {
	case ALLOC_COHERENT:
		o->cpu = dma_alloc_coherent(dev, c->size, &o->dma, c->gfp);
		break;
	case ALLOC_ATTRS:
		o->cpu = dma_alloc_attrs(dev, c->size, &o->dma, c->gfp, c->attrs);
		break;
	case ALLOC_WC:
		o->cpu = dma_alloc_wc(dev, c->size, &o->dma, c->gfp);
		break;
	case ALLOC_NONCOHERENT:
		o->cpu = dma_alloc_noncoherent(dev, c->size, &o->dma, c->dir, c->gfp);
		break;
	case ALLOC_PAGES:
		o->page = dma_alloc_pages(dev, c->size, &o->dma, c->dir, c->gfp);
		o->cpu = page_address(o->page);
		break;
	case KMALLOC:
		o->cpu = kmalloc(c->size, c->gfp);
		break;
	default:
		o->cpu = kzalloc(c->size, c->gfp);
	}
}

static void run_unmap(struct device *dev, const struct call *c)
{
	switch (c->form) {
	case SINGLE:
		dma_unmap_single_attrs(dev, c->dma, c->size, c->dir, c->attrs);
		break;
	case PAGE:
		dma_unmap_page_attrs(dev, c->dma, c->size, c->dir, c->attrs);
		break;
	case PHYS:
		dma_unmap_phys(dev, c->dma, c->size, c->dir, c->attrs);
		break;
	case RESOURCE:
		dma_unmap_resource(dev, c->dma, c->size, c->dir, c->attrs);
	}
}

static void run_free(struct lab *lab, const struct call *c)
{
	struct device *dev = device_of(lab, c);

	switch (c->kind) {
	case FREE_COHERENT:
		dma_free_coherent(dev, c->size, c->cpu, c->dma);
		break;
	case FREE_ATTRS:
		dma_free_attrs(dev, c->size, c->cpu, c->dma, c->attrs);
		break;
	case FREE_WC:
		dma_free_wc(dev, c->size, c->cpu, c->dma);
		break;
	case FREE_NONCOHERENT:
		dma_free_noncoherent(dev, c->size, c->cpu, c->dma, c->dir);
		break;
	case FREE_PAGES:
		dma_free_pages(dev, c->size, c->page, c->dma, c->dir);
		break;
	case KFREE:
		kfree(c->cpu);
		break;
	default:
		run_unmap(dev, c);
	}
}

static void run_sync(struct lab *lab, const struct call *c)
{
	struct device *dev = device_of(lab, c);

	if (c->offset && c->kind == SYNC_FOR_CPU)
		dma_sync_single_range_for_cpu(dev, c->dma, c->offset, c->size, c->dir);
	else if (c->offset)
		dma_sync_single_range_for_device(dev, c->dma, c->offset, c->size, c->dir);
	else if (c->kind == SYNC_FOR_CPU)
		dma_sync_single_for_cpu(dev, c->dma, c->size, c->dir);
	else
		dma_sync_single_for_device(dev, c->dma, c->size, c->dir);
}

/* A byte that is stored where it was already, nobody can find. */
static void store_plain(const struct call *c, uint8_t *changed)
{
	uint8_t *to = c->cpu;

	for (size_t i = 0; i < c->size; i++) {
		changed[i] = to[i] != c->value;
		to[i] = c->value;
	}
}

static void run_access(struct lab *lab, const struct call *c, struct outcome *o)
{
	static uint8_t bytes[MAX_ACCESS];

	o->bytes = bytes;
	memset(bytes, c->kind == CPU_WRITE || c->kind == DEVICE_WRITE ? c->value : UNREAD,
	       MAX_ACCESS);
	switch (c->kind) {
	case PLAIN_READ:
		memcpy(bytes, c->cpu, c->size);
		break;
	case PLAIN_WRITE:
		store_plain(c, bytes);
		break;
	case CPU_READ:
		dmalab_cpu_read(c->cpu, bytes, c->size);
		break;
	case CPU_WRITE:
		dmalab_cpu_write(c->cpu, bytes, c->size);
		break;
	case DEVICE_READ:
		o->result = dmalab_device_read(device_of(lab, c), c->dma, bytes, c->size);
		break;
	default:
		o->result = dmalab_device_write(device_of(lab, c), c->dma, bytes, c->size);
	}
}

static void run_device(struct lab *lab, const struct call *c, struct outcome *o)
{
	struct device *dev = device_of(lab, c);

	switch (c->kind) {
	case SET_MASK:
		o->result = dma_set_mask(dev, c->mask);
		break;
	case SET_COHERENT_MASK:
		o->result = dma_set_coherent_mask(dev, c->mask);
		break;
	case SET_BOTH_MASKS:
		o->result = dma_set_mask_and_coherent(dev, c->mask);
		break;
	case COERCE_MASKS:
		o->result = dma_coerce_mask_and_coherent(dev, c->mask);
		break;
	case POKE_MASK:
		if (dev->dma_mask)
			*dev->dma_mask = c->mask;
		break;
	case POKE_MASK_POINTER:
		dev->dma_mask = NULL;
		break;
	case POKE_COHERENT_MASK:
		dev->coherent_dma_mask = c->mask;
		break;
	case POKE_LIMIT:
		dev->bus_dma_limit = c->mask;
		break;
	case SET_SNOOPING:
		dmalab_device_set_snooping(dev, c->number);
		break;
	case SET_MAX_SEGMENT:
		dma_set_max_seg_size(dev, c->mask);
		break;
	case SET_BOUNDARY:
		dma_set_seg_boundary(dev, c->mask);
		break;
	case SET_MIN_ALIGN:
		dma_set_min_align_mask(dev, c->mask);
		break;
	case NEED_SYNC:
		o->result = dma_need_sync(dev, c->dma);
		break;
	case MAPPING_ERROR:
		o->result = dma_mapping_error(dev, c->dma);
		break;
	default:
		dmalab_device_free(dev);
		if (c->device >= 0)
			lab->bound[c->device] = false;
	}
}

static void run_map(struct lab *lab, const struct call *c, struct outcome *o)
{
	struct device *dev = device_of(lab, c);
	char here[64];

	switch (c->form) {
	case SINGLE:
		o->dma = dma_map_single_attrs(dev, c->number == FOREIGN_STACK ? here : c->cpu,
					      c->size, c->dir, c->attrs);
		break;
	case PAGE:
		o->dma = dma_map_page_attrs(dev, c->page, c->offset, c->size, c->dir, c->attrs);
		break;
	case PHYS:
		o->dma = dma_map_phys(dev, c->phys, c->size, c->dir, c->attrs);
		break;
	case RESOURCE:
		o->dma = dma_map_resource(dev, c->phys, c->size, c->dir, c->attrs);
	}
}

/* ------------------------------------------------------------------ lists */

static void build_list(struct scatterlist *sgl, const struct call *c)
{
	sg_init_table(sgl, c->nr_entries);
	for (unsigned i = 0; i < c->nr_entries; i++)
		sg_set_page(&sgl[i], c->entry[i].page, c->entry[i].length, c->entry[i].offset);
}

static void map_list(struct device *dev, struct scatterlist *sgl, const struct call *c,
		     struct outcome *o)
{
	struct sg_table table = { .sgl = sgl, .nents = 77, .orig_nents = c->nents };

	build_list(sgl, c);
	if (!c->table) {
		o->result = dma_map_sg_attrs(dev, sgl, c->nents, c->dir, c->attrs);
	} else {
		o->result = dma_map_sgtable(dev, &table, c->dir, c->attrs);
		if (!o->result)
			o->result = table.nents;
		else if (table.nents != 77)
			o->result = LONG_MIN; /* a failure leaves the table alone */
	}
	for (unsigned i = 0; i < c->nr_entries; i++) {
		o->entry[i] = c->entry[i];
		o->entry[i].dma = sg_dma_address(&sgl[i]);
		o->entry[i].dma_length = sg_dma_len(&sgl[i]);
	}
}

/* What a list that is used again says of its segments now. */
void look_at_list(struct lab *lab, struct call *c)
{
	struct scatterlist *sg = &lab->list[c->slot][c->number];

	c->dma = sg_dma_address(sg);
	for (c->nr_entries = 0; sg && c->nr_entries < MAX_ENTRIES; sg = sg_next(sg))
		c->entry[c->nr_entries++].dma = sg_dma_address(sg);
}

static void run_list(struct lab *lab, const struct call *c, struct outcome *o)
{
	struct device *dev = device_of(lab, c);
	struct scatterlist *sgl = &lab->list[c->slot][c->number];
	struct sg_table table = { .sgl = sgl, .nents = 77, .orig_nents = c->nents };

	switch (c->kind) {
	case MAP_LIST:
		map_list(dev, sgl, c, o);
		break;
	case UNMAP_LIST:
		if (c->table)
			dma_unmap_sgtable(dev, &table, c->dir, c->attrs);
		else
			dma_unmap_sg_attrs(dev, sgl, c->nents, c->dir, c->attrs);
		break;
	case SYNC_LIST_FOR_DEVICE:
		if (c->table)
			dma_sync_sgtable_for_device(dev, &table, c->dir);
		else
			dma_sync_sg_for_device(dev, sgl, c->nents, c->dir);
		break;
	default:
		if (c->table)
			dma_sync_sgtable_for_cpu(dev, &table, c->dir);
		else
			dma_sync_sg_for_cpu(dev, sgl, c->nents, c->dir);
	}
}

void run_call(struct lab *lab, const struct call *c, struct outcome *o)
{
	switch (c->kind) {
	case ALLOC_COHERENT:
	case ALLOC_ATTRS:
	case ALLOC_WC:
	case ALLOC_NONCOHERENT:
	case ALLOC_PAGES:
	case KMALLOC:
	case KZALLOC:
		run_alloc(lab, c, o);
		break;
	case FREE_COHERENT:
	case FREE_ATTRS:
	case FREE_WC:
	case FREE_NONCOHERENT:
	case FREE_PAGES:
	case KFREE:
	case UNMAP:
		run_free(lab, c);
		break;
	case KSIZE:
		o->result = ksize(c->cpu);
		break;
	case MAP:
		run_map(lab, c, o);
		break;
	case SYNC_FOR_DEVICE:
	case SYNC_FOR_CPU:
		run_sync(lab, c);
		break;
	case CPU_READ:
	case CPU_WRITE:
	case PLAIN_READ:
	case PLAIN_WRITE:
	case DEVICE_READ:
	case DEVICE_WRITE:
		run_access(lab, c, o);
		break;
	case EVICT:
		dmalab_cache_evict(c->cpu, c->size);
		break;
	case FILL:
		dmalab_cache_fill(c->cpu, c->size);
		break;
	case VIRT_TO_PAGE:
		o->page = virt_to_page(c->cpu);
		o->cpu = page_address(o->page);
		break;
	case FAIL_NTH:
		o->result = dmalab_machine_fail_nth(lab->machine[c->machine], c->number);
		break;
	case SET_CURRENT:
		lab->current = c->machine;
		dmalab_machine_set_current(lab->machine[c->machine]);
		break;
	case DEVICE_NEW:
		new_device(lab, c->device);
		break;
	case MACHINE_FREE:
		dmalab_machine_free(lab->machine[c->machine]);
		break;
	case MAP_LIST:
	case UNMAP_LIST:
	case SYNC_LIST_FOR_DEVICE:
	case SYNC_LIST_FOR_CPU:
		run_list(lab, c, o);
		break;
	case CONTEXT:
		run_context(c, o);
		break;
	case FAIL_EVERY:
		o->result = dmalab_machine_fail_every(lab->machine[c->machine], c->number);
		break;
	default:
		if (is_memory_call(c->kind))
			run_memory(lab, c, o);
		else if (is_pool_call(c->kind))
			run_pool(lab, c, o);
		else if (is_table_call(c->kind))
			run_table(lab, c, o);
		else if (c->kind == USER_MAP)
			run_user(lab, c, o);
		else
			run_device(lab, c, o);
	}
}
