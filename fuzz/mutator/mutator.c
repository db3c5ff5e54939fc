/* SPDX-License-Identifier: MIT */
/* Which of all that may be done to a program is done. */
#include "mutator.h"

#include <string.h>

const struct operator operators[] = {
	{ "insert", 20, insert_statement },
	{ "delete", 8, delete_statement },
	{ "duplicate", 6, duplicate_statement },
	{ "move", 6, move_statement },
	{ "argument", 20, change_argument },
	{ "machine", 4, change_machine },
	{ "drop-sync", 4, drop_sync },
	{ "shift-range", 6, shift_range },
	{ "flip-direction", 4, flip_direction },
	{ "stale", 5, free_stale },
	{ "foreign", 4, free_foreign },
	{ "touch-owned", 5, touch_owned },
	{ "skip-release", 4, skip_release },
	{ "wrong-device", 3, wrong_device },
	{ "wrong-function", 3, wrong_function },
};

const unsigned nr_operators = sizeof(operators) / sizeof(operators[0]);

static const struct operator *choose(struct program *p)
{
	unsigned total = 0, pick;

	for (unsigned i = 0; i < nr_operators; i++)
		total += operators[i].weight;
	pick = below(p, total);
	for (unsigned i = 0;; i++) {
		if (pick < operators[i].weight)
			return &operators[i];
		pick -= operators[i].weight;
	}
}

static void did(struct program *p, const char *what)
{
	if (p->nr_done < MAX_DONE)
		p->done[p->nr_done++] = what;
}

static void seed_random(struct program *p, u32 seed)
{
	p->random = ((u64)seed << 20 | 0x5eed) * 0x9e3779b97f4a7c15ull | 1;
	p->nr_done = 0;
}

/* One to four changes: what has to be wrong in two ways is rare. */
static void change(struct program *p)
{
	unsigned n = 1 + (below(p, 2) ? 0 : below(p, 4));

	if (begin_program(p)) {
		did(p, "begin");
		return;
	}
	for (unsigned tries = 0; n && tries < 40; tries++) {
		const struct operator *o = choose(p);

		if (!o->apply(p))
			continue;
		did(p, o->name);
		n--;
	}
}

size_t mutate(struct program *p, u8 *data, size_t size, size_t room, u32 seed)
{
	seed_random(p, seed);
	if (!program_read(p, data, size))
		return size < room ? size : room;
	change(p);
	return program_write(p, data, room);
}

/* Where a statement begins, or the end: there a program may be cut. */
static size_t cut(struct program *p, const u8 *data, size_t size)
{
	const struct trace *t = decoder_read(p->decoder, data, size);
	u32 at = t ? below(p, t->nr_statements + 1) : 0;

	return !t || at == t->nr_statements ? size : decoder_starts(p->decoder)[at];
}

/* The beginning of one program, and the end of the other: what names stand for are slots in both. */
size_t cross_over(struct program *p, const u8 *a, size_t size_a, const u8 *b, size_t size_b, u8 *out,
		  size_t room, u32 seed)
{
	size_t head, tail;

	seed_random(p, seed);
	head = cut(p, a, size_a);
	tail = cut(p, b, size_b);
	if (head > room)
		head = room;
	size_b -= tail;
	if (size_b > room - head)
		size_b = room - head;
	memmove(out, a, head);
	memmove(out + head, b + tail, size_b);
	did(p, "splice");
	return head + size_b;
}

size_t without_statement(struct program *p, u8 *data, size_t size, u32 at)
{
	const struct trace *t = decoder_read(p->decoder, data, size);
	const u32 *starts = decoder_starts(p->decoder);
	size_t from, to;

	if (!t || at >= t->nr_statements)
		return 0;
	from = starts[at];
	to = at + 1 < t->nr_statements ? starts[at + 1] : size;
	memmove(data + from, data + to, size - to);
	return size - (to - from);
}

u32 count_statements(struct program *p, const u8 *data, size_t size)
{
	const struct trace *t = decoder_read(p->decoder, data, size);

	return t ? t->nr_statements : 0;
}

const char *mutator_done(const struct program *p, char *text, size_t size)
{
	size_t len = 0;

	*text = 0;
	for (unsigned i = 0; i < p->nr_done && len < size; i++)
		len += snprintf(text + len, size - len, "%s%s", i ? "," : "", p->done[i]);
	return text;
}
