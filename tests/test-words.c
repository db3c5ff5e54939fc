/* SPDX-License-Identifier: MIT */
/* The small words of the kernel's headers that need no machine, or hardly one. */
#include "rig.h"

#include <linux/cache.h>
#include <linux/err.h>
#include <linux/vmalloc.h>

static void alignment(void **state)
{
	(void)state;
	assert_int_equal(L1_CACHE_ALIGN(0), 0);
	assert_int_equal(L1_CACHE_ALIGN(1), L1_CACHE_BYTES);
	assert_int_equal(L1_CACHE_ALIGN(L1_CACHE_BYTES), L1_CACHE_BYTES);
	assert_int_equal(L1_CACHE_ALIGN((1ull << 40) + 1), (1ull << 40) + L1_CACHE_BYTES);
	assert_int_equal(PAGE_ALIGN(0), 0);
	assert_int_equal(PAGE_ALIGN(1), PAGE_SIZE);
	assert_int_equal(PAGE_ALIGN(PAGE_SIZE), PAGE_SIZE);
	assert_int_equal(offset_in_page(PAGE_SIZE + 5), 5);
	assert_int_equal(offset_in_page((void *)(PAGE_SIZE - 1)), PAGE_SIZE - 1);
	assert_int_equal(PHYS_PFN(3 * PAGE_SIZE + 7), 3);
	assert_int_equal(PHYS_PFN(PFN_PHYS(1ul << 30)), 1ul << 30);
}

/* Uncached memory in user space, and how much of it. */
static void user_mappings(void **state)
{
	struct vm_area_struct vma = { .vm_start = 0x10000, .vm_end = 0x13000 };
	pgprot_t cached = __pgprot(0);

	(void)state;
	assert_int_equal(vma_pages(&vma), 3);
	assert_int_equal(pgprot_val(cached), 0);
	assert_int_not_equal(pgprot_val(pgprot_noncached(cached)), 0);
	assert_int_equal(pgprot_val(pgprot_writecombine(cached)),
			 pgprot_val(pgprot_noncached(cached)));
}

static void errors(void **state)
{
	(void)state;
	assert_true(IS_ERR_VALUE(-1L));
	assert_true(IS_ERR_VALUE(-(long)MAX_ERRNO));
	assert_false(IS_ERR_VALUE(-(long)MAX_ERRNO - 1));
	assert_false(IS_ERR_VALUE(0));
}

static void blocking(void **state)
{
	(void)state;
	assert_true(gfpflags_allow_blocking(GFP_KERNEL));
	assert_true(gfpflags_allow_blocking(GFP_NOIO | __GFP_ZERO));
	assert_false(gfpflags_allow_blocking(GFP_ATOMIC));
	assert_false(gfpflags_allow_blocking(GFP_NOWAIT));
	assert_false(gfpflags_allow_blocking(0));
}

/* A list in its long form, and its pages from either side. */
static void pages_of_a_list(void **state)
{
	const unsigned long attrs = DMA_ATTR_NO_WARN;
	struct sg_page_iter piter;
	struct sg_dma_page_iter dma_iter;
	struct sg_table table;
	const char *profile;
	struct rig r;

	(void)state;
	for_each_profile(profile) {
		u8 *p;
		unsigned n = 0;

		rig_up(&r, profile);
		p = kmalloc_ok(2 * PAGE_SIZE);
		assert_int_equal(sg_alloc_table(&table, 1, GFP_KERNEL), 0);
		sg_set_buf(table.sgl, p, 2 * PAGE_SIZE);
		assert_ptr_equal(sg_page(table.sgl), virt_to_page(p));
		table.nents = dma_map_sg_attrs(r.dev, table.sgl, 1, DMA_TO_DEVICE, attrs);
		assert_int_equal(table.nents, 1);
		for_each_sgtable_page(&table, &piter, 0)
			assert_ptr_equal(page_address(sg_page_iter_page(&piter)),
					 p + n++ * PAGE_SIZE);
		assert_int_equal(n, 2);
		for_each_sgtable_dma_page(&table, &dma_iter, 0)
			assert_int_equal(sg_page_iter_dma_address(&dma_iter),
					 sg_dma_address(table.sgl) + (n++ - 2) * PAGE_SIZE);
		assert_int_equal(n, 4);
		dma_unmap_sg_attrs(r.dev, table.sgl, 1, DMA_TO_DEVICE, attrs);
		sg_free_table(&table);
		kfree(p);
		rig_down(&r);
	}
}

/* What may be given to dmalab_cpu_read(): whatever it is, and to its last byte. */
static void owned_memory(void **state)
{
	dma_addr_t dma;
	void *p, *coherent, *cookie;
	struct rig r;
	u8 *vm, *again;

	(void)state;
	rig_up(&r, NULL);
	p = kmalloc_ok(64);
	coherent = dma_alloc_coherent(r.dev, 4096, &dma, GFP_KERNEL);
	assert_true(dmalab_owns(p, 64));
	assert_true(dmalab_owns(coherent, 4096));
	dma_free_coherent(r.dev, 4096, coherent, dma);
	cookie = dma_alloc_attrs(r.dev, 4096, &dma, GFP_KERNEL, DMA_ATTR_NO_KERNEL_MAPPING);
	assert_true(dmalab_owns(cookie, 4096));
	dma_free_attrs(r.dev, 4096, cookie, dma, DMA_ATTR_NO_KERNEL_MAPPING);
	vm = vmalloc(3 * PAGE_SIZE);
	assert_non_null(vm);
	assert_true(dmalab_owns(vm + 1, 3 * PAGE_SIZE - 1));
	assert_false(dmalab_owns(vm + 1, 3 * PAGE_SIZE));
	vfree(vm);
	assert_true(dmalab_owns(vm, 3 * PAGE_SIZE));
	again = vmalloc(PAGE_SIZE);
	assert_ptr_equal(again, vm);
	assert_false(dmalab_owns(vm, 3 * PAGE_SIZE));
	vfree(again);
	assert_false(dmalab_owns(p, 2 * RIG_RAM));
	assert_false(dmalab_owns(&r, 1));
	assert_false(dmalab_owns(NULL, 0));
	kfree(p);
	rig_down(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(alignment),
		cmocka_unit_test(user_mappings),
		cmocka_unit_test(errors),
		cmocka_unit_test(blocking),
		cmocka_unit_test(pages_of_a_list),
		cmocka_unit_test(owned_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
