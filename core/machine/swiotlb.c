/* SPDX-License-Identifier: MIT */
/* Slots of the bounce buffer: given by size, alignment and boundary. */
#include "machine/machine.h"

static bool is_used(const struct swiotlb *s, u32 slot)
{
	return s->used[slot / 64] >> (slot % 64) & 1;
}

static void mark(struct swiotlb *s, u32 slot, u32 nr, bool used)
{
	for (u32 i = slot; i < slot + nr; i++) {
		if (used)
			s->used[i / 64] |= 1ull << (i % 64);
		else
			s->used[i / 64] &= ~(1ull << (i % 64));
	}
	s->nr_used += used ? nr : -nr;
}

static size_t slot_offset(const struct swiotlb *s, u32 slot)
{
	return s->base + ((size_t)slot << SLOT_SHIFT);
}

size_t dlab_swiotlb_address(const struct machine *m, const struct slot *slot)
{
	return slot_offset(&m->swiotlb, slot - m->swiotlb.slots) + slot->pad;
}

size_t dlab_swiotlb_max(u32 min_align_mask)
{
	size_t lost = ((size_t)min_align_mask + SLOT_SIZE - 1) & ~((size_t)SLOT_SIZE - 1);
	size_t all = (size_t)SET_SLOTS << SLOT_SHIFT;

	return lost < all ? all - lost : 0;
}

/* How the slots of a mapping must lie. */
struct shape {
	u32 nr;               /* slots */
	u32 pad;              /* bytes before the bounce address */
	u64 align_mask;       /* these bits of the first slot's address */
	u64 align_bits;       /* are these */
	u64 boundary_mask;
	phys_addr_t limit;
	size_t size;
};

static struct shape shape_of(const struct machine *m, const struct bounce_request *want)
{
	u64 low = SLOT_SIZE - 1;
	phys_addr_t phys = offset_to_phys(m, want->offset);
	struct shape s = {
		.pad = phys & want->min_align_mask & low,
		.align_mask = want->min_align_mask & ~low,
		.boundary_mask = want->boundary_mask, .limit = want->limit,
		.size = want->size,
	};

	s.align_bits = phys & s.align_mask;
	s.nr = (s.pad + want->size + low) >> SLOT_SHIFT;
	/* Whole pages get whole pages. */
	if (!want->min_align_mask && want->size >= PAGE_SIZE)
		s.align_mask = PAGE_SIZE - 1;
	return s;
}

/* May the mapping begin at @slot, as far as addresses go? */
static bool lies_well(const struct machine *m, const struct shape *shape, u32 slot)
{
	phys_addr_t phys = offset_to_phys(m, slot_offset(&m->swiotlb, slot));
	phys_addr_t first = phys + shape->pad, last = first + shape->size - 1;

	return (phys & shape->align_mask & ~(u64)(SLOT_SIZE - 1)) == shape->align_bits &&
	       last <= shape->limit && !((first ^ last) & ~shape->boundary_mask);
}

/* The first used slot among these, or @slot + @nr. */
static u32 first_used(const struct swiotlb *s, u32 slot, u32 nr)
{
	u32 end = slot + nr;

	while (slot < end && !is_used(s, slot))
		slot++;
	return slot;
}

/* Next fit, from @from up to @to. Returns the first slot, or @to. */
static u32 search(const struct machine *m, const struct shape *shape, u32 from, u32 to)
{
	const struct swiotlb *s = &m->swiotlb;
	u32 slot = from;

	while (slot + shape->nr <= to) {
		u32 set_end = (slot / SET_SLOTS + 1) * SET_SLOTS, used;

		if (slot + shape->nr > set_end) {
			slot = set_end;
			continue;
		}
		if (!lies_well(m, shape, slot)) {
			slot++;
			continue;
		}
		used = first_used(s, slot, shape->nr);
		if (used == slot + shape->nr)
			return slot;
		slot = used + 1;
	}
	return to;
}

size_t dlab_swiotlb_take(struct machine *m, const struct bounce_request *want)
{
	struct swiotlb *s = &m->swiotlb;
	struct shape shape = shape_of(m, want);
	u32 slot;

	if (shape.nr > SET_SLOTS || shape.nr > s->nr_slots - s->nr_used)
		return NO_OFFSET;
	slot = search(m, &shape, s->cursor, s->nr_slots);
	if (slot == s->nr_slots)
		slot = search(m, &shape, 0, s->nr_slots);
	if (slot == s->nr_slots)
		return NO_OFFSET;
	mark(s, slot, shape.nr, true);
	s->cursor = slot + shape.nr < s->nr_slots ? slot + shape.nr : 0;
	s->slots[slot] = (struct slot){
		.offset = want->offset, .size = want->size, .nr = shape.nr, .pad = shape.pad,
	};
	for (u32 i = 1; i < shape.nr; i++)
		s->slots[slot + i].size = 0;
	return slot_offset(s, slot) + shape.pad;
}

bool dlab_swiotlb_holds(const struct machine *m, u64 offset)
{
	return offset - m->swiotlb.base < (u64)m->swiotlb.nr_slots << SLOT_SHIFT;
}

struct slot *dlab_swiotlb_find(struct machine *m, size_t offset)
{
	struct swiotlb *s = &m->swiotlb;
	u32 slot;

	if (!dlab_swiotlb_holds(m, offset))
		return NULL;
	slot = (offset - s->base) >> SLOT_SHIFT;
	if (!is_used(s, slot))
		return NULL;
	/* A set is as far as a mapping goes. */
	while (!s->slots[slot].size)
		slot--;
	return &s->slots[slot];
}

void dlab_swiotlb_give(struct machine *m, size_t bounce)
{
	struct slot *slot = dlab_swiotlb_find(m, bounce);

	if (!slot)
		return;
	mark(&m->swiotlb, slot - m->swiotlb.slots, slot->nr, false);
	slot->size = 0;
}
