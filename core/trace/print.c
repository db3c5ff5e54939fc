/* SPDX-License-Identifier: MIT */
/* A trace as text. */
#include "trace/trace.h"

#include <ctype.h>

static void print_string(const char *s, FILE *to)
{
	fputc('"', to);
	for (; *s; s++) {
		if (*s == '"' || *s == '\\')
			fprintf(to, "\\%c", *s);
		else if (isprint((unsigned char)*s))
			fputc(*s, to);
		else
			fprintf(to, "\\x%02x", (unsigned char)*s);
	}
	fputc('"', to);
}

static void print_arg(const struct trace *t, const struct arg *a, FILE *to)
{
	switch (a->kind) {
	case ARG_NUMBER:
		fprintf(to, a->hex ? "0x%llx" : "%llu", (unsigned long long)a->number);
		break;
	case ARG_BITS:
		fprintf(to, "DMA_BIT_MASK(%llu)", (unsigned long long)a->number);
		break;
	case ARG_WORDS:
		for (unsigned i = 0; i < a->nr_words; i++)
			fprintf(to, "%s%s", i ? " | " : "", words[a->words[i]].name);
		break;
	case ARG_STRING:
		print_string(a->string, to);
		break;
	case ARG_OBJECT:
		fputs(t->names[a->object].text, to);
		if (a->has_element)
			fprintf(to, "[%u]", a->element);
		if (a->field)
			fprintf(to, ".%s", field_names[a->field]);
		break;
	}
	if (a->offset)
		fprintf(to, " %c %llu", a->offset < 0 ? '-' : '+',
			(unsigned long long)(a->offset < 0 ? -(u64)a->offset : (u64)a->offset));
}

static void print_profiles(profile_set on, FILE *to)
{
	const char *name, *between = "[";

	if (on == ALL_PROFILES)
		return;
	for (unsigned i = 0; (name = dmalab_profile_name(i)); i++)
		if (on >> i & 1) {
			fprintf(to, "%s%s", between, name);
			between = ",";
		}
	fputc(']', to);
}

/* Those of the same profiles stand together. */
static void print_expected(const struct statement *s, FILE *to)
{
	for (unsigned i = 0; i < s->nr_expected; i++) {
		bool joins = i && s->expected[i].on == s->expected[i - 1].on;

		if (!joins) {
			fputs(i ? "; expect" : "expect", to);
			print_profiles(s->expected[i].on, to);
			fputc(':', to);
		}
		fprintf(to, "%s %s", joins ? "," : "", s->expected[i].check);
	}
}

void trace_print_statement(const struct trace *t, const struct statement *s, FILE *to)
{
	const char *before = "";

	if (s->call) {
		if (s->has_target)
			fprintf(to, "%s = ", t->names[s->target].text);
		fprintf(to, "%s(", s->call->name);
		for (unsigned i = 0; i < s->nr_args; i++) {
			fputs(i ? ", " : "", to);
			print_arg(t, &s->args[i], to);
		}
		fputc(')', to);
		before = "  ";
	}
	if (s->nr_expected) {
		fprintf(to, "%s# ", before);
		print_expected(s, to);
	}
	else if (s->comment)
		fprintf(to, "%s#%s%s", before, *s->comment ? " " : "", s->comment);
	fputc('\n', to);
}

void trace_print(const struct trace *t, FILE *to)
{
	for (u32 i = 0; i < t->nr_statements; i++) {
		const struct statement *s = &t->statements[i];

		if (!s->call && !s->comment)
			fputc('\n', to);
		else
			trace_print_statement(t, s, to);
	}
}
