/* SPDX-License-Identifier: MIT */
/* What is wrong and where, and the smallest pieces of a line. */
#include "base/utf8.h"
#include "trace/parser.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>

bool parse_complain(struct parser *p, const char *from, size_t width, const char *hint,
		    const char *format, ...)
{
	char text[256];
	struct complaint c = {
		.trace = p->t,
		.line = p->number,
		.column = from - p->line + 1,
		.width = width ? width : 1,
		.text = text,
		.hint = hint,
	};
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (p->nr_errors++ < MAX_COMPLAINTS)
		p->complain(&c, p->context);
	return false;
}

bool parse_no_memory(struct parser *p)
{
	if (!p->no_memory)
		parse_complain(p, p->at, 1, NULL, "no memory for more");
	p->no_memory = true;
	return false;
}

const char *parse_hint(struct nearest *n, char *buf, size_t size)
{
	if (!n->best)
		return NULL;
	snprintf(buf, size, "did you mean \"%s\"?", n->best);
	return buf;
}

/* ----------------------------------------------------------------- scanning */

void parse_blanks(struct parser *p)
{
	while (*p->at == ' ' || *p->at == '\t' || *p->at == '\r')
		p->at++;
}

bool parse_accept(struct parser *p, char c)
{
	parse_blanks(p);
	if (*p->at != c)
		return false;
	p->at++;
	return true;
}

bool parse_need(struct parser *p, char c, const char *after)
{
	if (parse_accept(p, c))
		return true;
	return parse_complain(p, p->at, 1, NULL,
			      *p->at ? "expected \"%c\" %s" :
				       "the line ends where \"%c\" should stand %s",
			      c, after);
}

/* The language is ASCII, whatever the locale. */
static const bool in_word[256] = {
	['0' ... '9'] = true, ['A' ... 'Z'] = true, ['a' ... 'z'] = true, ['_'] = true,
};

size_t parse_word(const char *at)
{
	size_t n = 0;

	if (*at >= '0' && *at <= '9')
		return 0;
	while (in_word[(u8)at[n]])
		n++;
	return n;
}

bool parse_number(struct parser *p, u64 *number, bool *hex)
{
	char *end;

	if (!isdigit((unsigned char)*p->at))
		return parse_complain(p, p->at, 1, NULL, "expected a number");
	*hex = p->at[0] == '0' && (p->at[1] | 32) == 'x';
	errno = 0;
	*number = strtoull(p->at, &end, *hex ? 16 : 10);
	if (errno)
		return parse_complain(p, p->at, end - p->at, NULL, "more than 64 bits");
	if (parse_word(end))
		return parse_complain(p, end, parse_word(end),
				      "sizes are in bytes, such as 4096 or 0x1000",
				      "this does not belong to a number");
	p->at = end;
	return true;
}

size_t parse_dashed_word(const char *at)
{
	size_t n = 0;

	while (isalnum((unsigned char)at[n]) || at[n] == '-')
		n++;
	return n;
}

/* ----------------------------------------------------------------- printing */

void trace_print_text(const char *text, size_t max, FILE *to)
{
	for (unsigned n, c; *text && max; text += n, max -= n) {
		if (text[0] == '\r' && !text[1])
			return;
		n = utf8_next(text, &c);
		if (n > max)
			return;
		if (n && (c == '\t' || !utf8_is_control(c))) {
			fwrite(text, 1, n, to);
		} else {
			fputc('?', to);
			n = n ? n : 1;
		}
	}
}

void trace_print_complaint(const struct complaint *c, FILE *to, bool colour)
{
	const char *file = c->trace && c->trace->file ? c->trace->file : "trace";
	const char *line;

	if (!c->line) {
		fprintf(to, "%s: error: %s\n", file, c->text);
		return;
	}
	line = c->trace->text + c->trace->line_start[c->line - 1];
	fprintf(to, "%s%s:%u:%u: %serror:%s %s\n", colour ? "\033[1m" : "", file, c->line,
		c->column, colour ? "\033[31m" : "", colour ? "\033[0m" : "", c->text);
	fprintf(to, "%5u | ", c->line);
	trace_print_text(line, 200, to);
	fputs("\n      | ", to);
	/* A place for each character: the bytes that go on with one have none. */
	for (u32 i = 1; i < c->column && i < 200; i++)
		if (((u8)line[i - 1] & 0xc0) != 0x80)
			fputc(line[i - 1] == '\t' ? '\t' : ' ', to);
	fputc('^', to);
	for (u32 i = 1; i < c->width && i < 80; i++)
		fputc('~', to);
	fputc('\n', to);
	if (c->hint)
		fprintf(to, "      = %s\n", c->hint);
}
