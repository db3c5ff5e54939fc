/* SPDX-License-Identifier: MIT */
/* The lines of a file that is to become shorter, read again: shorten.c, shorten-read.c. */
#ifndef DMALAB_RECORD_SHORTEN_H
#define DMALAB_RECORD_SHORTEN_H

#include "record/recorder.h"

struct shortening {
	u32 nr;                   /* lines: rec.lines */
	char *text;
	u32 *start;               /* of each in the text */
	struct { u32 name, len; } *made; /* the name that it assigns; len 0: none */
	u32 *uses, nr_uses, room_uses; /* names that lines speak of, */
	u32 *first_use;           /* by line, and one more */
	u32 nr_names;

	u64 *state, *text_hash, *key;
	u32 *slots, nr_slots;
	bool *keep, *wanted, *reported, *makes_device;
	u32 *last;                /* by name: the line that made what it stands for */
	u32 *moved;
	struct logged *lines;

	bool round;               /* from..to ends as it began */
	u32 from, to;
};

static inline const char *text_of(const struct shortening *s, u32 line)
{
	return s->text + s->start[line];
}

/* False: there is no memory, or the file cannot be read. Either way, end it. */
bool dlab_shortening_begin(struct shortening *s);
void dlab_shortening_end(struct shortening *s);

#endif
