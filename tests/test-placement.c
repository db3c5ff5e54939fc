/* SPDX-License-Identifier: MIT */
/* Where memory comes from: alignment, masks, zones, and the bus's point of view. */
#include "rig.h"

#define GIB (1ull << 30)

/* 64 MiB, as a machine has by default. */
static const struct dmalab_config whole = { .ram_size = 64 << 20 };

static void allocations_are_naturally_aligned(void **state)
{
	dma_addr_t dma;
	struct rig r;

	(void)state;
	rig_up_with(&r, &whole);
	for (size_t size = 1; size <= 4 << 20; size = size * 2 + (size % 3 == 0)) {
		size_t block = PAGE_SIZE;
		void *p = dma_alloc_coherent(r.dev, size, &dma, GFP_KERNEL);

		while (block < size)
			block *= 2;
		assert_non_null(p);
		assert_int_equal(dma & (block - 1), 0);
		assert_int_equal((uintptr_t)p & (PAGE_SIZE - 1), 0);
		dma_free_coherent(r.dev, size, p, dma);
	}
	rig_down(&r);
}

/* An allocation lies below every mask and limit that it can be given. */
static void masks(void **state)
{
	static const unsigned bits[] = { 24, 25, 26, 30, 31, 32, 33, 40, 64 };
	struct dmalab_config config = { .ram_size = 4ull << 30 };
	const size_t size = 64 << 10;
	struct rig r;

	(void)state;
	/* A machine of this size takes a minute there. */
	if (on_valgrind())
		skip();
	for (size_t i = 0; i < ARRAY_SIZE(bits); i++) {
		u64 mask = DMA_BIT_MASK(bits[i]);
		dma_addr_t dma;
		void *p;

		rig_up_with(&r, &config);
		assert_int_equal(dma_set_mask_and_coherent(r.dev, mask), 0);
		assert_int_equal(dma_get_mask(r.dev), mask);
		for (int k = 0; k < 3; k++) {
			p = k == 0 ? dma_alloc_coherent(r.dev, size, &dma, GFP_KERNEL) :
			    k == 1 ? dma_alloc_noncoherent(r.dev, size, &dma, DMA_TO_DEVICE,
							   GFP_KERNEL) :
				     dma_alloc_attrs(r.dev, size, &dma, GFP_KERNEL,
						     DMA_ATTR_NO_KERNEL_MAPPING);
			assert_non_null(p);
			assert_true(dma + size - 1 <= mask);
			/* The widest memory that will do, not the narrow zones. */
			assert_true(bits[i] < 32 || dma >= GIB);
			assert_true(bits[i] <= 32 || dma >= 4 * GIB);
			if (k == 0)
				dma_free_coherent(r.dev, size, p, dma);
			else if (k == 1)
				dma_free_noncoherent(r.dev, size, p, dma, DMA_TO_DEVICE);
			else
				dma_free_attrs(r.dev, size, p, dma, DMA_ATTR_NO_KERNEL_MAPPING);
		}
		rig_down(&r);
	}
}

static void masks_out_of_reach(void **state)
{
	dma_addr_t dma;
	struct rig r;

	(void)state;
	rig_up(&r, NULL);
	/* Memory begins at 8 MiB. */
	assert_int_equal(dma_set_mask(r.dev, DMA_BIT_MASK(20)), -EIO);
	assert_int_equal(dma_set_coherent_mask(r.dev, DMA_BIT_MASK(20)), -EIO);
	assert_int_equal(dma_set_mask_and_coherent(r.dev, 0), -EIO);
	assert_int_equal(dma_get_mask(r.dev), DMA_BIT_MASK(32));
	assert_int_equal(r.dev->coherent_dma_mask, DMA_BIT_MASK(32));

	/* Set behind the API's back: no memory, and no mistake of this call. */
	r.dev->coherent_dma_mask = DMA_BIT_MASK(20);
	assert_null(dma_alloc_coherent(r.dev, 4096, &dma, GFP_KERNEL));
	expect(&r, "");

	r.dev->dma_mask = NULL;
	assert_int_equal(dma_set_mask(r.dev, DMA_BIT_MASK(32)), -EIO);
	assert_int_equal(dma_get_mask(r.dev), DMA_BIT_MASK(32));
	assert_int_equal(dma_coerce_mask_and_coherent(r.dev, DMA_BIT_MASK(40)), 0);
	assert_ptr_equal(r.dev->dma_mask, &r.dev->coherent_dma_mask);
	assert_int_equal(dma_get_mask(r.dev), DMA_BIT_MASK(40));
	rig_down(&r);
}

