// SPDX-License-Identifier: MIT
/* The reference model: addresses, devices and their masks, and who answers what. */
#include "model.h"

#include <stdlib.h>
#include <string.h>

/* Where physical memory is: an eighth of it for narrow devices, the rest high. */
#define LOW_BASE  0x800000ull
#define HIGH_BASE 0x40000000ull

static size_t low_size(const struct model *m)
{
	return m->ram / 4096 / 8 * 4096;
}

void expect(struct expect *e, const char *check)
{
	e->check = check;
	e->times = 1;
}

size_t model_pages(size_t size)
{
	return (size + 4095) / 4096 * 4096;
}

/* Before anything of it changes: so that the next input finds it as at first. */
void model_touch(struct model *m, size_t at, size_t len)
{
	for (size_t page = at / 4096; page * 4096 < at + len; page++)
		m->touched[page] = true;
}

static void forget_pages(struct model *m)
{
	for (size_t page = 0; page < MODEL_PAGES; page++) {
		if (!m->touched[page])
			continue;
		memset(m->allocated + page * 4096, 0, 4096);
		memset(m->cpu + page * 4096, 0, 4096);
		memset(m->dev + page * 4096, 0, 4096);
		memset(m->by_device + page * 4096, 0, 4096);
		memset(m->known + page * 4096, 0, 4096);
		memset(m->shared + page * 4096, 0, 4096);
		memset(m->unwritten + page * 4096, 0, 4096);
		memset(m->has + page * 4096, 0, 4096 * sizeof(m->has[0]));
		memset(m->latest + page * 4096, 0, 4096 * sizeof(m->latest[0]));
		m->bypass[page] = m->uncached_now[page] = m->touched[page] = false;
	}
	memset(m->was_block, 0, sizeof(m->was_block));
	memset(m->refs, 0, sizeof(m->refs));
	/* The size of a line differs from machine to machine. */
	memset(m->dirty, 0, sizeof(m->dirty));
	memset(m->present, 0, sizeof(m->present));
}

/* ------------------------------------------------------------- addresses */

size_t model_phys_to_ram(const struct model *m, u64 phys)
{
	if (phys >= LOW_BASE && phys - LOW_BASE < low_size(m))
		return phys - LOW_BASE;
	if (phys >= HIGH_BASE && phys - HIGH_BASE < m->ram - low_size(m))
		return phys - HIGH_BASE + low_size(m);
	return NOWHERE;
}

u64 model_ram_to_phys(const struct model *m, size_t at)
{
	return at < low_size(m) ? LOW_BASE + at : HIGH_BASE + (at - low_size(m));
}

/*
 * The places of the bus are physical addresses; but behind an IOMMU they are DMA
 * addresses, all devices having the same. A window shows no RAM but its own.
 */
u64 model_place(const struct model *m, int device, dma_addr_t dma)
{
	u64 window = device >= 0 ? m->device[device].window : 0;

	if (!window || machine_translates(m))
		return dma;
	if (dma >= WINDOW_DMA && dma - WINDOW_DMA < window)
		return dma - WINDOW_DMA + WINDOW_CPU;
	return model_phys_to_ram(m, dma) == NOWHERE ? dma : NO_PLACE;
}

size_t model_place_to_ram(const struct model *m, u64 place)
{
	return machine_translates(m) ? NOWHERE : model_phys_to_ram(m, place);
}

u64 model_bus_limit(const struct model_device *d, bool coherent)
{
	u64 limit = coherent || d->mask == MASK_IS_COHERENT ? d->coherent_mask : d->own_mask;

	return d->limit && d->limit < limit ? d->limit : limit;
}

size_t model_bank_left(const struct model *m, size_t at)
{
	return (at < low_size(m) ? low_size(m) : m->ram) - at;
}

static bool in_view(const struct model *m, uintptr_t base, const void *cpu, size_t *at)
{
	*at = (uintptr_t)cpu - base;
	return base && *at < m->ram;
}

enum view model_view(const struct model *m, const void *cpu, size_t *at)
{
	if (in_view(m, m->cached, cpu, at))
		return CACHED;
	if (in_view(m, m->uncached, cpu, at))
		return UNCACHED;
	if (in_view(m, m->cookies, cpu, at))
		return COOKIE;
	*at = NOWHERE;
	return NO_VIEW;
}

/* --------------------------------------------------------------- objects */

/* In units of 32 bytes, which small objects may share. */
static void allocate(struct model *m, const struct object *o, bool allocated)
{
	size_t start = o->at / 32 * 32, end = (o->at + o->room + 31) / 32 * 32;

	if (o->kind == POOL_MEMORY)
		return;
	if (o->kind == POOL_BLOCK)
		memset(m->allocated + o->at, allocated, o->room);
	else
		memset(m->allocated + start, allocated, end - start);
}

