/* SPDX-License-Identifier: MIT */
/*
 * The right argument, of a call that is about an object: what that was made with. Most calls of
 * a program that somebody could have written are right in most of their arguments; so a byte
 * of the binary form says that, and a wrong one is what stands out.
 */
#include "trace/binary.h"

#include <string.h>

static bool tells(const struct maker *m)
{
	return m->device || m->size || m->dir || m->attrs;
}

void binary_keep_maker(struct maker *m, const struct statement *s)
{
	bool optional;

	*m = (struct maker){ .nents = s->nr_args / 2 };
	for (unsigned i = 0; i < s->nr_args; i++) {
		const struct arg *a = &s->args[i];

		switch (call_parameter(s->call, i, &optional)) {
		case 'd':
			m->device = a;
			break;
		case 'z':
			m->size = a;
			break;
		case 'D':
			m->dir = a;
			break;
		case 'A':
			m->attrs = a;
			break;
		}
	}
	/* The last number is that of segments. */
	if (strcmp(s->call->parameters, "Pazz?z") == 0)
		m->size = &s->args[2];
}

/* The first object that was made with something, and how far behind its start this is. */
static const struct maker *maker_of(const struct statement *s, const struct maker *makers, s64 *offset)
{
	for (unsigned i = 0; i < s->nr_args; i++) {
		const struct arg *a = &s->args[i];

		if (a->kind != ARG_OBJECT || !tells(&makers[a->object]))
			continue;
		*offset = a->offset;
		return &makers[a->object];
	}
	return NULL;
}

static void number(struct arg *a, u64 n)
{
	*a = (struct arg){ .kind = ARG_NUMBER, .number = n };
}

static void find_size(const struct same *it, const struct statement *s, const struct maker *m,
		      s64 offset)
{
	const char *parameters = s->call->parameters;

	if (!it->last)
		number(it->a, 0); /* where a range begins */
	else if (m && strchr(parameters, 's'))
		number(it->a, m->nents);
	else if (m && m->size)
		*it->a = *m->size;
	else
		number(it->a, strcmp(parameters, "Gz") == 0 ? 0 : 4096);
	/* To the end of the object. */
	if (m && it->a->kind == ARG_NUMBER && offset > 0 && (u64)offset < it->a->number)
		it->a->number -= offset;
}

static void word(struct arg *a, const char *name)
{
	*a = (struct arg){ .kind = ARG_WORDS, .nr_words = 1 };
	a->words[0] = word_find(name, strlen(name));
}

void binary_find_same(const struct same *it, const struct statement *s,
		      const struct maker *makers, u32 first_device)
{
	s64 offset = 0;
	const struct maker *m = maker_of(s, makers, &offset);

	switch (it->parameter) {
	case 'd':
		if (m && m->device)
			*it->a = *m->device;
		else if (first_device != UINT32_MAX)
			*it->a = (struct arg){ .kind = ARG_OBJECT, .object = first_device };
		else
			word(it->a, "NULL");
		break;
	case 'z':
		find_size(it, s, m, offset);
		break;
	case 'D':
		if (m && m->dir)
			*it->a = *m->dir;
		else
			word(it->a, "DMA_BIDIRECTIONAL");
		break;
	default:
		if (m && m->attrs)
			*it->a = *m->attrs;
		else
			number(it->a, 0);
	}
}
