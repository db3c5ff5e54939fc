// SPDX-License-Identifier: MIT
/* The model's vmalloc(): memory of the host, which no device reaches. */
#include "inside.h"

#include <stdlib.h>

bool model_in_vmalloc(const struct model *m, const void *cpu, size_t *offset)
{
	if (offset)
		*offset = (uintptr_t)cpu - m->vmalloc;
	return m->vmalloc && (uintptr_t)cpu - m->vmalloc < VMALLOC_WINDOW;
}

/* What is or was there; of two the one that was there first. */
struct model_vmalloc *model_vmalloc_at(const struct model *m, const void *cpu)
{
	struct grid_walk w;
	int nr, found = -1;

	if (!m->nr_areas)
		return NULL;
	w = grid_look(&m->areas, (uintptr_t)cpu, 1);
	while ((nr = grid_next(&w)) >= 0)
		if ((uintptr_t)cpu - m->area[nr].cpu < m->area[nr].size &&
		    (found < 0 || nr < found))
			found = nr;
	return found < 0 ? NULL : (struct model_vmalloc *)&m->area[found];
}

/* Memory that is not there faults, unless the access begins there. */
bool model_vmalloc_is_safe(const struct model *m, const void *cpu, size_t len)
{
	const struct model_vmalloc *area = model_vmalloc_at(m, cpu);

	return !area || !area->live || len <= area->size - ((uintptr_t)cpu - area->cpu);
}

static struct model_vmalloc *area_starting_at(struct model *m, uintptr_t cpu)
{
	struct grid_walk w = grid_look(&m->areas, cpu, 1);
	int nr;

	while ((nr = grid_next(&w)) >= 0) {
		if (m->area[nr].cpu != cpu)
			continue;
		grid_unfile(&m->areas, nr);
		return &m->area[nr];
	}
	if (m->nr_areas == MAX_AREAS)
		abort();
	return &m->area[m->nr_areas++];
}

static bool overlaps_live(const struct model *m, uintptr_t cpu, size_t size)
{
	struct grid_walk w = grid_look(&m->areas, cpu, size);
	int nr;

	while ((nr = grid_next(&w)) >= 0) {
		const struct model_vmalloc *area = &m->area[nr];

		if (area->live && cpu < area->cpu + area->size && area->cpu < cpu + size)
			return true;
	}
	return false;
}

void model_vmalloc(struct model *m, const struct call *c, const struct outcome *o,
		   struct expect *e)
{
	size_t spent = 2 * (c->size + (128 << 10)); /* rounded up, with something beside it */
	uintptr_t cpu = (uintptr_t)o->cpu;
	struct model_vmalloc *area;

	model_might_sleep(e);
	if (!c->size || c->size > VMALLOC_WINDOW || model_fails_by_order(m, !o->cpu)) {
		e->wrong = o->cpu ? "NULL" : NULL;
		return;
	}
	m->vmalloc_spent += spent;
	if (!o->cpu) {
		if (m->vmalloc_spent <= VMALLOC_WINDOW)
			e->wrong = "memory: there are addresses";
		return;
	}
	if (!m->vmalloc)
		m->vmalloc = cpu;
	if (cpu % 4096 || !model_in_vmalloc(m, o->cpu, NULL) || overlaps_live(m, cpu, c->size)) {
		e->wrong = "addresses of vmalloc() that nobody has";
		return;
	}
	area = area_starting_at(m, cpu);
	*area = (struct model_vmalloc){
		.cpu = cpu, .size = c->size, .live = true, .zeroed = c->kind == VZALLOC,
		.life = ++m->vmalloc_lives,
	};
	grid_file(&m->areas, area - m->area, cpu, c->size);
}

void model_vmalloc_end(struct model *m, struct model_vmalloc *area)
{
	(void)m;
	area->live = false;
}

/* The page that byte @at of the window lies in, which is the area's. */
static struct vmalloc_page *page_of(struct model *m, const struct model_vmalloc *area, size_t at)
{
	struct vmalloc_page *page = &m->vmalloc_page[at / FRAME];

	if (page->life == area->life)
		return page;
	page->life = area->life;
	memset(page->known, area->zeroed ? 0xff : 0, sizeof(page->known));
	memset(m->vmalloc_value + at / FRAME * FRAME, 0, FRAME);
	return page;
}

/* @bytes: what the CPU read there; NULL: it stored @value. */
static bool access_page(struct model *m, const struct model_vmalloc *area, size_t at, size_t len,
			const uint8_t *bytes, uint8_t value)
{
	struct vmalloc_page *page = page_of(m, area, at);

	for (size_t i = 0, n; i < len; i += n) {
		size_t first = (at + i) % UNIT;
		u64 *known = &page->known[(at + i) % FRAME / UNIT];

		n = min_size(UNIT - first, len - i);
		if (!bytes)
			*known |= bytes_mask(first, n);
		else if (other_bytes(bytes + i, m->vmalloc_value + at + i, n) << first & *known)
			return false;
	}
	if (!bytes)
		memset(m->vmalloc_value + at, value, len);
	return true;
}

/* @o->bytes may be NULL: what was read is not known here. */
void model_cpu_vmalloc(struct model *m, const struct call *c, const struct outcome *o,
		       struct expect *e)
{
	struct model_vmalloc *area = model_vmalloc_at(m, c->cpu);
	bool store = c->kind == CPU_WRITE;
	size_t at;

	if (!c->size)
		return;
	if (!area || !area->live) {
		expect(e, "cpu-use-after-free");
		return;
	}
	at = (uintptr_t)c->cpu - m->vmalloc;
	for (size_t i = 0, n; (store || o->bytes) && i < c->size; i += n) {
		n = rest_of_page(at + i, at + c->size);
		if (!access_page(m, area, at + i, n, store ? NULL : o->bytes + i, c->value))
			e->wrong = "the bytes that were stored last";
	}
}
