/* SPDX-License-Identifier: MIT */
/*
 * What pairs hide.
 *
 *   half      64 allocations, or the 64 frees after them: each alone, over path and size
 *   machine   a machine made, or freed, over its RAM
 *   range     one sync of part of a buffer of 4 KiB, over direction, part and what is written
 *             before: nothing, or all of it, by the CPU or for from-device by the device
 *
 * What is not measured is between two readings of the clock, whose cost is taken off.
 */
#include "clock.h"
#include "paths.h"

#include <stdlib.h>
#include <string.h>

enum half { ALLOC, FREE };

static const char *const half_names[] = { "alloc", "free" };

/* ------------------------------------------------------------------ half */

enum kind { COHERENT, HANDLE, NONCOHERENT, NR_KINDS };

static const char *const kind_names[NR_KINDS] = { "coherent", "handle", "noncoherent" };

struct halved {
	enum kind kind;
	enum half half;
	const char *checks;
};

static void *half_alloc(struct device *dev, enum kind kind, size_t size, dma_addr_t *dma)
{
	switch (kind) {
	case COHERENT: return dma_alloc_coherent(dev, size, dma, GFP_KERNEL);
	case HANDLE: return dma_alloc_attrs(dev, size, dma, GFP_KERNEL, DMA_ATTR_NO_KERNEL_MAPPING);
	default: return dma_alloc_noncoherent(dev, size, dma, DMA_BIDIRECTIONAL, GFP_KERNEL);
	}
}

static void half_free(struct device *dev, enum kind kind, const struct buffer *b)
{
	switch (kind) {
	case COHERENT: dma_free_coherent(dev, b->size, b->cpu, b->dma); break;
	case HANDLE: dma_free_attrs(dev, b->size, b->cpu, b->dma, DMA_ATTR_NO_KERNEL_MAPPING); break;
	default: dma_free_noncoherent(dev, b->size, b->cpu, b->dma, DMA_BIDIRECTIONAL); break;
	}
}

/* Seconds of the half of a batch that is asked for. */
static double half_batch(struct rig *rig, const struct halved *h, size_t size)
{
	struct buffer buffers[LANE_BATCH];
	size_t made = 0;
	double start = clock_now(), seconds;

	for (; made < LANE_BATCH; made++) {
		struct buffer *b = &buffers[made];

		b->size = size;
		b->cpu = half_alloc(rig->dev, h->kind, size, &b->dma);
		if (!b->cpu) {
			rig_failed(rig, "allocation");
			break;
		}
	}
	seconds = clock_since(start);
	start = clock_now();
	for (size_t i = 0; i < made; i++)
		half_free(rig->dev, h->kind, &buffers[i * 27 % LANE_BATCH]);
	return h->half == ALLOC ? seconds : clock_since(start);
}

static void time_half(struct gbench_state *state, const void *context)
{
	const struct halved *h = context;
	size_t size = gbench_range(state, 0);
	double seconds = 0;
	struct rig rig;

	if (!rig_up(&rig, state, "arm64", h->checks))
		return;
	half_batch(&rig, h, size); /* the host's page faults */
	while (gbench_batch(state, LANE_BATCH) && !rig.error[0])
		seconds += half_batch(&rig, h, size);
	gbench_set_time(state, seconds);
	rig_down(&rig);
}

/* --------------------------------------------------------------- machine */

static void time_machine(struct gbench_state *state, const void *context)
{
	const enum half *half = context;
	struct dmalab_config config = {
		.ram_size = gbench_range(state, 0), .accesses = "explicit",
	};
	double seconds = 0;

	gbench_loop(state) {
		double start = clock_now();
		struct dmalab_machine *machine = dmalab_machine_new(&config);

		if (*half == ALLOC)
			seconds += clock_since(start);
		if (!machine) {
			gbench_skip(state, "dmalab_machine_new failed");
			break;
		}
		start = clock_now();
		dmalab_machine_free(machine);
		if (*half == FREE)
			seconds += clock_since(start);
	}
	gbench_set_time(state, seconds);
}

/* ----------------------------------------------------------------- range */

static const struct part {
	const char *name;
	size_t offset, size;
} parts[] = {
	{ "whole", 0, 4096 },
	{ "line", 1024, 64 },
	{ "unaligned", 1000, 1000 },
};

struct ranged {
	enum dma_data_direction dir;
	const struct part *part;
	bool to_device; /* dma_sync_single_for_device(), or else for_cpu() */
	bool written;
	const char *checks;
};

static const char *const directions[] = {
	[DMA_BIDIRECTIONAL] = "both", [DMA_TO_DEVICE] = "to", [DMA_FROM_DEVICE] = "from",
};

/* Who may write the buffers at this moment, writes those that are to be written. */
static void range_write(struct rig *rig, const struct ranged *r, struct buffer *buffers, bool by_cpu)
{
	if (!r->written || by_cpu != (r->dir != DMA_FROM_DEVICE))
		return;
	for (size_t i = 0; i < LANE_BATCH; i++) {
		if (by_cpu)
			dmalab_cpu_write(buffers[i].cpu, pattern, buffers[i].size);
		else if (dmalab_device_write(rig->dev, buffers[i].dma, pattern, buffers[i].size))
			rig_failed(rig, "dmalab_device_write");
	}
}

