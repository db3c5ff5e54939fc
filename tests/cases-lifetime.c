/* SPDX-License-Identifier: MIT */
#include "cases.h"

static void *coherent(struct rig *r, size_t size, dma_addr_t *dma)
{
	void *p = dma_alloc_coherent(r->dev, size, dma, GFP_KERNEL);

	assert_non_null(p);
	return p;
}

static void *handle(struct rig *r, size_t size, dma_addr_t *dma)
{
	void *cookie = dma_alloc_attrs(r->dev, size, dma, GFP_KERNEL,
				       DMA_ATTR_NO_KERNEL_MAPPING);

	assert_non_null(cookie);
	return cookie;
}

static void double_free(struct rig *r)
{
	dma_addr_t dma;
	void *p;

	at(10);
	p = coherent(r, 4096, &dma);
	at(20);
	dma_free_coherent(r->dev, 4096, p, dma);
	at(30);
	dma_free_coherent(r->dev, 4096, p, dma);
}

static void double_unmap(struct rig *r)
{
	void *p = kmalloc_ok(256);
	dma_addr_t dma;

	at(10);
	dma = map_ok(r, p, 256, DMA_TO_DEVICE);
	at(20);
	dma_unmap_single(r->dev, dma, 256, DMA_TO_DEVICE);
	at(30);
	dma_unmap_single(r->dev, dma, 256, DMA_TO_DEVICE);
	kfree(p);
}

static void double_kfree(struct rig *r)
{
	void *p = kmalloc_ok(256), *neighbour = kmalloc_ok(256);

	(void)r;
	kfree(p);
	at(30);
	kfree(p);
	kfree(neighbour);
}

static void freed_and_allocated_again(struct rig *r)
{
	dma_addr_t dma;

	for (int i = 0; i < 3; i++) {
		void *p = coherent(r, 4096, &dma);

		dma_free_coherent(r->dev, 4096, p, dma);
	}
}

static void free_unknown(struct rig *r)
{
	at(10);
	dma_free_coherent(r->dev, 4096, (void *)0x1000, 0x1234000);
}

static void kfree_coherent(struct rig *r)
{
	dma_addr_t dma;
	void *p;

	at(10);
	p = dma_alloc_coherent(r->dev, 4096, &dma, GFP_KERNEL);
	assert_non_null(p);
	at(20);
	kfree(p);
	dma_free_coherent(r->dev, 4096, p, dma);
}

static void kfree_inside(struct rig *r)
{
	u8 *p = kmalloc_ok(256);

	(void)r;
	at(10);
	kfree(p + 64);
	kfree(p);
}

static void free_of_nothing(struct rig *r)
{
	dma_free_coherent(r->dev, 4096, NULL, 0x1234000);
	dma_free_attrs(r->dev, 4096, NULL, 0, DMA_ATTR_NO_KERNEL_MAPPING);
	kfree(NULL);
	kfree(ZERO_SIZE_PTR);
}

static void free_error_cookie(struct rig *r)
{
	at(10);
	dma_unmap_single(r->dev, DMA_MAPPING_ERROR, 64, DMA_TO_DEVICE);
}

static void error_cookie_checked(struct rig *r)
{
	void *p = kmalloc_ok(64);
	dma_addr_t dma;

	dmalab_machine_fail_nth(r->machine, 1);
	dma = dma_map_single(r->dev, p, 64, DMA_TO_DEVICE);
	if (!dma_mapping_error(r->dev, dma))
		dma_unmap_single(r->dev, dma, 64, DMA_TO_DEVICE);
	kfree(p);
}

static void free_wrong_device(struct rig *r)
{
	struct device *other = dmalab_device_new(r->machine, "disk");
	dma_addr_t dma;
	void *p;

	at(10);
	p = coherent(r, 4096, &dma);
	at(20);
	dma_free_coherent(other, 4096, p, dma);
	dmalab_device_free(other);
}

static void free_null_device(struct rig *r)
{
	dma_addr_t dma;
	void *p;

	at(10);
	p = coherent(r, 4096, &dma);
	at(20);
	dma_free_coherent(NULL, 4096, p, dma);
}

/* One page, mapped for two devices, where there is no more to it at the same address. */
static void two_devices(struct rig *r)
{
	struct device *other = dmalab_device_new(r->machine, "disk");
	void *p = kmalloc_ok(64);
	dma_addr_t a = map_ok(r, p, 64, DMA_TO_DEVICE);
	dma_addr_t b = dma_map_single(other, p, 64, DMA_TO_DEVICE);

	assert_int_equal(dma_mapping_error(other, b), 0);
	if (!translates(r))
		assert_int_equal(a, b);
	dma_unmap_single(r->dev, a, 64, DMA_TO_DEVICE);
	dma_unmap_single(other, b, 64, DMA_TO_DEVICE);
	kfree(p);
	dmalab_device_free(other);
}

