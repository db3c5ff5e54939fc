/* SPDX-License-Identifier: MIT */
/*
 * A row: one line of memory, or several with the same history. Above who owns its bytes,
 * below what they hold after each step; a line whose bytes do not all go through the same is
 * cut into parts, and each has its own band.
 */
#include "cli/picture.h"

#include <string.h>

static const char *const holds_class[NR_HOLDS] = {
	[HOLDS_FREE] = "free", [HOLDS_SETTLED] = "settled", [HOLDS_UNCACHED] = "uncached",
	[HOLDS_CPU] = "cpu", [HOLDS_DEVICE] = "device", [HOLDS_BOTH] = "both",
};

static const char *const holds_words[NR_HOLDS] = {
	[HOLDS_FREE] = "", [HOLDS_SETTLED] = "settled", [HOLDS_UNCACHED] = "uncached",
	[HOLDS_CPU] = "CPU-dirty", [HOLDS_DEVICE] = "device-written", [HOLDS_BOTH] = "undecided",
};

enum holds holds_of(u8 state)
{
	u8 newer = state & (DMALAB_BYTE_CPU_NEWER | DMALAB_BYTE_DEVICE_NEWER);

	if (!(state & DMALAB_BYTE_LIVE))
		return HOLDS_FREE;
	if (state & DMALAB_BYTE_UNCACHED)
		return HOLDS_UNCACHED;
	return !newer ? HOLDS_SETTLED : newer == DMALAB_BYTE_CPU_NEWER ? HOLDS_CPU :
	       newer == DMALAB_BYTE_DEVICE_NEWER ? HOLDS_DEVICE : HOLDS_BOTH;
}

/* ----------------------------------------------------------------- measures */

static bool differ(const struct picture *p, const struct row *row, size_t byte)
{
	for (unsigned step = 0; step < p->tl->nr_steps; step++) {
		const u8 *states = states_at(p, row, step);

		if (states[byte] != states[byte - 1])
			return true;
	}
	return false;
}

static double part_height(unsigned nr)
{
	return nr == 1 ? BAND : nr <= READABLE ? PART : (double)READABLE * PART / nr;
}

void row_measure(const struct picture *p, struct prow *row)
{
	double height = 0;

	row->nr_parts = 0;
	for (size_t byte = 0; byte < p->tl->line_size; byte++) {
		if (!byte || differ(p, row->row, byte))
			row->parts[row->nr_parts++].first = byte;
		row->parts[row->nr_parts - 1].last = byte;
	}
	for (unsigned i = 0; i < row->nr_parts; i++) {
		row->parts[i].y = height;
		row->parts[i].height = part_height(row->nr_parts);
		height += row->parts[i].height + (row->nr_parts <= READABLE && i + 1 < row->nr_parts);
	}
	row->height = row->lanes * LANE + STRIP + 2 + height;
}

static bool is_touched(const struct picture *p, const struct prow *row, unsigned part,
		       unsigned step)
{
	return step < p->tl->nr_steps &&
	       states_at(p, row->row, step)[row->parts[part].first] & BYTE_TOUCHED;
}

/* The touched parts of a column, from top to bottom; false: none. */
bool row_touched(const struct picture *p, const struct prow *row, unsigned step, double *top,
		 double *bottom)
{
	bool any = false;

	for (unsigned i = 0; i < row->nr_parts; i++) {
		if (!is_touched(p, row, i, step))
			continue;
		if (!any)
			*top = row->band + row->parts[i].y;
		*bottom = row->band + row->parts[i].y + row->parts[i].height;
		any = true;
	}
	return any;
}

/* -------------------------------------------------------------------- bands */

static u8 state_of(const struct picture *p, const struct prow *row, unsigned part, unsigned step)
{
	return states_at(p, row->row, step)[row->parts[part].first];
}

static bool is_reported(const struct picture *p, const struct prow *row, unsigned step)
{
	for (unsigned i = 0; i < p->tl->nr_drawn; i++)
		if (p->tl->drawn[i].step == step && timeline_row_of(p->tl, p->tl->drawn[i].place) ==
						    row->row - p->tl->rows)
			return true;
	return false;
}

/* In this column stands a glyph or a report, so no words do. */
static bool has_glyph(const struct picture *p, const struct prow *row, unsigned part, unsigned step)
{
	double top, bottom, y;
	const struct part *at = &row->parts[part];

	if (is_reported(p, row, step))
		return true;
	if (p->tl->steps[step].act == ACT_OTHER || p->tl->steps[step].act == ACT_HANDOVER ||
	    !row_touched(p, row, step, &top, &bottom))
		return false;
	y = (top + bottom) / 2 - row->band;
	return y + GLYPH > at->y && y - GLYPH < at->y + at->height;
}

