// SPDX-License-Identifier: MIT
/* Programs of the target "misuse" in readable form, much as C. */
#include "misuse.h"
#include "model/model.h"

static const char *const names[NR_CALL_KINDS] = {
	[ALLOC_COHERENT] = "dma_alloc_coherent", [ALLOC_ATTRS] = "dma_alloc_attrs",
	[ALLOC_WC] = "dma_alloc_wc", [ALLOC_NONCOHERENT] = "dma_alloc_noncoherent",
	[ALLOC_PAGES] = "dma_alloc_pages", [FREE_COHERENT] = "dma_free_coherent",
	[FREE_ATTRS] = "dma_free_attrs", [FREE_WC] = "dma_free_wc",
	[FREE_NONCOHERENT] = "dma_free_noncoherent", [FREE_PAGES] = "dma_free_pages",
	[KMALLOC] = "kmalloc", [KZALLOC] = "kzalloc", [KFREE] = "kfree", [KSIZE] = "ksize",
	[MAP] = "dma_map_single_attrs", [UNMAP] = "dma_unmap_single_attrs",
	[MAPPING_ERROR] = "dma_mapping_error", [SYNC_FOR_DEVICE] = "dma_sync_single_for_device",
	[SYNC_FOR_CPU] = "dma_sync_single_for_cpu", [NEED_SYNC] = "dma_need_sync",
	[PLAIN_READ] = "load", [PLAIN_WRITE] = "store",
	[CPU_READ] = "cpu_read", [CPU_WRITE] = "cpu_write", [DEVICE_READ] = "device_read",
	[DEVICE_WRITE] = "device_write", [EVICT] = "cache_evict", [FILL] = "cache_fill",
	[VIRT_TO_PAGE] = "virt_to_page", [SET_MASK] = "dma_set_mask",
	[SET_COHERENT_MASK] = "dma_set_coherent_mask",
	[SET_BOTH_MASKS] = "dma_set_mask_and_coherent",
	[COERCE_MASKS] = "dma_coerce_mask_and_coherent", [POKE_MASK] = "*dma_mask =",
	[POKE_MASK_POINTER] = "dma_mask =", [POKE_COHERENT_MASK] = "coherent_dma_mask =",
	[POKE_LIMIT] = "bus_dma_limit =", [FAIL_NTH] = "machine_fail_nth",
	[SET_CURRENT] = "machine_set_current", [DEVICE_FREE] = "device_free",
	[DEVICE_NEW] = "device_new", [MACHINE_FREE] = "machine_free",
	[FAIL_EVERY] = "machine_fail_every",
	[MAP_LIST] = "dma_map_sg_attrs", [UNMAP_LIST] = "dma_unmap_sg_attrs",
	[SYNC_LIST_FOR_DEVICE] = "dma_sync_sg_for_device",
	[SYNC_LIST_FOR_CPU] = "dma_sync_sg_for_cpu",
	[SET_MAX_SEGMENT] = "dma_set_max_seg_size", [SET_BOUNDARY] = "dma_set_seg_boundary",
	[SET_MIN_ALIGN] = "dma_set_min_align_mask", [SET_SNOOPING] = "device_set_snooping",
};

/* Where a call has several names. */
static const char *name_of(const struct call *c)
{
	static const char *const maps[] = {
		"dma_map_single_attrs", "dma_map_page_attrs", "dma_map_phys", "dma_map_resource",
	};
	static const char *const unmaps[] = {
		"dma_unmap_single_attrs", "dma_unmap_page_attrs", "dma_unmap_phys",
		"dma_unmap_resource",
	};

	switch (c->kind) {
	case MAP:
		return maps[c->form];
	case UNMAP:
		return unmaps[c->form];
	case MAP_LIST:
		return c->table ? "dma_map_sgtable" : names[c->kind];
	case UNMAP_LIST:
		return c->table ? "dma_unmap_sgtable" : names[c->kind];
	case SYNC_LIST_FOR_DEVICE:
		return c->table ? "dma_sync_sgtable_for_device" : names[c->kind];
	case SYNC_LIST_FOR_CPU:
		return c->table ? "dma_sync_sgtable_for_cpu" : names[c->kind];
	default:
		return names[c->kind] ? names[c->kind] :
		       is_pool_call(c->kind) ? pool_call_name(c) :
		       is_table_call(c->kind) ? table_call_name(c) :
		       c->kind == USER_MAP ? user_call_name(c) : memory_call_name(c);
	}
}

void print_device(int device, FILE *to)
{
	if (device == DEVICE_NULL)
		fprintf(to, "NULL");
	else if (device == DEVICE_FOREIGN)
		fprintf(to, "foreign device");
	else
		fprintf(to, "d%d", device);
}

