/* SPDX-License-Identifier: MIT */
/* What dma_mapping_error() may be asked about: mappings, and nothing that was allocated. */
#include "rig.h"

#include <linux/dma-map-ops.h>
#include <linux/dmapool.h>
#include <linux/scatterlist.h>

#define OF_ALLOCATION "map-error-of-allocation"

static void ask(struct device *dev, dma_addr_t dma)
{
	assert_int_equal(dma_mapping_error(dev, dma), dma == DMA_MAPPING_ERROR ? -ENOMEM : 0);
}

/* Its start alone; what is inside it, or behind it, is any number. */
static void ask_about(struct rig *r, dma_addr_t dma, size_t size)
{
	ask(r->dev, dma);
	expect(r, OF_ALLOCATION);
	ask(r->dev, dma + 1);
	ask(r->dev, dma + size);
	expect(r, "");
}

static void every_allocation(void **state)
{
	const char *profile;
	struct rig r;

	(void)state;
	for_each_profile(profile) {
		struct sg_table *sgt;
		struct page *page;
		dma_addr_t dma;
		void *p;

		rig_up(&r, profile);
		p = dma_alloc_coherent(r.dev, 8192, &dma, GFP_KERNEL);
		ask_about(&r, dma, 8192);
		dma_free_coherent(r.dev, 8192, p, dma);
		ask(r.dev, dma);
		expect(&r, "");

		p = dma_alloc_attrs(r.dev, 100, &dma, GFP_KERNEL, DMA_ATTR_NO_KERNEL_MAPPING);
		ask_about(&r, dma, 100);
		dma_free_attrs(r.dev, 100, p, dma, DMA_ATTR_NO_KERNEL_MAPPING);

		p = dma_alloc_noncoherent(r.dev, 100, &dma, DMA_TO_DEVICE, GFP_KERNEL);
		ask_about(&r, dma, 100);
		dma_free_noncoherent(r.dev, 100, p, dma, DMA_TO_DEVICE);

		page = dma_alloc_pages(r.dev, 4096, &dma, DMA_TO_DEVICE, GFP_KERNEL);
		ask_about(&r, dma, 4096);
		dma_free_pages(r.dev, 4096, page, dma, DMA_TO_DEVICE);

		p = dmam_alloc_coherent(r.dev, 4096, &dma, GFP_KERNEL);
		assert_non_null(p);
		ask_about(&r, dma, 4096);
		dmam_free_coherent(r.dev, 4096, p, dma);

		sgt = dma_alloc_noncontiguous(r.dev, 8192, DMA_TO_DEVICE, GFP_KERNEL, 0);
		ask_about(&r, sg_dma_address(sgt->sgl), 8192);
		dma_free_noncontiguous(r.dev, 8192, sgt, DMA_TO_DEVICE);
		rig_down(&r);
	}
}

static void blocks_of_a_pool(void **state)
{
	const char *profile;
	struct rig r;

	(void)state;
	for_each_profile(profile) {
		struct dma_pool *pool;
		dma_addr_t first, second;
		void *p, *q;

		rig_up(&r, profile);
		pool = dma_pool_create("blocks", r.dev, 64, 64, 0);
		p = dma_pool_alloc(pool, GFP_KERNEL, &first);
		q = dma_pool_alloc(pool, GFP_KERNEL, &second);
		assert_true(p && q);
		ask(r.dev, second);
		expect(&r, OF_ALLOCATION);
		ask(r.dev, second + 32);
		dma_pool_free(pool, p, first);
		ask(r.dev, first);
		expect(&r, "");
		dma_pool_free(pool, q, second);
		dma_pool_destroy(pool);
		rig_down(&r);
	}
}

/* Where mappings begin, the question is right; nor is another's address the device's. */
static void what_may_be_asked(void **state)
{
	struct device *other;
	struct scatterlist sg;
	dma_addr_t dma, mapped;
	struct rig r;
	void *p;

	(void)state;
	rig_up(&r, NULL);
	other = dmalab_device_new(r.machine, "other");
	p = dma_alloc_noncoherent(r.dev, 4096, &dma, DMA_TO_DEVICE, GFP_KERNEL);
	ask(other, dma);
	expect(&r, "");
	mapped = dma_map_single(other, p, 64, DMA_TO_DEVICE);
	assert_int_equal(mapped, dma);
	ask(r.dev, dma);
	expect(&r, OF_ALLOCATION);
	ask(other, mapped);
	dma_unmap_single(other, mapped, 64, DMA_TO_DEVICE);

	/* Also when it was asked already, or is that of a list. */
	mapped = map_ok(&r, p, 64, DMA_TO_DEVICE);
	ask(r.dev, mapped);
	dma_unmap_single(r.dev, mapped, 64, DMA_TO_DEVICE);
	sg_init_one(&sg, p, 64);
	assert_int_equal(dma_map_sg(r.dev, &sg, 1, DMA_TO_DEVICE), 1);
	assert_int_equal(sg_dma_address(&sg), dma);
	ask(r.dev, dma);
	dma_unmap_sg(r.dev, &sg, 1, DMA_TO_DEVICE);
	ask(r.dev, DMA_MAPPING_ERROR);
	ask(r.dev, 0);
	expect(&r, "");
	dma_free_noncoherent(r.dev, 4096, p, dma, DMA_TO_DEVICE);
	dmalab_device_free(other);
	rig_down(&r);
}

static void memory_of_its_own(void **state)
{
	struct rig r;
	dma_addr_t dma;
	void *p;

	(void)state;
	rig_up(&r, NULL);
	assert_int_equal(dma_declare_coherent_memory(r.dev, 0, 0x10000000, 65536), 0);
	p = dma_alloc_coherent(r.dev, 4096, &dma, GFP_KERNEL);
	assert_int_equal(dma, 0x10000000);
	ask_about(&r, dma, 4096);
	dma_free_coherent(r.dev, 4096, p, dma);
	dma_release_coherent_memory(r.dev);
	rig_down(&r);
}

/* The address is left as it was: nobody can tell what it was about. */
static void failed_allocation(void **state)
{
	dma_addr_t dma = 77;
	struct rig r;

	(void)state;
	rig_up(&r, NULL);
	dmalab_machine_fail_nth(r.machine, 1);
	assert_null(dma_alloc_coherent(r.dev, 4096, &dma, GFP_KERNEL));
	assert_int_equal(dma, 77);
	ask(r.dev, dma);
	expect(&r, "");
	rig_down(&r);
}

static void without_books(void **state)
{
	struct dmalab_config config = { .checks = "off" };
	dma_addr_t dma;
	struct rig r;
	void *p;

	(void)state;
	rig_up_with(&r, &config);
	p = dma_alloc_coherent(r.dev, 4096, &dma, GFP_KERNEL);
	ask(r.dev, dma);
	dma_free_coherent(r.dev, 4096, p, dma);
	rig_down(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_allocation),
		cmocka_unit_test(blocks_of_a_pool),
		cmocka_unit_test(what_may_be_asked),
		cmocka_unit_test(memory_of_its_own),
		cmocka_unit_test(failed_allocation),
		cmocka_unit_test(without_books),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
