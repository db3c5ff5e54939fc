/* SPDX-License-Identifier: MIT */
/* What there is: checks, machines, calls; and traces rewritten. */
#include "cli/cli.h"

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

int cmd_checks(int argc, char **argv)
{
	static const char *const severities[] = { "lint", "warning", "error" };
	size_t nr;
	const struct dmalab_check *checks = dmalab_checks(&nr);

	(void)argv;
	if (argc > 1)
		return usage_error("checks takes no arguments");
	for (size_t i = 0; i < nr; i++)
		printf("%-26s %-8s %s\n", checks[i].name, severities[checks[i].severity],
		       checks[i].title);
	return AS_EXPECTED;
}

int cmd_explain(int argc, char **argv)
{
	struct nearest n;

	if (argc != 2)
		return usage_error("explain takes the name of a check");
	n = (struct nearest){ .name = argv[1], .len = strlen(argv[1]) };
	for (unsigned i = 0; i < nr_pages; i++) {
		if (strcmp(pages[i].name, argv[1]) == 0) {
			fputs(pages[i].text, stdout);
			return AS_EXPECTED;
		}
		nearest_try(&n, pages[i].name);
	}
	fprintf(stderr, "dmalab: no check \"%s\"", argv[1]);
	if (n.best)
		fprintf(stderr, "; did you mean \"%s\"?", n.best);
	fputs("\ndmalab checks lists them\n", stderr);
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
	struct trace *t;

	if (argc != 2)
		return usage_error("emit-c takes one trace");
	t = load_trace(argv[1]);
	if (!t)
		return BAD_USAGE;
	trace_emit_c(t, stdout);
	trace_free(t);
	return AS_EXPECTED;
}

/* ------------------------------------------------------------------- matrix */

static int matrix_row(const struct trace *t, void *context)
{
	const char *profile;
	int status = AS_EXPECTED;

	(void)context;
	printf("%-40s", t->file);
	for (unsigned i = 0; (profile = dmalab_profile_name(i)); i++) {
		struct run_options o = { .profile = profile, .quiet = true, .out = stdout };
		struct run_result result;
		bool good = trace_run(t, &o, &result);
		char cell[16];

		snprintf(cell, sizeof(cell), "%u%s", result.reports, good ? "" : "!");
		printf(" %*s", (int)strlen(profile), result.reports || !good ? cell : ".");
		if (!good && status == AS_EXPECTED)
			status = NOT_AS_EXPECTED;
		if (result.error < 0)
			status = BAD_USAGE;
	}
	putchar('\n');
	return status;
}

int cmd_matrix(int argc, char **argv)
{
	const char *profile;

	if (argc < 2)
		return usage_error("matrix: no trace given");
	printf("%-40s", "reports");
	for (unsigned i = 0; (profile = dmalab_profile_name(i)); i++)
		printf(" %s", profile);
	putchar('\n');
	return for_each_trace(argv + 1, argc - 1, matrix_row, NULL);
}

/* --------------------------------------------------------------------- fmt */

/* To a file beside it first, so that nothing is lost on the way. */
static int rewrite(const struct trace *t)
{
	size_t size = strlen(t->file) + 5;
	char *path = malloc(size);
	FILE *to = NULL;
	int err = 0;

	if (path) {
		snprintf(path, size, "%s.new", t->file);
		to = fopen(path, "w");
	}
	if (to) {
		trace_print(t, to);
		err = ferror(to);
		err |= fclose(to);
	}
	if (!to || err || rename(path, t->file)) {
		fprintf(stderr, "dmalab: %s: %s\n", t->file, strerror(errno));
		free(path);
		return BAD_USAGE;
	}
	free(path);
	return AS_EXPECTED;
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
	int c;

	while ((c = getopt_long(argc, argv, "w", longs, NULL)) >= 0) {
		if (c != 'w')
			return bad_option();
		write = true;
	}
	if (optind == argc)
		return usage_error("fmt: no trace given");
	return for_each_trace(argv + optind, argc - optind, print_one, &write);
}
