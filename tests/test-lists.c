/* SPDX-License-Identifier: MIT */
/*
 * Mappings of lists: their data on every machine and at every level, what of a list
 * that fails stays behind, and which list is meant.
 */
#include "rig.h"

#include <linux/scatterlist.h>

#define NR 4

struct list {
	struct sg_table sgt;
	u8 *p[NR];
	size_t size[NR];
};

static const size_t odd_sizes[NR] = { 4096, 100, 9000, 1 };

static void list_up(struct list *l, const size_t sizes[NR])
{
	struct scatterlist *sg;
	unsigned i;

	assert_int_equal(sg_alloc_table(&l->sgt, NR, GFP_KERNEL), 0);
	for_each_sgtable_sg(&l->sgt, sg, i) {
		l->size[i] = sizes[i];
		l->p[i] = kzalloc(sizes[i], GFP_KERNEL);
		assert_non_null(l->p[i]);
		sg_set_buf(sg, l->p[i], sizes[i]);
	}
}

static void list_down(struct list *l)
{
	for (int i = 0; i < NR; i++)
		kfree(l->p[i]);
	sg_free_table(&l->sgt);
}

static size_t total(const struct list *l)
{
	size_t sum = 0;

	for (int i = 0; i < NR; i++)
		sum += l->size[i];
	return sum;
}

/* The device goes through its segments, which hold all bytes in their order. */
static void device_goes_through(const struct rig *r, struct list *l, u8 *buf, bool store)
{
	struct scatterlist *sg;
	size_t done = 0;
	unsigned i;

	for_each_sgtable_dma_sg(&l->sgt, sg, i) {
		dma_addr_t dma = sg_dma_address(sg);
		size_t len = sg_dma_len(sg);

		assert_int_equal(store ? dmalab_device_write(r->dev, dma, buf + done, len) :
					 dmalab_device_read(r->dev, dma, buf + done, len), 0);
		done += len;
	}
	assert_int_equal(done, total(l));
}

static const char *const levels[] = { "full", "contract", "off" };

static void up_at(struct rig *r, const char *profile, const char *checks)
{
	rig_up_with(r, &(struct dmalab_config){ .profile = profile, .checks = checks,
						.accesses = "explicit",
						.ram_size = 2 << 20 });
}

/* All data goes there and back, again and again, and nothing is used up by it. */
static void there_and_back(void **state)
{
	const char *profile;
	struct rig r;

	(void)state;
	for_each_profile(profile) {
		for (size_t k = 0; k < ARRAY_SIZE(levels); k++) {
			int rounds = on_valgrind() ? 3 : 50;
			u8 out[16384], in[16384];
			struct list l;
			size_t n;

			up_at(&r, profile, levels[k]);
			list_up(&l, odd_sizes);
			n = total(&l);
			for (int round = 0; round < rounds; round++) {
				memset(out, round + 1, n);
				sg_copy_from_buffer(l.sgt.sgl, NR, out, n);
				assert_int_equal(dma_map_sgtable(r.dev, &l.sgt, DMA_BIDIRECTIONAL,
								 0), 0);
				assert_in_range(l.sgt.nents, 1, NR);
				device_goes_through(&r, &l, in, false);
				assert_memory_equal(in, out, n);
				memset(out, ~round, n);
				device_goes_through(&r, &l, out, true);
				dma_sync_sgtable_for_cpu(r.dev, &l.sgt, DMA_BIDIRECTIONAL);
				assert_int_equal(sg_copy_to_buffer(l.sgt.sgl, NR, in, n), n);
				assert_memory_equal(in, out, n);
				memset(out, round + 100, n);
				sg_copy_from_buffer(l.sgt.sgl, NR, out, n);
				dma_sync_sgtable_for_device(r.dev, &l.sgt, DMA_BIDIRECTIONAL);
				device_goes_through(&r, &l, in, false);
				assert_memory_equal(in, out, n);
				dma_unmap_sgtable(r.dev, &l.sgt, DMA_BIDIRECTIONAL, 0);
				sg_copy_to_buffer(l.sgt.sgl, NR, in, n);
				assert_memory_equal(in, out, n);
			}
			list_down(&l);
			expect(&r, "");
			rig_down(&r);
		}
	}
}

/* ---------------------------------------------------------------- mistakes */

