// SPDX-License-Identifier: MIT
/* The model's bytes that nobody has stored since their memory was allocated. */
#include "model.h"

#include <string.h>

enum { STORED, NEVER, AWAITED };

/* With stores of C, shorter runs may be chance. */
#define LEAST_RUN 8

static bool is_mapped(const struct model *m, size_t at)
{
	for (unsigned i = 0; i < m->nr_objects; i++) {
		const struct object *o = &m->object[i];

		if (o->live && o->kind == MAPPING && o->at != NOWHERE && at - o->at < o->size)
			return true;
	}
	return false;
}

/*
 * With stores of C the bytes hold a pattern, and nothing of the last owner's is in doubt;
 * but those that are still mapped stay as they are.
 */
void model_fresh(struct model *m, size_t at, size_t len)
{
	model_touch(m, at, len);
	for (size_t i = at; i < at + len; i++) {
		if (m->plain && m->level == FULL) {
			if (is_mapped(m, i))
				continue;
			cache_forgets(m, i);
		}
		m->unwritten[i] = NEVER;
	}
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

/* The runs of bytes in this state or a later one, counted from @base. */
static bool find_runs(const struct model *m, size_t base, size_t first, size_t len, uint8_t least,
		      struct dispute *bytes)
{
	for (size_t i = first, n; i < first + len; i += n ? n : 1) {
		for (n = 0; i + n < first + len && m->unwritten[base + i + n] >= least; n++)
			;
		for (size_t k = 0; k < n && (!m->plain || n >= LEAST_RUN); k++)
			dispute_byte(bytes, i + k);
	}
	return bytes->bytes;
}

bool model_reads_unwritten(const struct model *m, size_t at, size_t len, struct dispute *bytes)
{
	return find_runs(m, 0, at, len, AWAITED, bytes);
}

bool model_shows_unwritten(const struct model *m, const struct object *o, size_t first,
			   size_t len, struct dispute *bytes)
{
	return o->at != NOWHERE && find_runs(m, o->at, first, len, NEVER, bytes);
}

void model_given(const struct model *m, const struct object *o, size_t first, size_t len,
		 struct expect *e)
{
	struct dispute bytes = { 0 };

	if (!e->check && model_shows_unwritten(m, o, first, len, &bytes))
		expect_bytes(e, "uninitialised-to-device", &bytes);
}
