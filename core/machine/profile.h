/* SPDX-License-Identifier: MIT */
/*
 * A profile is what a real machine's kernel does to the CPU's cache when the
 * driver calls map, sync and unmap on a device that does not snoop.
 */
#ifndef DMALAB_MACHINE_PROFILE_H
#define DMALAB_MACHINE_PROFILE_H

#include <linux/dma-direction.h>
#include <stdbool.h>
#include <stddef.h>

/* What is done to a line. */
enum line_op {
	OP_NONE,
	OP_CLEAN,      /* write back if dirty, keep */
	OP_INVALIDATE, /* drop, dirty or not */
	OP_FLUSH       /* clean, then invalidate */
};

enum handover { FOR_DEVICE, FOR_CPU };

/* What an invalidation does to a line that it covers only in part. */
enum edge {
	EDGE_AS_IS,      /* invalidates it whole */
	EDGE_FLUSH,      /* flushes the partial lines */
	EDGE_FLUSH_RANGE /* one partial line: flushes all of the range */
};

/* How a device gets from a DMA address to memory. */
enum translation {
	TRANSLATE_DIRECT, /* a physical address, perhaps at a distance */
	TRANSLATE_BOUNCE, /* the same, of a copy: every mapping is bounced */
	TRANSLATE_IOMMU   /* a page table */
};

struct profile {
	const char *name;
	const char *like;       /* the machine meant, and the kernel source followed */
	enum translation translation;
	bool coherent;          /* devices snoop; there is nothing to maintain */
	bool speculates;        /* the CPU fills lines that no instruction asked for */
	bool remaps;            /* uncached memory is vmap()ed, not at an address of its own */
	unsigned line_shift;    /* log2 of the cache line, in bytes */
	unsigned dma_align;     /* ARCH_DMA_MINALIGN, in bytes */
	enum edge edge;
	enum line_op op[2][3];  /* [handover][direction]; of a bounce, what the copy does */
};

/* A part of a range, and what is done to its lines. */
struct piece {
	size_t offset, len;
	enum line_op op;
};

#define MAX_PIECES 3

/* profile.c: an invalidation whose lines at either end are treated in another way. */
unsigned dlab_profile_cut(const struct profile *profile, size_t offset, size_t len,
			  struct piece piece[MAX_PIECES]);

/*
 * What @op of a range comes to on a machine, whose lines at either end the range may
 * cover only in part. Returns how many pieces.
 */
static inline unsigned profile_pieces(const struct profile *profile, size_t offset, size_t len,
				      enum line_op op, struct piece piece[MAX_PIECES])
{
	size_t line = (size_t)1 << profile->line_shift;

	if (op == OP_NONE || !len)
		return 0;
	if (op == OP_INVALIDATE && profile->edge != EDGE_AS_IS && (offset | len) & (line - 1))
		return dlab_profile_cut(profile, offset, len, piece);
	piece[0] = (struct piece){ offset, len, op };
	return 1;
}

extern const struct profile dlab_profiles[];
extern const size_t dlab_nr_profiles;

/* NULL when there is none of that name. */
const struct profile *dlab_profile_find(const char *name);

/* What @profile does to a whole line at this hand-over. */
static inline enum line_op profile_op(const struct profile *profile, enum handover to,
				      enum dma_data_direction dir)
{
	return profile->coherent ? OP_NONE : profile->op[to][dir];
}

/* What the hand-over is worth to the other side, whoever does it: cache or copy. */
static inline enum line_op profile_effect(const struct profile *profile, enum handover to,
					  enum dma_data_direction dir)
{
	return profile->op[to][dir];
}

#endif
