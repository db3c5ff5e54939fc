/* SPDX-License-Identifier: MIT */
#include "bench.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const levels[NR_LEVELS] = { "off", "contract", "full" };

const int64_t sizes[NR_SIZES] = {
	64, 256, 1024, 4096, 16384, 65536, 262144, 1048576,
};

unsigned char pattern[PATTERN_SIZE] __attribute__((aligned(4096)));

bool rig_up(struct rig *rig, struct gbench_state *state, const char *profile, const char *checks)
{
	struct dmalab_config config = {
		.profile = profile, .checks = checks, .accesses = "explicit",
	};

	rig->state = state;
	rig->dev = NULL;
	rig->machine = dmalab_machine_new(&config);
	if (!rig->machine) {
		gbench_skip(state, "dmalab_machine_new: %s", strerror(errno));
		return false;
	}
	if (strcmp(dmalab_machine_profile(rig->machine), profile) != 0) {
		gbench_skip(state, "asked for profile %s, got %s", profile,
			    dmalab_machine_profile(rig->machine));
		dmalab_machine_free(rig->machine);
		return false;
	}
	rig->dev = dmalab_device_new(rig->machine, "bench");
	if (!rig->dev) {
		gbench_skip(state, "dmalab_device_new: %s", strerror(errno));
		dmalab_machine_free(rig->machine);
		return false;
	}
	return true;
}

void rig_down(struct rig *rig)
{
	unsigned long reports;

	dmalab_device_free(rig->dev);
	reports = dmalab_report_count(rig->machine, NULL);
	if (reports)
		gbench_skip(rig->state, "drew %lu report%s", reports, reports == 1 ? "" : "s");
	dmalab_machine_free(rig->machine);
}

void rig_failed(struct rig *rig, const char *call)
{
	gbench_skip(rig->state, "%s failed", call);
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
