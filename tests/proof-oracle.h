/* SPDX-License-Identifier: MIT */
/* All states that a legal write-back cache may be in; see proof-oracle.c. */
#ifndef DMALAB_TESTS_PROOF_ORACLE_H
#define DMALAB_TESTS_PROOF_ORACLE_H

#include "proof.h"

enum line_op { NOTHING, CLEAN, INVALIDATE, FLUSH };

/* Errors for the self-test, about accesses of C alone. */
enum slip {
	SLIP_NONE,
	SLIP_STORE_UNNOTICED,  /* a store never happens */
	SLIP_STORE_MASKED,     /* nor where cache and memory differed before */
	SLIP_STORE_CLEAN,      /* a store does not make the line dirty: it may be dropped */
	SLIP_STORE_IN_MEMORY,  /* a store goes to memory as well */
	SLIP_LOAD_FILLS,       /* where the CPU does not speculate, the judge sees loads */
	SLIP_REPORT_FORGOTTEN, /* no call reports a store */
	SLIP_REPORT_EARLY,     /* the store itself is reported */
	SLIP_POLICY,           /* the second policy never has reports */
	NR_SLIPS
};

/* A machine, as the proof knows it. */
struct rules {
	const char *name;
	bool coherent;
	bool speculates;
	bool bounces;
	unsigned line;            /* bytes */
	enum line_op op[2][3];    /* [hand-over][direction]; of a bounce: CLEAN copies in,
				     INVALIDATE copies back */
	bool unseen_fills;        /* what a load of C does: see proof-oracle.c */
	enum slip slip;
};

extern const struct rules machines[];
extern const unsigned nr_machines;

const struct rules *rules_find(const char *name);

#define MAX_STATES 512

struct states {
	unsigned count;
	uint32_t state[MAX_STATES];
};

void states_start(struct states *set, const struct rules *rules, enum start start);

/* @to: what @from may become by @event, which stands at @position. */
void states_after(struct states *to, const struct states *from, const struct rules *rules,
		  const struct event *event, unsigned position);

/* The values that a load of @byte may give: more than one, and it must be reported. */
unsigned states_seen_by_cpu(const struct states *set, unsigned byte);
unsigned states_seen_by_device(const struct states *set, unsigned byte);

#endif
