/* SPDX-License-Identifier: MIT */
/* Devices: plugging in and pulling out. */
#include "base/probe.h"
#include "dma/device-memory.h"
#include "face/face.h"
#include "lab/devres.h"

#include <errno.h>
#include <linux/dma-mapping.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct device *dmalab_device_new(struct dmalab_machine *machine, const char *name)
{
	struct dmalab_device *d;

	if (!dlab_is_machine(machine, __func__) || !machine->hw.profile) {
		errno = EINVAL;
		return NULL;
	}
	d = calloc(1, sizeof(*d));
	if (!d)
		return NULL;
	d->name = strdup(name ? name : "device");
	if (!d->name) {
		free(d);
		return NULL;
	}
	d->machine = machine;
	d->dma_mask = DMA_BIT_MASK(32);
	d->dev.dma_mask = &d->dma_mask;
	d->dev.coherent_dma_mask = DMA_BIT_MASK(32);
	d->dev.dma_parms = &d->dma_parms;
	d->dev.dma_coherent = machine->hw.profile->coherent;
	d->dev.init_name = d->name;
	d->dev.dmalab = d;

	lab_lock(machine);
	d->next = machine->devices;
	machine->devices = d;
	lab_unlock(machine);
	if (recording())
		dlab_probe->device(&d->dev);
	return &d->dev;
}

/* Machines that are coherent as a whole have no other devices. */
void dmalab_device_set_snooping(struct device *dev, bool snoops)
{
	struct call call = THIS_CALL;
	struct dmalab_device *d;

	RECORD_AS("set_snooping", "dz", dev, snoops);
	d = lab_enter(dev, &call);
	if (!d)
		return;
	dev->snooping_is_asked = true;
	dev->snooping_is_set = !d->machine->hw.profile->coherent;
	dev->snoops = snoops;
	lab_leave(d);
}

/*
 * The structure stays until the machine goes: a driver that still uses its device
 * is to be told so, and the released entries of the ledger point to it.
 */
void dlab_device_free(struct device *dev, const struct call *call)
{
	struct dmalab_device *d = lab_enter(dev, call), **at;

	if (!d)
		return;
	if (unlikely(d->unbind)) {
		/* It is on its way already. */
		lab_leave(d);
		dlab_no_device(dev, call);
		return;
	}
	d->unbind = call;
	dlab_devres_release_all(d);
	dlab_release_all(d, call);
	if (unlikely(d->memory))
		dlab_device_memory_exit(d, call);
	at = &d->machine->devices;
	while (*at != d)
		at = &(*at)->next;
	*at = d->next;
	d->next = d->machine->gone;
	d->machine->gone = d;
	__atomic_store_n(&d->dev.dmalab, NULL, __ATOMIC_RELEASE);
	lab_leave(d);
}

void dlab_devices_exit(struct dmalab_machine *lab)
{
	while (lab->gone) {
		struct dmalab_device *d = lab->gone;

		lab->gone = d->next;
		free(d->name);
		free(d);
	}
}

void dmalab_device_free(struct device *dev)
{
	if (!dev)
		return;
	RECORD_AS("device_free", "d", dev);
	dlab_device_free(dev, &THIS_CALL);
}
