/* SPDX-License-Identifier: MIT */
/* Names of calls, and of what a trace has made, found by hash: a trace may have many. */
#include "trace/parser.h"

#include <stdlib.h>
#include <string.h>

static u32 hash(const char *name, size_t len)
{
	u32 h = 2166136261u;

	while (len--)
		h = (h ^ (u8)*name++) * 16777619u;
	return h ^ h >> 15;
}

static bool is(const char *text, const char *name, size_t len)
{
	return strncmp(text, name, len) == 0 && !text[len];
}

/* A line has at most one new name, or, where it is wrong, none that counts. */
bool parse_make_room(struct parser *p)
{
	u32 names = p->t->nr_lines < TRACE_MAX_OBJECTS ? p->t->nr_lines : TRACE_MAX_OBJECTS;

	p->nr_name_slots = 2 * names + 2;
	p->name_slots = calloc(p->nr_name_slots, sizeof(*p->name_slots));
	return p->name_slots;
}

/* The slot of @name, or the empty one where it would stand. */
static u16 *name_slot(struct parser *p, const char *name, size_t len)
{
	u32 i = hash(name, len) % p->nr_name_slots;

	while (p->name_slots[i] && !is(p->t->names[p->name_slots[i] - 1].text, name, len))
		i = (i + 1) % p->nr_name_slots;
	return &p->name_slots[i];
}

int parse_find_name(struct parser *p, const char *name, size_t len)
{
	return *name_slot(p, name, len) - 1;
}

static u8 *call_slot(struct parser *p, const char *name, size_t len)
{
	u32 i = hash(name, len) % CALL_SLOTS;

	while (p->call_slots[i] && !is(call_types[p->call_slots[i] - 1].name, name, len))
		i = (i + 1) % CALL_SLOTS;
	return &p->call_slots[i];
}

void parse_learn_calls(struct parser *p)
{
	for (unsigned i = 0; i < nr_call_types; i++)
		*call_slot(p, call_types[i].name, strlen(call_types[i].name)) = i + 1;
}

const struct call_type *parse_find_call(struct parser *p, const char *name, size_t len)
{
	u8 slot = *call_slot(p, name, len);

	return slot ? &call_types[slot - 1] : NULL;
}

bool parse_name_object(struct parser *p, const char *name, size_t len, enum object_kind kind,
		       u32 *index)
{
	struct trace *t = p->t;
	int known = parse_find_name(p, name, len);
	struct name *names;

	if (known >= 0) {
		*index = known;
		if (t->names[known].kind == OBJECT_UNKNOWN)
			t->names[known].kind = kind;
		if (t->names[known].kind == kind || kind == OBJECT_UNKNOWN)
			return true;
		return parse_complain(p, name, len, "give it another name",
				      "\"%.*s\" is a %s already", (int)len, name,
				      object_kind_names[t->names[known].kind]);
	}
	if (t->nr_names == TRACE_MAX_OBJECTS)
		return parse_complain(p, name, len, NULL, "more than %u names", TRACE_MAX_OBJECTS);
	if (!(t->nr_names & (t->nr_names - 1))) {
		names = realloc(t->names, (t->nr_names ? t->nr_names * 2 : 1) * sizeof(*names));
		if (!names)
			return parse_no_memory(p);
		t->names = names;
	}
	t->names[t->nr_names].text = strndup(name, len);
	if (!t->names[t->nr_names].text)
		return parse_no_memory(p);
	t->names[t->nr_names].kind = kind;
	*index = t->nr_names++;
	*name_slot(p, name, len) = t->nr_names;
	return true;
}
