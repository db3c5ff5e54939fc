/* SPDX-License-Identifier: MIT */
#include "cases.h"

#define NR 3

struct list {
	struct scatterlist sgl[NR];
	u8 *p[NR];
};

static void list_up(struct list *l, size_t size)
{
	sg_init_table(l->sgl, NR);
	for (int i = 0; i < NR; i++) {
		l->p[i] = kmalloc_ok(size);
		sg_set_buf(&l->sgl[i], l->p[i], size);
	}
}

static void list_down(const struct list *l)
{
	for (int i = 0; i < NR; i++)
		kfree(l->p[i]);
}

static void unmap_fewer(struct rig *r)
{
	struct list l;

	list_up(&l, PAGE_SIZE);
	at(10);
	assert_int_not_equal(dma_map_sg(r->dev, l.sgl, NR, DMA_TO_DEVICE), 0);
	at(20);
	dma_unmap_sg(r->dev, l.sgl, NR - 1, DMA_TO_DEVICE);
	list_down(&l);
}

static void sync_fewer(struct rig *r)
{
	struct list l;

	list_up(&l, PAGE_SIZE);
	at(10);
	assert_int_not_equal(dma_map_sg(r->dev, l.sgl, NR, DMA_TO_DEVICE), 0);
	at(20);
	dma_sync_sg_for_cpu(r->dev, l.sgl, 1, DMA_TO_DEVICE);
	at(30);
	dma_unmap_sg(r->dev, l.sgl, NR, DMA_TO_DEVICE);
	list_down(&l);
}

/* What the map returned, on a machine where that is another number. */
static void unmap_returned(struct rig *r)
{
	struct list l;
	int n;

	list_up(&l, PAGE_SIZE);
	at(10);
	n = dma_map_sg(r->dev, l.sgl, NR, DMA_TO_DEVICE);
	assert_int_equal(n, 1);
	at(20);
	dma_unmap_sg(r->dev, l.sgl, n, DMA_TO_DEVICE);
	list_down(&l);
}

static void short_list(struct rig *r)
{
	struct list l;

	list_up(&l, PAGE_SIZE);
	at(10);
	assert_int_equal(dma_map_sg(r->dev, l.sgl, NR + 1, DMA_TO_DEVICE), 0);
	list_down(&l);
}

static void unmap_as_mapped(struct rig *r)
{
	struct list l;
	struct scatterlist *sg;
	int n, i;

	list_up(&l, PAGE_SIZE);
	n = dma_map_sg(r->dev, l.sgl, NR, DMA_FROM_DEVICE);
	assert_in_range(n, 1, NR);
	for_each_sg(l.sgl, sg, n, i)
		assert_int_equal(dev_write(r, sg_dma_address(sg), sg_dma_len(sg)), 0);
	dma_sync_sg_for_cpu(r->dev, l.sgl, NR, DMA_FROM_DEVICE);
	for (i = 0; i < NR; i++)
		cpu_read(l.p[i], PAGE_SIZE);
	dma_unmap_sg(r->dev, l.sgl, NR, DMA_FROM_DEVICE);
	list_down(&l);
}

static void too_long(struct rig *r)
{
	static struct device_dma_parameters parms = { .max_segment_size = 512 };
	struct list l;

	r->dev->dma_parms = &parms;
	list_up(&l, 1024);
	at(10);
	assert_int_equal(dma_map_sg(r->dev, l.sgl, NR, DMA_TO_DEVICE), NR);
	dma_unmap_sg(r->dev, l.sgl, NR, DMA_TO_DEVICE);
	list_down(&l);
}

static void just_fits(struct rig *r)
{
	static struct device_dma_parameters parms = {
		.max_segment_size = 1024, .segment_boundary_mask = 1023,
	};
	struct list l;

	r->dev->dma_parms = &parms;
	list_up(&l, 1024);
	assert_int_equal(dma_map_sg(r->dev, l.sgl, NR, DMA_TO_DEVICE), NR);
	dma_unmap_sg(r->dev, l.sgl, NR, DMA_TO_DEVICE);
	list_down(&l);
}

static void crosses(struct rig *r)
{
	static struct device_dma_parameters parms = { .segment_boundary_mask = 511 };
	struct list l;

	r->dev->dma_parms = &parms;
	list_up(&l, 1024);
	at(10);
	assert_int_equal(dma_map_sg(r->dev, l.sgl, NR, DMA_TO_DEVICE), NR);
	dma_unmap_sg(r->dev, l.sgl, NR, DMA_TO_DEVICE);
	list_down(&l);
}

static void leak_of_list(struct rig *r)
{
	struct list l;

	list_up(&l, PAGE_SIZE);
	at(10);
	dma_map_sg(r->dev, l.sgl, NR, DMA_TO_DEVICE);
	at(20);
	dmalab_device_free(r->dev);
	list_down(&l);
}

static void stale_entry(struct rig *r)
{
	struct list l;

	list_up(&l, PAGE_SIZE);
	at(10);
	dma_map_sg(r->dev, l.sgl, NR, DMA_BIDIRECTIONAL);
	at(20);
	dev_write(r, sg_dma_address(&l.sgl[1]), 16);
	at(30);
	cpu_read(l.p[1], 16);
	at(40);
	dma_unmap_sg(r->dev, l.sgl, NR, DMA_BIDIRECTIONAL);
	list_down(&l);
}

static void unmap_one_of_list(struct rig *r)
{
	struct list l;

	list_up(&l, PAGE_SIZE);
	at(10);
	dma_map_sg(r->dev, l.sgl, NR, DMA_TO_DEVICE);
	at(20);
	dma_unmap_single(r->dev, sg_dma_address(&l.sgl[0]), PAGE_SIZE, DMA_TO_DEVICE);
	list_down(&l);
}

const struct check_case list_cases[] = {
	{ .check = "sg-count-mismatch", .draw = unmap_fewer, .miss = unmap_as_mapped },
	{ .check = "sg-count-mismatch", .variant = "of a sync", .draw = sync_fewer },
	{ .check = "sg-count-mismatch", .variant = "with the returned count", .profile = "iommu",
	  .draw = unmap_returned },
	{ .check = "sg-count-mismatch", .variant = "of a short list", .draw = short_list },
	{ .check = "sg-segment-too-long", .draw = too_long, .miss = just_fits },
	{ .check = "sg-boundary", .draw = crosses, .miss = just_fits },
	{ .check = "leak", .variant = "of a list", .draw = leak_of_list },
	{ .check = "stale-cpu-read", .variant = "of an entry", .draw = stale_entry },
	{ .check = "free-wrong-function", .variant = "a list as one mapping",
	  .draw = unmap_one_of_list },
	{ .check = NULL },
};
