/* SPDX-License-Identifier: MIT */
/*
 * What drivers say which devices are theirs with.
 */
#ifndef DMALAB_LINUX_MOD_DEVICETABLE_H
#define DMALAB_LINUX_MOD_DEVICETABLE_H

#include <linux/types.h>

typedef unsigned long kernel_ulong_t;

#define PCI_ANY_ID (~0)

/**
 * struct pci_device_id - PCI devices that a driver is for
 * @vendor: PCI_ANY_ID: any, as in the next three
 * @device: of the vendor
 * @subvendor: who made the board
 * @subdevice: of that
 * @class: base class, subclass and interface
 * @class_mask: which bits of that count
 * @driver_data: the driver's
 * @override_only: not used
 */
struct pci_device_id {
	u32 vendor, device;
	u32 subvendor, subdevice;
#ifdef __cplusplus
	u32 class_code, class_mask; /* "class" is a word of C++ */
#else
	u32 class, class_mask;
#endif
	kernel_ulong_t driver_data;
	u32 override_only;
};

#define PLATFORM_NAME_SIZE 24

/**
 * struct platform_device_id - platform devices that a driver is for
 * @name: of the device
 * @driver_data: the driver's
 */
struct platform_device_id {
	char name[PLATFORM_NAME_SIZE];
	kernel_ulong_t driver_data;
};

/**
 * struct of_device_id - nodes of a device tree that a driver is for
 * @name: not used
 * @type: not used
 * @compatible: as the device's template has it
 * @data: the driver's
 */
struct of_device_id {
	char name[32];
	char type[32];
	char compatible[128];
	const void *data;
};

#endif
