/* SPDX-License-Identifier: MIT */
/*
 * Stores that were announced, from when they are made. One that is pending may be many that follow
 * each other, made in several places.
 */
#include "judge/judge.h"
#include "machine/announced.h"

/* Its bytes from @start to @end, and those places; as they were when @end was read. */
struct part {
	const struct dmalab_hooks *h;
	const u8 *start, *end;
	unsigned mark, nr_marks;
};

static size_t offset_of(const struct dmalab_hooks *h, const u8 *p)
{
	return h->offset + (p - h->start);
}

/* Where the byte is stored; it is none before that of the last time. */
static const void *pc_at(struct part *part, const u8 *p)
{
	const struct dmalab_mark *marks = part->h->marks;

	while (part->mark + 1 < part->nr_marks && marks[part->mark + 1].start <= p)
		part->mark++;
	return part->nr_marks ? marks[part->mark].pc : part->h->pc;
}

/* All of it is the store's, also where it has left a byte as it was. */
static void settle_store(struct judge *j, const struct dmalab_hooks *h, const u8 *start,
			 const u8 *end, const void *pc)
{
	struct call call = { "store", (uintptr_t)pc };
	struct machine *hw = j->hw;
	size_t offset = offset_of(h, start), len = end - start;

	for (size_t at = offset, n; at < offset + len; at += n) {
		n = page_offset((at >> PAGE_SHIFT) + 1) - at;
		if (n > offset + len - at)
			n = offset + len - at;
		if (h->uncached)
			dlab_cache_bus_stored(hw, at, n);
		else if (!hw->cache.lines || !hw->frames[at >> PAGE_SHIFT].memory_only)
			dlab_cache_cpu_stored(hw, at, n);
	}
	dlab_stores_judge(j, &call, offset, len, h->uncached);
}

/* Of a store in several places, the end of what was stored in that of @start. */
static const u8 *end_of_place(struct part *part, const u8 *start)
{
	const struct dmalab_mark *marks = part->h->marks;

	(void)pc_at(part, start);
	if (part->mark + 1 < part->nr_marks && marks[part->mark + 1].start < part->end)
		return marks[part->mark + 1].start;
	return part->end;
}

static const u8 *end_of_granule(const struct part *part, const u8 *start)
{
	size_t rest = 64 - (offset_of(part->h, start) & 63);

	return rest < (size_t)(part->end - start) ? start + rest : part->end;
}

/*
 * Where nothing can be wrong with a store, all that is kept of it is who stored to each 64 bytes
 * last.
 */
static void settle_quietly(struct judge *j, struct part *part)
{
	while (part->start < part->end) {
		const u8 *end = end_of_granule(part, part->start);
		const void *pc = pc_at(part, end - 1);

		while (end < part->end) {
			struct part ahead = *part;
			const u8 *next = end_of_granule(part, end);

			if (pc_at(&ahead, next - 1) != pc)
				break;
			*part = ahead;
			end = next;
		}
		settle_store(j, part->h, part->start, end, pc);
		part->start = end;
	}
}

static void settle_part(struct judge *j, struct part part)
{
	const struct dmalab_hooks *h = part.h;

	if (part.nr_marks > 1 && !h->uncached &&
	    dlab_judge_stores_are_quiet(j, offset_of(h, part.start), part.end - part.start)) {
		settle_quietly(j, &part);
		return;
	}
	while (part.start < part.end) {
		const u8 *end = end_of_place(&part, part.start);

		settle_store(j, h, part.start, end, pc_at(&part, part.start));
		part.start = end;
	}
}

/* Of what was judged before it may have been made, what has changed since. */
static cold void settle_again(struct judge *j, struct part part)
{
	const struct dmalab_hooks *h = part.h;
	size_t offset = offset_of(h, part.start), end = offset_of(h, part.end);

	if (dlab_image_agrees(j->hw, offset, end - offset))
		return;
	for (size_t at = offset, n; at < end; at += n) {
		struct part changed = part;
		u64 differ;

		dlab_image_differing(j->hw, at & ~63ul, 1, &differ);
		for (n = 0; at + n < end && (at + n) / 64 == at / 64; n++)
			if (!(differ >> ((at + n) & 63) & 1))
				break;
		changed.start = h->start + (at - h->offset);
		changed.end = changed.start + n;
		settle_part(j, changed);
		n += !n;
	}
}

void dlab_stores_settle(struct judge *j, struct dmalab_hooks *h, bool is_made)
{
	const u8 *end = announced_end(h), *judged = h->judged;
	struct part part = {
		.h = h, .start = h->start, .end = judged,
		.nr_marks = __atomic_load_n(&h->nr_marks, __ATOMIC_ACQUIRE),
	};
	bool once = j->once;

	/* Whoever looks may be in the middle of an access of its own. */
	j->once = false;
	__atomic_store_n(&h->limit, NULL, __ATOMIC_RELAXED);
	h->judged = end;
	if (judged > h->start)
		settle_again(j, part);
	part.start = judged;
	part.end = end;
	settle_part(j, part);
	j->once = once;
	if (is_made)
		dlab_announced_remove(j->hw, h);
}

/*
 * Of this thread, what is pending has been made, unless it is about to load; of another, who
 * knows. The order of two threads' stores is theirs to care for.
 */
cold void dlab_stores_settle_all(struct judge *j, size_t offset, size_t len)
{
	struct dmalab_hooks *next;

	for (struct dmalab_hooks *h = j->hw->announced; h; h = next) {
		bool own = h == &dmalab_hooks, is_made = own && !h->loading;

		next = h->next;
		if (is_made || announced_touches(h, offset, len))
			dlab_stores_settle(j, h, is_made);
	}
}
