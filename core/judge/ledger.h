/* SPDX-License-Identifier: MIT */
/*
 * The ledger: every live DMA allocation and mapping, and the last ones released.
 *
 * It is indexed by page, so a look-up costs the same however many objects live: a
 * frame of RAM has at most one allocation, and a list of the mappings that touch it.
 * What a device finds at another place than its memory's (bounced, behind an IOMMU,
 * or no memory at all) is in the list of the pages of that place as well.
 *
 * What is released stays readable. The record of an ordinary allocation stays with its
 * pages until somebody takes them; all else, and what lost its pages, is copied to a ring,
 * the graveyard. That is searched only when a report is due anyway.
 */
#ifndef DMALAB_JUDGE_LEDGER_H
#define DMALAB_JUDGE_LEDGER_H

#include "base/bits.h"
#include "judge/origin.h"

#include <stdlib.h>

enum region_kind {
	REGION_COHERENT,
	REGION_HANDLE,
	REGION_POOL,    /* memory of a pool, to be cut into blocks */
	REGION_BLOCK,   /* one of them; exists only in reports */
	REGION_NONCOHERENT,
	REGION_NONCONTIGUOUS,
	REGION_SINGLE,  /* a mapping of one piece: single, page, phys, resource */
	REGION_SG       /* one entry of a mapped list */
} __attribute__((packed));

enum owner { OWNER_CPU, OWNER_DEVICE, OWNER_MIXED, OWNER_ANY } __attribute__((packed));

struct region;

/* A region in the list of one page. */
struct span {
	struct span *next, **pprev;
	struct region *region;
};

/*
 * What the fast path of an allocation and its free look at comes first, and is one line of
 * the host's cache.
 */
struct region {
	struct region *next;           /* among the live ones of the device */
	union {
		struct region **pprev;
		u64 death;             /* of a dead one: later ones have a higher number */
	};
	struct device *dev;
	const void *cpu;               /* as the driver got it, or gave it to the map */
	dma_addr_t dma;
	size_t size;                   /* bytes as the driver asked */
	unsigned long attrs;
	union {
		struct {
			enum region_kind kind;
			u8 dir;        /* enum dma_data_direction */
			bool plain;    /* an allocation without anything special to undo */
			bool kept;     /* released; the record of its pages still */
		};
		u32 shape;             /* all four, to be compared at once */
	};
	enum owner owner;
	bool checked;                  /* dma_mapping_error() was asked */
	bool in_user_space;            /* dma_mmap_*(): stores to it may come from there */
	bool remapped;                 /* the CPU's mapping of it goes with it: vunmap() */

	u64 serial;                    /* from 1 on, never used again */
	const char *function;          /* that made it */
	site_t born, died;             /* died: 0 while it lives */
	site_t moved;                  /* where a sync last moved bytes of it, */
	const char *mover;             /* and which; 0: none did */
	size_t offset;                 /* in RAM, or NO_OFFSET */
	u64 place;                     /* where the device finds it: bus.h */

	size_t nr_device;              /* OWNER_MIXED: bytes the device owns, */
	u64 *device_bytes;             /* and which; kept once there was a partial sync */
	struct span span;              /* the only one, */
	struct span *spans;            /* or all: of its memory, then of its place */

	struct blocks *blocks;         /* blocks.h, of REGION_POOL; else NULL */
	struct bounce *bounce;         /* bounce.h; NULL: the device sees the memory itself */
	struct sg_group *group;        /* of an entry of a list */
	struct region *group_next;
	struct sg_table *table;        /* of REGION_NONCONTIGUOUS: what the driver got */
	bool managed;                  /* dmam_*(): it has a devres */
};

/*
 * That of a plain allocation. It is computed, and stored as a whole, because a load of all
 * four bytes stalls behind the store of one.
 */
static inline u32 region_shape(enum region_kind kind, enum dma_data_direction dir, bool kept)
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	return (u32)kind | (u32)dir << 8 | 1u << 16 | (u32)kept << 24;
#else
	return (u32)kind << 24 | (u32)dir << 16 | 1u << 8 | kept;
