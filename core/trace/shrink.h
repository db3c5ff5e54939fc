/* SPDX-License-Identifier: MIT */
/* A trace that gets smaller: what the removal of statements and their simplification share. */
#ifndef DMALAB_TRACE_SHRINK_H
#define DMALAB_TRACE_SHRINK_H

#include "trace/trace.h"

/* A report: its check, the line that reports it (0: the end), of a leak that which made it. */
#define ANY_LINE UINT32_MAX
struct culprit {
	const char *check;
	u32 line, origin;
};

struct shrinker {
	const struct trace *t;
	struct run_options options;
	shrink_still_fn *still;      /* NULL: it is about a report */
	struct culprit it;           /* is to stay */
	bool *may;                   /* [check][call]: reported by the whole trace, too */

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
 * shrink_still() - whether these statements report what is to stay, nothing that the whole
 * trace does not, and run to their end. False for all when shrink_is_over().
 */
bool shrink_still(struct shrinker *s, struct statement *statements, u32 nr);

/* simplify.c: arguments of what is left; whether anything became simpler. */
bool shrink_simplify(struct shrinker *s);

#endif
