// SPDX-License-Identifier: MIT
/* The calls of the target "misuse" for pools, and for what goes with its device, made. */
#include "misuse.h"

#include <linux/dmapool.h>

static void create(struct lab *lab, const struct call *c, struct outcome *o)
{
	const struct pool_shape *shape = &pool_shapes[c->mask % NR_POOL_SHAPES];
	struct device *dev = device_of(lab, c);
	struct dma_pool *pool;

	if (c->kind == POOL_CREATE)
		pool = dma_pool_create("fuzz", dev, c->size, shape->align, shape->boundary);
	else
		pool = dmam_pool_create("fuzz", dev, c->size, shape->align, shape->boundary);
	o->result = pool != NULL;
	if (!pool)
		return;
	lab->pool[c->number] = pool;
	lab->pool_machine[c->number] = c->machine;
}

void run_pool(struct lab *lab, const struct call *c, struct outcome *o)
{
	struct dma_pool *pool = lab->pool[c->number % NR_POOLS];

	switch (c->kind) {
	case POOL_ALLOC:
		o->cpu = dma_pool_alloc(pool, c->gfp, &o->dma);
		break;
	case POOL_ZALLOC:
		o->cpu = dma_pool_zalloc(pool, c->gfp, &o->dma);
		break;
	case M_ALLOC:
		o->cpu = dmam_alloc_attrs(device_of(lab, c), c->size, &o->dma, c->gfp, c->attrs);
		break;
	case POOL_FREE:
		dma_pool_free(pool, c->cpu, c->dma);
		break;
	case M_FREE:
		dmam_free_coherent(device_of(lab, c), c->size, c->cpu, c->dma);
		break;
	case POOL_DESTROY:
		dma_pool_destroy(pool);
		break;
	case M_POOL_DESTROY:
		dmam_pool_destroy(pool);
		break;
	default:
		create(lab, c, o);
	}
}
