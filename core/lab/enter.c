/* SPDX-License-Identifier: MIT */
/*
 * The beginning of every call for a device: is it one, and whose? The rare answers are
 * reports, on the machine that is current.
 */
#include "base/host.h"
#include "lab/lab.h"

#include <stdio.h>

const char *dev_name(const struct device *dev)
{
	return lab_knows(dev) ? dev->init_name : "unknown";
}

void dlab_report_on_current(const struct finding *f)
{
	struct dmalab_machine *lab = dlab_current();
	KEEP_ERRNO;

	if (!lab) {
		fprintf(stderr, "dmalab: %s(): there is no machine: call dmalab_machine_new() first\n",
			f->call->name);
		return;
	}
	lab_lock(lab);
	dlab_judge_report(&lab->judge, f);
	lab_unlock(lab);
}

struct dmalab_device *dlab_no_device(struct device *dev, const struct call *call)
{
	struct finding f = {
		.check = CHECK_NO_DEVICE, .call = call,
		.detail = dev ? "the device was not made by dmalab_device_new(), or is gone" :
				"the device is NULL",
	};

	dlab_report_on_current(&f);
	return NULL;
}

cold struct dmalab_device *dlab_enter_slowly(struct device *dev, const struct call *call)
{
	struct dmalab_device *d = (struct dmalab_device *)dev;
	struct dmalab_machine *lab = d->machine;

	if (!lab_knows(dev)) {
		lab_unlock(lab);
		return dlab_no_device(dev, call);
	}
	dlab_machine_close_cookies(&lab->hw);
	return d;
}
