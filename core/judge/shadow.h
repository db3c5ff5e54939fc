/* SPDX-License-Identifier: MIT */
/*
 * The shadow: which bytes could differ between two legal caches. shadow.c opens
 * with the rules. Offsets and lengths are bytes of RAM.
 */
#ifndef DMALAB_JUDGE_SHADOW_H
#define DMALAB_JUDGE_SHADOW_H

#include "base/bits.h"
#include "base/zero.h"
#include "judge/origin.h"

/* 64 bytes of RAM, a bit for each. */
struct granule {
	u64 cpu;    /* stored through the cache, memory may not have it yet */
	u64 dev;    /* stored to memory, the cache may hide it */
	u64 writer; /* the last to store it was the device */
};

/* What is known of all of a page, without looking at its granules. */
enum page_state {
	PAGE_SETTLED,   /* cache and memory agree */
	PAGE_TRACKED,   /* granules and lines say */
	PAGE_CPU_NEWER, /* the CPU has stored every byte; all lines dirty */
	PAGE_BUS_NEWER, /* memory has changed behind every line; none dirty */
	PAGE_UNCACHED   /* nobody looks at it through the cache */
};

/* Of a page that is tracked. */
struct line_flags {
	u64 dirty[2];
	u64 present[2]; /* kept only where the CPU does not speculate */
	u64 live;       /* granules that are not settled: all others have no bit in cpu or dev */
};

struct region;

/* Of one machine: the one that runs, or one that is judged beside it. */
struct shadow {
	const struct profile *profile;
	struct shadow *next;      /* another machine; NULL: no more */
	u8 *state;                /* enum page_state, by page frame */
	site_t *page_site;        /* who made it CPU_NEWER or BUS_NEWER, */
	u64 *page_through;        /* and through what: 4 times the serial, plus enum own */
	struct granule *granules;
	struct origin *origins;
	struct claim_pool claims;
	struct line_flags *lines;
	unsigned shift;           /* log2 of the line */
	bool speculates;
	void *arena;              /* NULL: a coherent machine, nothing to watch */
	size_t arena_size;
};

/* Who looks at the bytes: through the cache, or at memory. */
enum side { SIDE_CPU, SIDE_BUS };

/* What a load would get. */
struct verdict {
	size_t first, last;       /* the indeterminate bytes lie in here */
	size_t bytes;             /* how many they are; 0: all is well */
	size_t stale, lost_cpu, lost_dev;
	size_t example;           /* one of the most severe kind */

	const struct profile *on; /* the machine that this is about, */
	enum side side;           /* and where the load looks there */
	u32 machines;             /* all that are judged where it is wrong, in the order of
	                             profiles[]; 0: only one is judged */
};

/* Indeterminate bytes of one granule, for whoever asks where they come from. */
struct bad {
	size_t base;                 /* in RAM */
	u64 bytes;
	struct granule granule;
	const struct origin *origin;
	const struct region *region; /* the bounced mapping that has them, or NULL */
};

typedef void (*bad_fn)(const struct bad *bad, void *context);

/* What a store did to bytes that it did not write, or that others endanger. */
struct damage {
	size_t first, last, bytes; /* newly indeterminate through a shared line */

	const struct shadow *on;   /* the machine that this is about, */
	enum side side;            /* and where the store goes there */
	u32 machines;              /* all that are judged, as in struct verdict */

	/* Of a store by the CPU, which are in the lines at its ends: all of them. */
	unsigned nr_victims;
	struct {
		size_t base;
		u64 bytes;
	} victims[4];
};

/* Add the bytes @bad of the granule at @base, told by its own bits, to a verdict. */
void dlab_verdict_add(struct verdict *v, const struct granule *g, size_t base, u64 bad);

/* 0 or -ENOMEM. @profile: the machine that is judged, of the size of @m. */
int dlab_shadow_init(struct shadow *s, const struct machine *m, const struct profile *profile);
void dlab_shadow_exit(struct shadow *s);
void dlab_shadow_reset_pages(struct shadow *s, u32 page, u32 nr);

struct verdict dlab_shadow_look(struct shadow *s, enum side side, size_t offset, size_t len);

/* fn() for the bytes of the same verdict. */
cold void dlab_shadow_each_bad(struct shadow *s, enum side side, size_t offset, size_t len,
			       bad_fn fn, void *context);
void dlab_shadow_cpu_load(struct shadow *s, size_t offset, size_t len);

/*
 * Of @d only bytes is set if there is none. @d may be NULL. @by: what the device stores
 * through; NULL: it is not known.
 */
void dlab_shadow_cpu_store(struct shadow *s, size_t offset, size_t len, site_t site,
			   struct damage *d);
