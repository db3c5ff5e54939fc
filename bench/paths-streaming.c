/* SPDX-License-Identifier: MIT */
/* Syncs, mappings, scatterlists, pools and kmalloc(). */
#include "paths.h"

#include <linux/dmapool.h>
#include <linux/scatterlist.h>
#include <linux/slab.h>

#include <stdlib.h>

/* ------------------------------------------------------------------ sync */

static bool sync_begin(struct lane *lane)
{
	return lane_alloc(lane, LANE_BATCH, lane->path->size);
}

/* As a ring of descriptors has it: all buffers are parts of one allocation. */
static bool parts_begin(struct lane *lane)
{
	size_t size = lane->path->size;

	if (!lane_alloc(lane, 1, LANE_BATCH * size))
		return false;
	for (; lane->nr < LANE_BATCH; lane->nr++) {
		struct buffer *b = &lane->buffers[lane->nr];

		b->cpu = (char *)lane->buffers[0].cpu + lane->nr * size;
		b->dma = lane->buffers[0].dma + lane->nr * size;
		b->size = size;
	}
	lane->buffers[0].size = size;
	return true;
}

static void parts_end(struct lane *lane)
{
	lane->nr = lane->nr ? 1 : 0;
	lane->buffers[0].size = LANE_BATCH * lane->path->size;
	lane_free(lane);
}

static void sync_run(struct lane *lane, size_t n)
{
	struct device *dev = lane->rig->dev;

	for (; n; n--) {
		const struct buffer *b = &lane->buffers[lane->at++ % LANE_BATCH];

		dma_sync_single_for_device(dev, b->dma, b->size, DMA_BIDIRECTIONAL);
		dma_sync_single_for_cpu(dev, b->dma, b->size, DMA_BIDIRECTIONAL);
	}
}

static void write_all(struct lane *lane)
{
	for (size_t i = 0; i < lane->nr; i++)
		dmalab_cpu_write(lane->buffers[i].cpu, pattern, lane->buffers[i].size);
}

/* One line in four: neighbours differ, which is the worst case for walking bits. */
static void write_some(struct lane *lane)
{
	for (size_t i = 0; i < lane->nr; i++)
		for (size_t at = 0; at < lane->buffers[i].size; at += 256)
			dmalab_cpu_write((char *)lane->buffers[i].cpu + at, pattern, 64);
}

/* --------------------------------------------------------------- mapping */

static bool map_begin(struct lane *lane)
{
	struct buffer *b = &lane->buffers[0];

	b->size = lane->path->size;
	b->cpu = kmalloc(b->size, GFP_KERNEL);
	if (!b->cpu) {
		rig_failed(lane->rig, "kmalloc");
		return false;
	}
	dmalab_cpu_write(b->cpu, pattern, b->size);
	return true;
}

static void map_run(struct lane *lane, size_t n)
{
	const struct buffer *b = &lane->buffers[0];
	struct device *dev = lane->rig->dev;

	for (; n; n--) {
		dma_addr_t dma = dma_map_single(dev, b->cpu, b->size, DMA_BIDIRECTIONAL);

		if (dma_mapping_error(dev, dma)) {
			rig_failed(lane->rig, "dma_map_single");
			return;
		}
		dma_unmap_single(dev, dma, b->size, DMA_BIDIRECTIONAL);
	}
}

static void map_end(struct lane *lane)
{
	kfree(lane->buffers[0].cpu);
}

/* ------------------------------------------------------------ scatterlist */

#define SG_ENTRIES 16

static bool sg_begin(struct lane *lane)
{
	struct scatterlist *list = calloc(SG_ENTRIES, sizeof(*list));

	lane->priv = list;
	if (!list) {
		rig_failed(lane->rig, "calloc");
		return false;
	}
	sg_init_table(list, SG_ENTRIES);
	for (; lane->nr < SG_ENTRIES; lane->nr++) {
		struct buffer *b = &lane->buffers[lane->nr];

		b->cpu = kmalloc(lane->path->size, GFP_KERNEL);
		if (!b->cpu) {
			rig_failed(lane->rig, "kmalloc");
			return false;
		}
		dmalab_cpu_write(b->cpu, pattern, lane->path->size);
		sg_set_buf(&list[lane->nr], b->cpu, lane->path->size);
	}
	return true;
}

