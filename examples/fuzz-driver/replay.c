/* SPDX-License-Identifier: MIT */
/*
 * Runs inputs without an engine: those in files, or N random ones.
 *
 *	replay FILE...
 *	replay --random N SEED
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint8_t input[4096];

static int run_random(unsigned long n, unsigned seed)
{
	for (unsigned long i = 0; i < n; i++) {
		size_t size = rand_r(&seed) % 256;

		for (size_t at = 0; at < size; at++)
			input[at] = rand_r(&seed) >> 8;
		LLVMFuzzerTestOneInput(input, size);
	}
	printf("random inputs: %lu\n", n);
	return 0;
}

static int run_file(const char *name)
{
	FILE *file = fopen(name, "rb");
	size_t size;

	if (!file) {
		perror(name);
		return 2;
	}
	size = fread(input, 1, sizeof(input), file);
	fclose(file);
	LLVMFuzzerTestOneInput(input, size);
	printf("%s: %zu bytes\n", name, size);
	return 0;
}

int main(int argc, char **argv)
{
	int status = 0;

	if (argc == 4 && strcmp(argv[1], "--random") == 0)
		return run_random(strtoul(argv[2], NULL, 0), strtoul(argv[3], NULL, 0));
	for (int i = 1; i < argc; i++)
		status |= run_file(argv[i]);
	return status;
}
