/* SPDX-License-Identifier: MIT */
/* Pages: allocating, addresses, references, and recycling them as drivers do. */
#include "rig.h"

#include <limits.h>

static void all_ways_to_allocate(void **state)
{
	const char *profile;
	struct page *page;
	unsigned long addr;
	struct rig r;
	void *p;

	(void)state;
	for_each_profile(profile) {
		rig_up(&r, profile);
		for (unsigned order = 0; order <= 5; order++) {
			page = alloc_pages(GFP_KERNEL, order);
			assert_non_null(page);
			assert_int_equal(page_to_phys(page) % (PAGE_SIZE << order), 0);
			cpu_write(page_address(page), PAGE_SIZE << order);
			__free_pages(page, order);

			addr = __get_free_pages(GFP_KERNEL | __GFP_COMP, order);
			assert_int_not_equal(addr, 0);
			free_pages(addr + PAGE_SIZE - 1, order);
		}
		__free_page(alloc_page(GFP_KERNEL));
		put_page(alloc_pages_node(0, GFP_KERNEL, 0));
		free_page(__get_free_page(GFP_KERNEL));

		p = alloc_pages_exact(3 * PAGE_SIZE - 5, GFP_KERNEL);
		cpu_write(p, 3 * PAGE_SIZE);
		free_pages_exact(p, 3 * PAGE_SIZE - 100);
		expect(&r, "");
		rig_down(&r);
	}
}

static void what_cannot_be_had(void **state)
{
	struct rig r;

	(void)state;
	rig_up(&r, NULL);
	assert_null(alloc_pages(GFP_KERNEL, 9));
	assert_null(alloc_pages(GFP_KERNEL, 11));
	assert_null(alloc_pages(GFP_KERNEL, 64));
	assert_null(alloc_pages(GFP_KERNEL, ~0u));
	assert_int_equal(__get_free_pages(GFP_KERNEL, 11), 0);
	assert_null(alloc_pages_exact(0, GFP_KERNEL));
	assert_null(alloc_pages_exact((size_t)-1, GFP_KERNEL));
	dmalab_machine_fail_nth(r.machine, 2);
	free_page(__get_free_page(GFP_KERNEL));
	assert_null(alloc_page(GFP_KERNEL));
	expect(&r, "");
	rig_down(&r);
	assert_null(alloc_page(GFP_KERNEL));
	assert_int_equal(get_zeroed_page(GFP_KERNEL), 0);
}

/* Through the cache: the device sees the zeroes when they are handed over. */
static void zeroed_pages(void **state)
{
	u8 bytes[PAGE_SIZE], zeroes[PAGE_SIZE] = { 0 };
	const char *profile;
	unsigned long addr;
	dma_addr_t dma;
	struct rig r;

	(void)state;
	for_each_profile(profile) {
		rig_up(&r, profile);
		addr = __get_free_page(GFP_KERNEL);
		cpu_write((void *)addr, PAGE_SIZE);
		free_page(addr);
		assert_int_equal(get_zeroed_page(GFP_KERNEL), addr);
		dmalab_cpu_read((void *)addr, bytes, PAGE_SIZE);
		assert_memory_equal(bytes, zeroes, PAGE_SIZE);
		dma = map_ok(&r, (void *)addr, PAGE_SIZE, DMA_TO_DEVICE);
		assert_int_equal(dmalab_device_read(r.dev, dma, bytes, PAGE_SIZE), 0);
		assert_memory_equal(bytes, zeroes, PAGE_SIZE);
		dma_unmap_single(r.dev, dma, PAGE_SIZE, DMA_TO_DEVICE);
		free_page(addr);
		expect(&r, "");
		rig_down(&r);
	}
}

