/* SPDX-License-Identifier: MIT */
/*
 * All benchmarks in one program; bench/README.md says how to read the results.
 *
 * "dmalab-bench threads ..." runs those that make threads, without it runs the
 * others: once a process has had a second thread, the C library and dmalab lock where
 * they did not before, and all that follows is slower.
 */
#include "config.h"
#include "bench.h"

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What /proc/cpuinfo says under @key, or "unknown". */
static void cpu_info(const char *key, char *value, size_t size)
{
	FILE *file = fopen("/proc/cpuinfo", "r");
	char line[512];

	snprintf(value, size, "unknown");
	while (file && fgets(line, sizeof(line), file)) {
		char *text = strchr(line, ':');

		if (!text || strncmp(line, key, strlen(key)) != 0)
			continue;
		text += strspn(text, ": \t");
		text[strcspn(text, "\n")] = '\0';
		snprintf(value, size, "%s", text);
		break;
	}
	if (file)
		fclose(file);
}

/* The first line of a file, or "unknown". */
static void first_line(const char *path, char *value, size_t size)
{
	FILE *file = fopen(path, "r");

	if (!file || !fgets(value, size, file))
		snprintf(value, size, "unknown");
	value[strcspn(value, "\n")] = '\0';
	if (file)
		fclose(file);
}

/*
 * Stay on one CPU, the last one that we may use: interrupts mostly go to the first. Not
 * where there is one only, and not for what makes threads.
 */
static void pin(void)
{
	cpu_set_t allowed, one;
	char text[32] = "no";
	int last = -1;

	if (getenv("BENCH_UNPINNED"))
		goto out;
	if (sched_getaffinity(0, sizeof(allowed), &allowed) != 0 || CPU_COUNT(&allowed) < 2)
		goto out;
	for (int i = 0; i < CPU_SETSIZE; i++)
		if (CPU_ISSET(i, &allowed))
			last = i;
	CPU_ZERO(&one);
	CPU_SET(last, &one);
	if (sched_setaffinity(0, sizeof(one), &one) == 0)
		snprintf(text, sizeof(text), "CPU %d", last);
out:
	gbench_context("pinned", text);
}

static void describe(void)
{
	const char *command = getenv("BENCH_COMMAND"), *commit = getenv("BENCH_COMMIT");
	char model[256], governor[64], os[128];

	cpu_info("model name", model, sizeof(model));
	gbench_context("dmalab_version", PACKAGE_VERSION);
	gbench_context("compiler", __VERSION__);
	gbench_context("cflags", BENCH_CFLAGS);
	gbench_context("cpu_model", model);
	first_line("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", governor,
		   sizeof(governor));
	first_line("/proc/sys/kernel/osrelease", os, sizeof(os));
	gbench_context("governor", governor);
	gbench_context("kernel", os);
	gbench_context("commit", commit && *commit ? commit : "unknown");
	gbench_context("command", command ? command : "");
}

bool bench_quick;

int main(int argc, char **argv)
{
	bench_quick = getenv("BENCH_QUICK") != NULL;
	/* It would override what the benchmarks' names say. */
	if (getenv("DMALAB_OPTIONS")) {
		fprintf(stderr, "bench: DMALAB_OPTIONS is ignored\n");
		unsetenv("DMALAB_OPTIONS");
	}
	for (size_t i = 0; i < PATTERN_SIZE; i++)
		pattern[i] = 1 + i % 251;

	describe();
	if (argc > 1 && strcmp(argv[1], "threads") == 0) {
		bench_register_threads();
		bench_register_lanes();
		argv[1] = argv[0];
		return gbench_run(argc - 1, argv + 1);
	}
	pin();
	bench_register_reference();
	bench_register_alloc();
	bench_register_sync();
	bench_register_access();
	bench_register_streaming();
	bench_register_paths();
	bench_register_halves();
	bench_register_replay();
	bench_register_latency();
	bench_register_peers();
	return gbench_run(argc, argv);
}
