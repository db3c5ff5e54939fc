/* SPDX-License-Identifier: MIT */
/*
 * Bytes of an input, one after the other. Total: past the end there are zeroes,
 * and every byte means something, so that every input is a valid program and
 * mutations never fall out of the language.
 */
#ifndef DMALAB_FUZZ_INPUT_H
#define DMALAB_FUZZ_INPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct input {
	const uint8_t *at, *end;
};

static inline struct input input_of(const uint8_t *data, size_t size)
{
	return (struct input){ data, data + size };
}

static inline bool input_ends(const struct input *in)
{
	return in->at == in->end;
}

static inline uint8_t input_byte(struct input *in)
{
	return input_ends(in) ? 0 : *in->at++;
}

/* 0 to @n - 1; @n at most 256. */
static inline unsigned input_below(struct input *in, unsigned n)
{
	return input_byte(in) % n;
}

#endif
