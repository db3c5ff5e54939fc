/* SPDX-License-Identifier: MIT */
/* What was freed waits in quarantine, and a late use of it is found. */
#include "rig.h"

#include <linux/dmapool.h>

static void up(struct rig *r, const char *profile, size_t quarantine)
{
	struct dmalab_config config = {
		.size = sizeof(config), .profile = profile, .checks = RIG_CHECKS,
		.ram_size = RIG_RAM, .accesses = "explicit", .quarantine = quarantine,
	};

	rig_up_with(r, &config);
}

/* ------------------------------------------- a device that writes when it is too late */

/*
 * The driver unmaps and frees its buffer, and the device keeps the address. The next buffer of
 * this size is mapped for it as well: where it has the same address, the late store lands
 * in it, and is as good as any.
 */
static void late_store_to_streaming(const struct rig *r)
{
	void *p = kmalloc_ok(2048);
	dma_addr_t stale = map_ok(r, p, 2048, DMA_FROM_DEVICE), dma;

	dma_unmap_single(r->dev, stale, 2048, DMA_FROM_DEVICE);
	kfree(p);
	p = kmalloc_ok(2048);
	dma = map_ok(r, p, 2048, DMA_FROM_DEVICE);
	dev_write(r, stale, 64);
	dma_unmap_single(r->dev, dma, 2048, DMA_FROM_DEVICE);
	kfree(p);
}

static void late_store_to_coherent(const struct rig *r)
{
	dma_addr_t stale, dma;
	void *p = dma_alloc_coherent(r->dev, 4096, &stale, GFP_KERNEL);

	assert_non_null(p);
	dma_free_coherent(r->dev, 4096, p, stale);
	p = dma_alloc_coherent(r->dev, 4096, &dma, GFP_KERNEL);
	assert_non_null(p);
	dev_write(r, stale, 64);
	dma_free_coherent(r->dev, 4096, p, dma);
}

static void late_store_to_block(const struct rig *r)
{
	struct dma_pool *pool = dma_pool_create("pool", r->dev, 64, 64, 0);
	dma_addr_t stale, dma;
	void *p;

	assert_non_null(pool);
	p = dma_pool_alloc(pool, GFP_KERNEL, &stale);
	assert_non_null(p);
	dma_pool_free(pool, p, stale);
	p = dma_pool_alloc(pool, GFP_KERNEL, &dma);
	assert_non_null(p);
	dev_write(r, stale, 64);
	dma_pool_free(pool, p, dma);
	dma_pool_destroy(pool);
}

static void late_store_is_found(void **state)
{
	static void (*const late[])(const struct rig *r) = {
		late_store_to_streaming, late_store_to_coherent, late_store_to_block,
	};
	const char *profile;
	struct rig r;

	(void)state;
	for_each_profile(profile) {
		for (size_t i = 0; i < ARRAY_SIZE(late); i++) {
			/* Slots of the bounce buffer are not reused at once in any case. */
			if (strcmp(profile, "swiotlb") == 0 && i == 0)
				continue;
			up(&r, profile, 0);
			late[i](&r);
			expect(&r, "");
			rig_down(&r);

			up(&r, profile, 64 << 10);
			late[i](&r);
			expect(&r, "device-use-after-unmap");
			rig_down(&r);
		}
	}
}

/* ------------------------------------------------------------------- how long it takes */

/* How many allocations and frees of a page later the first page comes again; at most @max. */
static unsigned comes_again_after(const struct rig *r, unsigned max)
{
	dma_addr_t first, dma;
	void *p = dma_alloc_coherent(r->dev, 4096, &first, GFP_KERNEL);

	dma_free_coherent(r->dev, 4096, p, first);
	for (unsigned n = 0; n < max; n++) {
		p = dma_alloc_coherent(r->dev, 4096, &dma, GFP_KERNEL);
		assert_non_null(p);
		dma_free_coherent(r->dev, 4096, p, dma);
		if (dma == first)
			return n;
	}
	return max;
}

static void waits_for_so_many_bytes(void **state)
{
	struct rig r;

	(void)state;
	up(&r, NULL, 0);
	assert_int_equal(comes_again_after(&r, 64), 0);
	rig_down(&r);
	up(&r, NULL, 4 * 4096);
	assert_int_equal(comes_again_after(&r, 64), 4);
	rig_down(&r);
	/* Less than there is to wait: nothing does. */
	up(&r, NULL, 4095);
	assert_int_equal(comes_again_after(&r, 64), 0);
	rig_down(&r);
}

