/* SPDX-License-Identifier: MIT */
/* Reporting and near misses: what the driver takes for granted of the device. */
#include "cases.h"

#include <linux/dmapool.h>

/* The device answers with 16 bytes, and the driver reads @len. */
static void short_answer(struct rig *r, size_t len)
{
	u8 *p = kmalloc_ok(128);
	dma_addr_t dma;

	at(10);
	dma = map_ok(r, p, 64, DMA_FROM_DEVICE);
	at(20);
	dev_write(r, dma, 16);
	at(30);
	dma_unmap_single(r->dev, dma, 64, DMA_FROM_DEVICE);
	at(40);
	cpu_read(p, len);
	kfree(p);
}

static void unwritten_read(struct rig *r)
{
	short_answer(r, 64);
}

static void written_read(struct rig *r)
{
	short_answer(r, 16);
}

/* A command of 24 bytes, of which @len are mapped. */
static void long_command(struct rig *r, size_t len)
{
	u8 *p = kmalloc_ok(64);
	dma_addr_t dma;

	cpu_write(p, 24);
	at(10);
	dma = map_ok(r, p, len, DMA_TO_DEVICE);
	dma_unmap_single(r->dev, dma, len, DMA_TO_DEVICE);
	kfree(p);
}

static void unwritten_command(struct rig *r)
{
	long_command(r, 64);
}

static void written_command(struct rig *r)
{
	long_command(r, 24);
}

/* Filled in part, with 16 bytes between, and given away by a sync. */
static void unwritten_sync(struct rig *r)
{
	u8 *p = kmalloc_ok(256);
	dma_addr_t dma;

	at(10);
	dma = dma_map_single_attrs(r->dev, p, 256, DMA_BIDIRECTIONAL, DMA_ATTR_SKIP_CPU_SYNC);
	assert_int_equal(dma_mapping_error(r->dev, dma), 0);
	dma_sync_single_for_cpu(r->dev, dma, 256, DMA_BIDIRECTIONAL);
	cpu_write(p + 64, 24);
	cpu_write(p + 104, 24);
	at(20);
	dma_sync_single_range_for_device(r->dev, dma, 64, 64, DMA_BIDIRECTIONAL);
	dma_unmap_single_attrs(r->dev, dma, 256, DMA_BIDIRECTIONAL, DMA_ATTR_SKIP_CPU_SYNC);
	kfree(p);
}

/* The second life of a block: what its first owner stored there is not to be seen. */
static void second_owner(struct rig *r, bool reads)
{
	struct dma_pool *pool = dma_pool_create("commands", r->dev, 56, 32, 0);
	dma_addr_t dma;
	u8 *p;

	assert_non_null(pool);
	p = dma_pool_alloc(pool, GFP_KERNEL, &dma);
	assert_non_null(p);
	cpu_write(p, 56);
	dma_pool_free(pool, p, dma);
	at(10);
	p = dma_pool_alloc(pool, GFP_KERNEL, &dma);
	assert_non_null(p);
	cpu_write(p, 24);
	at(20);
	if (reads)
		cpu_read(p, 56);
	else
		assert_int_equal(dev_read(r, dma, 64), 0);
	dma_pool_free(pool, p, dma);
	dma_pool_destroy(pool);
}

static void unwritten_block(struct rig *r)
{
	second_owner(r, false);
}

static void unwritten_block_read(struct rig *r)
{
	second_owner(r, true);
}

const struct check_case trust_cases[] = {
	{ .check = "uninitialised-to-device", .checks = "full", .accesses = "explicit", .draw = unwritten_command,
	  .miss = written_command },
	{ .check = "uninitialised-to-device", .variant = "by a sync", .checks = "full", .accesses = "explicit",
	  .draw = unwritten_sync },
	{ .check = "uninitialised-to-device", .variant = "a block", .checks = "full", .accesses = "explicit",
	  .draw = unwritten_block },
	{ .check = "unwritten-read", .checks = "full", .accesses = "explicit", .draw = unwritten_read,
	  .miss = written_read },
	{ .check = "unwritten-read", .variant = "a block", .checks = "full", .accesses = "explicit",
	  .draw = unwritten_block_read },
	{ .check = NULL },
};
