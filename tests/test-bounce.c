/* SPDX-License-Identifier: MIT */
/*
 * The bounce buffer, from the outside: where mappings lie in it, what is copied when,
 * and what becomes of it. All at every level, unless it is about reports.
 */
#include "rig.h"

#include <linux/dma-map-ops.h>

#define SLOT 2048u
#define SET  (256u << 10)

static const char *const levels[] = { "full", "contract", "off" };

/* RAM of 2 MiB has one set of slots, of 16 MiB eight. */
static void up(struct rig *r, const char *checks, size_t ram)
{
	rig_up_with(r, &(struct dmalab_config){ .profile = "swiotlb", .checks = checks,
						.accesses = "explicit",
						.ram_size = ram });
}

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

static void forget(struct rig *r)
{
	r->drawn[0] = 0;
	r->nr = 0;
}

/* ------------------------------------------------------------------ places */

static void slots_and_sets(void **state)
{
	(void)state;
	for (size_t k = 0; k < ARRAY_SIZE(levels); k++) {
		dma_addr_t dma[128], big;
		struct rig r;
		u8 *p;

		up(&r, levels[k], 2 << 20);
		p = kzalloc_ok(SET + 1);
		assert_true(dma_map_single(r.dev, p, SET + 1, DMA_TO_DEVICE) == DMA_MAPPING_ERROR);
		big = map_ok(&r, p, SET, DMA_TO_DEVICE);
		assert_int_equal(offset_in_page(big), 0);
		assert_true(big != virt_to_phys(p));
		assert_true(dma_map_single(r.dev, p, 1, DMA_TO_DEVICE) == DMA_MAPPING_ERROR);
		dma_unmap_single(r.dev, big, SET, DMA_TO_DEVICE);
		/* A byte takes a slot, of which there are 128. */
		for (int i = 0; i < 128; i++) {
			dma[i] = map_ok(&r, p + 100 + i, 1, DMA_TO_DEVICE);
			assert_int_equal(dma[i] % SLOT, 0);
			for (int other = 0; other < i; other++)
				assert_true(dma[i] != dma[other]);
		}
		assert_true(dma_map_single(r.dev, p, 1, DMA_TO_DEVICE) == DMA_MAPPING_ERROR);
		/* Three neighbours make room for three, from the start of a page on. */
		dma_unmap_single(r.dev, dma[8], 1, DMA_TO_DEVICE);
		dma_unmap_single(r.dev, dma[10], 1, DMA_TO_DEVICE);
		assert_true(dma_map_single(r.dev, p, SLOT + 1, DMA_TO_DEVICE) == DMA_MAPPING_ERROR);
		dma_unmap_single(r.dev, dma[9], 1, DMA_TO_DEVICE);
		assert_int_equal(map_ok(&r, p, 3 * SLOT - 1, DMA_TO_DEVICE), dma[8]);
		expect(&r, "");
		dmalab_device_free(r.dev);
		forget(&r);
		kfree(p);
		rig_down(&r);
	}
}

/* No mapping lies in two sets, whatever was there before. */
static void inside_one_set(void **state)
{
	dma_addr_t first, dma[8];
	struct rig r;
	u8 *p;

	(void)state;
	up(&r, "contract", 16 << 20);
	p = kmalloc_ok(SET);
	first = map_ok(&r, p, SLOT, DMA_TO_DEVICE);
	for (int i = 0; i < 7; i++) {
		dma[i] = map_ok(&r, p, 200 << 10, DMA_TO_DEVICE);
		assert_int_equal((dma[i] - first) / SET, (dma[i] - first + (200 << 10) - 1) / SET);
	}
	dma_unmap_single(r.dev, first, SLOT, DMA_TO_DEVICE);
	for (int i = 0; i < 7; i++)
		dma_unmap_single(r.dev, dma[i], 200 << 10, DMA_TO_DEVICE);
	kfree(p);
	rig_down(&r);
}

