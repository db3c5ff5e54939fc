/* SPDX-License-Identifier: MIT */
#include "cases.h"

static void handle_dereference(struct rig *r)
{
	dma_addr_t dma;
	void *cookie;
	u8 byte = 1;

	at(10);
	cookie = dma_alloc_attrs(r->dev, 4096, &dma, GFP_KERNEL, DMA_ATTR_NO_KERNEL_MAPPING);
	at(20);
	dmalab_cpu_read(cookie, &byte, 1);
	assert_int_equal(byte, 0);
	at(30);
	dma_free_attrs(r->dev, 4096, cookie, dma, DMA_ATTR_NO_KERNEL_MAPPING);
}

static void coherent_access(struct rig *r)
{
	dma_addr_t dma;
	void *p = dma_alloc_coherent(r->dev, 4096, &dma, GFP_KERNEL);

	cpu_write(p, 4096);
	cpu_read(p, 4096);
	dma_free_coherent(r->dev, 4096, p, dma);
}

static void cpu_use_after_free(struct rig *r)
{
	dma_addr_t dma;
	void *p;

	at(10);
	p = noncoherent_ok(r, 4096, &dma, DMA_TO_DEVICE);
	at(20);
	dma_free_noncoherent(r->dev, 4096, p, dma, DMA_TO_DEVICE);
	at(30);
	cpu_read(p, 8);
}

static void coherent_use_after_free(struct rig *r)
{
	dma_addr_t dma;
	u8 *p;

	at(10);
	p = dma_alloc_coherent(r->dev, 4096, &dma, GFP_KERNEL);
	at(20);
	dma_free_coherent(r->dev, 4096, p, dma);
	at(30);
	cpu_write(p + 100, 8);
}

/* The page is somebody else's now, and cached: the old pointer is dangling. */
static void dangling_pointer(struct rig *r)
{
	dma_addr_t dma;
	void *p, *q;

	at(10);
	p = dma_alloc_coherent(r->dev, 4096, &dma, GFP_KERNEL);
	at(20);
	dma_free_coherent(r->dev, 4096, p, dma);
	q = kmalloc_ok(4096);
	at(30);
	cpu_write(p, 8);
	kfree(q);
}

static void use_after_kfree(struct rig *r)
{
	void *p = kmalloc_ok(64), *neighbour = kmalloc_ok(64);

	(void)r;
	kfree(p);
	at(10);
	cpu_read(p, 8);
	kfree(neighbour);
}

static void use_of_all(struct rig *r)
{
	u8 *p = kmalloc_ok(64);

	(void)r;
	cpu_write(p, 64);
	cpu_read(p + 63, 1);
	kfree(p);
}

static void cpu_read_device_owned(struct rig *r)
{
	void *p = kmalloc_ok(256);
	dma_addr_t dma;

	at(10);
	dma = map_ok(r, p, 256, DMA_FROM_DEVICE);
	at(20);
	cpu_read(p, 16);
	at(30);
	dma_unmap_single(r->dev, dma, 256, DMA_FROM_DEVICE);
	kfree(p);
}

/* Every other line was given back. */
static void cpu_read_some_owned(struct rig *r)
{
	void *p = kmalloc_ok(256);
	dma_addr_t dma;

	at(10);
	dma = map_ok(r, p, 256, DMA_FROM_DEVICE);
	at(20);
	dma_sync_single_for_cpu(r->dev, dma + 64, 64, DMA_FROM_DEVICE);
	at(30);
	cpu_read(p, 256);
	at(40);
	dma_unmap_single(r->dev, dma, 256, DMA_FROM_DEVICE);
	kfree(p);
}

static void cpu_read_to_device(struct rig *r)
{
	void *p = kmalloc_ok(256);
	dma_addr_t dma = map_ok(r, p, 256, DMA_TO_DEVICE);

	cpu_read(p, 256);
	dma_unmap_single(r->dev, dma, 256, DMA_TO_DEVICE);
	kfree(p);
}

