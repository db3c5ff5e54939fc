/* SPDX-License-Identifier: MIT */
#include "base/host.h"
#include "judge/blocks.h"

#include <stdlib.h>

struct blocks *dlab_blocks_new(size_t length, size_t size, size_t boundary)
{
	u32 per_boundary = boundary / size, nr = length / boundary * per_boundary;
	struct blocks *b = host_calloc(1, sizeof(*b) + nr * sizeof(b->block[0]));

	if (!b)
		return NULL;
	b->size = size;
	b->boundary = boundary;
	b->per_boundary = per_boundary;
	b->nr = nr;
	b->inverse = ((1ull << INVERSE_SHIFT) + size - 1) / size;
	for (u32 i = 0; i < nr; i++) {
		b->block[i].home = b;
		b->block[i].next = i + 1 < nr ? &b->block[i + 1] : NULL;
	}
	return b;
}

bool dlab_region_block_contains(const struct region *r, size_t offset, size_t len)
{
	struct blocks *b = r->blocks;
	const struct block *block = blocks_at(b, offset);

	return block && block_is_live(block) &&
	       len <= block_start(block) + b->size - (offset - b->offset);
}

size_t dlab_blocks_find_free(struct blocks *b, size_t offset, size_t len)
{
	for (size_t at = offset, end = offset + len; at < end;) {
		const struct block *block = blocks_at(b, at);

		if (!block || !block_is_live(block))
			return at;
		at = b->offset + block_start(block) + b->size;
	}
	return NO_OFFSET;
}

struct region dlab_block_region(const struct block *block)
{
	const struct blocks *b = block->home;
	size_t start = block_start(block);

	return (struct region){
		.dev = b->dev, .offset = b->offset + start, .size = b->size,
		.place = b->place + start, .dma = b->dma + start, .cpu = b->cpu + start,
		.kind = REGION_BLOCK, .dir = DMA_BIDIRECTIONAL, .function = "dma_pool_alloc",
		.born = block->born, .died = block->died,
	};
}
