/* SPDX-License-Identifier: MIT */
/* A device whose structure was the program's, and is something else by now. */
#ifdef HAVE_CONFIG_H
#include <config.h>
#endif
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* process_vm_readv() */
#endif

#include "dma/pool.h"
#include "face/face.h"
#include "judge/blocks.h"
#include "lab/embedded.h"

#include <errno.h>
#include <linux/dma-mapping.h>
#include <stdio.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

/* A copy of what may be unmapped by now. False: it is. */
static bool read_safely(void *to, const void *from, size_t len)
{
	struct iovec local = { to, len }, remote = { (void *)from, len };

	if (process_vm_readv(getpid(), &local, 1, &remote, 1, 0) == (ssize_t)len)
		return true;
	if (errno == EFAULT)
		return false;
	/* Forbidden here: so that is how it is done. */
	memcpy(to, from, len);
	return true;
}

static void regions_change_device(struct region *r, struct device *dev)
{
	for (; r; r = r->next) {
		r->dev = dev;
		if (r->blocks)
			r->blocks->dev = dev;
	}
}

/* All that pointed to the structure points to one of our own. */
static void move_home(struct dmalab_device *d)
{
	struct device *own = &d->own;

	*own = (struct device){
		.dma_mask = &d->dma_mask, .coherent_dma_mask = DMA_BIT_MASK(32),
		.dma_parms = &d->dma_parms, .init_name = d->name,
		.dma_coherent = d->machine->hw.profile->coherent,
	};
	regions_change_device(d->live, own);
	for (struct dma_pool *pool = d->pools; pool; pool = pool->next)
		regions_change_device(pool->regions, own);
	dlab_known_remove(&d->known);
	d->dev = own;
	d->machine->nr_inside--;
	dlab_device_seal(d);
}

bool dlab_device_was_lost(struct dmalab_device *d, const struct call *call)
{
	char detail[192];
	struct finding f = {
		.check = CHECK_NO_DEVICE, .call = call, .detail = detail,
		.missing = "dmalab_device_exit() before the memory of the device is freed or cleared",
	};
	struct device now;

	if (!device_is_embedded(d) ||
	    (read_safely(&now, d->dev, sizeof(now)) && now.dmalab == d &&
	     now.dmalab_seal == device_seal(d)))
		return false;
	snprintf(detail, sizeof(detail),
		 "the memory of %.64s was freed or overwritten while its driver was bound", d->name);
	lab_lock(d->machine);
	move_home(d);
	f.dev = d->dev;
	dlab_judge_report(&d->machine->judge, &f);
	lab_unlock(d->machine);
	return true;
}
