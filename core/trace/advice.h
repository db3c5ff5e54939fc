/* SPDX-License-Identifier: MIT */
/*
 * The advice of reports, put into the trace that reports them. Statements of a trace are
 * the places of its reports, so what a report says is missing becomes a line of the trace.
 */
#ifndef DMALAB_TRACE_ADVICE_H
#define DMALAB_TRACE_ADVICE_H

#include "trace/trace.h"

/* A missing call, as struct dmalab_advice has it, in terms of the trace. */
struct missing_call {
	bool for_cpu, after;
	u32 line;                /* beside which it is to stand */
	u32 device;              /* the how manieth that the run makes, from 0 */
	u64 dma, size;
	int direction;
	unsigned nents;
};

/* A report that a run has reported. */
struct drawn {
	const char *check;       /* of the catalogue */
	u32 line;                /* 0: at the end */
	bool found;              /* of a plain store before that line, which found it */
	u64 phys, len;           /* bytes from first to last of those concerned; len 0: none */
	struct missing_call calls[DMALAB_ADVICE_MAX];
	unsigned nr_calls;
	char *missing;           /* in words, or as calls; NULL: nothing */
};

struct drawn_list {
	struct drawn *of;
	u32 nr;
	bool complete;           /* false: the host has no memory, or the run stopped */
};

/* Run @t; of @o profile, policy and seed. To be freed whatever it returns. */
void drawn_find(struct drawn_list *list, const struct trace *t, const struct run_options *o);
void drawn_free(struct drawn_list *list);

/* Is it a check that says what is missing: coherency, or who owns the bytes? */
bool drawn_is_advised(const struct drawn *d);

/*
 * advice_apply() - the text of @t with the calls that @d says are missing.
 * @from: for each line of the new text, from 0, the line of @t that it was, or 0; to be freed
 *
 * To be freed. NULL when the device of a call has no name where the call is to stand, or
 * when the host has no memory.
 */
char *advice_apply(const struct trace *t, const struct run_options *o, const struct drawn *d,
		   size_t *len, u32 **from);

/* What became of a report once its advice was applied. */
struct outcome {
	bool gone;                /* its statement reports nothing of the kind any more */
	const struct drawn *new;  /* a report about the same bytes where none was, or NULL */
	/*
	 * A store that loses bytes because of the line they share is reported for bytes that
	 * were not lost already, nor stored without a sync. Such a shared-cache-line where there
	 * was none, or NULL: the calls have brought it to light rather than made it.
	 */
	const struct drawn *uncovered;
};

/* @d is one of @before; @from is of advice_apply(). */
struct outcome advice_outcome(const struct drawn_list *before, const struct drawn *d,
			      const struct drawn_list *after, const u32 *from);

#endif
