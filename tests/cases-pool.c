/* SPDX-License-Identifier: MIT */
/* Pools: their own checks, and how others read where a block is what is concerned. */
#include "cases.h"

#include <linux/dma-map-ops.h>
#include <linux/dmapool.h>

static struct dma_pool *pool_ok(struct rig *r, const char *name, size_t size)
{
	struct dma_pool *pool = dma_pool_create(name, r->dev, size, 0, 0);

	assert_non_null(pool);
	return pool;
}

static void *block_ok(struct dma_pool *pool, dma_addr_t *dma)
{
	void *p = dma_pool_alloc(pool, GFP_KERNEL, dma);

	assert_non_null(p);
	return p;
}

static void freed_to_another_pool(struct rig *r)
{
	struct dma_pool *requests = pool_ok(r, "requests", 64);
	struct dma_pool *replies = pool_ok(r, "replies", 64);
	dma_addr_t dma;
	void *p;

	at(10);
	p = block_ok(requests, &dma);
	at(20);
	dma_pool_free(replies, p, dma);
	dma_pool_free(requests, p, dma);
	dma_pool_destroy(requests);
	dma_pool_destroy(replies);
}

static void alloc_from_a_destroyed_pool(struct rig *r)
{
	struct dma_pool *pool = pool_ok(r, "requests", 64);
	dma_addr_t dma;

	dma_pool_destroy(pool);
	at(10);
	assert_null(dma_pool_alloc(pool, GFP_KERNEL, &dma));
}

/* Blocks of one size, from two pools, back where they came from. */
static void two_pools(struct rig *r)
{
	struct dma_pool *a = pool_ok(r, "a", 64), *b = pool_ok(r, "b", 64);
	dma_addr_t da, db;
	void *p = block_ok(a, &da), *q = block_ok(b, &db);

	dma_pool_free(b, q, db);
	dma_pool_free(a, p, da);
	dma_pool_destroy(a);
	dma_pool_destroy(b);
}

static void destroyed_in_use(struct rig *r)
{
	struct dma_pool *pool = pool_ok(r, "requests", 64);
	dma_addr_t dma;

	at(10);
	block_ok(pool, &dma);
	at(15);
	block_ok(pool, &dma);
	at(20);
	dma_pool_destroy(pool);
}

static void released_in_use(struct rig *r)
{
	dma_addr_t dma;
	void *p;

	assert_int_equal(dma_declare_coherent_memory(r->dev, 0, 0x1000, 65536), 0);
	p = dma_alloc_coherent(r->dev, 8192, &dma, GFP_KERNEL);
	assert_non_null(p);
	at(20);
	dma_release_coherent_memory(r->dev);
	dma_free_coherent(r->dev, 8192, p, dma);
}

static void never_released(struct rig *r)
{
	at(10);
	assert_int_equal(dma_declare_coherent_memory(r->dev, 0, 0x1000, 65536), 0);
	at(20);
	dmalab_device_free(r->dev);
}

static void destroyed_empty(struct rig *r)
{
	struct dma_pool *pool = pool_ok(r, "requests", 64);
	dma_addr_t dma;
	void *p = block_ok(pool, &dma);

	dma_pool_free(pool, p, dma);
	dma_pool_destroy(pool);
	dma_pool_destroy(NULL);
}

/* What reports the others: on a pool of one page, the block that was handed out first. */
struct one {
	struct dma_pool *pool;
	u8 *p;
	dma_addr_t dma;
};

static struct one one_up(struct rig *r)
{
	struct one o = { .pool = pool_ok(r, "requests", 64) };

	at(10);
	o.p = block_ok(o.pool, &o.dma);
	at(20);
	return o;
}

static void freed_twice(struct rig *r)
{
	struct one o = one_up(r);

	dma_pool_free(o.pool, o.p, o.dma);
	at(30);
	dma_pool_free(o.pool, o.p, o.dma);
	dma_pool_destroy(o.pool);
}

static void freed_what_is_no_block(struct rig *r)
{
	struct one o = one_up(r);

	dma_pool_free(o.pool, (void *)0x1000, 0x1234000);
	dma_pool_free(o.pool, o.p, o.dma);
	dma_pool_destroy(o.pool);
}

