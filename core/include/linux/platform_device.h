/* SPDX-License-Identifier: MIT */
/*
 * Platform devices, as far as a driver needs them to probe and remove. The test
 * makes the devices: <dmalab/bus.h>.
 */
#ifndef DMALAB_LINUX_PLATFORM_DEVICE_H
#define DMALAB_LINUX_PLATFORM_DEVICE_H

#include <linux/device.h>
#include <linux/io.h>
#include <linux/ioport.h>
#include <linux/mod_devicetable.h>
#include <linux/module.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

#define PLATFORM_DEVID_NONE (-1)
#define PLATFORM_DEVID_AUTO (-2)

/**
 * struct platform_device - a device at known addresses
 * @name: what drivers match
 * @id: of several with one name, or PLATFORM_DEVID_NONE
 * @num_resources: how many of
 * @resource: registers and interrupts
 * @id_entry: what of the driver's id_table matched, or NULL
 * @dev: the device
 *
 * Made by dmalab_platform_device_new().
 */
struct platform_device {
	const char *name;
	int id;
	u32 num_resources;
	struct resource *resource;
	const struct platform_device_id *id_entry;
	struct device dev;
};

#define to_platform_device(x) \
	((struct platform_device *)((char *)(x) - \
				    offsetof(struct platform_device, dev)))

/* Before Linux 6.11, remove() returned a number, which nobody used. */
#ifdef DMALAB_REMOVE_RETURNS_INT
typedef int dmalab_remove_t;
#else
typedef void dmalab_remove_t;
#endif

/**
 * struct platform_driver - a driver of such devices
 * @probe: takes a device: 0 or an error
 * @remove: lets go of it. A driver for a kernel before 6.11 is compiled with
 *	-DDMALAB_REMOVE_RETURNS_INT
 * @remove_new: the same, in the kernels between
 * @shutdown: never called
 * @driver: its name, and what of a device tree it is for
 * @id_table: names of devices, ended by an empty one, or NULL: that of the
 *	driver
 */
struct platform_driver {
	int (*probe)(struct platform_device *pdev);
	dmalab_remove_t (*remove)(struct platform_device *pdev);
	void (*remove_new)(struct platform_device *pdev);
	void (*shutdown)(struct platform_device *pdev);
	struct device_driver driver;
	const struct platform_device_id *id_table;
};

/**
 * platform_driver_register() - offer a driver
 * @drv: the driver; kept until platform_driver_unregister()
 *
 * It is bound to the devices that are there and that match, and to later ones.
 *
 * Context: May sleep.
 * Return: 0; -EINVAL without a probe, -EBUSY when it is registered already,
 * -ENOMEM. Whether its probe succeeds makes no difference.
 */
int platform_driver_register(struct platform_driver *drv);

/**
 * platform_driver_unregister() - withdraw a driver
 * @drv: the driver; it is unbound from all devices
 *
 * Context: May sleep.
 * Checks: "leak", "free-while-mapped".
 */
void platform_driver_unregister(struct platform_driver *drv);

/**
 * platform_get_resource() - one of the resources of a device
 * @pdev: the device
 * @type: IORESOURCE_MEM or IORESOURCE_IRQ
 * @num: which of that type, from 0 on
 *
 * Context: Any.
 * Return: the resource, or NULL.
 */
struct resource *platform_get_resource(struct platform_device *pdev,
				       unsigned int type, unsigned int num);

/**
 * platform_get_resource_byname() - a resource by its name
 * @pdev: the device
 * @type: as for platform_get_resource()
 * @name: of the resource
 *
 * Context: Any.
 * Return: the resource, or NULL.
 */
struct resource *platform_get_resource_byname(struct platform_device *pdev,
					      unsigned int type,
					      const char *name);

/**
 * platform_get_irq_optional() - the number of an interrupt that may be missing
 * @pdev: the device
 * @num: which, from 0 on
 *
 * Context: Any.
 * Return: the number; -ENXIO when there is none.
 */
int platform_get_irq_optional(struct platform_device *pdev, unsigned int num);

/**
 * platform_get_irq() - the number of an interrupt
 * @pdev: the device
 * @num: which, from 0 on
 *
 * Context: Any.
 * Return: the number; -ENXIO, after a message, when there is none.
 */
int platform_get_irq(struct platform_device *pdev, unsigned int num);

/**
 * platform_get_irq_byname() - the number of an interrupt by its name
 * @pdev: the device
 * @name: of the resource
 *
 * Context: Any.
 * Return: as platform_get_irq().
 */
int platform_get_irq_byname(struct platform_device *pdev, const char *name);

/**
 * devm_platform_ioremap_resource() - request and map registers
 * @pdev: the device, with which they go
 * @index: which IORESOURCE_MEM
 *
 * Context: May sleep.
 * Return: as devm_ioremap_resource().
 */
void __iomem *devm_platform_ioremap_resource(struct platform_device *pdev,
					     unsigned int index);

/**
 * devm_platform_ioremap_resource_byname() - request and map registers by name
 * @pdev: the device, with which they go
 * @name: of the resource
 *
 * Context: May sleep.
 * Return: as devm_ioremap_resource().
 */
void __iomem *
devm_platform_ioremap_resource_byname(struct platform_device *pdev,
				      const char *name);

/**
 * devm_platform_get_and_ioremap_resource() - the same, and the resource
 * @pdev: the device, with which they go
 * @index: which IORESOURCE_MEM
 * @res: receives the resource, or NULL; may be NULL
 *
 * Context: May sleep.
 * Return: as devm_ioremap_resource().
 */
void __iomem *
devm_platform_get_and_ioremap_resource(struct platform_device *pdev,
				       unsigned int index,
				       struct resource **res);

/**
 * platform_get_drvdata() - what platform_set_drvdata() was given
 * @pdev: the device
 *
 * Context: Any.
 * Return: the pointer, NULL at first.
 */
static inline void *platform_get_drvdata(const struct platform_device *pdev)
{
	return dev_get_drvdata(&pdev->dev);
}

/**
 * platform_set_drvdata() - keep a pointer of the driver's
 * @pdev: the device
 * @data: anything; NULL again when the driver is unbound
 *
 * Context: Any.
 */
static inline void platform_set_drvdata(struct platform_device *pdev,
					void *data)
{
	dev_set_drvdata(&pdev->dev, data);
}

/* Registered by dmalab_modules_init(), or for a device without a driver. */
#define module_platform_driver(drv) \
	module_driver(drv, platform_driver_register, platform_driver_unregister)

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif
#endif
