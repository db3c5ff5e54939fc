/* SPDX-License-Identifier: MIT */
/*
 * Simulated RAM: one reservation of address space for the views and for all
 * tables indexed by page frame. The host commits memory as it is touched.
 *
 * Physical layout, as on a board with room below and above the 4 GiB line, so
 * that narrow masks and zones mean something:
 *
 *   ZONE_DMA     from   8 MiB, an eighth of RAM, at most 8 MiB
 *   ZONE_DMA32   from   1 GiB, at most 3 GiB
 *   ZONE_NORMAL  from   4 GiB, the rest
 */
#include "base/host.h"
#include "machine/image.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define DMA_BASE    (8ull << 20)
#define DMA_MAX     (8ull << 20)
#define DMA32_BASE  (1ull << 30)
#define DMA32_MAX   (3ull << 30)
#define NORMAL_BASE (4ull << 30)
#define BOUNCE_MAX  (64ull << 20)

/* Between the views: an access that runs off the end of one must fault. */
#define GUARD (1ul << 16)

/* Addresses for vmalloc(): more than there is RAM, and that is cheap. */
#define VMALLOC_MIN (64ul << 20)

static void add_bank(struct machine *m, enum zone zone, phys_addr_t phys, u32 first, u32 nr)
{
	struct bank *bank = &m->bank[zone];

	bank->phys = phys;
	bank->last = nr ? phys + page_offset(nr) - 1 : ~0ull;
	bank->first = first;
	bank->nr = nr;
}

/*
 * Cut a bank, but for the pages reserved at its end, into free blocks, each aligned to its
 * size within the bank; what makes whole blocks of the largest order stays untouched.
 */
static void free_bank(struct machine *m, struct bank *bank)
{
	u32 nr = bank->nr - bank->reserved, done;

	bank->orders = 0;

	for (unsigned order = 0; order <= MAX_ORDER; order++) {
		bank->free[order] = NO_PAGE;
		bank->hot[order].nr = 0;
	}
	bank->untouched = nr >> MAX_ORDER;
	done = bank->untouched << MAX_ORDER;
	while (done < nr) {
		unsigned order = MAX_ORDER;

		while (done + (1u << order) > nr)
			order--;
		m->frames[bank->first + done].state = FRAME_USED;
		m->frames[bank->first + done].order = order;
		dlab_pages_free(m, bank->first + done);
		done += 1u << order;
	}
}

/*
 * The bounce buffer is the end of DMA32: an eighth of RAM, at most 64 MiB, in whole
 * sets of slots where there is room for one.
 */
static u32 reserve_bounce(struct machine *m, u32 dma32)
{
	struct swiotlb *s = &m->swiotlb;
	u32 set = (SET_SLOTS << SLOT_SHIFT) >> PAGE_SHIFT;
	u32 nr = m->nr_pages / 8;

	if (m->profile->translation != TRANSLATE_BOUNCE)
		return 0;
	if (nr > BOUNCE_MAX >> PAGE_SHIFT)
		nr = BOUNCE_MAX >> PAGE_SHIFT;
	if (nr > set)
		nr &= ~(set - 1);
	s->nr_slots = page_offset(nr) >> SLOT_SHIFT;
	s->base = page_offset(m->bank[ZONE_DMA32].first + dma32 - nr);
	return nr;
}

static void add_banks(struct machine *m)
{
	u32 all = m->nr_pages;
	u32 dma = all / 8, dma32;

	if (dma > DMA_MAX >> PAGE_SHIFT)
		dma = DMA_MAX >> PAGE_SHIFT;
	dma32 = all - dma;
	if (dma32 > DMA32_MAX >> PAGE_SHIFT)
		dma32 = DMA32_MAX >> PAGE_SHIFT;

	add_bank(m, ZONE_DMA, DMA_BASE, 0, dma);
	add_bank(m, ZONE_DMA32, DMA32_BASE, dma, dma32);
	add_bank(m, ZONE_NORMAL, NORMAL_BASE, dma + dma32, all - dma - dma32);
	m->highest = m->bank[ZONE_NORMAL].nr ? ZONE_NORMAL : ZONE_DMA32;
	m->bank[ZONE_DMA32].reserved = reserve_bounce(m, dma32);
}

void dlab_machine_free_banks(struct machine *m)
{
	for (int z = 0; z < NR_ZONES; z++)
		free_bank(m, &m->bank[z]);
}

