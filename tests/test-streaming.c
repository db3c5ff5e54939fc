/* SPDX-License-Identifier: MIT */
/*
 * Mappings of one piece: by pointer, page or physical address, several of one page,
 * and their attributes.
 */
#include "rig.h"

#include <linux/scatterlist.h>

static void fill(void *p, u8 value, size_t len)
{
	u8 *buf = malloc(len);

	assert_non_null(buf);
	memset(buf, value, len);
	dmalab_cpu_write(p, buf, len);
	free(buf);
}

static u8 cpu_byte(const void *p)
{
	u8 byte = 0;

	dmalab_cpu_read(p, &byte, 1);
	return byte;
}

static u8 dev_byte(const struct rig *r, dma_addr_t dma)
{
	u8 byte = 0;

	assert_int_equal(dmalab_device_read(r->dev, dma, &byte, 1), 0);
	return byte;
}

/* ------------------------------------------------------------ equivalence */

enum { SINGLE, PAGE, PHYS, NR_WAYS };

static dma_addr_t map_way(const struct rig *r, int way, u8 *p, size_t size,
			  enum dma_data_direction dir, unsigned long attrs)
{
	dma_addr_t dma;

	if (way == SINGLE)
		dma = dma_map_single_attrs(r->dev, p, size, dir, attrs);
	else if (way == PAGE)
		dma = dma_map_page_attrs(r->dev, virt_to_page(p), offset_in_page(p), size, dir,
					 attrs);
	else
		dma = dma_map_phys(r->dev, virt_to_phys(p), size, dir, attrs);
	assert_int_equal(dma_mapping_error(r->dev, dma), 0);
	return dma;
}

static void unmap_way(const struct rig *r, int way, dma_addr_t dma, size_t size,
		      enum dma_data_direction dir, unsigned long attrs)
{
	if (way == SINGLE)
		dma_unmap_single_attrs(r->dev, dma, size, dir, attrs);
	else if (way == PAGE)
		dma_unmap_page_attrs(r->dev, dma, size, dir, attrs);
	else
		dma_unmap_phys(r->dev, dma, size, dir, attrs);
}

static void mapped_by_one_unmapped_by_another(void **state)
{
	const char *profile;
	struct rig r;

	(void)state;
	for_each_profile(profile) {
		rig_up(&r, profile);
		for (int i = 0; i < NR_WAYS * NR_WAYS; i++) {
			u8 *p = kmalloc_ok(3 * PAGE_SIZE) + 100;
			dma_addr_t dma;

			fill(p, 1, 5000);
			dma = map_way(&r, i / NR_WAYS, p, 5000, DMA_BIDIRECTIONAL, 0);
			assert_int_equal(dev_byte(&r, dma + 4999), 1);
			assert_int_equal(dmalab_device_write(r.dev, dma + 4096, "x", 1), 0);
			unmap_way(&r, i % NR_WAYS, dma, 5000, DMA_BIDIRECTIONAL, 0);
			assert_int_equal(cpu_byte(p + 4096), 'x');
			assert_int_equal(cpu_byte(p), 1);
			kfree(p - 100);
		}
		rig_down(&r);
	}
}

/* An offset may be larger than a page: the kernel adds it to the page's address. */
static void pages_beyond_the_first(void **state)
{
	const char *profile;
	struct rig r;

	(void)state;
	for_each_profile(profile) {
		struct page *page;
		dma_addr_t dma;
		u8 *p;

		rig_up(&r, profile);
		p = kmalloc_ok(4 * PAGE_SIZE);
		page = virt_to_page(p);
		fill(p, 7, 4 * PAGE_SIZE);
		fill(p + 2 * PAGE_SIZE + 8, 9, 1);
		dma = dma_map_page(r.dev, page, 2 * PAGE_SIZE + 8, 5000, DMA_TO_DEVICE);
		assert_int_equal(dma_mapping_error(r.dev, dma), 0);
		assert_int_equal(dev_byte(&r, dma), 9);
		assert_int_equal(dev_byte(&r, dma + 4999), 7);
		dev_read(&r, dma, 5001);
		expect(&r, "device-out-of-bounds");
		dma_unmap_page(r.dev, dma, 5000, DMA_TO_DEVICE);
		kfree(p);
		rig_down(&r);
	}
}

