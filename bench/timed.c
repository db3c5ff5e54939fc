/* SPDX-License-Identifier: MIT */
/*
 * The hot paths of paths.h, timed.
 *
 *   path      one operation, over accesses and checks
 *   lanes     the same in 1 and 2 threads on one machine and device, each with buffers
 *             (or a pool) of its own; time by the wall clock. What a path has to
 *             prepare is timed here: it cannot be left out for one thread alone.
 *   objects   a pair beside N live objects, and the host's memory that each of them takes
 */
#include "clock.h"
#include "paths.h"

#include <linux/slab.h>

#include <stdio.h>
#include <string.h>

struct timed {
	const struct path *path;
	struct setting setting;
};

static struct dmalab_config timed_config(const struct timed *t)
{
	return (struct dmalab_config){
		.profile = "arm64", .checks = t->setting.checks, .accesses = t->setting.accesses,
		.ram_size = t->path->ram,
	};
}

/* Without pauses, whose cost is that of many a path: the clock's is known. */
static void run_prepared(struct lane *lane, struct gbench_state *state)
{
	size_t batch = path_batch(lane->path);
	double seconds = 0;

	while (gbench_batch(state, batch)) {
		double start;

		lane->path->prepare(lane);
		start = clock_now();
		lane->path->run(lane, batch);
		seconds += clock_since(start);
		if (lane->rig->error[0])
			return;
	}
	gbench_set_time(state, seconds);
}

static void run_plainly(struct lane *lane, struct gbench_state *state)
{
	size_t batch = path_batch(lane->path);

	while (gbench_batch(state, batch)) {
		lane->path->run(lane, batch);
		if (lane->rig->error[0])
			return;
	}
}

static void time_path(struct gbench_state *state, const void *context)
{
	const struct timed *t = context;
	struct dmalab_config config = timed_config(t);
	struct lane lane;
	struct rig rig;

	if (!rig_on(&rig, &config)) {
		gbench_skip(state, "%s", rig.error);
		return;
	}
	rig.state = state;
	rig.skip = gbench_skip;
	if (lane_begin(&lane, &rig, t->path)) {
		if (t->path->prepare)
			run_prepared(&lane, state);
		else
			run_plainly(&lane, state);
	}
	lane_end(&lane);
	rig_down(&rig);
}

/* ----------------------------------------------------------------- lanes */

#define MAX_LANES 2

static struct {
	struct rig rig;
	struct lane lanes[MAX_LANES];
	double start[MAX_LANES], end[MAX_LANES];
	bool ready;
} shared;

static bool lanes_begin(const struct timed *t, int nr)
{
	struct dmalab_config config = timed_config(t);
	bool good = true;

	if (!rig_on(&shared.rig, &config))
		return false;
	for (int i = 0; i < nr; i++)
		good = lane_begin(&shared.lanes[i], &shared.rig, t->path) && good;
	return good;
}

static void lanes_end(struct gbench_state *state, int nr)
{
	double start = shared.start[0], end = shared.end[0];

	for (int i = 1; i < nr; i++) {
		start = shared.start[i] < start ? shared.start[i] : start;
		end = shared.end[i] > end ? shared.end[i] : end;
	}
	gbench_set_time(state, end - start);
	for (int i = 0; i < nr; i++)
		lane_end(&shared.lanes[i]);
	rig_off(&shared.rig);
	if (shared.rig.error[0])
		gbench_skip(state, "%s", shared.rig.error);
}

static void time_lanes(struct gbench_state *state, const void *context)
{
	const struct timed *t = context;
	int me = gbench_thread(state), nr = gbench_nr_threads(state);
	int64_t left;

	if (me == 0)
		shared.ready = lanes_begin(t, nr);
	left = gbench_start(state); /* from here on all threads see it */
	shared.start[me] = clock_now();
	if (shared.ready)
		lane_run(&shared.lanes[me], left);
	shared.end[me] = clock_now();
	gbench_stop(state); /* and here all have stored their times */
	if (me != 0)
		return;
	if (shared.rig.machine && shared.rig.dev)
		lanes_end(state, nr);
	else
		gbench_skip(state, "%s", shared.rig.error);
}

/* --------------------------------------------------------------- objects */

#define CHUNK       PATTERN_SIZE /* what kmalloc() gives at most */
#define MAX_OBJECTS 1000000

static struct buffer objects[MAX_OBJECTS];

/* Private memory of this process in RAM, bytes. */
static size_t resident(void)
{
	FILE *file = fopen("/proc/self/status", "r");
	char line[256];
	size_t kb = 0;

	while (file && fgets(line, sizeof(line), file))
		if (sscanf(line, "RssAnon: %zu", &kb) == 1)
			break;
	if (file)
		fclose(file);
	return kb << 10;
}

static bool handle_make(struct rig *rig, struct buffer *b)
{
	b->cpu = dma_alloc_attrs(rig->dev, PAGE_SIZE, &b->dma, GFP_KERNEL,
				 DMA_ATTR_NO_KERNEL_MAPPING);
	if (b->cpu)
		return true;
	rig_failed(rig, "dma_alloc_attrs");
	return false;
}

static void handle_drop(struct rig *rig, const struct buffer *b)
{
	dma_free_attrs(rig->dev, PAGE_SIZE, b->cpu, b->dma, DMA_ATTR_NO_KERNEL_MAPPING);
}

/* @b->cpu is one line of memory that the caller has. */
static bool mapping_make(struct rig *rig, struct buffer *b)
{
	b->dma = dma_map_single(rig->dev, b->cpu, 64, DMA_TO_DEVICE);
	if (!dma_mapping_error(rig->dev, b->dma))
		return true;
	rig_failed(rig, "dma_map_single");
	return false;
}

