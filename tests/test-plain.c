/* SPDX-License-Identifier: MIT */
/* Stores and loads through plain pointers, which nobody told the laboratory about. */
#include "rig.h"

static void missing_sync_is_found(void **state)
{
	const char *profile;
	struct rig r;
	char wire[16];

	(void)state;
	for_each_profile(profile) {
		dma_addr_t dma;
		char *p;

		rig_up(&r, profile);
		p = kzalloc(256, GFP_KERNEL);
		dma = map_ok(&r, p, 256, DMA_TO_DEVICE);
		strcpy(p + 100, "plain");
		assert_int_equal(dmalab_device_read(r.dev, dma + 100, wire, 6), 0);
		if (is_coherent(&r) && !bounces(&r)) {
			assert_string_equal(wire, "plain");
			expect(&r, "");
		} else {
			assert_string_equal(wire, "");
			expect(&r, "stale-device-read");
		}
		dma_sync_single_for_device(r.dev, dma, 256, DMA_TO_DEVICE);
		assert_int_equal(dmalab_device_read(r.dev, dma + 100, wire, 6), 0);
		assert_string_equal(wire, "plain");
		expect(&r, "");
		dma_unmap_single(r.dev, dma, 256, DMA_TO_DEVICE);
		kfree(p);
		rig_down(&r);
	}
}

/* A mapping cleans whatever was stored before it, and a sync what came after. */
static void right_driver_is_quiet(void **state)
{
	const char *profile;
	struct rig r;
	char wire[64];

	(void)state;
	for_each_profile(profile) {
		dma_addr_t dma;
		char *p, *q;

		rig_up(&r, profile);
		p = kmalloc_ok(64);
		strcpy(p, "one");
		dma = map_ok(&r, p, 64, DMA_BIDIRECTIONAL);
		dmalab_device_read(r.dev, dma, wire, 4);
		assert_string_equal(wire, "one");
		dma_sync_single_for_cpu(r.dev, dma, 64, DMA_BIDIRECTIONAL);
		strcpy(p, "two");
		dma_sync_single_for_device(r.dev, dma, 64, DMA_BIDIRECTIONAL);
		dmalab_device_read(r.dev, dma, wire, 4);
		assert_string_equal(wire, "two");
		dmalab_device_write(r.dev, dma, "three", 6);
		dma_unmap_single(r.dev, dma, 64, DMA_BIDIRECTIONAL);
		assert_string_equal(p, "three");
		kfree(p);

		q = dma_alloc_coherent(r.dev, 4096, &dma, GFP_KERNEL);
		strcpy(q, "four");
		dmalab_device_read(r.dev, dma, wire, 5);
		assert_string_equal(wire, "four");
		dmalab_device_write(r.dev, dma, "five", 5);
		assert_string_equal(q, "five");
		dma_free_coherent(r.dev, 4096, q, dma);
		expect(&r, "");
		rig_down(&r);
	}
}

/* The same, where nothing is looked for: the report does not come. */
static void explicit_accesses_only(void **state)
{
	struct dmalab_config config = { .accesses = "explicit" };
	struct rig r;
	dma_addr_t dma;
	char *p, wire[8];

	(void)state;
	rig_up_with(&r, &config);
	p = kzalloc(64, GFP_KERNEL);
	dma = map_ok(&r, p, 64, DMA_TO_DEVICE);
	strcpy(p, "plain");
	dmalab_device_read(r.dev, dma, wire, 6);
	assert_string_equal(wire, "");
	expect(&r, "");
	dmalab_cpu_write(p, "told", 5);
	expect(&r, "cpu-write-device-owned");
	dmalab_device_read(r.dev, dma, wire, 5);
	expect(&r, "stale-device-read");
	dma_unmap_single(r.dev, dma, 64, DMA_TO_DEVICE);
	kfree(p);
	rig_down(&r);
}

/* An invalidation throws the CPU's plain store away; the next load it is told of says so. */
static void lost_store_is_found(void **state)
{
	struct rig r;
	dma_addr_t dma;
	char *p;

	(void)state;
	rig_up(&r, NULL);
	p = noncoherent_ok(&r, 4096, &dma, DMA_BIDIRECTIONAL);
	dma_sync_single_for_device(r.dev, dma, 4096, DMA_BIDIRECTIONAL);
	dma_sync_single_for_cpu(r.dev, dma, 4096, DMA_BIDIRECTIONAL);
	strcpy(p, "plain");
	dma_sync_single_for_cpu(r.dev, dma, 4096, DMA_BIDIRECTIONAL);
	expect(&r, "");
	cpu_read(p, 6);
	expect(&r, "lost-cpu-write");
	dma_free_noncoherent(r.dev, 4096, p, dma, DMA_BIDIRECTIONAL);
	rig_down(&r);
}

/* Only what differs is found: here 3 bytes of 8. */
static void only_what_differs(void **state)
{
	struct rig r;
	dma_addr_t dma;
	char *p;

	(void)state;
	rig_up(&r, NULL);
	p = kmalloc_ok(128);
	memcpy(p, "abcdefgh", 8);
	dma = map_ok(&r, p, 128, DMA_TO_DEVICE);
	memcpy(p, "abXYZfgh", 8);
	dev_read(&r, dma, 128);
	assert_non_null(strstr(r.text, "bytes 2..4 of"));
	expect(&r, "stale-device-read");
	dev_read(&r, dma, 2);
	dev_read(&r, dma + 5, 123);
	expect(&r, "");
	dma_unmap_single(r.dev, dma, 128, DMA_TO_DEVICE);
	kfree(p);
	rig_down(&r);
}

/* A line with a plain store in it is dirty, whether or not anybody knows: never dropped. */
static void cache_keeps_plain_stores(void **state)
{
	static const char *const policies[] = { "eager", "random", "lru" };

	(void)state;
	for (size_t i = 0; i < 30; i++) {
		struct dmalab_config config = { .cache_policy = policies[i % 3], .seed = i };
		struct rig r;
		dma_addr_t dma;
		char *p, *q, wire[8];

		rig_up_with(&r, &config);
		p = kzalloc(64, GFP_KERNEL);
		q = kzalloc(64, GFP_KERNEL);
		dma = map_ok(&r, p, 64, DMA_TO_DEVICE);
		dma_sync_single_for_cpu(r.dev, dma, 64, DMA_TO_DEVICE);
		strcpy(p, "plain");
		for (int k = 0; k < 20; k++)
			cpu_write(q, 1);
		cpu_read(p + 32, 1);
		dmalab_cache_evict(p, 64);
		dma_sync_single_for_device(r.dev, dma, 64, DMA_TO_DEVICE);
		dmalab_device_read(r.dev, dma, wire, 6);
		assert_string_equal(wire, "plain");
		dma_unmap_single(r.dev, dma, 64, DMA_TO_DEVICE);
		kfree(p);
		kfree(q);
		rig_down(&r);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(missing_sync_is_found),
		cmocka_unit_test(right_driver_is_quiet),
		cmocka_unit_test(explicit_accesses_only),
		cmocka_unit_test(lost_store_is_found),
		cmocka_unit_test(only_what_differs),
		cmocka_unit_test(cache_keeps_plain_stores),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