static void freed_before_it_was_handed_out(struct rig *r)
{
	struct one o = one_up(r);

	dma_pool_free(o.pool, o.p + 64, o.dma + 64);
	dma_pool_free(o.pool, o.p, o.dma);
	dma_pool_destroy(o.pool);
}

/* The neighbour's pointer: the block goes that the DMA address says. */
static void freed_with_another_pointer(struct rig *r)
{
	struct one o = one_up(r);
	dma_addr_t dma;
	void *q = block_ok(o.pool, &dma);

	dma_pool_free(o.pool, q, o.dma);
	dma_pool_free(o.pool, q, dma);
	dma_pool_destroy(o.pool);
}

static void freed_with_another_address(struct rig *r)
{
	struct one o = one_up(r);

	dma_pool_free(o.pool, o.p, o.dma + 0x1000000);
	dma_pool_destroy(o.pool);
}

static void freed_as_coherent(struct rig *r)
{
	struct one o = one_up(r);

	dma_free_coherent(r->dev, 64, o.p, o.dma);
	dma_pool_destroy(o.pool);
}

static void unmapped_a_block(struct rig *r)
{
	struct one o = one_up(r);

	dma_unmap_single(r->dev, o.dma, 64, DMA_BIDIRECTIONAL);
	dma_pool_destroy(o.pool);
}

static void freed_coherent_to_a_pool(struct rig *r)
{
	struct dma_pool *pool = pool_ok(r, "requests", 64);
	dma_addr_t dma;
	void *p;

	at(10);
	p = dma_alloc_coherent(r->dev, 4096, &dma, GFP_KERNEL);
	at(20);
	dma_pool_free(pool, p, dma);
	dma_pool_destroy(pool);
}

static void freed_as_coherent_later(struct rig *r)
{
	struct one o = one_up(r);

	dma_pool_free(o.pool, o.p, o.dma);
	at(30);
	dma_free_coherent(r->dev, 64, o.p, o.dma);
	dma_pool_destroy(o.pool);
}

static void never_destroyed(struct rig *r)
{
	dma_addr_t dma;

	at(10);
	block_ok(pool_ok(r, "requests", 64), &dma);
	at(20);
	dmalab_device_free(r->dev);
}

static void destroyed_a_managed_pool(struct rig *r)
{
	struct dma_pool *pool;

	at(10);
	pool = dmam_pool_create("requests", r->dev, 64, 0, 0);
	assert_non_null(pool);
	at(20);
	dma_pool_destroy(pool);
	dmalab_device_free(r->dev);
}

static void mapped_a_block(struct rig *r)
{
	struct one o = one_up(r);

	assert_int_equal(dma_map_single(r->dev, o.p, 64, DMA_TO_DEVICE), DMA_MAPPING_ERROR);
	dma_pool_free(o.pool, o.p, o.dma);
	dma_pool_destroy(o.pool);
}

static void cpu_uses_a_freed_block(struct rig *r)
{
	struct one o = one_up(r);

	dma_pool_free(o.pool, o.p, o.dma);
	at(30);
	cpu_write(o.p + 8, 4);
	dma_pool_destroy(o.pool);
}

/* From a block that it has into one that nobody has. */
static void cpu_runs_off_a_block(struct rig *r)
{
	struct one o = one_up(r);

	cpu_read(o.p + 60, 8);
	dma_pool_free(o.pool, o.p, o.dma);
	dma_pool_destroy(o.pool);
}

static void cpu_between_blocks(struct rig *r)
{
	struct dma_pool *pool = dma_pool_create("requests", r->dev, 48, 0, 64);
	dma_addr_t dma;
	u8 *p;

	at(10);
	p = block_ok(pool, &dma);
	at(20);
	cpu_write(p + 48, 4);
	dma_pool_free(pool, p, dma);
	dma_pool_destroy(pool);
}

static void cpu_after_the_pool(struct rig *r)
{
	struct one o = one_up(r);

	dma_pool_free(o.pool, o.p, o.dma);
	dma_pool_destroy(o.pool);
	at(30);
	cpu_read(o.p, 4);
}

