/* SPDX-License-Identifier: MIT */
/* The rig, and names, of benchmarks that google-benchmark runs. */
#include "bench.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool rig_up(struct rig *rig, struct gbench_state *state, const char *profile, const char *checks)
{
	struct dmalab_config config = {
		.profile = profile, .checks = checks, .accesses = "explicit",
	};

	if (!rig_on(rig, &config)) {
		gbench_skip(state, "%s", rig->error);
		return false;
	}
	rig->state = state;
	rig->skip = gbench_skip;
	return true;
}

void rig_down(struct rig *rig)
{
	rig_off(rig);
}

struct gbench *bench_register(gbench_fn fn, const void *context, size_t size,
			      const char *format, ...)
{
	char name[256];
	void *copy = malloc(size);
	va_list args;

	if (!copy) {
		perror("bench");
		exit(1);
	}
	memcpy(copy, context, size);
	va_start(args, format);
	vsnprintf(name, sizeof(name), format, args);
	va_end(args);
	return gbench_register(name, fn, copy);
}
