/* SPDX-License-Identifier: MIT */
/* The command: which word is which function, and what --help says. */
#include <config.h>

#include "cli/cli.h"

#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

static const struct command {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *usage, *help;
} commands[] = {
	{ "run", cmd_run, "[OPTION]... FILE|DIR|-...", "run traces, and compare what they report with what they expect" },
	{ "matrix", cmd_matrix, "FILE|DIR|-...", "which trace reports what on which profile" },
	{ "fmt", cmd_fmt, "[--write] FILE|DIR|-...", "write traces in the canonical form" },
	{ "emit-c", cmd_emit_c, "[--plain|--mixed] FILE|-", "write a trace as a C program" },
	{ "shrink", cmd_shrink, "[OPTION]... FILE|-", "the smallest trace that gives the same report" },
	{ "encode", cmd_encode, "[-o FILE] FILE|-", "write a trace as bytes, of which any are a trace" },
	{ "decode", cmd_decode, "[-o FILE] FILE|-", "write bytes as a trace" },
	{ "timeline", cmd_timeline, "[--profile=NAME] [-o FILE] FILE|-",
	  "draw (SVG) who owns each line of memory, what it holds, and what led to a report" },
	{ "score", cmd_score, "DIR", "which of the bugs of a corpus are caught" },
	{ "explain", cmd_explain, "CHECK", "what a check means, and how to mend what reports it" },
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

int no_such_word(const char *what, const struct nearest *n, const char *valid)
{
	fprintf(stderr, "dmalab: no %s \"%.*s\"; ", what, (int)n->len, n->name);
	if (n->best)
		fprintf(stderr, "did you mean \"%s\"? ", n->best);
	fprintf(stderr, "%s\n", valid);
	return BAD_USAGE;
}

/* "--polcy=x" has "policy" near; of a letter there is no nearest. */
int bad_option(char **argv, const struct option *longs)
{
	const char *word = argv[optind - 1];
	struct nearest n = { .len = 0 };

	if (strncmp(word, "--", 2) == 0)
		n = (struct nearest){ .name = word + 2, .len = strcspn(word + 2, "=") };
	for (; n.len && longs->name; longs++)
		nearest_try(&n, longs->name);
	if (n.best && n.distance)
		fprintf(stderr, "did you mean \"--%s\"? ", n.best);
	fputs("dmalab --help says what there is\n", stderr);
	return BAD_USAGE;
}

static bool is_valid(const struct dmalab_config *config)
{
	char message[512];

	if (!dmalab_config_check(config, message, sizeof(message)))
		return true;
	fprintf(stderr, "dmalab: %s\n", message);
	return false;
}

bool profile_is_valid(const char *name)
{
	return is_valid(&(struct dmalab_config){ .profile = name });
}

bool policy_is_valid(const char *name)
{
	return is_valid(&(struct dmalab_config){ .cache_policy = name });
}

bool check_is_valid(const char *name)
{
	struct nearest n = { .name = name, .len = strlen(name) };
	size_t nr;
	const struct dmalab_check *const *checks = dmalab_checks(&nr);

	for (size_t i = 0; i < nr; i++) {
		if (strcmp(checks[i]->name, name) == 0)
			return true;
		nearest_try(&n, checks[i]->name);
	}
	no_such_word("check", &n, "dmalab checks lists them");
	return false;
}

bool read_number(const char *option, const char *text, u64 min, u64 max, u64 *number)
{
	char *end;

	errno = 0;
	*number = strtoull(text, &end, text[0] == '0' && text[1] == 'x' ? 16 : 10);
	if (*text >= '0' && *text <= '9' && !*end && !errno && *number >= min && *number <= max)
		return true;
	fprintf(stderr, "dmalab: %s=%s is not valid; valid: %llu to %llu\n", option, text,
		(unsigned long long)min, (unsigned long long)max);
	return false;
}

static void help(FILE *to)
{
	fputs("usage: dmalab COMMAND [ARGUMENT]...\n\n", to);
	for (size_t i = 0; i < NR_COMMANDS; i++)
		fprintf(to, "  %s%s%s\n        %s\n", commands[i].name,
			*commands[i].usage ? " " : "", commands[i].usage, commands[i].help);
	fputs("\noptions of run:\n"
	      "  --profile=NAME|all  the machine (default: arm64)\n"
	      "  --policy=NAME       of the cache: never eager random lru\n"
	      "  --seed=N            of the policy \"random\"\n"
	      "  --accesses=KIND     of the CPU: told, plain (nobody sees a load), or mixed: plain\n"
	      "                      stores and told loads (default: told)\n"
	      "  --values            print what CPU and devices see\n"
	      "  --quiet             only the last line, and what failed\n"
	      "  --apply-advice      put the calls that reports miss into the trace, and print the diff\n"
	      "  --format=NAME       text json sarif lines\n"
	      "  --time[=RUNS]       run each some more times, and print the best time\n"
	      "\noptions of emit-c:\n"
	      "  --plain --mixed     accesses through the pointers, as driver code makes them\n"
	      "\noptions of shrink:\n"
	      "  --profile --policy --seed  as above\n"
	      "  --check=NAME        of the report to keep (default: the first unexpected one)\n"
	      "\noptions of timeline:\n"
	      "  --profile=NAME      the machine (default: arm64, or the first that profiles() names)\n"
	      "  -o, --output=FILE   where the picture goes (default: standard output)\n"
	      "\nexit status: 0 as expected, 1 not as expected, 2 wrong usage, unreadable input, no output,\n"
	      "130 interrupted\n",
	      to);
}

/* dmalab COMMAND --help */
static bool wants_help(int argc, char **argv)
{
	for (int i = 2; i < argc && strcmp(argv[i], "--") != 0; i++)
		if (strcmp(argv[i], "--help") == 0)
			return true;
	return false;
}

/* The command gets its name as getopt() is to say it. */
static int run_command(const struct command *c, int argc, char **argv)
{
	char name[32], message[512];

	if (dmalab_options_check(message, sizeof(message))) {
		fprintf(stderr, "dmalab: %s\n", message);
		return BAD_USAGE;
	}
	snprintf(name, sizeof(name), "dmalab %s", c->name);
	argv[0] = name;
	return c->run(argc, argv);
}

static int main_status(int argc, char **argv)
{
	struct nearest n;

	if (argc < 2 || strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "help") == 0 ||
	    wants_help(argc, argv)) {
		help(argc < 2 ? stderr : stdout);
		return argc < 2 ? BAD_USAGE : AS_EXPECTED;
	}
	if (strcmp(argv[1], "--version") == 0) {
		puts("dmalab " PACKAGE_VERSION);
		return AS_EXPECTED;
	}
	n = (struct nearest){ .name = argv[1], .len = strlen(argv[1]) };
	for (size_t i = 0; i < NR_COMMANDS; i++) {
		if (strcmp(argv[1], commands[i].name) == 0)
			return run_command(&commands[i], argc - 1, argv + 1);
		nearest_try(&n, commands[i].name);
	}
	nearest_try(&n, "--help");
	nearest_try(&n, "--version");
	return no_such_word("command", &n, "dmalab --help says what there is");
}

/* What could not be written is no result. */
int main(int argc, char **argv)
{
	int status = main_status(argc, argv);

	if (!fflush(stdout) && !ferror(stdout))
		return status;
	fprintf(stderr, "dmalab: <stdout>: %s\n", strerror(errno));
	return BAD_USAGE;
}
