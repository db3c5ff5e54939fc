// SPDX-License-Identifier: MIT
/* The model's accesses of CPU and devices, and the bytes that they must bring. */
#include "model.h"

#include <string.h>

/* Bytes concerned by the report: how many, and from the first to the last. */
static void expect_bytes(struct expect *e, const char *check, const struct dispute *d)
{
	expect(e, check);
	e->bytes = d->bytes;
	e->span = d->last - d->first + 1;
}

static void expect_dispute(struct expect *e, const struct dispute *d, bool through_cache)
{
	expect_bytes(e, d->lost_cpu ? "lost-cpu-write" : d->lost_device ? "lost-device-write" :
		     through_cache ? "stale-cpu-read" : "stale-device-read", d);
}

/* Page by page: is its memory used through the cache? */
static bool is_cached(const struct model *m, size_t at)
{
	return !m->bypass[at / 4096];
}

static size_t rest_of_page(size_t at, size_t end)
{
	size_t page_end = (at / 4096 + 1) * 4096;

	return (end < page_end ? end : page_end) - at;
}

/* ------------------------------------------------------------------ data */

/* What a read brought must be what was stored last, where that is not disputed. */
static void compare_bytes(const struct model *m, const struct outcome *o, size_t at, size_t len,
			  bool through_cache, struct expect *e)
{
	for (size_t i = 0; o->bytes && i < len; i++) {
		size_t here = at + i;

		if (m->known[here] &&
		    !disputed(m, through_cache && is_cached(m, here), here, 1).bytes &&
		    o->bytes[i] != m->value[here])
			e->wrong = "the bytes that were stored last";
	}
}

static void store_bytes(struct model *m, const struct call *c, size_t at, size_t len)
{
	model_touch(m, at, len);
	memset(m->known + at, 1, len);
	memset(m->value + at, c->value, len);
}

static bool all_bytes_are(const struct outcome *o, size_t from, size_t to, uint8_t value)
{
	for (size_t i = from; o->bytes && i < to; i++)
		if (o->bytes[i] != value)
			return false;
	return true;
}

/* ------------------------------------------------------------------- CPU */

/* A byte that this pointer may not touch: free, or given out in another way. */
static bool dangles(const struct model *m, size_t at, size_t len, bool uncached)
{
	for (size_t i = at; i < at + len; i++) {
		bool right = uncached ? m->uncached_now[i / 4096] : is_cached(m, i);

		if (!m->allocated[i] || (!machine_is_coherent(m) && !right))
			return true;
	}
	return false;
}

/* Does a device own bytes that the CPU may not load, or store? */
static bool device_owns(const struct model *m, size_t at, size_t len, bool store,
			struct dispute *bytes)
{
	unsigned objects = 0;

	for (unsigned i = 0; i < m->nr_objects; i++) {
		const struct object *o = &m->object[i];
		size_t before = bytes->bytes;

		if (!o->live || !moves_by_sync(o) || (!store && o->dir == DMA_TO_DEVICE))
			continue;
		for (size_t k = 0; k < o->size; k++)
			if (o->device_owns[k] && o->at + k >= at && o->at + k < at + len)
				dispute_byte(bytes, o->at + k);
		objects += bytes->bytes != before;
	}
	if (!objects)
		return false;
	if (objects > 1) /* the report is about one of them */
		*bytes = (struct dispute){ .first = 1 };
	return true;
}

static void cpu_reads(struct model *m, size_t at, size_t len, bool uncached, struct expect *e)
{
	struct dispute d = { 0 }, owned = { 0 };

	if (!uncached)
		d = disputed(m, true, at, len);
	if (dangles(m, at, len, uncached))
		expect(e, "cpu-use-after-free");
	else if (d.bytes)
		expect_dispute(e, &d, true);
	else if (!uncached && device_owns(m, at, len, false, &owned))
		expect_bytes(e, "cpu-read-device-owned", &owned);
	for (size_t i = at; i < at + len; i += rest_of_page(i, at + len))
		if (!uncached && is_cached(m, i))
			cpu_loads(m, i, rest_of_page(i, at + len));
}

