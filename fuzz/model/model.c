// SPDX-License-Identifier: MIT
/* The reference model: addresses, devices and their masks, and who answers what. */
#include "inside.h"

#include <stdlib.h>
#include <string.h>

/* Where physical memory is: an eighth of it for narrow devices, the rest high. */
#define LOW_BASE  0x800000ull
#define HIGH_BASE 0x40000000ull

static size_t low_size(const struct model *m)
{
	return m->ram / 4096 / 8 * 4096;
}

size_t model_pages(size_t size)
{
	return (size + 4095) / 4096 * 4096;
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

bool model_has_ram(const struct model *m, u64 phys, u64 size)
{
	u64 last = phys + size - 1 < phys ? ~0ull : phys + size - 1;

	return (phys < LOW_BASE + low_size(m) && last >= LOW_BASE) ||
	       (phys < HIGH_BASE + m->ram - low_size(m) && last >= HIGH_BASE);
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

/* Nothing begins behind a mapping that failed, whatever the offset. */
u64 model_call_place(const struct model *m, const struct call *c)
{
	return model_place(m, c->device, c->dma == DMA_MAPPING_ERROR ? c->dma : c->dma + c->offset);
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

/* -------------------------------------------------------------- beginning */

struct model *model_new(void)
{
	struct model *m = calloc(1, sizeof(*m));

	if (!m)
		goto no_memory;
	m->clocks = calloc(MODEL_UNITS, sizeof(*m->clocks));
	m->vmalloc_page = calloc(2 * VMALLOC_WINDOW / FRAME, sizeof(*m->vmalloc_page));
	m->vmalloc_value = malloc(2 * VMALLOC_WINDOW);
	if (m->clocks && m->vmalloc_page && m->vmalloc_value)
		return m;
no_memory:
	fprintf(stderr, "no memory for the model of a machine: it takes up to 300 MiB of addresses\n");
	exit(2);
}

/* All that there was is of an earlier program. */
static void begin(struct model *m)
{
	m->nr_objects = m->nr_released = m->nr_lists = m->nr_edges = 0;
	m->first_live = m->last_live = m->free_edges = 0;
	grid_start(&m->by_ram);
	grid_start(&m->by_place);
	grid_start(&m->by_dma);
	grid_start(&m->dead);
	grid_start(&m->dead_cpu);
	grid_start(&m->areas);
	memset(m->taken, 0, sizeof(m->taken));
	memset(m->slot_users, 0, sizeof(m->slot_users));
	if (++m->age)
		return;
	/* So many programs that the ages begin again. */
	for (size_t i = 0; i < MODEL_PAGES; i++)
		m->frame[i].age = 0;
	m->age = 1;
}

void model_start(struct model *m, const struct setup *s, void *probe, phys_addr_t phys)
{
	begin(m);
	m->is = kind_of_machine(s->profile);
	m->line = machine_line(m);
	m->level = strncmp(s->checks, "full", 4) == 0 ? FULL :
		   strncmp(s->checks, "contract", 8) == 0 ? CONTRACT : OFF;
	m->lint = strstr(s->checks, "+sync-redundant");
	m->plain = s->plain;
	m->store.any = m->ends = false;
	m->ram = s->ram_size;
	m->fail_nth = m->fail_every = 0;
	m->atomic_size = ATOMIC_POOL;
	m->atomic_used = 0;
	m->clock = 0;
	memset(m->device, 0, sizeof(m->device));
	m->cached = (uintptr_t)probe - model_phys_to_ram(m, phys);
	m->uncached = m->cookies = m->vmalloc = 0;
	m->nr_areas = m->vmalloc_spent = 0;
	m->nr_pools = m->nr_made = 0;
	memset(m->pool_now, 0, sizeof(m->pool_now));
	memset(m->cache, 0, sizeof(m->cache));
}

void model_set_cookies(struct model *m, void *cpu, size_t at)
{
	m->cookies = (uintptr_t)cpu - at;
}

bool model_is_full(const struct model *m)
{
	return m->nr_objects + MAX_ENTRIES > MAX_OBJECTS || m->nr_areas == MAX_AREAS ||
	       m->nr_pools == MAX_POOLS || m->nr_edges + 2 * MAX_ENTRIES > MAX_EDGES;
}

bool model_judges(const struct model *m)
{
	return m->level != OFF;
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
	m->ends = true;
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

static bool begins(const char *check, const char *with)
{
	return strncmp(check, with, strlen(with)) == 0;
}

/* Those that only a machine reports that looks at each access. */
static bool is_about_bytes(const char *check)
{
	switch (*check) {
	case 'c':
		return begins(check, "cpu-");
	case 'd':
		return begins(check, "device-");
	case 'l':
		return begins(check, "lost-");
	case 's':
		return begins(check, "stale-") || begins(check, "shared-cache-line");
	default:
		return begins(check, "unwritten-") || begins(check, "uninitialised-");
	}
}

/* Which checks does the machine look for? All names of a level's families. */
bool model_wants(const struct model *m, const char *check)
{
	if (m->level == OFF)
		return false;
	if (*check == 's' && (strcmp(check, "sync-redundant") == 0 ||
			      strcmp(check, "sync-other-direction") == 0))
		return m->lint;
	return m->level == FULL || !is_about_bytes(check);
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
	*e = (struct expect){ .saw = { .at = MODEL_NOWHERE } };
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
