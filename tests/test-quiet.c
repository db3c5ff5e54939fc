/* SPDX-License-Identifier: MIT */
/* What is right, and looks wrong to a checker that knows too little. */
#include "rig.h"

#define LINTS "full,+sync-redundant"

static void up(struct rig *r, const char *profile)
{
	struct dmalab_config config = { .profile = profile, .checks = LINTS };

	rig_up_with(r, &config);
}

/* A device will overwrite it, and yet the dirty zeroes must leave the cache first. */
static void first_sync_of_a_receive_buffer(struct rig *r)
{
	dma_addr_t dma;
	void *p = noncoherent_ok(r, 4096, &dma, DMA_FROM_DEVICE);

	dma_sync_single_for_device(r->dev, dma, 4096, DMA_FROM_DEVICE);
	dev_write(r, dma, 4096);
	dma_sync_single_for_cpu(r->dev, dma, 4096, DMA_FROM_DEVICE);
	cpu_read(p, 4096);
	dma_free_noncoherent(r->dev, 4096, p, dma, DMA_FROM_DEVICE);
}

/* Nobody asks dma_mapping_error() of an allocation. */
static void allocations_are_not_asked(struct rig *r)
{
	dma_addr_t dma;
	struct page *page = dma_alloc_pages(r->dev, 8192, &dma, DMA_TO_DEVICE, GFP_KERNEL);

	assert_non_null(page);
	dma_free_pages(r->dev, 8192, page, dma, DMA_TO_DEVICE);
}

static void transmit_buffer_mapped_twice(struct rig *r)
{
	u8 *p = kzalloc(4096, GFP_KERNEL);
	dma_addr_t a = map_ok(r, p, 4096, DMA_TO_DEVICE);
	dma_addr_t b = map_ok(r, p, 4096, DMA_TO_DEVICE);
	dma_addr_t c = map_ok(r, p + 100, 1000, DMA_TO_DEVICE);

	dev_read(r, a, 4096);
	dma_unmap_single(r->dev, a, 4096, DMA_TO_DEVICE);
	cpu_read(p, 4096);
	dev_read(r, b, 4096);
	dma_unmap_single(r->dev, b, 4096, DMA_TO_DEVICE);
	dev_read(r, c, 1000);
	dma_unmap_single(r->dev, c, 1000, DMA_TO_DEVICE);
	cpu_write(p, 4096);
	kfree(p);
}

static void sync_for_cpu_of_a_transmit_buffer(struct rig *r)
{
	void *p = kzalloc(256, GFP_KERNEL);
	dma_addr_t dma = map_ok(r, p, 256, DMA_TO_DEVICE);

	for (int i = 0; i < 3; i++) {
		dma_sync_single_for_cpu(r->dev, dma, 256, DMA_TO_DEVICE);
		cpu_write(p, 256);
		dma_sync_single_for_device(r->dev, dma, 256, DMA_TO_DEVICE);
		dev_read(r, dma, 256);
	}
	dma_unmap_single(r->dev, dma, 256, DMA_TO_DEVICE);
	kfree(p);
}

static void any_direction_of_bidirectional(struct rig *r)
{
	dma_addr_t dma;
	void *p = noncoherent_ok(r, 4096, &dma, DMA_BIDIRECTIONAL);

	dma_sync_single_for_device(r->dev, dma, 4096, DMA_TO_DEVICE);
	dev_read(r, dma, 4096);
	dma_sync_single_for_cpu(r->dev, dma, 4096, DMA_TO_DEVICE);
	dma_sync_single_for_device(r->dev, dma, 4096, DMA_FROM_DEVICE);
	dma_sync_single_for_cpu(r->dev, dma, 4096, DMA_BIDIRECTIONAL);
	dma_free_noncoherent(r->dev, 4096, p, dma, DMA_BIDIRECTIONAL);
}

