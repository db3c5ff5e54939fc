/* SPDX-License-Identifier: MIT */
/*
 * The simulated machine: RAM with its two views, page frames, and the cache.
 * It moves data and knows nothing of right and wrong.
 *
 * RAM is addressed inside the laboratory by its offset, 0 to ram_size. The same
 * offset is reached in three ways:
 *
 *   cached + offset   what the CPU's cached pointers see
 *   memory + offset   what devices and uncached pointers see
 *   cookies + offset  no access rights; where the cookies of handles point
 *
 * On a coherent machine, cached and memory are the same address.
 *
 * Beside them lies a window of addresses for vmalloc(): memory of the host, which
 * no device reaches, with access rights only where some is handed out.
 *
 * Invariant: where a line is not in the cache, both views hold the same bytes,
 * except in pages marked memory_only, whose cached view nobody may look at. So
 * filling a line moves no data, and code that loads through a plain pointer reads
 * what a cache miss would have brought.
 */
#ifndef DMALAB_MACHINE_MACHINE_H
#define DMALAB_MACHINE_MACHINE_H

#include "base/compiler.h"
#include "machine/cache.h"
#include "machine/iommu.h"
#include "machine/profile.h"
#include "machine/quarantine.h"
#include "machine/swiotlb.h"

#include <linux/mm.h>
#include <linux/types.h>

#define MAX_ORDER   10 /* the largest block: 4 MiB */
#define NO_PAGE     ((u32)-1)
#define HOT_BLOCKS  8

/* Places of the bus beyond RAM: bus.h. */
#define PLACE_IOVA (1ull << 61)
#define PLACE_MMIO (1ull << 62)

enum zone { ZONE_DMA, ZONE_DMA32, ZONE_NORMAL, NR_ZONES };

enum frame_state {
	FRAME_TAIL,  /* inside a block, free or allocated */
	FRAME_FREE,  /* heads a free block */
	FRAME_HOT,   /* heads a free block that waits to be taken again */
	FRAME_USED,  /* heads an allocated block */
	FRAME_WAITS  /* heads a free block that is in quarantine */
};

struct frame {
	u32 next;          /* among the free blocks of the zone and order */
	union {
		u32 prev;
		u32 given_up; /* of the head of any other block: the cached view of so many
		                 pages from it on is known to be out of use */
	};
	u8 state;
	u8 order;          /* of the block this frame heads */
	u8 shared : 2;     /* share.c: a bit for each view */
	u8 atomic : 1;     /* of the atomic pool, of a used block */
	bool memory_only;  /* the cached view is out of use: coherent memory, handles */
};

/* Freed blocks of one order, kept whole for the next allocation. */
struct hot {
	u32 nr;
	u32 page[HOT_BLOCKS];
};

/*
 * A zone is one bank of physical memory. Of the largest blocks, those at its start that
 * were never handed out are in no list yet: a new machine writes nothing for them.
 */
struct bank {
	phys_addr_t phys;
	phys_addr_t last;  /* of its bytes; of an empty bank, beyond any limit */
	u32 first, nr;     /* page frames, */
	u32 reserved;      /* of which the last ones are no memory to allocate */
	u32 untouched;     /* blocks of MAX_ORDER */
	u32 orders;        /* a bit for each that has free blocks in its list */
	u32 free[MAX_ORDER + 1];
	struct hot hot[MAX_ORDER + 1];
};

/* image.h */
struct image {
	u8 *bytes;         /* NULL: the CPU's stores are all told of */
	u8 *kept;          /* by page frame: its bytes are kept; else they are zeroes */
	u8 *poisoned;      /* by page frame: how often, for other values each time; wraps */
};

struct machine {
	const struct profile *profile;
	size_t ram_size;
	u32 nr_pages;
	unsigned object_align; /* objects of kmalloc() lie at least so far apart, */
	unsigned object_line;  /* and what is aligned to a cache line, so; bytes */
	u8 *cached;
	u8 *memory;
	u8 *cookies;
	bool cookie_open;     /* one that was touched is accessible: face/fault.c */
	u8 *vmalloc;
	size_t vmalloc_size;
	struct page *pages;   /* one for each frame, as the driver sees them */
	struct frame *frames;
	struct bank bank[NR_ZONES];
	enum zone highest;    /* that is not empty */
	struct cache cache;
	struct swiotlb swiotlb;
	struct iommu iommu;
	struct image image;
	struct dmalab_hooks *announced; /* stores that are pending: announced.h */
	struct quarantine quarantine;
	u64 *touched;         /* a bit for each page frame that may not be as it was at first */
	int shared;           /* share.c: a file, or -1 */
	void *arena;          /* everything above, one reservation */
	size_t arena_size;
};

static inline enum zone zone_of_page(const struct machine *m, u32 page)
{
	return page >= m->bank[ZONE_NORMAL].first ? ZONE_NORMAL :
	       page >= m->bank[ZONE_DMA32].first ? ZONE_DMA32 : ZONE_DMA;
}

/* ram.c: 0, -ENOMEM. */
int dlab_machine_init(struct machine *m, const struct profile *profile, size_t ram_size);
void dlab_machine_exit(struct machine *m);

/* ram.c: touching a cookie is a fault again. */
void dlab_machine_close_cookies(struct machine *m);

/*
 * reset.c: these bytes, or what is known of them, may be something else than in a new machine.
 * Whatever keeps something by page frame says so, or knows that somebody has: a page that is
 * allocated or stored to is touched.
 */