void dlab_shadow_bus_store(struct shadow *s, size_t offset, size_t len, site_t site,
			   const struct through *by, struct damage *d);

/* A device that snoops stores as the CPU does, but the write is the device's. */
cold void dlab_shadow_snooped_store(struct shadow *s, size_t offset, size_t len, site_t site,
				    struct damage *d);

/*
 * Stores of the CPU follow, and one of them is to the bytes @stored of the granule at @base:
 * whatever order they came in, none of the others endangers these.
 */
cold void dlab_shadow_spare(struct shadow *s, size_t base, u64 stored);

/* And the CPU, through an uncached view, as a device does. */
cold void dlab_shadow_uncached_store(struct shadow *s, size_t offset, size_t len, site_t site,
				     struct damage *d);

/* Bytes that a load by the CPU might get wrong have one value for everybody now. */
cold void dlab_shadow_forget(struct shadow *s, size_t offset, size_t len);

/* @by: what the call is about, and which way its bytes go; NULL: none that can be named. */
void dlab_shadow_maintain(struct shadow *s, size_t offset, size_t len, enum line_op op, site_t site,
			  const struct through *by);

/* Bytes that only the cache has, in @offset..@offset+@len. */
struct damage dlab_shadow_unwritten(struct shadow *s, size_t offset, size_t len);

/* The CPU stored all of these pages, or they changed in memory alone, or ... */
void dlab_shadow_set_pages(struct shadow *s, u32 page, u32 nr, enum page_state state, site_t site);

/* Those that were uncached are free: all stores to them bypassed the cache. */
void dlab_shadow_release_pages(struct shadow *s, u32 page, u32 nr, site_t site);

/* What dlab_shadow_set_pages() does, where there is a shadow. */
static inline void shadow_mark_pages(struct shadow *s, u32 page, u32 nr, enum page_state state,
				     site_t site)
{
	u32 p = page;

	/* Nobody fills lines of uncached memory but a CPU that speculates. */
	if (state == PAGE_BUS_NEWER && !s->speculates)
		state = PAGE_SETTLED;
	do {
		s->state[p] = state;
		s->page_site[p] = site;
		s->page_through[p] = OWN_BOTH;
	} while (unlikely(++p < page + nr));
}

/* dlab_shadow_set_pages() to PAGE_UNCACHED. */
static inline void shadow_set_uncached(struct shadow *s, u32 page, u32 nr)
{
	if (!s->arena)
		return;
	for (u32 p = page; p < page + nr; p++)
		s->state[p] = PAGE_UNCACHED;
}

/* dlab_shadow_release_pages() of pages that are all uncached. */
static inline void shadow_release_uncached(struct shadow *s, u32 page, u32 nr, site_t site)
{
	if (s->arena && s->state[page] == PAGE_UNCACHED)
		shadow_mark_pages(s, page, nr, PAGE_BUS_NEWER, site);
}

/* Do cache and memory agree on all of these pages? */
static inline bool shadow_all_settled(const struct shadow *s, u32 page, u32 nr)
{
	return !s->arena || bytes_are_zero(s->state + page, nr);
}

/* The granule at @base, of a page that is tracked, has bits in cpu or dev now, or may have. */
static inline void shadow_set_live(struct shadow *s, size_t base)
{
	s->lines[base >> PAGE_SHIFT].live |= 1ull << (base >> 6 & 63);
}

/* Of a page that is tracked: all that is known of its bytes is that they agree. */
static inline bool shadow_lines_settled(const struct line_flags *f)
{
	return !(f->live | f->dirty[0] | f->dirty[1] | f->present[0] | f->present[1]);
}

/*
 * Fast path of dlab_shadow_maintain(): does it change nothing of the page at @offset, which the
 * range does not leave? One that is tracked goes back to PAGE_SETTLED when all of its lines are
 * maintained, which may be more than the range: that is for the slow path.
 */
static inline bool shadow_is_idle(const struct shadow *s, size_t offset, size_t len,
				  enum line_op op)
{
	u32 page = offset >> PAGE_SHIFT;

	if (!s->arena)
		return true;
	switch (s->state[page]) {
	case PAGE_SETTLED:
	case PAGE_UNCACHED:
		return true;
	case PAGE_TRACKED:
		return len + (2ul << s->shift) <= PAGE_SIZE &&
		       shadow_lines_settled(&s->lines[page]);
	case PAGE_BUS_NEWER:
		return op == OP_CLEAN;
	default:
		return false;
	}
}

static inline bool shadow_settled(const struct shadow *s, u32 page)
{
	return s->state[page] == PAGE_SETTLED;
}

#endif
