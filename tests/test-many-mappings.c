/* SPDX-License-Identifier: MIT */
/* Memory that is mapped more than once, or used in two ways at a time. */
#include "rig.h"

#include <linux/scatterlist.h>

static void copied_in_for_another(void **state)
{
	struct rig r;
	dma_addr_t a, b;
	void *p;

	(void)state;
	rig_up(&r, "swiotlb");
	p = kzalloc(64, GFP_KERNEL);
	a = map_ok(&r, p, 64, DMA_BIDIRECTIONAL);
	b = map_ok(&r, p, 64, DMA_BIDIRECTIONAL);
	expect(&r, "overlapping-mapping");
	assert_int_equal(dev_write(&r, a, 64), 0);
	/* The memory has not what the device wrote, so this copy will not have it. */
	dma_sync_single_for_device(r.dev, b, 64, DMA_BIDIRECTIONAL);
	assert_int_equal(dev_read(&r, b, 64), 0);
	expect(&r, "stale-device-read");
	/* Old bytes come back, and then the right ones. */
	dma_unmap_single(r.dev, b, 64, DMA_BIDIRECTIONAL);
	dma_unmap_single(r.dev, a, 64, DMA_BIDIRECTIONAL);
	cpu_read(p, 64);
	kfree(p);
	rig_down(&r);
}

static void buried_and_brought_back(void **state)
{
	struct rig r;
	dma_addr_t a, b;
	void *p;

	(void)state;
	rig_up(&r, "swiotlb");
	p = kzalloc(64, GFP_KERNEL);
	a = map_ok(&r, p, 64, DMA_BIDIRECTIONAL);
	b = map_ok(&r, p, 64, DMA_BIDIRECTIONAL);
	expect(&r, "overlapping-mapping");
	assert_int_equal(dev_write(&r, a, 64), 0);
	dma_sync_single_for_cpu(r.dev, b, 64, DMA_BIDIRECTIONAL);
	dma_sync_single_for_cpu(r.dev, a, 64, DMA_BIDIRECTIONAL);
	cpu_read(p, 64);
	/* The other copy is still old. */
	dma_sync_single_for_cpu(r.dev, b, 64, DMA_BIDIRECTIONAL);
	cpu_read(p, 64);
	expect(&r, "lost-device-write");
	dma_unmap_single(r.dev, a, 64, DMA_BIDIRECTIONAL);
	dma_unmap_single(r.dev, b, 64, DMA_BIDIRECTIONAL);
	kfree(p);
	rig_down(&r);
}

static void report_counts(const struct dmalab_report *report, void *context)
{
	*(size_t *)context = report->bytes;
}

static void all_bytes_are_told(void **state)
{
	struct rig r;
	dma_addr_t a, b;
	size_t bytes = 0;
	u8 *p;

	(void)state;
	rig_up(&r, "swiotlb");
	p = kzalloc(256, GFP_KERNEL);
	b = map_ok(&r, p + 64, 64, DMA_FROM_DEVICE);
	a = map_ok(&r, p, 256, DMA_FROM_DEVICE);
	assert_int_equal(dev_write(&r, a, 32), 0);
	assert_int_equal(dev_write(&r, b, 64), 0);
	dmalab_set_report_handler(r.machine, report_counts, &bytes);
	cpu_read(p, 256);
	assert_int_equal(bytes, 96);
	dma_unmap_single(r.dev, b, 64, DMA_FROM_DEVICE);
	dma_unmap_single(r.dev, a, 256, DMA_FROM_DEVICE);
	kfree(p);
	dmalab_machine_free(r.machine);
}

static void memory_beside_its_copy(void **state)
{
	struct rig r;
	dma_addr_t own, copy;
	void *p;

	(void)state;
	rig_up(&r, "swiotlb");
	p = noncoherent_ok(&r, 4096, &own, DMA_BIDIRECTIONAL);
	copy = map_ok(&r, p, 64, DMA_BIDIRECTIONAL);
	dma_sync_single_for_device(r.dev, own, 4096, DMA_BIDIRECTIONAL);
	assert_int_equal(dev_write(&r, copy, 64), 0);
	assert_int_equal(dev_read(&r, own, 64), 0);
	expect(&r, "stale-device-read");
	dma_unmap_single(r.dev, copy, 64, DMA_BIDIRECTIONAL);
	assert_int_equal(dev_read(&r, own, 64), 0);
	dma_free_noncoherent(r.dev, 4096, p, own, DMA_BIDIRECTIONAL);
	rig_down(&r);
}

