/* SPDX-License-Identifier: MIT */
/* Lists and tables of segments, and areas of a process into which memory is mapped. */
#include "trace/calls.h"

#include <linux/dma-mapping.h>
#include <linux/mm.h>
#include <stdlib.h>
#include <sys/mman.h>

/* -------------------------------------------------------------------- lists */

/*
 * The entries are the runner's: that a list is put together takes no memory of the simulated
 * kernel, and cannot be made to fail.
 */
static bool run_own_list(struct run *r, struct object *to, unsigned nr)
{
	run_drop_list(to);
	to->entries = nr == 1 ? &to->one : calloc(nr, sizeof(*to->entries));
	if (!to->entries) {
		run_stop(r, "no memory for a list");
		return false;
	}
	sg_init_table(to->entries, nr);
	to->own = (struct sg_table){ .sgl = to->entries, .nents = nr, .orig_nents = nr };
	to->sgt = &to->own;
	return true;
}

void run_drop_list(struct object *o)
{
	if (!o->entries)
		sg_free_table(&o->own);
	else if (o->entries != &o->one)
		free(o->entries);
	o->entries = NULL;
	o->own = (struct sg_table){ .sgl = NULL };
	o->sgt = NULL;
}

CALL(sg_list)
{
	struct scatterlist *sg;
	unsigned i;

	UNUSED;
	if (n < 2 || n % 2) {
		run_stop(r, "a list is of addresses and lengths: sg_list(a.cpu, 512, b.cpu, 512)");
		return;
	}
	if (!run_own_list(r, to, n / 2))
		return;
	for_each_sgtable_sg(&to->own, sg, i)
		sg_set_buf(sg, PTR(2 * i), NUM(2 * i + 1));
}

CALL(sg_table)
{
	UNUSED;
	if (NUM(3) > 3) {
		run_stop(r, "a table may say that there are 0 to 3 segments");
		return;
	}
	if (!run_own_list(r, to, 1))
		return;
	sg_set_page(to->entries, PTR(0), NUM(2), n > 4 ? NUM(4) : 0);
	sg_dma_address(to->entries) = NUM(1);
	sg_dma_len(to->entries) = NUM(2);
	to->own.nents = to->own.orig_nents = NUM(3);
}

/* As a driver does that has filled fewer entries than there are, or thinks that it has more. */
CALL(sg_set_nents)
{
	UNUSED;
	if (NUM(1) > TRACE_MAX_ARGS)
		run_stop(r, "a list has at most %u entries", TRACE_MAX_ARGS / 2);
	else if (TABLE(0))
		TABLE(0)->orig_nents = NUM(1);
}

CALL(dma_get_sgtable)
{
	UNUSED;
	run_drop_list(to);
	r->returned = dma_get_sgtable(DEV(0), &to->own, PTR(1), NUM(2), NUM(3));
	if (!r->returned)
		to->sgt = &to->own;
}

CALL(dma_get_sgtable_attrs)
{
	UNUSED;
	run_drop_list(to);
	r->returned = dma_get_sgtable_attrs(DEV(0), &to->own, PTR(1), NUM(2), NUM(3), NUM(4));
	if (!r->returned)
		to->sgt = &to->own;
}

CALL(dma_alloc_noncontiguous)
{
	UNUSED;
	run_drop_list(to);
	to->sgt = dma_alloc_noncontiguous(DEV(0), NUM(1), DIR(2), NUM(3), NUM(4));
}

CALL(dma_free_noncontiguous) { UNUSED; dma_free_noncontiguous(DEV(0), NUM(1), TABLE(2), DIR(3)); }

CALL(dma_vmap_noncontiguous)
{
	UNUSED;
	to->cpu = dma_vmap_noncontiguous(DEV(0), NUM(1), TABLE(2));
}

CALL(dma_vunmap_noncontiguous) { UNUSED; dma_vunmap_noncontiguous(DEV(0), PTR(1)); }

/* The kernel reads the table before anything else: a call about one needs one. */
static bool has_table(struct run *r, struct sg_table *sgt)
{
	if (!sgt)
		run_stop(r, "there is no list: its allocation failed, or it has been freed");
	return sgt;
}

CALL(dma_map_sg) { UNUSED; to->number = dma_map_sg(DEV(0), LIST(1), NUM(2), DIR(3)); }
CALL(dma_unmap_sg) { UNUSED; dma_unmap_sg(DEV(0), LIST(1), NUM(2), DIR(3)); }

