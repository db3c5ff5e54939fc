/* SPDX-License-Identifier: MIT */
/* dmalab run --apply-advice */
#include "cli/cli.h"

#include "trace/advice.h"

#include <stdlib.h>
#include <string.h>

#define MAX_ROUNDS 256u
#define CONTEXT    3u

/* A trace that is mended, report by report. */
struct mending {
	const struct trace *t;         /* as it was */
	const struct run_options *options;
	struct trace *now;             /* NULL: still as it was */
	u32 *from;                     /* for each line of that, the line of t; or 0 */
	struct drawn_list drawn;       /* by it */
	bool *tried;                   /* by line of t: a report that its calls did not remove */
	unsigned cured, failed;
};

static const struct trace *current(const struct mending *m)
{
	return m->now ? m->now : m->t;
}

static u32 line_in_t(const struct mending *m, u32 line)
{
	return m->from && line ? m->from[line - 1] : line;
}

/* A call that was put in has no line of t: its report is shown at the next line that has one. */
static u32 line_to_show(const struct mending *m, u32 line)
{
	while (m->now && line && line < m->now->nr_lines && !m->from[line - 1])
		line++;
	return line_in_t(m, line);
}

static void tell(const struct complaint *c, void *context)
{
	(void)context;
	trace_print_complaint(c, stderr, use_colour(stderr));
}

/* The lines of @new by those of t. */
static void trace_back(const struct mending *m, u32 *new, u32 nr)
{
	for (u32 i = 0; i < nr && m->from; i++)
		if (new[i])
			new[i] = m->from[new[i] - 1];
}

static void say(const struct mending *m, const struct drawn *d, const char *what, unsigned calls)
{
	printf("%s:%u: %s: %s", m->t->file, line_to_show(m, d->line), d->check, what);
	if (calls)
		printf(" by %u call%s", calls, calls == 1 ? "" : "s");
	printf(": %s\n", d->missing ? d->missing : "nothing is advised");
}

static void step(struct mending *m, const struct drawn *d)
{
	u32 line = line_in_t(m, d->line), *from;
	struct outcome outcome = { .gone = false };
	struct drawn_list after;
	struct trace *next;
	size_t len;
	char *text = advice_apply(current(m), m->options, d, &len, &from);

	m->tried[line] = true;
	if (!text) {
		say(m, d, "what is missing cannot be written with the names that the trace has there", 0);
		m->failed++;
		return;
	}
	next = trace_parse(m->t->file, text, len, tell, NULL);
	free(text);
	if (!next) {
		free(from);
		m->failed++;
		return;
	}
	drawn_find(&after, next, m->options);
	outcome = advice_outcome(&m->drawn, d, &after, from);
	say(m, d, outcome.gone ? "cured" : "not cured", d->nr_calls);
	if (outcome.new)
		printf("%s: which reports %s about the same bytes\n", m->t->file, outcome.new->check);
	m->cured += outcome.gone;
	m->failed += !outcome.gone;
	trace_back(m, from, next->nr_lines);
	free(m->from);
	trace_free(m->now);
	drawn_free(&m->drawn);
	m->from = from;
	m->now = next;
	m->drawn = after;
}

/* The first report with calls that were not tried, or NULL. */
static const struct drawn *next_to_mend(const struct mending *m)
{
	for (u32 i = 0; i < m->drawn.nr; i++) {
		const struct drawn *d = &m->drawn.of[i];

		if (drawn_is_advised(d) && d->nr_calls && !m->tried[line_in_t(m, d->line)])
			return d;
	}
	return NULL;
}

/* ----------------------------------------------------------------------- diff */

static const char *text_of(const struct trace *t, u32 line)
{
	return t->text + t->line_start[line - 1];
}

static bool is_near(const struct mending *m, u32 i)
{
	u32 from = i > CONTEXT ? i - CONTEXT : 0;

	for (u32 k = from; k <= i + CONTEXT && k < m->now->nr_lines; k++)
		if (!m->from[k])
			return true;
	return false;
}

/* Lines @i..@end of the new text, all near to ones that were put in. */
static void print_hunk(const struct mending *m, u32 i, u32 end)
{
	u32 added = 0, start = 0;

	for (u32 k = i; k < end; k++) {
		added += !m->from[k];
		if (!start)
			start = m->from[k];
	}
	printf("@@ -%u,%u +%u,%u @@\n", start, end - i - added, i + 1, end - i);
	for (u32 k = i; k < end; k++) {
		putchar(m->from[k] ? ' ' : '+');
		puts(text_of(m->now, k + 1));
	}
}

static void print_diff(const struct mending *m)
{
	printf("--- %s\n+++ %s\n", m->t->file, m->t->file);
	for (u32 i = 0, end; i < m->now->nr_lines; i = end) {
		bool near = is_near(m, i);

		for (end = i + 1; end < m->now->nr_lines && is_near(m, end) == near; end++)
			;
		if (near)
			print_hunk(m, i, end);
	}
}

/* ------------------------------------------------------------------------ all */

/* Calls are named for a plain store, too, but they have no place: nobody knows its line. */
static const char *why_left(const struct drawn *d)
{
	if (d->found && d->missing && strncmp(d->missing, "dma_sync_", 9) == 0)
		return "put these in by hand, the line of a plain store is not known";
	return "no call cures it";
}

static unsigned tell_the_rest(const struct mending *m)
{
	unsigned left = 0;

	for (u32 i = 0; i < m->drawn.nr; i++) {
		const struct drawn *d = &m->drawn.of[i];

		if (!drawn_is_advised(d))
			continue;
		left++;
		if (!d->nr_calls)
			say(m, d, why_left(d), 0);
	}
	return left;
}

int apply_advice(const struct trace *t, const struct run_options *o)
{
	struct mending m = { .t = t, .options = o };
	const struct drawn *d;
	unsigned left;

	m.tried = calloc(t->nr_lines + 1, sizeof(*m.tried));
	if (!m.tried) {
		fprintf(stderr, "dmalab: %s: no memory\n", t->file);
		return BAD_USAGE;
	}
	drawn_find(&m.drawn, t, o);
	for (unsigned i = 0; i < MAX_ROUNDS && (d = next_to_mend(&m)); i++)
		step(&m, d);
	left = tell_the_rest(&m);
	if (m.now)
		print_diff(&m);
	printf("%s: on %s: %u report%s cured, %u left\n", t->file, o->profile ? o->profile : "arm64",
	       m.cured, m.cured == 1 ? "" : "s", left);
	free(m.tried);
	free(m.from);
	trace_free(m.now);
	drawn_free(&m.drawn);
	return left ? NOT_AS_EXPECTED : AS_EXPECTED;
}
