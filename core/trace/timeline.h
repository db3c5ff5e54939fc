/* SPDX-License-Identifier: MIT */
/*
 * What a trace does to memory, step by step, for a picture of it: the state of every byte
 * of every line after each call, and the story of each report.
 *
 *   timeline.c        runs the trace and records it
 *   timeline-where.c  which bytes a call is about, whatever address it was given
 *   timeline-rows.c   lines with one history become one row
 */
#ifndef DMALAB_TRACE_TIMELINE_H
#define DMALAB_TRACE_TIMELINE_H

#include "trace/trace.h"

#define TIMELINE_MAX_STEPS   60u
#define TIMELINE_MAX_REPORTS 12u
#define TIMELINE_MAX_LINES   4096u  /* in all, */
#define TIMELINE_OBJECT_LINES 1024u /* and of one object: the picture has no room for more */

/* Beside those of enum dmalab_byte: the call of this step is about the byte. */
#define BYTE_TOUCHED (1u << 6)

enum act {
	ACT_OTHER,
	ACT_LOAD,      /* of CPU or device */
	ACT_STORE,
	ACT_HANDOVER,  /* map, sync, unmap */
	ACT_CACHE      /* what the cache may do by itself: evict(), fill() */
};

struct step {
	const struct statement *s;
	enum act act;
	bool by_device;          /* the access is */
};

/* Memory that a step made, under the name that it got. */
struct memory {
	const char *name;
	uintptr_t start;
	size_t size;
};

/* Addresses that lead to memory: of a mapping or buffer, for devices; of vmap(), for the CPU. */
struct window {
	u64 from;
	u64 size;
	uintptr_t to;
	char name[48];           /* "map.dma" */
};

struct range {
	uintptr_t start;
	size_t len;
};

/* A line of memory and its whole history. */
struct line {
	uintptr_t start;
	u64 memory;              /* what lay in it at any time: a bit for each struct memory */
	u8 *states;              /* [step][byte] */
};

/* Something that led to a report, or (the last) the report's own step. */
struct mark {
	unsigned step;
	char what[80];
};

struct drawn {
	const struct dmalab_check *check;
	unsigned step;           /* nr_steps: at the end of the trace */
	char call[64];
	char bytes[48];          /* "bytes 0..3", or "" */
	char detail[256];
	char missing[640];
	char breaks_on[128];
	struct mark history[DMALAB_HISTORY_MAX];
	unsigned nr_history;
	uintptr_t object;        /* the first byte concerned, in three ways; 0: not known */
	phys_addr_t phys;
	uintptr_t given;
	uintptr_t place;         /* and where it is in the picture; 0: nowhere */
};

/* Lines that follow each other, belong to the same memory and share one history. */
struct row {
	const struct line *first;
	unsigned nr;
	char name[64], bytes[64]; /* "desc", "bytes 0-63" */
	bool reported;
	bool shared;             /* by objects side by side; else one took the other's place */
};

struct timeline {
	const struct trace *trace;
	char profile[32];
	size_t line_size;        /* bytes of each line; 64 where lines play no part */
	bool coherent;           /* there they play none */
	struct step steps[TIMELINE_MAX_STEPS];
	unsigned nr_steps;
	struct memory memory[TIMELINE_MAX_STEPS];
	unsigned nr_memory;
	struct line *lines;
	unsigned nr_lines;
	bool cut;                /* of some object not all lines are here */
	struct window *windows;
	unsigned nr_windows;
	struct drawn drawn[TIMELINE_MAX_REPORTS];
	unsigned nr_drawn;
	unsigned nr_reports;     /* may be more */
	struct row *rows;
	unsigned nr_rows;
	bool no_memory;
};

/* Statements that do something: columns of the picture. */
unsigned timeline_count_steps(const struct trace *t);

/*
 * timeline_record() - run a trace of TIMELINE_MAX_STEPS at most, and record it.
 * @o: profile, and whom to tell of failures; the rest is passed over
 *
 * What @result says may be a trace that stopped: then the record ends there. NULL: the
 * host has no memory. To be freed by timeline_free().
 */
struct timeline *timeline_record(const struct trace *t, const struct run_options *o,
				 struct run_result *result);
void timeline_free(struct timeline *tl);

/* timeline-where.c */
#define TIMELINE_MAX_RANGES TRACE_MAX_ARGS

/* The memory that the call @s is about to use, in at most TIMELINE_MAX_RANGES pieces. */
unsigned timeline_touched(const struct timeline *tl, const struct run *r,
			  const struct statement *s, struct range *ranges);

/* The call @s made something: remember what its addresses lead to. */
void timeline_made(struct timeline *tl, const struct run *r, const struct statement *s);

/* The memory of @size bytes that a call made, or 0. */
size_t timeline_size_of(const struct run *r, const struct statement *s);

/* Copy a text in which names stand for the addresses that were given out. */
void timeline_name_addresses(const struct timeline *tl, const char *text, char *to, size_t size);

/* timeline-rows.c: false: no memory. */
bool timeline_make_rows(struct timeline *tl);

/* The index of the row that has this byte, or -1. */
int timeline_row_of(const struct timeline *tl, uintptr_t place);

#endif
