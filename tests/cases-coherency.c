/* SPDX-License-Identifier: MIT */
#include "cases.h"

#include <linux/vmalloc.h>

static void stale_cpu_read(struct rig *r)
{
	dma_addr_t dma;
	void *p;

	at(10);
	p = noncoherent_ok(r, 4096, &dma, DMA_FROM_DEVICE);
	at(20);
	dma_sync_single_for_device(r->dev, dma, 4096, DMA_FROM_DEVICE);
	at(30);
	dev_write(r, dma, 64);
	at(40);
	cpu_read(p, 64);
	at(50);
	dma_free_noncoherent(r->dev, 4096, p, dma, DMA_FROM_DEVICE);
}

static void fresh_cpu_read(struct rig *r)
{
	dma_addr_t dma;
	void *p = noncoherent_ok(r, 4096, &dma, DMA_FROM_DEVICE);

	dma_sync_single_for_device(r->dev, dma, 4096, DMA_FROM_DEVICE);
	dev_write(r, dma, 64);
	dma_sync_single_for_cpu(r->dev, dma, 64, DMA_FROM_DEVICE);
	cpu_read(p, 64);
	dma_free_noncoherent(r->dev, 4096, p, dma, DMA_FROM_DEVICE);
}

/* The machine does not speculate: the sync that is missing stands before the write. */
static void stale_second_poll(struct rig *r)
{
	dma_addr_t dma;
	u8 *p;

	at(10);
	p = noncoherent_ok(r, 4096, &dma, DMA_BIDIRECTIONAL);
	at(20);
	dma_sync_single_for_device(r->dev, dma, 4096, DMA_BIDIRECTIONAL);
	at(30);
	dma_sync_single_for_cpu(r->dev, dma, 16, DMA_BIDIRECTIONAL);
	cpu_read(p, 4);
	dma_sync_single_for_device(r->dev, dma + 128, 16, DMA_BIDIRECTIONAL);
	at(40);
	dev_write(r, dma + 16, 4);
	at(50);
	dma_sync_single_for_cpu(r->dev, dma, 32, DMA_BIDIRECTIONAL);
	at(60);
	cpu_read(p + 16, 4);
	dma_free_noncoherent(r->dev, 4096, p, dma, DMA_BIDIRECTIONAL);
}

static void stale_device_read(struct rig *r)
{
	u8 *p = kmalloc_ok(256);
	dma_addr_t dma;

	at(10);
	dma = map_ok(r, p, 256, DMA_TO_DEVICE);
	at(20);
	dma_sync_single_for_cpu(r->dev, dma, 256, DMA_TO_DEVICE);
	at(30);
	cpu_write(p + 100, 8);
	at(40);
	dev_read(r, dma, 256);
	dma_unmap_single(r->dev, dma, 256, DMA_TO_DEVICE);
	kfree(p);
}

/* The zeroes of a new buffer are in the cache alone. */
static void stale_zeroes(struct rig *r)
{
	dma_addr_t dma;
	void *p;

	at(10);
	p = noncoherent_ok(r, 4096, &dma, DMA_TO_DEVICE);
	at(20);
	dev_read(r, dma, 4096);
	dma_free_noncoherent(r->dev, 4096, p, dma, DMA_TO_DEVICE);
}

static void fresh_device_read(struct rig *r)
{
	u8 *p = kmalloc_ok(256);
	dma_addr_t dma = map_ok(r, p, 256, DMA_TO_DEVICE);

	dma_sync_single_for_cpu(r->dev, dma, 256, DMA_TO_DEVICE);
	cpu_write(p + 100, 8);
	dma_sync_single_for_device(r->dev, dma + 100, 8, DMA_TO_DEVICE);
	dma_sync_single_for_device(r->dev, dma, 256, DMA_TO_DEVICE);
	dev_read(r, dma, 256);
	dma_unmap_single(r->dev, dma, 256, DMA_TO_DEVICE);
	kfree(p);
}

static void *cpu_owned(struct rig *r, dma_addr_t *dma)
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

/* The second sync throws the CPU's own store away. */
static void lost_cpu_write(struct rig *r)
{
	dma_addr_t dma;
	void *p = cpu_owned(r, &dma);

	at(40);
	cpu_write(p, 8);
	at(50);
	dma_sync_single_for_cpu(r->dev, dma, 64, DMA_BIDIRECTIONAL);
	at(60);
	cpu_read(p, 16);
	dma_free_noncoherent(r->dev, 4096, p, dma, DMA_BIDIRECTIONAL);
}

static void kept_cpu_write(struct rig *r)
{
	dma_addr_t dma;
	void *p = cpu_owned(r, &dma);

	cpu_write(p, 8);
	dma_sync_single_for_device(r->dev, dma, 64, DMA_BIDIRECTIONAL);
	dma_sync_single_for_cpu(r->dev, dma, 64, DMA_BIDIRECTIONAL);
	cpu_read(p, 16);
	dma_free_noncoherent(r->dev, 4096, p, dma, DMA_BIDIRECTIONAL);
}

