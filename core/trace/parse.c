/* SPDX-License-Identifier: MIT */
/*
 * By hand, a line at a time: an error ends its line and no more, so that all lines
 * with errors are told of at once.
 */
#include "trace/trace.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define MAX_COMPLAINTS 50

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
};

const char *const field_names[NR_FIELDS] = {
	[FIELD_NONE] = "", [FIELD_CPU] = "cpu", [FIELD_DMA] = "dma", [FIELD_PAGE] = "page",
	[FIELD_PHYS] = "phys", [FIELD_SGL] = "sgl", [FIELD_SGT] = "sgt", [FIELD_LEN] = "len",
};

const char *const object_kind_names[NR_OBJECT_KINDS] = {
	[OBJECT_DEVICE] = "device", [OBJECT_MEMORY] = "memory", [OBJECT_MAPPING] = "mapping",
	[OBJECT_LIST] = "list", [OBJECT_POOL] = "pool", [OBJECT_CACHE] = "cache",
	[OBJECT_LOCK] = "lock",
	[OBJECT_NUMBER] = "number", [OBJECT_UNKNOWN] = "unknown",
};

/* ------------------------------------------------------------- complaining */

__attribute__((format(printf, 5, 6)))
static bool complain(struct parser *p, const char *from, size_t width, const char *hint,
		     const char *format, ...)
{
	char text[256];
	struct complaint c = {
		.trace = p->t, .line = p->number, .column = from - p->line + 1,
		.width = width ? width : 1, .text = text, .hint = hint,
	};
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (p->nr_errors++ < MAX_COMPLAINTS)
		p->complain(&c, p->context);
	return false;
}

static bool no_memory(struct parser *p)
{
	if (!p->no_memory)
		complain(p, p->at, 1, NULL, "no memory for more");
	p->no_memory = true;
	return false;
}

static const char *hint_for(struct nearest *n, char *buf, size_t size)
{
	if (!n->best)
		return NULL;
	snprintf(buf, size, "did you mean \"%s\"?", n->best);
	return buf;
}

/* ----------------------------------------------------------------- scanning */

static void skip_blanks(struct parser *p)
{
	while (*p->at == ' ' || *p->at == '\t' || *p->at == '\r')
		p->at++;
}

static bool accept(struct parser *p, char c)
{
	skip_blanks(p);
	if (*p->at != c)
		return false;
	p->at++;
	return true;
}

static bool need(struct parser *p, char c, const char *after)
{
	if (accept(p, c))
		return true;
	return complain(p, p->at, 1, NULL, *p->at ? "expected \"%c\" %s" :
			"the line ends where \"%c\" should stand %s", c, after);
}

static size_t word_length(const char *at)
{
	size_t n = 0;

	if (isdigit((unsigned char)*at))
		return 0;
	while (isalnum((unsigned char)at[n]) || at[n] == '_')
		n++;
	return n;
}

static bool read_number(struct parser *p, u64 *number, bool *hex)
{
	char *end;

	if (!isdigit((unsigned char)*p->at))
		return complain(p, p->at, 1, NULL, "expected a number");
	*hex = p->at[0] == '0' && (p->at[1] | 32) == 'x';
	errno = 0;
	*number = strtoull(p->at, &end, *hex ? 16 : 10);
	if (errno)
		return complain(p, p->at, end - p->at, NULL, "more than 64 bits");
	if (word_length(end))
		return complain(p, end, word_length(end), "sizes are in bytes, such as 4096 or 0x1000",
				"this does not belong to a number");
	p->at = end;
	return true;
}

/* ------------------------------------------------------------------- names */

static int find_name(const struct trace *t, const char *name, size_t len)
{
	for (u32 i = 0; i < t->nr_names; i++)
		if (strlen(t->names[i].text) == len && memcmp(t->names[i].text, name, len) == 0)
			return i;
	return -1;
}

