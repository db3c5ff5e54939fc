/* SPDX-License-Identifier: MIT */
/* What the kernel's own DMA code and a few drivers ask of a device. */
#ifndef DMALAB_LINUX_DMA_MAP_OPS_H
#define DMALAB_LINUX_DMA_MAP_OPS_H

#include <linux/dma-mapping.h>

/* Whether the device snoops the CPU's cache. @dev: not NULL. Draws nothing. */
static inline bool dev_is_dma_coherent(struct device *dev)
{
	return dev->dma_coherent;
}

#endif
