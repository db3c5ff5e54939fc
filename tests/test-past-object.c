/* SPDX-License-Identifier: MIT */
/* Where the driver's own bytes end, as mappings see it: "map-past-object". */
#include "rig.h"

#include <linux/mm.h>
#include <linux/scatterlist.h>

/* The mapping is made, whatever it reports. */
static void map_draws(struct rig *r, void *p, size_t size, const char *check)
{
	dma_addr_t dma = map_ok(r, p, size, DMA_BIDIRECTIONAL);

	expect(r, check);
	dma_unmap_single(r->dev, dma, size, DMA_BIDIRECTIONAL);
	expect(r, "");
}

#define PAST "map-past-object"

static void every_way_to_allocate(void **state)
{
	const char *profile;
	struct rig r;

	(void)state;
	for_each_profile(profile) {
		char bytes[70] = "bytes";
		void *p[6];

		rig_up(&r, profile);
		p[0] = kmalloc(70, GFP_KERNEL);
		p[1] = kzalloc(70, GFP_KERNEL);
		p[2] = kcalloc(7, 10, GFP_KERNEL);
		p[3] = kmemdup(bytes, 70, GFP_KERNEL);
		p[4] = krealloc(NULL, 70, GFP_KERNEL);
		p[5] = devm_kmalloc(r.dev, 70, GFP_KERNEL);
		for (size_t i = 0; i < ARRAY_SIZE(p); i++) {
			assert_non_null(p[i]);
			map_draws(&r, p[i], 70, "");
			map_draws(&r, p[i], 71, PAST);
			map_draws(&r, (u8 *)p[i] + 69, 1, "");
			map_draws(&r, (u8 *)p[i] + 70, 1, PAST);
			if (i < 5)
				kfree(p[i]);
		}
		rig_down(&r);
	}
}

/* A block of pages, which one large object is; and the rest of it. */
static void large_objects(void **state)
{
	struct rig r;
	u8 *p, *q;

	(void)state;
	rig_up(&r, NULL);
	p = kmalloc_ok(5000);
	map_draws(&r, p, 5000, "");
	map_draws(&r, p + 4096, 904, "");
	map_draws(&r, p + 4096, 905, PAST);
	map_draws(&r, p, 8192, PAST);
	kfree(p);
	p = kmalloc_ok(4096);
	q = kmalloc_ok(4096);
	assert_ptr_equal(q, p + 4096);
	map_draws(&r, p, 4097, PAST);
	kfree(q);
	assert_int_equal(dma_map_single(r.dev, p, 4097, DMA_TO_DEVICE), DMA_MAPPING_ERROR);
	expect(&r, "map-freed");
	kfree(p);
	rig_down(&r);
}

/* ksize() gives the rest of the room away, krealloc() takes it back. */
static void all_of_the_room(void **state)
{
	struct rig r;
	void *p;

	(void)state;
	rig_up(&r, NULL);
	p = kmalloc_ok(70);
	map_draws(&r, p, 128, PAST);
	assert_int_equal(ksize(p), 128);
	map_draws(&r, p, 128, "");
	assert_ptr_equal(krealloc(p, 100, GFP_KERNEL), p);
	map_draws(&r, p, 100, "");
	map_draws(&r, p, 128, PAST);
	assert_ptr_equal(krealloc(p, 128, GFP_KERNEL), p);
	map_draws(&r, p, 128, "");
	kfree(p);
	p = devm_kmalloc(r.dev, 70, GFP_KERNEL);
	assert_int_equal(ksize(p), 128);
	map_draws(&r, p, 128, "");
	devm_kfree(r.dev, p);
	rig_down(&r);
}

/* What krealloc() makes of it is as before: ksize() asks for nothing. */
static void room_is_no_size(void **state)
{
	struct rig r;
	u8 *p, *q;

	(void)state;
	rig_up(&r, NULL);
	p = kmalloc_ok(70);
	memset(p, 0xff, 128);
	assert_int_equal(ksize(p), 128);
	q = krealloc(p, 128, GFP_KERNEL | __GFP_ZERO);
	assert_ptr_equal(p, q);
	assert_int_equal(q[69], 0xff);
	assert_int_equal(q[70], 0);
	kfree(q);
	rig_down(&r);
}

/* What the driver was told to be its own moves with the rest. */
static void room_moves(void **state)
{
	struct rig r;
	u8 *p;

	(void)state;
	rig_up(&r, NULL);
	p = kmalloc_ok(70);
	assert_int_equal(ksize(p), 128);
	memset(p, 0xff, 128);
	p = krealloc(p, 512, GFP_KERNEL);
	assert_non_null(p);
	assert_int_equal(p[127], 0xff);
	kfree(p);
	rig_down(&r);
}

static void objects_of_a_cache(void **state)
{
	struct kmem_cache *cache;
	struct rig r;
	u8 *p, *q;

	(void)state;
	rig_up(&r, NULL);
	cache = kmem_cache_create("objects", 40, 64, 0, NULL);
	p = kmem_cache_alloc(cache, GFP_KERNEL);
	q = kmem_cache_alloc(cache, GFP_KERNEL);
	assert_ptr_equal(q, p + 64);
	map_draws(&r, p, 40, "");
	map_draws(&r, p, 41, PAST);
	assert_int_equal(ksize(p), 40);
	map_draws(&r, p, 41, PAST);
	map_draws(&r, p, 104, PAST);
	kmem_cache_free(cache, p);
	kmem_cache_free(cache, q);
	kmem_cache_destroy(cache);
	rig_down(&r);
}

/* ------------------------------------------------------------ joined pieces */