/* The same in each run, wherever the machine lies. */
void print_pointer(const void *cpu, struct model *const *models, FILE *to)
{
	static const char *const views[] = { "", "cached", "uncached", "cookie" };
	size_t at;

	for (unsigned i = 0; i < NR_MACHINES; i++) {
		enum view view = models[i] ? model_view(models[i], cpu, &at) : NO_VIEW;

		if (view == NO_VIEW)
			continue;
		fprintf(to, "%s%s+0x%zx", i ? "m1." : "", views[view], at);
		return;
	}
	for (unsigned i = 0; i < NR_MACHINES; i++) {
		if (!models[i] || !model_in_vmalloc(models[i], cpu, &at))
			continue;
		fprintf(to, "%svmalloc+0x%zx", i ? "m1." : "", at);
		return;
	}
	if ((uintptr_t)cpu - (uintptr_t)constant < CONSTANT_SIZE)
		fprintf(to, "constant");
	else if ((uintptr_t)cpu < 4096)
		fprintf(to, "%zu", (size_t)(uintptr_t)cpu);
	else
		fprintf(to, "foreign pointer");
}

void put_dir(int dir, FILE *to)
{
	static const char *const dirs[] = {
		"DMA_BIDIRECTIONAL", "DMA_TO_DEVICE", "DMA_FROM_DEVICE", "DMA_NONE",
	};

	if (dir >= 0 && dir <= 3)
		fprintf(to, ", %s", dirs[dir]);
	else
		fprintf(to, ", (enum dma_data_direction)%d", dir);
}

/* As the program built it just before; or the one that it built last in that slot. */
static void put_list(const struct call *c, struct model *const *models, FILE *to)
{
	fprintf(to, "list %u", c->slot);
	if (c->number)
		fprintf(to, " + %u", c->number);
	for (unsigned i = 0; c->kind == MAP_LIST && i < c->nr_entries; i++) {
		fprintf(to, "%s", i ? ", " : " {");
		print_pointer(page_address(c->entry[i].page), models, to);
		fprintf(to, " + %u, %u", c->entry[i].offset, c->entry[i].length);
	}
	fprintf(to, "%s, %d", c->kind == MAP_LIST ? "}" : "", c->nents);
}

void print_call(const struct call *c, struct model *const *models, FILE *to)
{
	fprintf(to, "%s(", name_of(c));
	switch (c->kind) {
	case ALLOC_COHERENT:
	case ALLOC_ATTRS:
	case ALLOC_WC:
	case ALLOC_NONCOHERENT:
	case ALLOC_PAGES:
		print_device(c->device, to);
		fprintf(to, ", %zu", c->size);
		if (c->kind == ALLOC_NONCOHERENT || c->kind == ALLOC_PAGES)
			put_dir(c->dir, to);
		fprintf(to, ", gfp 0x%x", c->gfp);
		if (c->kind == ALLOC_ATTRS)
			fprintf(to, ", attrs 0x%lx", c->attrs);
		break;
	case FREE_COHERENT:
	case FREE_ATTRS:
	case FREE_WC:
	case FREE_NONCOHERENT:
	case FREE_PAGES:
		print_device(c->device, to);
		fprintf(to, ", %zu, ", c->size);
		print_pointer(c->cpu, models, to);
		fprintf(to, ", 0x%llx", (unsigned long long)c->dma);
		if (c->kind == FREE_NONCOHERENT || c->kind == FREE_PAGES)
			put_dir(c->dir, to);
		if (c->kind == FREE_ATTRS)
			fprintf(to, ", attrs 0x%lx", c->attrs);
		break;
	case KMALLOC:
	case KZALLOC:
		fprintf(to, "%zu, gfp 0x%x", c->size, c->gfp);
		break;
	case KFREE:
	case KSIZE:
	case VIRT_TO_PAGE:
		print_pointer(c->cpu, models, to);
		break;
	case MAP:
		print_device(c->device, to);
		fprintf(to, ", ");
		if (c->number == FOREIGN_STACK)
			fprintf(to, "stack");
		else if (c->form >= PHYS)
			fprintf(to, "phys 0x%llx", (unsigned long long)c->phys);
		else
			print_pointer(c->cpu, models, to);
		fprintf(to, ", %zu", c->size);
		put_dir(c->dir, to);
		fprintf(to, ", attrs 0x%lx", c->attrs);
		break;
	case UNMAP:
	case SYNC_FOR_DEVICE:
	case SYNC_FOR_CPU:
		print_device(c->device, to);
		fprintf(to, ", 0x%llx", (unsigned long long)c->dma);
		if (c->offset)
			fprintf(to, " + %lu", c->offset);
		fprintf(to, ", %zu", c->size);
		put_dir(c->dir, to);
		if (c->kind == UNMAP)
			fprintf(to, ", attrs 0x%lx", c->attrs);
		break;
	case MAPPING_ERROR:
	case NEED_SYNC:
		print_device(c->device, to);
		fprintf(to, ", 0x%llx", (unsigned long long)c->dma);
		break;
	case CPU_READ:
	case CPU_WRITE:
	case PLAIN_READ:
	case PLAIN_WRITE:
	case EVICT:
	case FILL:
		print_pointer(c->cpu, models, to);
		fprintf(to, ", %zu", c->size);
		break;
	case DEVICE_READ:
	case DEVICE_WRITE:
		print_device(c->device, to);
		fprintf(to, ", 0x%llx, %zu", (unsigned long long)c->dma, c->size);
		break;
	case SET_MASK:
	case SET_COHERENT_MASK:
	case SET_BOTH_MASKS:
	case COERCE_MASKS:
	case POKE_MASK:
	case POKE_MASK_POINTER:
	case POKE_COHERENT_MASK:
	case POKE_LIMIT:
	case SET_MAX_SEGMENT:
	case SET_BOUNDARY:
	case SET_MIN_ALIGN:
		print_device(c->device, to);
		fprintf(to, ", 0x%llx", (unsigned long long)c->mask);
		break;
	case MAP_LIST:
	case UNMAP_LIST:
	case SYNC_LIST_FOR_DEVICE:
	case SYNC_LIST_FOR_CPU:
		print_device(c->device, to);
		fprintf(to, ", ");
		put_list(c, models, to);
		put_dir(c->dir, to);
		if (c->kind == MAP_LIST || c->kind == UNMAP_LIST)
			fprintf(to, ", attrs 0x%lx", c->attrs);
		break;
	case FAIL_NTH:
	case FAIL_EVERY:
		fprintf(to, "m%u, %u", c->machine, c->number);
		break;
	case SET_SNOOPING:
		print_device(c->device, to);
		fprintf(to, ", %u", c->number);
		break;
	case SET_CURRENT:
	case MACHINE_FREE:
		fprintf(to, "m%u", c->machine);
		break;
	default:
		if (c->kind == CONTEXT || is_memory_call(c->kind))
			print_memory_call(c, models, to);
		else if (is_pool_call(c->kind))
			print_pool_call(c, models, to);
		else if (is_table_call(c->kind))
			print_table_call(c, models, to);
		else if (c->kind == USER_MAP)
			print_user_call(c, models, to);
		else
			print_device(c->device, to);
	}
	fprintf(to, ")");
}

