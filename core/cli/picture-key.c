/* SPDX-License-Identifier: MIT */
/* The legend: what is in this picture, and nothing else. */
#include "cli/picture.h"

#define KEY_LINE 25
#define SWATCH   26

struct key {
	const struct picture *p;
	double x, y;
	bool draw;
};

/* A place for a symbol and its words; where the line is full, in the next one. */
static double next_entry(struct key *k, const char *name)
{
	double width = SWATCH + 8 + text_columns(name) * SANS(12) + 20, x;

	if (k->x + width > k->p->width - PAD && k->x > PAD) {
		k->x = PAD;
		k->y += KEY_LINE;
	}
	x = k->x;
	k->x += width;
	if (k->draw)
		svg_text(k->p, "text", AT_START, x + SWATCH + 8, k->y + 4.5, "%s", name);
	return x;
}

static void swatch(struct key *k, const char *class, double height, const char *name)
{
	double x = next_entry(k, name);

	if (k->draw)
		svg_rect(k->p, class, x, k->y - height / 2, SWATCH, height);
}

static void add_bands(struct key *k)
{
	static const struct {
		enum holds holds;
		const char *class, *name;
		const char *copied;     /* where mappings are */
	} bands[] = {
		{ HOLDS_SETTLED, "settled", "settled: cache and memory agree",
		  "settled: memory and copy agree" },
		{ HOLDS_CPU, "cpu", "CPU-dirty: memory may not have it yet",
		  "CPU-dirty: the copy does not have it yet" },
		{ HOLDS_DEVICE, "device", "device-written: the cache may hide it",
		  "device-written: only the copy has it" },
		{ HOLDS_BOTH, "both", "undecided: a store is lost, nobody knows which", NULL },
		{ HOLDS_UNCACHED, "uncached", "uncached: CPU and device share it", NULL },
	};

	for (unsigned i = 0; i < sizeof(bands) / sizeof(bands[0]); i++)
		if (k->p->used[bands[i].holds])
			swatch(k, bands[i].class, 20, picture_copies(k->p) && bands[i].copied ?
			       bands[i].copied : bands[i].name);
}

static void add_glyphs(struct key *k)
{
	const struct picture *p = k->p;
	double x;

	if (p->owned)
		swatch(k, "device", STRIP - 4, "thin bar: who owns the mapping");
	if (p->cpu) {
		x = next_entry(k, "CPU reads (R), writes (W)");
		if (k->draw)
			fprintf(p->to, "<circle class=\"cpu glyph\" cx=\"%.1f\" cy=\"%.1f\" r=\"9\"/>\n",
				x + 13, k->y);
	}
	if (p->device) {
		x = next_entry(k, "device reads (R), writes (W)");
		if (k->draw)
			fprintf(p->to, "<rect class=\"device glyph\" x=\"%.1f\" y=\"%.1f\" width=\"17\" "
				"height=\"17\"/>\n", x + 5, k->y - 8.5);
	}
	if (p->handover) {
		x = next_entry(k, "map, sync or unmap");
		if (k->draw)
			fprintf(p->to, "<path class=\"handover\" d=\"M%.1f %.1fv22\"/>\n", x + 13, k->y - 11);
	}
	if (p->cache) {
		x = next_entry(k, "the cache evicts (E), fills (F)");
		if (k->draw)
			fprintf(p->to, "<path class=\"cachemark\" d=\"M%.1f %.1fl10 10l-10 10l-10 -10z\"/>\n",
				x + 13, k->y - 10);
	}
	if (p->tl->nr_drawn) {
		x = next_entry(k, "reported here");
		if (k->draw)
			fprintf(p->to, "<rect class=\"report\" x=\"%.1f\" y=\"%.1f\" width=\"22\" height=\"18\" "
				"rx=\"3\"/>\n", x + 2, k->y - 9);
	}
}

double key_draw(const struct picture *p, double y, bool draw)
{
	struct key k = { .p = p, .x = PAD, .y = y, .draw = draw };

	add_bands(&k);
	add_glyphs(&k);
	return k.y + KEY_LINE - y;
}
