/* SPDX-License-Identifier: MIT */
/*
 * What a device is given for a list: how many segments, where, how long, and how far
 * it may go in them.
 */
#include "rig.h"

#include <errno.h>
#include <linux/scatterlist.h>

#define MAX 12

struct entry {
	unsigned offset, length;
};

/* Entries in blocks of their own, each of 64 KiB. */
static void fill_list(struct scatterlist *sgl, u8 **p, const struct entry *e, unsigned nr)
{
	sg_init_table(sgl, nr);
	for (unsigned i = 0; i < nr; i++) {
		p[i] = kzalloc(64 << 10, GFP_KERNEL);
		assert_non_null(p[i]);
		sg_set_page(&sgl[i], virt_to_page(p[i]), e[i].length, e[i].offset);
	}
}

static void up_at(struct rig *r, const char *profile, const char *checks)
{
	rig_up_with(r, &(struct dmalab_config){ .profile = profile, .checks = checks,
						.accesses = "explicit",
						.ram_size = 8 << 20 });
}

static const char *const levels[] = { "full", "contract", "off" };

/*
 * Map @nr entries, expect segments of these lengths (0: the end), the data of each
 * entry where its segment has it, and all of it back at the unmap.
 */
static void segments_are(unsigned max, unsigned long boundary, const struct entry *e, unsigned nr,
			 const unsigned *lengths)
{
	for (size_t k = 0; k < ARRAY_SIZE(levels); k++) {
		struct scatterlist sgl[MAX];
		unsigned n, i = 0, used = 0;
		dma_addr_t dma;
		u8 *p[MAX], byte;
		struct rig r;

		up_at(&r, "iommu", levels[k]);
		dma_set_max_seg_size(r.dev, max);
		dma_set_seg_boundary(r.dev, boundary);
		fill_list(sgl, p, e, nr);
		for (i = 0; i < nr; i++) {
			byte = i + 1;
			dmalab_cpu_write(p[i] + e[i].offset, &byte, 1);
			dmalab_cpu_write(p[i] + e[i].offset + e[i].length - 1, &byte, 1);
		}
		n = dma_map_sg(r.dev, sgl, nr, DMA_TO_DEVICE);
		for (i = 0; i < n; i++)
			assert_int_equal(sg_dma_len(&sgl[i]), lengths[i]);
		assert_int_equal(lengths[n], 0);
		/* What is behind them is of no use. */
		for (; i < nr; i++) {
			assert_int_equal(sg_dma_len(&sgl[i]), 0);
			assert_true(sg_dma_address(&sgl[i]) == DMA_MAPPING_ERROR);
		}
		dma = sg_dma_address(&sgl[0]);
		for (i = 0, n = 0; i < nr; i++) {
			if (used == sg_dma_len(&sgl[n])) {
				dma = sg_dma_address(&sgl[++n]);
				used = 0;
			}
			assert_int_equal(offset_in_page(dma + used), e[i].offset % PAGE_SIZE);
			dmalab_device_read(r.dev, dma + used, &byte, 1);
			assert_int_equal(byte, i + 1);
			used += e[i].length;
			dmalab_device_read(r.dev, dma + used - 1, &byte, 1);
			assert_int_equal(byte, i + 1);
			assert_false((dma ^ (dma + used - 1)) & ~boundary);
			assert_true(used <= max);
		}
		dma_unmap_sg(r.dev, sgl, nr, DMA_TO_DEVICE);
		/* Not one address is left. */
		for (int round = 0; k == 2 && round < 20000; round++) {
			assert_int_not_equal(dma_map_sg(r.dev, sgl, nr, DMA_TO_DEVICE), 0);
			dma_unmap_sg(r.dev, sgl, nr, DMA_TO_DEVICE);
		}
		for (i = 0; i < nr; i++)
			kfree(p[i]);
		expect(&r, "");
		rig_down(&r);
	}
}

#define SEGMENTS(max, boundary, entries, ...) \
	segments_are(max, boundary, entries, ARRAY_SIZE(entries), \
		     (const unsigned[]){ __VA_ARGS__, 0 })

static void merging(void **state)
{
	static const struct entry whole[] = {
		{ 0, 4096 }, { 0, 4096 }, { 0, 8192 }, { 0, 4096 },
	}, ragged[] = {
		{ 96, 4000 }, { 0, 4096 }, { 0, 100 }, { 0, 4096 }, { 8, 8 },
	}, far[] = {
		/* Offsets of more than a page. */
		{ 4096, 4096 }, { 8192 + 16, 4080 }, { 3 * 4096 + 1, 5 },
	}, one[] = {
		{ 4095, 1 },
	};

	(void)state;
	SEGMENTS(64 << 10, ~0ul, whole, 20480);
	SEGMENTS(8192, ~0ul, whole, 8192, 8192, 4096);
	SEGMENTS(12287, ~0ul, whole, 8192, 8192, 4096);
	SEGMENTS(64 << 10, ~0ul, ragged, 8196, 4096, 8);
	SEGMENTS(64 << 10, ~0ul, far, 4096, 4080, 5);
	SEGMENTS(64 << 10, ~0ul, one, 1);
}

