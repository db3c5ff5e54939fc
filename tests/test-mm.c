/* SPDX-License-Identifier: MIT */
/* What is made of kmalloc(); memory that goes with its device; vmalloc(). */
#include "rig.h"

#include <linux/preempt.h>
#include <linux/vmalloc.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

/* --------------------------------------------------------------- kmalloc */

static void reallocation(void **state)
{
	u8 bytes[300], got[300];
	dma_addr_t dma;
	struct rig r;
	u8 *p, *q;

	(void)state;
	rig_up(&r, NULL);
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = i + 1;
	p = krealloc(NULL, 100, GFP_KERNEL);
	dmalab_cpu_write(p, bytes, 100);
	assert_ptr_equal(krealloc(p, 128, GFP_KERNEL), p);
	assert_ptr_equal(krealloc(p, 10, GFP_KERNEL), p);
	assert_ptr_equal(krealloc(p, 100, GFP_KERNEL | __GFP_ZERO), p);
	dmalab_cpu_read(p, got, 100);
	assert_memory_equal(got, bytes, 10);
	assert_int_equal(got[10] | got[99], 0);
	dmalab_cpu_write(p, bytes, 100);
	q = krealloc(p, 300, GFP_KERNEL | __GFP_ZERO);
	assert_ptr_not_equal(p, q);
	dmalab_cpu_read(q, got, 300);
	assert_memory_equal(got, bytes, 100);
	assert_int_equal(got[100] | got[299], 0);
	assert_null(krealloc(q, (size_t)-1, GFP_KERNEL));
	cpu_write(q, 300);
	assert_ptr_equal(krealloc(q, 0, GFP_KERNEL), ZERO_SIZE_PTR);
	assert_ptr_equal(krealloc(ZERO_SIZE_PTR, 0, GFP_KERNEL), ZERO_SIZE_PTR);
	expect(&r, "");
	assert_null(krealloc(&r, 10, GFP_KERNEL));
	expect(&r, "free-unknown");

	p = kmalloc_ok(100);
	dma = map_ok(&r, p, 100, DMA_FROM_DEVICE);
	q = krealloc(p, 1000, GFP_KERNEL);
	assert_non_null(q);
	expect(&r, "free-while-mapped");
	dma_unmap_single(r.dev, dma, 100, DMA_FROM_DEVICE);

	/* One call, one report. */
	p = kmalloc_ok(100);
	dma = map_ok(&r, p, 100, DMA_FROM_DEVICE);
	preempt_disable();
	p = krealloc(p, 1000, GFP_KERNEL);
	preempt_enable();
	assert_non_null(p);
	expect(&r, "sleep-in-atomic");
	dma_unmap_single(r.dev, dma, 100, DMA_FROM_DEVICE);
	kfree(p);
	kfree(q);
	rig_down(&r);
}

static void copies_and_arrays(void **state)
{
	static const u8 bytes[200] = { 1, 2, 3 };
	u8 got[200];
	struct rig r;
	u8 *p, *q;

	(void)state;
	rig_up(&r, NULL);
	p = kmemdup(bytes, sizeof(bytes), GFP_KERNEL);
	q = kmemdup(p, sizeof(bytes), GFP_KERNEL);
	dmalab_cpu_read(q, got, sizeof(got));
	assert_memory_equal(got, bytes, sizeof(got));
	assert_ptr_equal(kmemdup(bytes, 0, GFP_KERNEL), ZERO_SIZE_PTR);
	assert_null(kmemdup(bytes, (size_t)-1, GFP_KERNEL));
	kfree(q);
	kfree(p);
	expect(&r, "");
	q = kmemdup(p, 200, GFP_KERNEL);
	expect(&r, "cpu-use-after-free");
	kfree(q);
	assert_null(kmalloc_array((size_t)-1, 2, GFP_KERNEL));
	p = kmalloc_array(10, 20, GFP_KERNEL);
	assert_int_equal(ksize(p), 256);
	kfree(p);
	rig_down(&r);
}

/* ------------------------------------------------- memory that goes by itself */

