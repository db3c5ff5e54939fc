/* SPDX-License-Identifier: MIT */
/*
 * What the calls share: pages that a device reaches, hand-over of bytes between
 * CPU and device, and the contract of freeing.
 */
#ifndef DMALAB_DMA_DIRECT_H
#define DMALAB_DMA_DIRECT_H

#include "dma/atomic-pool.h"
#include "lab/lab.h"
#include "mm/mm.h"

#include <linux/dma-mapping.h>

/* Attributes that must be the same at the free; after kernel/dma/debug.c. */
#define ATTRS_TO_MATCH (DMA_ATTR_NO_KERNEL_MAPPING | DMA_ATTR_FORCE_CONTIGUOUS | \
			DMA_ATTR_MMIO | DMA_ATTR_REQUIRE_COHERENT | \
			DMA_ATTR_PRIVILEGED | DMA_ATTR_CC_SHARED)

#define ATTRS_KNOWN    (DMA_ATTR_WEAK_ORDERING | DMA_ATTR_WRITE_COMBINE | \
			DMA_ATTR_NO_KERNEL_MAPPING | DMA_ATTR_SKIP_CPU_SYNC | \
			DMA_ATTR_FORCE_CONTIGUOUS | DMA_ATTR_ALLOC_SINGLE_PAGES | \
			DMA_ATTR_NO_WARN | DMA_ATTR_PRIVILEGED | DMA_ATTR_MMIO | \
			DMA_ATTR_DEBUGGING_IGNORE_CACHELINES | \
			DMA_ATTR_REQUIRE_COHERENT | DMA_ATTR_CC_SHARED)

/* ---------------------------------------------------------------- direct.c */

/* An allocation on its way: what was asked for, and what was found. */
struct allocation {
	struct dmalab_device *d;
	const struct call *call;
	size_t size;
	gfp_t gfp;
	unsigned long attrs;
	enum region_kind kind;
	enum dma_data_direction dir;

	u32 page, nr_pages;
	size_t offset;
	u64 place;                     /* bus.h */
	dma_addr_t dma;

	bool managed;                  /* it goes with the device */
	bool reported;                 /* the call has given its report */

	/* Of REGION_POOL: how it is cut, and the ledger's list to enter it into. */
	struct blocks *blocks;
	struct region **live;
};

/*
 * The checks of the arguments, then pages within the coherent mask. False when
 * there are none, or one of the arguments forbids it.
 */
bool dlab_direct_alloc(struct allocation *a);

/*
 * Enter it into the ledger as @cpu. False, and the pages are free again, when the
 * host has no memory.
 */
bool dlab_direct_enter(struct allocation *a, const void *cpu);

/* Report @check with the device and sizes of the allocation. */
void dlab_direct_refuse(const struct allocation *a, enum check check, const char *detail);

/*
 * Bytes go to the device, or come back: the cache maintenance of the profile. The
 * range lies in one bank of RAM, and stores to it have been found. True when an
 * invalidation of lines that it covers only in part threw something away: *@lost, in bytes
 * of RAM. @r: what is handed over, or NULL: nothing that is known.
 */
bool dlab_direct_handover_slowly(struct dmalab_device *d, size_t offset, size_t len,
				 enum handover to, enum dma_data_direction dir, site_t site,
				 const struct region *r, struct run *lost);

/*
 * Fast path: a range (of a byte at least) in one page of which neither cache nor shadow has a
 * line to be maintained. Then it is all the same what becomes of lines at its ends: nothing is
 * lost, and nothing moves. True: that is so, and the lines are counted.
 */
static inline __attribute__((always_inline)) bool
direct_handover_idle(struct dmalab_device *d, const struct device *dev, size_t offset, size_t len,
		     enum handover to, enum dma_data_direction dir)
{
	struct dmalab_machine *lab = d->machine;
	enum line_op op = profile_op(lab->hw.profile, to, dir);

	if (unlikely(lab->judge.all))
		return false;
	if (op == OP_NONE || dev->dma_coherent)
		return true;
	return (offset & (PAGE_SIZE - 1)) + len <= PAGE_SIZE &&
	       shadow_is_idle(&lab->judge.shadow, offset, len, op) &&
	       cache_maintain_idle(&lab->hw.cache, offset, len, op, lab->hw.shared >= 0);
}

static inline bool direct_handover(struct dmalab_device *d, size_t offset, size_t len,
				   enum handover to, enum dma_data_direction dir, site_t site,
				   const struct region *r, struct run *lost)
{
	return len && !direct_handover_idle(d, d->dev, offset, len, to, dir) &&
	       dlab_direct_handover_slowly(d, offset, len, to, dir, site, r, lost);
}

/* Report "sync-partial-line" for it. */
void dlab_direct_report_partial(struct dmalab_device *d, const struct call *call,
				const struct region *r, dma_addr_t dma, size_t size,
				const struct run *lost);

static inline u64 min_not_zero(u64 a, u64 b)
{
	return !a ? b : !b ? a : a < b ? a : b;
}

/* Is it a direction? Anything may come in from a caller. */
static inline bool direction_ok(enum dma_data_direction dir)
{
	return (unsigned)dir < DMA_NONE;
}

#define VALID_DIRECTIONS "valid: DMA_BIDIRECTIONAL, DMA_TO_DEVICE, DMA_FROM_DEVICE"
#define NO_LIST "no list was given, but NULL"

