/* SPDX-License-Identifier: MIT */
/* A program as statements that may be changed, and back to bytes. */
#include "mutator.h"

#include <stdlib.h>
#include <string.h>

/* Names of the slots that a byte reaches, for those that a program has not used yet. */
#define NEAR 8
static char slot_names[NR_OBJECT_KINDS][NEAR][12];

struct program *program_new(void)
{
	struct program *p = calloc(1, sizeof(*p));

	if (p)
		p->decoder = decoder_new();
	if (!p || !p->decoder) {
		free(p);
		return NULL;
	}
	for (unsigned kind = 0; kind < OBJECT_UNKNOWN; kind++)
		for (unsigned slot = 0; slot < NEAR; slot++)
			snprintf(slot_names[kind][slot], sizeof(slot_names[kind][slot]), "%s%u",
				 binary_prefixes[kind], slot);
	return p;
}

void program_free(struct program *p)
{
	if (p)
		decoder_free(p->decoder);
	free(p);
}

/* xorshift64* */
u32 below(struct program *p, u32 n)
{
	p->random ^= p->random >> 12;
	p->random ^= p->random << 25;
	p->random ^= p->random >> 27;
	return (u32)((p->random * 0x2545f4914f6cdd1dull) >> 33) % n;
}

bool is_call(const struct statement *s, const char *name)
{
	return strcmp(s->call->name, name) == 0;
}

bool begins(const struct statement *s, const char *with)
{
	return strncmp(s->call->name, with, strlen(with)) == 0;
}

bool program_read(struct program *p, const u8 *bytes, size_t len)
{
	const struct trace *t = decoder_read(p->decoder, bytes, len);

	p->nr = p->nr_settings = p->nr_args = p->nr_names = 0;
	if (!t || t->nr_names > MAX_NAMES / 2 || t->nr_statements > MAX_STATEMENTS / 2)
		return false;
	memcpy(p->names, t->names, t->nr_names * sizeof(*p->names));
	p->nr_names = t->nr_names;
	for (u32 i = 0; i < t->nr_statements; i++)
		if (!program_insert(p, p->nr, &t->statements[i]))
			return false;
	return true;
}

/* With arguments of its own. */
bool program_insert(struct program *p, u32 at, const struct statement *s)
{
	struct arg *args = p->args + p->nr_args;

	if (p->nr == MAX_STATEMENTS || p->nr_args + s->nr_args > MAX_ARGUMENTS)
		return false;
	memcpy(args, s->args, s->nr_args * sizeof(*args));
	p->nr_args += s->nr_args;
	if (!s->call->run) {
		at = p->nr_settings < at ? p->nr_settings : at;
		p->nr_settings++;
	} else if (at < p->nr_settings) {
		at = p->nr_settings;
	}
	memmove(&p->s[at + 1], &p->s[at], (p->nr - at) * sizeof(*p->s));
	p->s[at] = *s;
	p->s[at].args = args;
	p->nr++;
	return true;
}

void program_delete(struct program *p, u32 at)
{
	p->nr_settings -= at < p->nr_settings;
	p->nr--;
	memmove(&p->s[at], &p->s[at + 1], (p->nr - at) * sizeof(*p->s));
}

u32 program_name(struct program *p, enum object_kind kind, unsigned slot)
{
	const char *text = slot_names[kind][slot % binary_near(kind)];

	for (u32 i = 0; i < p->nr_names; i++)
		if (p->names[i].kind == kind && strcmp(p->names[i].text, text) == 0)
			return i;
	if (p->nr_names == MAX_NAMES)
		return 0;
	p->names[p->nr_names] = (struct name){ .text = (char *)text, .kind = kind };
	return p->nr_names++;
}

void program_look(struct program *p, u32 at)
{
	p->first_device = UINT32_MAX;
	memset(p->makers, 0, p->nr_names * sizeof(*p->makers));
	memset(p->made, 0, sizeof(p->made));
	for (u32 i = 0; i < at && i < p->nr; i++) {
		const struct statement *s = &p->s[i];

		if (!s->has_target)
			continue;
		binary_keep_maker(&p->makers[s->target], s);
		p->made[s->target] = s->call;
		if (s->call->makes == OBJECT_DEVICE && p->first_device == UINT32_MAX)
			p->first_device = s->target;
	}
}

bool program_find(struct program *p, fits_fn *fits, u32 *at)
{
	u32 start = p->nr ? below(p, p->nr) : 0;

	for (u32 i = 0; i < p->nr; i++) {
		*at = (start + i) % p->nr;
		if (fits(p, &p->s[*at]))
			return true;
	}
	return false;
}

size_t program_write(struct program *p, u8 *bytes, size_t room)
{
	struct trace t = {
		.statements = p->s, .nr_statements = p->nr, .names = p->names, .nr_names = p->nr_names,
	};
	size_t len;
	u8 *encoded;

	for (;;) {
		encoded = trace_encode(&t, &len);
		if (!encoded)
			return 0;
		if (len <= room)
			break;
		free(encoded);
		/* The empty program is one byte. */
		if (!t.nr_statements)
			return 0;
		t.nr_statements -= (t.nr_statements + 7) / 8;
	}
	memcpy(bytes, encoded, len);
	free(encoded);
	return len;
}
