// SPDX-License-Identifier: MIT
/*
 * The model's memory as it is handed out: zeroed, or as its last owner left it. Whole pages of
 * zeroes are alike, whatever was there: they begin anew as one unit.
 */
#include "inside.h"

/* Of these bytes the first @known are known to be zeroes, and the others are anything. */
void model_knows_zeroes(struct model *m, size_t at, size_t len, size_t known)
{
	bytes_are(m, at, known, 0);
	bytes_are_unknown(m, at + known, len - known);
}

/* One page, of one owner or of none. What is the same for more of its bytes is the frame's. */
static void zero_page(struct model *m, size_t at, size_t known)
{
	u64 cached = machine_is_coherent(m) ? 0 : ALL_BYTES;
	struct frame *f = frame_of(m, at);

	f->own = 0;
	f->all = (struct unit){
		.allocated = f->all.allocated, .cpu = cached, .dirty = cached, .present = cached,
		.known = known > FRAME / 2 ? ALL_BYTES : 0,
	};
	if (known > FRAME / 2)
		bytes_are_unknown(m, at + known, FRAME - known);
	else
		bytes_are(m, at, known, 0);
}

/* The CPU stores zeroes through the cache, of which the first @known are promised. */
void model_zero(struct model *m, size_t at, size_t len, size_t known)
{
	if (at % FRAME || len % FRAME || machine_bounces(m) || frame_at(m, at)->uncached) {
		cpu_stores(m, at, len, NULL);
		model_knows_zeroes(m, at, len, known);
		return;
	}
	for (size_t i = 0; i < len; i += FRAME)
		zero_page(m, at + i, i < known ? min_size(known - i, FRAME) : 0);
}

/* Cached memory; zeroed, of which so many bytes are known to be, or as it was. */
void model_hand_out(struct model *m, const struct object *o, bool zeroed, size_t known)
{
	for (size_t at = o->at; at < o->at + o->room; at += rest_of_page(at, o->at + o->room))
		frame_of(m, at)->bypass = false;
	if (!zeroed)
		bytes_are_unknown(m, o->at, o->room);
	model_fresh(m, o->at, o->room);
	if (zeroed)
		model_zero(m, o->at, o->room, known);
}
