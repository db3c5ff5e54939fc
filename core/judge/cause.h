/* SPDX-License-Identifier: MIT */
/* What made the bytes of a verdict indeterminate: asked when a report is due. */
#ifndef DMALAB_JUDGE_CAUSE_H
#define DMALAB_JUDGE_CAUSE_H

#include "judge/judge.h"

/* Bytes with one story. */
struct cause {
	struct source source;
	const struct region *region; /* through which the device stored them, live or dead, or NULL */
	const struct region *holder; /* the bounced mapping that has them so, or NULL */
	size_t first, last, bytes;   /* in RAM, inclusive; others may lie between */
	bool lost;                   /* both sides may have another value; else one is behind */
	bool by_device;              /* it stored them last */
	bool hidden, doomed;         /* some of them: struct claim */
};

#define CAUSES_MAX 6

struct causes {
	struct cause of[CAUSES_MAX];
	unsigned nr;
	bool more;                   /* than there is room for */
};

/*
 * Where the looking is done: on which machine that is judged, by the CPU (@r NULL) or a
 * device through @r.
 */
struct looking {
	const struct profile *on;
	enum side side;
	const struct region *r;
	size_t offset, len;
};

static inline bool looks_at_copies(const struct looking *look)
{
	return look->on->translation == TRANSLATE_BOUNCE;
}

/* The caches of that machine. */
struct shadow *dlab_shadow_of(const struct judge *j, const struct looking *look);

void dlab_causes_find(struct causes *c, const struct judge *j, const struct looking *look);

/* That of the byte at @at, or NULL. */
const struct cause *dlab_cause_of(const struct causes *c, const struct judge *j,
				  const struct looking *look, size_t at);

#endif