static void cpu_writes(struct model *m, size_t at, size_t len, bool uncached, struct expect *e)
{
	struct dispute victims = { 0 }, owned = { 0 };

	for (size_t i = at; i < at + len; i += rest_of_page(i, at + len)) {
		if (!uncached && is_cached(m, i))
			cpu_stores(m, i, rest_of_page(i, at + len), &victims);
		else
			bus_stores(m, i, rest_of_page(i, at + len), &victims);
	}
	if (dangles(m, at, len, uncached))
		expect(e, "cpu-use-after-free");
	else if (!uncached && device_owns(m, at, len, true, &owned))
		expect_bytes(e, "cpu-write-device-owned", &owned);
	else if (victims.held)
		expect_bytes(e, "shared-cache-line", &victims);
}

void model_cpu(struct model *m, const struct call *c, const struct outcome *o, struct expect *e)
{
	size_t at, len = c->size;
	enum view view = model_view(m, c->cpu, &at);
	bool store = c->kind == CPU_WRITE, uncached = view == UNCACHED;

	if (model_in_vmalloc(m, c->cpu))
		model_cpu_vmalloc(m, c, o, e);
	if (!len || view == NO_VIEW)
		return;
	if (view == COOKIE) {
		expect(e, "handle-dereference");
		if (!store && !all_bytes_are(o, 0, len, 0))
			e->wrong = "zeroes";
		return;
	}
	if (len > m->ram - at)
		len = m->ram - at;
	if (store) {
		cpu_writes(m, at, len, uncached, e);
		store_bytes(m, c, at, len);
		return;
	}
	/* Before the load changes what is known. */
	compare_bytes(m, o, at, len, !uncached, e);
	if (!all_bytes_are(o, len, c->size, 0))
		e->wrong = "zeroes past the end of memory";
	cpu_reads(m, at, len, uncached, e);
}

/* --------------------------------------------------------------- devices */

static bool holds(const struct object *o, size_t at, size_t len)
{
	return at >= o->at && at - o->at < o->size && len <= o->size - (at - o->at);
}

/* What is wrong with the access, were it to this object; NULL: nothing. */
static const char *complaint(const struct object *o, const struct call *c, size_t at,
			     struct dispute *bytes)
{
	bool store = c->kind == DEVICE_WRITE;

	*bytes = (struct dispute){ 0 };
	if (!moves_by_sync(o))
		return NULL;
	if (o->dir == (store ? DMA_TO_DEVICE : DMA_FROM_DEVICE)) {
		*bytes = (struct dispute){ .bytes = c->size, .last = c->size - 1 };
		return store ? "device-write-read-only" : "device-read-write-only";
	}
	for (size_t i = at - o->at; i < at - o->at + c->size; i++)
		if (!o->device_owns[i])
			dispute_byte(bytes, i);
	if (bytes->bytes)
		return store ? "device-write-cpu-owned" : "device-read-cpu-owned";
	return NULL;
}

/*
 * The device needs one object that allows it. If there is none, the one that it is
 * about: a mapping before its memory, the latest mapping first.
 */
static const struct object *object_for(const struct model *m, const struct call *c, size_t at)
{
	const struct object *found = NULL;
	struct dispute bytes;

	for (int mappings = 1; mappings >= 0; mappings--) {
		for (unsigned i = m->nr_objects; i-- > 0;) {
			const struct object *o = &m->object[i];

			if (!o->live || is_plain(o) || o->kind == POOL_MEMORY || (o->kind == MAPPING) != mappings ||
			    !belongs_to(m, o, c->device) || !holds(o, at, c->size))
				continue;
			if (!complaint(o, c, at, &bytes))
				return o;
			if (!found)
				found = o;
		}
	}
	return found;
}

static bool starts_in_object(const struct model *m, const struct call *c, size_t at)
{
	for (unsigned i = 0; i < m->nr_objects; i++) {
		const struct object *o = &m->object[i];

		if (o->live && (o->kind == MAPPING || o->kind == POOL_BLOCK) &&
		    belongs_to(m, o, c->device) && holds(o, at, 1))
			return true;
	}
	return false;
}