static void objects_wait(void **state)
{
	void *first, *p, *other[8];
	unsigned n;
	struct rig r;

	(void)state;
	up(&r, NULL, 4 * 512);
	first = kmalloc_ok(512);
	kfree(first);
	for (n = 0; n < ARRAY_SIZE(other); n++) {
		other[n] = p = kmalloc_ok(512);
		if (p == first)
			break;
		kfree(p);
	}
	assert_int_equal(n, 4);
	/* It is as free as any other while it waits. */
	cpu_read(other[3], 8);
	expect(&r, "cpu-use-after-free");
	kfree(other[3]);
	expect(&r, "double-free");
	kfree(first);
	rig_down(&r);
}

/* -------------------------------------------------------------- nothing fails for it */

#define PAGES 512u

static void whole_ram_comes_again(void **state)
{
	static dma_addr_t dma[PAGES];
	static void *p[PAGES];
	unsigned first = 0;
	struct rig r;

	(void)state;
	up(&r, NULL, RIG_RAM);
	for (int round = 0; round < 3; round++) {
		unsigned nr = 0;

		while (nr < PAGES && (p[nr] = dma_alloc_coherent(r.dev, 4096, &dma[nr],
								 GFP_KERNEL)) != NULL)
			nr++;
		if (!round)
			first = nr;
		assert_true(nr > 100 && nr == first);
		while (nr--)
			dma_free_coherent(r.dev, 4096, p[nr], dma[nr]);
	}
	rig_down(&r);
}

static void blocks_of_pools_come_again(void **state)
{
	struct dma_pool *pool;
	dma_addr_t dma;
	void *p, *all;
	struct rig r;

	(void)state;
	up(&r, NULL, RIG_RAM);
	pool = dma_pool_create("pool", r.dev, 4096, 4096, 0);
	for (unsigned i = 0; i < 2 * PAGES; i++) {
		p = dma_pool_alloc(pool, GFP_KERNEL, &dma);
		assert_non_null(p);
		dma_pool_free(pool, p, dma);
	}
	/* Those that wait go with their pool. */
	dma_pool_destroy(pool);
	all = dma_alloc_coherent(r.dev, 4096, &dma, GFP_KERNEL);
	assert_non_null(all);
	dma_free_coherent(r.dev, 4096, all, dma);
	rig_down(&r);
}

static void addresses_come_again(void **state)
{
	void *p;
	struct rig r;

	(void)state;
	up(&r, "iommu", (size_t)1 << 40 >> 8);
	p = kmalloc_ok(4096);
	/* Of 1 GiB of addresses, for a device that drives 25 bits of them. */
	assert_int_equal(dma_set_mask(r.dev, DMA_BIT_MASK(25)), 0);
	for (unsigned i = 0; i < 3 * (1u << 13); i++)
		dma_unmap_single(r.dev, map_ok(&r, p, 4096, DMA_TO_DEVICE), 4096, DMA_TO_DEVICE);
	expect(&r, "");
	kfree(p);
	rig_down(&r);
}

/* Without a ledger a block may be freed twice, and waits once. */
static void freed_twice_unchecked(void **state)
{
	struct dmalab_config config = {
		.size = sizeof(config), .checks = "off", .ram_size = RIG_RAM,
		.accesses = "explicit", .quarantine = 4 * 4096,
	};
	dma_addr_t dma, again[2];
	void *p, *q[2];
	struct rig r;

	(void)state;
	rig_up_with(&r, &config);
	p = dma_alloc_coherent(r.dev, 4096, &dma, GFP_KERNEL);
	dma_free_coherent(r.dev, 4096, p, dma);
	dma_free_coherent(r.dev, 4096, p, dma);
	for (int i = 0; i < 8; i++) {
		for (int k = 0; k < 2; k++)
			q[k] = dma_alloc_coherent(r.dev, 4096, &again[k], GFP_KERNEL);
		assert_true(q[0] && q[1] && q[0] != q[1]);
		for (int k = 0; k < 2; k++)
			dma_free_coherent(r.dev, 4096, q[k], again[k]);
	}
	rig_down(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(late_store_is_found),
		cmocka_unit_test(waits_for_so_many_bytes),
		cmocka_unit_test(objects_wait),
		cmocka_unit_test(whole_ram_comes_again),
		cmocka_unit_test(blocks_of_pools_come_again),
		cmocka_unit_test(addresses_come_again),
		cmocka_unit_test(freed_twice_unchecked),
	};

	return cmocka_run_group_tests_name("quarantine", tests, NULL, NULL);
}
