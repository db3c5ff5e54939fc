/* SPDX-License-Identifier: MIT */
/*
 * dma_sync_single_for_device() and dma_sync_single_for_cpu(), one after the other, of
 * DMA_BIDIRECTIONAL memory.
 *
 *   sync   all of a noncoherent buffer, over its size, how many bytes at its start
 *          the CPU wrote before, level of checking, and profile
 *   ring   a part of a noncoherent buffer of 256 KiB, all of it written before, as with
 *          the descriptors of a ring
 *
 * The writes are not timed. Stopping the clock costs as much as syncing a few lines,
 * so it is stopped once for a batch: many buffers or parts are written, then all are
 * synced. That leaves an error of about 0.3 us for each batch, of which the cheapest
 * take 5 us. Where nothing was written there is no pause, and no error.
 */
#include "bench.h"

struct variant {
	const char *profile;
	const char *checks;
	bool ring;
};

#define BATCH_BYTES (256u << 10)
#define RING_BYTES  (256u << 10)
#define MAX_PIECES  (RING_BYTES / 64)

/* What is synced by one call. */
struct piece {
	unsigned char *cpu;
	dma_addr_t dma;
};

struct batch {
	struct piece *pieces;
	size_t nr;
	size_t size;  /* of each, bytes */
	size_t dirty; /* bytes at the start of each */
	bool ring;    /* all are parts of one buffer */
};

static void write_all(const struct batch *b)
{
	for (size_t i = 0; i < b->nr; i++)
		dmalab_cpu_write(b->pieces[i].cpu, pattern, b->dirty);
}

static always_inline void sync_piece(struct device *dev, const struct batch *b, size_t i)
{
	dma_sync_single_for_device(dev, b->pieces[i].dma, b->size, DMA_BIDIRECTIONAL);
	dma_sync_single_for_cpu(dev, b->pieces[i].dma, b->size, DMA_BIDIRECTIONAL);
}

static void sync_all(struct device *dev, const struct batch *b)
{
	for (size_t i = 0; i < b->nr; i++)
		sync_piece(dev, b, i);
}

static void run_clean(struct gbench_state *state, struct device *dev, const struct batch *b)
{
	size_t i = 0;

	gbench_loop(state) {
		sync_piece(dev, b, i);
		if (++i == b->nr)
			i = 0;
	}
}

static void run_dirty(struct gbench_state *state, struct device *dev, const struct batch *b)
{
	while (gbench_batch(state, b->nr)) {
		gbench_pause(state);
		write_all(b);
		gbench_resume(state);
		sync_all(dev, b);
	}
}

/* What the device would read is what the CPU wrote, in the last piece too. */
static void verify(struct rig *rig, const struct batch *b)
{
	const struct piece *last = &b->pieces[b->nr - 1];
	unsigned char got = 0;

	write_all(b);
	dma_sync_single_for_device(rig->dev, last->dma, b->size, DMA_BIDIRECTIONAL);
	if (dmalab_device_read(rig->dev, last->dma, &got, 1) != 0)
		rig_failed(rig, "dmalab_device_read");
	else if (b->dirty && got != pattern[0])
		gbench_skip(rig->state, "the sync did not clean");
	dma_sync_single_for_cpu(rig->dev, last->dma, b->size, DMA_BIDIRECTIONAL);
}

static bool piece_alloc(struct rig *rig, struct piece *piece, size_t size)
{
	piece->cpu = dma_alloc_noncoherent(rig->dev, size, &piece->dma, DMA_BIDIRECTIONAL,
					   GFP_KERNEL);
	if (!piece->cpu)
		rig_failed(rig, "dma_alloc_noncoherent");
	return piece->cpu;
}

static void piece_free(struct rig *rig, struct piece *piece, size_t size)
{
	dma_free_noncoherent(rig->dev, size, piece->cpu, piece->dma, DMA_BIDIRECTIONAL);
}

static void batch_free(struct rig *rig, struct batch *b)
{
	if (b->ring)
		piece_free(rig, &b->pieces[0], RING_BYTES);
	else
		for (size_t i = 0; i < b->nr; i++)
			piece_free(rig, &b->pieces[i], b->size);
}

static bool batch_alloc(struct rig *rig, struct batch *b)
{
	size_t wanted = b->size < BATCH_BYTES ? BATCH_BYTES / b->size : 1;

	if (b->ring) {
		if (!piece_alloc(rig, &b->pieces[0], RING_BYTES))
			return false;
		for (b->nr = 1; b->nr < wanted; b->nr++) {
			b->pieces[b->nr].cpu = b->pieces[0].cpu + b->nr * b->size;
			b->pieces[b->nr].dma = b->pieces[0].dma + b->nr * b->size;
		}
		return true;
	}
	/* A small buffer has a page for itself: with too many the host's caches miss. */
	if (wanted > 256)
		wanted = 256;
	for (b->nr = 0; b->nr < wanted; b->nr++) {
		if (!piece_alloc(rig, &b->pieces[b->nr], b->size)) {
			batch_free(rig, b);
			return false;
		}
	}
	return true;
}

static void sync_pair(struct gbench_state *state, const void *context)
{
	static struct piece pieces[MAX_PIECES];
	const struct variant *v = context;
	struct batch b = {
		.pieces = pieces, .ring = v->ring,
		.size = gbench_range(state, 0), .dirty = gbench_range(state, 1),
	};
	struct rig rig;

	if (!rig_up(&rig, state, v->profile, v->checks))
		return;
	if (batch_alloc(&rig, &b)) {
		/* Settle all of it, and take the host's page faults. */
		for (int i = 0; i < 2; i++) {
			write_all(&b);
			sync_all(rig.dev, &b);
		}
		if (b.dirty)
			run_dirty(state, rig.dev, &b);
		else
			run_clean(state, rig.dev, &b);
		gbench_set_bytes(state, b.size);
		verify(&rig, &b);
		batch_free(&rig, &b);
	}
	rig_down(&rig);
}

void bench_register_sync(void)
{
	static const int64_t whole[] = { 64, 1024, 4096, 65536, 1048576 };
	static const int64_t parts[] = { 64, 1024, 4096 };
	static const char *const profiles[] = { "arm64", "x86" };

	for (size_t l = 0; l < NR_LEVELS; l++) {
		for (size_t p = 0; p < ARRAY_SIZE(profiles); p++) {
			struct variant v = { profiles[p], levels[l], false };

			for (size_t i = 0; i < ARRAY_SIZE(whole); i++) {
				int64_t dirty[] = { 0, whole[i] / 16, whole[i] / 4, whole[i] };
				struct gbench *b;

				b = bench_register(sync_pair, &v, sizeof(v),
						   "sync/profile:%s/checks:%s", v.profile,
						   v.checks);
				gbench_axis(b, "size", &whole[i], 1);
				/* Nothing to clean on a coherent machine, dirty or not. */
				gbench_axis(b, "dirty", dirty, p == 0 ? ARRAY_SIZE(dirty) : 1);
			}
		}
		for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
			struct variant v = { "arm64", levels[l], true };
			struct gbench *b;

			b = bench_register(sync_pair, &v, sizeof(v), "ring/profile:arm64/checks:%s",
					   v.checks);
			gbench_axis(b, "size", &parts[i], 1);
			gbench_axis(b, "dirty", &parts[i], 1);
		}
	}
}
