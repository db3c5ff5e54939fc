/* SPDX-License-Identifier: MIT */
/* What is known of whole pages: the memory of the shadow, and its states of pages. */
#include "judge/shadow-parts.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

static size_t round_up(size_t n)
{
	return (n + 4095) & ~(size_t)4095;
}

int dlab_shadow_init(struct shadow *s, const struct machine *m, const struct profile *profile)
{
	size_t nr = m->nr_pages;
	size_t state = round_up(nr);
	size_t sites = round_up(nr * sizeof(site_t));
	size_t granules = nr * GRANULES_PER_PAGE * sizeof(struct granule);
	size_t origins = nr * GRANULES_PER_PAGE * sizeof(struct origin);
	size_t lines = round_up(nr * sizeof(struct line_flags));
	u8 *at;

	memset(s, 0, sizeof(*s));
	s->profile = profile;
	if (profile->coherent)
		return 0;
	s->shift = profile->line_shift;
	s->speculates = profile->speculates;
	s->arena_size = state + 2 * sites + granules + origins + lines;
	at = mmap(NULL, s->arena_size, PROT_READ | PROT_WRITE,
		  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (at == MAP_FAILED)
		return -ENOMEM;
	s->arena = at;
	s->state = at;
	s->page_site = (site_t *)(at + state);
	s->page_through = (u64 *)(at + state + sites);
	s->granules = (struct granule *)(at + state + 2 * sites);
	s->origins = (struct origin *)(at + state + 2 * sites + granules);
	s->lines = (struct line_flags *)(at + state + 2 * sites + granules + origins);
	return 0;
}

void dlab_shadow_exit(struct shadow *s)
{
	dlab_claims_exit(&s->claims);
	if (s->arena)
		munmap(s->arena, s->arena_size);
}

cold void dlab_shadow_track(struct shadow *s, u32 page)
{
	enum page_state state = s->state[page];
	struct granule *g = &s->granules[page * GRANULES_PER_PAGE];
	struct origin *o = &s->origins[page * GRANULES_PER_PAGE];
	bool cpu = state == PAGE_CPU_NEWER, bus = state == PAGE_BUS_NEWER;
	u64 all = cpu ? ~0ull : 0;

	s->state[page] = PAGE_TRACKED;
	if (state == PAGE_TRACKED)
		return;
	for (unsigned i = 0; i < GRANULES_PER_PAGE; i++) {
		g[i] = (struct granule){ cpu ? ~0ull : 0, bus ? ~0ull : 0, bus ? ~0ull : 0 };
		origin_forget(&s->claims, &o[i]);
		o[i] = (struct origin){
			.cpu = cpu ? s->page_site[page] : 0, .dev = bus ? s->page_site[page] : 0,
			.serial = s->page_through[page] >> 2, .own = s->page_through[page] & 3,
		};
	}
	s->lines[page] = (struct line_flags){ { all, all }, { all, all }, cpu || bus ? ~0ull : 0 };
}

/*
 * A settled page needs nothing else: whoever leaves that state writes all the rest. But for
 * what is claimed, and that takes memory of the host.
 */
void dlab_shadow_reset_pages(struct shadow *s, u32 page, u32 nr)
{
	if (!s->arena)
		return;
	memset(s->state + page, PAGE_SETTLED, nr);
	memset(s->page_site + page, 0, nr * sizeof(*s->page_site));
	memset(s->page_through + page, 0, nr * sizeof(*s->page_through));
	dlab_origins_reset(&s->claims, &s->origins[(size_t)page * GRANULES_PER_PAGE],
			   (size_t)nr * GRANULES_PER_PAGE);
}

void dlab_shadow_set_pages(struct shadow *s, u32 page, u32 nr, enum page_state state, site_t site)
{
	if (!s->arena)
		return;
	if (state == PAGE_UNCACHED)
		shadow_set_uncached(s, page, nr); /* the rest is set when that ends */
	else
		shadow_mark_pages(s, page, nr, state, site);
}

void dlab_shadow_release_pages(struct shadow *s, u32 page, u32 nr, site_t site)
{
	if (!s->arena)
		return;
	for (u32 p = page; p < page + nr; p++)
		if (s->state[p] == PAGE_UNCACHED)
			shadow_mark_pages(s, p, 1, PAGE_BUS_NEWER, site);
}

cold void dlab_shadow_forget(struct shadow *s, size_t offset, size_t len)
{
	size_t end = offset + len;

	if (!s->arena)
		return;
	for (size_t at = offset, stop; at < end; at = stop) {
		u32 page = at >> PAGE_SHIFT;

		stop = page_offset(page + 1) < end ? page_offset(page + 1) : end;
		if (s->state[page] == PAGE_BUS_NEWER && stop - at == PAGE_SIZE)
			s->state[page] = PAGE_SETTLED;
		if (s->state[page] != PAGE_BUS_NEWER && s->state[page] != PAGE_TRACKED)
			continue;
		need_tracked(s, page);
		for (size_t base = at & ~63ul; base < stop; base += 64) {
			struct granule *g = &s->granules[base >> 6];
			u64 m = g->dev & bits_in(base, at, stop);

			g->cpu &= ~m;
			g->dev &= ~m;
		}
	}
}
