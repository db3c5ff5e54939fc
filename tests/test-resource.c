/* SPDX-License-Identifier: MIT */
/* Resources on the bus; and addresses, sizes and pages that nobody should give. */
#include "rig.h"

#include <linux/dma-map-ops.h>
#include <linux/scatterlist.h>

#define BAR 0x20000000ull /* where there is no RAM */

static dma_addr_t resource_ok(const struct rig *r, phys_addr_t phys, size_t size,
			      enum dma_data_direction dir)
{
	dma_addr_t dma = dma_map_resource(r->dev, phys, size, dir, 0);

	assert_int_equal(dma_mapping_error(r->dev, dma), 0);
	return dma;
}

static void up(struct rig *r, const char *profile, const char *checks)
{
	rig_up_with(r, &(struct dmalab_config){ .profile = profile, .checks = checks,
						.accesses = "explicit" });
}

/* A device that has the registers of another one for a while. */
static void ones_from_nobody(void **state)
{
	const char *profile;
	struct rig r;

	(void)state;
	for_each_profile(profile) {
		u8 buf[16] = { 0 };
		dma_addr_t dma;

		rig_up(&r, profile);
		dma = dma_map_resource(r.dev, BAR + 8, 8192, DMA_BIDIRECTIONAL, 0);
		assert_int_equal(dma == DMA_MAPPING_ERROR, bounces(&r));
		if (bounces(&r)) {
			rig_down(&r);
			continue;
		}
		assert_int_equal(dma_mapping_error(r.dev, dma), 0);
		assert_int_equal(dma == BAR + 8, !translates(&r));
		assert_int_equal(dmalab_device_write(r.dev, dma + 8000, buf, 16), 0);
		assert_int_equal(dmalab_device_read(r.dev, dma + 8176, buf, 16), 0);
		assert_int_equal(buf[0] & buf[15], 0xff);
		dma_sync_single_for_cpu(r.dev, dma, 8192, DMA_BIDIRECTIONAL);
		expect(&r, "sync-invalid");
		dma_sync_single_for_device(r.dev, dma, 8193, DMA_TO_DEVICE);
		expect(&r, "sync-invalid");
		assert_int_equal(dev_read(&r, dma + 8177, 16), -EFAULT);
		expect(&r, "device-out-of-bounds");
		assert_int_equal(dev_read(&r, dma - 1, 1), -EFAULT);
		expect(&r, "device-out-of-bounds");
		dma_unmap_resource(r.dev, dma, 8192, DMA_BIDIRECTIONAL, 0);
		assert_int_equal(dev_write(&r, dma, 1), -EFAULT);
		expect(&r, "device-use-after-unmap");
		dma_unmap_resource(r.dev, dma, 8192, DMA_BIDIRECTIONAL, 0);
		expect(&r, "double-free");
		rig_down(&r);
	}
}

static void one_report_at_the_unmap(void **state)
{
	const char *profile;
	struct rig r;

	(void)state;
	for_each_profile(profile) {
		dma_addr_t dma;

		rig_up(&r, profile);
		if (bounces(&r)) {
			rig_down(&r);
			continue;
		}
		dma = resource_ok(&r, BAR, 4096, DMA_TO_DEVICE);
		dma_unmap_single(r.dev, dma, 4096, DMA_TO_DEVICE);
		expect(&r, "free-attrs-mismatch");
		dma = resource_ok(&r, BAR, 4096, DMA_TO_DEVICE);
		dma_unmap_resource(r.dev, dma, 100, DMA_TO_DEVICE, 0);
		expect(&r, "free-size-mismatch");
		dma = resource_ok(&r, BAR, 4096, DMA_TO_DEVICE);
		dma_unmap_resource(r.dev, dma, 4096, DMA_FROM_DEVICE, 0);
		expect(&r, "free-direction-mismatch");
		dma = resource_ok(&r, BAR, 4096, DMA_TO_DEVICE);
		dma_unmap_phys(r.dev, dma, 4096, DMA_TO_DEVICE, DMA_ATTR_MMIO);
		dma = dma_map_phys(r.dev, BAR, 4096, DMA_TO_DEVICE, DMA_ATTR_MMIO);
		dma_unmap_resource(r.dev, dma, 4096, DMA_TO_DEVICE, 0);
		expect(&r, "map-error-unchecked");
		/* Two of one address go one by one. */
		dma = resource_ok(&r, BAR, 4096, DMA_TO_DEVICE);
		if (!translates(&r)) {
			resource_ok(&r, BAR, 8, DMA_TO_DEVICE);
			dma_unmap_resource(r.dev, dma, 4096, DMA_TO_DEVICE, 0);
			dma_unmap_resource(r.dev, dma, 8, DMA_TO_DEVICE, 0);
		} else {
			dma_unmap_resource(r.dev, dma, 4096, DMA_TO_DEVICE, 0);
		}
		expect(&r, "");
		resource_ok(&r, BAR, 4096, DMA_TO_DEVICE);
		dmalab_device_free(r.dev);
		expect(&r, "leak");
		rig_down(&r);
	}
}

