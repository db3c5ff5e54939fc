/* SPDX-License-Identifier: MIT */
/* Noncontiguous memory, and the pages behind coherent memory as a list. */
#include "rig.h"

#include <errno.h>
#include <sys/mman.h>

#define SIZE 9000

static struct sg_table *noncontiguous_ok(const struct rig *r, enum dma_data_direction dir)
{
	struct sg_table *sgt = dma_alloc_noncontiguous(r->dev, SIZE, dir, GFP_KERNEL,
						       DMA_ATTR_ALLOC_SINGLE_PAGES);

	assert_non_null(sgt);
	return sgt;
}

static void round_trip(void **state)
{
	const char *profile;

	(void)state;
	for_each_profile(profile) {
		struct sg_table *sgt;
		dma_addr_t dma;
		struct rig r;
		u8 byte = 3, *p;

		rig_up(&r, profile);
		sgt = noncontiguous_ok(&r, DMA_BIDIRECTIONAL);
		dma = sg_dma_address(sgt->sgl);
		assert_int_equal(sgt->nents, 1);
		assert_int_equal(sgt->orig_nents, 1);
		assert_true(sg_dma_len(sgt->sgl) >= SIZE);
		p = dma_vmap_noncontiguous(r.dev, SIZE, sgt);
		assert_ptr_equal(p, sg_virt(sgt->sgl));
		dmalab_cpu_write(p + 5000, &byte, 1);
		dma_sync_sgtable_for_device(r.dev, sgt, DMA_BIDIRECTIONAL);
		assert_int_equal(dmalab_device_read(r.dev, dma + 5000, &byte, 1), 0);
		assert_int_equal(byte, 3);
		byte = 4;
		assert_int_equal(dmalab_device_write(r.dev, dma, &byte, 1), 0);
		dma_sync_sgtable_for_cpu(r.dev, sgt, DMA_BIDIRECTIONAL);
		dmalab_cpu_read(p, &byte, 1);
		assert_int_equal(byte, 4);
		dma_vunmap_noncontiguous(r.dev, p);
		dma_free_noncontiguous(r.dev, SIZE, sgt, DMA_BIDIRECTIONAL);
		expect(&r, "");

		cpu_read(p, 1);
		expect(&r, "cpu-use-after-free");
		rig_down(&r);
	}
}

static void ownership(void **state)
{
	struct sg_table *sgt;
	struct rig r;
	u8 *p;

	(void)state;
	rig_up(&r, NULL);
	sgt = noncontiguous_ok(&r, DMA_FROM_DEVICE);
	p = dma_vmap_noncontiguous(r.dev, SIZE, sgt);
	dev_write(&r, sg_dma_address(sgt->sgl), 10);
	assert_true(r.nr > 0);
	r.drawn[0] = 0;
	r.nr = 0;
	dma_sync_sgtable_for_cpu(r.dev, sgt, DMA_FROM_DEVICE);
	dma_sync_sgtable_for_device(r.dev, sgt, DMA_FROM_DEVICE);
	expect(&r, "");
	cpu_write(p, 1);
	expect(&r, "cpu-write-device-owned");
	dma_sync_sgtable_for_cpu(r.dev, sgt, DMA_TO_DEVICE);
	expect(&r, "sync-direction-mismatch");
	dma_free_noncontiguous(r.dev, SIZE, sgt, DMA_FROM_DEVICE);
	expect(&r, "");
	rig_down(&r);
}

static void refused(void **state)
{
	struct rig r;

	(void)state;
	rig_up(&r, NULL);
	assert_null(dma_alloc_noncontiguous(r.dev, SIZE, DMA_TO_DEVICE, GFP_KERNEL,
					    DMA_ATTR_NO_WARN));
	expect(&r, "bad-attrs");
	assert_null(dma_alloc_noncontiguous(r.dev, SIZE, DMA_NONE, GFP_KERNEL, 0));
	expect(&r, "bad-direction");
	assert_null(dma_alloc_noncontiguous(r.dev, 0, DMA_TO_DEVICE, GFP_KERNEL, 0));
	expect(&r, "zero-size");
	assert_null(dma_alloc_noncontiguous(r.dev, SIZE, DMA_TO_DEVICE,
					    GFP_KERNEL | __GFP_COMP, 0));
	expect(&r, "compound-gfp");
	assert_null(dma_alloc_noncontiguous(r.dev, 1ul << 40, DMA_TO_DEVICE, GFP_KERNEL, 0));
	dmalab_machine_fail_nth(r.machine, 1);
	assert_null(dma_alloc_noncontiguous(r.dev, SIZE, DMA_TO_DEVICE, GFP_KERNEL, 0));
	dma_free_noncontiguous(r.dev, SIZE, NULL, DMA_TO_DEVICE);
	assert_null(dma_vmap_noncontiguous(r.dev, SIZE, NULL));
	expect(&r, "");
	assert_null(dma_alloc_noncontiguous(NULL, SIZE, DMA_TO_DEVICE, GFP_KERNEL, 0));
	expect(&r, "no-device");
	rig_down(&r);
}

