/* SPDX-License-Identifier: MIT */
/*
 * Statements that have to stay, made simpler: no names that nobody uses, no arguments that
 * may be left out, no offsets, fewer flags, smaller numbers. Each change is kept if the
 * trace still gives its report.
 */
#include "trace/shrink.h"

#include <string.h>

static bool still(struct shrinker *s)
{
	return shrink_still(s, s->now, s->nr);
}

/* Put @to in place of @*a, for good if that does no harm. */
static bool try_arg(struct shrinker *s, struct arg *a, const struct arg *to)
{
	struct arg before = *a;

	*a = *to;
	if (still(s))
		return true;
	*a = before;
	return false;
}

static bool is_used(const struct shrinker *s, u32 object)
{
	for (u32 i = 0; i < s->nr; i++)
		for (unsigned k = 0; k < s->now[i].nr_args; k++)
			if (s->now[i].args[k].kind == ARG_OBJECT &&
			    s->now[i].args[k].object == object)
				return true;
	return false;
}

/* A device is called by its name in the reports. */
static bool drop_target(struct shrinker *s, struct statement *st)
{
	if (!st->has_target || st->call->makes == OBJECT_DEVICE || is_used(s, st->target))
		return false;
	st->has_target = false;
	if (still(s))
		return true;
	st->has_target = true;
	return false;
}

static bool drop_optional(struct shrinker *s, struct statement *st)
{
	bool optional;

	if (!st->nr_args || !call_parameter(st->call, st->nr_args - 1u, &optional) || !optional)
		return false;
	st->nr_args--;
	if (still(s))
		return true;
	st->nr_args++;
	return false;
}

/* ------------------------------------------------------------------- words */

static bool fewer_words(struct shrinker *s, struct arg *a)
{
	bool changed = false;

	for (unsigned i = a->nr_words; i-- > 0 && a->nr_words > 1;) {
		struct arg to = *a;

		memmove(&to.words[i], &to.words[i + 1], (--to.nr_words - i) * sizeof(to.words[0]));
		/* NULL alone is a pointer, and no number. */
		if (to.nr_words > 1 || strcmp(words[to.words[0]].name, "NULL") != 0)
			changed |= try_arg(s, a, &to);
	}
	return changed;
}

static bool plain_words(struct shrinker *s, struct arg *a, char parameter)
{
	const u32 gfp_kernel = word_find("GFP_KERNEL", 10);
	struct arg to = *a;

	if (parameter == 'A') {
		to.kind = ARG_NUMBER;
		to.nr_words = 0;
	} else if (parameter == 'G' && (to.words[0] != gfp_kernel || a->nr_words > 1)) {
		to.nr_words = 1;
		to.words[0] = gfp_kernel;
	} else {
		return fewer_words(s, a);
	}
	return try_arg(s, a, &to) || fewer_words(s, a);
}

/* ----------------------------------------------------------------- numbers */

static bool is_number(const struct statement *st, unsigned i)
{
	bool optional;

	return st->args[i].kind == ARG_NUMBER && call_parameter(st->call, i, &optional) == 'z';
}

/* A size stands in many places: in all of them at once. */
static bool smaller_everywhere(struct shrinker *s, u64 n)
{
	u32 nr = 0;

	for (u32 i = 0; i < s->nr; i++)
		for (unsigned k = 0; k < s->now[i].nr_args; k++)
			if (is_number(&s->now[i], k) && s->now[i].args[k].number == n)
				s->same[nr++] = &s->now[i].args[k];
	for (u64 to = 1; to && to < n && nr > 1 && !shrink_is_over(s); to *= 2) {
		for (u32 i = 0; i < nr; i++)
			s->same[i]->number = to;
		if (still(s))
			return true;
		for (u32 i = 0; i < nr; i++)
			s->same[i]->number = n;
	}
	return false;
}

/* And where a write begins, a read does, too. */
static bool no_offset_anywhere(struct shrinker *s, s64 offset)
{
	u32 nr = 0;

	for (u32 i = 0; i < s->nr; i++)
		for (unsigned k = 0; k < s->now[i].nr_args; k++)
			if (s->now[i].args[k].offset == offset)
				s->same[nr++] = &s->now[i].args[k];
	for (u32 i = 0; i < nr; i++)
		s->same[i]->offset = 0;
	if (still(s))
		return true;
	for (u32 i = 0; i < nr; i++)
		s->same[i]->offset = offset;
	return false;
}

static bool smaller(struct shrinker *s, struct arg *a)
{
	struct arg to = *a;

	to.hex = false;
	for (to.number = 0; to.number < a->number; to.number = to.number ? to.number * 2 : 1) {
		if (try_arg(s, a, &to))
			return true;
		if (to.number >> 63)
			break;
	}
	return false;
}

/* --------------------------------------------------------------------- all */

static bool simplify_arg(struct shrinker *s, struct statement *st, unsigned i)
{
	struct arg *a = &st->args[i], to = *a;
	bool optional;

	if (a->offset) {
		to.offset = 0;
		return no_offset_anywhere(s, a->offset) || try_arg(s, a, &to);
	}
	if (a->kind == ARG_WORDS)
		return plain_words(s, a, call_parameter(st->call, i, &optional));
	if (!is_number(st, i))
		return false;
	return smaller_everywhere(s, a->number) || smaller(s, a);
}

bool shrink_simplify(struct shrinker *s)
{
	bool changed = false;

	for (u32 i = 0; i < s->nr && !shrink_is_over(s); i++) {
		struct statement *st = &s->now[i];

		changed |= drop_target(s, st);
		changed |= drop_optional(s, st);
		for (unsigned k = 0; k < st->nr_args; k++)
			changed |= simplify_arg(s, st, k);
	}
	return changed;
}
