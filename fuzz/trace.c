/* SPDX-License-Identifier: MIT */
/*
 * Target "trace": any text is a trace, or is refused with its errors. What is a trace has
 * one canonical form, which is its own canonical form; and both run alike, whatever they
 * do: no crash, no hang, and the same reports in the same order.
 */
#include "target.h"

#include "trace/trace.h"

#include <stdlib.h>
#include <string.h>

#define MAX_LOG 512

/* What a run drew. */
struct log {
	unsigned nr;
	struct {
		unsigned line;
		const char *check;
	} entry[MAX_LOG];
};

static void ignore(const struct complaint *c, void *context)
{
	(void)context;
	if (c->line && (!c->trace || c->line > c->trace->nr_lines || !c->column))
		abort();
}

static void on_report(const struct dmalab_report *r, const struct statement *s, bool expected,
		      void *context)
{
	struct log *log = context;

	(void)expected;
	if (log->nr == MAX_LOG)
		return;
	log->entry[log->nr].line = s ? s->line : 0;
	log->entry[log->nr++].check = r->check;
}

static char *print(const struct trace *t, size_t *len)
{
	char *text = NULL;
	FILE *to = open_memstream(&text, len);

	if (!to)
		abort();
	trace_print(t, to);
	if (fclose(to))
		abort();
	return text;
}

static struct trace *parse(const char *text, size_t len)
{
	return trace_parse("fuzz", text, len, ignore, NULL);
}

static bool run(const struct trace *t, size_t which, struct log *log)
{
	static FILE *null;
	const char *profile = dmalab_profile_name(which % 9);
	struct run_result result;
	struct run_options o = {
		.profile = profile ? profile : "arm64", .policy = which & 1 ? "random" : "lru",
		.quiet = true, .on_report = on_report, .context = log,
	};

	if (!null)
		null = fopen("/dev/null", "w");
	o.out = null;
	log->nr = 0;
	return trace_run(t, &o, &result);
}

static void same_runs(const struct trace *a, const struct trace *b, size_t which)
{
	static struct log first, second;
	bool good = run(a, which, &first);

	if (run(b, which, &second) != good || first.nr != second.nr)
		abort();
	for (unsigned i = 0; i < first.nr; i++)
		if (first.entry[i].line != second.entry[i].line ||
		    strcmp(first.entry[i].check, second.entry[i].check) != 0)
			abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct trace *t = parse((const char *)data, size), *again;
	size_t len, len_again;
	char *text, *text_again;

	if (!t)
		return 0;
	text = print(t, &len);
	again = parse(text, len);
	if (!again) {
		fprintf(stderr, "the canonical form is no trace:\n%.*s", (int)len, text);
		abort();
	}
	text_again = print(again, &len_again);
	if (len != len_again || memcmp(text, text_again, len) != 0) {
		fprintf(stderr, "the canonical form is not its own:\n%s---\n%s", text, text_again);
		abort();
	}
	same_runs(t, again, size);
	trace_free(again);
	trace_free(t);
	free(text_again);
	free(text);
	return 0;
}

void target_print(const uint8_t *data, size_t size, FILE *to)
{
	fwrite(data, 1, size, to);
}
