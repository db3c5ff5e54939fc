/* SPDX-License-Identifier: MIT */
/* Accesses of every kind, and the bytes that each is to be seen touching. */
#ifndef WIDTHS_H
#define WIDTHS_H

#include <stddef.h>
#include <stdint.h>

#define WIDTHS_SIZE  512
#define WIDTHS_PARTS 4

struct part {
	unsigned at, len;
};

struct width_case {
	const char *name;
	/* What it found; @p has WIDTHS_SIZE bytes. */
	uint64_t (*run)(unsigned char *p);
	struct part loads[WIDTHS_PARTS];
	struct part stores[WIDTHS_PARTS];
	/* Whether a store into a word is a load of it as well, compilers do not agree. */
	struct part may_load[WIDTHS_PARTS];
};

extern const struct width_case width_cases[];
extern const unsigned nr_width_cases;

#endif
