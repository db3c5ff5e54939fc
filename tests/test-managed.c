/* SPDX-License-Identifier: MIT */
/* What goes with its device, and what happens to it before that. */
#include "rig.h"

#include <linux/dmapool.h>

#define HANDLE DMA_ATTR_NO_KERNEL_MAPPING

static void unbind_frees(void **state)
{
	const char *profile;
	struct rig r;

	(void)state;
	for_each_profile(profile) {
		struct dma_pool *pool;
		dma_addr_t dma, at_pool;
		void *p, *q;

		rig_up(&r, profile);
		p = dmam_alloc_coherent(r.dev, 100, &dma, GFP_KERNEL);
		assert_non_null(p);
		cpu_write(p, 100);
		assert_int_equal(dev_read(&r, dma, 100), 0);
		assert_non_null(dmam_alloc_attrs(r.dev, 9000, &dma, GFP_KERNEL, HANDLE));
		pool = dmam_pool_create("p", r.dev, 64, 0, 0);
		q = dma_pool_zalloc(pool, GFP_KERNEL, &at_pool);
		assert_non_null(q);
		dma_pool_free(pool, q, at_pool);
		dmalab_device_free(r.dev);
		expect(&r, "");

		cpu_read(p, 1);
		expect(&r, "cpu-use-after-free");
		cpu_read(q, 1);
		expect(&r, "cpu-use-after-free");
		rig_down(&r);
	}
}

static void freed_early(void **state)
{
	struct rig r;
	struct dma_pool *pool;
	dma_addr_t dma;
	void *p;

	(void)state;
	rig_up(&r, NULL);
	for (int i = 0; i < 300; i++) {
		p = dmam_alloc_coherent(r.dev, 4096, &dma, GFP_KERNEL);
		assert_non_null(p);
		dmam_free_coherent(r.dev, 4096, p, dma);
		pool = dmam_pool_create("p", r.dev, 64, 0, 0);
		assert_non_null(pool);
		dmam_pool_destroy(pool);
	}
	dmam_free_coherent(r.dev, 4096, NULL, 0);
	expect(&r, "");
	dmam_free_coherent(r.dev, 4096, p, dma);
	expect(&r, "double-free");
	dmam_free_coherent(r.dev, 4096, &r, 0x1234000);
	expect(&r, "free-unknown");
	dmam_pool_destroy(NULL);
	expect(&r, "pool-wrong-pool");
	dmam_pool_destroy(pool);
	expect(&r, "pool-wrong-pool");
	rig_down(&r);
}

/* One report each; released, and forgotten. */
static void wrong_frees(void **state)
{
	struct device *other;
	struct rig r;
	dma_addr_t a, b;
	void *p, *q;

	(void)state;
	rig_up(&r, NULL);
	p = dmam_alloc_coherent(r.dev, 4096, &a, GFP_KERNEL);
	dmam_free_coherent(r.dev, 4000, p, a);
	expect(&r, "free-size-mismatch");

	/* The pointer says which; the other one stays. */
	p = dmam_alloc_coherent(r.dev, 4096, &a, GFP_KERNEL);
	q = dmam_alloc_coherent(r.dev, 4096, &b, GFP_KERNEL);
	dmam_free_coherent(r.dev, 4096, p, b);
	expect(&r, "free-dma-address-mismatch");
	cpu_write(q, 4096);
	expect(&r, "");
	dmam_free_coherent(r.dev, 4096, q, b);
	expect(&r, "");

	other = dmalab_device_new(r.machine, "disk");
	p = dmam_alloc_coherent(r.dev, 4096, &a, GFP_KERNEL);
	dmam_free_coherent(other, 4096, p, a);
	expect(&r, "free-wrong-device");
	p = dmam_alloc_coherent(r.dev, 4096, &a, GFP_KERNEL);
	dmam_free_coherent(NULL, 4096, p, a);
	expect(&r, "free-wrong-device");

	p = dmam_alloc_attrs(r.dev, 4096, &a, GFP_KERNEL, HANDLE);
	dma_free_attrs(r.dev, 4096, p, a, HANDLE);
	expect(&r, "free-wrong-function");
	dmalab_device_free(r.dev);
	rig_down(&r);
}

/* The busy pool goes, with a report, and what was not managed is a leak. */
static void unbind_reports(void **state)
{
	struct dma_pool *pool;
	struct rig r;
	dma_addr_t dma;

	(void)state;
	rig_up(&r, NULL);
	assert_non_null(dmam_alloc_coherent(r.dev, 4096, &dma, GFP_KERNEL));
	assert_non_null(dma_alloc_coherent(r.dev, 4096, &dma, GFP_KERNEL));
	pool = dmam_pool_create("p", r.dev, 64, 0, 0);
	assert_non_null(dma_pool_alloc(pool, GFP_KERNEL, &dma));
	dmalab_device_free(r.dev);
	expect(&r, "pool-busy leak");

	pool = dma_pool_create("p", (r.dev = dmalab_device_new(r.machine, "nic")), 64, 0, 0);
	dmam_pool_destroy(pool);
	expect(&r, "free-wrong-function");
	rig_down(&r);
}

static void refused(void **state)
{
	struct rig r;
	dma_addr_t dma = 7;

	(void)state;
	rig_up(&r, NULL);
	assert_null(dmam_alloc_coherent(r.dev, 0, &dma, GFP_KERNEL));
	expect(&r, "zero-size");
	assert_null(dmam_alloc_attrs(r.dev, 4096, &dma, GFP_KERNEL, DMA_ATTR_MMIO));
	expect(&r, "bad-attrs");
	assert_null(dmam_alloc_coherent(r.dev, 1ul << 40, &dma, GFP_KERNEL));
	dmalab_machine_fail_nth(r.machine, 1);
	assert_null(dmam_alloc_coherent(r.dev, 4096, &dma, GFP_KERNEL));
	dmalab_machine_fail_nth(r.machine, 1);
	assert_null(dmam_pool_create("p", r.dev, 64, 0, 0));
	assert_null(dmam_pool_create("p", r.dev, 0, 0, 0));
	assert_int_equal(dma, 7);
	expect(&r, "");
	assert_null(dmam_alloc_coherent(NULL, 4096, &dma, GFP_KERNEL));
	expect(&r, "no-device");
	rig_down(&r);
}

static void unchecked(void **state)
{
	struct dmalab_config config = { .checks = "off", .accesses = "explicit",
					.ram_size = 64 << 10 };
	struct rig r;
	dma_addr_t dma;
	void *p;

	(void)state;
	rig_up_with(&r, &config);
	for (int i = 0; i < 32; i++) {
		p = dmam_alloc_coherent(r.dev, 4096, &dma, GFP_KERNEL);
		assert_non_null(p);
		dmam_free_coherent(r.dev, 4096, p, dma);
	}
	for (int i = 0; i < 16; i++)
		assert_non_null(dmam_alloc_coherent(r.dev, 4096, &dma, GFP_KERNEL));
	dmalab_device_free(r.dev);
	for (int i = 0; i < 16; i++)
		kmalloc_ok(4096);
	rig_down(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(unbind_frees),
		cmocka_unit_test(freed_early),
		cmocka_unit_test(wrong_frees),
		cmocka_unit_test(unbind_reports),
		cmocka_unit_test(refused),
		cmocka_unit_test(unchecked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
