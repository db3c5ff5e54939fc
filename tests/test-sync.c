/* SPDX-License-Identifier: MIT */
/* Directions, and who owns which byte after partial syncs. */
#include "rig.h"

/* ------------------------------------------------------------ directions */

/* A bidirectional mapping takes a sync of any direction, others their own. */
static void direction_truth_table(void **state)
{
	struct rig r;

	(void)state;
	for (int mapped = 0; mapped < DMA_NONE; mapped++) {
		for (int synced = 0; synced < DMA_NONE; synced++) {
			bool fits = mapped == DMA_BIDIRECTIONAL || mapped == synced;
			const char *draws = fits ? "" : "sync-direction-mismatch";
			dma_addr_t dma;
			void *p;

			rig_up(&r, NULL);
			p = kmalloc_ok(128);
			dma = map_ok(&r, p, 128, mapped);
			dma_sync_single_for_cpu(r.dev, dma, 128, synced);
			expect(&r, draws);
			dma_sync_single_for_device(r.dev, dma, 128, synced);
			expect(&r, draws);
			dma_sync_single_range_for_cpu(r.dev, dma, 64, 64, synced);
			expect(&r, draws);
			dma_sync_single_range_for_device(r.dev, dma, 64, 64, synced);
			expect(&r, draws);
			dma_unmap_single(r.dev, dma, 128, mapped);
			kfree(p);

			p = noncoherent_ok(&r, 4096, &dma, mapped);
			dma_sync_single_for_device(r.dev, dma, 4096, synced);
			expect(&r, draws);
			dma_free_noncoherent(r.dev, 4096, p, dma, mapped);

			p = dma_alloc_coherent(r.dev, 4096, &dma, GFP_KERNEL);
			dma_sync_single_for_device(r.dev, dma, 4096, synced);
			dma_free_coherent(r.dev, 4096, p, dma);
			rig_down(&r);
		}
	}
}

static void no_direction(void **state)
{
	static const int bad[] = { DMA_NONE, 4, -1, 1 << 30 };
	struct rig r;
	dma_addr_t dma;
	void *p;

	(void)state;
	rig_up(&r, NULL);
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		enum dma_data_direction dir = bad[i];

		assert_false(valid_dma_direction(dir));
		p = noncoherent_ok(&r, 4096, &dma, DMA_TO_DEVICE);
		cpu_write(p, 64);
		/* Nothing is done: the device still reads old bytes. */
		dma_sync_single_for_device(r.dev, dma, 4096, dir);
		expect(&r, "bad-direction");
		dev_read(&r, dma, 64);
		expect(&r, "stale-device-read");
		/* The object is released. */
		dma_free_noncoherent(r.dev, 4096, p, dma, dir);
		expect(&r, "bad-direction");
		assert_null(dma_alloc_noncoherent(r.dev, 4096, &dma, dir, GFP_KERNEL));
		expect(&r, "bad-direction");
		assert_null(dma_alloc_pages(r.dev, 4096, &dma, dir, GFP_KERNEL));
		expect(&r, "bad-direction");
		p = kmalloc_ok(64);
		dma = map_ok(&r, p, 64, DMA_TO_DEVICE);
		dma_unmap_single(r.dev, dma, 64, dir);
		expect(&r, "bad-direction");
		kfree(p);
	}
	rig_down(&r);
}

/* ------------------------------------------------------------- ownership */

static u64 rng = 99;

static u64 random_below(u64 n)
{
	rng = rng * 6364136223846793005ull + 1442695040888963407ull;
	return (rng >> 33) % n;
}

/* After each partial sync, both sides probe every byte. */
static void partial_syncs(void **state)
{
	static const size_t sizes[] = { 1, 63, 64, 65, 200, 300 };
	bool device[300];
	struct rig r;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		size_t size = sizes[i];
		dma_addr_t dma;
		u8 *p;

		rig_up(&r, "x86");
		p = kmalloc_ok(512);
		dma = map_ok(&r, p, size, DMA_BIDIRECTIONAL);
		memset(device, true, sizeof(device));
		for (int round = 0; round < (on_valgrind() ? 3 : 40); round++) {
			size_t first = random_below(size), len = 1 + random_below(size - first);
			bool to_device = random_below(2);

			if (to_device)
				dma_sync_single_range_for_device(r.dev, dma, first, len,
								 DMA_BIDIRECTIONAL);
			else
				dma_sync_single_range_for_cpu(r.dev, dma, first, len,
							      DMA_BIDIRECTIONAL);
			memset(device + first, to_device, len);
			for (size_t k = 0; k < size; k++) {
				cpu_read(p + k, 1);
				expect(&r, device[k] ? "cpu-read-device-owned" : "");
				dev_read(&r, dma + k, 1);
				expect(&r, device[k] ? "" : "device-read-cpu-owned");
			}
		}
		dma_unmap_single(r.dev, dma, size, DMA_BIDIRECTIONAL);
		cpu_write(p, size);
		kfree(p);
		rig_down(&r);
	}
}

