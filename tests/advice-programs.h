/* SPDX-License-Identifier: MIT */
/* Random drivers: right in their form, and wrong in when they sync what. */
#ifndef DMALAB_TESTS_ADVICE_PROGRAMS_H
#define DMALAB_TESTS_ADVICE_PROGRAMS_H

#include <linux/types.h>
#include <stddef.h>

struct program {
	char text[8192];
	size_t len;
};

/* The same one for the same seed. */
void program_make(struct program *p, u64 seed);

/* Change some bytes of a program's binary form, but its first. */
void program_change(u8 *bytes, size_t len, u64 seed);

#endif
