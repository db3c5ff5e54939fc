/* SPDX-License-Identifier: MIT */
/*
 * What the files of the parser share. Where a function returns bool, false means that it
 * has complained, and the line is given up.
 */
#ifndef DMALAB_TRACE_PARSER_H
#define DMALAB_TRACE_PARSER_H

#include "trace/trace.h"

#define MAX_COMPLAINTS 50
#define CALL_SLOTS     512u                    /* calls have a byte */

struct parser {
	struct trace *t;
	complain_fn complain;
	void *context;
	unsigned nr_errors;
	bool no_memory;
	bool started;                 /* a call has been made */

	const char *line, *at;        /* the line, and where we are in it */
	u32 number;
	struct statement *s;

	u8 call_slots[CALL_SLOTS];    /* hash tables of places, from 1 */
	u16 *name_slots;              /* at least twice as many as names */
	u32 nr_name_slots;
};

/* scan.c: @hint may be NULL. Returns false. */
__attribute__((format(printf, 5, 6)))
bool parse_complain(struct parser *p, const char *from, size_t width, const char *hint,
		    const char *format, ...);
bool parse_no_memory(struct parser *p);
const char *parse_hint(struct nearest *n, char *buf, size_t size);

/* Blanks are skipped before what is looked for. */
void parse_blanks(struct parser *p);
bool parse_accept(struct parser *p, char c);
bool parse_need(struct parser *p, char c, const char *after);
size_t parse_word(const char *at);              /* its length; 0: none stands here */
size_t parse_dashed_word(const char *at);       /* the same, with dashes and digits */
bool parse_number(struct parser *p, u64 *number, bool *hex);

/* arguments.c: one argument that fits the letter @parameter of struct call_type. */
bool parse_arg(struct parser *p, struct arg *a, char parameter);
const char *parse_wanted(char parameter);

/* names.c: -1, or NULL, for what there is not. */
bool parse_make_room(struct parser *p);
void parse_learn_calls(struct parser *p);
const struct call_type *parse_find_call(struct parser *p, const char *name, size_t len);
int parse_find_name(struct parser *p, const char *name, size_t len);

/* The object @name, made if it is new. Its kind stays what it was first. */
bool parse_name_object(struct parser *p, const char *name, size_t len, enum object_kind kind,
		       u32 *index);

/* expectations.c: "expect: a, b; expect[arm64]: c" of the present statement. */
bool parse_expected(struct parser *p);

#endif
