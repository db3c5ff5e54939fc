/* SPDX-License-Identifier: MIT */
/* Devices: plugging in and pulling out. */
#include "base/probe.h"
#include "dma/device-memory.h"
#include "face/face.h"
#include "lab/devres.h"
#include "lab/embedded.h"

#include <errno.h>
#include <linux/dma-mapping.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What the program has set stays; a new device has nothing. */
static void fill_in(struct dmalab_device *d)
{
	struct device *dev = d->dev;

	d->dma_mask = DMA_BIT_MASK(32);
	if (!dev->dma_mask)
		dev->dma_mask = &d->dma_mask;
	if (!dev->coherent_dma_mask)
		dev->coherent_dma_mask = DMA_BIT_MASK(32);
	if (!dev->dma_parms)
		dev->dma_parms = &d->dma_parms;
	dev->dma_coherent |= d->machine->hw.profile->coherent;
	dev->init_name = d->name;
	dev->kobj.name = d->name;
	dev->kobj.references = 1;
}

static void plug_in(struct dmalab_device *d)
{
	struct dmalab_machine *machine = d->machine;

	fill_in(d);
	lab_lock(machine);
	d->next = machine->devices;
	machine->devices = d;
	machine->nr_inside += device_is_embedded(d);
	dlab_device_seal(d);
	lab_unlock(machine);
	if (recording())
		dlab_probe->device(d->dev);
}

/* Without a place in a structure of the program's it has one of its own. */
static struct dmalab_device *make(struct dmalab_machine *machine, struct device *dev,
				  const char *name)
{
	struct dmalab_device *d = calloc(1, sizeof(*d));

	if (!d)
		return NULL;
	d->name = strdup(name ? name : "device");
	if (!d->name) {
		free(d);
		return NULL;
	}
	d->machine = machine;
	d->dev = dev ? dev : &d->own;
	plug_in(d);
	return d;
}

struct device *dmalab_device_new(struct dmalab_machine *machine, const char *name)
{
	struct dmalab_device *d;

	if (!dlab_is_machine(machine, __func__) || !machine->hw.profile) {
		errno = EINVAL;
		return NULL;
	}
	d = make(machine, NULL, name);
	return d ? d->dev : NULL;
}

static cold void report_bound(struct dmalab_device *d, const struct call *call)
{
	char detail[128];
	struct finding f = {
		.check = CHECK_NO_DEVICE, .call = call, .dev = d->dev, .detail = detail,
		.missing = "dmalab_device_exit() before the device is initialised again",
	};

	snprintf(detail, sizeof(detail), "the device is bound already, as %.64s", d->name);
	lab_lock(d->machine);
	dlab_judge_report(&d->machine->judge, &f);
	lab_unlock(d->machine);
}

/* The device that was at this address, and whose memory was given away without a word. */
static struct dmalab_device *bound_at(struct dmalab_machine *machine, const struct device *dev)
{
	struct dmalab_device *d;

	lab_lock(machine);
	for (d = machine->devices; d && d->dev != dev; d = d->next)
		;
	lab_unlock(machine);
	return d;
}

int dmalab_device_init(struct dmalab_machine *machine, struct device *dev, const char *name)
{
	struct call call = THIS_CALL;
	struct dmalab_device *d;

	if (!machine || !dev)
		return -EINVAL;
	d = lab_device(dev);
	if (unlikely(d)) {
		report_bound(d, &call);
		return -EBUSY;
	}
	d = bound_at(machine, dev);
	if (unlikely(d))
		dlab_device_was_lost(d, &call);
	return make(machine, dev, name ? name : dev->init_name) ? 0 : -ENOMEM;
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

/* A structure of the program's points to nothing that goes with the machine. */
static void give_back(struct dmalab_device *d)
{
	struct device *dev = d->dev;

	if (dev->dma_mask == &d->dma_mask)
		dev->dma_mask = NULL;
	if (dev->dma_parms == &d->dma_parms)
		dev->dma_parms = NULL;
	dev->init_name = NULL;
	dev->kobj.name = NULL;
	d->machine->nr_inside--;
}

/*
 * Our structure stays until the machine goes: a driver that still uses its device is to be
 * told so. Of one that is the program's, released entries of the ledger keep the address.
 */
static void pull_out(struct dmalab_device *d)
{
	struct dmalab_device **at = &d->machine->devices;

	while (*at != d)
		at = &(*at)->next;
	*at = d->next;
	d->next = d->machine->gone;
	d->machine->gone = d;
	dlab_known_remove(&d->known);
	if (device_is_embedded(d))
		give_back(d);
	__atomic_store_n(&d->dev->dmalab, NULL, __ATOMIC_RELEASE);
	d->dev->dmalab_seal = 0;
}

void dlab_device_free(struct device *dev, const struct call *call)
{
	struct dmalab_device *d = lab_enter(dev, call);

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
	pull_out(d);
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

void dmalab_device_exit(struct device *dev)
{
	if (!dev)
		return;
	RECORD_AS("device_free", "d", dev);
	dlab_device_free(dev, &THIS_CALL);
}

/* -------------------------------------------------------------- references */

struct device *get_device(struct device *dev)
{
	if (dev)
		__atomic_add_fetch(&dev->kobj.references, 1, __ATOMIC_RELAXED);
	return dev;
}

static cold void unbind_released(struct dmalab_device *d, const struct call *call)
{
	char detail[128];
	struct finding f = {
		.check = CHECK_NO_DEVICE, .call = call, .dev = d->dev, .detail = detail,
		.missing = "dmalab_device_exit() before the last put_device()",
	};

	snprintf(detail, sizeof(detail),
		 "the last reference to %.64s goes while its driver is bound", d->name);
	lab_lock(d->machine);
	dlab_judge_report(&d->machine->judge, &f);
	lab_unlock(d->machine);
	RECORD_AS("device_free", "d", d->dev);
	dlab_device_free(d->dev, call);
}

void put_device(struct device *dev)
{
	struct call call = THIS_CALL;
	struct dmalab_device *d;

	if (!dev || __atomic_sub_fetch(&dev->kobj.references, 1, __ATOMIC_ACQ_REL) > 0)
		return;
	d = lab_device(dev);
	if (unlikely(d))
		unbind_released(d, &call);
	if (dev->release)
		dev->release(dev);
}
