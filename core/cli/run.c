/* SPDX-License-Identifier: MIT */
/* dmalab run */
#include "cli/cli.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define MAX_TIMED 1000000

struct options {
	const char *profile, *policy;
	u64 seed;
	enum accesses accesses;
	bool values, quiet, advice;
	unsigned timed;
	const struct format *format;
	unsigned printed;
	unsigned traces, runs, reports, failed, elsewhere;
};

/* Of one trace, or of none yet. */
struct printer {
	const struct trace *trace;
	struct options *o;
};

/* For people: beside what a program reads from standard output. */
static FILE *people(const struct options *o)
{
	return strcmp(o->format->name, "text") == 0 ? stdout : stderr;
}

static void print_report(const struct dmalab_report *r, const struct statement *s, bool expected,
			 void *context)
{
	const struct printer *p = context;

	if (!p->o->quiet)
		p->o->format->report(stdout, p->trace, r, s, expected, p->o->printed++ == 0);
}

static void print_problem(const struct problem *problem, void *context)
{
	struct options *o = context;

	if (o->format->problem)
		o->format->problem(stdout, problem, o->printed++ == 0);
}

static void print_failure(const struct failure *f, void *context)
{
	const struct printer *p = context;
	struct problem problem = {
		.rule = failure_rules[f->kind].id, .file = p->trace->file,
		.line = f->kind == FAILED_UNEXPECTED ? line_of(p->trace, f->s) :
			f->s ? f->s->line : 0,
		.profile = f->profile, .check = f->check, .text = f->text,
	};

	print_problem(&problem, p->o);
	/* The report itself says it, to people. */
	if (!p->o->quiet && f->kind != FAILED_UNEXPECTED)
		problem_print(&problem, people(p->o));
}

static double cpu_time(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return now.tv_sec + now.tv_nsec / 1e9;
}

/* The best of several runs: what is slower was disturbed. */
static void print_time(const struct trace *t, const struct options *o, const char *profile)
{
	struct run_options options = {
		.profile = profile, .policy = o->policy, .seed = o->seed,
		.accesses = o->accesses,
	};
	struct run_result result;
	unsigned statements = 0;
	double best = 0;

	for (u32 i = 0; i < t->nr_statements; i++)
		statements += t->statements[i].call != NULL;
	for (unsigned i = 0; i < o->timed; i++) {
		double start = cpu_time(), took;

		trace_run(t, &options, &result);
		took = cpu_time() - start;
		best = i && best < took ? best : took;
	}
	fprintf(stderr, "%s: %u statements on %s, best of %u runs: %.3f ms, %.2f million a second\n",
		t->file, statements, profile, o->timed, best * 1e3,
		best > 0 ? statements / best / 1e6 : 0);
}

static int run_on(const struct trace *t, struct options *o, const char *profile,
		  const profile_set *breaks)
{
	struct printer printer = { .trace = t, .o = o };
	struct run_options options = {
		.profile = profile, .policy = o->policy, .seed = o->seed, .values = o->values,
		.accesses = o->accesses, .out = people(o), .breaks = breaks,
		.on_report = print_report, .on_failure = print_failure, .context = &printer,
	};
	struct run_result result;
	bool good;

	if (o->advice)
		return apply_advice(t, &options);
	good = trace_run(t, &options, &result);

	o->runs++;
	o->reports += result.reports;
	o->elsewhere += result.elsewhere;
	if (!good && o->quiet)
		fprintf(people(o), "%s: not as expected on %s\n", t->file, profile);
	if (o->timed)
		print_time(t, o, profile);
	o->failed += !good;
	if (result.error < 0)
		return BAD_USAGE;
	return good ? AS_EXPECTED : NOT_AS_EXPECTED;
}

