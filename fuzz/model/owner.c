// SPDX-License-Identifier: MIT
/*
 * Whose are the bytes of a mapping, or of noncoherent memory: the CPU's or the device's? Kept
 * as the places where that changes, of which each sync adds two at most, however many bytes
 * there are.
 */
#include "inside.h"

#include <stdlib.h>

static struct edge *edge_of(const struct model *m, uint16_t nr)
{
	return (struct edge *)&m->edge[nr - 1];
}

/* The bytes from @first on up to @end that are of one owner. */
struct run {
	size_t first, end;
	bool device;
	uint16_t next;           /* the edge that it ends at */
};

static struct run run_at(const struct model *m, const struct object *o, size_t at)
{
	struct run r = { .first = at, .device = o->starts_owned, .next = o->edges };

	while (r.next && edge_of(m, r.next)->at <= at) {
		r.device = !r.device;
		r.next = edge_of(m, r.next)->next;
	}
	r.end = r.next ? edge_of(m, r.next)->at : (size_t)-1;
	return r;
}

static void next_run(const struct model *m, struct run *r)
{
	r->first = r->end;
	r->device = !r->device;
	r->next = edge_of(m, r->next)->next;
	r->end = r->next ? edge_of(m, r->next)->at : (size_t)-1;
}

bool owner_is(const struct model *m, const struct object *o, size_t first, size_t len,
	      bool device)
{
	struct run r = run_at(m, o, first);

	/* Neighbours differ, so it is one run or not. */
	return !len || (r.device == device && r.end >= first + len);
}

static void dispute_range(struct dispute *d, size_t first, size_t end)
{
	if (!d->bytes || first < d->first)
		d->first = first;
	if (!d->bytes || end - 1 > d->last)
		d->last = end - 1;
	d->bytes += end - first;
}

/* Adds to @d those of the bytes that are of this owner, counted from @base. */
void owner_bytes(const struct model *m, const struct object *o, size_t first, size_t len,
		 bool device, size_t base, struct dispute *d)
{
	size_t end = first + len;

	if (!len)
		return;
	for (struct run r = run_at(m, o, first);; next_run(m, &r)) {
		if (r.device == device)
			dispute_range(d, base + r.first, base + min_size(r.end, end));
		if (r.end >= end)
			return;
	}
}

static uint16_t new_edge(struct model *m, size_t at, uint16_t next)
{
	uint16_t nr = m->free_edges;

	if (nr)
		m->free_edges = edge_of(m, nr)->next;
	else if (m->nr_edges < MAX_EDGES)
		nr = ++m->nr_edges;
	else
		abort();
	*edge_of(m, nr) = (struct edge){ .at = at, .next = next };
	return nr;
}

/* Returns the one behind it. */
static uint16_t free_edge(struct model *m, uint16_t nr)
{
	uint16_t next = edge_of(m, nr)->next;

	edge_of(m, nr)->next = m->free_edges;
	m->free_edges = nr;
	return next;
}

void owner_becomes(struct model *m, struct object *o, size_t first, size_t len, bool device)
{
	bool before = o->starts_owned, after;
	size_t end = first + len;
	uint16_t *link = &o->edges;

	if (!len)
		return;
	for (; *link && edge_of(m, *link)->at < first; link = &edge_of(m, *link)->next)
		before = !before;
	after = before;
	while (*link && edge_of(m, *link)->at <= end) {
		*link = free_edge(m, *link);
		after = !after;
	}
	if (after != device && end < o->size)
		*link = new_edge(m, end, *link);
	if (!first)
		o->starts_owned = device;
	else if (before != device)
		*link = new_edge(m, first, *link);
}

void owner_ends(struct model *m, struct object *o)
{
	while (o->edges)
		o->edges = free_edge(m, o->edges);
}