CALL(dma_map_sg_attrs)
{
	UNUSED;
	to->number = dma_map_sg_attrs(DEV(0), LIST(1), NUM(2), DIR(3), NUM(4));
}

CALL(dma_unmap_sg_attrs)
{
	UNUSED;
	dma_unmap_sg_attrs(DEV(0), LIST(1), NUM(2), DIR(3), NUM(4));
}

CALL(dma_map_sgtable)
{
	UNUSED;
	if (has_table(r, TABLE(1)))
		to->number = dma_map_sgtable(DEV(0), TABLE(1), DIR(2), NUM(3));
}

CALL(dma_unmap_sgtable)
{
	UNUSED;
	if (has_table(r, TABLE(1)))
		dma_unmap_sgtable(DEV(0), TABLE(1), DIR(2), NUM(3));
}

CALL(dma_sync_sg_for_cpu) { UNUSED; dma_sync_sg_for_cpu(DEV(0), LIST(1), NUM(2), DIR(3)); }
CALL(dma_sync_sg_for_device) { UNUSED; dma_sync_sg_for_device(DEV(0), LIST(1), NUM(2), DIR(3)); }

CALL(dma_sync_sgtable_for_cpu) { UNUSED; dma_sync_sgtable_for_cpu(DEV(0), TABLE(1), DIR(2)); }

CALL(dma_sync_sgtable_for_device) { UNUSED; dma_sync_sgtable_for_device(DEV(0), TABLE(1), DIR(2)); }

/* ------------------------------------------------------------ areas of a process */

#define AREA_PAGES 8

/* Addresses of this process at which there is nothing yet. */
static void *reserve(void *at)
{
	void *p = mmap(at, AREA_PAGES * PAGE_SIZE, PROT_NONE,
		       MAP_PRIVATE | MAP_ANONYMOUS | (at ? MAP_FIXED : 0), -1, 0);

	return p == MAP_FAILED ? NULL : p;
}

/* An address below a page is added to the area's own; any other one is as it is. */
CALL(user_area)
{
	u64 at = n > 2 ? NUM(2) : 0;

	UNUSED;
	if (NUM(0) > AREA_PAGES) {
		run_stop(r, "an area has at most %u pages", AREA_PAGES);
		return;
	}
	if (!to->area)
		to->area = calloc(1, sizeof(*to->area));
	if (!to->reserved)
		to->reserved = reserve(NULL);
	if (!to->area || !to->reserved) {
		run_stop(r, "no memory for an area");
		return;
	}
	if (at < PAGE_SIZE)
		at += (u64)to->reserved;
	*to->area = (struct vm_area_struct){
		.vm_start = at, .vm_end = at + NUM(0) * PAGE_SIZE, .vm_pgoff = NUM(1),
	};
}

/* What was mapped is unmapped at once: nobody looks at it here. */
static void unmap_area(struct object *o)
{
	if (o && o->reserved)
		reserve(o->reserved);
}

void run_drop_area(struct object *o)
{
	if (o->reserved)
		munmap(o->reserved, AREA_PAGES * PAGE_SIZE);
	free(o->area);
	o->reserved = NULL;
	o->area = NULL;
}

#define AREA(i) (a[i].object ? a[i].object->area : NULL)

CALL(dma_mmap_attrs)
{
	UNUSED;
	to->number = dma_mmap_attrs(DEV(0), AREA(1), PTR(2), NUM(3), NUM(4), NUM(5));
	unmap_area(a[1].object);
}

CALL(dma_mmap_coherent)
{
	UNUSED;
	to->number = dma_mmap_coherent(DEV(0), AREA(1), PTR(2), NUM(3), NUM(4));
	unmap_area(a[1].object);
}

CALL(dma_mmap_wc)
{
	UNUSED;
	to->number = dma_mmap_wc(DEV(0), AREA(1), PTR(2), NUM(3), NUM(4));
	unmap_area(a[1].object);
}

CALL(dma_mmap_pages)
{
	UNUSED;
	to->number = dma_mmap_pages(DEV(0), AREA(1), NUM(2), PTR(3));
	unmap_area(a[1].object);
}

CALL(dma_mmap_noncontiguous)
{
	UNUSED;
	to->number = dma_mmap_noncontiguous(DEV(0), AREA(1), NUM(2), TABLE(3));
	unmap_area(a[1].object);
}
