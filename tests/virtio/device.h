/* SPDX-License-Identifier: MIT */
/*
 * A virtio device, after the specification (OASIS, Virtual I/O Device 1.2, chapter 2.6
 * to 2.8), that sees memory by dmalab_device_read() and dmalab_device_write() alone.
 *
 * It works when it is notified and at no other time, and interrupts when the driver asks
 * for that. So a ring whose event index got lost between the two stands still, which the
 * driver's side takes for a failure.
 *
 * It completes requests in another order than they came in, and keeps some for later.
 */
#ifndef TESTS_VIRTIO_DEVICE_H
#define TESTS_VIRTIO_DEVICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <linux/device.h>
#include "request.h"

enum {
	FEATURE_INDIRECT = 28,
	FEATURE_EVENT = 29,
	FEATURE_VERSION_1 = 32,
	FEATURE_ACCESS_PLATFORM = 33,
	FEATURE_PACKED = 34
};

#define has_feature(device, bit) ((device)->features >> (bit) & 1)

/* A piece of memory as a descriptor has it. */
struct piece {
	dma_addr_t addr;
	uint32_t len;
	bool write;
};

/* A request, taken from the ring. */
struct chain {
	uint16_t id;     /* names it when it is given back */
	uint16_t slots;  /* descriptors it occupies in the ring itself */
	unsigned int nr;
	struct piece pieces[2 * PIECES_MAX];
	unsigned int number;
	uint32_t written;
};

#define RING_MAX 256

struct virtio_hardware {
	struct device *dev;
	uint64_t features;
	uint16_t size;                  /* descriptors; split: a power of two */
	dma_addr_t desc, driver, device; /* the three areas of a ring */

	/* Indices run freely in a split ring; in a packed one up to the size. */
	uint16_t next_avail, next_used;
	bool avail_wrap, used_wrap;
	uint16_t unsignalled;           /* how far next_used has come since it was told */

	unsigned int taken;             /* requests */
	unsigned int keep;              /* so many requests stay when it has been notified */
	unsigned int nr_held;
	struct chain held[RING_MAX];
};

void hardware_reset(struct virtio_hardware *hw);

/*
 * hardware_notify() - the driver kicked.
 *
 * Takes all requests of the ring and completes all but hw->keep. Returns whether to
 * interrupt, and in *@completed how many.
 */
bool hardware_notify(struct virtio_hardware *hw, unsigned int *completed);

/* ------------------------------------------------- the formats of a ring */

struct ring_format {
	/* Takes the next request, if there is one. */
	bool (*take)(struct virtio_hardware *hw, struct chain *chain);
	void (*give_back)(struct virtio_hardware *hw, const struct chain *chain);
	/* Asks to be notified of the next request that is made available. */
	void (*want_notice)(struct virtio_hardware *hw);
	/* Of the last @n of what was used: entries, or descriptors of a packed ring. */
	bool (*driver_wants_interrupt)(struct virtio_hardware *hw, uint16_t n);
};

extern const struct ring_format split_ring, packed_ring;

/* Moves bytes; false, and a complaint, where the bus refuses. */
bool fetch(struct virtio_hardware *hw, dma_addr_t addr, void *buf, size_t len);
bool store(struct virtio_hardware *hw, dma_addr_t addr, const void *buf, size_t len);
uint16_t fetch16(struct virtio_hardware *hw, dma_addr_t addr);
void store16(struct virtio_hardware *hw, dma_addr_t addr, uint16_t value);

enum {
	DESC_NEXT = 1,
	DESC_WRITE = 2,
	DESC_INDIRECT = 4
};

/* Adds a piece; false, and a complaint, where a request has no room for it. */
bool add_piece(struct chain *chain, dma_addr_t addr, uint32_t len, bool write);

/* Is @event among the @n indices before @end? Modulo 2^16. */
static inline bool passed(uint16_t event, uint16_t end, uint16_t n)
{
	return (uint16_t)(end - event - 1) < n;
}

#endif
