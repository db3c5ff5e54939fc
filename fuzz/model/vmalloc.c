// SPDX-License-Identifier: MIT
/* The model's vmalloc(): memory of the host, which no device reaches. */
#include "model.h"

#include <stdlib.h>
#include <string.h>

bool model_in_vmalloc(const struct model *m, const void *cpu)
{
	return m->vmalloc && (uintptr_t)cpu - m->vmalloc < VMALLOC_WINDOW;
}

/* What is or was there; of two the later one. */
struct model_vmalloc *model_vmalloc_at(const struct model *m, const void *cpu)
{
	for (unsigned i = 0; i < m->nr_areas; i++) {
		const struct model_vmalloc *area = &m->area[i];

		if ((uintptr_t)cpu - area->cpu < area->size)
			return (struct model_vmalloc *)area;
	}
	return NULL;
}

/* Memory that is not there faults, unless the access begins there. */
bool model_vmalloc_is_safe(const struct model *m, const void *cpu, size_t len)
{
	const struct model_vmalloc *area = model_vmalloc_at(m, cpu);

	return !area || !area->live || len <= area->size - ((uintptr_t)cpu - area->cpu);
}

static struct model_vmalloc *area_starting_at(struct model *m, uintptr_t cpu)
{
	for (unsigned i = 0; i < m->nr_areas; i++)
		if (m->area[i].cpu == cpu)
			return &m->area[i];
	if (m->nr_areas == MAX_AREAS)
		abort();
	m->area[m->nr_areas] = (struct model_vmalloc){ .cpu = cpu };
	return &m->area[m->nr_areas++];
}

static bool overlaps_live(const struct model *m, uintptr_t cpu, size_t size)
{
	for (unsigned i = 0; i < m->nr_areas; i++) {
		const struct model_vmalloc *area = &m->area[i];

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
	if (cpu % 4096 || !model_in_vmalloc(m, o->cpu) || overlaps_live(m, cpu, c->size)) {
		e->wrong = "addresses of vmalloc() that nobody has";
		return;
	}
	area = area_starting_at(m, cpu);
	free(area->known);
	free(area->value);
	area->size = c->size;
	area->live = true;
	area->known = calloc(c->size, 1);
	area->value = calloc(c->size, 1);
	if (!area->known || !area->value)
		abort();
	if (c->kind == VZALLOC)
		memset(area->known, 1, c->size);
}

void model_vmalloc_end(struct model *m, struct model_vmalloc *area)
{
	(void)m;
	area->live = false;
}

/* @o->bytes may be NULL: what was read is not known here. */
void model_cpu_vmalloc(struct model *m, const struct call *c, const struct outcome *o,
		       struct expect *e)
{
	struct model_vmalloc *area = model_vmalloc_at(m, c->cpu);
	size_t at;

	if (!c->size)
		return;
	if (!area || !area->live) {
		expect(e, "cpu-use-after-free");
		return;
	}
	at = (uintptr_t)c->cpu - area->cpu;
	if (c->kind == CPU_WRITE) {
		memset(area->known + at, 1, c->size);
		memset(area->value + at, c->value, c->size);
		return;
	}
	for (size_t i = 0; o->bytes && i < c->size; i++)
		if (area->known[at + i] && o->bytes[i] != area->value[at + i])
			e->wrong = "the bytes that were stored last";
}
