/* SPDX-License-Identifier: MIT */
/* Devices that are wired otherwise than the kernel believes. */
#include "rig.h"

#include <linux/dma-map-ops.h>

static u8 *buf;
static dma_addr_t dma;

/* A device on @profile, believed to be @believed and wired to be @wired. */
static void up(struct rig *r, const char *profile, bool believed, bool wired)
{
	rig_up(r, profile);
	r->dev->dma_coherent |= believed;
	dmalab_device_set_snooping(r->dev, wired);
	buf = kmalloc_ok(512);
}

static void down(struct rig *r)
{
	kfree(buf);
	rig_down(r);
}

static u8 byte_at(const u8 *p)
{
	u8 byte;

	dmalab_cpu_read(p, &byte, 1);
	return byte;
}

static bool invalidates_at_unmap(const char *profile)
{
	return strcmp(profile, "mips-nonspec") != 0;
}

/* What it stored is in the cache, and the unmap throws that away. */
static void unknown_snooper(void **state)
{
	const char *profile;
	struct rig r;

	(void)state;
	for_each_profile(profile) {
		bool lost = invalidates_at_unmap(profile);

		up(&r, profile, false, true);
		lost &= !is_coherent(&r);
		dma = map_ok(&r, buf, 128, DMA_FROM_DEVICE);
		dev_write(&r, dma, 128);
		dma_unmap_single(r.dev, dma, 128, DMA_FROM_DEVICE);
		cpu_read(buf, 128);
		expect(&r, lost ? "lost-device-write" : "");
		down(&r);
	}
}

/* Without maintenance it sees what the CPU sees, and the other way round. */
static void snooper_sees_the_cache(void **state)
{
	const char *profile;
	struct rig r;
	u8 byte = 0x5a;

	(void)state;
	for_each_profile(profile) {
		up(&r, profile, false, true);
		if (!bounces(&r)) {
			dma = dma_map_single_attrs(r.dev, buf, 128, DMA_BIDIRECTIONAL,
						   DMA_ATTR_SKIP_CPU_SYNC);
			assert_int_equal(dma_mapping_error(r.dev, dma), 0);
			assert_int_equal(dmalab_device_write(r.dev, dma, &byte, 1), 0);
			dma_unmap_single_attrs(r.dev, dma, 128, DMA_BIDIRECTIONAL,
					       DMA_ATTR_SKIP_CPU_SYNC);
			assert_int_equal(byte_at(buf), byte);
		}
		expect(&r, "");
		down(&r);
	}
}

/* The kernel leaves the cache alone, and should not. */
static void false_snooper(void **state)
{
	const char *profile;
	struct rig r;

	(void)state;
	for_each_profile(profile) {
		rig_up(&r, profile);
		if (is_coherent(&r)) {
			rig_down(&r);
			continue;
		}
		rig_down(&r);
		up(&r, profile, true, false);
		cpu_write(buf, 128);
		dma = map_ok(&r, buf, 128, DMA_TO_DEVICE);
		dev_read(&r, dma, 128);
		expect(&r, "stale-device-read");
		assert_non_null(strstr(r.text, "missing: dma-noncoherent in the device tree"));
		assert_null(strstr(r.text, "breaks on"));
		dma_unmap_single(r.dev, dma, 128, DMA_TO_DEVICE);
		down(&r);
	}
}

/* Memory that the kernel believes the device to share with the CPU's cache. */
static void coherent_memory_of_false_snooper(void **state)
{
	struct rig r;
	u8 *p;

	(void)state;
	up(&r, "arm64", true, false);
	p = dma_alloc_coherent(r.dev, 4096, &dma, GFP_KERNEL);
	assert_non_null(p);
	cpu_write(p, 64);
	dev_read(&r, dma, 64);
	expect(&r, "stale-device-read");
	dma_free_coherent(r.dev, 4096, p, dma);
	down(&r);
}

/* Uncached memory is the same place for all. */
static void coherent_memory_of_unknown_snooper(void **state)
{
	struct rig r;
	u8 *p;

	(void)state;
	up(&r, "arm64", false, true);
	p = dma_alloc_coherent(r.dev, 4096, &dma, GFP_KERNEL);
	assert_non_null(p);
	cpu_write(p, 64);
	dev_read(&r, dma, 64);
	dev_write(&r, dma, 64);
	cpu_read(p, 64);
	dma_free_coherent(r.dev, 4096, p, dma);
	down(&r);
}

