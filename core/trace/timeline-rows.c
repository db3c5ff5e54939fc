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

/* Memory of one line alone has a row of its own, as it may fill only a part of the line. */
static bool is_alike(const struct timeline *tl, const struct line *a, const struct line *b)
{
	return a->memory == b->memory &&
	       memcmp(a->states, b->states, tl->nr_steps * tl->line_size) == 0;
}

static void name_row(const struct timeline *tl, struct row *row)
{
	const struct line *l = row->first;
	uintptr_t end = l->start + row->nr * tl->line_size;
	unsigned nr = 0;
	size_t len = 0;

	for (unsigned i = 0; i < tl->nr_memory; i++) {
		const struct memory *m = &tl->memory[i];
		size_t first, last;

		if (!(l->memory >> i & 1))
			continue;
		first = l->start > m->start ? l->start - m->start : 0;
		last = (end < m->start + m->size ? end : m->start + m->size) - m->start - 1;
		if (nr++ == 0)
			snprintf(row->bytes, sizeof(row->bytes), first == last ? "byte %zu" :
				 "bytes %zu\u2013%zu", first, last);
		else
			snprintf(row->bytes, sizeof(row->bytes), "in one line");
		if (nr <= 3)
			len += snprintf(row->name + len, sizeof(row->name) - len, "%s%.16s",
					nr > 1 ? ", " : "", m->name);
	}
	if (nr > 3)
		snprintf(row->name + len, sizeof(row->name) - len, " +%u", nr - 3);
	if (nr == 1 && row->nr > 1) {
		len = strlen(row->bytes);
		snprintf(row->bytes + len, sizeof(row->bytes) - len, ", %u lines", row->nr);
	}
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
	for (unsigned i = 0; i < tl->nr_rows; i++)
		name_row(tl, &tl->rows[i]);
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
