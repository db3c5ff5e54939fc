/* SPDX-License-Identifier: MIT */
/* Allocations in user space. */
#include "rig.h"

#include <errno.h>
#include <linux/dma-map-ops.h>
#include <sys/mman.h>

#define HANDLE DMA_ATTR_NO_KERNEL_MAPPING
#define SIZE   (3 * PAGE_SIZE)

static struct vm_area_struct vma_of(size_t len, unsigned long pgoff)
{
	void *p = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	assert_true(p != MAP_FAILED);
	return (struct vm_area_struct){
		.vm_start = (unsigned long)p, .vm_end = (unsigned long)p + len,
		.vm_pgoff = pgoff,
	};
}

static void drop(const struct vm_area_struct *vma)
{
	munmap((void *)vma->vm_start, vma->vm_end - vma->vm_start);
}

static u8 device_byte(const struct rig *r, dma_addr_t dma)
{
	u8 byte = 0xee;

	assert_int_equal(dmalab_device_read(r->dev, dma, &byte, 1), 0);
	return byte;
}

/* What was there is kept, and what comes is seen by all three. */
static void coherent(void **state)
{
	const char *profile;

	(void)state;
	for_each_profile(profile) {
		struct vm_area_struct vma = vma_of(SIZE, 0);
		u8 *user = (u8 *)vma.vm_start, byte = 5;
		struct rig r;
		dma_addr_t dma;
		u8 *p;

		rig_up(&r, profile);
		p = dma_alloc_coherent(r.dev, SIZE, &dma, GFP_KERNEL);
		dmalab_cpu_write(p + 5000, &byte, 1);
		assert_int_equal(dma_mmap_coherent(r.dev, &vma, p, dma, SIZE), 0);
		assert_int_equal(user[5000], 5);
		assert_int_equal(user[4999], 0);
		user[9000] = 6;
		assert_int_equal(device_byte(&r, dma + 9000), 6);
		dmalab_cpu_read(p + 9000, &byte, 1);
		assert_int_equal(byte, 6);
		byte = 7;
		assert_int_equal(dmalab_device_write(r.dev, dma + 1, &byte, 1), 0);
		assert_int_equal(user[1], 7);
		drop(&vma);
		dma_free_coherent(r.dev, SIZE, p, dma);

		/* The memory is good for whatever comes next. */
		for (int i = 0; i < 4; i++) {
			void *q = dma_alloc_coherent(r.dev, SIZE, &dma, GFP_KERNEL);

			assert_int_equal(device_byte(&r, dma + 9000), 0);
			cpu_write(q, SIZE);
			dma_free_coherent(r.dev, SIZE, q, dma);
			q = kmalloc_ok(SIZE);
			cpu_write(q, SIZE);
			cpu_read(q, SIZE);
			kfree(q);
		}
		expect(&r, "");
		rig_down(&r);
	}
}

/* A part of it, more than once, at several places. */
static void parts(void **state)
{
	struct vm_area_struct a = vma_of(PAGE_SIZE, 1), b = vma_of(2 * PAGE_SIZE, 1);
	struct rig r;
	dma_addr_t dma;
	u8 *p;

	(void)state;
	rig_up(&r, NULL);
	p = dma_alloc_wc(r.dev, SIZE - 10, &dma, GFP_KERNEL);
	assert_int_equal(dma_mmap_wc(r.dev, &a, p, dma, SIZE - 10), 0);
	assert_int_equal(dma_mmap_wc(r.dev, &b, p, dma, SIZE - 10), 0);
	*(u8 *)a.vm_start = 3;
	assert_int_equal(*(u8 *)b.vm_start, 3);
	assert_int_equal(device_byte(&r, dma + 4096), 3);
	assert_int_equal(device_byte(&r, dma), 0);
	drop(&a);
	drop(&b);
	dma_free_wc(r.dev, SIZE - 10, p, dma);
	rig_down(&r);
}

/* The one thing that a handle is good for. */
static void handle(void **state)
{
	struct vm_area_struct vma = vma_of(PAGE_SIZE, 0);
	struct rig r;
	dma_addr_t dma;
	void *cookie;

	(void)state;
	rig_up(&r, NULL);
	cookie = dma_alloc_attrs(r.dev, PAGE_SIZE, &dma, GFP_KERNEL, HANDLE);
	assert_int_equal(dma_mmap_attrs(r.dev, &vma, cookie, dma, PAGE_SIZE, HANDLE), 0);
	assert_int_equal(pgprot_val(vma.vm_page_prot), PGPROT_UNCACHED);
	*(u8 *)vma.vm_start = 9;
	assert_int_equal(device_byte(&r, dma), 9);
	drop(&vma);
	dma_free_attrs(r.dev, PAGE_SIZE, cookie, dma, HANDLE);
	rig_down(&r);
}

/* Cached: without a sync the device does not see it, and that is reported. */
static void pages(void **state)
{
	struct vm_area_struct vma = vma_of(PAGE_SIZE, 1);
	struct rig r;
	struct page *page;
	dma_addr_t dma;
	u8 byte;

	(void)state;
	rig_up(&r, NULL);
	page = dma_alloc_pages(r.dev, 2 * PAGE_SIZE, &dma, DMA_BIDIRECTIONAL, GFP_KERNEL);
	assert_int_equal(dma_mmap_pages(r.dev, &vma, 2 * PAGE_SIZE, page), 0);
	assert_int_equal(pgprot_val(vma.vm_page_prot), 0);
	*(u8 *)vma.vm_start = 4;
	dma_sync_single_for_device(r.dev, dma, 2 * PAGE_SIZE, DMA_BIDIRECTIONAL);
	assert_int_equal(device_byte(&r, dma + PAGE_SIZE), 4);
	expect(&r, "");
	dma_sync_single_for_cpu(r.dev, dma, 2 * PAGE_SIZE, DMA_BIDIRECTIONAL);
	*(u8 *)vma.vm_start = 5;
	assert_int_equal(dmalab_device_read(r.dev, dma + PAGE_SIZE, &byte, 1), 0);
	assert_int_equal(byte, 4);
	expect(&r, "stale-device-read");
	drop(&vma);
	dma_free_pages(r.dev, 2 * PAGE_SIZE, page, dma, DMA_BIDIRECTIONAL);
	expect(&r, "");
	rig_down(&r);
}