static void devm(void **state)
{
	const char *profile;
	struct rig r;

	(void)state;
	for_each_profile(profile) {
		struct device *other;
		dma_addr_t dma;
		void *p, *q;

		rig_up(&r, profile);
		other = dmalab_device_new(r.machine, "disk");
		for (int i = 0; i < 100; i++)
			assert_non_null(devm_kzalloc(r.dev, 5000, GFP_KERNEL));
		p = devm_kcalloc(r.dev, 10, 10, GFP_KERNEL);
		devm_kfree(r.dev, p);
		devm_kfree(r.dev, NULL);
		devm_kfree(r.dev, ZERO_SIZE_PTR);
		assert_ptr_equal(devm_kmalloc(r.dev, 0, GFP_KERNEL), ZERO_SIZE_PTR);
		assert_null(devm_kmalloc_array(r.dev, (size_t)-1, 2, GFP_KERNEL));
		expect(&r, "");
		assert_null(devm_kmalloc(NULL, 8, GFP_KERNEL));
		expect(&r, "no-device");
		p = devm_kmalloc(r.dev, 100, GFP_KERNEL);
		kfree(p);
		expect(&r, "free-wrong-function");
		p = kmalloc_ok(100);
		devm_kfree(r.dev, p);
		expect(&r, "free-wrong-function");
		p = devm_kmalloc(r.dev, 100, GFP_KERNEL);
		devm_kfree(other, p);
		expect(&r, "free-wrong-device");

		/* One mapping that was forgotten, one report. */
		p = devm_kmalloc(other, 100, GFP_KERNEL);
		dma_map_single(other, p, 100, DMA_TO_DEVICE);
		dmalab_device_free(other);
		expect(&r, "leak");
		q = devm_kmalloc(r.dev, 100, GFP_KERNEL);
		other = dmalab_device_new(r.machine, "disk");
		dma = dma_map_single(other, q, 100, DMA_TO_DEVICE);
		assert_int_equal(dma_mapping_error(other, dma), 0);
		dmalab_device_free(r.dev);
		expect(&r, "free-while-mapped");
		dma_unmap_single(other, dma, 100, DMA_TO_DEVICE);

		/* All of it is free again, but for a bounce buffer. */
		for (unsigned i = 0; i < RIG_RAM / PAGE_SIZE - bounces(&r) * RIG_RAM / PAGE_SIZE / 8;
		     i++)
			assert_non_null(kmalloc(PAGE_SIZE, GFP_KERNEL));
		rig_down(&r);
	}
}

/* --------------------------------------------------------------- vmalloc */

static void memory_of_vmalloc(void **state)
{
	static const unsigned long sizes[] = { 1, 4096, 65535, 65536, 65537, 1 << 20, 5 << 20 };
	struct rig r;
	u8 *p[ARRAY_SIZE(sizes)], *q, got[8];

	(void)state;
	rig_up(&r, NULL);
	for (int round = 0; round < 3; round++) {
		for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
			p[i] = vzalloc(sizes[i]);
			assert_true(is_vmalloc_addr(p[i]) && (uintptr_t)p[i] % PAGE_SIZE == 0);
			assert_int_equal(p[i][0] | p[i][sizes[i] - 1], 0);
			assert_false(virt_addr_valid(p[i]));
			assert_null(virt_to_page(p[i]));
			memset(p[i], i + 1, sizes[i]);
		}
		for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
			assert_int_equal(p[i][0], i + 1);
			dmalab_cpu_read(p[i] + sizes[i] - 1, got, 1);
			assert_int_equal(got[0], i + 1);
			vfree(p[i]);
		}
	}
	vfree(NULL);
	assert_null(vmalloc(0));
	assert_null(vmalloc(~0ul));
	assert_null(vmalloc(65ul << 20));
	assert_false(is_vmalloc_addr(NULL) || is_vmalloc_addr(&r) || is_vmalloc_addr(got));
	q = kmalloc_ok(8);
	assert_false(is_vmalloc_addr(q));
	expect(&r, "");

	vfree(p[0]);
	expect(&r, "double-free");
	dmalab_cpu_write(p[0], got, 1);
	expect(&r, "cpu-use-after-free");
	dmalab_cpu_read(p[0], got, 1);
	assert_int_equal(got[0], 0);
	expect(&r, "cpu-use-after-free");
	vfree(got);
	expect(&r, "free-unknown");
	vfree(p[6] + (30 << 20));
	expect(&r, "free-unknown");
	vfree(q);
	expect(&r, "free-wrong-function");
	p[0] = vmalloc(10000);
	vfree(p[0] + 4096);
	expect(&r, "free-unknown");
	kfree(p[0]);
	expect(&r, "free-wrong-function");
	rig_down(&r);
	assert_null(vmalloc(1));
}

static void vmalloc_runs_out_and_comes_back(void **state)
{
	static void *p[2000];
	unsigned nr[2] = { 0, 0 };
	struct rig r;

	(void)state;
	rig_up(&r, NULL);
	for (int round = 0; round < 2; round++) {
		while (nr[round] < ARRAY_SIZE(p) && (p[nr[round]] = vmalloc(4096)))
			nr[round]++;
		for (unsigned i = 0; i < nr[round]; i++)
			vfree(p[i]);
	}
	assert_int_equal(nr[0], nr[1]);
	assert_in_range(nr[0], 500, ARRAY_SIZE(p) - 1);
	rig_down(&r);
}

/* Past the end, and after it was freed, there is nothing. */
static void dangling_vmalloc_faults(void **state)
{
	volatile u8 *p;
	struct rig r;
	int status;

	(void)state;
	if (on_valgrind())
		skip();
	for (int after_free = 0; after_free < 2; after_free++) {
		pid_t child;

		rig_up(&r, NULL);
		p = vmalloc(65536);
		p[65535] = 1;
		if (after_free)
			vfree((void *)p);
		child = fork();
		if (child == 0) {
			signal(SIGSEGV, SIG_DFL);
			p[after_free ? 0 : 65536] = 1;
			_exit(0);
		}
		assert_int_equal(waitpid(child, &status, 0), child);
		assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV);
		if (!after_free)
			vfree((void *)p);
		rig_down(&r);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reallocation),
		cmocka_unit_test(copies_and_arrays),
		cmocka_unit_test(devm),
		cmocka_unit_test(memory_of_vmalloc),
		cmocka_unit_test(vmalloc_runs_out_and_comes_back),
		cmocka_unit_test(dangling_vmalloc_faults),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
