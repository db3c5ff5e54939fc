// SPDX-License-Identifier: MIT
/* The model's grids: cells, and walks over them. */
#include "grid.h"

#include <string.h>

#define SMALLEST 8

static unsigned shift_of(unsigned level)
{
	return SMALLEST + 4 * level;
}

static unsigned level_of(u64 size)
{
	unsigned level = 0;

	while (level < GRID_LEVELS - 1 && size > 1ull << shift_of(level))
		level++;
	return level;
}

static unsigned hash(u64 cell, unsigned level)
{
	u64 mixed = (cell * GRID_LEVELS + level) * 0x9e3779b97f4a7c15ull;

	return mixed >> 57; /* GRID_HEADS of them */
}

/* Nodes of an earlier program stay as they are: nothing leads to them. */
void grid_start(struct grid *g)
{
	memset(g->filed, 0, sizeof(g->filed));
	memset(g->head, 0, sizeof(g->head));
	g->levels = 0;
}

static void file(struct grid *g, unsigned nr, u64 cell, unsigned level, bool is_second)
{
	uint16_t *head = &g->head[hash(cell, level)];
	struct grid_node *n = &g->node[nr];

	*n = (struct grid_node){
		.cell = cell, .level = level, .next = *head, .filed = true,
		.is_second = is_second,
	};
	if (*head)
		g->node[*head - 1].prev = nr + 1;
	*head = nr + 1;
}

void grid_file(struct grid *g, unsigned nr, u64 start, u64 size)
{
	u64 last = size ? start + size - 1 : start;
	unsigned level;

	if (last < start)
		last = ~0ull;
	level = level_of(last - start + 1);
	file(g, nr * 2, start >> shift_of(level), level, false);
	g->node[nr * 2 + 1].filed = false;
	if (last >> shift_of(level) != start >> shift_of(level))
		file(g, nr * 2 + 1, (start >> shift_of(level)) + 1, level, true);
	g->filed[level]++;
	g->levels |= 1u << level;
}

static void unfile(struct grid *g, struct grid_node *n)
{
	if (n->next)
		g->node[n->next - 1].prev = n->prev;
	if (n->prev)
		g->node[n->prev - 1].next = n->next;
	else
		g->head[hash(n->cell, n->level)] = n->next;
	n->filed = false;
}

void grid_unfile(struct grid *g, unsigned nr)
{
	struct grid_node *n = &g->node[nr * 2];

	if (--g->filed[n->level] == 0)
		g->levels &= ~(1u << n->level);
	unfile(g, n);
	if (n[1].filed)
		unfile(g, n + 1);
}

/* --------------------------------------------------------------------- walks */

struct grid_walk grid_look(const struct grid *g, u64 start, u64 size)
{
	u64 last = size ? start + size - 1 : start;

	return (struct grid_walk){
		.g = g, .start = start, .last = last < start ? ~0ull : last, .levels = g->levels,
		.cell = 1, .last_cell = 0,
	};
}

/* The next list of nodes; false: there is none. */
static bool next_list(struct grid_walk *w)
{
	if (w->all_cells && w->cell < GRID_HEADS - 1) {
		w->node = w->g->head[++w->cell];
		return true;
	}
	if (!w->all_cells && w->cell < w->last_cell) {
		w->cell++;
		w->node = w->g->head[hash(w->cell, w->level)];
		return true;
	}
	if (!w->levels)
		return false;
	w->level = __builtin_ctz(w->levels);
	w->levels &= w->levels - 1;
	w->first_cell = w->start >> shift_of(w->level);
	w->last_cell = w->last >> shift_of(w->level);
	w->all_cells = w->last_cell - w->first_cell >= GRID_HEADS;
	w->cell = w->all_cells ? 0 : w->first_cell;
	w->node = w->g->head[w->all_cells ? 0 : hash(w->cell, w->level)];
	return true;
}

/* Under two cells of the range it is found twice: the second one is passed over. */
static bool is_new(const struct grid_walk *w, const struct grid_node *n)
{
	if (n->level != w->level || n->cell < w->first_cell || n->cell > w->last_cell)
		return false;
	if (!w->all_cells && n->cell != w->cell)
		return false;
	return !n->is_second || n->cell == w->first_cell;
}

int grid_next(struct grid_walk *w)
{
	do {
		while (w->node) {
			unsigned nr = w->node - 1;
			const struct grid_node *n = &w->g->node[nr];

			w->node = n->next;
			if (is_new(w, n))
				return nr / 2;
		}
	} while (next_list(w));
	return -1;
}
