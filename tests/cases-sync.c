/* SPDX-License-Identifier: MIT */
#include "cases.h"

#include <linux/dma-map-ops.h>

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

static void *declared_ok(struct rig *r, dma_addr_t *dma)
{
	void *p;

	assert_int_equal(dma_declare_coherent_memory(r->dev, 0, 0x1000, 65536), 0);
	p = dma_alloc_coherent(r->dev, 4096, dma, GFP_KERNEL);
	assert_non_null(p);
	return p;
}

static void sync_of_declared(struct rig *r)
{
	dma_addr_t dma;
	void *p;

	at(10);
	p = declared_ok(r, &dma);
	at(20);
	dma_sync_single_for_device(r->dev, dma, 64, DMA_TO_DEVICE);
	dma_free_coherent(r->dev, 4096, p, dma);
	dma_release_coherent_memory(r->dev);
}

static void sync_of_resource(struct rig *r)
{
	dma_addr_t dma;

	at(10);
	dma = dma_map_resource(r->dev, 0x10000000, 4096, DMA_FROM_DEVICE, 0);
	assert_int_equal(dma_mapping_error(r->dev, dma), 0);
	at(20);
	dma_sync_single_for_cpu(r->dev, dma, 4096, DMA_FROM_DEVICE);
	dma_unmap_resource(r->dev, dma, 4096, DMA_FROM_DEVICE, 0);
}

/* Memory of its own that is not synced, and memory that is. */
static void sync_beside_declared(struct rig *r)
{
	dma_addr_t dma, other;
	void *p = declared_ok(r, &dma), *q = noncoherent_ok(r, 4096, &other, DMA_TO_DEVICE);

	dma_sync_single_for_device(r->dev, other, 4096, DMA_TO_DEVICE);
	dma_free_noncoherent(r->dev, 4096, q, other, DMA_TO_DEVICE);
	dma_free_coherent(r->dev, 4096, p, dma);
	dma_release_coherent_memory(r->dev);
}

static void sync_one_way(struct rig *r, enum dma_data_direction dir)
{
	void *p = kzalloc(128, GFP_KERNEL);
	dma_addr_t dma;

	assert_non_null(p);
	at(10);
	dma = map_ok(r, p, 128, DMA_BIDIRECTIONAL);
	at(20);
	dma_sync_single_for_cpu(r->dev, dma, 128, dir);
	dma_unmap_single(r->dev, dma, 128, DMA_BIDIRECTIONAL);
	kfree(p);
}

static void sync_to_device_only(struct rig *r)
{
	sync_one_way(r, DMA_TO_DEVICE);
}

static void sync_from_device_only(struct rig *r)
{
	sync_one_way(r, DMA_FROM_DEVICE);
}

static void sync_both_ways(struct rig *r)
{
	sync_one_way(r, DMA_BIDIRECTIONAL);
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
	{ .check = "sync-invalid", .draw = sync_of_declared, .miss = sync_beside_declared },
	{ .check = "sync-invalid", .variant = "a resource", .draw = sync_of_resource },
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
	{ .check = "sync-other-direction", .checks = "full,+sync-other-direction",
	  .draw = sync_to_device_only, .miss = sync_both_ways },
	{ .check = "sync-other-direction", .variant = "the same here",
	  .checks = "full,+sync-other-direction", .draw = sync_from_device_only },
	{ .check = NULL },
};