#endif
}

/* What dma_map_sg() mapped at one time. */
struct sg_group {
	struct region *first;          /* in the order of the list */
	unsigned nents;                /* entries given to the map */
	dma_addr_t iova;               /* the addresses of all, */
	size_t iova_size;              /* in one piece; 0: each has its own */
};

#define USE_UNIT 32u /* bytes: the smallest object that is handed out */

struct ledger_page {
	struct region *record;         /* of the allocation that has it, or had it last */
	struct span *maps;
	u64 used[2];                   /* a bit for each unit mm/ has handed out */
};

#define GRAVES 512u

#define MMIO_HEADS 4096u
#define MMIO_SHIFT 16

struct ledger {
	struct ledger_page *pages;     /* by page frame */
	size_t ram_size;
	struct span **iova;            /* by page of an IOMMU's addresses; NULL: no IOMMU */
	struct span **mmio;            /* by 64 KiB of what is no RAM, hashed */
	struct span *nowhere;          /* of places that are none of these: empty */
	struct region *unused;
	struct region_chunk *chunks;
	struct region *graves;         /* a ring of GRAVES copies */
	unsigned long nr_buried;
	u64 nr_dead;
	u64 nr_entered;
	size_t arena_size;
};

/* 0 or -ENOMEM. @l is zeroed. */
int dlab_ledger_init(struct ledger *l, const struct machine *m);
void dlab_ledger_exit(struct ledger *l);

/* Nothing lives, nor is mapped: forget what was, of these pages; then all of it. */
void dlab_ledger_reset_pages(struct ledger *l, u32 page, u32 nr);
void dlab_ledger_reset(struct ledger *l);

/*
 * Enter something into the ledger, in two steps. ledger_new() returns an entry whose
 * fields from dev to died are to be filled, or NULL when the host has no memory; it
 * stays unused until dlab_ledger_enter(), which adds it to the list @live and to its
 * pages: a mapping to their lists, an allocation as their owner. False when the host
 * has no memory.
 */
bool dlab_ledger_enter(struct ledger *l, struct region **live, struct region *r);

bool dlab_ledger_grow(struct ledger *l);

static inline struct region *ledger_new(struct ledger *l)
{
	return likely(l->unused) || dlab_ledger_grow(l) ? l->unused : NULL;
}

/* Move @r to the graveyard. Its memory is reused: the pointer is dead. */
void dlab_ledger_del(struct ledger *l, struct region *r, site_t site);

/* The same for what no driver was given: nobody will ask for it. */
cold void dlab_ledger_drop(struct ledger *l, struct region *r);

/*
 * The record of a plain allocation is kept when it is released: its pages go on naming it,
 * so that the same allocation, made again, writes nothing for each page. Whoever else takes
 * one of the pages buries it first.
 */
cold void dlab_ledger_bury(struct ledger *l, struct region *r);

/* A copy of @r, which is kept, goes to the graveyard: @r is to be smaller from now on. */
void dlab_ledger_copy_to_grave(struct ledger *l, const struct region *r);

static inline void ledger_leave(struct region *r)
{
	*r->pprev = r->next;
	if (r->next)
		r->next->pprev = r->pprev;
}

static inline void ledger_join(struct ledger *l, struct region **live, struct region *r)
{
	r->serial = ++l->nr_entered;
	r->next = *live;
	r->pprev = live;
	if (r->next)
		r->next->pprev = &r->next;
	*live = r;
}

/* Release @r, which is plain, and keep its record. */
static inline void ledger_keep(struct ledger *l, struct region *r, site_t site)
{
	ledger_leave(r);
	if (unlikely(r->device_bytes)) {
		free(r->device_bytes);
		r->device_bytes = NULL;
	}
	r->shape = region_shape(r->kind, (enum dma_data_direction)r->dir, true);
	r->died = site;
	r->death = ++l->nr_dead;
}

