/* SPDX-License-Identifier: MIT */
#ifndef DMALAB_BASE_RANDOM_H
#define DMALAB_BASE_RANDOM_H

#include <linux/types.h>

/* splitmix64: good enough for choices, and the same on every host. @state: any seed. */
static inline u64 random_next(u64 *state)
{
	u64 z = *state += 0x9e3779b97f4a7c15ull;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ z >> 27) * 0x94d049bb133111ebull;
	return z ^ z >> 31;
}

#endif
