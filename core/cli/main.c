/* SPDX-License-Identifier: MIT */
#include <config.h>

#include "cli/cli.h"

#include <stdarg.h>
#include <string.h>

static const struct command {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *usage, *help;
} commands[] = {
	{ "run", cmd_run, "[OPTION]... FILE|DIR|-...", "run traces, and compare what they draw with what they expect" },
	{ "matrix", cmd_matrix, "FILE|DIR|-...", "which trace draws what on which profile" },
	{ "fmt", cmd_fmt, "[--write] FILE|DIR|-...", "write traces in the canonical form" },
	{ "emit-c", cmd_emit_c, "FILE|-", "write a trace as a C program" },
	{ "shrink", cmd_shrink, "[OPTION]... FILE|-", "the smallest trace that draws the same report" },
	{ "encode", cmd_encode, "[-o FILE] FILE|-", "write a trace as bytes, of which any are a trace" },
	{ "decode", cmd_decode, "[-o FILE] FILE|-", "write bytes as a trace" },
	{ "score", cmd_score, "DIR", "which of the bugs of a corpus are caught" },
	{ "explain", cmd_explain, "CHECK", "what a check means, and how to mend what draws it" },
	{ "checks", cmd_checks, "", "list the checks" },
	{ "profiles", cmd_profiles, "", "list the machines" },
	{ "calls", cmd_calls, "", "list what a trace may call" },
};

#define NR_COMMANDS (sizeof(commands) / sizeof(commands[0]))

int usage_error(const char *format, ...)
{
	va_list args;

	fputs("dmalab: ", stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputs("; dmalab --help says what there is\n", stderr);
	return BAD_USAGE;
}

bool profile_is_valid(const char *name)
{
	const char *known;

	for (unsigned i = 0; (known = dmalab_profile_name(i)); i++)
		if (strcmp(name, known) == 0)
			return true;
	fprintf(stderr, "dmalab: no profile \"%s\"; valid:", name);
	for (unsigned i = 0; (known = dmalab_profile_name(i)); i++)
		fprintf(stderr, " %s", known);
	fputc('\n', stderr);
	return false;
}

static void help(FILE *to)
{
	fputs("usage: dmalab COMMAND [ARGUMENT]...\n\n", to);
	for (size_t i = 0; i < NR_COMMANDS; i++)
		fprintf(to, "  %s %s\n        %s\n", commands[i].name, commands[i].usage,
			commands[i].help);
	fputs("\noptions of run:\n"
	      "  --profile=NAME|all  the machine (default: arm64)\n"
	      "  --policy=NAME       of the cache: never eager random lru\n"
	      "  --seed=N            of the policy \"random\"\n"
	      "  --values            print what CPU and devices see\n"
	      "  --quiet             only the last line\n"
	      "  --format=NAME       text json sarif lines\n"
	      "  --time[=RUNS]       run each some more times, and print the best time\n"
	      "\noptions of shrink:\n"
	      "  --profile --policy --seed  as above\n"
	      "  --check=NAME        of the report to keep (default: the first unexpected one)\n"
	      "\nexit status: 0 as expected, 1 not as expected, 2 wrong usage or unreadable input\n",
	      to);
}

int main(int argc, char **argv)
{
	if (argc < 2 || strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "help") == 0) {
		help(argc < 2 ? stderr : stdout);
		return argc < 2 ? BAD_USAGE : AS_EXPECTED;
	}
	if (strcmp(argv[1], "--version") == 0) {
		puts("dmalab " PACKAGE_VERSION);
		return AS_EXPECTED;
	}
	for (size_t i = 0; i < NR_COMMANDS; i++)
		if (strcmp(argv[1], commands[i].name) == 0)
			return commands[i].run(argc - 1, argv + 1);
	return usage_error("no command \"%s\"", argv[1]);
}
