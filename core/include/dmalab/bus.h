/* SPDX-License-Identifier: MIT */
/*
 * The test's side of the platform bus and of PCI: devices for the drivers that
 * <linux/platform_device.h> and <linux/pci.h> register. docs/registers.md has
 * an example of each.
 *
 * A device is bound to the first registered driver that matches it: when the
 * device is made, or when the driver is registered. Its struct device is the
 * laboratory's all the time, so that a model may read and write memory through
 * it. When the driver is unbound, or its probe fails, what it leaves behind is
 * reported: that is what dmalab_device_free() does for other devices.
 *
 * A device is freed before its machine is freed or reset.
 */
#ifndef DMALAB_BUS_H
#define DMALAB_BUS_H

#include <dmalab.h>
#include <linux/pci.h>
#include <linux/platform_device.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/**
 * struct dmalab_platform_template - what a platform device is made of
 * @size: sizeof(struct dmalab_platform_template)
 * @name: what drivers match; copied. NULL: "device"
 * @compatible: what their of_match_table may match instead, or NULL; copied
 * @id: of several with one name; PLATFORM_DEVID_NONE: there is only one
 * @num_resources: how many of
 * @resource: registers and interrupts; copied, but for the names
 * @platform_data: for dev_get_platdata()
 */
struct dmalab_platform_template {
	size_t size;
	const char *name;
	const char *compatible;
	int id;
	unsigned num_resources;
	const struct resource *resource;
	void *platform_data;
};

/**
 * dmalab_platform_device_new() - plug in a platform device
 * @machine: where
 * @template_: what it is made of; not kept
 *
 * A driver that matches it is bound before this returns; dmalab_bind_result()
 * says how that went.
 *
 * Context: May sleep.
 * Return: the device, to be freed with dmalab_platform_device_free(); NULL with
 * errno EINVAL when an argument is NULL, or ENOMEM.
 */
struct platform_device *
dmalab_platform_device_new(struct dmalab_machine *machine,
			   const struct dmalab_platform_template *template_);

/**
 * dmalab_platform_device_free() - unbind the driver, and pull the device out
 * @pdev: the device; NULL: nothing
 *
 * Context: May sleep.
 * Checks: "leak", "free-while-mapped".
 */
void dmalab_platform_device_free(struct platform_device *pdev);

/**
 * struct dmalab_pci_template - what a PCI device is made of
 * @size: sizeof(struct dmalab_pci_template)
 * @name: as pci_name() returns it, "0000:00:04.0"; copied; NULL: one is made up
 * @vendor: identifies the device, as do
 * @device: this
 * @subsystem_vendor: and those
 * @subsystem_device: of the board
 * @class_code: base class, subclass and interface: 0x020000 is Ethernet
 * @revision: of the device
 * @nr_vectors: interrupts that it can signal by MSI or MSI-X; 0: it has a line
 * @bar: physical addresses of its base address registers
 * @bar_size: how many bytes are at each; 0: there is no such register
 * @config: what stands in its configuration space instead of what follows from
 *	the fields above; NULL: that. Copied
 * @config_size: bytes at @config, at most 256; the rest is zeroes
 */
struct dmalab_pci_template {
	size_t size;
	const char *name;
	u16 vendor, device;
	u16 subsystem_vendor, subsystem_device;
	u32 class_code;
	u8 revision;
	unsigned nr_vectors;
	phys_addr_t bar[6];
	u64 bar_size[6];
	const void *config;
	size_t config_size;
};

/**
 * dmalab_pci_device_new() - plug in a PCI device
 * @machine: where
 * @template_: what it is made of; not kept
 *
 * As dmalab_platform_device_new(). The registers behind its BARs are windows of
 * dmalab_window_new(), which the test makes before.
 *
 * Context: May sleep.
 * Return: the device, to be freed with dmalab_pci_device_free(); NULL with
 * errno EINVAL when an argument is NULL or @config_size is too large, or
 * ENOMEM.
 */
struct pci_dev *
dmalab_pci_device_new(struct dmalab_machine *machine,
		      const struct dmalab_pci_template *template_);

/**
 * dmalab_pci_device_free() - unbind the driver, and pull the device out
 * @pdev: the device; NULL: nothing
 *
 * What the driver has enabled, requested or allocated of the device and not
 * given back is told on standard error, and counted by
 * dmalab_window_mistakes().
 *
 * Context: May sleep.
 * Checks: "leak", "free-while-mapped".
 */
void dmalab_pci_device_free(struct pci_dev *pdev);

/**
 * dmalab_bind_result() - did a driver take the device?
 * @dev: that of a platform or PCI device
 *
 * Context: Any thread.
 * Return: 0 while a driver is bound; what its probe returned, if that was an
 * error; -ENODEV when there is no driver for it.
 */
int dmalab_bind_result(const struct device *dev);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif
#endif
