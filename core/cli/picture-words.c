/* SPDX-License-Identifier: MIT */
/* What stands along the top: of each call the arguments that matter to memory. */
#include "cli/picture.h"

#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

struct words {
	char *text;
	size_t size, len;
};

__attribute__((format(printf, 2, 3)))
static void add(struct words *w, const char *format, ...)
{
	va_list args;

	if (w->len >= w->size)
		return;
	va_start(args, format);
	w->len += vsnprintf(w->text + w->len, w->size - w->len, format, args);
	va_end(args);
}

static void add_between(struct words *w)
{
	if (w->len)
		add(w, ", ");
}

/* Bytes, but of these calls, where a number is a count, an order or a mask. */
static bool counts_bytes(const char *call)
{
	static const char *const others[] = {
		"set_", "fail_nth", "dma_set_", "alloc_pages", "free_pages", "__free_pages", "vmap",
		"dma_map_sg", "dma_unmap_sg", "dma_sync_sg",
	};

	if (strcmp(call, "alloc_pages_exact") == 0 || strcmp(call, "free_pages_exact") == 0)
		return true;
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (strncmp(call, others[i], strlen(others[i])) == 0)
			return false;
	return true;
}

static void add_number(struct words *w, const struct arg *a, const char *call)
{
	u64 n = a->number;

	add_between(w);
	if (a->hex)
		add(w, "0x%" PRIx64, (uint64_t)n);
	else if (!counts_bytes(call))
		add(w, "%" PRIu64, (uint64_t)n);
	else if (n >= 1024 && n % 1024 == 0)
		add(w, "%" PRIu64 " KiB", (uint64_t)(n / 1024));
	else
		add(w, "%" PRIu64 " B", (uint64_t)n);
}

/* A constant, less the prefix that all of its kind have. */
static void add_words(struct words *w, const struct arg *a)
{
	static const char *const prefixes[] = { "DMA_ATTR_", "DMA_" };

	for (unsigned i = 0; i < a->nr_words; i++) {
		const char *name = words[a->words[i]].name;

		for (unsigned k = 0; k < 2; k++)
			if (strncmp(name, prefixes[k], strlen(prefixes[k])) == 0) {
				name += strlen(prefixes[k]);
				break;
			}
		if (i)
			add(w, "|");
		else
			add_between(w);
		add(w, "%s", name);
	}
}

/* Whether it is the pointer or the address is seen from the call. */
static void add_object(struct words *w, const struct timeline *tl, const struct arg *a)
{
	add_between(w);
	add(w, "%.24s", tl->trace->names[a->object].text);
	if (a->has_element)
		add(w, "[%u]", a->element);
	if (a->field == FIELD_LEN)
		add(w, ".len");
	if (a->offset)
		add(w, "%c%" PRIu64, a->offset < 0 ? '-' : '+',
		    (uint64_t)(a->offset < 0 ? -(u64)a->offset : (u64)a->offset));
}

void words_of_call(const struct timeline *tl, const struct step *step, char *text, size_t size)
{
	const struct statement *s = step->s;
	struct words w = { .text = text, .size = size };
	bool optional;

	*text = 0;
	for (unsigned i = 0; i < s->nr_args; i++) {
		const struct arg *a = &s->args[i];
		char letter = call_parameter(s->call, i, &optional);

		if (strchr("dGvR", letter) ||
		    (letter == 'A' && a->kind == ARG_NUMBER && !a->number))
			continue;
		switch (a->kind) {
		case ARG_NUMBER:
			add_number(&w, a, s->call->name);
			break;
		case ARG_WORDS:
			add_words(&w, a);
			break;
		case ARG_BITS:
			add_between(&w);
			add(&w, "%" PRIu64 " bits", (uint64_t)a->number);
			break;
		case ARG_STRING:
			add_between(&w);
			add(&w, "\"%.24s\"", a->string);
			break;
		case ARG_OBJECT:
			add_object(&w, tl, a);
			break;
		}
	}
	if (s->has_target)
		add(&w, "%s\u2192 %.24s", w.len ? " " : "", tl->trace->names[s->target].text);
	text_cut(text, size, 34);
}

/* What comment "# @field: ..." says, or NULL. */
static const char *find_field(const struct trace *t, const char *field)
{
	size_t len = strlen(field);

	for (u32 i = 0; i < t->nr_statements; i++) {
		const char *comment = t->statements[i].call ? NULL : t->statements[i].comment;

		if (comment && strncmp(comment, field, len) == 0 && strncmp(comment + len, ": ", 2) == 0)
			return comment + len + 2;
	}
	return NULL;
}

/* What the trace says of itself, or else its file. A bug and its fix have one title. */
void words_of_title(const struct timeline *tl, char *text, size_t size)
{
	const char *title = find_field(tl->trace, "title"), *file = strrchr(tl->trace->file, '/');

	if (title)
		snprintf(text, size, "%s%s", title, find_field(tl->trace, "fixed") ? " (fixed)" : "");
	else
		snprintf(text, size, "%s", file ? file + 1 : tl->trace->file);
}
