/* SPDX-License-Identifier: MIT */
/*
 * The part of a report that explains: what happened before, and which call is missing
 * between the two. Written only for a report.
 */
#ifndef DMALAB_JUDGE_STORY_H
#define DMALAB_JUDGE_STORY_H

#include "judge/advice.h"

struct story {
	const char *detail, *missing;
	struct event history[DMALAB_HISTORY_MAX];
	unsigned nr_history;

	struct missing calls[DMALAB_ADVICE_MAX];
	unsigned nr_calls;

	/* What the pointers above point into. */
	char detail_text[256];
	char missing_text[1024];
	char mover_text[64];
};

/* What the story is about: an access, and the object of the report, live or dead or NULL. */
struct telling {
	const struct judge *j;
	const struct call *call;
	const struct looking *look;
	bool store;
	enum check check;
	const struct region *r;
};

/* A load of indeterminate bytes, of which @c is one of the most severe; NULL: it is not known. */
void dlab_story_of_read(struct story *s, const struct telling *t, const struct verdict *v,
			const struct causes *causes, const struct cause *c);

/* A store that made bytes beside it indeterminate. */
void dlab_story_of_damage(struct story *s, enum side side, const struct damage *d);

/* An access to bytes that are not its own. */
void dlab_story_of_owner(struct story *s, const struct telling *t);

#endif
