/* SPDX-License-Identifier: MIT */
/*
 * Target "trace": any text is a trace, or is refused with its errors. What is a trace has
 * one canonical form, which is its own canonical form, and a binary form; and all of them
 * run alike, whatever they do: no crash, no hang, and the same reports in the same order.
 *
 * An input that begins with BINARY_MAGIC is itself in the binary form, and is always a
 * trace: its text is canonical, and comes back when it is encoded and decoded.
 */
#include "target.h"

#include "trace/trace.h"

#include <stdlib.h>
#include <string.h>

#define MAX_LOG 512

/* What a run reported. */
struct log {
	const struct trace *trace;
	bool stopped;
	unsigned wrong_values;
	unsigned nr;
	struct {
		unsigned line, place;     /* among the lines, and among the calls */
		const char *check;
	} entry[MAX_LOG];
};

static void ignore(const struct complaint *c, void *context)
{
	(void)context;
	if (c->line && (!c->trace || c->line > c->trace->nr_lines || !c->column))
		abort();
}

static unsigned place_of(const struct trace *t, const struct statement *s)
{
	unsigned place = 0;

	for (u32 i = 0; i < t->nr_statements && &t->statements[i] <= s; i++)
		place += t->statements[i].call != NULL;
	return place;
}

static void on_report(const struct dmalab_report *r, const struct statement *s, bool expected,
		      void *context)
{
	struct log *log = context;

	(void)expected;
	if (log->nr == MAX_LOG)
		return;
	log->entry[log->nr].line = s ? s->line : 0;
	log->entry[log->nr].place = s ? place_of(log->trace, s) : 0;
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
	bool good;
	struct run_options o = {
		.profile = profile ? profile : "arm64", .policy = which & 1 ? "random" : "lru",
		.accesses = which / 9 % 3, .on_report = on_report, .context = log,
	};

	if (!null)
		null = fopen("/dev/null", "w");
	o.out = null;
	*log = (struct log){ .trace = t };
	good = trace_run(t, &o, &result);
	log->stopped = result.error != 0;
	log->wrong_values = result.wrong_values;
	return good;
}

static _Noreturn void fail(const char *what, const char *a, const char *b)
{
	fprintf(stderr, "%s:\n%s---\n%s", what, a, b);
	abort();
}

/* Of one trace, of its canonical form, and (unless NULL) of what its binary form is. */
static void same_runs(const struct trace *t, const struct trace *canonical,
		      const struct trace *decoded, size_t which)
{
	static struct log a, b, c;
	bool good = run(t, which, &a);

	if (run(canonical, which, &b) != good)
		abort();
	if (decoded)
		run(decoded, which, &c);
	else
		c = b;
	if (a.nr != b.nr || a.nr != c.nr || a.stopped != c.stopped ||
	    a.wrong_values != c.wrong_values)
		abort();
	for (unsigned i = 0; i < a.nr; i++)
		if (a.entry[i].line != b.entry[i].line || a.entry[i].place != c.entry[i].place ||
		    strcmp(a.entry[i].check, b.entry[i].check) != 0 ||
		    strcmp(a.entry[i].check, c.entry[i].check) != 0)
			abort();
}

static char *through_bytes(const struct trace *t, size_t *len)
{
	size_t nr;
	u8 *bytes = trace_encode(t, &nr);
	char *text = bytes ? trace_decode(bytes, nr, len) : NULL;

	if (!text)
		abort();
	free(bytes);
	return text;
}

static void check(const struct trace *t, size_t which)
{
	struct trace *canonical, *decoded;
	size_t len, len_again, len_decoded;
	char *text = print(t, &len), *again, *bytes;
	bool same;

	canonical = parse(text, len);
	if (!canonical)
		fail("the canonical form is no trace", text, "");
	again = print(canonical, &len_again);
	if (len != len_again || memcmp(text, again, len) != 0)
		fail("the canonical form is not its own", text, again);
	bytes = through_bytes(canonical, &len_decoded);
	decoded = parse(bytes, len_decoded);
	if (!decoded)
		fail("what its bytes are is no trace", text, bytes);
	same = len == len_decoded && memcmp(text, bytes, len) == 0;
	/* New names may make a long line too long, which is passed over. */
	same |= decoded->nr_statements != place_of(canonical, canonical->statements +
						   canonical->nr_statements);
	same_runs(t, canonical, same ? NULL : decoded, which);
	trace_free(decoded);
	trace_free(canonical);
	free(bytes);
	free(again);
	free(text);
}

/* Bytes are a trace, its text is canonical, and its bytes are that text again. */
static struct trace *parse_bytes(const uint8_t *data, size_t size)
{
	size_t len, len_again;
	char *text = trace_decode(data, size, &len), *again;
	struct trace *t;

	if (!text)
		abort();
	t = parse(text, len);
	if (!t)
		fail("bytes are no trace", text, "");
	again = print(t, &len_again);
	if (len != len_again || memcmp(text, again, len) != 0)
		fail("the text of bytes is not canonical", text, again);
	free(again);
	again = through_bytes(t, &len_again);
	if (len != len_again || memcmp(text, again, len) != 0)
		fail("the bytes of the text of bytes are another text", text, again);
	free(again);
	free(text);
	return t;
}

static bool is_binary(const uint8_t *data, size_t size)
{
	return size && data[0] == BINARY_MAGIC;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct trace *t = is_binary(data, size) ? parse_bytes(data, size) :
						  parse((const char *)data, size);

	if (t)
		check(t, size);
	trace_free(t);
	return 0;
}

void target_print(const uint8_t *data, size_t size, FILE *to)
{
	size_t len = size;
	char *text = is_binary(data, size) ? trace_decode(data, size, &len) : NULL;

	fwrite(text ? text : (const char *)data, 1, len, to);
	free(text);
}

uint8_t *target_read(const uint8_t *data, size_t size, size_t *len)
{
	(void)data, (void)size, (void)len;
	return NULL;
}
