/* SPDX-License-Identifier: MIT */
/*
 * dmalab matrix: what a trace does on each machine. A coherency report says that two legal
 * caches disagree about the bytes; any other says that the driver broke a rule, though
 * this machine may have given the right bytes all the same.
 */
#include "cli/cli.h"

#include <string.h>

static void on_report(const struct dmalab_report *r, const struct statement *s, bool expected,
		      void *context)
{
	bool *damage = context;

	(void)s, (void)expected;
	*damage |= report_is_coherency(r);
}

static int row(const struct trace *t, void *context)
{
	const char *profile;
	int status = AS_EXPECTED;

	(void)context;
	trace_print_text(t->file, (size_t)-1, stdout);
	printf("%*s", strlen(t->file) < 40 ? (int)(40 - strlen(t->file)) : 0, "");
	for (unsigned i = 0; (profile = dmalab_profile_name(i)); i++) {
		bool damage = false;
		struct run_options o = {
			.profile = profile, .on_report = on_report, .context = &damage,
		};
		struct run_result result;
		bool good = trace_run(t, &o, &result);
		char cell[16];

		snprintf(cell, sizeof(cell), "%u%s%s", result.reports,
			 damage ? "D" : result.reports ? "c" : "", good ? "" : "!");
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
	const struct visitor visitor = { .trace = row };
	const char *profile;
	int status;

	if (argc < 2)
		return usage_error("matrix: no trace given");
	printf("%-40s", "reports");
	for (unsigned i = 0; (profile = dmalab_profile_name(i)); i++)
		printf(" %s", profile);
	putchar('\n');
	status = for_each_trace(argv + 1, argc - 1, &visitor);
	puts("\nD: damages data there, as a coherency report or a shared line says\n"
	     "c: breaks only the contract there: no legal cache gives other bytes\n"
	     "!: not as the trace expects");
	return status;
}