static void counts(void **state)
{
	static const int bad[] = { 0, -1, INT32_MIN };
	const char *profile;
	struct rig r;

	(void)state;
	for_each_profile(profile) {
		struct list l;

		rig_up(&r, profile);
		list_up(&l, odd_sizes);
		for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
			assert_int_equal(dma_map_sg(r.dev, l.sgt.sgl, bad[i], DMA_TO_DEVICE), 0);
			expect(&r, "zero-size");
			dma_unmap_sg(r.dev, l.sgt.sgl, bad[i], DMA_TO_DEVICE);
			assert_int_equal(r.nr, 1);
			r.drawn[0] = 0, r.nr = 0;
		}
		assert_int_equal(dma_map_sg(r.dev, l.sgt.sgl, NR + 1, DMA_TO_DEVICE), 0);
		expect(&r, "sg-count-mismatch");
		assert_int_equal(dma_map_sg(r.dev, l.sgt.sgl, INT32_MAX, DMA_TO_DEVICE), 0);
		expect(&r, "sg-count-mismatch");
		assert_int_equal(dma_map_sg(r.dev, NULL, 3, DMA_TO_DEVICE), 0);
		expect(&r, "zero-size");
		dma_unmap_sg(r.dev, NULL, 3, DMA_TO_DEVICE);
		expect(&r, "free-error-cookie");
		dma_sync_sg_for_cpu(r.dev, NULL, 3, DMA_TO_DEVICE);
		expect(&r, "sync-unknown");
		assert_int_equal(dma_map_sgtable(r.dev, NULL, DMA_TO_DEVICE, 0), -EINVAL);
		expect(&r, "zero-size");
		dma_unmap_sgtable(r.dev, NULL, DMA_TO_DEVICE, 0);
		expect(&r, "free-error-cookie");
		dma_sync_sgtable_for_device(r.dev, NULL, DMA_TO_DEVICE);
		expect(&r, "sync-unknown");

		/* Of a part of the list nothing is said by the rest. */
		assert_int_not_equal(dma_map_sg(r.dev, l.sgt.sgl, 2, DMA_TO_DEVICE), 0);
		cpu_write(l.p[2], l.size[2]);
		for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
			dma_sync_sg_for_cpu(r.dev, l.sgt.sgl, bad[i], DMA_TO_DEVICE);
			expect(&r, "sg-count-mismatch");
		}
		dma_sync_sg_for_cpu(r.dev, l.sgt.sgl, INT32_MAX, DMA_TO_DEVICE);
		expect(&r, "sg-count-mismatch");
		dma_unmap_sg(r.dev, l.sgt.sgl, INT32_MAX, DMA_TO_DEVICE);
		expect(&r, "sg-count-mismatch");
		list_down(&l);
		rig_down(&r);
	}
}

static void errors(void **state)
{
	const char *profile;
	struct rig r;

	(void)state;
	for_each_profile(profile) {
		struct list l;
		int err;

		up_at(&r, profile, "full");
		list_up(&l, odd_sizes);
		assert_int_equal(dma_map_sgtable(NULL, &l.sgt, DMA_TO_DEVICE, 0), -EINVAL);
		expect(&r, "no-device");
		assert_int_equal(dma_map_sgtable(r.dev, &l.sgt, DMA_NONE, 0), -EINVAL);
		expect(&r, "bad-direction");
		assert_int_equal(dma_map_sgtable(r.dev, &l.sgt, DMA_TO_DEVICE, DMA_ATTR_MMIO),
				 -EINVAL);
		expect(&r, "bad-attrs");
		dmalab_machine_fail_nth(r.machine, 1);
		assert_int_equal(dma_map_sgtable(r.dev, &l.sgt, DMA_TO_DEVICE, 0), -ENOMEM);
		expect(&r, "");
		err = dma_map_sgtable(r.dev, &l.sgt, DMA_TO_DEVICE, DMA_ATTR_REQUIRE_COHERENT);
		if (!is_coherent(&r))
			assert_int_equal(err, -EOPNOTSUPP);
		else if (bounces(&r))
			assert_int_equal(err, -EIO);
		else
			dma_unmap_sgtable(r.dev, &l.sgt, DMA_TO_DEVICE, DMA_ATTR_REQUIRE_COHERENT);
		expect(&r, "");
		list_down(&l);
		rig_down(&r);
	}
}

