/* SPDX-License-Identifier: MIT */
/*
 * A file that is full, made shorter: it keeps its beginning and its end.
 *
 * What a program does over and over leaves the same things alive each time round: between
 * two lines after which the same names stand for what the same statements made, in the same
 * context, and behind the same statements, all may go; the file goes on as after the first
 * time. Nothing may go that alone reported a check.
 *
 * A program that never comes round loses the older half of its lines, but for those that
 * made what is still there, settings, and what was done to things about which there is a
 * report that is no other's like. That may give other reports than it did; its end is there.
 *
 * Either way a name that is spoken of is made before: its line stays, and the one that
 * ends it.
 */
#ifdef HAVE_CONFIG_H
#include <config.h>
#endif
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* mkostemp() */
#endif

#include "record/shorten.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Lines about a thing. */
#define MAX_BEGINNING 8u

/* ------------------------------------------------------------------ coming round */

static u64 mix(u64 n)
{
	n = (n ^ n >> 32) * 0x9e3779b97f4a7c15ull;
	return n ^ n >> 29;
}

static u64 hash(const char *text, size_t len)
{
	u64 h = len;

	while (len--)
		h = mix(h + (u8)*text++);
	return h;
}

/* +1 for a line that enters a context, -1 for one that leaves it; *@what: which. */
static int context_step(const char *text, size_t len, u64 *what)
{
	static const struct {
		const char *enter, *leave;
	} pairs[] = {
		{ "local_irq_disable", "local_irq_enable" }, { "local_bh_disable", "local_bh_enable" },
		{ "preempt_disable", "preempt_enable" }, { "irq_enter", "irq_exit" },
		{ "softirq_enter", "softirq_exit" }, { "spin_lock", "spin_unlock" },
		{ "spin_lock_bh", "spin_unlock_bh" },
		{ "spin_lock_irqsave", "spin_unlock_irqrestore" },
	};
	size_t name = 0;

	*what = 0;
	while (name < len && text[name] != '(')
		name++;
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		bool enter = strlen(pairs[i].enter) == name && !memcmp(text, pairs[i].enter, name);

		if (!enter && (strlen(pairs[i].leave) != name || memcmp(text, pairs[i].leave, name)))
			continue;
		/* Of a lock: of this one. */
		*what = hash(text + name, len - name) + i + 1;
		return enter ? 1 : -1;
	}
	return 0;
}

/* Into @s->state what is alive after each line, and into @s->text_hash what it says. */
static void find_states(struct shortening *s)
{
	u64 live = 0, context = 0, what;

	for (u32 i = 0; i < s->nr; i++) {
		u32 gone = dlab_rec.lines[i].outlived;

		s->text_hash[i] = hash(text_of(s, i), dlab_rec.lines[i].len);
		if (!s->made[i].len)
			continue;
		s->state[i] ^= mix(s->text_hash[i]);
		if (gone < s->nr)
			s->state[gone] ^= mix(s->text_hash[i]);
	}
	for (u32 i = 0; i < s->nr; i++) {
		live ^= s->state[i];
		/* Nobody knows when it goes. */
		if (dlab_rec.lines[i].nameless)
			live += mix(i);
		context += context_step(text_of(s, i), dlab_rec.lines[i].len, &what) * mix(what);
		s->state[i] = live + mix(context);
	}
}

static u64 drawn_in(u32 from, u32 to)
{
	u64 drawn = 0;

	for (u32 i = from; i < to; i++)
		drawn |= dlab_rec.lines[i].drawn;
	return drawn;
}

static bool draws_no_other(const struct shortening *s, u32 from, u32 to)
{
	return !(drawn_in(from, to) & ~(drawn_in(0, from) | drawn_in(to, s->nr)));
}

/* Hashes of the last @window lines before each, and of the state there. */
static void find_keys(struct shortening *s, u32 window)
{
	const u64 base = 0x100000001b3ull;
	u64 sum = 0, out = 1;

	for (u32 i = 0; i < window; i++)
		out *= base;
	for (u32 i = 0; i < s->nr; i++) {
		sum = sum * base + s->text_hash[i];
		if (i >= window)
			sum -= s->text_hash[i - window] * out;
		s->key[i] = mix(sum) ^ s->state[i];
	}
}

/* The slot of the first line with this key, or the empty one where it would stand. */
static u32 *slot_of_key(const struct shortening *s, u64 key)
{
	u32 slot = key & (s->nr_slots - 1);

	while (s->slots[slot] && s->key[s->slots[slot] - 1] != key)
		slot = (slot + 1) & (s->nr_slots - 1);
	return &s->slots[slot];
}

/*
 * The longest part that begins and ends alike, of at least a quarter of the lines, and not
 * of the last quarter: @s->from is its first line, @s->to the one behind it.
 */