static void own_memory(void **state)
{
	struct vm_area_struct vma = vma_of(PAGE_SIZE, 0);
	struct rig r;
	dma_addr_t dma;
	void *p;

	(void)state;
	rig_up(&r, NULL);
	assert_int_equal(dma_declare_coherent_memory(r.dev, 0, 0x1000, 4 * PAGE_SIZE), 0);
	p = dma_alloc_coherent(r.dev, PAGE_SIZE, &dma, GFP_KERNEL);
	assert_int_equal(dma_mmap_coherent(r.dev, &vma, p, dma, PAGE_SIZE), 0);
	*(u8 *)vma.vm_start = 8;
	assert_int_equal(device_byte(&r, dma), 8);
	drop(&vma);
	dma_free_coherent(r.dev, PAGE_SIZE, p, dma);
	dma_release_coherent_memory(r.dev);
	rig_down(&r);
}

static void refused(void **state)
{
	struct vm_area_struct vma = vma_of(2 * PAGE_SIZE, 0), bad;
	struct device *other;
	struct page *page;
	dma_addr_t dma, dma2;
	struct rig r;
	void *p;

	(void)state;
	rig_up(&r, NULL);
	other = dmalab_device_new(r.machine, "disk");
	p = dma_alloc_coherent(r.dev, PAGE_SIZE, &dma, GFP_KERNEL);
	page = dma_alloc_pages(r.dev, PAGE_SIZE, &dma2, DMA_TO_DEVICE, GFP_KERNEL);
	assert_true(dma_can_mmap(r.dev));

	assert_int_equal(dma_mmap_coherent(r.dev, &vma, p, dma, PAGE_SIZE), -ENXIO);
	assert_int_equal(dma_mmap_coherent(r.dev, &vma, p, dma, 2 * PAGE_SIZE), -ENXIO);
	vma.vm_end -= PAGE_SIZE;
	vma.vm_pgoff = 1;
	assert_int_equal(dma_mmap_coherent(r.dev, &vma, p, dma, PAGE_SIZE), -ENXIO);
	vma.vm_pgoff = -1ul;
	assert_int_equal(dma_mmap_coherent(r.dev, &vma, p, dma, PAGE_SIZE), -ENXIO);
	vma.vm_pgoff = 0;
	assert_int_equal(dma_mmap_coherent(other, &vma, p, dma, PAGE_SIZE), -ENXIO);
	assert_int_equal(dma_mmap_coherent(r.dev, &vma, p, 0x1234, PAGE_SIZE), -ENXIO);
	assert_int_equal(dma_mmap_coherent(r.dev, &vma, p, ~0ull, PAGE_SIZE), -ENXIO);
	assert_int_equal(dma_mmap_coherent(r.dev, &vma, p, dma2, PAGE_SIZE), -ENXIO);
	assert_int_equal(dma_mmap_pages(r.dev, &vma, PAGE_SIZE, NULL), -ENXIO);
	assert_int_equal(dma_mmap_pages(r.dev, &vma, PAGE_SIZE, page + 1), -ENXIO);
	assert_int_equal(dma_mmap_coherent(r.dev, &vma, p, dma, 0), -EINVAL);
	assert_int_equal(dma_mmap_coherent(r.dev, NULL, p, dma, PAGE_SIZE), -EINVAL);

	/* Not the caller's to give away. */
	bad = vma;
	bad.vm_start++;
	assert_int_equal(dma_mmap_coherent(r.dev, &bad, p, dma, PAGE_SIZE), -EINVAL);
	bad.vm_start = bad.vm_end;
	assert_int_equal(dma_mmap_coherent(r.dev, &bad, p, dma, PAGE_SIZE), -EINVAL);
	bad.vm_start = (unsigned long)p;
	bad.vm_end = bad.vm_start + PAGE_SIZE;
	assert_int_equal(dma_mmap_coherent(r.dev, &bad, p, dma, PAGE_SIZE), -EINVAL);
	/* More than there is of it: nobody looks whose the area is. */
	vma.vm_end += PAGE_SIZE;
	drop(&vma);
	assert_int_equal(dma_mmap_coherent(r.dev, &vma, p, dma, PAGE_SIZE), -ENXIO);
	vma.vm_end -= PAGE_SIZE;
	assert_int_equal(dma_mmap_coherent(r.dev, &vma, p, dma, PAGE_SIZE), -EINVAL);
	expect(&r, "");

	assert_int_equal(dma_mmap_coherent(NULL, &vma, p, dma, PAGE_SIZE), -ENXIO);
	expect(&r, "no-device");
	assert_false(dma_can_mmap(NULL));
	expect(&r, "no-device");
	dma_free_pages(r.dev, PAGE_SIZE, page, dma2, DMA_TO_DEVICE);
	dma_free_coherent(r.dev, PAGE_SIZE, p, dma);
	rig_down(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(coherent),
		cmocka_unit_test(parts),
		cmocka_unit_test(handle),
		cmocka_unit_test(pages),
		cmocka_unit_test(own_memory),
		cmocka_unit_test(refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
