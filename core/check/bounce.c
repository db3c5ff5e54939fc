/* SPDX-License-Identifier: MIT */
/*
 * With a bounce buffer nothing moves on its own: the driver's memory and the device's
 * copy meet at the calls that copy. So a byte of a mapping has the two bits of
 * shadow.c without lines, dirt and speculation, and wrong means that a machine which
 * does not bounce would have computed another value:
 *
 *   cpu      the CPU stored it, the copy does not have it yet
 *   dev      the device stored it, the memory does not have it yet
 *
 *   event             wrong if   then
 *   CPU load m        dev & m    -
 *   CPU store m       -          cpu |= m, dev &= ~m
 *   device load m     cpu & m    -
 *   device store m    -          dev |= m, cpu &= ~m
 *   copied in  m      -          cpu = dev = m & dev    (what the device stored is buried)
 *   copied out m      -          cpu = dev = m & cpu    (what the CPU stored is buried)
 *
 * A buried byte is in both: neither side has the value. The bits are the mapping's,
 * not the memory's, since one buffer may be mapped many times, with a copy each: a
 * copy in is then without what another mapping has in dev, and a copy out of the
 * latest value takes the byte out of dev everywhere. When
 * a mapping ends, bytes of which the memory does not have the value are lost: one bit
 * of the memory, which a store of the CPU clears and the next mapping begins with.
 */
#include "check/bounce.h"

#include "check/judge.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

