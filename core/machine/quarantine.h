/* SPDX-License-Identifier: MIT */
/*
 * The quarantine: what was freed waits, oldest first, before it is handed out again, until
 * so many bytes are waiting. In the meantime a stale pointer or DMA address leads to memory
 * that is free, so that a use of it is found and harms no new owner.
 *
 * Blocks of pages, objects, blocks of pools, addresses of an IOMMU and slots of the bounce
 * buffer all wait in one queue. Whoever is out of something empties it and tries again, so
 * that no allocation fails for it.
 */
#ifndef DMALAB_MACHINE_QUARANTINE_H
#define DMALAB_MACHINE_QUARANTINE_H

#include <linux/types.h>
#include <stdbool.h>
#include <stddef.h>

struct machine;

/* @what is free for the next owner. */
typedef void (*quarantine_fn)(struct machine *m, u64 what);

struct waiting {
	quarantine_fn release;
	u64 what;
	size_t bytes;
};

struct quarantine {
	size_t limit, bytes;     /* limit 0: nothing waits */
	struct waiting *ring;
	size_t first, nr, room;  /* entries; room is 0 or a power of two */
	bool releasing;
};

void dlab_quarantine_exit(struct quarantine *q);

/* @what waits until @limit bytes came after it; at once, if there is none, or no memory. */
void dlab_quarantine_add(struct machine *m, quarantine_fn release, u64 what, size_t bytes);

/* Release all. Returns whether there was anything. */
bool dlab_quarantine_empty(struct machine *m);

#endif
