/* SPDX-License-Identifier: MIT */
/* Which names the lines of a recording make, and which they speak of. */
#ifdef HAVE_CONFIG_H
#include <config.h>
#endif

#include "record/shorten.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Names by their text, which is in the file. */
struct dictionary {
	struct { const char *text; u32 len, name; } *slots;
	u32 mask;
};

static u32 word_hash(const char *text, u32 len)
{
	u32 h = 2166136261u;

	while (len--)
		h = (h ^ (u8)*text++) * 16777619u;
	return h ^ h >> 15;
}

/* The slot of a word, or the empty one where it would stand. */
static u32 slot_of(const struct dictionary *d, const char *text, u32 len)
{
	u32 i = word_hash(text, len) & d->mask;

	while (d->slots[i].text &&
	       (d->slots[i].len != len || memcmp(d->slots[i].text, text, len) != 0))
		i = (i + 1) & d->mask;
	return i;
}

static bool is_letter(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

static u32 word_len(const char *at)
{
	u32 len = 0;

	while (is_letter(at[len]))
		len++;
	return len;
}

/* "name = call(...": its name is the file's, from here on. */
static void read_made(struct shortening *s, struct dictionary *d, u32 line)
{
	const char *text = text_of(s, line);
	u32 len = word_len(text), slot;

	if (!len || strncmp(text + len, " = ", 3) != 0)
		return;
	slot = slot_of(d, text, len);
	if (!d->slots[slot].text) {
		d->slots[slot].text = text;
		d->slots[slot].len = len;
		d->slots[slot].name = s->nr_names++;
	}
	s->made[line].name = d->slots[slot].name;
	s->made[line].len = len;
	s->makes_device[line] = strncmp(text + len, " = device(", 10) == 0;
}

static bool add_use(struct shortening *s, u32 name)
{
	u32 room = s->room_uses ? 2 * s->room_uses : 4096;
	u32 *uses;

	if (s->nr_uses == s->room_uses) {
		uses = realloc(s->uses, room * sizeof(*uses));
		if (!uses)
			return false;
		s->uses = uses;
		s->room_uses = room;
	}
	s->uses[s->nr_uses++] = name;
	return true;
}

static const char *skip_string(const char *at)
{
	for (at++; *at && *at != '"'; at++)
		at += *at == '\\' && at[1];
	return at + (*at == '"');
}

/* Words that are names, up to a comment. */
static bool read_uses(struct shortening *s, const struct dictionary *d, u32 line)
{
	const char *at = text_of(s, line), *end = at + dlab_rec.lines[line].len;

	at += s->made[line].len;
	while (at < end && *at != '#') {
		u32 len = word_len(at), slot;

		if (*at == '"') {
			at = skip_string(at);
			continue;
		}
		/* A part of an object is no name. */
		if (*at == '.')
			len = 1 + word_len(at + 1);
		else if (len && (slot = slot_of(d, at, len), d->slots[slot].text) &&
			 !add_use(s, d->slots[slot].name))
			return false;
		at += len ? len : 1;
	}
	return true;
}

static bool read_words(struct shortening *s)
{
	struct dictionary d = { .mask = s->nr_slots - 1 };
	bool good = true;

	d.slots = calloc(s->nr_slots, sizeof(*d.slots));
	for (u32 i = 0; d.slots && i < s->nr; i++)
		read_made(s, &d, i);
	for (u32 i = 0; d.slots && i < s->nr && good; i++) {
		s->first_use[i] = s->nr_uses;
		good = read_uses(s, &d, i);
	}
	s->first_use[s->nr] = s->nr_uses;
	good &= d.slots != NULL;
	free(d.slots);
	return good;
}

static bool read_file(struct shortening *s)
{
	size_t at = 0;

	for (u32 i = 0; i < s->nr; i++) {
		s->start[i] = at;
		at += dlab_rec.lines[i].len + 1;
	}
	s->text = malloc(at + 1);
	if (!s->text || at != dlab_rec.at)
		return false;
	for (size_t done = 0; done < at;) {
		ssize_t n = pread(dlab_rec.fd, s->text + done, at - done, done);

		if (n <= 0)
			return false;
		done += n;
	}
	s->text[at] = 0;
	return true;
}

bool dlab_shortening_begin(struct shortening *s)
{
	u32 nr = s->nr;

	for (s->nr_slots = 64; s->nr_slots < 2 * nr; s->nr_slots *= 2)
		;
	s->start = calloc(nr, sizeof(*s->start));
	s->made = calloc(nr, sizeof(*s->made));
	s->first_use = calloc(nr + 1ul, sizeof(*s->first_use));
	s->state = calloc(nr, sizeof(*s->state));
	s->text_hash = calloc(nr, sizeof(*s->text_hash));
	s->key = calloc(nr, sizeof(*s->key));
	s->slots = calloc(s->nr_slots, sizeof(*s->slots));
	s->keep = calloc(4ul * nr, sizeof(*s->keep));
	s->last = calloc(nr, sizeof(*s->last));
	s->moved = calloc(nr, sizeof(*s->moved));
	s->lines = calloc(nr + 1ul, sizeof(*s->lines));
	if (!s->start || !s->made || !s->first_use || !s->state || !s->text_hash || !s->key ||
	    !s->slots || !s->keep || !s->last || !s->moved || !s->lines)
		return false;
	s->wanted = s->keep + nr;
	s->reported = s->keep + 2ul * nr;
	s->makes_device = s->keep + 3ul * nr;
	return read_file(s) && read_words(s);
}

void dlab_shortening_end(struct shortening *s)
{
	free(s->text);
	free(s->start);
	free(s->made);
	free(s->uses);
	free(s->first_use);
	free(s->state);
	free(s->text_hash);
	free(s->key);
	free(s->slots);
	free(s->keep);
	free(s->last);
	free(s->moved);
	free(s->lines);
}