/* What was mapped before the entry that cannot be, is the CPU's again. */
static void failing_in_the_middle(void **state)
{
	const char *profile;
	struct rig r;

	(void)state;
	for_each_profile(profile) {
		struct scatterlist *sg;
		u8 *gone, on_stack[8];
		struct list l;

		rig_up(&r, profile);
		list_up(&l, odd_sizes);
		sg = sg_next(sg_next(l.sgt.sgl));
		sg->page_link = 0;
		assert_int_equal(dma_map_sg(r.dev, l.sgt.sgl, NR, DMA_TO_DEVICE), 0);
		expect(&r, "map-invalid");
		sg_assign_page(sg, (struct page *)((uintptr_t)on_stack & ~7ul));
		assert_int_equal(dma_map_sg(r.dev, l.sgt.sgl, NR, DMA_TO_DEVICE), 0);
		expect(&r, "map-stack");
		gone = kmalloc_ok(64);
		sg_set_buf(sg, gone, 64);
		kfree(gone);
		assert_int_equal(dma_map_sg(r.dev, l.sgt.sgl, NR, DMA_TO_DEVICE), 0);
		expect(&r, "map-freed");
		sg_set_buf(sg, l.p[2], 0);
		assert_int_equal(dma_map_sg(r.dev, l.sgt.sgl, NR, DMA_TO_DEVICE), 0);
		expect(&r, "zero-size");
		sg->length = -1;
		assert_int_equal(dma_map_sg(r.dev, l.sgt.sgl, NR, DMA_TO_DEVICE), 0);
		expect(&r, "map-invalid");
		for (int i = 0; i < NR; i++)
			cpu_write(l.p[i], l.size[i]);
		list_down(&l);
		dmalab_device_free(r.dev);
		expect(&r, "");
		rig_down(&r);
	}
}

static void beyond_the_mask_in_the_middle(void **state)
{
	struct rig r;
	struct scatterlist sg[3];
	u8 *p[3];

	(void)state;
	rig_up(&r, NULL);
	assert_int_equal(dma_set_mask(r.dev, DMA_BIT_MASK(24)), 0);
	sg_init_table(sg, 3);
	for (int i = 0; i < 3; i++) {
		p[i] = kmalloc(8192, i < 2 ? GFP_DMA : GFP_KERNEL);
		assert_non_null(p[i]);
		sg_set_buf(&sg[i], p[i], 64);
	}
	assert_int_equal(dma_map_sg(r.dev, sg, 3, DMA_TO_DEVICE), 0);
	expect(&r, "address-over-mask");
	cpu_write(p[0], 64);
	assert_int_equal(dma_map_sg(r.dev, sg, 2, DMA_TO_DEVICE), 2);
	dma_unmap_sg(r.dev, sg, 2, DMA_TO_DEVICE);
	for (int i = 0; i < 3; i++)
		kfree(p[i]);
	dmalab_device_free(r.dev);
	expect(&r, "");
	rig_down(&r);
}

/* A list too large for the bounce buffer leaves nothing in it. */
static void out_of_slots(void **state)
{
	struct rig r;

	(void)state;
	for (size_t k = 0; k < ARRAY_SIZE(levels); k++) {
		static const size_t sizes[NR] = { 100 << 10, 100 << 10, 100 << 10, 1 };
		dma_addr_t dma;
		struct list l;
		u8 *p;

		/* An eighth of RAM, which is one set of 256 KiB. */
		up_at(&r, "swiotlb", levels[k]);
		dma_set_max_seg_size(r.dev, 1 << 20);
		list_up(&l, sizes);
		for (int i = 0; i < 5; i++)
			assert_int_equal(dma_map_sgtable(r.dev, &l.sgt, DMA_TO_DEVICE, 0), -EIO);
		p = kzalloc_ok(256 << 10);
		dma = map_ok(&r, p, 256 << 10, DMA_TO_DEVICE);
		assert_true(dma_map_single(r.dev, l.p[3], 1, DMA_TO_DEVICE) == DMA_MAPPING_ERROR);
		dma_unmap_single(r.dev, dma, 256 << 10, DMA_TO_DEVICE);
		assert_int_equal(dma_map_sg(r.dev, l.sgt.sgl, 2, DMA_TO_DEVICE), 2);
		dma_unmap_sg(r.dev, l.sgt.sgl, 2, DMA_TO_DEVICE);
		kfree(p);
		list_down(&l);
		expect(&r, "");
		rig_down(&r);
	}
}

static void one_leak_for_a_list(void **state)
{
	const char *profile;
	struct rig r;

	(void)state;
	for_each_profile(profile) {
		struct list a, b;

		rig_up(&r, profile);
		list_up(&a, odd_sizes);
		list_up(&b, odd_sizes);
		assert_int_not_equal(dma_map_sg(r.dev, a.sgt.sgl, NR, DMA_TO_DEVICE), 0);
		assert_int_not_equal(dma_map_sg(r.dev, b.sgt.sgl, 2, DMA_TO_DEVICE), 0);
		dmalab_device_free(r.dev);
		expect(&r, "leak leak");
		list_down(&a);
		list_down(&b);
		rig_down(&r);
	}
}

/* ------------------------------------------------------ which one is meant */

