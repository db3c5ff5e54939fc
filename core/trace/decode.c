/* SPDX-License-Identifier: MIT */
/* Any bytes to a trace: binary.h says which. */
#include "trace/binary.h"

#include <stdlib.h>
#include <string.h>

#define MAX_OFFSET (1ull << 62)

/* Of a kind of parameter, what does not change. */
struct letter {
	const struct form *forms;
	u8 set[MAX_SET];
	u8 nr_set, nr_words;
};

struct decoder {
	const u8 *at, *end;
	struct trace trace;
	size_t room;                /* bytes that there is room for */
	struct arg *args, *next_arg;
	char *strings, *next_string;
	char (*names)[16];
	struct maker *makers;       /* by object */
	u32 *starts;                /* of statements, in bytes */
	u32 first_device;           /* UINT32_MAX: there is none */
	u16 *slots[NR_OBJECT_KINDS]; /* the object in each, from 1 */
	struct same same[TRACE_MAX_ARGS];
	unsigned nr_same;
	bool started;               /* a call has been made */
	struct letter letters[128];
	u16 null;                   /* the word */
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

static u32 get_slot(struct decoder *d, u8 low, enum object_kind kind)
{
	unsigned near = binary_near(kind);

	low &= 31;
	if (low < 30)
		return low % near;
	if (low == 30)
		return near + get(d);
	return get_bytes(d, 2) % TRACE_MAX_OBJECTS;
}

/* @low: the bits that an index begins with. False: there is none of this kind. */
static bool get_object(struct decoder *d, u8 low, enum object_kind kind, u32 *object)
{
	u32 slot = get_slot(d, low, kind), in = d->slots[kind][slot];

	if (in)
		*object = in - 1;
	return in;
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
	const struct letter *l = &d->letters[(u8)parameter];

	words_or_zero(a, l->set, l->nr_set, get_bytes(d, (l->nr_set + 7) / 8));
}

static void get_string(struct decoder *d, const struct call_type *call, struct arg *a)
{
	unsigned len = get(d), nr;
	const char *const *strings;

	a->kind = ARG_STRING;
	if (len > TRACE_MAX_STRING) {
		strings = binary_strings(call, &nr);
		a->string = (char *)strings[(len - TRACE_MAX_STRING - 1) % nr];
		return;
	}
	a->string = d->next_string;
	for (unsigned i = 0; i < len; i++) {
		*d->next_string = get(d);
		if (!*d->next_string)
			*d->next_string = 1;
		d->next_string++;
	}
	*d->next_string++ = 0;
}

static void find_later(struct decoder *d, struct arg *a, char parameter)
{
	d->same[d->nr_same++] = (struct same){ .a = a, .parameter = parameter, .last = true };
}

static void get_size(struct decoder *d, struct arg *a)
{
	u8 code = get(d);
	u32 slot = code & 7;

	if (code < 0xf0) {
		get_number_arg(d, a, code);
	} else if (code < 0xf6) {
		if (slot == 5)
			slot = get_bytes(d, 2) % TRACE_MAX_OBJECTS;
		number(a, slot, false);
		if (d->slots[OBJECT_NUMBER][slot]) {
			a->kind = ARG_OBJECT;
			a->object = d->slots[OBJECT_NUMBER][slot] - 1;
		}
	} else if (code < 0xf8) {
		find_later(d, a, 'z');
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

static void get_value(struct decoder *d, const struct call_type *call, struct arg *a)
{
	u8 code = get(d);

	if (code < 0xf0)
		get_number_arg(d, a, code);
	else if (code < 0xf8)
		get_string(d, call, a);
	else
		get_set(d, a, 'v');
}

static bool is_pointer(char parameter)
{
	return strchr("dpPocu", parameter);
}

static void null(const struct decoder *d, struct arg *a, char parameter)
{
	*a = (struct arg){ .kind = ARG_NUMBER };
	if (!is_pointer(parameter))
		return;
	a->kind = ARG_WORDS;
	a->nr_words = 1;
	a->words[0] = d->null;
}

/* False: it cannot do without the object. */
static bool get_object_arg(struct decoder *d, struct arg *a, char parameter, struct form form,
			   u8 low)
{
	bool there;

	a->kind = ARG_OBJECT;
	a->field = binary_field(parameter);
	/* The kind stands behind the slot, which both have as many of. */
	if (form.kind == OBJECT_UNKNOWN) {
		u32 slot = get_slot(d, low, OBJECT_MEMORY);

		form.kind = get(d) & 1 ? OBJECT_MAPPING : OBJECT_MEMORY;
		there = d->slots[form.kind][slot];
		a->object = there ? d->slots[form.kind][slot] - 1 : 0;
	} else {
		there = get_object(d, low, form.kind, &a->object);
	}
	if (form.type == FORM_PLUS)
		a->offset = get_offset(d);
	else if (form.type == FORM_MINUS)
		a->offset = -get_offset(d);
	if (!there)
		null(d, a, parameter);
	return there || !strchr("lst", parameter);
}

static bool get_arg(struct decoder *d, const struct call_type *call, struct arg *a, char parameter)
{
	const struct letter *l = &d->letters[(u8)parameter];
	struct form form;
	u8 code;

	*a = (struct arg){ .kind = ARG_NUMBER };
	switch (parameter) {
	case 'z':
		get_size(d, a);
		return true;
	case 'v':
		get_value(d, call, a);
		return true;
	case 'S':
		get_string(d, call, a);
		return true;
	}
	code = get(d);
	form = l->forms[code >> 5];
	switch ((enum form_type)form.type) {
	case FORM_AT:
	case FORM_PLUS:
	case FORM_MINUS:
		return get_object_arg(d, a, parameter, form, code);
	case FORM_ELEMENT:
		if (!get_element(d, a, FIELD_DMA))
			null(d, a, parameter);
		break;
	case FORM_NUMBER:
		get_number_arg(d, a, get(d));
		break;
	case FORM_WORD:
		words_or_zero(a, l->set + (code & 31) % l->nr_words, 1, 1);
		break;
	case FORM_SET:
		get_set(d, a, parameter);
		break;
	case FORM_SAME:
		find_later(d, a, parameter);
		break;
	default:
		null(d, a, parameter);
	}
	return true;
}

/* --------------------------------------------------------------- statements */

static void new_name(struct decoder *d, struct statement *s, u32 slot)
{
	enum object_kind kind = s->call->makes;
	struct trace *t = &d->trace;

	snprintf(d->names[t->nr_names], sizeof(*d->names), "%s%u", binary_prefixes[kind], slot);
	t->names[t->nr_names] = (struct name){ .text = d->names[t->nr_names], .kind = kind };
	d->makers[t->nr_names] = (struct maker){ .nents = 0 };
	d->slots[kind][slot] = t->nr_names + 1;
	s->target = t->nr_names++;
}

/* Into the slot, which may be one of its kind that has been used before. */
static void put_target(struct decoder *d, struct statement *s, u32 slot)
{
	u32 object = d->slots[s->call->makes][slot];

	if (!object && d->trace.nr_names == TRACE_MAX_OBJECTS)
		return;
	s->has_target = true;
	if (object)
		s->target = object - 1;
	else
		new_name(d, s, slot);
	binary_keep_maker(&d->makers[s->target], s);
	if (s->call->makes == OBJECT_DEVICE && d->first_device == UINT32_MAX)
		d->first_device = s->target;
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

	d->nr_same = 0;
	for (unsigned i = 0; i < n && (parameter = call_parameter(s->call, i, &optional)); i++) {
		unsigned same = d->nr_same;

		if (optional && get(d) < 0x80)
			break;
		ok &= get_arg(d, s->call, &s->args[i], parameter);
		/* The size of a range stands behind its offset. */
		if (d->nr_same > same && parameter == 'z' &&
		    call_parameter(s->call, i + 1, &optional) == 'z')
			d->same[same].last = false;
		s->nr_args++;
	}
	for (unsigned i = 0; ok && i < d->nr_same; i++)
		binary_find_same(&d->same[i], s, d->makers, d->first_device);
	return ok;
}

/* Characters of its line, or more. */
static size_t length_at_most(const struct statement *s)
{
	size_t len = 80;

	for (unsigned i = 0; i < s->nr_args; i++) {
		const struct arg *a = &s->args[i];

		len += 80;
		for (unsigned k = 0; a->kind == ARG_WORDS && k < a->nr_words; k++)
			len += strlen(words[a->words[k]].name) + 3;
		if (a->kind == ARG_STRING)
			len += 4 * strlen(a->string);
	}
	return len;
}

static bool is_too_long(const struct decoder *d, const struct statement *s)
{
	char *text = NULL;
	size_t len = 0;
	FILE *to;

	if (length_at_most(s) <= TRACE_MAX_LINE)
		return false;
	to = open_memstream(&text, &len);
	if (to)
		trace_print_statement(&d->trace, s, to);
	if (to && fclose(to))
		len = 0;
	free(text);
	return len > TRACE_MAX_LINE + 1;
}

static bool get_statement(struct decoder *d, struct statement *s)
{
	u32 slot = UINT32_MAX, line = d->trace.nr_statements + 1;
	u8 target;

	*s = (struct statement){ .call = &call_types[get(d) % nr_call_types], .args = d->next_arg };
	if (s->call->makes >= 0) {
		target = get(d);
		if (target < 0xf0)
			slot = get_slot(d, target, s->call->makes);
	}
	if (!get_args(d, s) || (!s->call->run && d->started))
		return false;
	if (is_too_long(d, s))
		return false;
	d->started |= s->call->run != NULL;
	d->next_arg += s->nr_args;
	if (slot != UINT32_MAX)
		put_target(d, s, slot);
	s->line = line;
	s->site = (struct dmalab_site){ .file = d->trace.file, .line = line };
	return true;
}

/* ------------------------------------------------------------------ decoders */

/* Every byte may be an argument; of what stands behind the end there is one statement. */
static bool make_room(struct decoder *d, size_t len)
{
	size_t room = len + TRACE_MAX_ARGS + 2;

	if (room <= d->room)
		return true;
	free(d->args);
	free(d->strings);
	free(d->names);
	free(d->makers);
	free(d->starts);
	free(d->trace.statements);
	free(d->trace.names);
	d->room = 2 * room;
	d->args = malloc(d->room * sizeof(*d->args));
	d->strings = malloc(2 * d->room);
	d->names = malloc(d->room * sizeof(*d->names));
	d->makers = malloc(d->room * sizeof(*d->makers));
	d->starts = malloc(d->room * sizeof(*d->starts));
	d->trace.statements = malloc(d->room * sizeof(*d->trace.statements));
	d->trace.names = malloc(d->room * sizeof(*d->trace.names));
	if (d->args && d->strings && d->names && d->makers && d->starts && d->trace.statements &&
	    d->trace.names)
		return true;
	d->room = 0;
	return false;
}

static void learn(struct letter *l, char parameter)
{
	l->forms = binary_forms(parameter);
	l->nr_set = binary_set(parameter, l->set);
	l->nr_words = binary_nr_words(parameter);
}

struct decoder *decoder_new(void)
{
	struct decoder *d = calloc(1, sizeof(*d));
	bool good = d;

	for (unsigned kind = 0; good && kind < NR_OBJECT_KINDS; kind++) {
		d->slots[kind] = calloc(TRACE_MAX_OBJECTS, sizeof(*d->slots[kind]));
		good = d->slots[kind];
	}
	if (!good) {
		decoder_free(d);
		return NULL;
	}
	d->trace.file = (char *)"bytes";
	d->null = word_find("NULL", 4);
	for (const char *c = "dpPhaoclustDGAVRFzv"; *c; c++)
		learn(&d->letters[(u8)*c], *c);
	return d;
}

void decoder_free(struct decoder *d)
{
	if (!d)
		return;
	for (unsigned kind = 0; kind < NR_OBJECT_KINDS; kind++)
		free(d->slots[kind]);
	free(d->args);
	free(d->strings);
	free(d->names);
	free(d->makers);
	free(d->starts);
	free(d->trace.statements);
	free(d->trace.names);
	free(d);
}

/* What was put into slots is taken out again: there are many more that never were used. */
static void forget(struct decoder *d)
{
	struct trace *t = &d->trace;

	for (u32 i = 0; i < t->nr_names; i++) {
		enum object_kind kind = t->names[i].kind;
		const char *number = t->names[i].text + strlen(binary_prefixes[kind]);

		d->slots[kind][strtoul(number, NULL, 10)] = 0;
	}
	t->nr_names = 0;
	t->nr_statements = 0;
	d->first_device = UINT32_MAX;
	d->started = false;
}

const struct trace *decoder_read(struct decoder *d, const u8 *bytes, size_t len)
{
	struct trace *t = &d->trace;

	forget(d);
	if (!make_room(d, len))
		return NULL;
	d->next_arg = d->args;
	d->next_string = d->strings;
	d->at = bytes + (len && bytes[0] == BINARY_MAGIC);
	d->end = bytes + len;
	while (d->at < d->end && t->nr_statements < TRACE_MAX_STATEMENTS) {
		d->starts[t->nr_statements] = d->at - bytes;
		t->nr_statements += get_statement(d, &t->statements[t->nr_statements]);
	}
	t->nr_lines = t->nr_statements;
	return t;
}

const u32 *decoder_starts(const struct decoder *d)
{
	return d->starts;
}

/* As many statements as a text may have bytes. */
static void print(const struct trace *t, FILE *to)
{
	long end = 0;

	for (u32 i = 0; i < t->nr_statements; i++) {
		trace_print_statement(t, &t->statements[i], to);
		if (ftell(to) > (long)TRACE_MAX_TEXT) {
			fseek(to, end, SEEK_SET);
			return;
		}
		end = ftell(to);
	}
}

char *trace_decode(const u8 *bytes, size_t len, size_t *text_len)
{
	struct decoder *d = decoder_new();
	const struct trace *t = d ? decoder_read(d, bytes, len) : NULL;
	char *text = NULL;
	FILE *to = open_memstream(&text, text_len);
	bool failed = !t || !to;

	if (!failed)
		print(t, to);
	if (to)
		failed |= ferror(to) | fclose(to);
	decoder_free(d);
	if (!failed)
		return text;
	free(text);
	return NULL;
}