static double sync_range(struct rig *rig, const struct ranged *r, struct buffer *buffers, bool to_device)
{
	const struct part *part = r->part;
	double start = clock_now();

	for (size_t i = 0; i < LANE_BATCH; i++) {
		dma_addr_t dma = buffers[i].dma + part->offset;

		if (to_device)
			dma_sync_single_for_device(rig->dev, dma, part->size, r->dir);
		else
			dma_sync_single_for_cpu(rig->dev, dma, part->size, r->dir);
	}
	return to_device == r->to_device ? clock_since(start) : 0;
}

/* What the part leaves out is synced too, so that each lap begins alike. */
static void sync_rest(struct rig *rig, const struct ranged *r, struct buffer *buffers, bool to_device)
{
	for (size_t i = 0; i < LANE_BATCH; i++) {
		if (to_device)
			dma_sync_single_for_device(rig->dev, buffers[i].dma, buffers[i].size, r->dir);
		else
			dma_sync_single_for_cpu(rig->dev, buffers[i].dma, buffers[i].size, r->dir);
	}
}

static double range_lap(struct rig *rig, const struct ranged *r, struct buffer *buffers)
{
	double seconds;

	range_write(rig, r, buffers, true);
	seconds = sync_range(rig, r, buffers, true);
	sync_rest(rig, r, buffers, true);
	range_write(rig, r, buffers, false);
	seconds += sync_range(rig, r, buffers, false);
	sync_rest(rig, r, buffers, false);
	return seconds;
}

static void time_range(struct gbench_state *state, const void *context)
{
	const struct ranged *r = context;
	struct buffer buffers[LANE_BATCH];
	double seconds = 0;
	size_t made = 0;
	struct rig rig;

	if (!rig_up(&rig, state, "arm64", r->checks))
		return;
	for (; made < LANE_BATCH; made++) {
		struct buffer *b = &buffers[made];

		b->size = PAGE_SIZE;
		b->cpu = dma_alloc_noncoherent(rig.dev, PAGE_SIZE, &b->dma, r->dir, GFP_KERNEL);
		if (!b->cpu) {
			rig_failed(&rig, "dma_alloc_noncoherent");
			break;
		}
		if (r->dir != DMA_FROM_DEVICE)
			dmalab_cpu_write(b->cpu, pattern, PAGE_SIZE);
	}
	if (made == LANE_BATCH) {
		range_lap(&rig, r, buffers);
		while (gbench_batch(state, LANE_BATCH) && !rig.error[0])
			seconds += range_lap(&rig, r, buffers);
		gbench_set_time(state, seconds);
	}
	while (made--)
		dma_free_noncoherent(rig.dev, PAGE_SIZE, buffers[made].cpu, buffers[made].dma, r->dir);
	rig_down(&rig);
}

/* ---------------------------------------------------------- registration */

static void register_halves(const char *checks)
{
	static const int64_t some[] = { 64, 4096, 65536 };

	for (struct halved h = { .checks = checks }; h.kind < NR_KINDS; h.kind++) {
		for (h.half = ALLOC; h.half <= FREE; h.half++) {
			struct gbench *b = bench_register(time_half, &h, sizeof(h),
							  "half/path:%s/op:%s/checks:%s",
							  kind_names[h.kind], half_names[h.half], checks);

			gbench_axis(b, "size", some, ARRAY_SIZE(some));
			gbench_use_own_time(b);
		}
	}
}

static void register_ranges(const char *checks)
{
	for (struct ranged r = { .checks = checks }; r.dir <= DMA_FROM_DEVICE; r.dir++)
		for (size_t p = 0; p < ARRAY_SIZE(parts); p++)
			for (unsigned bits = 0; bits < 4; bits++) {
				r.part = &parts[p];
				r.to_device = bits & 1;
				r.written = bits & 2;
				gbench_use_own_time(bench_register(
					time_range, &r, sizeof(r),
					"range/direction:%s/part:%s/sync:%s/written:%s/checks:%s",
					directions[r.dir], r.part->name,
					r.to_device ? "for_device" : "for_cpu",
					r.written ? "all" : "nothing", checks));
			}
}

void bench_register_halves(void)
{
	static const int64_t ram[] = { 1 << 20, 64 << 20, 1 << 30 };

	for (enum half half = ALLOC; half <= FREE; half++) {
		struct gbench *b = bench_register(time_machine, &half, sizeof(half), "machine/op:%s",
						  half == ALLOC ? "new" : "free");

		gbench_axis(b, "ram", ram, ARRAY_SIZE(ram));
		gbench_use_own_time(b);
	}
	register_halves("off");
	register_halves("full");
	if (bench_quick)
		return; /* what a range does not time takes longer than what it does */
	register_ranges("off");
	register_ranges("full");
}
