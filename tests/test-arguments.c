/* SPDX-License-Identifier: MIT */
/*
 * Any argument to any function: the documented result, and never a crash. Where a
 * mistake has a check, it is reported; the rest must be quiet.
 */
#include "rig.h"

#include <dmalab/coherent-handle.h>

/* Every call with a device, given a bad one. */
static void bad_devices(void **state)
{
	struct device homemade = { .dmalab = NULL }, *const devices[] = { NULL, &homemade };
	struct rig r;

	(void)state;
	rig_up(&r, NULL);
	for (size_t i = 0; i < ARRAY_SIZE(devices); i++) {
		struct device *dev = devices[i];
		void *mine = kmalloc_ok(64);
		dma_addr_t dma = 5;
		u8 byte = 7;

		assert_null(dma_alloc_coherent(dev, 4096, &dma, GFP_KERNEL));
		expect(&r, "no-device");
		assert_null(dma_alloc_attrs(dev, 4096, &dma, GFP_KERNEL, 0));
		expect(&r, "no-device");
		assert_null(dma_alloc_wc(dev, 4096, &dma, GFP_KERNEL));
		expect(&r, "no-device");
		assert_null(dma_alloc_noncoherent(dev, 4096, &dma, DMA_TO_DEVICE, GFP_KERNEL));
		expect(&r, "no-device");
		assert_null(dma_alloc_pages(dev, 4096, &dma, DMA_TO_DEVICE, GFP_KERNEL));
		expect(&r, "no-device");
		assert_int_equal(dma_map_single(dev, mine, 64, DMA_TO_DEVICE), DMA_MAPPING_ERROR);
		expect(&r, "no-device");
		assert_int_equal(dma_map_single_attrs(dev, mine, 64, DMA_TO_DEVICE, 0),
				 DMA_MAPPING_ERROR);
		expect(&r, "no-device");
		dma_free_coherent(dev, 4096, mine, 0x1000);
		expect(&r, "no-device");
		dma_free_attrs(dev, 4096, mine, 0x1000, DMA_ATTR_NO_KERNEL_MAPPING);
		expect(&r, "no-device");
		dma_free_wc(dev, 4096, mine, 0x1000);
		expect(&r, "no-device");
		dma_free_noncoherent(dev, 4096, mine, 0x1000, DMA_TO_DEVICE);
		expect(&r, "no-device");
		dma_free_pages(dev, 4096, virt_to_page(mine), 0x1000, DMA_TO_DEVICE);
		expect(&r, "no-device");
		dma_unmap_single(dev, 0x1000, 64, DMA_TO_DEVICE);
		expect(&r, "no-device");
		dma_unmap_single_attrs(dev, 0x1000, 64, DMA_TO_DEVICE, 0);
		expect(&r, "no-device");
		dma_sync_single_for_cpu(dev, 0x1000, 64, DMA_TO_DEVICE);
		expect(&r, "no-device");
		dma_sync_single_for_device(dev, 0x1000, 64, DMA_TO_DEVICE);
		expect(&r, "no-device");
		dma_sync_single_range_for_cpu(dev, 0x1000, 0, 64, DMA_TO_DEVICE);
		expect(&r, "no-device");
		dma_sync_single_range_for_device(dev, 0x1000, 0, 64, DMA_TO_DEVICE);
		expect(&r, "no-device");
		assert_false(dma_need_sync(dev, 0x1000));
		expect(&r, "no-device");
		assert_int_equal(dma_mapping_error(dev, DMA_MAPPING_ERROR), -ENOMEM);
		dma_mapping_error(dev, 0x1000);
		r.drawn[0] = 0;
		r.nr = 0;
		assert_int_equal(dma_set_mask(dev, DMA_BIT_MASK(32)), -EIO);
		expect(&r, "no-device");
		assert_int_equal(dma_set_coherent_mask(dev, DMA_BIT_MASK(32)), -EIO);
		expect(&r, "no-device");
		assert_int_equal(dma_set_mask_and_coherent(dev, DMA_BIT_MASK(32)), -EIO);
		expect(&r, "no-device");
		assert_int_equal(dma_coerce_mask_and_coherent(dev, DMA_BIT_MASK(32)), -EIO);
		expect(&r, "no-device");
		assert_int_equal(dma_get_mask(dev), DMA_BIT_MASK(32));
		assert_int_equal(dma_get_required_mask(dev), 0);
		expect(&r, "no-device");
		assert_int_equal(dma_direct_set_offset(dev, 0, 0, 4096), -EINVAL);
		expect(&r, "no-device");
		assert_int_equal(dmalab_device_read(dev, 0x1000, &byte, 1), -EFAULT);
		expect(&r, "no-device");
		assert_int_equal(dmalab_device_write(dev, 0x1000, &byte, 1), -EFAULT);
		expect(&r, "no-device");
		assert_non_null(dev_name(dev));
		assert_int_equal(dma, 5);
		assert_int_equal(byte, 7);
		kfree(mine);
	}
	dmalab_device_free(NULL);
	dmalab_device_free(&homemade);
	expect(&r, "no-device");
	rig_down(&r);
}

