/* SPDX-License-Identifier: MIT */
/*
 * The bounce buffer, after kernel/dma/swiotlb.c: memory that every device reaches, cut
 * into slots of 2 KiB. A mapping takes a run of whole slots inside one set of 128,
 * and the device is given the address of that copy.
 */
#ifndef DMALAB_MACHINE_SWIOTLB_H
#define DMALAB_MACHINE_SWIOTLB_H

#include <linux/types.h>

struct machine;

#define SLOT_SHIFT 11
#define SLOT_SIZE  (1u << SLOT_SHIFT)
#define SET_SLOTS  128u

/* What the first slot of a mapping knows of it. */
struct slot {
	size_t offset;      /* in RAM, of the memory that is bounced */
	u32 size;           /* bytes, from the bounce address on; 0: not a first slot */
	u16 nr;             /* slots */
	u16 pad;            /* bytes from the slot's start to the bounce address */
};

struct swiotlb {
	size_t base;        /* offset in RAM of slot 0 */
	u32 nr_slots;       /* 0: no bounce buffer */
	u32 nr_used;
	u32 cursor;         /* where the next search begins */
	u64 *used;          /* a bit for each slot */
	struct slot *slots;
};

/* What a bounce address must be like. */
struct bounce_request {
	size_t offset;          /* in RAM, of the memory */
	size_t size;
	u32 min_align_mask;     /* low bits of the address that stay as they are */
	u64 boundary_mask;      /* no mapping crosses a multiple of this plus one */
	phys_addr_t limit;      /* of the last byte */
};

/* Slots for a mapping. Returns the bounce address as an offset in RAM, or NO_OFFSET. */
size_t dlab_swiotlb_take(struct machine *m, const struct bounce_request *want);
void dlab_swiotlb_give(struct machine *m, size_t bounce);

/* Is it in the bounce buffer, used or not? Any number may come in. */
bool dlab_swiotlb_holds(const struct machine *m, u64 offset);

/* The first slot of the mapping in whose slots @offset lies, or NULL. */
struct slot *dlab_swiotlb_find(struct machine *m, size_t offset);

/* The bounce address of a mapping, from its first slot. */
size_t dlab_swiotlb_address(const struct machine *m, const struct slot *slot);

/* The largest mapping, in bytes. */
size_t dlab_swiotlb_max(u32 min_align_mask);

#endif
