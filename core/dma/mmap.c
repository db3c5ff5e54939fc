/* SPDX-License-Identifier: MIT */
/*
 * DMA memory in user space: which is the process itself, at addresses that it keeps for
 * this. Its stores there are those of plain pointers.
 */
#include "base/host.h"
#include "dma/direct.h"
#include "dma/translate.h"
#include "base/probe.h"

#include <errno.h>
#include <linux/scatterlist.h>
#include <sys/mman.h>

/* A mapping on its way. */
struct user_map {
	struct dmalab_device *d;
	struct vm_area_struct *vma;
	size_t size;                 /* of the allocation, as it was asked for */
	size_t offset;               /* in RAM; NO_OFFSET: nothing was found */
};

/* After dma_direct_mmap(): the part that is asked for lies in the allocation. */
static bool in_range(const struct user_map *map)
{
	unsigned long count = PAGE_ALIGN(map->size) >> PAGE_SHIFT;

	return map->vma->vm_pgoff < count &&
	       vma_pages(map->vma) <= count - map->vma->vm_pgoff;
}

/* Something is mapped there, whatever it is: mincore() touches nothing. */
static bool is_mapped(unsigned long at, unsigned long end)
{
	unsigned char in_core[64];
	unsigned long len;
	KEEP_ERRNO;

	for (; at < end; at += len) {
		len = end - at < sizeof(in_core) * PAGE_SIZE ? end - at :
							       sizeof(in_core) * PAGE_SIZE;
		if (mincore((void *)at, len, in_core))
			return false;
	}
	return true;
}

/* Address space that may be the caller's: not a machine's. */
static bool may_be_callers(const struct vm_area_struct *vma)
{
	return vma && vma->vm_start < vma->vm_end &&
	       !((vma->vm_start | vma->vm_end) & (PAGE_SIZE - 1)) &&
	       !dlab_of((void *)vma->vm_start) && !dlab_of((void *)(vma->vm_end - 1));
}

/* An allocation of this kind of the device is there, with all of the size. */
static bool is_allocated(const struct user_map *map, bool coherent)
{
	const struct judge *j = &map->d->machine->judge;
	const struct region *r;

	if (map->offset == NO_OFFSET || map->offset >= j->hw->ram_size)
		return false;
	if (!judge_keeps_ledger(j))
		return map->size <= bank_bytes(j->hw, map->offset);
	r = ledger_alloc(&j->ledger, map->offset >> PAGE_SHIFT);
	return r && r->dev == map->d->dev && r->offset == map->offset &&
	       map->size <= PAGE_ALIGN(r->size) &&
	       coherent == (region_is_coherent(r) || r->kind == REGION_HANDLE);
}

static int map_locked(const struct user_map *map, bool coherent)
{
	struct machine *hw = &map->d->machine->hw;
	bool cached;
	u32 page;
	KEEP_ERRNO;

	if (!map->size || !may_be_callers(map->vma))
		return -EINVAL;
	if (!dlab_machine_can_share() || !in_range(map) || !is_allocated(map, coherent))
		return -ENXIO;
	/* Last, as it takes its time: by now the area is no larger than the allocation. */
	if (!is_mapped(map->vma->vm_start, map->vma->vm_end))
		return -EINVAL;
	page = (map->offset >> PAGE_SHIFT) + map->vma->vm_pgoff;
	cached = !hw->frames[page].memory_only;
	if (!cached)
		map->vma->vm_page_prot = pgprot_writecombine(map->vma->vm_page_prot);
	if (judge_keeps_ledger(&map->d->machine->judge))
		ledger_alloc(&map->d->machine->judge.ledger, page)->in_user_space = true;
	return dlab_machine_share(hw, page, vma_pages(map->vma), cached, (void *)map->vma->vm_start,
				  true);
}

static int map_coherent(struct device *dev, struct vm_area_struct *vma, dma_addr_t dma,
			size_t size, const struct call *call)
{
	struct user_map map = { .d = lab_enter(dev, call), .vma = vma, .size = size };
	size_t room;
	int err;

	if (!map.d)
		return -ENXIO;
	map.offset = dlab_route_walk(map.d, dma, false, &room);
	err = map_locked(&map, true);
	lab_leave(map.d);
	return err;
}