static void sg_run(struct lane *lane, size_t n)
{
	struct device *dev = lane->rig->dev;
	struct scatterlist *list = lane->priv;

	for (; n; n--) {
		if (!dma_map_sg(dev, list, SG_ENTRIES, DMA_BIDIRECTIONAL)) {
			rig_failed(lane->rig, "dma_map_sg");
			return;
		}
		dma_unmap_sg(dev, list, SG_ENTRIES, DMA_BIDIRECTIONAL);
	}
}

static void sg_end(struct lane *lane)
{
	while (lane->nr)
		kfree(lane->buffers[--lane->nr].cpu);
	free(lane->priv);
}

/* ------------------------------------------------------------------ pool */

static bool pool_begin(struct lane *lane)
{
	lane->priv = dma_pool_create("bench", lane->rig->dev, lane->path->size, 0, 0);
	if (!lane->priv)
		rig_failed(lane->rig, "dma_pool_create");
	return lane->priv;
}

static void pool_run(struct lane *lane, size_t n)
{
	struct dma_pool *pool = lane->priv;

	for (; n; n--) {
		dma_addr_t dma;
		void *block = dma_pool_alloc(pool, GFP_KERNEL, &dma);

		if (!block) {
			rig_failed(lane->rig, "dma_pool_alloc");
			return;
		}
		lane->seen += *(const volatile unsigned char *)block;
		dma_pool_free(pool, block, dma);
	}
}

static void pool_ring(struct lane *lane, size_t n)
{
	struct dma_pool *pool = lane->priv;

	for (; n; n--) {
		struct buffer *b = &lane->buffers[lane->at++ * 27 % LANE_BATCH];

		if (b->cpu)
			dma_pool_free(pool, b->cpu, b->dma);
		b->cpu = dma_pool_alloc(pool, GFP_KERNEL, &b->dma);
		if (!b->cpu) {
			rig_failed(lane->rig, "dma_pool_alloc");
			return;
		}
		lane->seen += *(const volatile unsigned char *)b->cpu;
	}
}

static void pool_end(struct lane *lane)
{
	for (size_t i = 0; i < LANE_BATCH; i++)
		if (lane->buffers[i].cpu)
			dma_pool_free(lane->priv, lane->buffers[i].cpu, lane->buffers[i].dma);
	if (lane->priv)
		dma_pool_destroy(lane->priv);
}

const struct path streaming_paths[NR_STREAMING_PATHS] = {
	{ "sync-4k-clean", "sync for device and CPU, 4 KiB, nothing written", 4096, 0, 0, sync_begin,
	  NULL, sync_run, lane_free },
	{ "sync-4k-some", "the same, one line in four written", 4096, 0, 0, sync_begin, write_some,
	  sync_run, lane_free },
	{ "sync-4k-dirty", "the same, all written", 4096, 0, 0, sync_begin, write_all, sync_run,
	  lane_free },
	{ "sync-part-dirty", "the same, of one of 64 parts of a buffer", 4096, 0, 0, parts_begin,
	  write_all, sync_run, parts_end },
	{ "map-2k", "map, check, unmap 2 KiB", 2048, 0, 0, map_begin, NULL, map_run, map_end },
	{ "sg-16", "map, unmap a scatterlist of 16 x 4 KiB", 4096, 0, 0, sg_begin, NULL, sg_run,
	  sg_end },
	{ "pool-64", "pool alloc, free 64 B", 64, 0, 0, pool_begin, NULL, pool_run, pool_end },
	{ "pool-64-ring", "pool free, alloc 64 B, 64 live", 64, 0, 0, pool_begin, NULL, pool_ring,
	  pool_end },
};
