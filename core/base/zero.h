/* SPDX-License-Identifier: MIT */
/* Tables with a byte for each page, of which most are 0: looked at by words. */
#ifndef DMALAB_BASE_ZERO_H
#define DMALAB_BASE_ZERO_H

#include <linux/types.h>
#include <stdbool.h>

static inline bool bytes_are_zero(const u8 *at, size_t nr)
{
	u64 any = 0, word[4];

	for (; nr >= sizeof(word); at += sizeof(word), nr -= sizeof(word)) {
		__builtin_memcpy(word, at, sizeof(word));
		any |= word[0] | word[1] | word[2] | word[3];
	}
	for (; nr; at++, nr--)
		any |= *at;
	return !any;
}

#endif