/* The object @name, made if it is new. Its kind stays what it was first. */
static bool name_object(struct parser *p, const char *name, size_t len, enum object_kind kind,
			u32 *index)
{
	struct trace *t = p->t;
	int known = find_name(t, name, len);
	struct name *names;

	if (known >= 0) {
		*index = known;
		if (t->names[known].kind == OBJECT_UNKNOWN)
			t->names[known].kind = kind;
		if (t->names[known].kind == kind || kind == OBJECT_UNKNOWN)
			return true;
		return complain(p, name, len, "give it another name", "\"%.*s\" is a %s already",
				(int)len, name, object_kind_names[t->names[known].kind]);
	}
	if (t->nr_names == TRACE_MAX_OBJECTS)
		return complain(p, name, len, NULL, "more than %u names", TRACE_MAX_OBJECTS);
	if (!(t->nr_names & (t->nr_names - 1))) {
		names = realloc(t->names, (t->nr_names ? t->nr_names * 2 : 1) * sizeof(*names));
		if (!names)
			return no_memory(p);
		t->names = names;
	}
	t->names[t->nr_names].text = strndup(name, len);
	if (!t->names[t->nr_names].text)
		return no_memory(p);
	t->names[t->nr_names].kind = kind;
	*index = t->nr_names++;
	return true;
}

/* ------------------------------------------------------------------ arguments */

/* What each parameter may be, in words. */
static const char *wanted(char parameter)
{
	switch (parameter) {
	case 'd': return "a device, or NULL";
	case 'p': return "a CPU address, such as buf.cpu + 64, or NULL";
	case 'a': return "a DMA address, such as map.dma + 64, or DMA_MAPPING_ERROR";
	case 'P': return "a page, such as buf.page, or NULL";
	case 'h': return "a physical address, such as buf.phys or 0x10000000";
	case 's': return "a list, such as list.sgl";
	case 't': return "a table, such as list.sgt";
	case 'o': return "a pool, or NULL";
	case 'c': return "a cache of objects, or NULL";
	case 'l': return "a lock";
	case 'z': return "a number";
	case 'D': return "DMA_BIDIRECTIONAL, DMA_TO_DEVICE, DMA_FROM_DEVICE or DMA_NONE";
	case 'G': return "GFP flags, such as GFP_KERNEL | __GFP_ZERO";
	case 'A': return "attributes, such as DMA_ATTR_SKIP_CPU_SYNC, or 0";
	case 'v': return "a byte, such as 0x5a, or a string";
	case 'S': return "a string";
	}
	return "nothing";
}

static bool is_null(const struct arg *a)
{
	return a->kind == ARG_WORDS && a->nr_words == 1 &&
	       strcmp(words[a->words[0]].name, "NULL") == 0;
}

static bool words_fit(const struct arg *a, char parameter)
{
	for (unsigned i = 0; i < a->nr_words; i++) {
		const struct word *w = &words[a->words[i]];

		if (w->kind != parameter && w->kind != '.')
			return false;
	}
	return true;
}

static bool object_fits(const struct trace *t, const struct arg *a, char parameter)
{
	enum object_kind kind = t->names[a->object].kind;

	switch (parameter) {
	case 'd':
		return kind == OBJECT_DEVICE && !a->field && !a->offset;
	case 'o':
		return kind == OBJECT_POOL && !a->field && !a->offset;
	case 'c':
		return kind == OBJECT_CACHE && !a->field && !a->offset;
	case 'l':
		return kind == OBJECT_LOCK && !a->field && !a->offset;
	case 'p':
		return a->field == FIELD_CPU;
	case 'a':
		return a->field == FIELD_DMA;
	case 'P':
		return a->field == FIELD_PAGE;
	case 'h':
		return a->field == FIELD_PHYS;
	case 's':
		return a->field == FIELD_SGL && !a->offset;
	case 't':
		return a->field == FIELD_SGT && !a->offset;
	case 'z':
		return (kind == OBJECT_NUMBER && !a->field) || a->field == FIELD_LEN;
	}
	return false;
}

