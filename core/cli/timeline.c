/* SPDX-License-Identifier: MIT */
/* dmalab timeline: a picture of what a trace does to memory. */
#include "cli/cli.h"
#include "cli/picture.h"

#include <getopt.h>
#include <stdlib.h>

/* What a picture shows is drawn; what stops the trace is not. */
static void print_failure(const struct failure *f, void *context)
{
	const struct trace *t = context;
	struct problem problem = {
		.rule = failure_rules[f->kind].id, .file = t->file, .line = f->s ? f->s->line : 0,
		.profile = f->profile, .check = f->check, .text = f->text,
	};

	if (f->kind == FAILED_RUN)
		problem_print(&problem, stderr);
}

/* Without --profile, arm64, or the first machine that the trace is for; NULL: no memory. */
static struct timeline *record(const struct trace *t, const char *profile, struct run_result *result)
{
	struct run_options o = {
		.profile = profile ? profile : "arm64", .on_failure = print_failure,
		.context = (void *)t,
	};
	struct timeline *tl = timeline_record(t, &o, result);

	for (unsigned i = 0; !profile && tl && !tl->nr_steps && !result->error &&
			     (o.profile = dmalab_profile_name(i)); i++) {
		timeline_free(tl);
		tl = timeline_record(t, &o, result);
	}
	return tl;
}

static int draw(const struct trace *t, const char *profile, const char *out)
{
	struct run_result result = { .error = 0 };
	struct timeline *tl = record(t, profile, &result);
	char *text;
	size_t len;
	int status;

	if (tl && result.error) {
		timeline_free(tl);
		return result.error < 0 ? BAD_USAGE : NOT_AS_EXPECTED;
	}
	if (tl && !tl->nr_steps) {
		fprintf(stderr, "dmalab: %s: it does nothing on %s, as its profiles() says; choose another "
			"--profile\n", t->file, profile ? profile : "any machine");
		timeline_free(tl);
		return BAD_USAGE;
	}
	text = tl ? picture_draw(tl, &len) : NULL;
	timeline_free(tl);
	if (!text) {
		fprintf(stderr, "dmalab: %s: no memory to draw it\n", t->file);
		return BAD_USAGE;
	}
	status = write_bytes(out, text, len);
	free(text);
	return status;
}

static int draw_trace(const struct trace *t, const char *profile, const char *out)
{
	unsigned steps = timeline_count_steps(t);

	if (!steps) {
		fprintf(stderr, "dmalab: %s: no call to draw\n", t->file);
		return BAD_USAGE;
	}
	if (steps > TIMELINE_MAX_STEPS) {
		fprintf(stderr, "dmalab: %s: %u calls; a picture has room for %u: dmalab shrink leaves those "
			"that a report needs\n", t->file, steps, TIMELINE_MAX_STEPS);
		return BAD_USAGE;
	}
	return draw(t, profile, out);
}

int cmd_timeline(int argc, char **argv)
{
	static const struct option longs[] = {
		{ "profile", required_argument, NULL, 'p' },
		{ "output", required_argument, NULL, 'o' },
		{ NULL, 0, NULL, 0 },
	};
	const char *profile = NULL, *out = NULL;
	struct trace *t;
	int c, status;

	while ((c = getopt_long(argc, argv, "o:", longs, NULL)) >= 0) {
		switch (c) {
		case 'p':
			profile = optarg;
			break;
		case 'o':
			out = optarg;
			break;
		default:
			return bad_option(argv, longs);
		}
	}
	if (optind + 1 != argc)
		return usage_error("timeline takes one trace");
	if (profile && !profile_is_valid(profile))
		return BAD_USAGE;
	t = load_trace(argv[optind]);
	if (!t)
		return BAD_USAGE;
	status = draw_trace(t, profile, out);
	trace_free(t);
	return status;
}
