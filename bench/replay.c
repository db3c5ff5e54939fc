/* SPDX-License-Identifier: MIT */
/*
 * A trace of corpora/clean, as dmalab run does it without starting a program.
 *
 *   replay    read it, or run it on a machine of its own, over trace and op
 */
#include "bench.h"

#include "trace/trace.h"

#include <stdio.h>
#include <stdlib.h>

enum op { PARSE, RUN };

struct replay {
	const char *name;
	enum op op;
};

static char *text;
static size_t text_len;

static bool read_text(const char *name)
{
	const char *srcdir = getenv("srcdir");
	char path[1024];
	FILE *file;

	free(text);
	text_len = 0;
	text = malloc(1 << 16);
	snprintf(path, sizeof(path), "%s/corpora/clean/%s.dma", srcdir ? srcdir : ".", name);
	file = fopen(path, "r");
	if (file && text)
		text_len = fread(text, 1, 1 << 16, file);
	if (file)
		fclose(file);
	return text_len > 0;
}

static void ignore(const struct complaint *c, void *context)
{
	(void)c;
	(void)context;
}

static bool once(const struct replay *r, struct trace *parsed)
{
	struct run_options options = { 0 };
	struct run_result result;
	struct trace *t;

	if (r->op == RUN)
		return trace_run(parsed, &options, &result) && !result.error;
	t = trace_parse(r->name, text, text_len, ignore, NULL);
	gbench_use(t);
	trace_free(t);
	return t;
}

static void replay(struct gbench_state *state, const void *context)
{
	const struct replay *r = context;
	struct trace *t = NULL;

	if (read_text(r->name))
		t = trace_parse(r->name, text, text_len, ignore, NULL);
	if (!t) {
		gbench_skip(state, "corpora/clean/%s.dma cannot be read", r->name);
		return;
	}
	gbench_loop(state) {
		if (!once(r, t)) {
			gbench_skip(state, "the trace did not go as expected");
			break;
		}
	}
	trace_free(t);
}

void bench_register_replay(void)
{
	static const char *const names[] = { "tx-map-unmap", "tx-fragments" };

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		struct replay r = { names[i], PARSE };

		bench_register(replay, &r, sizeof(r), "replay/trace:%s/op:parse", r.name);
		r.op = RUN;
		bench_register(replay, &r, sizeof(r), "replay/trace:%s/op:run", r.name);
	}
}
