/* SPDX-License-Identifier: MIT */
/* Coherent memory that the CPU reaches through vmap(), freed in interrupts. */
#include "rig.h"

#include <linux/dma-map-ops.h>
#include <linux/interrupt.h>

/* What the CPU reaches through vmap() on this machine. */
static int is_remapped(const struct rig *r, gfp_t gfp, unsigned long attrs)
{
	const char *profile = dmalab_machine_profile(r->machine);

	if (!gfpflags_allow_blocking(gfp) || attrs & DMA_ATTR_NO_KERNEL_MAPPING)
		return 0;
	if (strcmp(profile, "iommu") == 0)
		return !(attrs & DMA_ATTR_FORCE_CONTIGUOUS);
	return !r->dev->dma_coherent && strncmp(profile, "mips", 4) != 0;
}

static void free_attrs_in(struct rig *r, void (*enter)(void), void (*leave)(void))
{
	static const gfp_t gfps[] = { GFP_KERNEL, GFP_ATOMIC };
	static const unsigned long attrs[] = {
		0, DMA_ATTR_WRITE_COMBINE, DMA_ATTR_FORCE_CONTIGUOUS, DMA_ATTR_NO_KERNEL_MAPPING,
	};
	dma_addr_t dma;
	void *p;

	for (size_t i = 0; i < 8; i++) {
		gfp_t gfp = gfps[i % 2];
		unsigned long a = attrs[i / 2];

		p = dma_alloc_attrs(r->dev, 4096, &dma, gfp, a);
		assert_non_null(p);
		enter();
		dma_free_attrs(r->dev, 4096, p, dma, a);
		leave();
		expect(r, is_remapped(r, gfp, a) ? "free-in-irq" : "");
	}
}

/* An interrupt handler that lets other interrupts in. */
static void enter_slow_handler(void)
{
	dmalab_irq_enter();
	local_irq_enable();
}

static void vunmap_in_interrupt(void **state)
{
	const char *profile, *remapped;
	dma_addr_t dma, dma2;
	struct rig r;
	void *p;

	(void)state;
	for_each_profile(profile) {
		rig_up(&r, profile);
		free_attrs_in(&r, local_bh_disable, local_bh_enable);
		free_attrs_in(&r, dmalab_softirq_enter, dmalab_softirq_exit);
		free_attrs_in(&r, enter_slow_handler, dmalab_irq_exit);

		/* What was allocated is what counts, not what is true at the free. */
		remapped = is_remapped(&r, GFP_KERNEL, 0) ? "free-in-irq" : "";
		p = dma_alloc_coherent(r.dev, 4096, &dma, GFP_KERNEL);
		assert_non_null(dmam_alloc_coherent(r.dev, 64, &dma2, GFP_KERNEL));
		r.dev->dma_coherent = true;
		local_bh_disable();
		dma_free_coherent(r.dev, 4096, NULL, dma);
		expect(&r, "");
		dma_free_coherent(r.dev, 4096, p, dma);
		local_bh_enable();
		expect(&r, remapped);
		local_bh_disable();
		dmalab_device_free(r.dev);
		local_bh_enable();
		expect(&r, remapped);
		rig_down(&r);
	}
}

/* It is given back before the kernel looks at the context. */
static void own_memory_in_interrupt(void **state)
{
	dma_addr_t dma;
	struct rig r;
	void *p;

	(void)state;
	rig_up(&r, NULL);
	assert_int_equal(dma_declare_coherent_memory(r.dev, 0, 0x80000000, 8192), 0);
	p = dma_alloc_coherent(r.dev, 4096, &dma, GFP_KERNEL);
	assert_non_null(p);
	dmalab_irq_enter();
	dma_free_coherent(r.dev, 4096, p, dma);
	expect(&r, "");
	dma_free_coherent(r.dev, 4096, NULL, 0);
	expect(&r, "free-in-irq");
	dmalab_irq_exit();
	dma_release_coherent_memory(r.dev);
	rig_down(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(vunmap_in_interrupt),
		cmocka_unit_test(own_memory_in_interrupt),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
