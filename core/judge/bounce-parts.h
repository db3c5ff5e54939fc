/* SPDX-License-Identifier: MIT */
/* What bounce.c and bounce-look.c share: mappings that have bytes of a range. */
#ifndef DMALAB_JUDGE_BOUNCE_PARTS_H
#define DMALAB_JUDGE_BOUNCE_PARTS_H

#include "judge/judge.h"

/* Part of a range of RAM that @r covers, counted from the start of @r. */
static inline bool part_of(const struct region *r, size_t offset, size_t len, size_t *first, size_t *n)
{
	size_t from = offset > r->offset ? offset : r->offset;
	size_t to = offset + len < r->offset + r->size ? offset + len : r->offset + r->size;

	if (!r->bounce || !r->bounce->granules || from >= to)
		return false;
	*first = from - r->offset;
	*n = to - from;
	return true;
}

/* Each mapping once: that which touches several of the pages is met in its first. */
#define for_each_mapping(j, offset, len, p, span) \
	for (u32 p = (offset) >> PAGE_SHIFT; p <= ((offset) + (len) - 1) >> PAGE_SHIFT; p++) \
		for (struct span *span = (j)->ledger.pages[p].maps; span; span = span->next) \
			if (p == (offset) >> PAGE_SHIFT || region_first_page(span->region) == p)

#endif