/* The driver does the maintenance itself, at the size that was really used. */
static void skipped_syncs(struct rig *r)
{
	void *p = kmalloc_ok(4096);
	dma_addr_t dma;

	dma = dma_map_single_attrs(r->dev, p, 4096, DMA_FROM_DEVICE, DMA_ATTR_SKIP_CPU_SYNC);
	assert_int_equal(dma_mapping_error(r->dev, dma), 0);
	dev_write(r, dma, 256);
	dma_sync_single_for_cpu(r->dev, dma, 256, DMA_FROM_DEVICE);
	cpu_read(p, 256);
	dma_unmap_single_attrs(r->dev, dma, 4096, DMA_FROM_DEVICE, DMA_ATTR_SKIP_CPU_SYNC);
	kfree(p);
}

/* Hints may differ between map and unmap, alloc and free. */
static void hints_may_differ(struct rig *r)
{
	void *p = kzalloc_ok(256);
	dma_addr_t dma;

	dma = dma_map_single_attrs(r->dev, p, 256, DMA_TO_DEVICE, DMA_ATTR_NO_WARN);
	assert_int_equal(dma_mapping_error(r->dev, dma), 0);
	dma_unmap_single_attrs(r->dev, dma, 256, DMA_TO_DEVICE,
			       DMA_ATTR_SKIP_CPU_SYNC | DMA_ATTR_WEAK_ORDERING);
	kfree(p);

	p = dma_alloc_attrs(r->dev, 4096, &dma, GFP_KERNEL | __GFP_NOWARN,
			    DMA_ATTR_NO_WARN | DMA_ATTR_WRITE_COMBINE);
	assert_non_null(p);
	dma_free_attrs(r->dev, 4096, p, dma, DMA_ATTR_ALLOC_SINGLE_PAGES);
}

/* Fails where syncs would be needed, and that is its purpose. */
static void require_coherent(struct rig *r)
{
	void *p = kmalloc_ok(256);
	dma_addr_t dma = dma_map_single_attrs(r->dev, p, 256, DMA_FROM_DEVICE,
					      DMA_ATTR_REQUIRE_COHERENT);

	if (is_coherent(r) && !bounces(r)) {
		assert_int_equal(dma_mapping_error(r->dev, dma), 0);
		dma_unmap_single_attrs(r->dev, dma, 256, DMA_FROM_DEVICE,
				       DMA_ATTR_REQUIRE_COHERENT);
	} else {
		assert_int_equal(dma_mapping_error(r->dev, dma), -ENOMEM);
	}
	kfree(p);
}

/* Two receive buffers in one line; the CPU keeps away until both are back. */
static void devices_share_a_line(struct rig *r)
{
	const unsigned long attrs = DMA_ATTR_DEBUGGING_IGNORE_CACHELINES;
	u8 *p = kmalloc_ok(128);
	dma_addr_t a = dma_map_single_attrs(r->dev, p, 16, DMA_FROM_DEVICE, attrs);
	dma_addr_t b = dma_map_single_attrs(r->dev, p + 16, 16, DMA_FROM_DEVICE, attrs);

	assert_int_equal(dma_mapping_error(r->dev, a) || dma_mapping_error(r->dev, b), 0);
	dev_write(r, a, 16);
	dev_write(r, b, 16);
	dma_unmap_single_attrs(r->dev, a, 16, DMA_FROM_DEVICE, attrs);
	dma_unmap_single_attrs(r->dev, b, 16, DMA_FROM_DEVICE, attrs);
	cpu_read(p, 32);
	kfree(p);
}

/* A packet shorter than the buffer: only what arrived is synced and read. */
static void short_packets(struct rig *r)
{
	void *p = kmalloc_ok(2048);
	dma_addr_t dma = map_ok(r, p, 2048, DMA_FROM_DEVICE);

	for (size_t len = 60; len < 2048; len *= 2) {
		dev_write(r, dma, len);
		dma_sync_single_for_cpu(r->dev, dma, len, DMA_FROM_DEVICE);
		cpu_read(p, len);
		dma_sync_single_for_device(r->dev, dma, len, DMA_FROM_DEVICE);
	}
	dma_unmap_single(r->dev, dma, 2048, DMA_FROM_DEVICE);
	kfree(p);
}

