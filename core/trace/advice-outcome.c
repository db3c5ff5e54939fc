/* SPDX-License-Identifier: MIT */
/* Two runs compared: without the calls that a report misses, and with them. */
#include "trace/advice.h"

#include <string.h>

static bool overlaps(const struct drawn *a, const struct drawn *b)
{
	return a->len && b->len && a->phys < b->phys + b->len && b->phys < a->phys + a->len;
}

/* Line of the trace without the calls; 0: one of the calls, or the end. */
static u32 old_line(const struct drawn *d, const u32 *from)
{
	return d->line ? from[d->line - 1] : 0;
}

/* From the most severe on; what is in none of these families comes before all of them. */
static unsigned rank(const struct drawn *d)
{
	static const char *const families[] = { "lost-cpu", "lost-", "stale-", "", "-owned", "shared-" };
	unsigned i;

	if (!drawn_is_advised(d))
		return 3;
	for (i = 0; i < sizeof(families) / sizeof(families[0]); i++)
		if (*families[i] && strstr(d->check, families[i]))
			break;
	return i;
}

/*
 * An access gives one report at most, named after the most severe thing wrong with it, and about
 * one object: one that is not graver, where there was a report before, is none that the
 * calls have made.
 */
static bool was_reported(const struct drawn_list *before, const struct drawn *d, u32 line)
{
	for (u32 i = 0; i < before->nr; i++)
		if (before->of[i].line == line &&
		    (overlaps(&before->of[i], d) || rank(&before->of[i]) <= rank(d)))
			return true;
	return false;
}

/*
 * A plain store is reported by whatever call finds it, once for all that it finds in one
 * object: where there is a further call, another one finds it, or a part of it.
 */
static bool was_found(const struct drawn_list *before, const struct drawn *d)
{
	for (u32 i = 0; i < before->nr; i++)
		if (before->of[i].found && strcmp(before->of[i].check, d->check) == 0)
			return true;
	return false;
}

struct outcome advice_outcome(const struct drawn_list *before, const struct drawn *d,
			      const struct drawn_list *after, const u32 *from)
{
	struct outcome outcome = { .gone = true };

	for (u32 i = 0; i < after->nr; i++) {
		const struct drawn *now = &after->of[i];
		u32 line = old_line(now, from);
		bool added = now->line && !line;

		if (now->found && was_found(before, now))
			continue;
		if (line == d->line && drawn_is_advised(now))
			outcome.gone = false;
		else if (!added && (!overlaps(now, d) || was_reported(before, now, line)))
			continue;
		else if (!added && strcmp(now->check, "shared-cache-line") == 0)
			outcome.uncovered = now;
		else
			outcome.new = now;
	}
	return outcome;
}
