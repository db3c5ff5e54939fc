/* SPDX-License-Identifier: MIT */
/*
 * What new memory holds, and for whom: coherent memory is zero for both at once, a
 * handle is not zeroed at all, noncoherent memory is zero in the CPU's cache only.
 */
#include "rig.h"

#define SIZE 8192u

static bool all(const u8 *bytes, u8 value)
{
	for (size_t i = 0; i < SIZE; i++)
		if (bytes[i] != value)
			return false;
	return true;
}

static bool cpu_sees(const void *p, u8 value)
{
	u8 bytes[SIZE];

	dmalab_cpu_read(p, bytes, SIZE);
	return all(bytes, value);
}

static bool device_sees(const struct rig *r, dma_addr_t dma, u8 value)
{
	u8 bytes[SIZE];

	assert_int_equal(dmalab_device_read(r->dev, dma, bytes, SIZE), 0);
	return all(bytes, value);
}

/* Leave 0xa5 in the memory that the next allocation of this size gets. */
static void soil(const struct rig *r)
{
	u8 bytes[SIZE];
	dma_addr_t dma;
	void *p = dma_alloc_coherent(r->dev, SIZE, &dma, GFP_KERNEL);

	memset(bytes, 0xa5, SIZE);
	assert_int_equal(dmalab_device_write(r->dev, dma, bytes, SIZE), 0);
	dma_free_coherent(r->dev, SIZE, p, dma);
}

static void coherent_is_zero_for_both(void **state)
{
	const char *profile;
	dma_addr_t dma;
	struct rig r;
	void *p;

	(void)state;
	for_each_profile(profile) {
		rig_up(&r, profile);
		soil(&r);
		p = dma_alloc_coherent(r.dev, SIZE, &dma, GFP_KERNEL);
		assert_true(device_sees(&r, dma, 0));
		assert_true(cpu_sees(p, 0));
		dma_free_coherent(r.dev, SIZE, p, dma);
		rig_down(&r);
	}
}

static void handle_is_not_zeroed(void **state)
{
	const char *profile;
	dma_addr_t dma;
	struct rig r;
	void *cookie;

	(void)state;
	for_each_profile(profile) {
		rig_up_with(&r, &(struct dmalab_config){
			.profile = profile, .checks = NO_TRUST, .accesses = "explicit",
		});
		soil(&r);
		cookie = dma_alloc_attrs(r.dev, SIZE, &dma, GFP_KERNEL | __GFP_ZERO,
					 DMA_ATTR_NO_KERNEL_MAPPING);
		assert_true(device_sees(&r, dma, 0xa5));
		dma_free_attrs(r.dev, SIZE, cookie, dma, DMA_ATTR_NO_KERNEL_MAPPING);
		rig_down(&r);
	}
}

static void noncoherent_is_zero_for_the_cpu(void **state)
{
	const char *profile;
	dma_addr_t dma;
	struct rig r;
	void *p;

	(void)state;
	for_each_profile(profile) {
		rig_up(&r, profile);
		soil(&r);
		p = noncoherent_ok(&r, SIZE, &dma, DMA_BIDIRECTIONAL);
		assert_true(cpu_sees(p, 0));
		if (is_coherent(&r)) {
			assert_true(device_sees(&r, dma, 0));
			expect(&r, "device-read-cpu-owned");
		} else {
			assert_true(device_sees(&r, dma, 0xa5));
			expect(&r, "stale-device-read");
		}
		dma_sync_single_for_device(r.dev, dma, SIZE, DMA_BIDIRECTIONAL);
		assert_true(device_sees(&r, dma, 0));
		dma_free_noncoherent(r.dev, SIZE, p, dma, DMA_BIDIRECTIONAL);
		rig_down(&r);
	}
}

/* A device that snoops, on a machine whose others do not. */
static void snooping_device_sees_the_cache(void **state)
{
	dma_addr_t dma;
	struct rig r;
	void *p;

	(void)state;
	rig_up(&r, "arm64");
	r.dev->dma_coherent = true;
	soil(&r);
	p = noncoherent_ok(&r, SIZE, &dma, DMA_BIDIRECTIONAL);
	/* The judge follows syncs that the hardware does not need. */
	assert_true(dma_need_sync(r.dev, dma));
	dma_sync_single_for_device(r.dev, dma, SIZE, DMA_BIDIRECTIONAL);
	assert_true(device_sees(&r, dma, 0));
	dma_free_noncoherent(r.dev, SIZE, p, dma, DMA_BIDIRECTIONAL);
	rig_down(&r);
}

static void kzalloc_is_zero_in_the_cache(void **state)
{
	dma_addr_t dma;
	struct rig r;
	void *p;

	(void)state;
	rig_up(&r, "arm64");
	soil(&r);
	p = kzalloc(SIZE, GFP_KERNEL);
	assert_true(cpu_sees(p, 0));
	dma = dma_map_single_attrs(r.dev, p, SIZE, DMA_TO_DEVICE, DMA_ATTR_SKIP_CPU_SYNC);
	assert_int_equal(dma_mapping_error(r.dev, dma), 0);
	assert_true(device_sees(&r, dma, 0xa5));
	expect(&r, "stale-device-read");
	dma_unmap_single(r.dev, dma, SIZE, DMA_TO_DEVICE);

	/* The mapping cleans. */
	dma = map_ok(&r, p, SIZE, DMA_TO_DEVICE);
	assert_true(device_sees(&r, dma, 0));
	dma_unmap_single(r.dev, dma, SIZE, DMA_TO_DEVICE);
	kfree(p);
	rig_down(&r);
}

/* Freeing does not clean: the line of the last owner is still dirty. */
static void dirty_line_of_the_last_owner(void **state)
{
	u8 *p, *q;
	dma_addr_t dma;
	struct rig r;

	(void)state;
	rig_up(&r, "arm64");
	p = kmalloc_ok(SIZE);
	cpu_write(p, SIZE);
	kfree(p);
	q = kmalloc_ok(SIZE);
	assert_ptr_equal(p, q);
	dma = dma_map_single_attrs(r.dev, q, SIZE, DMA_FROM_DEVICE, DMA_ATTR_SKIP_CPU_SYNC);
	assert_int_equal(dma_mapping_error(r.dev, dma), 0);
	dev_write(&r, dma, SIZE);
	dma_unmap_single(r.dev, dma, SIZE, DMA_FROM_DEVICE);
	expect(&r, "");
	cpu_read(q, SIZE);
	expect(&r, "lost-device-write");
	kfree(q);
	rig_down(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(coherent_is_zero_for_both),
		cmocka_unit_test(handle_is_not_zeroed),
		cmocka_unit_test(noncoherent_is_zero_for_the_cpu),
		cmocka_unit_test(snooping_device_sees_the_cache),
		cmocka_unit_test(kzalloc_is_zero_in_the_cache),
		cmocka_unit_test(dirty_line_of_the_last_owner),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
