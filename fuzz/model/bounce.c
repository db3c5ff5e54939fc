// SPDX-License-Identifier: MIT
/*
 * The model's bounce buffer. A mapping has a copy of its memory at the end of RAM, and
 * nothing moves but by the calls that copy. So it is known of every byte of RAM which
 * store it has, and of every byte of the driver's memory which store was the latest to
 * it, by whatever way. A load is wrong when it brings another one than the latest: that
 * is what a machine without copies would have brought.
 */
#include "model.h"

#include <string.h>

#define SLOT_BYTES 2048ul
#define SET_BYTES  (128 * SLOT_BYTES)

/* An eighth of RAM, in whole sets if that makes one. */
size_t bounce_pool(const struct model *m)
{
	size_t size = m->ram / 8 / 4096 * 4096;

	if (!machine_bounces(m))
		return m->ram;
	if (size > SET_BYTES)
		size = size / SET_BYTES * SET_BYTES;
	return m->ram - size;
}

static size_t copy_of(const struct model *m, const struct object *o)
{
	return model_place_to_ram(m, o->place);
}

static u64 pad_of(const struct model *m, const struct call *c, const struct object *obj)
{
	return model_ram_to_phys(m, obj->at) & m->device[c->device].min_align & (SLOT_BYTES - 1);
}

/* Is any byte of these slots some mapping's? */
static bool is_taken(const struct model *m, size_t from, size_t to)
{
	for (unsigned i = 0; i < m->nr_objects; i++) {
		const struct object *o = &m->object[i];
		size_t first, end;

		if (!o->live || !o->bounced)
			continue;
		first = copy_of(m, o) / SLOT_BYTES * SLOT_BYTES;
		end = (copy_of(m, o) + o->size + SLOT_BYTES - 1) / SLOT_BYTES * SLOT_BYTES;
		if (first < to && from < end)
			return true;
	}
	return false;
}

/* May a copy of the mapping begin in this slot? */
static bool slot_is_good(const struct model *m, const struct call *c, const struct object *obj,
			 size_t slot)
{
	const struct model_device *d = &m->device[c->device];
	u64 pad = pad_of(m, c, obj), whole = d->min_align & ~(SLOT_BYTES - 1);
	size_t end = (slot + pad + obj->size + SLOT_BYTES - 1) / SLOT_BYTES * SLOT_BYTES;
	u64 phys = model_ram_to_phys(m, slot), memory = model_ram_to_phys(m, obj->at);
	u64 first = phys + pad, last = first + obj->size - 1;
	u64 limit = model_bus_limit(d, false);

	if (end > m->ram || is_taken(m, slot, end))
		return false;
	/* Inside of one set. */
	if ((slot - bounce_pool(m)) / SET_BYTES != (end - 1 - bounce_pool(m)) / SET_BYTES)
		return false;
	if ((phys ^ memory) & whole)
		return false;
	if (!d->min_align && obj->size >= 4096 && phys % 4096)
		return false;
	if (d->boundary && ((first ^ last) & ~d->boundary))
		return false;
	if (!d->window)
		return last <= limit;
	return last - WINDOW_CPU < d->window && last - WINDOW_CPU + WINDOW_DMA <= limit;
}

bool bounce_has_room(const struct model *m, const struct call *c, const struct object *obj)
{
	for (size_t slot = bounce_pool(m); slot < m->ram; slot += SLOT_BYTES)
		if (slot_is_good(m, c, obj, slot))
			return true;
	return false;
}

/* How many mappings have a copy of the byte? */
static unsigned copies_of(const struct model *m, size_t at)
{
	unsigned n = 0;

	for (unsigned i = 0; i < m->nr_objects; i++)
		n += m->object[i].live && m->object[i].bounced && touches(&m->object[i], at, 1);
	return n;
}

/* ---------------------------------------------------------------- copying */

static void copy_byte(struct model *m, size_t from, size_t to)
{
	m->has[to] = m->has[from];
	m->known[to] = m->known[from];
	m->value[to] = m->value[from];
}

static void copy_bytes(struct model *m, size_t from, size_t to, size_t len)
{
	model_touch(m, from, len);
	model_touch(m, to, len);
	for (size_t i = 0; i < len; i++)
		copy_byte(m, from + i, to + i);
}

/*
 * After model_add(). Whatever the direction: a device that writes little must not
 * uncover old bytes.
 */
void bounce_mapped(struct model *m, const struct object *o)
{
	copy_bytes(m, o->at, copy_of(m, o), o->size);
	for (size_t i = o->at; i < o->at + o->size; i++)
		m->shared[i] |= copies_of(m, i) > 1;
}

void bounce_hand_over(struct model *m, const struct object *o, size_t first, size_t len,
		      bool to_device, int dir)
{
	size_t memory = o->at + first, copy = copy_of(m, o) + first;

	if (to_device && dir != DMA_FROM_DEVICE)
		copy_bytes(m, memory, copy, len);
	if (!to_device && dir != DMA_TO_DEVICE)
		copy_bytes(m, copy, memory, len);
}

/*
 * A store to the driver's bytes from @at on, of which the bytes from @copy on have it:
 * the memory itself, or the copy of a mapping.
 */
void bounce_stored(struct model *m, size_t at, size_t copy, size_t len, bool by_device)
{
	m->clock++;
	model_touch(m, at, len);
	model_touch(m, copy, len);
	for (size_t i = 0; i < len; i++) {
		m->latest[at + i] = m->has[copy + i] = m->clock;
		m->by_device[at + i] = by_device;
		m->shared[at + i] = copies_of(m, at + i) > 1;
	}
}

/* ---------------------------------------------------------------- looking */

static bool anybody_has(const struct model *m, size_t at)
{
	if (m->has[at] == m->latest[at])
		return true;
	for (unsigned i = 0; i < m->nr_objects; i++) {
		const struct object *o = &m->object[i];

		if (o->live && o->bounced && touches(o, at, 1) &&
		    m->has[copy_of(m, o) + (at - o->at)] == m->latest[at])
			return true;
	}
	return false;
}

/*
 * Bytes of the driver's memory from @at on, loaded from @copy on. @open: with several
 * copies of a byte, whether a value is lost or only elsewhere depends on who is asked.
 */
struct dispute bounce_disputed(const struct model *m, size_t at, size_t copy, size_t len,
			       bool *open)
{
	struct dispute d = { 0 };

	*open = false;
	for (size_t i = 0; i < len; i++) {
		if (m->has[copy + i] == m->latest[at + i])
			continue;
		dispute_byte(&d, at + i);
		*open |= m->shared[at + i];
		if (!anybody_has(m, at + i)) {
			d.lost_device |= m->by_device[at + i];
			d.lost_cpu |= !m->by_device[at + i];
		}
	}
	return d;
}