static bool comes_round(struct shortening *s, u32 window)
{
	u32 end = s->nr - s->nr / 4, tries = 64, best = s->nr / 4;

	find_keys(s, window);
	memset(s->slots, 0, s->nr_slots * sizeof(*s->slots));
	for (u32 i = dlab_rec.nr_settings; i < end; i++) {
		u32 *slot = slot_of_key(s, s->key[i]);

		if (!*slot)
			*slot = i + 1;
	}
	/* From the end: what is found first is long. */
	for (u32 to = end; to > dlab_rec.nr_settings + best && tries; to--) {
		u32 from = *slot_of_key(s, s->key[to - 1]);

		if (to - from <= best)
			continue;
		if (!draws_no_other(s, from, to)) {
			tries--;
			continue;
		}
		s->from = from;
		s->to = to;
		best = to - from;
	}
	return best > s->nr / 4;
}

/* ------------------------------------------------------------- what must stay */

/* A part goes as if the names that are alive behind it were those before it. */
static void leave_out_round(struct shortening *s)
{
	for (u32 i = s->from; i < s->to; i++)
		s->keep[i] = false;
}

/*
 * For each check that nothing else of the file has reported, the last line that reported it stays,
 * and all that speaks of what it speaks of: bit 1 of @wanted.
 */
static void want_reports(struct shortening *s)
{
	u64 others = drawn_in(s->to, s->nr);

	for (u32 i = s->to; i-- > s->from;) {
		if (!(dlab_rec.lines[i].drawn & ~others))
			continue;
		others |= dlab_rec.lines[i].drawn;
		s->keep[i] = s->reported[i] = true;
	}
}

/* The older half, less what is still there. A context that is left may go as well. */
static void leave_out_old(struct shortening *s)
{
	u32 left = 0;
	u64 what;

	for (u32 i = s->to; i-- > s->from;) {
		const char *text = text_of(s, i);
		int step = context_step(text, dlab_rec.lines[i].len, &what);

		s->keep[i] = s->made[i].len ?
				     dlab_rec.lines[i].outlived >= s->to :
				     dlab_rec.lines[i].nameless || strncmp(text, "set_", 4) == 0 ||
					     strncmp(text, "clear_", 6) == 0 ||
					     strncmp(text, "dma_set_", 8) == 0 ||
					     strncmp(text, "dma_d", 5) ==
						     0 /* _direct_set_offset(), _declare_...() */;
		if (step > 0 && !left)
			s->keep[i] = true;
		left -= step > 0 && left;
		left += step < 0;
	}
	want_reports(s);
}

/* Of what is still there, also how it began: a mapping is checked, memory handed over. */
static void keep_beginnings(struct shortening *s)
{
	u32 *nr = s->moved;

	memset(nr, 0, s->nr * sizeof(*nr));
	memset(s->last, 0xff, s->nr_names * sizeof(*s->last));
	for (u32 i = s->from; i < s->to; i++) {
		for (u32 k = s->first_use[i]; k < s->first_use[i + 1]; k++) {
			u32 made = s->last[s->uses[k]];

			if (made == NO_LINE || dlab_rec.lines[made].outlived < s->to ||
			    s->makes_device[made] || nr[made] == MAX_BEGINNING)
				continue;
			nr[made]++;
			s->keep[i] = true;
		}
		if (s->made[i].len)
			s->last[s->made[i].name] = i;
	}
}

/* Whether line @i speaks of what line @made made: that one stays, and its end. */
static bool need(struct shortening *s, u32 i, u32 made)
{
	u32 end = dlab_rec.lines[made].outlived;
	bool news = false;

	if (made < s->from || made >= s->to)
		return false;
	if (s->reported[i] && !s->wanted[made]) {
		/* A device has too much done to it. */
		s->wanted[made] = !s->makes_device[made];
		news = s->wanted[made];
	}
	if (s->wanted[made] && !s->keep[i] && i >= s->from && i < s->to)
		news = s->keep[i] = true;
	if (!s->keep[i] || (s->round && end >= s->to))
		return news;
	news |= !s->keep[made];
	s->keep[made] = true;
	if (end < s->nr && !s->keep[end])
		news = s->keep[end] = true;
	return news;
}

/* Until nothing is added: a line that stays may speak of others. */
static void keep_what_is_needed(struct shortening *s)
{
	bool news = true;

	while (news) {
		news = false;
		memset(s->last, 0xff, s->nr_names * sizeof(*s->last));
		for (u32 i = 0; i < s->nr; i++) {
			for (u32 k = s->first_use[i]; k < s->first_use[i + 1]; k++)
				if (s->last[s->uses[k]] != NO_LINE)
					news |= need(s, i, s->last[s->uses[k]]);
			if (s->made[i].len)
				s->last[s->made[i].name] = i;
		}
	}
	/* What is to fail is the call below. */
	for (u32 i = s->to; i-- > s->from;)
		if (strncmp(text_of(s, i), "fail_nth(", 9) == 0)
			s->keep[i] = s->keep[i + 1];
}

/* -------------------------------------------------------------------- the file */

