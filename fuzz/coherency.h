/* SPDX-License-Identifier: MIT */
/*
 * Target "coherency": what running a program takes, and what it shows. coherency.c compares,
 * coherency-run.c runs, coherency-remarks.c makes reports comparable.
 */
#ifndef DMALAB_FUZZ_COHERENCY_H
#define DMALAB_FUZZ_COHERENCY_H

#include "program.h"

/* How a program is run. */
struct variant {
	const char *name;
	const char *policy;
	bool steered;        /* OP_EVICT and OP_FILL are done */
	const char *profile; /* NULL: the program's */
	bool told;           /* the machine is told of the loads and stores of C as well */
	bool no_loads;       /* loads of C are not done at all */
	bool looks;          /* a load that is told follows each store of C */
};

/* A report, as far as it must not depend on the cache. */
struct remark {
	unsigned step;
	const char *check;
	bool found;                /* about a store of C: this call found it */
	enum excuse { NO_EXCUSE, FOR_BYTES, FOR_ACCESS } excuse; /* for values that differ */
	size_t first, last, bytes; /* counted from the start of the access; 0: all of it */
};

#define MAX_REMARKS 512

/* What one run showed, step by step. */
struct trace {
	unsigned nr_steps;
	int result[MAX_STEPS + 1];    /* what the call returned, as far as it is fixed */
	unsigned loaded[MAX_STEPS];   /* bytes */
	uint8_t load[MAX_STEPS][MAX_ACCESS];
	uint64_t before[MAX_STEPS];   /* of a store of C: what was there, hashed */
	bool split[MAX_STEPS];        /* and some line is changed in more than one run */
	unsigned astray;              /* the first step whose address may lead anywhere */
	unsigned nr_remarks;
	struct remark remark[MAX_REMARKS]; /* the first ones */
};

void run_program(const struct program *p, const struct variant *variant, struct trace *trace);

struct dmalab_report;
void add_remark(struct trace *t, unsigned step, const struct dmalab_report *report);

/* How many of the remarks are kept. */
static inline unsigned remarks_kept(const struct trace *t)
{
	return t->nr_remarks < MAX_REMARKS ? t->nr_remarks : MAX_REMARKS;
}

static inline bool remarks_lost(const struct trace *t)
{
	return t->nr_remarks > MAX_REMARKS;
}

#endif