/* A ring: both sides write to coherent memory as they like. */
static void coherent_ring(struct rig *r)
{
	dma_addr_t dma;
	u8 *p = dma_alloc_coherent(r->dev, 4096, &dma, GFP_KERNEL);

	for (int i = 0; i < 16; i++) {
		cpu_write(p + i * 16, 8);
		dev_read(r, dma, 4096);
		dev_write(r, dma + i * 16 + 8, 8);
		cpu_read(p, 4096);
	}
	dma_free_coherent(r->dev, 4096, p, dma);
}

/* The buffer of one device goes to another one. */
static void buffer_between_devices(struct rig *r)
{
	struct device *other = dmalab_device_new(r->machine, "gpu");
	void *p = kmalloc_ok(4096);
	u8 frame[4096] = { 1 };
	dma_addr_t dma = map_ok(r, p, 4096, DMA_FROM_DEVICE);

	dmalab_device_write(r->dev, dma, frame, sizeof(frame));
	dma_unmap_single(r->dev, dma, 4096, DMA_FROM_DEVICE);
	dma = dma_map_single(other, p, 4096, DMA_TO_DEVICE);
	assert_int_equal(dma_mapping_error(other, dma), 0);
	assert_int_equal(dmalab_device_read(other, dma, frame, sizeof(frame)), 0);
	assert_int_equal(frame[0], 1);
	dma_unmap_single(other, dma, 4096, DMA_TO_DEVICE);
	kfree(p);
	dmalab_device_free(other);
}

/* What is left of the object's room is nobody's, though it was dirtied before. */
static void slack_behind_an_object(struct rig *r)
{
	static const size_t sizes[] = { 1, 33, 48, 100, 5000 };

	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		u8 *p = kmalloc_ok(sizes[i]);
		size_t room = ksize(p);
		dma_addr_t dma;

		kfree(p);
		p = kmalloc_ok(room);
		cpu_write(p, room);
		kfree(p);
		p = kmalloc_ok(sizes[i]);
		dma = map_ok(r, p, sizes[i], DMA_FROM_DEVICE);
		dev_write(r, dma, sizes[i]);
		dma_unmap_single(r->dev, dma, sizes[i], DMA_FROM_DEVICE);
		cpu_read(p, sizes[i]);
		kfree(p);
	}
}

/* Its zeroes fill the page, also what was not asked for. */
static void part_of_a_page(struct rig *r)
{
	dma_addr_t dma;
	u8 *p = noncoherent_ok(r, 100, &dma, DMA_FROM_DEVICE);

	dma_sync_single_for_device(r->dev, dma, 100, DMA_FROM_DEVICE);
	dev_write(r, dma, 100);
	dma_sync_single_for_cpu(r->dev, dma, 100, DMA_FROM_DEVICE);
	cpu_read(p, 100);
	dma_free_noncoherent(r->dev, 100, p, dma, DMA_FROM_DEVICE);
}

static void (*const flows[])(struct rig *) = {
	first_sync_of_a_receive_buffer, allocations_are_not_asked, transmit_buffer_mapped_twice,
	sync_for_cpu_of_a_transmit_buffer, any_direction_of_bidirectional, skipped_syncs,
	hints_may_differ, require_coherent, devices_share_a_line, short_packets, coherent_ring,
	buffer_between_devices, slack_behind_an_object, part_of_a_page,
};

static void each_alone(void **state)
{
	const char *profile;
	struct rig r;

	(void)state;
	for_each_profile(profile) {
		for (size_t i = 0; i < ARRAY_SIZE(flows); i++) {
			up(&r, profile);
			flows[i](&r);
			expect(&r, "");
			rig_down(&r);
		}
	}
}

/* One after the other, in memory that the last one left in whatever state. */
static void all_in_a_row(void **state)
{
	static const char *const policies[] = { "never", "eager", "random", "lru" };
	const char *profile;
	struct rig r;

	(void)state;
	for_each_profile(profile) {
		for (size_t k = 0; k < ARRAY_SIZE(policies); k++) {
			struct dmalab_config config = {
				.profile = profile, .checks = LINTS, .cache_policy = policies[k],
			};

			rig_up_with(&r, &config);
			for (size_t i = 0; i < 2 * ARRAY_SIZE(flows); i++)
				flows[i % ARRAY_SIZE(flows)](&r);
			expect(&r, "");
			rig_down(&r);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_alone),
		cmocka_unit_test(all_in_a_row),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
