/* SPDX-License-Identifier: MIT */
/*
 * struct device, with the fields that the DMA API reads and drivers set. It may
 * be part of a structure of the program's: see dmalab_device_init().
 */
#ifndef DMALAB_LINUX_DEVICE_H
#define DMALAB_LINUX_DEVICE_H

#include <linux/dev_printk.h>
#include <linux/types.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

struct device;
struct device_driver;
struct device_node;
struct dmalab_device;
struct fwnode_handle;
struct module;
struct of_device_id;

/**
 * struct kobject - what there is of one
 * @name: the device's
 * @parent: the driver's
 * @references: as get_device() and put_device() count
 */
struct kobject {
	const char *name;
	struct kobject *parent;
	int references;
};

/**
 * struct bus_type - what a device may be on
 * @name: "pci", "platform"
 * @match: for the bus's own use, as are
 * @probe: these
 * @remove: three
 */
struct bus_type {
	const char *name;
	int (*match)(struct device *dev, struct device_driver *drv);
	int (*probe)(struct device *dev);
	void (*remove)(struct device *dev);
};

/**
 * struct device_driver - what drivers have in common, whatever their bus
 * @name: the driver's
 * @bus: on which
 * @owner: THIS_MODULE
 * @of_match_table: of device trees
 * @probe: for the bus's own use, as is
 * @remove: this
 * @pm: not used
 */
struct device_driver {
	const char *name;
	const struct bus_type *bus;
	struct module *owner;
	const struct of_device_id *of_match_table;
	int (*probe)(struct device *dev);
	int (*remove)(struct device *dev);
	const void *pm;
};

/**
 * struct device_dma_parameters - what a device takes in one segment of a list
 * @max_segment_size: bytes; 0: not set
 * @min_align_mask: low bits of an address that a bounce buffer must keep
 * @segment_boundary_mask: all ones below the boundary that no segment may
 *	cross; 0: not set
 */
struct device_dma_parameters {
	unsigned int max_segment_size;
	unsigned int min_align_mask;
	unsigned long segment_boundary_mask;
};

/**
 * struct device - a device of a machine
 * @dma_mask: for streaming mappings; a pointer, as on Linux
 * @coherent_dma_mask: for allocations
 * @bus_dma_limit: narrower than the masks, or 0
 * @dma_parms: see dma_set_max_seg_size(); may be NULL
 * @driver_data: the driver's
 * @platform_data: the driver's
 * @init_name: what dev_name() says; set by dmalab_device_init()
 * @dma_coherent: the kernel believes that the device snoops the CPU's cache
 * @snooping_is_asked: the laboratory's: the program said whether it snoops,
 * @snooping_is_set: on a machine where that makes a difference:
 * @snoops: whether it does. See dmalab_device_set_snooping()
 * @dmalab: the laboratory's
 * @dmalab_seal: likewise
 * @parent: the driver's, as are the following but for @kobj
 * @of_node: no device tree is behind it
 * @fwnode: likewise
 * @bus: on which the device is
 * @driver: that is bound
 * @release: called when put_device() drops the last reference; may be NULL
 * @id: a number
 * @kobj: name and references
 * @reserved: for later versions; zeroes
 *
 * Made by dmalab_device_new(), or handed to dmalab_device_init() where it is
 * part of another structure: any other is reported as "no-device", and so is a
 * copy.
 */
struct device {
	u64 *dma_mask;
	u64 coherent_dma_mask;
	u64 bus_dma_limit;
	struct device_dma_parameters *dma_parms;
	void *driver_data;
	void *platform_data;
	const char *init_name;
	bool dma_coherent : 1;
	bool snooping_is_asked : 1;
	bool snooping_is_set : 1;
	bool snoops : 1;
	struct dmalab_device *dmalab;
	uintptr_t dmalab_seal;
	struct device *parent;
	struct device_node *of_node;
	struct fwnode_handle *fwnode;
	const struct bus_type *bus;
	struct device_driver *driver;
	void (*release)(struct device *dev);
	u32 id;
	struct kobject kobj;
	void *reserved[8];
};

/**
 * dev_name() - the name of a device
 * @dev: the device
 *
 * Context: Any.
 * Return: the name it was made with, which lives as long as the machine;
 * "unknown" for one that is not the laboratory's.
 */
const char *dev_name(const struct device *dev);

