/* SPDX-License-Identifier: MIT */
#include "cases.h"

static void sync_unknown(struct rig *r)
{
	at(10);
	dma_sync_single_for_cpu(r->dev, 0x1234000, 64, DMA_FROM_DEVICE);
}

/* The memory of somebody else. */
static void sync_of_another(struct rig *r)
{
	struct device *other = dmalab_device_new(r->machine, "disk");
	dma_addr_t dma;
	void *p = noncoherent_ok(r, 4096, &dma, DMA_TO_DEVICE);

	at(10);
	dma_sync_single_for_device(other, dma, 4096, DMA_TO_DEVICE);
	dma_free_noncoherent(r->dev, 4096, p, dma, DMA_TO_DEVICE);
	dmalab_device_free(other);
}

static void sync_of_nothing(struct rig *r)
{
	dma_sync_single_for_cpu(r->dev, 0x1234000, 0, DMA_FROM_DEVICE);
}

static void sync_out_of_range(struct rig *r)
{
	dma_addr_t dma;
	void *p;

	at(10);
	p = noncoherent_ok(r, 4096, &dma, DMA_TO_DEVICE);
	at(20);
	dma_sync_single_range_for_device(r->dev, dma, 4032, 65, DMA_TO_DEVICE);
	dma_free_noncoherent(r->dev, 4096, p, dma, DMA_TO_DEVICE);
}

static void sync_to_the_end(struct rig *r)
{
	dma_addr_t dma;
	void *p = noncoherent_ok(r, 4096, &dma, DMA_TO_DEVICE);

	dma_sync_single_range_for_device(r->dev, dma, 4032, 64, DMA_TO_DEVICE);
	dma_sync_single_for_device(r->dev, dma, 4096, DMA_TO_DEVICE);
	dma_free_noncoherent(r->dev, 4096, p, dma, DMA_TO_DEVICE);
}

static void sync_direction(struct rig *r)
{
	void *p = kmalloc_ok(64);
	dma_addr_t dma;

	at(10);
	dma = map_ok(r, p, 64, DMA_TO_DEVICE);
	at(20);
	dma_sync_single_for_cpu(r->dev, dma, 64, DMA_FROM_DEVICE);
	at(30);
	dma_unmap_single(r->dev, dma, 64, DMA_TO_DEVICE);
	kfree(p);
}

static void sync_bidirectional(struct rig *r)
{
	void *p = kmalloc_ok(64);
	dma_addr_t dma = map_ok(r, p, 64, DMA_BIDIRECTIONAL);

	dma_sync_single_for_cpu(r->dev, dma, 64, DMA_FROM_DEVICE);
	dma_sync_single_for_device(r->dev, dma, 64, DMA_TO_DEVICE);
	dma_unmap_single(r->dev, dma, 64, DMA_BIDIRECTIONAL);
	kfree(p);
}

static u8 *cpu_owned(struct rig *r, dma_addr_t *dma)
{
	u8 *p = noncoherent_ok(r, 4096, dma, DMA_FROM_DEVICE);

	dma_sync_single_for_device(r->dev, *dma, 4096, DMA_FROM_DEVICE);
	dma_sync_single_for_cpu(r->dev, *dma, 4096, DMA_FROM_DEVICE);
	return p;
}

static void sync_partial_line(struct rig *r)
{
	dma_addr_t dma;
	u8 *p;

	at(10);
	p = cpu_owned(r, &dma);
	at(20);
	cpu_write(p + 32, 8);
	at(30);
	dma_sync_single_for_cpu(r->dev, dma, 16, DMA_FROM_DEVICE);
	at(40);
	dma_free_noncoherent(r->dev, 4096, p, dma, DMA_FROM_DEVICE);
}

/* A mapping whose last line holds something else. */
static void map_partial_line(struct rig *r)
{
	u8 *p = kmalloc_ok(64);
	dma_addr_t dma;

	at(10);
	dma = map_ok(r, p, 48, DMA_FROM_DEVICE);
	at(20);
	cpu_write(p + 48, 8);
	at(30);
	dma_unmap_single(r->dev, dma, 48, DMA_FROM_DEVICE);
	kfree(p);
}

static void sync_partial_other_line(struct rig *r)
{
	dma_addr_t dma;
	u8 *p = cpu_owned(r, &dma);

	cpu_write(p + 64, 8);
	dma_sync_single_for_cpu(r->dev, dma, 16, DMA_FROM_DEVICE);
	dma_free_noncoherent(r->dev, 4096, p, dma, DMA_FROM_DEVICE);
}

static void sync_redundant(struct rig *r)
{
	dma_addr_t dma;
	void *p;

	at(10);
	p = noncoherent_ok(r, 4096, &dma, DMA_FROM_DEVICE);
	at(20);
	dma_sync_single_for_cpu(r->dev, dma, 4096, DMA_FROM_DEVICE);
	dma_free_noncoherent(r->dev, 4096, p, dma, DMA_FROM_DEVICE);
}

static void sync_of_coherent(struct rig *r)
{
	dma_addr_t dma;
	void *p;

	at(10);
	p = dma_alloc_coherent(r->dev, 4096, &dma, GFP_KERNEL);
	at(20);
	dma_sync_single_for_device(r->dev, dma, 4096, DMA_TO_DEVICE);
	dma_free_coherent(r->dev, 4096, p, dma);
}

/* Some of the range moves: that is enough. */
static void sync_of_more(struct rig *r)
{
	dma_addr_t dma;
	void *p = noncoherent_ok(r, 4096, &dma, DMA_FROM_DEVICE);

	dma_sync_single_for_device(r->dev, dma, 2048, DMA_FROM_DEVICE);
	dma_sync_single_for_device(r->dev, dma, 4096, DMA_FROM_DEVICE);
	dma_sync_single_for_cpu(r->dev, dma, 4096, DMA_FROM_DEVICE);
	dma_free_noncoherent(r->dev, 4096, p, dma, DMA_FROM_DEVICE);
}

const struct check_case sync_cases[] = {
	{ .check = "sync-unknown", .draw = sync_unknown, .miss = sync_of_nothing },
	{ .check = "sync-unknown", .variant = "of another device", .draw = sync_of_another },
	{ .check = "sync-out-of-range", .draw = sync_out_of_range, .miss = sync_to_the_end },
	{ .check = "sync-direction-mismatch", .draw = sync_direction, .miss = sync_bidirectional },
	{ .check = "sync-partial-line", .profile = "riscv", .draw = sync_partial_line,
	  .miss = sync_partial_other_line },
	{ .check = "sync-partial-line", .variant = "by an unmap", .profile = "riscv",
	  .draw = map_partial_line },
	{ .check = "sync-redundant", .checks = "full,+sync-redundant", .draw = sync_redundant,
	  .miss = sync_of_more },
	{ .check = "sync-redundant", .variant = "coherent memory",
	  .checks = "full,+sync-redundant", .draw = sync_of_coherent },
	{ .check = NULL },
};