/* ---------------------------------------------- many mappings of one page */

static void parts_of_a_page(void **state)
{
	enum { NR = 4, PART = 256 };
	const char *profile;
	struct rig r;

	(void)state;
	for_each_profile(profile) {
		dma_addr_t dma[NR];
		u8 *p;

		rig_up(&r, profile);
		p = kmalloc_ok(PAGE_SIZE);
		fill(p, 1, PAGE_SIZE);
		for (int i = 0; i < NR; i++)
			dma[i] = map_ok(&r, p + i * PART, PART, i % 2 ? DMA_FROM_DEVICE :
								       DMA_TO_DEVICE);
		dev_write(&r, dma[1], PART);
		dev_write(&r, dma[0], 1);
		expect(&r, "device-write-read-only");
		dev_read(&r, dma[0] + PART - 1, 2);
		expect(&r, "device-out-of-bounds");
		dma_sync_single_for_cpu(r.dev, dma[1] + PART - 1, 2, DMA_FROM_DEVICE);
		expect(&r, "sync-out-of-range");
		dma_sync_single_for_cpu(r.dev, dma[2], PART, DMA_FROM_DEVICE);
		expect(&r, "sync-direction-mismatch");
		/* Each goes alone, in any order. */
		for (int i = 0; i < NR; i++) {
			int k = (i + 2) % NR;

			dma_unmap_single(r.dev, dma[k], PART, k % 2 ? DMA_FROM_DEVICE :
								     DMA_TO_DEVICE);
			cpu_write(p + k * PART, PART);
			expect(&r, "");
			dev_read(&r, dma[k], 1);
			expect(&r, "device-use-after-unmap");
		}
		kfree(p);
		rig_down(&r);
	}
}

/* The same address, other sizes and directions: the one that fits is meant. */
static void overlapping_mappings_are_told_apart(void **state)
{
	static const struct {
		size_t size;
		enum dma_data_direction dir;
		unsigned long attrs;
	} m[] = {
		{ 4096, DMA_TO_DEVICE, 0 }, { 100, DMA_TO_DEVICE, 0 },
		{ 8192, DMA_TO_DEVICE, 0 }, { 100, DMA_TO_DEVICE, DMA_ATTR_PRIVILEGED },
	};
	const size_t nr = ARRAY_SIZE(m);
	const char *profile;
	struct rig r;

	(void)state;
	for_each_profile(profile) {
		for (unsigned first = 0; first < nr; first++) {
			dma_addr_t dma[ARRAY_SIZE(m)];
			u8 *p;

			rig_up(&r, profile);
			p = kmalloc_ok(8192);
			fill(p, 3, 8192);
			for (size_t i = 0; i < nr; i++)
				dma[i] = map_way(&r, i % NR_WAYS, p, m[i].size, m[i].dir,
						 m[i].attrs);
			/* The widest serves what the others cannot. */
			dev_read(&r, dma[2], 8192);
			dma_sync_single_for_cpu(r.dev, dma[2] + 4096, 4096, DMA_TO_DEVICE);
			dma_sync_single_for_device(r.dev, dma[2], 8192, DMA_TO_DEVICE);
			expect(&r, "");
			for (size_t i = 0; i < nr; i++) {
				size_t k = (first + i) % nr;

				unmap_way(&r, k % NR_WAYS, dma[k], m[k].size, m[k].dir,
					  m[k].attrs);
				expect(&r, "");
			}
			cpu_write(p, 8192);
			kfree(p);
			rig_down(&r);
		}
	}
}

/* ------------------------------------------------------------- attributes */

