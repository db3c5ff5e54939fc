/* SPDX-License-Identifier: MIT */
/* dmalab run: reports in the style of a compiler's diagnostics. */
#include "cli/cli.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>

struct options {
	const char *profile, *policy;
	u64 seed;
	bool values, quiet;
	unsigned traces, runs, reports, failed;
};

static const char *severity_name(enum dmalab_severity severity)
{
	return severity == DMALAB_ERROR ? "error" :
	       severity == DMALAB_WARNING ? "warning" : "lint";
}

static void print_source(const struct trace *t, u32 line)
{
	if (line && line <= t->nr_lines)
		printf("%5u | %.200s\n", line, t->text + t->line_start[line - 1]);
}

struct printer {
	const struct trace *trace;
	bool colour;
};

static void print_report(const struct dmalab_report *r, const struct statement *s, bool expected,
			 void *context)
{
	const struct printer *p = context;
	const char *colour = !p->colour ? "" : r->severity == DMALAB_ERROR ? "\033[31m" : "\033[35m";
	u32 line = s ? s->line : p->trace->nr_lines;

	printf("%s%s:%u: %s%s:%s %s%s%s\n", p->colour ? "\033[1m" : "", p->trace->file, line, colour,
	       severity_name(r->severity), p->colour ? "\033[0m" : "", r->check,
	       s ? "" : ", at the end of the trace", expected ? " (expected)" : "");
	if (s)
		print_source(p->trace, line);
	printf("      = on %s, device %s", r->profile, r->device);
	if (r->bytes)
		printf(", bytes %zu..%zu of the %zu-byte %s", r->first, r->last, r->object_size,
		       r->object ? r->object : "object");
	putchar('\n');
	if (r->detail)
		printf("      = %s\n", r->detail);
	if (r->also)
		printf("      = also different: %s\n", r->also);
	for (unsigned i = 0; i < r->nr_history; i++)
		printf("%s:%u: note: %s\n",
		       r->history[i].site.file ? r->history[i].site.file : p->trace->file,
		       r->history[i].site.line, r->history[i].what);
	if (r->missing)
		printf("      = missing: %s\n", r->missing);
	if (r->breaks_on)
		printf("      = breaks on: %s\n", r->breaks_on);
}

static int run_on(const struct trace *t, struct options *o, const char *profile)
{
	struct printer printer = { .trace = t, .colour = use_colour(stdout) };
	struct run_options options = {
		.profile = profile, .policy = o->policy, .seed = o->seed, .values = o->values,
		.quiet = o->quiet, .out = stdout,
		.on_report = o->quiet ? NULL : print_report, .context = &printer,
	};
	struct run_result result;
	bool good = trace_run(t, &options, &result);

	o->runs++;
	o->reports += result.reports;
	if (result.error && !o->quiet)
		printf("%s\n", result.message);
	if (!good && o->quiet)
		printf("%s: not as expected on %s\n", t->file, profile);
	o->failed += !good;
	return good ? AS_EXPECTED : NOT_AS_EXPECTED;
}

static int run_one(const struct trace *t, void *context)
{
	struct options *o = context;
	int status = AS_EXPECTED;
	const char *profile;

	o->traces++;
	if (strcmp(o->profile, "all") != 0)
		return run_on(t, o, o->profile);
	for (unsigned i = 0; (profile = dmalab_profile_name(i)); i++)
		if (run_on(t, o, profile) > status)
			status = NOT_AS_EXPECTED;
	return status;
}

int cmd_run(int argc, char **argv)
{
	static const struct option longs[] = {
		{ "profile", required_argument, NULL, 'p' },
		{ "policy", required_argument, NULL, 'c' },
		{ "seed", required_argument, NULL, 's' },
		{ "values", no_argument, NULL, 'v' },
		{ "quiet", no_argument, NULL, 'q' },
		{ NULL, 0, NULL, 0 },
	};
	struct options o = { .profile = "arm64" };
	int c, status;

	while ((c = getopt_long(argc, argv, "qv", longs, NULL)) >= 0) {
		switch (c) {
		case 'p':
			o.profile = optarg;
			break;
		case 'c':
			o.policy = optarg;
			break;
		case 's':
			o.seed = strtoull(optarg, NULL, 0);
			break;
		case 'v':
			o.values = true;
			break;
		case 'q':
			o.quiet = true;
			break;
		default:
			return BAD_USAGE;
		}
	}
	if (optind == argc)
		return usage_error("run: no trace given");
	if (strcmp(o.profile, "all") != 0 && !profile_is_valid(o.profile))
		return BAD_USAGE;
	status = for_each_trace(argv + optind, argc - optind, run_one, &o);
	printf("%u trace%s, %u run%s, %u report%s: %u not as expected\n", o.traces,
	       o.traces == 1 ? "" : "s", o.runs, o.runs == 1 ? "" : "s", o.reports,
	       o.reports == 1 ? "" : "s", o.failed);
	return status;
}
