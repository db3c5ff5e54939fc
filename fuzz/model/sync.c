// SPDX-License-Identifier: MIT
/* The model's mappings, and the moving of bytes between CPU and device. */
#include "inside.h"

/* ------------------------------------------------------------------- map */

/* Of the pages under the range, the first that is coherent memory or a handle's; or NULL. */
static const char *bad_page(const struct model *m, size_t at, size_t size)
{
	const struct object *o;
	const char *bad = NULL;
	size_t first = at + size, page = at & -(size_t)FRAME;

	for_each_near(o, m, by_ram, page, first - page) {
		bool handle = o->kind == HANDLE;

		if (!(handle || is_coherent_memory(o)) || o->at >= first ||
		    o->at + o->room <= page)
			continue;
		first = o->at;
		bad = handle ? "map-handle" : "map-coherent";
	}
	return bad;
}

static bool is_freed(const struct model *m, size_t at, size_t size)
{
	for (size_t here = at; here < at + size; here += rest_of_page(here, at + size))
		if (frame_at(m, here)->bypass)
			return true;
	for_each_clear(l, m, at, size, allocated)
		return true;
	return false;
}

const char *model_bad_pointer(struct model *m, const void *cpu, size_t size)
{
	const char *bad;
	size_t at;
	enum view view = model_view(m, cpu, &at);

	if ((uintptr_t)cpu - (uintptr_t)constant < CONSTANT_SIZE)
		return "map-rodata";
	if (model_in_vmalloc(m, cpu, NULL))
		return "map-vmalloc";
	if (view == COOKIE)
		return "map-handle";
	if (view == UNCACHED)
		return "map-coherent";
	if (view != CACHED || size > m->ram - at)
		return "map-invalid";
	bad = bad_page(m, at, size);
	if (bad)
		return bad;
	return is_freed(m, at, size) ? "map-freed" : NULL;
}

static bool is_mmio(const struct call *c)
{
	return c->form == RESOURCE || (c->form == PHYS && (c->attrs & DMA_ATTR_MMIO));
}

const char *model_bad_mapping(const struct model *m, const struct call *c)
{
	const struct model_device *d;

	if (!is_device(m, c->device))
		return "no-device";
	d = &m->device[c->device];
	if (!good_direction(c->dir))
		return "bad-direction";
	if (c->kind == MAP ? !c->size : c->nents <= 0)
		return "zero-size";
	if (c->attrs & (~0x3ff6ul | (is_mmio(c) ? 0 : DMA_ATTR_MMIO)))
		return "bad-attrs";
	if (d->mask == MASK_NULL || !(d->mask == MASK_OWN ? d->own_mask : d->coherent_mask))
		return "mask-unset";
	return NULL;
}

static const char *refusal(struct model *m, const struct call *c)
{
	const char *bad = model_bad_mapping(m, c);
	size_t at = model_phys_to_ram(m, c->phys);

	if (bad)
		return bad;
	if (is_mmio(c))
		return model_has_ram(m, c->phys, c->size) ? "map-resource-ram" : NULL;
	if (c->number == FOREIGN_STACK) /* a pointer into the harness's stack stands for it */
		return "map-stack";
	if (c->form == PHYS)
		return at == NOWHERE ? "map-invalid" :
			model_bad_pointer(m, (void *)(m->cached + at), c->size);
	return model_bad_pointer(m, c->cpu, c->size);
}

/* Does the device write lines that another mapping of it lets it write? */
bool model_overlaps(const struct model *m, const struct object *new)
{
	const unsigned long shares = DMA_ATTR_DEBUGGING_IGNORE_CACHELINES |
				     DMA_ATTR_REQUIRE_COHERENT;
	bool copied = machine_bounces(m);
	size_t line = copied ? 1 : machine_line(m);
	const struct object *o;

	if (new->at == NOWHERE || new->dir == DMA_TO_DEVICE ||
	    (new->attrs & DMA_ATTR_SKIP_CPU_SYNC) ||
	    (!copied && m->device[new->device].snoops))
		return false;
	for_each_near(o, m, by_ram, new->at & -line, new->size + 2 * line) {
		if (o->kind != MAPPING || o->dir == DMA_TO_DEVICE ||
		    !belongs_to(m, o, new->device) ||
		    ((new->attrs & shares) && (o->attrs & shares)))
			continue;
		if (o->at / line <= (new->at + new->size - 1) / line &&
		    new->at / line <= (o->at + o->size - 1) / line)
			return true;
	}
	return false;
}

