/* SPDX-License-Identifier: MIT */
/*
 * Page frames: a buddy allocator for each zone.
 *
 * Splitting and merging on each call would cost more than zeroing the page, so a
 * freed block first goes to a short stack of its order and zone (hot) and is
 * taken from there again; merging happens when the stack is full, or when an
 * allocation would fail without it. Buddies are found relative to their bank,
 * whose physical base is aligned to the largest block, so that every block is
 * aligned to its size on the bus as well.
 */
#include "machine/machine.h"

static void list_add(struct machine *m, struct bank *bank, u32 page, unsigned order)
{
	struct frame *f = &m->frames[page];

	f->state = FRAME_FREE;
	f->order = order;
	f->prev = NO_PAGE;
	f->next = bank->free[order];
	if (f->next != NO_PAGE)
		m->frames[f->next].prev = page;
	bank->free[order] = page;
	bank->orders |= 1u << order;
}

static void list_del(struct machine *m, struct bank *bank, u32 page)
{
	struct frame *f = &m->frames[page];

	if (f->prev == NO_PAGE)
		bank->free[f->order] = f->next;
	else
		m->frames[f->prev].next = f->next;
	if (f->next != NO_PAGE)
		m->frames[f->next].prev = f->prev;
	if (bank->free[f->order] == NO_PAGE)
		bank->orders &= ~(1u << f->order);
	f->given_up = 0;
	f->state = FRAME_TAIL;
}

/* Give a block back, with its free buddy if it has one, and so on up. */
static void merge(struct machine *m, struct bank *bank, u32 page, unsigned order)
{
	while (order < MAX_ORDER) {
		u32 rel = (page - bank->first) ^ (1u << order);
		u32 buddy = bank->first + rel;

		if (rel + (1u << order) > bank->nr)
			break;
		if (m->frames[buddy].state != FRAME_FREE || m->frames[buddy].order != order)
			break;
		list_del(m, bank, buddy);
		m->frames[page].state = FRAME_TAIL;
		if (buddy < page)
			page = buddy;
		order++;
	}
	list_add(m, bank, page, order);
}

static bool drain(struct machine *m, struct bank *bank)
{
	bool any = false;

	for (unsigned order = 0; order <= MAX_ORDER; order++) {
		struct hot *hot = &bank->hot[order];

		any |= hot->nr != 0;
		while (hot->nr)
			merge(m, bank, hot->page[--hot->nr], order);
	}
	return any;
}

/* Take a block from the free lists, splitting a larger one. */
static u32 split(struct machine *m, struct bank *bank, unsigned order)
{
	u32 orders = bank->orders >> order, page;
	unsigned have;

	if (orders) {
		have = order + __builtin_ctz(orders);
		page = bank->free[have];
		list_del(m, bank, page);
	} else if (bank->untouched) {
		have = MAX_ORDER;
		page = bank->first + (--bank->untouched << MAX_ORDER);
	} else {
		return NO_PAGE;
	}
	while (have > order) {
		have--;
		list_add(m, bank, page + (1u << have), have);
	}
	return page;
}

static cold u32 take(struct machine *m, struct bank *bank, unsigned order)
{
	u32 page = split(m, bank, order);

	if (page == NO_PAGE && drain(m, bank))
		page = split(m, bank, order);
	return page;
}

static u32 alloc(struct machine *m, enum zone zone, unsigned order, phys_addr_t limit)
{
	for (int z = zone; z >= 0; z--) {
		struct bank *bank = &m->bank[z];
		struct hot *hot = &bank->hot[order];
		u32 page;

		if (bank->last > limit || unlikely(!bank->nr))
			continue;
		page = likely(hot->nr) ? hot->page[--hot->nr] : take(m, bank, order);
		if (page == NO_PAGE)
			continue;
		machine_touch(m, page_offset(page), PAGE_SIZE << order);
		m->frames[page].state = FRAME_USED;
		m->frames[page].order = order;
		return page;
	}
	return NO_PAGE;
}

u32 dlab_pages_alloc(struct machine *m, enum zone zone, unsigned order, phys_addr_t limit)
{
	u32 page;

	if (order > MAX_ORDER)
		return NO_PAGE;
	page = alloc(m, zone, order, limit);
	if (unlikely(page == NO_PAGE) && dlab_quarantine_empty(m))
		page = alloc(m, zone, order, limit);
	return page;
}

static void put_back(struct machine *m, u64 page)
{
	struct frame *f = &m->frames[page];
	struct bank *bank = &m->bank[zone_of_page(m, page)];
	struct hot *hot = &bank->hot[f->order];

	if (unlikely(hot->nr == HOT_BLOCKS))
		merge(m, bank, page, f->order);
	else
		pages_put_hot(m, hot, page);
}

bool dlab_pages_free(struct machine *m, u32 page)
{
	struct frame *f = &m->frames[page];

	if (unlikely(f->state != FRAME_USED))
		return false;
	if (likely(!m->quarantine.limit)) {
		put_back(m, page);
		return true;
	}
	f->state = FRAME_WAITS;
	dlab_quarantine_add(m, put_back, page, PAGE_SIZE << f->order);
	return true;
}