static void addresses(void **state)
{
	static int global;
	const gfp_t zones[] = { GFP_KERNEL, GFP_KERNEL | GFP_DMA, GFP_KERNEL | GFP_DMA32 };
	struct page *page;
	struct rig r;
	u8 *p;

	(void)state;
	rig_up(&r, NULL);
	for (size_t i = 0; i < ARRAY_SIZE(zones); i++) {
		page = alloc_pages(zones[i], 1);
		p = page_to_virt(page);
		assert_ptr_equal(virt_to_page(p + PAGE_SIZE + 7), page + 1);
		assert_ptr_equal(pfn_to_page(page_to_pfn(page)), page);
		assert_int_equal(PFN_PHYS(page_to_pfn(page)), page_to_phys(page));
		assert_ptr_equal(phys_to_virt(virt_to_phys(p + 5)), p + 5);
		assert_ptr_equal(phys_to_page(virt_to_phys(p + PAGE_SIZE)), page + 1);
		assert_true(pfn_valid(page_to_pfn(page)));
		assert_true(virt_addr_valid(p));
		if (zones[i] & GFP_DMA)
			assert_true(page_to_phys(page) < 1 << 24);
		__free_pages(page, 1);
	}
	assert_false(virt_addr_valid(&global) || virt_addr_valid(NULL) || virt_addr_valid(&r));
	assert_false(pfn_valid(0) || pfn_valid(~0ul) || pfn_valid(1ul << 40));
	assert_null(phys_to_virt(0));
	assert_null(phys_to_virt(~0ull));
	assert_null(phys_to_page(~0ull));
	assert_null(pfn_to_page(~0ul));
	expect(&r, "");
	rig_down(&r);
	assert_null(phys_to_virt(1 << 30));
	assert_false(pfn_valid(1 << 18));
}

static void references(void **state)
{
	struct page *page;
	struct rig r;
	void *p;

	(void)state;
	rig_up(&r, NULL);
	page = alloc_page(GFP_KERNEL);
	assert_int_equal(page_count(page), 1);
	get_page(page);
	page_ref_add(page, 10);
	page_ref_inc(page);
	assert_int_equal(page_ref_count(page), 13);
	page_ref_sub(page, 11);
	__free_page(page);
	assert_int_equal(page_count(page), 1);
	cpu_write(page_address(page), 1);
	put_page(page);
	assert_int_equal(page_count(page), 0);
	expect(&r, "");

	/* One count for all of a block, and any page of a compound one stands for it. */
	page = alloc_pages(GFP_KERNEL | __GFP_COMP, 2);
	assert_ptr_equal(compound_head(page + 3), page);
	assert_int_equal(compound_order(page), 2);
	assert_int_equal(page_size(page), 4 * PAGE_SIZE);
	get_page(page + 3);
	assert_int_equal(page_count(page), 2);
	put_page(page);
	cpu_write(page_address(page), 4 * PAGE_SIZE);
	put_page(page + 1);
	cpu_write(page_address(page), 1);
	expect(&r, "cpu-use-after-free");

	page = alloc_pages(GFP_KERNEL, 1);
	assert_ptr_equal(compound_head(page + 1), page + 1);
	assert_int_equal(compound_order(page), 0);
	assert_int_equal(page_size(page), PAGE_SIZE);
	put_page(page + 1);
	expect(&r, "free-unknown");
	__free_pages(page, 1);

	/* What others allocated may be referenced, and is freed by them. */
	p = kmalloc_ok(100);
	page = virt_to_page(p);
	assert_int_equal(page_count(page), 1);
	get_page(page);
	assert_int_equal(page_count(page), 2);
	put_page(page);
	kfree(p);
	expect(&r, "");
	rig_down(&r);
}

/*
 * A receive ring: half a page for each packet. The device fills a half while the stack
 * may still hold the other one; a page that nobody else holds is used again, mapped as
 * it is.
 */
#define HALF (PAGE_SIZE / 2)

struct slot {
	struct page *page;
	dma_addr_t dma;
	unsigned offset;
};

static void refill(const struct rig *r, struct slot *s)
{
	s->page = alloc_page(GFP_ATOMIC);
	assert_non_null(s->page);
	s->dma = map_ok(r, page_address(s->page), PAGE_SIZE, DMA_FROM_DEVICE);
	s->offset = 0;
}

