/* SPDX-License-Identifier: MIT */
/* The lists themselves: chains, loops, copies, tables and their failures. */
#include "rig.h"

#include <linux/scatterlist.h>

#define MAX SG_MAX_SINGLE_ALLOC

static void tables(void **state)
{
	static const unsigned sizes[] = {
		1, 2, MAX - 1, MAX, MAX + 1, 2 * MAX - 2, 2 * MAX - 1, 2 * MAX, 5 * MAX + 3,
	};
	struct sg_table t;

	(void)state;
	for (size_t k = 0; k < ARRAY_SIZE(sizes); k++) {
		struct scatterlist *sg, *last = NULL;
		unsigned i, n = 0;

		assert_int_equal(sg_alloc_table(&t, sizes[k], GFP_KERNEL), 0);
		assert_int_equal(t.orig_nents, sizes[k]);
		assert_int_equal(t.nents, sizes[k]);
		for_each_sgtable_sg(&t, sg, i) {
			assert_non_null(sg);
			assert_false(sg_is_chain(sg));
			assert_int_equal(sg_is_last(sg), i == sizes[k] - 1);
			assert_int_equal(sg->length, 0);
			sg->length = 3;
			last = sg;
			n++;
		}
		assert_null(sg);
		assert_int_equal(n, sizes[k]);
		assert_int_equal(sg_nents(t.sgl), n);
		assert_ptr_equal(sg_last(t.sgl, n), last);
		assert_int_equal(sg_nents_for_len(t.sgl, 0), 0);
		assert_int_equal(sg_nents_for_len(t.sgl, 1), 1);
		assert_int_equal(sg_nents_for_len(t.sgl, 3ull * n), n);
		assert_int_equal(sg_nents_for_len(t.sgl, 3ull * n + 1), -EINVAL);
		assert_int_equal(sg_nents_for_len(t.sgl, ~0ull), -EINVAL);
		sg_free_table(&t);
		assert_null(t.sgl);
		assert_int_equal(t.orig_nents, 0);
		sg_free_table(&t);
	}
	assert_int_equal(sg_alloc_table(&t, 0, GFP_KERNEL), -EINVAL);
	assert_null(t.sgl);
	sg_free_table(&t);
	assert_int_equal(sg_nents(NULL), 0);
	assert_int_equal(sg_nents_for_len(NULL, 1), -EINVAL);
}

/* A driver may end a list early; all of it is freed nevertheless. */
static void shortened(void **state)
{
	struct sg_table t;
	struct rig r;

	(void)state;
	rig_up(&r, NULL);
	assert_int_equal(sg_alloc_table(&t, 3 * MAX, GFP_KERNEL), 0);
	sg_mark_end(&t.sgl[1]);
	assert_int_equal(sg_nents(t.sgl), 2);
	sg_free_table(&t);
	rig_down(&r);
}

static void chains_and_marks(void **state)
{
	struct scatterlist a[4], b[2], *sg;
	struct rig r;
	u8 *p;
	int i;

	(void)state;
	rig_up(&r, NULL);
	p = kmalloc_ok(8 * 64);
	sg_init_table(a, 4);
	sg_init_table(b, 2);
	for (i = 0; i < 3; i++)
		sg_set_buf(&a[i], p + i * 64, 64);
	for (i = 0; i < 2; i++)
		sg_set_buf(&b[i], p + (3 + i) * 64, 64);
	sg_chain(a, 4, b);
	assert_true(sg_is_chain(&a[3]));
	assert_ptr_equal(sg_chain_ptr(&a[3]), b);
	assert_int_equal(sg_nents(a), 5);
	for_each_sg(a, sg, 5, i) {
		assert_ptr_equal(sg_virt(sg), p + i * 64);
		assert_int_equal(sg_phys(sg), virt_to_phys(p + i * 64));
	}
	assert_null(sg);
	/* The marks stay when the page changes. */
	sg_set_page(&b[1], virt_to_page(p), 1, 2);
	assert_true(sg_is_last(&b[1]));
	assert_int_equal(b[1].offset, 2);
	sg_unmark_end(&b[1]);
	assert_false(sg_is_last(&b[1]));
	sg_mark_end(&b[0]);
	assert_int_equal(sg_nents(a), 4);
	sg_init_one(b, p + 7, 9);
	assert_int_equal(sg_nents(b), 1);
	assert_ptr_equal(sg_virt(b), p + 7);
	kfree(p);
	rig_down(&r);
}

/* ----------------------------------------------------------------- copying */

enum { PIECES = 5, ALL = 3 * 1000 + 2 };

static const size_t sizes[PIECES] = { 1000, 1, 1000, 1000, 1 };

static void pieces_up(struct scatterlist *sgl, u8 **p)
{
	sg_init_table(sgl, PIECES);
	for (int i = 0; i < PIECES; i++) {
		p[i] = kzalloc(sizes[i], GFP_KERNEL);
		assert_non_null(p[i]);
		sg_set_buf(&sgl[i], p[i], sizes[i]);
	}
}