static const char *stray(const struct model *m, const struct call *c, size_t at)
{
	const char *check = "device-out-of-bounds";
	const struct object *memory = at == NOWHERE ? NULL : model_pool_memory_at(m, at);

	if (memory && belongs_to(m, memory, c->device))
		return !starts_in_object(m, c, at) && model_block_was(m, at) ?
			"device-use-after-unmap" : check;
	for (unsigned i = 0; i < m->nr_objects; i++) {
		const struct object *o = &m->object[i];

		if (is_plain(o) || !belongs_to(m, o, c->device) || o->kind == POOL_BLOCK)
			continue;
		if (o->live && at != NOWHERE && holds(o, at, 1))
			return "device-out-of-bounds";
		if (!o->live && o->released + REMEMBERED > m->nr_released &&
		    c->dma - o->dma < o->size)
			check = "device-use-after-unmap";
	}
	return check;
}

static void device_reads(struct model *m, const struct call *c, const struct outcome *o,
			 const struct object *obj, size_t at, struct expect *e)
{
	bool snoops = m->device[c->device].snoops && is_cached(m, at);
	struct dispute d = disputed(m, snoops, at, c->size), bytes;
	const char *wrong = obj ? complaint(obj, c, at, &bytes) : NULL;

	if (d.bytes)
		expect_dispute(e, &d, snoops);
	else if (wrong)
		expect_bytes(e, wrong, &bytes);
	compare_bytes(m, o, at, c->size, snoops, e);
	for (size_t i = at; i < at + c->size; i += rest_of_page(i, at + c->size))
		if (m->device[c->device].snoops && is_cached(m, i))
			cpu_loads(m, i, rest_of_page(i, at + c->size));
}

static void device_writes(struct model *m, const struct call *c, const struct object *obj,
			  size_t at, struct expect *e)
{
	struct dispute victims = { 0 }, bytes;
	const char *wrong = obj ? complaint(obj, c, at, &bytes) : NULL;

	for (size_t i = at; i < at + c->size; i += rest_of_page(i, at + c->size)) {
		if (m->device[c->device].snoops && is_cached(m, i))
			cpu_stores(m, i, rest_of_page(i, at + c->size), &victims);
		else
			bus_stores(m, i, rest_of_page(i, at + c->size), &victims);
	}
	if (wrong)
		expect_bytes(e, wrong, &bytes);
	else if (victims.bytes)
		expect_bytes(e, "shared-cache-line", &victims);
	store_bytes(m, c, at, c->size);
}

void model_bus(struct model *m, const struct call *c, const struct outcome *o, struct expect *e)
{
	const struct object *obj = NULL;
	bool read = c->kind == DEVICE_READ, goes_ahead;
	size_t at;

	if (!is_device(m, c->device)) {
		expect(e, "no-device");
		goes_ahead = false;
	} else if (!c->size) {
		goes_ahead = false;
	} else {
		at = model_dma_to_ram(m, c->device, c->dma);
		goes_ahead = at != NOWHERE && c->size <= model_bank_left(m, at);
		if (goes_ahead && m->level == FULL)
			obj = object_for(m, c, at);
		if (m->level == FULL && !obj) {
			expect(e, stray(m, c, at));
			goes_ahead = false;
		}
	}
	if (o->result != (goes_ahead || !c->size ? 0 : -EFAULT))
		e->wrong = goes_ahead || !c->size ? "0" : "-EFAULT";
	if (!goes_ahead) {
		if (read && !all_bytes_are(o, 0, MAX_ACCESS, UNREAD))
			e->wrong = "nothing moved";
	} else if (read) {
		device_reads(m, c, o, obj, at, e);
	} else {
		device_writes(m, c, obj, at, e);
	}
}

/* ----------------------------------------------------------------- pages */

void model_virt_to_page(struct model *m, const struct call *c, const struct outcome *o,
			struct expect *e)
{
	size_t at;
	enum view view = model_view(m, c->cpu, &at);

	if (view == NO_VIEW) {
		if (o->page)
			e->wrong = "NULL";
		return;
	}
	if (view == CACHED)
		for (unsigned i = 0; i < m->nr_objects; i++) {
			const struct object *obj = &m->object[i];

			if (obj->live && (is_coherent_memory(obj) || obj->kind == HANDLE) &&
			    at >= obj->at && at - obj->at < obj->room)
				expect(e, "page-of-coherent");
		}
	else
		expect(e, "page-of-coherent");
	if (view == COOKIE) {
		if (o->page)
			e->wrong = "NULL";
	} else if (!o->page || (uintptr_t)o->cpu != m->cached + at / 4096 * 4096) {
		e->wrong = "the page that the address lies in";
	}
}
