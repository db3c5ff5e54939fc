/* SPDX-License-Identifier: MIT */
/* Who writes and who reads, after include/linux/dma-direction.h. */
#ifndef DMALAB_LINUX_DMA_DIRECTION_H
#define DMALAB_LINUX_DMA_DIRECTION_H

enum dma_data_direction {
	DMA_BIDIRECTIONAL = 0,
	DMA_TO_DEVICE = 1,     /* the device reads */
	DMA_FROM_DEVICE = 2,   /* the device writes */
	DMA_NONE = 3           /* valid in no call */
};

static inline int valid_dma_direction(enum dma_data_direction direction)
{
	return direction == DMA_BIDIRECTIONAL || direction == DMA_TO_DEVICE ||
	       direction == DMA_FROM_DEVICE;
}

#endif