static void alignment(void **state)
{
	static const size_t sizes[] = { 1, 100, SLOT, PAGE_SIZE - 1, PAGE_SIZE, PAGE_SIZE + 1, 40000 };
	static const unsigned masks[] = { 0, 0xff, 0x7ff, 0xfff, 0x3fff };
	struct rig r;
	u8 *block;

	(void)state;
	for (size_t k = 0; k < ARRAY_SIZE(levels); k++) {
		up(&r, levels[k], 2 << 20);
		block = kmalloc_ok(128 << 10);
		fill(block, 1, 128 << 10);
		for (size_t i = 0; i < ARRAY_SIZE(sizes) * ARRAY_SIZE(masks) * 3; i++) {
			static const size_t offsets[] = { 0, 0x123, 0x5a00 };
			size_t size = sizes[i % ARRAY_SIZE(sizes)];
			unsigned mask = masks[i / ARRAY_SIZE(sizes) % ARRAY_SIZE(masks)];
			u8 *p = block + offsets[i / ARRAY_SIZE(sizes) / ARRAY_SIZE(masks)];
			dma_addr_t odd = map_ok(&r, p, 1, DMA_TO_DEVICE), dma;

			dma_set_min_align_mask(r.dev, mask);
			assert_int_equal(dma_max_mapping_size(r.dev),
					 SET - ((mask + SLOT - 1) & ~(SLOT - 1)));
			dma = map_ok(&r, p, size, DMA_TO_DEVICE);
			assert_int_equal(dma & mask, virt_to_phys(p) & mask);
			assert_true(mask || dma % (size < PAGE_SIZE ? SLOT : PAGE_SIZE) == 0);
			assert_int_equal(dev_byte(&r, dma + size - 1), 1);
			dma_unmap_single(r.dev, dma, size, DMA_TO_DEVICE);
			dma_unmap_single(r.dev, odd, 1, DMA_TO_DEVICE);
		}
		expect(&r, "");
		kfree(block);
		rig_down(&r);
	}
}

static void segment_boundary(void **state)
{
	static const unsigned long boundaries[] = { 8191, 4095, 2047, 65535 };
	struct rig r;
	u8 *p;

	(void)state;
	up(&r, "contract", 2 << 20);
	p = kmalloc_ok(SET);
	for (size_t i = 0; i < ARRAY_SIZE(boundaries); i++) {
		unsigned long boundary = boundaries[i];
		dma_addr_t dma[20];

		dma_set_seg_boundary(r.dev, boundary);
		for (int n = 0; n < 20; n++) {
			size_t size = 1 + n * 97 % (boundary + 1);

			dma[n] = map_ok(&r, p, size, DMA_TO_DEVICE);
			assert_false((dma[n] ^ (dma[n] + size - 1)) & ~boundary);
		}
		for (int n = 0; n < 20; n++)
			dma_unmap_single(r.dev, dma[n], 1 + n * 97 % (boundary + 1), DMA_TO_DEVICE);
		assert_true(dma_map_single(r.dev, p, boundary + 2, DMA_TO_DEVICE) ==
			    DMA_MAPPING_ERROR);
	}
	kfree(p);
	expect(&r, "");
	rig_down(&r);
}

/* Sizes that a driver asks for, and what it may be told of them. */
static void largest_mapping(void **state)
{
	struct rig r;
	dma_addr_t dma;
	u8 *p;

	(void)state;
	up(&r, NULL, 2 << 20);
	p = kzalloc_ok(512 << 10);
	assert_int_equal(dma_max_mapping_size(r.dev), SET);
	assert_int_equal(dma_opt_mapping_size(r.dev), SET);
	dma_set_min_align_mask(r.dev, 4095);
	assert_int_equal(dma_max_mapping_size(r.dev), SET - 4096);
	dma = map_ok(&r, p + 4095, SET - 4096, DMA_TO_DEVICE);
	dma_unmap_single(r.dev, dma, SET - 4096, DMA_TO_DEVICE);
	kfree(p);
	expect(&r, "");
	rig_down(&r);
}