/* Pages are handed out: what was kept of them is buried. */
static inline void ledger_take_pages(struct ledger *l, u32 page, u32 nr)
{
	for (u32 p = page; p < page + nr; p++)
		if (unlikely(l->pages[p].record))
			dlab_ledger_bury(l, l->pages[p].record);
}

/* Bytes are handed out, or are free again; in whole units, or whole pages. */
void dlab_ledger_use(struct ledger *l, size_t offset, size_t len, bool used);

static inline void ledger_use_pages(struct ledger *l, u32 page, u32 nr, bool used)
{
	for (u32 p = page; p < page + nr; p++)
		l->pages[p].used[0] = l->pages[p].used[1] = used ? ~0ull : 0;
}

/* Is all of the range, in one page, handed out in units? Memory of pools is not. */
static inline bool ledger_is_used(const struct ledger *l, size_t offset, size_t len)
{
	const u64 *used = l->pages[offset >> PAGE_SHIFT].used;
	unsigned first = (offset & (PAGE_SIZE - 1)) / USE_UNIT;
	unsigned end = ((offset & (PAGE_SIZE - 1)) + len - 1) / USE_UNIT + 1;

	return !((~used[0] & bits_in(0, first, end)) | (~used[1] & bits_in(64, first, end)));
}

/* The first byte of the range that nobody has allocated, or NO_OFFSET. */
size_t dlab_ledger_find_free(const struct ledger *l, size_t offset, size_t len);

/* What has this number: among the live ones that touch @offset, or the released; or NULL. */
const struct region *dlab_ledger_by_serial(const struct ledger *l, u64 serial, size_t offset);

/*
 * Among the released: the latest for which match() holds, or NULL. Where it may be: @at and
 * @or_at, each an offset of RAM or NO_OFFSET, are looked at beside the graveyard.
 */
typedef bool (*region_match)(const struct region *r, const void *arg);
const struct region *dlab_ledger_dead(const struct ledger *l, region_match match, const void *arg,
				      size_t at, size_t or_at);

/* The bits of word number @word in a bitmap that fall into @first..@end, exclusive. */
static inline u64 word_mask(u64 word, u64 first, u64 end)
{
	u64 mask = ~0ull;

	if (first > word * 64)
		mask &= ~0ull << (first - word * 64);
	if (end < word * 64 + 64)
		mask &= (1ull << (end - word * 64)) - 1;
	return mask;
}

/* blocks.c: of a pool's memory, one live block must have the range. */
cold bool dlab_region_block_contains(const struct region *r, size_t offset, size_t len);

static inline bool region_contains(const struct region *r, size_t offset, size_t len)
{
	return offset >= r->offset && offset - r->offset < r->size &&
	       len <= r->size - (offset - r->offset) &&
	       (likely(!r->blocks) || dlab_region_block_contains(r, offset, len));
}

/* The same of a place on the bus. */
static inline bool region_holds(const struct region *r, u64 place, size_t len)
{
	return place - r->place < r->size && len <= r->size - (place - r->place) &&
	       (likely(!r->blocks) ||
		dlab_region_block_contains(r, r->offset + (place - r->place), len));
}

/* Does the device find it where its memory is? */
static inline bool region_is_direct(const struct region *r)
{
	return r->place == r->offset;
}

static inline bool region_has_memory(const struct region *r)
{
	return r->offset != NO_OFFSET;
}

static inline bool region_touches(const struct region *r, size_t offset, size_t len)
{
	return region_has_memory(r) && offset < r->offset + r->size && r->offset < offset + len;
}

static inline u32 region_first_page(const struct region *r)
{
	return r->offset >> PAGE_SHIFT;
}

/* Page frames that an allocation takes, or that a mapping touches. */
static inline u32 region_pages(const struct region *r)
{
	return ((r->offset + r->size - 1) >> PAGE_SHIFT) - region_first_page(r) + 1;
}

/* Memory that CPU and device share without syncs, and to which there is a pointer. */
static inline bool region_is_coherent(const struct region *r)
{
	return r->kind == REGION_COHERENT || r->kind == REGION_POOL;
}