static void wrong_frees(void **state)
{
	struct sg_table *sgt, copy, own;
	struct scatterlist sg;
	struct rig r;
	void *p;

	(void)state;
	rig_up(&r, NULL);
	sgt = noncontiguous_ok(&r, DMA_TO_DEVICE);
	dma_free_noncontiguous(r.dev, SIZE + 1, sgt, DMA_TO_DEVICE);
	expect(&r, "free-size-mismatch");
	dma_free_noncontiguous(r.dev, SIZE, sgt, DMA_TO_DEVICE);
	expect(&r, "double-free");
	sgt = noncontiguous_ok(&r, DMA_TO_DEVICE);
	dma_free_noncontiguous(r.dev, SIZE, sgt, DMA_FROM_DEVICE);
	expect(&r, "free-direction-mismatch");

	/* The same memory, by a list of the driver's own. */
	sgt = noncontiguous_ok(&r, DMA_TO_DEVICE);
	copy = *sgt;
	dma_free_noncontiguous(r.dev, SIZE, &copy, DMA_TO_DEVICE);
	expect(&r, "");
	dma_free_noncontiguous(r.dev, SIZE, sgt, DMA_TO_DEVICE);
	expect(&r, "double-free");

	/* A mapped list is something else. */
	p = kmalloc_ok(64);
	sg_init_one(&sg, p, 64);
	own = (struct sg_table){ .sgl = &sg, .nents = 1, .orig_nents = 1 };
	assert_int_equal(dma_map_sgtable(r.dev, &own, DMA_TO_DEVICE, 0), 0);
	dma_free_noncontiguous(r.dev, 64, &own, DMA_TO_DEVICE);
	assert_true(r.nr == 1);
	r.drawn[0] = 0;
	r.nr = 0;

	noncontiguous_ok(&r, DMA_TO_DEVICE);
	dmalab_device_free(r.dev);
	expect(&r, "leak");
	kfree(p);
	rig_down(&r);
}

/* Without a ledger a list of the driver's own is told from the laboratory's as well. */
static void unchecked_frees(void **state)
{
	struct {
		struct sg_table table;
		struct scatterlist entry; /* where it is in ours */
		u8 behind[200];
	} own = { .behind = { 0 } };
	const u8 zero[sizeof(own.behind)] = { 0 };
	struct dmalab_machine *m;
	struct sg_table *sgt;
	struct device *dev;

	(void)state;
	m = dmalab_machine_new(&(struct dmalab_config){
		.checks = "off", .accesses = "explicit",
	});
	assert_non_null(m);
	dev = dmalab_device_new(m, NULL);
	for (int i = 0; i < 2; i++) {
		sgt = dma_alloc_noncontiguous(dev, SIZE, DMA_TO_DEVICE, GFP_KERNEL, 0);
		assert_non_null(sgt);
		own.entry = *sgt->sgl;
		own.table = (struct sg_table){ .sgl = &own.entry, .nents = 1, .orig_nents = 1 };
		dma_free_noncontiguous(dev, SIZE, i ? &own.table : sgt, DMA_TO_DEVICE);
		assert_memory_equal(own.behind, zero, sizeof(zero));
		assert_ptr_equal(sg_page(&own.entry), sg_page(sgt->sgl));
	}
	dmalab_device_free(dev);
	dmalab_machine_free(m);
}

