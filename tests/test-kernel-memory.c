/* SPDX-License-Identifier: MIT */
/* Memory as drivers get at it: lists piece by piece, pages through pointers. */
#include "rig.h"

#include <linux/bvec.h>
#include <linux/highmem.h>
#include <linux/of.h>
#include <linux/preempt.h>
#include <linux/property.h>
#include <linux/scatterlist.h>

static void piece_by_piece(void **state)
{
	static const size_t sizes[] = { 100, 5000, 1 };
	struct sg_mapping_iter miter;
	struct scatterlist sg[3];
	size_t total = 0, pieces = 0;
	struct rig r;

	(void)state;
	rig_up(&r, NULL);
	sg_init_table(sg, 3);
	for (int i = 0; i < 3; i++)
		sg_set_buf(&sg[i], kzalloc_ok(sizes[i]), sizes[i]);
	sg_miter_start(&miter, sg, 3, SG_MITER_TO_SG);
	while (sg_miter_next(&miter)) {
		assert_true(miter.length > 0 && miter.consumed == miter.length);
		assert_true(offset_in_page(miter.addr) + miter.length <= PAGE_SIZE);
		assert_ptr_equal(miter.page, virt_to_page(miter.addr));
		memset(miter.addr, ++pieces, miter.length);
		total += miter.length;
	}
	sg_miter_stop(&miter);
	assert_int_equal(total, 5101);
	assert_true(pieces >= 4);
	assert_int_equal(*(u8 *)sg_virt(&sg[0]), 1);
	assert_int_equal(*(u8 *)sg_virt(&sg[2]), pieces);
	for (int i = 0; i < 3; i++)
		kfree(sg_virt(&sg[i]));
	rig_down(&r);
}

static void parts_of_pieces(void **state)
{
	struct sg_mapping_iter miter;
	struct scatterlist sg[2];
	u8 *a, *b;
	struct rig r;

	(void)state;
	rig_up(&r, NULL);
	a = kzalloc_ok(64);
	b = kzalloc_ok(64);
	sg_init_table(sg, 2);
	sg_set_buf(&sg[0], a, 64);
	sg_set_buf(&sg[1], b, 64);
	sg_miter_start(&miter, sg, 2, SG_MITER_FROM_SG | SG_MITER_ATOMIC);
	assert_true(sg_miter_skip(&miter, 10));
	assert_false(in_atomic());
	assert_true(sg_miter_next(&miter));
	assert_true(in_atomic());
	assert_ptr_equal(miter.addr, a + 10);
	assert_int_equal(miter.length, 54);
	miter.consumed = 4;
	/* In between it may be stopped, and goes on where it was. */
	sg_miter_stop(&miter);
	assert_false(in_atomic());
	sg_miter_stop(&miter);
	assert_true(sg_miter_next(&miter));
	assert_ptr_equal(miter.addr, a + 14);
	miter.consumed = 0;
	assert_true(sg_miter_skip(&miter, 50 + 3));
	assert_true(sg_miter_next(&miter));
	assert_ptr_equal(miter.addr, b + 3);
	assert_false(sg_miter_next(&miter));
	assert_false(in_atomic());
	assert_false(sg_miter_skip(&miter, 1));
	sg_miter_start(&miter, NULL, 0, SG_MITER_TO_SG);
	assert_false(sg_miter_next(&miter));
	sg_miter_start(&miter, sg, 2, SG_MITER_TO_SG);
	assert_false(sg_miter_skip(&miter, 129));
	sg_miter_start(&miter, sg, 2, SG_MITER_TO_SG);
	assert_true(sg_miter_skip(&miter, 128));
	assert_false(sg_miter_next(&miter));
	kfree(a);
	kfree(b);
	rig_down(&r);
}

