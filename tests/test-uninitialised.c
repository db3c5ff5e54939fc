/* SPDX-License-Identifier: MIT */
/* Bytes that nobody has stored and that a device may read: at each way there, byte by byte. */
#include "rig.h"

#include <linux/dmapool.h>

#define SKIP DMA_ATTR_SKIP_CPU_SYNC
#define DRAWN "uninitialised-to-device"

static void up(struct rig *r, const char *profile)
{
	rig_up_with(r, &(struct dmalab_config){
		.profile = profile, .checks = "full", .accesses = "explicit" });
}

static void plain_up(struct rig *r, const char *profile, const char *policy)
{
	rig_up_with(r, &(struct dmalab_config){
		.profile = profile, .checks = "full", .cache_policy = policy });
}

static void map_and_unmap(struct rig *r, void *p, size_t size, enum dma_data_direction dir)
{
	dma_unmap_single(r->dev, map_ok(r, p, size, dir), size, dir);
}

/* Over the end of a page, with a hole of two bytes; and when the hole is filled. */
static void byte_by_byte(void **state)
{
	const char *profile;

	(void)state;
	for_each_profile(profile) {
		struct rig r;
		u8 *p;

		up(&r, profile);
		p = kmalloc_ok(8192);
		cpu_write(p, 4095);
		cpu_write(p + 4097, 4095);
		map_and_unmap(&r, p, 4095, DMA_TO_DEVICE);
		map_and_unmap(&r, p, 8192, DMA_FROM_DEVICE);
		expect(&r, "");
		map_and_unmap(&r, p, 8191, DMA_TO_DEVICE);
		expect(&r, DRAWN);
		assert_non_null(strstr(r.text, "bytes 4095..4096 of the 8191-byte mapping"));
		map_and_unmap(&r, p + 4096, 1, DMA_BIDIRECTIONAL);
		expect(&r, DRAWN);
		assert_non_null(strstr(r.text, "byte 0 of the 1-byte mapping"));
		cpu_write(p + 4095, 2);
		map_and_unmap(&r, p, 8191, DMA_BIDIRECTIONAL);
		cpu_write(p, 4096);
		map_and_unmap(&r, p, 8191, DMA_TO_DEVICE);
		expect(&r, "");
		map_and_unmap(&r, p, 8192, DMA_TO_DEVICE);
		expect(&r, "");
		kfree(p);
		rig_down(&r);
	}
}

/* What a device has stored is data as well, for this device and for another. */
static void stored_by_a_device(void **state)
{
	struct device *other;
	struct rig r;
	dma_addr_t dma;
	u8 *p;

	(void)state;
	up(&r, NULL);
	other = dmalab_device_new(r.machine, "disk");
	p = kmalloc_ok(256);
	dma = map_ok(&r, p, 256, DMA_FROM_DEVICE);
	assert_int_equal(dev_write(&r, dma, 100), 0);
	dma_unmap_single(r.dev, dma, 256, DMA_FROM_DEVICE);
	dma = dma_map_single(other, p, 100, DMA_TO_DEVICE);
	assert_int_equal(dma_mapping_error(other, dma), 0);
	expect(&r, "");
	dma_unmap_single(other, dma, 100, DMA_TO_DEVICE);
	dma = dma_map_single(other, p, 256, DMA_TO_DEVICE);
	assert_int_equal(dma_mapping_error(other, dma), 0);
	expect(&r, DRAWN);
	assert_non_null(strstr(r.text, "bytes 100..255"));
	dma_unmap_single(other, dma, 256, DMA_TO_DEVICE);
	kfree(p);
	dmalab_device_free(other);
	rig_down(&r);
}