static void skip_at_the_map(void **state)
{
	const char *profile;
	struct rig r;

	(void)state;
	for_each_profile(profile) {
		dma_addr_t dma;
		u8 *p;

		rig_up(&r, profile);
		p = kmalloc_ok(256);
		fill(p, 1, 256);
		dma = map_ok(&r, p, 256, DMA_BIDIRECTIONAL);
		dma_unmap_single(r.dev, dma, 256, DMA_BIDIRECTIONAL);
		fill(p, 2, 256);
		dma = map_way(&r, SINGLE, p, 256, DMA_BIDIRECTIONAL, DMA_ATTR_SKIP_CPU_SYNC);
		/* A bounce buffer copies all the same. */
		assert_int_equal(dev_byte(&r, dma), is_coherent(&r) ? 2 : 1);
		expect(&r, is_coherent(&r) ? "" : "stale-device-read");
		/* The device owns it, and what it needs, a sync can still do. */
		cpu_read(p, 1);
		expect(&r, "cpu-read-device-owned");
		dma_sync_single_for_device(r.dev, dma, 256, DMA_BIDIRECTIONAL);
		assert_int_equal(dev_byte(&r, dma), 2);
		dma_unmap_single(r.dev, dma, 256, DMA_BIDIRECTIONAL);
		kfree(p);
		rig_down(&r);
	}
}

static void skip_at_the_unmap(void **state)
{
	const char *profile;
	struct rig r;

	(void)state;
	for_each_profile(profile) {
		dma_addr_t dma;
		u8 *p;

		rig_up(&r, profile);
		p = kmalloc_ok(256);
		fill(p, 1, 256);
		dma = map_ok(&r, p, 256, DMA_BIDIRECTIONAL);
		dmalab_device_write(r.dev, dma, "x", 1);
		dma_unmap_single_attrs(r.dev, dma, 256, DMA_BIDIRECTIONAL,
				       DMA_ATTR_SKIP_CPU_SYNC);
		assert_int_equal(cpu_byte(p + 64), 1);
		expect(&r, "");
		cpu_read(p, 1);
		/* Nothing brings back what stayed in the bounce buffer. */
		if (bounces(&r))
			expect(&r, "lost-device-write");
		else if (is_coherent(&r) || strcmp(profile, "mips-nonspec") == 0)
			expect(&r, "");
		else
			expect(&r, "stale-cpu-read");
		/* What the CPU stores is its own again. */
		cpu_write(p, 64);
		cpu_read(p, 64);
		expect(&r, "");
		kfree(p);
		rig_down(&r);
	}
}

static void coherent_or_nothing(void **state)
{
	const unsigned long attrs = DMA_ATTR_REQUIRE_COHERENT;
	const char *profile;
	struct rig r;

	(void)state;
	for_each_profile(profile) {
		dma_addr_t dma;
		u8 *p;

		rig_up(&r, profile);
		p = kmalloc_ok(256);
		dma = dma_map_phys(r.dev, virt_to_phys(p), 256, DMA_FROM_DEVICE, attrs);
		assert_int_equal(dma == DMA_MAPPING_ERROR, !is_coherent(&r) || bounces(&r));
		expect(&r, "");
		if (dma != DMA_MAPPING_ERROR) {
			assert_int_equal(dma_mapping_error(r.dev, dma), 0);
			dma_unmap_phys(r.dev, dma, 256, DMA_FROM_DEVICE, 0);
			expect(&r, "free-attrs-mismatch");
		}
		kfree(p);
		rig_down(&r);
	}
}

/* Both must say that they share a line; what the device only reads need not. */
static void shared_lines(void **state)
{
	const unsigned long ignore = DMA_ATTR_DEBUGGING_IGNORE_CACHELINES;
	const struct {
		unsigned long a, b;
		enum dma_data_direction dir;
		const char *draws;
	} c[] = {
		{ 0, 0, DMA_FROM_DEVICE, "overlapping-mapping" },
		{ ignore, 0, DMA_FROM_DEVICE, "overlapping-mapping" },
		{ 0, ignore, DMA_FROM_DEVICE, "overlapping-mapping" },
		{ ignore, ignore, DMA_FROM_DEVICE, "" },
		{ 0, DMA_ATTR_SKIP_CPU_SYNC, DMA_FROM_DEVICE, "" },
		{ DMA_ATTR_SKIP_CPU_SYNC, 0, DMA_FROM_DEVICE, "overlapping-mapping" },
		{ 0, 0, DMA_TO_DEVICE, "" },
	};
	const char *profile;
	struct rig r;

	(void)state;
	for_each_profile(profile) {
		for (size_t i = 0; i < ARRAY_SIZE(c); i++) {
			dma_addr_t a, b;
			u8 *p;

			rig_up(&r, profile);
			p = kmalloc_ok(1024);
			a = map_way(&r, SINGLE, p, 8, c[i].dir, c[i].a);
			b = map_way(&r, PAGE, p + 8, 512, c[i].dir, c[i].b);
			expect(&r, is_coherent(&r) ? "" : c[i].draws);
			/* dma-debug looks at first lines only. */
			unmap_way(&r, PHYS, a, 8, c[i].dir, c[i].a);
			a = map_way(&r, PHYS, p + 516, 8, c[i].dir, c[i].b);
			/* Where they are copied, sharing a line is no harm, but sharing bytes is. */
			expect(&r, (is_coherent(&r) && !bounces(&r)) || c[i].b ? "" : c[i].draws);
			unmap_way(&r, PHYS, a, 8, c[i].dir, c[i].b);
			unmap_way(&r, PHYS, b, 512, c[i].dir, c[i].b);
			kfree(p);
			r.drawn[0] = 0, r.nr = 0;
			rig_down(&r);
		}
	}
}