static inline void machine_touch(struct machine *m, size_t offset, size_t len)
{
	u32 last = (offset + len - 1) >> PAGE_SHIFT;

	for (u32 page = offset >> PAGE_SHIFT; page <= last; page = (page | 63) + 1) {
		u64 bits = ~0ull << page % 64;

		if (last / 64 == page / 64)
			bits &= ~0ull >> (63 - last % 64);
		m->touched[page / 64] |= bits;
	}
}

/* The next run of touched pages behind *@page + *@nr; both begin as 0. False: no more. */
bool dlab_machine_next_touched(const struct machine *m, u32 *page, u32 *nr);

/* Can it be made new page by page? Else what is rare was used, which leaves more behind. */
bool dlab_machine_is_simple(const struct machine *m);

/* Make these pages new; then all else. */
void dlab_machine_reset_pages(struct machine *m, u32 page, u32 nr);
void dlab_machine_reset(struct machine *m, u64 seed);

/* ram.c: all RAM is free. */
void dlab_machine_free_banks(struct machine *m);

/* ram.c: lay objects out so that they share lines on no machine where they must not. */
void dlab_machine_align_for_all(struct machine *m);

/*
 * pages.c: a block of 2^order frames, from @zone or a lower one whose bank lies
 * entirely at or below @limit. Returns the first frame, or NO_PAGE.
 */
u32 dlab_pages_alloc(struct machine *m, enum zone zone, unsigned order, phys_addr_t limit);

/*
 * Fast path: where dlab_pages_alloc() looks first, the blocks that were freed last. NULL: the
 * highest bank is not below @limit.
 */
static inline struct hot *pages_hot(struct machine *m, unsigned order, phys_addr_t limit)
{
	struct bank *bank = &m->bank[m->highest];

	return likely(bank->last <= limit) ? &bank->hot[order] : NULL;
}

static inline u32 pages_take_hot(struct machine *m, struct hot *hot)
{
	u32 page = hot->page[--hot->nr];

	m->frames[page].state = FRAME_USED;
	return page;
}

/* share.c: can the host's pages be shared one by one? */
bool dlab_machine_can_share(void);

/*
 * The pages, as cached pointers or as devices see them, appear at @address as well,
 * whatever was mapped there. 0 or -ENOMEM.
 */
int dlab_machine_share(struct machine *m, u32 page, u32 nr, bool cached, void *address,
		       bool writable);

/* Free the block that @page heads. Returns false when it heads no used block. */
bool dlab_pages_free(struct machine *m, u32 page);

/* Where it is to be put; its last entry is free. NULL: dlab_pages_free() must do it. */
static inline struct hot *pages_room(struct machine *m, u32 page)
{
	const struct frame *f = &m->frames[page];
	struct hot *hot = &m->bank[zone_of_page(m, page)].hot[f->order];

	/* Loaded alone: the compiler would join it with others, and that stalls behind its store. */
	u8 state = __atomic_load_n(&f->state, __ATOMIC_RELAXED);

	return likely(state == FRAME_USED && !f->atomic && hot->nr < HOT_BLOCKS) ? hot : NULL;
}

static inline void pages_put_hot(struct machine *m, struct hot *hot, u32 page)
{
	m->frames[page].state = FRAME_HOT;
	hot->page[hot->nr++] = page;
}

static inline unsigned order_of(size_t size)
{
	return size <= PAGE_SIZE ? 0 : 64 - __builtin_clzl((size - 1) >> PAGE_SHIFT);
}

static inline size_t page_offset(u32 page)
{
	return (size_t)page << PAGE_SHIFT;
}

#define NO_OFFSET ((size_t)-1)

/* The views an address may lie in. */
static inline bool in_cached(const struct machine *m, const volatile void *p)
{
	return (uintptr_t)p - (uintptr_t)m->cached < m->ram_size;
}

static inline bool in_memory(const struct machine *m, const volatile void *p)
{
	return (uintptr_t)p - (uintptr_t)m->memory < m->ram_size;
}

static inline bool in_cookies(const struct machine *m, const volatile void *p)
{
	return (uintptr_t)p - (uintptr_t)m->cookies < m->ram_size;
}

static inline bool in_vmalloc(const struct machine *m, const volatile void *p)
{
	return (uintptr_t)p - (uintptr_t)m->vmalloc < m->vmalloc_size;
}

/* The place in RAM that a pointer of any view stands for, or NO_OFFSET. */
static inline size_t cpu_to_offset(const struct machine *m, const volatile void *p)
{
	if (in_cached(m, p))
		return (const volatile u8 *)p - m->cached;
	if (in_memory(m, p))
		return (const volatile u8 *)p - m->memory;
	if (in_cookies(m, p))
		return (const volatile u8 *)p - m->cookies;
	return NO_OFFSET;
}

static inline const struct bank *bank_at(const struct machine *m, size_t offset)
{
	return &m->bank[zone_of_page(m, offset >> PAGE_SHIFT)];
}

static inline phys_addr_t offset_to_phys(const struct machine *m, size_t offset)
{
	const struct bank *bank = bank_at(m, offset);

	return bank->phys + (offset - page_offset(bank->first));
}

/* Where @phys lies in RAM, or NO_OFFSET. */
static inline size_t phys_to_offset(const struct machine *m, phys_addr_t phys)
{
#pragma GCC unroll 3 /* NR_ZONES */
	for (int z = NR_ZONES - 1; z >= 0; z--) {
		const struct bank *bank = &m->bank[z];

		if (phys - bank->phys < page_offset(bank->nr))
			return page_offset(bank->first) + (phys - bank->phys);
	}
	return NO_OFFSET;
}

/* How many bytes from @offset on are contiguous for a device as well. */
static inline size_t bank_bytes(const struct machine *m, size_t offset)
{
	const struct bank *bank = bank_at(m, offset);

	return page_offset(bank->first + bank->nr) - offset;
}

#endif