/* A page at once, and then a part of it: whose write was it? */
static void whose_write(void **state)
{
	struct rig r;
	u8 *page;

	(void)state;
	up(&r, "arm64", false, true);
	page = (u8 *)__get_free_page(GFP_KERNEL);
	dma = map_ok(&r, page, 4096, DMA_BIDIRECTIONAL);
	dev_write(&r, dma, 4096);
	dma_sync_single_for_cpu(r.dev, dma, 4096, DMA_BIDIRECTIONAL);
	cpu_read(page + 4000, 8);
	expect(&r, "lost-device-write");
	cpu_write(page + 4000, 8);
	dma_sync_single_for_cpu(r.dev, dma, 4096, DMA_BIDIRECTIONAL);
	cpu_read(page + 4000, 8);
	expect(&r, "lost-cpu-write");
	assert_non_null(strstr(r.text, "the CPU stored to the line"));
	cpu_read(page + 64, 8);
	expect(&r, "lost-device-write");
	assert_non_null(strstr(r.text, "a device that snoops stored to the cached line"));
	dma_unmap_single(r.dev, dma, 4096, DMA_BIDIRECTIONAL);
	free_page((unsigned long)page);
	down(&r);
}

/* What one device has in the cache, another, which does not snoop, must not read. */
static void two_devices(void **state)
{
	struct device *other;
	struct rig r;
	dma_addr_t seen;
	u8 byte;

	(void)state;
	up(&r, "arm64", false, true);
	other = dmalab_device_new(r.machine, "other");
	dma = map_ok(&r, buf, 128, DMA_BIDIRECTIONAL);
	seen = dma_map_single_attrs(other, buf, 128, DMA_TO_DEVICE, DMA_ATTR_SKIP_CPU_SYNC);
	assert_int_equal(dma_mapping_error(other, seen), 0);
	dev_write(&r, dma, 128);
	assert_int_equal(dmalab_device_read(other, seen, &byte, 1), 0);
	expect(&r, "stale-device-read");
	assert_non_null(strstr(r.text, "a device that snoops stored it, to the cache"));
	dma_unmap_single_attrs(other, seen, 128, DMA_TO_DEVICE, DMA_ATTR_SKIP_CPU_SYNC);
	dma_unmap_single(r.dev, dma, 128, DMA_BIDIRECTIONAL);
	down(&r);
}

/* Belief goes on to decide what the kernel does and says. */
static void kernel_believes(void **state)
{
	struct rig r;

	(void)state;
	up(&r, "arm64", false, true);
	assert_false(dev_is_dma_coherent(r.dev));
	down(&r);
	up(&r, "arm64", true, false);
	assert_true(dev_is_dma_coherent(r.dev));
	down(&r);
}

/* At any time; and unless it is said, the hardware follows. */
static void changes(void **state)
{
	struct rig r;

	(void)state;
	rig_up(&r, "arm64");
	buf = kmalloc_ok(512);
	r.dev->dma_coherent = true;
	dma = map_ok(&r, buf, 128, DMA_TO_DEVICE);
	cpu_read(buf, 1);
	dma_unmap_single(r.dev, dma, 128, DMA_TO_DEVICE);
	cpu_write(buf, 128);
	dma = map_ok(&r, buf, 128, DMA_TO_DEVICE);
	dev_read(&r, dma, 128);
	expect(&r, "");
	dmalab_device_set_snooping(r.dev, false);
	dev_read(&r, dma, 128);
	expect(&r, "stale-device-read");
	dmalab_device_set_snooping(r.dev, true);
	dev_read(&r, dma, 128);
	expect(&r, "");
	dma_unmap_single(r.dev, dma, 128, DMA_TO_DEVICE);
	down(&r);
}

static void no_device(void **state)
{
	struct device *dev;
	struct rig r;

	(void)state;
	rig_up(&r, NULL);
	dmalab_device_set_snooping(NULL, true);
	expect(&r, "no-device");
	dev = dmalab_device_new(r.machine, "gone");
	dmalab_device_free(dev);
	dmalab_device_set_snooping(dev, true);
	expect(&r, "no-device");
	rig_down(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(unknown_snooper),
		cmocka_unit_test(snooper_sees_the_cache),
		cmocka_unit_test(false_snooper),
		cmocka_unit_test(coherent_memory_of_false_snooper),
		cmocka_unit_test(coherent_memory_of_unknown_snooper),
		cmocka_unit_test(whose_write),
		cmocka_unit_test(two_devices),
		cmocka_unit_test(kernel_believes),
		cmocka_unit_test(changes),
		cmocka_unit_test(no_device),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
