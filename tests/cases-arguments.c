/* SPDX-License-Identifier: MIT */
#include "cases.h"

#include <linux/dmapool.h>
#include <linux/vmalloc.h>

static char static_bytes[64];
static const char constant_bytes[64] = "constant";

static void map_and_unmap(struct rig *r, void *p, size_t size)
{
	dma_addr_t dma = map_ok(r, p, size, DMA_TO_DEVICE);

	dma_unmap_single(r->dev, dma, size, DMA_TO_DEVICE);
}

static void must_not_map(struct rig *r, void *p, size_t size)
{
	assert_int_equal(dma_map_single(r->dev, p, size, DMA_TO_DEVICE), DMA_MAPPING_ERROR);
}

static void no_device(struct rig *r)
{
	dma_addr_t dma = 77;

	(void)r;
	at(10);
	assert_null(dma_alloc_coherent(NULL, 4096, &dma, GFP_KERNEL));
	assert_int_equal(dma, 77);
}

static void homemade_device(struct rig *r)
{
	struct device own = { .coherent_dma_mask = DMA_BIT_MASK(32) };
	dma_addr_t dma;

	(void)r;
	at(10);
	assert_null(dma_alloc_coherent(&own, 4096, &dma, GFP_KERNEL));
}

static void unbound_device(struct rig *r)
{
	struct device *dev = dmalab_device_new(r->machine, "gone");
	dma_addr_t dma;

	dmalab_device_free(dev);
	at(10);
	assert_null(dma_alloc_coherent(dev, 4096, &dma, GFP_KERNEL));
}

static void second_device(struct rig *r)
{
	struct device *dev = dmalab_device_new(r->machine, NULL);
	dma_addr_t dma;
	void *p = dma_alloc_coherent(dev, 4096, &dma, GFP_KERNEL);

	assert_non_null(p);
	assert_string_equal(dev_name(dev), "device");
	dma_free_coherent(dev, 4096, p, dma);
	dmalab_device_free(dev);
}

static void bad_direction(struct rig *r)
{
	void *p = kmalloc_ok(64);

	at(10);
	assert_int_equal(dma_map_single(r->dev, p, 64, DMA_NONE), DMA_MAPPING_ERROR);
	kfree(p);
}

static void good_direction(struct rig *r)
{
	void *p = kmalloc_ok(64);
	dma_addr_t dma = map_ok(r, p, 64, DMA_BIDIRECTIONAL);

	dma_unmap_single(r->dev, dma, 64, DMA_BIDIRECTIONAL);
	kfree(p);
}

static void zero_size(struct rig *r)
{
	dma_addr_t dma;

	at(10);
	assert_null(dma_alloc_coherent(r->dev, 0, &dma, GFP_KERNEL));
}

static void one_byte(struct rig *r)
{
	dma_addr_t dma;
	void *p = dma_alloc_coherent(r->dev, 1, &dma, GFP_KERNEL);

	dma_sync_single_for_cpu(r->dev, dma, 0, DMA_BIDIRECTIONAL);
	dma_free_coherent(r->dev, 1, p, dma);
}

static void bad_attrs(struct rig *r)
{
	dma_addr_t dma;

	at(10);
	assert_null(dma_alloc_attrs(r->dev, 4096, &dma, GFP_KERNEL, DMA_ATTR_MMIO));
}

static void good_attrs(struct rig *r)
{
	const unsigned long attrs = DMA_ATTR_WEAK_ORDERING | DMA_ATTR_NO_WARN |
				    DMA_ATTR_ALLOC_SINGLE_PAGES | DMA_ATTR_FORCE_CONTIGUOUS;
	dma_addr_t dma;
	void *p = dma_alloc_attrs(r->dev, 4096, &dma, GFP_KERNEL, attrs);

	assert_non_null(p);
	dma_free_attrs(r->dev, 4096, p, dma, attrs);
}

static void mask_unset(struct rig *r)
{
	dma_addr_t dma;

	r->dev->coherent_dma_mask = 0;
	at(10);
	assert_null(dma_alloc_coherent(r->dev, 4096, &dma, GFP_KERNEL));
}

static void streaming_mask_unset(struct rig *r)
{
	void *p = kmalloc_ok(64);

	r->dev->dma_mask = NULL;
	at(10);
	must_not_map(r, p, 64);
	kfree(p);
}