/* Past the end, the part inside moves. */
static void out_of_range_moves_the_part_inside(void **state)
{
	struct rig r;
	dma_addr_t dma;
	u8 *p;

	(void)state;
	rig_up(&r, "x86");
	p = kmalloc_ok(256);
	dma = map_ok(&r, p, 128, DMA_BIDIRECTIONAL);
	dma_sync_single_for_cpu(r.dev, dma + 64, 128, DMA_BIDIRECTIONAL);
	expect(&r, "sync-out-of-range");
	cpu_write(p + 64, 64);
	expect(&r, "");
	cpu_write(p + 63, 1);
	expect(&r, "cpu-write-device-owned");
	dma_unmap_single(r.dev, dma, 128, DMA_BIDIRECTIONAL);
	kfree(p);
	rig_down(&r);
}

/* Several mappings on one page are never confused. */
static void mappings_of_one_page(void **state)
{
	struct rig r;
	dma_addr_t to, from, both;
	u8 *p;

	(void)state;
	rig_up(&r, NULL);
	p = kzalloc_ok(4096);
	to = map_ok(&r, p, 512, DMA_TO_DEVICE);
	from = map_ok(&r, p + 512, 512, DMA_FROM_DEVICE);
	both = map_ok(&r, p + 1024, 512, DMA_BIDIRECTIONAL);

	dma_sync_single_for_cpu(r.dev, from, 512, DMA_FROM_DEVICE);
	cpu_read(p + 512, 512);
	cpu_read(p, 512);
	expect(&r, "");
	cpu_read(p + 1024, 1);
	expect(&r, "cpu-read-device-owned");
	dma_sync_single_for_cpu(r.dev, both, 512, DMA_FROM_DEVICE);
	expect(&r, "");
	dma_sync_single_for_cpu(r.dev, to, 512, DMA_FROM_DEVICE);
	expect(&r, "sync-direction-mismatch");
	/* One range over two mappings is in neither. */
	dma_sync_single_for_cpu(r.dev, to + 256, 512, DMA_TO_DEVICE);
	expect(&r, "sync-out-of-range");
	assert_int_equal(dev_read(&r, to + 256, 512), -EFAULT);
	expect(&r, "device-out-of-bounds");

	dma_unmap_single(r.dev, from, 512, DMA_FROM_DEVICE);
	dma_unmap_single(r.dev, both, 512, DMA_BIDIRECTIONAL);
	dma_unmap_single(r.dev, to, 512, DMA_TO_DEVICE);
	kfree(p);
	rig_down(&r);
}

/* The CPU must respect each object that covers a byte; a device needs one. */
static void overlapping_mappings(void **state)
{
	struct rig r;
	dma_addr_t a, b;
	u8 *p;

	(void)state;
	rig_up(&r, "x86");
	p = kzalloc_ok(4096);
	a = map_ok(&r, p, 4096, DMA_BIDIRECTIONAL);
	b = map_ok(&r, p + 1024, 1024, DMA_FROM_DEVICE);
	dma_sync_single_for_cpu(r.dev, a, 4096, DMA_BIDIRECTIONAL);
	cpu_read(p, 1024);
	expect(&r, "");
	cpu_read(p + 1024, 4);
	expect(&r, "cpu-read-device-owned");
	dev_write(&r, b, 1024);
	expect(&r, "");
	dev_read(&r, a + 2048, 16);
	expect(&r, "device-read-cpu-owned");
	/* Neither allows it: what is wrong with the direction is graver. */
	dev_read(&r, b, 16);
	expect(&r, "device-read-write-only");
	dma_unmap_single(r.dev, b, 1024, DMA_FROM_DEVICE);
	cpu_read(p + 1024, 4);
	dma_unmap_single(r.dev, a, 4096, DMA_BIDIRECTIONAL);
	kfree(p);
	rig_down(&r);
}

static void mapping_over_pages(void **state)
{
	struct rig r;
	dma_addr_t dma;
	u8 *p;

	(void)state;
	rig_up(&r, NULL);
	p = kmalloc_ok(5 * PAGE_SIZE);
	dma = map_ok(&r, p + 100, 4 * PAGE_SIZE, DMA_FROM_DEVICE);
	assert_int_equal(dev_write(&r, dma, 4 * PAGE_SIZE), 0);
	dma_sync_single_range_for_cpu(r.dev, dma, PAGE_SIZE, 2 * PAGE_SIZE, DMA_FROM_DEVICE);
	cpu_read(p + 100 + PAGE_SIZE, 2 * PAGE_SIZE);
	expect(&r, "");
	cpu_read(p + 100, 1);
	expect(&r, "stale-cpu-read");
	cpu_read(p + 100 + 4 * PAGE_SIZE - 1, 1);
	expect(&r, "stale-cpu-read");
	dma_unmap_single(r.dev, dma, 4 * PAGE_SIZE, DMA_FROM_DEVICE);
	cpu_read(p + 100, 4 * PAGE_SIZE);
	expect(&r, "");
	kfree(p);
	rig_down(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(direction_truth_table),
		cmocka_unit_test(no_direction),
		cmocka_unit_test(partial_syncs),
		cmocka_unit_test(out_of_range_moves_the_part_inside),
		cmocka_unit_test(mappings_of_one_page),
		cmocka_unit_test(overlapping_mappings),
		cmocka_unit_test(mapping_over_pages),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
