/* SPDX-License-Identifier: MIT */
/* The whole picture: what goes where, and what is drawn on top of what. */
#include "cli/picture.h"

#include <stdlib.h>
#include <string.h>

#define SLANT      50.0 /* degrees, of the names of calls */
#define SINE       0.766
#define COSINE     0.643
#define MIN_COLUMN 38.0
#define MAX_COLUMN 104.0
#define TITLE      70.0 /* where the names of calls begin */
#define MIN_WIDTH  760.0
#define TITLE_SIZE (0.66 * 19) /* a column of it */

static double max_of(double a, double b)
{
	return a > b ? a : b;
}

static double min_of(double a, double b)
{
	return a < b ? a : b;
}

/* ----------------------------------------------------------------- measures */

static void choose_rows(struct picture *p)
{
	unsigned reported = 0, others;

	for (unsigned i = 0; i < p->tl->nr_rows; i++)
		reported += p->tl->rows[i].reported;
	others = reported < MAX_ROWS ? MAX_ROWS - reported : 0;
	for (unsigned i = 0; i < p->tl->nr_rows; i++) {
		const struct row *row = &p->tl->rows[i];

		if (p->nr_rows == MAX_ROWS || (!row->reported && !others)) {
			p->left_out++;
			continue;
		}
		others -= !row->reported;
		p->rows[p->nr_rows++].row = row;
	}
}

static void count_columns(struct picture *p)
{
	p->columns = p->tl->nr_steps;
	for (unsigned i = 0; i < p->tl->nr_drawn; i++)
		if (p->tl->drawn[i].step == p->tl->nr_steps)
			p->columns = p->tl->nr_steps + 1;
}

/* From the first mark to the end of the check's name. */
static void reach_of(const struct picture *p, const struct drawn *d, double *from, double *to)
{
	*from = column_x(p, d->nr_history ? d->history[0].step : d->step) - 12;
	*to = column_x(p, d->step) + 20 + strlen(d->check->name) * SANS(12);
}

/* The first lane, of the same row, in which no other story is in the way. */
static int find_lane(const struct picture *p, unsigned report)
{
	const struct prow *row = story_row(p, &p->tl->drawn[report]);
	double from, to, other_from, other_to;

	reach_of(p, &p->tl->drawn[report], &from, &to);
	for (int lane = 0; lane < MAX_LANES; lane++) {
		bool is_free = true;

		for (unsigned i = 0; i < report && is_free; i++) {
			reach_of(p, &p->tl->drawn[i], &other_from, &other_to);
			is_free = p->lane[i] != lane || story_row(p, &p->tl->drawn[i]) != row ||
				  to < other_from || from > other_to;
		}
		if (is_free)
			return lane;
	}
	return -1;
}

static void choose_lanes(struct picture *p)
{
	for (unsigned i = 0; i < p->tl->nr_drawn; i++) {
		struct prow *row = story_row(p, &p->tl->drawn[i]);
		unsigned *nr = row ? &row->lanes : &p->nr_loose;

		p->lane[i] = find_lane(p, i);
		if (p->lane[i] + 1 > (int)*nr)
			*nr = p->lane[i] + 1;
	}
}

static double left_margin(const struct picture *p)
{
	double width = 96;

	for (unsigned i = 0; i < p->nr_rows; i++) {
		const struct row *row = p->rows[i].row;

		width = max_of(width, text_columns(row->name) * MONO(13));
		width = max_of(width, text_columns(row->bytes) * SANS(11));
	}
	return PAD + width + 14;
}

static double label_width(const struct picture *p, unsigned step)
{
	char text[128];

	words_of_call(p->tl, &p->tl->steps[step], text, sizeof(text));
	return max_of(text_columns(p->tl->steps[step].s->call->name) * MONO(13),
		    text_columns(text) * MONO(11)) + 8;
}

/* The slanted names reach up, and the last of them to the right. */
static void measure_head(struct picture *p)
{
	double high = 60, right = 0;
	char title[256];

	for (unsigned i = 0; i < p->tl->nr_steps; i++) {
		double width = label_width(p, i);

		high = max_of(high, width * SINE);
		right = max_of(right, column_x(p, i) + width * COSINE + 16);
	}
	for (unsigned i = 0; i < p->tl->nr_drawn; i++)
		right = max_of(right, column_x(p, p->tl->drawn[i].step) + 20 +
			     strlen(p->tl->drawn[i].check->name) * SANS(12));
	words_of_title(p->tl, title, sizeof(title));
	right = max_of(right, min_of(1100, PAD + text_columns(title) * TITLE_SIZE));
	p->head = TITLE + high + 18;
	p->width = max_of(MIN_WIDTH, (unsigned)(right + PAD));
}

