/* SPDX-License-Identifier: MIT */
/* What stands between the parentheses of a call. */
#include "trace/parser.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

const char *const field_names[NR_FIELDS] = {
	[FIELD_NONE] = "",     [FIELD_CPU] = "cpu", [FIELD_DMA] = "dma", [FIELD_PAGE] = "page",
	[FIELD_PHYS] = "phys", [FIELD_SGL] = "sgl", [FIELD_SGT] = "sgt", [FIELD_LEN] = "len",
};

const char *const object_kind_names[NR_OBJECT_KINDS] = {
	[OBJECT_DEVICE] = "device", [OBJECT_MEMORY] = "memory", [OBJECT_MAPPING] = "mapping",
	[OBJECT_LIST] = "list",	    [OBJECT_POOL] = "pool",	[OBJECT_CACHE] = "cache",
	[OBJECT_LOCK] = "lock",	    [OBJECT_AREA] = "area",	[OBJECT_NUMBER] = "number",
	[OBJECT_UNKNOWN] = "unknown",
};

/* ------------------------------------------------------------------ arguments */

/* What each parameter may be, in words. */
const char *parse_wanted(char parameter)
{
	switch (parameter) {
	case 'd':
		return "a device, or NULL";
	case 'p':
		return "a CPU address, such as buf.cpu + 64, or NULL";
	case 'a':
		return "a DMA address, such as map.dma + 64, or DMA_MAPPING_ERROR";
	case 'P':
		return "a page, such as buf.page, or NULL";
	case 'h':
		return "a physical address, such as buf.phys or 0x10000000";
	case 's':
		return "a list, such as list.sgl";
	case 't':
		return "a table, such as list.sgt";
	case 'o':
		return "a pool, or NULL";
	case 'c':
		return "a cache of objects, or NULL";
	case 'l':
		return "a lock";
	case 'u':
		return "an area of a process, or NULL";
	case 'z':
		return "a number";
	case 'D':
		return "DMA_BIDIRECTIONAL, DMA_TO_DEVICE, DMA_FROM_DEVICE or DMA_NONE";
	case 'G':
		return "GFP flags, such as GFP_KERNEL | __GFP_ZERO";
	case 'A':
		return "attributes, such as DMA_ATTR_SKIP_CPU_SYNC, or 0";
	case 'V':
		return "VM_MAP";
	case 'F':
		return "SLAB_HWCACHE_ALIGN, SLAB_CACHE_DMA, SLAB_CACHE_DMA32, or 0";
	case 'R':
		return "PAGE_KERNEL, pgprot_writecombine(PAGE_KERNEL) or pgprot_noncached(PAGE_KERNEL)";
	case 'v':
		return "a byte, such as 0x5a, or a string";
	case 'S':
		return "a string";
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
	/* A structure in C: neither a number, nor to be joined. */
	if (parameter == 'R')
		return a->nr_words == 1 && words[a->words[0]].kind == 'R';
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
	case 'u':
		return kind == OBJECT_AREA && !a->field && !a->offset;
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
	bool pointer = strchr("dpPocu", parameter), number = strchr("ahzvDGAVRF", parameter);

	switch (a->kind) {
	case ARG_NUMBER:
		return strchr("ahzvDGAVFp", parameter);
	case ARG_BITS:
		return strchr("z", parameter);
	case ARG_WORDS:
		return is_null(a) ? pointer : number && words_fit(a, parameter);
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
		if (!parse_number(p, &element, &hex) || !parse_need(p, ']', "after the element"))
			return false;
		a->has_element = true;
		a->element = element > 0xffffffff ? 0xffffffff : element;
	}
	if (*p->at != '.') {
		if (!a->has_element)
			return true;
		return parse_complain(p, name, p->at - name, NULL,
				      "a segment is not a value: .dma or .len?");
	}
	n = parse_word(++p->at);
	for (enum field f = FIELD_CPU; f < NR_FIELDS; f++)
		if (strlen(field_names[f]) == n && memcmp(field_names[f], p->at, n) == 0)
			a->field = f;
	if (!a->field || !field_exists(a, kind))
		return parse_complain(p, p->at, n,
				      kind == OBJECT_MEMORY  ? "valid: .cpu .dma .page .phys" :
				      kind == OBJECT_MAPPING ? "valid: .dma" :
				      kind == OBJECT_LIST    ? "valid: .sgl .sgt [0].dma [0].len" :
							       NULL,
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
	return parse_complain(p, name, len, parse_hint(&n, hint, sizeof(hint)),
			      "nothing above is called \"%.*s\"", (int)len, name);
}

static bool read_words(struct parser *p, struct arg *a)
{
	do {
		size_t len;
		int word;

		parse_blanks(p);
		len = parse_word(p->at);
		/* pgprot_...(PAGE_KERNEL) is one word. */
		if (p->at[len] == '(' && memcmp(p->at, "pgprot_", 7 < len ? 7 : len) == 0)
			len += strcspn(p->at + len, ")") + (strchr(p->at + len, ')') != NULL);
		word = word_find(p->at, len);
		if (word < 0)
			return unknown_name(p, p->at, len);
		if (a->nr_words == sizeof(a->words) / sizeof(a->words[0]))
			return parse_complain(p, p->at, len, NULL, "more flags than there are");
		a->words[a->nr_words++] = word;
		p->at += len;
	} while (parse_accept(p, '|'));
	return true;
}

static bool read_name(struct parser *p, struct arg *a)
{
	const char *name = p->at;
	size_t len = parse_word(name);
	int known = parse_find_name(p, name, len);
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
		if (!parse_need(p, '(', "after DMA_BIT_MASK") || !parse_number(p, &a->number, &hex))
			return false;
		if (a->number > 64)
			return parse_complain(p, name, len, NULL, "a mask has 0 to 64 bits");
		return parse_need(p, ')', "after the number of bits");
	}
	a->kind = ARG_WORDS;
	return read_words(p, a);
}

static int hex_digit(char c)
{
	return isdigit((unsigned char)c)  ? c - '0' :
	       isxdigit((unsigned char)c) ? (c | 32) - 'a' + 10 :
					    -1;
}

static bool read_string(struct parser *p, struct arg *a)
{
	const char *start = p->at++;
	char *to = a->string = malloc(strlen(start));

	a->kind = ARG_STRING;
	if (!to)
		return parse_no_memory(p);
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
			return parse_complain(p, p->at, 2, "valid: \\\" \\\\ \\x01 to \\xff",
					      "no such escape");
		}
	}
	*to = 0;
	if (!*p->at)
		return parse_complain(p, start, 1, NULL, "the string does not end");
	p->at++;
	if (to - a->string > TRACE_MAX_STRING)
		return parse_complain(p, start, 1, NULL, "a string of more than %u bytes",
				      TRACE_MAX_STRING);
	return true;
}

