/* SPDX-License-Identifier: MIT */
/* What a device's mappings may look like, and what it reaches. */
#include "rig.h"

#include <linux/dma-map-ops.h>
#include <linux/dmapool.h>

/* Constants, also where a static variable begins. */
_Static_assert(DMA_BIT_MASK(0) == 0, "no bits");
_Static_assert(DMA_BIT_MASK(1) == 1, "one bit");
_Static_assert(DMA_BIT_MASK(32) == 0xffffffffull, "half of them");
_Static_assert(DMA_BIT_MASK(63) == ~0ull >> 1, "all but one");
static u64 all_bits = DMA_BIT_MASK(64);

static void bit_masks(void **state)
{
	u64 mask = 0;

	(void)state;
	assert_true(all_bits == ~0ull);
	for (unsigned n = 0; n <= 64; n++) {
		assert_true(DMA_BIT_MASK(n) == mask);
		mask = mask << 1 | 1;
	}
}

static void defaults(const struct rig *r)
{
	assert_int_equal(dma_get_max_seg_size(r->dev), 64 * 1024);
	assert_true(dma_get_seg_boundary(r->dev) == ~0ul);
	assert_int_equal(dma_get_min_align_mask(r->dev), 0);
}

static void parameters(void **state)
{
	struct device *other;
	struct rig r;

	(void)state;
	rig_up(&r, NULL);
	defaults(&r);
	assert_non_null(r.dev->dma_parms);
	dma_set_max_seg_size(r.dev, 512);
	dma_set_seg_boundary(r.dev, 0xffff);
	dma_set_min_align_mask(r.dev, 4095);
	assert_int_equal(dma_get_max_seg_size(r.dev), 512);
	assert_int_equal(dma_get_seg_boundary(r.dev), 0xffff);
	assert_int_equal(dma_get_min_align_mask(r.dev), 4095);
	dma_set_max_seg_size(r.dev, (unsigned)-1);
	assert_int_equal(dma_get_max_seg_size(r.dev), (unsigned)-1);

	/* Each device has its own. */
	other = dmalab_device_new(r.machine, "other");
	assert_int_equal(dma_get_max_seg_size(other), 64 * 1024);

	/* 0 is the default again. */
	dma_set_max_seg_size(r.dev, 0);
	dma_set_seg_boundary(r.dev, 0);
	dma_set_min_align_mask(r.dev, 0);
	defaults(&r);

	r.dev->dma_parms = NULL;
	dma_set_max_seg_size(r.dev, 512);
	dma_set_seg_boundary(r.dev, 0xffff);
	dma_set_min_align_mask(r.dev, 4095);
	defaults(&r);
	rig_down(&r);
}

static void boundary_in_pages(void **state)
{
	struct rig r;

	(void)state;
	rig_up(&r, NULL);
	dma_set_seg_boundary(r.dev, 0xffff);
	assert_int_equal(dma_get_seg_boundary_nr_pages(r.dev, 12), 16);
	assert_int_equal(dma_get_seg_boundary_nr_pages(r.dev, 16), 1);
	assert_int_equal(dma_get_seg_boundary_nr_pages(r.dev, 20), 1);
	assert_int_equal(dma_get_seg_boundary_nr_pages(r.dev, 64), 1);
	assert_int_equal(dma_get_seg_boundary_nr_pages(r.dev, (unsigned)-1), 1);
	assert_int_equal(dma_get_seg_boundary_nr_pages(NULL, 12), 1 << 20);
	dma_set_seg_boundary(r.dev, ~0ul);
	assert_int_equal(dma_get_seg_boundary_nr_pages(r.dev, 12), 1ul << 52);
	assert_int_equal(dma_get_seg_boundary_nr_pages(r.dev, 0), 0);
	rig_down(&r);
}

