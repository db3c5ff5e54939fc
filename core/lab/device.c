/* SPDX-License-Identifier: MIT */
/* Devices: plugging in, pulling out, and what they do on the bus. */
#include "lab/devres.h"

#include <errno.h>
#include <linux/dma-mapping.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *dev_name(const struct device *dev)
{
	return lab_knows(dev) ? dev->dmalab->name : "unknown";
}

struct dmalab_device *lab_no_device(struct device *dev, const struct call *call)
{
	struct dmalab_machine *lab = lab_current();
	struct finding f = {
		.check = CHECK_NO_DEVICE, .call = call,
		.detail = dev ? "the device was not made by dmalab_device_new(), or is gone" :
				"the device is NULL",
	};

	if (!lab) {
		fprintf(stderr, "dmalab: %s(): there is no machine: call dmalab_machine_new() first\n",
			call->name);
		return NULL;
	}
	lab_lock(lab);
	judge_report(&lab->judge, &f);
	lab_unlock(lab);
	return NULL;
}

struct dmalab_device *lab_enter(struct device *dev, const struct call *call)
{
	struct dmalab_device *d = (struct dmalab_device *)dev;
	struct dmalab_machine *lab;

	if (unlikely(!lab_knows(dev)))
		return lab_no_device(dev, call);
	lab = d->machine;
	lab_lock(lab);
	if (unlikely(!lab_knows(dev))) {
		/* It went while we waited for the lock. */
		lab_unlock(lab);
		return lab_no_device(dev, call);
	}
	if (unlikely(lab->cookie_open))
		fault_close_cookies(lab);
	return d;
}

struct device *dmalab_device_new(struct dmalab_machine *machine, const char *name)
{
	struct dmalab_device *d;

	if (!machine) {
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
	d->dev.dma_coherent = machine->hw.profile->coherent;
	d->dev.dmalab = d;

	lab_lock(machine);
	d->next = machine->devices;
	machine->devices = d;
	lab_unlock(machine);
	return &d->dev;
}

/*
 * The structure stays until the machine goes: a driver that still uses its device
 * is to be told so, and the released entries of the ledger point to it.
 */
void lab_device_free(struct device *dev, const struct call *call)
{
	struct dmalab_device *d = lab_enter(dev, call), **at;

	if (!d)
		return;
	if (unlikely(d->unbind)) {
		/* It is on its way already. */
		lab_leave(d);
		lab_no_device(dev, call);
		return;
	}
	d->unbind = call;
	devres_release_all(d);
	lab_release_all(d, call);
	at = &d->machine->devices;
	while (*at != d)
		at = &(*at)->next;
	*at = d->next;
	d->next = d->machine->gone;
	d->machine->gone = d;
	__atomic_store_n(&d->dev.dmalab, NULL, __ATOMIC_RELEASE);
	lab_leave(d);
}

void lab_devices_exit(struct dmalab_machine *lab)
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
	if (dev)
		lab_device_free(dev, &THIS_CALL);
}

/* ------------------------------------------------------------- the bus */

struct access {
	struct dmalab_device *d;
	const struct call *call;
	dma_addr_t dma;
	size_t len;
	size_t offset;  /* in RAM, or NO_OFFSET */
	bool store;
};

/* 3: @r allows what the device is about to do; 2: it holds the range; 1: its start. */
static int fit(const struct region *r, const void *arg)
{
	const struct access *a = arg;

	if (r->dev != &a->d->dev || !region_contains(r, a->offset, 1))
		return 0;
	if (!region_contains(r, a->offset, a->len))
		return 1;
	if (!region_is_owned(r))
		return 3;
	if (r->dir == (a->store ? DMA_TO_DEVICE : DMA_FROM_DEVICE) ||
	    own_find(r, a->offset - r->offset, a->len, false).bytes)
		return 2;
	return 3;
}

static bool was_mapped(const struct region *r, const void *arg)
{
	const struct access *a = arg;

	return r->dev == &a->d->dev && a->dma - r->dma < r->size;
}

/* The device may not go there. @r: what it ran off the end of, or NULL. */
static cold void report_astray(const struct access *a, const struct region *r)
{
	struct judge *j = &a->d->machine->judge;
	struct finding f = {
		.check = CHECK_DEVICE_OUT_OF_BOUNDS, .call = a->call, .dev = &a->d->dev,
		.dma = a->dma, .size = a->len, .region = r,
	};

	if (r) {
		f.detail = "it starts inside and runs off the end";
	} else {
		f.region = ledger_dead(&j->ledger, was_mapped, a);
		if (f.region)
			f.check = CHECK_DEVICE_USE_AFTER_UNMAP;
		else
			f.detail = a->dma == DMA_MAPPING_ERROR ?
				"the address is the error value of a failed mapping" :
				"nothing was mapped for the device at this address";
	}
	judge_report(j, &f);
}

/* True when the access may go ahead. */
static bool judge_access(const struct access *a)
{
	struct judge *j = &a->d->machine->judge;
	struct region *r = NULL;
	int how = 0;

	if (!judge_sees_accesses(j))
		return a->offset != NO_OFFSET &&
		       a->len <= bank_bytes(&a->d->machine->hw, a->offset);
	if (a->offset != NO_OFFSET)
		r = ledger_find(&j->ledger, a->offset, fit, a, &how);
	if (unlikely(how < 2)) {
		report_astray(a, r);
		return false;
	}
	judge_find_stores(j, a->offset, a->len, a->call->site);
	if (a->store)
		judge_device_store(j, a->call, r, a->dma, a->offset, a->len);
	else
		judge_device_load(j, a->call, r, a->dma, a->offset, a->len);
	return true;
}

static bool begin(struct access *a, struct device *dev)
{
	a->d = lab_enter(dev, a->call);
	if (!a->d)
		return false;
	a->offset = bus_to_offset(&a->d->machine->hw, &a->d->window, a->dma);
	if (a->len && judge_access(a))
		return true;
	lab_leave(a->d);
	return false;
}

int dmalab_device_read(struct device *dev, dma_addr_t addr, void *buf, size_t len)
{
	struct call call = THIS_CALL;
	struct access a = { .call = &call, .dma = addr, .len = len };

	if (!begin(&a, dev))
		return len ? -EFAULT : 0;
	cache_move(&a.d->machine->hw, a.offset, buf, NULL, len, !dev->dma_coherent);
	lab_leave(a.d);
	return 0;
}

int dmalab_device_write(struct device *dev, dma_addr_t addr, const void *buf, size_t len)
{
	struct call call = THIS_CALL;
	struct access a = { .call = &call, .dma = addr, .len = len, .store = true };

	if (!begin(&a, dev))
		return len ? -EFAULT : 0;
	cache_move(&a.d->machine->hw, a.offset, NULL, buf, len, !dev->dma_coherent);
	lab_leave(a.d);
	return 0;
}
