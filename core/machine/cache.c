/* SPDX-License-Identifier: MIT */
/*
 * Lines and the data in them. See machine.h for the invariant that both views
 * agree where a line is not valid; it is what makes filling free, and every
 * function here keeps it.
 */
#include "base/host.h"
#include "machine/image.h"
#include "base/bits.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int dlab_cache_init(struct cache *c, const struct profile *profile, struct page_lines *lines)
{
	memset(c, 0, sizeof(*c));
	c->lines = lines;
	c->shift = profile->line_shift;
	c->speculates = profile->speculates;
	c->policy = POLICY_NEVER;
	return 0;
}

int dlab_cache_set_policy(struct cache *c, enum policy policy, u64 seed)
{
	c->rng = seed * 2 + 1;
	c->policy = policy;
	if (policy != POLICY_LRU)
		return 0;
	c->nr_sets = CACHE_SIZE / CACHE_WAYS >> c->shift;
	c->ways = host_calloc(c->nr_sets * CACHE_WAYS, sizeof(*c->ways));
	return c->ways ? 0 : -ENOMEM;
}

void dlab_cache_reset(struct cache *c, u64 seed)
{
	c->rng = seed * 2 + 1;
	c->nr_recent = 0;
	c->hits = c->misses = c->fills = c->write_backs = c->maintenance = 0;
	if (c->ways)
		memset(c->ways, 0, c->nr_sets * CACHE_WAYS * sizeof(*c->ways));
}

void dlab_cache_exit(struct cache *c)
{
	free(c->ways);
}

/* A line, and the words that hold its bits. */
struct line {
	u64 *valid, *dirty, *stale;
	u64 bit;
	size_t offset;
};

static inlined struct line line_at(const struct machine *m, u32 nr)
{
	const struct cache *c = &m->cache;
	unsigned per_page = PAGE_SHIFT - c->shift;
	u32 in_page = nr & ((1u << per_page) - 1);
	struct page_lines *lines = &c->lines[nr >> per_page];

	return (struct line){
		.valid = &lines->valid[in_page >> 6],
		.dirty = &lines->dirty[in_page >> 6],
		.stale = &lines->stale[in_page >> 6],
		.bit = 1ull << (in_page & 63),
		.offset = (size_t)nr << c->shift,
	};
}

static inlined u32 first_line(const struct cache *c, size_t offset)
{
	return offset >> c->shift;
}

static inlined u32 last_line(const struct cache *c, size_t offset, size_t len)
{
	return (offset + len - 1) >> c->shift;
}

static inlined void fill(struct machine *m, struct line l)
{
	if (*l.valid & l.bit)
		return;
	*l.valid |= l.bit;
	m->cache.fills++;
}

static inlined void use(struct machine *m, u32 nr, struct line l)
{
	if (*l.valid & l.bit)
		m->cache.hits++;
	else
		m->cache.misses++;
	if (unlikely(m->cache.policy == POLICY_LRU))
		dlab_cache_lru_touch(m, nr);
	fill(m, l);
}

void dlab_cache_cpu_load(struct machine *m, size_t offset, void *buf, size_t len)
{
	struct cache *c = &m->cache;

	machine_touch(m, offset, len);
	if (c->lines)
		for (u32 nr = first_line(c, offset); nr <= last_line(c, offset, len); nr++)
			use(m, nr, line_at(m, nr));
	memcpy(buf, m->cached + offset, len);
	dlab_cache_step(m, offset, len);
}

/*
 * Line by line, the data before the next line is used: under "lru" that one may
 * evict this one. A NULL @buf stores zeroes.
 */
