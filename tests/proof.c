// SPDX-License-Identifier: MIT
/*
 * The proof, by enumeration, of the sentence that dmalab stands on:
 *
 *   A program that gives no coherency report computes the same values whatever
 *   the cache does. A program that reports one has two legal caches that disagree.
 *
 * All programs of loads, stores and syncs up to a length are run on the library
 * under every cache policy, and on the set of all states that a legal cache may
 * be in. A load must be reported exactly when two of those states disagree about
 * its value, and must return a value of one of them.
 *
 * In the mode "told" the library is told of every access of the CPU. In "plain" they are loads
 * and stores of C, in "mixed" the stores alone, in "both" some of either. A store of C is
 * held to the same. A load of C cannot be reported: where all states agree it must return
 * that value, and it must not change what later loads show. Where the CPU does not speculate
 * the states are those of a cache in which it leaves no line behind: every report is true
 * there, no value is wrong, and what is missed is what only the line of a load that
 * nobody saw could have changed. That is counted (unseen).
 *
 * And the reports of a program, all of them, must be the same under every policy, and the
 * same as of the program told, those about a store of C in the next call (differ).
 */
#include "proof-enumerate.h"

#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <dmalab.h>

/* Sanitizers take most of a test's time. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define DEFAULT_LENGTH 4
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define DEFAULT_LENGTH 4
#endif
#endif
#ifndef DEFAULT_LENGTH
#define DEFAULT_LENGTH 5
#endif

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec * 1e-9;
}

/* ----------------------------------------------------------------- table */

static void print_head(void)
{
	printf("%-5s %-13s %5s %5s %6s %12s %12s %12s %12s %6s %8s %5s %6s %8s %7s\n", "mode",
	       "profile", "bytes", "syncs", "length", "programs", "prefixes", "reads", "reported",
	       "missed", "spurious", "wrong", "differ", "unseen", "seconds");
}

struct row {
	const char *mode, *profile, *scope;
	unsigned bytes, length; /* 0: of all */
};

static void print_row(const struct row *row, const struct counts *c, double seconds)
{
	char bytes[16] = "", length[16] = "";

	if (row->bytes) {
		snprintf(bytes, sizeof(bytes), "%u", row->bytes);
		snprintf(length, sizeof(length), "%u", row->length);
	}
	printf("%-5s %-13s %5s %5s %6s %12" PRIu64 " %12" PRIu64 " %12" PRIu64 " %12" PRIu64
	       " %6" PRIu64 " %8" PRIu64 " %5" PRIu64 " %6" PRIu64 " %8" PRIu64 " %7.1f\n",
	       row->mode, row->profile, bytes, row->scope, length, c->programs, c->prefixes,
	       c->reads, c->reported, c->missed, c->spurious, c->wrong, c->differ, c->unseen,
	       seconds);
	fflush(stdout);
}

static void add_counts(struct counts *to, const struct counts *c)
{
	to->programs += c->programs;
	to->prefixes += c->prefixes;
	to->reads += c->reads;
	to->reported += c->reported;
	to->missed += c->missed;
	to->spurious += c->spurious;
	to->wrong += c->wrong;
	to->differ += c->differ;
	to->unseen += c->unseen;
}

/* A row: both starts of one size. */
static void prove_row(const struct rules *rules, enum mode mode, enum scope scope,
		      unsigned bytes, int length, struct counts *total)
{
	struct counts counts = { 0 };
	double started = now();

	if (length < 1)
		return;
	for (enum start start = 0; start < NR_STARTS; start++) {
		struct counts c = prove(&(struct task){
			.rules = rules, .mode = mode, .start = start, .scope = scope,
			.bytes = bytes, .length = length,
		});

		add_counts(&counts, &c);
	}
	if (isatty(2))
		fprintf(stderr, "\r%78s\r", "");
	print_row(&(struct row){ mode_names[mode], rules->name, scope_names[scope], bytes, length },
		  &counts, now() - started);
	add_counts(total, &counts);
}