static void required_mask(void **state)
{
	struct dmalab_config large = { .ram_size = 4ull << 30 }, small = { .ram_size = 1 << 20 };
	struct rig r;

	(void)state;
	rig_up_with(&r, &small);
	assert_int_equal(dma_get_required_mask(r.dev), DMA_BIT_MASK(31));
	rig_down(&r);
	if (on_valgrind())
		return;
	rig_up_with(&r, &large);
	assert_int_equal(dma_get_required_mask(r.dev), DMA_BIT_MASK(33));
	rig_down(&r);
}

/* The bus is narrower than the device. */
static void bus_limit(void **state)
{
	struct rig r;
	dma_addr_t dma;
	void *p;

	(void)state;
	rig_up(&r, NULL);
	r.dev->bus_dma_limit = DMA_BIT_MASK(24);
	p = dma_alloc_coherent(r.dev, 4096, &dma, GFP_KERNEL);
	assert_non_null(p);
	assert_true(dma + 4095 <= DMA_BIT_MASK(24));
	dma_free_coherent(r.dev, 4096, p, dma);

	p = kmalloc_ok(64);
	assert_int_equal(dma_map_single(r.dev, p, 64, DMA_TO_DEVICE), DMA_MAPPING_ERROR);
	expect(&r, "address-over-mask");
	kfree(p);
	rig_down(&r);
}

/* 24-bit devices use up their zone, and get nothing beyond it. */
static void narrow_zone_runs_out(void **state)
{
	enum { MAX = 4096 };
	static void *p[MAX];
	static dma_addr_t dma[MAX];
	struct rig r;
	unsigned n = 0;

	(void)state;
	rig_up_with(&r, &whole);
	r.dev->coherent_dma_mask = DMA_BIT_MASK(24);
	while (n < MAX && (p[n] = dma_alloc_coherent(r.dev, 4096, &dma[n], GFP_KERNEL)))
		n++;
	/* An eighth of 64 MiB. */
	assert_int_equal(n, 2048);
	r.dev->coherent_dma_mask = DMA_BIT_MASK(32);
	p[n] = dma_alloc_coherent(r.dev, 4096, &dma[n], GFP_KERNEL);
	assert_non_null(p[n]);
	for (unsigned i = 0; i <= n; i++)
		dma_free_coherent(r.dev, 4096, p[i], dma[i]);
	rig_down(&r);
}

static void kmalloc_zones(void **state)
{
	struct dmalab_config config = { .ram_size = 4ull << 30 };
	struct rig r;
	struct kmem_cache *low;
	void *p, *q, *o;

	(void)state;
	if (on_valgrind())
		skip();
	rig_up_with(&r, &config);
	low = kmem_cache_create("low", 100, 0, SLAB_CACHE_DMA32, NULL);
	o = kmalloc(100, GFP_KERNEL);
	p = kmalloc(100, GFP_KERNEL | GFP_DMA);
	assert_true(virt_to_phys(o) >= 4 * GIB);
	assert_true(virt_to_phys(p) < 16 << 20);
	kfree(o);
	kfree(p);
	/* Only a cache that was made so has memory of this zone; the flag is dropped. */
	q = kmem_cache_alloc(low, GFP_KERNEL);
	assert_true(virt_to_phys(q) < 4 * GIB);
	kmem_cache_free(low, q);
	expect(&r, "");
	q = kmem_cache_alloc(low, GFP_KERNEL | GFP_DMA32);
	expect(&r, "zone-gfp");
	assert_true(virt_to_phys(q) < 4 * GIB);
	kmem_cache_free(low, q);
	kmem_cache_destroy(low);
	q = kmalloc(100, GFP_KERNEL | GFP_DMA32);
	expect(&r, "zone-gfp");
	assert_true(virt_to_phys(q) >= 4 * GIB);
	kfree(q);
	rig_down(&r);
}

static void use_both_ways(struct rig *r, void *p, dma_addr_t dma)
{
	u8 sent[64], got[64];

	memset(sent, 0x5a, sizeof(sent));
	assert_int_equal(dmalab_device_write(r->dev, dma, sent, sizeof(sent)), 0);
	dmalab_cpu_read(p, got, sizeof(got));
	assert_memory_equal(sent, got, sizeof(got));
	assert_int_equal(dmalab_device_read(r->dev, dma, got, sizeof(got)), 0);
	assert_memory_equal(sent, got, sizeof(got));
}

