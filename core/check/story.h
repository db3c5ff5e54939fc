/* SPDX-License-Identifier: MIT */
/*
 * The part of a report that explains: what happened before, which call is missing
 * between the two, and on which machines it matters. Written only for a report.
 */
#ifndef DMALAB_CHECK_STORY_H
#define DMALAB_CHECK_STORY_H

#include "check/judge.h"

struct story {
	const char *detail, *missing, *breaks_on;
	struct dmalab_event history[DMALAB_HISTORY_MAX];
	unsigned nr_history;

	/* What the pointers above point into. */
	char detail_text[256];
	char missing_text[256];
	char breaks_text[128];
	char mover_text[64];
};

/*
 * A load of indeterminate bytes; @r, live or dead or NULL, is where they are. The CPU on
 * the side of the bus looks through an uncached view.
 */
void story_of_read(struct story *s, const struct judge *j, enum side side, bool by_cpu,
		   enum check check, const struct region *r, const struct verdict *v);

/* A store that made bytes beside it indeterminate. */
void story_of_damage(struct story *s, enum side side, const struct damage *d);

/* An access to bytes that are not its own. */
void story_of_owner(struct story *s, const struct judge *j, enum check check,
		    const struct region *r, struct run run);

#endif