/* ------------------------------------------------------ dma_mapping_error */

/* One question is good for one mapping at the address. */
static void one_question_for_two(void **state)
{
	struct rig r;
	dma_addr_t dma;
	u8 *p;

	(void)state;
	rig_up(&r, NULL);
	p = kzalloc(256, GFP_KERNEL);
	dma = dma_map_single(r.dev, p, 256, DMA_TO_DEVICE);
	assert_int_equal(dma_map_single(r.dev, p, 256, DMA_TO_DEVICE), dma);
	dma_mapping_error(r.dev, dma);
	dma_unmap_single(r.dev, dma, 256, DMA_TO_DEVICE);
	dma_unmap_single(r.dev, dma, 256, DMA_TO_DEVICE);
	expect(&r, "map-error-unchecked");
	dma = dma_map_single(r.dev, p, 256, DMA_TO_DEVICE);
	dma_map_single(r.dev, p, 256, DMA_TO_DEVICE);
	dma_mapping_error(r.dev, dma);
	dma_mapping_error(r.dev, dma);
	/* An address in the middle, or of nobody, is no question about it. */
	dma_map_single(r.dev, p, 256, DMA_TO_DEVICE);
	assert_int_equal(dma_mapping_error(r.dev, dma + 1), 0);
	assert_int_equal(dma_mapping_error(r.dev, 12345), 0);
	assert_int_equal(dma_mapping_error(r.dev, DMA_MAPPING_ERROR), -ENOMEM);
	assert_int_equal(dma_mapping_error(r.dev, DMA_MAPPING_ERROR - 1), 0);
	for (int i = 0; i < 3; i++)
		dma_unmap_single(r.dev, dma, 256, DMA_TO_DEVICE);
	expect(&r, "map-error-unchecked");
	kfree(p);
	rig_down(&r);
}

/* Lists are not asked, so the question is about the other mapping. */
static void question_beside_a_list(void **state)
{
	const char *profile;
	struct rig r;

	(void)state;
	for_each_profile(profile) {
		struct scatterlist sg;
		dma_addr_t dma;
		u8 *p;

		rig_up(&r, profile);
		p = kzalloc(256, GFP_KERNEL);
		sg_init_one(&sg, p, 256);
		dma = dma_map_single(r.dev, p, 256, DMA_TO_DEVICE);
		assert_int_equal(dma_map_sg(r.dev, &sg, 1, DMA_TO_DEVICE), 1);
		assert_int_equal(dma_mapping_error(r.dev, dma), 0);
		dma_unmap_single(r.dev, dma, 256, DMA_TO_DEVICE);
		dma_unmap_sg(r.dev, &sg, 1, DMA_TO_DEVICE);
		expect(&r, "");
		kfree(p);
		rig_down(&r);
	}
}

