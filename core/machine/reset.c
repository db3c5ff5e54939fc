/* SPDX-License-Identifier: MIT */
/*
 * A used machine made new in place, at a cost that goes with the pages that were touched.
 *
 * All that is kept by page frame is zero in a new machine, which is what mmap() gives. So
 * zeroing the slices of the pages that were touched is as good as a new mapping, and a
 * machine that is used a thousand times faults its memory in once.
 */
#include "machine/image.h"

#include <string.h>

bool dlab_machine_next_touched(const struct machine *m, u32 *page, u32 *nr)
{
	u32 at = *page + *nr;

	while (at < m->nr_pages && !(m->touched[at / 64] >> at % 64)) {
		at = (at | 63) + 1;
		while (at < m->nr_pages && !m->touched[at / 64])
			at += 64;
	}
	if (at >= m->nr_pages)
		return false;
	at += __builtin_ctzll(m->touched[at / 64] >> at % 64);
	*page = at;
	while (at < m->nr_pages && m->touched[at / 64] >> at % 64 & 1)
		at++;
	*nr = at - *page;
	return true;
}

bool dlab_machine_is_simple(const struct machine *m)
{
	return m->profile->translation == TRANSLATE_DIRECT && m->shared < 0 && !m->cookie_open &&
	       !m->quarantine.limit;
}

void dlab_machine_reset_pages(struct machine *m, u32 page, u32 nr)
{
	memset(m->cached + page_offset(page), 0, page_offset(nr));
	if (m->memory != m->cached)
		memset(m->memory + page_offset(page), 0, page_offset(nr));
	if (m->cache.lines)
		memset(m->cache.lines + page, 0, nr * sizeof(*m->cache.lines));
	if (image_on(m)) {
		memset(m->image.kept + page, 0, nr);
		memset(m->image.poisoned + page, 0, nr);
	}
}

/* Blocks of the largest order that were never cut have nothing in their frames. */
static void reset_frames(struct machine *m)
{
	for (int z = 0; z < NR_ZONES; z++) {
		const struct bank *bank = &m->bank[z];
		u32 whole = bank->untouched << MAX_ORDER;

		memset(m->frames + bank->first + whole, 0, (bank->nr - whole) * sizeof(*m->frames));
	}
	dlab_machine_free_banks(m);
}

void dlab_machine_reset(struct machine *m, u64 seed)
{
	reset_frames(m);
	dlab_cache_reset(&m->cache, seed);
	memset(m->touched, 0, (m->nr_pages + 63) / 64 * sizeof(u64));
}
