/* SPDX-License-Identifier: MIT */
/* Text and shapes of a picture, and how they look, light and dark. */
#include "cli/picture.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

/*
 * Blue is the CPU and orange a device, everywhere; the colours are Okabe's and Ito's. A byte
 * that both have stored, so that nobody knows its value, has stripes of both. Each rule is
 * for a timeline alone: a page may hold several pictures, of other kinds too.
 */
static const char style[] =
	".dma text{font:13px 'DejaVu Sans',Verdana,sans-serif;fill:#1a1a1a}"
	".dma .mono{font-family:'DejaVu Sans Mono',Menlo,Consolas,monospace}"
	".dma .bold{font-weight:bold}.dma .title{font-size:19px;font-weight:bold}"
	".dma .text{font-size:12px}.dma .small{font-size:11px}.dma .tiny{font-size:10px}"
	".dma .grey{fill:#5c5c5c}.dma .paper{fill:#fff}.dma .guide{stroke:#e3e3e3;fill:none}"
	".dma .settled{fill:#e8ecef}.dma .cpu{fill:#0072b2}.dma .device{fill:#e69f00}"
	".dma .uncached{fill:#a9dccb}.dma .oncpu{fill:#fff}"
	".dma .ondevice,.dma .onlight{fill:#1a1a1a}.dma .plate{fill:#fff}"
	".dma .handover{stroke:#1a1a1a;stroke-width:2;fill:none}"
	".dma .glyph{stroke:#fff;stroke-width:1.5}"
	".dma .cachemark{fill:#5c5c5c;stroke:#fff;stroke-width:1.5}"
	".dma .report{fill:none;stroke:#b0307f;stroke-width:3}.dma .reportfill{fill:#b0307f}"
	".dma .onreport{fill:#fff}.dma .reporttext{fill:#b0307f}"
	".dma .chain{fill:none;stroke:#b0307f;stroke-width:1.8}"
	".dma .mark{fill:#fff;stroke:#b0307f;stroke-width:1.8}"
	".dma .column{fill:#b0307f;fill-opacity:.09}@media(prefers-color-scheme:dark){"
	".dma text{fill:#ececec}.dma .grey{fill:#a8a8a8}.dma .paper{fill:#16181b}"
	".dma .guide{stroke:#2e3237}.dma .settled{fill:#333a41}.dma .cpu{fill:#2f94d1}"
	".dma .device{fill:#e69f00}.dma .uncached{fill:#1f5f4b}.dma .oncpu{fill:#04121c}"
	".dma .ondevice{fill:#1a1a1a}.dma .onlight{fill:#ececec}.dma .plate{fill:#16181b}"
	".dma .handover{stroke:#ececec}.dma .glyph,.dma .cachemark{stroke:#16181b}"
	".dma .cachemark{fill:#a8a8a8}.dma .report,.dma .chain{stroke:#e58bc4}"
	".dma .reportfill{fill:#e58bc4}.dma .onreport{fill:#16181b}"
	".dma .reporttext{fill:#e58bc4}.dma .mark{fill:#16181b;stroke:#e58bc4}"
	".dma .column{fill:#e58bc4;fill-opacity:.13}}";

/* What a terminal may show may stand in XML, but for five characters and two that are none. */
void svg_escape(FILE *to, const char *text)
{
	size_t size;
	char *clean = NULL;
	FILE *memory = open_memstream(&clean, &size);

	if (!memory)
		return;
	trace_print_text(text, (size_t)-1, memory);
	if (fclose(memory) || !clean)
		return;
	for (const char *c = clean; *c; c++) {
		if (strncmp(c, "\xef\xbf\xbe", 3) == 0 || strncmp(c, "\xef\xbf\xbf", 3) == 0) {
			fputc('?', to);
			c += 2;
			continue;
		}
		switch (*c) {
		case '<':
			fputs("&lt;", to);
			break;
		case '>':
			fputs("&gt;", to);
			break;
		case '&':
			fputs("&amp;", to);
			break;
		case '"':
			fputs("&quot;", to);
			break;
		default:
			fputc(*c, to);
		}
	}
	free(clean);
}

size_t text_columns(const char *text)
{
	size_t n = 0;

	for (; *text; text++)
		n += ((unsigned char)*text & 0xc0) != 0x80;
	return n;
}

void text_cut(char *text, size_t size, size_t columns)
{
	size_t n = 0, at = 0;

	if (text_columns(text) <= columns)
		return;
	for (; text[at]; at++) {
		if (((unsigned char)text[at] & 0xc0) == 0x80)
			continue;
		if (++n == columns)
			break;
	}
	snprintf(text + at, size - at, "\u2026");
}

void svg_begin(const struct picture *p, const char *title, const char *what)
{
	fprintf(p->to, "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%.0f\" height=\"%.0f\" "
		"viewBox=\"0 0 %.0f %.0f\" class=\"dma\" role=\"img\">\n<title>", p->width, p->height, p->width,
		p->height);
	svg_escape(p->to, title);
	fputs("</title>\n<desc>", p->to);
	svg_escape(p->to, what);
	fprintf(p->to, "</desc>\n<style>%s</style>\n"
		"<defs><pattern id=\"dmalab-both\" width=\"12\" height=\"12\" "
		"patternUnits=\"userSpaceOnUse\" patternTransform=\"rotate(45)\">"
		"<rect class=\"cpu\" width=\"6\" height=\"12\"/>"
		"<rect class=\"device\" x=\"6\" width=\"6\" height=\"12\"/></pattern></defs>\n"
		"<rect class=\"paper\" width=\"%.0f\" height=\"%.0f\"/>\n", style, p->width,
		p->height);
}

void svg_end(const struct picture *p)
{
	fputs("</svg>\n", p->to);
}

void svg_rect(const struct picture *p, const char *class, double x, double y, double w, double h)
{
	if (strcmp(class, "both") == 0)
		fprintf(p->to, "<rect fill=\"url(#dmalab-both)\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" "
			"height=\"%.1f\"/>\n", x, y, w, h);
	else
		fprintf(p->to, "<rect class=\"%s\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" "
			"height=\"%.1f\"/>\n", class, x, y, w, h);
}

void svg_text(const struct picture *p, const char *class, enum anchor anchor, double x, double y,
	      const char *format, ...)
{
	static const char *const anchors[] = {
		"", " text-anchor=\"middle\"", " text-anchor=\"end\"",
	};
	char text[1024];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	fprintf(p->to, "<text class=\"%s\"%s x=\"%.1f\" y=\"%.1f\">", class, anchors[anchor], x, y);
	svg_escape(p->to, text);
	fputs("</text>\n", p->to);
}