/* Each kind of memory needs its own mask only. */
static void other_mask_unset(struct rig *r)
{
	dma_addr_t dma;
	void *p;

	r->dev->dma_mask = NULL;
	p = noncoherent_ok(r, 4096, &dma, DMA_TO_DEVICE);
	dma_free_noncoherent(r->dev, 4096, p, dma, DMA_TO_DEVICE);
}

static void address_over_mask(struct rig *r)
{
	void *p = kmalloc_ok(64);

	assert_int_equal(dma_set_mask(r->dev, DMA_BIT_MASK(24)), 0);
	at(10);
	must_not_map(r, p, 64);
	kfree(p);
}

static void address_in_mask(struct rig *r)
{
	void *p = kmalloc(64, GFP_KERNEL | GFP_DMA);

	assert_non_null(p);
	assert_int_equal(dma_set_mask(r->dev, DMA_BIT_MASK(24)), 0);
	/* Where everything is bounced, the bounce buffer would have to be in reach. */
	if (!bounces(r))
		map_and_unmap(r, p, 64);
	kfree(p);
}

static void zone_gfp(struct rig *r)
{
	dma_addr_t dma;

	at(10);
	assert_null(dma_alloc_noncoherent(r->dev, 4096, &dma, DMA_TO_DEVICE,
					  GFP_KERNEL | __GFP_DMA32));
}

static void zone_of_kmalloc(struct rig *r)
{
	void *p;

	(void)r;
	at(10);
	p = kmalloc(64, GFP_KERNEL | GFP_DMA32);
	assert_non_null(p);
	kfree(p);
}

static void zone_of_pool(struct rig *r)
{
	struct dma_pool *pool = dma_pool_create("descriptors", r->dev, 64, 16, 0);
	dma_addr_t dma, dma2;
	void *p, *q;

	assert_non_null(pool);
	p = dma_pool_alloc(pool, GFP_KERNEL, &dma);
	at(10);
	/* It needs no other page. */
	q = dma_pool_zalloc(pool, GFP_ATOMIC | __GFP_HIGHMEM, &dma2);
	assert_true(p && q);
	dma_pool_free(pool, q, dma2);
	dma_pool_free(pool, p, dma);
	dma_pool_destroy(pool);
}

static void zone_of_managed(struct rig *r)
{
	dma_addr_t dma;
	void *p;

	at(10);
	p = dmam_alloc_coherent(r->dev, 64, &dma, GFP_KERNEL | GFP_DMA32);
	assert_non_null(p);
	dmam_free_coherent(r->dev, 64, p, dma);
}

/* Coherent memory takes any zone flag, a pool and kmalloc() GFP_DMA, pages what there is. */
static void zone_masked(struct rig *r)
{
	struct kmem_cache *cache = kmem_cache_create("low", 64, 0, SLAB_CACHE_DMA32, NULL);
	struct dma_pool *pool = dma_pool_create("descriptors", r->dev, 64, 16, 0);
	dma_addr_t dma;
	void *p = dma_alloc_coherent(r->dev, 4096, &dma, GFP_KERNEL | __GFP_DMA | __GFP_HIGHMEM);
	struct page *page;

	assert_true(p && pool && cache);
	dma_free_coherent(r->dev, 4096, p, dma);
	p = dma_pool_alloc(pool, GFP_KERNEL | GFP_DMA, &dma);
	assert_non_null(p);
	dma_pool_free(pool, p, dma);
	dma_pool_destroy(pool);
	kfree(kmalloc(64, GFP_KERNEL | GFP_DMA));
	page = alloc_pages(GFP_KERNEL | GFP_DMA32, 0);
	assert_non_null(page);
	__free_pages(page, 0);
	page = alloc_pages(GFP_HIGHUSER, 0);
	assert_non_null(page);
	__free_pages(page, 0);
	p = kmem_cache_alloc(cache, GFP_KERNEL);
	assert_non_null(p);
	kmem_cache_free(cache, p);
	kmem_cache_destroy(cache);
}

static void compound_gfp(struct rig *r)
{
	dma_addr_t dma;

	at(10);
	assert_null(dma_alloc_coherent(r->dev, 4096, &dma, GFP_KERNEL | __GFP_COMP));
}

static void compound_kmalloc(struct rig *r)
{
	void *p = kmalloc(8192, GFP_KERNEL | __GFP_COMP);

	assert_non_null(p);
	map_and_unmap(r, p, 8192);
	kfree(p);
}

