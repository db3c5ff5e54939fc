/* SPDX-License-Identifier: MIT */
/* The list of hot paths, and what their parts have in common. */
#include "paths.h"

#include <string.h>

#define NR_PATHS (NR_ALLOC_PATHS + NR_STREAMING_PATHS + NR_ACCESS_PATHS)

const struct setting settings[NR_SETTINGS] = {
	{ "explicit", "off" },
	{ "explicit", "full" },
	{ "plain", "off" },
	{ "plain", "full" },
};

const struct path *path_number(size_t i)
{
	if (i < NR_ALLOC_PATHS)
		return &alloc_paths[i];
	i -= NR_ALLOC_PATHS;
	if (i < NR_STREAMING_PATHS)
		return &streaming_paths[i];
	i -= NR_STREAMING_PATHS;
	return i < NR_ACCESS_PATHS ? &access_paths[i] : NULL;
}

size_t path_batch(const struct path *path)
{
	return path->batch ? path->batch : LANE_BATCH;
}

void lane_run(struct lane *lane, size_t n)
{
	size_t batch;

	for (; n; n -= batch) {
		batch = n < path_batch(lane->path) ? n : path_batch(lane->path);
		if (lane->path->prepare)
			lane->path->prepare(lane);
		lane->path->run(lane, batch);
	}
}

bool lane_begin(struct lane *lane, struct rig *rig, const struct path *path)
{
	memset(lane, 0, sizeof(*lane));
	lane->rig = rig;
	lane->path = path;
	if (!path->begin(lane))
		return false;
	lane_run(lane, 2 * path_batch(path));
	return true;
}

void lane_end(struct lane *lane)
{
	lane->path->end(lane);
	gbench_use(&lane->seen);
}

bool lane_alloc(struct lane *lane, size_t nr, size_t size)
{
	for (lane->nr = 0; lane->nr < nr; lane->nr++) {
		struct buffer *b = &lane->buffers[lane->nr];

		b->size = size;
		b->cpu = dma_alloc_noncoherent(lane->rig->dev, size, &b->dma, DMA_BIDIRECTIONAL,
					       GFP_KERNEL);
		if (!b->cpu) {
			rig_failed(lane->rig, "dma_alloc_noncoherent");
			return false;
		}
		dmalab_cpu_write(b->cpu, pattern, size);
		dma_sync_single_for_device(lane->rig->dev, b->dma, size, DMA_BIDIRECTIONAL);
		dma_sync_single_for_cpu(lane->rig->dev, b->dma, size, DMA_BIDIRECTIONAL);
	}
	return true;
}

void lane_free(struct lane *lane)
{
	while (lane->nr) {
		struct buffer *b = &lane->buffers[--lane->nr];

		dma_free_noncoherent(lane->rig->dev, b->size, b->cpu, b->dma, DMA_BIDIRECTIONAL);
	}
}
