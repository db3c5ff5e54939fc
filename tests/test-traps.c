/* SPDX-License-Identifier: MIT */
/*
 * Where the kernel's dma-debug reports what is right, nothing is reported; and where it
 * is blind, something is.
 */
#include "rig.h"

#include <linux/scatterlist.h>

/* ------------------------------------------------------------- directions */

static void sync_list(const struct rig *r, bool table, bool for_cpu, struct sg_table *t, int dir)
{
	if (table && for_cpu)
		dma_sync_sgtable_for_cpu(r->dev, t, dir);
	else if (table)
		dma_sync_sgtable_for_device(r->dev, t, dir);
	else if (for_cpu)
		dma_sync_sg_for_cpu(r->dev, t->sgl, t->orig_nents, dir);
	else
		dma_sync_sg_for_device(r->dev, t->sgl, t->orig_nents, dir);
}

/* One report where dma-debug has one, or two for one mistake. */
static void direction_table_of_lists(void **state)
{
	const char *profile;
	struct rig r;

	(void)state;
	for_each_profile(profile) {
		for (int mapped = 0; mapped < DMA_NONE; mapped++) {
			struct scatterlist *sg;
			struct sg_table t;
			unsigned k;

			rig_up(&r, profile);
			assert_int_equal(sg_alloc_table(&t, 3, GFP_KERNEL), 0);
			for_each_sgtable_sg(&t, sg, k)
				sg_set_buf(sg, kzalloc(256, GFP_KERNEL), 256);
			assert_int_equal(dma_map_sgtable(r.dev, &t, mapped, 0), 0);
			for (int i = 0; i < 3 * 2 * 2; i++) {
				int dir = i % 3;
				bool fits = mapped == DMA_BIDIRECTIONAL || mapped == dir;

				sync_list(&r, i / 6, i / 3 % 2, &t, dir);
				expect(&r, fits ? "" : "sync-direction-mismatch");
			}
			for (int i = 0; i < 4; i++) {
				sync_list(&r, i / 2, i % 2, &t, DMA_NONE);
				expect(&r, "bad-direction");
			}
			/* Here dma-debug does not even count, if it is bidirectional. */
			dma_sync_sg_for_cpu(r.dev, t.sgl, 2, mapped);
			expect(&r, "sg-count-mismatch");
			dma_unmap_sgtable(r.dev, &t, mapped, 0);
			for_each_sgtable_sg(&t, sg, k)
				kfree(sg_virt(sg));
			sg_free_table(&t);
			expect(&r, "");
			rig_down(&r);
		}
	}
}

static void direction_table_of_singles(void **state)
{
	const char *profile;
	struct rig r;

	(void)state;
	for_each_profile(profile) {
		rig_up(&r, profile);
		for (int i = 0; i < 3 * 3 * 2; i++) {
			int mapped = i % 3, dir = i / 3 % 3;
			void *p = kzalloc(256, GFP_KERNEL);
			dma_addr_t dma = map_ok(&r, p, 256, mapped);

			(i / 9 ? dma_sync_single_for_cpu : dma_sync_single_for_device)(r.dev, dma,
										      256, dir);
			expect(&r, mapped == DMA_BIDIRECTIONAL || mapped == dir ? "" :
				   "sync-direction-mismatch");
			dma_unmap_single(r.dev, dma, 256, mapped);
			kfree(p);
		}
		rig_down(&r);
	}
}

/* ---------------------------------------------------------- stays quiet */

/* Two mappings hold the range: for dma-debug, none does. */
static void sync_of_a_page_mapped_twice(struct rig *r)
{
	u8 *p = kzalloc(4096, GFP_KERNEL);
	dma_addr_t a = map_ok(r, p, 4096, DMA_TO_DEVICE), b = map_ok(r, p, 4096, DMA_TO_DEVICE);

	dma_sync_single_for_cpu(r->dev, a, 100, DMA_TO_DEVICE);
	dma_sync_single_for_device(r->dev, a, 100, DMA_TO_DEVICE);
	dma_sync_single_for_cpu(r->dev, b + 50, 100, DMA_TO_DEVICE);
	dma_sync_single_for_device(r->dev, b + 50, 100, DMA_TO_DEVICE);
	dma_unmap_single(r->dev, a, 4096, DMA_TO_DEVICE);
	dma_unmap_single(r->dev, b, 4096, DMA_TO_DEVICE);
	kfree(p);
}

