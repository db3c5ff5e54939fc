// SPDX-License-Identifier: MIT
/* The model's accesses of the CPU, and the bytes that any access must bring. */
#include "inside.h"

/* What a load of disputed bytes reports. */
const char *model_dispute(const struct dispute *d, bool through_cache)
{
	return d->lost_cpu ? "lost-cpu-write" : d->lost_device ? "lost-device-write" :
	       through_cache ? "stale-cpu-read" : "stale-device-read";
}

/* Page by page: is its memory used through the cache? */
bool model_is_cached(const struct model *m, size_t at)
{
	return !frame_at(m, at)->bypass;
}

/* ------------------------------------------------------------------ data */

bool model_brought_others(const struct looks *l, u64 sure, const uint8_t *bytes, size_t at)
{
	unsigned first, n;

	if (!sure)
		return false;
	first = __builtin_ctzll(sure);
	n = UNIT - __builtin_clzll(sure) - first;
	return other_bytes(bytes + (l->base + first - at), l->unit->value + first, n) << first & sure;
}

/* What a read brought must be what was stored last, where that is not disputed. */
void model_compare(const struct model *m, const struct outcome *o, size_t at, size_t len,
		   bool through_cache, struct expect *e)
{
	if (!o->bytes)
		return;
	for_each_set(l, m, at, len, known) {
		bool cached = through_cache && model_is_cached(m, l.base);
		u64 open = disputed_mask(m, l.unit, cached, l.base);

		/* With copies it is always certain what is where. */
		if (machine_bounces(m))
			open = 0;
		if (model_brought_others(&l, l.mask & ~open, o->bytes, at))
			e->wrong = machine_bounces(m) ? "the bytes that are there" :
				   "the bytes that were stored last";
	}
}

void model_store_bytes(struct model *m, uint8_t value, size_t at, size_t len)
{
	model_written(m, at, len);
	bytes_are(m, at, len, value);
}

bool model_brought(const struct outcome *o, size_t from, size_t to, uint8_t value)
{
	const uint8_t *bytes = o->bytes;

	if (!bytes || from >= to)
		return true;
	return bytes[from] == value && memcmp(bytes + from, bytes + from + 1, to - from - 1) == 0;
}

/* ------------------------------------------------------------------- CPU */

/* A byte that this pointer may not touch: free, or given out in another way. */
static bool dangles(const struct model *m, size_t at, size_t len, bool uncached, size_t *where)
{
	for (*where = at; *where < at + len; *where += rest_of_page(*where, at + len)) {
		bool right = uncached ? frame_at(m, *where)->uncached : model_is_cached(m, *where);

		if (!machine_is_coherent(m) && !right)
			return true;
	}
	for_each_clear(l, m, at, len, allocated) {
		*where = l.base + __builtin_ctzll(l.mask);
		return true;
	}
	return false;
}

/* Does a device own bytes that the CPU may not load, or store? */
static bool device_owns(const struct model *m, size_t at, size_t len, bool store,
			struct dispute *bytes, struct expect *e)
{
	const struct object *o;
	unsigned objects = 0;

	for_each_near(o, m, by_ram, at, len) {
		size_t before = bytes->bytes, first, end;

		if (!moves_by_sync(o) || !touches(o, at, len) ||
		    (!store && o->dir == DMA_TO_DEVICE))
			continue;
		first = at > o->at ? at - o->at : 0;
		end = min_size(o->size, at + len - o->at);
		owner_bytes(m, o, first, end - first, true, o->at, bytes);
		if (bytes->bytes == before)
			continue;
		objects++;
		e->about = o->nr + 1;
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
	size_t where = at;
	bool open = false, astray = dangles(m, at, len, uncached, &where);

	if (machine_bounces(m))
		d = bounce_disputed(m, at, at, len, &open);
	else if (!uncached)
		d = disputed(m, true, at, len);
	if (astray)
		expect(e, "cpu-use-after-free");
	else if (d.bytes)
		expect_bytes(e, model_dispute(&d, true), &d);
	else if (!uncached && device_owns(m, at, len, false, &owned, e))
		expect_bytes(e, "cpu-read-device-owned", &owned);
	else if (model_reads_unwritten(m, at, len, &unwritten))
		expect_bytes(e, "unwritten-read", &unwritten);
	e->any_dispute = open && !astray;
	if (e->check)
		model_sees(m, e, astray ? where : d.bytes ? d.first : owned.bytes ? owned.first :
			   unwritten.first);
	for (size_t i = at; i < at + len; i += rest_of_page(i, at + len))
		if (!uncached && model_is_cached(m, i))
			cpu_loads(m, i, rest_of_page(i, at + len));
}

/* The bounce buffer is nobody's memory: what is stored there by accident is anything. */
static void spoil_copies(struct model *m, size_t at, size_t len)
{
	size_t first = at > bounce_pool(m) ? at : bounce_pool(m);

	if (machine_bounces(m) && first < at + len)
		bytes_are_unknown(m, first, at + len - first);
}

void model_cpu_stores(struct model *m, size_t at, size_t len, bool uncached, struct expect *e)
{
	struct dispute victims = { 0 }, owned = { 0 };
	size_t where = at;

	for (size_t i = at; i < at + len; i += rest_of_page(i, at + len)) {
		if (!uncached && model_is_cached(m, i))
			cpu_stores(m, i, rest_of_page(i, at + len), &victims);
		else
			bus_stores(m, i, rest_of_page(i, at + len), &victims);
	}
	if (dangles(m, at, len, uncached, &where))
		expect(e, "cpu-use-after-free");
	else if (!uncached && device_owns(m, at, len, true, &owned, e))
		expect_bytes(e, "cpu-write-device-owned", &owned);
	else if (victims.held)
		expect_bytes(e, "shared-cache-line", &victims);
	if (e->check)
		model_sees(m, e, owned.bytes ? owned.first : victims.held ? victims.first : where);
}

void model_cpu(struct model *m, const struct call *c, const struct outcome *o, struct expect *e)
{
	size_t at, len = c->size;
	enum view view = model_view(m, c->cpu, &at);
	bool store = c->kind == CPU_WRITE, uncached = view == UNCACHED;

	if (model_in_vmalloc(m, c->cpu, NULL))
		model_cpu_vmalloc(m, c, o, e);
	if (!len || view == NO_VIEW)
		return;
	if (view == COOKIE) {
		expect(e, "handle-dereference");
		if (!store && !model_brought(o, 0, len, 0))
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
	model_compare(m, o, at, len, !uncached, e);
	if (!model_brought(o, len, c->size, 0))
		e->wrong = "zeroes past the end of memory";
	cpu_reads(m, at, len, uncached, e);
}
