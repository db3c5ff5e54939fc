// SPDX-License-Identifier: MIT
/* The model's accesses of CPU and devices, and the bytes that they must bring. */
#include "model.h"

#include <string.h>

/* Bytes concerned by the report: how many, and from the first to the last. */
static void expect_dispute(struct expect *e, const struct dispute *d, bool through_cache,
			   bool open)
{
	expect_bytes(e, d->lost_cpu ? "lost-cpu-write" : d->lost_device ? "lost-device-write" :
		     through_cache ? "stale-cpu-read" : "stale-device-read", d);
	e->any_dispute = open;
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

		/* With copies it is always certain what is where. */
		if (m->known[here] && machine_bounces(m) && o->bytes[i] != m->value[here])
			e->wrong = "the bytes that are there";
		else if (m->known[here] && !machine_bounces(m) &&
		    !disputed(m, through_cache && is_cached(m, here), here, 1).bytes &&
		    o->bytes[i] != m->value[here])
			e->wrong = "the bytes that were stored last";
	}
}

void model_store_bytes(struct model *m, uint8_t value, size_t at, size_t len)
{
	model_touch(m, at, len);
	model_written(m, at, len);
	memset(m->known + at, 1, len);
	memset(m->value + at, value, len);
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

		if (!o->live || !moves_by_sync(o) || !touches(o, at, len) ||
		    (!store && o->dir == DMA_TO_DEVICE))
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
	struct dispute d = { 0 }, owned = { 0 }, unwritten = { 0 };
	bool open = false;

	if (machine_bounces(m))
		d = bounce_disputed(m, at, at, len, &open);
	else if (!uncached)
		d = disputed(m, true, at, len);
	if (dangles(m, at, len, uncached))
		expect(e, "cpu-use-after-free");
	else if (d.bytes)
		expect_dispute(e, &d, true, open);
	else if (!uncached && device_owns(m, at, len, false, &owned))
		expect_bytes(e, "cpu-read-device-owned", &owned);
	else if (model_reads_unwritten(m, at, len, &unwritten))
		expect_bytes(e, "unwritten-read", &unwritten);
	for (size_t i = at; i < at + len; i += rest_of_page(i, at + len))
		if (!uncached && is_cached(m, i))
			cpu_loads(m, i, rest_of_page(i, at + len));
}

/* The bounce buffer is nobody's memory: what is stored there by accident is anything. */
static void spoil_copies(struct model *m, size_t at, size_t len)
{
	for (size_t i = at; machine_bounces(m) && i < at + len; i++)
		if (i >= bounce_pool(m))
			m->known[i] = false;
}

void model_cpu_stores(struct model *m, size_t at, size_t len, bool uncached, struct expect *e)
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
		model_cpu_stores(m, at, len, uncached, e);
		model_store_bytes(m, c->value, at, len);
		spoil_copies(m, at, len);
		return;
	}
	/* Before the load changes what is known. */
	compare_bytes(m, o, at, len, !uncached, e);
	if (!all_bytes_are(o, len, c->size, 0))
		e->wrong = "zeroes past the end of memory";
	cpu_reads(m, at, len, uncached, e);
}

/* --------------------------------------------------------------- devices */

/* The bytes of an access that one object has: from @first in it on, @done are before. */
struct part {
	const struct object *o;
	size_t first, done, len;
};

static size_t first_part(struct part *p, const struct object *o, u64 place, size_t len)
{
	p->o = o;
	p->first = place - o->place;
	p->done = 0;
	p->len = len < o->size - p->first ? len : o->size - p->first;
	return p->len;
}

/* False: that was all. */
static bool next_part(const struct model *m, struct part *p, size_t len)
{
	p->done += p->len;
	if (p->done == len)
		return false;
	p->o = model_next_entry(m, p->o);
	p->first = 0;
	p->len = len - p->done < p->o->size ? len - p->done : p->o->size;
	return true;
}

/* Is all of the access in the object, or goes on in entries of the same list? */
static bool holds_all(const struct model *m, const struct object *o, u64 place, size_t len)
{
	if (!o->live || is_plain(o) || o->kind == POOL_MEMORY || !holds(o, place, 1))
		return false;
	while (!holds(o, place, len)) {
		len -= o->size - (place - o->place);
		place = o->place + o->size;
		o = model_next_entry(m, o);
		if (!o)
			return false;
	}
	return true;
}

/*
 * What is wrong with the access, were it to this object; NULL: nothing. Bytes are
 * counted in the first entry that has them.
 */
