/* SPDX-License-Identifier: MIT */
/* Stores and loads through plain pointers, which nobody told the laboratory about. */
#include "rig.h"

#include <linux/dmapool.h>
#include <linux/vmalloc.h>

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
			expect(&r, "cpu-write-device-owned");
		} else {
			assert_string_equal(wire, "");
			expect(&r, "cpu-write-device-owned stale-device-read");
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
/* Lines that were clean are not any more, wherever in the page they are and however many it has. */
static void every_line_of_a_page(void **state)
{
	u8 sent[4096] = "", seen[4096];
	const char *profile;
	struct rig r;

	(void)state;
	for_each_profile(profile) {
		dma_addr_t dma;
		u8 *p;

		rig_up(&r, profile);
		p = (u8 *)get_zeroed_page(GFP_KERNEL);
		dma = map_ok(&r, p, sizeof(sent), DMA_BIDIRECTIONAL);
		dma_sync_single_for_cpu(r.dev, dma, sizeof(sent), DMA_BIDIRECTIONAL);
		for (size_t at = 7; at < sizeof(sent); at += 32)
			p[at] = sent[at] = 1 + at / 32;
		dma_sync_single_for_device(r.dev, dma, sizeof(sent), DMA_BIDIRECTIONAL);
		assert_int_equal(dmalab_device_read(r.dev, dma, seen, sizeof(seen)), 0);
		assert_memory_equal(seen, sent, sizeof(sent));
		dma_unmap_single(r.dev, dma, sizeof(sent), DMA_BIDIRECTIONAL);
		free_page((unsigned long)p);
		expect(&r, "");
		rig_down(&r);
	}
}

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
	expect(&r, "cpu-write-device-owned stale-device-read");
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

static const char *const policies[] = { "never", "eager", "random", "lru" };

/* All profiles, each under all policies. */
#define for_each_machine(r, profile, i) \
	for_each_profile(profile) \
		for (size_t i = 0; i < ARRAY_SIZE(policies) && up(r, profile, policies[i]); i++)

static bool up(struct rig *r, const char *profile, const char *policy)
{
	rig_up_with(r, &(struct dmalab_config){
		.profile = profile, .cache_policy = policy, .seed = 3, .ram_size = RIG_RAM,
	});
	return true;
}

/* What the device reads of @p, mapped for it to read, is 64 times @byte. */
static void expect_mapped(struct rig *r, void *p, int byte)
{
	dma_addr_t dma = map_ok(r, p, 64, DMA_TO_DEVICE);
	unsigned char got[64], want[64];

	memset(want, byte, sizeof(want));
	assert_int_equal(dmalab_device_read(r->dev, dma, got, 64), 0);
	assert_memory_equal(got, want, 64);
	dma_unmap_single(r->dev, dma, 64, DMA_TO_DEVICE);
}

/* Whatever the page was before: coherent memory, a handle, or freed with dirty lines. */
static void recycled_pages(void **state)
{
	const char *profile;
	struct rig r;

	(void)state;
	for_each_machine(&r, profile, i) {
		dma_addr_t dma;
		char *p;

		for (int round = 1; round < 4; round++) {
			p = dma_alloc_coherent(r.dev, 4096, &dma, GFP_KERNEL);
			memset(p, 0x40 + round, 4096);
			dma_free_coherent(r.dev, 4096, p, dma);

			p = kmalloc_ok(64);
			memset(p, 0x10 * round, 64);
			expect_mapped(&r, p, 0x10 * round);
			memset(p, 0x11 * round, 64);
			kfree(p);

			p = noncoherent_ok(&r, 4096, &dma, DMA_BIDIRECTIONAL);
			p[4095] = round;
			dma_sync_single_for_device(r.dev, dma, 4096, DMA_BIDIRECTIONAL);
			dmalab_device_write(r.dev, dma, "data", 5);
			dma_sync_single_for_cpu(r.dev, dma, 4096, DMA_BIDIRECTIONAL);
			assert_string_equal(p, "data");
			assert_int_equal(p[4095], round);
			dma_free_noncoherent(r.dev, 4096, p, dma, DMA_BIDIRECTIONAL);
		}
		expect(&r, "");
		rig_down(&r);
	}
}

/* Memory that the CPU has zeroed, and whose lines a policy may have evicted since. */
static void evicted_lines(void **state)
{
	const char *profile;
	struct rig r;

	(void)state;
	for_each_machine(&r, profile, i) {
		char *p = kzalloc(64, GFP_KERNEL);

		memset(p, 0x10, 64);
		expect_mapped(&r, p, 0x10);
		kfree(p);
		expect(&r, "");
		rig_down(&r);
	}
}

/* The call that finds the store says so, and after which call it was. */
static void device_owned(void **state)
{
	const char *profile;
	struct rig r;

	(void)state;
	for_each_machine(&r, profile, i) {
		char *p = kzalloc(64, GFP_KERNEL);
		dma_addr_t dma;

		at(10);
		dma = map_ok(&r, p, 64, DMA_FROM_DEVICE);
		p[5] = 1;
		at(20);
		dma_unmap_single(r.dev, dma, 64, DMA_FROM_DEVICE);
		assert_non_null(strstr(r.text, "a plain store of CPU"));
		assert_non_null(strstr(r.text, "1 byte since the call at driver.c:10\n"));
		assert_non_null(strstr(r.text, "found by dma_unmap_single at driver.c:20\n"));
		expect(&r, "cpu-write-device-owned");
		kfree(p);
		rig_down(&r);
	}
}

/* What stores find in the way, on every profile: once for each object, and no more. */
static void one_store_one_report(void **state)
{
	struct rig r;
	dma_addr_t a, b;
	char *p;

	(void)state;
	rig_up(&r, "x86");
	p = kzalloc(256, GFP_KERNEL);
	a = map_ok(&r, p, 64, DMA_TO_DEVICE);
	b = map_ok(&r, p + 128, 64, DMA_TO_DEVICE);
	p[0] = p[2] = p[63] = 1;
	p[64] = p[127] = 1;
	p[130] = p[140] = 1;
	kfree(p);
	expect(&r, "cpu-write-device-owned cpu-write-device-owned free-while-mapped");
	dma_unmap_single(r.dev, a, 64, DMA_TO_DEVICE);
	dma_unmap_single(r.dev, b, 64, DMA_TO_DEVICE);
	rig_down(&r);
}

/* Found by whoever gets the memory next. */
static void use_after_free(void **state)
{
	const char *profile;
	struct rig r;

	(void)state;
	for_each_machine(&r, profile, i) {
		struct dma_pool *pool = dma_pool_create("p", r.dev, 64, 64, 0);
		dma_addr_t dma;
		char *p, *q, *block;

		p = kzalloc(64, GFP_KERNEL);
		q = kzalloc(64, GFP_KERNEL);
		kfree(p);
		p[3] = 1;
		expect(&r, "");
		p = kmalloc_ok(64);
		expect(&r, "cpu-use-after-free");
		kfree(p);

		/* In parts, and of what was mapped in part: one store all the same. */
		p = kzalloc(64, GFP_KERNEL);
		dma = map_ok(&r, p + 16, 32, DMA_TO_DEVICE);
		dma_unmap_single(r.dev, dma, 32, DMA_TO_DEVICE);
		kfree(p);
		p[0] = p[20] = p[60] = 1;
		p = kmalloc_ok(64);
		expect(&r, "cpu-use-after-free");
		kfree(p);
		kfree(q);

		p = dma_alloc_coherent(r.dev, 4096, &dma, GFP_KERNEL);
		dma_free_coherent(r.dev, 4096, p, dma);
		p[100] = 1;
		p = dma_alloc_coherent(r.dev, 4096, &dma, GFP_KERNEL);
		expect(&r, "cpu-use-after-free");
		dma_free_coherent(r.dev, 4096, p, dma);

		block = dma_pool_alloc(pool, GFP_KERNEL, &dma);
		block[1] = 1;
		dma_pool_free(pool, block, dma);
		expect(&r, "");
		block[2] = 1;
		block = dma_pool_alloc(pool, GFP_KERNEL, &dma);
		expect(&r, "cpu-use-after-free");
		dma_pool_free(pool, block, dma);
		dma_pool_destroy(pool);
		expect(&r, "");
		rig_down(&r);
	}
}

/* Told loads between plain stores: each finds what was stored before it. */
static void mixed(void **state)
{
	const char *profile;
	struct rig r;

	(void)state;
	for_each_machine(&r, profile, i) {
		dma_addr_t dma;
		char *p = noncoherent_ok(&r, 4096, &dma, DMA_BIDIRECTIONAL), byte;

		dma_sync_single_for_cpu(r.dev, dma, 4096, DMA_BIDIRECTIONAL);
		p[0] = 1;
		cpu_read(p, 1);
		expect(&r, "");

		dma_sync_single_for_device(r.dev, dma, 4096, DMA_BIDIRECTIONAL);
		dmalab_device_write(r.dev, dma, "\2", 1);
		p[0] = 3;
		dmalab_cpu_read(p, &byte, 1);
		assert_int_equal(byte, 3);
		expect(&r, "cpu-write-device-owned cpu-read-device-owned");

		dma_sync_single_for_device(r.dev, dma, 4096, DMA_BIDIRECTIONAL);
		dmalab_device_write(r.dev, dma, "\4", 1);
		p[0] = 5;
		dmalab_device_read(r.dev, dma, &byte, 1);
		expect(&r, is_coherent(&r) ? "cpu-write-device-owned" :
					     "cpu-write-device-owned stale-device-read");
		dma_free_noncoherent(r.dev, 4096, p, dma, DMA_BIDIRECTIONAL);
		expect(&r, "");
		rig_down(&r);
	}
}

/* Partial syncs of one page: the oldest of many looks is not forgotten. */
static void since_which_call(void **state)
{
	struct rig r;
	dma_addr_t dma;
	char *p;

	(void)state;
	rig_up(&r, NULL);
	at(1);
	p = noncoherent_ok(&r, 4096, &dma, DMA_TO_DEVICE);
	dma_sync_single_for_device(r.dev, dma, 4096, DMA_TO_DEVICE);
	for (unsigned i = 0; i < 20; i++) {
		at(10 + i);
		dma_sync_single_for_device(r.dev, dma + 64 * i, 64, DMA_TO_DEVICE);
	}
	p[64 * 19] = p[64 * 18 + 1] = p[64 * 40] = 1;
	at(60);
	dev_read(&r, dma + 64 * 19, 1);
	assert_non_null(strstr(r.text, "the CPU stored it since the call at driver.c:29"));
	dev_read(&r, dma + 64 * 18, 2);
	assert_non_null(strstr(r.text, "the CPU stored it since the call at driver.c:28"));
	dev_read(&r, dma + 64 * 40, 1);
	assert_non_null(strstr(r.text, "the CPU stored it since the call at driver.c:1"));
	expect(&r, "cpu-write-device-owned stale-device-read cpu-write-device-owned "
		   "stale-device-read cpu-write-device-owned stale-device-read");
	dma_free_noncoherent(r.dev, 4096, p, dma, DMA_TO_DEVICE);
	rig_down(&r);
}

/* The order of stores that one call finds is not known: none endangers what another overwrote. */
static void stores_found_together(void **state)
{
	dma_addr_t dma;
	struct rig r;
	char *p;

	(void)state;
	rig_up(&r, "arm64");
	p = noncoherent_ok(&r, 4096, &dma, DMA_BIDIRECTIONAL);
	dma_sync_single_for_device(r.dev, dma, 4096, DMA_BIDIRECTIONAL);
	dma_sync_single_for_cpu(r.dev, dma, 4096, DMA_BIDIRECTIONAL);
	dev_write(&r, dma + 40, 1);
	expect(&r, "device-write-cpu-owned");
	p[40] = 'b';
	p[0] = 'a';
	cpu_read(p, 1);
	expect(&r, "");

	dma_sync_single_for_device(r.dev, dma, 64, DMA_BIDIRECTIONAL);
	dma_sync_single_for_cpu(r.dev, dma, 64, DMA_BIDIRECTIONAL);
	dev_write(&r, dma + 40, 2);
	expect(&r, "device-write-cpu-owned");
	p[40] = 'c';
	p[0] = 'd';
	cpu_read(p, 1);
	expect(&r, "shared-cache-line");
	assert_non_null(strstr(r.text, "byte 41 of"));
	dma_free_noncoherent(r.dev, 4096, p, dma, DMA_BIDIRECTIONAL);
	rig_down(&r);
}

/* An access through a view of vmap() finds a store, and is still judged itself. */
static void found_through_a_view(void **state)
{
	dma_addr_t dma;
	struct rig r;
	char *p, *view;
	struct page *page;

	(void)state;
	rig_up(&r, "arm64");
	p = noncoherent_ok(&r, 4096, &dma, DMA_TO_DEVICE);
	page = virt_to_page(p);
	view = vmap(&page, 1, VM_MAP, pgprot_writecombine(PAGE_KERNEL));
	dma_sync_single_for_device(r.dev, dma, 4096, DMA_TO_DEVICE);
	if (!view) {
		dma_free_noncoherent(r.dev, 4096, p, dma, DMA_TO_DEVICE);
		rig_down(&r);
		skip();
	}
	p[9] = 'x';
	cpu_read(view + 9, 1);
	expect(&r, "cpu-write-device-owned stale-device-read");
	vunmap(view);
	dma_free_noncoherent(r.dev, 4096, p, dma, DMA_TO_DEVICE);
	rig_down(&r);
}

/* Bytes survive every policy at every level: who does not judge must not lose data either. */
static void every_level(void **state)
{
	static const char *const levels[] = { "off", "contract", "full" };
	const char *profile;
	struct rig r;

	(void)state;
	for_each_profile(profile)
		for (size_t i = 0; i < ARRAY_SIZE(policies) * ARRAY_SIZE(levels); i++) {
			char *p;

			rig_up_with(&r, &(struct dmalab_config){
				.profile = profile, .cache_policy = policies[i % 4],
				.checks = levels[i / 4], .ram_size = RIG_RAM,
			});
			for (int round = 1; round < 20; round++) {
				p = round & 1 ? kzalloc(64, GFP_KERNEL) : kmalloc_ok(64);
				memset(p, round, 64);
				expect_mapped(&r, p, round);
				kfree(p);
			}
			rig_down(&r);
		}
}

/* A driver that comes and goes: rings, descriptors and buffers of pages that others had. */
static void probe(struct rig *r, unsigned n)
{
	struct device *dev = dmalab_device_new(r->machine, "again");
	dma_addr_t ring, buf;
	u32 *desc = dma_alloc_coherent(dev, 256, &ring, GFP_KERNEL), got[2];
	char *p = n & 1 ? kmalloc_ok(256) : kzalloc(256, GFP_KERNEL), wire[8];

	desc[0] = n;
	desc[1] = ~n;
	assert_int_equal(dmalab_device_read(dev, ring, got, 8), 0);
	assert_true(got[0] == n && got[1] == ~n);
	snprintf(p, 256, "%06u", n);
	buf = dma_map_single(dev, p, 256, DMA_BIDIRECTIONAL);
	assert_int_equal(dma_mapping_error(dev, buf), 0);
	assert_int_equal(dmalab_device_read(dev, buf, wire, 7), 0);
	assert_int_equal(atoi(wire), n);
	assert_int_equal(dmalab_device_write(dev, buf + 100, wire, 7), 0);
	dma_unmap_single(dev, buf, 256, DMA_BIDIRECTIONAL);
	assert_int_equal(atoi(p + 100), n);
	kfree(p);
	dma_free_coherent(dev, 256, desc, ring);
	dmalab_device_free(dev);
}

static void ten_thousand_probes(void **state)
{
	const char *profile;
	struct rig r;

	(void)state;
	for_each_machine(&r, profile, i) {
		for (unsigned n = 0; n < (on_valgrind() ? 100 : 10000); n++)
			probe(&r, n);
		expect(&r, "");
		rig_down(&r);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(missing_sync_is_found),
		cmocka_unit_test(right_driver_is_quiet),
		cmocka_unit_test(every_line_of_a_page),
		cmocka_unit_test(explicit_accesses_only),
		cmocka_unit_test(lost_store_is_found),
		cmocka_unit_test(only_what_differs),
		cmocka_unit_test(cache_keeps_plain_stores),
		cmocka_unit_test(recycled_pages),
		cmocka_unit_test(evicted_lines),
		cmocka_unit_test(device_owned),
		cmocka_unit_test(one_store_one_report),
		cmocka_unit_test(use_after_free),
		cmocka_unit_test(mixed),
		cmocka_unit_test(since_which_call),
		cmocka_unit_test(stores_found_together),
		cmocka_unit_test(found_through_a_view),
		cmocka_unit_test(every_level),
		cmocka_unit_test(ten_thousand_probes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
