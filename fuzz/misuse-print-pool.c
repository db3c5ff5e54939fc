// SPDX-License-Identifier: MIT
/* Calls for pools, and for what goes with its device, in readable form. */
#include "misuse.h"
#include "model/model.h"

const char *pool_call_name(const struct call *c)
{
	static const char *const names[NR_CALL_KINDS] = {
		[POOL_ALLOC] = "dma_pool_alloc", [POOL_ZALLOC] = "dma_pool_zalloc",
		[M_ALLOC] = "dmam_alloc_attrs", [POOL_FREE] = "dma_pool_free",
		[M_FREE] = "dmam_free_coherent", [POOL_CREATE] = "dma_pool_create",
		[M_POOL_CREATE] = "dmam_pool_create", [POOL_DESTROY] = "dma_pool_destroy",
		[M_POOL_DESTROY] = "dmam_pool_destroy",
	};

	return names[c->kind];
}

void print_pool_call(const struct call *c, struct model *const *models, FILE *to)
{
	switch (c->kind) {
	case POOL_ALLOC:
	case POOL_ZALLOC:
		fprintf(to, "p%u, gfp 0x%x", c->number, c->gfp);
		break;
	case M_ALLOC:
		print_device(c->device, to);
		fprintf(to, ", %zu, gfp 0x%x, attrs 0x%lx", c->size, c->gfp, c->attrs);
		break;
	case POOL_FREE:
		fprintf(to, "p%u, ", c->number);
		print_pointer(c->cpu, models, to);
		fprintf(to, ", 0x%llx", (unsigned long long)c->dma);
		break;
	case M_FREE:
		print_device(c->device, to);
		fprintf(to, ", %zu, ", c->size);
		print_pointer(c->cpu, models, to);
		fprintf(to, ", 0x%llx", (unsigned long long)c->dma);
		break;
	case POOL_CREATE:
	case M_POOL_CREATE:
		fprintf(to, "p%u, ", c->number);
		print_device(c->device, to);
		fprintf(to, ", %zu, %u, %u", c->size, pool_shapes[c->mask].align,
			pool_shapes[c->mask].boundary);
		break;
	default:
		fprintf(to, "p%u", c->number);
	}
}
