/* SPDX-License-Identifier: MIT */
/* What there is: checks, machines, calls; and traces rewritten. */
#include "cli/cli.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>

int cmd_checks(int argc, char **argv)
{
	static const char *const severities[] = { "lint", "warning", "error" };
	size_t nr;
	const struct dmalab_check *const *checks = dmalab_checks(&nr);

	(void)argv;
	if (argc > 1)
		return usage_error("checks takes no arguments");
	for (size_t i = 0; i < nr; i++)
		printf("%-26s %-8s %s\n", checks[i]->name, severities[checks[i]->severity],
		       checks[i]->title);
	return AS_EXPECTED;
}

int cmd_explain(int argc, char **argv)
{
	if (argc != 2)
		return usage_error("explain takes the name of a check");
	for (unsigned i = 0; i < nr_pages; i++) {
		if (strcmp(pages[i].name, argv[1]) == 0) {
			fputs(pages[i].text, stdout);
			return AS_EXPECTED;
		}
	}
	check_is_valid(argv[1]);
	return BAD_USAGE;
}

int cmd_profiles(int argc, char **argv)
{
	const char *name;

	(void)argv;
	if (argc > 1)
		return usage_error("profiles takes no arguments");
	for (unsigned i = 0; (name = dmalab_profile_name(i)); i++)
		puts(name);
	return AS_EXPECTED;
}

int cmd_calls(int argc, char **argv)
{
	(void)argv;
	if (argc > 1)
		return usage_error("calls takes no arguments");
	for (unsigned i = 0; i < nr_call_types; i++)
		puts(call_types[i].help);
	return AS_EXPECTED;
}

int cmd_emit_c(int argc, char **argv)
{
	static const struct option longs[] = {
		{ "plain", no_argument, NULL, 'p' }, { "mixed", no_argument, NULL, 'm' },
		{ NULL, 0, NULL, 0 },
	};
	enum accesses accesses = ACCESSES_TOLD;
	struct trace *t;
	bool good;
	int c;

	while ((c = getopt_long(argc, argv, "", longs, NULL)) >= 0) {
		if (c != 'p' && c != 'm')
			return bad_option(argv, longs);
		if (accesses != ACCESSES_TOLD)
			return usage_error("emit-c takes --plain or --mixed, once");
		accesses = c == 'p' ? ACCESSES_PLAIN : ACCESSES_MIXED;
	}
	if (optind + 1 != argc)
		return usage_error("emit-c takes one trace");
	t = load_trace(argv[optind]);
	if (!t)
		return BAD_USAGE;
	good = trace_emit_c(t, accesses, stdout);
	if (!good)
		fputs("dmalab: no memory\n", stderr);
	trace_free(t);
	return good ? AS_EXPECTED : BAD_USAGE;
}

/* --------------------------------------------------------------------- fmt */

static int rewrite(const struct trace *t)
{
	char *text = NULL;
	size_t len;
	FILE *to = open_memstream(&text, &len);
	int status;

	if (to)
		trace_print(t, to);
	if (!to || fclose(to)) {
		fprintf(stderr, "dmalab: %s: no memory\n", t->file);
		free(text);
		return BAD_USAGE;
	}
	status = write_file(t->file, text, len, true);
	free(text);
	return status;
}

static int print_one(const struct trace *t, void *context)
{
	const bool *write = context;

	if (*write && strcmp(t->file, "<stdin>") != 0)
		return rewrite(t);
	trace_print(t, stdout);
	return AS_EXPECTED;
}

int cmd_fmt(int argc, char **argv)
{
	static const struct option longs[] = {
		{ "write", no_argument, NULL, 'w' }, { NULL, 0, NULL, 0 },
	};
	bool write = false;
	struct visitor visitor = { .trace = print_one, .context = &write };
	int c;

	while ((c = getopt_long(argc, argv, "w", longs, NULL)) >= 0) {
		if (c != 'w')
			return bad_option(argv, longs);
		write = true;
	}
	if (optind == argc)
		return usage_error("fmt: no trace given");
	return for_each_trace(argv + optind, argc - optind, &visitor);
}
