/* SPDX-License-Identifier: MIT */
/* Reports for people, in the style of a compiler's diagnostics, and a line for each. */
#include "cli/cli.h"

#include <string.h>

/* ----------------------------------------------------------------- problems */

const struct rule failure_rules[] = {
	[FAILED_UNEXPECTED] = { "unexpected-report", "a report that its line does not expect" },
	[FAILED_MISSING] = { "expected-report-missing", "an expected report was not made" },
	[FAILED_VALUE] = { "wrong-value", "an access saw other bytes than the trace says" },
	[FAILED_RUN] = { "trace-error", "a trace that cannot be read or run" },
};

const unsigned nr_failure_rules = sizeof(failure_rules) / sizeof(failure_rules[0]);

const char *severity_name(enum dmalab_severity severity)
{
	return severity == DMALAB_ERROR ? "error" :
	       severity == DMALAB_WARNING ? "warning" : "lint";
}

u32 line_of(const struct trace *t, const struct statement *s)
{
	return s ? s->line : t->nr_lines;
}

/* -------------------------------------------------------------------- text */

static const char *title_of(const char *check)
{
	size_t nr;
	const struct dmalab_check *const *checks = dmalab_checks(&nr);

	for (size_t i = 0; i < nr; i++)
		if (strcmp(checks[i]->name, check) == 0)
			return checks[i]->title;
	return "";
}

/* Devices and files may be called anything. */
static void put(FILE *to, const char *text)
{
	trace_print_text(text, (size_t)-1, to);
}

static void put_line(FILE *to, const char *before, const char *text)
{
	if (!text)
		return;
	fprintf(to, "      = %s", before);
	put(to, text);
	fputc('\n', to);
}

/* "file:line: error:" as compilers have it; line 0: of the whole file. */
static void put_head(FILE *to, const char *file, u32 line, enum dmalab_severity severity)
{
	bool colour = use_colour(to);
	const char *paint = !colour ? "" : severity == DMALAB_ERROR ? "\033[31m" : "\033[35m";

	fputs(colour ? "\033[1m" : "", to);
	put(to, file);
	if (line)
		fprintf(to, ":%u", line);
	fprintf(to, ": %s%s:%s ", paint, severity_name(severity), colour ? "\033[0m" : "");
}

static void text_report(FILE *to, const struct trace *t, const struct dmalab_report *r,
			const struct statement *s, bool expected, bool first)
{
	u32 line = line_of(t, s);

	(void)first;
	put_head(to, t->file, line, r->severity);
	fprintf(to, "%s: %s%s%s\n", r->check, title_of(r->check),
		s ? "" : ", at the end of the trace", expected ? " (expected)" : "");
	if (s) {
		fprintf(to, "%5u | ", line);
		trace_print_text(t->text + t->line_start[line - 1], 200, to);
		fputc('\n', to);
	}
	fprintf(to, "      = on %s%s", r->profile, r->device ? ", device " : "");
	put(to, r->device ? r->device : "");
	if (r->bytes)
		fprintf(to, ", bytes %zu..%zu%s the %zu-byte %s", r->first, r->last,
			r->first < r->object_size ? " of" : ", behind the end of", r->object_size,
			r->object ? r->object : "object");
	else if (r->object)
		fprintf(to, ", the %zu-byte %s", r->object_size, r->object);
	fputc('\n', to);
	if (r->found_by) {
		put(to, t->file);
		fprintf(to, ":%u: note: %s, at this line or later, found by %s\n", r->site->line,
			r->call, r->found_by);
	}
	put_line(to, "", r->detail);
	put_line(to, "also different: ", r->also);
	if (r->failed) {
		put(to, t->file);
		fprintf(to, ":%u: note: %s() was made to fail\n", r->failed_at->line, r->failed);
	}
	for (unsigned i = 0; i < r->nr_history; i++) {
		put(to, t->file);
		fprintf(to, ":%u: note: %s%s\n", r->history[i]->site->line, r->history[i]->what,
			r->history[i]->site->since ? ", at this line or later" : "");
	}
	put_line(to, "missing: ", r->missing);
	put_line(to, "breaks on: ", r->breaks_on);
}

void problem_print(const struct problem *p, FILE *to)
{
	put_head(to, p->file, p->line, DMALAB_ERROR);
	fprintf(to, "%s: ", p->rule);
	put(to, p->text);
	fprintf(to, "%s%s\n", p->profile ? ", on " : "", p->profile ? p->profile : "");
}

static void lines_report(FILE *to, const struct trace *t, const struct dmalab_report *r,
			 const struct statement *s, bool expected, bool first)
{
	(void)t, (void)expected, (void)first;
	fprintf(to, "%u: %s\n", s ? s->line : 0, r->check);
}

static const struct format text_format = { .name = "text", .report = text_report };
static const struct format lines_format = { .name = "lines", .report = lines_report };

static const struct format *const formats[] = {
	&text_format, &json_format, &sarif_format, &lines_format,
};

const struct format *format_find(const char *name)
{
	struct nearest n = { .name = name, .len = strlen(name) };

	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
		if (strcmp(formats[i]->name, name) == 0)
			return formats[i];
		nearest_try(&n, formats[i]->name);
	}
	no_such_word("format", &n, "valid: text json sarif lines");
	return NULL;
}
