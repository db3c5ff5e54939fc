/* SPDX-License-Identifier: MIT */
/* The mutator as libFuzzer calls it. */
#include "mutator.h"

#include <stdlib.h>
#include <string.h>

/* libFuzzer's own, and what it calls. */
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned int seed);
size_t LLVMFuzzerCustomCrossOver(const uint8_t *a, size_t size_a, const uint8_t *b, size_t size_b,
				 uint8_t *out, size_t max_size, unsigned int seed);

static struct program *program(void)
{
	static struct program *p;

	if (!p)
		p = program_new();
	if (!p)
		abort();
	return p;
}

/* Now and then bytes as such, as the encoder writes only what it would write. */
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned int seed)
{
	if (seed % 16 == 0)
		return LLVMFuzzerMutate(data, size, max_size);
	return mutate(program(), data, size, max_size, seed);
}

size_t LLVMFuzzerCustomCrossOver(const uint8_t *a, size_t size_a, const uint8_t *b, size_t size_b,
				 uint8_t *out, size_t max_size, unsigned int seed)
{
	return cross_over(program(), a, size_a, b, size_b, out, max_size, seed);
}
