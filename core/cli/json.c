/* SPDX-License-Identifier: MIT */
/* Reports and failures as JSON: an array, an object a line. docs/report-schema.json. */
#include "cli/cli.h"
#include "base/utf8.h"

#include <linux/dma-direction.h>

/*
 * UTF-8 is kept, but for control characters, which a terminal might obey; what is no
 * UTF-8 could not stand in JSON, and becomes U+FFFD.
 */
void json_characters(FILE *to, const char *s)
{
	for (unsigned n, c; *s; s += n ? n : 1) {
		n = utf8_next(s, &c);
		if (!n)
			fputs("\\ufffd", to);
		else if (utf8_is_control(c))
			fprintf(to, "\\u%04x", c);
		else
			fprintf(to, "%s%.*s", c == '"' || c == '\\' ? "\\" : "", (int)n, s);
	}
}

void json_string(FILE *to, const char *s)
{
	if (!s) {
		fputs("null", to);
		return;
	}
	fputc('"', to);
	json_characters(to, s);
	fputc('"', to);
}

static void member(FILE *to, const char *name, const char *value)
{
	fprintf(to, ", \"%s\": ", name);
	json_string(to, value);
}

static void begin(FILE *to)
{
	fputs("[", to);
}

static void start(FILE *to, const char *file, u32 line, bool first)
{
	fprintf(to, "%s\n  {\"file\": ", first ? "" : ",");
	json_string(to, file);
	fprintf(to, ", \"line\": %u", line);
}

static const char *direction_name(int dir)
{
	return dir == DMA_TO_DEVICE ? "DMA_TO_DEVICE" :
	       dir == DMA_FROM_DEVICE ? "DMA_FROM_DEVICE" : "DMA_BIDIRECTIONAL";
}

/* A call that is missing, for programs to put in. */
static void advice(FILE *to, const struct dmalab_advice *a, bool first)
{
	fprintf(to, "%s{\"line\": %u, \"after\": %s, \"call\": \"dma_sync_%s_for_%s\"",
		first ? "" : ", ", a->site->line, a->after ? "true" : "false",
		a->nents ? "sg" : "single", a->for_cpu ? "cpu" : "device");
	member(to, "device", a->device);
	fprintf(to, ", \"dma_address\": \"0x%llx\", \"size\": %zu, \"entries\": %u",
		(unsigned long long)a->dma_addr, a->length, a->nents);
	member(to, "direction", direction_name(a->direction));
	fputc('}', to);
}

static void report(FILE *to, const struct trace *t, const struct dmalab_report *r,
		   const struct statement *s, bool expected, bool first)
{
	start(to, t->file, line_of(t, s), first);
	fprintf(to, ", \"expected\": %s", expected ? "true" : "false");
	member(to, "check", r->check);
	member(to, "severity", severity_name(r->severity));
	member(to, "profile", r->profile);
	member(to, "device", r->device);
	member(to, "call", r->call);
	member(to, "found_by", r->found_by);
	if (r->found_by)
		fprintf(to, ", \"since\": %u", r->site->line);
	else
		member(to, "since", NULL);
	if (r->dma_addr)
		fprintf(to, ", \"dma_address\": \"0x%llx\"", (unsigned long long)r->dma_addr);
	else
		member(to, "dma_address", NULL);
	fprintf(to, ", \"size\": %zu", r->length);
	member(to, "object", r->object);
	fprintf(to, ", \"object_size\": %zu, \"first\": %zu, \"last\": %zu, \"bytes\": %zu",
		r->object_size, r->first, r->last, r->bytes);
	member(to, "detail", r->detail);
	member(to, "also", r->also);
	member(to, "missing", r->missing);
	member(to, "breaks_on", r->breaks_on);
	member(to, "dma_debug", r->dma_debug);
	fputs(", \"failed\": ", to);
	if (r->failed) {
		fprintf(to, "{\"line\": %u, \"nth\": %u", r->failed_at->line, r->failed_nth);
		member(to, "call", r->failed);
	}
	fputs(r->failed ? "}" : "null", to);
	fputs(", \"history\": [", to);
	for (unsigned i = 0; i < r->nr_history; i++) {
		fprintf(to, "%s{\"line\": %u, \"what\": ", i ? ", " : "", r->history[i]->site->line);
		json_string(to, r->history[i]->what);
		fputc('}', to);
	}
	fputs("], \"advice\": [", to);
	for (unsigned i = 0; i < r->nr_advice; i++)
		advice(to, r->advice[i], i == 0);
	fputs("]}", to);
}

static void problem(FILE *to, const struct problem *p, bool first)
{
	start(to, p->file, p->line, first);
	if (p->column)
		fprintf(to, ", \"column\": %u", p->column);
	else
		fputs(", \"column\": null", to);
	member(to, "failure", p->rule);
	member(to, "check", NULL); /* what counts reports by their check passes it over */
	member(to, "of", p->check);
	member(to, "profile", p->profile);
	member(to, "detail", p->text);
	member(to, "hint", p->hint);
	fputc('}', to);
}

static void end(FILE *to)
{
	fputs("\n]\n", to);
}

const struct format json_format = {
	.name = "json", .begin = begin, .report = report, .problem = problem, .end = end,
};