/* Memory at 1 GiB appears on the bus at 0, or at 3 GiB. */
static void bus_offset(void **state)
{
	static const dma_addr_t starts[] = { 0, 3ull << 30 };
	struct rig r;
	dma_addr_t dma;
	void *p;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(starts); i++) {
		rig_up(&r, NULL);
		assert_int_equal(dma_direct_set_offset(r.dev, GIB, starts[i], GIB), 0);
		assert_int_equal(dma_direct_set_offset(r.dev, GIB, starts[i], GIB), -EINVAL);
		p = dma_alloc_coherent(r.dev, 4096, &dma, GFP_KERNEL);
		assert_non_null(p);
		assert_in_range(dma, starts[i], starts[i] + GIB - 4096);
		use_both_ways(&r, p, dma);
		dma_free_coherent(r.dev, 4096, p, dma);

		p = kmalloc_ok(64);
		dma = map_ok(&r, p, 64, DMA_TO_DEVICE);
		assert_int_equal(dma, virt_to_phys(p) - GIB + starts[i]);
		dma_unmap_single(r.dev, dma, 64, DMA_TO_DEVICE);
		kfree(p);
		rig_down(&r);
	}
}

/* A narrow mask must reach the DMA zone where the device sees it. */
static void narrow_mask(void **state)
{
	struct device *dev;
	struct rig r;

	(void)state;
	rig_up_with(&r, &whole);
	assert_int_equal(dma_set_mask(r.dev, DMA_BIT_MASK(23)), -EIO);
	assert_int_equal(dma_direct_set_offset(r.dev, 8 << 20, 0, 8 << 20), 0);
	assert_int_equal(dma_set_mask(r.dev, DMA_BIT_MASK(23)), 0);
	dev = dmalab_device_new(r.machine, "far");
	assert_non_null(dev);
	assert_int_equal(dma_direct_set_offset(dev, GIB, 0, GIB), 0);
	assert_int_equal(dma_set_mask(dev, DMA_BIT_MASK(31)), -EIO);
	dmalab_device_free(dev);
	rig_down(&r);
}

/* The bus shows the narrow zone only: what lies outside is out of reach. */
static void bus_window(void **state)
{
	const u64 size = 8 << 20;
	struct rig r;
	dma_addr_t dma;
	void *p;

	(void)state;
	rig_up_with(&r, &whole);
	assert_int_equal(dma_direct_set_offset(r.dev, size, 1 << 20, size), 0);
	p = kmalloc_ok(64);
	assert_int_equal(dma_map_single(r.dev, p, 64, DMA_TO_DEVICE), DMA_MAPPING_ERROR);
	expect(&r, "address-over-mask");
	kfree(p);
	assert_int_equal(dev_read(&r, 12 << 20, 4), -EFAULT);
	expect(&r, "device-out-of-bounds");

	p = dma_alloc_coherent(r.dev, 4096, &dma, GFP_KERNEL);
	assert_non_null(p);
	assert_in_range(dma, 1 << 20, (1 << 20) + size - 4096);
	use_both_ways(&r, p, dma);
	dma_free_coherent(r.dev, 4096, p, dma);
	rig_down(&r);
}

static void offset_after_use(void **state)
{
	struct rig r;
	dma_addr_t dma;
	void *p;

	(void)state;
	rig_up(&r, NULL);
	p = dma_alloc_coherent(r.dev, 4096, &dma, GFP_KERNEL);
	assert_int_equal(dma_direct_set_offset(r.dev, GIB, 0, GIB), -EINVAL);
	dma_free_coherent(r.dev, 4096, p, dma);
	rig_down(&r);
}

static void kmalloc_keeps_lines_apart(void **state)
{
	const char *profile;
	struct rig r;

	(void)state;
	for_each_profile(profile) {
		size_t align;

		rig_up(&r, profile);
		align = dma_get_cache_alignment();
		assert_true(align && !(align & (align - 1)));
		assert_int_equal(is_coherent(&r), align == 1);
		for (size_t size = 1; size < 20000; size = size * 3 / 2 + 1) {
			void *p = kmalloc_ok(size);

			assert_int_equal((uintptr_t)p % align, 0);
			assert_true(ksize(p) >= size);
			assert_int_equal(ksize(p) % align, 0);
			assert_int_equal(ksize((u8 *)p + 1), 0);
			/* A power of two is aligned to its size. */
			if (size == ksize(p) && size <= PAGE_SIZE)
				assert_int_equal((uintptr_t)p % size, 0);
			kfree(p);
		}
		rig_down(&r);
	}
	assert_int_equal(dma_get_cache_alignment(), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(allocations_are_naturally_aligned),
		cmocka_unit_test(masks),
		cmocka_unit_test(masks_out_of_reach),
		cmocka_unit_test(required_mask),
		cmocka_unit_test(bus_limit),
		cmocka_unit_test(narrow_zone_runs_out),
		cmocka_unit_test(kmalloc_zones),
		cmocka_unit_test(bus_offset),
		cmocka_unit_test(narrow_mask),
		cmocka_unit_test(bus_window),
		cmocka_unit_test(offset_after_use),
		cmocka_unit_test(kmalloc_keeps_lines_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
