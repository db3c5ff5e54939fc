/* SPDX-License-Identifier: MIT */
/*
 * Runs each hot path under callgrind, which counts the instructions of its operations
 * and of nothing else: make bench-counts, bench/counts.sh.
 *
 * A count does not depend on what else the machine does, nor on its clock: it depends on
 * the compiler and its flags alone. Prints a line for each dump that callgrind was asked
 * for: its name, and how many operations it holds.
 */
#include "config.h"
#include "paths.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <valgrind/callgrind.h>

#define BATCHES 2

static const char *only; /* NULL: all */
static unsigned counted;

static void count(const struct path *path, const struct setting *setting)
{
	struct dmalab_config config = {
		.profile = "arm64", .checks = setting->checks, .accesses = setting->accesses,
		.ram_size = path->ram,
	};
	static struct lane lane;
	struct rig rig;
	char name[128];

	snprintf(name, sizeof(name), "%s/%s/%s", path->name, setting->accesses, setting->checks);
	if (only && strcmp(only, name) != 0)
		return;
	counted++;
	if (rig_on(&rig, &config)) {
		if (lane_begin(&lane, &rig, path)) {
			CALLGRIND_ZERO_STATS;
			for (int i = 0; i < BATCHES; i++) {
				if (path->prepare)
					path->prepare(&lane);
				CALLGRIND_TOGGLE_COLLECT;
				path->run(&lane, path_batch(path));
				CALLGRIND_TOGGLE_COLLECT;
			}
			CALLGRIND_DUMP_STATS_AT(name);
			printf("%s %zu\n", name, BATCHES * path_batch(path));
		}
		lane_end(&lane);
		rig_off(&rig);
	}
	if (rig.error[0]) {
		fprintf(stderr, "dmalab-count: %s: %s\n", name, rig.error);
		exit(1);
	}
}

int main(int argc, char **argv)
{
	if (argc > 2) {
		fprintf(stderr, "usage: dmalab-count [PATH/ACCESSES/CHECKS] (see bench/counts.sh)\n");
		return 2;
	}
	only = argc == 2 ? argv[1] : NULL;
	unsetenv("DMALAB_OPTIONS");
	for (size_t i = 0; i < PATTERN_SIZE; i++)
		pattern[i] = 1 + i % 251;
	for (size_t i = 0; path_number(i); i++) {
		if (strstr(path_number(i)->name, "-sizes"))
			continue; /* there to compare times with */
		for (size_t s = 0; s < NR_SETTINGS; s++)
			count(path_number(i), &settings[s]);
	}
	if (!counted) {
		fprintf(stderr, "dmalab-count: there is no path \"%s\"; bench/counts.tsv names all\n",
			only);
		return 1;
	}
	return 0;
}