static void out_of_reach(void **state)
{
	struct rig r;
	dma_addr_t dma;

	(void)state;
	rig_up(&r, NULL);
	assert_int_equal(dma_map_resource(r.dev, 1ull << 32, 4096, DMA_TO_DEVICE, 0),
			 DMA_MAPPING_ERROR);
	expect(&r, "address-over-mask");
	assert_int_equal(dma_map_resource(r.dev, 0xfffff001, 4096, DMA_TO_DEVICE, 0),
			 DMA_MAPPING_ERROR);
	expect(&r, "address-over-mask");
	dma = resource_ok(&r, 0xfffff000, 4096, DMA_TO_DEVICE);
	assert_int_equal(dev_read(&r, dma + 4095, 1), 0);
	dma_unmap_resource(r.dev, dma, 4096, DMA_TO_DEVICE, 0);
	assert_int_equal(dma_map_resource(r.dev, virt_to_phys(kmalloc_ok(64)), 64, DMA_TO_DEVICE,
					  0), DMA_MAPPING_ERROR);
	expect(&r, "map-resource-ram");
	dma = virt_to_phys(kmalloc_ok(64)) & ~((1ull << 20) - 1);
	assert_int_equal(dma_map_resource(r.dev, dma - 4096, 8192, DMA_TO_DEVICE, 0),
			 DMA_MAPPING_ERROR);
	expect(&r, "map-resource-ram");
	dma = resource_ok(&r, dma - 4096, 4096, DMA_TO_DEVICE);
	dma_unmap_resource(r.dev, dma, 4096, DMA_TO_DEVICE, 0);
	assert_int_equal(dma_map_resource(r.dev, BAR, 0, DMA_TO_DEVICE, 0), DMA_MAPPING_ERROR);
	expect(&r, "zero-size");
	assert_int_equal(dma_map_resource(r.dev, BAR, 4096, DMA_NONE, 0), DMA_MAPPING_ERROR);
	expect(&r, "bad-direction");
	/* Without the attribute it is memory that there is not. */
	assert_int_equal(dma_map_phys(r.dev, BAR, 4096, DMA_TO_DEVICE, 0), DMA_MAPPING_ERROR);
	expect(&r, "map-invalid");
	rig_down(&r);
}

/* An IOMMU makes the reach of the device that of any address. */
static void far_away_behind_an_iommu(void **state)
{
	struct rig r;
	dma_addr_t dma;

	(void)state;
	rig_up(&r, "iommu");
	dma = resource_ok(&r, 1ull << 40, 4096, DMA_FROM_DEVICE);
	assert_true(dma < 1ull << 32);
	assert_int_equal(dev_write(&r, dma, 4096), 0);
	assert_int_equal(dev_read(&r, dma, 1), -EFAULT);
	expect(&r, "device-read-write-only");
	dma_unmap_resource(r.dev, dma, 4096, DMA_FROM_DEVICE, 0);
	rig_down(&r);
}

/* The bus shows RAM elsewhere; what is no RAM keeps its address. */
static void beside_a_window(void **state)
{
	struct rig r;
	dma_addr_t dma;

	(void)state;
	rig_up(&r, NULL);
	assert_int_equal(dma_direct_set_offset(r.dev, 1ull << 30, 0, 256 << 20), 0);
	/* The address is one of the window, behind which there is no RAM. */
	dma = resource_ok(&r, 0xf000000, 4096, DMA_BIDIRECTIONAL);
	assert_int_equal(dma, 0xf000000);
	assert_int_equal(dev_read(&r, dma, 64), 0);
	dma_unmap_resource(r.dev, dma, 4096, DMA_BIDIRECTIONAL, 0);
	expect(&r, "");
	/* One at which the device finds RAM is nothing it can reach. */
	dma = dma_map_resource(r.dev, 0x1000, 4096, DMA_BIDIRECTIONAL, 0);
	assert_int_equal(dma, DMA_MAPPING_ERROR);
	expect(&r, "address-over-mask");
	rig_down(&r);
}

/* ------------------------------------------------------ nobody should give */

static const size_t huge[] = {
	(size_t)-1, (size_t)-4096, (size_t)1 << 63, (size_t)1 << 44, (size_t)1 << 32, 1ul << 31,
};

