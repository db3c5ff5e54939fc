/* SPDX-License-Identifier: MIT */
/*
 * Which objects are there? A grid files objects by a range of numbers: the bytes of RAM that
 * they take, their places on the bus, their DMA addresses.
 *
 * It has cells of several sizes, each 16 times as large as the one before, and an object is
 * filed under the smallest that is no smaller than itself: so it lies in one cell or in two.
 * To look for a range is to look at the few cells that it meets, of each size that is in use;
 * what lies elsewhere costs nothing.
 */
#ifndef DMALAB_FUZZ_MODEL_GRID_H
#define DMALAB_FUZZ_MODEL_GRID_H

#include "call.h"

#define MAX_OBJECTS  8192 /* a list of four for each of 1024 statements, and as many beside */
#define GRID_LEVELS  10  /* cells of 2^8 to 2^44; larger ones are alike */
#define GRID_HEADS   128

struct grid_node {
	u64 cell;
	uint16_t next, prev;     /* + 1; 0: none. The first one's @prev is 0 */
	uint8_t level;
	bool filed, is_second;   /* the object's second cell */
};

struct grid {
	unsigned filed[GRID_LEVELS], levels; /* objects; a bit for each level that has any */
	uint16_t head[GRID_HEADS];
	struct grid_node node[MAX_OBJECTS * 2];
};

void grid_start(struct grid *g);
void grid_file(struct grid *g, unsigned nr, u64 start, u64 size);
void grid_unfile(struct grid *g, unsigned nr);

/* Numbers of objects that may meet the range, each once, in no order. */
struct grid_walk {
	const struct grid *g;
	u64 start, last;
	u64 cell, first_cell, last_cell;
	unsigned levels, level, node;
	bool all_cells;          /* too many to look at each: look at all heads */
};

struct grid_walk grid_look(const struct grid *g, u64 start, u64 size);
int grid_next(struct grid_walk *w);                  /* -1: that was all */

#endif