/* More than the seven overlaps that the kernel can count. */
static void a_page_mapped_many_times(struct rig *r)
{
	u8 *p = kzalloc(4096, GFP_KERNEL);
	dma_addr_t dma[20];

	for (int i = 0; i < 20; i++)
		dma[i] = map_ok(r, p, 4096 - i, DMA_TO_DEVICE);
	for (int i = 0; i < 20; i++)
		dma_unmap_single(r->dev, dma[(i * 7) % 20], 4096 - i * 7 % 20, DMA_TO_DEVICE);
	kfree(p);
}

/* An older kernel counts it as a leak. */
static void failed_resource(struct rig *r)
{
	dmalab_machine_fail_nth(r->machine, 1);
	assert_true(dma_map_resource(r->dev, 0x20000000, 4096, DMA_TO_DEVICE, 0) ==
		    DMA_MAPPING_ERROR);
	dmalab_machine_fail_nth(r->machine, 0);
}

/* In the same line, but all of it is given away, and never at the same time. */
static void one_after_the_other(struct rig *r)
{
	u8 *p = kzalloc(128, GFP_KERNEL);

	for (int i = 0; i < 8; i++) {
		dma_addr_t dma = map_ok(r, p, 128, i % 2 ? DMA_FROM_DEVICE : DMA_TO_DEVICE);

		i % 2 ? dev_write(r, dma, 128) : dev_read(r, dma, 128);
		dma_unmap_single(r->dev, dma, 128, i % 2 ? DMA_FROM_DEVICE : DMA_TO_DEVICE);
		cpu_read(p, 128);
		cpu_write(p, 128);
	}
	kfree(p);
}

/* The device writes less than it might, or nothing. */
static void transfer_that_never_came(struct rig *r)
{
	u8 *p = kzalloc(4096, GFP_KERNEL);
	dma_addr_t dma;
	struct scatterlist sg;

	/* So that nothing of the CPU's is waiting in the cache. */
	dma = map_ok(r, p, 4096, DMA_TO_DEVICE);
	dma_unmap_single(r->dev, dma, 4096, DMA_TO_DEVICE);
	dma = map_ok(r, p, 4096, DMA_FROM_DEVICE);
	dma_unmap_single(r->dev, dma, 4096, DMA_FROM_DEVICE);
	cpu_read(p, 4096);
	sg_init_one(&sg, p, 4096);
	assert_int_equal(dma_map_sg(r->dev, &sg, 1, DMA_FROM_DEVICE), 1);
	dev_write(r, sg_dma_address(&sg), 1);
	dma_unmap_sg(r->dev, &sg, 1, DMA_FROM_DEVICE);
	cpu_read(p, 4096);
	kfree(p);
}

/* A sync of nothing. */
static void sync_of_no_bytes(struct rig *r)
{
	u8 *p = kzalloc(64, GFP_KERNEL);
	dma_addr_t dma = map_ok(r, p, 64, DMA_TO_DEVICE);

	dma_sync_single_for_cpu(r->dev, dma, 0, DMA_TO_DEVICE);
	dma_sync_single_for_device(r->dev, dma + 64, 0, DMA_TO_DEVICE);
	dev_read(r, dma, 64);
	dma_unmap_single(r->dev, dma, 64, DMA_TO_DEVICE);
	kfree(p);
}

/* Two devices read one buffer, each by its own mapping. */
static void two_readers(struct rig *r)
{
	struct device *other = dmalab_device_new(r->machine, "gpu");
	u8 *p = kzalloc(4096, GFP_KERNEL), buf[64];
	dma_addr_t a = map_ok(r, p, 4096, DMA_TO_DEVICE);
	dma_addr_t b = dma_map_single(other, p, 4096, DMA_TO_DEVICE);

	assert_int_equal(dma_mapping_error(other, b), 0);
	dma_sync_single_for_cpu(other, b, 4096, DMA_TO_DEVICE);
	dma_sync_single_for_device(other, b, 4096, DMA_TO_DEVICE);
	dmalab_device_read(other, b, buf, 64);
	dev_read(r, a, 64);
	dma_unmap_single(r->dev, a, 4096, DMA_TO_DEVICE);
	dmalab_device_read(other, b, buf, 64);
	dma_unmap_single(other, b, 4096, DMA_TO_DEVICE);
	dmalab_device_free(other);
	kfree(p);
}

