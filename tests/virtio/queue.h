/* SPDX-License-Identifier: MIT */
/*
 * What virtio_ring.c offers, for its users. Newer kernels have it take some pointers as
 * const: the driver itself does not see these declarations.
 */
#ifndef TESTS_VIRTIO_QUEUE_H
#define TESTS_VIRTIO_QUEUE_H

#include <linux/virtio.h>

struct virtqueue *vring_create_virtqueue(unsigned int index, unsigned int num,
					 unsigned int align, struct virtio_device *vdev,
					 bool weak_barriers, bool may_reduce_num, bool ctx,
					 bool (*notify)(struct virtqueue *vq),
					 void (*callback)(struct virtqueue *vq),
					 const char *name);
void vring_del_virtqueue(struct virtqueue *vq);
irqreturn_t vring_interrupt(int irq, void *vq);

int virtqueue_add_outbuf(struct virtqueue *vq, struct scatterlist *sg, unsigned int num,
			 void *data, gfp_t gfp);
int virtqueue_add_inbuf(struct virtqueue *vq, struct scatterlist *sg, unsigned int num,
			void *data, gfp_t gfp);
int virtqueue_add_sgs(struct virtqueue *vq, struct scatterlist *sgs[], unsigned int out_sgs,
		      unsigned int in_sgs, void *data, gfp_t gfp);
bool virtqueue_kick_prepare(struct virtqueue *vq);
bool virtqueue_notify(struct virtqueue *vq);
void *virtqueue_get_buf(struct virtqueue *vq, unsigned int *len);
void virtqueue_disable_cb(struct virtqueue *vq);
bool virtqueue_enable_cb(struct virtqueue *vq);
bool virtqueue_enable_cb_delayed(struct virtqueue *vq);
bool virtqueue_is_broken(struct virtqueue *vq);
unsigned int virtqueue_get_vring_size(struct virtqueue *vq);
dma_addr_t virtqueue_get_desc_addr(struct virtqueue *vq);
dma_addr_t virtqueue_get_avail_addr(struct virtqueue *vq);
dma_addr_t virtqueue_get_used_addr(struct virtqueue *vq);

/* virtqueue_resize(), which has had more arguments since Linux 6.12: see glue.c. */
int resize_queue(struct virtqueue *vq, u32 num,
		 void (*recycle)(struct virtqueue *vq, void *buf));

#endif
