/* SPDX-License-Identifier: MIT */
/* Reports for people, in the style of a compiler's diagnostics, and for programs. */
#include "cli/cli.h"

#include <string.h>

static const char *severity_name(enum dmalab_severity severity)
{
	return severity == DMALAB_ERROR ? "error" :
	       severity == DMALAB_WARNING ? "warning" : "lint";
}

static u32 line_of(const struct trace *t, const struct statement *s)
{
	return s ? s->line : t->nr_lines;
}

/* -------------------------------------------------------------------- text */

static const char *title_of(const char *check)
{
	size_t nr;
	const struct dmalab_check *checks = dmalab_checks(&nr);

	for (size_t i = 0; i < nr; i++)
		if (strcmp(checks[i].name, check) == 0)
			return checks[i].title;
	return "";
}

static void text_report(FILE *to, const struct trace *t, const struct dmalab_report *r,
			const struct statement *s, bool expected, bool first)
{
	bool colour = use_colour(to);
	const char *paint = !colour ? "" : r->severity == DMALAB_ERROR ? "\033[31m" : "\033[35m";
	u32 line = line_of(t, s);

	(void)first;
	fprintf(to, "%s%s:%u: %s%s:%s %s: %s%s%s\n", colour ? "\033[1m" : "", t->file, line, paint,
		severity_name(r->severity), colour ? "\033[0m" : "", r->check, title_of(r->check),
		s ? "" : ", at the end of the trace", expected ? " (expected)" : "");
	if (s) {
		fprintf(to, "%5u | ", line);
		trace_print_line(t->text + t->line_start[line - 1], to);
		fputc('\n', to);
	}
	fprintf(to, "      = on %s%s%s", r->profile, r->device ? ", device " : "",
		r->device ? r->device : "");
	if (r->bytes)
		fprintf(to, ", bytes %zu..%zu of the %zu-byte %s", r->first, r->last,
			r->object_size, r->object ? r->object : "object");
	fputc('\n', to);
	if (r->detail)
		fprintf(to, "      = %s\n", r->detail);
	if (r->also)
		fprintf(to, "      = also different: %s\n", r->also);
	for (unsigned i = 0; i < r->nr_history; i++)
		fprintf(to, "%s:%u: note: %s\n", t->file, r->history[i].site.line,
			r->history[i].what);
	if (r->missing)
		fprintf(to, "      = missing: %s\n", r->missing);
	if (r->breaks_on)
		fprintf(to, "      = breaks on: %s\n", r->breaks_on);
}

static void lines_report(FILE *to, const struct trace *t, const struct dmalab_report *r,
			 const struct statement *s, bool expected, bool first)
{
	(void)t, (void)expected, (void)first;
	fprintf(to, "%u: %s\n", s ? s->line : 0, r->check);
}

/* -------------------------------------------------------------------- JSON */

static void json_string(FILE *to, const char *s)
{
	if (!s) {
		fputs("null", to);
		return;
	}
	fputc('"', to);
	for (; *s; s++) {
		unsigned char c = *s;

		if (c == '"' || c == '\\')
			fprintf(to, "\\%c", c);
		else if (c < 0x20 || c >= 0x7f)
			fprintf(to, "\\u%04x", c);
		else
			fputc(c, to);
	}
	fputc('"', to);
}

static void json_member(FILE *to, const char *name, const char *value)
{
	fprintf(to, ", \"%s\": ", name);
	json_string(to, value);
}

static void json_begin(FILE *to)
{
	fputs("[", to);
}

