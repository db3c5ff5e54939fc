/* SPDX-License-Identifier: MIT */
/*
 * Stores that a program is about to make, or has just made: instrumentation announces each
 * before its instruction, and it is pending until the thread's next event (dmalab/hooks.h).
 *
 * Invariant: from the announcement until its thread has settled it, no policy touches the pages of
 * a store. So wherever in between the instruction is, no eviction and no refill comes between.
 *
 * A thread has one of them at most, and writes where it ends without a lock. Everything else of it,
 * and the list of a machine, is under the machine's lock.
 */
#ifndef DMALAB_MACHINE_ANNOUNCED_H
#define DMALAB_MACHINE_ANNOUNCED_H

#include "machine/machine.h"

#include <dmalab/hooks.h>

static inline const u8 *announced_end(const struct dmalab_hooks *h)
{
	return __atomic_load_n(&h->end, __ATOMIC_ACQUIRE);
}

/* Into the list of @m, and out of it. */
void dlab_announce(struct machine *m, struct dmalab_hooks *h);
void dlab_announced_remove(struct machine *m, struct dmalab_hooks *h);

/* Does it have a byte of a page that the range touches? */
static inline bool announced_touches(const struct dmalab_hooks *h, size_t offset, size_t len)
{
	size_t end = h->offset + (announced_end(h) - h->start);

	return h->offset >> PAGE_SHIFT <= (offset + len - 1) >> PAGE_SHIFT &&
	       (end - 1) >> PAGE_SHIFT >= offset >> PAGE_SHIFT;
}

static inline bool announced_any(const struct machine *m, size_t offset, size_t len)
{
	for (const struct dmalab_hooks *h = m->announced; unlikely(h); h = h->next)
		if (announced_touches(h, offset, len))
			return true;
	return false;
}

#endif
