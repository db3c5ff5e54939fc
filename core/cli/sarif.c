/* SPDX-License-Identifier: MIT */
/*
 * Reports and failures as SARIF 2.1.0. A rule is a check, or what kind of failure it is;
 * whether a report was expected, and on which machine, is among its properties.
 */
#include "cli/cli.h"

#include <string.h>

static void rule(FILE *to, const char *id, const char *title, bool first)
{
	fprintf(to, "%s\n  {\"id\": ", first ? "" : ",");
	json_string(to, id);
	fputs(", \"shortDescription\": {\"text\": ", to);
	json_string(to, title);
	fputs("}}", to);
}

static void begin(FILE *to)
{
	size_t nr;
	const struct dmalab_check *const *checks = dmalab_checks(&nr);

	fputs("{\"version\": \"2.1.0\",\n"
	      " \"$schema\": \"https://json.schemastore.org/sarif-2.1.0.json\",\n"
	      " \"runs\": [{\"columnKind\": \"unicodeCodePoints\",\n"
	      " \"tool\": {\"driver\": {\"name\": \"dmalab\", \"rules\": [", to);
	for (size_t i = 0; i < nr; i++)
		rule(to, checks[i]->name, checks[i]->title, i == 0);
	for (unsigned i = 0; i < nr_failure_rules; i++)
		rule(to, failure_rules[i].id, failure_rules[i].title, false);
	fputs("]}},\n \"results\": [", to);
}

/* A URI, in which a colon would end a scheme: a/b%20c.dma, file:///a/b.dma */
static void uri(FILE *to, const char *path)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				    "0123456789-._~/!$&'()*+,;=@";

	fputs(*path == '/' ? "\"file://" : "\"", to);
	for (; *path; path++)
		fprintf(to, strchr(plain, *path) ? "%c" : "%%%02X", (unsigned char)*path);
	fputc('"', to);
}

/* SARIF counts lines from 1, and has no line of a whole file. */
static void location(FILE *to, const char *file, u32 line, u32 column)
{
	fputs("{\"physicalLocation\": {\"artifactLocation\": {\"uri\": ", to);
	uri(to, file);
	fputc('}', to);
	if (line)
		fprintf(to, ", \"region\": {\"startLine\": %u", line);
	if (line && column)
		fprintf(to, ", \"startColumn\": %u", column);
	fputs(line ? "}}" : "}", to);
}

/* Up to its message, of which the text follows. */
static void start(FILE *to, const char *id, const char *level, bool first)
{
	fprintf(to, "%s\n  {\"ruleId\": ", first ? "" : ",");
	json_string(to, id);
	fprintf(to, ", \"level\": \"%s\", \"message\": {\"text\": \"", level);
}

/* @before and @text, unless there is none. */
static void part(FILE *to, const char *before, const char *text)
{
	if (!text)
		return;
	json_characters(to, before);
	json_characters(to, text);
}

/* SARIF wants each of the related locations once. */
static bool is_told(const struct dmalab_report *r, unsigned event)
{
	for (unsigned i = 0; i < event; i++)
		if (r->history[i]->site->line == r->history[event]->site->line &&
		    strcmp(r->history[i]->what, r->history[event]->what) == 0)
			return true;
	return false;
}

static void history(FILE *to, const struct trace *t, const struct dmalab_report *r)
{
	for (unsigned i = 0; i < r->nr_history; i++) {
		if (is_told(r, i))
			continue;
		fputs(i ? ", " : "", to);
		location(to, t->file, r->history[i]->site->line, 0);
		fputs(", \"message\": {\"text\": ", to);
		json_string(to, r->history[i]->what);
		fputs("}}", to);
	}
	if (!r->failed)
		return;
	fputs(r->nr_history ? ", " : "", to);
	location(to, t->file, r->failed_at->line, 0);
	fputs(", \"message\": {\"text\": \"", to);
	json_characters(to, r->failed);
	fputs("() was made to fail\"}}", to);
}

static void report(FILE *to, const struct trace *t, const struct dmalab_report *r,
		   const struct statement *s, bool expected, bool first)
{
	start(to, r->check,
	      r->severity == DMALAB_ERROR ? "error" :
	      r->severity == DMALAB_WARNING ? "warning" : "note", first);
	part(to, "", r->check);
	part(to, " on ", r->profile);
	part(to, ", device ", r->device);
	part(to, ", found by ", r->found_by);
	part(to, ": ", r->detail);
	part(to, "; missing: ", r->missing);
	fputs(expected ? " (expected)\"}, \"locations\": [" : "\"}, \"locations\": [", to);
	location(to, t->file, line_of(t, s), 0);
	fputs("}], \"relatedLocations\": [", to);
	history(to, t, r);
	fputs("], \"properties\": {\"profile\": ", to);
	json_string(to, r->profile);
	fprintf(to, ", \"expected\": %s}}", expected ? "true" : "false");
}

static void problem(FILE *to, const struct problem *p, bool first)
{
	start(to, p->rule, "error", first);
	part(to, "", p->text);
	part(to, "; ", p->hint);
	part(to, ", on ", p->profile);
	fputs("\"}, \"locations\": [", to);
	location(to, p->file, p->line, p->character);
	fputs("}], \"properties\": {\"profile\": ", to);
	json_string(to, p->profile);
	fputs(", \"check\": ", to);
	json_string(to, p->check);
	fputs("}}", to);
}

static void end(FILE *to)
{
	fputs("\n]}]}\n", to);
}

const struct format sarif_format = {
	.name = "sarif", .begin = begin, .report = report, .problem = problem, .end = end,
};