/* The whole lies on a multiple of its size, rounded up: no accident. */
static void boundaries(void **state)
{
	static const struct entry whole[] = {
		{ 0, 4096 }, { 0, 4096 }, { 0, 8192 }, { 0, 4096 },
	}, three[] = {
		{ 0, 12288 }, { 0, 12288 }, { 0, 12288 },
	}, small[] = {
		{ 0, 4096 }, { 0, 12288 }, { 0, 16384 }, { 100, 4000 }, { 0, 16384 },
	};

	(void)state;
	SEGMENTS(64 << 10, 8191, whole, 8192, 8192, 4096);
	SEGMENTS(64 << 10, 16383, whole, 16384, 4096);
	/* They would cross: there are gaps between them. */
	SEGMENTS(64 << 10, 16383, three, 12288, 12288, 12288);
	SEGMENTS(64 << 10, 16383, small, 16384, 16384, 4000, 16384);
	SEGMENTS(64 << 10, 4095, ((const struct entry[]){ { 0, 4096 }, { 16, 4080 } }), 4096, 4080);
}

/* Where the device sees it crossing, and only there: one report, and it is mapped. */
static void crossing(void **state)
{
	static const struct entry e[] = { { 4096, 8192 }, { 12288, 8192 } };
	const char *profile;
	struct rig r;

	(void)state;
	for_each_profile(profile) {
		struct scatterlist sgl[2];
		bool crosses;
		u8 *p[2];

		up_at(&r, profile, NULL);
		dma_set_seg_boundary(r.dev, 8191);
		fill_list(sgl, p, e, 2);
		crosses = !translates(&r);
		assert_int_equal(dma_map_sg(r.dev, sgl, 2, DMA_TO_DEVICE), 2);
		expect(&r, crosses ? "sg-boundary" : "");
		dma_unmap_sg(r.dev, sgl, 2, DMA_TO_DEVICE);
		/* In RAM it does not, and behind an IOMMU it need not. */
		sgl[0].offset = sgl[1].offset = 0;
		assert_in_range(dma_map_sg(r.dev, sgl, 2, DMA_TO_DEVICE), 1, 2);
		dma_unmap_sg(r.dev, sgl, 2, DMA_TO_DEVICE);
		expect(&r, "");
		/* No place would do. */
		sgl[0].length = 8193;
		dma_set_max_seg_size(r.dev, 8192);
		dma_set_seg_boundary(r.dev, 4095);
		if (dma_map_sg(r.dev, sgl, 2, DMA_TO_DEVICE))
			dma_unmap_sg(r.dev, sgl, 2, DMA_TO_DEVICE);
		expect(&r, "sg-segment-too-long");
		for (int i = 0; i < 2; i++)
			kfree(p[i]);
		rig_down(&r);
	}
}

/* A mask that no page can respect: addresses are those of the memory in its pages all the same. */
static void within_pages(void **state)
{
	static const struct entry e[] = { { 8, 1 }, { 16, 64 } };
	struct scatterlist sgl[2];
	struct rig r;
	u8 *p[2];

	(void)state;
	up_at(&r, "iommu", NULL);
	dma_set_seg_boundary(r.dev, 2);
	fill_list(sgl, p, e, 2);
	assert_int_equal(dma_map_sg(r.dev, sgl, 2, DMA_TO_DEVICE), 2);
	expect(&r, "sg-boundary");
	assert_int_equal(offset_in_page(sg_dma_address(&sgl[0])), 8);
	assert_int_equal(offset_in_page(sg_dma_address(&sgl[1])), 16);
	dma_unmap_sg(r.dev, sgl, 2, DMA_TO_DEVICE);
	kfree(p[0]);
	kfree(p[1]);
	rig_down(&r);
}

