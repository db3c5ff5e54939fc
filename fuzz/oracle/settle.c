/* SPDX-License-Identifier: MIT */
/*
 * Whose call is it: which machine's? And may it be made: without bringing down the harness,
 * and as a question that the model has a rule for?
 */
#include "oracle.h"

#include <linux/mm.h>
#include <string.h>

static bool device_lives(const struct oracle *o, int device)
{
	return device >= 0 && o->bound[device];
}

/* The machine that the pointer leads into, or the current one. */
unsigned machine_of_pointer(const struct oracle *o, const void *cpu)
{
	size_t at;

	for (unsigned i = 0; i < o->setup.machines; i++)
		if (model_view(o->model[i], cpu, &at) != NO_VIEW || model_in_vmalloc(o->model[i], cpu, NULL))
			return i;
	return o->current;
}

static bool leads_somewhere(const struct oracle *o, const void *cpu)
{
	const struct model *m = o->model[machine_of_pointer(o, cpu)];
	size_t at;

	return model_view(m, cpu, &at) != NO_VIEW || model_in_vmalloc(m, cpu, NULL);
}

/*
 * A pointer beside the views: the library knows whose it is, the model does not. It
 * matters only when there are two machines to choose from.
 */
static bool is_anybodys(const struct oracle *o, const void *cpu)
{
	return o->setup.machines > 1 && cpu && !leads_somewhere(o, cpu);
}

/* May the CPU touch it without bringing down the harness? */
static bool is_safe(const struct oracle *o, const void *cpu, size_t len)
{
	return leads_somewhere(o, cpu) &&
	       model_vmalloc_is_safe(o->model[machine_of_pointer(o, cpu)], cpu, len);
}

/* Memory that drivers map. */
static bool settle_memory(struct oracle *o)
{
	struct call *c = &o->call;

	switch (c->kind) {
	case CACHE_ALLOC:
	case CACHE_ZALLOC:
	case CACHE_DESTROY:
	case CACHE_FREE:
		c->machine = o->cache[c->number] ? o->cache_machine[c->number] : o->current;
		return true;
	case CACHE_CREATE:
		c->machine = o->current;
		/* What is lost from sight, the model could not tell from another's. */
		return !o->cache[c->number] || o->cache_machine[c->number] == c->machine;
	case KMEMDUP:
		c->machine = o->current;
		if (c->cpu == (void *)constant)
			return c->size <= CONSTANT_SIZE;
		return !c->size || (c->size <= MODEL_RAM && is_safe(o, c->cpu, c->size) &&
				    machine_of_pointer(o, c->cpu) == o->current);
	case PAGES_FREE:
	case PAGE_GET:
	case PAGE_PUT:
	case PAGE_COUNT:
		c->machine = machine_of_pointer(o, c->cpu);
		return o->setup.machines == 1 || !c->page || c->cpu;
	case KREALLOC:
	case PAGES_FREE_ADDRESS:
	case EXACT_FREE:
	case VFREE:
		c->machine = machine_of_pointer(o, c->cpu);
		return !is_anybodys(o, c->cpu);
	case DEVM_ALLOC:
	case DEVM_FREE:
		c->machine = device_lives(o, c->device) ? (unsigned)c->device / 2 : o->current;
		return true;
	default:
		c->machine = o->current;
		return true;
	}
}

/* Pools, and what goes with its device. */
static bool settle_pool(struct oracle *o)
{
	struct call *c = &o->call;
	const struct model *m;

	switch (c->kind) {
	case POOL_CREATE:
	case M_POOL_CREATE:
	case M_ALLOC:
		c->machine = device_lives(o, c->device) ? (unsigned)c->device / 2 : o->current;
		return true;
	case M_FREE:
		c->machine = device_lives(o, c->device) ? (unsigned)c->device / 2 :
			     machine_of_pointer(o, c->cpu);
		return device_lives(o, c->device) || !is_anybodys(o, c->cpu);
	default:
		m = o->model[o->pool_machine[c->number]];
		if (c->pool != POOL_NULL)
			c->pool = model_pool_lives(m, c->number) ? POOL_LIVES : POOL_GONE;
		/* A pool that is gone has no machine. */
		c->machine = c->pool == POOL_LIVES ? o->pool_machine[c->number] : o->current;
		return model_judges(m) || c->pool != POOL_NULL;
	}
}

/* Calls about a device: its machine's, if there is one. */
static bool settle_device(struct oracle *o)
{
	struct call *c = &o->call;

	if (device_lives(o, c->device)) {
		c->machine = c->device / 2;
		return true;
	}
	c->machine = o->current;
	if ((c->kind >= FREE_COHERENT && c->kind <= FREE_PAGES) || c->kind == TABLE_FREE) {
		c->machine = machine_of_pointer(o, c->cpu);
		if (is_anybodys(o, c->cpu))
			return false;
	}
	return c->kind < POKE_MASK || c->kind > POKE_LIMIT;
}