/* The laboratory's own calls without a machine. */
static void no_machine(void **state)
{
	struct dmalab_cache_stats stats = { .size = sizeof(stats) };
	dma_addr_t dma;
	u8 byte = 1, other = 2;

	(void)state;
	assert_null(dmalab_machine_current());
	assert_null(dmalab_device_new(NULL, "x"));
	assert_int_equal(errno, EINVAL);
	dmalab_machine_free(NULL);
	dmalab_machine_set_current(NULL);
	assert_null(kmalloc(8, GFP_KERNEL));
	assert_null(kzalloc(8, GFP_KERNEL));
	assert_null(kcalloc(8, 8, GFP_KERNEL));
	kfree(&byte);
	assert_int_equal(ksize(&byte), 0);
	assert_int_equal(dma_get_cache_alignment(), 1);
	assert_null(virt_to_page(&byte));
	assert_null(page_address(NULL));
	assert_int_equal(virt_to_phys(&byte), ~0ull);
	assert_int_equal(page_to_phys(NULL), ~0ull);
	dmalab_cpu_write(&byte, &other, 1);
	assert_int_equal(byte, 2);
	dmalab_cache_evict(&byte, 1);
	dmalab_cache_fill(&byte, 1);
	dma_free_coherent(NULL, 4096, &byte, 0);
	dma_unmap_single(NULL, 0, 64, DMA_TO_DEVICE);
	kfree((void *)-1);
	(void)stats;
	(void)dma;
}

/* Pointers and sizes that lie across the ends of everything. */
static void absurd_accesses(void **state)
{
	static const size_t lens[] = { 0, 1, 4096, 8192 };
	struct rig r;
	dma_addr_t dma;
	u8 buf[8192];
	u8 *p;

	(void)state;
	rig_up_with(&r, &(struct dmalab_config){ .ram_size = 64 << 10 });
	p = kmalloc_ok(4096);
	/* The last page of RAM, and beyond its end. */
	for (u8 *at = (u8 *)((uintptr_t)p & ~(uintptr_t)0xffff); at < p + (128 << 10); at += 4096) {
		if (at < p + (64 << 10) && virt_to_phys(at) == ~0ull)
			continue;
		for (size_t i = 0; i < ARRAY_SIZE(lens); i++) {
			if (virt_to_phys(at) == ~0ull)
				continue;
			dmalab_cpu_read(at, buf, lens[i]);
			dmalab_cache_evict(at, (size_t)-1);
			dmalab_cache_fill(at, (size_t)-1);
		}
	}
	r.drawn[0] = 0;
	r.nr = 0;

	dma = map_ok(&r, p, 4096, DMA_BIDIRECTIONAL);
	assert_int_equal(dmalab_device_read(r.dev, dma, buf, (size_t)-1), -EFAULT);
	expect(&r, "device-out-of-bounds");
	assert_int_equal(dmalab_device_write(r.dev, dma + 4095, buf, (size_t)-1), -EFAULT);
	expect(&r, "device-out-of-bounds");
	assert_int_equal(dmalab_device_write(r.dev, ~0ull, buf, 1), -EFAULT);
	expect(&r, "device-out-of-bounds");
	assert_int_equal(dmalab_device_read(r.dev, ~0ull - 5, buf, 100), -EFAULT);
	expect(&r, "device-out-of-bounds");
	assert_int_equal(dmalab_device_read(r.dev, dma, NULL, 0), 0);
	dma_sync_single_for_cpu(r.dev, dma, (size_t)-1, DMA_BIDIRECTIONAL);
	expect(&r, "sync-out-of-range");
	dma_sync_single_for_device(r.dev, dma + 4095, (size_t)-1, DMA_BIDIRECTIONAL);
	expect(&r, "sync-out-of-range");
	dma_sync_single_for_device(r.dev, ~0ull, 1, DMA_BIDIRECTIONAL);
	expect(&r, "sync-unknown");
	dma_sync_single_range_for_device(r.dev, dma, ~0ul, 1, DMA_BIDIRECTIONAL);
	expect(&r, "sync-unknown");
	dma_unmap_single(r.dev, dma + 1, (size_t)-1, DMA_BIDIRECTIONAL);
	expect(&r, "free-dma-address-mismatch");
	kfree(p);
	rig_down(&r);
}

