/* SPDX-License-Identifier: MIT */
/* Several machines and devices at once. */
#include "rig.h"

static void current_machine(void **state)
{
	struct dmalab_machine *a, *b, *c;

	(void)state;
	assert_null(dmalab_machine_current());
	a = dmalab_machine_new(NULL);
	assert_ptr_equal(dmalab_machine_current(), a);
	b = dmalab_machine_new(NULL);
	c = dmalab_machine_new(NULL);
	assert_ptr_equal(dmalab_machine_current(), c);
	dmalab_machine_set_current(a);
	assert_ptr_equal(dmalab_machine_current(), a);
	/* One that is not current goes: nothing changes. */
	dmalab_machine_free(b);
	assert_ptr_equal(dmalab_machine_current(), a);
	/* The current one goes: another takes its place. */
	dmalab_machine_free(a);
	assert_ptr_equal(dmalab_machine_current(), c);
	dmalab_machine_set_current(NULL);
	assert_null(dmalab_machine_current());
	assert_null(kmalloc(8, GFP_KERNEL));
	dmalab_machine_free(c);
	assert_null(dmalab_machine_current());
}

/* The same program on all profiles at once: nothing crosses over. */
static void all_profiles_side_by_side(void **state)
{
	enum { NR = 9 };
	struct rig rigs[NR];
	void *p[NR], *q[NR];
	dma_addr_t p_dma[NR], q_dma[NR];
	const char *profile;
	u8 got;

	(void)state;
	for_each_profile(profile) {
		u8 byte = profile_i;

		rig_up(&rigs[profile_i], profile);
		p[profile_i] = kzalloc(64, GFP_KERNEL);
		q[profile_i] = dma_alloc_coherent(rigs[profile_i].dev, 4096, &q_dma[profile_i],
						  GFP_KERNEL);
		dmalab_cpu_write(q[profile_i], &byte, 1);
	}
	for (int i = 0; i < NR; i++)
		p_dma[i] = map_ok(&rigs[i], p[i], 64, DMA_BIDIRECTIONAL);
	for (int i = 0; i < NR; i++) {
		u8 byte = 0x10 + i;

		assert_int_equal(dmalab_device_read(rigs[i].dev, q_dma[i], &got, 1), 0);
		assert_int_equal(got, i);
		dmalab_device_write(rigs[i].dev, p_dma[i], &byte, 1);
	}
	for (int i = NR - 1; i >= 0; i--) {
		dma_unmap_single(rigs[i].dev, p_dma[i], 64, DMA_BIDIRECTIONAL);
		dmalab_cpu_read(p[i], &got, 1);
		assert_int_equal(got, 0x10 + i);
		/* Each pointer finds its machine, whichever is current. */
		kfree(p[i]);
		dma_free_coherent(rigs[i].dev, 4096, q[i], q_dma[i]);
	}
	for (int i = 0; i < NR; i++)
		rig_down(&rigs[i]);
}

/* A mistake is reported where it belongs. */
static void reports_stay_apart(void **state)
{
	struct rig a, b;
	dma_addr_t dma;
	void *p;

	(void)state;
	rig_up(&a, NULL);
	rig_up(&b, NULL);
	p = noncoherent_ok(&a, 4096, &dma, DMA_TO_DEVICE);
	dma_sync_single_for_device(b.dev, dma, 4096, DMA_TO_DEVICE);
	expect(&a, "");
	expect(&b, "sync-unknown");
	dev_read(&a, dma, 4);
	expect(&a, "stale-device-read");
	expect(&b, "");
	assert_int_equal(dma_map_single(b.dev, p, 64, DMA_TO_DEVICE), DMA_MAPPING_ERROR);
	expect(&b, "map-invalid");
	dma_free_noncoherent(a.dev, 4096, p, dma, DMA_TO_DEVICE);
	rig_down(&a);
	rig_down(&b);
}

static void many_devices(void **state)
{
	enum { NR = 100 };
	struct device *devs[NR];
	dma_addr_t dma[NR];
	void *p[NR];
	struct rig r;

	(void)state;
	rig_up(&r, NULL);
	for (int i = 0; i < NR; i++) {
		char name[16];

		snprintf(name, sizeof(name), "dev%d", i);
		devs[i] = dmalab_device_new(r.machine, name);
		assert_string_equal(dev_name(devs[i]), name);
		dev_set_drvdata(devs[i], &devs[i]);
		p[i] = dma_alloc_coherent(devs[i], 4096, &dma[i], GFP_KERNEL);
	}
	for (int i = 0; i < NR; i += 2) {
		assert_ptr_equal(dev_get_drvdata(devs[i]), &devs[i]);
		dma_free_coherent(devs[i], 4096, p[i], dma[i]);
		dmalab_device_free(devs[i]);
	}
	expect(&r, "");
	/* What the others hold are leaks, each of its own. */
	dmalab_device_free(devs[1]);
	expect(&r, "leak");
	assert_non_null(strstr(r.text, "dev1"));
	for (int i = 3; i < NR; i += 2)
		dma_free_coherent(devs[i], 4096, p[i], dma[i]);
	rig_down(&r);
}

/* The machine unbinds its devices itself, and finds what they left. */
static void machine_free_finds_leaks(void **state)
{
	struct rig r;
	dma_addr_t dma;
	void *p;

	(void)state;
	rig_up(&r, NULL);
	p = kmalloc_ok(64);
	map_ok(&r, p, 64, DMA_TO_DEVICE);
	assert_non_null(dma_alloc_coherent(r.dev, 4096, &dma, GFP_KERNEL));
	assert_non_null(dma_alloc_noncoherent(r.dev, 4096, &dma, DMA_TO_DEVICE, GFP_KERNEL));
	assert_non_null(dma_alloc_attrs(r.dev, 4096, &dma, GFP_KERNEL,
					DMA_ATTR_NO_KERNEL_MAPPING));
	dmalab_machine_free(r.machine);
	assert_string_equal(r.drawn, "leak leak leak leak");
}

/* What a leak held, can be allocated again. */
static void leaks_are_released(void **state)
{
	struct rig r;
	dma_addr_t dma;

	(void)state;
	rig_up_with(&r, &(struct dmalab_config){ .ram_size = 64 << 10 });
	for (int round = 0; round < 3; round++) {
		struct device *dev = dmalab_device_new(r.machine, "leaky");

		for (int i = 0; i < 16; i++)
			assert_non_null(dma_alloc_coherent(dev, 4096, &dma, GFP_KERNEL));
		assert_null(dma_alloc_coherent(dev, 4096, &dma, GFP_KERNEL));
		dmalab_device_free(dev);
		assert_int_equal(r.nr, 16);
		r.drawn[0] = 0;
		r.nr = 0;
	}
	rig_down(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(current_machine),
		cmocka_unit_test(all_profiles_side_by_side),
		cmocka_unit_test(reports_stay_apart),
		cmocka_unit_test(many_devices),
		cmocka_unit_test(machine_free_finds_leaks),
		cmocka_unit_test(leaks_are_released),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