static void (*const quiet[])(struct rig *) = {
	sync_of_a_page_mapped_twice, a_page_mapped_many_times, failed_resource,
	one_after_the_other, transfer_that_never_came, sync_of_no_bytes, two_readers,
};

static void stays_quiet(void **state)
{
	const char *profile;
	struct rig r;

	(void)state;
	for_each_profile(profile) {
		for (size_t i = 0; i < ARRAY_SIZE(quiet); i++) {
			rig_up(&r, profile);
			quiet[i](&r);
			expect(&r, "");
			dmalab_device_free(r.dev);
			expect(&r, "");
			rig_down(&r);
		}
	}
}

/* --------------------------------------------------------------- is reported */

static const char *handle_is_seen(struct rig *r)
{
	dma_addr_t dma;
	void *p = dma_alloc_attrs(r->dev, 64, &dma, GFP_KERNEL, DMA_ATTR_NO_KERNEL_MAPPING);

	dma_free_attrs(r->dev, 65, p, dma, DMA_ATTR_NO_KERNEL_MAPPING);
	dma_free_attrs(r->dev, 64, p, dma, DMA_ATTR_NO_KERNEL_MAPPING);
	dma_alloc_attrs(r->dev, 64, &dma, GFP_KERNEL, DMA_ATTR_NO_KERNEL_MAPPING);
	return "free-size-mismatch double-free leak";
}

static const char *freed_while_mapped(struct rig *r)
{
	u8 *p = kzalloc(64, GFP_KERNEL);
	dma_addr_t dma = map_ok(r, p, 64, DMA_TO_DEVICE);

	kfree(p);
	dma_unmap_single(r->dev, dma, 64, DMA_TO_DEVICE);
	return "free-while-mapped";
}

static const char *entry_freed_while_mapped(struct rig *r)
{
	struct scatterlist sg[2];
	u8 *p = kzalloc(64, GFP_KERNEL), *q = kzalloc(64, GFP_KERNEL);

	sg_init_table(sg, 2);
	sg_set_buf(&sg[0], p, 64);
	sg_set_buf(&sg[1], q, 64);
	dma_map_sg(r->dev, sg, 2, DMA_TO_DEVICE);
	kfree(q);
	dma_unmap_sg(r->dev, sg, 2, DMA_TO_DEVICE);
	kfree(p);
	return "free-while-mapped";
}

static const char *address_of_another_device(struct rig *r)
{
	struct device *other = dmalab_device_new(r->machine, "gpu");
	u8 *p = kzalloc(64, GFP_KERNEL), byte;
	dma_addr_t dma = map_ok(r, p, 64, DMA_TO_DEVICE);

	dmalab_device_read(other, dma, &byte, 1);
	dma_unmap_single(r->dev, dma, 64, DMA_TO_DEVICE);
	dmalab_device_free(other);
	kfree(p);
	return "device-out-of-bounds";
}

/* What a 32-bit register keeps of an address. */
static const char *truncated_address(struct rig *r)
{
	u8 *p = kzalloc(64, GFP_KERNEL);
	dma_addr_t dma = map_ok(r, p, 64, DMA_TO_DEVICE);

	dev_read(r, (u16)dma, 8);
	dma_unmap_single(r->dev, (u16)dma, 64, DMA_TO_DEVICE);
	dma_unmap_single(r->dev, dma, 64, DMA_TO_DEVICE);
	kfree(p);
	return "device-out-of-bounds free-unknown";
}

/* Error values used as addresses. */
static const char *unchecked_error(struct rig *r)
{
	u8 *p = kzalloc(64, GFP_KERNEL);
	dma_addr_t dma;

	dmalab_machine_fail_nth(r->machine, 1);
	dma = dma_map_single(r->dev, p, 64, DMA_TO_DEVICE);
	dev_read(r, dma, 64);
	dma_sync_single_for_cpu(r->dev, dma, 64, DMA_TO_DEVICE);
	dma_unmap_single(r->dev, dma, 64, DMA_TO_DEVICE);
	kfree(p);
	return "device-out-of-bounds sync-unknown free-error-cookie";
}