static bool arg_fits(const struct trace *t, const struct arg *a, char parameter)
{
	bool pointer = strchr("dpPoc", parameter);

	switch (a->kind) {
	case ARG_NUMBER:
		return strchr("ahzvDGAp", parameter);
	case ARG_BITS:
		return strchr("z", parameter);
	case ARG_WORDS:
		return is_null(a) ? pointer : !pointer && words_fit(a, parameter);
	case ARG_STRING:
		return strchr("vS", parameter);
	case ARG_OBJECT:
		return object_fits(t, a, parameter);
	}
	return false;
}

static const enum object_kind field_owner[NR_FIELDS][2] = {
	[FIELD_CPU] = { OBJECT_MEMORY, OBJECT_MEMORY },
	[FIELD_DMA] = { OBJECT_MEMORY, OBJECT_MAPPING },
	[FIELD_PAGE] = { OBJECT_MEMORY, OBJECT_MEMORY },
	[FIELD_PHYS] = { OBJECT_MEMORY, OBJECT_MEMORY },
	[FIELD_SGL] = { OBJECT_LIST, OBJECT_LIST },
	[FIELD_SGT] = { OBJECT_LIST, OBJECT_LIST },
};

static bool field_exists(const struct arg *a, enum object_kind kind)
{
	if (a->has_element)
		return kind == OBJECT_LIST && (a->field == FIELD_DMA || a->field == FIELD_LEN);
	return a->field != FIELD_LEN &&
	       (field_owner[a->field][0] == kind || field_owner[a->field][1] == kind);
}

static bool read_field(struct parser *p, struct arg *a, const char *name, size_t len)
{
	enum object_kind kind = p->t->names[a->object].kind;
	u64 element;
	bool hex;
	size_t n;

	if (*p->at == '[') {
		p->at++;
		if (!read_number(p, &element, &hex) || !need(p, ']', "after the element"))
			return false;
		a->has_element = true;
		a->element = element > 0xffffffff ? 0xffffffff : element;
	}
	if (*p->at != '.') {
		if (!a->has_element)
			return true;
		return complain(p, name, p->at - name, NULL, "a segment is not a value: .dma or .len?");
	}
	n = word_length(++p->at);
	for (enum field f = FIELD_CPU; f < NR_FIELDS; f++)
		if (strlen(field_names[f]) == n && memcmp(field_names[f], p->at, n) == 0)
			a->field = f;
	if (!a->field || !field_exists(a, kind))
		return complain(p, p->at, n, kind == OBJECT_MEMORY ? "valid: .cpu .dma .page .phys" :
				kind == OBJECT_MAPPING ? "valid: .dma" :
				kind == OBJECT_LIST ? "valid: .sgl .sgt [0].dma [0].len" : NULL,
				"the %s \"%.*s\" has no such part", object_kind_names[kind],
				(int)len, name);
	p->at += n;
	return true;
}

static bool unknown_name(struct parser *p, const char *name, size_t len)
{
	struct nearest n = { .name = name, .len = len };
	char hint[96];

	for (u32 i = 0; i < p->t->nr_names; i++)
		nearest_try(&n, p->t->names[i].text);
	for (unsigned i = 0; i < nr_words; i++)
		nearest_try(&n, words[i].name);
	return complain(p, name, len, hint_for(&n, hint, sizeof(hint)),
			"nothing above is called \"%.*s\"", (int)len, name);
}

static bool read_words(struct parser *p, struct arg *a)
{
	do {
		size_t len;
		int word;

		skip_blanks(p);
		len = word_length(p->at);
		word = word_find(p->at, len);
		if (word < 0)
			return unknown_name(p, p->at, len);
		if (a->nr_words == sizeof(a->words) / sizeof(a->words[0]))
			return complain(p, p->at, len, NULL, "more flags than there are");
		a->words[a->nr_words++] = word;
		p->at += len;
	} while (accept(p, '|'));
	return true;
}

