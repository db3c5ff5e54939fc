/* SPDX-License-Identifier: MIT */
/* Stores through plain pointers: they are found by comparing memory with the image, and judged. */
#include "judge/stores.h"

#include "judge/judge.h"
#include "base/probe.h"

#include <string.h>
#include <sys/mman.h>

int dlab_stores_init(struct stores *s, const struct machine *m)
{
	void *at;

	s->arena_size = m->nr_pages * sizeof(*s->pages);
	at = mmap(NULL, s->arena_size, PROT_READ | PROT_WRITE,
		  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (at == MAP_FAILED)
		return -ENOMEM;
	s->pages = at;
	return 0;
}

void dlab_stores_exit(struct stores *s)
{
	if (s->pages)
		munmap(s->pages, s->arena_size);
}

bool dlab_stores_reported(struct stores *s, unsigned check, const struct region *about)
{
	/* What is free is no object: it may have been part of several. */
	const u64 of_none = 1ull << CHECK_CPU_USE_AFTER_FREE;
	bool reported;

	if (s->about != about)
		s->reported &= of_none;
	s->about = about;
	reported = s->reported >> check & 1;
	s->reported |= 1ull << check;
	return reported;
}

/* ----------------------------------------------------------- who looked last */

/*
 * Where there is no room for one look more, the two oldest become one of the older
 * site: what was stored after the later call was stored after the earlier one as well.
 */
cold void dlab_stores_note_part(struct page_looks *p, u64 granules, site_t site)
{
	struct look old[LOOKS];
	unsigned nr = 0;

	for (unsigned i = 0; i < LOOKS; i++) {
		struct look l = p->look[i];

		l.granules &= ~granules;
		if (l.granules)
			old[nr++] = l;
	}
	if (nr == LOOKS) {
		old[nr - 1].granules |= old[nr - 2].granules;
		old[nr - 2] = old[nr - 1];
		nr--;
	}
	p->look[0] = (struct look){ granules, site };
	for (unsigned i = 1; i < LOOKS; i++)
		p->look[i] = i <= nr ? old[i - 1] : (struct look){ 0, 0 };
}

/* The call after which the byte was stored; or, if nobody ever looked, @by. */
static site_t since(const struct stores *s, size_t offset, const struct call *by)
{
	const struct page_looks *p = &s->pages[offset >> PAGE_SHIFT];
	u64 bit = 1ull << (offset >> 6 & 63);

	for (unsigned i = 0; i < LOOKS; i++)
		if (p->look[i].granules & bit)
			return p->look[i].site | SITE_SINCE;
	return by->site;
}

/* -------------------------------------------------------------------- finding */

/* Of a handle: it has no pointer, but user space may have the memory. */
static bool is_in_user_space(const struct judge *j, size_t offset)
{
	const struct region *r = ledger_alloc(&j->ledger, offset >> PAGE_SHIFT);

	return r && r->kind == REGION_HANDLE && r->in_user_space;
}

void dlab_stores_judge(struct judge *j, const struct call *call, size_t offset, size_t len,
		       bool uncached)
{
	if (recording())
		dlab_probe->store(j->hw, offset, len);
	if (!judge_sees_accesses(j))
		return;
	if (uncached && is_in_user_space(j, offset))
		unwritten_store(&j->unwritten, offset, len);
	else if (uncached)
		dlab_judge_cpu_uncached(j, call, offset, len, true);
	else
		dlab_judge_cpu_store(j, call, j->hw->cached + offset, offset, len);
}

/* A run of bytes that the CPU stored, in pages of one kind. */
static cold void found(struct judge *j, size_t offset, size_t len)
{
	struct machine *hw = j->hw;
	bool uncached = hw->frames[offset >> PAGE_SHIFT].memory_only;
	struct call call = { .name = "a plain store" };

	image_follow(hw, offset, len);
	if (hw->cache.lines && !uncached)
		dlab_cache_mark_dirty(hw, offset, len);
	if (j->stores.pages)
		call.site = since(&j->stores, offset, j->stores.by);
	dlab_stores_judge(j, &call, offset, len, uncached);
}

static bool same_kind(const struct machine *hw, size_t a, size_t b)
{
	return hw->frames[a >> PAGE_SHIFT].memory_only == hw->frames[b >> PAGE_SHIFT].memory_only;
}

/* A run of bytes that is being put together: it may go on from granule to granule. */
struct stored_run {
	size_t start, len;
};

static void end_run(struct judge *j, struct stored_run *run)
{
	if (run->len)
		found(j, run->start, run->len);
	run->len = 0;
}

static inline void add_granule(struct judge *j, struct stored_run *run, size_t base, u64 stored)
{
	while (stored) {
		unsigned first = __builtin_ctzll(stored);
		u64 rest = ~(stored >> first);
		unsigned len = rest ? __builtin_ctzll(rest) : 64;

		if (run->len && (run->start + run->len != base + first ||
				 !same_kind(j->hw, run->start, base)))
			end_run(j, run);
		if (!run->len)
			run->start = base + first;
		run->len += len;
		stored &= first + len < 64 ? ~0ull << (first + len) : 0;
	}
}

/*
 * Page by page, compared once, and in each run by run. Which store came first is not known,
 * so a byte that one of them overwrote is no victim of another: no line leaves its page.
 */
static void find(struct judge *j, size_t offset, size_t end)
{
	struct stored_run run = { 0, 0 };
	u64 stored[PAGE_SIZE / 64];

	for (size_t stop; offset < end; offset = stop) {
		size_t rest = page_offset((offset >> PAGE_SHIFT) + 1);
		unsigned nr;

		stop = rest < end ? rest : end;
		nr = (stop - offset) / 64;
		dlab_image_differing(j->hw, offset, nr, stored);
		for_each_shadow(j, s)
			for (unsigned i = 0; i < nr; i++)
				dlab_shadow_spare(s, offset + i * 64ul, stored[i]);
		for (unsigned i = 0; i < nr; i++)
			add_granule(j, &run, offset + i * 64ul, stored[i]);
	}
	end_run(j, &run);
}

static u64 granules(size_t offset, size_t end)
{
	unsigned first = offset >> 6 & 63, last = (end - 1) >> 6 & 63;

	return (~0ull >> (63 - (last - first))) << first;
}

void dlab_stores_find(struct judge *j, const struct call *call, size_t offset, size_t len)
{
	size_t line = j->line;
	size_t end = (offset + len + line - 1) & ~(line - 1);

	if (!len)
		return;
	machine_touch(j->hw, offset, len);
	offset &= ~(line - 1);
	if (unlikely(j->hw->announced))
		dlab_stores_settle_all(j, offset, end - offset);
	if (unlikely(!dlab_image_agrees(j->hw, offset, end - offset))) {
		j->stores.by = call;
		j->stores.reported = 0;
		j->stores.about = NULL;
		find(j, offset, end);
		j->stores.by = NULL;
	}
	for (size_t stop; j->stores.pages && offset < end; offset = stop) {
		u32 page = offset >> PAGE_SHIFT;

		stop = page_offset(page + 1) < end ? page_offset(page + 1) : end;
		stores_note(&j->stores, page, granules(offset, stop), call->site);
	}
}
