/* SPDX-License-Identifier: MIT */
/*
 *   kmalloc  kmalloc() and kfree()
 *   map      dma_map_single(), dma_mapping_error(), dma_unmap_single() of a kmalloc()ed
 *            buffer that the CPU has not written since the last time: the cost of the
 *            bookkeeping, without lines to clean
 */
#include "bench.h"

#include <linux/slab.h>

struct variant {
	const char *profile;
	const char *checks;
};

static void kmalloc_pair(struct gbench_state *state, const void *context)
{
	const struct variant *v = context;
	size_t size = gbench_range(state, 0);
	struct rig rig;

	if (!rig_up(&rig, state, v->profile, v->checks))
		return;
	gbench_loop(state) {
		void *p = kmalloc(size, GFP_KERNEL);

		if (!p) {
			rig_failed(&rig, "kmalloc");
			break;
		}
		kfree(p);
	}
	rig_down(&rig);
}

static void map_pairs(struct rig *rig, void *p, size_t size)
{
	struct device *dev = rig->dev;

	gbench_loop(rig->state) {
		dma_addr_t dma = dma_map_single(dev, p, size, DMA_BIDIRECTIONAL);

		if (dma_mapping_error(dev, dma)) {
			rig_failed(rig, "dma_map_single");
			break;
		}
		dma_unmap_single(dev, dma, size, DMA_BIDIRECTIONAL);
	}
}

static void map_pair(struct gbench_state *state, const void *context)
{
	const struct variant *v = context;
	size_t size = gbench_range(state, 0);
	struct rig rig;
	void *p;

	if (!rig_up(&rig, state, v->profile, v->checks))
		return;
	p = kmalloc(size, GFP_KERNEL);
	if (!p) {
		rig_failed(&rig, "kmalloc");
	} else {
		dmalab_cpu_write(p, pattern, size);
		map_pairs(&rig, p, size);
		gbench_set_bytes(state, size);
		kfree(p);
	}
	rig_down(&rig);
}

void bench_register_streaming(void)
{
	static const int64_t some[] = { 64, 4096, 65536 };
	static const char *const profiles[] = { "arm64", "x86" };

	for (size_t l = 0; l < NR_LEVELS; l++) {
		for (size_t p = 0; p < ARRAY_SIZE(profiles); p++) {
			struct variant v = { profiles[p], levels[l] };

			gbench_axis(bench_register(map_pair, &v, sizeof(v),
						   "map/profile:%s/checks:%s", v.profile, v.checks),
				    "size", some, ARRAY_SIZE(some));
			if (p == 0)
				gbench_axis(bench_register(kmalloc_pair, &v, sizeof(v),
							   "kmalloc/profile:%s/checks:%s",
							   v.profile, v.checks),
					    "size", some, ARRAY_SIZE(some));
		}
	}
}
