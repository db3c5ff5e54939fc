/* SPDX-License-Identifier: MIT */
/* Reports that wait for the end of their call, and how they are told. */
#include "judge/told.h"

#include "judge/judge.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void dlab_told_add_text(struct told *told, const char **text)
{
	size_t room = sizeof(told->text) - told->len;
	char *at = told->text + told->len;
	int len;

	if (!*text || !room)
		return;
	len = snprintf(at, room, "%s", *text);
	told->len += len >= 0 && (size_t)len < room ? (size_t)len + 1 : room;
	*text = at;
}

/* A pointer into the text of @from, which has moved. */
static void move_text(const char **text, const struct told *from, const struct told *to)
{
	uintptr_t at = (uintptr_t)*text - (uintptr_t)from->text;

	if (at < sizeof(from->text))
		*text = to->text + at;
}

static void move_texts(struct told *to, const struct told *from)
{
	struct dmalab_report *r = &to->report;

	move_text(&r->also, from, to);
	move_text(&r->detail, from, to);
	move_text(&r->missing, from, to);
	move_text(&r->breaks_on, from, to);
	for (unsigned i = 0; i < r->nr_history; i++)
		move_text(&to->history[i].what, from, to);
}

/* One is kept, for the next report: it is as large as all that is known of a page. */
bool dlab_told_take(struct judge *j, struct told *told)
{
	struct told *first = j->waiting;

	if (!first)
		return false;
	j->waiting = first->next;
	memcpy(told, first, offsetof(struct told, text) + first->len);
	move_texts(told, first);
	if (j->spare)
		free(first);
	else
		j->spare = first;
	return true;
}

void dlab_told_exit(struct judge *j)
{
	struct told *next;

	for (; j->waiting; j->waiting = next) {
		next = j->waiting->next;
		free(j->waiting);
	}
	free(j->spare);
	j->spare = NULL;
}

static void set_pointers(struct told *told)
{
	struct dmalab_report *r = &told->report;

	r->site = &told->site;
	r->found_at = r->found_by ? &told->found_at : NULL;
	r->failed_at = r->failed ? &told->failed_at : NULL;
	for (unsigned i = 0; i < r->nr_history; i++) {
		told->history[i].site = &told->history_sites[i];
		told->history_pointers[i] = &told->history[i];
	}
	r->history = r->nr_history ? told->history_pointers : NULL;
	for (unsigned i = 0; i < r->nr_advice; i++) {
		told->advice[i].site = &told->advice_sites[i];
		told->advice_pointers[i] = &told->advice[i];
	}
	r->advice = r->nr_advice ? told->advice_pointers : NULL;
}

static cold void print(const struct dmalab_report *report)
{
	char text[4096];

	dmalab_report_format(report, text, sizeof(text));
	fputs(text, stderr);
	fflush(stderr);
}

void dlab_told_tell(struct told *told)
{
	set_pointers(told);
	if (told->handler)
		told->handler(&told->report, told->context);
	else if (!told->silent)
		print(&told->report);
	if (told->halt)
		abort();
}
