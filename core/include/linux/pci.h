/* SPDX-License-Identifier: MIT */
/*
 * PCI devices, as far as a driver needs them to probe and remove. The test
 * makes the devices: <dmalab/bus.h>. This header stands before the system's own
 * <linux/pci.h>, which has the names of registers, and adds to it.
 */
#ifndef DMALAB_LINUX_PCI_H
#define DMALAB_LINUX_PCI_H

#pragma GCC system_header /* for #include_next, which is an extension */
#include_next <linux/pci.h>
#include <linux/device.h>
#include <linux/io.h>
#include <linux/ioport.h>
#include <linux/mod_devicetable.h>
#include <linux/module.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

#define PCI_STD_NUM_BARS 6

struct dmalab_pci;

/**
 * struct pci_dev - a PCI device
 * @devfn: device and function
 * @vendor: from the configuration space, as are
 * @device: this
 * @subsystem_vendor: and those
 * @subsystem_device: of the board
 * @revision: likewise
 * @class: base class, subclass and interface
 * @irq: number of its interrupt line, or of its first vector
 * @dma_mask: what dev.dma_mask points to
 * @resource: what is behind its BARs
 * @is_busmaster: after pci_set_master()
 * @msi_enabled: pci_alloc_irq_vectors() allocated vectors by MSI
 * @msix_enabled: or by MSI-X
 * @dmalab: the laboratory's
 * @dev: the device
 *
 * Made by dmalab_pci_device_new().
 */
struct pci_dev {
	unsigned int devfn;
	unsigned short vendor, device;
	unsigned short subsystem_vendor, subsystem_device;
	u8 revision;
#ifdef __cplusplus
	unsigned int class_code; /* "class" is a word of C++ */
#else
	unsigned int class;
#endif
	unsigned int irq;
	u64 dma_mask;
	struct resource resource[PCI_STD_NUM_BARS];
	unsigned int is_busmaster : 1;
	unsigned int msi_enabled : 1;
	unsigned int msix_enabled : 1;
	struct dmalab_pci *dmalab;
	struct device dev;
};

#define to_pci_dev(x) \
	((struct pci_dev *)((char *)(x) - offsetof(struct pci_dev, dev)))

/**
 * struct pci_driver - a driver of such devices
 * @name: the driver's
 * @id_table: devices, ended by an empty one
 * @probe: takes a device: 0 or an error
 * @remove: lets go of it
 * @shutdown: never called
 * @driver: what it has in common with others
 */
struct pci_driver {
	const char *name;
	const struct pci_device_id *id_table;
	int (*probe)(struct pci_dev *pdev, const struct pci_device_id *id);
	void (*remove)(struct pci_dev *pdev);
	void (*shutdown)(struct pci_dev *pdev);
	struct device_driver driver;
};

/* Entries of an id_table. */
#define PCI_DEVICE(vend, dev) \
	.vendor = (vend), .device = (dev), \
	.subvendor = PCI_ANY_ID, .subdevice = PCI_ANY_ID
#define PCI_DEVICE_SUB(vend, dev, subvend, subdev) \
	.vendor = (vend), .device = (dev), \
	.subvendor = (subvend), .subdevice = (subdev)
#define PCI_VDEVICE(vend, dev) PCI_DEVICE(PCI_VENDOR_ID_##vend, dev)
#define PCI_DEVICE_CLASS(dev_class, dev_class_mask) \
	.class = (dev_class), .class_mask = (dev_class_mask), \
	.vendor = PCI_ANY_ID, .device = PCI_ANY_ID, \
	.subvendor = PCI_ANY_ID, .subdevice = PCI_ANY_ID

/* Beginning, end and kind of what is behind a BAR; 0: nothing is. */
#define pci_resource_start(pdev, bar) ((pdev)->resource[bar].start)
#define pci_resource_end(pdev, bar)   ((pdev)->resource[bar].end)
#define pci_resource_flags(pdev, bar) ((pdev)->resource[bar].flags)
#define pci_resource_len(pdev, bar) \
	(pci_resource_end(pdev, bar) ? \
	 resource_size(&(pdev)->resource[bar]) : 0)

/**
 * pci_register_driver() - offer a driver
 * @drv: the driver; kept until pci_unregister_driver()
 *
 * As platform_driver_register().
 *
 * Context: May sleep.
 * Return: 0; -EINVAL without a probe or id_table, -EBUSY when it is registered
 * already, -ENOMEM.
 */
int pci_register_driver(struct pci_driver *drv);

