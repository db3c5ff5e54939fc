/* SPDX-License-Identifier: MIT */
/* What was reported, by check and place: for tests that say what they expect. */
#ifndef DMALAB_JUDGE_LOG_H
#define DMALAB_JUDGE_LOG_H

#include "base/site.h"

struct heard {
	unsigned check;           /* enum check */
	const char *call;
	site_t site;
	site_t found_at;          /* of a plain store: where it was found; 0: was no store */
	unsigned long count;      /* reports, */
	unsigned long expected;   /* and how many of them somebody has asked for */
};

struct log {
	struct heard *heard;
	unsigned nr, room;
	unsigned long lost;       /* reports for which there was no memory */
};

/* @what, but for its counts. */
void dlab_log_add(struct log *log, const struct heard *what);
void dlab_log_reset(struct log *log);
void dlab_log_exit(struct log *log);

#endif
