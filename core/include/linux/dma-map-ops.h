/* SPDX-License-Identifier: MIT */
/* What the kernel's own DMA code and a few drivers ask of a device. */
#ifndef DMALAB_LINUX_DMA_MAP_OPS_H
#define DMALAB_LINUX_DMA_MAP_OPS_H

#include <linux/dma-mapping.h>

/**
 * dev_is_dma_coherent() - whether the kernel believes that the device snoops
 * @dev: not NULL
 *
 * Context: Any.
 * Return: dev->dma_coherent.
 */
static inline bool dev_is_dma_coherent(struct device *dev)
{
	return dev->dma_coherent;
}

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/**
 * dma_declare_coherent_memory() - the device has coherent memory of its own
 * @dev: the device
 * @phys_addr: where the CPU would find it; only a label here
 * @device_addr: where the device finds it; before anything else at this address
 * @size: bytes; what is more than whole pages is left out
 *
 * From now on all coherent allocations of the device come from there, aligned
 * to their order from the start of it; when it is used up they fail. The
 * pointers are uncached, also on a device that snoops and with
 * DMA_ATTR_NO_KERNEL_MAPPING, which makes no difference there. Exactly the
 * bytes asked for are zeroed. No mask is looked at but for being set.
 * dma_alloc_noncoherent() and mappings have nothing to do with it.
 *
 * The memory is taken from the machine's RAM, and given back by
 * dma_release_coherent_memory().
 *
 * Context: Any.
 * Return: 0; -EINVAL (no size, or an address out of range), -EBUSY (there is
 * one already), -ENOMEM, -ENODEV for no device.
 * Checks: "no-device".
 */
int dma_declare_coherent_memory(struct device *dev, phys_addr_t phys_addr,
				dma_addr_t device_addr, size_t size);

/**
 * dma_release_coherent_memory() - the device's own memory goes
 * @dev: the device. Without this call it causes a "leak" when it goes, which
 *	ends the memory as well
 *
 * What is still allocated is one report and stays until it is freed.
 *
 * Context: Any.
 * Checks: "pool-busy", "no-device".
 */
void dma_release_coherent_memory(struct device *dev);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