int dma_mmap_attrs(struct device *dev, struct vm_area_struct *vma, void *cpu_addr,
		   dma_addr_t dma_addr, size_t size, unsigned long attrs)
{
	RECORD_ABSENT();
	(void)cpu_addr;
	(void)attrs;
	return map_coherent(dev, vma, dma_addr, size, &THIS_CALL);
}

int dma_mmap_coherent(struct device *dev, struct vm_area_struct *vma, void *cpu_addr,
		      dma_addr_t dma_addr, size_t size)
{
	RECORD_ABSENT();
	(void)cpu_addr;
	return map_coherent(dev, vma, dma_addr, size, &THIS_CALL);
}

int dma_mmap_wc(struct device *dev, struct vm_area_struct *vma, void *cpu_addr,
		dma_addr_t dma_addr, size_t size)
{
	RECORD_ABSENT();
	(void)cpu_addr;
	return map_coherent(dev, vma, dma_addr, size, &THIS_CALL);
}

static int map_pages(struct device *dev, struct vm_area_struct *vma, size_t size,
		     struct page *page, const struct call *call)
{
	struct user_map map = { .d = lab_enter(dev, call), .vma = vma, .size = size };
	const u8 *cpu = page_address(page);
	int err;

	if (!map.d)
		return -ENXIO;
	map.offset = cpu && in_cached(&map.d->machine->hw, cpu) ?
		     (size_t)(cpu - map.d->machine->hw.cached) : NO_OFFSET;
	err = map_locked(&map, false);
	lab_leave(map.d);
	return err;
}

int dma_mmap_pages(struct device *dev, struct vm_area_struct *vma, size_t size,
		   struct page *page)
{
	RECORD_ABSENT();
	return map_pages(dev, vma, size, page, &THIS_CALL);
}

int dma_mmap_noncontiguous(struct device *dev, struct vm_area_struct *vma, size_t size,
			   struct sg_table *sgt)
{
	RECORD_ABSENT();
	return map_pages(dev, vma, size, sgt && sgt->sgl ? sg_page(sgt->sgl) : NULL, &THIS_CALL);
}

/* The page behind an address; the list is the caller's. */
static int get_table(struct device *dev, struct sg_table *sgt, dma_addr_t dma, size_t size,
		     const struct call *call)
{
	struct user_map map = { .d = lab_enter(dev, call), .size = size };
	struct page *page = NULL;
	size_t room;
	int err;

	if (!map.d)
		return -ENXIO;
	map.offset = dlab_route_walk(map.d, dma, false, &room);
	if (size && is_allocated(&map, true))
		page = &map.d->machine->hw.pages[map.offset >> PAGE_SHIFT];
	lab_leave(map.d);
	if (!page)
		return -ENXIO;
	err = sg_alloc_table(sgt, 1, GFP_KERNEL);
	if (err)
		return err;
	sg_set_page(sgt->sgl, page, PAGE_ALIGN(size), 0);
	if (recording())
		dlab_probe->made(sgt->sgl);
	return 0;
}

int dma_get_sgtable_attrs(struct device *dev, struct sg_table *sgt, void *cpu_addr,
			  dma_addr_t dma_addr, size_t size, unsigned long attrs)
{
	(void)attrs;
	RECORD_AS("dma_get_sgtable", "=dpaz", dev, cpu_addr, dma_addr, size);
	return get_table(dev, sgt, dma_addr, size, &THIS_CALL);
}

int dma_get_sgtable(struct device *dev, struct sg_table *sgt, void *cpu_addr,
		    dma_addr_t dma_addr, size_t size)
{
	RECORD("=dpaz", dev, cpu_addr, dma_addr, size);
	return get_table(dev, sgt, dma_addr, size, &THIS_CALL);
}

bool dma_can_mmap(struct device *dev)
{
	struct dmalab_device *d = lab_enter(dev, &THIS_CALL);

	if (!d)
		return false;
	lab_leave(d);
	return dlab_machine_can_share();
}
