/* SPDX-License-Identifier: MIT */
/*
 * The question is not whether this run read stale data, but whether a legal cache
 * could have made a value different. For that each line has two bits a byte and
 * two flags:
 *
 *   cpu      bytes that the CPU stored and memory may not have yet
 *   dev      bytes that a device stored and the cache may hide
 *   dirty    the line may be dirty in the cache
 *   present  the line may be in the cache (always, where the CPU speculates)
 *
 * A byte in neither mask is settled. In cpu only, a device must not read it; in
 * dev only, the CPU must not; in both, its value is indeterminate for everyone.
 * With m the bytes touched:
 *
 *   event             wrong if   then
 *   CPU load m        dev & m    present
 *   CPU store m       -          cpu |= dev; cpu |= m; dev &= ~m; dirty, present
 *   device load m     cpu & m    -
 *   device store m    -          dirty: cpu |= m, dev |= m
 *                                else speculating or present: dev |= m, cpu &= ~m
 *                                else: dev &= ~m, cpu &= ~m
 *   clean             -          cpu &= dev; not dirty
 *   invalidate        -          dev = cpu; not dirty, not present
 *   flush             -          cpu = dev = cpu & dev; not dirty, not present
 *
 * "cpu |= dev" at a store: the line is dirty now and may be written back over what
 * the device wrote to its other bytes. The same reason makes a device's store to a
 * dirty line indeterminate. make proof checks all of it against the set of all
 * states that a cache may be in.
 *
 * A device that snoops is as good as the CPU here, whatever the kernel believes of it:
 * its accesses are the CPU's events, and only whose write it was differs (writer). The
 * CPU, through an uncached view of memory, makes a device's events in the same way.
 *
 * A granule is 64 bytes. A wider line is several granules that share the flags and
 * the coupling; a narrower one is a part of a granule. Whole pages mostly move as
 * one, so a page has a state of its own and its granules are written only when it
 * stops being uniform (PAGE_TRACKED).
 */
#include "judge/shadow-parts.h"

/* ----------------------------------------------------------------- lines */

/* A line: its flags, and its bytes as masks of one granule or of several. */
struct line {
	u64 *dirty, *present;
	u64 bit;
	struct granule *g;
	struct origin *o;
	unsigned nr;   /* granules */
	u64 mask;      /* bytes of the line in each */
	size_t start;
};

static inline struct line line_at(struct shadow *s, size_t offset)
{
	size_t start = offset >> s->shift << s->shift;
	u32 in_page = (start & (PAGE_SIZE - 1)) >> s->shift;
	struct line_flags *flags = &s->lines[start >> PAGE_SHIFT];
	struct line l = {
		.dirty = &flags->dirty[in_page >> 6],
		.present = &flags->present[in_page >> 6],
		.bit = 1ull << (in_page & 63),
		.g = &s->granules[start >> 6],
		.o = &s->origins[start >> 6],
		.nr = 1,
		.mask = ~0ull,
		.start = start,
	};

	if (s->shift > 6)
		l.nr = 1u << (s->shift - 6);
	else if (s->shift < 6)
		l.mask = ((1ull << (1u << s->shift)) - 1) << (start & 63);
	return l;
}

static inline bool is_dirty(const struct line *l)
{
	return *l->dirty & l->bit;
}

/* ---------------------------------------------------------------- events */

void dlab_shadow_cpu_load(struct shadow *s, size_t offset, size_t len)
{
	if (!s->arena || s->speculates)
		return;
	for (size_t at = offset; at < offset + len;) {
		struct line l = line_at(s, at);

		if (s->state[at >> PAGE_SHIFT] != PAGE_UNCACHED) {
			need_tracked(s, at >> PAGE_SHIFT);
			*l.present |= l.bit;
		}
		at = l.start + (1ul << s->shift);
	}
}

static bool whole_page(size_t at, size_t end)
{
	return !(at & (PAGE_SIZE - 1)) && end - at >= PAGE_SIZE;
}