/* A map without a hand-over shows nothing yet: the sync does, of its range alone. */
static void by_a_sync_on(const char *profile)
{
	dma_addr_t dma;
	struct rig r;
	u8 *p;

	up(&r, profile);
	p = kmalloc_ok(256);
	dma = dma_map_single_attrs(r.dev, p, 256, DMA_BIDIRECTIONAL, SKIP);
	assert_int_equal(dma_mapping_error(r.dev, dma), 0);
	dma_sync_single_for_cpu(r.dev, dma, 256, DMA_BIDIRECTIONAL);
	cpu_write(p, 64);
	dma_sync_single_for_device(r.dev, dma, 64, DMA_BIDIRECTIONAL);
	expect(&r, "");
	dma_sync_single_for_cpu(r.dev, dma, 256, DMA_BIDIRECTIONAL);
	/* The device is only to write, says the sync. */
	dma_sync_single_for_device(r.dev, dma, 128, DMA_FROM_DEVICE);
	dma_sync_single_for_cpu(r.dev, dma, 128, DMA_FROM_DEVICE);
	expect(&r, "");
	dma_sync_single_for_device(r.dev, dma, 65, DMA_TO_DEVICE);
	expect(&r, DRAWN);
	dma_sync_single_range_for_device(r.dev, dma, 60, 4, DMA_TO_DEVICE);
	expect(&r, "");
	dma_sync_single_for_device(r.dev, dma, 256, DMA_BIDIRECTIONAL);
	expect(&r, DRAWN);
	assert_non_null(strstr(r.text, "bytes 64..255"));
	/* It was told of, where it was given: the read reports no second one. */
	assert_int_equal(dev_read(&r, dma, 256), 0);
	expect(&r, "");
	dma_unmap_single_attrs(r.dev, dma, 256, DMA_BIDIRECTIONAL, SKIP);
	kfree(p);
	rig_down(&r);
}

static void by_a_sync(void **state)
{
	const char *profile;

	(void)state;
	for_each_profile(profile)
		by_a_sync_on(profile);
}

/* Nothing was handed over before the device read it. */
static void by_a_read(void **state)
{
	dma_addr_t dma;
	struct rig r;
	u8 *p;

	(void)state;
	up(&r, "x86");
	p = kmalloc_ok(128);
	dma = dma_map_single_attrs(r.dev, p, 128, DMA_TO_DEVICE, SKIP);
	assert_int_equal(dma_mapping_error(r.dev, dma), 0);
	assert_int_equal(dev_read(&r, dma + 64, 64), 0);
	expect(&r, DRAWN);
	assert_non_null(strstr(r.text, "bytes 64..127"));
	dma_unmap_single_attrs(r.dev, dma, 128, DMA_TO_DEVICE, SKIP);
	kfree(p);
	rig_down(&r);
}

/* Both entries are wrong, and the list gives one report, about the first of them. */
static void lists(void **state)
{
	struct scatterlist sgl[3];
	struct rig r;
	u8 *p;

	(void)state;
	up(&r, NULL);
	p = kmalloc_ok(192);
	cpu_write(p, 64);
	sg_init_table(sgl, 3);
	for (int i = 0; i < 3; i++)
		sg_set_buf(&sgl[i], p + i * 64, 64);
	assert_true(dma_map_sg(r.dev, sgl, 3, DMA_TO_DEVICE) > 0);
	expect(&r, DRAWN);
	assert_non_null(strstr(r.text, "bytes 0..63 of the 64-byte entry"));
	dma_sync_sg_for_cpu(r.dev, sgl, 3, DMA_TO_DEVICE);
	cpu_write(p + 64, 64);
	dma_sync_sg_for_device(r.dev, sgl, 3, DMA_TO_DEVICE);
	expect(&r, DRAWN);
	dma_sync_sg_for_cpu(r.dev, sgl, 3, DMA_TO_DEVICE);
	cpu_write(p + 128, 64);
	dma_sync_sg_for_device(r.dev, sgl, 3, DMA_TO_DEVICE);
	expect(&r, "");
	dma_unmap_sg(r.dev, sgl, 3, DMA_TO_DEVICE);
	kfree(p);
	rig_down(&r);
}

static struct dma_pool *pool_ok(struct rig *r)
{
	struct dma_pool *pool = dma_pool_create("blocks", r->dev, 40, 64, 0);

	assert_non_null(pool);
	return pool;
}

static u8 *block_ok(struct dma_pool *pool, dma_addr_t *dma)
{
	u8 *p = dma_pool_alloc(pool, GFP_KERNEL, dma);

	assert_non_null(p);
	return p;
}

/*
 * A block in its first life and in its second: of both nothing is stored. What the pool
 * has rounded up to 64 bytes is not the driver's.
 */
