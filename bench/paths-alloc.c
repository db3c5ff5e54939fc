/* SPDX-License-Identifier: MIT */
/*
 * An allocation and its free, by the three paths, in four shapes:
 *
 *   NAME          one after the other, nothing else live
 *   NAME-ring     64 live; the one freed is not the one allocated last, and not the
 *                 oldest either
 *   NAME-mixed    the same with the sizes below in turn, so that what was freed last
 *                 seldom has the size that is wanted next
 *   NAME-sizes    the sizes of NAME-mixed, but one after the other and 64 times each
 *                 size: the same work for the memory, and so what mixed compares with
 */
#include "paths.h"

/* Times the path's size, in quarters: on the average 1.25 times. */
static const unsigned mix[8] = { 4, 8, 4, 2, 16, 4, 1, 1 };

static size_t mixed_size(const struct path *path, size_t i)
{
	return path->size / 4 * mix[i % ARRAY_SIZE(mix)];
}

/* All slots once, the neighbours far apart: 27 has no factor with 64. */
static always_inline size_t next_slot(struct lane *lane)
{
	return lane->at++ * 27 % LANE_BATCH;
}

static bool begin_nothing(struct lane *lane)
{
	(void)lane;
	return true;
}

static void end_nothing(struct lane *lane)
{
	if (lane->seen)
		rig_failed(lane->rig, "zeroing");
}

/* Marks the lane, where a message would change what is measured. */
static always_inline bool allocated(struct lane *lane, const void *cpu)
{
	if (cpu)
		return true;
	rig_failed(lane->rig, lane->path->name);
	return false;
}

/*
 * The memory's ends, which must read zero: what an allocator leaves to whoever touches the
 * memory first belongs to the price. A handle has nothing to touch.
 */
static always_inline void look(struct lane *lane, const struct buffer *b)
{
	const volatile unsigned char *p = b->cpu;

	lane->seen |= p[0] | p[b->size - 1];
}

static always_inline void look_away(struct lane *lane, const struct buffer *b)
{
	lane->seen |= b->dma & 1;
}

#define PATH(name, alloc_call, free_call, touch)                                                   \
	static always_inline bool name##_alloc(struct lane *lane, struct buffer *b, size_t size) \
	{                                                                                   \
		struct device *dev = lane->rig->dev;                                        \
											    \
		b->size = size;                                                             \
		b->cpu = alloc_call;                                                        \
		if (!allocated(lane, b->cpu))                                               \
			return false;                                                       \
		touch(lane, b);                                                             \
		return true;                                                                \
	}                                                                                   \
	static always_inline void name##_free(struct lane *lane, struct buffer *b)          \
	{                                                                                   \
		struct device *dev = lane->rig->dev;                                        \
											    \
		free_call;                                                                  \
	}                                                                                   \
	static void name##_pair(struct lane *lane, size_t n)                                \
	{                                                                                   \
		struct buffer b;                                                            \
		size_t size = lane->path->size;                                             \
											    \
		for (; n && name##_alloc(lane, &b, size); n--)                              \
			name##_free(lane, &b);                                              \
	}                                                                                   \
	static void name##_sizes(struct lane *lane, size_t n)                               \
	{                                                                                   \
		struct buffer b;                                                            \
											    \
		for (; n; n--) {                                                            \
			if (!name##_alloc(lane, &b,                                         \
					  mixed_size(lane->path, lane->at++ / LANE_BATCH))) \
				return;                                                     \
			name##_free(lane, &b);                                              \
		}                                                                           \
	}                                                                                   \
	static void name##_ring(struct lane *lane, size_t n)                                \
	{                                                                                   \
		size_t size = lane->path->size;                                             \
											    \
		for (; n; n--) {                                                            \
			struct buffer *b = &lane->buffers[next_slot(lane)];                 \
											    \
			if (b->cpu)                                                         \
				name##_free(lane, b);                                       \
			if (!name##_alloc(lane, b, size))                                   \
				return;                                                     \
		}                                                                           \
	}                                                                                   \
	static void name##_mixed(struct lane *lane, size_t n)                               \
	{                                                                                   \
		for (; n; n--) {                                                            \
			size_t size = mixed_size(lane->path, lane->at / LANE_BATCH + lane->at); \
			struct buffer *b = &lane->buffers[next_slot(lane)];                 \
											    \
			if (b->cpu)                                                         \
				name##_free(lane, b);                                       \
			if (!name##_alloc(lane, b, size))                                   \
				return;                                                     \
		}                                                                           \
	}                                                                                   \
	static void name##_ring_end(struct lane *lane)                                      \
	{                                                                                   \
		for (size_t i = 0; i < LANE_BATCH; i++)                                     \
			if (lane->buffers[i].cpu)                                           \
				name##_free(lane, &lane->buffers[i]);                       \
		end_nothing(lane);                                                          \
	}

PATH(coherent, dma_alloc_coherent(dev, b->size, &b->dma, GFP_KERNEL),
     dma_free_coherent(dev, b->size, b->cpu, b->dma), look)
PATH(handle, dma_alloc_attrs(dev, b->size, &b->dma, GFP_KERNEL, DMA_ATTR_NO_KERNEL_MAPPING),
     dma_free_attrs(dev, b->size, b->cpu, b->dma, DMA_ATTR_NO_KERNEL_MAPPING), look_away)
PATH(noncoherent,
     dma_alloc_noncoherent(dev, b->size, &b->dma, DMA_BIDIRECTIONAL, GFP_KERNEL),
     dma_free_noncoherent(dev, b->size, b->cpu, b->dma, DMA_BIDIRECTIONAL), look)

#define SHAPES(title, kind, bytes, ram_size, words)                                      \
	{ title, words ": alloc, free", bytes, ram_size, 0, begin_nothing, NULL,              \
	  kind##_pair, end_nothing },                                                      \
	{ title "-ring", words ": free, alloc, 64 live", bytes, ram_size, 0, begin_nothing,   \
	  NULL, kind##_ring, kind##_ring_end },                                            \
	{ title "-mixed", words ": the same, sizes mixed", bytes, ram_size, 0, begin_nothing, \
	  NULL, kind##_mixed, kind##_ring_end },                                           \
	{ title "-sizes", words ": alloc, free, the same sizes", bytes, ram_size, 0,       \
	  begin_nothing, NULL, kind##_sizes, end_nothing }

const struct path alloc_paths[NR_ALLOC_PATHS] = {
	SHAPES("coherent-4k", coherent, 4096, 0, "coherent 4 KiB"),
	SHAPES("handle-4k", handle, 4096, 0, "handle 4 KiB"),
	SHAPES("handle-1m", handle, 1 << 20, 512 << 20, "handle 1 MiB"),
	SHAPES("noncoherent-4k", noncoherent, 4096, 0, "noncoherent 4 KiB"),
};