/* A device stores all of a page of which no line is dirty. */
static bool bus_store_page(struct shadow *s, u32 page, size_t at, size_t end, site_t site,
			   const struct through *by)
{
	bool clean = s->state[page] == PAGE_SETTLED || s->state[page] == PAGE_BUS_NEWER;

	if (!clean || !whole_page(at, end))
		return false;
	dlab_shadow_set_pages(s, page, 1, PAGE_BUS_NEWER, site);
	if (by)
		s->page_through[page] = by->serial << 2 | by->own;
	return true;
}

static cold void add_victims(struct damage *d, size_t base, u64 victims)
{
	if (!d)
		return;
	if (!d->bytes)
		d->nr_victims = 0;
	dlab_damage_add(d, base, victims);
	if (d->nr_victims < sizeof(d->victims) / sizeof(d->victims[0])) {
		d->victims[d->nr_victims].base = base;
		d->victims[d->nr_victims++].bytes = victims;
	}
}

static cold void lose_victims(struct shadow *s, struct origin *o, u64 victims, site_t site,
			      size_t offset, size_t end, bool snooped)
{
	struct lost_by lost = {
		.site = site, .how = snooped ? LOSS_SNOOPED_STORE : LOSS_CPU_STORE,
		.start = offset, .end = end,
	};

	dlab_origin_lose(&s->claims, o, victims, &lost, 0);
}

/*
 * A whole page of the CPU's needs no look at its granules. One of a device that snoops
 * does: the state of a page does not tell the two.
 */
static inline __attribute__((always_inline)) void
store_through_cache(struct shadow *s, size_t offset, size_t len, site_t site, struct damage *d,
		    bool snooped)
{
	size_t end = offset + len;

	if (d)
		d->bytes = 0;
	if (!s->arena)
		return;
	for (size_t at = offset; at < end;) {
		struct line l = line_at(s, at);
		u32 page = at >> PAGE_SHIFT;

		if (s->state[page] == PAGE_UNCACHED || (!snooped && whole_page(at, end))) {
			if (s->state[page] != PAGE_UNCACHED)
				dlab_shadow_set_pages(s, page, 1, PAGE_CPU_NEWER, site);
			at = page_offset(page + 1);
			continue;
		}
		at = l.start + (1ul << s->shift);
		need_tracked(s, page);
		*l.dirty |= l.bit;
		*l.present |= l.bit;
		for (unsigned i = 0; i < l.nr; i++) {
			struct granule *g = &l.g[i];
			size_t base = (l.start & ~63ul) + i * 64;
			u64 m = bits_in(base, offset, end) & l.mask;
			u64 dev = g->dev & l.mask;
			u64 victims = dev & ~g->cpu & ~m;

			g->cpu |= dev | m;
			g->dev &= ~m;
			shadow_set_live(s, base);
			g->writer = snooped ? g->writer | m : g->writer & ~m;
			if (unlikely(l.o[i].claims))
				dlab_origin_line_stored(&l.o[i], l.mask, m);
			if (m)
				origin_cpu_stored(&s->claims, &l.o[i], m, site, snooped);
			if (unlikely(victims)) {
				add_victims(d, base, victims);
				lose_victims(s, &l.o[i], victims, site, offset, end, snooped);
			}
		}
	}
}

void dlab_shadow_cpu_store(struct shadow *s, size_t offset, size_t len, site_t site,
			   struct damage *d)
{
	store_through_cache(s, offset, len, site, d, false);
}

cold void dlab_shadow_snooped_store(struct shadow *s, size_t offset, size_t len, site_t site,
				    struct damage *d)
{
	store_through_cache(s, offset, len, site, d, true);
}

cold void dlab_shadow_spare(struct shadow *s, size_t base, u64 stored)
{
	u32 page = base >> PAGE_SHIFT;

	/* Of other pages, no byte is stored by a device alone. */
	if (!s->arena || !stored ||
	    (s->state[page] != PAGE_TRACKED && s->state[page] != PAGE_BUS_NEWER))
		return;
	need_tracked(s, page);
	s->granules[base >> 6].dev &= ~stored;
}