static int run_one(const struct trace *t, void *context)
{
	struct options *o = context;
	profile_set *breaks = o->quiet ? NULL : trace_breaks(t, o->accesses);
	int status = AS_EXPECTED;
	const char *profile;

	o->traces++;
	for (unsigned i = 0; (profile = dmalab_profile_name(i)); i++) {
		int now;

		if (strcmp(o->profile, "all") != 0 && strcmp(o->profile, profile) != 0)
			continue;
		now = run_on(t, o, profile, breaks);
		status = now > status ? now : status;
	}
	free(breaks);
	return status;
}

/* All is as expected then, and says nothing. */
static void print_if_nothing_ran(const struct options *o)
{
	if (!o->quiet && o->runs && o->elsewhere == o->runs)
		fprintf(people(o), "nothing was done on %s: profiles() of the trace%s says other machines; "
			"choose another --profile\n", o->profile, o->traces == 1 ? "" : "s");
}

static int no_such_accesses(const char *name)
{
	struct nearest n = { .name = name, .len = strlen(name) };

	for (int i = ACCESSES_TOLD; i <= ACCESSES_PLAIN; i++)
		nearest_try(&n, accesses_names[i]);
	return no_such_word("kind of accesses", &n, "valid: told mixed plain");
}

int cmd_run(int argc, char **argv)
{
	static const struct option longs[] = {
		{ "profile", required_argument, NULL, 'p' },
		{ "policy", required_argument, NULL, 'c' },
		{ "seed", required_argument, NULL, 's' },
		{ "accesses", required_argument, NULL, 'a' },
		{ "values", no_argument, NULL, 'v' },
		{ "quiet", no_argument, NULL, 'q' },
		{ "format", required_argument, NULL, 'f' },
		{ "time", optional_argument, NULL, 't' },
		{ "apply-advice", no_argument, NULL, 'm' },
		{ NULL, 0, NULL, 0 },
	};
	struct options o = { .profile = "arm64", .format = format_find("text") };
	struct visitor visitor = { .trace = run_one, .problem = print_problem, .context = &o };
	u64 runs = 10;
	int c, status;

	while ((c = getopt_long(argc, argv, "qv", longs, NULL)) >= 0) {
		switch (c) {
		case 'p':
			o.profile = optarg;
			break;
		case 'c':
			if (!policy_is_valid(optarg))
				return BAD_USAGE;
			o.policy = optarg;
			break;
		case 's':
			if (!read_number("--seed", optarg, 0, ~0ull, &o.seed))
				return BAD_USAGE;
			break;
		case 'f':
			o.format = format_find(optarg);
			if (!o.format)
				return BAD_USAGE;
			break;
		case 'a':
			if (!accesses_find(optarg, &o.accesses))
				return no_such_accesses(optarg);
			break;
		case 'm':
			o.advice = true;
			break;
		case 'v':
			o.values = true;
			break;
		case 'q':
			o.quiet = true;
			break;
		case 't':
			if (optarg && !read_number("--time", optarg, 1, MAX_TIMED, &runs))
				return BAD_USAGE;
			o.timed = runs;
			break;
		default:
			return bad_option(argv, longs);
		}
	}
	if (optind == argc)
		return usage_error("run: no trace given");
	if (strcmp(o.profile, "all") != 0 && !profile_is_valid(o.profile))
		return BAD_USAGE;
	if (o.advice && (o.values || o.quiet || o.timed || people(&o) != stdout))
		return usage_error("run: --apply-advice prints text of its own; leave out --format, --values, "
				   "--quiet and --time");
	if (o.advice) {
		visitor.problem = NULL;
		return for_each_trace(argv + optind, argc - optind, &visitor);
	}
	if (o.format->begin)
		o.format->begin(stdout);
	status = for_each_trace(argv + optind, argc - optind, &visitor);
	if (o.format->end)
		o.format->end(stdout);
	fprintf(people(&o), "%u trace%s, %u run%s, %u report%s: %u not as expected\n", o.traces,
	       o.traces == 1 ? "" : "s", o.runs, o.runs == 1 ? "" : "s", o.reports,
	       o.reports == 1 ? "" : "s", o.failed);
	print_if_nothing_ran(&o);
	return status;
}