int lost_init(struct lost *lost, const struct machine *m)
{
	size_t words = (m->ram_size / 64 + 1) * sizeof(u64);
	size_t pages = (m->nr_pages / 64 + 2) * sizeof(u64);
	size_t origins = m->ram_size / 64 * sizeof(struct origin);
	u8 *at;

	lost->arena_size = 2 * words + pages + origins;
	at = mmap(NULL, lost->arena_size, PROT_READ | PROT_WRITE,
		  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (at == MAP_FAILED)
		return -ENOMEM;
	lost->arena = at;
	lost->bits = (u64 *)at;
	lost->by_device = (u64 *)(at + words);
	lost->origins = (struct origin *)(at + 2 * words);
	lost->pages = (u64 *)(at + 2 * words + origins);
	return 0;
}

void lost_exit(struct lost *lost)
{
	if (lost->arena)
		munmap(lost->arena, lost->arena_size);
}

struct bounce *bounce_new(size_t slot, size_t size, bool full)
{
	size_t nr = full ? (size + 63) / 64 : 0;
	struct bounce *b = calloc(1, sizeof(*b) + nr * (sizeof(struct granule) +
							sizeof(struct origin)));

	if (!b)
		return NULL;
	b->slot = slot;
	if (full) {
		b->granules = (struct granule *)(b + 1);
		b->origins = (struct origin *)(b->granules + nr);
	}
	return b;
}

void bounce_free(struct bounce *b)
{
	free(b);
}

/* ----------------------------------------------------------------- looking */

/* Part of a range of RAM that @r covers, counted from the start of @r. */
static bool part_of(const struct region *r, size_t offset, size_t len, size_t *first, size_t *n)
{
	size_t from = offset > r->offset ? offset : r->offset;
	size_t to = offset + len < r->offset + r->size ? offset + len : r->offset + r->size;

	if (!r->bounce || !r->bounce->granules || from >= to)
		return false;
	*first = from - r->offset;
	*n = to - from;
	return true;
}

/* Each mapping once: that which touches several of the pages is met in its first. */
#define for_each_mapping(j, offset, len, p, span) \
	for (u32 p = (offset) >> PAGE_SHIFT; p <= ((offset) + (len) - 1) >> PAGE_SHIFT; p++) \
		for (struct span *span = (j)->ledger.pages[p].maps; span; span = span->next) \
			if (p == (offset) >> PAGE_SHIFT || region_first_page(span->region) == p)

/* Of byte @at: is it in dev of a mapping later than @r (NULL: of any)? */
static bool later_has(const struct judge *j, const struct region *r, size_t at)
{
	struct span *span = j->ledger.pages[at >> PAGE_SHIFT].maps;
	size_t first, n;

	for (; span && span->region != r; span = span->next)
		if (part_of(span->region, at, 1, &first, &n) &&
		    span->region->bounce->granules[first / 64].dev >> (first % 64) & 1)
			return true;
	return false;
}

/* Bytes may be in several mappings: they count for the latest that has them. */
static cold u64 without_later(const struct judge *j, const struct region *r, size_t base, u64 bad)
{
	for (u64 rest = bad; rest; rest &= rest - 1)
		if (later_has(j, r, base + __builtin_ctzll(rest)))
			bad &= ~(rest & -rest);
	return bad;
}

static void look_cpu(const struct judge *j, const struct region *r, size_t first, size_t len,
		     struct verdict *v)
{
	const struct bounce *b = r->bounce;

	for (size_t i = first / 64; i * 64 < first + len; i++) {
		u64 bad = b->granules[i].dev & word_mask(i, first, first + len);

		if (unlikely(bad))
			verdict_add(v, &b->granules[i], &b->origins[i], r->offset + i * 64,
				    without_later(j, r, r->offset + i * 64, bad));
	}
}

static void look_for_lost(const struct judge *j, size_t offset, size_t len, struct verdict *v)
{
	const struct lost *lost = &j->lost;

	for (u64 i = offset / 64; i * 64 < offset + len; i++) {
		u64 bad = lost->bits[i] & word_mask(i, offset, offset + len);
		struct granule g = { .cpu = bad, .dev = bad, .writer = lost->by_device[i] };

		if (unlikely(bad))
			verdict_add(v, &g, &lost->origins[i], i * 64,
				    without_later(j, NULL, i * 64, bad));
	}
}

struct verdict bounce_look_cpu(const struct judge *j, size_t offset, size_t len)
{
	struct verdict v = { .bytes = 0 };
	size_t first, n;

	for_each_mapping(j, offset, len, p, span)
		if (part_of(span->region, offset, len, &first, &n))
			look_cpu(j, span->region, first, n, &v);
	look_for_lost(j, offset, len, &v);
	return v;
}

struct verdict bounce_look_device(const struct region *r, size_t first, size_t len)
{
	const struct bounce *b = r->bounce;
	struct verdict v = { .bytes = 0 };

	for (size_t i = first / 64; i * 64 < first + len; i++)
		verdict_add(&v, &b->granules[i], &b->origins[i], r->offset + i * 64,
			    b->granules[i].cpu & word_mask(i, first, first + len));
	return v;
}

/* ----------------------------------------------------------------- storing */

/*
 * The bits of a mapping are not aligned as those of the memory are: @m, of bytes from
 * @offset on, lies in two words of the map, of which this is number @part.
 */
static u64 word_part(size_t offset, u64 m, unsigned part)
{
	unsigned shift = offset % 64;

	if (!part)
		return m << shift;
	return shift ? m >> (64 - shift) : 0;
}

static void set_lost(struct lost *lost, size_t offset, u64 m, u64 by_device,
		     const struct origin *origin)
{
	for (unsigned part = 0; part < 2; part++) {
		u64 i = offset / 64 + part, bits = word_part(offset, m, part);

		if (!bits)
			continue;
		lost->bits[i] |= bits;
		lost->by_device[i] &= ~bits;
		lost->by_device[i] |= word_part(offset, by_device, part) & bits;
		lost->origins[i] = *origin;
		lost->pages[i * 64 / PAGE_SIZE / 64] |= 1ull << (i * 64 / PAGE_SIZE % 64);
	}
}

static void clear_lost_bits(struct lost *lost, size_t offset, u64 m)
{
	lost->bits[offset / 64] &= ~word_part(offset, m, 0);
	lost->bits[offset / 64 + 1] &= ~word_part(offset, m, 1);
}

/* 64 bits of a bitmap, from any bit on; the map ends with a word to spare. */
static u64 bits_at(const u64 *map, size_t bit)
{
	u64 low = map[bit / 64] >> (bit % 64);

	return bit % 64 ? low | map[bit / 64 + 1] << (64 - bit % 64) : low;
}

static void clear_lost(struct lost *lost, size_t offset, size_t len)
{
	for (u64 i = offset / 64; i * 64 < offset + len; i++)
		lost->bits[i] &= ~word_mask(i, offset, offset + len);
}

/*
 * The bytes have a new value, stored by the CPU or through @by: all other mappings
 * of them hold an old one.
 */
static void others_are_behind(struct judge *j, const struct region *by, size_t offset,
			      size_t len, site_t site)
{
	size_t first, n;

	for_each_mapping(j, offset, len, p, span) {
		struct region *r = span->region;

		if (likely(r == by) || !part_of(r, offset, len, &first, &n))
			continue;
		for (size_t i = first / 64; i * 64 < first + n; i++) {
			u64 m = word_mask(i, first, first + n);
			struct granule *g = &r->bounce->granules[i];

			g->cpu |= m;
			g->dev &= ~m;
			g->writer = by ? g->writer | m : g->writer & ~m;
			*(by ? &r->bounce->origins[i].dev : &r->bounce->origins[i].cpu) = site;
		}
	}
}

cold void bounce_forget(struct judge *j, size_t offset, size_t len)
{
	clear_lost(&j->lost, offset, len);
}

void bounce_cpu_store(struct judge *j, size_t offset, size_t len, site_t site)
{
	others_are_behind(j, NULL, offset, len, site);
	clear_lost(&j->lost, offset, len);
}

void bounce_device_store(struct judge *j, struct region *r, size_t first, size_t len,
			 site_t site)
{
	others_are_behind(j, r, r->offset + first, len, site);
	if (!r->bounce) {
		clear_lost(&j->lost, r->offset + first, len);
		return;
	}
	for (size_t i = first / 64; i * 64 < first + len; i++) {
		u64 m = word_mask(i, first, first + len);
		struct granule *g = &r->bounce->granules[i];

		g->dev |= m;
		g->cpu &= ~m;
		g->writer |= m;
		r->bounce->origins[i].dev = site;
	}
}

/* ----------------------------------------------------------------- copying */

static void bury(struct granule *g, struct origin *o, u64 m, u64 buried, enum loss how,
		 site_t site)
{
	if (buried & ~(g->cpu & g->dev)) {
		o->lost = site;
		o->how = how;
	}
	g->cpu = (g->cpu & ~m) | buried;
	g->dev = (g->dev & ~m) | buried;
}

/*
 * A buffer may be mapped many times: what came through one mapping and was not copied
 * back, a copy made for another has not either; and once it has been, the memory has
 * the value, whatever the others buried before. Bit i is of byte @at + i.
 */
static cold u64 stored_through_others(const struct judge *j, const struct region *r, size_t at,
				      size_t len)
{
	size_t first, n;
	u64 bits = 0;

	for_each_mapping(j, at, len, p, span) {
		const struct region *other = span->region;

		if (other == r || !part_of(other, at, len, &first, &n))
			continue;
		for (size_t i = first; i < first + n; i++)
			if (other->bounce->granules[i / 64].dev >> (i % 64) & 1)
				bits |= 1ull << (other->offset + i - at);
	}
	return bits;
}

static cold void others_are_settled(struct judge *j, const struct region *r, size_t at,
				    size_t len, u64 m)
{
	size_t first, n;

	for_each_mapping(j, at, len, p, span) {
		const struct region *other = span->region;

		if (other == r || !part_of(other, at, len, &first, &n))
			continue;
		for (size_t i = first; i < first + n; i++)
			if (m >> (other->offset + i - at) & 1)
				other->bounce->granules[i / 64].dev &= ~(1ull << (i % 64));
	}
}

static bool is_mapped_again(const struct judge *j, const struct region *r)
{
	size_t first, n;

	for_each_mapping(j, r->offset, r->size, p, span)
		if (span->region != r && part_of(span->region, r->offset, r->size, &first, &n))
			return true;
	return false;
}

/* How much of the granule at @i is in @r. */
static size_t granule_len(const struct region *r, size_t i)
{
	return r->size - i * 64 < 64 ? r->size - i * 64 : 64;
}

/* What the memory does not have, its copy has not either. */
static cold void copy_lost(const struct lost *lost, struct region *r, size_t i, u64 m)
{
	size_t at = r->offset + i * 64;
	struct granule *g = &r->bounce->granules[i];
	u64 bits = bits_at(lost->bits, at) & m;

	if (!bits)
		return;
	g->cpu |= bits;
	g->dev |= bits;
	g->writer = (g->writer & ~bits) | (bits_at(lost->by_device, at) & bits);
	r->bounce->origins[i] = lost->origins[(at + __builtin_ctzll(bits)) / 64];
}

void bounce_copied_in(struct judge *j, struct region *r, size_t first, size_t len, site_t site)
{
	struct bounce *b = r->bounce;
	bool again = is_mapped_again(j, r);

	for (size_t i = first / 64; i * 64 < first + len; i++) {
		u64 m = word_mask(i, first, first + len);
		size_t at = r->offset + i * 64;

		bury(&b->granules[i], &b->origins[i], m, b->granules[i].dev & m, LOSS_COPY_IN,
		     site);
		if (unlikely(lost_any(&j->lost, at >> PAGE_SHIFT) ||
			     lost_any(&j->lost, (at + 63) >> PAGE_SHIFT)))
			copy_lost(&j->lost, r, i, m);
		if (unlikely(again))
			b->granules[i].cpu |= m & stored_through_others(j, r, at, granule_len(r, i));
	}
}

void bounce_copied_out(struct judge *j, struct region *r, size_t first, size_t len, site_t site)
{
	struct bounce *b = r->bounce;
	bool again = is_mapped_again(j, r);

	for (size_t i = first / 64; i * 64 < first + len; i++) {
		u64 m = word_mask(i, first, first + len);
		struct granule *g = &b->granules[i];

		if (unlikely(again))
			others_are_settled(j, r, r->offset + i * 64, granule_len(r, i), m & ~g->cpu);
		clear_lost_bits(&j->lost, r->offset + i * 64, m & ~g->cpu);
		bury(g, &b->origins[i], m, g->cpu & m, LOSS_COPY_OUT, site);
	}
}

void bounce_end(struct judge *j, struct region *r, site_t site)
{
	struct bounce *b = r->bounce;

	for (size_t i = 0; i * 64 < r->size; i++) {
		struct granule *g = &b->granules[i];

		if (likely(!g->dev))
			continue;
		if (g->dev & ~g->cpu) {
			b->origins[i].lost = site;
			b->origins[i].how = LOSS_NO_COPY;
		}
		set_lost(&j->lost, r->offset + i * 64, g->dev, g->writer, &b->origins[i]);
	}
}
