// SPDX-License-Identifier: MIT
/* Calls for noncontiguous memory and its lists, in readable form. */
#include "misuse.h"
#include "model/model.h"

const char *table_call_name(const struct call *c)
{
	static const char *const names[NR_CALL_KINDS] = {
		[TABLE_ALLOC] = "dma_alloc_noncontiguous", [TABLE_FREE] = "dma_free_noncontiguous",
		[TABLE_SYNC_FOR_DEVICE] = "dma_sync_sgtable_for_device",
		[TABLE_SYNC_FOR_CPU] = "dma_sync_sgtable_for_cpu",
		[TABLE_VMAP] = "dma_vmap_noncontiguous", [TABLE_VUNMAP] = "dma_vunmap_noncontiguous",
		[TABLE_GET] = "dma_get_sgtable",
	};

	return names[c->kind];
}

static void put_table(const struct call *c, struct model *const *models, FILE *to)
{
	if (c->no_table) {
		fprintf(to, ", no table");
		return;
	}
	fprintf(to, c->sgt ? ", table {" : ", own table {");
	print_pointer(c->cpu, models, to);
	fprintf(to, ", 0x%llx; %d}", (unsigned long long)c->dma, c->nents);
}

void print_table_call(const struct call *c, struct model *const *models, FILE *to)
{
	print_device(c->device, to);
	if (c->kind == TABLE_ALLOC) {
		fprintf(to, ", %zu", c->size);
		put_dir(c->dir, to);
		fprintf(to, ", gfp 0x%x, attrs 0x%lx", c->gfp, c->attrs);
		return;
	}
	if (c->kind == TABLE_GET) {
		fprintf(to, ", 0x%llx, %zu, attrs 0x%lx", (unsigned long long)c->dma, c->size,
			c->attrs);
		return;
	}
	if (c->kind == TABLE_FREE || c->kind == TABLE_VMAP)
		fprintf(to, ", %zu", c->size);
	if (c->kind != TABLE_VUNMAP)
		put_table(c, models, to);
	if (c->kind <= TABLE_SYNC_FOR_CPU)
		put_dir(c->dir, to);
}
