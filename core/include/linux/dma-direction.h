/* SPDX-License-Identifier: MIT */
/* Who writes and who reads, after include/linux/dma-direction.h. */
#ifndef DMALAB_LINUX_DMA_DIRECTION_H
#define DMALAB_LINUX_DMA_DIRECTION_H

/**
 * enum dma_data_direction - who writes
 * @DMA_BIDIRECTIONAL: both may
 * @DMA_TO_DEVICE: the device reads
 * @DMA_FROM_DEVICE: the device writes
 * @DMA_NONE: valid in no call
 */
enum dma_data_direction {
	DMA_BIDIRECTIONAL = 0,
	DMA_TO_DEVICE = 1,
	DMA_FROM_DEVICE = 2,
	DMA_NONE = 3
};

/**
 * valid_dma_direction() - whether a direction is valid in a call
 * @direction: any number
 *
 * Context: Any.
 * Return: 1 for the first three, else 0.
 */
static inline int valid_dma_direction(enum dma_data_direction direction)
{
	return direction == DMA_BIDIRECTIONAL || direction == DMA_TO_DEVICE ||
	       direction == DMA_FROM_DEVICE;
}

#endif