static void blocks_on(const char *profile, bool snoops)
{
	struct dma_pool *pool;
	struct rig r;
	dma_addr_t dma;
	u8 *p;

	up(&r, profile);
	r.dev->dma_coherent |= snoops;
	pool = pool_ok(&r);
	for (int life = 0; life < 3; life++) {
		p = block_ok(pool, &dma);
		cpu_read(p + 8, 8);
		expect(&r, "unwritten-read");
		cpu_write(p, 24);
		assert_int_equal(dev_read(&r, dma, 24), 0);
		assert_int_equal(dev_read(&r, dma + 40, 24), 0);
		expect(&r, "");
		assert_int_equal(dev_read(&r, dma, 64), 0);
		expect(&r, DRAWN);
		assert_non_null(strstr(r.text, "bytes 24..39 of the 64-byte pool block"));
		assert_int_equal(dev_write(&r, dma + 24, 12), 0);
		cpu_read(p, 36);
		assert_int_equal(dev_read(&r, dma, 36), 0);
		expect(&r, "");
		cpu_read(p, 40);
		expect(&r, "unwritten-read");
		assert_int_equal(dev_write(&r, dma, 40), 0);
		cpu_read(p, 64);
		expect(&r, "");
		dma_pool_free(pool, p, dma);
	}
	p = dma_pool_zalloc(pool, GFP_KERNEL, &dma);
	assert_non_null(p);
	cpu_read(p, 64);
	assert_int_equal(dev_read(&r, dma, 64), 0);
	expect(&r, "");
	dma_pool_free(pool, p, dma);
	dma_pool_destroy(pool);

	/* The page goes back, and is as good as any: zeroed for its next owner. */
	p = dma_alloc_coherent(r.dev, 4096, &dma, GFP_KERNEL);
	assert_non_null(p);
	cpu_read(p, 4096);
	assert_int_equal(dev_read(&r, dma, 4096), 0);
	expect(&r, "");
	dma_free_coherent(r.dev, 4096, p, dma);
	rig_down(&r);
}

static void blocks(void **state)
{
	const char *profile;

	(void)state;
	for_each_profile(profile) {
		blocks_on(profile, false);
		blocks_on(profile, true);
	}
}

/* Others of the pool keep what they have when one is handed out again. */
static void blocks_side_by_side(void **state)
{
	struct dma_pool *pool;
	dma_addr_t a, b;
	struct rig r;
	u8 *p, *q;

	(void)state;
	up(&r, NULL);
	pool = pool_ok(&r);
	p = block_ok(pool, &a);
	q = block_ok(pool, &b);
	cpu_write(p, 40);
	cpu_write(q, 40);
	dma_pool_free(pool, p, a);
	p = block_ok(pool, &a);
	cpu_read(q, 40);
	assert_int_equal(dev_read(&r, b, 40), 0);
	expect(&r, "");
	assert_int_equal(dev_read(&r, a, 40), 0);
	expect(&r, DRAWN);
	dma_pool_free(pool, p, a);
	dma_pool_free(pool, q, b);
	dma_pool_destroy(pool);
	rig_down(&r);
}

/* What only the device touches comes as it is: nobody has zeroed it. */
static void handles(void **state)
{
	const char *profile;

	(void)state;
	for_each_profile(profile) {
		struct rig r;
		dma_addr_t dma;
		void *p;

		up(&r, profile);
		p = dma_alloc_attrs(r.dev, 4096, &dma, GFP_KERNEL, DMA_ATTR_NO_KERNEL_MAPPING);
		assert_non_null(p);
		assert_int_equal(dev_write(&r, dma, 1000), 0);
		assert_int_equal(dev_read(&r, dma, 1000), 0);
		expect(&r, "");
		assert_int_equal(dev_read(&r, dma + 999, 3), 0);
		expect(&r, DRAWN);
		assert_non_null(strstr(r.text, "bytes 1000..1001"));
		dma_free_attrs(r.dev, 4096, p, dma, DMA_ATTR_NO_KERNEL_MAPPING);
		rig_down(&r);
	}
}