/* Where the memory is, after refusal(). */
static size_t memory_of(const struct model *m, const struct call *c)
{
	size_t at;

	if (is_mmio(c))
		return NOWHERE;
	if (c->form == PHYS)
		return model_phys_to_ram(m, c->phys);
	model_view(m, c->cpu, &at);
	return at;
}

/* The device gets it: what it could read or write before, and what it finds. */
static void begin_mapping(struct model *m, const struct call *c, const struct object *o,
			  struct expect *e)
{
	bool syncs = !(c->attrs & DMA_ATTR_SKIP_CPU_SYNC);

	e->about = o->nr + 1;
	model_await(m, o);
	if (o->bounced)
		bounce_mapped(m, o);
	else if (syncs && model_hand_over(m, o, 0, c->size, true, c->dir))
		expect_if_none(e, "sync-partial-line");
	if (model_runs_past(m, o, c->form != SINGLE))
		expect_if_none(e, "map-past-object");
	if (o->dir != DMA_FROM_DEVICE && syncs)
		model_given(m, o, 0, o->size, e);
}

void model_map(struct model *m, const struct call *c, const struct outcome *o, struct expect *e)
{
	const char *refused = refusal(m, c);
	struct object obj = {
		.kind = MAPPING, .device = c->device, .size = c->size, .cpu = c->cpu,
		.dir = c->dir, .attrs = c->attrs | (c->form == RESOURCE ? DMA_ATTR_MMIO : 0),
		.cached = true, .dma = o->dma,
	};
	enum reach reach = FORBIDDEN;

	if (refused) {
		expect(e, refused);
	} else if ((c->attrs & DMA_ATTR_REQUIRE_COHERENT) && !m->device[c->device].snoops) {
		/* refused, but no mistake */
	} else if (!model_fails_by_order(m, o->dma == DMA_MAPPING_ERROR && !o->nr_remarks)) {
		obj.at = memory_of(m, c);
		reach = model_reach(m, c, &obj);
		if (reach == TOO_HIGH)
			expect(e, "address-over-mask");
	}
	if (reach == MAY_HAVE_NO_ROOM)
		reach = o->dma == DMA_MAPPING_ERROR ? NO_ROOM : REACHED;
	if (o->dma != (reach == REACHED ? obj.dma : DMA_MAPPING_ERROR) ||
	    (reach == REACHED && o->dma == DMA_MAPPING_ERROR)) {
		e->wrong = reach == REACHED ? "the DMA address of the memory" :
			   "DMA_MAPPING_ERROR";
		return;
	}
	if (reach != REACHED)
		return;
	obj.life = m->device[c->device].life;
	e->wrong = model_inspect_address(m, &obj);
	if (!e->wrong && machine_translates(m) && is_mmio(c) && (obj.dma ^ c->phys) & 4095)
		e->wrong = "the offset in the page";
	if (e->wrong)
		return;
	if (model_overlaps(m, &obj))
		expect(e, "overlapping-mapping");
	begin_mapping(m, c, model_add(m, &obj), e);
}

/* ------------------------------------------------------------------ sync */

bool model_sync_fits(const struct object *o, int dir)
{
	return !moves_by_sync(o) || o->dir == DMA_BIDIRECTIONAL || o->dir == dir;
}

/* How good is the object for the sync? 3: right; 2: but for the direction; 1: too short. */
static int fitness(const struct model *m, const struct call *c, const struct object *o,
		   u64 place)
{
	if (!o->live || is_plain(o) || o->kind == POOL_MEMORY || !belongs_to(m, o, c->device) ||
	    !holds(o, place, 1))
		return 0;
	if (!holds(o, place, c->size))
		return 1;
	return model_sync_fits(o, c->dir) ? 3 : 2;
}

/* Of equally good ones: a mapping before its memory, the latest mapping first. */
static bool is_better(const struct object *o, int fit, const struct object *found, int best)
{
	if (fit != best || !found)
		return fit > best;
	if ((o->kind == MAPPING) != (found->kind == MAPPING))
		return o->kind == MAPPING;
	return o->nr > found->nr;
}