static void prove_mode(enum mode mode, unsigned length, const char *only, struct counts *total)
{
	for (unsigned i = 0; i < nr_machines; i++) {
		const struct rules *rules = &machines[i];

		if (only && strcmp(only, rules->name) != 0)
			continue;
		prove_row(rules, mode, SCOPE_LINE, 2, length, total);
		prove_row(rules, mode, SCOPE_LINE, 3, length - 1, total);
		prove_row(rules, mode, SCOPE_PAGE, 2, length - 1, total);
		prove_row(rules, mode, SCOPE_AGAIN, 2, length - 1, total);
		if (rules->coherent)
			continue;
		prove_row(rules, mode, SCOPE_CROSSED, 2, length - 1, total);
		prove_row(rules, mode, SCOPE_STIRRED, 2, length - 1, total);
	}
}

static int prove_all(unsigned length, const char *only, int only_mode)
{
	struct counts total[NR_MODES] = { { 0 } };
	double seconds[NR_MODES] = { 0 };
	bool proven = true;

	print_head();
	for (enum mode mode = 0; mode < NR_MODES; mode++) {
		double started = now();

		if (only_mode >= 0 && mode != (unsigned)only_mode)
			continue;
		prove_mode(mode, length, only, &total[mode]);
		seconds[mode] = now() - started;
		proven &= !mismatches(&total[mode]);
	}
	for (enum mode mode = 0; mode < NR_MODES; mode++)
		if (only_mode < 0 || mode == (unsigned)only_mode)
			print_row(&(struct row){ mode_names[mode], "all", "", 0, 0 },
				  &total[mode], seconds[mode]);
	printf("each program from a settled line and from a fresh one, under the policies");
	for (unsigned i = 0; i < NR_POLICIES; i++)
		printf(" %s", policies[i]);
	printf(": %s\n", proven ? "proven up to these lengths" : "NOT PROVEN");
	return !proven;
}

/* A profile of the library that the oracle does not know would go unproven. */
static bool all_profiles_known(void)
{
	bool known = true;
	const char *name;

	for (unsigned i = 0; (name = dmalab_profile_name(i)); i++) {
		if (rules_find(name))
			continue;
		fprintf(stderr, "proof: no oracle for profile %s: add it to proof-oracle.c\n",
			name);
		known = false;
	}
	return known;
}

/* ------------------------------------------------------------- self-test */

/* Whether the proof fails, as it must, where the oracle is made to err. */
static bool notices(const struct rules *wrong, enum mode mode, const char *how, unsigned *tried)
{
	struct counts c = prove(&(struct task){
		.rules = wrong, .mode = mode, .start = START_SETTLED, .scope = SCOPE_LINE,
		.bytes = 2, .length = 4, .quiet = true,
	});

	++*tried;
	if (!mismatches(&c))
		printf("self-test: NOT noticed: %s, %s accesses, %s\n", wrong->name,
		       mode_names[mode], how);
	return mismatches(&c);
}

/* Errors in what the oracle knows of a machine. */
static unsigned test_rules(const struct rules *machine, unsigned *tried)
{
	struct rules wrong = *machine;
	unsigned noticed;
	char how[64];

	wrong.coherent = !wrong.coherent;
	noticed = notices(&wrong, MODE_TOLD, "another coherency", tried);
	if (machine->coherent)
		return noticed;
	wrong = *machine;
	wrong.speculates = !wrong.speculates;
	noticed += notices(&wrong, MODE_TOLD, "another speculation", tried);
	for (unsigned cell = 0; cell < 6 * 4; cell++) {
		enum line_op *op = &wrong.op[cell / 12][cell / 4 % 3], was;

		wrong = *machine;
		was = *op;
		*op = cell % 4;
		if (*op == was)
			continue;
		snprintf(how, sizeof(how), "hand-over %u, direction %u: %u for %u",
			 cell / 12, cell / 4 % 3, *op, was);
		noticed += notices(&wrong, MODE_TOLD, how, tried);
	}
	return noticed;
}

/* Can this error be told from what is right? */
static bool matters(enum slip slip, const struct rules *machine, enum mode mode)
{
	switch (slip) {
	case SLIP_STORE_MASKED:
	case SLIP_STORE_CLEAN:
	case SLIP_STORE_IN_MEMORY:
		return !machine->coherent;
	case SLIP_LOAD_FILLS:
		return !machine->speculates && mode != MODE_MIXED;
	default:
		return true;
	}
}