/* The list is somebody's for as long as its memory is, whatever else a free ends. */
static void list_of_another_machine(void **state)
{
	struct sg_table *sgt;
	struct rig a, b;
	dma_addr_t dma;

	(void)state;
	rig_up(&a, NULL);
	rig_up(&b, NULL);
	sgt = noncontiguous_ok(&a, DMA_TO_DEVICE);
	dma = sg_dma_address(sgt->sgl);
	dma_free_noncontiguous(b.dev, SIZE, sgt, DMA_TO_DEVICE);
	expect(&b, "free-unknown");
	for (int i = 0; i < 100; i++) {
		struct sg_table *other = noncontiguous_ok(&a, DMA_TO_DEVICE);

		assert_ptr_not_equal(other, sgt);
		dma_free_noncontiguous(a.dev, SIZE, other, DMA_TO_DEVICE);
	}
	assert_int_equal(sg_dma_address(sgt->sgl), dma);
	dma_free_noncontiguous(a.dev, SIZE, sgt, DMA_TO_DEVICE);
	expect(&a, "");
	rig_down(&b);
	rig_down(&a);
}

static void in_user_space(void **state)
{
	void *at = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct vm_area_struct vma = {
		.vm_start = (unsigned long)at, .vm_end = (unsigned long)at + 4096, .vm_pgoff = 2,
	};
	struct sg_table *sgt;
	struct rig r;
	u8 byte;

	(void)state;
	rig_up(&r, NULL);
	sgt = noncontiguous_ok(&r, DMA_TO_DEVICE);
	assert_int_equal(dma_mmap_noncontiguous(r.dev, &vma, SIZE, sgt), 0);
	*(u8 *)at = 7;
	dma_sync_sgtable_for_device(r.dev, sgt, DMA_TO_DEVICE);
	assert_int_equal(dmalab_device_read(r.dev, sg_dma_address(sgt->sgl) + 8192, &byte, 1), 0);
	assert_int_equal(byte, 7);
	vma.vm_pgoff = 3;
	assert_int_equal(dma_mmap_noncontiguous(r.dev, &vma, SIZE, sgt), -ENXIO);
	munmap(at, 4096);
	dma_free_noncontiguous(r.dev, SIZE, sgt, DMA_TO_DEVICE);
	expect(&r, "");
	rig_down(&r);
}

static void sgtable(void **state)
{
	const char *profile;

	(void)state;
	for_each_profile(profile) {
		struct sg_table sgt;
		dma_addr_t dma;
		struct rig r;
		void *p;

		rig_up(&r, profile);
		p = dma_alloc_coherent(r.dev, SIZE, &dma, GFP_KERNEL);
		assert_int_equal(dma_get_sgtable(r.dev, &sgt, p, dma, SIZE), 0);
		assert_int_equal(sgt.orig_nents, 1);
		assert_int_equal(sgt.sgl->length, 3 * PAGE_SIZE);
		expect(&r, "");
		assert_true(dma_map_sgtable(r.dev, &sgt, DMA_TO_DEVICE, 0) < 0);
		expect(&r, "map-coherent");
		sg_free_table(&sgt);
		assert_int_equal(dma_get_sgtable_attrs(r.dev, &sgt, p, dma + (1ull << 40), SIZE, 0),
				 -ENXIO);
		assert_int_equal(dma_get_sgtable(r.dev, &sgt, p, dma, 4 * PAGE_SIZE), -ENXIO);
		assert_int_equal(dma_get_sgtable(r.dev, &sgt, p, dma, 0), -ENXIO);
		assert_int_equal(dma_get_sgtable(r.dev, &sgt, p, dma, SIZE_MAX), -ENXIO);
		dmalab_machine_fail_nth(r.machine, 1);
		assert_int_equal(dma_get_sgtable(r.dev, &sgt, p, dma, SIZE), -ENOMEM);
		dma_free_coherent(r.dev, SIZE, p, dma);
		assert_int_equal(dma_get_sgtable(r.dev, &sgt, p, dma, SIZE), -ENXIO);
		expect(&r, "");
		rig_down(&r);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(round_trip),
		cmocka_unit_test(ownership),
		cmocka_unit_test(refused),
		cmocka_unit_test(wrong_frees),
		cmocka_unit_test(unchecked_frees),
		cmocka_unit_test(list_of_another_machine),
		cmocka_unit_test(in_user_space),
		cmocka_unit_test(sgtable),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