static void absurd_mappings(void **state)
{
	struct rig r;
	u8 *p;

	(void)state;
	rig_up(&r, NULL);
	p = kmalloc_ok(4096);
	assert_int_equal(dma_map_single(r.dev, p, (size_t)-1, DMA_TO_DEVICE), DMA_MAPPING_ERROR);
	expect(&r, "map-invalid");
	assert_int_equal(dma_map_single(r.dev, p, 1ul << 40, DMA_TO_DEVICE), DMA_MAPPING_ERROR);
	expect(&r, "map-invalid");
	assert_int_equal(dma_map_single(r.dev, NULL, 64, DMA_TO_DEVICE), DMA_MAPPING_ERROR);
	expect(&r, "map-invalid");
	assert_int_equal(dma_map_single(r.dev, (void *)-1, 64, DMA_TO_DEVICE), DMA_MAPPING_ERROR);
	expect(&r, "map-invalid");
	assert_int_equal(dma_map_single(r.dev, ZERO_SIZE_PTR, 64, DMA_TO_DEVICE),
			 DMA_MAPPING_ERROR);
	expect(&r, "map-invalid");
	assert_int_equal(dma_map_single(r.dev, p, 0, DMA_TO_DEVICE), DMA_MAPPING_ERROR);
	expect(&r, "zero-size");
	assert_int_equal(dma_map_single_attrs(r.dev, p, 64, DMA_TO_DEVICE, ~0ul),
			 DMA_MAPPING_ERROR);
	expect(&r, "bad-attrs");
	assert_int_equal(dma_map_single_attrs(r.dev, p, 64, DMA_TO_DEVICE, DMA_ATTR_MMIO),
			 DMA_MAPPING_ERROR);
	expect(&r, "bad-attrs");
	kfree(p);
	rig_down(&r);
}

