/* SPDX-License-Identifier: MIT */
/* Bytes that nobody has stored: byte by byte, and what makes them written. */
#include "rig.h"

static void up(struct rig *r, const char *profile, const char *accesses)
{
	rig_up_with(r, &(struct dmalab_config){
		.profile = profile, .checks = "full", .accesses = accesses });
}

/* Mapped, with a part of it written, and given back. */
static void receive(struct rig *r, void *p, size_t size, size_t first, size_t len)
{
	dma_addr_t dma = map_ok(r, p, size, DMA_FROM_DEVICE);

	if (len)
		assert_int_equal(dev_write(r, dma + first, len), 0);
	dma_unmap_single(r->dev, dma, size, DMA_FROM_DEVICE);
}

static void byte_by_byte(void **state)
{
	const char *profile;

	(void)state;
	for_each_profile(profile) {
		struct rig r;
		u8 *p;

		up(&r, profile, "explicit");
		p = kmalloc_ok(8192);
		receive(&r, p, 8192, 4090, 10);
		cpu_read(p + 4090, 10);
		expect(&r, "");
		cpu_read(p + 4089, 12);
		expect(&r, "unwritten-read");
		assert_non_null(strstr(r.text, "2 bytes between 4089 and 4100 of"));
		cpu_write(p + 4089, 1);
		cpu_write(p + 4100, 1);
		cpu_read(p + 4089, 12);
		expect(&r, "");
		cpu_read(p, 1);
		expect(&r, "unwritten-read");
		kfree(p);
		rig_down(&r);
	}
}

/* What was stored before the mapping, or zeroed, is old but not foreign. */
static void written_before(void **state)
{
	struct rig r;
	void *p;

	(void)state;
	up(&r, NULL, "explicit");
	p = kmalloc_ok(64);
	cpu_write(p, 64);
	receive(&r, p, 64, 0, 0);
	cpu_read(p, 64);
	kfree(p);
	p = kzalloc(64, GFP_KERNEL);
	receive(&r, p, 64, 0, 0);
	cpu_read(p, 64);
	kfree(p);
	p = (void *)get_zeroed_page(GFP_KERNEL);
	receive(&r, p, PAGE_SIZE, 0, 0);
	cpu_read(p, PAGE_SIZE);
	free_page((unsigned long)p);
	expect(&r, "");
	rig_down(&r);
}

/* The same memory, handed out again, is as foreign as the first time; zeroed, it is not. */
static void allocated_again(void **state)
{
	struct rig r;
	void *p, *q;

	(void)state;
	up(&r, NULL, "explicit");
	p = kmalloc_ok(64);
	cpu_write(p, 64);
	kfree(p);
	q = kmalloc_ok(64);
	assert_ptr_equal(p, q);
	receive(&r, q, 64, 0, 0);
	cpu_read(q, 64);
	expect(&r, "unwritten-read");
	kfree(q);
	q = kzalloc(64, GFP_KERNEL);
	assert_ptr_equal(p, q);
	cpu_read(q, 64);
	expect(&r, "");
	kfree(q);
	rig_down(&r);
}

/* Nobody waits for what no device was to write. */
static void never_awaited(void **state)
{
	struct rig r;
	dma_addr_t dma;
	void *p;

	(void)state;
	up(&r, NULL, "explicit");
	p = kmalloc_ok(64);
	cpu_read(p, 64);
	dma = map_ok(&r, p, 64, DMA_TO_DEVICE);
	expect(&r, "uninitialised-to-device");
	dma_unmap_single(r.dev, dma, 64, DMA_TO_DEVICE);
	cpu_read(p, 64);
	expect(&r, "");
	kfree(p);
	rig_down(&r);
}