static inline bool region_kind_is_mapping(enum region_kind kind)
{
	return kind == REGION_SINGLE || kind == REGION_SG;
}

static inline bool region_is_mapping(const struct region *r)
{
	return region_kind_is_mapping(r->kind);
}

/* The live allocation that has the page, or NULL. */
static inline struct region *ledger_alloc(const struct ledger *l, u32 page)
{
	struct region *r = l->pages[page].record;

	return r && likely(!r->kept) ? r : NULL;
}

/* All of the page is handed out, and the CPU's, but for what is mapped. */
static inline bool ledger_page_is_cpus(const struct ledger_page *page)
{
	const struct region *r = page->record;

	if (!r)
		return (page->used[0] & page->used[1]) == ~0ull;
	return !r->kept && !r->blocks && r->owner == OWNER_CPU;
}

/* The list of a page of the bus that is not simply RAM. */
struct span **dlab_ledger_far_spans(struct ledger *l, u64 place);

/* What is mapped at @place, and where devices see memory as it is, what touches it. */
static inline struct span *ledger_spans(const struct ledger *l, u64 place)
{
	if (likely(place < l->ram_size))
		return l->pages[place >> PAGE_SHIFT].maps;
	return *dlab_ledger_far_spans((struct ledger *)l, place);
}

/* The allocation whose memory the device finds at @place, or NULL. */
struct region *dlab_ledger_far_alloc(const struct ledger *l, u64 place);

static inline struct region *ledger_alloc_at(const struct ledger *l, u64 place)
{
	if (likely(place < l->ram_size))
		return ledger_alloc(l, place >> PAGE_SHIFT);
	return dlab_ledger_far_alloc(l, place);
}

/*
 * The live object at @place on the bus that fits best, a mapping before its memory,
 * with fit() from 0 (not at all) to BEST_FIT; *@best: how well.
 */
#define BEST_FIT 3

static inline __attribute__((always_inline)) struct region *
ledger_find(const struct ledger *l, u64 place,
	    int (*fit)(const struct region *r, const void *arg), const void *arg, int *best)
{
	struct region *found = NULL, *alloc;

	*best = 0;
	for (struct span *span = ledger_spans(l, place); span && *best < BEST_FIT;
	     span = span->next) {
		int f = fit(span->region, arg);

		if (f > *best) {
			*best = f;
			found = span->region;
		}
	}
	alloc = likely(place < l->ram_size) ? ledger_alloc(l, place >> PAGE_SHIFT) : NULL;
	if (alloc && *best < BEST_FIT) {
		int f = fit(alloc, arg);

		if (f > *best) {
			*best = f;
			found = alloc;
		}
	}
	return found;
}

/* Do the calls for it take a direction, and does ownership move by sync? */
static inline bool region_kind_has_direction(enum region_kind kind)
{
	return kind >= REGION_NONCOHERENT;
}

static inline bool region_is_owned(const struct region *r)
{
	return region_kind_has_direction(r->kind);
}

/* What is stored through it, or maintained. */
static inline struct through region_through(const struct region *r)
{
	return (struct through){
		.serial = r->serial, .start = r->offset, .end = r->offset + r->size,
		.own = OWN_BOTH, .dir = r->dir,
	};
}

/* ownership.c: give bytes @first..@first+@len of @r to the device or the CPU. */
void dlab_own_give_part(struct region *r, size_t first, size_t len, bool to_device);

static inline void own_give(struct region *r, size_t first, size_t len, bool to_device)
{
	enum owner owner = to_device ? OWNER_DEVICE : OWNER_CPU;

	if (unlikely(len < r->size))
		dlab_own_give_part(r, first, len, to_device);
	else if (likely(r->owner != OWNER_ANY))
		r->owner = owner;
}

/* A run of bytes, counted from the start of the region. */
struct run {
	size_t first, last, bytes;
};

/* Those of the range that the device (or the CPU) owns. */
struct run dlab_own_find(const struct region *r, size_t first, size_t len, bool by_device);

#endif
