/* SPDX-License-Identifier: MIT */
/* The dmalab command: what its subcommands share. */
#ifndef DMALAB_CLI_CLI_H
#define DMALAB_CLI_CLI_H

#include "trace/trace.h"

/* Exit statuses. */
enum { AS_EXPECTED = 0, NOT_AS_EXPECTED = 1, BAD_USAGE = 2, INTERRUPTED = 130 };

int cmd_run(int argc, char **argv);
int cmd_matrix(int argc, char **argv);
int cmd_fmt(int argc, char **argv);
int cmd_emit_c(int argc, char **argv);
int cmd_shrink(int argc, char **argv);
int cmd_encode(int argc, char **argv);
int cmd_decode(int argc, char **argv);
int cmd_timeline(int argc, char **argv);
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

/* A kind of failure, which the formats name beside the checks. Stable. */
struct rule {
	const char *id, *title;
};

extern const struct rule failure_rules[]; /* by enum failure_kind */
extern const unsigned nr_failure_rules;

/* A failure, or an error in the trace itself. */
struct problem {
	const char *rule;             /* of the failure_rules */
	const char *file;
	u32 line;                     /* 0: the whole file */
	u32 column, character;        /* from 1, in bytes and in characters; 0: the whole line */
	const char *profile, *check;  /* NULL: it is not about one */
	const char *text, *hint;      /* what is wrong; how to mend it, or NULL */
};

/*
 * How reports are written, one object for a whole run: begin() once, report() and
 * problem() for each, end() once. All but report() may be NULL. @first: nothing has been
 * written since begin().
 */
struct format {
	const char *name;
	void (*begin)(FILE *to);
	void (*report)(FILE *to, const struct trace *t, const struct dmalab_report *r,
		       const struct statement *s, bool expected, bool first);
	void (*problem)(FILE *to, const struct problem *p, bool first);
	void (*end)(FILE *to);
};

extern const struct format json_format, sarif_format;

/* format.c: NULL after a message. */
const struct format *format_find(const char *name);
const char *severity_name(enum dmalab_severity severity);

/* format.c: a failure as people read it. */
void problem_print(const struct problem *p, FILE *to);

/* format.c: the line of a report; what belongs to no statement is at the end. */
u32 line_of(const struct trace *t, const struct statement *s);

/* json.c: with quotes, or null; and what stands between them. */
void json_string(FILE *to, const char *s);
void json_characters(FILE *to, const char *s);

/*
 * run --apply-advice: put what reports miss into the trace until none has calls that are
 * missing, and print what became of each and the diff. @o: profile, policy and seed.
 */
int apply_advice(const struct trace *t, const struct run_options *o);

/* Diagnostics for people: bold and red on a terminal, unless NO_COLOR is set. */
bool use_colour(FILE *to);

/*
 * For each trace of @paths: files, directories (all *.dma below, in order), or "-".
 * What cannot be read or parsed is told on standard error, and to problem() unless that
 * is NULL. Returns the worst status of all: BAD_USAGE for such.
 */
struct visitor {
	int (*trace)(const struct trace *t, void *context);
	void (*problem)(const struct problem *p, void *context);
	void *context;
};

int for_each_trace(char **paths, int nr, const struct visitor *v);

/* One file, whole; NULL after a message. */
char *read_text(const char *path, size_t *len);

/* binary.c: a whole file, or (@path NULL) standard output. A status, after a message. */
int write_bytes(const char *path, const void *bytes, size_t len);

/*
 * output.c: the file has all of @bytes, or is as it was. @only_regular: refuse what is
 * neither a regular file nor missing. BAD_USAGE after a message.
 */
int write_file(const char *path, const void *bytes, size_t len, bool only_regular);

/* Parsed, with errors told on standard error; NULL after that. May be in the binary form. */
struct trace *load_trace(const char *path);

/* What dmalab_machine_new() would take; false after a message. */
bool profile_is_valid(const char *name);
bool policy_is_valid(const char *name);

/* Is a check of that name in the catalogue? False after a message. */
bool check_is_valid(const char *name);

/* The whole of @text, decimal or 0x: false after a message. */
bool read_number(const char *option, const char *text, u64 min, u64 max, u64 *number);

__attribute__((format(printf, 1, 2)))
int usage_error(const char *format, ...);

/*
 * What was given is none of the words that @n was tried with: says so, the nearest of
 * them, and @valid. Returns BAD_USAGE.
 */
int no_such_word(const char *what, const struct nearest *n, const char *valid);

struct option;

/* Behind what getopt_long() says of the word before @argv[optind]. Returns BAD_USAGE. */
int bad_option(char **argv, const struct option *longs);

#endif
