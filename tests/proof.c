// SPDX-License-Identifier: MIT
/*
 * The proof, by enumeration, of the sentence that dmalab stands on:
 *
 *   A program that draws no coherency report computes the same values whatever
 *   the cache does. A program that draws one has two legal caches that disagree.
 *
 * All programs of loads, stores and syncs up to a length are run on the library
 * under every cache policy, and on the set of all states that a legal cache may
 * be in. A load must be reported exactly when two of those states disagree about
 * its value, and must return a value of one of them.
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
	printf("%-13s %5s %5s %6s %13s %13s %13s %13s %6s %8s %5s %7s\n", "profile", "bytes",
	       "syncs", "length", "programs", "prefixes", "reads", "reported", "missed",
	       "spurious", "wrong", "seconds");
}

static void print_row(const char *profile, const char *what, const char *scope,
		      const char *length, const struct counts *c, double seconds)
{
	printf("%-13s %5s %5s %6s %13" PRIu64 " %13" PRIu64 " %13" PRIu64 " %13" PRIu64
	       " %6" PRIu64 " %8" PRIu64 " %5" PRIu64 " %7.1f\n", profile, what, scope, length,
	       c->programs, c->prefixes, c->reads, c->reported, c->missed, c->spurious,
	       c->wrong, seconds);
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
}

/* A row: both starts of one size. */
static void prove_row(const struct rules *rules, enum scope scope, unsigned bytes, int length,
		      struct counts *total)
{
	struct counts row = { 0 };
	double started = now();
	static const char *const scopes[] = { "line", "page", "cross" };
	char bytes_text[16], length_text[16];

	if (length < 1)
		return;
	for (enum start start = 0; start < NR_STARTS; start++) {
		struct counts c = prove(&(struct task){
			.rules = rules, .start = start, .scope = scope, .bytes = bytes,
			.length = length,
		});

		add_counts(&row, &c);
	}
	if (isatty(2))
		fprintf(stderr, "\r%78s\r", "");
	snprintf(bytes_text, sizeof(bytes_text), "%u", bytes);
	snprintf(length_text, sizeof(length_text), "%d", length);
	print_row(rules->name, bytes_text, scopes[scope], length_text, &row, now() - started);
	add_counts(total, &row);
}

static int prove_all(unsigned length, const char *only)
{
	struct counts total = { 0 };
	double started = now();

	print_head();
	for (unsigned i = 0; i < nr_machines; i++) {
		if (only && strcmp(only, machines[i].name) != 0)
			continue;
		prove_row(&machines[i], SCOPE_LINE, 2, length, &total);
		prove_row(&machines[i], SCOPE_LINE, 3, length - 1, &total);
		prove_row(&machines[i], SCOPE_PAGE, 2, length - 1, &total);
		if (!machines[i].coherent)
			prove_row(&machines[i], SCOPE_CROSSED, 2, length - 1, &total);
	}
	print_row("all", "", "", "", &total, now() - started);
	printf("each program from a settled line and from a fresh one, under the policies");
	for (unsigned i = 0; i < NR_POLICIES; i++)
		printf(" %s", policies[i]);
	printf(": %s\n", mismatches(&total) ? "NOT PROVEN" : "proven up to these lengths");
	return mismatches(&total) != 0;
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
static bool notices(const struct rules *wrong, const char *how, unsigned *tried)
{
	struct counts c = prove(&(struct task){
		.rules = wrong, .start = START_SETTLED, .scope = SCOPE_LINE, .bytes = 2,
		.length = 4, .quiet = true,
	});

	++*tried;
	if (!mismatches(&c))
		printf("self-test: NOT noticed: %s, %s\n", wrong->name, how);
	return mismatches(&c);
}

static int self_test(void)
{
	unsigned tried = 0, noticed = 0;

	for (unsigned i = 0; i < nr_machines; i++) {
		struct rules wrong = machines[i];
		char how[64];

		wrong.coherent = !wrong.coherent;
		noticed += notices(&wrong, "another coherency", &tried);
		if (machines[i].coherent)
			continue;
		wrong = machines[i];
		wrong.speculates = !wrong.speculates;
		noticed += notices(&wrong, "another speculation", &tried);
		for (unsigned cell = 0; cell < 6 * 4; cell++) {
			enum line_op *op = &wrong.op[cell / 12][cell / 4 % 3], was;

			wrong = machines[i];
			was = *op;
			*op = cell % 4;
			if (*op == was)
				continue;
			snprintf(how, sizeof(how), "hand-over %u, direction %u: %u for %u",
				 cell / 12, cell / 4 % 3, *op, was);
			noticed += notices(&wrong, how, &tried);
		}
	}
	printf("self-test: %u of %u errors put into the oracle were noticed\n", noticed, tried);
	return noticed != tried;
}

/* ------------------------------------------------------------------ main */

static void usage(FILE *to)
{
	fprintf(to,
		"usage: proof [--length=N] [--profile=NAME] [--self-test]\n"
		"\n"
		"  --length=N      programs of up to N events, 1 to %d (default %d); each more\n"
		"                  takes 14 times as long\n"
		"  --profile=NAME  this profile only\n"
		"  --self-test     put errors into the oracle and see that they are noticed\n",
		MAX_LENGTH, DEFAULT_LENGTH);
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "length", required_argument, NULL, 'l' },
		{ "profile", required_argument, NULL, 'p' },
		{ "self-test", no_argument, NULL, 's' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	long length = DEFAULT_LENGTH;
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
	return prove_all(length, only) | !all_profiles_known();
}
