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
#include "base/host.h"
#include "judge/bounce-parts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

int dlab_lost_init(struct lost *lost, const struct machine *m)
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

void dlab_lost_exit(struct lost *lost)
{
	dlab_claims_exit(&lost->claims);
	if (lost->arena)
		munmap(lost->arena, lost->arena_size);
}

struct bounce *dlab_bounce_new(size_t slot, size_t size, bool full)
{
	size_t nr = full ? (size + 63) / 64 : 0;
	struct bounce *b = host_calloc(1, sizeof(*b) + nr * (sizeof(struct granule) +
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

void dlab_bounce_free(struct bounce *b)
{
	free(b);
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

/* The stories of the bytes @m, which are @by places further up in @to. */
static cold void copy_stories(struct claim_pool *p, struct origin *to, const struct origin *from,
			      u64 m, int by)
{
	while (m) {
		struct source source;
		u64 same = dlab_origin_source(from, m, &source, NULL);

		dlab_origin_put(p, to, by < 0 ? same >> -by : same << by, &source);
		m &= ~same;
	}
}

static void set_lost(struct lost *lost, size_t offset, u64 m, u64 by_device,
		     const struct origin *origin)
{
	int shift = offset % 64;

	for (unsigned part = 0; part < 2; part++) {
		u64 i = offset / 64 + part, bits = word_part(offset, m, part);

		if (!bits)
			continue;
		lost->bits[i] |= bits;
		lost->by_device[i] &= ~bits;
		lost->by_device[i] |= word_part(offset, by_device, part) & bits;
		copy_stories(&lost->claims, &lost->origins[i], origin,
			     part ? bits << (64 - shift) : bits >> shift, part ? shift - 64 : shift);
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

/* Granule @i of @r has a new story for @m: of the device through @by, or NULL: of the CPU. */
static void device_or_cpu_stored(struct judge *j, const struct region *r, size_t i, u64 m,
				 site_t site, const struct through *by)
{
	const struct granule *g = &r->bounce->granules[i];
	struct origin *o = &r->bounce->origins[i];

	if (by)
		origin_bus_stored(&j->lost.claims, o, g->dev | (g->cpu & g->writer), m, site, by,
				  false);
	else
		origin_cpu_stored(&j->lost.claims, o, m, site, false);
}

/*
 * The bytes have a new value, stored by the CPU or through @by: all other mappings
 * of them hold an old one.
 */
static void others_are_behind(struct judge *j, const struct region *by, size_t offset,
			      size_t len, site_t site, const struct through *through)
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
			device_or_cpu_stored(j, r, i, m, site, by ? through : NULL);
		}
	}
}

cold void dlab_bounce_forget(struct judge *j, size_t offset, size_t len)
{
	clear_lost(&j->lost, offset, len);
}

void dlab_bounce_cpu_store(struct judge *j, size_t offset, size_t len, site_t site)
{
	others_are_behind(j, NULL, offset, len, site, NULL);
	clear_lost(&j->lost, offset, len);
}

void dlab_bounce_device_store(struct judge *j, struct region *r, size_t first, size_t len,
			      site_t site, const struct through *by)
{
	others_are_behind(j, r, r->offset + first, len, site, by);
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
		device_or_cpu_stored(j, r, i, m, site, by);
	}
}

/* ----------------------------------------------------------------- copying */

static cold void lose(struct judge *j, const struct device *by, const struct region *r, size_t i,
		      u64 bytes, enum loss how, site_t site)
{
	struct lost_by lost = {
		.site = site, .how = how, .serial = by == r->dev ? r->serial : 0, .dir = r->dir,
		.to = how == LOSS_COPY_IN ? FOR_DEVICE : FOR_CPU,
	};

	dlab_origin_lose(&j->lost.claims, &r->bounce->origins[i], bytes, &lost, 0);
}

static void bury(struct judge *j, const struct device *by, const struct region *r, size_t i, u64 m,
		 u64 buried, enum loss how, site_t site)
{
	struct granule *g = &r->bounce->granules[i];
	u64 now = buried & ~(g->cpu & g->dev);

	if (unlikely(now))
		lose(j, by, r, i, now, how, site);
	g->cpu = (g->cpu & ~m) | buried;
	g->dev = (g->dev & ~m) | buried;
}

/* How much of the granule at @i is in @r. */
static size_t granule_len(const struct region *r, size_t i)
{
	return r->size - i * 64 < 64 ? r->size - i * 64 : 64;
}

/*
 * A buffer may be mapped many times: what came through one mapping and was not copied
 * back, a copy made for another has not either; and once it has been, the memory has
 * the value, whatever the others buried before.
 */
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

/* What the memory does not have, its copy has not either. */
static cold void copy_lost(struct lost *lost, struct region *r, size_t i, u64 m)
{
	size_t at = r->offset + i * 64;
	struct granule *g = &r->bounce->granules[i];
	u64 bits = bits_at(lost->bits, at) & m;

	for (unsigned part = 0; part < 2; part++) {
		u64 there = word_part(at, bits, part);
		int shift = at % 64;

		if (there)
			copy_stories(&lost->claims, &r->bounce->origins[i],
				     &lost->origins[at / 64 + part], there,
				     part ? 64 - shift : -shift);
	}
	g->cpu |= bits;
	g->dev |= bits;
	g->writer = (g->writer & ~bits) | (bits_at(lost->by_device, at) & bits);
}

/* Nor what a device stored through another mapping, which is no store of the CPU's. */
static cold void copy_old(struct judge *j, struct region *r, size_t i, u64 m)
{
	size_t at = r->offset + i * 64, first, n;
	struct granule *g = &r->bounce->granules[i];

	for_each_mapping(j, at, granule_len(r, i), p, span) {
		const struct region *other = span->region;

		if (other == r || !part_of(other, at, granule_len(r, i), &first, &n))
			continue;
		for (size_t k = first / 64; k * 64 < first + n; k++) {
			const struct granule *from = &other->bounce->granules[k];
			int shift = (int)((ssize_t)(other->offset + k * 64) - (ssize_t)at);
			u64 bits = from->dev & word_mask(k, first, first + n);

			bits &= shift < 0 ? m << -shift : m >> shift;
			copy_stories(&j->lost.claims, &r->bounce->origins[i],
				     &other->bounce->origins[k], bits, shift);
			bits = shift < 0 ? bits >> -shift : bits << shift;
			g->cpu |= bits;
			g->writer |= bits;
		}
	}
}

void dlab_bounce_copied_in(struct judge *j, const struct device *by, struct region *r, size_t first,
			   size_t len, site_t site)
{
	struct bounce *b = r->bounce;
	bool again = is_mapped_again(j, r);

	for (size_t i = first / 64; i * 64 < first + len; i++) {
		u64 m = word_mask(i, first, first + len);
		size_t at = r->offset + i * 64;

		bury(j, by, r, i, m, b->granules[i].dev & m, LOSS_COPY_IN, site);
		if (unlikely(lost_any(&j->lost, at >> PAGE_SHIFT) ||
			     lost_any(&j->lost, (at + 63) >> PAGE_SHIFT)))
			copy_lost(&j->lost, r, i, m);
		if (unlikely(again))
			copy_old(j, r, i, m);
	}
}

void dlab_bounce_copied_out(struct judge *j, const struct device *by, struct region *r,
			    size_t first, size_t len, site_t site)
{
	struct bounce *b = r->bounce;
	bool again = is_mapped_again(j, r);

	for (size_t i = first / 64; i * 64 < first + len; i++) {
		u64 m = word_mask(i, first, first + len);
		struct granule *g = &b->granules[i];

		if (unlikely(again))
			others_are_settled(j, r, r->offset + i * 64, granule_len(r, i), m & ~g->cpu);
		clear_lost_bits(&j->lost, r->offset + i * 64, m & ~g->cpu);
		bury(j, by, r, i, m, g->cpu & m, LOSS_COPY_OUT, site);
	}
}

void dlab_bounce_end(struct judge *j, struct region *r, site_t site)
{
	struct bounce *b = r->bounce;

	for (size_t i = 0; i * 64 < r->size; i++) {
		struct granule *g = &b->granules[i];

		if (unlikely(g->dev & ~g->cpu))
			lose(j, r->dev, r, i, g->dev & ~g->cpu, LOSS_NO_COPY, site);
		if (unlikely(g->dev))
			set_lost(&j->lost, r->offset + i * 64, g->dev, g->writer, &b->origins[i]);
		origin_forget(&j->lost.claims, &b->origins[i]);
	}
}
