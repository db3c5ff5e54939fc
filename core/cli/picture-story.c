/* SPDX-License-Identifier: MIT */
/*
 * What led to a report: numbered marks in a lane above the row, in the columns of the calls
 * that stored, handed over and accessed; and the same in words below the picture.
 */
#include "cli/picture.h"

#include <stdarg.h>
#include <string.h>

#define WRAP       112u /* columns of a line of text */
#define LINE       19

/* Reports are lettered where there are several. */
static const char *letter_of(const struct picture *p, unsigned i)
{
	static const char letters[TIMELINE_MAX_REPORTS][2] = {
		"A", "B", "C", "D", "E", "F", "G", "H", "I", "J", "K", "L",
	};

	return p->tl->nr_drawn == 1 ? "!" : letters[i];
}

/* The row that the report is about, or NULL. */
struct prow *story_row(const struct picture *p, const struct drawn *d)
{
	int row = timeline_row_of(p->tl, d->place);

	for (unsigned i = 0; row >= 0 && i < p->nr_rows; i++)
		if (p->rows[i].row == &p->tl->rows[row])
			return (struct prow *)&p->rows[i];
	return NULL;
}

/* -------------------------------------------------------------------- marks */

static void draw_mark(const struct picture *p, double x, double y, unsigned number)
{
	fprintf(p->to, "<circle class=\"mark\" cx=\"%.1f\" cy=\"%.1f\" r=\"8\"/>\n", x, y);
	svg_text(p, "tiny bold", AT_MIDDLE, x, y + 3.5, "%u", number);
}

static void draw_flag(const struct picture *p, double x, double y, const char *letter)
{
	fprintf(p->to, "<path class=\"reportfill\" d=\"M%.1f %.1fh8l6 6v8l-6 6h-8l-6 -6v-8z\"/>\n", x - 4,
		y - 10);
	svg_text(p, "small bold onreport", AT_MIDDLE, x, y + 4, "%s", letter);
}

/* Of one column the marks stand side by side, so that none hides another. */
static double mark_x(const struct picture *p, const struct drawn *d, unsigned i)
{
	unsigned before = 0;

	for (unsigned k = 0; k < i; k++)
		before += d->history[k].step == d->history[i].step;
	return column_x(p, d->history[i].step) + (before ? before * 17.0 : 0);
}

static void draw_chain(const struct picture *p, const struct drawn *d, double y, const char *letter)
{
	double end = column_x(p, d->step), x;

	if (d->nr_history) {
		x = mark_x(p, d, 0);
		fprintf(p->to, "<path class=\"chain\" d=\"M%.1f %.1fH%.1f\"/>\n", x, y, end - 12);
		fprintf(p->to, "<path class=\"reportfill\" d=\"M%.1f %.1fl-8 -4.5v9z\"/>\n", end - 10, y);
	}
	for (unsigned i = 0; i < d->nr_history; i++) {
		double next = i + 1 < d->nr_history ? mark_x(p, d, i + 1) : end;

		x = mark_x(p, d, i);
		draw_mark(p, x, y, i + 1);
		if (text_columns(d->history[i].what) * SANS(11) + 24 < next - x)
			svg_text(p, "small reporttext", AT_START, x + 11, y - 4, "%s",
				 d->history[i].what);
	}
	draw_flag(p, end, y, letter);
	svg_text(p, "text bold reporttext", AT_START, end + 14, y + 4, "%s", d->check->name);
}

/* The bytes that the report is about, in its column. */
static void draw_outline(const struct picture *p, const struct prow *row, const struct drawn *d,
			 double lane)
{
	double top = row->band, bottom = row->y + row->height;
	double x = p->left + d->step * p->column;

	row_touched(p, row, d->step, &top, &bottom);
	fprintf(p->to, "<path class=\"chain\" d=\"M%.1f %.1fV%.1f\"/>\n", column_x(p, d->step),
		lane + 10, top);
	fprintf(p->to, "<rect class=\"report\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" "
		"rx=\"3\"/>\n", x + 1, top, p->column - 2, bottom - top);
}

/* The lines down to the bytes may cross a lane, and go below its marks. */
static void draw_marks(const struct picture *p, bool chains)
{
	for (unsigned i = 0; i < p->tl->nr_drawn; i++) {
		const struct drawn *d = &p->tl->drawn[i];
		const struct prow *row = story_row(p, d);
		double y = (row ? row->y : p->loose) + p->lane[i] * LANE + LANE / 2.0;

		if (chains && p->lane[i] >= 0)
			draw_chain(p, d, y, letter_of(p, i));
		else if (row && !chains)
			draw_outline(p, row, d, p->lane[i] >= 0 ? y : row->strip);
	}
}

void story_marks(const struct picture *p)
{
	draw_marks(p, false);
	draw_marks(p, true);
}

/* -------------------------------------------------------------------- words */

/* Where the sentences go: onto the picture, or (draw false) only as many as they are. */
struct pen {
	const struct picture *p;
	double x, y, right;
	bool draw;
};

/* How many bytes of @text fit into a line: up to a blank, if there is one. */
static size_t fitting(const char *text, size_t columns)
{
	size_t at = 0, n = 0, blank = 0;

	for (; text[at] && (((unsigned char)text[at] & 0xc0) == 0x80 || n < columns); at++) {
		n += ((unsigned char)text[at] & 0xc0) != 0x80;
		if (text[at] == ' ')
			blank = at;
	}
	return text[at] && blank ? blank : at;
}

