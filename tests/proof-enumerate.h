/* SPDX-License-Identifier: MIT */
/* Run all programs up to a length on oracle and subject; see proof-enumerate.c. */
#ifndef DMALAB_TESTS_PROOF_ENUMERATE_H
#define DMALAB_TESTS_PROOF_ENUMERATE_H

#include "proof-oracle.h"
#include "proof-subject.h"

/* Each program is run under each of these. */
#define NR_POLICIES 4
extern const char *const policies[NR_POLICIES];

struct counts {
	uint64_t programs; /* of the full length */
	uint64_t prefixes; /* programs of any length up to it */
	uint64_t reads;    /* that are the last event of a prefix */
	uint64_t reported;
	uint64_t missed;   /* two caches disagree, no report, though the load was seen */
	uint64_t spurious; /* no two disagree, and yet a report; or not by a load */
	uint64_t wrong;    /* a value that no legal cache gives */
	uint64_t differ;   /* other reports than under another policy, or than told */
	uint64_t unseen;   /* seen loads that may differ because of one that was not */
};

struct task {
	const struct rules *rules; /* the oracle's; the library runs the profile of that name */
	enum mode mode;
	enum start start;
	enum scope scope;
	unsigned bytes, length;
	bool quiet;                /* no progress, no mismatches spelled out */
};

struct counts prove(const struct task *task);

extern const char *const mode_names[NR_MODES];
extern const char *const scope_names[NR_SCOPES];

static inline uint64_t mismatches(const struct counts *counts)
{
	return counts->missed + counts->spurious + counts->wrong + counts->differ;
}

#endif
