/* SPDX-License-Identifier: MIT */
/* What the driver and its device agreed upon. They are of version 1: little-endian. */
#ifndef TESTS_VIRTIO_LINUX_VIRTIO_CONFIG_H
#define TESTS_VIRTIO_LINUX_VIRTIO_CONFIG_H

#include <linux/virtio.h>
#include <uapi/linux/virtio_config.h>

static inline bool virtio_has_feature(const struct virtio_device *vdev, unsigned int bit)
{
	return vdev->features >> bit & 1;
}

static inline void __virtio_clear_bit(struct virtio_device *vdev, unsigned int bit)
{
	vdev->features &= ~(1ull << bit);
}

/* Legacy devices went past the DMA API. */
static inline bool virtio_has_dma_quirk(const struct virtio_device *vdev)
{
	return !virtio_has_feature(vdev, VIRTIO_F_ACCESS_PLATFORM);
}

#define virtio16_to_cpu(vdev, x) ((void)(vdev), le16_to_cpu(x))
#define virtio32_to_cpu(vdev, x) ((void)(vdev), le32_to_cpu(x))
#define virtio64_to_cpu(vdev, x) ((void)(vdev), le64_to_cpu(x))
#define cpu_to_virtio16(vdev, x) ((void)(vdev), cpu_to_le16(x))
#define cpu_to_virtio32(vdev, x) ((void)(vdev), cpu_to_le32(x))
#define cpu_to_virtio64(vdev, x) ((void)(vdev), cpu_to_le64(x))

#endif
