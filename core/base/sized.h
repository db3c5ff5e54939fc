/* SPDX-License-Identifier: MIT */
/*
 * Structures of the public headers that begin with a size, so that they may grow. Each
 * names how far it went in interface 1.0, which is what a size of 0 stands for; that was its
 * whole size then, with no padding at its end into which a later field could fall.
 */
#ifndef DMALAB_BASE_SIZED_H
#define DMALAB_BASE_SIZED_H

#include <dmalab.h>

#define SIZE_1_0(type, last) (offsetof(type, last) + sizeof(((type *)0)->last))

#define CONFIG_SIZE_1_0      SIZE_1_0(struct dmalab_config, quarantine)
#define CACHE_STATS_SIZE_1_0 SIZE_1_0(struct dmalab_cache_stats, maintenance)
#define SITE_SIZE_1_0        ((SIZE_1_0(struct dmalab_site, since) + 7) & ~(size_t)7)

_Static_assert(CONFIG_SIZE_1_0 % 8 == 0 && CACHE_STATS_SIZE_1_0 % 8 == 0,
	       "a field of a later version would begin inside of what old callers pass");

/* How many bytes caller and library both know of. @given: the caller's, @own: sizeof. */
static inline size_t sized_common(size_t given, size_t first, size_t own)
{
	size_t size = given ? given : first;

	return size < own ? size : own;
}

#endif
