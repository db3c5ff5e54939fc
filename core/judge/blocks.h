/* SPDX-License-Identifier: MIT */
/*
 * Memory that is cut into blocks of one size: a page of a DMA pool, or several pages
 * when a block is larger than one. Which blocks are handed out is kept here, outside
 * simulated RAM: unlike the kernel's, this free list cannot be overwritten by a device
 * that goes on using a block it has lost.
 *
 * In the ledger such memory is one region of kind REGION_POOL. None of its units count
 * as used, so that every access to it takes the slow path and is judged here.
 */
#ifndef DMALAB_JUDGE_BLOCKS_H
#define DMALAB_JUDGE_BLOCKS_H

#include "judge/ledger.h"

struct dma_pool;

struct block {
	struct block *next;     /* among the free ones of the pool; of a live one: itself */
	struct blocks *home;
	site_t born, died;      /* where last handed out, and released; 0: not (yet) */
};

struct blocks {
	struct blocks *next;    /* of the same pool */
	struct dma_pool *pool;
	struct device *dev;
	size_t offset;          /* in RAM */
	u64 place;              /* bus.h */
	dma_addr_t dma;
	u8 *cpu;
	u32 size;               /* of a block; bytes, as the following */
	u32 boundary;           /* no block crosses a multiple of it, counted from the start */
	u32 per_boundary;       /* blocks */
	u32 nr;                 /* blocks */
	u64 inverse;            /* of their size: blocks_near() */
	struct block block[];
};

/* @length bytes to be cut: all blocks are free, and linked to each other. NULL: no memory. */
struct blocks *dlab_blocks_new(size_t length, size_t size, size_t boundary);

static inline bool block_is_live(const struct block *block)
{
	return block->next == block;
}

/* Where a block starts, counted from the start of its memory. */
static inline size_t block_start(const struct block *block)
{
	const struct blocks *b = block->home;
	u32 index = block - b->block;

	if (likely(b->per_boundary * b->size == b->boundary))
		return (size_t)index * b->size;
	return (size_t)(index / b->per_boundary) * b->boundary +
	       (size_t)(index % b->per_boundary) * b->size;
}

/*
 * The block that holds @offset, a place in RAM inside @b; NULL: a gap before a boundary,
 * or what is left behind the last one.
 */
static inline struct block *blocks_at(struct blocks *b, size_t offset)
{
	u32 at = offset - b->offset;
	u32 index = at % b->boundary / b->size;

	if (unlikely(index >= b->per_boundary))
		return NULL;
	index += at / b->boundary * b->per_boundary;
	return likely(index < b->nr) ? &b->block[index] : NULL;
}

/*
 * The block that starts @at bytes from the start of @b, if there is one; else it may be any.
 * A multiplication, where blocks_at() divides.
 */
#define INVERSE_SHIFT 44

static inline struct block *blocks_near(struct blocks *b, u32 at)
{
	u32 index = at * b->inverse >> INVERSE_SHIFT;

	return &b->block[likely(index < b->nr) ? index : 0];
}

/* The first byte of the range, which lies inside @b, that is in no live block; or NO_OFFSET. */
size_t dlab_blocks_find_free(struct blocks *b, size_t offset, size_t len);

/* A block as a region, for a report: never in the ledger. */
struct region dlab_block_region(const struct block *block);

#endif