static void constants(void **state)
{
	const char *profile;
	struct rig r;

	(void)state;
	for_each_profile(profile) {
		rig_up(&r, profile);
		if (bounces(&r)) {
			assert_int_equal(dma_max_mapping_size(r.dev), 256 << 10);
			dma_set_min_align_mask(r.dev, 4095);
			assert_int_equal(dma_max_mapping_size(r.dev), 252 << 10);
			dma_set_min_align_mask(r.dev, 0);
		} else {
			assert_true(dma_max_mapping_size(r.dev) == SIZE_MAX);
		}
		if (translates(&r) && !bounces(&r)) {
			assert_int_equal(dma_opt_mapping_size(r.dev), 128 << 10);
			assert_int_equal(dma_get_merge_boundary(r.dev), PAGE_SIZE - 1);
			assert_int_equal(dma_get_required_mask(r.dev), DMA_BIT_MASK(32));
		} else {
			assert_true(dma_opt_mapping_size(r.dev) == dma_max_mapping_size(r.dev));
			assert_int_equal(dma_get_merge_boundary(r.dev), 0);
		}
		assert_false(dma_pci_p2pdma_supported(r.dev));
		assert_true(dma_dev_need_sync(r.dev));
		assert_true(dma_need_unmap(r.dev));
		assert_int_equal(dev_is_dma_coherent(r.dev), is_coherent(&r));
		rig_down(&r);
	}
}

static void bad_devices(void **state)
{
	struct device homemade = { .dmalab = NULL }, *const devices[] = { NULL, &homemade };
	struct rig r;

	(void)state;
	rig_up(&r, NULL);
	for (size_t i = 0; i < ARRAY_SIZE(devices); i++) {
		struct device *dev = devices[i];

		assert_int_equal(dma_get_max_seg_size(dev), 64 * 1024);
		assert_true(dma_get_seg_boundary(dev) == ~0ul);
		assert_int_equal(dma_get_min_align_mask(dev), 0);
		expect(&r, "");
		dma_set_max_seg_size(dev, 1);
		expect(&r, "no-device");
		dma_set_seg_boundary(dev, 1);
		expect(&r, "no-device");
		dma_set_min_align_mask(dev, 1);
		expect(&r, "no-device");
		assert_int_equal(dma_max_mapping_size(dev), 0);
		expect(&r, "no-device");
		assert_int_equal(dma_opt_mapping_size(dev), 0);
		expect(&r, "no-device");
		assert_int_equal(dma_get_merge_boundary(dev), 0);
		expect(&r, "no-device");
		assert_false(dma_pci_p2pdma_supported(dev));
		expect(&r, "no-device");
		assert_false(dma_coherent_ok(dev, 0, 1));
		expect(&r, "no-device");
		assert_false(dma_addressing_limited(dev));
		expect(&r, "no-device");
		assert_false(dma_dev_need_sync(dev));
		expect(&r, "no-device");
		assert_false(dma_need_unmap(dev));
		expect(&r, "no-device");
	}
	rig_down(&r);
}

/* ------------------------------------------------------------------ reach */

static void coherent_reach(void **state)
{
	struct rig r;

	(void)state;
	rig_up(&r, NULL);
	assert_true(dma_coherent_ok(r.dev, 0, 4096));
	assert_true(dma_coherent_ok(r.dev, 0xfffff000, 4096));
	assert_false(dma_coherent_ok(r.dev, 0xfffff000, 4097));
	assert_false(dma_coherent_ok(r.dev, 1ull << 32, 1));
	r.dev->bus_dma_limit = 0xffff;
	assert_true(dma_coherent_ok(r.dev, 0xf000, 4096));
	assert_false(dma_coherent_ok(r.dev, 0xf001, 4096));
	r.dev->bus_dma_limit = 0;
	r.dev->coherent_dma_mask = ~0ull;
	assert_true(dma_coherent_ok(r.dev, ~0ull - 4096, 4096));
	assert_false(dma_coherent_ok(r.dev, ~0ull, 1));
	assert_false(dma_coherent_ok(r.dev, ~0ull - 4096, 8192));
	assert_false(dma_coherent_ok(r.dev, 4096, (size_t)-1));
	assert_true(dma_coherent_ok(r.dev, 4096, 0));
	/* It is about the coherent mask alone. */
	r.dev->dma_mask = NULL;
	assert_true(dma_coherent_ok(r.dev, 4096, 4096));
	rig_down(&r);
}

static void coherent_reach_on_a_bus(void **state)
{
	struct rig r;

	(void)state;
	rig_up(&r, NULL);
	assert_int_equal(dma_direct_set_offset(r.dev, 0x80000000, 0x1000, 0x100000), 0);
	r.dev->coherent_dma_mask = 0xffff;
	assert_true(dma_coherent_ok(r.dev, 0x80000000, 0xf000));
	assert_false(dma_coherent_ok(r.dev, 0x80000000, 0xf001));
	assert_false(dma_coherent_ok(r.dev, 0x7fffffff, 1));
	assert_false(dma_coherent_ok(r.dev, 0x1000, 1));
	rig_down(&r);
}

