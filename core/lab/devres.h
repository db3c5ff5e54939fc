/* SPDX-License-Identifier: MIT */
/*
 * What goes by itself when the driver lets go of its device: the resources behind
 * devm_*() and dmam_*(). As in drivers/base/devres.c they are released in the
 * reverse order of their making, before anything is called a leak.
 *
 * All of these are called with the machine locked.
 */
#ifndef DMALAB_LAB_DEVRES_H
#define DMALAB_LAB_DEVRES_H

#include "lab/lab.h"

/*
 * Called with the machine not locked, so that it may use the API's own calls. It
 * reports what it reports on behalf of dev->dmalab->unbind, which is set. @data is its own to free.
 */
typedef void (*devres_release)(struct device *dev, void *data);
typedef bool (*devres_match)(const void *data, const void *arg);

/* 0, or -ENOMEM: nothing was added. */
int dlab_devres_add(struct dmalab_device *d, devres_release release, void *data);

/*
 * The data of the latest one with this release function for which match() holds
 * (NULL: whose data is @arg), or NULL. dlab_devres_remove() also forgets it: the caller
 * releases it. As in the kernel, both look at one after the other, latest first.
 */
void *dlab_devres_find(const struct dmalab_device *d, devres_release release, devres_match match,
		       const void *arg);
void *dlab_devres_remove(struct dmalab_device *d, devres_release release, devres_match match,
			 const void *arg);

/* Release all, on behalf of d->unbind; the lock is given up meanwhile. */
void dlab_devres_release_all(struct dmalab_device *d);

#endif