static size_t round_up(size_t n)
{
	return (n + GUARD - 1) & ~(GUARD - 1);
}

int dlab_machine_init(struct machine *m, const struct profile *profile, size_t ram_size)
{
	size_t nr = ram_size >> PAGE_SHIFT;
	size_t views = profile->coherent ? 1 : 2;
	size_t ram = round_up(ram_size) + GUARD;
	size_t frames = round_up(nr * sizeof(struct frame));
	size_t pages = round_up(nr * sizeof(struct page));
	size_t lines = profile->coherent ? 0 : round_up(nr * sizeof(struct page_lines));
	size_t slots = profile->translation == TRANSLATE_BOUNCE ?
		       round_up((page_offset(nr / 8) >> SLOT_SHIFT) * sizeof(struct slot)) : 0;
	size_t slot_bits = slots ? round_up((page_offset(nr / 8) >> SLOT_SHIFT) / 8 + 8) : 0;
	size_t table = profile->translation == TRANSLATE_IOMMU ?
		       round_up(IOVA_PAGES * sizeof(u64)) : 0;
	size_t table_bits = table ? round_up(IOVA_PAGES / 8) : 0;
	size_t touched = round_up((nr + 63) / 64 * sizeof(u64));
	size_t tables = touched + frames + pages + lines + slots + slot_bits + table + table_bits;
	size_t vmalloc = round_up(2 * ram_size < VMALLOC_MIN ? VMALLOC_MIN : 2 * ram_size);
	u8 *at;
	int err;

	memset(m, 0, sizeof(*m));
	m->profile = profile;
	m->ram_size = ram_size;
	m->nr_pages = nr;
	m->object_align = profile->dma_align;
	m->object_line = 1u << profile->line_shift;
	m->shared = -1;

	/* guard | cached | guard | memory | guard | cookies | guard | tables | vmalloc */
	m->arena_size = GUARD + (views + 1) * ram + tables + vmalloc;
	m->arena = mmap(NULL, m->arena_size, PROT_NONE,
			MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (m->arena == MAP_FAILED)
		return -ENOMEM;

	at = (u8 *)m->arena + GUARD;
	m->cached = at;
	m->memory = at + (views - 1) * ram;
	m->cookies = m->memory + ram;
	at = m->cookies + ram;
	m->vmalloc = at + tables;
	m->vmalloc_size = vmalloc;
	if (mprotect(m->cached, ram_size, PROT_READ | PROT_WRITE) ||
	    mprotect(m->memory, ram_size, PROT_READ | PROT_WRITE) ||
	    mprotect(at, tables, PROT_READ | PROT_WRITE))
		goto no_memory;

	m->touched = (u64 *)at;
	m->frames = (struct frame *)(at += touched);
	m->pages = (struct page *)(at += frames);
	at += pages;
	err = dlab_cache_init(&m->cache, profile, lines ? (struct page_lines *)at : NULL);
	if (err)
		goto no_memory;
	m->swiotlb.slots = (struct slot *)(at += lines);
	m->swiotlb.used = (u64 *)(at += slots);
	m->iommu.table = (u64 *)(at += slot_bits);
	m->iommu.used = (u64 *)(at + table);
	add_banks(m);
	dlab_machine_free_banks(m);
	return 0;

no_memory:
	munmap(m->arena, m->arena_size);
	return -ENOMEM;
}

void dlab_machine_align_for_all(struct machine *m)
{
	for (size_t i = 0; i < dlab_nr_profiles; i++) {
		if (m->object_align < dlab_profiles[i].dma_align)
			m->object_align = dlab_profiles[i].dma_align;
		if (m->object_line < 1u << dlab_profiles[i].line_shift)
			m->object_line = 1u << dlab_profiles[i].line_shift;
	}
}

void dlab_machine_exit(struct machine *m)
{
	dlab_quarantine_exit(&m->quarantine);
	dlab_cache_exit(&m->cache);
	dlab_image_exit(m);
	if (m->shared >= 0)
		close(m->shared);
	munmap(m->arena, m->arena_size);
}

void dlab_machine_close_cookies(struct machine *m)
{
	KEEP_ERRNO;

	m->cookie_open = false;
	madvise(m->cookies, m->ram_size, MADV_DONTNEED);
	mprotect(m->cookies, m->ram_size, PROT_NONE);
}
