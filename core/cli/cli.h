/* SPDX-License-Identifier: MIT */
/* The dmalab command: what its subcommands share. */
#ifndef DMALAB_CLI_CLI_H
#define DMALAB_CLI_CLI_H

#include "trace/trace.h"

/* Exit statuses. */
enum { AS_EXPECTED = 0, NOT_AS_EXPECTED = 1, BAD_USAGE = 2 };

int cmd_run(int argc, char **argv);
int cmd_matrix(int argc, char **argv);
int cmd_fmt(int argc, char **argv);
int cmd_emit_c(int argc, char **argv);
int cmd_shrink(int argc, char **argv);
int cmd_encode(int argc, char **argv);
int cmd_decode(int argc, char **argv);
int cmd_score(int argc, char **argv);
int cmd_explain(int argc, char **argv);
int cmd_checks(int argc, char **argv);
int cmd_profiles(int argc, char **argv);
int cmd_calls(int argc, char **argv);

/* What dmalab explain says of a check: docs/checks, built in. */
struct page {
	const char *name, *text;
};

extern const struct page pages[];
extern const unsigned nr_pages;

/*
 * How reports are written, one object for a whole run: begin() once, report() for each,
 * end() once. format.c.
 */
struct format {
	const char *name;
	void (*begin)(FILE *to);
	void (*report)(FILE *to, const struct trace *t, const struct dmalab_report *r,
		       const struct statement *s, bool expected, bool first);
	void (*end)(FILE *to);
};

const struct format *format_find(const char *name);

/* Diagnostics for people: bold and red on a terminal, unless NO_COLOR is set. */
bool use_colour(FILE *to);

/*
 * For each trace of @paths: files, directories (all *.dma below, in order), or "-".
 * Returns the worst status of all: BAD_USAGE for what cannot be read or parsed.
 */
typedef int (*trace_fn)(const struct trace *t, void *context);
int for_each_trace(char **paths, int nr, trace_fn fn, void *context);

/* One file, whole; NULL after a message. */
char *read_text(const char *path, size_t *len);

/* Parsed, with errors told on standard error; NULL after that. May be in the binary form. */
struct trace *load_trace(const char *path);

/* Is it the name of a profile? Says which are, if not. */
bool profile_is_valid(const char *name);
bool policy_is_valid(const char *name);

/* The whole of @text, decimal or 0x: false after a message. */
bool read_number(const char *option, const char *text, u64 min, u64 max, u64 *number);

__attribute__((format(printf, 1, 2)))
int usage_error(const char *format, ...);

/* Behind what getopt() says. */
int bad_option(void);

#endif
