/* SPDX-License-Identifier: MIT */
/*
 * The file: what stands in it, and the one line at its end that may still grow. Written
 * with pwrite(), over what it replaces.
 */
#include "record/recorder.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

bool record_switch;
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

static bool put(const char *text, size_t len, size_t at)
{
	while (len) {
		ssize_t n = pwrite(rec.fd, text, len, at);

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
	if (put(text, len, rec.at))
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
		put(text, n, rec.at);
		close(rec.fd);
	}
	rec.fd = -1;
	rec.lab = NULL;
	rec.open.len = 0;
	__atomic_store_n(&record_switch, false, __ATOMIC_RELAXED);
}

void record_close_line(void)
{
	if (rec.open.len && !rec.unwritten) {
		rec.at += rec.open.len + 1;
		rec.nr_lines++;
	}
	rec.open = (struct line){ .len = 0 };
	rec.unwritten = rec.is_comment = false;
	rec.nr_drawn = rec.nr_decisions = 0;
	rec.store_len = 0;
	rec.serial++;
}

bool file_has_room(void)
{
	if (rec.lab && (rec.at > MAX_FILE || rec.nr_lines > MAX_LINES))
		record_stop("a trace is no longer than this");
	return rec.lab;
}

void file_insert(const struct line *line)
{
	if (!file_has_room() || !file_write(line))
		return;
	rec.at += line->len + 1;
	rec.nr_lines++;
}

void record_line(const char *format, ...)
{
	struct line line = { .len = 0 };
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(line.text, sizeof(line.text), format, args);
	va_end(args);
	if (n < 0)
		return;
	line.len = (size_t)n < sizeof(line.text) ? (size_t)n : sizeof(line.text) - 1;
	file_insert(&line);
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

void record_leave(void)
{
	pthread_mutex_unlock(&rec.lock);
}
