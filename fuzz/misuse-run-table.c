// SPDX-License-Identifier: MIT
/* The calls of the target "misuse" for noncontiguous memory and its lists, made. */
#include "misuse.h"

/* What the list says of itself now. */
void look_at_table(struct call *c)
{
	if (c->sgt) {
		c->page = sg_page(c->sgt->sgl);
		c->dma = sg_dma_address(c->sgt->sgl);
		c->nents = c->sgt->orig_nents;
	}
	c->cpu = page_address(c->page);
}

static void alloc(struct device *dev, const struct call *c, struct outcome *o)
{
	o->sgt = dma_alloc_noncontiguous(dev, c->size, c->dir, c->gfp, c->attrs);
	if (!o->sgt)
		return;
	o->page = sg_page(o->sgt->sgl);
	o->cpu = page_address(o->page);
	o->dma = sg_dma_address(o->sgt->sgl);
}

static void get(struct device *dev, const struct call *c, struct outcome *o)
{
	struct sg_table table = { .orig_nents = 77 };

	if (c->attrs)
		o->result = dma_get_sgtable_attrs(dev, &table, c->cpu, c->dma, c->size, c->attrs);
	else
		o->result = dma_get_sgtable(dev, &table, c->cpu, c->dma, c->size);
	if (o->result)
		return;
	o->entry[0] = (struct entry){
		.page = sg_page(table.sgl), .offset = table.sgl->offset,
		.length = table.sgl->length,
	};
	if (table.orig_nents != 1)
		o->entry[0].page = NULL;
	sg_free_table(&table);
}

void run_table(struct lab *lab, const struct call *c, struct outcome *o)
{
	struct device *dev = device_of(lab, c);
	struct scatterlist sg;
	struct sg_table own = { .sgl = &sg, .nents = c->nents, .orig_nents = c->nents };
	struct sg_table *sgt = c->no_table ? NULL : c->sgt ? c->sgt : &own;

	sg_init_table(&sg, 1);
	sg_set_page(&sg, c->page, c->size, 0);
	sg_dma_address(&sg) = c->dma;
	sg_dma_len(&sg) = c->size;
	switch (c->kind) {
	case TABLE_ALLOC:
		alloc(dev, c, o);
		break;
	case TABLE_FREE:
		dma_free_noncontiguous(dev, c->size, sgt, c->dir);
		break;
	case TABLE_SYNC_FOR_DEVICE:
		dma_sync_sgtable_for_device(dev, sgt, c->dir);
		break;
	case TABLE_SYNC_FOR_CPU:
		dma_sync_sgtable_for_cpu(dev, sgt, c->dir);
		break;
	case TABLE_VMAP:
		o->cpu = dma_vmap_noncontiguous(dev, c->size, sgt);
		break;
	case TABLE_VUNMAP:
		dma_vunmap_noncontiguous(dev, c->cpu);
		break;
	default:
		get(dev, c, o);
	}
}