/* The first wrong argument ends it, in the documented order. */
static void order_of_checks(void **state)
{
	struct rig r;
	dma_addr_t dma;

	(void)state;
	rig_up(&r, NULL);
	r.dev->coherent_dma_mask = 0;
	assert_null(dma_alloc_attrs(r.dev, 0, &dma, __GFP_COMP, DMA_ATTR_MMIO));
	expect(&r, "zero-size");
	assert_null(dma_alloc_attrs(r.dev, 1, &dma, __GFP_COMP, 1ul << 40));
	expect(&r, "bad-attrs");
	assert_null(dma_alloc_attrs(r.dev, 1, &dma, __GFP_COMP, DMA_ATTR_CC_SHARED));
	expect(&r, "bad-attrs");
	assert_null(dma_alloc_attrs(r.dev, 1, &dma, __GFP_COMP, 0));
	expect(&r, "compound-gfp");
	assert_null(dma_alloc_attrs(r.dev, 1, &dma, GFP_KERNEL, 0));
	expect(&r, "mask-unset");

	assert_null(dma_alloc_noncoherent(r.dev, 0, &dma, DMA_NONE, __GFP_COMP | __GFP_DMA));
	expect(&r, "bad-direction");
	assert_null(dma_alloc_pages(r.dev, 0, &dma, DMA_TO_DEVICE, __GFP_COMP | __GFP_DMA));
	expect(&r, "zero-size");
	assert_null(dma_alloc_pages(r.dev, 1, &dma, DMA_TO_DEVICE, __GFP_COMP | __GFP_DMA));
	expect(&r, "compound-gfp");
	assert_null(dma_alloc_pages(r.dev, 1, &dma, DMA_TO_DEVICE, __GFP_HIGHMEM));
	expect(&r, "zone-gfp");
	assert_null(dma_alloc_pages(r.dev, 1, &dma, DMA_TO_DEVICE, GFP_KERNEL));
	expect(&r, "mask-unset");

	r.dev->dma_mask = NULL;
	dma = dma_map_single_attrs(r.dev, &r, 0, DMA_NONE, ~0ul);
	expect(&r, "bad-direction");
	dma = dma_map_single_attrs(r.dev, &r, 0, DMA_TO_DEVICE, ~0ul);
	expect(&r, "zero-size");
	dma = dma_map_single_attrs(r.dev, &r, 1, DMA_TO_DEVICE, ~0ul);
	expect(&r, "bad-attrs");
	dma = dma_map_single_attrs(r.dev, &r, 1, DMA_TO_DEVICE, 0);
	expect(&r, "mask-unset");
	assert_int_equal(dma, DMA_MAPPING_ERROR);
	rig_down(&r);
}

/* Frees of what is next to nothing. */
static void absurd_frees(void **state)
{
	static const dma_addr_t addrs[] = { 0, 1, 0x1234567, ~0ull - 1 };
	static void *const pointers[] = {
		(void *)0x1000, (void *)-1, (void *)0x7fffffff0000,
	};
	struct rig r;

	(void)state;
	rig_up(&r, NULL);
	for (size_t i = 0; i < ARRAY_SIZE(addrs); i++) {
		for (size_t k = 0; k < ARRAY_SIZE(pointers); k++) {
			dma_free_coherent(r.dev, (size_t)-1, pointers[k], addrs[i]);
			expect(&r, "free-unknown");
			dma_free_attrs(r.dev, 0, pointers[k], addrs[i], ~0ul);
			expect(&r, "free-unknown");
			dma_free_noncoherent(r.dev, 0, pointers[k], addrs[i], DMA_TO_DEVICE);
			expect(&r, "free-unknown");
			dma_free_pages(r.dev, 0, pointers[k], addrs[i], DMA_TO_DEVICE);
			expect(&r, "free-unknown");
			kfree(pointers[k]);
			expect(&r, "free-unknown");
		}
		dma_unmap_single(r.dev, addrs[i], (size_t)-1, DMA_TO_DEVICE);
		expect(&r, "free-unknown");
		dma_free_noncoherent(r.dev, 4096, NULL, addrs[i], DMA_TO_DEVICE);
		expect(&r, "free-unknown");
		dma_free_pages(r.dev, 4096, NULL, addrs[i], DMA_TO_DEVICE);
		expect(&r, "free-unknown");
	}
	rig_down(&r);
}

/* A machine that is NULL has no profile, no counts, nothing. */
static void null_machine(void **state)
{
	struct dmalab_cache_stats stats = { .hits = 1 };

	(void)state;
	assert_int_equal(dmalab_report_count(NULL, NULL), 0);
	assert_int_equal(dmalab_machine_fail_nth(NULL, 1), 0);
	assert_null(dmalab_machine_profile(NULL));
	dmalab_set_report_handler(NULL, NULL, NULL);
	dmalab_machine_cache_stats(NULL, &stats);
	assert_int_equal(stats.hits, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bad_devices),
		cmocka_unit_test(no_machine),
		cmocka_unit_test(absurd_accesses),
		cmocka_unit_test(absurd_mappings),
		cmocka_unit_test(order_of_checks),
		cmocka_unit_test(absurd_frees),
		cmocka_unit_test(null_machine),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