/* The second life of an object of a cache and of a page. */
static void objects(void **state)
{
	struct kmem_cache *cache;
	struct rig r;
	u8 *p, *q;

	(void)state;
	up(&r, NULL);
	cache = kmem_cache_create("objects", 128, 128, 0, NULL);
	assert_non_null(cache);
	q = kmem_cache_alloc(cache, GFP_KERNEL);
	for (int life = 0; life < 2; life++) {
		dma_addr_t dma;

		p = kmem_cache_alloc(cache, GFP_KERNEL);
		assert_non_null(p);
		dma = map_ok(&r, p, 128, DMA_FROM_DEVICE);
		assert_int_equal(dev_write(&r, dma, 64), 0);
		dma_unmap_single(r.dev, dma, 128, DMA_FROM_DEVICE);
		cpu_read(p, 64);
		map_and_unmap(&r, p, 64, DMA_TO_DEVICE);
		expect(&r, "");
		cpu_read(p, 128);
		expect(&r, "unwritten-read");
		map_and_unmap(&r, p, 128, DMA_TO_DEVICE);
		expect(&r, DRAWN);
		kmem_cache_free(cache, p);
	}
	kmem_cache_free(cache, q);
	kmem_cache_destroy(cache);
	for (int life = 0; life < 2; life++) {
		p = (void *)__get_free_page(GFP_KERNEL);
		assert_non_null(p);
		map_and_unmap(&r, p, PAGE_SIZE, DMA_TO_DEVICE);
		expect(&r, DRAWN);
		cpu_write(p, PAGE_SIZE);
		map_and_unmap(&r, p, PAGE_SIZE, DMA_TO_DEVICE);
		expect(&r, "");
		free_page((unsigned long)p);
	}
	rig_down(&r);
}

/* The most severe thing wrong with the call is the one that is told. */
static void one_report(void **state)
{
	struct rig r;
	u8 *p;

	(void)state;
	up(&r, NULL);
	p = kmalloc_ok(70);
	map_and_unmap(&r, p, 71, DMA_TO_DEVICE);
	expect(&r, "map-past-object");
	kfree(p);
	rig_down(&r);

	rig_up_with(&r, &(struct dmalab_config){
		.accesses = "explicit", .checks = "full,-uninitialised-to-device" });
	p = kmalloc_ok(70);
	map_and_unmap(&r, p, 70, DMA_TO_DEVICE);
	expect(&r, "");
	map_and_unmap(&r, p, 70, DMA_FROM_DEVICE);
	cpu_read(p, 70);
	expect(&r, "unwritten-read");
	kfree(p);
	rig_down(&r);
}

/* A driver in plain C: what it stored is found, and only the rest is told. */
static void plain_pointers_on(const char *profile, const char *policy)
{
	struct dma_pool *pool;
	dma_addr_t dma;
	struct rig r;
	u8 *p, *q;

	plain_up(&r, profile, policy);
	for (int life = 0; life < 3; life++) {
		p = kmalloc_ok(256);
		memset(p, life == 1 ? 0xff : 0, 100);
		map_and_unmap(&r, p, 100, DMA_TO_DEVICE);
		map_and_unmap(&r, p, 107, DMA_TO_DEVICE);
		expect(&r, "");
		map_and_unmap(&r, p, 108, DMA_BIDIRECTIONAL);
		expect(&r, DRAWN);
		assert_non_null(strstr(r.text, "bytes 100..107"));
		/* What the last life left there is not stored in this one. */
		memset(p + 100, 0, 156);
		map_and_unmap(&r, p, 256, DMA_TO_DEVICE);
		expect(&r, "");
		kfree(p);
	}
	p = (void *)__get_free_page(GFP_KERNEL);
	q = (void *)get_zeroed_page(GFP_KERNEL);
	assert_true(p && q);
	memset(p, 0, PAGE_SIZE - 8);
	map_and_unmap(&r, q, PAGE_SIZE, DMA_TO_DEVICE);
	expect(&r, "");
	map_and_unmap(&r, p, PAGE_SIZE, DMA_TO_DEVICE);
	expect(&r, DRAWN);
	assert_non_null(strstr(r.text, "bytes 4088..4095"));
	free_page((unsigned long)p);
	free_page((unsigned long)q);
	p = kmalloc_ok(256);
	dma = dma_map_single_attrs(r.dev, p, 256, DMA_TO_DEVICE, SKIP);
	assert_int_equal(dma_mapping_error(r.dev, dma), 0);
	dma_sync_single_for_cpu(r.dev, dma, 256, DMA_TO_DEVICE);
	memset(p + 16, 0xff, 48);
	dma_sync_single_range_for_device(r.dev, dma, 16, 48, DMA_TO_DEVICE);
	expect(&r, "");
	dma_sync_single_for_device(r.dev, dma, 64, DMA_TO_DEVICE);
	expect(&r, DRAWN);
	assert_non_null(strstr(r.text, "bytes 0..15"));
	dma_unmap_single_attrs(r.dev, dma, 256, DMA_TO_DEVICE, SKIP);
	kfree(p);
	pool = dma_pool_create("blocks", r.dev, 64, 64, 0);
	assert_non_null(pool);
	for (int life = 0; life < 3; life++) {
		p = block_ok(pool, &dma);
		memset(p, 0, 48);
		assert_int_equal(dev_read(&r, dma, 48), 0);
		expect(&r, "");
		assert_int_equal(dev_read(&r, dma, 64), 0);
		expect(&r, DRAWN);
		assert_non_null(strstr(r.text, "bytes 48..63 of the 64-byte pool block"));
		memset(p, 0, 64);
		dma_pool_free(pool, p, dma);
	}
	dma_pool_destroy(pool);
	rig_down(&r);
}

