/* SPDX-License-Identifier: MIT */
/* A trace that gets smaller: what the removal of statements and their simplification share. */
#ifndef DMALAB_TRACE_SHRINK_H
#define DMALAB_TRACE_SHRINK_H

#include "trace/trace.h"

struct shrinker {
	const struct trace *t;
	struct run_options options;
	const char *check;           /* of the report that is to stay, */
	const struct call_type *by;  /* and what draws it; NULL: the end of the trace */
	bool *may;                   /* [check][call]: drawn by the whole trace, too */

	struct statement *now;       /* the smallest so far; their arguments are our own */
	u32 nr;
	struct statement *next;      /* a candidate */
	u32 nr_next;
	bool *defined;               /* objects, while a candidate is looked through */
	struct arg *args;            /* of all of them */
	struct arg *more_args;       /* behind those */
	struct arg **same;           /* numbers that are alike */

	u64 steps;                   /* statements that have been run */
	unsigned runs;
};

/* Have all tries been made that are allowed? */
bool shrink_is_over(const struct shrinker *s);

/*
 * shrink_still() - whether these statements draw what is to stay, nothing that the whole
 * trace does not, and run to their end. False for all when shrink_is_over().
 */
bool shrink_still(struct shrinker *s, struct statement *statements, u32 nr);

/* simplify.c: arguments of what is left; whether anything became simpler. */
bool shrink_simplify(struct shrinker *s);

#endif
