/* SPDX-License-Identifier: MIT */
/*
 * One allocation and its free, by the three paths.
 *
 *   alloc      over path, size, level of checking, and profile
 *   live       4 KiB beside N live allocations of the same device: must be flat
 *   threads    4 KiB in several threads on one device, time by the wall clock
 *
 * Two of the paths zero the memory, so the line to compare with is memset.
 */
#include "bench.h"

struct variant {
	const char *profile;
	const char *checks;
};

static always_inline bool coherent(struct device *dev, size_t size)
{
	dma_addr_t dma;
	void *cpu = dma_alloc_coherent(dev, size, &dma, GFP_KERNEL);

	if (!cpu)
		return false;
	dma_free_coherent(dev, size, cpu, dma);
	return true;
}

static always_inline bool handle(struct device *dev, size_t size)
{
	dma_addr_t dma;
	void *cookie = dma_alloc_attrs(dev, size, &dma, GFP_KERNEL, DMA_ATTR_NO_KERNEL_MAPPING);

	if (!cookie)
		return false;
	dma_free_attrs(dev, size, cookie, dma, DMA_ATTR_NO_KERNEL_MAPPING);
	return true;
}

static always_inline bool noncoherent(struct device *dev, size_t size)
{
	dma_addr_t dma;
	void *cpu = dma_alloc_noncoherent(dev, size, &dma, DMA_BIDIRECTIONAL, GFP_KERNEL);

	if (!cpu)
		return false;
	dma_free_noncoherent(dev, size, cpu, dma, DMA_BIDIRECTIONAL);
	return true;
}

/* Inlined once for each path, so that the pair is called directly. */
static always_inline void pairs(struct rig *rig, size_t size,
				bool (*pair)(struct device *dev, size_t size))
{
	struct device *dev = rig->dev;

	/* The first touch of fresh memory is the host's business. */
	for (int i = 0; i < 16; i++)
		if (!pair(dev, size))
			break;
	gbench_loop(rig->state) {
		if (!pair(dev, size)) {
			rig_failed(rig, "allocation");
			break;
		}
	}
}

#define ALLOC_BENCHMARK(path)                                                             \
	static void alloc_##path(struct gbench_state *state, const void *context)         \
	{                                                                                 \
		const struct variant *v = context;                                        \
		size_t size = gbench_range(state, 0);                                     \
		struct rig rig;                                                           \
											  \
		if (!rig_up(&rig, state, v->profile, v->checks))                          \
			return;                                                           \
		pairs(&rig, size, path);                                                  \
		gbench_set_bytes(state, size);                                            \
		rig_down(&rig);                                                           \
	}

ALLOC_BENCHMARK(coherent)
ALLOC_BENCHMARK(handle)
ALLOC_BENCHMARK(noncoherent)

static void alloc_live(struct gbench_state *state, const void *context)
{
	static struct {
		void *cpu;
		dma_addr_t dma;
	} live[10000];
	const struct variant *v = context;
	size_t count = gbench_range(state, 0), made;
	struct rig rig;

	if (!rig_up(&rig, state, v->profile, v->checks))
		return;
	for (made = 0; made < count; made++) {
		live[made].cpu = dma_alloc_coherent(rig.dev, PAGE_SIZE, &live[made].dma, GFP_KERNEL);
		if (!live[made].cpu) {
			rig_failed(&rig, "dma_alloc_coherent");
			break;
		}
	}
	if (made == count)
		pairs(&rig, PAGE_SIZE, coherent);
	while (made--)
		dma_free_coherent(rig.dev, PAGE_SIZE, live[made].cpu, live[made].dma);
	rig_down(&rig);
}

static void alloc_threads(struct gbench_state *state, const void *context)
{
	static struct rig shared;
	const struct variant *v = context;
	bool first = gbench_thread(state) == 0;
	struct device *dev;
	int64_t left;

	if (first && !rig_up(&shared, state, v->profile, v->checks))
		shared.dev = NULL;
	left = gbench_start(state); /* and from here on all threads see it */
	dev = shared.dev;
	for (; left && dev; left--) {
		if (!coherent(dev, PAGE_SIZE)) {
			gbench_skip(state, "dma_alloc_coherent failed");
			break;
		}
	}
	gbench_stop(state);
	if (first && dev)
		rig_down(&shared);
}

static void register_path(const char *path, gbench_fn fn)
{
	static const char *const profiles[] = { "arm64", "x86" };

	for (size_t p = 0; p < ARRAY_SIZE(profiles); p++) {
		for (size_t l = 0; l < NR_LEVELS; l++) {
			struct variant v = { profiles[p], levels[l] };

			gbench_axis(bench_register(fn, &v, sizeof(v),
						   "alloc/profile:%s/path:%s/checks:%s",
						   v.profile, path, v.checks),
				    "size", sizes, NR_SIZES);
		}
	}
}

void bench_register_alloc(void)
{
	static const int64_t live[] = { 0, 100, 10000 };

	register_path("coherent", alloc_coherent);
	register_path("handle", alloc_handle);
	register_path("noncoherent", alloc_noncoherent);

	for (size_t l = 0; l < NR_LEVELS; l++) {
		struct variant v = { "arm64", levels[l] };
		struct gbench *b;

		gbench_axis(bench_register(alloc_live, &v, sizeof(v),
					   "live/profile:arm64/path:coherent/checks:%s", v.checks),
			    "live", live, ARRAY_SIZE(live));
		b = bench_register(alloc_threads, &v, sizeof(v),
				   "threads/profile:arm64/path:coherent/checks:%s", v.checks);
		gbench_use_real_time(b);
		gbench_threads(b, 1);
		gbench_threads(b, 2);
		gbench_threads(b, 4);
	}
}
