/* SPDX-License-Identifier: MIT */
/* machines=all: one run, judged for every machine there is. */
#include "rig.h"

#include <linux/scatterlist.h>

static void up(struct rig *r, const char *profile)
{
	rig_up_with(r, &(struct dmalab_config){
		.profile = profile, .machines = "all", .ram_size = RIG_RAM,
	});
}

/* The machine that runs is coherent; the report is about one that is not. */
static void harm_elsewhere(void **state)
{
	struct rig r;
	dma_addr_t dma;
	char *p;

	(void)state;
	up(&r, "x86");
	p = kmalloc_ok(64);
	dma = map_ok(&r, p, 64, DMA_FROM_DEVICE);
	dev_write(&r, dma, 64);
	cpu_read(p, 64);
	assert_non_null(strstr(r.text, "breaks on: arm64, armv7, riscv, mips, powerpc, swiotlb\n"));
	assert_null(strstr(r.text, ", x86]"));
	expect(&r, "cpu-read-device-owned stale-cpu-read");
	dma_unmap_single(r.dev, dma, 64, DMA_FROM_DEVICE);
	kfree(p);
	rig_down(&r);
}

/* Where it is wrong here as well, it is one report, about this machine. */
static void harm_here(void **state)
{
	const char *profile;
	struct rig r;

	(void)state;
	for_each_profile(profile) {
		dma_addr_t dma;
		char *p;

		up(&r, profile);
		if (is_coherent(&r) && !bounces(&r)) {
			rig_down(&r);
			continue;
		}
		p = kmalloc_ok(64);
		dma = map_ok(&r, p, 64, DMA_TO_DEVICE);
		cpu_write(p, 64);
		dev_read(&r, dma, 64);
		assert_non_null(strstr(r.text, "breaks on: arm64, armv7, riscv, mips, mips-nonspec, "
					       "powerpc, swiotlb\n"));
		assert_non_null(strstr(r.text, profile));
		expect(&r, "cpu-write-device-owned stale-device-read");
		dma_unmap_single(r.dev, dma, 64, DMA_TO_DEVICE);
		kfree(p);
		rig_down(&r);
	}
}

/* Lines of 32 bytes keep apart what others do not, and coherent ones need no line. */
static void shared_line(void **state)
{
	struct rig r;
	dma_addr_t dma;
	char *p;

	(void)state;
	up(&r, "mips");
	p = kmalloc_ok(128);
	dma = map_ok(&r, p, 32, DMA_FROM_DEVICE);
	cpu_write(p + 32, 32);
	dev_write(&r, dma, 32);
	assert_non_null(strstr(r.text, "breaks on: arm64, armv7, riscv, mips-nonspec\n"));
	assert_non_null(strstr(r.text, ", arm64]"));
	expect(&r, "shared-cache-line");
	dma_unmap_single(r.dev, dma, 32, DMA_FROM_DEVICE);
	kfree(p);
	rig_down(&r);
}

/* A store through a plain pointer, on a machine where nothing depends on it. */
static void plain_store(void **state)
{
	struct rig r;
	dma_addr_t dma;
	char *p;

	(void)state;
	up(&r, "iommu");
	p = kzalloc(64, GFP_KERNEL);
	dma = map_ok(&r, p, 64, DMA_TO_DEVICE);
	dma_sync_single_for_cpu(r.dev, dma, 64, DMA_TO_DEVICE);
	p[0] = 1;
	dma_unmap_single(r.dev, dma, 64, DMA_TO_DEVICE);
	expect(&r, "");
	dma = map_ok(&r, p, 64, DMA_TO_DEVICE);
	p[0] = 2;
	dev_read(&r, dma, 1);
	expect(&r, "cpu-write-device-owned stale-device-read");
	dma_unmap_single(r.dev, dma, 64, DMA_TO_DEVICE);
	kfree(p);
	rig_down(&r);
}

/*
 * A call on one half of a line of 128 bytes is looked at for stores to the other half as
 * well, also where it is another machine that has such lines.
 */