static void receive(const struct rig *r, struct slot *s, struct page **packet)
{
	assert_int_equal(dev_write(r, s->dma + s->offset, 1500), 0);
	dma_sync_single_for_cpu(r->dev, s->dma + s->offset, HALF, DMA_FROM_DEVICE);
	cpu_read((u8 *)page_address(s->page) + s->offset, 1500);
	if (page_count(s->page) == 1) {
		get_page(s->page);
		*packet = s->page;
		s->offset ^= HALF;
		dma_sync_single_for_device(r->dev, s->dma + s->offset, HALF, DMA_FROM_DEVICE);
		return;
	}
	*packet = s->page;
	dma_unmap_single_attrs(r->dev, s->dma, PAGE_SIZE, DMA_FROM_DEVICE,
			       DMA_ATTR_SKIP_CPU_SYNC);
	refill(r, s);
}

static void half_pages_recycled(void **state)
{
	struct page *packets[8] = { NULL };
	const char *profile;
	struct slot slot;
	struct rig r;

	(void)state;
	for_each_profile(profile) {
		rig_up(&r, profile);
		refill(&r, &slot);
		for (unsigned i = 0; i < 64; i++) {
			struct page **packet = &packets[i % 8];

			if (*packet)
				put_page(*packet);
			*packet = NULL;
			receive(&r, &slot, packet);
			/* The stack frees some at once, some late. */
			if (i % 3 == 0) {
				put_page(*packet);
				*packet = NULL;
			}
		}
		dma_unmap_single(r.dev, slot.dma, PAGE_SIZE, DMA_FROM_DEVICE);
		put_page(slot.page);
		for (unsigned i = 0; i < ARRAY_SIZE(packets); i++) {
			if (packets[i])
				put_page(packets[i]);
			packets[i] = NULL;
		}
		expect(&r, "");
		rig_down(&r);
	}
}

/* Many references are taken at once, and given away one by one. */
static void biased_references(void **state)
{
	unsigned bias = 65535;
	const char *profile;
	struct page *page;
	dma_addr_t dma;
	struct rig r;

	(void)state;
	for_each_profile(profile) {
		rig_up(&r, profile);
		page = alloc_pages(GFP_ATOMIC | __GFP_COMP, 1);
		page_ref_add(page, bias - 1);
		dma = map_ok(&r, page_address(page), 2 * PAGE_SIZE, DMA_FROM_DEVICE);
		for (int i = 0; i < 10; i++) {
			assert_int_equal(dev_write(&r, dma, 2000), 0);
			dma_sync_single_for_cpu(r.dev, dma, 2048, DMA_FROM_DEVICE);
			cpu_read(page_address(page), 2000);
			bias--;
			put_page(page + i % 2);
			assert_int_equal(page_count(page) - bias, 0);
			dma_sync_single_for_device(r.dev, dma, 2048, DMA_FROM_DEVICE);
		}
		dma_unmap_single_attrs(r.dev, dma, 2 * PAGE_SIZE, DMA_FROM_DEVICE,
				       DMA_ATTR_SKIP_CPU_SYNC);
		__page_frag_cache_drain(page, bias);
		bias = 65535;
		assert_int_equal(page_count(page), 0);
		expect(&r, "");
		rig_down(&r);
	}
}

