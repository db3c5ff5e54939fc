/* SPDX-License-Identifier: MIT */
/*
 * The hot paths, each written once and run by three programs: google-benchmark times
 * them (bench/timed.c), dmalab-count counts their instructions (bench/count.c), and
 * the latency of single operations is sampled (bench/latency.c).
 */
#ifndef BENCH_PATHS_H
#define BENCH_PATHS_H

#include "bench.h"

/* Operations between two calls of @prepare, and buffers of a lane. */
#define LANE_BATCH 64

struct buffer {
	void *cpu;
	dma_addr_t dma;
	size_t size;
};

struct path;

/* What one thread works on. Several lanes share a rig, and nothing else. */
struct lane {
	struct rig *rig;
	const struct path *path;
	struct buffer buffers[LANE_BATCH];
	size_t nr;     /* buffers that are live */
	size_t at;     /* the next operation's buffer, slot, or offset */
	uint64_t seen; /* what was loaded, or -1 after a failure: so that it has to be done */
	void *priv;
};

struct path {
	const char *name;
	const char *what; /* one operation, in words */
	size_t size;      /* bytes of one buffer */
	size_t ram;       /* of the machine, bytes; 0: the default */
	size_t batch;     /* how many to run at least; 0: LANE_BATCH. For slow ones. */

	/* Set up. False when something failed, after rig_fail(); end() is still called. */
	bool (*begin)(struct lane *lane);
	/* Not part of the operation: brings back the state in which it begins. Or NULL. */
	void (*prepare)(struct lane *lane);
	/* @n operations; @n is at most LANE_BATCH where there is a prepare(). */
	void (*run)(struct lane *lane, size_t n);
	/* Undo begin(), as far as it came. */
	void (*end)(struct lane *lane);
};

/* From 0; NULL at the end. */
const struct path *path_number(size_t i);

/* The parts that the list is put together of. */
#define NR_ALLOC_PATHS 16
extern const struct path alloc_paths[NR_ALLOC_PATHS];
#define NR_STREAMING_PATHS 8
extern const struct path streaming_paths[NR_STREAMING_PATHS];
#define NR_ACCESS_PATHS 9
extern const struct path access_paths[NR_ACCESS_PATHS];

/* Set up, and run it a few times, so that the host's memory is touched. */
bool lane_begin(struct lane *lane, struct rig *rig, const struct path *path);
void lane_end(struct lane *lane);

size_t path_batch(const struct path *path);

/* @n operations, each batch prepared. */
void lane_run(struct lane *lane, size_t n);

/* Buffers of dma_alloc_noncoherent() in lane->buffers. */
bool lane_alloc(struct lane *lane, size_t nr, size_t size);
void lane_free(struct lane *lane);

/* The configurations that each path is run in. */
struct setting {
	const char *accesses;
	const char *checks;
};
#define NR_SETTINGS 4
extern const struct setting settings[NR_SETTINGS];

#endif