void print_outcome(const struct call *c, const struct outcome *o, struct model *const *models,
		   FILE *to)
{
	switch (c->kind) {
	case ALLOC_COHERENT:
	case ALLOC_ATTRS:
	case ALLOC_WC:
	case ALLOC_NONCOHERENT:
	case ALLOC_PAGES:
	case KMALLOC:
	case KZALLOC:
	case VIRT_TO_PAGE:
	case TABLE_ALLOC:
	case TABLE_VMAP:
		fprintf(to, " = ");
		print_pointer(o->cpu, models, to);
		if ((c->kind < KMALLOC || c->kind == TABLE_ALLOC) && o->cpu)
			fprintf(to, ", 0x%llx", (unsigned long long)o->dma);
		break;
	case MAP:
		if (o->dma == DMA_MAPPING_ERROR)
			fprintf(to, " = DMA_MAPPING_ERROR");
		else
			fprintf(to, " = 0x%llx", (unsigned long long)o->dma);
		break;
	case MAP_LIST:
		fprintf(to, " = %ld", o->result);
		for (long i = 0; i < o->result && i < MAX_ENTRIES; i++)
			fprintf(to, "%s0x%llx, %u%s", i ? "; " : " {",
				(unsigned long long)o->entry[i].dma, o->entry[i].dma_length,
				i == o->result - 1 ? "}" : "");
		break;
	default:
		if (is_memory_call(c->kind) || (c->kind >= POOL_ALLOC && c->kind <= M_ALLOC))
			print_memory_outcome(c, o, models, to);
		else if (o->result && c->kind != CONTEXT)
			fprintf(to, " = %ld", o->result);
	}
	for (unsigned i = 0; i < o->nr_found && i < MAX_REMARKS; i++)
		fprintf(to, "%s%s of what was stored", i ? ", " : "   # found: ",
			o->found[i].check);
	for (unsigned i = 0; i < o->nr_remarks && i < MAX_REMARKS; i++)
		fprintf(to, "   # %s", o->remark[i].check);
	if (o->nr_remarks > MAX_REMARKS)
		fprintf(to, " and %u more", o->nr_remarks - MAX_REMARKS);
	fprintf(to, "\n");
}

void print_setup(const struct setup *s, FILE *to)
{
	fprintf(to, "%s, %zu KiB, checks %s, policy %s, %u machine%s%s%s\n", s->profile,
		s->ram_size / 1024, s->checks, s->policy, s->machines, s->machines > 1 ? "s" : "",
		s->snooping ? ", odd devices snoop" : "",
		s->window ? ", odd devices see memory elsewhere" : "");
}
