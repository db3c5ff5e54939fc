/* SPDX-License-Identifier: MIT */
/* A sync, as the driver called it, and what is wrong with it. */
#ifndef DMALAB_DMA_SYNC_H
#define DMALAB_DMA_SYNC_H

#include "dma/direct.h"

#include <linux/scatterlist.h>

struct sync {
	struct dmalab_device *d;
	const struct call *call;
	dma_addr_t dma;
	size_t size;
	enum handover to;
	enum dma_data_direction dir;
	u64 place;              /* on the bus, or NO_OFFSET */
};

/* Of a list: s->dma and s->place are those of its first entry. */
struct list_sync {
	struct scatterlist *sgl;
	unsigned nents;
};

/* sync-check.c: report @check with the device, address and size of the sync. */
cold void dlab_sync_report(const struct sync *s, enum check check, const struct region *r,
			   const char *detail);

/* Report "sync-unknown", and say what is there. */
cold void dlab_sync_report_unknown(const struct sync *s);

/*
 * Returns the object whose bytes move, or NULL; and whether it gave a report. Lints last:
 * for nothing, whatever the direction.
 */
struct region *dlab_sync_check(const struct sync *s, bool *reported);

/* The entry of a mapped list that is meant by the first one of this, or NULL. */
struct region *dlab_sync_find_list(const struct sync *s, const struct list_sync *list);

/* Of the list that @first begins. Returns whether it gave a report. */
bool dlab_sync_check_list(const struct sync *s, const struct region *first, unsigned nents);

#endif
