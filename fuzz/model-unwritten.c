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

void model_await(struct model *m, const struct object *o)
{
	if (o->dir == DMA_TO_DEVICE || o->at == NOWHERE)
		return;
	for (size_t i = o->at; i < o->at + o->size; i++)
		if (m->unwritten[i] == NEVER)
			m->unwritten[i] = AWAITED;
}

bool model_reads_unwritten(const struct model *m, size_t at, size_t len, struct dispute *bytes)
{
	/* Who does not see all stores cannot tell. */
	for (size_t i = at; !m->plain && i < at + len; i++)
		if (m->unwritten[i] == AWAITED)
			dispute_byte(bytes, i);
	return bytes->bytes;
}