/* Errors in what it makes of loads and stores of C. */
static unsigned test_slips(const struct rules *machine, unsigned *tried)
{
	static const char *const how[NR_SLIPS] = {
		[SLIP_STORE_UNNOTICED] = "a store of C never happens",
		[SLIP_STORE_MASKED] = "a store of C is none where cache and memory differ",
		[SLIP_STORE_CLEAN] = "a store of C leaves the line clean",
		[SLIP_STORE_IN_MEMORY] = "a store of C goes to memory as well",
		[SLIP_LOAD_FILLS] = "a load of C is seen",
		[SLIP_REPORT_FORGOTTEN] = "no report about a store of C",
		[SLIP_REPORT_EARLY] = "a store of C reports itself",
		[SLIP_POLICY] = "no reports under another policy",
	};
	unsigned noticed = 0;

	for (enum slip slip = SLIP_NONE + 1; slip < NR_SLIPS; slip++) {
		for (enum mode mode = MODE_PLAIN; mode < NR_MODES; mode++) {
			struct rules wrong = *machine;

			wrong.slip = slip;
			if (matters(slip, machine, mode))
				noticed += notices(&wrong, mode, how[slip], tried);
		}
	}
	return noticed;
}

static int self_test(void)
{
	unsigned tried = 0, noticed = 0;

	for (unsigned i = 0; i < nr_machines; i++) {
		noticed += test_rules(&machines[i], &tried);
		noticed += test_slips(&machines[i], &tried);
	}
	printf("self-test: %u of %u errors put into the oracle were noticed\n", noticed, tried);
	return noticed != tried;
}

/* ------------------------------------------------------------------ main */

static void usage(FILE *to)
{
	fprintf(to,
		"usage: proof [--length=N] [--mode=NAME] [--profile=NAME] [--self-test]\n"
		"\n"
		"  --length=N      programs of up to N events, 1 to %d (default %d); each more\n"
		"                  takes 14 times as long\n"
		"  --mode=NAME     accesses of the CPU: told, plain, mixed or both; all, one after\n"
		"                  the other, if none is given\n"
		"  --profile=NAME  this profile only\n"
		"  --self-test     put errors into the oracle and see that they are noticed\n",
		MAX_LENGTH, DEFAULT_LENGTH);
}

/* -1: there is none, and that was said. */
static int mode_of(const char *name)
{
	for (int mode = 0; mode < NR_MODES; mode++)
		if (strcmp(name, mode_names[mode]) == 0)
			return mode;
	fprintf(stderr, "proof: no mode %s; there are told, plain, mixed and both\n", name);
	return -1;
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "length", required_argument, NULL, 'l' },
		{ "mode", required_argument, NULL, 'm' },
		{ "profile", required_argument, NULL, 'p' },
		{ "self-test", no_argument, NULL, 's' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	long length = DEFAULT_LENGTH;
	int mode = -1;
	const char *only = NULL;
	bool test = false;
	char *end;
	int c;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (c) {
		case 'l':
			length = strtol(optarg, &end, 10);
			if (*end || end == optarg || length < 1 || length > MAX_LENGTH) {
				fprintf(stderr, "proof: length %s: 1 to %d\n", optarg, MAX_LENGTH);
				return 2;
			}
			break;
		case 'm':
			mode = mode_of(optarg);
			if (mode < 0)
				return 2;
			break;
		case 'p':
			only = optarg;
			break;
		case 's':
			test = true;
			break;
		case 'h':
			usage(stdout);
			return 0;
		default:
			usage(stderr);
			return 2;
		}
	}
	if (optind < argc) {
		usage(stderr);
		return 2;
	}
	if (only && !rules_find(only)) {
		fprintf(stderr, "proof: no profile %s; there are", only);
		for (unsigned i = 0; i < nr_machines; i++)
			fprintf(stderr, " %s", machines[i].name);
		fprintf(stderr, "\n");
		return 2;
	}
	if (test)
		return self_test();
	return prove_all(length, only, mode) | !all_profiles_known();
}
