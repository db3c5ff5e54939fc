/* SPDX-License-Identifier: MIT */
/* A trace to its binary form: binary.h says what that is. */
#include "trace/binary.h"

#include <stdlib.h>
#include <string.h>

struct encoder {
	const struct trace *t;
	u8 *bytes;
	size_t len, room;
	bool no_memory;
	u16 *slot;                /* of each name */
	struct maker *makers;     /* and what it stands for was made with */
	u32 first_device;
};

static void put(struct encoder *e, u64 byte)
{
	u8 *bytes;

	if (e->len == e->room) {
		bytes = realloc(e->bytes, e->room ? 2 * e->room : 256);
		if (!bytes) {
			e->no_memory = true;
			e->len = 0;
			return;
		}
		e->bytes = bytes;
		e->room = e->room ? 2 * e->room : 256;
	}
	e->bytes[e->len++] = byte;
}

static void put_bytes(struct encoder *e, u64 n, unsigned count)
{
	while (count--) {
		put(e, n);
		n >>= 8;
	}
}

/* ----------------------------------------------------------------- numbers */

static unsigned bytes_of(u64 n)
{
	unsigned count = 1;

	while (count < 8 && n >> (8 * count))
		count++;
	return count;
}

static int short_number(u64 n)
{
	if (n < 64)
		return n;
	if (!(n & (n - 1)))
		return 0x40 + __builtin_ctzll(n) - 6;
	if (n >= 127 && !(n & (n + 1)))
		return 0x7a + __builtin_popcountll(n) - 7;
	for (unsigned i = 0; i < NR_BINARY_SIZES; i++)
		if (binary_sizes[i] == n)
			return 0xb4 + i;
	return -1;
}

static void put_number(struct encoder *e, u64 n, bool hex)
{
	int code = hex ? -1 : short_number(n);

	if (code >= 0) {
		put(e, code);
	} else if (!hex && n < 8192) {
		put(e, 0xc0 | n >> 8);
		put(e, n);
	} else {
		put(e, (hex ? 0xe8 : 0xe0) + bytes_of(n) - 1);
		put_bytes(e, n, bytes_of(n));
	}
}

/* ------------------------------------------------------------------ objects */

/* In the low bits of a byte that begins with @high. */
static void put_index(struct encoder *e, unsigned high, u32 object)
{
	unsigned index = e->slot[object], near = binary_near(e->t->names[object].kind);

	if (index < near) {
		put(e, high | index);
	} else if (index < near + 256) {
		put(e, high | 30);
		put(e, index - near);
	} else {
		put(e, high | 31);
		put_bytes(e, index, 2);
	}
}

static void put_element(struct encoder *e, const struct arg *a)
{
	put_index(e, 0, a->object);
	put_number(e, a->element, false);
	put(e, !a->offset ? 0 : a->offset > 0 ? 0x80 : 0xc0);
	if (a->offset)
		put_number(e, a->offset < 0 ? -(u64)a->offset : (u64)a->offset, false);
}

/* ---------------------------------------------------------------- arguments */

static u32 set_of(const struct arg *a, char parameter, unsigned *count)
{
	u8 set[MAX_SET];
	u32 bits = 0;

	*count = binary_set(parameter, set);
	for (unsigned i = 0; i < *count; i++)
		for (unsigned k = 0; k < a->nr_words; k++)
			if (set[i] == a->words[k])
				bits |= 1u << i;
	return bits;
}

static void put_set(struct encoder *e, const struct arg *a, char parameter)
{
	unsigned count;
	u32 bits = set_of(a, parameter, &count);

	put_bytes(e, bits, (count + 7) / 8);
}

static void put_string(struct encoder *e, const struct call_type *call, const char *s)
{
	size_t len = strlen(s);
	unsigned nr;
	const char *const *strings = binary_strings(call, &nr);

	for (unsigned i = 0; i < nr; i++)
		if (strcmp(s, strings[i]) == 0) {
			put(e, TRACE_MAX_STRING + 1 + i);
			return;
		}
	put(e, len);
	while (*s)
		put(e, *s++);
}

