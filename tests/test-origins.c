/* SPDX-License-Identifier: MIT */
/*
 * The device is the one that did it: of several mappings of the same bytes, a report names
 * the one through which they were stored, and its advice is a sync of that one, on every
 * machine.
 */
#include "rig.h"

static struct dmalab_report last;
static struct dmalab_advice last_advice[DMALAB_ADVICE_MAX];
static unsigned last_advice_line[DMALAB_ADVICE_MAX];
static char last_check[64], last_device[32], last_missing[1024];
static unsigned nr_drawn;

static void keep(const struct dmalab_report *report, void *context)
{
	(void)context;
	last = *report;
	for (unsigned i = 0; i < report->nr_advice; i++) {
		last_advice[i] = *report->advice[i];
		last_advice_line[i] = report->advice[i]->site->line;
	}
	snprintf(last_check, sizeof(last_check), "%s", report->check);
	snprintf(last_device, sizeof(last_device), "%s", report->device ? report->device : "");
	snprintf(last_missing, sizeof(last_missing), "%s", report->missing ? report->missing : "");
	nr_drawn++;
}

/* One machine, a device that writes and another that has the same memory. */
struct two {
	struct rig r;
	struct device *writer, *other;
	u8 *p;
};

static void up(struct two *t, const char *profile)
{
	rig_up(&t->r, profile);
	dmalab_set_report_handler(t->r.machine, keep, NULL);
	t->writer = dmalab_device_new(t->r.machine, "writer");
	t->other = dmalab_device_new(t->r.machine, "other");
	t->p = kmalloc(128, GFP_KERNEL);
	assert_non_null(t->p);
	nr_drawn = 0;
}

static void down(struct two *t)
{
	kfree(t->p);
	nr_drawn = 0;
	dmalab_machine_free(t->r.machine);
	assert_int_equal(nr_drawn, 0);
}

static dma_addr_t map(struct device *dev, void *p, size_t size, enum dma_data_direction dir)
{
	dma_addr_t dma = dma_map_single(dev, p, size, dir);

	assert_int_equal(dma_mapping_error(dev, dma), 0);
	return dma;
}

static void device_stores(struct device *dev, dma_addr_t dma, size_t len)
{
	static u8 buf[128];

	memset(buf, buf[0] + 1, sizeof(buf));
	assert_int_equal(dmalab_device_write(dev, dma, buf, len), 0);
}

static void device_loads(struct device *dev, dma_addr_t dma, size_t len)
{
	u8 buf[128];

	assert_int_equal(dmalab_device_read(dev, dma, buf, len), 0);
}

static int is_on(const struct two *t, const char *profile)
{
	return strcmp(dmalab_machine_profile(t->r.machine), profile) == 0;
}

/* Devices snoop there, and nothing is copied. */
static int keeps_coherent(const struct two *t)
{
	return is_on(t, "x86") || is_on(t, "iommu");
}

/* One report, about what @dev has at @dma, and its first call is for that as well. */
static void expect_about(const char *check, const struct device *dev, dma_addr_t dma)
{
	assert_int_equal(nr_drawn, 1);
	nr_drawn = 0;
	if (check)
		assert_string_equal(last_check, check);
	assert_ptr_equal(last.dev, dev);
	assert_int_equal(last.object_dma_addr, dma);
}

static void expect_call(unsigned i, const struct device *dev, dma_addr_t dma, int for_cpu,
			int after)
{
	assert_true(last.nr_advice > i);
	assert_ptr_equal(last_advice[i].dev, dev);
	assert_int_equal(last_advice[i].dma_addr, dma);
	assert_int_equal(last_advice[i].for_cpu, for_cpu);
	assert_int_equal(last_advice[i].after, after);
}