static void write_wrapped(struct pen *pen, const char *class, double indent, const char *text)
{
	size_t columns = (pen->right - pen->x - indent) / SANS(13);

	columns = columns > WRAP ? WRAP : columns < 20 ? 20 : columns;
	while (*text) {
		size_t n = fitting(text, columns);

		if (pen->draw)
			svg_text(pen->p, class, AT_START, pen->x + indent, pen->y, "%.*s", (int)n, text);
		pen->y += LINE;
		text += n;
		text += *text == ' ';
	}
}

__attribute__((format(printf, 4, 5)))
static void write_line(struct pen *pen, const char *class, double indent, const char *format, ...)
{
	char text[1024];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	write_wrapped(pen, class, indent, text);
}

static void write_history(struct pen *pen, const struct drawn *d)
{
	const struct timeline *tl = pen->p->tl;

	for (unsigned i = 0; i < d->nr_history; i++) {
		const char *call;
		bool named;

		if (pen->draw)
			draw_mark(pen->p, pen->x + 36, pen->y - 4.5, i + 1);
		call = tl->steps[d->history[i].step].s->call->name;
		named = strncmp(d->history[i].what, call, strlen(call)) == 0;
		write_line(pen, "", 52, "line %u%s%s: %s", tl->steps[d->history[i].step].s->line,
			   named ? "" : ", ", named ? "" : call, d->history[i].what);
	}
}

static void write_report(struct pen *pen, unsigned i)
{
	const struct timeline *tl = pen->p->tl;
	const struct drawn *d = &tl->drawn[i];
	char at[96];

	if (d->step < tl->nr_steps)
		snprintf(at, sizeof(at), "line %u, %.60s", tl->steps[d->step].s->line,
			 tl->steps[d->step].s->call->name);
	else
		snprintf(at, sizeof(at), "at the end of the trace");
	if (pen->draw)
		draw_flag(pen->p, pen->x + 10, pen->y - 4.5, letter_of(pen->p, i));
	write_line(pen, "bold", 28, "%s: %s", d->check->name, d->check->title);
	write_history(pen, d);
	write_line(pen, "", 28, "%s%s%s%s%s", at, *d->bytes ? ", " : "", d->bytes,
		   *d->detail ? ": " : "", d->detail);
	if (*d->missing)
		write_line(pen, "", 28, "missing: %s", d->missing);
	if (*d->breaks_on)
		write_line(pen, "", 28, "breaks on: %s", d->breaks_on);
	pen->y += 8;
}

#define STORY_WIDTH 820.0

/* Side by side, where the picture is wide. */
static void write_reports(struct pen *pen)
{
	unsigned nr = pen->p->tl->nr_drawn, room = (pen->right - PAD) / STORY_WIDTH;
	unsigned columns = room < 1 ? 1 : room < nr ? room : nr;
	unsigned each = nr ? (nr + columns - 1) / columns : 1;
	double top = pen->y, bottom = top, width = (pen->right - PAD) / columns;
	struct pen part = *pen;

	for (unsigned i = 0; i < nr; i++) {
		if (i % each == 0) {
			part.x = PAD + i / each * width;
			part.y = top;
			part.right = part.x + width;
		}
		write_report(&part, i);
		bottom = part.y > bottom ? part.y : bottom;
	}
	pen->y = bottom;
}

static void write_story(struct pen *pen)
{
	const struct timeline *tl = pen->p->tl;

	if (!tl->nr_drawn)
		write_line(pen, "bold", 0, "No report on %s%s", tl->profile, tl->coherent ? "." :
			   ": no cache that the machine may have gives other values.");
	write_reports(pen);
	if (tl->nr_reports > tl->nr_drawn)
		write_line(pen, "grey", 0, "And %u more reports: dmalab run prints them.",
			   tl->nr_reports - tl->nr_drawn);
	if (pen->p->left_out)
		write_line(pen, "grey", 0, "%u more rows are left out: nothing is reported about them.",
			   pen->p->left_out);
	if (tl->cut)
		write_line(pen, "grey", 0, "Of large memory only the first %u lines are looked at.",
			   TIMELINE_OBJECT_LINES);
}

double story_height(const struct picture *p)
{
	struct pen pen = { .p = p, .x = PAD, .y = 0, .right = p->width - PAD };

	write_story(&pen);
	return pen.y;
}

void story_draw(const struct picture *p, double y)
{
	struct pen pen = { .p = p, .x = PAD, .y = y, .right = p->width - PAD, .draw = true };

	write_story(&pen);
}

/* For those who do not see the picture. */
void story_describe(const struct picture *p, FILE *to)
{
	const struct timeline *tl = p->tl;

	fprintf(to, "%u calls on %s, %u rows of memory.", tl->nr_steps, tl->profile, p->nr_rows);
	for (unsigned i = 0; i < tl->nr_drawn; i++) {
		const struct drawn *d = &tl->drawn[i];

		fprintf(to, " %s", d->check->name);
		if (d->step < tl->nr_steps)
			fprintf(to, " in line %u", tl->steps[d->step].s->line);
		fprintf(to, ": %s", d->check->title);
		for (unsigned k = 0; k < d->nr_history; k++)
			fprintf(to, "; line %u, %s", tl->steps[d->history[k].step].s->line,
				d->history[k].what);
		fputc('.', to);
	}
	if (!tl->nr_drawn)
		fputs(" Nothing is reported.", to);
}
