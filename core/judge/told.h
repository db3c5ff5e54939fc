/* SPDX-License-Identifier: MIT */
/*
 * A report on its way to the user. It is reported in the middle of a call, with the machine
 * locked and half changed, and told at the end of the call, when it is neither: so whoever is
 * told may call anything, and need not come back. Until then it owns the texts that it points
 * to, but for names of devices, which stay as long as the machine.
 */
#ifndef DMALAB_JUDGE_TOLD_H
#define DMALAB_JUDGE_TOLD_H

#include "base/site.h"

#include <dmalab.h>

/* All texts of a report together: the longest are told in judge/story.h and advice.h. */
#define TOLD_TEXT 2560u

struct told {
	struct told *next;
	dmalab_report_fn handler;         /* NULL: it is printed */
	void *context;
	bool silent;                      /* it has been printed for this place */
	bool halt;                        /* and the program ends */

	/* No public structure is part of another: the pointers are set when it is told. */
	struct dmalab_report report;
	struct dmalab_site site, found_at, failed_at;
	struct dmalab_event history[DMALAB_HISTORY_MAX];
	struct dmalab_site history_sites[DMALAB_HISTORY_MAX];
	const struct dmalab_event *history_pointers[DMALAB_HISTORY_MAX];
	struct dmalab_advice advice[DMALAB_ADVICE_MAX];
	struct dmalab_site advice_sites[DMALAB_ADVICE_MAX];
	const struct dmalab_advice *advice_pointers[DMALAB_ADVICE_MAX];

	unsigned len;                     /* of the text that is used */
	char text[TOLD_TEXT];
};

struct judge;

/*
 * With the lock: the earliest report that waits, as a copy that is the caller's. False: there
 * is none.
 */
bool dlab_told_take(struct judge *j, struct told *told);

/* Without it, where nothing is to be lost if this does not return. */
void dlab_told_tell(struct told *told);

/* *@text becomes one of @told's own. */
void dlab_told_add_text(struct told *told, const char **text);

/* Those that wait will not be told. */
void dlab_told_exit(struct judge *j);

#endif
