// SPDX-License-Identifier: MIT
/*
 * The model's loads and stores of C. A store is one that was told, but for this: it happens
 * when a call finds it, which is before that call does anything; and bytes that were there
 * already were not stored.
 *
 * There is one at a time. The target has a call look for it where the next one does not.
 */
#include "inside.h"

/* Does the CPU find there what this view shows? */
static bool is_in_use(const struct model *m, size_t at, size_t len, bool uncached)
{
	for (size_t here = at; here < at + len; here += rest_of_page(here, at + len))
		if ((!machine_is_coherent(m) && frame_at(m, here)->bypass) != uncached)
			return false;
	return true;
}

/*
 * Through an address that is not in use nobody looks. The bounce buffer is nobody's, and a
 * cookie is no address at all.
 */
bool model_allows_plain(const struct model *m, const struct call *c)
{
	size_t at;
	enum view view = model_view(m, c->cpu, &at);

	if (!m->plain || m->level == OFF || !c->size || (view != CACHED && view != UNCACHED))
		return false;
	if (c->size > MAX_ACCESS || c->size > m->ram - at)
		return false;
	if (machine_bounces(m) && at + c->size > bounce_pool(m))
		return false;
	return is_in_use(m, at, c->size, view == UNCACHED);
}

static void plain_store(struct model *m, const struct call *c, const struct outcome *o,
			size_t at, bool uncached)
{
	struct store *s = &m->store;

	s->any = memchr(o->bytes, 1, c->size);
	s->at = at;
	s->len = c->size;
	s->uncached = uncached;
	s->value = c->value;
	memcpy(s->changed, o->bytes, c->size);
}

/* Nobody sees it, and where no caches disagree it must bring what was stored last. */
static void plain_load(const struct model *m, const struct outcome *o, size_t at, size_t len,
		       bool uncached, struct expect *e)
{
	bool certain = uncached || machine_bounces(m);

	for_each_set(l, m, at, len, known) {
		u64 sure = certain ? l.mask : l.mask & ~disputed_mask(m, l.unit, true, l.base);

		if (model_brought_others(&l, sure, o->bytes, at))
			e->wrong = "the bytes that were stored last";
	}
}

void model_plain(struct model *m, const struct call *c, const struct outcome *o,
		 struct expect *e)
{
	size_t at;
	bool uncached = model_view(m, c->cpu, &at) == UNCACHED;

	if (c->kind == PLAIN_WRITE)
		plain_store(m, c, o, at, uncached);
	else
		plain_load(m, o, at, c->size, uncached, e);
}

bool model_awaits(const struct model *m, struct call *look)
{
	look->cpu = (void *)(m->cached + m->store.at);
	look->size = m->store.len;
	return m->store.any;
}

/* ---------------------------------------------------------------- finding */

/* Looking at these bytes is looking at all of their granules. */
static bool covers(const struct model *m, size_t at, size_t len)
{
	size_t granule = machine_line(m) > 64 ? machine_line(m) : 64;
	const struct store *s = &m->store;

	return at / granule * granule <= s->at &&
	       (at + len + granule - 1) / granule * granule >= s->at + s->len;
}

static bool object_finds(const struct model *m, const struct object *o, u64 place, size_t len)
{
	return o && o->at != NOWHERE && covers(m, o->at + (place - o->place), len);
}

static bool device_finds(const struct model *m, const struct call *c)
{
	const struct object *o;
	u64 place;

	if (m->level != FULL || !is_device(m, c->device) || !c->size)
		return false;
	place = model_place(m, c->device, c->dma);
	o = model_object_for(m, c, place);
	return o && holds(o, place, c->size) && object_finds(m, o, place, c->size);
}

static bool sync_finds(struct model *m, const struct call *c)
{
	u64 place;

	if (!is_device(m, c->device) || !good_direction(c->dir) || !c->size)
		return false;
	place = model_call_place(m, c);
	return object_finds(m, model_synced(m, c, place), place, c->size);
}