static void free_wrong_function(struct rig *r)
{
	dma_addr_t dma;
	void *p;

	at(10);
	p = noncoherent_ok(r, 4096, &dma, DMA_FROM_DEVICE);
	at(20);
	dma_free_coherent(r->dev, 4096, p, dma);
}

static void unmap_an_allocation(struct rig *r)
{
	dma_addr_t dma;

	at(10);
	coherent(r, 4096, &dma);
	at(20);
	dma_unmap_single(r->dev, dma, 4096, DMA_BIDIRECTIONAL);
}

static void free_pages_as_noncoherent(struct rig *r)
{
	dma_addr_t dma;
	struct page *page = dma_alloc_pages(r->dev, 4096, &dma, DMA_FROM_DEVICE, GFP_KERNEL);

	assert_non_null(page);
	dma_free_noncoherent(r->dev, 4096, page_address(page), dma, DMA_FROM_DEVICE);
}

static void free_managed(struct rig *r)
{
	dma_addr_t dma;
	void *p;

	at(10);
	p = dmam_alloc_coherent(r->dev, 4096, &dma, GFP_KERNEL);
	at(20);
	dma_free_coherent(r->dev, 4096, p, dma);
	at(30);
	dmalab_device_free(r->dev);
}

static void free_as_managed(struct rig *r)
{
	dma_addr_t dma;
	void *p;

	at(10);
	p = coherent(r, 4096, &dma);
	at(20);
	dmam_free_coherent(r->dev, 4096, p, dma);
	at(30);
	dmalab_device_free(r->dev);
}

static void free_noncontiguous_as_pages(struct rig *r)
{
	struct sg_table *sgt;

	at(10);
	sgt = dma_alloc_noncontiguous(r->dev, 8192, DMA_FROM_DEVICE, GFP_KERNEL, 0);
	assert_non_null(sgt);
	at(20);
	dma_free_pages(r->dev, 8192, sg_page(sgt->sgl), sg_dma_address(sgt->sgl), DMA_FROM_DEVICE);
}

static void free_attrs_mismatch(struct rig *r)
{
	dma_addr_t dma;
	void *cookie;

	at(10);
	cookie = handle(r, 4096, &dma);
	at(20);
	dma_free_coherent(r->dev, 4096, cookie, dma);
}

/* Write combining is a hint. */
static void free_wc_as_coherent(struct rig *r)
{
	dma_addr_t dma;
	void *p = dma_alloc_wc(r->dev, 4096, &dma, GFP_KERNEL);

	assert_non_null(p);
	dma_free_coherent(r->dev, 4096, p, dma);
}

static void free_cpu_address(struct rig *r)
{
	dma_addr_t dma;
	u8 *p;

	at(10);
	p = coherent(r, 4096, &dma);
	at(20);
	dma_free_coherent(r->dev, 4096, p + 64, dma);
}

static void freed_crosswise(struct rig *r)
{
	dma_addr_t a, b;
	void *p = coherent(r, 4096, &a), *q = coherent(r, 4096, &b);

	dma_free_coherent(r->dev, 4096, p, a);
	dma_free_coherent(r->dev, 4096, q, b);
}

static void free_dma_address(struct rig *r)
{
	dma_addr_t dma;
	void *p;

	at(10);
	p = noncoherent_ok(r, 4096, &dma, DMA_TO_DEVICE);
	at(20);
	dma_free_noncoherent(r->dev, 4096, p, dma + 64, DMA_TO_DEVICE);
}

/* Physical and DMA address differ, and the DMA address is the right one. */
static void free_with_offset(struct rig *r)
{
	dma_addr_t dma;
	void *p;

	assert_int_equal(dma_direct_set_offset(r->dev, 1ull << 30, 0, 1ull << 30), 0);
	p = noncoherent_ok(r, 4096, &dma, DMA_TO_DEVICE);
	assert_int_not_equal(dma, virt_to_phys(p));
	dma_free_noncoherent(r->dev, 4096, p, dma, DMA_TO_DEVICE);
}

static void free_size(struct rig *r)
{
	dma_addr_t dma;
	void *p;

	at(10);
	p = coherent(r, 4096, &dma);
	at(20);
	dma_free_coherent(r->dev, 4095, p, dma);
}

