/* SPDX-License-Identifier: MIT */
/*
 * Compiled by tests/test-virtio.sh, beside the driver, as it depends on its version.
 * RESIZE_DONE is defined where virtqueue_resize() takes one more function, which is
 * called when the old buffers are gone.
 */
#include "queue.h"

#ifdef RESIZE_DONE
int virtqueue_resize(struct virtqueue *vq, u32 num,
		     void (*recycle)(struct virtqueue *vq, void *buf),
		     void (*recycle_done)(struct virtqueue *vq));
#define virtqueue_resize(vq, num, recycle) (virtqueue_resize)(vq, num, recycle, NULL)
#else
int virtqueue_resize(struct virtqueue *vq, u32 num,
		     void (*recycle)(struct virtqueue *vq, void *buf));
#endif

int resize_queue(struct virtqueue *vq, u32 num,
		 void (*recycle)(struct virtqueue *vq, void *buf))
{
	return virtqueue_resize(vq, num, recycle);
}