static bool read_name(struct parser *p, struct arg *a)
{
	const char *name = p->at;
	size_t len = word_length(name);
	int known = find_name(p->t, name, len);
	bool hex;

	if (known >= 0) {
		a->kind = ARG_OBJECT;
		a->object = known;
		p->at += len;
		if (p->t->names[known].kind == OBJECT_UNKNOWN)
			return false;
		return read_field(p, a, name, len);
	}
	if (len == 12 && memcmp(name, "DMA_BIT_MASK", len) == 0) {
		a->kind = ARG_BITS;
		p->at += len;
		if (!need(p, '(', "after DMA_BIT_MASK") || !read_number(p, &a->number, &hex))
			return false;
		if (a->number > 64)
			return complain(p, name, len, NULL, "a mask has 0 to 64 bits");
		return need(p, ')', "after the number of bits");
	}
	a->kind = ARG_WORDS;
	return read_words(p, a);
}

static int hex_digit(char c)
{
	return isdigit((unsigned char)c) ? c - '0' : isxdigit((unsigned char)c) ?
		(c | 32) - 'a' + 10 : -1;
}

static bool read_string(struct parser *p, struct arg *a)
{
	const char *start = p->at++;
	char *to = a->string = malloc(strlen(start));

	a->kind = ARG_STRING;
	if (!to)
		return no_memory(p);
	while (*p->at && *p->at != '"') {
		if (*p->at != '\\') {
			*to++ = *p->at++;
		} else if (p->at[1] == 'x' && hex_digit(p->at[2]) >= 0 &&
			   hex_digit(p->at[3]) >= 0 && (p->at[2] != '0' || p->at[3] != '0')) {
			*to++ = hex_digit(p->at[2]) * 16 + hex_digit(p->at[3]);
			p->at += 4;
		} else if (p->at[1] == '"' || p->at[1] == '\\') {
			*to++ = p->at[1];
			p->at += 2;
		} else {
			*to = 0;
			return complain(p, p->at, 2, "valid: \\\" \\\\ \\x01 to \\xff",
					"no such escape");
		}
	}
	*to = 0;
	if (!*p->at)
		return complain(p, start, 1, NULL, "the string does not end");
	p->at++;
	return true;
}

static bool read_offset(struct parser *p, struct arg *a)
{
	bool minus, hex;
	u64 n;

	skip_blanks(p);
	minus = *p->at == '-';
	if (!minus && *p->at != '+')
		return true;
	if (a->kind != ARG_OBJECT || !a->field)
		return complain(p, p->at, 1, NULL, "only addresses take an offset");
	p->at++;
	skip_blanks(p);
	if (!read_number(p, &n, &hex))
		return false;
	if (n > 1ull << 62)
		return complain(p, p->at, 1, NULL, "the offset is too large");
	a->offset = minus ? -(s64)n : (s64)n;
	return true;
}

static bool read_arg(struct parser *p, struct arg *a, char parameter)
{
	const char *start;
	bool ok;

	skip_blanks(p);
	start = p->at;
	a->column = start - p->line + 1;
	if (*start == '"') {
		ok = read_string(p, a);
	} else if (isdigit((unsigned char)*start)) {
		a->kind = ARG_NUMBER;
		ok = read_number(p, &a->number, &a->hex);
	} else if (word_length(start)) {
		ok = read_name(p, a);
	} else {
		ok = complain(p, start, 1, NULL, "expected %s", wanted(parameter));
	}
	if (!ok || !read_offset(p, a))
		return false;
	if (!arg_fits(p->t, a, parameter))
		return complain(p, start, p->at - start, NULL, "expected %s", wanted(parameter));
	return true;
}

/* ---------------------------------------------------------------- statements */