static void map_stack(struct rig *r)
{
	char bytes[64] = "";

	at(10);
	must_not_map(r, bytes, sizeof(bytes));
}

static void map_copy_of_stack(struct rig *r)
{
	char bytes[64] = "", *p = kmalloc_ok(sizeof(bytes));

	memcpy(p, bytes, sizeof(bytes));
	map_and_unmap(r, p, sizeof(bytes));
	kfree(p);
}

static void map_freed(struct rig *r)
{
	void *p = kmalloc_ok(4096);

	kfree(p);
	at(10);
	must_not_map(r, p, 4096);
}

static void map_past_the_end(struct rig *r)
{
	void *p = kmalloc_ok(4096);

	at(10);
	must_not_map(r, p, 8192);
	kfree(p);
}

static void map_reused(struct rig *r)
{
	void *p = kmalloc_ok(4096), *q;

	kfree(p);
	q = kmalloc_ok(4096);
	assert_ptr_equal(p, q);
	map_and_unmap(r, p, 4096);
	kfree(q);
}

static void map_coherent(struct rig *r)
{
	dma_addr_t dma;
	void *p;

	at(10);
	p = dma_alloc_coherent(r->dev, 4096, &dma, GFP_KERNEL);
	at(20);
	must_not_map(r, p, 4096);
	at(30);
	dma_free_coherent(r->dev, 4096, p, dma);
}

static void map_noncoherent(struct rig *r)
{
	dma_addr_t dma;
	void *p = noncoherent_ok(r, 4096, &dma, DMA_TO_DEVICE);

	map_and_unmap(r, p, 4096);
	dma_free_noncoherent(r->dev, 4096, p, dma, DMA_TO_DEVICE);
}

static void map_handle(struct rig *r)
{
	dma_addr_t dma;
	void *cookie;

	at(10);
	cookie = dma_alloc_attrs(r->dev, 4096, &dma, GFP_KERNEL, DMA_ATTR_NO_KERNEL_MAPPING);
	at(20);
	must_not_map(r, cookie, 4096);
	at(30);
	dma_free_attrs(r->dev, 4096, cookie, dma, DMA_ATTR_NO_KERNEL_MAPPING);
}

/* The handle's own DMA address needs no mapping. */
static void use_handle(struct rig *r)
{
	dma_addr_t dma;
	void *cookie = dma_alloc_attrs(r->dev, 4096, &dma, GFP_KERNEL, DMA_ATTR_NO_KERNEL_MAPPING);

	assert_non_null(cookie);
	assert_int_equal(dev_write(r, dma, 4096), 0);
	dma_free_attrs(r->dev, 4096, cookie, dma, DMA_ATTR_NO_KERNEL_MAPPING);
}

static void map_invalid(struct rig *r)
{
	at(10);
	must_not_map(r, static_bytes, sizeof(static_bytes));
}

static void map_heap(struct rig *r)
{
	void *p = malloc(64);

	assert_non_null(p);
	at(10);
	must_not_map(r, p, 64);
	free(p);
}

static void map_vmalloc(struct rig *r)
{
	void *p;

	at(10);
	p = vmalloc(8192);
	assert_non_null(p);
	at(20);
	must_not_map(r, p, 8192);
	vfree(p);
}

static void map_copy_of_vmalloc(struct rig *r)
{
	void *p = vzalloc(100), *q = kmemdup(p, 100, GFP_KERNEL);

	assert_non_null(q);
	map_and_unmap(r, q, 100);
	kfree(q);
	vfree(p);
}

static void map_rodata(struct rig *r)
{
	at(10);
	must_not_map(r, (void *)constant_bytes, sizeof(constant_bytes));
}

static void map_code(struct rig *r)
{
	at(10);
	must_not_map(r, (void *)(uintptr_t)map_rodata, 4);
}

static void map_copy_of_rodata(struct rig *r)
{
	void *p = kmemdup(constant_bytes, sizeof(constant_bytes), GFP_KERNEL);

	assert_non_null(p);
	map_and_unmap(r, p, sizeof(constant_bytes));
	kfree(p);
}

static void map_other_machine(struct rig *r)
{
	struct dmalab_machine *other = dmalab_machine_new(NULL);
	void *p = kmalloc_ok(64);

	at(10);
	must_not_map(r, p, 64);
	kfree(p);
	dmalab_machine_free(other);
}