static void receive_into_dirty(struct rig *r, unsigned long attrs)
{
	void *p = kmalloc_ok(128);
	dma_addr_t dma;

	at(10);
	cpu_write(p, 64);
	at(20);
	dma = dma_map_single_attrs(r->dev, p, 128, DMA_FROM_DEVICE, attrs);
	assert_int_equal(dma_mapping_error(r->dev, dma), 0);
	at(30);
	dev_write(r, dma, 64);
	at(40);
	dma_unmap_single(r->dev, dma, 128, DMA_FROM_DEVICE);
	at(50);
	cpu_read(p, 64);
	kfree(p);
}

/* The dirty line may be written back over it. */
static void lost_device_write(struct rig *r)
{
	receive_into_dirty(r, DMA_ATTR_SKIP_CPU_SYNC);
}

static void kept_device_write(struct rig *r)
{
	receive_into_dirty(r, 0);
}

/* It stores into the cache, and the unmap invalidates. */
static void lost_snooped_write(struct rig *r)
{
	void *p = kmalloc_ok(128);
	dma_addr_t dma;

	dmalab_device_set_snooping(r->dev, true);
	at(10);
	dma = map_ok(r, p, 128, DMA_FROM_DEVICE);
	at(20);
	dev_write(r, dma, 64);
	at(30);
	dma_unmap_single(r->dev, dma, 128, DMA_FROM_DEVICE);
	at(40);
	cpu_read(p, 64);
	kfree(p);
}

/* The kernel takes it for a device that snoops. */
static void stale_believed_read(struct rig *r)
{
	void *p = kmalloc_ok(128);
	dma_addr_t dma;

	r->dev->dma_coherent = true;
	dmalab_device_set_snooping(r->dev, false);
	at(10);
	cpu_write(p, 64);
	at(20);
	dma = map_ok(r, p, 128, DMA_TO_DEVICE);
	at(30);
	dev_read(r, dma, 128);
	at(40);
	dma_unmap_single(r->dev, dma, 128, DMA_TO_DEVICE);
	kfree(p);
}

/* Past the cache, behind a line that is dirty. */
static void lost_uncached_write(struct rig *r)
{
	struct page *page = alloc_page(GFP_KERNEL);
	void *view = vmap(&page, 1, VM_MAP, pgprot_writecombine(PAGE_KERNEL));

	(void)r;
	assert_non_null(view);
	at(10);
	cpu_write(page_address(page), 64);
	at(20);
	cpu_write(view, 64);
	at(30);
	cpu_read(view, 64);
	at(40);
	vunmap(view);
	__free_page(page);
}

static void shared_cache_line(struct rig *r)
{
	u8 *p = kmalloc_ok(128);
	dma_addr_t dma;

	at(10);
	dma = map_ok(r, p, 32, DMA_FROM_DEVICE);
	at(20);
	dev_write(r, dma, 32);
	at(30);
	cpu_write(p + 32, 8);
	at(40);
	dma_unmap_single(r->dev, dma, 32, DMA_FROM_DEVICE);
	kfree(p);
}

static void shared_line_device_second(struct rig *r)
{
	u8 *p = kmalloc_ok(128);
	dma_addr_t dma;

	at(10);
	dma = map_ok(r, p, 32, DMA_FROM_DEVICE);
	at(20);
	cpu_write(p + 32, 8);
	at(30);
	dev_write(r, dma, 32);
	at(40);
	dma_unmap_single(r->dev, dma, 32, DMA_FROM_DEVICE);
	kfree(p);
}

static void own_cache_line(struct rig *r)
{
	u8 *p = kmalloc_ok(128);
	dma_addr_t dma = map_ok(r, p, 32, DMA_FROM_DEVICE);

	dev_write(r, dma, 32);
	cpu_write(p + 64, 8);
	dma_unmap_single(r->dev, dma, 32, DMA_FROM_DEVICE);
	cpu_read(p, 32);
	kfree(p);
}

const struct check_case coherency_cases[] = {
	{ .check = "stale-cpu-read", .draw = stale_cpu_read, .miss = fresh_cpu_read },
	{ .check = "stale-device-read", .draw = stale_device_read, .miss = fresh_device_read },
	{ .check = "stale-device-read", .variant = "zeroes", .draw = stale_zeroes },
	{ .check = "lost-cpu-write", .draw = lost_cpu_write, .miss = kept_cpu_write },
	{ .check = "lost-device-write", .draw = lost_device_write, .miss = kept_device_write },
	{ .check = "lost-device-write", .variant = "of a device that snoops",
	  .draw = lost_snooped_write },
	{ .check = "lost-cpu-write", .variant = "through an uncached view",
	  .draw = lost_uncached_write },
	{ .check = "stale-device-read", .variant = "of a device that does not snoop",
	  .draw = stale_believed_read },
	{ .check = "shared-cache-line", .draw = shared_cache_line, .miss = own_cache_line },
	{ .check = "shared-cache-line", .variant = "the device second",
	  .draw = shared_line_device_second },
	{ .check = "stale-cpu-read", .variant = "without speculation", .profile = "mips-nonspec",
	  .draw = stale_second_poll },
	{ .check = NULL },
};