/* Whoever was mapped last, it is the writer who must give the bytes back. */
static void order_of_maps(const char *profile, int writer_last)
{
	dma_addr_t m = 0, n;
	struct two t;

	up(&t, profile);
	if (!writer_last)
		m = map(t.writer, t.p, 128, DMA_FROM_DEVICE);
	n = map(t.other, t.p, 128, DMA_TO_DEVICE);
	if (writer_last)
		m = map(t.writer, t.p, 128, DMA_FROM_DEVICE);
	device_stores(t.writer, m, 128);
	cpu_read(t.p, 128);
	expect_about(keeps_coherent(&t) || is_on(&t, "mips-nonspec") ? "cpu-read-device-owned" :
		     "stale-cpu-read", t.writer, m);
	expect_call(0, t.writer, m, 1, 0);
	expect_call(1, t.writer, m, 0, 1);
	assert_int_equal(last.nr_advice, 2);

	dma_sync_single_for_cpu(t.writer, m, 128, DMA_FROM_DEVICE);
	cpu_read(t.p, 128);
	dma_sync_single_for_device(t.writer, m, 128, DMA_FROM_DEVICE);
	device_stores(t.writer, m, 128);
	dma_unmap_single(t.other, n, 128, DMA_TO_DEVICE);
	dma_unmap_single(t.writer, m, 128, DMA_FROM_DEVICE);
	cpu_read(t.p, 128);
	assert_int_equal(nr_drawn, 0);
	down(&t);
}

static void either_order(void **state)
{
	const char *profile;

	(void)state;
	for_each_profile(profile) {
		order_of_maps(profile, 0);
		order_of_maps(profile, 1);
	}
}

/* Byte by byte: two devices store to one line, each through its own mapping of all of it. */
static void one_line(void **state)
{
	const char *profile;

	(void)state;
	for_each_profile(profile) {
		dma_addr_t m, n;
		struct two t;

		up(&t, profile);
		m = map(t.writer, t.p, 64, DMA_FROM_DEVICE);
		n = map(t.other, t.p, 64, DMA_FROM_DEVICE);
		for (unsigned i = 0; i < 3; i++) {
			device_stores(t.writer, m + 8 * i, 4);
			device_stores(t.other, n + 8 * i + 4, 4);
		}
		if (!keeps_coherent(&t) && !is_on(&t, "mips-nonspec")) {
			for (unsigned i = 0; i < 3; i++) {
				cpu_read(t.p + 8 * i, 4);
				expect_about("stale-cpu-read", t.writer, m);
				cpu_read(t.p + 8 * i + 4, 4);
				expect_about("stale-cpu-read", t.other, n);
			}
		}
		dma_unmap_single(t.other, n, 64, DMA_FROM_DEVICE);
		dma_unmap_single(t.writer, m, 64, DMA_FROM_DEVICE);
		nr_drawn = 0;
		down(&t);
	}
}

/* Importers of a dma-buf that stay: each gives back what it wrote, and takes turns. */
static void importers(void **state)
{
	const char *profile;

	(void)state;
	for_each_profile(profile) {
		dma_addr_t m, n;
		struct two t;

		up(&t, profile);
		m = map(t.writer, t.p, 128, DMA_BIDIRECTIONAL);
		n = map(t.other, t.p, 128, DMA_BIDIRECTIONAL);
		dma_sync_single_for_cpu(t.other, n, 128, DMA_BIDIRECTIONAL);
		device_stores(t.writer, m, 128);
		dma_sync_single_for_cpu(t.writer, m, 128, DMA_BIDIRECTIONAL);
		cpu_read(t.p, 128);
		dma_sync_single_for_device(t.other, n, 128, DMA_BIDIRECTIONAL);
		device_loads(t.other, n, 128);
		assert_int_equal(nr_drawn, 0);

		/* And the wrong one gives back: the device that wrote still has it. */
		dma_sync_single_for_device(t.writer, m, 128, DMA_BIDIRECTIONAL);
		device_stores(t.writer, m, 128);
		dma_sync_single_for_cpu(t.other, n, 128, DMA_BIDIRECTIONAL);
		cpu_read(t.p, 128);
		expect_about(bounces(&t.r) ? "stale-cpu-read" : "cpu-read-device-owned", t.writer, m);
		expect_call(0, t.writer, m, 1, 0);
		dma_unmap_single(t.other, n, 128, DMA_BIDIRECTIONAL);
		dma_unmap_single(t.writer, m, 128, DMA_BIDIRECTIONAL);
		assert_int_equal(nr_drawn, 0);
		down(&t);
	}
}

