// SPDX-License-Identifier: MIT
/* The calls of the target "misuse" that map memory into user space, made and undone. */
#include "misuse.h"

#include <linux/mm.h>
#include <stdlib.h>
#include <sys/mman.h>

#define BYTES (USER_PAGES * 4096ul)

/* Address space of the driver's process. */
static char *user_space(void)
{
	static char *at;

	if (at)
		return at;
	at = mmap(NULL, BYTES, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (at == MAP_FAILED)
		abort();
	return at;
}

static void undo(char *at)
{
	if (mmap(at, BYTES, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) != at)
		abort();
}

static void place(struct vm_area_struct *vma, const struct call *c, char *at)
{
	unsigned long start = (unsigned long)at, pages = c->mask;

	switch (c->mask) {
	case USER_MISALIGNED:
		start++;
		pages = 1;
		break;
	case USER_UNMAPPED:
		start = 4096; /* the first pages are nobody's */
		pages = 1;
		break;
	case USER_MACHINE:
		start = (unsigned long)c->cpu & -4096ul;
		pages = 1;
		break;
	default:
		break;
	}
	vma->vm_start = start;
	vma->vm_end = start + pages * 4096;
	vma->vm_pgoff = c->offset;
}

void run_user(struct lab *lab, const struct call *c, struct outcome *o)
{
	struct device *dev = device_of(lab, c);
	struct vm_area_struct area = { 0 }, *vma = c->mask == USER_NOTHING ? NULL : &area;
	struct scatterlist sg;
	struct sg_table own = { .sgl = &sg, .nents = 1, .orig_nents = 1 };
	struct sg_table *sgt = c->no_table ? NULL : c->sgt ? c->sgt : &own;
	char *at = user_space();

	place(&area, c, at);
	sg_init_table(&sg, 1);
	sg_set_page(&sg, c->page, 0, 0);
	switch (c->number) {
	case MMAP_ATTRS:
		o->result = dma_mmap_attrs(dev, vma, c->cpu, c->dma, c->size, c->attrs);
		break;
	case MMAP_COHERENT:
		o->result = dma_mmap_coherent(dev, vma, c->cpu, c->dma, c->size);
		break;
	case MMAP_WC:
		o->result = dma_mmap_wc(dev, vma, c->cpu, c->dma, c->size);
		break;
	case MMAP_PAGES:
		o->result = dma_mmap_pages(dev, vma, c->size, c->page);
		break;
	default:
		o->result = dma_mmap_noncontiguous(dev, vma, c->size, sgt);
	}
	undo(at);
}