/* Parameter number @i; *@optional: it and those after it may be left out. 0: no more. */
static char parameter_at(const struct call_type *call, unsigned i, bool *optional)
{
	*optional = false;
	for (const char *c = call->parameters; *c; c++) {
		if (*c == '?')
			*optional = true;
		else if (*c == '*')
			return i < TRACE_MAX_ARGS ? call->parameters[i % 2 + 1] : 0;
		else if (!i--)
			return *c;
	}
	return 0;
}

static bool read_args(struct parser *p)
{
	struct arg args[TRACE_MAX_ARGS] = { { 0 } };
	struct statement *s = p->s;
	unsigned n = 0;
	bool optional, ok = true;
	char parameter;

	while (ok && !accept(p, ')')) {
		if (n && !need(p, ',', "between arguments, or \")\" after them"))
			ok = false;
		else if (!(parameter = parameter_at(s->call, n, &optional)))
			ok = complain(p, p->at, 1, s->call->help, "too many arguments");
		else
			ok = read_arg(p, &args[n], parameter), n++;
	}
	if (ok && (parameter = parameter_at(s->call, n, &optional)) && !optional &&
	    s->call->parameters[0] != '*')
		ok = complain(p, p->at - 1, 1, s->call->help, "too few arguments: expected %s",
			      wanted(parameter));
	if (n) {
		s->args = malloc(n * sizeof(*args));
		if (!s->args) {
			for (unsigned i = 0; i < n; i++)
				free(args[i].string);
			return no_memory(p);
		}
		memcpy(s->args, args, n * sizeof(*args));
		s->nr_args = n;
	}
	return ok;
}

static bool read_call(struct parser *p, const char *target, size_t target_len)
{
	const char *name = p->at;
	size_t len = word_length(name);
	struct nearest n = { .name = name, .len = len };
	const struct call_type *call = call_find(name, len);
	char hint[96];

	if (!call) {
		for (unsigned i = 0; i < nr_call_types; i++)
			nearest_try(&n, call_types[i].name);
		return complain(p, name, len, hint_for(&n, hint, sizeof(hint)),
				len ? "no call \"%.*s\"" : "expected a call", (int)len, name);
	}
	if (!call->run && p->started)
		return complain(p, name, len, call->help, "this has to stand before all other calls");
	p->started |= call->run != NULL;
	p->s->call = call;
	p->at += len;
	if (!need(p, '(', "after the name of a call") || !read_args(p))
		return false;
	if (!target)
		return true;
	if (call->makes < 0)
		return complain(p, target, target_len, call->help, "%s() returns nothing to name",
				call->name);
	p->s->has_target = true;
	return name_object(p, target, target_len, call->makes, &p->s->target);
}

/* --------------------------------------------------------------- expectations */

static bool read_profiles(struct parser *p, profile_set *on)
{
	*on = 0;
	do {
		const char *name;
		struct nearest n;
		char hint[96];
		size_t len;
		unsigned i;

		skip_blanks(p);
		for (len = 0; isalnum((unsigned char)p->at[len]) || p->at[len] == '-'; len++)
			;
		n = (struct nearest){ .name = p->at, .len = len };
		for (i = 0; (name = dmalab_profile_name(i)); i++) {
			if (strlen(name) == len && memcmp(name, p->at, len) == 0)
				break;
			nearest_try(&n, name);
		}
		if (!name)
			return complain(p, p->at, len, hint_for(&n, hint, sizeof(hint)),
					"no profile \"%.*s\"", (int)len, p->at);
		*on |= 1u << i;
		p->at += len;
	} while (accept(p, ','));
	return need(p, ']', "after the profiles");
}

