/* SPDX-License-Identifier: MIT */
/* Devices that are in structures of the program's own. */
#include "lab/embedded.h"

#include <stdio.h>

void dlab_device_seal(struct dmalab_device *d)
{
	struct device *dev = d->dev;

	dev->dmalab_seal = device_seal(d);
	__atomic_store_n(&dev->dmalab, d, __ATOMIC_RELEASE);
	d->known.dev = dev;
	d->known.name = d->name;
	dlab_known_add(&d->known);
}

bool dlab_device_report_inside(struct dmalab_machine *lab, const void *p, size_t len,
			       const struct call *call)
{
	for (struct dmalab_device *d = lab->devices; d; d = d->next) {
		char detail[160], missing[96];
		struct finding f = {
			.check = CHECK_NO_DEVICE, .call = call, .dev = d->dev, .cpu = p,
			.detail = detail, .missing = missing,
		};

		if ((uintptr_t)d->dev - (uintptr_t)p >= len)
			continue;
		snprintf(detail, sizeof(detail),
			 "the struct device of %.64s is in this memory, and still bound", d->name);
		snprintf(missing, sizeof(missing),
			 "dmalab_device_exit() of %.32s before the memory is freed", d->name);
		dlab_judge_report(&lab->judge, &f);
		return true;
	}
	return false;
}
