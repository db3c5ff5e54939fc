/* SPDX-License-Identifier: MIT */
/* What the machine last put where the CPU looks, to be compared with what is there. */
#include "machine/image.h"
#include "base/random.h"

#include <string.h>
#include <sys/mman.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

static const u8 zeroes[PAGE_SIZE];

int dlab_image_init(struct machine *m)
{
	size_t size = m->ram_size + 2 * m->nr_pages;
	u8 *at = mmap(NULL, size, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (at == MAP_FAILED)
		return -ENOMEM;
	m->image.bytes = at;
	m->image.kept = at + m->ram_size;
	m->image.poisoned = m->image.kept + m->nr_pages;
	return 0;
}

void dlab_image_exit(struct machine *m)
{
	if (image_on(m))
		munmap(m->image.bytes, m->ram_size + 2 * m->nr_pages);
}

static const u8 *image_at(const struct machine *m, size_t offset)
{
	if (m->image.kept[offset >> PAGE_SHIFT])
		return m->image.bytes + offset;
	return zeroes + (offset & (PAGE_SIZE - 1));
}

/* How much of the range lies in its first page. */
static size_t in_page(size_t offset, size_t len)
{
	size_t rest = PAGE_SIZE - (offset & (PAGE_SIZE - 1));

	return len < rest ? len : rest;
}

bool dlab_image_agrees(const struct machine *m, size_t offset, size_t len)
{
	for (size_t end = offset + len, n; offset < end; offset += n) {
		n = in_page(offset, end - offset);
		if (memcmp(view_at(m, offset), image_at(m, offset), n) != 0)
			return false;
	}
	return true;
}

#ifdef __SSE2__
/* A bit for each of the 64 bytes that are not the same. */
static u64 compare(const u8 *a, const u8 *b)
{
	u64 same = 0;

	for (unsigned i = 0; i < 64; i += 16) {
		__m128i x = _mm_loadu_si128((const __m128i *)(a + i));
		__m128i y = _mm_loadu_si128((const __m128i *)(b + i));

		same |= (u64)_mm_movemask_epi8(_mm_cmpeq_epi8(x, y)) << i;
	}
	return ~same;
}
#else
static u64 compare(const u8 *a, const u8 *b)
{
	u64 differ = 0;

	for (unsigned i = 0; i < 64; i++)
		differ |= (u64)(a[i] != b[i]) << i;
	return differ;
}
#endif

void dlab_image_differing(const struct machine *m, size_t offset, unsigned nr, u64 *differ)
{
	const u8 *view = view_at(m, offset), *image = image_at(m, offset);

	for (unsigned i = 0; i < nr; i++)
		differ[i] = compare(view + i * 64, image + i * 64);
}

static void follow_in_page(struct machine *m, size_t offset, size_t len)
{
	const u8 *view = view_at(m, offset);
	u32 page = offset >> PAGE_SHIFT;

	if (!m->image.kept[page]) {
		if (memcmp(view, zeroes, len) == 0)
			return;
		memset(m->image.bytes + page_offset(page), 0, PAGE_SIZE);
		m->image.kept[page] = true;
	}
	memcpy(m->image.bytes + offset, view, len);
}

void dlab_image_follow_slow(struct machine *m, size_t offset, size_t len)
{
	for (size_t end = offset + len, n; offset < end; offset += n) {
		n = in_page(offset, end - offset);
		follow_in_page(m, offset, n);
	}
}

/* What is at the word of RAM that begins at @offset, the @nth time. */
static u64 poison_at(size_t offset, u8 nth)
{
	u64 state = (u64)offset << 8 | nth;

	return random_next(&state);
}

/* Of the word at @at, what falls into @offset..@end, exclusive: @view is at @offset. */
static void copy_part(u8 *view, size_t offset, size_t end, size_t at, const u64 *word)
{
	size_t from = at < offset ? offset : at, to = at + 8 < end ? at + 8 : end;

	memcpy(view + (from - offset), (const u8 *)word + (from - at), to - from);
}

static void poison_in_page(struct machine *m, size_t offset, size_t len)
{
	u8 nth = m->image.poisoned[offset >> PAGE_SHIFT], *view = view_at(m, offset);
	size_t first = offset & ~7ul, end = offset + len;

	for (size_t at = first; at < end; at += 8) {
		u64 word = poison_at(at, nth);

		if (likely(at >= offset && end - at >= 8))
			memcpy(view + (at - offset), &word, 8);
		else
			copy_part(view, offset, end, at, &word);
	}
	if (view != m->memory + offset)
		memcpy(m->memory + offset, view, len);
	dlab_image_follow_slow(m, offset, len);
}

void dlab_image_poison(struct machine *m, size_t offset, size_t len)
{
	for (size_t end = offset + len, n; offset < end; offset += n) {
		n = in_page(offset, end - offset);
		poison_in_page(m, offset, n);
	}
}