void dlab_cache_cpu_store(struct machine *m, size_t offset, const void *buf, size_t len)
{
	struct cache *c = &m->cache;
	const u8 *src = buf;
	size_t end = offset + len;

	machine_touch(m, offset, len);
	for (size_t at = offset; at < end;) {
		struct line l = { .offset = at };
		size_t next = end;

		if (c->lines) {
			l = line_at(m, first_line(c, at));
			next = l.offset + (1ul << c->shift);
			if (next > end)
				next = end;
			use(m, first_line(c, at), l);
			*l.dirty |= l.bit;
		}
		if (src)
			memcpy(m->cached + at, src + (at - offset), next - at);
		else
			memset(m->cached + at, 0, next - at);
		image_follow(m, at, next - at);
		at = next;
	}
	dlab_cache_step(m, offset, len);
}

void dlab_cache_cpu_loads(struct machine *m, size_t offset, size_t len)
{
	struct cache *c = &m->cache;

	machine_touch(m, offset, len);
	if (!c->lines)
		return;
	for (u32 nr = first_line(c, offset); nr <= last_line(c, offset, len); nr++)
		if (!m->frames[nr >> (PAGE_SHIFT - c->shift)].memory_only)
			use(m, nr, line_at(m, nr));
}

void dlab_cache_cpu_stored(struct machine *m, size_t offset, size_t len)
{
	struct cache *c = &m->cache;

	machine_touch(m, offset, len);
	image_follow(m, offset, len);
	if (!c->lines)
		return;
	for (u32 nr = first_line(c, offset); nr <= last_line(c, offset, len); nr++) {
		struct line l = line_at(m, nr);

		use(m, nr, l);
		*l.dirty |= l.bit;
	}
}

cold void dlab_cache_bus_stored(struct machine *m, size_t offset, size_t len)
{
	struct cache *c = &m->cache;

	machine_touch(m, offset, len);
	for (size_t at = offset, n; at < offset + len; at += n) {
		struct line l = line_at(m, first_line(c, at));

		n = l.offset + (1ul << c->shift) - at;
		if (n > offset + len - at)
			n = offset + len - at;
		if (*l.valid & l.bit)
			*l.stale |= l.bit;
		else if (!m->frames[at >> PAGE_SHIFT].memory_only)
			memcpy(m->cached + at, m->memory + at, n);
		image_follow(m, at, n);
	}
}

void dlab_cache_bus_load(struct machine *m, size_t offset, void *buf, size_t len)
{
	memcpy(buf, m->memory + offset, len);
	dlab_cache_step(m, offset, len);
}

void dlab_cache_bus_store(struct machine *m, size_t offset, const void *buf, size_t len)
{
	struct cache *c = &m->cache;
	size_t end = offset + len;
	const u8 *src = buf;

	machine_touch(m, offset, len);
	memcpy(m->memory + offset, buf, len);
	if (!c->lines) {
		image_follow(m, offset, len);
		return;
	}
	for (size_t at = offset; at < end;) {
		struct line l = line_at(m, first_line(c, at));
		size_t next = l.offset + (1ul << c->shift);

		if (next > end)
			next = end;
		if (*l.valid & l.bit) {
			*l.stale |= l.bit;
		} else {
			if (!m->frames[at >> PAGE_SHIFT].memory_only)
				memcpy(m->cached + at, src + (at - offset), next - at);
			image_follow(m, at, next - at);
		}
		at = next;
	}
	dlab_cache_step(m, offset, len);
}

void dlab_cache_move(struct machine *m, size_t offset, u8 *in, const u8 *out, size_t len,
		     bool uncached)
{
	for (size_t done = 0, n; done < len; done += n, offset += n) {
		bool bus = uncached || m->frames[offset >> PAGE_SHIFT].memory_only;

		n = PAGE_SIZE - (offset & (PAGE_SIZE - 1));
		if (n > len - done)
			n = len - done;
		if (in)
			(bus ? dlab_cache_bus_load : dlab_cache_cpu_load)(m, offset, in + done, n);
		else
			(bus ? dlab_cache_bus_store : dlab_cache_cpu_store)(m, offset, out + done,
									    n);
	}
}