static void huge_resources(void **state)
{
	static const char *const levels[] = { "full", "contract", "off" };
	const char *profile;
	struct rig r;

	(void)state;
	for_each_profile(profile) {
		for (size_t i = 0; i < ARRAY_SIZE(huge) * ARRAY_SIZE(levels); i++) {
			size_t size = huge[i % ARRAY_SIZE(huge)];
			dma_addr_t dma;

			up(&r, profile, levels[i / ARRAY_SIZE(huge)]);
			dma_set_mask(r.dev, ~0ull);
			dma = dma_map_resource(r.dev, BAR + 0x800, size, DMA_TO_DEVICE, 0);
			if (dma != DMA_MAPPING_ERROR) {
				dma_mapping_error(r.dev, dma);
				dev_read(&r, dma, 8);
				dma_unmap_resource(r.dev, dma, size, DMA_TO_DEVICE, 0);
			}
			/* If at all, one report; and what can be mapped, works. */
			assert_true(r.nr == 0 || dma == DMA_MAPPING_ERROR);
			assert_true(r.nr <= 1);
			r.drawn[0] = 0, r.nr = 0;
			rig_down(&r);
		}
	}
}

static void huge_and_wrapping(void **state)
{
	static const char *const levels[] = { "full", "contract", "off" };
	const char *profile;
	struct rig r;

	(void)state;
	for_each_profile(profile) {
		for (size_t i = 0; i < ARRAY_SIZE(huge) * ARRAY_SIZE(levels); i++) {
			const char *checks = levels[i / ARRAY_SIZE(huge)];
			bool on = strcmp(checks, "off") != 0;
			size_t size = huge[i % ARRAY_SIZE(huge)];
			struct page *page;
			dma_addr_t dma;
			void *p;

			up(&r, profile, checks);
			p = kzalloc_ok(256);
			page = virt_to_page(p);
			assert_int_equal(dma_map_single(r.dev, p, size, DMA_TO_DEVICE),
					 DMA_MAPPING_ERROR);
			expect(&r, on ? "map-invalid" : "");
			assert_int_equal(dma_map_phys(r.dev, virt_to_phys(p), size,
						      DMA_TO_DEVICE, 0), DMA_MAPPING_ERROR);
			expect(&r, on ? "map-invalid" : "");
			assert_int_equal(dma_map_page(r.dev, page, 0, size, DMA_TO_DEVICE),
					 DMA_MAPPING_ERROR);
			expect(&r, on ? "map-invalid" : "");
			assert_int_equal(dma_map_page(r.dev, page, size / 2, 64, DMA_TO_DEVICE),
					 DMA_MAPPING_ERROR);
			assert_int_equal(r.nr, on);
			r.drawn[0] = 0, r.nr = 0;

			dma = map_ok(&r, p, 256, DMA_TO_DEVICE);
			dma_sync_single_for_cpu(r.dev, dma, size, DMA_TO_DEVICE);
			expect(&r, on ? "sync-out-of-range" : "");
			dma_sync_single_range_for_device(r.dev, dma, size, 16, DMA_TO_DEVICE);
			assert_int_equal(r.nr, on);
			r.drawn[0] = 0, r.nr = 0;
			dma_sync_single_for_cpu(r.dev, dma + 255, size, DMA_TO_DEVICE);
			expect(&r, on ? "sync-out-of-range" : "");
			dma_unmap_single(r.dev, dma, size, DMA_TO_DEVICE);
			expect(&r, on ? "free-size-mismatch" : "");
			kfree(p);
			/* The machine is none the worse for it. */
			p = kzalloc_ok(9000);
			dma = map_ok(&r, p, 9000, DMA_BIDIRECTIONAL);
			assert_int_equal(dev_read(&r, dma, 9000), 0);
			dma_unmap_single(r.dev, dma, 9000, DMA_BIDIRECTIONAL);
			kfree(p);
			rig_down(&r);
		}
	}
}