/* What of the eight forms says it, in the top three bits. */
static unsigned form_of(char parameter, enum form_type type, enum object_kind kind)
{
	const struct form *forms = binary_forms(parameter);

	for (unsigned i = 0; i < 8; i++)
		if (forms[i].type == type && (forms[i].kind == kind ||
					      forms[i].kind == OBJECT_UNKNOWN))
			return i << 5;
	return 0;
}

static void put_words(struct encoder *e, const struct arg *a, char parameter)
{
	unsigned count, bits = set_of(a, parameter, &count);

	if (strchr("dpPocu", parameter)) {
		put(e, form_of(parameter, FORM_NULL, OBJECT_UNKNOWN));
	} else if (!(bits & (bits - 1)) && bits < 1u << binary_nr_words(parameter)) {
		put(e, form_of(parameter, FORM_WORD, OBJECT_UNKNOWN) |
			       (unsigned)__builtin_ctz(bits));
	} else {
		put(e, form_of(parameter, FORM_SET, OBJECT_UNKNOWN));
		put_set(e, a, parameter);
	}
}

static void put_object(struct encoder *e, const struct arg *a, char parameter)
{
	enum object_kind kind = e->t->names[a->object].kind;
	enum form_type type = a->has_element  ? FORM_ELEMENT :
			      a->offset > 0 ? FORM_PLUS :
			      a->offset < 0 ? FORM_MINUS :
					      FORM_AT;
	unsigned form = form_of(parameter, type, kind);

	if (type == FORM_ELEMENT) {
		put(e, form);
		put_element(e, a);
		return;
	}
	put_index(e, form, a->object);
	if (type == FORM_MINUS && parameter == 'a')
		put(e, kind == OBJECT_MAPPING);
	if (a->offset)
		put_number(e, a->offset < 0 ? -(u64)a->offset : (u64)a->offset, false);
}

static void put_size(struct encoder *e, const struct arg *a)
{
	u32 index;

	switch (a->kind) {
	case ARG_BITS:
		put(e, 0xf8);
		put(e, a->number);
		break;
	case ARG_WORDS:
		put(e, 0xfc);
		put_set(e, a, 'z');
		break;
	case ARG_OBJECT:
		if (a->has_element) {
			put(e, 0xfa);
			put_element(e, a);
			break;
		}
		index = e->slot[a->object];
		put(e, 0xf0 | (index < 5 ? index : 5));
		if (index >= 5)
			put_bytes(e, index, 2);
		break;
	default:
		put_number(e, a->number, a->hex);
	}
}

static void put_value(struct encoder *e, const struct call_type *call, const struct arg *a)
{
	if (a->kind == ARG_STRING) {
		put(e, 0xf0);
		put_string(e, call, a->string);
	} else if (a->kind == ARG_WORDS) {
		put(e, 0xf8);
		put_set(e, a, 'v');
	} else {
		put_number(e, a->number, a->hex);
	}
}

static void put_arg(struct encoder *e, const struct call_type *call, const struct arg *a,
		    char parameter)
{
	switch (parameter) {
	case 'z':
		put_size(e, a);
		return;
	case 'v':
		put_value(e, call, a);
		return;
	case 'S':
		put_string(e, call, a->string);
		return;
	}
	if (a->kind == ARG_OBJECT) {
		put_object(e, a, parameter);
	} else if (a->kind == ARG_WORDS) {
		put_words(e, a, parameter);
	} else if (strchr("AF", parameter) && !a->number && !a->hex) {
		put(e, form_of(parameter, FORM_NULL, OBJECT_UNKNOWN));
	} else {
		put(e, form_of(parameter, FORM_NUMBER, OBJECT_UNKNOWN));
		put_number(e, a->number, a->hex);
	}
}

/* --------------------------------------------------------------- statements */

static void put_target(struct encoder *e, const struct statement *s)
{
	if (!s->has_target)
		put(e, 0xf0);
	else
		put_index(e, 0, s->target);
}

static void put_count(struct encoder *e, u16 n)
{
	if (n > BINARY_SHORT_LIST)
		put(e, 0xf0 | n >> 8);
	put(e, n);
}

static bool same_arg(const struct arg *a, const struct arg *b)
{
	return a->kind == b->kind && a->number == b->number && a->hex == b->hex &&
	       a->offset == b->offset && a->object == b->object && a->element == b->element &&
	       a->has_element == b->has_element && a->field == b->field &&
	       a->nr_words == b->nr_words &&
	       memcmp(a->words, b->words, a->nr_words * sizeof(a->words[0])) == 0;
}

