/* SPDX-License-Identifier: MIT */
/*
 * The virtio device and queue as the ring's code and its callers share them, and those
 * of its functions that virtio_ring.c calls before it defines them.
 */
#ifndef TESTS_VIRTIO_LINUX_VIRTIO_H
#define TESTS_VIRTIO_LINUX_VIRTIO_H

#include <basics.h>
#include <linux/interrupt.h>

struct virtqueue;

struct virtio_config_ops {
	int (*disable_vq_and_reset)(struct virtqueue *vq);
	int (*enable_vq_after_reset)(struct virtqueue *vq);
};

struct virtio_device {
	struct device dev; /* of which its parent does the DMA */
	u64 features;
	const struct virtio_config_ops *config;
	struct list_head vqs;
	spinlock_t vqs_list_lock;
};

struct virtqueue {
	struct list_head list;
	void (*callback)(struct virtqueue *vq);
	const char *name;
	struct virtio_device *vdev;
	unsigned int index;
	unsigned int num_free;
	unsigned int num_max;
	bool reset;
	void *priv;
};

bool virtqueue_kick(struct virtqueue *vq);
void *virtqueue_detach_unused_buf(struct virtqueue *vq);

#endif
