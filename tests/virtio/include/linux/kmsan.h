/* SPDX-License-Identifier: MIT */
/* Only for memory that goes past the DMA API, which no memory of this test does. */
#ifndef TESTS_VIRTIO_LINUX_KMSAN_H
#define TESTS_VIRTIO_LINUX_KMSAN_H

#define kmsan_handle_dma(page, offset, size, direction) abort()

#endif
