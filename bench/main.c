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

static void describe(void)
{
	const char *command = getenv("BENCH_COMMAND");
	char model[256];

	cpu_info("model name", model, sizeof(model));
	gbench_context("dmalab_version", PACKAGE_VERSION);
	gbench_context("compiler", __VERSION__);
	gbench_context("cflags", BENCH_CFLAGS);
	gbench_context("cpu_model", model);
	gbench_context("command", command ? command : "");
}

int main(int argc, char **argv)
{
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
		argv[1] = argv[0];
		return gbench_run(argc - 1, argv + 1);
	}
	bench_register_reference();
	bench_register_alloc();
	bench_register_sync();
	bench_register_access();
	bench_register_streaming();
	return gbench_run(argc, argv);
}
