/* SPDX-License-Identifier: MIT */
/*
 * For every check of the catalogue: what reports it, exactly once and with nothing
 * else, and a near miss that reports nothing. Variants report it in another way, for
 * the sake of the report's text, which tests/golden/FAMILY.txt holds.
 *
 * A case runs on a rig of its own and leaves nothing behind. draw() marks its
 * calls with at(), so that the text names lines of "driver.c".
 */
#ifndef TESTS_CASES_H
#define TESTS_CASES_H

#include "rig.h"

struct check_case {
	const char *check;
	const char *variant;  /* NULL: the one that has a near miss */
	const char *profile;  /* NULL: arm64 */
	const char *checks;   /* NULL: full */
	const char *accesses; /* NULL: plain */
	void (*draw)(struct rig *r);
	void (*miss)(struct rig *r);
};

struct case_family {
	const char *name;
	const struct check_case *cases; /* up to one without a name */
};

extern const struct check_case lifetime_cases[], argument_cases[], sync_cases[],
	ownership_cases[], coherency_cases[], list_cases[], context_cases[], pool_cases[],
	trust_cases[], mapping_cases[];

#define CASE_FAMILIES { \
	{ "lifetime", lifetime_cases }, \
	{ "arguments", argument_cases }, \
	{ "sync", sync_cases }, \
	{ "ownership", ownership_cases }, \
	{ "coherency", coherency_cases }, \
	{ "lists", list_cases }, \
	{ "context", context_cases }, \
	{ "pool", pool_cases }, \
	{ "trust", trust_cases }, \
	{ "mapping", mapping_cases }, \
}

static inline void case_up(struct rig *r, const struct check_case *c)
{
	struct dmalab_config config = { .profile = c->profile, .checks = c->checks, .accesses = c->accesses };

	rig_up_with(r, &config);
}

#endif