/* Several entries too long, or crossing: one call, one report. */
static void one_report(void **state)
{
	static const struct entry e[] = { { 0, 8192 }, { 0, 8192 }, { 0, 8192 } };
	const char *profile;
	struct rig r;

	(void)state;
	for_each_profile(profile) {
		struct scatterlist sgl[3];
		u8 *p[3];

		up_at(&r, profile, NULL);
		fill_list(sgl, p, e, 3);
		dma_set_max_seg_size(r.dev, 8191);
		assert_int_equal(dma_map_sg(r.dev, sgl, 3, DMA_TO_DEVICE), 3);
		expect(&r, "sg-segment-too-long");
		dma_unmap_sg(r.dev, sgl, 3, DMA_TO_DEVICE);
		dma_set_max_seg_size(r.dev, 0);
		dma_set_seg_boundary(r.dev, 4095);
		/* The bounce buffer has no such place. */
		if (dma_map_sg(r.dev, sgl, 3, DMA_TO_DEVICE))
			dma_unmap_sg(r.dev, sgl, 3, DMA_TO_DEVICE);
		expect(&r, bounces(&r) ? "" : "sg-boundary");
		for (int i = 0; i < 3; i++)
			kfree(p[i]);
		rig_down(&r);
	}
}

/* Without a ledger, a list that was never mapped, or is in disorder, unmaps nothing. */
static void disorder(void **state)
{
	static const struct entry e[] = { { 0, 4096 }, { 16, 4096 }, { 0, 100 } };
	struct scatterlist sgl[3];
	const char *profile;
	struct rig r;
	u8 *p[3];

	(void)state;
	for_each_profile(profile) {
		dma_addr_t dma;

		up_at(&r, profile, "off");
		fill_list(sgl, p, e, 3);
		dma = map_ok(&r, p[0], 4096, DMA_TO_DEVICE);
		dma_unmap_sg(r.dev, sgl, 3, DMA_TO_DEVICE);
		dma_unmap_sg(r.dev, NULL, 3, DMA_TO_DEVICE);
		for (int i = 0; i < 3; i++) {
			sg_dma_address(&sgl[i]) = DMA_MAPPING_ERROR - i;
			sg_dma_len(&sgl[i]) = -1;
		}
		dma_unmap_sg(r.dev, sgl, 3, DMA_TO_DEVICE);
		dma_unmap_sg(r.dev, sgl, INT32_MAX, DMA_TO_DEVICE);
		dma_sync_sg_for_cpu(r.dev, sgl, INT32_MAX, DMA_TO_DEVICE);
		sg_dma_address(&sgl[0]) = dma + 4096;
		sg_dma_len(&sgl[0]) = 4096;
		sg_dma_address(&sgl[1]) = dma;
		dma_unmap_sg(r.dev, sgl, 3, DMA_TO_DEVICE);
		assert_int_equal(dev_read(&r, dma, 4096), 0);
		dma_unmap_single(r.dev, dma, 4096, DMA_TO_DEVICE);
		for (int i = 0; i < 3; i++)
			kfree(p[i]);
		rig_down(&r);
	}
}

/* ---------------------------------------------------------------- devices */

/* Entries that meet are one piece to the device; what is behind the last is not. */
static void across_entries(void **state)
{
	const char *profile;
	struct rig r;

	(void)state;
	for_each_profile(profile) {
		struct scatterlist sg[2];
		dma_addr_t dma, whole;
		u8 *p;

		rig_up(&r, profile);
		p = kzalloc(4 * PAGE_SIZE, GFP_KERNEL);
		sg_init_table(sg, 2);
		sg_set_buf(&sg[0], p, PAGE_SIZE);
		sg_set_buf(&sg[1], p + PAGE_SIZE, 100);
		assert_in_range(dma_map_sg(r.dev, sg, 2, DMA_TO_DEVICE), 1, 2);
		dma = sg_dma_address(&sg[0]);
		if (!bounces(&r)) {
			assert_int_equal(dev_read(&r, dma, PAGE_SIZE + 100), 0);
			assert_int_equal(dev_read(&r, dma + 4000, 196), 0);
			assert_int_equal(dev_read(&r, dma + PAGE_SIZE + 99, 1), 0);
			expect(&r, "");
			assert_int_equal(dev_read(&r, dma + 1, PAGE_SIZE + 100), -EFAULT);
			expect(&r, "device-out-of-bounds");
		}
		dev_read(&r, dma + PAGE_SIZE + 100, 1);
		assert_int_equal(r.nr, 1);
		r.drawn[0] = 0, r.nr = 0;
		assert_int_equal(dev_read(&r, dma, (size_t)1 << 20), -EFAULT);
		expect(&r, "device-out-of-bounds");
		assert_int_equal(dmalab_device_read(r.dev, dma, p, (size_t)-1), -EFAULT);
		expect(&r, "device-out-of-bounds");
		/* Into a copy, it would be missed where the memory is mapped again. */
		if (!bounces(&r)) {
			dev_write(&r, dma, 8);
			expect(&r, "device-write-read-only");
		}
		/* What the list does not allow, another mapping may. */
		whole = map_ok(&r, p, 4 * PAGE_SIZE, DMA_TO_DEVICE);
		assert_int_equal(dev_read(&r, whole, 4 * PAGE_SIZE), 0);
		assert_int_equal(dev_read(&r, whole + PAGE_SIZE, 3 * PAGE_SIZE), 0);
		dma_unmap_single(r.dev, whole, 4 * PAGE_SIZE, DMA_TO_DEVICE);
		whole = map_ok(&r, p, 4 * PAGE_SIZE, DMA_TO_DEVICE);
		dma_unmap_sg(r.dev, sg, 2, DMA_TO_DEVICE);
		assert_int_equal(dma_map_sg(r.dev, sg, 1, DMA_TO_DEVICE), 1);
		assert_int_equal(dev_read(&r, whole, 4 * PAGE_SIZE), 0);
		dma_unmap_sg(r.dev, sg, 1, DMA_TO_DEVICE);
		dma_unmap_single(r.dev, whole, 4 * PAGE_SIZE, DMA_TO_DEVICE);
		expect(&r, "");
		kfree(p);
		rig_down(&r);
	}
}