static void copies(void **state)
{
	static const off_t skips[] = { 0, 1, 999, 1000, 1001, 1500, ALL - 1, ALL, ALL + 1, -1,
				       INT64_MAX, INT64_MIN };
	static const size_t lens[] = { 0, 1, 2, 500, 1001, ALL - 1, ALL, ALL + 100 };
	struct scatterlist sgl[PIECES];
	u8 in[ALL], out[ALL], have[ALL], *p[PIECES];
	struct rig r;

	(void)state;
	rig_up(&r, NULL);
	pieces_up(sgl, p);
	memset(have, 0, ALL);
	for (size_t k = 0; k < ARRAY_SIZE(skips) * ARRAY_SIZE(lens); k++) {
		off_t skip = skips[k % ARRAY_SIZE(skips)];
		size_t len = lens[k / ARRAY_SIZE(skips)], n = 0;

		if (skip >= 0 && skip < ALL)
			n = len < ALL - (size_t)skip ? len : ALL - (size_t)skip;
		for (size_t i = 0; i < ALL; i++)
			in[i] = i * 7 + k;
		if (len <= ALL)
			assert_int_equal(sg_pcopy_from_buffer(sgl, PIECES, in, len, skip), n);
		else
			assert_int_equal(sg_pcopy_from_buffer(sgl, PIECES, in, n, skip), n);
		memcpy(have + (n ? skip : 0), in, n);
		assert_int_equal(sg_copy_to_buffer(sgl, PIECES, out, ALL), ALL);
		assert_memory_equal(out, have, ALL);
		memset(out, 0xee, ALL);
		if (len <= ALL) {
			assert_int_equal(sg_pcopy_to_buffer(sgl, PIECES, out, len, skip), n);
			assert_memory_equal(out, have + (n ? skip : 0), n);
			assert_true(n == ALL || out[n] == 0xee);
		}
		if (k % 5 == 0) {
			assert_int_equal(sg_zero_buffer(sgl, PIECES, len, skip), n);
			memset(have + (n ? skip : 0), 0, n);
		}
	}
	/* No more than the list has, nor more entries than were asked for. */
	assert_int_equal(sg_copy_to_buffer(sgl, 2, out, ALL), 1001);
	assert_int_equal(sg_copy_to_buffer(sgl, 0, out, ALL), 0);
	assert_int_equal(sg_copy_to_buffer(sgl, -1, out, ALL), ALL);
	assert_int_equal(sg_copy_to_buffer(NULL, 3, out, ALL), 0);
	sgl[1].page_link &= SG_PAGE_LINK_MASK;
	assert_int_equal(sg_copy_to_buffer(sgl, PIECES, out, ALL), 1000);
	expect(&r, "");
	for (int i = 0; i < PIECES; i++)
		kfree(p[i]);
	rig_down(&r);
}

/* They are accesses of the CPU like any other. */
static void copies_are_judged(void **state)
{
	struct scatterlist sgl[PIECES];
	u8 buf[ALL], *p[PIECES];
	struct rig r;

	(void)state;
	rig_up(&r, NULL);
	pieces_up(sgl, p);
	assert_int_equal(dma_map_sg(r.dev, sgl, PIECES, DMA_FROM_DEVICE), PIECES);
	sg_copy_to_buffer(sgl, PIECES, buf, 1001);
	expect(&r, "cpu-read-device-owned cpu-read-device-owned");
	sg_pcopy_from_buffer(sgl, PIECES, buf, 1, 1000);
	expect(&r, "cpu-write-device-owned");
	dma_unmap_sg(r.dev, sgl, PIECES, DMA_FROM_DEVICE);
	for (int i = 0; i < PIECES; i++)
		kfree(p[i]);
	sg_copy_to_buffer(sgl, 1, buf, 8);
	expect(&r, "cpu-use-after-free");
	rig_down(&r);
}

/* ------------------------------------------------------------- by the page */

