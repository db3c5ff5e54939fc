/* SPDX-License-Identifier: MIT */
/* The machine that a benchmark works on. */
#include "bench.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

const char *const levels[NR_LEVELS] = { "off", "contract", "full" };

const int64_t sizes[NR_SIZES] = {
	64, 256, 1024, 4096, 16384, 65536, 262144, 1048576, 4194304,
};

unsigned char pattern[PATTERN_SIZE] __attribute__((aligned(4096)));

static void rig_error(struct rig *rig, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void rig_error(struct rig *rig, const char *format, ...)
{
	va_list args;

	if (rig->error[0])
		return;
	va_start(args, format);
	vsnprintf(rig->error, sizeof(rig->error), format, args);
	va_end(args);
	if (rig->skip)
		rig->skip(rig->state, "%s", rig->error);
}

bool rig_on(struct rig *rig, const struct dmalab_config *config)
{
	memset(rig, 0, sizeof(*rig));
	rig->config = *config;
	rig->config.size = sizeof(rig->config);
	rig->machine = dmalab_machine_new(&rig->config);
	if (!rig->machine) {
		rig_error(rig, "dmalab_machine_new: %s", strerror(errno));
		return false;
	}
	if (strcmp(dmalab_machine_profile(rig->machine), config->profile) == 0) {
		rig->dev = dmalab_device_new(rig->machine, "bench");
		if (rig->dev)
			return true;
		rig_error(rig, "dmalab_device_new: %s", strerror(errno));
	} else {
		rig_error(rig, "asked for profile %s, got %s", config->profile,
			  dmalab_machine_profile(rig->machine));
	}
	dmalab_machine_free(rig->machine);
	return false;
}

void rig_off(struct rig *rig)
{
	unsigned long reports;

	dmalab_device_free(rig->dev);
	reports = dmalab_report_count(rig->machine, NULL);
	if (reports)
		rig_error(rig, "gave %lu report%s", reports, reports == 1 ? "" : "s");
	dmalab_machine_free(rig->machine);
}

void rig_failed(struct rig *rig, const char *call)
{
	rig_error(rig, "%s failed", call);
}