void dlab_cache_zero_pages(struct machine *m, u32 page, u32 nr)
{
	struct cache *c = &m->cache;
	size_t per_page = 1ul << (PAGE_SHIFT - c->shift);

	if (c->policy == POLICY_LRU) {
		dlab_cache_cpu_store(m, page_offset(page), NULL, page_offset(nr));
		return;
	}
	memset(m->cached + page_offset(page), 0, page_offset(nr));
	image_follow_zeroes(m, page, nr);
	if (!c->lines)
		return;
	for (u32 p = page; p < page + nr; p++) {
		struct page_lines *lines = &c->lines[p];
		u64 all = per_page >= 64 ? ~0ull : (1ull << per_page) - 1;

		lines->valid[0] = lines->dirty[0] = all;
		if (per_page > 64)
			lines->valid[1] = lines->dirty[1] = ~0ull;
	}
	dlab_cache_step(m, page_offset(page), page_offset(nr));
}

void dlab_cache_zero_memory(struct machine *m, size_t offset, size_t len)
{
	memset(m->memory + offset, 0, len);
	if ((offset | len) & (PAGE_SIZE - 1))
		image_follow(m, offset, len);
	else
		image_follow_zeroes(m, offset >> PAGE_SHIFT, len >> PAGE_SHIFT);
}

void dlab_cache_copy(struct machine *m, size_t to, size_t from, size_t len)
{
	memcpy(m->memory + to, m->memory + from, len);
	image_follow(m, to, len);
}

/*
 * The lines that a range touches, page by page and as the two words of bits of
 * each page, so that lines which need nothing cost nothing.
 */
struct span {
	u32 page;
	u64 bits[2];
};

static bool next_span(const struct machine *m, size_t *at, size_t end, struct span *span)
{
	unsigned shift = m->cache.shift;
	size_t page_end = (*at | (PAGE_SIZE - 1)) + 1;
	size_t stop = end < page_end ? end : page_end;
	unsigned first = (*at & (PAGE_SIZE - 1)) >> shift;
	unsigned last = ((stop - 1) & (PAGE_SIZE - 1)) >> shift;

	if (*at >= end)
		return false;
	span->page = *at >> PAGE_SHIFT;
	for (unsigned w = 0; w < 2; w++) {
		unsigned from = first > w * 64 ? first - w * 64 : 0;
		unsigned to = last < w * 64 + 63 ? last - w * 64 : 63;

		span->bits[w] = last < w * 64 || from > 63 ? 0 : (~0ull >> (63 - to + from)) << from;
	}
	*at = page_end;
	return true;
}

/* The next run of lines in @bits, a word that is not 0: its first byte in @at, and its bytes. */
static size_t take_run(u64 *bits, unsigned shift, size_t *at)
{
	unsigned first = __builtin_ctzll(*bits);
	u64 rest = ~(*bits >> first);
	unsigned run = rest ? __builtin_ctzll(rest) : 64;

	*at = (size_t)first << shift;
	*bits &= first + run < 64 ? ~0ull << (first + run) : 0;
	return (size_t)run << shift;
}

/* Memory gets what the cache has in these lines of one word. */
static void write_back(struct machine *m, size_t base, u64 dirty)
{
	size_t at, len;

	m->cache.write_backs += count_bits(dirty);
	while (dirty) {
		len = take_run(&dirty, m->cache.shift, &at);
		memcpy(m->memory + base + at, m->cached + base + at, len);
	}
}

/* And the CPU finds what memory has, which is something else: the invariant of machine.h. */
static void show_memory(struct machine *m, size_t base, u64 bits)
{
	size_t at, len;

	while (bits) {
		len = take_run(&bits, m->cache.shift, &at);
		memcpy(m->cached + base + at, m->memory + base + at, len);
		image_follow(m, base + at, len);
	}
}

