/* SPDX-License-Identifier: MIT */
/* What may be done to any program. */
#include "mutator.h"

#include <string.h>

static bool is_no_setting(const struct program *p, const struct statement *s)
{
	(void)p;
	return s->call->run;
}

bool insert_statement(struct program *p)
{
	return generate_any(p, p->nr_settings + below(p, p->nr - p->nr_settings + 1));
}

bool delete_statement(struct program *p)
{
	u32 at;

	if (!program_find(p, is_no_setting, &at))
		return false;
	program_delete(p, at);
	return true;
}

bool duplicate_statement(struct program *p)
{
	struct statement s;
	u32 at;

	if (!program_find(p, is_no_setting, &at))
		return false;
	s = p->s[at];
	return program_insert(p, at + 1 + below(p, p->nr - at), &s);
}

bool move_statement(struct program *p)
{
	struct statement s;
	u32 at;

	if (!program_find(p, is_no_setting, &at))
		return false;
	s = p->s[at];
	program_delete(p, at);
	return program_insert(p, p->nr_settings + below(p, p->nr - p->nr_settings + 1), &s);
}

/* --------------------------------------------------------------- an argument */

static void change_number(struct program *p, struct arg *a)
{
	u64 n = a->kind == ARG_NUMBER ? a->number : 4096;

	*a = (struct arg){ .kind = ARG_NUMBER };
	switch (below(p, 6)) {
	case 0:
		a->number = n + 1;
		break;
	case 1:
		a->number = n - 1;
		break;
	case 2:
		a->number = n / 2;
		break;
	case 3:
		a->number = n * 2;
		break;
	default:
		a->number = interesting(p);
	}
}

static void change_word(struct program *p, struct arg *a, char parameter)
{
	u8 set[MAX_SET];

	binary_set(parameter, set);
	*a = (struct arg){ .kind = ARG_WORDS, .nr_words = 1 };
	a->words[0] = set[below(p, binary_nr_words(parameter))];
}

/* Another object of the same kind, or another place in it. */
static void change_object(struct program *p, struct arg *a, char parameter)
{
	enum object_kind kind = p->names[a->object].kind;

	if (strchr("pah", parameter) && !a->has_element && below(p, 2))
		a->offset = (s64)(interesting(p) & 0xffff) * (below(p, 4) ? 1 : -1);
	else
		a->object = program_name(p, kind, below(p, binary_near(kind)));
}

bool change_argument(struct program *p)
{
	struct statement *s;
	char parameter;
	bool optional;
	struct arg *a;
	u32 at, i;

	if (!program_find(p, is_no_setting, &at) || !p->s[at].nr_args)
		return false;
	s = &p->s[at];
	i = below(p, s->nr_args);
	a = &s->args[i];
	parameter = call_parameter(s->call, i, &optional);
	if (a->kind == ARG_OBJECT)
		change_object(p, a, parameter);
	else if (strchr("DGAVRF", parameter))
		change_word(p, a, parameter);
	else if (strchr("zahv", parameter))
		change_number(p, a);
	else
		return false;
	return true;
}

/* -------------------------------------------------------------- the machine */

static bool set(struct program *p, const char *name, const char *string, u64 n)
{
	struct arg a = { .kind = string ? ARG_STRING : ARG_NUMBER, .string = (char *)string, .number = n };
	struct statement s = { .call = call_find(name, strlen(name)), .args = &a, .nr_args = 1 };

	for (u32 i = 0; i < p->nr_settings; i++)
		if (is_call(&p->s[i], name)) {
			program_delete(p, i);
			break;
		}
	return program_insert(p, 0, &s);
}

static bool set_string(struct program *p, const char *name)
{
	unsigned nr;
	const char *const *strings = binary_strings(call_find(name, strlen(name)), &nr);

	/* The last two profiles are several. */
	return set(p, name, strings[below(p, nr)], 0);
}

bool change_machine(struct program *p)
{
	switch (below(p, 8)) {
	case 0:
		return set_string(p, "checks");
	case 1:
		return set_string(p, "accesses");
	case 2:
		return set(p, "ram", NULL, below(p, 2) ? 262144 : 524288);
	case 3:
	case 4:
		return set_string(p, "policy");
	default:
		return set_string(p, "profiles");
	}
}

/* What an empty program becomes. */
bool begin_program(struct program *p)
{
	static const char *const calls[] = { "device", "kmalloc", "dma_alloc_noncoherent", "device" };

	if (p->nr > p->nr_settings)
		return false;
	set(p, "checks", "full,+sync-redundant,+sync-other-direction", 0);
	set(p, "ram", NULL, 262144);
	set_string(p, "profiles");
	if (below(p, 2))
		set(p, "accesses", "plain", 0);
	for (unsigned i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
		if (!generate(p, p->nr, call_find(calls[i], strlen(calls[i])), UINT32_MAX))
			return false;
	for (unsigned n = below(p, 24); n--;)
		generate_any(p, p->nr);
	return true;
}
