/* SPDX-License-Identifier: MIT */
/*
 * The mutator: from a program (a trace in the binary form) another one, by changes of whole
 * statements and of arguments, so that what comes out is a program that somebody could have
 * written, or nearly.
 *
 *   program.c    a program as statements, and back to bytes
 *   generate.c   a statement that is right where it stands
 *   operators.c  insert, delete, duplicate, move, change an argument, splice, another machine
 *   rules.c      break one rule: what drivers do wrong
 *   mutator.c    chooses among these
 *   libfuzzer.c, aflpp.c  as the engines call it
 *
 * The same seed gives the same mutant. Nothing allocates but the encoder.
 */
#ifndef DMALAB_FUZZ_MUTATOR_H
#define DMALAB_FUZZ_MUTATOR_H

#include "trace/binary.h"

#define MAX_STATEMENTS 256u
#define MAX_ARGUMENTS  4096u
#define MAX_NAMES      512u
#define MAX_DONE       8u

struct program {
	struct decoder *decoder;
	struct statement s[MAX_STATEMENTS];
	u32 nr, nr_settings;      /* settings stand first */
	struct arg args[MAX_ARGUMENTS];
	u32 nr_args;
	struct name names[MAX_NAMES];
	u32 nr_names;

	/* As far as the statement that program_look() was asked about. */
	struct maker makers[MAX_NAMES];
	const struct call_type *made[MAX_NAMES]; /* the call that made it; NULL: nothing yet */
	u32 first_device;

	u64 random;
	const char *done[MAX_DONE];
	unsigned nr_done;
};

/* What the mutator may do. False: there is nothing in the program that it could be done to. */
struct operator {
	const char *name;
	unsigned weight;
	bool (*apply)(struct program *p);
};

extern const struct operator operators[];
extern const unsigned nr_operators;

/* NULL: no memory. */
struct program *program_new(void);
void program_free(struct program *p);

/* False: it is longer than what the mutator takes. */
bool program_read(struct program *p, const u8 *bytes, size_t len);

/* Returns the length; statements at the end are left out until it is at most @room. */
size_t program_write(struct program *p, u8 *bytes, size_t room);

/* What there is before statement @at. */
void program_look(struct program *p, u32 at);

bool program_insert(struct program *p, u32 at, const struct statement *s);
void program_delete(struct program *p, u32 at);
u32 program_name(struct program *p, enum object_kind kind, unsigned slot); /* its object */

u32 below(struct program *p, u32 n);           /* 0 to @n - 1; @n is not 0 */
bool is_call(const struct statement *s, const char *name);
bool begins(const struct statement *s, const char *with);

/* A random statement from @from on that @fits; false: there is none. */
typedef bool fits_fn(const struct program *p, const struct statement *s);
bool program_find(struct program *p, fits_fn *fits, u32 *at);

/* generate.c: @call, right at @at, about @object (UINT32_MAX: whichever there is). */
bool generate(struct program *p, u32 at, const struct call_type *call, u32 object);
bool generate_any(struct program *p, u32 at);
const struct call_type *release_of(const struct call_type *made);
u64 interesting(struct program *p);

/* operators.c, rules.c */
bool insert_statement(struct program *p);
bool delete_statement(struct program *p);
bool duplicate_statement(struct program *p);
bool move_statement(struct program *p);
bool change_argument(struct program *p);
bool change_machine(struct program *p);
bool begin_program(struct program *p);
bool drop_sync(struct program *p);
bool shift_range(struct program *p);
bool flip_direction(struct program *p);
bool free_stale(struct program *p);
bool free_foreign(struct program *p);
bool touch_owned(struct program *p);
bool skip_release(struct program *p);
bool wrong_device(struct program *p);
bool wrong_function(struct program *p);

/*
 * A mutant of the @size bytes in @data, of at most @room, in their place; returns its length.
 * mutator_done(): what was done, joined by commas, until the next one.
 */
size_t mutate(struct program *p, u8 *data, size_t size, size_t room, u32 seed);
size_t cross_over(struct program *p, const u8 *a, size_t size_a, const u8 *b, size_t size_b, u8 *out,
		  size_t room, u32 seed);
/* For trimming: the bytes without statement @at, in their place. 0: there is none. */
u32 count_statements(struct program *p, const u8 *data, size_t size);
size_t without_statement(struct program *p, u8 *data, size_t size, u32 at);
const char *mutator_done(const struct program *p, char *text, size_t size);

#endif