static void free_bytes(struct model *m, const struct object *gone)
{
	allocate(m, gone, false);
	for (unsigned i = 0; i < m->nr_objects; i++) {
		const struct object *o = &m->object[i];

		if (o->live && o->kind == CACHE_OBJECT && o->at < gone->at + gone->room + 32 &&
		    gone->at < o->at + o->room + 32)
			allocate(m, o, true);
	}
}

struct object *model_add(struct model *m, const struct object *init)
{
	struct object *o;

	if (m->nr_objects == MAX_OBJECTS)
		abort();
	o = &m->object[m->nr_objects++];
	*o = *init;
	o->live = true;
	if (moves_by_sync(o)) {
		/* Mappings begin with the device. */
		o->device_owns = malloc(o->size);
		if (!o->device_owns)
			abort();
		memset(o->device_owns, o->kind == MAPPING, o->size);
	}
	if (o->kind != MAPPING) {
		model_touch(m, o->at, o->room);
		allocate(m, o, true);
	}
	return o;
}

/* A page that its last object leaves has no references left either. */
static void forget_references(struct model *m, const struct object *o)
{
	for (size_t page = o->at / 4096; page <= (o->at + o->block - 1) / 4096; page++)
		if (!model_slab_at(m, page * 4096))
			m->refs[page] = 0;
}

void model_remove(struct model *m, struct object *o)
{
	o->live = false;
	if (is_slab_object(o))
		forget_references(m, o);
	if (o->atomic)
		m->atomic_used -= o->block;
	if (o->kind != MAPPING) {
		free_bytes(m, o);
		model_written(m, o->at, o->room);
	}
	if (!is_plain(o) && o->kind != POOL_BLOCK)
		o->released = ++m->nr_released;
}

void model_note_dead(struct model *m, enum object_kind kind, void *cpu, dma_addr_t dma)
{
	struct object dead = {
		.kind = kind, .device = DEVICE_NULL, .size = 4096, .cpu = cpu, .dma = dma,
		.at = NOWHERE, .place = NO_PLACE, .released = ++m->nr_released,
	};

	m->object[m->nr_objects++] = dead;
}

void model_start(struct model *m, const struct setup *s, void *probe, phys_addr_t phys)
{
	forget_pages(m);
	m->is = kind_of_machine(s->profile);
	m->level = strncmp(s->checks, "full", 4) == 0 ? FULL :
		   strncmp(s->checks, "contract", 8) == 0 ? CONTRACT : OFF;
	m->lint = strstr(s->checks, "+sync-redundant");
	m->plain = s->plain;
	m->store.any = false;
	m->ram = s->ram_size;
	m->fail_nth = m->fail_every = 0;
	m->atomic_size = ATOMIC_POOL;
	m->atomic_used = 0;
	m->nr_objects = m->nr_released = m->nr_lists = 0;
	m->clock = 0;
	memset(m->device, 0, sizeof(m->device));
	m->cached = (uintptr_t)probe - model_phys_to_ram(m, phys);
	m->uncached = m->cookies = m->vmalloc = 0;
	m->nr_areas = m->vmalloc_spent = 0;
	m->nr_pools = m->nr_made = m->nr_freed = 0;
	memset(m->pool_now, 0, sizeof(m->pool_now));
	memset(m->cache, 0, sizeof(m->cache));
}

void model_end(struct model *m)
{
	for (unsigned i = 0; i < m->nr_objects; i++)
		free(m->object[i].device_owns);
	for (unsigned i = 0; i < m->nr_areas; i++) {
		free(m->area[i].known);
		free(m->area[i].value);
	}
	m->nr_objects = m->nr_areas = 0;
}

/* ----------------------------------------------------------------- calls */

static void fail_nth(struct model *m, const struct call *c, const struct outcome *o,
		     struct expect *e)
{
	if (o->result != (long)m->fail_nth)
		e->wrong = "another count of calls to go";
	m->fail_nth = c->number;
}

static void fail_every(struct model *m, const struct call *c, const struct outcome *o,
		       struct expect *e)
{
	if (o->result != (long)m->fail_every)
		e->wrong = "what was ordered before";
	m->fail_every = c->number;
}

static void need_sync(const struct model *m, const struct call *c, const struct outcome *o,
		      struct expect *e)
{
	bool need = is_device(m, c->device) &&
		    (m->level != OFF || machine_bounces(m) || !m->device[c->device].snoops);

	if (!is_device(m, c->device))
		expect(e, "no-device");
	if (o->result != need)
		e->wrong = need ? "true" : "false";
}

/* The latest device first. */
static void free_machine(struct model *m, struct expect *e)
{
	for (;;) {
		int latest = -1;

		for (int device = 0; device < NR_DEVICES; device++)
			if (m->device[device].life &&
			    (latest < 0 || m->device[device].life > m->device[latest].life))
				latest = device;
		if (latest < 0)
			return;
		model_device_gone(m, latest, e);
	}
}

