// SPDX-License-Identifier: MIT
/* The model's accesses of devices: which object allows one, and what is wrong with it. */
#include "inside.h"

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
	if (is_plain(o) || o->kind == POOL_MEMORY || !holds(o, place, 1))
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
		owner_bytes(m, p.o, p.first, p.len, false, 0, bytes);
	} while (!bytes->bytes && next_part(m, &p, c->size));
	if (bytes->bytes)
		return store ? "device-write-cpu-owned" : "device-read-cpu-owned";
	return NULL;
}

/* Is it thought of later: memory behind its mappings, an older mapping behind a newer one? */
static bool is_earlier(const struct object *o, const struct object *found)
{
	if ((o->kind == MAPPING) != (found->kind == MAPPING))
		return found->kind == MAPPING;
	return o->nr < found->nr;
}

/*
 * The device needs one object that allows it. If there is none, the one that it is
 * about: a mapping before its memory, the latest mapping first.
 */
const struct object *model_object_for(const struct model *m, const struct call *c, u64 place)
{
	const struct object *o, *found = NULL;
	bool good = false, is_good;
	struct dispute bytes;

	for_each_near(o, m, by_place, place, 1) {
		if (!belongs_to(m, o, c->device) || !holds_all(m, o, place, c->size))
			continue;
		is_good = !complaint(m, o, c, place, &bytes);
		if (found && (is_good != good ? good : is_earlier(o, found)))
			continue;
		found = o;
		good = is_good;
	}
	return found;
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

	if (rest.bytes)
		rest.bytes += p->done;
	if (p->o->at == NOWHERE) {
		if (!model_brought(&rest, 0, p->len, 0xff))
			e->wrong = "ones, as where nobody answers";
		return d;
	}
	if (machine_bounces(m))
		d = bounce_disputed(m, at, data_of(m, p->o, p->first), p->len, open);
	else
		d = disputed(m, snoops && model_is_cached(m, at), at, p->len);
	model_compare(m, &rest, data_of(m, p->o, p->first), p->len, snoops, e);
	for (size_t i = at; i < at + p->len; i += rest_of_page(i, at + p->len))
		if (snoops && model_is_cached(m, i))
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
	bool cached = obj->at != NOWHERE && model_snoops(m, c->device) && !machine_bounces(m) &&
		      model_is_cached(m, obj->at);
	struct part p;

	first_part(&p, obj, place, c->size);
	do {
		part = device_reads_part(m, c, o, &p, &open, e);
		/* One entry is judged after the other, and the first report is the only one. */
		if (!told && !d.bytes)
			d = part;
		if (!told && !d.bytes && !wrong)
			told = shows_unwritten(m, &p, &shown);
		any_open |= open;
	} while (next_part(m, &p, c->size));
	e->about = obj->nr + 1;
	e->any_dispute = d.bytes && any_open;
	if (d.bytes)
		expect_bytes(e, model_dispute(&d, cached), &d);
	else if (wrong)
		expect_bytes(e, wrong, &bytes);
	else if (told)
		expect_bytes(e, "uninitialised-to-device", &shown);
	if (e->check && obj->at != NOWHERE)
		model_sees(m, e, d.bytes ? d.first : obj->at + (wrong ? bytes.first : shown.first));
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
		if (model_snoops(m, c->device) && model_is_cached(m, i))
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
	e->about = obj->nr + 1;
	if (wrong)
		expect_bytes(e, wrong, &bytes);
	else if (victims.bytes)
		expect_bytes(e, "shared-cache-line", &victims);
	if (victims.bytes)
		model_sees(m, e, victims.first);
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

/*
 * Nobody looks: a page of the bus is there or not, and lets the device in or not. Where the
 * bytes up to the end of the page are in RAM, or NOWHERE.
 */
static size_t way_to(const struct model *m, const struct call *c, dma_addr_t dma)
{
	u64 place = model_place(m, c->device, dma), page = place & -(u64)FRAME;
	const struct object *o, *first = NULL;

	if (!machine_translates(m))
		return model_place_to_ram(m, place);
	for_each_near(o, m, by_place, page, FRAME)
		if (!is_plain(o) && o->place / FRAME <= page / FRAME &&
		    (o->place + o->size - 1) / FRAME >= page / FRAME &&
		    (!first || o->nr < first->nr))
			first = o;
	return !first || first->at == NOWHERE || model_is_barred(m, c, first) ? NOWHERE :
	       first->at + (place - first->place);
}

/* Bytes of one page. */
static void access_unjudged(struct model *m, const struct call *c, const struct outcome *o,
			    size_t at, size_t len, struct expect *e)
{
	bool cached = model_snoops(m, c->device) && model_is_cached(m, at);

	if (c->kind == DEVICE_READ) {
		model_compare(m, o, at, len, model_snoops(m, c->device), e);
		if (cached)
			cpu_loads(m, at, len);
		return;
	}
	if (cached)
		snooped_stores(m, at, len, NULL);
	else
		bus_stores(m, at, len, NULL);
	model_store_bytes(m, c->value, at, len);
}

static bool unjudged_access(struct model *m, const struct call *c, const struct outcome *o,
			    struct expect *e)
{
	struct outcome rest = *o;
	size_t n;

	for (size_t i = 0; i < c->size; i += n) {
		n = rest_of_page(c->dma + i, c->dma + c->size);
		if (way_to(m, c, c->dma + i) == NOWHERE)
			return false;
	}
	for (size_t i = 0; i < c->size; i += n) {
		n = rest_of_page(c->dma + i, c->dma + c->size);
		rest.bytes = o->bytes ? o->bytes + i : NULL;
		access_unjudged(m, c, &rest, way_to(m, c, c->dma + i), n, e);
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
	if (!goes_ahead && c->kind == DEVICE_READ && !model_brought(o, 0, MAX_ACCESS, UNREAD))
		e->wrong = "nothing moved";
}
