/* SPDX-License-Identifier: MIT */
/* The values of a statement as the arguments of the model's call. */
#include "oracle.h"

#include <linux/mm.h>
#include <linux/vmalloc.h>
#include <string.h>

#define HIGHEST_ORDER 12u
#define FARTHEST (16ll << 20) /* bytes from an object to what a driver may take for it */

/* What the model has rules for: the flags that drivers use, one at a time. */
static bool is_gfp(gfp_t gfp)
{
	static const gfp_t known[] = {
		GFP_KERNEL, GFP_ATOMIC, GFP_KERNEL | __GFP_ZERO, GFP_KERNEL | __GFP_DMA,
		GFP_KERNEL | __GFP_DMA32, GFP_HIGHUSER, GFP_KERNEL | __GFP_COMP, GFP_NOWAIT,
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (known[i] == gfp)
			return true;
	return false;
}

/* All that there are, and some that there are not. */
static bool is_attrs(u64 attrs)
{
	return !(attrs & ~(0x3ff7ul | 1ul << 3 | 1ul << 14 | 1ul << 63));
}

/* The object's place among those of its kind, from 1; 0: there are more than the model has. */
u8 *oracle_number(struct oracle *o, u32 object, unsigned *counter, unsigned most)
{
	u8 *number = &o->number_of[object];

	if (!*number && *counter < most)
		*number = ++*counter;
	return number;
}

bool oracle_is_made_by(const struct oracle *o, const struct arg *a, const char *call)
{
	return a->kind == ARG_OBJECT && o->made[a->object] &&
	       strcmp(o->made[a->object]->name, call) == 0;
}

static bool take_device(struct oracle *o, const struct arg *a, union value v)
{
	o->call.device = DEVICE_NULL;
	if (!v.dev)
		return true;
	if (oracle_is_made_by(o, a, "foreign_device")) {
		o->call.device = DEVICE_FOREIGN;
		return true;
	}
	o->call.device = o->number_of[a->object] - 1;
	return o->call.device >= 0;
}

/*
 * The library knows of its views and of vmalloc() before it has given out the first address
 * there, which is when the model learns of them; and it looks up what lies beside all memory.
 */
static bool is_known(const struct oracle *o, const struct arg *a, const void *cpu)
{
	const struct model *m = o->model[machine_of_pointer(o, cpu)];
	size_t at;

	if (model_view(m, cpu, &at) != NO_VIEW || model_in_vmalloc(m, cpu, NULL))
		return true;
	return !is_vmalloc_addr(cpu) && !dmalab_owns(cpu, 1) && a->offset <= FARTHEST &&
	       a->offset >= -FARTHEST;
}

static bool take_pointer(struct oracle *o, const struct arg *a, union value v)
{
	static const char *const hosts[] = { "global", "rodata", "heap" };
	struct call *c = &o->call;

	c->cpu = v.p;
	for (unsigned i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++)
		if (oracle_is_made_by(o, a, hosts[i]))
			return a->offset >= 0 && a->offset < 64;
	if (!oracle_is_made_by(o, a, "stack"))
		return is_known(o, a, v.p);
	/* A pointer into the runner's stack stands for one into the driver's. */
	c->number = FOREIGN_STACK;
	return c->kind == MAP && a->offset >= 0 && a->offset < 64;
}

/* Is the pointer, whose page or physical address is asked for, one that has them? */
static bool is_cached(const struct oracle *o, const struct arg *a)
{
	const void *cpu;
	size_t at;

	if (a->kind != ARG_OBJECT)
		return true;
	cpu = o->run->objects[a->object].cpu;
	if (!cpu && !a->offset && a->field == FIELD_PAGE)
		return true;
	return cpu && model_view(o->model[machine_of_pointer(o, cpu)], cpu, &at) == CACHED;
}

static bool take_page(struct oracle *o, const struct arg *a, union value v)
{
	if (!is_cached(o, a) || a->offset < -8 || a->offset > 8)
		return false;
	o->call.page = v.p;
	o->call.cpu = v.p ? page_address(v.p) : NULL;
	return true;
}

static bool take_phys(struct oracle *o, const struct arg *a, union value v)
{
	o->call.phys = v.n;
	return is_cached(o, a);
}

/* ------------------------------------------------------------------- numbers */

static bool take_number(struct call *c, char role, u64 n)
{
	switch (role) {
	case 's':
		c->size = n;
		return true;
	case 'o':
		c->offset = n;
		return true;
	case 'm':
		c->mask = n;
		return true;
	case 'e':
		c->nents = (int)n;
		return n <= 8 || n == UINT32_MAX || n == UINT64_MAX;
	case 'v':
		c->value = n;
		return true;
	case 'x':
		c->align = n;
		return n <= UINT32_MAX;
	case 'y':
		c->boundary = n;
		return n <= UINT32_MAX;
	default:
		c->number = n;
		return n <= 4096;
	}
}

/* --------------------------------------------------------------------- lists */

/* What a list of the driver's own says of itself now. */
static bool take_entries(struct oracle *o, const struct sg_table *sgt)
{
	struct scatterlist *sg = sgt->sgl;
	struct call *c = &o->call;

	for (c->nr_entries = 0; sg; sg = sg_next(sg)) {
		if (c->nr_entries == MAX_ENTRIES)
			return false;
		c->entry[c->nr_entries++] = (struct entry){
			.page = sg_page(sg), .offset = sg->offset, .length = sg->length,
			.dma = sg_dma_address(sg), .dma_length = sg_dma_len(sg),
		};
	}
	c->dma = sg_dma_address(sgt->sgl);
	return true;
}

static bool take_list(struct oracle *o, const struct arg *a, struct object *list)
{
	struct call *c = &o->call;
	struct sg_table *sgt = list->sgt;
	bool own = sgt == &list->own;

	c->table = o->row->number;
	if (!sgt) {
		c->no_table = true;
		c->nents = 1;
		return is_table_call(c->kind) || c->kind == USER_MAP;
	}
	if (c->table || is_table_call(c->kind) || c->kind == USER_MAP)
		c->nents = sgt->orig_nents;
	o->nents = sgt->nents;
	if (oracle_is_made_by(o, a, "sg_list") || oracle_is_made_by(o, a, "sg_table")) {
		if (c->kind == TABLE_SYNC_FOR_CPU)
			c->kind = SYNC_LIST_FOR_CPU;
		else if (c->kind == TABLE_SYNC_FOR_DEVICE)
			c->kind = SYNC_LIST_FOR_DEVICE;
		if (!take_entries(o, sgt))
			return false;
	} else if (!is_table_call(c->kind) && c->kind != USER_MAP) {
		/* The library's own lists are mapped already. */
		return false;
	}
	if (!is_table_call(c->kind) && c->kind != USER_MAP)
		return true;
	c->sgt = own ? NULL : sgt;
	c->page = sg_page(sgt->sgl);
	c->dma = sg_dma_address(sgt->sgl);
	c->cpu = page_address(c->page);
	return !own || (sg_is_last(sgt->sgl) && !sgt->sgl->offset);
}

/* ------------------------------------------------------------------ the rest */

static bool take_area(struct oracle *o, const struct object *area)
{
	struct call *c = &o->call;
	const struct vm_area_struct *vma = area ? area->area : NULL;
	unsigned long pages = vma ? vma_pages(vma) : 0;
	unsigned long reserved = vma ? (unsigned long)area->reserved : 0;

	c->mask = USER_NOTHING;
	if (!vma)
		return true;
	c->offset = vma->vm_pgoff;
	if (vma->vm_start == reserved)
		c->mask = pages;
	else if (pages != 1)
		return false;
	else if (vma->vm_start == reserved + 1)
		c->mask = USER_MISALIGNED;
	else if (vma->vm_start == 4096)
		c->mask = USER_UNMAPPED;
	else
		c->mask = USER_MACHINE;
	return c->mask != USER_MACHINE ||
	       dmalab_owns((void *)vma->vm_start, 4096);
}

static bool take_pool(struct oracle *o, const struct arg *a, union value v)
{
	o->call.pool = v.any ? POOL_LIVES : POOL_NULL;
	if (a->kind != ARG_OBJECT || !o->number_of[a->object])
		return !v.any;
	o->call.number = o->number_of[a->object] - 1;
	return true;
}

static bool take_cache(struct oracle *o, const struct arg *a, union value v)
{
	unsigned number = 0;

	if (v.any) {
		number = o->number_of[a->object];
		if (!number || o->lost[number - 1])
			return false;
		o->call.number = number - 1;
		return true;
	}
	/* NULL is one that was never made. */
	while (number < NR_CACHES && o->cache[number])
		number++;
	o->call.number = number;
	return number < NR_CACHES;
}

static bool take_lock(struct oracle *o, const struct arg *a)
{
	u8 number = *oracle_number(o, a->object, &o->locks, NR_LOCKS);

	o->call.slot = number - 1;
	return number;
}

/* The byte that a write stores, if it is one. */
static bool take_value(struct oracle *o, const struct arg *a, union value v)
{
	if (a->kind == ARG_STRING) {
		o->call.value = v.string[0];
		return v.string[0] && !v.string[1];
	}
	o->call.value = v.n;
	return true;
}

static bool take(struct oracle *o, const struct arg *a, char parameter, union value v, const char **roles)
{
	struct call *c = &o->call;

	switch (parameter) {
	case 'd':
		return take_device(o, a, v);
	case 'p':
		return take_pointer(o, a, v);
	case 'a':
		c->dma = v.n;
		return true;
	case 'P':
		return take_page(o, a, v);
	case 'h':
		return take_phys(o, a, v);
	case 's':
	case 't':
		return take_list(o, a, v.object);
	case 'z':
		return take_number(c, **roles == '*' ? 's' : **roles ? *(*roles)++ : 'n', v.n);
	case 'D':
		c->dir = (int)v.n;
		return true;
	case 'G':
		c->gfp = v.n;
		return is_gfp(v.n);
	case 'A':
		c->attrs = v.n;
		return is_attrs(v.n);
	case 'v':
		return take_value(o, a, v);
	case 'o':
		return take_pool(o, a, v);
	case 'c':
		return take_cache(o, a, v);
	case 'l':
		return take_lock(o, a);
	case 'u':
		return take_area(o, v.object);
	default:
		return true;
	}
}

/* What the names of calls say, and arguments do not. */
static bool complete(struct oracle *o, const struct statement *s)
{
	struct call *c = &o->call;

	switch (c->kind) {
	case ALLOC_WC:
	case FREE_WC:
		c->attrs = DMA_ATTR_WRITE_COMBINE;
		return true;
	case PAGES_ALLOC:
	case PAGES_GET:
	case PAGES_FREE:
	case PAGES_FREE_ADDRESS:
		c->size = c->number <= HIGHEST_ORDER ? 4096ul << c->number : 0;
		return c->number <= HIGHEST_ORDER;
	case MAP:
	case UNMAP:
		c->form = o->row->number;
		if (c->kind == UNMAP || c->form == SINGLE)
			return true;
		/* How many addresses an IOMMU has left for what is no memory, the model does not say. */
		if (c->form != PAGE)
			return c->size <= FARTHEST;
		c->cpu = c->page ? (void *)((uintptr_t)c->cpu + c->offset) : NULL;
		return is_known(o, &s->args[1], c->cpu);
	case CONTEXT:
	case USER_MAP:
		c->number = o->row->number;
		return true;
	case CPU_READ:
	case CPU_WRITE:
	case DEVICE_READ:
	case DEVICE_WRITE:
	case EVICT:
	case FILL:
		return c->size <= MAX_ACCESS;
	case VMALLOC:
	case VZALLOC:
		/* The runner does not ask for so much. */
		return c->size <= TRACE_MAX_VMALLOC || c->size > 1ull << 40;
	case PLAIN_WRITE:
		return s->nr_args == 3;
	case CACHE_CREATE:
		c->flags = s->nr_args > 3 ? o->run->values[3].n : 0;
		return !(c->flags & ~(SLAB_HWCACHE_ALIGN | SLAB_CACHE_DMA | SLAB_CACHE_DMA32));
	default:
		return true;
	}
}

bool oracle_arguments(struct oracle *o, const struct statement *s)
{
	const struct run *r = o->run;
	const char *roles = o->row->numbers;
	u8 fill = r->fill == 0xff ? 1 : r->fill + 1;
	bool optional;

	o->call = (struct call){
		.kind = o->row->kind, .device = DEVICE_NULL, .value = fill, .machine = o->current,
	};
	for (unsigned i = 0; i < s->nr_args; i++)
		if (!take(o, &s->args[i], call_parameter(s->call, i, &optional), r->values[i], &roles))
			return false;
	return complete(o, s);
}