static bool read_check(struct parser *p, profile_set on)
{
	size_t len, count;
	const struct dmalab_check *checks = dmalab_checks(&count);
	struct nearest n;
	char hint[96];

	skip_blanks(p);
	for (len = 0; isalnum((unsigned char)p->at[len]) || p->at[len] == '-'; len++)
		;
	n = (struct nearest){ .name = p->at, .len = len };
	for (size_t i = 0; i < count; i++) {
		if (strlen(checks[i].name) != len || memcmp(checks[i].name, p->at, len) != 0) {
			nearest_try(&n, checks[i].name);
			continue;
		}
		if (p->s->nr_expected == TRACE_MAX_EXPECTED)
			return complain(p, p->at, len, NULL, "more than %u expectations",
					TRACE_MAX_EXPECTED);
		p->s->expected[p->s->nr_expected++] =
			(struct expectation){ checks[i].name, on };
		p->at += len;
		return true;
	}
	return complain(p, p->at, len, hint_for(&n, hint, sizeof(hint)), "no check \"%.*s\"",
			(int)len, p->at);
}

/* "expect: a, b; expect[arm64]: c" */
static bool read_expected(struct parser *p)
{
	if (!p->s->expected) {
		p->s->expected = calloc(TRACE_MAX_EXPECTED, sizeof(*p->s->expected));
		if (!p->s->expected)
			return no_memory(p);
	}
	do {
		profile_set on = ALL_PROFILES;

		skip_blanks(p);
		if (strncmp(p->at, "expect", 6) != 0)
			return complain(p, p->at, 1, NULL, "expected \"expect\" after \";\"");
		p->at += 6;
		if (accept(p, '[') && !read_profiles(p, &on))
			return false;
		if (!need(p, ':', "after \"expect\""))
			return false;
		do
			if (!read_check(p, on))
				return false;
		while (accept(p, ','));
	} while (accept(p, ';'));
	skip_blanks(p);
	if (*p->at)
		return complain(p, p->at, 1, "checks are separated by commas", "this does not belong to an expectation");
	return true;
}

static bool read_comment(struct parser *p)
{
	size_t len;

	skip_blanks(p);
	if (strncmp(p->at, "expect:", 7) == 0 || strncmp(p->at, "expect[", 7) == 0) {
		if (p->s->call)
			return read_expected(p);
		return complain(p, p->at, 6, NULL, "there is no statement on this line");
	}
	len = strlen(p->at);
	while (len && isspace((unsigned char)p->at[len - 1]))
		len--;
	p->s->comment = strndup(p->at, len);
	return p->s->comment ? true : no_memory(p);
}

static bool read_line(struct parser *p)
{
	const char *target = NULL;
	size_t len;

	skip_blanks(p);
	len = word_length(p->at);
	if (len) {
		const char *start = p->at;

		p->at += len;
		if (accept(p, '=')) {
			target = start;
			skip_blanks(p);
		} else {
			p->at = start;
		}
		if (!read_call(p, target, len)) {
			u32 index;

			if (target && find_name(p->t, target, len) < 0)
				name_object(p, target, len, p->s->call && p->s->call->makes >= 0 ?
					    (enum object_kind)p->s->call->makes : OBJECT_UNKNOWN,
					    &index);
			return false;
		}
	}
	if (accept(p, '#'))
		return read_comment(p);
	skip_blanks(p);
	if (!*p->at)
		return true;
	return complain(p, p->at, 1, NULL, p->s->call ? "expected the end of the line" :
			"expected a call, or \"name = call\"");
}

/* ---------------------------------------------------------------------- all */

static bool split_lines(struct parser *p, const char *text, size_t len)
{
	struct trace *t = p->t;
	u32 n = 1;

	t->text = malloc(len + 1);
	for (size_t i = 0; i < len; i++)
		n += text[i] == '\n';
	t->line_start = malloc(n * sizeof(*t->line_start));
	t->statements = calloc(n, sizeof(*t->statements));
	if (!t->text || !t->line_start || !t->statements)
		return false;
	memcpy(t->text, text, len);
	t->text[len] = 0;
	t->line_start[t->nr_lines++] = 0;
	for (size_t i = 0; i < len; i++)
		if (t->text[i] == '\n') {
			t->text[i] = 0;
			t->line_start[t->nr_lines++] = i + 1;
		} else if (!t->text[i]) {
			t->text[i] = '?'; /* no character of the language */
		}
	/* What stands behind the last newline, if nothing, is no line. */
	if (t->nr_lines > 1 && t->line_start[t->nr_lines - 1] == len)
		t->nr_lines--;
	return true;
}