/**
 * pci_unregister_driver() - withdraw a driver
 * @drv: the driver; it is unbound from all devices
 *
 * Context: May sleep.
 * Checks: "leak", "free-while-mapped".
 */
void pci_unregister_driver(struct pci_driver *drv);

/* Registered by dmalab_modules_init(), or for a device without a driver. */
#define module_pci_driver(drv) \
	module_driver(drv, pci_register_driver, pci_unregister_driver)

/**
 * pci_enable_device() - wake the device, and let it answer
 * @pdev: the device; as often as it was enabled it is to be disabled
 *
 * Context: May sleep.
 * Return: 0.
 */
int pci_enable_device(struct pci_dev *pdev);

#define pci_enable_device_mem(pdev) pci_enable_device(pdev)

/**
 * pcim_enable_device() - pci_enable_device() that goes with the driver
 * @pdev: the device: when the driver is unbound it is disabled, and what
 *	pci_request_regions() requested is released
 *
 * Context: May sleep.
 * Return: 0.
 */
int pcim_enable_device(struct pci_dev *pdev);

/**
 * pci_disable_device() - the last one stops the device's accesses of memory
 * @pdev: the device
 *
 * Context: May sleep.
 */
void pci_disable_device(struct pci_dev *pdev);

/**
 * pci_set_master() - let the device access memory
 * @pdev: the device. The bit in its PCI_COMMAND is for models to look at
 *
 * Context: Any.
 */
void pci_set_master(struct pci_dev *pdev);

/**
 * pci_clear_master() - end that
 * @pdev: the device
 *
 * Context: Any.
 */
void pci_clear_master(struct pci_dev *pdev);

/**
 * pci_request_regions() - request what is behind all BARs
 * @pdev: the device
 * @name: of the owner; kept
 *
 * Context: May sleep.
 * Return: 0; -EBUSY when some of it is requested already, or memory is short.
 */
int pci_request_regions(struct pci_dev *pdev, const char *name);

#define pci_request_mem_regions(pdev, name) pci_request_regions(pdev, name)

/**
 * pci_release_regions() - give up what pci_request_regions() requested
 * @pdev: the device
 *
 * Context: May sleep.
 */
void pci_release_regions(struct pci_dev *pdev);

#define pci_release_mem_regions(pdev) pci_release_regions(pdev)

/**
 * pci_iomap() - map what is behind a BAR
 * @pdev: the device
 * @bar: 0 to 5
 * @maxlen: bytes at most; 0: all
 *
 * Context: May sleep.
 * Return: the pointer, to be unmapped with pci_iounmap(); NULL, after a
 * message, when there is nothing, or no register window.
 */
void __iomem *pci_iomap(struct pci_dev *pdev, int bar, unsigned long maxlen);

#define pci_ioremap_bar(pdev, bar) pci_iomap(pdev, bar, 0)

/**
 * pci_iounmap() - end a mapping of pci_iomap()
 * @pdev: the device
 * @addr: what that returned; NULL: nothing
 *
 * Context: May sleep.
 */
void pci_iounmap(struct pci_dev *pdev, void __iomem *addr);

/**
 * pcim_iomap() - pci_iomap() that goes with the driver
 * @pdev: the device
 * @bar: as there
 * @maxlen: as there
 *
 * Context: May sleep.
 * Return: as there.
 */
void __iomem *pcim_iomap(struct pci_dev *pdev, int bar, unsigned long maxlen);

/**
 * pcim_iomap_regions() - request and map several BARs
 * @pdev: the device
 * @mask: a bit for each
 * @name: of the owner; kept
 *
 * They go with the driver.
 *
 * Context: May sleep.
 * Return: 0; -EINVAL when nothing is behind one, -EBUSY, -ENOMEM; then nothing
 * is left mapped.
 */
int pcim_iomap_regions(struct pci_dev *pdev, int mask, const char *name);

/**
 * pcim_iomap_table() - where pcim_iomap() and pcim_iomap_regions() mapped BARs
 * @pdev: the device
 *
 * Context: Any.
 * Return: an array, by BAR.
 */
void __iomem *const *pcim_iomap_table(struct pci_dev *pdev);

#define PCI_IRQ_INTX      (1 << 0)
#define PCI_IRQ_LEGACY    PCI_IRQ_INTX
#define PCI_IRQ_MSI       (1 << 1)
#define PCI_IRQ_MSIX      (1 << 2)
#define PCI_IRQ_AFFINITY  (1 << 3)
#define PCI_IRQ_ALL_TYPES (PCI_IRQ_INTX | PCI_IRQ_MSI | PCI_IRQ_MSIX)