static void map_page_address(struct rig *r)
{
	dma_addr_t dma;
	struct page *page = dma_alloc_pages(r->dev, 4096, &dma, DMA_TO_DEVICE, GFP_KERNEL);

	assert_non_null(page);
	map_and_unmap(r, page_address(page), 4096);
	dma_free_pages(r->dev, 4096, page, dma, DMA_TO_DEVICE);
}

static void page_of_coherent(struct rig *r)
{
	dma_addr_t dma;
	void *p;

	at(10);
	p = dma_alloc_coherent(r->dev, 4096, &dma, GFP_KERNEL);
	at(20);
	virt_to_page(p);
	at(30);
	dma_free_coherent(r->dev, 4096, p, dma);
}

static void page_of_cookie(struct rig *r)
{
	dma_addr_t dma;
	void *cookie;

	at(10);
	cookie = dma_alloc_attrs(r->dev, 4096, &dma, GFP_KERNEL, DMA_ATTR_NO_KERNEL_MAPPING);
	at(20);
	assert_null(virt_to_page(cookie));
	at(30);
	dma_free_attrs(r->dev, 4096, cookie, dma, DMA_ATTR_NO_KERNEL_MAPPING);
}

static void page_of_noncoherent(struct rig *r)
{
	dma_addr_t dma;
	void *p = noncoherent_ok(r, 4096, &dma, DMA_TO_DEVICE), *q = kmalloc_ok(64);

	assert_ptr_equal(page_address(virt_to_page(p)), p);
	assert_non_null(virt_to_page(q));
	assert_null(virt_to_page(static_bytes));
	kfree(q);
	dma_free_noncoherent(r->dev, 4096, p, dma, DMA_TO_DEVICE);
}

static void map_resource_ram(struct rig *r)
{
	void *p = kmalloc_ok(64);

	at(10);
	assert_int_equal(dma_map_resource(r->dev, virt_to_phys(p), 64, DMA_TO_DEVICE, 0),
			 DMA_MAPPING_ERROR);
	kfree(p);
}

/* The kernel would map it: its first page is none of RAM. */
static void map_resource_around_ram(struct rig *r)
{
	void *p = kmalloc_ok(64);
	phys_addr_t phys = virt_to_phys(p);

	at(10);
	assert_int_equal(dma_map_resource(r->dev, 0, 2 * phys, DMA_TO_DEVICE, 0),
			 DMA_MAPPING_ERROR);
	kfree(p);
}

/* Registers of another device; a machine that bounces cannot reach them. */
static void map_resource(struct rig *r)
{
	dma_addr_t dma = dma_map_resource(r->dev, 0x10000040, 64, DMA_BIDIRECTIONAL, 0);
	u8 byte = 0;

	if (bounces(r)) {
		assert_int_equal(dma_mapping_error(r->dev, dma), -ENOMEM);
		return;
	}
	assert_int_equal(dma_mapping_error(r->dev, dma), 0);
	assert_int_equal(dmalab_device_read(r->dev, dma + 63, &byte, 1), 0);
	assert_int_equal(byte, 0xff);
	assert_int_equal(dev_write(r, dma, 64), 0);
	dma_unmap_resource(r->dev, dma, 64, DMA_BIDIRECTIONAL, 0);
}

static void overlapping(struct rig *r)
{
	u8 *p = kmalloc_ok(256);
	dma_addr_t a, b;

	at(10);
	a = map_ok(r, p, 32, DMA_FROM_DEVICE);
	at(20);
	b = map_ok(r, p + 32, 32, DMA_FROM_DEVICE);
	dma_unmap_single(r->dev, b, 32, DMA_FROM_DEVICE);
	dma_unmap_single(r->dev, a, 32, DMA_FROM_DEVICE);
	kfree(p);
}

/*
 * For reading as often as you like, for writing in lines of their own, or by consent, or
 * by several devices.
 */