/* The one object that a right release is about, or NULL. */
static const struct object *released(const struct model *m, const struct call *c)
{
	const struct object *o, *found = NULL;

	if (c->kind == KFREE) {
		o = model_plain_at(m, c->cpu);
		return o && o->kind == KMALLOCED ? o : NULL;
	}
	for_each_near(o, m, by_dma, c->dma, 1) {
		if (o->kind != MAPPING || o->list || !belongs_to(m, o, c->device) ||
		    o->dma != c->dma || o->size != c->size || o->dir != c->dir)
			continue;
		if (found)
			return NULL;
		found = o;
	}
	return found;
}

/* A mapping that is made, as far as can be known before: of memory, and with no errors. */
static bool map_finds(const struct model *m, const struct call *c)
{
	size_t at;

	return c->form == SINGLE && c->number == FOREIGN_NONE && is_device(m, c->device) &&
	       m->device[c->device].mask == MASK_OWN && m->device[c->device].own_mask &&
	       good_direction(c->dir) && c->size &&
	       !c->attrs && !m->fail_nth && !m->fail_every &&
	       model_view(m, c->cpu, &at) == CACHED && c->size <= m->ram - at &&
	       covers(m, at, c->size);
}

/* Does this call look at all that was stored? If not, none of it may be its business. */
bool model_finds(struct model *m, const struct call *c)
{
	const struct object *o;
	size_t at;
	enum view view;

	switch (c->kind) {
	case SYNC_FOR_DEVICE:
	case SYNC_FOR_CPU:
		return m->level == FULL && sync_finds(m, c);
	case UNMAP:
	case KFREE:
		o = m->level == FULL ? released(m, c) : NULL;
		return o && object_finds(m, o, o->place, o->size);
	case MAP:
		return m->level == FULL && map_finds(m, c);
	case CPU_READ:
	case CPU_WRITE:
	case EVICT:
		view = model_view(m, c->cpu, &at);
		return (view == CACHED || (view == UNCACHED && c->kind != EVICT)) && c->size &&
		       covers(m, at, c->size < m->ram - at ? c->size : m->ram - at);
	case DEVICE_READ:
	case DEVICE_WRITE:
		return device_finds(m, c);
	default:
		return false;
	}
}

/* Of a handle: it has no pointer, but user space may have the memory. */
static bool is_in_user_space(const struct model *m, size_t at)
{
	const struct object *o;

	for_each_near(o, m, by_ram, at, 1)
		if (o->kind == HANDLE && o->in_user_space && at - o->at < o->block)
			return true;
	return false;
}

static void add_found(const struct model *m, struct expect *e, const struct expect *run)
{
	if (!run->check || !model_wants(m, run->check))
		return;
	for (unsigned i = 0; i < e->nr_found; i++)
		if (strcmp(e->found[i], run->check) == 0)
			return;
	if (!e->nr_found)
		e->found_rule = run->rule;
	e->found[e->nr_found++] = run->check;
	e->found_bytes = run->bytes;
	e->found_span = run->span;
}

/* How many bytes from @i on are alike: stored, or there already. */
static size_t run_from(const struct store *s, size_t i)
{
	const uint8_t *end = memchr(s->changed + i, !s->changed[i], s->len - i);

	return end ? (size_t)(end - (s->changed + i)) : s->len - i;
}

/* Each run of bytes is a store. */
void model_find(struct model *m, struct expect *e)
{
	struct store *s = &m->store;
	unsigned runs = 0;

	for (size_t i = 0, n; i < s->len; i += n) {
		n = run_from(s, i);
		if (s->changed[i])
			cpu_overwrites(m, s->at + i, n);
	}
	for (size_t i = 0, n; i < s->len; i += n) {
		struct expect run = { 0 };

		n = run_from(s, i);
		if (!s->changed[i])
			continue;
		model_cpu_stores(m, s->at + i, n, s->uncached, &run);
		model_store_bytes(m, s->value, s->at + i, n);
		if (!s->uncached || !is_in_user_space(m, s->at + i))
			add_found(m, e, &run);
		runs++;
	}
	if (runs > 1)
		e->found_bytes = 0;
	s->any = false;
}