/* A list that could not be mapped was never the device's. */
static void lists(void **state)
{
	struct scatterlist sgl[2];
	struct rig r;
	void *p, *q;

	(void)state;
	up(&r, NULL, "explicit");
	p = kmalloc_ok(64);
	q = kmalloc_ok(64);
	sg_init_table(sgl, 2);
	sg_set_buf(&sgl[0], p, 64);
	sg_set_buf(&sgl[1], q, 64);
	dmalab_machine_fail_nth(r.machine, 1);
	assert_int_equal(dma_map_sg(r.dev, sgl, 2, DMA_FROM_DEVICE), 0);
	cpu_read(p, 64);
	expect(&r, "");
	assert_int_equal(dma_map_sg(r.dev, sgl, 2, DMA_FROM_DEVICE), 2);
	assert_int_equal(dev_write(&r, sg_dma_address(&sgl[0]), 64), 0);
	dma_unmap_sg(r.dev, sgl, 2, DMA_FROM_DEVICE);
	cpu_read(p, 64);
	expect(&r, "");
	cpu_read(q, 64);
	expect(&r, "unwritten-read");
	kfree(p);
	kfree(q);
	rig_down(&r);
}

static void build(void *object)
{
	cpu_write(object, 64);
}

/* What a constructor stored, and the owners since, is there for the next one. */
static void constructed(void **state)
{
	struct kmem_cache *cache;
	struct rig r;
	void *p, *q;

	(void)state;
	up(&r, NULL, "explicit");
	cache = kmem_cache_create("built", 128, 64, 0, build);
	q = kmem_cache_alloc(cache, GFP_KERNEL);
	for (unsigned i = 0; i < 2; i++) {
		p = kmem_cache_alloc(cache, GFP_KERNEL);
		assert_non_null(p);
		receive(&r, p, 128, 96, 32);
		cpu_read(p, 64);
		expect(&r, "");
		cpu_read(p, 128);
		expect(&r, "unwritten-read");
		kmem_cache_free(cache, p);
	}
	kmem_cache_free(cache, q);
	kmem_cache_destroy(cache);
	rig_down(&r);
}

/* kmemdup() reads what it is told to, and the copy is written; krealloc() only moves. */
static void copies(void **state)
{
	struct rig r;
	void *p, *q;

	(void)state;
	up(&r, NULL, "explicit");
	p = kmalloc_ok(64);
	receive(&r, p, 64, 0, 32);
	q = kmemdup(p, 64, GFP_KERNEL);
	assert_non_null(q);
	expect(&r, "unwritten-read");
	cpu_read(q, 64);
	expect(&r, "");
	kfree(q);
	p = krealloc(p, 512, GFP_KERNEL);
	assert_non_null(p);
	cpu_read(p, 32);
	expect(&r, "");
	cpu_read(p + 32, 1);
	expect(&r, "unwritten-read");
	cpu_read(p + 64, 448);
	expect(&r, "");
	kfree(p);
	rig_down(&r);
}

/*
 * Stores through plain pointers are found, whatever was there before. Eight bytes in a row
 * that were not found were not stored; of fewer nothing is said.
 */
static void plain_pointers(void **state)
{
	const char *profile;

	(void)state;
	for_each_profile(profile) {
		struct rig r;
		u8 *p;

		rig_up(&r, profile);
		p = kmalloc_ok(64);
		memset(p, 0, 20);
		memset(p + 28, 0xff, 29);
		dma_unmap_single(r.dev, map_ok(&r, p, 64, DMA_BIDIRECTIONAL), 64,
				 DMA_BIDIRECTIONAL);
		cpu_read(p, 20);
		cpu_read(p + 57, 7);
		cpu_read(p + 21, 7);
		expect(&r, "");
		cpu_read(p, 64);
		expect(&r, "unwritten-read");
		assert_non_null(strstr(r.text, "bytes 20..27 of the 64-byte mapping"));
		memset(p + 20, 0, 8);
		cpu_read(p, 64);
		expect(&r, "");
		kfree(p);
		rig_down(&r);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(byte_by_byte),
		cmocka_unit_test(written_before),
		cmocka_unit_test(allocated_again),
		cmocka_unit_test(never_awaited),
		cmocka_unit_test(lists),
		cmocka_unit_test(constructed),
		cmocka_unit_test(copies),
		cmocka_unit_test(plain_pointers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