/* As long as the objects are changed, what is right of an argument stays right. */
static bool put_same(struct encoder *e, const struct statement *s, unsigned i, char parameter)
{
	struct arg found = { .kind = ARG_NUMBER };
	struct same same = { .a = &found, .parameter = parameter, .last = true };
	bool optional;

	if (!strchr("dzDA", parameter))
		return false;
	if (parameter == 'z')
		same.last = call_parameter(s->call, i + 1, &optional) != 'z';
	binary_find_same(&same, s, e->makers, e->first_device);
	if (!same_arg(&s->args[i], &found))
		return false;
	put(e, parameter == 'z' ? 0xf6 : form_of(parameter, FORM_SAME, OBJECT_UNKNOWN));
	return true;
}

static void put_statement(struct encoder *e, const struct statement *s)
{
	bool optional;

	put(e, s->call - call_types);
	if (s->call->makes >= 0)
		put_target(e, s);
	if (s->call->parameters[0] == '*')
		put_count(e, s->nr_args);
	for (unsigned i = 0; i < s->nr_args; i++) {
		char parameter = call_parameter(s->call, i, &optional);

		if (optional)
			put(e, 0x80);
		if (!put_same(e, s, i, parameter))
			put_arg(e, s->call, &s->args[i], parameter);
	}
	if (call_parameter(s->call, s->nr_args, &optional) && optional)
		put(e, 0);
	if (!s->has_target)
		return;
	binary_keep_maker(&e->makers[s->target], s);
	if (s->call->makes == OBJECT_DEVICE && e->first_device == UINT32_MAX)
		e->first_device = s->target;
}

/* -------------------------------------------------------------------- slots */

/* The number in a name that a decoder gave; -1: it is another one. */
static int number_in(const struct name *n)
{
	size_t len = strlen(binary_prefixes[n->kind]);
	const char *digits = n->text + len;
	unsigned long number;
	char text[8];

	if (strncmp(n->text, binary_prefixes[n->kind], len) != 0 || strlen(digits) > 5)
		return -1;
	number = strtoul(digits, NULL, 10);
	snprintf(text, sizeof(text), "%lu", number);
	return number < TRACE_MAX_OBJECTS && strcmp(text, digits) == 0 ? (int)number : -1;
}

/*
 * What is called as the decoder would call it keeps its slot, the others have the first ones
 * that are free. Those among the first so many as there are names are enough.
 */
static bool give_slots(struct encoder *e)
{
	const struct trace *t = e->t;
	u32 room = t->nr_names + 1, next[NR_OBJECT_KINDS] = { 0 };
	u8 *taken = calloc(NR_OBJECT_KINDS, room);

	e->slot = malloc(room * sizeof(*e->slot));
	for (u32 i = 0; i < t->nr_names && taken && e->slot; i++) {
		int number = number_in(&t->names[i]);

		e->slot[i] = number >= 0 ? (unsigned)number : TRACE_MAX_OBJECTS;
		if (number >= 0 && (u32)number < room)
			taken[t->names[i].kind * room + number] = true;
	}
	for (u32 i = 0; i < t->nr_names && taken && e->slot; i++) {
		u32 *at = &next[t->names[i].kind];

		if (e->slot[i] != TRACE_MAX_OBJECTS)
			continue;
		while (taken[t->names[i].kind * room + *at])
			++*at;
		e->slot[i] = (*at)++;
	}
	free(taken);
	return taken && e->slot;
}

u8 *trace_encode(const struct trace *t, size_t *len)
{
	struct encoder e = { .t = t, .first_device = UINT32_MAX };

	e.makers = calloc(t->nr_names + 1, sizeof(*e.makers));
	e.no_memory = !e.makers || !give_slots(&e);
	if (!e.no_memory)
		put(&e, BINARY_MAGIC);
	for (u32 i = 0; i < t->nr_statements && !e.no_memory; i++)
		if (t->statements[i].call)
			put_statement(&e, &t->statements[i]);
	free(e.slot);
	free(e.makers);
	*len = e.len;
	if (!e.no_memory)
		return e.bytes;
	free(e.bytes);
	return NULL;
}