/* XDP_REDIRECT: a frame of one card's pool is sent by another, which trusts the pool's sync. */
static void redirected(void **state)
{
	const char *profile;

	(void)state;
	for_each_profile(profile) {
		dma_addr_t rx, tx;
		struct two t;

		up(&t, profile);
		rx = map(t.writer, t.p, 128, DMA_BIDIRECTIONAL);
		device_stores(t.writer, rx, 128);
		dma_sync_single_for_cpu(t.writer, rx, 128, DMA_BIDIRECTIONAL);
		cpu_write(t.p, 14);
		tx = dma_map_single_attrs(t.other, t.p, 128, DMA_TO_DEVICE, DMA_ATTR_SKIP_CPU_SYNC);
		assert_int_equal(dma_mapping_error(t.other, tx), 0);
		device_loads(t.other, tx, 128);
		/* A map copies to a bounce buffer whatever it is asked. */
		if (keeps_coherent(&t) || bounces(&t.r)) {
			assert_int_equal(nr_drawn, 0);
		} else {
			expect_about("stale-device-read", t.other, tx);
			assert_int_equal(last.first, 0);
			assert_int_equal(last.last, 13);
			expect_call(0, t.other, tx, 0, 0);
			dma_sync_single_for_device(t.other, tx, 128, DMA_TO_DEVICE);
			device_loads(t.other, tx, 128);
			assert_int_equal(nr_drawn, 0);
		}
		dma_unmap_single_attrs(t.other, tx, 128, DMA_TO_DEVICE, DMA_ATTR_SKIP_CPU_SYNC);
		dma_unmap_single(t.writer, rx, 128, DMA_BIDIRECTIONAL);
		down(&t);
	}
}

/* A page is given to a second device before the first has given it back. */
static void given_on(void **state)
{
	const char *profile;

	(void)state;
	for_each_profile(profile) {
		dma_addr_t m, n;
		struct two t;

		up(&t, profile);
		m = map(t.writer, t.p, 128, DMA_FROM_DEVICE);
		n = map(t.other, t.p, 128, DMA_TO_DEVICE);
		device_stores(t.writer, m, 128);
		device_loads(t.other, n, 128);
		if (!bounces(&t.r)) {
			assert_int_equal(nr_drawn, 0);
		} else {
			expect_about("stale-device-read", t.writer, m);
			expect_call(0, t.writer, m, 1, 0);
			expect_call(1, t.writer, m, 0, 1);
			expect_call(2, t.other, n, 0, 0);
			dma_sync_single_for_cpu(t.writer, m, 128, DMA_FROM_DEVICE);
			dma_sync_single_for_device(t.other, n, 128, DMA_TO_DEVICE);
			device_loads(t.other, n, 128);
			assert_int_equal(nr_drawn, 0);
		}
		dma_unmap_single(t.other, n, 128, DMA_TO_DEVICE);
		dma_unmap_single(t.writer, m, 128, DMA_FROM_DEVICE);
		down(&t);
	}
}

