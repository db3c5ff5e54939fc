/* SPDX-License-Identifier: MIT */
/* What the files of shadow.h share: shadow.c, shadow-pages.c, shadow-look.c. */
#ifndef DMALAB_JUDGE_SHADOW_PARTS_H
#define DMALAB_JUDGE_SHADOW_PARTS_H

#include "judge/shadow.h"

#define GRANULES_PER_PAGE (PAGE_SIZE / 64)

/* shadow-pages.c: write out what the state of a page says of its granules and lines. */
cold void dlab_shadow_track(struct shadow *s, u32 page);

static inline void need_tracked(struct shadow *s, u32 page)
{
	if (unlikely(s->state[page] != PAGE_TRACKED))
		dlab_shadow_track(s, page);
}

/* shadow-look.c: the bytes @victims of the granule at @base; @d may be NULL. */
void dlab_damage_add(struct damage *d, size_t base, u64 victims);

#endif