static void stored_through_a_dangling_pointer(void **state)
{
	struct rig r;
	dma_addr_t a;
	void *p;

	(void)state;
	rig_up(&r, "swiotlb");
	p = kzalloc(64, GFP_KERNEL);
	a = map_ok(&r, p, 64, DMA_TO_DEVICE);
	kfree(p);
	expect(&r, "free-while-mapped");
	cpu_write(p, 64);
	expect(&r, "cpu-use-after-free");
	assert_int_equal(dev_read(&r, a, 64), 0);
	expect(&r, "stale-device-read");
	dma_unmap_single(r.dev, a, 64, DMA_TO_DEVICE);
	rig_down(&r);
}

static void copied_for_the_wrong_device(void **state)
{
	struct device *other;
	struct rig r;
	dma_addr_t a;
	void *p;

	(void)state;
	rig_up(&r, "swiotlb");
	other = dmalab_device_new(r.machine, "other");
	p = kzalloc(64, GFP_KERNEL);
	a = map_ok(&r, p, 64, DMA_BIDIRECTIONAL);
	assert_int_equal(dev_write(&r, a, 64), 0);
	/* The slots are copied all the same: nothing is stale any more. */
	dma_sync_single_for_cpu(other, a, 64, DMA_BIDIRECTIONAL);
	expect(&r, "sync-unknown");
	cpu_read(p, 64);
	expect(&r, "cpu-read-device-owned");
	dma_unmap_single(r.dev, a, 64, DMA_BIDIRECTIONAL);
	kfree(p);
	rig_down(&r);
}

static void a_short_entry_in_front(void **state)
{
	struct scatterlist sgl[2];
	struct rig r;
	void *p;

	(void)state;
	rig_up(&r, NULL);
	p = kzalloc(128, GFP_KERNEL);
	sg_init_table(sgl, 2);
	sg_set_buf(&sgl[0], p, 128);
	sg_set_buf(&sgl[1], p, 32);
	assert_int_equal(dma_map_sg(r.dev, sgl, 2, DMA_TO_DEVICE), 2);
	assert_int_equal(dev_read(&r, sg_dma_address(&sgl[0]), 128), 0);
	assert_int_equal(dmalab_device_read(r.dev, sg_dma_address(&sgl[0]), sgl, ~(size_t)0),
			 -EFAULT);
	expect(&r, "device-out-of-bounds");
	dma_unmap_sg(r.dev, sgl, 2, DMA_TO_DEVICE);
	kfree(p);
	rig_down(&r);
}

/* A list needs no dma_mapping_error(), and does not take another mapping's. */
static void asked_for_beside_a_list(void **state)
{
	struct scatterlist sg;
	struct rig r;
	dma_addr_t a;
	void *p;

	(void)state;
	rig_up(&r, NULL);
	p = kzalloc(128, GFP_KERNEL);
	a = dma_map_single(r.dev, p, 128, DMA_TO_DEVICE);
	sg_init_one(&sg, p, 128);
	assert_int_equal(dma_map_sg(r.dev, &sg, 1, DMA_TO_DEVICE), 1);
	assert_int_equal(dma_mapping_error(r.dev, a), 0);
	dma_unmap_single(r.dev, a, 128, DMA_TO_DEVICE);
	dma_unmap_sg(r.dev, &sg, 1, DMA_TO_DEVICE);
	kfree(p);
	rig_down(&r);
}

static void tail_of_the_last_page(void **state)
{
	static u8 nowhere;
	struct rig r;
	dma_addr_t a;

	(void)state;
	rig_up(&r, "iommu");
	assert_non_null(dma_alloc_coherent(r.dev, 100, &a, GFP_KERNEL));
	dma_free_coherent(r.dev, 100, &nowhere, a + 200);
	expect(&r, "free-cpu-address-mismatch");
	rig_down(&r);
}

static void resource_of_no_bytes(void **state)
{
	struct rig r;
	void *p;

	(void)state;
	rig_up(&r, NULL);
	p = kzalloc(64, GFP_KERNEL);
	assert_true(dma_map_resource(r.dev, virt_to_phys(p), 0, DMA_TO_DEVICE, 0) ==
		    DMA_MAPPING_ERROR);
	expect(&r, "zero-size");
	kfree(p);
	rig_down(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(copied_in_for_another),
		cmocka_unit_test(buried_and_brought_back),
		cmocka_unit_test(all_bytes_are_told),
		cmocka_unit_test(memory_beside_its_copy),
		cmocka_unit_test(stored_through_a_dangling_pointer),
		cmocka_unit_test(copied_for_the_wrong_device),
		cmocka_unit_test(a_short_entry_in_front),
		cmocka_unit_test(asked_for_beside_a_list),
		cmocka_unit_test(tail_of_the_last_page),
		cmocka_unit_test(resource_of_no_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