static void cpu_write_device_owned(struct rig *r)
{
	void *p = kmalloc_ok(256);
	dma_addr_t dma;

	at(10);
	dma = map_ok(r, p, 256, DMA_TO_DEVICE);
	at(20);
	cpu_write(p, 16);
	at(30);
	dma_unmap_single(r->dev, dma, 256, DMA_TO_DEVICE);
	kfree(p);
}

static void cpu_write_own(struct rig *r)
{
	u8 *p = kmalloc_ok(256);
	dma_addr_t dma = map_ok(r, p, 128, DMA_TO_DEVICE);

	cpu_write(p + 128, 128);
	dma_sync_single_for_cpu(r->dev, dma, 64, DMA_TO_DEVICE);
	cpu_write(p, 64);
	dma_sync_single_for_device(r->dev, dma, 64, DMA_TO_DEVICE);
	dma_unmap_single(r->dev, dma, 128, DMA_TO_DEVICE);
	kfree(p);
}

static void device_out_of_bounds(struct rig *r)
{
	void *p = kmalloc_ok(256);
	dma_addr_t dma;

	at(10);
	dma = map_ok(r, p, 256, DMA_FROM_DEVICE);
	at(20);
	assert_int_equal(dev_write(r, dma, 257), -EFAULT);
	at(30);
	dma_unmap_single(r->dev, dma, 256, DMA_FROM_DEVICE);
	kfree(p);
}

static void device_astray(struct rig *r)
{
	at(10);
	assert_int_equal(dev_read(r, 0x1234000, 4), -EFAULT);
}

static void device_used_error_cookie(struct rig *r)
{
	at(10);
	assert_int_equal(dev_read(r, DMA_MAPPING_ERROR, 4), -EFAULT);
}

static void device_in_bounds(struct rig *r)
{
	void *p = kmalloc_ok(256);
	dma_addr_t dma = map_ok(r, p, 256, DMA_FROM_DEVICE);

	assert_int_equal(dev_write(r, dma, 256), 0);
	assert_int_equal(dev_write(r, dma + 256, 0), 0);
	dma_unmap_single(r->dev, dma, 256, DMA_FROM_DEVICE);
	kfree(p);
}

static void device_use_after_unmap(struct rig *r)
{
	void *p = kmalloc_ok(256);
	dma_addr_t dma;

	at(10);
	dma = map_ok(r, p, 256, DMA_FROM_DEVICE);
	at(20);
	dma_unmap_single(r->dev, dma, 256, DMA_FROM_DEVICE);
	at(30);
	assert_int_equal(dev_write(r, dma + 64, 64), -EFAULT);
	kfree(p);
}

static void device_use_after_remap(struct rig *r)
{
	void *p = kmalloc_ok(256);

	for (int i = 0; i < 2; i++) {
		dma_addr_t dma = map_ok(r, p, 256, DMA_FROM_DEVICE);

		assert_int_equal(dev_write(r, dma, 256), 0);
		dma_unmap_single(r->dev, dma, 256, DMA_FROM_DEVICE);
	}
	kfree(p);
}

static void device_write_read_only(struct rig *r)
{
	void *p = kmalloc_ok(256);
	dma_addr_t dma;

	at(10);
	dma = map_ok(r, p, 256, DMA_TO_DEVICE);
	at(20);
	assert_int_equal(dev_write(r, dma, 4), 0);
	at(30);
	dma_unmap_single(r->dev, dma, 256, DMA_TO_DEVICE);
	kfree(p);
}

static void device_read_write_only(struct rig *r)
{
	void *p = kmalloc_ok(256);
	dma_addr_t dma;

	at(10);
	dma = map_ok(r, p, 256, DMA_FROM_DEVICE);
	at(20);
	assert_int_equal(dev_read(r, dma, 4), 0);
	at(30);
	dma_unmap_single(r->dev, dma, 256, DMA_FROM_DEVICE);
	kfree(p);
}

