/* SPDX-License-Identifier: MIT */
/*
 * The simulated kernel's memory allocators: kmalloc() and caches of objects, pages,
 * vmalloc() and the views of vmap(). All bookkeeping is outside the simulated RAM, where
 * no device can write it. All functions are called with the machine locked.
 */
#ifndef DMALAB_MM_MM_H
#define DMALAB_MM_MM_H

#include "lab/lab.h"
#include "mm/slab.h"

/* A page frame, as alloc_pages() and get_page() see it. */
struct page_block {
	u32 head;      /* of the block */
	u32 nr;        /* in the head: frames that were asked for */
	int refs;      /* in the head; of other memory, what get_page() added */
	u8 state;
	bool compound; /* in the head: made with __GFP_COMP */
	bool exact;    /* in the head: of alloc_pages_exact() */
};

enum page_block_state {
	BLOCK_NONE,    /* never was of alloc_pages() */
	BLOCK_LIVE,
	BLOCK_FREED    /* was, last; others may have it now */
};

/* vmalloc() hands out units of address space, in blocks of a power of two. */
#define VM_UNIT_SHIFT 16
#define VM_ORDERS     24

struct vm_area {
	u32 first;     /* unit of the block */
	u32 next;      /* among the free ones of the order, unit + 1 */
	u8 order;
	bool live;
	bool is_view;  /* of vmap(); else it is memory of the host, of vmalloc() */
	bool uncached; /* of a view: past the cache */
	u32 *frames;   /* its pages, while it lives */
	size_t size;   /* 0: never handed out; else as asked for */
};

struct vm {
	struct vm_area *areas;   /* by unit; what is said of a block, its first one says */
	u32 nr_units;
	u32 nr_used;             /* units that have ever been handed out */
	u32 free[VM_ORDERS];     /* unit + 1 */
};

struct mm {
	struct slab slab;
	struct page_block *blocks; /* by page frame */
	struct vm vm;
	void *arena;
	size_t arena_size;
};

/* 0 or -ENOMEM. */
int dlab_mm_init(struct mm *mm, const struct machine *m);
void dlab_mm_exit(struct mm *mm);

/* With nothing allocated: forget these pages; then all else. */
bool dlab_mm_is_simple(const struct mm *mm);
void dlab_mm_reset_pages(struct mm *mm, u32 page, u32 nr);
void dlab_mm_reset(struct mm *mm);

/* Is the frame in the hands of one of these allocators? */
static inline bool mm_has_page(const struct mm *mm, u32 page)
{
	return mm->slab.pages[page] || mm->blocks[page].state == BLOCK_LIVE;
}

static inline enum zone zone_of_gfp(gfp_t gfp)
{
	return gfp & __GFP_DMA ? ZONE_DMA : gfp & __GFP_DMA32 ? ZONE_DMA32 : ZONE_NORMAL;
}

/* kmalloc() has no memory of these: GFP_SLAB_BUG_MASK of the kernel. */
#define ZONES_NOT_OF_SLAB (__GFP_DMA32 | __GFP_HIGHMEM)

/*
 * @call gives such a flag to kmalloc(), itself or through the bookkeeping of a pool or
 * of a managed allocation: report "zone-gfp", with @detail. The flag is to be dropped.
 */
cold void dlab_mm_report_zone(struct dmalab_machine *lab, struct device *dev,
			      const struct call *call, size_t size, const char *detail);

/* ---------------------------------------------------------------- object.c */

enum mm_kind { MM_NONE, MM_KMALLOC, MM_DEVM, MM_CACHE, MM_PAGES, MM_EXACT, MM_VMALLOC, MM_VMAP };

/* What a pointer leads to. */
struct mm_object {
	enum mm_kind kind;    /* MM_NONE: nothing that is known of these allocators */
	bool live;
	const u8 *start;
	size_t size;          /* as asked for */
	size_t room;          /* that it takes */
	const struct kmem_cache *cache;
	const struct device *owner;  /* of MM_DEVM; dlab_mm_find() does not look */
};

struct mm_object dlab_mm_find(const struct dmalab_machine *lab, const void *p);

/* A free, as the driver called it. */
struct mm_free {
	const struct call *call;
	const void *ptr;
	enum mm_kind kind;               /* that the call is for */
	bool sized;                      /* the call says how much it frees: */
	size_t size;
	const struct kmem_cache *cache;  /* of MM_CACHE */
	struct device *dev;              /* of MM_DEVM */
};

/*
 * Find the object, give a report if anything does not match, and release it as it
 * was made. "free-while-mapped" is not reported for mappings of @going, which is a
 * device that will be told of them as leaks.
 */
void dlab_mm_release(struct dmalab_machine *lab, const struct mm_free *free,
		     const struct device *going);

/* Release what dlab_mm_find() found, without a word; not yet a resource of a device. */
void dlab_mm_give_back(struct dmalab_machine *lab, const struct mm_object *o);

/* Report "free-while-mapped", if it is. */
bool dlab_mm_report_if_mapped(struct dmalab_machine *lab, const struct mm_object *o,
			      const struct call *call, const struct device *going);

/* ------------------------------------------------------------------ page.c */

struct mm_object dlab_page_object(const struct dmalab_machine *lab, size_t offset);
void dlab_page_give_back(struct dmalab_machine *lab, size_t offset);

/* NO_PAGE: it is none of @lab, which may be NULL. */
u32 dlab_page_frame(const struct dmalab_machine *lab, const struct page *page);

/* --------------------------------------------------------------- vmalloc.c */

struct mm_object dlab_vm_object(const struct dmalab_machine *lab, const void *p);
void dlab_vm_give_back(struct dmalab_machine *lab, const void *p);

/* The area that @p, in the window of vmalloc(), lies in. */
struct vm_area *dlab_vm_area_of(const struct dmalab_machine *lab, const void *p);

/* Addresses for @size bytes, at least 1, without access rights, and back; NULL: no more. */
u8 *dlab_vm_take(struct dmalab_machine *lab, size_t size);
void dlab_vm_put(struct dmalab_machine *lab, const void *p);

/* ------------------------------------------------------------------ vmap.c */

/*
 * The place in RAM of @p, which lies in a live view, and how many bytes from there on
 * lie together in RAM and in the view.
 */
size_t dlab_vmap_offset(const struct dmalab_machine *lab, const void *p, size_t *run);
void dlab_vmap_give_back(struct dmalab_machine *lab, const void *p);
void dlab_vmap_exit(struct vm *vm);

/* ---------------------------------------------------------------- access.c */

/* dmalab_cpu_read() and _write(), on behalf of @call. */
void dlab_cpu_read(const void *src, void *buf, size_t len, const struct call *call);
void dlab_cpu_write(void *dst, const void *buf, size_t len, const struct call *call);

/* ------------------------------------------------------------------ devm.c */

/* The device of a live object of devm_kmalloc(), which is no longer its resource. */
const struct device *dlab_devm_forget(struct dmalab_machine *lab, const void *p);

#endif