static void on_a_bus_with_a_window(void **state)
{
	struct rig r;
	dma_addr_t dma;
	u8 *p;

	(void)state;
	for (size_t k = 0; k < ARRAY_SIZE(levels); k++) {
		up(&r, levels[k], 2 << 20);
		assert_int_equal(dma_direct_set_offset(r.dev, 1ull << 30, 0x1000000, 1 << 30), 0);
		p = kzalloc_ok(5000);
		fill(p, 5, 5000);
		dma = map_ok(&r, p, 5000, DMA_BIDIRECTIONAL);
		assert_in_range(dma, 0x1000000, 0x1ffffff);
		assert_int_equal(dev_byte(&r, dma + 4999), 5);
		assert_int_equal(dmalab_device_write(r.dev, dma + 17, "z", 1), 0);
		dma_sync_single_for_cpu(r.dev, dma, 5000, DMA_BIDIRECTIONAL);
		assert_int_equal(cpu_byte(p + 17), 'z');
		dma_unmap_single(r.dev, dma, 5000, DMA_BIDIRECTIONAL);
		kfree(p);
		expect(&r, "");
		rig_down(&r);
	}
}

/* Even the bounce buffer is out of its reach; and of another one that cannot see it. */
static void out_of_reach(void **state)
{
	struct rig r;
	u8 *p;

	(void)state;
	up(&r, NULL, 2 << 20);
	p = kmalloc_ok(64);
	assert_int_equal(dma_set_mask(r.dev, DMA_BIT_MASK(24)), 0);
	assert_true(dma_map_single(r.dev, p, 64, DMA_TO_DEVICE) == DMA_MAPPING_ERROR);
	expect(&r, "address-over-mask");
	dma_set_mask(r.dev, DMA_BIT_MASK(32));
	r.dev->bus_dma_limit = 0xffff;
	assert_true(dma_map_single(r.dev, p, 64, DMA_TO_DEVICE) == DMA_MAPPING_ERROR);
	expect(&r, "address-over-mask");
	r.dev->bus_dma_limit = 0;
	assert_int_equal(dma_direct_set_offset(r.dev, 1 << 20, 0, 4096), 0);
	assert_true(dma_map_single(r.dev, p, 64, DMA_TO_DEVICE) == DMA_MAPPING_ERROR);
	expect(&r, "address-over-mask");
	kfree(p);
	rig_down(&r);
}

/* ------------------------------------------------------------------ copies */

enum call { MAP, SYNC_DEVICE, SYNC_CPU, UNMAP, UNMAP_SKIP, NR_CALLS };

/* Which side's bytes are everywhere after a call: 'c', 'd', or '=' for no copy. */
static const char copies[NR_CALLS][3] = {
	/* BIDI, TO, FROM */
	[MAP] = { 'c', 'c', 'c' },
	[SYNC_DEVICE] = { 'c', 'c', '=' },
	[SYNC_CPU] = { 'd', '=', 'd' },
	[UNMAP] = { 'd', '=', 'd' },
	[UNMAP_SKIP] = { '=', '=', '=' },
};

static void do_call(const struct rig *r, enum call call, dma_addr_t dma, size_t size, int dir)
{
	switch (call) {
	case SYNC_DEVICE:
		dma_sync_single_for_device(r->dev, dma, size, dir);
		break;
	case SYNC_CPU:
		dma_sync_single_for_cpu(r->dev, dma, size, dir);
		break;
	case UNMAP:
		dma_unmap_single(r->dev, dma, size, dir);
		break;
	case UNMAP_SKIP:
		dma_unmap_single_attrs(r->dev, dma, size, dir, DMA_ATTR_SKIP_CPU_SYNC);
		break;
	default:
		break;
	}
}

