/* SPDX-License-Identifier: MIT */
/*
 * Noncoherent memory as a list: without anything that joins scattered pages it is one
 * contiguous piece, and the list has one entry. The CPU's view of it is the linear map.
 */
#include "base/host.h"
#include "dma/noncontiguous.h"
#include "base/probe.h"

#include <stdlib.h>

#define NR_GONE 64u /* freed lists that are remembered */

/* A list, which stays readable when it is freed: somebody may free it again. */
struct noncontiguous {
	struct sg_table table;
	struct scatterlist entry;
	bool is_gone;
	struct noncontiguous *next;     /* among the gone */
};

/*
 * All lists of a machine are in one array, so that a caller's own list is told from ours
 * by its address alone. There is one for each page of RAM: enough, unless lists are lost
 * when copies of them are freed and no ledger knows better. The host gives memory for
 * what is used.
 */
static struct noncontiguous *list_new(struct dmalab_machine *lab)
{
	struct lists *lists = lab->lists;
	struct noncontiguous *list = lists->gone;

	if (lists->nr_gone >= NR_GONE) {
		lists->gone = list->next;
		lists->nr_gone--;
		list->is_gone = false;
		return list;
	}
	if (!lists->array)
		lists->array = host_calloc(lab->hw.nr_pages + NR_GONE, sizeof(*list));
	if (!lists->array || lists->nr_used == lab->hw.nr_pages + NR_GONE)
		return NULL;
	return &lists->array[lists->nr_used++];
}

static void list_free(struct lists *lists, struct noncontiguous *list)
{
	if (list->is_gone)
		return;
	list->is_gone = true;
	if (!lists->gone)
		lists->last = &lists->gone;
	list->next = NULL;
	*lists->last = list;
	lists->last = &list->next;
	lists->nr_gone++;
}

void dlab_lists_init(struct lists *lists)
{
	*lists = (struct lists){ 0 };
}

void dlab_lists_exit(struct lists *lists)
{
	free(lists->array);
}

static struct sg_table *alloc_locked(struct allocation *a)
{
	struct dmalab_machine *lab = a->d->machine;
	struct noncontiguous *list;

	if (a->attrs & ~DMA_ATTR_ALLOC_SINGLE_PAGES) {
		dlab_direct_refuse(a, CHECK_BAD_ATTRS,
				   "valid: none, or DMA_ATTR_ALLOC_SINGLE_PAGES");
		return NULL;
	}
	list = list_new(lab);
	if (!list)
		return NULL;
	if (!dlab_noncoherent_take(a)) {
		list_free(lab->lists, list);
		return NULL;
	}
	if (judge_keeps_ledger(&lab->judge))
		ledger_alloc(&lab->judge.ledger, a->page)->table = &list->table;
	sg_init_table(&list->entry, 1);
	sg_set_page(&list->entry, &lab->hw.pages[a->page], PAGE_ALIGN(a->size), 0);
	sg_dma_address(&list->entry) = a->dma;
	sg_dma_len(&list->entry) = PAGE_ALIGN(a->size);
	list->table = (struct sg_table){ .sgl = &list->entry, .nents = 1, .orig_nents = 1 };
	return &list->table;
}

struct sg_table *dma_alloc_noncontiguous(struct device *dev, size_t size,
					 enum dma_data_direction dir, gfp_t gfp,
					 unsigned long attrs)
{
	struct call call = THIS_CALL;
	struct allocation a = {
		.call = &call, .size = size, .gfp = gfp, .attrs = attrs, .dir = dir,
		.kind = REGION_NONCONTIGUOUS,
	};
	struct sg_table *sgt;

	RECORD("=dzDGA", dev, size, dir, gfp, attrs);
	a.d = lab_enter(dev, &call);
	if (!a.d)
		return NULL;
	sgt = alloc_locked(&a);
	lab_leave(a.d);
	if (recording())
		dlab_probe->made_table(sgt);
	return sgt;
}

void dlab_lists_forget(struct lists *lists, struct sg_table *table)
{
	list_free(lists, (struct noncontiguous *)table);
}

/* Is it a list of ours, and not a copy of one? */
static bool is_ours(const struct lists *lists, const struct sg_table *sgt)
{
	uintptr_t at = (uintptr_t)sgt - (uintptr_t)lists->array;

	return at < lists->nr_used * sizeof(*lists->array) && at % sizeof(*lists->array) == 0;
}

void dma_free_noncontiguous(struct device *dev, size_t size, struct sg_table *sgt,
			    enum dma_data_direction dir)
{
	struct call call = THIS_CALL;
	struct release rel = {
		.call = &call, .dev = dev, .size = size, .dir = dir, .kind = REGION_NONCONTIGUOUS,
	};
	struct dmalab_machine *lab;

	if (!sgt || !sgt->sgl)
		return;
	RECORD("dztD", dev, size, sgt, dir);
	rel.cpu = page_address(sg_page(sgt->sgl));
	rel.dma = sg_dma_address(sgt->sgl);
	lab = rel.cpu ? dlab_of(rel.cpu) : NULL;
	dlab_release(&rel);
	/* With a ledger, the list goes with the object that was released. */
	if (!lab || judge_keeps_ledger(&lab->judge))
		return;
	lab_lock(lab);
	if (is_ours(lab->lists, sgt))
		dlab_lists_forget(lab->lists, sgt);
	lab_unlock(lab);
}

void *dma_vmap_noncontiguous(struct device *dev, size_t size, struct sg_table *sgt)
{
	struct dmalab_device *d;

	RECORD("=dzt", dev, size, sgt);
	d = lab_enter(dev, &THIS_CALL);
	if (!d)
		return NULL;
	lab_leave(d);
	return sgt && sgt->sgl ? record_memory(page_address(sg_page(sgt->sgl)), size, NULL) : NULL;
}

void dma_vunmap_noncontiguous(struct device *dev, void *vaddr)
{
	struct dmalab_device *d;

	RECORD("dp", dev, vaddr);
	d = lab_enter(dev, &THIS_CALL);
	if (d)
		lab_leave(d);
}