static void map_page_draws(struct rig *r, void *p, size_t size, const char *check)
{
	dma_addr_t dma = dma_map_page(r->dev, virt_to_page(p), offset_in_page(p), size,
				      DMA_TO_DEVICE);

	assert_int_equal(dma_mapping_error(r->dev, dma), 0);
	expect(r, check);
	dma_unmap_page(r->dev, dma, size, DMA_TO_DEVICE);
	dma = dma_map_phys(r->dev, virt_to_phys(p), size, DMA_TO_DEVICE, 0);
	assert_int_equal(dma_mapping_error(r->dev, dma), 0);
	expect(r, check);
	dma_unmap_phys(r->dev, dma, size, DMA_TO_DEVICE, 0);
}

static void map_list_draws(struct rig *r, void *p, size_t size, const char *check)
{
	struct scatterlist sg;

	sg_init_one(&sg, p, size);
	assert_int_equal(dma_map_sg(r->dev, &sg, 1, DMA_TO_DEVICE), 1);
	expect(r, check);
	dma_unmap_sg(r->dev, &sg, 1, DMA_TO_DEVICE);
}

static void each_way_draws(struct rig *r, void *p, size_t size, const char *check)
{
	map_page_draws(r, p, size, check);
	map_list_draws(r, p, size, check);
}

/* Whole objects one after another are what the block layer makes one segment of. */
static void joined_pieces(void **state)
{
	const char *profile;
	struct rig r;

	(void)state;
	for_each_profile(profile) {
		u8 *a, *b, *c;

		rig_up(&r, profile);
		a = kmalloc_ok(512);
		b = kmalloc_ok(512);
		c = kmalloc_ok(500);
		assert_true(b == a + 512 && c == b + 512);
		each_way_draws(&r, a + 100, 412 + 512 + 500, "");
		each_way_draws(&r, a, 512 + 512 + 501, PAST);
		map_draws(&r, a, 513, PAST);
		kfree(b);
		b = kmalloc_ok(511);
		assert_ptr_equal(b, a + 512);
		each_way_draws(&r, a, 512 + 511, "");
		each_way_draws(&r, a, 512 + 512 + 10, PAST);
		kfree(a);
		kfree(b);
		kfree(c);
		rig_down(&r);
	}
}

/* The last object of a page, and the page behind it. */
static void joined_with_pages(void **state)
{
	struct page *page;
	struct rig r;
	u8 *p, *behind;

	(void)state;
	rig_up(&r, NULL);
	p = kmalloc_ok(4096);
	page = alloc_pages(GFP_KERNEL, 0);
	behind = page_address(page);
	assert_ptr_equal(behind, p + 4096);
	each_way_draws(&r, p, 8192, "");
	map_draws(&r, p, 8192, PAST);
	map_draws(&r, behind, 4096, "");
	kfree(p);
	__free_pages(page, 0);
	rig_down(&r);
}

/* ------------------------------------------------------------- precedence */

/* One report a call: what was there before has its name. */
static void other_reports_first(void **state)
{
	struct scatterlist sg[2];
	dma_addr_t dma;
	struct rig r;
	u8 *p, *q;

	(void)state;
	rig_up(&r, NULL);
	p = kmalloc_ok(70);
	q = kmalloc_ok(4096);
	dma = map_ok(&r, p, 70, DMA_FROM_DEVICE);
	map_draws(&r, p, 128, "overlapping-mapping");
	dma_unmap_single(r.dev, dma, 70, DMA_FROM_DEVICE);

	sg_init_table(sg, 2);
	sg_set_buf(&sg[0], p, 71);
	sg_set_buf(&sg[1], q, 4096);
	dma_set_max_seg_size(r.dev, 4095);
	assert_int_equal(dma_map_sg(r.dev, sg, 2, DMA_TO_DEVICE), 2);
	expect(&r, "sg-segment-too-long");
	dma_unmap_sg(r.dev, sg, 2, DMA_TO_DEVICE);
	kfree(q);
	assert_int_equal(dma_map_sg(r.dev, sg, 2, DMA_TO_DEVICE), 0);
	expect(&r, "map-freed");
	kfree(p);
	rig_down(&r);
}

/* No mapping, no report; nor where nobody asks for it. */
static void only_what_is_made(void **state)
{
	static const struct dmalab_config without[] = {
		{ .checks = RIG_CHECKS ",-map-past-object" }, { .checks = "off" },
	};
	struct rig r;
	void *p;

	(void)state;
	rig_up(&r, NULL);
	p = kmalloc_ok(70);
	dmalab_machine_fail_nth(r.machine, 1);
	assert_int_equal(dma_map_single(r.dev, p, 128, DMA_TO_DEVICE), DMA_MAPPING_ERROR);
	expect(&r, "");
	kfree(p);
	rig_down(&r);
	for (size_t i = 0; i < ARRAY_SIZE(without); i++) {
		rig_up_with(&r, &without[i]);
		p = kmalloc_ok(70);
		map_draws(&r, p, 128, "");
		map_list_draws(&r, p, 128, "");
		kfree(p);
		rig_down(&r);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_way_to_allocate),
		cmocka_unit_test(large_objects),
		cmocka_unit_test(all_of_the_room),
		cmocka_unit_test(room_is_no_size),
		cmocka_unit_test(room_moves),
		cmocka_unit_test(objects_of_a_cache),
		cmocka_unit_test(joined_pieces),
		cmocka_unit_test(joined_with_pages),
		cmocka_unit_test(other_reports_first),
		cmocka_unit_test(only_what_is_made),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