static void plain_store_in_a_wider_line(void **state)
{
	struct rig r;
	dma_addr_t dma;
	char *p;

	(void)state;
	up(&r, "arm64");
	p = kzalloc_ok(128);
	dma = map_ok(&r, p, 128, DMA_TO_DEVICE);
	dma_unmap_single(r.dev, dma, 128, DMA_TO_DEVICE);
	p[0] = 1;
	dma = map_ok(&r, p + 64, 64, DMA_FROM_DEVICE);
	expect(&r, "");
	cpu_read(p, 1);
	assert_non_null(strstr(r.text, "breaks on: mips-nonspec\n"));
	expect(&r, "lost-cpu-write");
	dma_unmap_single(r.dev, dma, 64, DMA_FROM_DEVICE);
	kfree(p);
	rig_down(&r);
}

static void use_all_paths(struct rig *r)
{
	struct scatterlist sg[2];
	dma_addr_t dma;
	char *p, *q;

	p = dma_alloc_coherent(r->dev, 4096, &dma, GFP_KERNEL);
	cpu_write(p, 64);
	dev_read(r, dma, 64);
	dev_write(r, dma, 64);
	cpu_read(p, 64);
	dma_free_coherent(r->dev, 4096, p, dma);

	p = dma_alloc_attrs(r->dev, 4096, &dma, GFP_KERNEL, DMA_ATTR_NO_KERNEL_MAPPING);
	dev_write(r, dma, 64);
	dev_read(r, dma, 64);
	dma_free_attrs(r->dev, 4096, p, dma, DMA_ATTR_NO_KERNEL_MAPPING);

	p = noncoherent_ok(r, 4096, &dma, DMA_BIDIRECTIONAL);
	cpu_write(p, 100);
	dma_sync_single_for_device(r->dev, dma, 4096, DMA_BIDIRECTIONAL);
	dev_read(r, dma, 4096);
	dev_write(r, dma, 4096);
	dma_sync_single_for_cpu(r->dev, dma, 4096, DMA_BIDIRECTIONAL);
	cpu_read(p, 4096);
	dma_free_noncoherent(r->dev, 4096, p, dma, DMA_BIDIRECTIONAL);

	p = kmalloc_ok(40);
	q = kmalloc_ok(40);
	assert_true((uintptr_t)p % 128 == 0 && (uintptr_t)q % 128 == 0);
	cpu_write(p, 40);
	sg_init_table(sg, 2);
	sg_set_buf(&sg[0], p, 40);
	sg_set_buf(&sg[1], q, 40);
	assert_true(dma_map_sg(r->dev, sg, 2, DMA_BIDIRECTIONAL) > 0);
	dev_read(r, sg_dma_address(&sg[0]), 40);
	dev_write(r, sg_dma_address(&sg[0]), 40);
	dma_unmap_sg(r->dev, sg, 2, DMA_BIDIRECTIONAL);
	cpu_read(p, 40);
	kfree(p);
	kfree(q);
}

/* A right program is right on all of them, whichever runs. */
static void quiet_everywhere(void **state)
{
	const char *profile;
	struct rig r;

	(void)state;
	for_each_profile(profile) {
		up(&r, profile);
		for (int round = 0; round < 3; round++)
			use_all_paths(&r);
		expect(&r, "");
		rig_down(&r);
	}
}

/* What a device does on the machines where it makes a difference, it does there. */
static void snooping(void **state)
{
	struct rig r;
	dma_addr_t dma;
	char *p;

	(void)state;
	up(&r, "x86");
	dmalab_device_set_snooping(r.dev, true);
	p = kmalloc_ok(64);
	dma = map_ok(&r, p, 64, DMA_TO_DEVICE);
	cpu_write(p, 64);
	expect(&r, "cpu-write-device-owned");
	dev_read(&r, dma, 64);
	assert_non_null(strstr(r.text, "breaks on: swiotlb\n"));
	expect(&r, "stale-device-read");
	dma_unmap_single(r.dev, dma, 64, DMA_TO_DEVICE);
	kfree(p);
	rig_down(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(harm_elsewhere),
		cmocka_unit_test(harm_here),
		cmocka_unit_test(shared_line),
		cmocka_unit_test(plain_store),
		cmocka_unit_test(plain_store_in_a_wider_line),
		cmocka_unit_test(quiet_everywhere),
		cmocka_unit_test(snooping),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
