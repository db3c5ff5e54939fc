/* SPDX-License-Identifier: MIT */
/* Any bytes to a trace: binary.h says which. */
#include "trace/binary.h"

#include <stdlib.h>
#include <string.h>

#define MAX_OFFSET (1ull << 62)

struct decoder {
	const u8 *at, *end;
	struct trace *t;            /* for its names */
	struct binary_objects objects;
	struct arg args[TRACE_MAX_ARGS];
	char strings[TRACE_MAX_STRING + 1];  /* a call has at most one */
	bool started;               /* a call has been made */
	bool no_memory;
};

static u8 get(struct decoder *d)
{
	return d->at < d->end ? *d->at++ : 0;
}

static u64 get_bytes(struct decoder *d, unsigned count)
{
	u64 n = 0;

	for (unsigned i = 0; i < count; i++)
		n |= (u64)get(d) << (8 * i);
	return n;
}

/* ----------------------------------------------------------------- numbers */

static u64 number_after(struct decoder *d, u8 code, bool *hex)
{
	*hex = code >= 0xe8;
	if (code < 0x40)
		return code;
	if (code < 0x7a)
		return 1ull << (code - 0x40 + 6);
	if (code < 0xb4)
		return ~0ull >> (64 - (code - 0x7a + 7));
	if (code < 0xc0)
		return binary_sizes[code - 0xb4];
	if (code < 0xe0)
		return (u64)(code & 0x1f) << 8 | get(d);
	if (code < 0xf0)
		return get_bytes(d, (code & 7) + 1);
	return code & 15;
}

static u64 get_number(struct decoder *d)
{
	bool hex;

	return number_after(d, get(d), &hex);
}

static s64 get_offset(struct decoder *d)
{
	u64 n = get_number(d);

	return n > MAX_OFFSET ? n & (MAX_OFFSET - 1) : n;
}

static void number(struct arg *a, u64 n, bool hex)
{
	a->kind = ARG_NUMBER;
	a->number = n;
	a->hex = hex;
}

static void get_number_arg(struct decoder *d, struct arg *a, u8 code)
{
	bool hex;
	u64 n = number_after(d, code, &hex);

	number(a, n, hex);
}

/* ------------------------------------------------------------------ objects */

/* @low: the bits that an index begins with. False: there is none of this kind. */
static bool get_object(struct decoder *d, u8 low, enum object_kind kind, u32 *object)
{
	u32 index = low & 31, nr = d->objects.nr[kind];

	if (index == 30)
		index += get(d);
	else if (index == 31)
		index = get_bytes(d, 2);
	if (nr)
		*object = d->objects.object[kind][nr - 1 - index % nr];
	return nr;
}

static bool get_element(struct decoder *d, struct arg *a, enum field field)
{
	bool there = get_object(d, get(d), OBJECT_LIST, &a->object);
	u64 element = get_number(d);
	u8 sign = get(d);

	a->kind = ARG_OBJECT;
	a->has_element = true;
	a->element = element > 0xffffffff ? 0xffffffff : element;
	a->field = field;
	if (sign >= 0x80)
		a->offset = sign < 0xc0 ? get_offset(d) : -get_offset(d);
	return there;
}

/* ---------------------------------------------------------------- arguments */

static void words_or_zero(struct arg *a, const u8 *set, unsigned count, u64 bits)
{
	const unsigned most = sizeof(a->words) / sizeof(a->words[0]);

	a->kind = ARG_WORDS;
	for (unsigned i = 0; i < count && a->nr_words < most; i++)
		if (bits >> i & 1)
			a->words[a->nr_words++] = set[i];
	/* NULL alone is a pointer, and this is none. */
	if (!a->nr_words || (a->nr_words == 1 && strcmp(words[a->words[0]].name, "NULL") == 0))
		*a = (struct arg){ .kind = ARG_NUMBER };
}

static void get_set(struct decoder *d, struct arg *a, char parameter)
{
	u8 set[MAX_SET];
	unsigned count = binary_set(parameter, set);

	words_or_zero(a, set, count, get_bytes(d, (count + 7) / 8));
}

static void get_string(struct decoder *d, struct arg *a)
{
	unsigned len = get(d);

	a->kind = ARG_STRING;
	a->string = d->strings;
	if (len > TRACE_MAX_STRING) {
		strcpy(d->strings,
		       binary_strings[(len - TRACE_MAX_STRING - 1) % nr_binary_strings]);
		return;
	}
	for (unsigned i = 0; i < len; i++) {
		d->strings[i] = get(d);
		if (!d->strings[i])
			d->strings[i] = 1;
	}
	d->strings[len] = 0;
}