static const char *complaint(const struct model *m, const struct object *o,
			     const struct call *c, u64 place, struct dispute *bytes)
{
	bool store = c->kind == DEVICE_WRITE;
	struct part p;

	*bytes = (struct dispute){ 0 };
	if (!moves_by_sync(o))
		return NULL;
	first_part(&p, o, place, c->size);
	if (o->dir == (store ? DMA_TO_DEVICE : DMA_FROM_DEVICE)) {
		*bytes = (struct dispute){ .bytes = p.len, .last = p.len - 1 };
		return store ? "device-write-read-only" : "device-read-write-only";
	}
	do {
		for (size_t i = p.first; i < p.first + p.len; i++)
			if (!p.o->device_owns[i])
				dispute_byte(bytes, i);
	} while (!bytes->bytes && next_part(m, &p, c->size));
	if (bytes->bytes)
		return store ? "device-write-cpu-owned" : "device-read-cpu-owned";
	return NULL;
}

/*
 * The device needs one object that allows it. If there is none, the one that it is
 * about: a mapping before its memory, the latest mapping first.
 */
const struct object *model_object_for(const struct model *m, const struct call *c, u64 place)
{
	const struct object *found = NULL;
	struct dispute bytes;

	for (int mappings = 1; mappings >= 0; mappings--) {
		for (unsigned i = m->nr_objects; i-- > 0;) {
			const struct object *o = &m->object[i];

			if ((o->kind == MAPPING) != mappings || !belongs_to(m, o, c->device) ||
			    !holds_all(m, o, place, c->size))
				continue;
			if (!complaint(m, o, c, place, &bytes))
				return o;
			if (!found)
				found = o;
		}
	}
	return found;
}

static void dispute_all(struct dispute *all, const struct dispute *more)
{
	all->lost_cpu |= more->lost_cpu;
	all->lost_device |= more->lost_device;
	if (all->bytes || !more->bytes)
		return;
	all->bytes = more->bytes;
	all->first = more->first;
	all->last = more->last;
}

/* Where in RAM the device finds byte @first of the object. */
static size_t data_of(const struct model *m, const struct object *o, size_t first)
{
	return o->bounced ? model_place_to_ram(m, o->place + first) : o->at + first;
}

/* One object's part of it: what is disputed there, and what must have come. */
static struct dispute device_reads_part(struct model *m, const struct call *c,
					const struct outcome *o, const struct part *p,
					bool *open, struct expect *e)
{
	bool snoops = model_snoops(m, c->device);
	size_t at = p->o->at + p->first;
	struct outcome rest = *o;
	struct dispute d = { 0 };

	rest.bytes += p->done;
	if (p->o->at == NOWHERE) {
		if (!all_bytes_are(&rest, 0, p->len, 0xff))
			e->wrong = "ones, as where nobody answers";
		return d;
	}
	if (machine_bounces(m))
		d = bounce_disputed(m, at, data_of(m, p->o, p->first), p->len, open);
	else
		d = disputed(m, snoops && is_cached(m, at), at, p->len);
	compare_bytes(m, &rest, data_of(m, p->o, p->first), p->len, snoops, e);
	for (size_t i = at; i < at + p->len; i += rest_of_page(i, at + p->len))
		if (snoops && is_cached(m, i))
			cpu_loads(m, i, rest_of_page(i, at + p->len));
	return d;
}

/* What a read shows that no hand-over has shown, of memory that needs none or had none. */
static bool shows_unwritten(const struct model *m, const struct part *p, struct dispute *bytes)
{
	const struct object *o = p->o;

	if (moves_by_sync(o) && (o->synced || !(o->attrs & DMA_ATTR_SKIP_CPU_SYNC)))
		return false;
	return model_shows_unwritten(m, o, p->first, p->len, bytes);
}

static void device_reads(struct model *m, const struct call *c, const struct outcome *o,
			 const struct object *obj, u64 place, struct expect *e)
{
	struct dispute d = { 0 }, part, bytes, shown = { 0 };
	const char *wrong = complaint(m, obj, c, place, &bytes);
	bool open = false, any_open = false, told = false;
	struct part p;

	first_part(&p, obj, place, c->size);
	do {
		part = device_reads_part(m, c, o, &p, &open, e);
		/* One entry is judged after the other, and the first report is the only one. */
		if (!told)
			dispute_all(&d, &part);
		if (!told && !d.bytes && !wrong)
			told = shows_unwritten(m, &p, &shown);
		any_open |= open;
	} while (next_part(m, &p, c->size));
	if (d.bytes)
		expect_dispute(e, &d, model_snoops(m, c->device) && !machine_bounces(m) &&
			       is_cached(m, obj->at), any_open);
	else if (wrong)
		expect_bytes(e, wrong, &bytes);
	else if (told)
		expect_bytes(e, "uninitialised-to-device", &shown);
}

static void device_writes_part(struct model *m, const struct call *c, const struct part *p,
			       struct dispute *victims)
{
	size_t at = p->o->at + p->first, data;