static void need_sync(void **state)
{
	struct dmalab_config config = { .checks = "off", .accesses = "explicit" };
	struct rig r;
	dma_addr_t dma;
	void *p;

	(void)state;
	rig_up(&r, "x86");
	p = kmalloc_ok(256);
	dma = map_ok(&r, p, 256, DMA_TO_DEVICE);
	/* The judge follows what the hardware does not need. */
	assert_true(dma_need_sync(r.dev, dma));
	dma_unmap_single(r.dev, dma, 256, DMA_TO_DEVICE);
	rig_down(&r);

	for_each_profile(config.profile) {
		rig_up_with(&r, &config);
		p = kmalloc_ok(256);
		dma = map_ok(&r, p, 256, DMA_TO_DEVICE);
		assert_int_equal(dma_need_sync(r.dev, dma), !is_coherent(&r) || bounces(&r));
		dma_unmap_single(r.dev, dma, 256, DMA_TO_DEVICE);
		/* Allocations are not bounced. */
		p = noncoherent_ok(&r, 4096, &dma, DMA_TO_DEVICE);
		assert_int_equal(dma_need_sync(r.dev, dma), !is_coherent(&r));
		dma_free_noncoherent(r.dev, 4096, p, dma, DMA_TO_DEVICE);
		assert_false(dma_need_sync(NULL, 0));
		dma_need_sync(r.dev, DMA_MAPPING_ERROR);
		rig_down(&r);
	}
}

/* One page sent twice at a time: the unmap is of the one whose error was looked at. */
static void sent_twice(void **state)
{
	struct rig r;
	dma_addr_t a, b;
	void *p;

	(void)state;
	rig_up(&r, NULL);
	p = kmalloc_ok(64);
	a = map_ok(&r, p, 64, DMA_TO_DEVICE);
	b = dma_map_single(r.dev, p, 64, DMA_TO_DEVICE);
	assert_true(a == b);
	dma_unmap_single(r.dev, a, 64, DMA_TO_DEVICE);
	assert_int_equal(dma_mapping_error(r.dev, b), 0);
	dma_unmap_single(r.dev, b, 64, DMA_TO_DEVICE);
	expect(&r, "");
	b = dma_map_single(r.dev, p, 64, DMA_TO_DEVICE);
	dma_unmap_single(r.dev, b, 64, DMA_TO_DEVICE);
	expect(&r, "map-error-unchecked");
	kfree(p);
	rig_down(&r);
}

/* Every page of a mapping is looked at, whatever the machine does about lines. */
static void into_coherent_memory(void **state)
{
	const char *profile;

	(void)state;
	for (unsigned i = 0; (profile = dmalab_profile_name(i)); i++) {
		dma_addr_t dma[64];
		void *coherent[64];
		struct rig r;
		u8 *p;
		int hit = -1;

		rig_up(&r, profile);
		p = (u8 *)__get_free_page(GFP_KERNEL);
		for (int k = 0; k < 64; k++) {
			coherent[k] = dma_alloc_coherent(r.dev, 4096, &dma[k], GFP_KERNEL);
			assert_non_null(coherent[k]);
			if (coherent[k] == p + 4096 || dma[k] == virt_to_phys(p) + 4096)
				hit = k;
		}
		if (hit >= 0) {
			assert_true(dma_map_single(r.dev, p, 4097, DMA_TO_DEVICE) ==
				    DMA_MAPPING_ERROR);
			expect(&r, "map-coherent");
			assert_non_null(strstr(r.text, "runs into it"));
		}
		dma_unmap_single(r.dev, map_ok(&r, p, 4096, DMA_TO_DEVICE), 4096, DMA_TO_DEVICE);
		for (int k = 0; k < 64; k++)
			dma_free_coherent(r.dev, 4096, coherent[k], dma[k]);
		free_page((unsigned long)p);
		rig_down(&r);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(mapped_by_one_unmapped_by_another),
		cmocka_unit_test(pages_beyond_the_first),
		cmocka_unit_test(parts_of_a_page),
		cmocka_unit_test(overlapping_mappings_are_told_apart),
		cmocka_unit_test(skip_at_the_map),
		cmocka_unit_test(skip_at_the_unmap),
		cmocka_unit_test(coherent_or_nothing),
		cmocka_unit_test(shared_lines),
		cmocka_unit_test(one_question_for_two),
		cmocka_unit_test(question_beside_a_list),
		cmocka_unit_test(need_sync),
		cmocka_unit_test(sent_twice),
		cmocka_unit_test(into_coherent_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