static void free_all_wrong(struct rig *r)
{
	dma_addr_t dma;
	u8 *p;

	at(10);
	p = noncoherent_ok(r, 8192, &dma, DMA_TO_DEVICE);
	at(20);
	dma_free_noncoherent(r->dev, 4096, p + 64, dma + 128, DMA_FROM_DEVICE);
}

static void free_odd_size(struct rig *r)
{
	dma_addr_t dma;
	void *p = coherent(r, 4097, &dma);

	dma_free_coherent(r->dev, 4097, p, dma);
}

static void free_direction(struct rig *r)
{
	void *p = kmalloc_ok(64);
	dma_addr_t dma;

	at(10);
	dma = map_ok(r, p, 64, DMA_TO_DEVICE);
	at(20);
	dma_unmap_single(r->dev, dma, 64, DMA_FROM_DEVICE);
	kfree(p);
}

/* Of two mappings at one address, an unmap means the one that it fits. */
static void free_by_direction(struct rig *r)
{
	void *p = kmalloc_ok(64);
	dma_addr_t a = map_ok(r, p, 64, DMA_TO_DEVICE);
	dma_addr_t b = map_ok(r, p, 64, DMA_BIDIRECTIONAL);

	if (!translates(r))
		assert_int_equal(a, b);
	dma_unmap_single(r->dev, a, 64, DMA_TO_DEVICE);
	dma_unmap_single(r->dev, b, 64, DMA_BIDIRECTIONAL);
	kfree(p);
}

static void free_while_mapped(struct rig *r)
{
	void *p = kmalloc_ok(256);
	dma_addr_t dma;

	at(10);
	dma = map_ok(r, p, 64, DMA_TO_DEVICE);
	at(20);
	kfree(p);
	at(30);
	dma_unmap_single(r->dev, dma, 64, DMA_TO_DEVICE);
}

static void free_beside_mapped(struct rig *r)
{
	void *p = kmalloc_ok(128), *q = kmalloc_ok(128);
	dma_addr_t dma = map_ok(r, p, 128, DMA_TO_DEVICE);

	kfree(q);
	dma_unmap_single(r->dev, dma, 128, DMA_TO_DEVICE);
	kfree(p);
}

static void map_error_unchecked(struct rig *r)
{
	void *p = kmalloc_ok(64);
	dma_addr_t dma;

	at(10);
	dma = dma_map_single(r->dev, p, 64, DMA_TO_DEVICE);
	at(20);
	dma_unmap_single(r->dev, dma, 64, DMA_TO_DEVICE);
	kfree(p);
}

static void map_error_checked(struct rig *r)
{
	void *p = kmalloc_ok(64);

	dma_unmap_single(r->dev, map_ok(r, p, 64, DMA_TO_DEVICE), 64, DMA_TO_DEVICE);
	kfree(p);
}

static void leak(struct rig *r)
{
	dma_addr_t dma;

	at(10);
	coherent(r, 4096, &dma);
	at(20);
	dmalab_device_free(r->dev);
}

/* The report says which one. */
static void leak_on_failure(struct rig *r)
{
	dma_addr_t dma;

	dmalab_machine_fail_nth(r->machine, 2);
	at(10);
	coherent(r, 4096, &dma);
	at(11);
	assert_null(kmalloc(64, GFP_KERNEL));
	at(20);
	dmalab_device_free(r->dev);
}

static void leak_of_mapping(struct rig *r)
{
	void *p = kmalloc_ok(100);

	at(10);
	map_ok(r, p, 100, DMA_FROM_DEVICE);
	at(20);
	dmalab_device_free(r->dev);
	kfree(p);
}

static void no_leak(struct rig *r)
{
	dma_addr_t dma;
	void *cookie = handle(r, 4096, &dma);

	dma_free_attrs(r->dev, 4096, cookie, dma, DMA_ATTR_NO_KERNEL_MAPPING);
	dmalab_device_free(r->dev);
}

static void free_page_twice(struct rig *r)
{
	struct page *page = alloc_page(GFP_KERNEL);

	(void)r;
	assert_non_null(page);
	__free_page(page);
	at(10);
	__free_page(page);
}

static void free_other_order(struct rig *r)
{
	unsigned long addr = __get_free_pages(GFP_KERNEL, 2);

	(void)r;
	assert_int_not_equal(addr, 0);
	at(10);
	free_pages(addr, 1);
}

