/* SPDX-License-Identifier: MIT */
/*
 * What the benchmarks share.
 *
 * A benchmark's name says all of its axes: FAMILY/AXIS:VALUE/... The scripts that
 * make tables and plots select by these words and know nothing else.
 */
#ifndef BENCH_BENCH_H
#define BENCH_BENCH_H

#include "gbench.h"

#include <dmalab.h>
#include <linux/dma-mapping.h>

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define always_inline inline __attribute__((always_inline))

/* The levels of checking: "off", "contract", "full". */
#define NR_LEVELS 3
extern const char *const levels[NR_LEVELS];

/* 64 B .. 4 MiB, each four times the one before. */
#define NR_SIZES 9
extern const int64_t sizes[NR_SIZES];

/* Bytes to write from: @PATTERN_SIZE of them, none zero, page-aligned. */
#define PATTERN_SIZE (4u << 20)
extern unsigned char pattern[PATTERN_SIZE];

/* The machine under test and one device in it. */
struct rig {
	struct gbench_state *state;
	/* gbench_skip() in what google-benchmark runs by one thread, else NULL */
	void (*skip)(struct gbench_state *state, const char *format, ...);
	struct dmalab_config config;
	struct dmalab_machine *machine;
	struct device *dev;
	char error[128]; /* what failed first, or "" */
};

/* New and switched on. Returns false, and has skipped, when that failed. */
bool rig_up(struct rig *rig, struct gbench_state *state, const char *profile, const char *checks);

/*
 * The same with a configuration of its own. Returns false with rig->error set: for
 * programs without google-benchmark, whose rig_down() leaves it there too.
 */
bool rig_on(struct rig *rig, const struct dmalab_config *config);

/*
 * Unplugs and switches off. The benchmark fails if the machine has reported any
 * report, leaks included: it would have measured reporting.
 */
void rig_down(struct rig *rig);
void rig_off(struct rig *rig); /* of rig_on() */

/* Fail with the name of the call that did not do its work; of several, the first. */
void rig_failed(struct rig *rig, const char *call);

/*
 * gbench_register() under a name that is formatted. @context is copied, @size bytes,
 * and stays until the program ends.
 */
struct gbench *bench_register(gbench_fn fn, const void *context, size_t size,
			      const char *format, ...) __attribute__((format(printf, 4, 5)));

/* Leave out what takes seconds to set up. */
extern bool bench_quick;

void bench_register_reference(void);
void bench_register_alloc(void);
void bench_register_threads(void);
void bench_register_sync(void);
void bench_register_access(void);
void bench_register_streaming(void);
void bench_register_paths(void);
void bench_register_lanes(void);
void bench_register_latency(void);
void bench_register_peers(void);
void bench_register_halves(void);
void bench_register_replay(void);

#endif