static void measure(struct picture *p)
{
	double y;

	choose_rows(p);
	count_columns(p);
	p->left = left_margin(p);
	p->column = min_of(MAX_COLUMN, max_of(MIN_COLUMN, 900.0 / (p->columns ? p->columns : 1)));
	choose_lanes(p);
	measure_head(p);
	p->loose = p->head + 24;
	y = p->loose + p->nr_loose * LANE + (p->nr_loose ? ROW_GAP : 0);
	for (unsigned i = 0; i < p->nr_rows; i++) {
		struct prow *row = &p->rows[i];

		row_measure(p, row);
		row->y = y;
		row->strip = y + row->lanes * LANE;
		row->band = row->strip + STRIP + 2;
		y += row->height + ROW_GAP;
	}
	p->below = y;
}

/* -------------------------------------------------------------------- parts */

bool picture_copies(const struct picture *p)
{
	return strcmp(p->tl->profile, "swiotlb") == 0;
}

static void draw_title(const struct picture *p)
{
	const struct timeline *tl = p->tl;
	char title[256], lines[64] = "caches are coherent";

	words_of_title(tl, title, sizeof(title));
	text_cut(title, sizeof(title), (p->width - 2 * PAD) / TITLE_SIZE);
	svg_text(p, "title", AT_START, PAD, 34, "%s", title);
	if (!tl->coherent)
		snprintf(lines, sizeof(lines), "cache lines of %zu bytes", tl->line_size);
	else if (picture_copies(p))
		snprintf(lines, sizeof(lines), "coherent, but each mapping is copied");
	svg_text(p, "grey", AT_START, PAD, 55, "On %s: %s. Each column is memory after the call above it.",
		 tl->profile, lines);
}

static void draw_call(const struct picture *p, unsigned step)
{
	const struct step *at = &p->tl->steps[step];
	char text[128];

	words_of_call(p->tl, at, text, sizeof(text));
	fprintf(p->to, "<g transform=\"translate(%.1f %.1f) rotate(-%.0f)\">\n", column_x(p, step),
		p->head - 4, SLANT);
	svg_text(p, "mono bold", AT_START, 6, -1, "%s", at->s->call->name);
	svg_text(p, "mono small grey", AT_START, 6, 12, "%s", text);
	fputs("</g>\n", p->to);
	svg_text(p, "tiny grey", AT_MIDDLE, column_x(p, step), p->head + 13, "%u", at->s->line);
}

static void draw_columns(const struct picture *p)
{
	for (unsigned i = 0; i < p->tl->nr_drawn; i++)
		svg_rect(p, "column", p->left + p->tl->drawn[i].step * p->column, p->head,
			 p->column, p->below - p->head);
	for (unsigned i = 0; i <= p->tl->nr_steps; i++)
		fprintf(p->to, "<path class=\"guide\" d=\"M%.1f %.1fV%.1f\"/>\n", p->left + i * p->column,
			p->head, p->below);
	for (unsigned i = 0; i < p->tl->nr_steps; i++)
		draw_call(p, i);
	if (p->columns > p->tl->nr_steps)
		svg_text(p, "tiny grey", AT_MIDDLE, column_x(p, p->tl->nr_steps), p->head + 13, "end");
	svg_text(p, "tiny grey", AT_END, p->left - 8, p->head + 13, "line of the trace");
}

static void draw_body(struct picture *p)
{
	draw_title(p);
	draw_columns(p);
	for (unsigned i = 0; i < p->nr_rows; i++)
		row_draw(p, &p->rows[i]);
	if (!p->nr_rows)
		svg_text(p, "grey", AT_START, p->left + 6, p->below + 14,
			 "The trace makes no memory that a device could reach.");
	if (!p->nr_rows)
		p->below += 36;
	story_marks(p);
}

/* The legend is of what has been drawn, and says how high the picture is. */
static bool draw_all(struct picture *p, FILE *to)
{
	char *body = NULL, *what = NULL, title[256];
	size_t size;
	double key, story;
	bool good = false;
	FILE *memory = open_memstream(&what, &size);

	if (memory) {
		story_describe(p, memory);
		good = !fclose(memory);
	}
	p->to = good ? open_memstream(&body, &size) : NULL;
	if (p->to) {
		draw_body(p);
		key = p->below + 20;
		story = key + key_draw(p, key, false) + 14;
		p->height = story + story_height(p) + 8;
		key_draw(p, key, true);
		story_draw(p, story + 6);
		good = !fclose(p->to);
	} else {
		good = false;
	}
	if (good) {
		p->to = to;
		words_of_title(p->tl, title, sizeof(title));
		svg_begin(p, title, what);
		fputs(body, to);
		svg_end(p);
	}
	free(body);
	free(what);
	return good;
}

char *picture_draw(const struct timeline *tl, size_t *len)
{
	struct picture *p = calloc(1, sizeof(*p));
	char *text = NULL;
	FILE *to = open_memstream(&text, len);
	bool good = p && to;

	if (good) {
		p->tl = tl;
		measure(p);
		good = draw_all(p, to);
	}
	if (to)
		good &= !fclose(to);
	free(p);
	if (good)
		return text;
	free(text);
	return NULL;
}