/* Where the cache may hide what is there, a store of the same value cannot be found. */
static void behind_the_cache(void **state)
{
	const char *profile;

	(void)state;
	for_each_profile(profile) {
		struct rig r;
		dma_addr_t dma;
		u8 *p;

		plain_up(&r, profile, NULL);
		p = dma_alloc_coherent(r.dev, PAGE_SIZE, &dma, GFP_KERNEL);
		assert_non_null(p);
		dma_free_coherent(r.dev, PAGE_SIZE, p, dma);
		p = (void *)__get_free_page(GFP_KERNEL);
		assert_non_null(p);
		memset(p, 0, PAGE_SIZE);
		map_and_unmap(&r, p, PAGE_SIZE, DMA_TO_DEVICE);
		expect(&r, "");
		free_page((unsigned long)p);
		rig_down(&r);
	}
}

static void plain_pointers(void **state)
{
	static const char *const policies[] = { "never", "eager", "random", "lru" };
	const char *profile;

	(void)state;
	for_each_profile(profile)
		for (size_t i = 0; i < ARRAY_SIZE(policies); i++)
			plain_pointers_on(profile, policies[i]);
}

/* What is there by chance is the same whatever the cache did before, and for whoever reads. */
static void same_by_chance(void **state)
{
	static const char *const policies[] = { "never", "eager", "random", "lru" };
	const char *profile;

	(void)state;
	for_each_profile(profile) {
		u8 first[3][200] = { { 0 } }, seen[200];

		for (size_t i = 0; i < ARRAY_SIZE(policies); i++) {
			struct rig r;
			dma_addr_t dma;
			u8 *p;

			plain_up(&r, profile, policies[i]);
			/* A page that was uncached, one that a device wrote, a dirty one. */
			p = dma_alloc_coherent(r.dev, PAGE_SIZE, &dma, GFP_KERNEL);
			assert_non_null(p);
			memset(p, 0x5a, PAGE_SIZE);
			dma_free_coherent(r.dev, PAGE_SIZE, p, dma);
			for (int k = 0; k < 3; k++) {
				p = kmalloc_ok(PAGE_SIZE);
				memcpy(seen, p, 200);
				if (!i)
					memcpy(first[k], seen, 200);
				assert_memory_equal(first[k], seen, 200);
				dma = map_ok(&r, p, PAGE_SIZE, DMA_FROM_DEVICE);
				if (k == 0)
					assert_int_equal(dev_write(&r, dma, 100), 0);
				dma_unmap_single(r.dev, dma, PAGE_SIZE, DMA_FROM_DEVICE);
				if (k == 1)
					memset(p, 0, PAGE_SIZE);
				kfree(p);
			}
			assert_memory_not_equal(first[0], first[1], 200);
			expect(&r, "");
			rig_down(&r);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(byte_by_byte),
		cmocka_unit_test(stored_by_a_device),
		cmocka_unit_test(by_a_sync),
		cmocka_unit_test(by_a_read),
		cmocka_unit_test(lists),
		cmocka_unit_test(blocks),
		cmocka_unit_test(blocks_side_by_side),
		cmocka_unit_test(handles),
		cmocka_unit_test(objects),
		cmocka_unit_test(one_report),
		cmocka_unit_test(plain_pointers),
		cmocka_unit_test(behind_the_cache),
		cmocka_unit_test(same_by_chance),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