/* What all new entries of the ledger have in common. */
static inline void region_fill(struct region *r, struct device *dev, const struct call *call,
			       enum region_kind kind)
{
	r->dev = dev;
	r->kind = kind;
	r->plain = false;
	r->kept = false;
	r->checked = false;
	r->managed = false;
	r->remapped = false;
	r->in_user_space = false;
	r->device_bytes = NULL;
	r->blocks = NULL;
	r->bounce = NULL;
	r->group = NULL;
	r->function = call->name;
	r->born = call->site;
	r->died = 0;
	r->moved = 0;
}

/* -------------------------------------------------------------- coherent.c */

static inline enum region_kind coherent_kind(unsigned long attrs)
{
	return attrs & DMA_ATTR_NO_KERNEL_MAPPING ? REGION_HANDLE : REGION_COHERENT;
}

/* dma_alloc_attrs() and dma_free_attrs(), on behalf of @call. */
void *dlab_coherent_alloc(struct device *dev, size_t size, dma_addr_t *dma_handle, gfp_t gfp,
			  unsigned long attrs, const struct call *call);
void dlab_coherent_free(struct device *dev, size_t size, void *cpu_addr, dma_addr_t dma_handle,
			unsigned long attrs, const struct call *call);

/*
 * What it takes, with the machine locked: the memory, prepared for the device, and its
 * entry in the ledger. Returns the CPU address, or NULL.
 */
void *dlab_coherent_take(struct allocation *a);

/* The CPU zeroes bytes of coherent memory, through the pointer that it has for it. */
void dlab_coherent_zero(struct dmalab_machine *lab, size_t offset, size_t len, site_t site);

/* ----------------------------------------------------------- noncoherent.c */

/* What dma_alloc_noncoherent() takes, with the machine locked. False: nothing. */
bool dlab_noncoherent_take(struct allocation *a);

/* ------------------------------------------------------------------ pool.c */

/* dma_pool_create() and dma_pool_destroy(), or those of dmam_, on behalf of @call. */
struct dma_pool *dlab_pool_create(const char *name, struct device *dev, size_t size, size_t align,
				  size_t boundary, bool managed, const struct call *call);
void dlab_pool_destroy(struct dma_pool *pool, bool managed, const struct call *call);

/* --------------------------------------------------------------- managed.c */

/* @cpu is freed: it no longer goes with the device. */
cold void dlab_managed_forget(struct dmalab_device *d, const void *cpu);

/* ------------------------------------------------------------------ free.c */

/* A free or unmap, as the driver called it. */
struct release {
	const struct call *call;
	struct device *dev;            /* as given: any pointer */
	enum region_kind kind;         /* that the call is for */
	size_t size;
	const void *cpu;               /* NULL for an unmap */
	dma_addr_t dma;
	enum dma_data_direction dir;
	unsigned long attrs;
	unsigned nents;                /* of a list: */
	bool managed;                  /* dmam_*(), which goes by the pointer */
	struct scatterlist *sgl;
};

/*
 * Find the object, give a report if anything does not match, and release it as it
 * was recorded.
 */
void dlab_release(const struct release *rel);

/* The same with the machine of @d locked, which is the device; @place: of rel->dma. */
void dlab_release_at(const struct release *rel, struct dmalab_device *d, u64 place);

/*
 * Bytes of a live region go to the device, or come back, by whatever stands between:
 * cache, bounce buffer, or nothing. As direct_handover().
 */
bool dlab_region_hand_over_slowly(struct region *r, size_t first, size_t len, enum handover to,
				  enum dma_data_direction dir, site_t site, struct run *lost);

static inline bool region_hand_over(struct region *r, size_t first, size_t len, enum handover to,
				    enum dma_data_direction dir, site_t site, struct run *lost)
{
	if (unlikely(r->bounce || !region_has_memory(r)))
		return dlab_region_hand_over_slowly(r, first, len, to, dir, site, lost);
	return direct_handover(r->dev->dmalab, r->offset + first, len, to, dir, site, r, lost);
}

/*
 * How well a mapped list that begins with @r fits the one that a driver names: whether
 * @r is its first entry, then whether the others are the same, then how many they are.
 */
#define BEST_LIST_FIT 13
unsigned dlab_list_fit(const struct region *r, struct scatterlist *sgl, unsigned nents);

static inline bool release_is_unmap(const struct release *rel)
{
	return region_kind_is_mapping(rel->kind);
}

/* ------------------------------------------------------------------ undo.c */

/* Undo @r as it was recorded; @reported: this call has given its report. */
void dlab_region_undo(struct dmalab_machine *lab, struct region *r, const struct release *rel,
		      bool reported);

/* The entries of a list that was mapped in part go away again, without a report. */
void dlab_abandon_group(struct dmalab_device *d, struct sg_group *group, const struct call *call);

/* The memory of the allocation @r, and its address; it may be in no ledger. */
void dlab_release_memory(struct dmalab_device *d, struct region *r, const struct call *call);

/* The same of memory that nobody has used. */
void dlab_release_pages(struct dmalab_device *d, struct region *r);

/* Report "leak" for each thing the device still holds, and release it. */
void dlab_release_all(struct dmalab_device *d, const struct call *call);

#endif
