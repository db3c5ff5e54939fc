/* SPDX-License-Identifier: MIT */
/*
 * Percentiles of single operations, each timed by itself.
 *
 *   latency   p50, p99 and p99.9 of all samples, over path and checks; and of a
 *             memset(4096), for what the host alone adds to the tail
 *
 * What reading the clock costs at least is taken off each sample. A clock that ticks in
 * steps of tens of nanoseconds shows in the figures of the quickest paths.
 */
#include "config.h"
#include "clock.h"
#include "paths.h"

#ifdef HAVE_GSL

#include <gsl/gsl_sort.h>
#include <gsl/gsl_statistics_double.h>

#include <string.h>

#define MAX_SAMPLES 200000

static struct {
	double ns[MAX_SAMPLES];
	size_t nr;
} samples;

struct sampled {
	const struct path *path; /* NULL: memset() */
	const char *checks;
};

static void sample(double start)
{
	double seconds = clock_since(start);

	if (samples.nr < MAX_SAMPLES)
		samples.ns[samples.nr++] = 1e9 * seconds;
}

static double percentile(double fraction)
{
	return gsl_stats_quantile_from_sorted_data(samples.ns, 1, samples.nr, fraction);
}

static void finish(struct gbench_state *state)
{
	double sum = 0;

	if (!samples.nr)
		return;
	for (size_t i = 0; i < samples.nr; i++)
		sum += samples.ns[i];
	gbench_set_time(state, 1e-9 * sum / samples.nr * gbench_iterations(state));
	gsl_sort(samples.ns, 1, samples.nr);
	gbench_counter(state, "p50", percentile(0.5), GBENCH_VALUE);
	gbench_counter(state, "p99", percentile(0.99), GBENCH_VALUE);
	gbench_counter(state, "p999", percentile(0.999), GBENCH_VALUE);
	gbench_counter(state, "samples", samples.nr, GBENCH_VALUE);
}

static void sample_memset(struct gbench_state *state)
{
	static unsigned char buf[PAGE_SIZE] __attribute__((aligned(PAGE_SIZE)));

	samples.nr = 0;
	memset(buf, 1, sizeof(buf));
	gbench_use(buf);
	gbench_loop(state) {
		double start = clock_now();

		memset(buf, 0, sizeof(buf));
		gbench_clobber();
		sample(start);
	}
	finish(state);
}

static void sample_path(struct gbench_state *state, const struct sampled *s)
{
	struct dmalab_config config = {
		.profile = "arm64", .checks = s->checks, .accesses = "explicit",
		.ram_size = s->path->ram,
	};
	size_t batch = path_batch(s->path), left = 0;
	struct lane lane;
	struct rig rig;

	samples.nr = 0;
	if (!rig_on(&rig, &config)) {
		gbench_skip(state, "%s", rig.error);
		return;
	}
	rig.state = state;
	rig.skip = gbench_skip;
	if (lane_begin(&lane, &rig, s->path)) {
		gbench_loop(state) {
			double start;

			if (!left-- && s->path->prepare)
				s->path->prepare(&lane);
			left = left > batch ? batch - 1 : left;
			start = clock_now();
			s->path->run(&lane, 1);
			sample(start);
			if (rig.error[0])
				break;
		}
		finish(state);
	}
	lane_end(&lane);
	rig_down(&rig);
}

static void latency(struct gbench_state *state, const void *context)
{
	const struct sampled *s = context;

	if (s->path)
		sample_path(state, s);
	else
		sample_memset(state);
}

void bench_register_latency(void)
{
	static const char *const checks[] = { "off", "full" };
	struct sampled host = { 0 };

	gbench_use_own_time(bench_register(latency, &host, sizeof(host), "latency/row:memset-4k"));
	for (size_t c = 0; c < ARRAY_SIZE(checks); c++) {
		struct sampled s = { .checks = checks[c] };

		for (size_t i = 0; (s.path = path_number(i)); i++) {
			/* A load takes less than looking at the clock. */
			if (strstr(s.path->name, "-sizes") || strstr(s.path->name, "-8-"))
				continue;
			gbench_use_own_time(bench_register(latency, &s, sizeof(s),
							   "latency/row:%s/checks:%s", s.path->name,
							   s.checks));
		}
	}
}

#else /* HAVE_GSL */

void bench_register_latency(void)
{
}

#endif
