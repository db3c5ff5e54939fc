/* SPDX-License-Identifier: MIT */
/*
 * Other machines, judged beside the one that runs.
 *
 * What a report says of one machine is a matter of its line size, its cache maintenance,
 * whether its CPU speculates, and whether it copies what is mapped. The judge's state
 * of each (struct shadow, struct lost) holds no data and knows nothing of the others, so
 * one program can be judged on all of them: each event is an event on every machine.
 * The machine that runs has one shadow, those that are judged beside it follow it in a
 * list, which is empty unless machines=all.
 *
 * Two things would differ from a run on the other machine, and are made the same: objects
 * of kmalloc() lie as far apart as the widest machine wants them (machine.h, object_align),
 * and a device snoops there unless it says otherwise.
 *
 * Two things cannot be known of a machine that bounces: what a program does whose mapping
 * fails there, being too large; and, of several mappings that one device has of the same
 * bytes, which one it uses, where their addresses are the same here. From then on that
 * machine is not judged any more, and reports no longer say where they are true.
 */
#include "base/host.h"
#include "judge/judge.h"

#include <stdlib.h>

bool dlab_judge_is_coherent_on(const struct judge *j, const struct shadow *s,
			       const struct device *dev)
{
	/* Where the machine that runs is coherent as a whole, the driver said nothing. */
	return s->profile->coherent || (dev->dma_coherent && !j->hw->profile->coherent);
}

bool dlab_judge_snoops_on(const struct judge *j, const struct shadow *s, const struct device *dev)
{
	if (s == &j->shadow)
		return device_snoops(dev);
	if (unlikely(dev->snooping_is_asked) && !s->profile->coherent)
		return dev->snoops;
	return dlab_judge_is_coherent_on(j, s, dev);
}

/* --------------------------------------------------------------- set-up */

static int add_shadow(struct judge *j, const struct profile *profile)
{
	struct shadow *s = host_calloc(1, sizeof(*s)), *last = &j->shadow;

	if (!s)
		return -ENOMEM;
	if (dlab_shadow_init(s, j->hw, profile)) {
		free(s);
		return -ENOMEM;
	}
	while (last->next)
		last = last->next;
	last->next = s;
	judge_widen_line(j, profile);
	return 0;
}

int dlab_judge_add_machines(struct judge *j)
{
	int err = 0;

	for (size_t i = 0; i < dlab_nr_profiles && !err; i++) {
		const struct profile *p = &dlab_profiles[i];

		if (p == j->hw->profile)
			continue;
		if (p->translation == TRANSLATE_BOUNCE)
			err = dlab_lost_init(&j->lost, j->hw);
		else if (!p->coherent)
			err = add_shadow(j, p);
	}
	return err;
}

void dlab_judge_remove_machines(struct judge *j)
{
	while (j->shadow.next) {
		struct shadow *s = j->shadow.next;

		j->shadow.next = s->next;
		dlab_shadow_exit(s);
		free(s);
	}
}

/* ------------------------------------------------- memory that is handed out */

void dlab_judge_filled(struct judge *j, size_t offset, size_t len, site_t site)
{
	for_each_shadow(j, s)
		dlab_shadow_cpu_store(s, offset, len, site, NULL);
	judge_stored_past_caches(j, offset, len, site);
}

void dlab_judge_filled_pages(struct judge *j, u32 page, u32 nr, site_t site)
{
	for_each_shadow(j, s)
		dlab_shadow_set_pages(s, page, nr, PAGE_CPU_NEWER, site);
	judge_stored_past_caches(j, page_offset(page), page_offset(nr), site);
}

void dlab_judge_coherent_pages(struct judge *j, const struct device *dev, u32 page, u32 nr,
			       site_t site)
{
	for_each_shadow(j, s) dlab_shadow_set_pages(
		s, page, nr, dlab_judge_is_coherent_on(j, s, dev) ? PAGE_CPU_NEWER : PAGE_UNCACHED,
		site);
	judge_stored_past_caches(j, page_offset(page), page_offset(nr), site);
}

void dlab_judge_uncached_pages(struct judge *j, u32 page, u32 nr, site_t site)
{
	for_each_shadow(j, s)
		dlab_shadow_set_pages(s, page, nr, PAGE_UNCACHED, site);
}

void dlab_judge_handle_pages(struct judge *j, u32 page, u32 nr, site_t site)
{
	for_each_shadow(j, s)
		dlab_shadow_maintain(s, page_offset(page), page_offset(nr), OP_FLUSH, site, NULL);
}

void dlab_judge_released_pages(struct judge *j, u32 page, u32 nr, site_t site)
{
	for_each_shadow(j, s)
		dlab_shadow_release_pages(s, page, nr, site);
}

/* -------------------------------------------------------------- hand-over */

static void hand_over(struct shadow *s, size_t offset, size_t len, enum line_op op, site_t site,
		      const struct through *by)
{
	struct piece piece[MAX_PIECES];
	unsigned nr = profile_pieces(s->profile, offset, len, op, piece);

	for (unsigned i = 0; i < nr; i++)
		dlab_shadow_maintain(s, piece[i].offset, piece[i].len, piece[i].op, site, by);
}

void dlab_judge_handover(struct judge *j, const struct device *dev, size_t offset, size_t len,
			 enum handover to, enum dma_data_direction dir, site_t site,
			 const struct region *r)
{
	struct through by = { .serial = 0 };

	if (r)
		by = region_through(r);
	by.to = to;
	by.dir = dir;
	for_each_shadow(j, s)
		if (!dlab_judge_is_coherent_on(j, s, dev))
			hand_over(s, offset, len, profile_op(s->profile, to, dir), site, &by);
}

static bool is_mapped_twice(const struct judge *j, const struct region *r)
{
	for (u32 p = 0; p < region_pages(r); p++)
		for (struct span *span = j->ledger.pages[region_first_page(r) + p].maps; span;
		     span = span->next)
			if (span->region->dev == r->dev &&
			    region_touches(span->region, r->offset, r->size))
				return true;
	return false;
}

bool dlab_judge_copy_mapping(struct judge *j, struct region *r)
{
	if (judge_bounces(j) || !region_has_memory(r))
		return true;
	j->unsure |= r->size > dlab_swiotlb_max(0) ||
		     (j->hw->profile->translation == TRANSLATE_DIRECT && is_mapped_twice(j, r));
	r->bounce = dlab_bounce_new(NO_OFFSET, r->size, true);
	return r->bounce;
}

void dlab_judge_copied(struct judge *j, const struct device *by, struct region *r, size_t first,
		       size_t len, enum handover to, site_t site)
{
	if (!r->bounce->granules)
		return;
	if (to == FOR_DEVICE)
		dlab_bounce_copied_in(j, by, r, first, len, site);
	else
		dlab_bounce_copied_out(j, by, r, first, len, site);
}
