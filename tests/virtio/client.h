/* SPDX-License-Identifier: MIT */
/*
 * The driver's side of the test: what virtio_net or virtio_blk do with a queue, in plain
 * C. Each request is memory of its own, filled by plain stores, and what came back is
 * looked at by plain loads.
 */
#ifndef TESTS_VIRTIO_CLIENT_H
#define TESTS_VIRTIO_CLIENT_H

#include "device.h"

struct plan {
	unsigned int size;      /* descriptors */
	unsigned int resize;    /* and then go on with so many; 0: do not */
	uint64_t features;
	unsigned int rounds;    /* requests are made in each until the ring is full, or so */
	uint32_t seed;
	bool delayed;           /* virtqueue_enable_cb_delayed() */
	bool may_fail;          /* allocations and mappings do, on purpose */
};

struct tally {
	unsigned long rings, requests, wraps, interrupts, detached;
	unsigned long long bytes;
};

/* A ring from its creation to its deletion. */
void run_ring(struct device *dev, const struct plan *plan, struct tally *tally);

/* ------------------------------------------------------------ its requests */

struct request;

/* NULL: no memory. */
struct request *request_new(unsigned int number);
void request_free(struct request *request);
unsigned int request_number(const struct request *request);

struct virtqueue;
int request_add(struct request *request, struct virtqueue *vq, gfp_t gfp);

/* What the device has done with it: complains if it is not what is right. */
void request_check(const struct request *request, uint32_t written);

#endif
