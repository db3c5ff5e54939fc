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

#include <time.h>

#define MAX_THREADS 4

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

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + 1e-9 * t.tv_nsec;
}

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

/*
 * The time is the wall clock's, from the first thread's start to the last one's end:
 * right also where there are more threads than CPUs, and they take turns.
 */
static void alloc_threads(struct gbench_state *state, const void *context)
{
	static struct {
		struct rig rig;
		double start[MAX_THREADS], end[MAX_THREADS];
	} shared;
	const struct variant *v = context;
	int me = gbench_thread(state), threads = gbench_nr_threads(state);
	struct device *dev;
	int64_t left;

	if (me == 0 && !rig_up(&shared.rig, state, v->profile, v->checks))
		shared.rig.dev = NULL;
	left = gbench_start(state); /* from here on all threads see it */
	dev = shared.rig.dev;
	shared.start[me] = now();
	for (; left && dev; left--) {
		if (!coherent(dev, PAGE_SIZE)) {
			gbench_skip(state, "dma_alloc_coherent failed");
			break;
		}
	}
	shared.end[me] = now();
	gbench_stop(state); /* and here all have stored their times */
	if (me == 0 && dev) {
		double start = shared.start[0], end = shared.end[0];

		for (int i = 1; i < threads; i++) {
			start = shared.start[i] < start ? shared.start[i] : start;
			end = shared.end[i] > end ? shared.end[i] : end;
		}
		gbench_set_time(state, end - start);
		rig_down(&shared.rig);
	}
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

		gbench_axis(bench_register(alloc_live, &v, sizeof(v),
					   "live/profile:arm64/path:coherent/checks:%s", v.checks),
			    "live", live, ARRAY_SIZE(live));
	}
}

void bench_register_threads(void)
{
	for (size_t l = 0; l < NR_LEVELS; l++) {
		struct variant v = { "arm64", levels[l] };
		struct gbench *b;

		b = bench_register(alloc_threads, &v, sizeof(v),
				   "threads/profile:arm64/path:coherent/checks:%s", v.checks);
		gbench_use_own_time(b);
		for (int threads = 1; threads <= MAX_THREADS; threads *= 2)
			gbench_threads(b, threads);
	}
}