static const char *past_the_end(struct rig *r)
{
	u8 *p = kzalloc(128, GFP_KERNEL);
	dma_addr_t dma = map_ok(r, p, 64, DMA_TO_DEVICE);

	dma_sync_single_for_cpu(r->dev, dma, 65, DMA_TO_DEVICE);
	dma_sync_single_for_device(r->dev, dma, 64, DMA_TO_DEVICE);
	dev_read(r, dma, 65);
	dma_unmap_single(r->dev, dma, 64, DMA_TO_DEVICE);
	kfree(p);
	return "sync-out-of-range device-out-of-bounds";
}

static const char *page_of_coherent(struct rig *r)
{
	dma_addr_t dma;
	void *p = dma_alloc_coherent(r->dev, 64, &dma, GFP_KERNEL);

	virt_to_page(p);
	dma_free_coherent(r->dev, 64, p, dma);
	return "page-of-coherent";
}

/* In a list, and the device writes a byte too much of it. */
static const char *entry_overrun(struct rig *r)
{
	u8 *p = kzalloc(256, GFP_KERNEL);
	struct scatterlist sg;

	sg_init_one(&sg, p, 100);
	dma_map_sg(r->dev, &sg, 1, DMA_BIDIRECTIONAL);
	dev_write(r, sg_dma_address(&sg), 101);
	dma_unmap_sg(r->dev, &sg, 1, DMA_BIDIRECTIONAL);
	kfree(p);
	return "device-out-of-bounds";
}

static const char *list_after_unmap(struct rig *r)
{
	u8 *p = kzalloc(256, GFP_KERNEL);
	struct scatterlist sg;

	sg_init_one(&sg, p, 100);
	dma_map_sg(r->dev, &sg, 1, DMA_BIDIRECTIONAL);
	dma_unmap_sg(r->dev, &sg, 1, DMA_BIDIRECTIONAL);
	dev_write(r, sg_dma_address(&sg), 100);
	dma_sync_sg_for_cpu(r->dev, &sg, 1, DMA_BIDIRECTIONAL);
	dma_unmap_sg(r->dev, &sg, 1, DMA_BIDIRECTIONAL);
	kfree(p);
	return "device-use-after-unmap sync-unknown double-free";
}

static const char *(*const drawn[])(struct rig *) = {
	handle_is_seen, freed_while_mapped, entry_freed_while_mapped, address_of_another_device,
	truncated_address, unchecked_error, past_the_end, page_of_coherent, entry_overrun,
	list_after_unmap,
};

static void is_drawn(void **state)
{
	const char *profile;
	struct rig r;

	(void)state;
	for_each_profile(profile) {
		for (size_t i = 0; i < ARRAY_SIZE(drawn); i++) {
			const char *what;

			rig_up(&r, profile);
			what = drawn[i](&r);
			dmalab_device_free(r.dev);
			expect(&r, what);
			rig_down(&r);
		}
	}
}

/* Both directions of one buffer at once, on a machine where that does harm. */
static void both_directions_at_once(void **state)
{
	const char *profile;
	struct rig r;

	(void)state;
	for_each_profile(profile) {
		dma_addr_t to, from;
		u8 *p;

		rig_up(&r, profile);
		p = kzalloc(4096, GFP_KERNEL);
		from = map_ok(&r, p, 4096, DMA_FROM_DEVICE);
		expect(&r, "");
		to = map_ok(&r, p + 4000, 96, DMA_BIDIRECTIONAL);
		expect(&r, is_coherent(&r) && !bounces(&r) ? "" : "overlapping-mapping");
		dma_unmap_single(r.dev, to, 96, DMA_BIDIRECTIONAL);
		dma_unmap_single(r.dev, from, 4096, DMA_FROM_DEVICE);
		expect(&r, "");
		kfree(p);
		rig_down(&r);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(direction_table_of_singles),
		cmocka_unit_test(direction_table_of_lists),
		cmocka_unit_test(stays_quiet),
		cmocka_unit_test(is_drawn),
		cmocka_unit_test(both_directions_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
