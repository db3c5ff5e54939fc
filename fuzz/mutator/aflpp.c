/* SPDX-License-Identifier: MIT */
/*
 * The mutator as AFL++ calls it: a shared object, AFL_CUSTOM_MUTATOR_LIBRARY. The interface is
 * that of AFL++'s docs/custom_mutators.md; what is opaque there is opaque here.
 */
#include "mutator.h"

#include <stdlib.h>
#include <string.h>

#define MAX_INPUT (1u << 20)

struct aflpp {
	struct program *program;
	u32 seed, calls;
	u8 *out;
	size_t len;                      /* of what is trimmed, in out */
	u32 at, steps;
	u8 *trial;
	char text[128];
};

#define EXPORT __attribute__((visibility("default")))

void *afl_custom_init(void *afl, unsigned int seed);
size_t afl_custom_fuzz(void *data, u8 *buf, size_t buf_size, u8 **out_buf, u8 *add_buf,
		       size_t add_buf_size, size_t max_size);
const char *afl_custom_describe(void *data, size_t max_description_len);
int afl_custom_init_trim(void *data, u8 *buf, size_t buf_size);
size_t afl_custom_trim(void *data, u8 **out_buf);
int afl_custom_post_trim(void *data, unsigned char success);
void afl_custom_deinit(void *data);

EXPORT void *afl_custom_init(void *afl, unsigned int seed)
{
	struct aflpp *a = calloc(1, sizeof(*a));

	(void)afl;
	if (!a)
		return NULL;
	a->program = program_new();
	a->out = malloc(MAX_INPUT);
	a->trial = malloc(MAX_INPUT);
	a->seed = seed;
	if (a->program && a->out && a->trial)
		return a;
	afl_custom_deinit(a);
	return NULL;
}

EXPORT void afl_custom_deinit(void *data)
{
	struct aflpp *a = data;

	program_free(a->program);
	free(a->out);
	free(a->trial);
	free(a);
}

EXPORT size_t afl_custom_fuzz(void *data, u8 *buf, size_t buf_size, u8 **out_buf, u8 *add_buf,
			      size_t add_buf_size, size_t max_size)
{
	struct aflpp *a = data;
	u32 seed = a->seed + ++a->calls;

	if (max_size > MAX_INPUT)
		max_size = MAX_INPUT;
	*out_buf = a->trial;
	if (add_buf && seed % 8 == 0)
		return cross_over(a->program, buf, buf_size, add_buf, add_buf_size, a->trial, max_size,
				  seed);
	if (buf_size > max_size)
		buf_size = max_size;
	memcpy(a->trial, buf, buf_size);
	return mutate(a->program, a->trial, buf_size, max_size, seed);
}

EXPORT const char *afl_custom_describe(void *data, size_t max_description_len)
{
	struct aflpp *a = data;

	if (max_description_len > sizeof(a->text))
		max_description_len = sizeof(a->text);
	return mutator_done(a->program, a->text, max_description_len);
}

/* ---------------------------------------------------------------------- trim */

/* A statement after the other is left out, the last one first: what makes a name stands above. */
EXPORT int afl_custom_init_trim(void *data, u8 *buf, size_t buf_size)
{
	struct aflpp *a = data;

	if (buf_size > MAX_INPUT)
		return 0;
	memcpy(a->out, buf, buf_size);
	a->len = buf_size;
	a->at = a->steps = count_statements(a->program, buf, buf_size);
	return a->steps;
}

EXPORT size_t afl_custom_trim(void *data, u8 **out_buf)
{
	struct aflpp *a = data;

	memcpy(a->trial, a->out, a->len);
	*out_buf = a->trial;
	return without_statement(a->program, a->trial, a->len, a->at - 1);
}

EXPORT int afl_custom_post_trim(void *data, unsigned char success)
{
	struct aflpp *a = data;

	a->at--;
	if (success)
		a->len = without_statement(a->program, a->out, a->len, a->at);
	return a->steps - a->at;
}