static void pages_through_pointers(void **state)
{
	struct page *page;
	char buf[8] = "";
	struct rig r;
	u8 *p;

	(void)state;
	rig_up(&r, NULL);
	page = alloc_page(GFP_KERNEL);
	p = kmap_local_page(page);
	assert_ptr_equal(p, page_address(page));
	clear_highpage(page);
	memcpy_to_page(page, 100, "hello", 6);
	memcpy_from_page(buf, page, 100, 6);
	assert_string_equal(buf, "hello");
	memzero_page(page, 100, 1);
	assert_int_equal(p[100], 0);
	kunmap_local(p);
	p = kmap_atomic(page);
	assert_true(in_atomic());
	kunmap_atomic(p);
	assert_false(in_atomic());
	assert_ptr_equal(kmap(page), p);
	kunmap(page);
	__free_page(page);
	rig_down(&r);
}

static void copies_and_nodes(void **state)
{
	struct rig r;
	u8 *p;
	char *s;

	(void)state;
	rig_up(&r, NULL);
	p = kcalloc_node(4, 16, GFP_KERNEL, 1);
	assert_int_equal(p[63], 0);
	kfree(p);
	p = kzalloc_node(16, GFP_KERNEL, -1);
	kfree_sensitive(p);
	kfree_sensitive(NULL);
	kfree(kmalloc_node(16, GFP_KERNEL, 0));
	kfree(kmalloc_array_node(2, 16, GFP_KERNEL, 0));
	s = kstrdup("name", GFP_KERNEL);
	assert_string_equal(s, "name");
	kfree(s);
	assert_null(kstrdup(NULL, GFP_KERNEL));
	rig_down(&r);
}

static void pieces_of_the_block_layer(void **state)
{
	struct bio_vec bv;
	dma_addr_t dma;
	struct rig r;

	(void)state;
	rig_up(&r, NULL);
	bvec_set_page(&bv, alloc_page(GFP_KERNEL), 512, 1024);
	dma = dma_map_bvec(r.dev, &bv, DMA_FROM_DEVICE, 0);
	assert_int_equal(dma_mapping_error(r.dev, dma), 0);
	assert_int_equal(dmalab_device_write(r.dev, dma, "sector", 6), 0);
	dma_unmap_page(r.dev, dma, 512, DMA_FROM_DEVICE);
	assert_memory_equal((u8 *)page_address(bv.bv_page) + 1024, "sector", 6);
	__free_page(bv.bv_page);
	rig_down(&r);
}

/* No device tree and no properties. */
static void nothing_is_described(void **state)
{
	struct rig r;
	const char *s;
	u32 v = 5;

	(void)state;
	rig_up(&r, NULL);
	assert_int_equal(of_property_read_u32(r.dev->of_node, "rx-fifo", &v), -EINVAL);
	assert_int_equal(of_property_read_string(r.dev->of_node, "mode", &s), -EINVAL);
	assert_false(of_property_read_bool(r.dev->of_node, "x"));
	assert_null(of_get_property(r.dev->of_node, "x", NULL));
	assert_null(of_node_get(r.dev->of_node));
	of_node_put(NULL);
	assert_false(of_device_is_compatible(NULL, "a,b"));
	assert_null(of_device_get_match_data(r.dev));
	assert_null(dev_fwnode(r.dev));
	assert_false(device_property_present(r.dev, "x"));
	assert_false(device_property_read_bool(r.dev, "x"));
	assert_int_equal(device_property_read_u32(r.dev, "x", &v), -EINVAL);
	assert_int_equal(device_property_read_string(r.dev, "x", &s), -EINVAL);
	assert_null(device_get_match_data(r.dev));
	assert_int_equal(v, 5);
	rig_down(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(piece_by_piece),
		cmocka_unit_test(parts_of_pieces),
		cmocka_unit_test(pages_through_pointers),
		cmocka_unit_test(copies_and_nodes),
		cmocka_unit_test(pieces_of_the_block_layer),
		cmocka_unit_test(nothing_is_described),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