/**
 * pci_alloc_irq_vectors() - get interrupts
 * @pdev: the device
 * @min_vecs: no fewer than these
 * @max_vecs: and no more
 * @flags: of which kinds, PCI_IRQ_MSIX before PCI_IRQ_MSI before PCI_IRQ_INTX,
 *	which is one
 *
 * Context: May sleep.
 * Return: how many; -ENOSPC when there are not so many, -EINVAL when some are
 * allocated already.
 */
int pci_alloc_irq_vectors(struct pci_dev *pdev, unsigned int min_vecs,
			  unsigned int max_vecs, unsigned int flags);

/**
 * pci_free_irq_vectors() - give them back
 * @pdev: the device
 *
 * Context: May sleep.
 */
void pci_free_irq_vectors(struct pci_dev *pdev);

/**
 * pci_irq_vector() - the number of an interrupt
 * @pdev: the device
 * @nr: which, from 0 on
 *
 * Context: Any.
 * Return: the number, for request_irq(); -EINVAL when there is no such.
 */
int pci_irq_vector(struct pci_dev *pdev, unsigned int nr);

/**
 * pci_read_config_byte() - look at the configuration space
 * @pdev: the device
 * @where: offset
 * @val: receives what is there, and all ones outside
 *
 * Context: Any.
 * Return: 0; PCIBIOS_BAD_REGISTER_NUMBER for one outside or misaligned.
 */
int pci_read_config_byte(const struct pci_dev *pdev, int where, u8 *val);

/**
 * pci_read_config_word() - pci_read_config_byte() of 16 bits
 * @pdev: as there
 * @where: as there
 * @val: as there
 *
 * Context: Any.
 * Return: as there.
 */
int pci_read_config_word(const struct pci_dev *pdev, int where, u16 *val);

/**
 * pci_read_config_dword() - pci_read_config_byte() of 32 bits
 * @pdev: as there
 * @where: as there
 * @val: as there
 *
 * Context: Any.
 * Return: as there.
 */
int pci_read_config_dword(const struct pci_dev *pdev, int where, u32 *val);

/**
 * pci_write_config_byte() - change the configuration space
 * @pdev: the device
 * @where: offset
 * @val: is there from now on. What identifies the device, and its BARs, stay
 *
 * Context: Any.
 * Return: as of pci_read_config_byte().
 */
int pci_write_config_byte(const struct pci_dev *pdev, int where, u8 val);

/**
 * pci_write_config_word() - pci_write_config_byte() of 16 bits
 * @pdev: as there
 * @where: as there
 * @val: as there
 *
 * Context: Any.
 * Return: as there.
 */
int pci_write_config_word(const struct pci_dev *pdev, int where, u16 val);

/**
 * pci_write_config_dword() - pci_write_config_byte() of 32 bits
 * @pdev: as there
 * @where: as there
 * @val: as there
 *
 * Context: Any.
 * Return: as there.
 */
int pci_write_config_dword(const struct pci_dev *pdev, int where, u32 val);

/* What the configuration space functions return. */
#define PCIBIOS_SUCCESSFUL          0x00
#define PCIBIOS_BAD_REGISTER_NUMBER 0x87

/**
 * pci_find_capability() - where a capability is in the configuration space
 * @pdev: the device
 * @cap: PCI_CAP_ID_MSIX or its like
 *
 * Context: Any.
 * Return: the offset; 0 when the device does not have it.
 */
u8 pci_find_capability(struct pci_dev *pdev, int cap);

/**
 * pci_get_drvdata() - what pci_set_drvdata() was given
 * @pdev: the device
 *
 * Context: Any.
 * Return: the pointer, NULL at first.
 */
static inline void *pci_get_drvdata(struct pci_dev *pdev)
{
	return dev_get_drvdata(&pdev->dev);
}

/**
 * pci_set_drvdata() - keep a pointer of the driver's
 * @pdev: the device
 * @data: anything; NULL again when the driver is unbound
 *
 * Context: Any.
 */
static inline void pci_set_drvdata(struct pci_dev *pdev, void *data)
{
	dev_set_drvdata(&pdev->dev, data);
}

/**
 * pci_name() - the name of a device
 * @pdev: the device
 *
 * Context: Any.
 * Return: "0000:00:04.0".
 */
static inline const char *pci_name(const struct pci_dev *pdev)
{
	return dev_name(&pdev->dev);
}

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif
#endif