static void put_mapped_page(struct rig *r)
{
	struct page *page = alloc_page(GFP_KERNEL);

	assert_non_null(page);
	at(10);
	map_ok(r, page_address(page), 2048, DMA_FROM_DEVICE);
	get_page(page);
	put_page(page);
	at(20);
	put_page(page);
	dma_unmap_single(r->dev, page_to_phys(page), 2048, DMA_FROM_DEVICE);
}

static void kfree_of_pages(struct rig *r)
{
	(void)r;
	at(10);
	kfree((void *)__get_free_page(GFP_KERNEL));
}

static void free_to_other_cache(struct rig *r)
{
	struct kmem_cache *a = kmem_cache_create("requests", 48, 0, 0, NULL);
	struct kmem_cache *b = kmem_cache_create("replies", 48, 0, 0, NULL);
	void *p = kmem_cache_alloc(a, GFP_KERNEL);

	(void)r;
	assert_non_null(p);
	at(10);
	kmem_cache_free(b, p);
	kmem_cache_destroy(a);
	kmem_cache_destroy(b);
}

static void devm_free_wrong_device(struct rig *r)
{
	struct device *other = dmalab_device_new(r->machine, "disk");
	void *p = devm_kzalloc(r->dev, 64, GFP_KERNEL);

	assert_non_null(p);
	at(10);
	devm_kfree(other, p);
}

const struct check_case lifetime_cases[] = {
	{ .check = "double-free", .draw = double_free, .miss = freed_and_allocated_again },
	{ .check = "double-free", .variant = "unmapped twice", .draw = double_unmap },
	{ .check = "double-free", .variant = "kfree() twice", .draw = double_kfree },
	{ .check = "free-unknown", .draw = free_unknown, .miss = free_of_nothing },
	{ .check = "free-unknown", .variant = "inside an object", .draw = kfree_inside },
	{ .check = "free-unknown", .variant = "kfree() of coherent memory", .draw = kfree_coherent },
	{ .check = "free-error-cookie", .draw = free_error_cookie, .miss = error_cookie_checked },
	{ .check = "free-wrong-device", .draw = free_wrong_device, .miss = two_devices },
	{ .check = "free-wrong-device", .variant = "NULL", .draw = free_null_device },
	{ .check = "free-wrong-function", .draw = free_wrong_function,
	  .miss = free_pages_as_noncoherent },
	{ .check = "free-wrong-function", .variant = "unmapped an allocation",
	  .draw = unmap_an_allocation },
	{ .check = "free-wrong-function", .variant = "managed memory", .draw = free_managed },
	{ .check = "free-wrong-function", .variant = "of a list",
	  .draw = free_noncontiguous_as_pages },
	{ .check = "free-wrong-function", .variant = "as managed memory",
	  .draw = free_as_managed },
	{ .check = "free-attrs-mismatch", .draw = free_attrs_mismatch, .miss = free_wc_as_coherent },
	{ .check = "free-cpu-address-mismatch", .draw = free_cpu_address, .miss = freed_crosswise },
	{ .check = "free-cpu-address-mismatch", .variant = "and all the rest",
	  .draw = free_all_wrong },
	{ .check = "free-dma-address-mismatch", .draw = free_dma_address, .miss = free_with_offset },
	{ .check = "free-size-mismatch", .draw = free_size, .miss = free_odd_size },
	{ .check = "free-direction-mismatch", .draw = free_direction, .miss = free_by_direction },
	{ .check = "free-while-mapped", .draw = free_while_mapped, .miss = free_beside_mapped },
	{ .check = "map-error-unchecked", .draw = map_error_unchecked, .miss = map_error_checked },
	{ .check = "leak", .draw = leak, .miss = no_leak },
	{ .check = "leak", .variant = "of a mapping", .draw = leak_of_mapping },
	{ .check = "leak", .variant = "where another allocation fails", .draw = leak_on_failure },
	{ .check = "double-free", .variant = "a page", .draw = free_page_twice },
	{ .check = "free-size-mismatch", .variant = "another order", .draw = free_other_order },
	{ .check = "free-while-mapped", .variant = "the last reference",
	  .draw = put_mapped_page },
	{ .check = "free-wrong-function", .variant = "kfree() of a page",
	  .draw = kfree_of_pages },
	{ .check = "free-wrong-function", .variant = "another cache",
	  .draw = free_to_other_cache },
	{ .check = "free-wrong-device", .variant = "of devm_kmalloc()",
	  .draw = devm_free_wrong_device },
	{ .check = NULL },
};
