/* SPDX-License-Identifier: MIT */
/*
 * dma_sync_single_for_device() and dma_sync_single_for_cpu(), one after the other,
 * on a DMA_BIDIRECTIONAL part of a noncoherent buffer; over the size of the part,
 * how many bytes at its start the CPU wrote before, level of checking, and profile.
 *
 * The writes are not timed. Stopping the clock costs as much as syncing a few lines,
 * so it is stopped once for a batch: all parts of a buffer of 256 KiB (of one part
 * where that is larger) are written, then all are synced. That leaves an error of
 * about 0.3 us for each 256 KiB, against the 5 us or more that the cheapest such batch
 * takes. Where nothing was written there is no pause, and no error.
 *
 * One buffer for all sizes keeps the working set, and with it the host's cache
 * misses, the same.
 */
#include "bench.h"

struct variant {
	const char *profile;
	const char *checks;
};

#define BUFFER (256u << 10)

struct buffer {
	unsigned char *cpu;
	dma_addr_t dma;
	size_t size;  /* of all */
	size_t part;
	size_t dirty; /* bytes at the start of each part */
};

static void write_parts(const struct buffer *b)
{
	for (size_t at = 0; at < b->size; at += b->part)
		dmalab_cpu_write(b->cpu + at, pattern, b->dirty);
}

static always_inline void sync_part(struct device *dev, const struct buffer *b, size_t at)
{
	dma_sync_single_for_device(dev, b->dma + at, b->part, DMA_BIDIRECTIONAL);
	dma_sync_single_for_cpu(dev, b->dma + at, b->part, DMA_BIDIRECTIONAL);
}

static void sync_clean(struct gbench_state *state, struct device *dev, const struct buffer *b)
{
	size_t at = 0;

	gbench_loop(state) {
		sync_part(dev, b, at);
		at += b->part;
		if (at == b->size)
			at = 0;
	}
}

static void sync_dirty(struct gbench_state *state, struct device *dev, const struct buffer *b)
{
	while (gbench_batch(state, b->size / b->part)) {
		gbench_pause(state);
		write_parts(b);
		gbench_resume(state);
		for (size_t at = 0; at < b->size; at += b->part)
			sync_part(dev, b, at);
	}
}

/* What the device would read is what the CPU wrote, in the last part too. */
static void verify(struct rig *rig, const struct buffer *b)
{
	size_t at = b->size - b->part;
	unsigned char got = 0;

	write_parts(b);
	dma_sync_single_for_device(rig->dev, b->dma + at, b->part, DMA_BIDIRECTIONAL);
	if (dmalab_device_read(rig->dev, b->dma + at, &got, 1) != 0)
		rig_failed(rig, "dmalab_device_read");
	else if (b->dirty && got != pattern[0])
		gbench_skip(rig->state, "the sync did not clean");
	dma_sync_single_for_cpu(rig->dev, b->dma + at, b->part, DMA_BIDIRECTIONAL);
}

static void sync_pair(struct gbench_state *state, const void *context)
{
	const struct variant *v = context;
	struct buffer b = { .part = gbench_range(state, 0), .dirty = gbench_range(state, 1) };
	struct rig rig;

	b.size = b.part > BUFFER ? b.part : BUFFER;
	if (!rig_up(&rig, state, v->profile, v->checks))
		return;
	b.cpu = dma_alloc_noncoherent(rig.dev, b.size, &b.dma, DMA_BIDIRECTIONAL, GFP_KERNEL);
	if (!b.cpu) {
		rig_failed(&rig, "dma_alloc_noncoherent");
	} else {
		/* Settle all of it, and take the host's page faults. */
		for (int i = 0; i < 2; i++) {
			write_parts(&b);
			dma_sync_single_for_device(rig.dev, b.dma, b.size, DMA_BIDIRECTIONAL);
			dma_sync_single_for_cpu(rig.dev, b.dma, b.size, DMA_BIDIRECTIONAL);
		}
		if (b.dirty)
			sync_dirty(state, rig.dev, &b);
		else
			sync_clean(state, rig.dev, &b);
		gbench_set_bytes(state, b.part);
		gbench_counter(state, "dirty_bytes", b.dirty, GBENCH_VALUE);
		verify(&rig, &b);
		dma_free_noncoherent(rig.dev, b.size, b.cpu, b.dma, DMA_BIDIRECTIONAL);
	}
	rig_down(&rig);
}

void bench_register_sync(void)
{
	static const int64_t parts[] = { 64, 1024, 4096, 65536, 1048576 };
	static const char *const profiles[] = { "arm64", "x86" };

	for (size_t p = 0; p < ARRAY_SIZE(profiles); p++) {
		for (size_t l = 0; l < NR_LEVELS; l++) {
			struct variant v = { profiles[p], levels[l] };

			for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
				int64_t dirty[] = { 0, parts[i] / 16, parts[i] / 4, parts[i] };
				struct gbench *b;

				b = bench_register(sync_pair, &v, sizeof(v),
						   "sync/profile:%s/checks:%s", v.profile,
						   v.checks);
				gbench_axis(b, "size", &parts[i], 1);
				/* Nothing to clean on a coherent machine, dirty or not. */
				gbench_axis(b, "dirty", dirty, p == 0 ? ARRAY_SIZE(dirty) : 1);
			}
		}
	}
}
