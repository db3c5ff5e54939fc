/* SPDX-License-Identifier: MIT */
/* Zone flags for what has no memory of the zone: they are dropped, with a report. */
#include "rig.h"

#include <linux/dmapool.h>
#include <linux/preempt.h>

static void *pool_alloc(struct rig *r, gfp_t gfp)
{
	struct dma_pool *pool = dma_pool_create("blocks", r->dev, 64, 16, 0);
	dma_addr_t dma;
	void *p = dma_pool_alloc(pool, gfp, &dma);

	if (p)
		dma_pool_free(pool, p, dma);
	dma_pool_destroy(pool);
	return p;
}

static void *a_kmalloc(struct rig *r, gfp_t gfp)
{
	void *p = kmalloc(64, gfp);

	(void)r;
	kfree(p);
	return p;
}

static void *a_large_kzalloc(struct rig *r, gfp_t gfp)
{
	void *p = kzalloc(20000, gfp);

	(void)r;
	kfree(p);
	return p;
}

static void *a_copy(struct rig *r, gfp_t gfp)
{
	void *p = kmemdup("copy", 4, gfp);

	(void)r;
	kfree(p);
	return p;
}

static void *a_longer_one(struct rig *r, gfp_t gfp)
{
	void *p = kmalloc_ok(64), *q = krealloc(p, 5000, gfp);

	(void)r;
	kfree(q ? q : p);
	return q;
}

static void *an_object(struct rig *r, gfp_t gfp)
{
	struct kmem_cache *cache = kmem_cache_create("objects", 64, 0, 0, NULL);
	void *p = kmem_cache_zalloc(cache, gfp);

	(void)r;
	kmem_cache_free(cache, p);
	kmem_cache_destroy(cache);
	return p;
}

static void *a_resource(struct rig *r, gfp_t gfp)
{
	void *p = devm_kcalloc(r->dev, 8, 8, gfp);

	devm_kfree(r->dev, p);
	return p;
}

static void *managed_memory(struct rig *r, gfp_t gfp)
{
	dma_addr_t dma;
	void *p = dmam_alloc_coherent(r->dev, 64, &dma, gfp);

	dmam_free_coherent(r->dev, 64, p, dma);
	return p;
}

/* Each of these is a kmalloc(), or makes one with the flags that it is given. */
static const struct {
	void *(*make)(struct rig *r, gfp_t gfp);
	unsigned nth;  /* of what may fail in it */
} kmallocs[] = {
	{ a_kmalloc, 1 }, { a_large_kzalloc, 1 }, { a_copy, 1 }, { a_longer_one, 2 },
	{ an_object, 1 }, { a_resource, 1 }, { pool_alloc, 2 }, { managed_memory, 1 },
};

static void zones(void **state)
{
	struct rig r;

	(void)state;
	rig_up(&r, NULL);
	for (size_t i = 0; i < ARRAY_SIZE(kmallocs); i++) {
		assert_non_null(kmallocs[i].make(&r, GFP_KERNEL | GFP_DMA));
		expect(&r, "");
		assert_non_null(kmallocs[i].make(&r, GFP_KERNEL | GFP_DMA32));
		expect(&r, "zone-gfp");
		assert_non_null(kmallocs[i].make(&r, GFP_ATOMIC | __GFP_HIGHMEM));
		expect(&r, "zone-gfp");
		/* The mistake is the call, whatever comes of it. */
		dmalab_machine_fail_nth(r.machine, kmallocs[i].nth);
		assert_null(kmallocs[i].make(&r, GFP_KERNEL | GFP_DMA32));
		expect(&r, "zone-gfp");
		dmalab_machine_fail_nth(r.machine, 0);
	}
	rig_down(&r);
}

/* One report a call, and what ends it or sleeps is graver; nothing taken, nothing wrong. */
static void zones_and_others(void **state)
{
	const gfp_t gfp = GFP_KERNEL | GFP_DMA32;
	struct rig r;
	dma_addr_t dma;
	void *p;

	(void)state;
	rig_up(&r, NULL);
	assert_ptr_equal(kmalloc(0, gfp), ZERO_SIZE_PTR);
	p = kmalloc_ok(64);
	assert_ptr_equal(krealloc(p, 100, gfp), p);
	expect(&r, "");
	kfree(p);
	assert_null(kmalloc((size_t)-1, gfp));
	expect(&r, "zone-gfp");
	assert_null(dmam_alloc_coherent(r.dev, 0, &dma, gfp));
	expect(&r, "zero-size");
	assert_null(pool_alloc(&r, gfp | __GFP_COMP));
	expect(&r, "zone-gfp");
	preempt_disable();
	kfree(kmalloc(64, gfp));
	expect(&r, "sleep-in-atomic");
	managed_memory(&r, gfp);
	expect(&r, "sleep-in-atomic");
	preempt_enable();
	rig_down(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(zones),
		cmocka_unit_test(zones_and_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
