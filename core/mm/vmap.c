/* SPDX-License-Identifier: MIT */
/*
 * vmap(): pages of RAM at addresses of the window of vmalloc(). The host maps the same
 * memory there, so that code which loads through a plain pointer sees what the view
 * shows. A store through one, past the cache, would go unseen, and leave the two views
 * of RAM different where nothing is cached; so such views are for reading.
 */
#include "base/host.h"
#include "lab/context.h"
#include "mm/mm.h"
#include "base/probe.h"

#include <linux/vmalloc.h>
#include <stdlib.h>
#include <sys/mman.h>

/* How many frames from the first on follow each other, of at most @nr. */
static u32 together(const u32 *frames, u32 nr)
{
	u32 n = 1;

	while (n < nr && frames[n] == frames[0] + n)
		n++;
	return n;
}

/* The host's mapping of the file goes, and fresh address space comes. */
static bool clear(u8 *at, size_t size)
{
	KEEP_ERRNO;

	return mmap(at, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED,
		    -1, 0) != MAP_FAILED;
}

static bool show(struct machine *hw, const struct vm_area *area, u8 *at)
{
	bool writable = !area->uncached || hw->profile->coherent;
	u32 nr = area->size >> PAGE_SHIFT;
	KEEP_ERRNO;

	for (u32 done = 0, n; done < nr; done += n) {
		n = together(area->frames + done, nr - done);
		if (dlab_machine_share(hw, area->frames[done], n, !area->uncached,
				       at + page_offset(done), writable))
			return false;
	}
	return true;
}

static u32 *frames_of(const struct dmalab_machine *lab, struct page **pages, unsigned count)
{
	u32 *frames = host_malloc(count * sizeof(*frames));

	for (unsigned i = 0; frames && i < count; i++) {
		frames[i] = dlab_page_frame(lab, pages[i]);
		if (frames[i] == NO_PAGE) {
			free(frames);
			return NULL;
		}
	}
	return frames;
}

static void *vmap_locked(struct dmalab_machine *lab, struct page **pages, unsigned count,
			 pgprot_t prot)
{
	struct vm_area *area;
	u32 *frames;
	u8 *at;

	if (!dlab_machine_can_share() || count > lab->hw.nr_pages || lab_must_fail(lab))
		return NULL;
	frames = frames_of(lab, pages, count);
	at = frames ? dlab_vm_take(lab, page_offset(count)) : NULL;
	if (!at) {
		free(frames);
		return NULL;
	}
	area = dlab_vm_area_of(lab, at);
	area->is_view = true;
	area->uncached = pgprot_val(prot) & PGPROT_UNCACHED;
	area->frames = frames;
	if (show(&lab->hw, area, at))
		return at;
	dlab_vmap_give_back(lab, at);
	return NULL;
}

/* A trace has no arrays: it names the first of pages that follow each other. */
static void record(struct page **pages, unsigned count, unsigned long flags, pgprot_t prot)
{
	bool follow = pages && count;

	for (unsigned i = 1; follow && i < count; i++)
		follow = pages[i] == pages[0] + i;
	if (follow)
		RECORD_AS("vmap", "=PzVR", pages[0], count, flags, pgprot_val(prot));
	else
		dlab_probe->absent("vmap");
}

void *vmap(struct page **pages, unsigned int count, unsigned long flags, pgprot_t prot)
{
	struct call call = THIS_CALL;
	struct dmalab_machine *lab = pages && count ? dlab_of(pages[0]) : NULL;
	void *p;

	if (recording())
		record(pages, count, flags, prot);
	if (!lab)
		return NULL;
	lab_lock(lab);
	lab_might_sleep(lab, NULL, &call);
	p = vmap_locked(lab, pages, count, prot);
	if (!p)
		dlab_name_failure(lab, &call);
	lab_unlock(lab);
	return record_memory(p, page_offset(count), NULL);
}

size_t dlab_vmap_offset(const struct dmalab_machine *lab, const void *p, size_t *run)
{
	const struct vm_area *area = dlab_vm_area_of(lab, p);
	size_t at = (const u8 *)p - (const u8 *)dlab_vm_object(lab, p).start;
	u32 page = at >> PAGE_SHIFT;
	size_t in_page = at & (PAGE_SIZE - 1);

	*run = page_offset(together(area->frames + page, (area->size >> PAGE_SHIFT) - page)) -
	       in_page;
	return page_offset(area->frames[page]) + in_page;
}

void dlab_vmap_give_back(struct dmalab_machine *lab, const void *p)
{
	struct vm_area *area = dlab_vm_area_of(lab, p);

	free(area->frames);
	area->frames = NULL;
	if (likely(clear((u8 *)p, area->size))) {
		dlab_vm_put(lab, p);
		return;
	}
	/* Whoever got these addresses would see the pages: nobody gets them. */
	mprotect((u8 *)p, area->size, PROT_NONE);
	area->live = false;
}

void dlab_vmap_exit(struct vm *vm)
{
	for (u32 unit = 0; unit < vm->nr_used; unit++)
		free(vm->areas[unit].frames);
}

void vunmap(const void *addr)
{
	struct call call = THIS_CALL;
	struct mm_free free = { .call = &call, .ptr = addr, .kind = MM_VMAP };
	struct dmalab_machine *lab = addr ? dlab_of(addr) : NULL;

	RECORD("p", addr);
	if (addr && !lab)
		lab = dlab_current();
	if (!lab)
		return;
	lab_lock(lab);
	lab_might_sleep(lab, NULL, &call);
	dlab_mm_release(lab, &free, NULL);
	lab_unlock(lab);
}
