/* SPDX-License-Identifier: MIT */
/* The clock of benchmarks that time single operations or batches by themselves. */
#ifndef BENCH_CLOCK_H
#define BENCH_CLOCK_H

#include <time.h>

/* Seconds, from whatever start. */
static inline double clock_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + 1e-9 * t.tv_nsec;
}

/* The least that two readings in a row are apart, in seconds. */
double clock_cost(void);

/* From @start until now, without the cost of reading the clock. */
static inline double clock_since(double start)
{
	double seconds = clock_now() - start - clock_cost();

	return seconds > 0 ? seconds : 0;
}

#endif