static void device_uses_a_freed_block(struct rig *r)
{
	struct one o = one_up(r);

	dma_pool_free(o.pool, o.p, o.dma);
	at(30);
	assert_int_equal(dev_write(r, o.dma, 16), -EFAULT);
	dma_pool_destroy(o.pool);
}

static void device_runs_into_the_next(struct rig *r)
{
	struct one o = one_up(r);
	dma_addr_t dma;
	void *q = block_ok(o.pool, &dma);

	assert_int_equal(dma, o.dma + 64);
	assert_int_equal(dev_write(r, o.dma + 32, 64), -EFAULT);
	dma_pool_free(o.pool, q, dma);
	dma_pool_free(o.pool, o.p, o.dma);
	dma_pool_destroy(o.pool);
}

static void device_before_it_was_handed_out(struct rig *r)
{
	struct one o = one_up(r);

	assert_int_equal(dev_read(r, o.dma + 64, 64), -EFAULT);
	dma_pool_free(o.pool, o.p, o.dma);
	dma_pool_destroy(o.pool);
}

static void synced_a_freed_block(struct rig *r)
{
	struct one o = one_up(r);

	dma_pool_free(o.pool, o.p, o.dma);
	at(30);
	dma_sync_single_for_cpu(r->dev, o.dma, 64, DMA_FROM_DEVICE);
	dma_pool_destroy(o.pool);
}

const struct check_case pool_cases[] = {
	{ .check = "pool-wrong-pool", .draw = freed_to_another_pool, .miss = two_pools },
	{ .check = "pool-wrong-pool", .variant = "destroyed", .draw = alloc_from_a_destroyed_pool },
	{ .check = "pool-busy", .draw = destroyed_in_use, .miss = destroyed_empty },
	{ .check = "pool-busy", .variant = "memory of a device's own", .draw = released_in_use },
	{ .check = "double-free", .variant = "of a block", .draw = freed_twice },
	{ .check = "double-free", .variant = "of a block, as coherent memory",
	  .draw = freed_as_coherent_later },
	{ .check = "free-unknown", .variant = "to a pool", .draw = freed_what_is_no_block },
	{ .check = "free-unknown", .variant = "not handed out",
	  .draw = freed_before_it_was_handed_out },
	{ .check = "free-cpu-address-mismatch", .variant = "of a block",
	  .draw = freed_with_another_pointer },
	{ .check = "free-dma-address-mismatch", .variant = "of a block",
	  .draw = freed_with_another_address },
	{ .check = "free-wrong-function", .variant = "a block as coherent memory",
	  .draw = freed_as_coherent },
	{ .check = "free-wrong-function", .variant = "unmapped a block", .draw = unmapped_a_block },
	{ .check = "free-wrong-function", .variant = "coherent memory to a pool",
	  .draw = freed_coherent_to_a_pool },
	{ .check = "free-wrong-function", .variant = "a managed pool",
	  .draw = destroyed_a_managed_pool },
	{ .check = "leak", .variant = "of a pool", .draw = never_destroyed },
	{ .check = "leak", .variant = "of memory of the device's own", .draw = never_released },
	{ .check = "map-coherent", .variant = "a block", .draw = mapped_a_block },
	{ .check = "sync-unknown", .variant = "a freed block", .draw = synced_a_freed_block },
	{ .check = "cpu-use-after-free", .variant = "a freed block",
	  .draw = cpu_uses_a_freed_block },
	{ .check = "cpu-use-after-free", .variant = "off a block", .draw = cpu_runs_off_a_block },
	{ .check = "cpu-use-after-free", .variant = "between blocks", .draw = cpu_between_blocks },
	{ .check = "cpu-use-after-free", .variant = "after the pool", .draw = cpu_after_the_pool },
	{ .check = "device-use-after-unmap", .variant = "a freed block",
	  .draw = device_uses_a_freed_block },
	{ .check = "device-out-of-bounds", .variant = "into the next block",
	  .draw = device_runs_into_the_next },
	{ .check = "device-out-of-bounds", .variant = "not handed out",
	  .draw = device_before_it_was_handed_out },
	{ .check = NULL },
};