/*
 * A store behind the dirty line @l; and what else that has, that memory does not: beside
 * the bytes, and the mapping.
 */
static cold void look_beside(const struct line *l, size_t offset, size_t end, site_t site,
			     const struct through *by, bool by_cpu, struct lost_by *lost)
{
	*lost = (struct lost_by){
		.site = site, .how = by_cpu ? LOSS_UNCACHED_STORE : LOSS_DEVICE_STORE,
		.start = offset, .end = end,
	};
	for (unsigned i = 0; i < l->nr; i++) {
		size_t base = (l->start & ~63ul) + i * 64;
		u64 more = l->g[i].cpu & ~l->g[i].dev & l->mask & ~bits_in(base, offset, end);

		lost->others |= more != 0;
		lost->outside |= more && (!by || more & ~bits_in(base, by->start, by->end));
	}
}

static inline __attribute__((always_inline)) void
store_to_memory(struct shadow *s, size_t offset, size_t len, site_t site,
		const struct through *by, struct damage *d, bool by_cpu)
{
	size_t end = offset + len;

	if (d)
		d->bytes = 0;
	if (!s->arena)
		return;
	for (size_t at = offset; at < end;) {
		struct line l = line_at(s, at);
		u32 page = at >> PAGE_SHIFT;
		struct lost_by lost;
		bool dirty, may_hide;
		u64 stored_by_cpu = 0;

		if (s->state[page] == PAGE_UNCACHED ||
		    (!by_cpu && bus_store_page(s, page, at, end, site, by))) {
			at = page_offset(page + 1);
			continue;
		}
		at = l.start + (1ul << s->shift);
		need_tracked(s, page);
		dirty = is_dirty(&l);
		may_hide = s->speculates || (*l.present & l.bit);
		if (unlikely(dirty))
			look_beside(&l, offset, end, site, by, by_cpu, &lost);
		for (unsigned i = 0; i < l.nr; i++)
			stored_by_cpu |= l.g[i].cpu &
				bits_in((l.start & ~63ul) + i * 64, offset, end) & l.mask;
		for (unsigned i = 0; i < l.nr; i++) {
			struct granule *g = &l.g[i];
			size_t base = (l.start & ~63ul) + i * 64;
			u64 m = bits_in(base, offset, end) & l.mask;

			if (!m)
				continue;
			g->writer = by_cpu ? g->writer & ~m : g->writer | m;
			shadow_set_live(s, base);
			origin_bus_stored(&s->claims, &l.o[i], g->dev, m, site, by, by_cpu);
			if (dirty) {
				g->cpu |= m;
				g->dev |= m;
				dlab_origin_lose(&s->claims, &l.o[i], m, &lost,
						 s->speculates ? m : 0);
				if (!stored_by_cpu)
					dlab_damage_add(d, base, m);
			} else {
				g->cpu &= ~m;
				g->dev = may_hide ? g->dev | m : g->dev & ~m;
			}
		}
	}
}

void dlab_shadow_bus_store(struct shadow *s, size_t offset, size_t len, site_t site,
			   const struct through *by, struct damage *d)
{
	store_to_memory(s, offset, len, site, by, d, false);
}

cold void dlab_shadow_uncached_store(struct shadow *s, size_t offset, size_t len, site_t site,
				     struct damage *d)
{
	store_to_memory(s, offset, len, site, NULL, d, true);
}

/* ----------------------------------------------------------- maintenance */

struct maintenance {
	size_t offset, len;
	site_t site;
	const struct through *by;
};