static void what_is_copied(void **state)
{
	(void)state;
	for (size_t k = 0; k < ARRAY_SIZE(levels); k++) {
		for (int i = 0; i < NR_CALLS * 3; i++) {
			enum call call = i / 3;
			int dir = i % 3;
			char side = copies[call][dir];
			dma_addr_t dma;
			struct rig r;
			u8 *p;

			up(&r, levels[k], 2 << 20);
			p = kmalloc_ok(300);
			fill(p, 'c', 300);
			dma = map_ok(&r, p, 300, dir);
			if (call != MAP) {
				dmalab_device_write(r.dev, dma, "d", 1);
				do_call(&r, call, dma, 300, dir);
			}
			assert_int_equal(cpu_byte(p), side == 'd' ? 'd' : 'c');
			if (call == MAP)
				assert_int_equal(dev_byte(&r, dma), 'c');
			else if (call <= SYNC_CPU)
				assert_int_equal(dev_byte(&r, dma), side == 'c' ? 'c' : 'd');
			/* The rest is as it was, and the neighbours too. */
			assert_int_equal(cpu_byte(p + 299), 'c');
			if (call < UNMAP)
				dma_unmap_single(r.dev, dma, 300, dir);
			kfree(p);
			forget(&r);
			rig_down(&r);
		}
	}
}

/* Exactly the bytes of the sync. */
static void parts(void **state)
{
	(void)state;
	for (size_t k = 0; k < ARRAY_SIZE(levels); k++) {
		dma_addr_t dma;
		struct rig r;
		u8 *p;

		up(&r, levels[k], 2 << 20);
		p = kmalloc_ok(8192);
		fill(p, 'c', 8192);
		dma = map_ok(&r, p + 10, 6000, DMA_BIDIRECTIONAL);
		for (int i = 0; i < 6000; i += 100)
			dmalab_device_write(r.dev, dma + i, "d", 1);
		dma_sync_single_for_cpu(r.dev, dma + 100, 5000, DMA_BIDIRECTIONAL);
		for (int i = 0; i < 6000; i += 100)
			assert_int_equal(cpu_byte(p + 10 + i), i >= 100 && i < 5100 ? 'd' : 'c');
		forget(&r);
		/* Off the end: as far as it goes, and one report. */
		dma_sync_single_for_cpu(r.dev, dma + 5000, 2000, DMA_BIDIRECTIONAL);
		expect(&r, k == 2 ? "" : "sync-out-of-range");
		assert_int_equal(cpu_byte(p + 10 + 5900), 'd');
		assert_int_equal(cpu_byte(p + 10 + 6000), 'c');
		dma_unmap_single(r.dev, dma, 6000, DMA_BIDIRECTIONAL);
		assert_int_equal(cpu_byte(p + 10), 'd');
		kfree(p);
		forget(&r);
		rig_down(&r);
	}
}

/* Not every byte that the device was given comes from it: the others are the CPU's. */
static void short_write_keeps_the_rest(void **state)
{
	dma_addr_t dma;
	struct rig r;
	u8 *p;

	(void)state;
	up(&r, NULL, 2 << 20);
	p = kmalloc_ok(300);
	fill(p, 'c', 300);
	dma = map_ok(&r, p, 300, DMA_FROM_DEVICE);
	dmalab_device_write(r.dev, dma + 100, "d", 1);
	dma_unmap_single(r.dev, dma, 300, DMA_FROM_DEVICE);
	assert_int_equal(cpu_byte(p + 99), 'c');
	assert_int_equal(cpu_byte(p + 100), 'd');
	assert_int_equal(cpu_byte(p + 101), 'c');
	expect(&r, "");
	kfree(p);
	rig_down(&r);
}

/* ----------------------------------------------------------------- mistakes */

static void missing_syncs(void **state)
{
	dma_addr_t dma;
	struct rig r;
	u8 *p;

	(void)state;
	up(&r, NULL, 2 << 20);
	p = kmalloc_ok(300);
	fill(p, 1, 300);
	dma = map_ok(&r, p, 300, DMA_BIDIRECTIONAL);
	dma_sync_single_for_cpu(r.dev, dma, 300, DMA_BIDIRECTIONAL);
	fill(p, 2, 300);
	assert_int_equal(dev_byte(&r, dma), 1);
	expect(&r, "stale-device-read");
	dma_sync_single_for_device(r.dev, dma, 300, DMA_BIDIRECTIONAL);
	assert_int_equal(dev_byte(&r, dma), 2);
	expect(&r, "");
	dev_write(&r, dma, 300);
	cpu_read(p, 300);
	expect(&r, "stale-cpu-read");
	/* Given back without a look: what the device wrote is buried. */
	dma_sync_single_for_device(r.dev, dma, 300, DMA_BIDIRECTIONAL);
	assert_int_equal(dev_byte(&r, dma), 2);
	expect(&r, "lost-device-write");
	/* And what the CPU writes where the device may. */
	fill(p, 3, 300);
	expect(&r, "cpu-write-device-owned");
	dma_unmap_single(r.dev, dma, 300, DMA_BIDIRECTIONAL);
	assert_int_equal(cpu_byte(p), 2);
	expect(&r, "lost-cpu-write");
	kfree(p);
	rig_down(&r);
}

