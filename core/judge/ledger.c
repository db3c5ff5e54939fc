/* SPDX-License-Identifier: MIT */
#include "base/host.h"
#include "judge/blocks.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define CHUNK 64

struct region_chunk {
	struct region_chunk *next;
	struct region regions[CHUNK];
};

int dlab_ledger_init(struct ledger *l, const struct machine *m)
{
	size_t pages = m->nr_pages * sizeof(struct ledger_page);
	size_t graves = GRAVES * sizeof(struct region);
	size_t mmio = MMIO_HEADS * sizeof(struct span *);
	size_t iova = m->profile->translation == TRANSLATE_IOMMU ?
		      IOVA_PAGES * sizeof(struct span *) : 0;
	u8 *at;

	l->ram_size = m->ram_size;
	l->arena_size = pages + graves + mmio + iova;
	at = mmap(NULL, l->arena_size, PROT_READ | PROT_WRITE,
		  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (at == MAP_FAILED)
		return -ENOMEM;
	l->pages = (struct ledger_page *)at;
	l->graves = (struct region *)(at + pages);
	l->mmio = (struct span **)(at + pages + graves);
	l->iova = iova ? (struct span **)(at + pages + graves + mmio) : NULL;
	return 0;
}

void dlab_ledger_exit(struct ledger *l)
{
	while (l->chunks) {
		struct region_chunk *chunk = l->chunks;

		l->chunks = chunk->next;
		free(chunk);
	}
	if (l->pages)
		munmap(l->pages, l->arena_size);
}

void dlab_ledger_reset_pages(struct ledger *l, u32 page, u32 nr)
{
	for (u32 p = page; p < page + nr; p++) {
		struct region *r = l->pages[p].record;

		if (r && region_first_page(r) == p) {
			free(r->device_bytes);
			r->next = l->unused;
			l->unused = r;
		}
	}
	memset(l->pages + page, 0, nr * sizeof(*l->pages));
}

void dlab_ledger_reset(struct ledger *l)
{
	l->nr_buried = 0;
	l->nr_dead = l->nr_entered = 0;
}

cold bool dlab_ledger_grow(struct ledger *l)
{
	struct region_chunk *chunk = host_malloc(sizeof(*chunk));

	if (!chunk)
		return false;
	chunk->next = l->chunks;
	l->chunks = chunk;
	for (int i = 0; i < CHUNK; i++) {
		chunk->regions[i].next = l->unused;
		l->unused = &chunk->regions[i];
	}
	return true;
}

cold struct span **dlab_ledger_far_spans(struct ledger *l, u64 place)
{
	if (place < l->ram_size)
		return &l->pages[place >> PAGE_SHIFT].maps;
	if (place & PLACE_MMIO)
		return &l->mmio[(place >> MMIO_SHIFT) % MMIO_HEADS];
	if (l->iova && (place & ~PLACE_IOVA) >> PAGE_SHIFT < IOVA_PAGES)
		return &l->iova[(place & ~PLACE_IOVA) >> PAGE_SHIFT];
	l->nowhere = NULL;
	return &l->nowhere;
}

cold struct region *dlab_ledger_far_alloc(const struct ledger *l, u64 place)
{
	/* Memory comes in pages, here as well; a list may be that of more than a page. */
	for (struct span *span = ledger_spans(l, place); span; span = span->next) {
		struct region *r = span->region;

		if (!region_is_mapping(r) &&
		    place - (r->place & PAGE_MASK) < PAGE_ALIGN(offset_in_page(r->place) + r->size))
			return r;
	}
	return NULL;
}

static void enter_span(struct span **head, struct span *span, struct region *r)
{
	span->region = r;
	span->next = *head;
	span->pprev = head;
	if (*head)
		(*head)->pprev = &span->next;
	*head = span;
}

static void leave_span(struct span *span)
{
	*span->pprev = span->next;
	if (span->next)
		span->next->pprev = span->pprev;
}

/* Pages in whose lists it is: of its memory if it is a mapping, and of its place. */
static u32 memory_spans(const struct region *r)
{
	return region_is_mapping(r) && region_has_memory(r) ? region_pages(r) : 0;
}

static unsigned place_shift(const struct region *r)
{
	return r->place & PLACE_MMIO ? MMIO_SHIFT : PAGE_SHIFT;
}

static u32 place_spans(const struct region *r)
{
	unsigned shift = place_shift(r);
	u64 nr = ((r->place + r->size - 1) >> shift) - (r->place >> shift) + 1;

	if (region_is_direct(r))
		return 0;
	/* Of what is no RAM: once in each list is enough. */
	return shift == MMIO_SHIFT && nr > MMIO_HEADS ? MMIO_HEADS : nr;
}

/* Of memory in one page, where the device finds it: most mappings. */
static bool is_simple(const struct region *r)
{
	return region_is_mapping(r) && region_is_direct(r) &&
	       (r->offset & (PAGE_SIZE - 1)) + r->size <= PAGE_SIZE;
}

static bool enter_spans(struct ledger *l, struct region *r)
{
	struct span *span = r->spans = &r->span;
	u32 memory, place;

	if (likely(is_simple(r))) {
		enter_span(&l->pages[region_first_page(r)].maps, span, r);
		return true;
	}
	memory = memory_spans(r);
	place = place_spans(r);
	if (memory + place > 1) {
		r->spans = span = host_malloc((memory + place) * sizeof(*span));
		if (!span)
			return false;
	}
	for (u32 i = 0; i < memory; i++)
		enter_span(&l->pages[region_first_page(r) + i].maps, span++, r);
	for (u32 i = 0; i < place; i++)
		enter_span(dlab_ledger_far_spans(l, r->place + ((u64)i << place_shift(r))), span++,
			   r);
	return true;
}

static void leave_spans(struct region *r)
{
	u32 nr;

	if (likely(r->spans == &r->span)) {
		leave_span(&r->span);
		return;
	}
	nr = memory_spans(r) + place_spans(r);
	for (u32 i = 0; i < nr; i++)
		leave_span(&r->spans[i]);
	free(r->spans);
}

bool dlab_ledger_enter(struct ledger *l, struct region **live, struct region *r)
{
	struct region *next_unused = r->next;

	if ((region_is_mapping(r) || unlikely(!region_is_direct(r))) && !enter_spans(l, r))
		return false;
	if (!region_is_mapping(r)) {
		u32 first = region_first_page(r), nr = region_pages(r);

		for (u32 i = 0; i < nr; i++)
			l->pages[first + i].record = r;
	}
	l->unused = next_unused;
	ledger_join(l, live, r);
	return true;
}

static void leave_pages(struct ledger *l, const struct region *r)
{
	u32 first = region_first_page(r), nr = region_pages(r);

	for (u32 i = 0; i < nr; i++)
		l->pages[first + i].record = NULL;
}

static void reuse(struct ledger *l, struct region *r)
{
	r->next = l->unused;
	l->unused = r;
}

static struct region *copy_to_grave(struct ledger *l, const struct region *r)
{
	struct region *grave = &l->graves[l->nr_buried++ % GRAVES];

	*grave = *r;
	return grave;
}

void dlab_ledger_copy_to_grave(struct ledger *l, const struct region *r)
{
	copy_to_grave(l, r);
}

cold void dlab_ledger_bury(struct ledger *l, struct region *r)
{
	leave_pages(l, r);
	copy_to_grave(l, r);
	reuse(l, r);
}

/* It is in no list any more. */
static void leave_all(struct ledger *l, struct region *r)
{
	if (region_is_mapping(r) || unlikely(!region_is_direct(r)))
		leave_spans(r);
	if (!region_is_mapping(r))
		leave_pages(l, r);
	ledger_leave(r);
	free(r->device_bytes);
}

void dlab_ledger_drop(struct ledger *l, struct region *r)
{
	leave_all(l, r);
	reuse(l, r);
}

void dlab_ledger_del(struct ledger *l, struct region *r, site_t site)
{
	struct region *grave;

	leave_all(l, r);
	grave = copy_to_grave(l, r);
	grave->died = site;
	grave->death = ++l->nr_dead;
	grave->device_bytes = NULL;
	grave->spans = NULL;
	grave->bounce = NULL;
	grave->group = NULL;
	grave->blocks = NULL;
	reuse(l, r);
}

/* @r, if it is dead, later than @than, and what is looked for. */
static const struct region *later_dead(const struct region *r, const struct region *than,
				       region_match match, const void *arg)
{
	return (!than || r->death > than->death) && match(r, arg) ? r : than;
}

static const struct region *kept_at(const struct ledger *l, size_t at)
{
	const struct region *r = at < l->ram_size ? l->pages[at >> PAGE_SHIFT].record : NULL;

	return r && r->kept ? r : NULL;
}

static const struct region *find_dead(const struct ledger *l, region_match match, const void *arg,
				      size_t at, size_t or_at)
{
	const struct region *kept[2] = { kept_at(l, at), kept_at(l, or_at) }, *found = NULL;
	unsigned long nr = l->nr_buried < GRAVES ? l->nr_buried : GRAVES;

	for (int i = 0; i < 2; i++)
		if (kept[i])
			found = later_dead(kept[i], found, match, arg);
	for (unsigned long i = 0; i < nr; i++)
		found = later_dead(&l->graves[i], found, match, arg);
	return found;
}

/*
 * An allocation that lives at the same place, and is no smaller, answers whatever is asked of the
 * dead one. A record that was used again for it is gone anyway.
 */
static bool is_superseded(const struct ledger *l, const struct region *dead)
{
	const struct region *r;

	if (region_is_mapping(dead) || dead->offset >= l->ram_size)
		return false;
	r = ledger_alloc(l, dead->offset >> PAGE_SHIFT);
	return r && r->offset == dead->offset && r->dma == dead->dma && r->size >= dead->size;
}

struct unanswered {
	const struct ledger *l;
	region_match match;
	const void *arg;
};

static bool is_unanswered(const struct region *r, const void *arg)
{
	const struct unanswered *u = arg;

	return u->match(r, u->arg) && !is_superseded(u->l, r);
}

const struct region *dlab_ledger_dead(const struct ledger *l, region_match match, const void *arg,
				      size_t at, size_t or_at)
{
	const struct unanswered u = { l, match, arg };

	return find_dead(l, is_unanswered, &u, at, or_at);
}

static bool has_serial(const struct region *r, const void *arg)
{
	return r->serial == *(const u64 *)arg;
}

const struct region *dlab_ledger_by_serial(const struct ledger *l, u64 serial, size_t offset)
{
	const struct ledger_page *page = &l->pages[offset >> PAGE_SHIFT];

	if (!serial)
		return NULL;
	for (const struct span *span = page->maps; span; span = span->next)
		if (span->region->serial == serial)
			return span->region;
	if (page->record && page->record->serial == serial)
		return page->record;
	return find_dead(l, has_serial, &serial, NO_OFFSET, NO_OFFSET);
}

static u64 *unit_word(const struct ledger *l, u64 word)
{
	return &l->pages[word / 2].used[word % 2];
}

void dlab_ledger_use(struct ledger *l, size_t offset, size_t len, bool used)
{
	u64 first = offset / USE_UNIT, end = (offset + len + USE_UNIT - 1) / USE_UNIT;

	for (u64 word = first / 64; word * 64 < end; word++) {
		u64 mask = word_mask(word, first, end);
		u64 *bits = unit_word(l, word);

		*bits = used ? *bits | mask : *bits & ~mask;
	}
}

/* The first unit of the range that mm/ has not handed out. */
static size_t find_unused(const struct ledger *l, size_t offset, size_t len)
{
	u64 first = offset / USE_UNIT, end = (offset + len + USE_UNIT - 1) / USE_UNIT;

	for (u64 word = first / 64; word * 64 < end; word++) {
		u64 unused = ~*unit_word(l, word) & word_mask(word, first, end);

		if (unlikely(unused)) {
			size_t at = (word * 64 + __builtin_ctzll(unused)) * USE_UNIT;

			return at < offset ? offset : at;
		}
	}
	return NO_OFFSET;
}

size_t dlab_ledger_find_free(const struct ledger *l, size_t offset, size_t len)
{
	size_t end = offset + len, at = find_unused(l, offset, len);

	/*
	 * An allocation for DMA has its pages whole, and memory of a pool is its blocks':
	 * ask them, page by page, and go on behind.
	 */
	while (at != NO_OFFSET) {
		const struct region *r = ledger_alloc(l, at >> PAGE_SHIFT);
		size_t page_end = page_offset((at >> PAGE_SHIFT) + 1), free;

		if (!r)
			return at;
		if (page_end > end)
			page_end = end;
		free = r->blocks ? dlab_blocks_find_free(r->blocks, at, page_end - at) : NO_OFFSET;
		if (free != NO_OFFSET)
			return free;
		at = page_end == end ? NO_OFFSET : find_unused(l, page_end, end - page_end);
	}
	return NO_OFFSET;
}
