/* SPDX-License-Identifier: MIT */
/* What the calls made: from then on, its name stands for it. */
#include "record/recorder.h"

/* With the lock, what is to be bound; or NULL, without it. */
static struct named *begin_made(void)
{
	struct named *made = dlab_mine.makes;

	dlab_mine.makes = NULL;
	if (!made || !dlab_record_enter())
		return NULL;
	/* It may have gone with a recording that has ended. */
	if (dlab_mine.number == dlab_rec.number)
		return made;
	dlab_record_leave();
	return NULL;
}

void dlab_record_made_memory(const void *cpu, size_t size, const dma_addr_t *dma)
{
	struct named *n = cpu ? begin_made() : NULL;

	if (!n)
		return;
	n->cpu = cpu;
	n->size = size ? size : n->size;
	n->has_dma = dma;
	n->dma = dma ? *dma : 0;
	dlab_name_bind(n);
	dlab_record_leave();
}

void dlab_record_made_mapping(dma_addr_t dma, size_t size)
{
	struct named *n = dma != ~(dma_addr_t)0 ? begin_made() : NULL;

	if (!n)
		return;
	n->size = size;
	n->has_dma = true;
	n->dma = dma;
	dlab_name_bind(n);
	dlab_record_leave();
}

void dlab_record_made(const void *object)
{
	struct named *n = object ? begin_made() : NULL;

	if (!n)
		return;
	n->key = object;
	dlab_name_bind(n);
	dlab_record_leave();
}

/* Lists of the library's own are known by the table, others by their entries. */
void dlab_record_made_table(const struct sg_table *sgt)
{
	struct named *n = sgt && sgt->sgl ? begin_made() : NULL;

	if (!n)
		return;
	n->key = sgt->sgl;
	n->table = sgt;
	dlab_name_bind(n);
	dlab_name_set_segments(n, sgt->sgl, sgt->nents);
	dlab_record_leave();
}

void dlab_record_mapped(const struct device *dev, struct scatterlist *sgl, int nents)
{
	struct named *n;

	if (nents <= 0 || dlab_mine.foreign || !dlab_record_enter())
		return;
	n = dlab_name_by_key(NAMED_LIST, sgl);
	if (n) {
		n->dev = dev;
		dlab_name_set_segments(n, sgl, nents);
	}
	dlab_record_leave();
}