/* Two mappings of one buffer are two copies. */
static void two_copies(void **state)
{
	dma_addr_t a, b;
	struct rig r;
	u8 *p;

	(void)state;
	up(&r, NULL, 2 << 20);
	p = kmalloc_ok(300);
	fill(p, 1, 300);
	a = map_ok(&r, p, 300, DMA_BIDIRECTIONAL);
	b = map_ok(&r, p, 300, DMA_BIDIRECTIONAL);
	expect(&r, "overlapping-mapping");
	assert_true(a != b);
	dmalab_device_write(r.dev, a, "\2", 1);
	assert_int_equal(dev_byte(&r, b), 1);
	expect(&r, "stale-device-read");
	assert_int_equal(dev_byte(&r, b + 1), 1);
	expect(&r, "");
	dma_unmap_single(r.dev, a, 300, DMA_BIDIRECTIONAL);
	/* The second one puts the old byte back. */
	dma_unmap_single(r.dev, b, 300, DMA_BIDIRECTIONAL);
	assert_int_equal(cpu_byte(p), 1);
	expect(&r, "lost-device-write");
	fill(p, 7, 300);
	cpu_read(p, 300);
	expect(&r, "");
	kfree(p);
	rig_down(&r);
}

/* The device goes on with an address whose slot is somebody else's by now. */
static void slot_used_again(void **state)
{
	dma_addr_t dma, next;
	struct rig r;
	u8 *p, *q;

	(void)state;
	up(&r, NULL, 2 << 20);
	p = kmalloc_ok(SET);
	q = kmalloc_ok(SET);
	fill(q, 4, SET);
	dma = map_ok(&r, p, SET, DMA_FROM_DEVICE);
	dma_unmap_single(r.dev, dma, SET, DMA_FROM_DEVICE);
	assert_int_equal(dev_write(&r, dma, 64), -EFAULT);
	expect(&r, "device-use-after-unmap");
	dma_sync_single_for_cpu(r.dev, dma, 64, DMA_FROM_DEVICE);
	expect(&r, "sync-unknown");
	dma_unmap_single(r.dev, dma, SET, DMA_FROM_DEVICE);
	expect(&r, "double-free");
	next = map_ok(&r, q, SET, DMA_TO_DEVICE);
	assert_int_equal(next, dma);
	/* No way to tell whose address it is; but the direction is wrong. */
	assert_int_equal(dmalab_device_write(r.dev, dma, "x", 1), 0);
	expect(&r, "device-write-read-only");
	assert_int_equal(cpu_byte(q), 4);
	forget(&r);
	dma_unmap_single(r.dev, next, SET, DMA_TO_DEVICE);
	kfree(p);
	kfree(q);
	rig_down(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(slots_and_sets),
		cmocka_unit_test(inside_one_set),
		cmocka_unit_test(alignment),
		cmocka_unit_test(segment_boundary),
		cmocka_unit_test(largest_mapping),
		cmocka_unit_test(on_a_bus_with_a_window),
		cmocka_unit_test(out_of_reach),
		cmocka_unit_test(what_is_copied),
		cmocka_unit_test(parts),
		cmocka_unit_test(short_write_keeps_the_rest),
		cmocka_unit_test(missing_syncs),
		cmocka_unit_test(two_copies),
		cmocka_unit_test(slot_used_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
