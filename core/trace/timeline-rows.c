/* SPDX-License-Identifier: MIT */
/* Lines that follow each other and whose bytes went through the same become one row. */
#include "trace/timeline.h"

#include <stdlib.h>
#include <string.h>

static int by_memory(const void *a, const void *b)
{
	const struct line *x = a, *y = b;
	int first_x = __builtin_ctzll(x->memory), first_y = __builtin_ctzll(y->memory);

	if (first_x != first_y)
		return first_x - first_y;
	return x->start < y->start ? -1 : x->start > y->start;
}

static bool is_alike(const struct timeline *tl, const struct line *a, const struct line *b)
{
	return a->memory == b->memory &&
	       memcmp(a->states, b->states, tl->nr_steps * tl->line_size) == 0;
}

/* Do two objects lie side by side in the line, rather than one after the other in time? */
static bool is_shared(const struct timeline *tl, const struct line *l)
{
	for (unsigned i = 0; i < tl->nr_memory; i++)
		for (unsigned k = 0; k < i; k++) {
			const struct memory *a = &tl->memory[i], *b = &tl->memory[k];

			if (l->memory >> i & l->memory >> k & 1 &&
			    (a->start + a->size <= b->start || b->start + b->size <= a->start))
				return true;
		}
	return false;
}

static void name_memory(const struct timeline *tl, struct row *row)
{
	unsigned nr = 0;
	size_t len = 0;

	for (unsigned i = 0; i < tl->nr_memory; i++) {
		if (!(row->first->memory >> i & 1))
			continue;
		if (nr++ < 3)
			len += snprintf(row->name + len, sizeof(row->name) - len, "%s%.16s",
					nr > 1 ? ", " : "", tl->memory[i].name);
	}
	if (nr > 3)
		snprintf(row->name + len, sizeof(row->name) - len, " +%u", nr - 3);
}

/* Of the first object that lay there. */
static void name_bytes(const struct timeline *tl, struct row *row)
{
	const struct memory *m = &tl->memory[__builtin_ctzll(row->first->memory)];
	uintptr_t start = row->first->start, end = start + row->nr * tl->line_size;
	size_t first = start > m->start ? start - m->start : 0;
	size_t last = (end < m->start + m->size ? end : m->start + m->size) - m->start - 1;
	size_t len;

	if (row->shared) {
		snprintf(row->bytes, sizeof(row->bytes), "share a line");
		return;
	}
	len = snprintf(row->bytes, sizeof(row->bytes), first == last ? "byte %zu" :
		       "bytes %zu\u2013%zu", first, last);
	if (row->nr > 1)
		snprintf(row->bytes + len, sizeof(row->bytes) - len, ", %u lines", row->nr);
}

bool timeline_make_rows(struct timeline *tl)
{
	tl->rows = calloc(tl->nr_lines + 1, sizeof(*tl->rows));
	if (!tl->rows)
		return false;
	if (tl->nr_lines)
		qsort(tl->lines, tl->nr_lines, sizeof(*tl->lines), by_memory);
	for (unsigned i = 0; i < tl->nr_lines; i++) {
		const struct line *l = &tl->lines[i];
		struct row *last = tl->nr_rows ? &tl->rows[tl->nr_rows - 1] : NULL;

		if (last && l->start == last->first[last->nr - 1].start + tl->line_size &&
		    is_alike(tl, last->first, l))
			last->nr++;
		else
			tl->rows[tl->nr_rows++] = (struct row){ .first = l, .nr = 1 };
	}
	for (unsigned i = 0; i < tl->nr_rows; i++) {
		tl->rows[i].shared = is_shared(tl, tl->rows[i].first);
		name_memory(tl, &tl->rows[i]);
		name_bytes(tl, &tl->rows[i]);
	}
	for (unsigned i = 0; i < tl->nr_drawn; i++) {
		int row = timeline_row_of(tl, tl->drawn[i].place);

		if (row >= 0)
			tl->rows[row].reported = true;
	}
	return true;
}

int timeline_row_of(const struct timeline *tl, uintptr_t place)
{
	for (unsigned i = 0; place && i < tl->nr_rows; i++)
		if (place - tl->rows[i].first->start < tl->rows[i].nr * tl->line_size)
			return i;
	return -1;
}
