/* SPDX-License-Identifier: MIT */
/*
 * struct device, with the fields that the DMA API reads and drivers set. Made
 * by dmalab_device_new() and by nothing else: a structure that the driver made
 * itself draws "no-device".
 */
#ifndef DMALAB_LINUX_DEVICE_H
#define DMALAB_LINUX_DEVICE_H

#include <linux/types.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

struct dmalab_device;

struct device_dma_parameters {
	unsigned int max_segment_size;
	unsigned int min_align_mask;
	unsigned long segment_boundary_mask;
};

struct device {
	u64 *dma_mask;                  /* for streaming mappings; a pointer, as on Linux */
	u64 coherent_dma_mask;          /* for allocations */
	u64 bus_dma_limit;              /* narrower than the masks, or 0 */
	struct device_dma_parameters *dma_parms;
	void *driver_data;
	void *platform_data;
	const char *init_name;          /* what dev_name() says */
	bool dma_coherent : 1;          /* the device snoops the CPU's cache */

	/* The laboratory's own: dmalab_device_set_snooping() */
	bool snooping_is_asked : 1;     /* the program said whether it snoops, */
	bool snooping_is_set : 1;       /* on a machine where it makes a difference: */
	bool snoops : 1;                /* whether it does, whatever dma_coherent says */
	struct dmalab_device *dmalab;
};

const char *dev_name(const struct device *dev);

static inline void *dev_get_drvdata(const struct device *dev)
{
	return dev->driver_data;
}

static inline void dev_set_drvdata(struct device *dev, void *data)
{
	dev->driver_data = data;
}

/*
 * devm_kmalloc() - kmalloc() on the device's machine, freed by itself when the driver
 * lets go of the device: the latest first, before leaks are looked for.
 *
 * Returns NULL when there is no memory, ZERO_SIZE_PTR for size 0. Draws "no-device",
 * and what kmalloc() draws.
 * kfree() of it draws "free-wrong-function". A mapping of the device that is still
 * live then is a "leak", one of another device draws "free-while-mapped".
 */
void *devm_kmalloc(struct device *dev, size_t size, gfp_t gfp);
void *devm_kzalloc(struct device *dev, size_t size, gfp_t gfp);
void *devm_kmalloc_array(struct device *dev, size_t n, size_t size, gfp_t gfp);
void *devm_kcalloc(struct device *dev, size_t n, size_t size, gfp_t gfp);

/*
 * devm_kfree() - free it before that; NULL and ZERO_SIZE_PTR: nothing. Draws what
 * kfree() draws, and "free-wrong-device".
 */
void devm_kfree(struct device *dev, const void *p);

/*
 * dma_direct_set_offset() - the bus shows memory at another address.
 *
 * CPU physical addresses @cpu_start..@cpu_start+@size appear to the device at
 * @dma_start. After kernel/dma/direct.c: 0, -EINVAL when an offset is already
 * set, the range is empty or wraps, or the device is not the laboratory's. To be called
 * before any allocation or mapping of the device.
 */
int dma_direct_set_offset(struct device *dev, phys_addr_t cpu_start, dma_addr_t dma_start,
			  u64 size);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif
#endif
