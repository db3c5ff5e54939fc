/* SPDX-License-Identifier: MIT */
/* A judge made new, with the machine: machine/reset.c. */
#include "judge/judge.h"

#include <string.h>

bool dlab_judge_is_simple(const struct judge *j)
{
	return !j->all && !j->lost.arena;
}

void dlab_judge_reset_pages(struct judge *j, u32 page, u32 nr)
{
	if (!judge_keeps_ledger(j))
		return;
	dlab_ledger_reset_pages(&j->ledger, page, nr);
	dlab_shadow_reset_pages(&j->shadow, page, nr);
	if (j->unwritten.pages)
		memset(j->unwritten.pages + page, PAGE_WRITTEN, nr);
	if (j->stores.pages)
		memset(j->stores.pages + page, 0, nr * sizeof(*j->stores.pages));
}

void dlab_judge_reset(struct judge *j)
{
	if (judge_keeps_ledger(j))
		dlab_ledger_reset(&j->ledger);
	memset(j->counts, 0, sizeof(j->counts));
	dlab_log_reset(&j->log);
	if (j->seen)
		memset(j->seen, 0, SEEN_SIZE * sizeof(*j->seen));
	j->failed = (struct failed){ .nth = 0 };
	j->once = j->has_drawn = j->unsure = false;
	j->handler = NULL;
	j->context = NULL;
}
