/* SPDX-License-Identifier: MIT */
/* One rule broken: the mistakes that drivers make. */
#include "mutator.h"

#include <string.h>

/* The first argument of the kind, or -1. */
static int find_arg(const struct statement *s, const char *kinds)
{
	bool optional;

	for (unsigned i = 0; i < s->nr_args; i++)
		if (strchr(kinds, call_parameter(s->call, i, &optional)))
			return i;
	return -1;
}

/* The object that the statement is about; UINT32_MAX: none. */
static u32 object_of(const struct statement *s)
{
	int i = find_arg(s, "apPst");

	return i >= 0 && s->args[i].kind == ARG_OBJECT ? s->args[i].object : UINT32_MAX;
}

static bool is_sync(const struct program *p, const struct statement *s)
{
	(void)p;
	return begins(s, "dma_sync_");
}

bool drop_sync(struct program *p)
{
	u32 at;

	if (!program_find(p, is_sync, &at))
		return false;
	program_delete(p, at);
	return true;
}

static bool is_range(const struct program *p, const struct statement *s)
{
	(void)p;
	return s->call->run && s->call->makes != OBJECT_MEMORY && find_arg(s, "z") >= 0 &&
	       object_of(s) != UINT32_MAX;
}

/* The range begins elsewhere, is shorter, or longer. */
bool shift_range(struct program *p)
{
	static const s64 steps[] = { 1, 32, 64, 128, 4096, -1, -32, -64, -128, 7 };
	s64 step = steps[below(p, sizeof(steps) / sizeof(steps[0]))];
	struct arg *a;
	u32 at;

	if (!program_find(p, is_range, &at))
		return false;
	a = &p->s[at].args[find_arg(&p->s[at], below(p, 2) ? "z" : "ap")];
	if (a < p->s[at].args)
		return false;
	if (a->kind == ARG_OBJECT && !a->has_element)
		a->offset += step;
	else if (a->kind == ARG_NUMBER)
		a->number = below(p, 3) ? a->number + step : a->number / 2;
	else
		return false;
	return true;
}

static bool has_direction(const struct program *p, const struct statement *s)
{
	(void)p;
	return find_arg(s, "D") >= 0;
}

bool flip_direction(struct program *p)
{
	u8 set[MAX_SET];
	struct arg *a;
	u32 at;

	if (!program_find(p, has_direction, &at))
		return false;
	binary_set('D', set);
	a = &p->s[at].args[find_arg(&p->s[at], "D")];
	*a = (struct arg){ .kind = ARG_WORDS, .nr_words = 1 };
	a->words[0] = set[below(p, binary_nr_words('D'))];
	return true;
}

static bool is_release(const struct program *p, const struct statement *s)
{
	(void)p;
	return s->call->run && call_gives_back(s->call) && !is_call(s, "device_free");
}

static bool is_unmap(const struct program *p, const struct statement *s)
{
	return begins(s, "dma_unmap_") || is_release(p, s);
}

/* Once more, later: or only its use. */
bool free_stale(struct program *p)
{
	static const char *const uses[] = {
		"cpu_read", "cpu_write", "device_read", "device_write", "dma_sync_single_for_cpu",
		"dma_sync_single_for_device", "dma_map_single",
	};
	struct statement s;
	const char *use;
	u32 at, later;

	if (!program_find(p, is_unmap, &at))
		return false;
	s = p->s[at];
	later = at + 1 + below(p, p->nr - at);
	if (below(p, 2))
		return program_insert(p, later, &s);
	use = uses[below(p, sizeof(uses) / sizeof(uses[0]))];
	return generate(p, later, call_find(use, strlen(use)), object_of(&s));
}

/* What belongs to another object, or was given out by another call. */
bool free_foreign(struct program *p)
{
	struct statement *s;
	int i;
	u32 at;

	if (!program_find(p, is_unmap, &at))
		return false;
	s = &p->s[at];
	i = find_arg(s, below(p, 2) ? "pPst" : "apPst");
	if (i < 0 || s->args[i].kind != ARG_OBJECT)
		return false;
	s->args[i].object = program_name(p, p->names[s->args[i].object].kind, below(p, 8));
	return true;
}

static bool gives_to_device(const struct program *p, const struct statement *s)
{
	(void)p;
	return begins(s, "dma_map_") || (begins(s, "dma_sync_") && strstr(s->call->name, "for_device"));
}

/* The CPU touches what the device owns now. */
bool touch_owned(struct program *p)
{
	static const char *const touches[] = { "cpu_write", "cpu_read", "cpu_store", "cpu_load" };
	const char *touch = touches[below(p, 4)];
	u32 at, object;
	int i;

	if (!program_find(p, gives_to_device, &at))
		return false;
	i = find_arg(&p->s[at], "pPa");
	object = i >= 0 && p->s[at].args[i].kind == ARG_OBJECT ? p->s[at].args[i].object : UINT32_MAX;
	return generate(p, at + 1, call_find(touch, strlen(touch)), object);
}

bool skip_release(struct program *p)
{
	u32 at;

	if (!program_find(p, is_unmap, &at))
		return false;
	program_delete(p, at);
	return true;
}

static bool has_device(const struct program *p, const struct statement *s)
{
	(void)p;
	return find_arg(s, "d") >= 0;
}

bool wrong_device(struct program *p)
{
	struct arg *a;
	u32 at;

	if (!program_find(p, has_device, &at))
		return false;
	a = &p->s[at].args[find_arg(&p->s[at], "d")];
	*a = (struct arg){ .kind = ARG_OBJECT, .object = program_name(p, OBJECT_DEVICE, below(p, 4)) };
	return true;
}

/* A call that takes the same arguments. */
bool wrong_function(struct program *p)
{
	u32 at, start = below(p, nr_call_types);

	if (!program_find(p, is_unmap, &at))
		return false;
	for (u32 i = 0; i < nr_call_types; i++) {
		const struct call_type *other = &call_types[(start + i) % nr_call_types];

		if (other == p->s[at].call || !other->run || other->makes != p->s[at].call->makes ||
		    strcmp(other->parameters, p->s[at].call->parameters) != 0)
			continue;
		p->s[at].call = other;
		return true;
	}
	return false;
}