/* The words of a band, where its longest free stretch has room for them. */
static void draw_words(const struct picture *p, const struct prow *row, unsigned part,
		       unsigned from, unsigned to, enum holds holds)
{
	static const char *const on[NR_HOLDS] = {
		[HOLDS_SETTLED] = "small grey", [HOLDS_UNCACHED] = "text onlight",
		[HOLDS_CPU] = "text oncpu", [HOLDS_DEVICE] = "text ondevice",
		[HOLDS_BOTH] = "text onlight",
	};
	const struct part *at = &row->parts[part];
	const char *text = holds_words[holds];
	double need = text_columns(text) * SANS(12) + 14, middle, y;
	unsigned best = 0, best_from = 0, run = 0;

	for (unsigned step = from; step < to; step++) {
		bool handed = p->tl->steps[step].act == ACT_HANDOVER && is_touched(p, row, part, step);

		run = has_glyph(p, row, part, step) ? 0 : handed ? 1 : run + 1;
		if (run > best) {
			best = run;
			best_from = step + 1 - run;
		}
	}
	if (best * p->column < need || at->height < 11)
		return;
	middle = p->left + (best_from + best / 2.0) * p->column;
	y = row->band + at->y + at->height / 2 + 4;
	if (holds == HOLDS_BOTH)
		svg_rect(p, "plate", middle - need / 2 + 3, y - 11, need - 6, 14);
	svg_text(p, on[holds], AT_MIDDLE, middle, y, "%s", text);
}

static void draw_bands(struct picture *p, const struct prow *row, unsigned part, bool text)
{
	const struct part *at = &row->parts[part];

	for (unsigned from = 0, to; from < p->tl->nr_steps; from = to) {
		enum holds holds = holds_of(state_of(p, row, part, from));

		for (to = from + 1; to < p->tl->nr_steps; to++)
			if (holds_of(state_of(p, row, part, to)) != holds)
				break;
		p->used[holds] = true;
		if (holds == HOLDS_FREE)
			continue;
		if (text)
			draw_words(p, row, part, from, to, holds);
		else
			svg_rect(p, holds_class[holds], p->left + from * p->column,
				 row->band + at->y, (to - from) * p->column, at->height);
	}
}

/* ------------------------------------------------------------------- owners */

enum owner { OWNER_NONE, OWNER_CPU, OWNER_DEVICE, OWNER_SHARED };

/* Of all the line's bytes that have one. */
static enum owner owner_at(const struct picture *p, const struct prow *row, unsigned step)
{
	const u8 *states = states_at(p, row->row, step);
	bool cpu = false, device = false;

	for (size_t i = 0; i < p->tl->line_size; i++) {
		bool owned = states[i] & DMALAB_BYTE_OWNED;

		device |= owned && states[i] & DMALAB_BYTE_OF_DEVICE;
		cpu |= owned && !(states[i] & DMALAB_BYTE_OF_DEVICE);
	}
	return cpu && device ? OWNER_SHARED : device ? OWNER_DEVICE : cpu ? OWNER_CPU : OWNER_NONE;
}

static void draw_owners(struct picture *p, const struct prow *row)
{
	static const char *const classes[] = { "", "cpu", "device", "both" };
	static const char *const on[] = { "", "small oncpu", "small ondevice", "small onlight" };
	static const char *const text[] = { "", "CPU owns", "device owns", "each a part" };

	for (unsigned from = 0, to; from < p->tl->nr_steps; from = to) {
		enum owner owner = owner_at(p, row, from);
		double x = p->left + from * p->column, width;

		for (to = from + 1; to < p->tl->nr_steps && owner_at(p, row, to) == owner; to++)
			;
		if (owner == OWNER_NONE)
			continue;
		p->owned = true;
		width = (to - from) * p->column;
		svg_rect(p, classes[owner], x, row->strip, width, STRIP);
		if (width < text_columns(text[owner]) * SANS(11) + 12)
			continue;
		if (owner == OWNER_SHARED)
			svg_rect(p, "plate", x + 3, row->strip + 1.5,
				 text_columns(text[owner]) * SANS(11) + 6, STRIP - 3);
		svg_text(p, on[owner], AT_START, x + 6, row->strip + STRIP - 4, "%s", text[owner]);
	}
}

