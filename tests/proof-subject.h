/* SPDX-License-Identifier: MIT */
/* The library under test, through its public API; see proof-subject.c. */
#ifndef DMALAB_TESTS_PROOF_SUBJECT_H
#define DMALAB_TESTS_PROOF_SUBJECT_H

#include "proof-oracle.h"

#include <stddef.h>

/*
 * How much a sync covers: the line, or the page that has the line in it. With
 * pages there are accesses of whole ones, too: libraries take short ways there.
 * SCOPE_CROSSED: with pages, and a device that snoops makes half of the CPU's accesses,
 * the CPU, through an uncached view, half of the device's.
 * SCOPE_AGAIN: lines, of pages that had another life before this one.
 * SCOPE_STIRRED: lines, and after each event the cache has to do with others, so that the
 * policy may evict the one in question: with a store in it that nobody has found, too.
 */
enum scope { SCOPE_LINE, SCOPE_PAGE, SCOPE_CROSSED, SCOPE_AGAIN, SCOPE_STIRRED, NR_SCOPES };

static inline bool has_pages(enum scope scope)
{
	return scope == SCOPE_PAGE || scope == SCOPE_CROSSED;
}

struct subject_config {
	const struct rules *rules;
	const char *policy;
	uint64_t seed;
	enum start start;
	enum scope scope;
};

/* What an event showed. */
struct outcome {
	uint64_t reports;  /* reported by it: a bit for each check, by its place in the catalogue */
	const char *check; /* the one of the four about coherency, or NULL */
	uint8_t value;     /* of a load */
};

struct subject;

/* Exits with a message when the machine cannot be made. */
struct subject *subject_new(const struct subject_config *config);
void subject_free(struct subject *s);

/* Take a line that no program has used since it was put into the start state. */
void subject_next_line(struct subject *s);

struct outcome subject_event(struct subject *s, const struct event *event, unsigned position);

/* Whether @value, as loaded from @byte, is one of the numbered @values. */
bool subject_value_in(const struct subject *s, unsigned byte, uint8_t value, unsigned values);

/* Do the bytes of the line lie in the same granule, of 64 bytes or a line if that is more? */
bool subject_same_granule(const struct subject *s, unsigned a, unsigned b);

/* The number of the value, for messages; 16 if it is none. */
unsigned subject_value_number(const struct subject *s, unsigned byte, uint8_t value);

#endif
