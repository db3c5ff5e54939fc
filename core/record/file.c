/* SPDX-License-Identifier: MIT */
/*
 * The file: what stands in it, and the one line at its end that may still grow. Written
 * with pwrite(), over what it replaces. Of each line that stands, the log keeps what
 * shorten.c has to know.
 */
#include "record/recorder.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct recorder dlab_rec = { .lock = PTHREAD_MUTEX_INITIALIZER, .fd = -1 };

void dlab_line_add(struct line *line, const char *format, ...)
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

void dlab_line_add_string(struct line *line, const char *text, size_t len)
{
	dlab_line_add(line, "\"");
	for (size_t i = 0; i < len && text[i]; i++) {
		unsigned char c = text[i];
		bool plain = c >= ' ' && c < 127;

		dlab_line_add(line, c == '"' || c == '\\' ? "\\%c" : plain ? "%c" : "\\x%02x", c);
	}
	dlab_line_add(line, "\"");
}

bool dlab_file_put(int fd, const char *text, size_t len, size_t at)
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

bool dlab_file_write(const struct line *above)
{
	char text[2 * (MAX_LINE + 2)];
	size_t len = 0;

	if (above) {
		memcpy(text, above->text, above->len);
		len = above->len;
		text[len++] = '\n';
	}
	if (dlab_rec.open.len && !dlab_rec.unwritten) {
		memcpy(text + len, dlab_rec.open.text, dlab_rec.open.len);
		len += dlab_rec.open.len;
		text[len++] = '\n';
	}
	if (dlab_file_put(dlab_rec.fd, text, len, dlab_rec.at))
		return true;
	/* Not even the last words could be written. */
	close(dlab_rec.fd);
	dlab_rec.fd = -1;
	dlab_record_stop("the file cannot be written");
	return false;
}

void dlab_record_stop(const char *why)
{
	char text[160];
	int n;

	if (!dlab_rec.lab)
		return;
	fprintf(stderr, "dmalab: the recording ends here: %s\n", why);
	if (dlab_rec.open.len && !dlab_rec.unwritten)
		dlab_rec.at += dlab_rec.open.len + 1;
	n = snprintf(text, sizeof(text), "# the recording ends here: %s\n", why);
	if (dlab_rec.fd >= 0) {
		dlab_file_put(dlab_rec.fd, text, n, dlab_rec.at);
		close(dlab_rec.fd);
	}
	dlab_rec.fd = -1;
	dlab_rec.lab = NULL;
	dlab_rec.open.len = 0;
	__atomic_store_n(&dlab_probe_on, false, __ATOMIC_RELAXED);
}

/* --------------------------------------------------------------------- log */

static bool log_line(size_t len, u64 drawn)
{
	u32 room = dlab_rec.room_lines ? 2 * dlab_rec.room_lines : 1024;
	struct logged *lines;

	if (dlab_rec.nr_lines == dlab_rec.room_lines) {
		lines = realloc(dlab_rec.lines, room * sizeof(*lines));
		if (!lines) {
			dlab_record_stop("no memory");
			return false;
		}
		dlab_rec.lines = lines;
		dlab_rec.room_lines = room;
	}
	dlab_rec.at += len + 1;
	dlab_rec.lines[dlab_rec.nr_lines++] =
		(struct logged){ .len = len, .drawn = drawn, .outlived = NO_LINE };
	return true;
}

/* Kept until the open line has its place. What cannot be kept just never ends. */
void dlab_line_outlived(u32 born)
{
	unsigned room = dlab_rec.room_ends ? 2 * dlab_rec.room_ends : 64;
	u32 *ends;

	if (born == NO_LINE)
		return;
	if (dlab_rec.nr_ends == dlab_rec.room_ends) {
		ends = realloc(dlab_rec.ends, room * sizeof(*ends));
		if (!ends)
			return;
		dlab_rec.ends = ends;
		dlab_rec.room_ends = room;
	}
	dlab_rec.ends[dlab_rec.nr_ends++] = born;
}

static void log_open_line(void)
{
	u32 here = dlab_rec.nr_lines;

	if (!dlab_rec.open.len || dlab_rec.unwritten ||
	    !log_line(dlab_rec.open.len, dlab_rec.drawn))
		return;
	if (dlab_rec.makes)
		dlab_rec.makes->born = here;
	for (unsigned i = 0; i < dlab_rec.nr_ends; i++)
		if (dlab_rec.ends[i] != NO_LINE)
			dlab_rec.lines[dlab_rec.ends[i]].outlived = here;
	if (dlab_rec.made_nothing)
		dlab_rec.lines[here].outlived = here;
	dlab_rec.lines[here].nameless = dlab_rec.made_nameless;
	dlab_rec.nr_ends = 0;
}

/* -------------------------------------------------------------------- lines */

void dlab_record_close_line(void)
{
	log_open_line();
	dlab_rec.open.len = 0;
	dlab_rec.unwritten = dlab_rec.is_comment = dlab_rec.made_nothing = dlab_rec.made_nameless =
		false;
	dlab_rec.nr_drawn = dlab_rec.nr_decisions = 0;
	dlab_rec.drawn = 0;
	dlab_rec.makes = NULL;
	dlab_rec.store_len = 0;
	dlab_rec.serial++;
	dlab_file_has_room();
}

bool dlab_file_has_room(void)
{
	const char *why;

	if (!dlab_rec.lab || (dlab_rec.at <= MAX_FILE && dlab_rec.nr_lines <= MAX_LINES))
		return dlab_rec.lab;
	why = dlab_file_shorten();
	if (why)
		dlab_record_stop(why);
	return dlab_rec.lab;
}

void dlab_file_insert(const struct line *line)
{
	if (dlab_file_has_room() && dlab_file_write(line))
		log_line(line->len, 0);
}

void dlab_record_making(struct named *n, const char *format, ...)
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
	dlab_file_insert(&line);
	if (n && dlab_rec.lab)
		n->born = dlab_rec.nr_lines - 1;
	/* The store above it may not grow any more, or it would grow over this line. */
	dlab_rec.store_len = 0;
}

bool dlab_record_enter(void)
{
	int saved = errno;

	pthread_mutex_lock(&dlab_rec.lock);
	dlab_rec.saved_errno = saved;
	if (dlab_rec.lab)
		return true;
	pthread_mutex_unlock(&dlab_rec.lock);
	return false;
}

/* What the last statement was to make, and did not, has no use for its name. */
static void forget_failure(struct named *n)
{
	if (dlab_rec.makes == n) {
		dlab_rec.makes = NULL;
		dlab_rec.made_nothing = true;
	} else if (n->born != NO_LINE) {
		dlab_rec.lines[n->born].outlived = n->born;
	}
	dlab_name_reuse(n);
}

bool dlab_record_enter_statement(void)
{
	struct named *n = dlab_mine.makes;

	dlab_mine.makes = NULL;
	if (!dlab_record_enter())
		return false;
	if (n && dlab_mine.number == dlab_rec.number)
		forget_failure(n);
	return true;
}

void dlab_record_leave(void)
{
	errno = dlab_rec.saved_errno;
	pthread_mutex_unlock(&dlab_rec.lock);
}