/* ------------------------------------------------------------------- glyphs */

static void draw_access(struct picture *p, const struct step *step, double x, double y)
{
	const char *letter = step->act == ACT_STORE ? "W" : "R";

	if (step->by_device)
		fprintf(p->to, "<rect class=\"device glyph\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" "
			"height=\"%.1f\"/>\n", x - GLYPH, y - GLYPH, 2 * GLYPH, 2 * GLYPH);
	else
		fprintf(p->to, "<circle class=\"cpu glyph\" cx=\"%.1f\" cy=\"%.1f\" r=\"%.1f\"/>\n", x, y,
			GLYPH + 0.5);
	svg_text(p, step->by_device ? "small bold ondevice" : "small bold oncpu", AT_MIDDLE, x, y + 4,
		 "%s", letter);
	p->device |= step->by_device;
	p->cpu |= !step->by_device;
}

static void draw_cache(struct picture *p, const struct step *step, double x, double y)
{
	fprintf(p->to, "<path class=\"cachemark\" d=\"M%.1f %.1fl10 10l-10 10l-10 -10z\"/>\n", x, y - 10);
	svg_text(p, "tiny bold onreport", AT_MIDDLE, x, y + 3.5, "%s",
		 step->s->call->name[0] == 'e' ? "E" : "F");
	p->cache = true;
}

static void draw_glyphs(struct picture *p, const struct prow *row)
{
	for (unsigned i = 0; i < p->tl->nr_steps; i++) {
		const struct step *step = &p->tl->steps[i];
		double top, bottom;

		if (!row_touched(p, row, i, &top, &bottom))
			continue;
		switch (step->act) {
		case ACT_LOAD:
		case ACT_STORE:
			draw_access(p, step, column_x(p, i), (top + bottom) / 2);
			break;
		case ACT_CACHE:
			draw_cache(p, step, column_x(p, i), (top + bottom) / 2);
			break;
		case ACT_HANDOVER:
			fprintf(p->to, "<path class=\"handover\" d=\"M%.1f %.1fV%.1f\"/>\n",
				p->left + i * p->column, row->strip - 2, bottom);
			p->handover = true;
			break;
		case ACT_OTHER:
			break;
		}
	}
}

/* -------------------------------------------------------------------- names */

static const struct memory *memory_at(const struct picture *p, const struct prow *row, size_t byte)
{
	uintptr_t at = row->row->first->start + byte;

	for (unsigned i = p->tl->nr_memory; i-- > 0;)
		if (row->row->first->memory >> i & 1 &&
		    at - p->tl->memory[i].start < p->tl->memory[i].size)
			return &p->tl->memory[i];
	return NULL;
}

/* Where several objects share the line, each part says whose it is. */
static void draw_part_names(const struct picture *p, const struct prow *row)
{
	bool several = row->row->shared;

	for (unsigned i = 0; i < row->nr_parts; i++) {
		const struct part *part = &row->parts[i];
		const struct memory *m = memory_at(p, row, part->first);
		double y = row->band + part->y + part->height / 2 + 4;
		char range[48];
		size_t first;

		if (!m || part->height < 11)
			continue;
		first = row->row->nr == 1 ? row->row->first->start + part->first - m->start : part->first;
		snprintf(range, sizeof(range), part->last == part->first ? "%zu" : "%zu\u2013%zu", first,
			 first + part->last - part->first);
		svg_text(p, "small grey", AT_END, p->left - 8, y, "%s%s%s", several ? m->name : "",
			 several ? " " : "", range);
	}
}

static void draw_names(const struct picture *p, const struct prow *row)
{
	double y = row->nr_parts == 1 ? row->band + BAND / 2.0 : row->strip + STRIP - 4;

	if (row->nr_parts == 1) {
		svg_text(p, "mono bold", AT_END, p->left - 8, y - 2, "%s", row->row->name);
		svg_text(p, "small grey", AT_END, p->left - 8, y + 13, "%s", row->row->bytes);
		return;
	}
	svg_text(p, "mono bold", AT_END, p->left - 8, y, "%s", row->row->name);
	draw_part_names(p, row);
}

void row_draw(struct picture *p, const struct prow *row)
{
	draw_names(p, row);
	draw_owners(p, row);
	for (unsigned part = 0; part < row->nr_parts; part++)
		draw_bands(p, row, part, false);
	draw_glyphs(p, row);
	for (unsigned part = 0; part < row->nr_parts; part++)
		draw_bands(p, row, part, true);
}