/* Unmapping and syncing what is nowhere, at every level. */
static void wild_addresses(void **state)
{
	static const char *const levels[] = { "full", "contract", "off" };
	static const dma_addr_t wild[] = {
		~0ull, ~0ull - 1, ~0ull - 4095, 0, 1, 1ull << 61, 1ull << 62, 3ull << 61,
		1ull << 63, (1ull << 61) + 0x3fffffff, 0x3fffffff, 0x40000000, (1ull << 30) - 4096,
	};
	static const size_t sizes[] = { 0, 1, 4096, (size_t)-1 };
	const char *profile;
	struct rig r;

	(void)state;
	for_each_profile(profile) {
		for (size_t k = 0; k < ARRAY_SIZE(levels); k++) {
			up(&r, profile, levels[k]);
			for (size_t i = 0; i < ARRAY_SIZE(wild) * ARRAY_SIZE(sizes); i++) {
				dma_addr_t dma = wild[i / ARRAY_SIZE(sizes)];
				size_t size = sizes[i % ARRAY_SIZE(sizes)];

				dma_unmap_single(r.dev, dma, size, DMA_TO_DEVICE);
				dma_unmap_resource(r.dev, dma, size, DMA_TO_DEVICE, 0);
				dma_sync_single_for_cpu(r.dev, dma, size, DMA_TO_DEVICE);
				dma_sync_single_for_device(r.dev, dma, size, DMA_FROM_DEVICE);
				dma_need_sync(r.dev, dma);
				dma_mapping_error(r.dev, dma);
				r.drawn[0] = 0, r.nr = 0;
			}
			for (size_t i = 0; i < ARRAY_SIZE(wild); i++) {
				assert_true(dma_map_resource(r.dev, wild[i], 8192, DMA_NONE, 0) ==
					    DMA_MAPPING_ERROR);
				dma_map_phys(r.dev, wild[i], 8192, DMA_NONE, 0);
			}
			r.drawn[0] = 0, r.nr = 0;
			rig_down(&r);
		}
	}
}

static void no_pages(void **state)
{
	struct page homemade;
	const char *profile;
	struct rig r;

	(void)state;
	memset(&homemade, 0, sizeof(homemade));
	for_each_profile(profile) {
		rig_up(&r, profile);
		assert_true(dma_map_page(r.dev, NULL, 0, 64, DMA_TO_DEVICE) == DMA_MAPPING_ERROR);
		expect(&r, "map-invalid");
		assert_true(dma_map_page(r.dev, NULL, 4096, 64, DMA_TO_DEVICE) ==
			    DMA_MAPPING_ERROR);
		expect(&r, "map-invalid");
		assert_true(dma_map_page(r.dev, &homemade, 0, 64, DMA_TO_DEVICE) ==
			    DMA_MAPPING_ERROR);
		assert_int_equal(r.nr, 1);
		r.drawn[0] = 0, r.nr = 0;
		assert_true(dma_map_single(r.dev, NULL, 64, DMA_TO_DEVICE) == DMA_MAPPING_ERROR);
		expect(&r, "map-invalid");
		assert_true(dma_map_phys(r.dev, ~0ull, 64, DMA_TO_DEVICE, 0) == DMA_MAPPING_ERROR);
		expect(&r, "map-invalid");
		rig_down(&r);
	}
}

/* What a physical address leads to is looked at like a pointer. */
static void memory_that_may_not_be_mapped(void **state)
{
	const char *profile;
	struct rig r;

	(void)state;
	for_each_profile(profile) {
		dma_addr_t dma, handle;
		phys_addr_t phys;
		void *p, *cookie;

		rig_up(&r, profile);
		p = dma_alloc_coherent(r.dev, 4096, &dma, GFP_KERNEL);
		cookie = dma_alloc_attrs(r.dev, 4096, &handle, GFP_KERNEL,
					 DMA_ATTR_NO_KERNEL_MAPPING);
		assert_true(dma_map_single(r.dev, p, 64, DMA_TO_DEVICE) == DMA_MAPPING_ERROR);
		expect(&r, "map-coherent");
		assert_true(dma_map_single(r.dev, cookie, 64, DMA_TO_DEVICE) ==
			    DMA_MAPPING_ERROR);
		expect(&r, "map-handle");
		if (strcmp(profile, "iommu") != 0) {
			assert_true(dma_map_phys(r.dev, dma, 64, DMA_TO_DEVICE, 0) ==
				    DMA_MAPPING_ERROR);
			expect(&r, "map-coherent");
			assert_true(dma_map_phys(r.dev, handle, 64, DMA_TO_DEVICE, 0) ==
				    DMA_MAPPING_ERROR);
			expect(&r, "map-handle");
		}
		dma_free_attrs(r.dev, 4096, cookie, handle, DMA_ATTR_NO_KERNEL_MAPPING);
		dma_free_coherent(r.dev, 4096, p, dma);
		p = kmalloc_ok(64);
		phys = virt_to_phys(p);
		kfree(p);
		assert_true(dma_map_phys(r.dev, phys, 64, DMA_TO_DEVICE, 0) == DMA_MAPPING_ERROR);
		expect(&r, "map-freed");
		rig_down(&r);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ones_from_nobody),
		cmocka_unit_test(one_report_at_the_unmap),
		cmocka_unit_test(out_of_reach),
		cmocka_unit_test(far_away_behind_an_iommu),
		cmocka_unit_test(beside_a_window),
		cmocka_unit_test(huge_resources),
		cmocka_unit_test(huge_and_wrapping),
		cmocka_unit_test(wild_addresses),
		cmocka_unit_test(no_pages),
		cmocka_unit_test(memory_that_may_not_be_mapped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