/* The names before the part stand for what those behind it stood for. */
static void take_over(struct shortening *s)
{
	memset(s->last, 0xff, s->nr_names * sizeof(*s->last));
	for (u32 i = 0; i < s->to; i++) {
		u32 name = s->made[i].name;

		if (!s->made[i].len)
			continue;
		if (i < s->from)
			s->last[name] = i;
		else if (!s->keep[i] && dlab_rec.lines[i].outlived >= s->to &&
			 s->last[name] != NO_LINE)
			dlab_rec.lines[s->last[name]].outlived = dlab_rec.lines[i].outlived;
	}
}

/* Lines that stay get new numbers; *@s->moved is where they went. */
static size_t pack(struct shortening *s, char *out, u32 *nr_lines)
{
	size_t len = 0;
	u32 nr = 0, gone = 0;

	for (u32 i = 0; i < s->nr; i++)
		gone += !s->keep[i];
	dlab_rec.left_out += gone;
	for (u32 i = 0; i < s->nr; i++) {
		size_t n = dlab_rec.lines[i].len + 1;

		s->moved[i] = NO_LINE;
		if (i == s->from) {
			int added = sprintf(
				out + len, "# %lu lines in all were left out up to here%s\n",
				dlab_rec.left_out,
				s->round ? "" : ": what follows may report something else");

			s->lines[nr++] = (struct logged){ .len = added - 1, .outlived = NO_LINE };
			len += added;
		}
		if (!s->keep[i])
			continue;
		memcpy(out + len, text_of(s, i), n);
		len += n;
		s->moved[i] = nr;
		s->lines[nr++] = dlab_rec.lines[i];
	}
	for (u32 i = 0; i < nr; i++)
		if (s->lines[i].outlived != NO_LINE)
			s->lines[i].outlived = s->moved[s->lines[i].outlived];
	*nr_lines = nr;
	return len;
}

/*
 * A new file in its place: whenever the program is killed, one of them is whole. It is
 * whose the other was, if that may be. What is no file, such as /dev/null, has no place.
 */
static bool replace(const char *text, size_t len)
{
	char path[PATH_MAX];
	struct stat old;
	int fd;

	if (fstat(dlab_rec.fd, &old) || !S_ISREG(old.st_mode))
		return false;
	if ((size_t)snprintf(path, sizeof(path), "%s.XXXXXX", dlab_rec.path) >= sizeof(path))
		return false;
	fd = mkostemp(path, O_CLOEXEC);
	if (fd < 0)
		return false;
	if (fchown(fd, old.st_uid, old.st_gid))
		old.st_mode &= 0777;
	if (fchmod(fd, old.st_mode & 07777) || !dlab_file_put(fd, text, len, 0) ||
	    rename(path, dlab_rec.path)) {
		close(fd);
		unlink(path);
		return false;
	}
	close(dlab_rec.fd);
	dlab_rec.fd = fd;
	return true;
}

/* Of what is alive, the line that now stands for the one that made it. */
static void renumber_names(const struct shortening *s)
{
	struct named *n;

	for (unsigned i = 0; (n = dlab_name_at(i)); i++) {
		u32 born = n->born;

		if (born == NO_LINE)
			continue;
		n->born = s->moved[born];
		if (n->born == NO_LINE && s->made[born].len && s->last[s->made[born].name] != NO_LINE)
			n->born = s->moved[s->last[s->made[born].name]];
	}
	for (unsigned i = 0; i < dlab_rec.nr_ends; i++)
		if (dlab_rec.ends[i] != NO_LINE)
			dlab_rec.ends[i] = s->moved[dlab_rec.ends[i]];
}

static const char *write_shorter(struct shortening *s)
{
	char *out = malloc(dlab_rec.at + 128);
	const char *why = NULL;
	size_t len;
	u32 nr;

	if (!out)
		return "no memory";
	take_over(s);
	len = pack(s, out, &nr);
	if (nr > s->nr - s->nr / 8)
		why = "all that is in it is alive, and a trace is no longer";
	else if (!replace(out, len))
		why = "the file cannot be written";
	free(out);
	if (why)
		return why;
	renumber_names(s);
	memcpy(dlab_rec.lines, s->lines, nr * sizeof(*s->lines));
	dlab_rec.nr_lines = nr;
	dlab_rec.at = len;
	dlab_rec.store_len = 0;
	/* What fails here has said so. */
	dlab_file_write(NULL);
	return NULL;
}

const char *dlab_file_shorten(void)
{
	struct shortening s = { .nr = dlab_rec.nr_lines };
	static const u32 windows[] = { 256, 16, 1 };
	const char *why = "no memory";

	if (dlab_shortening_begin(&s)) {
		find_states(&s);
		for (unsigned i = 0; i < sizeof(windows) / sizeof(windows[0]) && !s.round; i++)
			s.round = comes_round(&s, windows[i]);
		memset(s.keep, true, s.nr * sizeof(*s.keep));
		if (s.round) {
			leave_out_round(&s);
		} else {
			s.from = dlab_rec.nr_settings;
			s.to = s.nr / 2;
			leave_out_old(&s);
			keep_beginnings(&s);
		}
		keep_what_is_needed(&s);
		why = write_shorter(&s);
	}
	dlab_shortening_end(&s);
	return why;
}