/* One piece for the CPU is not one for the bus where a bank of RAM ends. */
static void across_banks(void **state)
{
	static u8 *page[2048];
	unsigned nr = 0;
	struct rig r;

	(void)state;
	rig_up_with(&r, &(struct dmalab_config){ .profile = "iommu", .ram_size = 8 << 20 });
	dma_set_mask(r.dev, DMA_BIT_MASK(64));
	while (nr < ARRAY_SIZE(page) &&
	       (page[nr] = (u8 *)__get_free_page(GFP_KERNEL | __GFP_NOWARN)))
		nr++;
	for (unsigned i = 0; i < nr; i++) {
		struct scatterlist sg;

		if (!page_address(virt_to_page(page[i] + PAGE_SIZE)) ||
		    virt_to_phys(page[i] + PAGE_SIZE) == virt_to_phys(page[i]) + PAGE_SIZE)
			continue;
		sg_init_one(&sg, page[i], 2 * PAGE_SIZE);
		assert_int_equal(dma_map_sg(r.dev, &sg, 1, DMA_TO_DEVICE), 0);
		expect(&r, "address-over-mask");
		sg_init_one(&sg, page[i], PAGE_SIZE);
		assert_int_equal(dma_map_sg(r.dev, &sg, 1, DMA_TO_DEVICE), 1);
		dma_unmap_sg(r.dev, &sg, 1, DMA_TO_DEVICE);
		break;
	}
	while (nr)
		free_page((unsigned long)page[--nr]);
	rig_down(&r);
}

/* A list of 8 MiB lies at a multiple of 8 MiB: so a boundary there is never crossed. */
static void wide_boundary(void **state)
{
	static const unsigned length[] = { 3 << 20, 3 << 20, 2 << 20, 4 << 20 };
	struct scatterlist sgl[4], *last = &sgl[3];
	struct rig r;

	(void)state;
	rig_up_with(&r, &(struct dmalab_config){ .profile = "iommu", .ram_size = 32 << 20 });
	dma_set_mask(r.dev, DMA_BIT_MASK(64));
	dma_set_max_seg_size(r.dev, ~0u);
	dma_set_seg_boundary(r.dev, (8 << 20) - 1);
	sg_init_table(sgl, 4);
	for (int i = 0; i < 4; i++) {
		struct page *pages = alloc_pages(GFP_KERNEL, 10);

		assert_non_null(pages);
		sg_set_page(&sgl[i], pages, length[i], 0);
	}
	/* Takes half of such a multiple. */
	assert_int_equal(dma_map_sg(r.dev, last, 1, DMA_TO_DEVICE), 1);
	assert_int_equal(dma_map_sg(r.dev, sgl, 3, DMA_TO_DEVICE), 1);
	assert_int_equal(sg_dma_address(sgl) % (8 << 20), 0);
	expect(&r, "");
	dma_unmap_sg(r.dev, sgl, 3, DMA_TO_DEVICE);
	dma_unmap_sg(r.dev, last, 1, DMA_TO_DEVICE);
	for (int i = 0; i < 4; i++)
		__free_pages(sg_page(&sgl[i]), 10);
	rig_down(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(merging),
		cmocka_unit_test(boundaries),
		cmocka_unit_test(crossing),
		cmocka_unit_test(within_pages),
		cmocka_unit_test(one_report),
		cmocka_unit_test(disorder),
		cmocka_unit_test(across_entries),
		cmocka_unit_test(across_banks),
		cmocka_unit_test(wide_boundary),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