/* A header that all packets share, and their own data behind it. */
static void lists_with_a_common_entry(void **state)
{
	enum { LISTS = 5 };
	static const int nr[LISTS] = { 2, 3, 2, 1, 2 };
	const char *profile;
	struct rig r;

	(void)state;
	for_each_profile(profile) {
		for (int first = 0; first < LISTS; first++) {
			struct scatterlist sg[LISTS][3];
			u8 *p[LISTS][3], *header;

			rig_up(&r, profile);
			header = kzalloc(64, GFP_KERNEL);
			for (int i = 0; i < LISTS; i++) {
				sg_init_table(sg[i], nr[i]);
				for (int k = 0; k < nr[i]; k++) {
					p[i][k] = k ? kzalloc(64, GFP_KERNEL) : header;
					sg_set_buf(&sg[i][k], p[i][k], 64);
				}
				/* One has the header behind its data. */
				if (i == LISTS - 1) {
					sg_set_buf(&sg[i][0], p[i][1], 64);
					sg_set_buf(&sg[i][1], header, 64);
				}
				assert_int_equal(dma_map_sg(r.dev, sg[i], nr[i], DMA_TO_DEVICE),
						 nr[i]);
			}
			for (int n = 0; n < LISTS; n++) {
				int i = (first + n) % LISTS;

				dma_sync_sg_for_cpu(r.dev, sg[i], nr[i], DMA_TO_DEVICE);
				for (int k = 1; k < nr[i]; k++)
					cpu_write(p[i][k], 64);
				dma_sync_sg_for_device(r.dev, sg[i], nr[i], DMA_TO_DEVICE);
				for (int k = 0; k < nr[i]; k++)
					dev_read(&r, sg_dma_address(&sg[i][k]), 64);
				dma_unmap_sg(r.dev, sg[i], nr[i], DMA_TO_DEVICE);
				expect(&r, "");
				for (int k = 1; k < nr[i]; k++) {
					cpu_write(p[i][k], 64);
					expect(&r, "");
					kfree(p[i][k]);
					expect(&r, "");
				}
			}
			kfree(header);
			dmalab_device_free(r.dev);
			rig_down(&r);
		}
	}
}

/* Mapped again before it was unmapped: where addresses differ, the first ones are lost. */
static void list_mapped_twice(void **state)
{
	const char *profile;
	struct rig r;

	(void)state;
	for_each_profile(profile) {
		struct list l;

		rig_up(&r, profile);
		list_up(&l, odd_sizes);
		assert_int_not_equal(dma_map_sg(r.dev, l.sgt.sgl, NR, DMA_TO_DEVICE), 0);
		assert_int_not_equal(dma_map_sg(r.dev, l.sgt.sgl, NR, DMA_TO_DEVICE), 0);
		dma_unmap_sg(r.dev, l.sgt.sgl, NR, DMA_TO_DEVICE);
		expect(&r, "");
		dma_unmap_sg(r.dev, l.sgt.sgl, NR, DMA_TO_DEVICE);
		expect(&r, translates(&r) ? "double-free" : "");
		dmalab_device_free(r.dev);
		expect(&r, translates(&r) ? "leak" : "");
		list_down(&l);
		rig_down(&r);
	}
}

/* A part of a list is no list. */
static void parts_of_a_list(void **state)
{
	const char *profile;
	struct rig r;

	(void)state;
	for_each_profile(profile) {
		struct list l;

		rig_up(&r, profile);
		list_up(&l, odd_sizes);
		if (dma_map_sg(r.dev, l.sgt.sgl, NR, DMA_TO_DEVICE) == NR) {
			dma_sync_sg_for_cpu(r.dev, sg_next(l.sgt.sgl), NR - 1, DMA_TO_DEVICE);
			expect(&r, "sg-count-mismatch");
			dma_unmap_sg(r.dev, sg_next(l.sgt.sgl), NR - 1, DMA_TO_DEVICE);
			expect(&r, "free-dma-address-mismatch");
			dma_unmap_sg(r.dev, l.sgt.sgl, NR, DMA_TO_DEVICE);
			expect(&r, "double-free");
		} else {
			dma_unmap_sg(r.dev, l.sgt.sgl, NR, DMA_TO_DEVICE);
		}
		list_down(&l);
		rig_down(&r);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(there_and_back),
		cmocka_unit_test(counts),
		cmocka_unit_test(errors),
		cmocka_unit_test(failing_in_the_middle),
		cmocka_unit_test(beyond_the_mask_in_the_middle),
		cmocka_unit_test(out_of_slots),
		cmocka_unit_test(one_leak_for_a_list),
		cmocka_unit_test(lists_with_a_common_entry),
		cmocka_unit_test(list_mapped_twice),
		cmocka_unit_test(parts_of_a_list),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