/* The copy for a second mapping holds old bytes: nobody stored them, least of all the CPU. */
static void copied_in(void **state)
{
	dma_addr_t m, n;
	struct two t;

	(void)state;
	up(&t, "swiotlb");
	m = map(t.writer, t.p, 64, DMA_FROM_DEVICE);
	device_stores(t.writer, m, 64);
	n = map(t.other, t.p, 64, DMA_FROM_DEVICE);
	dma_sync_single_for_cpu(t.other, n, 64, DMA_FROM_DEVICE);
	cpu_read(t.p, 64);
	expect_about("stale-cpu-read", t.writer, m);
	expect_call(0, t.writer, m, 1, 0);
	dma_sync_single_for_cpu(t.writer, m, 64, DMA_FROM_DEVICE);
	cpu_read(t.p, 64);
	assert_int_equal(nr_drawn, 0);

	/* Copied back over what the writer's copy had brought, it loses the device's write. */
	dma_sync_single_for_cpu(t.other, n, 64, DMA_FROM_DEVICE);
	cpu_read(t.p, 64);
	expect_about("lost-device-write", t.writer, m);
	assert_int_equal(last.nr_advice, 0);
	assert_non_null(strstr(last_missing, "one mapping of these bytes at a time"));
	dma_unmap_single(t.other, n, 64, DMA_FROM_DEVICE);
	dma_unmap_single(t.writer, m, 64, DMA_FROM_DEVICE);
	down(&t);
}

/* A mapping that has ended is found among the dead, and its advice stands before its end. */
static void ended(void **state)
{
	const char *profile;

	(void)state;
	for_each_profile(profile) {
		dma_addr_t m;
		struct two t;

		up(&t, profile);
		at(10);
		m = map(t.writer, t.p, 128, DMA_FROM_DEVICE);
		at(20);
		device_stores(t.writer, m, 128);
		at(30);
		dma_unmap_single_attrs(t.writer, m, 128, DMA_FROM_DEVICE, DMA_ATTR_SKIP_CPU_SYNC);
		at(40);
		/* Another mapping of the place comes and goes. */
		m = map(t.other, t.p, 128, DMA_TO_DEVICE);
		dma_unmap_single(t.other, m, 128, DMA_TO_DEVICE);
		at(50);
		cpu_read(t.p, 128);
		if (keeps_coherent(&t) || is_on(&t, "mips-nonspec")) {
			assert_int_equal(nr_drawn, 0);
		} else {
			assert_int_equal(nr_drawn, 1);
			assert_string_equal(last_device, "writer");
			assert_int_equal(last.nr_advice, 1);
			assert_int_equal(last_advice[0].for_cpu, 1);
			assert_int_equal(last_advice[0].after, 0);
			assert_int_equal(last_advice_line[0], 30);
		}
		nr_drawn = 0;
		down(&t);
	}
}

/* A sync of more than is mapped throws away what the CPU stored behind it: in words. */
static void beside(void **state)
{
	const char *profile;

	(void)state;
	for_each_profile(profile) {
		dma_addr_t m;
		struct two t;
		u8 *p;

		up(&t, profile);
		p = (u8 *)__get_free_page(GFP_KERNEL);
		assert_non_null(p);
		m = map(t.writer, p, 640, DMA_FROM_DEVICE);
		cpu_write(p + 640, 640);
		device_stores(t.writer, m, 128);
		at(40);
		dma_sync_single_for_cpu(t.writer, m, 1280, DMA_FROM_DEVICE);
		assert_string_equal(last_check, "sync-out-of-range");
		nr_drawn = 0;
		cpu_read(p + 640, 640);
		if (nr_drawn) {
			assert_string_equal(last_check, "lost-cpu-write");
			assert_int_equal(last.nr_advice, 0);
			assert_non_null(strstr(last_missing, "no more than the 640 bytes"));
			assert_non_null(strstr(last_missing, "driver.c:40"));
		}
		assert_int_equal(nr_drawn, !keeps_coherent(&t) && !bounces(&t.r) &&
				 !is_on(&t, "mips-nonspec"));
		dma_unmap_single(t.writer, m, 640, DMA_FROM_DEVICE);
		free_page((unsigned long)p);
		down(&t);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(either_order), cmocka_unit_test(one_line),
		cmocka_unit_test(importers), cmocka_unit_test(redirected),
		cmocka_unit_test(given_on), cmocka_unit_test(copied_in),
		cmocka_unit_test(ended), cmocka_unit_test(beside),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