	if (p->o->at == NOWHERE)
		return;
	data = data_of(m, p->o, p->first);
	if (machine_bounces(m))
		bounce_stored(m, at, data, p->len, true);
	for (size_t i = at; i < at + p->len && !machine_bounces(m);
	     i += rest_of_page(i, at + p->len)) {
		if (model_snoops(m, c->device) && is_cached(m, i))
			snooped_stores(m, i, rest_of_page(i, at + p->len), victims);
		else
			bus_stores(m, i, rest_of_page(i, at + p->len), victims);
	}
	model_written(m, at, p->len);
	model_store_bytes(m, c->value, data, p->len);
}

static void device_writes(struct model *m, const struct call *c, const struct object *obj,
			  u64 place, struct expect *e)
{
	struct dispute victims = { 0 }, bytes;
	const char *wrong = complaint(m, obj, c, place, &bytes);
	struct part p;

	first_part(&p, obj, place, c->size);
	do {
		device_writes_part(m, c, &p, &victims);
	} while (next_part(m, &p, c->size));
	if (wrong)
		expect_bytes(e, wrong, &bytes);
	else if (victims.bytes)
		expect_bytes(e, "shared-cache-line", &victims);
}

/* Behind an IOMMU a mapping is one way, and the other way is not even begun. */
bool model_is_barred(const struct model *m, const struct call *c, const struct object *o)
{
	return machine_translates(m) && moves_by_sync(o) &&
	       o->dir == (c->kind == DEVICE_WRITE ? DMA_TO_DEVICE : DMA_FROM_DEVICE);
}

/* False: it does not go ahead. */
static bool judged_access(struct model *m, const struct call *c, const struct outcome *o,
			  struct expect *e)
{
	u64 place = model_place(m, c->device, c->dma);
	const struct object *obj = model_object_for(m, c, place);
	struct dispute bytes;

	if (!obj) {
		expect(e, model_stray(m, c, place));
		return false;
	}
	if (model_is_barred(m, c, obj)) {
		const char *wrong = complaint(m, obj, c, place, &bytes);

		expect_bytes(e, wrong, &bytes);
		return false;
	}
	if (c->kind == DEVICE_READ)
		device_reads(m, c, o, obj, place, e);
	else
		device_writes(m, c, obj, place, e);
	return true;
}

/* Nobody looks: a page of the bus is there or not, and lets the device in or not. */
static size_t way_to(const struct model *m, const struct call *c, dma_addr_t dma, bool *other)
{
	u64 place = model_place(m, c->device, dma);

	*other = false;
	if (!machine_translates(m))
		return model_place_to_ram(m, place);
	for (unsigned i = 0; i < m->nr_objects; i++) {
		const struct object *o = &m->object[i];

		if (!o->live || is_plain(o) || o->place / 4096 > place / 4096 ||
		    (o->place + o->size - 1) / 4096 < place / 4096)
			continue;
		*other = o->at == NOWHERE;
		return *other || model_is_barred(m, c, o) ? NOWHERE : o->at + (place - o->place);
	}
	return NOWHERE;
}

static bool unjudged_access(struct model *m, const struct call *c, const struct outcome *o,
			    struct expect *e)
{
	struct outcome rest = *o;
	size_t at;
	bool other;

	for (size_t i = 0; i < c->size; i++)
		if (way_to(m, c, c->dma + i, &other) == NOWHERE)
			return false;
	for (size_t i = 0; i < c->size; i++, rest.bytes++) {
		struct dispute none = { 0 };

		at = way_to(m, c, c->dma + i, &other);
		if (c->kind == DEVICE_READ) {
			compare_bytes(m, &rest, at, 1, model_snoops(m, c->device), e);
			if (model_snoops(m, c->device) && is_cached(m, at))
				cpu_loads(m, at, 1);
			continue;
		}
		if (model_snoops(m, c->device) && is_cached(m, at))
			snooped_stores(m, at, 1, &none);
		else
			bus_stores(m, at, 1, &none);
		model_store_bytes(m, c->value, at, 1);
	}
	return true;
}

void model_bus(struct model *m, const struct call *c, const struct outcome *o, struct expect *e)
{
	bool goes_ahead = false;

	if (!is_device(m, c->device))
		expect(e, "no-device");
	else if (c->size && m->level == FULL)
		goes_ahead = judged_access(m, c, o, e);
	else if (c->size)
		goes_ahead = unjudged_access(m, c, o, e);
	if (o->result != (goes_ahead || !c->size ? 0 : -EFAULT))
		e->wrong = goes_ahead || !c->size ? "0" : "-EFAULT";
	if (!goes_ahead && c->kind == DEVICE_READ && !all_bytes_are(o, 0, MAX_ACCESS, UNREAD))
		e->wrong = "nothing moved";
}
