/* SPDX-License-Identifier: MIT */
/* Words of bits: one for each byte, line or unit of a piece of memory. */
#ifndef DMALAB_BASE_BITS_H
#define DMALAB_BASE_BITS_H

#include <linux/types.h>

/* The bits of @from..@to (exclusive) that fall into the 64 at @base. */
static inline u64 bits_in(size_t base, size_t from, size_t to)
{
	u64 mask = ~0ull;

	if (to <= base || from >= base + 64)
		return 0;
	if (from > base)
		mask &= ~0ull << (from - base);
	if (to < base + 64)
		mask &= (1ull << (to - base)) - 1;
	return mask;
}

/* Most words are all or nothing, and the base instruction set has no popcount. */
static inline unsigned count_bits(u64 word)
{
	return word == ~0ull ? 64 : word ? __builtin_popcountll(word) : 0;
}

#endif