/* Which checks does the machine look for? All names of a level's families. */
bool model_wants(const struct model *m, const char *check)
{
	static const char *const accesses[] = {
		"cpu-", "device-", "stale-", "lost-", "shared-cache-line", "unwritten-",
		"uninitialised-",
	};

	if (m->level == OFF)
		return false;
	if (strcmp(check, "sync-redundant") == 0 || strcmp(check, "sync-other-direction") == 0)
		return m->lint;
	for (size_t i = 0; i < sizeof(accesses) / sizeof(accesses[0]); i++)
		if (strncmp(check, accesses[i], strlen(accesses[i])) == 0)
			return m->level == FULL;
	return true;
}

static void answer(struct model *m, const struct call *c, const struct outcome *o,
		   struct expect *e)
{
	switch (c->kind) {
	case ALLOC_COHERENT:
	case ALLOC_ATTRS:
	case ALLOC_WC:
	case ALLOC_NONCOHERENT:
	case ALLOC_PAGES:
	case M_ALLOC:
		model_alloc(m, c, o, e);
		break;
	case FREE_COHERENT:
	case FREE_ATTRS:
	case FREE_WC:
	case FREE_NONCOHERENT:
	case FREE_PAGES:
	case UNMAP:
	case UNMAP_LIST:
	case M_FREE:
		model_free(m, c, e);
		break;
	case KMALLOC:
	case KZALLOC:
	case KSIZE:
		model_kmalloc(m, c, o, e);
		break;
	case KFREE:
		model_release_plain(m, c, e);
		break;
	case MAP:
		model_map(m, c, o, e);
		break;
	case MAPPING_ERROR:
		model_mapping_error(m, c, o, e);
		break;
	case SYNC_FOR_DEVICE:
	case SYNC_FOR_CPU:
		model_sync(m, c, e);
		break;
	case NEED_SYNC:
		need_sync(m, c, o, e);
		break;
	case CPU_READ:
	case CPU_WRITE:
		model_cpu(m, c, o, e);
		break;
	case PLAIN_READ:
	case PLAIN_WRITE:
		model_plain(m, c, o, e);
		break;
	case DEVICE_READ:
	case DEVICE_WRITE:
		model_bus(m, c, o, e);
		break;
	case EVICT: /* change nothing that anybody may notice */
	case FILL:
	case SET_CURRENT:
	case DEVICE_NEW:
		break;
	case VIRT_TO_PAGE:
		model_virt_to_page(m, c, o, e);
		break;
	case SET_MASK:
	case SET_COHERENT_MASK:
	case SET_BOTH_MASKS:
	case COERCE_MASKS:
		model_set_masks(m, c, o, e);
		break;
	case POKE_MASK:
	case POKE_MASK_POINTER:
	case POKE_COHERENT_MASK:
	case POKE_LIMIT:
		model_poke(m, c);
		break;
	case SET_MAX_SEGMENT:
	case SET_BOUNDARY:
	case SET_MIN_ALIGN:
		if (is_device(m, c->device))
			model_poke(m, c);
		else
			expect(e, "no-device");
		break;
	case SET_SNOOPING:
		model_set_snooping(m, c, e);
		break;
	case MAP_LIST:
		model_map_list(m, c, o, e);
		break;
	case SYNC_LIST_FOR_DEVICE:
	case SYNC_LIST_FOR_CPU:
		model_sync_list(m, c, e);
		break;
	case FAIL_NTH:
		fail_nth(m, c, o, e);
		break;
	case DEVICE_FREE:
		model_free_device(m, c, e);
		break;
	case MACHINE_FREE:
		free_machine(m, e);
		break;
	case CONTEXT:
		model_context(c, o, e);
		break;
	case FAIL_EVERY:
		fail_every(m, c, o, e);
		break;
	default:
		if (c->kind == USER_MAP)
			model_user(m, c, o, e);
		else if (is_table_call(c->kind))
			model_table(m, c, o, e);
		else
			model_answer_memory(m, c, o, e);
	}
}

void model_step(struct model *m, const struct call *c, const struct outcome *o,
		struct expect *e)
{
	*e = (struct expect){ 0 };
	if (m->level == OFF && c->kind != CONTEXT)
		return;
	if (m->store.any && model_finds(m, c))
		model_find(m, e);
	answer(m, c, o, e);
	if (e->second && !model_wants(m, e->second))
		e->second = NULL;
	if (e->check && !model_wants(m, e->check)) {
		const char *second = e->second;

		e->check = e->or_check = e->second = NULL;
		e->times = e->bytes = e->span = 0;
		e->any_dispute = false;
		if (second)
			expect(e, second);
	}
}