static void get_size(struct decoder *d, struct arg *a)
{
	u8 code = get(d);
	u32 index = code & 7;

	if (code < 0xf0) {
		get_number_arg(d, a, code);
	} else if (code < 0xf8) {
		u32 nr = d->objects.nr[OBJECT_NUMBER];

		if (index == 7)
			index = get_bytes(d, 2);
		number(a, index, false);
		if (nr) {
			a->kind = ARG_OBJECT;
			a->object = d->objects.object[OBJECT_NUMBER][nr - 1 - index % nr];
		}
	} else if (code < 0xfa) {
		number(a, get(d) % 65, false);
		a->kind = ARG_BITS;
	} else if (code < 0xfc) {
		if (!get_element(d, a, FIELD_LEN))
			*a = (struct arg){ .kind = ARG_NUMBER };
	} else {
		get_set(d, a, 'z');
	}
}

static void get_value(struct decoder *d, struct arg *a)
{
	u8 code = get(d);

	if (code < 0xf0)
		get_number_arg(d, a, code);
	else if (code < 0xf8)
		get_string(d, a);
	else
		get_set(d, a, 'v');
}

static void null(struct arg *a, char parameter)
{
	*a = (struct arg){ .kind = ARG_NUMBER };
	if (!strchr("dpPoc", parameter))
		return;
	a->kind = ARG_WORDS;
	a->nr_words = 1;
	a->words[0] = word_find("NULL", 4);
}

/* False: it cannot do without the object. */
static bool get_object_arg(struct decoder *d, struct arg *a, char parameter, struct form form,
			   u8 low)
{
	u32 nr;

	a->kind = ARG_OBJECT;
	a->field = binary_field(parameter);
	/* The bytes are the same, whether there is one or not. */
	if (form.kind == OBJECT_UNKNOWN) {
		u8 more[2] = { 0 };
		unsigned n = (low & 31) == 30 ? 1 : (low & 31) == 31 ? 2 : 0;

		for (unsigned i = 0; i < n; i++)
			more[i] = get(d);
		form.kind = get(d) & 1 ? OBJECT_MAPPING : OBJECT_MEMORY;
		nr = d->objects.nr[form.kind];
		a->object = n == 2 ? more[0] | more[1] << 8 : (low & 31) + more[0];
		if (nr)
			a->object = d->objects.object[form.kind][nr - 1 - a->object % nr];
	} else {
		nr = get_object(d, low, form.kind, &a->object);
	}
	if (form.type == FORM_PLUS)
		a->offset = get_offset(d);
	else if (form.type == FORM_MINUS)
		a->offset = -get_offset(d);
	if (!nr)
		null(a, parameter);
	return nr || !strchr("lst", parameter);
}

static bool get_arg(struct decoder *d, struct arg *a, char parameter)
{
	const struct form *forms = binary_forms(parameter);
	u8 set[MAX_SET], code;
	struct form form;

	*a = (struct arg){ .kind = ARG_NUMBER };
	switch (parameter) {
	case 'z':
		get_size(d, a);
		return true;
	case 'v':
		get_value(d, a);
		return true;
	case 'S':
		get_string(d, a);
		return true;
	}
	code = get(d);
	form = forms[code >> 5];
	switch ((enum form_type)form.type) {
	case FORM_AT:
	case FORM_PLUS:
	case FORM_MINUS:
		return get_object_arg(d, a, parameter, form, code);
	case FORM_ELEMENT:
		if (!get_element(d, a, FIELD_DMA))
			null(a, parameter);
		break;
	case FORM_NUMBER:
		get_number_arg(d, a, get(d));
		break;
	case FORM_WORD:
		binary_set(parameter, set);
		words_or_zero(a, set + (code & 31) % binary_nr_words(parameter), 1, 1);
		break;
	case FORM_SET:
		get_set(d, a, parameter);
		break;
	default:
		null(a, parameter);
	}
	return true;
}

/* --------------------------------------------------------------- statements */

