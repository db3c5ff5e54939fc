/* SPDX-License-Identifier: MIT */
/* What is mapped, and what is asked of it: where objects end, and whether a mapping failed. */
#include "cases.h"

#include <linux/dmapool.h>
#include <linux/scatterlist.h>

static void map_and_unmap(struct rig *r, void *p, size_t size)
{
	dma_addr_t dma = map_ok(r, p, size, DMA_TO_DEVICE);

	dma_unmap_single(r->dev, dma, size, DMA_TO_DEVICE);
}

/* Into what the size class leaves over. */
static void map_past_object(struct rig *r)
{
	u8 *p = kmalloc_ok(70);

	at(10);
	map_and_unmap(r, p, 128);
	kfree(p);
}

static void map_into_neighbour(struct rig *r)
{
	struct kmem_cache *cache = kmem_cache_create("keys", 96, 32, 0, NULL);
	u8 *p = kmem_cache_alloc(cache, GFP_KERNEL), *q = kmem_cache_alloc(cache, GFP_KERNEL);

	assert_ptr_equal(q, p + 96);
	at(10);
	map_and_unmap(r, p + 64, 64);
	kmem_cache_free(cache, p);
	kmem_cache_free(cache, q);
	kmem_cache_destroy(cache);
}

static void map_long_entry(struct rig *r)
{
	u8 *p = kmalloc_ok(64), *q = kmalloc_ok(100);
	struct scatterlist sg[2];

	sg_init_table(sg, 2);
	sg_set_buf(&sg[0], p, 64);
	sg_set_buf(&sg[1], q + 36, 65);
	at(10);
	assert_int_equal(dma_map_sg(r->dev, sg, 2, DMA_TO_DEVICE), 2);
	dma_unmap_sg(r->dev, sg, 2, DMA_TO_DEVICE);
	kfree(p);
	kfree(q);
}

static void map_all_of_object(struct rig *r)
{
	u8 *p = kmalloc_ok(70);

	map_and_unmap(r, p, 70);
	map_and_unmap(r, p + 6, 64);
	kfree(p);
}

static void *coherent_ok(struct rig *r, size_t size, dma_addr_t *dma)
{
	void *p = dma_alloc_coherent(r->dev, size, dma, GFP_KERNEL);

	assert_non_null(p);
	return p;
}

static void map_error_of_allocation(struct rig *r)
{
	dma_addr_t dma;
	void *p;

	at(10);
	p = coherent_ok(r, 4096, &dma);
	at(20);
	assert_int_equal(dma_mapping_error(r->dev, dma), 0);
	dma_free_coherent(r->dev, 4096, p, dma);
}

static void map_error_of_block(struct rig *r)
{
	struct dma_pool *pool = dma_pool_create("blocks", r->dev, 64, 64, 0);
	dma_addr_t first, second;
	void *p = dma_pool_alloc(pool, GFP_KERNEL, &first), *q;

	at(10);
	q = dma_pool_alloc(pool, GFP_KERNEL, &second);
	assert_true(p && q);
	at(20);
	assert_int_equal(dma_mapping_error(r->dev, second), 0);
	dma_pool_free(pool, p, first);
	dma_pool_free(pool, q, second);
	dma_pool_destroy(pool);
}

/* A mapping of noncoherent memory may begin at the same address. */
static void map_error_of_mapped_allocation(struct rig *r)
{
	dma_addr_t dma, mapped;
	void *p = noncoherent_ok(r, 4096, &dma, DMA_TO_DEVICE);

	mapped = map_ok(r, p, 4096, DMA_TO_DEVICE);
	assert_int_equal(dma_mapping_error(r->dev, mapped), 0);
	assert_true(mapped == dma || translates(r));
	dma_unmap_single(r->dev, mapped, 4096, DMA_TO_DEVICE);
	dma_free_noncoherent(r->dev, 4096, p, dma, DMA_TO_DEVICE);
}

const struct check_case mapping_cases[] = {
	{ .check = "map-past-object", .draw = map_past_object, .miss = map_all_of_object },
	{ .check = "map-past-object", .variant = "into the next one", .draw = map_into_neighbour },
	{ .check = "map-past-object", .variant = "in a list", .draw = map_long_entry },
	{ .check = "map-error-of-allocation", .draw = map_error_of_allocation,
	  .miss = map_error_of_mapped_allocation },
	{ .check = "map-error-of-allocation", .variant = "a block", .draw = map_error_of_block },
	{ .check = NULL },
};