static bool read_offset(struct parser *p, struct arg *a)
{
	bool minus, hex;
	u64 n;

	parse_blanks(p);
	minus = *p->at == '-';
	if (!minus && *p->at != '+')
		return true;
	if (a->kind != ARG_OBJECT || !a->field)
		return parse_complain(p, p->at, 1, NULL, "only addresses take an offset");
	p->at++;
	parse_blanks(p);
	if (!parse_number(p, &n, &hex))
		return false;
	if (n > 1ull << 62)
		return parse_complain(p, p->at, 1, NULL, "the offset is too large");
	a->offset = minus ? -(s64)n : (s64)n;
	return true;
}

bool parse_arg(struct parser *p, struct arg *a, char parameter)
{
	const char *start;
	bool ok;

	parse_blanks(p);
	start = p->at;
	a->column = start - p->line + 1;
	if (*start == '"') {
		ok = read_string(p, a);
	} else if (isdigit((unsigned char)*start)) {
		a->kind = ARG_NUMBER;
		ok = parse_number(p, &a->number, &a->hex);
	} else if (parse_word(start)) {
		ok = read_name(p, a);
	} else {
		ok = parse_complain(p, start, 1, NULL, "expected %s", parse_wanted(parameter));
	}
	if (!ok || !read_offset(p, a))
		return false;
	if (!arg_fits(p->t, a, parameter))
		return parse_complain(p, start, p->at - start, NULL, "expected %s",
				      parse_wanted(parameter));
	return true;
}
