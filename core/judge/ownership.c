/* SPDX-License-Identifier: MIT */
/*
 * Who owns which byte of a mapping or a noncoherent buffer. Nearly always one side
 * owns all of it; the first partial sync brings a bit for each byte, and from then
 * on a sync writes the bits of its range, until one of the whole makes it uniform
 * again. If the host has no memory for those bits, the region is open to both for
 * the rest of its life, and its ownership is no longer checked.
 */
#include "base/host.h"
#include "judge/ledger.h"
#include "base/bits.h"

#include <stdlib.h>
#include <string.h>

static cold bool own_mix(struct region *r)
{
	size_t bytes = (r->size + 63) / 64 * sizeof(u64);

	if (!r->device_bytes)
		r->device_bytes = host_malloc(bytes);
	if (!r->device_bytes) {
		r->owner = OWNER_ANY;
		return false;
	}
	memset(r->device_bytes, r->owner == OWNER_DEVICE ? 0xff : 0, bytes);
	r->nr_device = r->owner == OWNER_DEVICE ? r->size : 0;
	r->owner = OWNER_MIXED;
	return true;
}

void dlab_own_give_part(struct region *r, size_t first, size_t len, bool to_device)
{
	enum owner owner = to_device ? OWNER_DEVICE : OWNER_CPU;
	size_t end = first + len;

	if (r->owner == owner || r->owner == OWNER_ANY || !len)
		return;
	if (r->owner != OWNER_MIXED && !own_mix(r))
		return;
	for (size_t word = first / 64; word * 64 < end; word++) {
		u64 mask = word_mask(word, first, end);
		u64 *bits = &r->device_bytes[word];
		u64 moved = (to_device ? ~*bits : *bits) & mask;

		*bits ^= moved;
		r->nr_device += to_device ? count_bits(moved) : -(size_t)count_bits(moved);
	}
}

struct run dlab_own_find(const struct region *r, size_t first, size_t len, bool by_device)
{
	struct run run = { 0, 0, 0 };
	size_t end = first + len;

	switch (r->owner) {
	case OWNER_ANY:
		return run;
	case OWNER_CPU:
	case OWNER_DEVICE:
		if ((r->owner == OWNER_DEVICE) == by_device)
			run = (struct run){ first, end - 1, len };
		return run;
	case OWNER_MIXED:
		if (r->nr_device == (by_device ? 0 : r->size))
			return run;
	}
	for (size_t word = first / 64; word * 64 < end; word++) {
		u64 bits = by_device ? r->device_bytes[word] : ~r->device_bytes[word];

		bits &= word_mask(word, first, end);
		if (!bits)
			continue;
		if (!run.bytes)
			run.first = word * 64 + __builtin_ctzll(bits);
		run.last = word * 64 + 63 - __builtin_clzll(bits);
		run.bytes += count_bits(bits);
	}
	return run;
}
