// SPDX-License-Identifier: MIT
/* The model's bytes that nobody has stored since their memory was allocated. */
#include "model.h"

#include <string.h>

enum { STORED, NEVER, AWAITED };

void model_fresh(struct model *m, size_t at, size_t len)
{
	memset(m->unwritten + at, NEVER, len);
}

void model_written(struct model *m, size_t at, size_t len)
{
	memset(m->unwritten + at, STORED, len);
}

static void await(struct model *m, size_t at, size_t len)
{
	for (size_t i = at; i < at + len; i++)
		if (m->unwritten[i] == NEVER)
			m->unwritten[i] = AWAITED;
}

void model_await(struct model *m, const struct object *o)
{
	if (o->dir != DMA_TO_DEVICE && o->at != NOWHERE)
		await(m, o->at, o->size);
}

/* Of a pool: nobody has stored to it in this life, and the device may from the start. */
void model_fresh_block(struct model *m, size_t at, size_t len)
{
	model_fresh(m, at, len);
	await(m, at, len);
}

bool model_reads_unwritten(const struct model *m, size_t at, size_t len, struct dispute *bytes)
{
	/* Who does not see all stores cannot tell. */
	for (size_t i = at; !m->plain && i < at + len; i++)
		if (m->unwritten[i] == AWAITED)
			dispute_byte(bytes, i);
	return bytes->bytes;
}

bool model_shows_unwritten(const struct model *m, const struct object *o, size_t first,
			   size_t len, struct dispute *bytes)
{
	for (size_t i = first; o->at != NOWHERE && i < first + len; i++)
		if (m->unwritten[o->at + i] != STORED)
			dispute_byte(bytes, i);
	return bytes->bytes;
}

void model_given(const struct model *m, const struct object *o, size_t first, size_t len,
		 struct expect *e)
{
	struct dispute bytes = { 0 };

	if (!e->check && model_shows_unwritten(m, o, first, len, &bytes))
		expect_bytes(e, "uninitialised-to-device", &bytes);
}
