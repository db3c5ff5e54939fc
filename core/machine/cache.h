/* SPDX-License-Identifier: MIT */
/*
 * The CPU's data cache: write-back, write-allocate, and holding real data.
 *
 * A line is valid (the cached view holds the cache's copy) and may be dirty. What
 * the cache does beyond what it is told is its policy; anything a policy does is
 * something that a real cache may do.
 */
#ifndef DMALAB_MACHINE_CACHE_H
#define DMALAB_MACHINE_CACHE_H

#include "machine/profile.h"

#include <linux/mm.h>

struct machine;

enum policy {
	POLICY_NEVER,  /* does nothing of its own accord */
	POLICY_EAGER,  /* writes back and drops each line as soon as it was used */
	POLICY_RANDOM, /* evicts, and fills if the CPU speculates, at random */
	POLICY_LRU,    /* of a limited size: evicts what was used least recently */
	NR_POLICIES
};

extern const char *const dlab_policy_names[NR_POLICIES];

#define CACHE_SIZE (32u << 10) /* of policy "lru", bytes */
#define CACHE_WAYS 8u
#define RECENT     32u

/*
 * One bit for each line of a page; lines have 32 bytes at least. Only valid lines are dirty
 * or stale: and one that is neither holds what memory holds, so that to drop it moves no data.
 */
struct page_lines {
	u64 valid[2];
	u64 dirty[2];
	u64 stale[2]; /* memory was stored to behind the line */
};

struct cache {
	struct page_lines *lines;  /* by page frame; NULL on a coherent machine */
	unsigned shift;            /* log2 of the line, in bytes */
	enum policy policy;
	bool speculates;

	u64 rng;
	u32 recent[RECENT];        /* "random": lines that were used */
	u32 nr_recent;

	u32 *ways;                 /* "lru": [set][way], line + 1, latest first */
	u32 nr_sets;

	u64 hits, misses, fills, write_backs, maintenance;
};

/* 0 or -ENOMEM. @lines: zeroed, one for each page frame; not owned. */
int dlab_cache_init(struct cache *c, const struct profile *profile, struct page_lines *lines);
int dlab_cache_set_policy(struct cache *c, enum policy policy, u64 seed);
void dlab_cache_exit(struct cache *c);

/* All but the lines, which are zeroed by page. */
void dlab_cache_reset(struct cache *c, u64 seed);

/*
 * The accesses. dlab_cache_cpu_store() stores zeroes for a NULL @buf. Offsets and lengths in
 * bytes; the range lies in RAM. Loads and stores of the CPU go through the cache, those of
 * the bus go to memory.
 */
void dlab_cache_cpu_load(struct machine *m, size_t offset, void *buf, size_t len);
void dlab_cache_cpu_store(struct machine *m, size_t offset, const void *buf, size_t len);
void dlab_cache_bus_load(struct machine *m, size_t offset, void *buf, size_t len);
void dlab_cache_bus_store(struct machine *m, size_t offset, const void *buf, size_t len);

/*
 * What the program's own instructions do to the lines: they are about to load these bytes, or have
 * stored them, or have stored them past the cache. The policy has no turn.
 */
void dlab_cache_cpu_loads(struct machine *m, size_t offset, size_t len);
void dlab_cache_cpu_stored(struct machine *m, size_t offset, size_t len);
void dlab_cache_bus_stored(struct machine *m, size_t offset, size_t len);

/*
 * A load into @in or a store from @out (the other is NULL), each page through the
 * cache unless @uncached or its cached view is out of use.
 */
void dlab_cache_move(struct machine *m, size_t offset, u8 *in, const u8 *out, size_t len,
		     bool uncached);

/* A CPU store of zeroes to whole pages. */
void dlab_cache_zero_pages(struct machine *m, u32 page, u32 nr);

/* The same past the cache, to a range of pages whose cached view is out of use. */
void dlab_cache_zero_memory(struct machine *m, size_t offset, size_t len);

/* Copy from memory to memory, on a machine without lines. */
void dlab_cache_copy(struct machine *m, size_t to, size_t from, size_t len);

/* Maintenance of the lines that @offset..@offset+@len touches. */
void dlab_cache_maintain(struct machine *m, size_t offset, size_t len, enum line_op op);

/*
 * What the cache might do by itself. An eviction throws a plain store away that nobody
 * has found, so it is for lines where there is none: image.h.
 */
void dlab_cache_evict(struct machine *m, size_t offset, size_t len);
void dlab_cache_fill(struct machine *m, size_t offset, size_t len);

/*
 * Pages leave the cached view: every line is flushed, and the cached view is
 * out of use until dlab_cache_take_back().
 */
void dlab_cache_give_up(struct machine *m, u32 page, u32 nr);
void dlab_cache_take_back(struct machine *m, u32 page, u32 nr);

/* These lines hold stores that did not come through dlab_cache_cpu_store(). */
void dlab_cache_mark_dirty(struct machine *m, size_t offset, size_t len);

/* The lines @first..@last of one page, all of which hold what memory holds, are dropped. */
void dlab_cache_drop(struct cache *c, u32 first, u32 last);

/* policy.c: the policy's turn, after the CPU or the bus used these bytes. */
void dlab_cache_step(struct machine *m, size_t offset, size_t len);

/* policy.c: "lru" only, before the CPU uses a line. */
void dlab_cache_lru_touch(struct machine *m, u32 line);

static inline bool line_is_dirty(const struct cache *c, u32 line)
{
	u32 bit = line & ((1u << (PAGE_SHIFT - c->shift)) - 1);
	const struct page_lines *lines = &c->lines[line >> (PAGE_SHIFT - c->shift)];

	return lines->dirty[bit >> 6] & lines->valid[bit >> 6] & 1ull << (bit & 63);
}

/*
 * Fast path of maintenance: true, and all of it is done, if no line of the page at @offset,
 * which the range does not leave, has data to be moved. The lines of the range are counted,
 * and dropped if @op drops lines. A policy wants its turn, and pages that the process sees at
 * other addresses change behind their lines unseen: those take the slow path.
 */
static inline bool cache_maintain_idle(struct cache *c, size_t offset, size_t len, enum line_op op,
				       bool shared)
{
	struct page_lines *l = &c->lines[offset >> PAGE_SHIFT];
	u32 first = offset >> c->shift, last = (offset + len - 1) >> c->shift;

	if (c->policy != POLICY_NEVER || l->dirty[0] | l->dirty[1])
		return false;
	if (op != OP_CLEAN && unlikely(l->valid[0] | l->valid[1])) {
		if (l->stale[0] | l->stale[1] || shared)
			return false;
		dlab_cache_drop(c, first, last);
	}
	c->maintenance += last - first + 1;
	return true;
}

static inline bool line_is_valid(const struct cache *c, u32 line)
{
	u32 bit = line & ((1u << (PAGE_SHIFT - c->shift)) - 1);

	return c->lines[line >> (PAGE_SHIFT - c->shift)].valid[bit >> 6] >> (bit & 63) & 1;
}

#endif