static const char *const prefixes[NR_OBJECT_KINDS] = {
	[OBJECT_DEVICE] = "dev", [OBJECT_MEMORY] = "buf", [OBJECT_MAPPING] = "map",
	[OBJECT_LIST] = "list",	 [OBJECT_POOL] = "pool",  [OBJECT_CACHE] = "cache",
	[OBJECT_LOCK] = "lock",	 [OBJECT_NUMBER] = "n",	  [OBJECT_UNKNOWN] = "x",
};

static void new_name(struct decoder *d, struct statement *s)
{
	enum object_kind kind = s->call->makes;
	struct trace *t = d->t;
	char text[16];

	snprintf(text, sizeof(text), "%s%u", prefixes[kind], d->objects.nr[kind]);
	t->names[t->nr_names] = (struct name){ .text = strdup(text), .kind = kind };
	if (!t->names[t->nr_names].text) {
		d->no_memory = true;
		return;
	}
	d->objects.object[kind][d->objects.nr[kind]++] = t->nr_names;
	s->has_target = true;
	s->target = t->nr_names++;
}

static unsigned get_count(struct decoder *d)
{
	u8 first = get(d);

	if (first < 0xf0)
		return first % (BINARY_SHORT_LIST + 1);
	return ((first & 15u) << 8 | get(d)) % (TRACE_MAX_ARGS + 1);
}

/* False: the statement is passed over. */
static bool get_args(struct decoder *d, struct statement *s)
{
	const char *parameters = s->call->parameters;
	unsigned n = parameters[0] == '*' ? get_count(d) : TRACE_MAX_ARGS;
	bool optional, ok = true;
	char parameter;

	for (unsigned i = 0; i < n && (parameter = call_parameter(s->call, i, &optional)); i++) {
		if (optional && get(d) < 0x80)
			break;
		ok &= get_arg(d, &d->args[i], parameter);
		s->nr_args++;
	}
	return ok;
}

static bool get_statement(struct decoder *d, struct statement *s)
{
	u8 target = 0xc0;
	bool old, ok;
	u32 object;

	*s = (struct statement){ .call = &call_types[get(d) % nr_call_types], .args = d->args };
	if (s->call->makes >= 0)
		target = get(d);
	old = target >= 0xe0 && get_object(d, target, s->call->makes, &object);
	ok = get_args(d, s);
	if (!ok || (!s->call->run && d->started))
		return false;
	d->started |= s->call->run != NULL;
	if (old) {
		s->has_target = true;
		s->target = object;
	} else if ((target < 0xc0 || target >= 0xe0) && d->t->nr_names < TRACE_MAX_OBJECTS) {
		new_name(d, s);
	}
	return !d->no_memory;
}

/* What the last statement made has no name any more. */
static void forget_name(struct decoder *d, enum object_kind kind)
{
	free(d->t->names[--d->t->nr_names].text);
	d->objects.nr[kind]--;
}

static void get_statements(struct decoder *d, FILE *to)
{
	struct statement s;
	long end = 0;

	for (u32 n = 0; n < TRACE_MAX_STATEMENTS && d->at < d->end && !d->no_memory;) {
		u32 names = d->t->nr_names;

		if (!get_statement(d, &s))
			continue;
		trace_print_statement(d->t, &s, to);
		if (ftell(to) - end > (long)TRACE_MAX_LINE + 1) {
			if (d->t->nr_names > names)
				forget_name(d, s.call->makes);
			fseek(to, end, SEEK_SET);
			continue;
		}
		if (ftell(to) > (long)TRACE_MAX_TEXT) {
			fseek(to, end, SEEK_SET);
			return;
		}
		end = ftell(to);
		n++;
	}
}

char *trace_decode(const u8 *bytes, size_t len, size_t *text_len)
{
	struct trace t = { .nr_names = 0 };
	struct decoder *d = calloc(1, sizeof(*d));
	char *text = NULL;
	FILE *to = open_memstream(&text, text_len);

	t.names = malloc(TRACE_MAX_OBJECTS * sizeof(*t.names));
	if (d && to && t.names) {
		d->t = &t;
		d->at = bytes + (len && bytes[0] == BINARY_MAGIC);
		d->end = bytes + len;
		get_statements(d, to);
	}
	if (!d || !t.names || d->no_memory || !to || ferror(to)) {
		if (to)
			fclose(to);
		free(text);
		text = NULL;
	} else if (fclose(to)) {
		free(text);
		text = NULL;
	}
	for (u32 i = 0; i < t.nr_names; i++)
		free(t.names[i].text);
	free(t.names);
	free(d);
	return text;
}
