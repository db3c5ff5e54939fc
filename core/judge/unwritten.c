/* SPDX-License-Identifier: MIT */
/* Bytes that nobody has stored since their memory was allocated: bits, where a page is mixed. */
#include "judge/unwritten.h"
#include "base/bits.h"
#include "base/zero.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#define WORDS (PAGE_SIZE / 64)

int dlab_unwritten_init(struct unwritten *u, const struct machine *m, size_t least)
{
	size_t bits = m->ram_size / 8;
	u8 *at;

	u->arena_size = 2 * bits + m->nr_pages * sizeof(*u->some) + m->nr_pages;
	at = mmap(NULL, u->arena_size, PROT_READ | PROT_WRITE,
		  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (at == MAP_FAILED)
		return -ENOMEM;
	u->never = (u64 *)at;
	u->awaited = (u64 *)(at + bits);
	u->some = (u64 *)(at + 2 * bits);
	u->pages = at + 2 * bits + m->nr_pages * sizeof(*u->some);
	u->least = least;
	return 0;
}

void dlab_unwritten_exit(struct unwritten *u)
{
	if (u->pages)
		munmap(u->never, u->arena_size);
}

/* The bytes of the range up to the end of its first page. */
static size_t in_page(size_t offset, size_t len)
{
	size_t rest = PAGE_SIZE - (offset & (PAGE_SIZE - 1));

	return len < rest ? len : rest;
}

bool dlab_unwritten_any_slow(const struct unwritten *u, size_t offset, size_t len)
{
	u32 first = offset >> PAGE_SHIFT, last = (offset + len - 1) >> PAGE_SHIFT;

	if (bytes_are_zero(u->pages + first, last - first + 1))
		return false;
	for (size_t end = offset + len, n; offset < end; offset += n) {
		u32 page = offset >> PAGE_SHIFT;

		n = in_page(offset, end - offset);
		if (u->pages[page] == PAGE_FRESH ||
		    (u->pages[page] != PAGE_WRITTEN &&
		     u->some[page] & bits_in((size_t)page * WORDS, offset / 64,
					     (offset + n - 1) / 64 + 1)))
			return true;
	}
	return false;
}

/* From now on the bits say. */
static void mix(struct unwritten *u, u32 page)
{
	size_t word = (size_t)page * WORDS;

	if (u->pages[page] >= PAGE_MIXED)
		return;
	memset(&u->never[word], u->pages[page] == PAGE_FRESH ? 0xff : 0, WORDS * sizeof(u64));
	memset(&u->awaited[word], 0, WORDS * sizeof(u64));
	u->some[page] = u->pages[page] == PAGE_FRESH ? ~0ull : 0;
	u->pages[page] = PAGE_MIXED;
}

/* All of a page is as @state says, or the bits of a part of it, which this then sets. */
static bool set_page(struct unwritten *u, size_t offset, size_t len, enum written state)
{
	u32 page = offset >> PAGE_SHIFT;

	if (len == PAGE_SIZE)
		u->pages[page] = state;
	if (u->pages[page] == state)
		return true;
	mix(u, page);
	return false;
}

void dlab_unwritten_set_many(struct unwritten *u, u32 page, u32 nr, enum written state)
{
	memset(u->pages + page, state, nr);
}

/* What whole pages the range begins with are as @state says. Returns how many bytes that is. */
static size_t set_whole_pages(struct unwritten *u, size_t offset, size_t len, enum written state)
{
	size_t nr = offset & (PAGE_SIZE - 1) ? 0 : len >> PAGE_SHIFT;

	memset(u->pages + (offset >> PAGE_SHIFT), state, nr);
	return nr << PAGE_SHIFT;
}

void dlab_unwritten_fresh(struct unwritten *u, size_t offset, size_t len)
{
	size_t done = set_whole_pages(u, offset, len, PAGE_FRESH);

	offset += done;
	len -= done;
	for (size_t end = offset + len, n; offset < end; offset += n) {
		n = in_page(offset, end - offset);
		if (set_page(u, offset, n, PAGE_FRESH))
			continue;
		for (size_t word = offset / 64; word * 64 < offset + n; word++) {
			u64 m = word_mask(word, offset, offset + n);

			u->never[word] |= m;
			u->awaited[word] &= ~m;
			u->some[word / WORDS] |= 1ull << word % WORDS;
		}
	}
}

void dlab_unwritten_store_slow(struct unwritten *u, size_t offset, size_t len)
{
	size_t done = set_whole_pages(u, offset, len, PAGE_WRITTEN);

	offset += done;
	len -= done;
	for (size_t end = offset + len, n; offset < end; offset += n) {
		n = in_page(offset, end - offset);
		if (set_page(u, offset, n, PAGE_WRITTEN))
			continue;
		for (size_t word = offset / 64; word * 64 < offset + n; word++) {
			u64 m = word_mask(word, offset, offset + n);

			u->never[word] &= ~m;
			u->awaited[word] &= ~m;
			if (!u->never[word])
				u->some[word / WORDS] &= ~(1ull << word % WORDS);
		}
		if (!u->some[offset >> PAGE_SHIFT])
			u->pages[offset >> PAGE_SHIFT] = PAGE_WRITTEN;
	}
}

void dlab_unwritten_await_slow(struct unwritten *u, size_t offset, size_t len)
{
	for (size_t end = offset + len, n; offset < end; offset += n) {
		u32 page = offset >> PAGE_SHIFT;

		n = in_page(offset, end - offset);
		if (u->pages[page] == PAGE_WRITTEN)
			continue;
		mix(u, page);
		for (size_t word = offset / 64; word * 64 < offset + n; word++) {
			u64 m = u->never[word] & word_mask(word, offset, offset + n);

			u->awaited[word] |= m;
			if (m)
				u->pages[page] = PAGE_AWAITED;
		}
	}
}

static bool is_set(const u64 *bits, size_t offset)
{
	return bits[offset / 64] >> (offset % 64) & 1;
}

static void move_bits(struct unwritten *u, size_t from, size_t to, size_t len)
{
	for (; len; from++, to++, len--) {
		if (!is_set(u->never, from))
			continue;
		dlab_unwritten_fresh(u, to, 1);
		if (is_set(u->awaited, from))
			dlab_unwritten_await_slow(u, to, 1);
	}
}

void dlab_unwritten_move(struct unwritten *u, size_t from, size_t to, size_t len)
{
	if (!u->pages || !len || !unwritten_any(u, from, len))
		return;
	for (size_t end = from + len, n; from < end; from += n, to += n) {
		enum written state = u->pages[from >> PAGE_SHIFT];

		n = in_page(from, end - from);
		if (state == PAGE_FRESH)
			dlab_unwritten_fresh(u, to, n);
		else if (state != PAGE_WRITTEN)
			move_bits(u, from, to, n);
	}
}

/* Runs of bytes, one after the other; those that are too short count for nothing. */
struct finder {
	struct run found;
	size_t start, len;   /* the run that may go on */
	size_t least;
};

static void end_run(struct finder *f)
{
	if (f->len && f->len >= f->least) {
		if (!f->found.bytes)
			f->found.first = f->start;
		f->found.last = f->start + f->len - 1;
		f->found.bytes += f->len;
	}
	f->len = 0;
}

static void add_bytes(struct finder *f, size_t offset, size_t len)
{
	if (f->start + f->len != offset)
		end_run(f);
	if (!f->len)
		f->start = offset;
	f->len += len;
}

static void add_bits(struct finder *f, const u64 *bits, size_t offset, size_t len)
{
	for (size_t word = offset / 64; word * 64 < offset + len; word++) {
		u64 m = bits[word] & word_mask(word, offset, offset + len);

		while (m) {
			unsigned first = __builtin_ctzll(m);
			u64 rest = ~(m >> first);
			unsigned run = rest ? __builtin_ctzll(rest) : 64;

			add_bytes(f, word * 64 + first, run);
			m &= first + run < 64 ? ~0ull << (first + run) : 0;
		}
	}
}

struct run dlab_unwritten_find_awaited(const struct unwritten *u, size_t offset, size_t len)
{
	struct finder f = { .least = u->least };

	for (size_t end = offset + len, n; offset < end; offset += n) {
		n = in_page(offset, end - offset);
		if (unwritten_awaited(u, offset >> PAGE_SHIFT))
			add_bits(&f, u->awaited, offset, n);
	}
	end_run(&f);
	return f.found;
}

struct run dlab_unwritten_find_never(const struct unwritten *u, size_t offset, size_t len)
{
	struct finder f = { .least = u->least };

	for (size_t end = offset + len, n; offset < end; offset += n) {
		enum written state = u->pages[offset >> PAGE_SHIFT];

		n = in_page(offset, end - offset);
		if (state == PAGE_FRESH)
			add_bytes(&f, offset, n);
		else if (state != PAGE_WRITTEN)
			add_bits(&f, u->never, offset, n);
	}
	end_run(&f);
	return f.found;
}