static cold void lose_unwritten(struct shadow *s, size_t base, u64 bytes,
				const struct maintenance *what)
{
	struct lost_by lost = {
		.site = what->site, .how = LOSS_INVALIDATE,
		.serial = what->by ? what->by->serial : 0,
		.to = what->by ? what->by->to : FOR_DEVICE,
		.dir = what->by ? what->by->dir : DMA_NONE,
		.start = what->offset, .end = what->offset + what->len,
	};

	dlab_origin_lose(&s->claims, &s->origins[base >> 6], bytes, &lost, 0);
}

/*
 * The bytes of one granule. What a line does, it does to each of its bytes, so the
 * lines themselves matter only for their flags.
 */
static inline void maintain_granule(struct shadow *s, size_t base, u64 mask, enum line_op op,
				    const struct maintenance *what)
{
	struct granule *g = &s->granules[base >> 6];
	u64 both = g->cpu & g->dev & mask;
	u64 cpu = g->cpu & mask;

	if (unlikely(both && op != OP_CLEAN))
		dlab_origin_line_dropped(&s->origins[base >> 6], mask);
	if (op == OP_INVALIDATE && unlikely(cpu & ~both))
		lose_unwritten(s, base, cpu & ~both, what);
	g->cpu = (g->cpu & ~mask) | (op == OP_INVALIDATE ? cpu : both);
	if (op != OP_CLEAN)
		g->dev = (g->dev & ~mask) | (op == OP_INVALIDATE ? cpu : both);
}

/* Whole lines of one page that is tracked; of its granules, only what is live can change. */
static void maintain_lines(struct shadow *s, size_t start, size_t end, enum line_op op,
			   const struct maintenance *what)
{
	struct line_flags *flags = &s->lines[start >> PAGE_SHIFT];
	size_t page = start & ~(PAGE_SIZE - 1);
	unsigned first = (start - page) >> s->shift, after = ((end - page - 1) >> s->shift) + 1;
	u64 left = flags->live & bits_in(0, (start - page) >> 6, (end - page + 63) >> 6);

	for (; left; left &= left - 1) {
		size_t base = page + __builtin_ctzll(left) * 64ul;
		const struct granule *g = &s->granules[base >> 6];

		maintain_granule(s, base, bits_in(base, start, end), op, what);
		if (!(g->cpu | g->dev))
			flags->live &= ~(left & -left);
	}
	for (unsigned w = 0; w < 2; w++) {
		u64 keep = ~bits_in(w * 64, first, after);

		flags->dirty[w] &= keep;
		if (op != OP_CLEAN)
			flags->present[w] &= keep;
	}
}

/* All of a page at once. Returns false when its lines must be looked at. */
static bool maintain_page(struct shadow *s, u32 page, enum line_op op)
{
	switch (s->state[page]) {
	case PAGE_CPU_NEWER:
		/* A clean leaves the lines present, which matters to some. */
		if (op == OP_INVALIDATE || (op == OP_CLEAN && !s->speculates))
			return false;
		s->state[page] = PAGE_SETTLED;
		return true;
	case PAGE_BUS_NEWER:
		if (op != OP_CLEAN)
			s->state[page] = PAGE_SETTLED;
		return true;
	default:
		return false;
	}
}

void dlab_shadow_maintain(struct shadow *s, size_t offset, size_t len, enum line_op op, site_t site,
			  const struct through *by)
{
	size_t line = 1ul << s->shift;
	size_t end = (offset + len + line - 1) & ~(line - 1);
	struct maintenance what = { offset, len, site, by };

	if (!s->arena || op == OP_NONE)
		return;
	for (size_t at = offset & ~(line - 1), stop; at < end; at = stop) {
		u32 page = at >> PAGE_SHIFT;
		bool whole;

		stop = page_offset(page + 1) < end ? page_offset(page + 1) : end;
		whole = stop - at == PAGE_SIZE;
		if (shadow_is_idle(s, at, stop - at, op) ||
		    (whole && maintain_page(s, page, op)))
			continue;
		need_tracked(s, page);
		maintain_lines(s, at, stop, op, &what);
		if (whole && shadow_lines_settled(&s->lines[page]))
			s->state[page] = PAGE_SETTLED;
	}
}