static void device_both_ways(struct rig *r)
{
	void *p = kmalloc_ok(256);
	dma_addr_t dma = map_ok(r, p, 256, DMA_BIDIRECTIONAL);

	assert_int_equal(dev_read(r, dma, 256), 0);
	assert_int_equal(dev_write(r, dma, 256), 0);
	dma_unmap_single(r->dev, dma, 256, DMA_BIDIRECTIONAL);
	kfree(p);
}

static void *given_back(struct rig *r, dma_addr_t *dma)
{
	void *p;

	at(10);
	p = noncoherent_ok(r, 4096, dma, DMA_BIDIRECTIONAL);
	at(20);
	dma_sync_single_for_device(r->dev, *dma, 4096, DMA_BIDIRECTIONAL);
	at(30);
	dma_sync_single_for_cpu(r->dev, *dma, 4096, DMA_BIDIRECTIONAL);
	return p;
}

static void device_read_cpu_owned(struct rig *r)
{
	dma_addr_t dma;
	void *p = given_back(r, &dma);

	at(40);
	assert_int_equal(dev_read(r, dma + 16, 4), 0);
	dma_free_noncoherent(r->dev, 4096, p, dma, DMA_BIDIRECTIONAL);
}

static void device_write_cpu_owned(struct rig *r)
{
	dma_addr_t dma;
	void *p = given_back(r, &dma);

	at(40);
	assert_int_equal(dev_write(r, dma + 16, 4), 0);
	dma_free_noncoherent(r->dev, 4096, p, dma, DMA_BIDIRECTIONAL);
}

static void device_owned_again(struct rig *r)
{
	dma_addr_t dma;
	void *p = given_back(r, &dma);

	dma_sync_single_for_device(r->dev, dma + 16, 4, DMA_BIDIRECTIONAL);
	assert_int_equal(dev_read(r, dma + 16, 4), 0);
	assert_int_equal(dev_write(r, dma + 16, 4), 0);
	dma_free_noncoherent(r->dev, 4096, p, dma, DMA_BIDIRECTIONAL);
}

const struct check_case ownership_cases[] = {
	{ .check = "handle-dereference", .draw = handle_dereference, .miss = coherent_access },
	{ .check = "cpu-use-after-free", .draw = cpu_use_after_free, .miss = use_of_all },
	{ .check = "cpu-use-after-free", .variant = "coherent", .draw = coherent_use_after_free },
	{ .check = "cpu-use-after-free", .variant = "dangling", .draw = dangling_pointer },
	{ .check = "cpu-use-after-free", .variant = "kmalloc()", .draw = use_after_kfree },
	{ .check = "cpu-read-device-owned", .draw = cpu_read_device_owned,
	  .miss = cpu_read_to_device },
	{ .check = "cpu-read-device-owned", .variant = "some of it", .draw = cpu_read_some_owned },
	{ .check = "cpu-write-device-owned", .draw = cpu_write_device_owned,
	  .miss = cpu_write_own },
	{ .check = "device-out-of-bounds", .draw = device_out_of_bounds,
	  .miss = device_in_bounds },
	{ .check = "device-out-of-bounds", .variant = "nothing there", .draw = device_astray },
	{ .check = "device-out-of-bounds", .variant = "error value",
	  .draw = device_used_error_cookie },
	{ .check = "device-use-after-unmap", .draw = device_use_after_unmap,
	  .miss = device_use_after_remap },
	{ .check = "device-write-read-only", .draw = device_write_read_only,
	  .miss = device_both_ways },
	{ .check = "device-read-write-only", .draw = device_read_write_only,
	  .miss = device_both_ways },
	{ .check = "device-read-cpu-owned", .draw = device_read_cpu_owned,
	  .miss = device_owned_again },
	{ .check = "device-write-cpu-owned", .draw = device_write_cpu_owned,
	  .miss = device_owned_again },
	{ .check = NULL },
};