static void pages_of_a_list(void **state)
{
	struct sg_dma_page_iter dma_iter;
	struct sg_page_iter iter;
	struct scatterlist sgl[3];
	struct page *first[3];
	unsigned n = 0;
	struct rig r;
	u8 *p[3];

	(void)state;
	rig_up(&r, NULL);
	sg_init_table(sgl, 3);
	for (int i = 0; i < 3; i++) {
		p[i] = kmalloc_ok(3 * PAGE_SIZE);
		first[i] = virt_to_page(p[i]);
	}
	sg_set_buf(&sgl[0], p[0] + 4000, 97);          /* 2 pages */
	sg_set_buf(&sgl[1], p[1], PAGE_SIZE);          /* 1 */
	sg_set_buf(&sgl[2], p[2] + 1, 2 * PAGE_SIZE);  /* 3 */
	for_each_sg_page(sgl, &iter, 3, 0) {
		static const u8 entry[] = { 0, 0, 1, 2, 2, 2 }, page[] = { 0, 1, 0, 0, 1, 2 };

		assert_in_range(n, 0, 5);
		assert_ptr_equal(sg_page_iter_page(&iter), first[entry[n]] + page[n]);
		n++;
	}
	assert_int_equal(n, 6);
	n = 0;
	for_each_sg_page(sgl, &iter, 3, 4)
		assert_ptr_equal(sg_page_iter_page(&iter), first[2] + 1 + n++);
	assert_int_equal(n, 2);
	for_each_sg_page(sgl, &iter, 3, 6)
		n++;
	for_each_sg_page(sgl, &iter, 0, 0)
		n++;
	for_each_sg_page(NULL, &iter, 3, 0)
		n++;
	assert_int_equal(n, 2);
	assert_int_equal(dma_map_sg(r.dev, sgl, 3, DMA_TO_DEVICE), 3);
	n = 0;
	for_each_sg_dma_page(sgl, &dma_iter, 3, 0) {
		dma_addr_t dma = sg_page_iter_dma_address(&dma_iter);

		assert_true(n || dma == sg_dma_address(&sgl[0]));
		assert_true(n != 5 || dma == sg_dma_address(&sgl[2]) + 2 * PAGE_SIZE);
		n++;
	}
	assert_int_equal(n, 6);
	dma_unmap_sg(r.dev, sgl, 3, DMA_TO_DEVICE);
	for (int i = 0; i < 3; i++)
		kfree(p[i]);
	rig_down(&r);
}

static void from_pages(void **state)
{
	struct page *pages[6];
	struct sg_table t;
	struct rig r;
	u8 *p, *q;

	(void)state;
	rig_up(&r, NULL);
	p = kmalloc_ok(4 * PAGE_SIZE);
	q = kmalloc_ok(2 * PAGE_SIZE);
	for (int i = 0; i < 4; i++)
		pages[i] = virt_to_page(p) + i;
	/* Backwards: they do not meet. */
	pages[4] = virt_to_page(q) + 1;
	pages[5] = virt_to_page(q);

	assert_int_equal(sg_alloc_table_from_pages(&t, pages, 6, 100, 6 * PAGE_SIZE - 150,
						   GFP_KERNEL), 0);
	assert_int_equal(t.orig_nents, 3);
	assert_ptr_equal(sg_virt(t.sgl), p + 100);
	assert_int_equal(t.sgl[0].length, 4 * PAGE_SIZE - 100);
	assert_ptr_equal(sg_virt(&t.sgl[1]), q + PAGE_SIZE);
	assert_int_equal(t.sgl[1].length, PAGE_SIZE);
	assert_int_equal(t.sgl[2].length, PAGE_SIZE - 50);
	sg_free_table(&t);

	/* As much as the pages hold, and no more than was asked for. */
	assert_int_equal(sg_alloc_table_from_pages(&t, pages, 4, 4095, 1, GFP_KERNEL), 0);
	assert_int_equal(t.orig_nents, 1);
	assert_int_equal(t.sgl[0].length, 1);
	sg_free_table(&t);
	assert_int_equal(sg_alloc_table_from_pages(&t, pages, 1, 96, ~0ul, GFP_KERNEL), 0);
	assert_int_equal(t.sgl[0].length, 4000);
	sg_free_table(&t);
	assert_int_equal(sg_alloc_table_from_pages(&t, pages, 0, 0, 4096, GFP_KERNEL), -EINVAL);
	assert_null(t.sgl);
	kfree(p);
	kfree(q);
	rig_down(&r);
}

static void failures(void **state)
{
	struct page *page;
	struct sg_table t;
	struct rig r;
	u8 *p;

	(void)state;
	rig_up(&r, NULL);
	p = kmalloc_ok(64);
	page = virt_to_page(p);
	dmalab_machine_fail_nth(r.machine, 1);
	assert_int_equal(sg_alloc_table(&t, 1000, GFP_KERNEL), -ENOMEM);
	assert_null(t.sgl);
	assert_int_equal(t.nents, 0);
	sg_free_table(&t);
	dmalab_machine_fail_nth(r.machine, 2);
	assert_int_equal(sg_alloc_table_from_pages(&t, &page, 1, 0, 64, GFP_KERNEL), 0);
	assert_int_equal(dma_map_sgtable(r.dev, &t, DMA_TO_DEVICE, 0), -ENOMEM);
	assert_int_equal(dma_map_sgtable(r.dev, &t, DMA_TO_DEVICE, 0), 0);
	dma_unmap_sgtable(r.dev, &t, DMA_TO_DEVICE, 0);
	sg_free_table(&t);
	kfree(p);
	expect(&r, "");
	rig_down(&r);
	/* No machine, no order to fail. */
	assert_int_equal(sg_alloc_table(&t, 3, GFP_KERNEL), 0);
	sg_free_table(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tables),
		cmocka_unit_test(shortened),
		cmocka_unit_test(chains_and_marks),
		cmocka_unit_test(copies),
		cmocka_unit_test(copies_are_judged),
		cmocka_unit_test(pages_of_a_list),
		cmocka_unit_test(from_pages),
		cmocka_unit_test(failures),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
