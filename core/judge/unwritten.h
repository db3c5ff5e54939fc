/* SPDX-License-Identifier: MIT */
/*
 * Bytes that nobody has stored since their memory was allocated, neither CPU nor device.
 * To copy them is no mistake; to give them to a device that may read them is, and to read
 * what a device was to write and did not: such bytes are awaited from the mapping on, and
 * a load of one shows old contents of memory.
 *
 * Whole pages are told by a byte, others by two bits for each of their bytes. Memory of
 * kmalloc(), of the page allocator and of pools comes unwritten, and so does what has no
 * kernel mapping; all else that dma_alloc_*() return is zeroed. What is free is written, but
 * for objects that a constructor has built, which keep what they have.
 */
#ifndef DMALAB_JUDGE_UNWRITTEN_H
#define DMALAB_JUDGE_UNWRITTEN_H

#include "judge/ledger.h"
#include "machine/machine.h"

enum written {
	PAGE_WRITTEN,  /* all of it */
	PAGE_FRESH,    /* nothing of it, and nothing is awaited */
	PAGE_MIXED,    /* the bits say; none is awaited */
	PAGE_AWAITED   /* the bits say */
};

struct unwritten {
	u8 *pages;       /* enum written, by page frame; NULL: nobody looks */
	u64 *never;      /* a bit for each byte: it was never stored */
	u64 *awaited;    /* of those: it was mapped for a device to write */
	u64 *some;       /* by page frame, where the bits say: a bit for each word of never that
	                    is not 0; a page in which none is left may be PAGE_WRITTEN again */
	size_t arena_size;
	size_t least;    /* shorter runs are not told */
};

/*
 * Stores through plain pointers are found by their values, and memory that comes unwritten
 * holds another value in each word then (dlab_image_poison()). A byte that was stored may have
 * been there already, once in 256; eight in a row, once in 2^64.
 */
#define LEAST_PLAIN 8u

/* 0 or -ENOMEM. Until then, all is written. */
int dlab_unwritten_init(struct unwritten *u, const struct machine *m, size_t least);
void dlab_unwritten_exit(struct unwritten *u);

/* For ranges that are not all written. */
cold void dlab_unwritten_store_slow(struct unwritten *u, size_t offset, size_t len);
cold void dlab_unwritten_await_slow(struct unwritten *u, size_t offset, size_t len);

/* Handed out as it is. */
void dlab_unwritten_fresh(struct unwritten *u, size_t offset, size_t len);

/* Bytes that were moved, and stored there, are what they were. */
cold void dlab_unwritten_move(struct unwritten *u, size_t from, size_t to, size_t len);

/*
 * The bytes of the range that are awaited, or that were never stored; .first and .last are
 * offsets of RAM.
 */
cold struct run dlab_unwritten_find_awaited(const struct unwritten *u, size_t offset, size_t len);
cold struct run dlab_unwritten_find_never(const struct unwritten *u, size_t offset, size_t len);

/* Has nobody stored this byte since its memory was allocated? */
static inline bool unwritten_never(const struct unwritten *u, size_t offset)
{
	enum written state = u->pages ? u->pages[offset >> PAGE_SHIFT] : PAGE_WRITTEN;

	return state == PAGE_FRESH ||
	       (state != PAGE_WRITTEN && u->never[offset / 64] >> (offset % 64) & 1);
}

static inline bool unwritten_awaited(const struct unwritten *u, u32 page)
{
	return u->pages && unlikely(u->pages[page] == PAGE_AWAITED);
}

/* Bytes of the 64 around them count as well: the functions for such ranges know better. */
bool dlab_unwritten_any_slow(const struct unwritten *u, size_t offset, size_t len);

static inline bool unwritten_any(const struct unwritten *u, size_t offset, size_t len)
{
	u32 page = offset >> PAGE_SHIFT;

	if (!u->pages || likely(u->pages[page] == PAGE_WRITTEN &&
				(offset & (PAGE_SIZE - 1)) + len <= PAGE_SIZE))
		return false;
	return dlab_unwritten_any_slow(u, offset, len);
}

/* Stored, by whomever; or given back. */
static inline void unwritten_store(struct unwritten *u, size_t offset, size_t len)
{
	if (unwritten_any(u, offset, len))
		dlab_unwritten_store_slow(u, offset, len);
}

/* Whole pages are all stored, or fresh. Many: called, else the compiler has it by "rep stos". */
void dlab_unwritten_set_many(struct unwritten *u, u32 page, u32 nr, enum written state);

static inline void unwritten_set_pages(struct unwritten *u, u32 page, u32 nr, enum written state)
{
	if (!u->pages)
		return;
	if (likely(nr == 1))
		u->pages[page] = state;
	else
		dlab_unwritten_set_many(u, page, nr, state);
}

/* Is it a part of one page, of which the bits say? */
static inline bool unwritten_is_by_bits(const struct unwritten *u, size_t offset, size_t len)
{
	return u->pages[offset >> PAGE_SHIFT] >= PAGE_MIXED &&
	       len < PAGE_SIZE && (offset & (PAGE_SIZE - 1)) + len <= PAGE_SIZE;
}

/* Handed out as it is, and the device may write it at once. */
static inline void unwritten_expect(struct unwritten *u, size_t offset, size_t len)
{
	size_t end = offset + len;

	if (!u->pages)
		return;
	if (unlikely(!unwritten_is_by_bits(u, offset, len))) {
		dlab_unwritten_fresh(u, offset, len);
		dlab_unwritten_await_slow(u, offset, len);
		return;
	}
	u->pages[offset >> PAGE_SHIFT] = PAGE_AWAITED;
	for (size_t word = offset / 64; word * 64 < end; word++) {
		u64 m = word_mask(word, offset, end);

		u->never[word] |= m;
		u->awaited[word] |= m;
		u->some[offset >> PAGE_SHIFT] |= 1ull << word % 64;
	}
}

/* Given back, of which most often all bits say. */
static inline void unwritten_give_back(struct unwritten *u, size_t offset, size_t len)
{
	size_t end = offset + len;

	if (!u->pages)
		return;
	if (unlikely(!unwritten_is_by_bits(u, offset, len))) {
		unwritten_store(u, offset, len);
		return;
	}
	for (size_t word = offset / 64; word * 64 < end; word++) {
		u64 keep = ~word_mask(word, offset, end);

		u->never[word] &= keep;
		u->awaited[word] &= keep;
		if (!u->never[word])
			u->some[offset >> PAGE_SHIFT] &= ~(1ull << word % 64);
	}
}

/* Mapped for a device to write. */
static inline void unwritten_await(struct unwritten *u, size_t offset, size_t len)
{
	if (unwritten_any(u, offset, len))
		dlab_unwritten_await_slow(u, offset, len);
}

#endif