static void json_report(FILE *to, const struct trace *t, const struct dmalab_report *r,
			const struct statement *s, bool expected, bool first)
{
	fprintf(to, "%s\n  {\"file\": ", first ? "" : ",");
	json_string(to, t->file);
	fprintf(to, ", \"line\": %u, \"expected\": %s", line_of(t, s), expected ? "true" : "false");
	json_member(to, "check", r->check);
	json_member(to, "severity", severity_name(r->severity));
	json_member(to, "profile", r->profile);
	json_member(to, "device", r->device);
	json_member(to, "call", r->call);
	json_member(to, "object", r->object);
	fprintf(to, ", \"object_size\": %zu, \"first\": %zu, \"last\": %zu, \"bytes\": %zu",
		r->object_size, r->first, r->last, r->bytes);
	json_member(to, "detail", r->detail);
	json_member(to, "also", r->also);
	json_member(to, "missing", r->missing);
	json_member(to, "breaks_on", r->breaks_on);
	json_member(to, "dma_debug", r->dma_debug);
	fputs(", \"history\": [", to);
	for (unsigned i = 0; i < r->nr_history; i++) {
		fprintf(to, "%s{\"line\": %u, \"what\": ", i ? ", " : "", r->history[i].site.line);
		json_string(to, r->history[i].what);
		fputc('}', to);
	}
	fputs("]}", to);
}

static void json_end(FILE *to)
{
	fputs("\n]\n", to);
}

/* ------------------------------------------------------------------- SARIF */

static void sarif_begin(FILE *to)
{
	size_t nr;
	const struct dmalab_check *checks = dmalab_checks(&nr);

	fputs("{\"version\": \"2.1.0\",\n"
	      " \"$schema\": \"https://json.schemastore.org/sarif-2.1.0.json\",\n"
	      " \"runs\": [{\"tool\": {\"driver\": {\"name\": \"dmalab\", \"rules\": [", to);
	for (size_t i = 0; i < nr; i++) {
		fprintf(to, "%s\n  {\"id\": ", i ? "," : "");
		json_string(to, checks[i].name);
		fputs(", \"shortDescription\": {\"text\": ", to);
		json_string(to, checks[i].title);
		fputs("}}", to);
	}
	fputs("]}},\n \"results\": [", to);
}

static void sarif_location(FILE *to, const char *file, u32 line)
{
	fputs("{\"physicalLocation\": {\"artifactLocation\": {\"uri\": ", to);
	json_string(to, file);
	fprintf(to, "}, \"region\": {\"startLine\": %u}}", line ? line : 1);
}

static void sarif_report(FILE *to, const struct trace *t, const struct dmalab_report *r,
			 const struct statement *s, bool expected, bool first)
{
	char text[512];

	snprintf(text, sizeof(text), "%s on %s%s%s%s%s%s", r->check, r->profile,
		 r->device ? ", device " : "", r->device ? r->device : "",
		 r->detail ? ": " : "", r->detail ? r->detail : "",
		 expected ? " (expected)" : "");
	fprintf(to, "%s\n  {\"ruleId\": ", first ? "" : ",");
	json_string(to, r->check);
	fprintf(to, ", \"level\": \"%s\", \"message\": {\"text\": ",
		r->severity == DMALAB_ERROR ? "error" :
		r->severity == DMALAB_WARNING ? "warning" : "note");
	json_string(to, text);
	fputs("}, \"locations\": [", to);
	sarif_location(to, t->file, line_of(t, s));
	fputs("}], \"relatedLocations\": [", to);
	for (unsigned i = 0; i < r->nr_history; i++) {
		fputs(i ? ", " : "", to);
		sarif_location(to, t->file, r->history[i].site.line);
		fputs(", \"message\": {\"text\": ", to);
		json_string(to, r->history[i].what);
		fputs("}}", to);
	}
	fputs("]}", to);
}

static void sarif_end(FILE *to)
{
	fputs("\n]}]}\n", to);
}

static const struct format formats[] = {
	{ "text", NULL, text_report, NULL },
	{ "lines", NULL, lines_report, NULL },
	{ "json", json_begin, json_report, json_end },
	{ "sarif", sarif_begin, sarif_report, sarif_end },
};

const struct format *format_find(const char *name)
{
	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++)
		if (strcmp(formats[i].name, name) == 0)
			return &formats[i];
	return NULL;
}
