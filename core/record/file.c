/* SPDX-License-Identifier: MIT */
/*
 * The file: what stands in it, and the one line at its end that may still grow. Written
 * with pwrite(), over what it replaces. Of each line that stands, the log keeps what
 * shorten.c has to know.
 */
#include "record/recorder.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct recorder rec = { .lock = PTHREAD_MUTEX_INITIALIZER, .fd = -1 };

void line_add(struct line *line, const char *format, ...)
{
	size_t room = sizeof(line->text) - line->len;
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(line->text + line->len, room, format, args);
	va_end(args);
	if (n >= 0 && (size_t)n < room) {
		line->len += n;
		return;
	}
	line->text[line->len] = 0;
	line->too_long = true;
}

void line_add_string(struct line *line, const char *text, size_t len)
{
	line_add(line, "\"");
	for (size_t i = 0; i < len && text[i]; i++) {
		unsigned char c = text[i];
		bool plain = c >= ' ' && c < 127;

		line_add(line, c == '"' || c == '\\' ? "\\%c" : plain ? "%c" : "\\x%02x", c);
	}
	line_add(line, "\"");
}

bool file_put(int fd, const char *text, size_t len, size_t at)
{
	while (len) {
		ssize_t n = pwrite(fd, text, len, at);

		if (n <= 0)
			return false;
		text += n;
		at += n;
		len -= n;
	}
	return true;
}

bool file_write(const struct line *above)
{
	char text[2 * (MAX_LINE + 2)];
	size_t len = 0;

	if (above) {
		memcpy(text, above->text, above->len);
		len = above->len;
		text[len++] = '\n';
	}
	if (rec.open.len && !rec.unwritten) {
		memcpy(text + len, rec.open.text, rec.open.len);
		len += rec.open.len;
		text[len++] = '\n';
	}
	if (file_put(rec.fd, text, len, rec.at))
		return true;
	/* Not even the last words could be written. */
	close(rec.fd);
	rec.fd = -1;
	record_stop("the file cannot be written");
	return false;
}

void record_stop(const char *why)
{
	char text[160];
	int n;

	if (!rec.lab)
		return;
	fprintf(stderr, "dmalab: the recording ends here: %s\n", why);
	if (rec.open.len && !rec.unwritten)
		rec.at += rec.open.len + 1;
	n = snprintf(text, sizeof(text), "# the recording ends here: %s\n", why);
	if (rec.fd >= 0) {
		file_put(rec.fd, text, n, rec.at);
		close(rec.fd);
	}
	rec.fd = -1;
	rec.lab = NULL;
	rec.open.len = 0;
	__atomic_store_n(&probe_on, false, __ATOMIC_RELAXED);
}

/* --------------------------------------------------------------------- log */

static bool log_line(size_t len, u64 drawn)
{
	u32 room = rec.room_lines ? 2 * rec.room_lines : 1024;
	struct logged *lines;

	if (rec.nr_lines == rec.room_lines) {
		lines = realloc(rec.lines, room * sizeof(*lines));
		if (!lines) {
			record_stop("no memory");
			return false;
		}
		rec.lines = lines;
		rec.room_lines = room;
	}
	rec.at += len + 1;
	rec.lines[rec.nr_lines++] = (struct logged){ .len = len, .drawn = drawn, .outlived = NO_LINE };
	return true;
}

/* Kept until the open line has its place. What cannot be kept just never ends. */
void line_outlived(u32 born)
{
	unsigned room = rec.room_ends ? 2 * rec.room_ends : 64;
	u32 *ends;

	if (born == NO_LINE)
		return;
	if (rec.nr_ends == rec.room_ends) {
		ends = realloc(rec.ends, room * sizeof(*ends));
		if (!ends)
			return;
		rec.ends = ends;
		rec.room_ends = room;
	}
	rec.ends[rec.nr_ends++] = born;
}

static void log_open_line(void)
{
	u32 here = rec.nr_lines;

	if (!rec.open.len || rec.unwritten || !log_line(rec.open.len, rec.drawn))
		return;
	if (rec.makes)
		rec.makes->born = here;
	for (unsigned i = 0; i < rec.nr_ends; i++)
		if (rec.ends[i] != NO_LINE)
			rec.lines[rec.ends[i]].outlived = here;
	if (rec.made_nothing)
		rec.lines[here].outlived = here;
	rec.lines[here].nameless = rec.made_nameless;
	rec.nr_ends = 0;
}

/* -------------------------------------------------------------------- lines */

void record_close_line(void)
{
	log_open_line();
	rec.open.len = 0;
	rec.unwritten = rec.is_comment = rec.made_nothing = rec.made_nameless = false;
	rec.nr_drawn = rec.nr_decisions = 0;
	rec.drawn = 0;
	rec.makes = NULL;
	rec.store_len = 0;
	rec.serial++;
	file_has_room();
}

bool file_has_room(void)
{
	const char *why;

	if (!rec.lab || (rec.at <= MAX_FILE && rec.nr_lines <= MAX_LINES))
		return rec.lab;
	why = file_shorten();
	if (why)
		record_stop(why);
	return rec.lab;
}

void file_insert(const struct line *line)
{
	if (file_has_room() && file_write(line))
		log_line(line->len, 0);
}

void record_making(struct named *n, const char *format, ...)
{
	struct line line = { .len = 0 };
	va_list args;
	int len;

	va_start(args, format);
	len = vsnprintf(line.text, sizeof(line.text), format, args);
	va_end(args);
	if (len < 0)
		return;
	line.len = (size_t)len < sizeof(line.text) ? (size_t)len : sizeof(line.text) - 1;
	file_insert(&line);
	if (n && rec.lab)
		n->born = rec.nr_lines - 1;
	/* The store above it may not grow any more, or it would grow over this line. */
	rec.store_len = 0;
}

bool record_enter(void)
{
	pthread_mutex_lock(&rec.lock);
	if (rec.lab)
		return true;
	pthread_mutex_unlock(&rec.lock);
	return false;
}

/* What the last statement was to make, and did not, has no use for its name. */
static void forget_failure(struct named *n)
{
	if (rec.makes == n) {
		rec.makes = NULL;
		rec.made_nothing = true;
	} else if (n->born != NO_LINE) {
		rec.lines[n->born].outlived = n->born;
	}
	name_reuse(n);
}

bool record_enter_statement(void)
{
	struct named *n = mine.makes;

	mine.makes = NULL;
	if (!record_enter())
		return false;
	if (n && mine.number == rec.number)
		forget_failure(n);
	return true;
}

void record_leave(void)
{
	pthread_mutex_unlock(&rec.lock);
}
