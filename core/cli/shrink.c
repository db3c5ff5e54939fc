/* SPDX-License-Identifier: MIT */
/* dmalab shrink */
#include "cli/cli.h"

#include <getopt.h>

static int shrink(const struct trace *t, const struct run_options *o, const char *check)
{
	struct shrink_result result;

	if (trace_shrink(t, o, check, stdout, &result)) {
		fprintf(stderr, "dmalab: %s: %u of %u statements, after %u runs%s\n", result.check,
			result.after, result.before, result.runs,
			result.gave_up ? "; it may be possible to do with fewer" : "");
		if (result.as_expected)
			return AS_EXPECTED;
		fputs("dmalab: but some of what it reports is more than a line can expect\n", stderr);
		return NOT_AS_EXPECTED;
	}
	if (result.check)
		fprintf(stderr, "dmalab: %s: %s is reported only together with what stops the trace; "
			"dmalab run says what that is\n", t->file, result.check);
	else
		fprintf(stderr, "dmalab: %s: no report%s%s is made on %s: nothing to shrink to\n",
			t->file, check ? " " : "", check ? check : "", o->profile);
	return NOT_AS_EXPECTED;
}

int cmd_shrink(int argc, char **argv)
{
	static const struct option longs[] = {
		{ "profile", required_argument, NULL, 'p' },
		{ "policy", required_argument, NULL, 'c' },
		{ "seed", required_argument, NULL, 's' },
		{ "check", required_argument, NULL, 'k' },
		{ NULL, 0, NULL, 0 },
	};
	struct run_options o = { .profile = "arm64" };
	const char *check = NULL;
	struct trace *t;
	int c, status;

	while ((c = getopt_long(argc, argv, "", longs, NULL)) >= 0) {
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
		case 'k':
			check = optarg;
			break;
		default:
			return bad_option(argv, longs);
		}
	}
	if (optind + 1 != argc)
		return usage_error("shrink takes one trace");
	if (!profile_is_valid(o.profile) || (check && !check_is_valid(check)))
		return BAD_USAGE;
	t = load_trace(argv[optind]);
	if (!t)
		return BAD_USAGE;
	status = shrink(t, &o, check);
	trace_free(t);
	return status;
}
