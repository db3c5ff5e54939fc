// SPDX-License-Identifier: MIT
/*
 * replay: run inputs without a fuzzing engine.
 *
 *   replay-TARGET [--print] FILE|DIRECTORY...
 *
 * Runs each file, and each file in each directory, once. A finding aborts the
 * program after the finding was described. --print shows first what the input
 * means.
 */
#include "target.h"

#include <dirent.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static bool print;
static unsigned files;

static _Noreturn void fail(const char *path)
{
	perror(path);
	exit(2);
}

/* A buffer of exactly the input's size: an overrun is seen by the sanitizers. */
static void run_file(const char *path, size_t size)
{
	FILE *file = fopen(path, "rb");
	uint8_t *data = malloc(size ? size : 1), *kept;
	size_t len;

	if (!file || !data || fread(data, 1, size, file) != size)
		fail(path);
	fclose(file);
	kept = target_read(data, size, &len);
	if (kept) {
		free(data);
		data = kept;
		size = len;
	}
	if (print) {
		printf("# %s\n", path);
		target_print(data, size, stdout);
		fflush(stdout);
	}
	/* Known before the finding, if there is one. */
	fprintf(stderr, "%s: ", path);
	LLVMFuzzerTestOneInput(data, size);
	fprintf(stderr, "ok\n");
	free(data);
	files++;
}

static bool is_input(const struct dirent *entry)
{
	return entry->d_name[0] != '.' && strncmp(entry->d_name, "README", 6) != 0;
}

static void run_path(const char *path)
{
	struct dirent **entries;
	struct stat st;
	int n;

	if (stat(path, &st))
		fail(path);
	if (!S_ISDIR(st.st_mode)) {
		run_file(path, st.st_size);
		return;
	}
	n = scandir(path, &entries, NULL, alphasort);
	if (n < 0)
		fail(path);
	for (int i = 0; i < n; i++) {
		char *file = malloc(strlen(path) + strlen(entries[i]->d_name) + 2);

		if (!file)
			fail(path);
		sprintf(file, "%s/%s", path, entries[i]->d_name);
		if (is_input(entries[i]))
			run_path(file);
		free(file);
		free(entries[i]);
	}
	free(entries);
}

int main(int argc, char **argv)
{
	int first = 1;

	if (argc > 1 && strcmp(argv[1], "--print") == 0) {
		print = true;
		first++;
	}
	if (first == argc || strncmp(argv[first], "--", 2) == 0) {
		fprintf(stderr, "usage: %s [--print] FILE|DIRECTORY...\n", argv[0]);
		return 2;
	}
	for (int i = first; i < argc; i++)
		run_path(argv[i]);
	fprintf(stderr, "%u inputs, no finding\n", files);
	if (!files) {
		fprintf(stderr, "%s: nothing to replay\n", argv[0]);
		return 2;
	}
	return 0;
}
