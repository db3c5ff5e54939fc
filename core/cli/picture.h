/* SPDX-License-Identifier: MIT */
/*
 * The picture of a timeline, as SVG.
 *
 *   picture.c         the whole: its measures, and what is drawn in which order
 *   picture-svg.c     text and shapes, their style
 *   picture-words.c   what a call says along the top
 *   picture-row.c     a row: who owns the bytes, what they hold, who touches them
 *   picture-story.c   what led to a report: marks in the row, sentences below
 *   picture-key.c     the legend
 *
 * Units are pixels of the picture at its natural size. The same timeline gives the same
 * bytes: nothing here knows addresses, times or the terminal.
 */
#ifndef DMALAB_CLI_PICTURE_H
#define DMALAB_CLI_PICTURE_H

#include "trace/timeline.h"

#define PAD        24
#define STRIP      16   /* who owns the bytes */
#define BAND       46   /* what they hold: at least so high, */
#define PART       25   /* and each part of a line that has a history of its own */
#define LANE       30   /* a report's story, above its row */
#define MAX_LANES  4
#define ROW_GAP    20
#define MAX_ROWS   20
#define MAX_PARTS  128  /* bytes of the widest line */
#define READABLE   8    /* parts: of more, each is thinner, and has no text */
#define GLYPH      8.5  /* half of it */

/* What a byte holds. */
enum holds { HOLDS_FREE, HOLDS_SETTLED, HOLDS_UNCACHED, HOLDS_CPU, HOLDS_DEVICE, HOLDS_BOTH,
	     NR_HOLDS };

enum holds holds_of(u8 state);

/* Bytes of a line that went through the same, at every step. */
struct part {
	size_t first, last;
	double y, height;       /* below the top of the band */
};

struct prow {
	const struct row *row;
	struct part parts[MAX_PARTS];
	unsigned nr_parts;
	unsigned lanes;
	double y;               /* of the first lane, the strip, the band */
	double strip, band, height;
};

struct picture {
	const struct timeline *tl;
	FILE *to;
	struct prow rows[MAX_ROWS];
	unsigned nr_rows;
	unsigned left_out;      /* rows */
	int lane[TIMELINE_MAX_REPORTS]; /* of the row, or of the loose ones; -1: no room */
	unsigned columns;
	double left, column;    /* where the first column begins; how wide each is */
	double head;            /* where the names of the calls end */
	double loose;           /* the lanes of reports that are about no row, */
	unsigned nr_loose;
	double below;           /* where the rows end */
	double width, height;
	bool used[NR_HOLDS];    /* for the legend */
	bool cpu, device, handover, cache, owned;
};

/* Where mappings are copied, bounce buffer and memory differ, not memory and cache. */
bool picture_copies(const struct picture *p);

static inline double column_x(const struct picture *p, unsigned step)
{
	return p->left + (step + 0.5) * p->column;
}

static inline const u8 *states_at(const struct picture *p, const struct row *row, unsigned step)
{
	return row->first->states + step * p->tl->line_size;
}

/* picture.c: the picture, to be freed, or NULL: no memory. */
char *picture_draw(const struct timeline *tl, size_t *len);

/* picture-svg.c */
void svg_begin(const struct picture *p, const char *title, const char *what);
void svg_end(const struct picture *p);
void svg_escape(FILE *to, const char *text);
void svg_rect(const struct picture *p, const char *class, double x, double y, double w, double h);

/* A text that begins at (or ends, or is centred: @anchor) x. @class may be several. */
enum anchor { AT_START, AT_MIDDLE, AT_END };

__attribute__((format(printf, 6, 7)))
void svg_text(const struct picture *p, const char *class, enum anchor anchor, double x, double y,
	      const char *format, ...);

/* Columns that a text takes, at so many pixels each. */
size_t text_columns(const char *text);
#define MONO(size) (0.602 * (size))
#define SANS(size) (0.6 * (size))

/* Cut to @columns, with an ellipsis. */
void text_cut(char *text, size_t size, size_t columns);

/* picture-words.c */
void words_of_call(const struct timeline *tl, const struct step *step, char *text, size_t size);
void words_of_title(const struct timeline *tl, char *text, size_t size);

/* picture-row.c */
void row_measure(const struct picture *p, struct prow *row);
void row_draw(struct picture *p, const struct prow *row);

/* Where the bytes are that a call is about; false: none of the row. */
bool row_touched(const struct picture *p, const struct prow *row, unsigned step, double *top,
		 double *bottom);

/* picture-story.c */
struct prow *story_row(const struct picture *p, const struct drawn *d);
double story_height(const struct picture *p);
void story_draw(const struct picture *p, double y);
void story_marks(const struct picture *p);
void story_describe(const struct picture *p, FILE *to);

/* picture-key.c: returns the height. */
double key_draw(const struct picture *p, double y, bool draw);

#endif