static void mapping_drop(struct rig *rig, const struct buffer *b)
{
	dma_unmap_single(rig->dev, b->dma, 64, DMA_TO_DEVICE);
}

/* Has the lines of a chunk written back: what RAM takes on the host is no object's price. */
static bool chunk_clean(struct rig *rig, void *chunk)
{
	dma_addr_t dma = dma_map_single(rig->dev, chunk, CHUNK, DMA_TO_DEVICE);

	if (dma_mapping_error(rig->dev, dma)) {
		rig_failed(rig, "dma_map_single");
		return false;
	}
	dma_unmap_single(rig->dev, dma, CHUNK, DMA_TO_DEVICE);
	return true;
}

/* One line for each object and one more, for the pair; written, as data to send is. */
static bool lines_alloc(struct rig *rig, void **chunks, size_t nr)
{
	for (size_t i = 0; i < nr; i++) {
		size_t at = i * 64 % CHUNK;
		void **chunk = &chunks[i * 64 / CHUNK];

		if (at == 0) {
			*chunk = kmalloc(CHUNK, GFP_KERNEL);
			if (!*chunk) {
				rig_failed(rig, "kmalloc");
				return false;
			}
			dmalab_cpu_write(*chunk, pattern, CHUNK);
			if (!chunk_clean(rig, *chunk))
				return false;
		}
		objects[i].cpu = (char *)*chunk + at;
	}
	return true;
}

static void time_beside(struct gbench_state *state, struct rig *rig, size_t count,
			bool (*make)(struct rig *, struct buffer *),
			void (*drop)(struct rig *, const struct buffer *))
{
	size_t before = resident(), made = 0;
	struct buffer *extra = &objects[count];

	while (made < count && make(rig, &objects[made]))
		made++;
	if (made == count) {
		size_t after = resident();

		gbench_loop(state) {
			if (!make(rig, extra))
				break;
			drop(rig, extra);
		}
		if (count >= 100000)
			gbench_counter(state, "bytes",
				       after > before ? (double)(after - before) / count : 0,
				       GBENCH_VALUE);
	}
	/* Far from the order in which they were made; 17 divides none of the counts. */
	for (size_t i = 0; i < made; i++)
		drop(rig, &objects[made == count ? i * 17 % made : i]);
}

static void time_objects(struct gbench_state *state, const void *context, bool map)
{
	static void *chunks[MAX_OBJECTS * 64ull / CHUNK + 1];
	const struct timed *t = context;
	size_t count = gbench_range(state, 0) - 1; /* the pair's is the last one */
	struct dmalab_config config = {
		.profile = "arm64", .checks = t->setting.checks, .accesses = t->setting.accesses,
		.ram_size = 6ull << 30,
	};
	struct rig rig;

	if (!rig_on(&rig, &config)) {
		gbench_skip(state, "%s", rig.error);
		return;
	}
	rig.state = state;
	rig.skip = gbench_skip;
	memset(chunks, 0, sizeof(chunks));
	if (dma_set_mask_and_coherent(rig.dev, DMA_BIT_MASK(64)))
		rig_failed(&rig, "dma_set_mask_and_coherent");
	else if (!map)
		time_beside(state, &rig, count, handle_make, handle_drop);
	else if (lines_alloc(&rig, chunks, count + 1))
		time_beside(state, &rig, count, mapping_make, mapping_drop);
	for (size_t i = 0; i < ARRAY_SIZE(chunks); i++)
		kfree(chunks[i]);
	rig_down(&rig);
}

static void time_handles(struct gbench_state *state, const void *context)
{
	time_objects(state, context, false);
}

static void time_mappings(struct gbench_state *state, const void *context)
{
	time_objects(state, context, true);
}

/* ---------------------------------------------------------- registration */

void bench_register_paths(void)
{
	static const int64_t live[] = { 1, 1000, 100000, MAX_OBJECTS };

	for (size_t s = 0; s < NR_SETTINGS; s++) {
		struct timed t = { .setting = settings[s] };

		for (size_t i = 0; (t.path = path_number(i)); i++) {
			struct gbench *b = bench_register(time_path, &t, sizeof(t),
							  "path/row:%s/accesses:%s/checks:%s",
							  t.path->name, t.setting.accesses,
							  t.setting.checks);

			if (t.path->prepare)
				gbench_use_own_time(b);
		}
		if (strcmp(t.setting.accesses, "explicit") != 0)
			continue; /* nothing there stores */
		gbench_axis(bench_register(time_handles, &t, sizeof(t),
					   "objects/kind:handle/accesses:%s/checks:%s",
					   t.setting.accesses, t.setting.checks),
			    "live", live, ARRAY_SIZE(live) - bench_quick);
		gbench_axis(bench_register(time_mappings, &t, sizeof(t),
					   "objects/kind:mapping/accesses:%s/checks:%s",
					   t.setting.accesses, t.setting.checks),
			    "live", live, ARRAY_SIZE(live) - bench_quick);
	}
}

void bench_register_lanes(void)
{
	for (size_t s = 0; s < NR_SETTINGS; s++) {
		struct timed t = { .setting = settings[s] };

		for (size_t i = 0; (t.path = path_number(i)); i++) {
			struct gbench *b;

			if (strstr(t.path->name, "-sizes") || strncmp(t.path->name, "machine", 7) == 0)
				continue;
			b = bench_register(time_lanes, &t, sizeof(t),
					   "lanes/row:%s/accesses:%s/checks:%s", t.path->name,
					   t.setting.accesses, t.setting.checks);
			gbench_use_own_time(b);
			for (int threads = 1; threads <= MAX_LANES; threads *= 2)
				gbench_threads(b, threads);
		}
	}
}
