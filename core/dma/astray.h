/* SPDX-License-Identifier: MIT */
/* What to say of an address, or a range, that leads to nothing of the device's. */
#ifndef DMALAB_DMA_ASTRAY_H
#define DMALAB_DMA_ASTRAY_H

#include "lab/lab.h"

struct astray {
	const struct region *region;   /* what was there, or is not handed out; or NULL */
	struct region block;           /* that, if it is one of a pool */
	const char *detail;            /* or NULL: the region's story says it */
	bool was_there;                /* the device's until it was released */
	char text[192];
};

/*
 * Nothing of @d's is at @dma: what to say of it. @place: the same on the bus, or
 * NO_OFFSET. Of DMA_MAPPING_ERROR nothing: each report says what that is.
 */
cold void dlab_astray_look(struct astray *a, struct dmalab_device *d, dma_addr_t dma, u64 place);

/* How many bytes from @place, which is in @r, to the end: of a pool's memory, of the block. */
cold size_t dlab_astray_room(const struct region *r, u64 place);

/* The bytes of a range from @place on that are behind @room, counted from @r's start. */
cold struct run dlab_astray_behind(const struct region *r, u64 place, size_t len, size_t room);

#endif
