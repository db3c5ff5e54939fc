// SPDX-License-Identifier: MIT
/* What the library reported and returned, beside what the model says of the call. */
#include "inside.h"

static bool same(const char *a, const char *b)
{
	return a && b && strcmp(a, b) == 0;
}

/*
 * Without the accesses, the library does not know which bytes only the cache has:
 * whether this warning comes is open.
 */
static bool is_open(const struct model *m, const struct expect *e, const char *check)
{
	const char *partial = "sync-partial-line", *unchecked = "map-error-unchecked";
	/* Of a later entry of a list, or of this one. */
	const char *overlap = "overlapping-mapping", *boundary = "sg-boundary";
	const char *past = "map-past-object";

	if (m->level != CONTRACT)
		return false;
	if (same(check, partial))
		return !e->check || same(e->check, unchecked) || same(e->check, overlap) ||
		       same(e->check, boundary) || same(e->check, past);
	return same(e->check, partial) && (!check || same(check, unchecked) ||
					   same(check, overlap) || same(check, boundary) ||
					   same(check, past));
}

static bool is_dispute(const char *check)
{
	return same(check, "lost-cpu-write") || same(check, "lost-device-write") ||
	       same(check, "stale-cpu-read") || same(check, "stale-device-read");
}

static bool is_among(const char *check, const struct remark *found, unsigned nr)
{
	for (unsigned i = 0; i < nr && i < MAX_REMARKS; i++)
		if (same(found[i].check, check))
			return true;
	return false;
}

/*
 * Stores of C that the call found. In which pieces they are reported, where they are several
 * objects', is open.
 */
static const char *compare_found(const struct call *c, const struct expect *e,
				 const struct outcome *o)
{
	const struct remark *r = &o->found[0];

	for (unsigned i = 0; i < e->nr_found; i++)
		if (!is_among(e->found[i], o->found, o->nr_found))
			return "no report about a store of C";
	for (unsigned i = 0; i < o->nr_found && i < MAX_REMARKS; i++) {
		unsigned k = 0;

		while (k < e->nr_found && !same(e->found[k], o->found[i].check))
			k++;
		if (k == e->nr_found)
			return "another report about a store of C";
		if (o->found[i].machine != c->machine)
			return "a report about a store of C to the other machine";
	}
	if (e->found_bytes && r->bytes &&
	    (r->bytes != e->found_bytes || r->last - r->first + 1 != e->found_span))
		return "a report about other bytes that were stored";
	return NULL;
}

const char *model_disagrees(const struct model *m, const struct call *c, const struct expect *e,
			    const struct outcome *o)
{
	const char *check = o->nr_remarks ? o->remark[0].check : NULL;
	const struct remark *r = &o->remark[0];

	if (e->wrong)
		return e->wrong;
	if (compare_found(c, e, o))
		return compare_found(c, e, o);
	if (is_open(m, e, check))
		return NULL;
	if (e->or_check && (check ? same(check, e->or_check) : !*e->or_check))
		return NULL;
	if (o->nr_remarks != (e->check ? e->times : 0))
		return "another number of reports";
	if (!check)
		return NULL;
	if (!same(check, e->check) && !(e->any_dispute && is_dispute(check)))
		return "another report";
	if (e->second && !same(o->remark[1].check, e->second))
		return "another second report";
	if (r->machine != c->machine && !same(check, "no-device"))
		return "a report on the other machine";
	if (e->bytes && r->bytes && (r->bytes != e->bytes || r->last - r->first + 1 != e->span))
		return "a report about other bytes";
	return NULL;
}
