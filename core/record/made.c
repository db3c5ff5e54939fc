/* SPDX-License-Identifier: MIT */
/* What the calls made: from then on, its name stands for it. */
#include "record/recorder.h"

/* With the lock, what is to be bound; or NULL, without it. */
static struct named *begin_made(void)
{
	struct named *made = mine.makes;

	mine.makes = NULL;
	if (!made || !record_enter())
		return NULL;
	/* It may have gone with a recording that has ended. */
	if (mine.number == rec.number)
		return made;
	record_leave();
	return NULL;
}

void record_made_memory(const void *cpu, size_t size, const dma_addr_t *dma)
{
	struct named *n = cpu ? begin_made() : NULL;

	if (!n)
		return;
	n->cpu = cpu;
	n->size = size ? size : n->size;
	n->has_dma = dma;
	n->dma = dma ? *dma : 0;
	name_bind(n);
	record_leave();
}

void record_made_mapping(dma_addr_t dma, size_t size)
{
	struct named *n = dma != ~(dma_addr_t)0 ? begin_made() : NULL;

	if (!n)
		return;
	n->size = size;
	n->has_dma = true;
	n->dma = dma;
	name_bind(n);
	record_leave();
}

void record_made(const void *object)
{
	struct named *n = object ? begin_made() : NULL;

	if (!n)
		return;
	n->key = object;
	name_bind(n);
	record_leave();
}

/* Lists of the library's own are known by the table, others by their entries. */
void record_made_table(const struct sg_table *sgt)
{
	struct named *n = sgt && sgt->sgl ? begin_made() : NULL;

	if (!n)
		return;
	n->key = sgt->sgl;
	n->table = sgt;
	name_bind(n);
	name_set_segments(n, sgt->sgl, sgt->nents);
	record_leave();
}

void record_mapped(const struct device *dev, struct scatterlist *sgl, int nents)
{
	struct named *n;

	if (nents <= 0 || mine.foreign || !record_enter())
		return;
	n = name_by_key(NAMED_LIST, sgl);
	if (n) {
		n->dev = dev;
		name_set_segments(n, sgl, nents);
	}
	record_leave();
}