static void mistakes(void **state)
{
	static struct page foreign;
	struct page *page;
	struct rig r;
	u8 *p;

	(void)state;
	rig_up(&r, NULL);
	__free_pages(NULL, 0);
	free_pages(0, 3);
	free_pages_exact(NULL, 7);
	put_page(NULL);
	page_ref_add(NULL, 1);
	assert_int_equal(page_count(NULL), 0);
	assert_int_equal(page_count(&foreign), 0);
	get_page(&foreign);
	assert_ptr_equal(compound_head(&foreign), &foreign);
	assert_int_equal(compound_order(&foreign), 0);
	expect(&r, "");
	put_page(&foreign);
	expect(&r, "free-unknown");
	free_page((unsigned long)&foreign);
	expect(&r, "free-unknown");

	page = alloc_pages(GFP_KERNEL, 2);
	__free_pages(page + 1, 0);
	expect(&r, "free-unknown");
	__free_pages(page, ~0u);
	expect(&r, "free-size-mismatch");
	__free_pages(page, 2);
	expect(&r, "double-free");
	free_page((unsigned long)page_address(page + 1));
	expect(&r, "double-free");

	p = alloc_pages_exact(5000, GFP_KERNEL);
	free_pages_exact(p, 4000);
	expect(&r, "free-size-mismatch");
	p = alloc_pages_exact(5000, GFP_KERNEL);
	free_pages((unsigned long)p, 1);
	expect(&r, "free-wrong-function");
	p = (u8 *)__get_free_pages(GFP_KERNEL, 1);
	free_pages_exact(p, 2 * PAGE_SIZE);
	expect(&r, "free-wrong-function");

	/* The page of several objects stays, that of one does not. */
	p = kmalloc_ok(100);
	put_page(virt_to_page(p));
	expect(&r, "free-wrong-function");
	kfree(p);
	p = kmalloc_ok(3 * PAGE_SIZE);
	free_pages((unsigned long)p, 2);
	expect(&r, "free-wrong-function");
	kfree(p);
	expect(&r, "free-unknown");

	/* The memory is another's now. */
	page = alloc_page(GFP_KERNEL);
	__free_page(page);
	p = kmalloc_ok(PAGE_SIZE);
	assert_ptr_equal(p, page_address(page));
	__free_page(page);
	expect(&r, "free-wrong-function");
	rig_down(&r);
}

static void without_checks(void **state)
{
	struct dmalab_config config = { .checks = "off" };
	struct page *page;
	dma_addr_t dma;
	struct rig r;
	void *p;

	(void)state;
	rig_up_with(&r, &config);
	page = alloc_pages(GFP_KERNEL, 1);
	p = page_address(page);
	get_page(page);
	put_page(page);
	/* A wrong free of the other API does not take them away. */
	dma_free_noncoherent(r.dev, 8192, p, page_to_phys(page), DMA_TO_DEVICE);
	dma = map_ok(&r, p, 8192, DMA_TO_DEVICE);
	dma_unmap_single(r.dev, dma, 8192, DMA_TO_DEVICE);
	assert_ptr_not_equal(alloc_pages(GFP_KERNEL, 1), page);
	__free_pages(page, 1);
	__free_pages(page, 1);
	put_page(page);
	assert_ptr_equal(alloc_pages(GFP_KERNEL, 1), page);
	rig_down(&r);
}

/* References that were left on a page of kmalloc() are not those of the next. */
static void references_of_a_page_before(void **state)
{
	struct page *page;
	struct rig r;
	void *p;

	(void)state;
	rig_up(&r, NULL);
	p = kmalloc_ok(64);
	page = virt_to_page(p);
	page_ref_add(page, 3);
	kfree(p);
	p = kmalloc_ok(128);
	assert_ptr_equal(virt_to_page(p), page);
	assert_int_equal(page_ref_count(page), 1);
	page_ref_add(page, INT_MAX);
	page_ref_add(page, INT_MAX);
	assert_int_equal(page_ref_count(page), INT_MAX);
	kfree(p);
	rig_down(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_ways_to_allocate),
		cmocka_unit_test(what_cannot_be_had),
		cmocka_unit_test(zeroed_pages),
		cmocka_unit_test(addresses),
		cmocka_unit_test(references),
		cmocka_unit_test(half_pages_recycled),
		cmocka_unit_test(biased_references),
		cmocka_unit_test(mistakes),
		cmocka_unit_test(without_checks),
		cmocka_unit_test(references_of_a_page_before),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
