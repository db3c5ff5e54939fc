/* SPDX-License-Identifier: MIT */
/*
 * The oracle: a trace runs, and the model says of each call what it ought to have reported and
 * returned. From a statement with its values to the call that the model is told of, and to
 * what came of it.
 *
 *   calls.c      which statement is which call
 *   arguments.c  its values are the call's arguments
 *   settle.c     whose call it is; and what would bring down the harness, or what the model
 *                has no rule for: such statements are passed over
 *   outcome.c    what came of it
 *   oracle.c     the run
 */
#ifndef DMALAB_FUZZ_ORACLE_H
#define DMALAB_FUZZ_ORACLE_H

#include "model/model.h"

#include "trace/run.h"

#define ORACLE_MAX_STATEMENTS 1024u

/* What a number of the statement is to the call: a letter each, in order. */
struct row {
	const char *call;
	enum call_kind kind;
	const char *numbers;     /* s size, o offset, n number, m mask, e entries, v value, x alignment, y boundary */
	unsigned number;         /* a form, or which of several */
};

#define NO_CALL NR_CALL_KINDS

struct oracle {
	const struct trace *trace;
	struct setup setup;
	struct model *model[NR_MACHINES];
	unsigned current;
	struct run *run;
	struct run_options options;

	/* By name of the trace: which device, cache, pool or lock of the model, + 1. */
	u8 *number_of;
	const struct call_type **made; /* by name: the call that made it last */
	u32 room;
	bool bound[NR_DEVICES], fresh[NR_DEVICES]; /* fresh: nothing was done with it yet */
	bool snoops[NR_DEVICES], window[NR_DEVICES];
	unsigned devices[NR_MACHINES], caches, pools, locks;
	struct kmem_cache *cache[NR_CACHES];
	struct dma_pool *pool[NR_POOLS];
	unsigned cache_machine[NR_CACHES], pool_machine[NR_POOLS];
	bool lost[NR_CACHES];

	const struct row *row;
	struct call call;        /* of the statement under way */
	struct outcome outcome;
	u8 changed[MAX_ACCESS];
	unsigned nents;          /* of a table, before it was mapped */
	bool alive[NR_MACHINES], ending;

	/* What ran, and with the looks that were put between. */
	struct statement ran[ORACLE_MAX_STATEMENTS];
	u32 nr_ran;
	const struct arg *stored[NR_MACHINES]; /* the last store of C: its first two arguments */

	struct expect expect;
	const char *why;         /* the disagreement; NULL: none */
	u32 nr_calls;
};

/* False: there is no such machine in the model. */
bool oracle_read_setup(struct oracle *o, const struct trace *t);

/*
 * Runs the trace. True: the model agrees with all that it did. Else o->why, and of what ran
 * o->ran is the part up to there.
 */
bool oracle_run(struct oracle *o, const struct trace *t);

/* The trace of what ran. */
void oracle_ran(const struct oracle *o, struct trace *t);

void oracle_print(const struct oracle *o, FILE *to);
struct oracle *oracle_new(void);

/* calls.c: NULL where the model has no such call. */
void oracle_learn_rows(void);
const struct row *oracle_row(const struct call_type *call);

/* arguments.c: false: it has no rule for such a value. */
bool oracle_arguments(struct oracle *o, const struct statement *s);
bool oracle_is_made_by(const struct oracle *o, const struct arg *a, const char *call);
u8 *oracle_number(struct oracle *o, u32 object, unsigned *counter, unsigned most);

/* settle.c: false: not to be made. */
bool oracle_settle(struct oracle *o, const struct statement *s);
bool oracle_prepares(struct oracle *o, const struct statement *s);
unsigned machine_of_pointer(const struct oracle *o, const void *cpu);

/* outcome.c */
void oracle_before(struct oracle *o, const struct statement *s);
void oracle_outcome(struct oracle *o, const struct statement *s);

#endif
