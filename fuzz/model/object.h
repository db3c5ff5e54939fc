/* SPDX-License-Identifier: MIT */
/* The model's objects: allocations, mappings and plain memory, live and released. */
#ifndef DMALAB_FUZZ_MODEL_OBJECT_H
#define DMALAB_FUZZ_MODEL_OBJECT_H

#include "call.h"

#define NOWHERE    ((size_t)-1)
#define NO_PLACE   (~0ull)
#define REMEMBERED 512           /* objects, after their release */

enum object_kind {
	COHERENT, HANDLE, NONCOHERENT, NONCONTIGUOUS, MAPPING,
	POOL_BLOCK, POOL_MEMORY, /* the memory is what blocks are cut from, and no object */
	/* Plain memory, which no device may touch unless it is mapped: */
	KMALLOCED, CACHE_OBJECT, DEVM_OBJECT, PAGE_BLOCK, EXACT_BLOCK
};

struct object {
	enum object_kind kind;
	bool live;
	int device;
	unsigned life;           /* of the device */
	unsigned released;       /* 1: the first object to be released, ... */
	unsigned nr;             /* in model.object: the order of their making */
	size_t at, size;         /* in RAM, or NOWHERE: a resource; bytes as asked for */
	u64 place;               /* where its devices find it: a number of the bus */
	size_t room;             /* bytes of an allocation that may be touched */
	size_t block;            /* bytes that the page allocator gave */
	void *cpu;
	dma_addr_t dma;
	int dir;
	unsigned long attrs;
	bool checked;            /* by dma_mapping_error() */
	bool cached;             /* the CPU's pointer is */
	unsigned cache;          /* of CACHE_OBJECT: which cache it is from */
	size_t stride;           /* of objects of one size on a page: from one to the next */
	bool whole;              /* of KMALLOCED, DEVM_OBJECT: the driver has asked ksize() */
	bool in_user_space;      /* of HANDLE: it was mapped there, and may be stored to */
	bool compound;           /* of PAGE_BLOCK */
	bool managed;            /* it goes with its device */
	unsigned made;           /* of what goes with its device: the order */
	unsigned pool;           /* of blocks and their memory: its life */
	unsigned pool_nr;        /* and where that is, in model.pool */
	const struct object *memory; /* of a block */
	unsigned under;          /* of a free block + 1: that the pool hands out after it */
	bool atomic;             /* it counts against the atomic pool */
	bool remapped;           /* of coherent memory: the kernel vunmap()s it */
	bool starts_owned;       /* of noncoherent memory and mappings: whose the first byte is, */
	uint16_t edges;          /* and where that changes: owner.c */
	bool synced;             /* some of it, since it was made */
	bool bounced;            /* the bytes at its place are a copy */
	unsigned list;           /* 0, or the number of the list that it is an entry of */
	unsigned entry;          /* and which: 0 is the first */
	int nents;               /* entries of that */

	uint16_t before, after;  /* + 1; of live ones, in the order of their making */
	bool in_dead, in_dead_cpu, in_ram; /* filed in these grids */
};

static inline bool is_plain(const struct object *o)
{
	return o->kind >= KMALLOCED;
}

/* Memory that both may use at any time, and to which there is a pointer. */
static inline bool is_coherent_memory(const struct object *o)
{
	return o->kind == COHERENT || o->kind == POOL_MEMORY;
}

/* Of those that lie side by side on a page. */
static inline bool is_slab_object(const struct object *o)
{
	return o->kind == KMALLOCED || o->kind == CACHE_OBJECT || o->kind == DEVM_OBJECT;
}

/* Cached memory that the device may be given. */
static inline bool is_noncoherent(const struct object *o)
{
	return o->kind == NONCOHERENT || o->kind == NONCONTIGUOUS;
}

static inline bool moves_by_sync(const struct object *o)
{
	return is_noncoherent(o) || o->kind == MAPPING;
}

static inline bool is_allocation(const struct object *o)
{
	return o->kind == COHERENT || o->kind == HANDLE || is_noncoherent(o) ||
	       o->kind == POOL_BLOCK;
}

/* Does it touch these bytes of RAM? */
static inline bool touches(const struct object *o, size_t at, size_t len)
{
	return o->at != NOWHERE && o->at < at + len && at < o->at + o->size;
}

/* Is all of it, from @place on, in the object? */
static inline bool holds(const struct object *o, u64 place, size_t len)
{
	return place >= o->place && place - o->place < o->size &&
	       len <= o->size - (place - o->place);
}

static inline bool good_direction(int dir)
{
	return dir == DMA_BIDIRECTIONAL || dir == DMA_TO_DEVICE || dir == DMA_FROM_DEVICE;
}

#endif