/* RAM of this size ends below 2 GiB: dma_get_required_mask() is 31 bits. */
static void limited(void **state)
{
	struct rig r;

	(void)state;
	rig_up(&r, NULL);
	assert_false(dma_addressing_limited(r.dev));
	assert_int_equal(dma_set_mask(r.dev, DMA_BIT_MASK(31)), 0);
	assert_false(dma_addressing_limited(r.dev));
	assert_int_equal(dma_set_mask(r.dev, DMA_BIT_MASK(30)), 0);
	assert_true(dma_addressing_limited(r.dev));
	assert_int_equal(dma_set_mask(r.dev, DMA_BIT_MASK(64)), 0);
	assert_false(dma_addressing_limited(r.dev));
	r.dev->bus_dma_limit = DMA_BIT_MASK(24);
	assert_true(dma_addressing_limited(r.dev));
	r.dev->bus_dma_limit = DMA_BIT_MASK(40);
	assert_false(dma_addressing_limited(r.dev));
	/* Without a mask it is taken for one of 32 bits. */
	r.dev->dma_mask = NULL;
	assert_false(dma_addressing_limited(r.dev));
	rig_down(&r);
}

static void limited_by_the_bus(void **state)
{
	struct device *dev;
	struct rig r;
	u64 end;

	(void)state;
	rig_up(&r, NULL);
	end = dma_get_required_mask(r.dev) + 1;
	assert_int_equal(dma_direct_set_offset(r.dev, 0, end, end), 0);
	assert_int_equal(dma_set_mask(r.dev, DMA_BIT_MASK(64)), 0);
	assert_false(dma_addressing_limited(r.dev));

	/* The low memory lies beside the window. */
	dev = dmalab_device_new(r.machine, "blind");
	assert_int_equal(dma_direct_set_offset(dev, end / 2, 0, end), 0);
	assert_int_equal(dma_set_mask(dev, DMA_BIT_MASK(64)), 0);
	assert_true(dma_addressing_limited(dev));
	rig_down(&r);
}

/* ------------------------------------------------------------ unmap state */

struct slot {
	DEFINE_DMA_UNMAP_ADDR(addr);
	DEFINE_DMA_UNMAP_LEN(len);
};

static void unmap_state(void **state)
{
	struct slot slot, *s = &slot;
	struct rig r;
	void *p;

	(void)state;
	rig_up(&r, NULL);
	p = kmalloc_ok(256);
	dma_unmap_addr_set(s, addr, map_ok(&r, p, 256, DMA_TO_DEVICE));
	dma_unmap_len_set(s, len, 256);
	assert_int_equal(sizeof(s->len), 4);
	dma_unmap_single(r.dev, dma_unmap_addr(s, addr), dma_unmap_len(s, len), DMA_TO_DEVICE);
	kfree(p);
	rig_down(&r);
}

/* Where the bus shows RAM may not change under the blocks of a pool. */
static void window_under_a_pool(void **state)
{
	struct dma_pool *pool;
	struct rig r;
	dma_addr_t dma;
	void *p;

	(void)state;
	rig_up(&r, NULL);
	pool = dma_pool_create("blocks", r.dev, 64, 64, 0);
	p = dma_pool_alloc(pool, GFP_KERNEL, &dma);
	assert_non_null(p);
	assert_int_equal(dma_direct_set_offset(r.dev, 0, 1ull << 32, 1ull << 32), -EINVAL);
	dma_pool_free(pool, p, dma);
	dma_pool_destroy(pool);
	assert_int_equal(dma_direct_set_offset(r.dev, 0, 1ull << 32, 1ull << 32), 0);
	rig_down(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bit_masks),
		cmocka_unit_test(parameters),
		cmocka_unit_test(boundary_in_pages),
		cmocka_unit_test(constants),
		cmocka_unit_test(bad_devices),
		cmocka_unit_test(coherent_reach),
		cmocka_unit_test(coherent_reach_on_a_bus),
		cmocka_unit_test(limited),
		cmocka_unit_test(limited_by_the_bus),
		cmocka_unit_test(unmap_state),
		cmocka_unit_test(window_under_a_pool),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