static struct object *best_for(struct model *m, const struct call *c, u64 place, int *best)
{
	struct object *o, *found = NULL;
	int fit;

	*best = 0;
	for_each_near(o, m, by_place, place, 1) {
		fit = fitness(m, c, o, place);
		if (!is_better(o, fit, found, *best))
			continue;
		found = o;
		*best = fit;
	}
	return found;
}

/* Does no byte change hands? */
bool model_is_redundant(const struct model *m, const struct object *o, size_t first, size_t len,
			bool to_device)
{
	if (!moves_by_sync(o))
		return true;
	/* What was mapped without a sync waits for one. */
	if (to_device && (o->attrs & DMA_ATTR_SKIP_CPU_SYNC))
		return false;
	return owner_is(m, o, first, len, to_device);
}

/*
 * Caches know nothing of mappings: the maintenance is done as far as memory goes. What
 * is copied are the copies of some mapping, whosever it is.
 */
static bool move_memory(struct model *m, const struct call *c, u64 place)
{
	bool to_device = c->kind == SYNC_FOR_DEVICE;
	size_t at = model_place_to_ram(m, place), len = c->size;
	const struct object *o;

	if (at == NOWHERE)
		return false;
	if (len > model_bank_left(m, at))
		len = model_bank_left(m, at);
	if (!machine_bounces(m))
		return hand_over(m, c->device, at, len, to_device, c->dir);
	for_each_near(o, m, by_place, place, 1) {
		size_t first = place - o->place;

		if (o->bounced && holds(o, place, 1))
			model_hand_over(m, o, first, min_size(len, o->size - first), to_device,
					c->dir);
	}
	return false;
}

/* Beyond RAM, or in copies, nothing moves but the object's own bytes. */
static bool move(struct model *m, const struct call *c, struct object *o, u64 place)
{
	bool to_device = c->kind == SYNC_FOR_DEVICE;
	size_t first = o ? place - o->place : 0, len = c->size;
	bool partial;

	if (!o)
		return move_memory(m, c, place);
	if (len > o->size - first)
		len = o->size - first;
	if (o->bounced || o->at == NOWHERE)
		partial = model_hand_over(m, o, first, len, to_device, c->dir);
	else
		partial = move_memory(m, c, place);
	if (moves_by_sync(o)) {
		owner_becomes(m, o, first, len, to_device);
		o->synced = true;
	}
	return partial;
}

const struct object *model_synced(struct model *m, const struct call *c, u64 place)
{
	int fit;
	const struct object *o = best_for(m, c, place, &fit);

	return fit == 3 ? o : NULL;
}

/* Does the device get to read it by this? */
bool model_sync_reads(const struct call *c, const struct object *o, bool to_device)
{
	return to_device && moves_by_sync(o) && c->dir != DMA_FROM_DEVICE &&
	       o->dir != DMA_FROM_DEVICE;
}

void model_sync(struct model *m, const struct call *c, struct expect *e)
{
	static const char *const names[] = {
		"sync-unknown", "sync-out-of-range", "sync-direction-mismatch",
	};
	bool to_device = c->kind == SYNC_FOR_DEVICE;
	struct object *o;
	u64 place;
	int fit;

	if (!is_device(m, c->device)) {
		expect(e, "no-device");
		return;
	}
	if (!good_direction(c->dir)) {
		expect(e, "bad-direction");
		return;
	}
	if (!c->size)
		return;
	place = model_call_place(m, c);
	o = best_for(m, c, place, &fit);
	if (o && o->at == NOWHERE)
		expect(e, "sync-invalid");
	else if (fit < 3)
		expect(e, names[fit]);
	else if (m->lint && model_is_redundant(m, o, place - o->place, c->size, to_device))
		expect(e, "sync-redundant");
	else if (m->lint && o->dir != c->dir && moves_by_sync(o))
		expect(e, "sync-other-direction");
	if (o)
		e->about = o->nr + 1;
	if (move(m, c, o, place))
		expect_if_none(e, "sync-partial-line");
	if (o && fit == 3 && model_sync_reads(c, o, to_device))
		model_given(m, o, place - o->place, c->size, e);
}
