/* SPDX-License-Identifier: MIT */
/*
 * What the buses have in common: devices and drivers, and who is bound to whom.
 *
 * One mutex protects the lists; it is not held while a probe or remove runs. Devices and
 * drivers come and go in the test's thread, as modules do: one at a time.
 */
#ifndef DMALAB_BUS_BUS_H
#define DMALAB_BUS_BUS_H

#include "base/compiler.h"
#include "base/site.h"

#include <dmalab/bus.h>
#include <linux/device.h>

/* A device on a bus: a part of the structure that is freed with it. */
struct seat {
	struct seat *next;
	struct device *dev;
	struct dmalab_machine *machine;
	char *name;
	int result;                    /* dmalab_bind_result() */
};

/* 0 or -ENOMEM. A driver that matches is bound. @bus is dev->bus. */
int dlab_bus_add(struct seat *seat, struct dmalab_machine *machine, struct device *dev,
		 const char *name, const struct call *call);

/* Its driver is unbound, and it is nobody's any more. */
void dlab_bus_remove(struct seat *seat, const struct call *call);

/* 0, -EBUSY: it is registered, -ENOMEM. Devices that match are bound. */
int dlab_driver_register(struct device_driver *drv, const struct bus_type *bus,
			 const struct call *call);
void dlab_driver_unregister(struct device_driver *drv, const struct call *call);

#endif