/**
 * get_device() - one more reference to a device
 * @dev: the device; NULL: nothing
 *
 * There is one from dmalab_device_init() or dmalab_device_new() on.
 *
 * Context: Any.
 * Return: @dev.
 */
struct device *get_device(struct device *dev);

/**
 * put_device() - one reference less
 * @dev: the device; NULL: nothing
 *
 * With the last one dev->release() is called, if there is one, and frees the
 * structure: the device must be gone by then. One that is still bound is
 * reported as "no-device", and unbound first.
 *
 * Context: Any that dev->release() allows.
 * Checks: "no-device", and those of dmalab_device_exit().
 */
void put_device(struct device *dev);

/**
 * dev_get_platdata() - the driver's platform data
 * @dev: not NULL
 *
 * Context: Any.
 * Return: dev->platform_data.
 */
static inline void *dev_get_platdata(const struct device *dev)
{
	return dev->platform_data;
}

/**
 * dev_get_drvdata() - what dev_set_drvdata() was given
 * @dev: not NULL
 *
 * Context: Any.
 * Return: the pointer, NULL at first.
 */
static inline void *dev_get_drvdata(const struct device *dev)
{
	return dev->driver_data;
}

/**
 * dev_set_drvdata() - keep a pointer of the driver's
 * @dev: not NULL
 * @data: anything; the device does not own it
 *
 * Context: Any.
 */
static inline void dev_set_drvdata(struct device *dev, void *data)
{
	dev->driver_data = data;
}

/**
 * devm_kmalloc() - kmalloc() that goes with the device
 * @dev: on whose machine; the memory is freed when its driver is unbound, the
 *	latest first, before leaks are looked for
 * @size: bytes
 * @gfp: as for kmalloc()
 *
 * A mapping of the device that is still live when the memory goes is a "leak",
 * one of another device is "free-while-mapped". kfree() of it is reported as
 * "free-wrong-function".
 *
 * Context: May sleep if @gfp allows it.
 * Return: the memory; NULL when there is none; ZERO_SIZE_PTR for size 0.
 * Checks: "no-device", "zone-gfp", "sleep-in-atomic".
 */
void *devm_kmalloc(struct device *dev, size_t size, gfp_t gfp);

/**
 * devm_kzalloc() - devm_kmalloc(), zeroed through the cache
 * @dev: as there
 * @size: as there
 * @gfp: as there
 *
 * Context: May sleep if @gfp allows it.
 * Return: as there.
 * Checks: as there.
 */
void *devm_kzalloc(struct device *dev, size_t size, gfp_t gfp);

/**
 * devm_kmalloc_array() - devm_kmalloc() of an array
 * @dev: as there
 * @n: elements
 * @size: of an element, bytes
 * @gfp: as there
 *
 * Context: May sleep if @gfp allows it.
 * Return: as there; NULL when @n * @size overflows.
 * Checks: as there.
 */
void *devm_kmalloc_array(struct device *dev, size_t n, size_t size, gfp_t gfp);

/**
 * devm_kcalloc() - devm_kzalloc() of an array
 * @dev: as for devm_kmalloc()
 * @n: elements
 * @size: of an element, bytes
 * @gfp: as there
 *
 * Context: May sleep if @gfp allows it.
 * Return: as there; NULL when @n * @size overflows.
 * Checks: as there.
 */
void *devm_kcalloc(struct device *dev, size_t n, size_t size, gfp_t gfp);

/**
 * devm_kfree() - free memory of devm_kmalloc() before its device goes
 * @dev: whose it is
 * @p: the memory; NULL and ZERO_SIZE_PTR: nothing
 *
 * Context: Any.
 * Checks: those of kfree(), and "free-wrong-device".
 */
void devm_kfree(struct device *dev, const void *p);

/**
 * dma_direct_set_offset() - the bus shows memory at another address
 * @dev: to whom; before any of its allocations and mappings
 * @cpu_start: physical address, as the CPU sees it
 * @dma_start: where the device sees it
 * @size: bytes
 *
 * After kernel/dma/direct.c.
 *
 * Context: Any.
 * Return: 0; -EINVAL when an offset is already set, the range is empty or
 * wraps, or the device is not the laboratory's.
 */
int dma_direct_set_offset(struct device *dev, phys_addr_t cpu_start,
			  dma_addr_t dma_start, u64 size);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif
#endif