static void not_overlapping(struct rig *r)
{
	const unsigned long shared = DMA_ATTR_DEBUGGING_IGNORE_CACHELINES;
	struct rig importer = { .dev = dmalab_device_new(r->machine, "importer") };
	u8 *p = kmalloc_ok(1024);
	dma_addr_t a, b, c;

	a = map_ok(r, p, 128, DMA_TO_DEVICE);
	b = map_ok(r, p, 256, DMA_TO_DEVICE);
	c = map_ok(r, p + 256, 128, DMA_FROM_DEVICE);
	dma_unmap_single(r->dev, a, 128, DMA_TO_DEVICE);
	dma_unmap_single(r->dev, b, 256, DMA_TO_DEVICE);
	dma_unmap_single(r->dev, c, 128, DMA_FROM_DEVICE);

	a = dma_map_single_attrs(r->dev, p, 8, DMA_FROM_DEVICE, shared);
	assert_int_equal(dma_mapping_error(r->dev, a), 0);
	b = dma_map_single_attrs(r->dev, p + 8, 8, DMA_FROM_DEVICE, shared);
	assert_int_equal(dma_mapping_error(r->dev, b), 0);
	dma_unmap_single_attrs(r->dev, a, 8, DMA_FROM_DEVICE, shared);
	dma_unmap_single_attrs(r->dev, b, 8, DMA_FROM_DEVICE, shared);

	a = map_ok(r, p, 1024, DMA_BIDIRECTIONAL);
	b = map_ok(&importer, p, 1024, DMA_BIDIRECTIONAL);
	c = map_ok(&importer, p + 512, 256, DMA_TO_DEVICE);
	dma_unmap_single(importer.dev, c, 256, DMA_TO_DEVICE);
	dma_unmap_single(importer.dev, b, 1024, DMA_BIDIRECTIONAL);
	dma_unmap_single(r->dev, a, 1024, DMA_BIDIRECTIONAL);
	dmalab_device_free(importer.dev);
	kfree(p);
}

const struct check_case argument_cases[] = {
	{ .check = "map-resource-ram", .draw = map_resource_ram, .miss = map_resource },
	{ .check = "map-resource-ram", .variant = "around", .draw = map_resource_around_ram },
	{ .check = "overlapping-mapping", .draw = overlapping, .miss = not_overlapping },
	{ .check = "no-device", .draw = no_device, .miss = second_device },
	{ .check = "no-device", .variant = "homemade", .draw = homemade_device },
	{ .check = "no-device", .variant = "unbound", .draw = unbound_device },
	{ .check = "bad-direction", .draw = bad_direction, .miss = good_direction },
	{ .check = "zero-size", .draw = zero_size, .miss = one_byte },
	{ .check = "bad-attrs", .draw = bad_attrs, .miss = good_attrs },
	{ .check = "mask-unset", .draw = mask_unset, .miss = other_mask_unset },
	{ .check = "mask-unset", .variant = "for mappings", .draw = streaming_mask_unset },
	{ .check = "address-over-mask", .draw = address_over_mask, .miss = address_in_mask },
	{ .check = "zone-gfp", .draw = zone_gfp, .miss = zone_masked },
	{ .check = "zone-gfp", .variant = "of kmalloc()", .draw = zone_of_kmalloc },
	{ .check = "zone-gfp", .variant = "of a pool", .draw = zone_of_pool },
	{ .check = "zone-gfp", .variant = "of managed memory", .draw = zone_of_managed },
	{ .check = "compound-gfp", .draw = compound_gfp, .miss = compound_kmalloc },
	{ .check = "map-stack", .draw = map_stack, .miss = map_copy_of_stack },
	{ .check = "map-freed", .draw = map_freed, .miss = map_reused },
	{ .check = "map-freed", .variant = "past the end", .draw = map_past_the_end },
	{ .check = "map-coherent", .draw = map_coherent, .miss = map_noncoherent },
	{ .check = "map-coherent", .variant = "where it is cached", .profile = "x86",
	  .draw = map_coherent },
	{ .check = "map-handle", .draw = map_handle, .miss = use_handle },
	{ .check = "map-invalid", .draw = map_invalid, .miss = map_page_address },
	{ .check = "map-invalid", .variant = "of another machine", .draw = map_other_machine },
	{ .check = "map-invalid", .variant = "of the heap", .draw = map_heap },
	{ .check = "map-vmalloc", .draw = map_vmalloc, .miss = map_copy_of_vmalloc },
	{ .check = "map-rodata", .draw = map_rodata, .miss = map_copy_of_rodata },
	{ .check = "map-rodata", .variant = "code", .draw = map_code },
	{ .check = "page-of-coherent", .draw = page_of_coherent, .miss = page_of_noncoherent },
	{ .check = "page-of-coherent", .variant = "of a cookie", .draw = page_of_cookie },
	{ .check = NULL },
};