bool oracle_settle(struct oracle *o, const struct statement *s)
{
	struct call *c = &o->call;

	(void)s;
	if (is_memory_call(c->kind))
		return settle_memory(o);
	if (is_pool_call(c->kind))
		return settle_pool(o);
	switch (c->kind) {
	case KMALLOC:
	case KZALLOC:
		c->machine = o->current;
		return true;
	case PLAIN_READ:
	case PLAIN_WRITE:
		c->machine = machine_of_pointer(o, c->cpu);
		return model_allows_plain(o->model[c->machine], c);
	case CPU_READ:
	case CPU_WRITE:
		c->machine = machine_of_pointer(o, c->cpu);
		return is_safe(o, c->cpu, c->size);
	case KFREE:
	case KSIZE:
	case EVICT:
	case FILL:
	case VIRT_TO_PAGE:
		c->machine = machine_of_pointer(o, c->cpu);
		if (c->kind == FILL && !machine_speculates(o->model[c->machine]))
			return false;
		return !is_anybodys(o, c->cpu);
	case FAIL_NTH:
	case FAIL_EVERY:
		c->machine = o->current;
		return true;
	case SET_CURRENT:
		c->machine = c->number;
		return c->number < NR_MACHINES;
	case CONTEXT:
		c->machine = o->current;
		return model_context_allows(c);
	case DEVICE_NEW:
		c->machine = o->current;
		return true;
	case TABLE_GET:
		/* The list's entries are the current machine's to refuse. */
		c->machine = device_lives(o, c->device) ? (unsigned)c->device / 2 : o->current;
		return c->machine == o->current;
	default:
		return settle_device(o);
	}
}

/* --------------------------------------------------------------- preparations */

/* A name is a device of the machine in use, and has no device now. */
static bool prepare_device(struct oracle *o, const struct statement *s)
{
	u8 *number = &o->number_of[s->target];

	if (!s->has_target)
		return false;
	if (!*number && o->devices[o->current] < NR_DEVICES / 2)
		*number = o->current * 2 + o->devices[o->current]++ + 1;
	o->call.device = *number - 1;
	return *number && !o->bound[o->call.device] && o->call.device / 2 == (int)o->current;
}

/* Only when nothing was done with it yet, as a driver is given its device. */
static bool shape_device(struct oracle *o, bool *what)
{
	int device = o->call.device;

	if (!device_lives(o, device) || device % 2 == 0 || !o->fresh[device])
		return false;
	what[device] = true;
	return true;
}

static bool prepare_list(const struct oracle *o, const struct statement *s)
{
	size_t at;

	for (unsigned i = 0; i < s->nr_args; i += 2) {
		const void *cpu = o->run->values[i].p;

		if (model_view(o->model[machine_of_pointer(o, cpu)], cpu, &at) != CACHED)
			return false;
	}
	return s->nr_args >= 2;
}

static bool prepare_other(struct oracle *o, const struct statement *s)
{
	const char *name = s->call->name;
	const union value *v = o->run->values;

	if (strcmp(name, "set_coherent") == 0)
		return v[1].n && shape_device(o, o->snoops);
	if (strcmp(name, "dma_direct_set_offset") == 0)
		return v[1].n == WINDOW_CPU && v[2].n == WINDOW_DMA && v[3].n == WINDOW_SIZE &&
		       shape_device(o, o->window);
	if (strcmp(name, "sg_list") == 0)
		return prepare_list(o, s);
	if (strcmp(name, "sg_table") == 0)
		return o->call.nents >= 0 && o->call.nents <= 3;
	if (strcmp(name, "sg_set_nents") == 0)
		return o->call.nents >= 0 && o->call.nents <= 6;
	if (strcmp(name, "user_area") == 0)
		return s->has_target && o->call.number <= USER_PAGES;
	if (strcmp(name, "spinlock") == 0)
		return s->has_target && !o->made[s->target];
	return true;
}

bool oracle_prepares(struct oracle *o, const struct statement *s)
{
	u8 number;

	switch (o->call.kind) {
	case DEVICE_NEW:
		return prepare_device(o, s);
	case POOL_CREATE:
	case M_POOL_CREATE:
		number = s->has_target ? *oracle_number(o, s->target, &o->pools, NR_POOLS) : 0;
		o->call.number = number - 1;
		return number;
	case CACHE_CREATE:
		number = s->has_target ? *oracle_number(o, s->target, &o->caches, NR_CACHES) : 0;
		o->call.number = number - 1;
		return number && !o->lost[number - 1];
	case NO_CALL:
		return prepare_other(o, s);
	default:
		return true;
	}
}