static void read_lines(struct parser *p)
{
	struct trace *t = p->t;

	for (u32 i = 0; i < t->nr_lines && !p->no_memory; i++) {
		p->number = i + 1;
		p->line = p->at = t->text + t->line_start[i];
		if (i == TRACE_MAX_STATEMENTS) {
			complain(p, p->at, 1, NULL, "more than %u lines", TRACE_MAX_STATEMENTS);
			return;
		}
		p->s = &t->statements[t->nr_statements++];
		p->s->line = i + 1;
		p->s->site = (struct dmalab_site){ .file = t->file, .line = i + 1 };
		if (strlen(p->line) > TRACE_MAX_LINE)
			complain(p, p->line, 1, NULL, "a line of more than %u characters",
				 TRACE_MAX_LINE);
		else
			read_line(p);
	}
}

struct trace *trace_parse(const char *file, const char *text, size_t len, complain_fn complain_to,
			  void *context)
{
	struct parser p = { .complain = complain_to, .context = context, .line = "", .at = "" };

	p.t = calloc(1, sizeof(*p.t));
	if (p.t)
		p.t->file = strdup(file);
	if (!p.t || !p.t->file || len > TRACE_MAX_TEXT || !split_lines(&p, text, len)) {
		struct complaint c = {
			.trace = p.t, .text = len > TRACE_MAX_TEXT ? "more than 1 MiB of text" :
								    "no memory to read it",
		};

		complain_to(&c, context);
		trace_free(p.t);
		return NULL;
	}
	read_lines(&p);
	if (!p.nr_errors)
		return p.t;
	if (p.nr_errors > MAX_COMPLAINTS) {
		struct complaint c = { .trace = p.t, .text = "and more errors than are shown" };

		complain_to(&c, context);
	}
	trace_free(p.t);
	return NULL;
}

void trace_free(struct trace *t)
{
	if (!t)
		return;
	for (u32 i = 0; i < t->nr_statements; i++) {
		struct statement *s = &t->statements[i];

		for (unsigned k = 0; k < s->nr_args; k++)
			free(s->args[k].string);
		free(s->args);
		free(s->expected);
		free(s->comment);
	}
	for (u32 i = 0; i < t->nr_names; i++)
		free(t->names[i].text);
	free(t->names);
	free(t->statements);
	free(t->line_start);
	free(t->text);
	free(t->file);
	free(t);
}

void trace_print_complaint(const struct complaint *c, FILE *to, bool colour)
{
	const char *file = c->trace && c->trace->file ? c->trace->file : "trace";
	const char *line;

	if (!c->line) {
		fprintf(to, "%s: error: %s\n", file, c->text);
		return;
	}
	line = c->trace->text + c->trace->line_start[c->line - 1];
	fprintf(to, "%s%s:%u:%u: %serror:%s %s\n", colour ? "\033[1m" : "", file, c->line, c->column,
		colour ? "\033[31m" : "", colour ? "\033[0m" : "", c->text);
	fprintf(to, "%5u | %.200s\n      | ", c->line, line);
	for (u32 i = 1; i < c->column && i < 200; i++)
		fputc(line[i - 1] == '\t' ? '\t' : ' ', to);
	fputc('^', to);
	for (u32 i = 1; i < c->width && i < 80; i++)
		fputc('~', to);
	fputc('\n', to);
	if (c->hint)
		fprintf(to, "      = %s\n", c->hint);
}