static void maintain_span(struct machine *m, const struct span *span, enum line_op op)
{
	struct cache *c = &m->cache;
	struct page_lines *lines = &c->lines[span->page];
	bool shared = m->frames[span->page].shared;

	for (unsigned w = 0; w < 2; w++) {
		size_t base = page_offset(span->page) + ((size_t)w * 64 << c->shift);
		u64 valid = lines->valid[w] & span->bits[w];
		u64 dirty = lines->dirty[w] & valid;
		u64 stale = shared ? valid : lines->stale[w] & valid;

		lines->dirty[w] &= ~dirty;
		if (op == OP_INVALIDATE) {
			stale |= dirty;
		} else if (dirty) {
			write_back(m, base, dirty);
			stale &= ~dirty;
			lines->stale[w] &= ~dirty;
		}
		if (op == OP_CLEAN || !valid)
			continue;
		show_memory(m, base, stale);
		lines->stale[w] &= ~valid;
		lines->valid[w] &= ~valid;
	}
}

void dlab_cache_maintain(struct machine *m, size_t offset, size_t len, enum line_op op)
{
	struct cache *c = &m->cache;
	struct span span;

	if (!c->lines || op == OP_NONE || !len)
		return;
	machine_touch(m, offset, len);
	c->maintenance += last_line(c, offset, len) - first_line(c, offset) + 1;
	for (size_t at = offset; next_span(m, &at, offset + len, &span);)
		maintain_span(m, &span, op);
	dlab_cache_step(m, offset, len);
}

void dlab_cache_drop(struct cache *c, u32 first, u32 last)
{
	unsigned per_page = PAGE_SHIFT - c->shift;
	u64 *valid = c->lines[first >> per_page].valid;
	u32 in_page = (1u << per_page) - 1;

	for (unsigned w = 0; w < 2; w++)
		valid[w] &= ~bits_in(w * 64, first & in_page, (last & in_page) + 1);
}

void dlab_cache_evict(struct machine *m, size_t offset, size_t len)
{
	struct span span;

	if (!m->cache.lines || !len)
		return;
	for (size_t at = offset; next_span(m, &at, offset + len, &span);)
		maintain_span(m, &span, OP_FLUSH);
}

void dlab_cache_fill(struct machine *m, size_t offset, size_t len)
{
	struct cache *c = &m->cache;
	struct span span;

	if (!c->lines || !len)
		return;
	machine_touch(m, offset, len);
	for (size_t at = offset; next_span(m, &at, offset + len, &span);) {
		struct page_lines *lines = &c->lines[span.page];

		if (m->frames[span.page].memory_only)
			continue;
		for (unsigned w = 0; w < 2; w++) {
			c->fills += count_bits(span.bits[w] & ~lines->valid[w]);
			lines->valid[w] |= span.bits[w];
		}
	}
}

void dlab_cache_give_up(struct machine *m, u32 page, u32 nr)
{
	struct cache *c = &m->cache;

	if (!c->lines || m->frames[page].given_up >= nr)
		return;
	m->frames[page].given_up = nr;
	for (u32 p = page; p < page + nr; p++) {
		struct page_lines *lines = &c->lines[p];

		if (lines->valid[0] | lines->valid[1])
			dlab_cache_evict(m, page_offset(p), PAGE_SIZE);
		m->frames[p].memory_only = true;
	}
}

void dlab_cache_mark_dirty(struct machine *m, size_t offset, size_t len)
{
	struct span span;

	machine_touch(m, offset, len);
	for (size_t at = offset; next_span(m, &at, offset + len, &span);) {
		struct page_lines *lines = &m->cache.lines[span.page];

		for (unsigned w = 0; w < 2; w++) {
			lines->valid[w] |= span.bits[w];
			lines->dirty[w] |= span.bits[w];
		}
	}
}

void dlab_cache_take_back(struct machine *m, u32 page, u32 nr)
{
	if (!m->cache.lines)
		return;
	m->frames[page].given_up = 0;
	for (u32 p = page; p < page + nr; p++) {
		if (!m->frames[p].memory_only)
			continue;
		m->frames[p].memory_only = false;
		memcpy(m->cached + page_offset(p), m->memory + page_offset(p), PAGE_SIZE);
	}
}
