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

/* The seal of a copy is still that of what it was copied from. */
static const struct known_device *original(const struct device *dev)
{
	uintptr_t at = (uintptr_t)wild_load(dev, offsetof(struct device, dmalab)) ^
		       (uintptr_t)wild_load(dev, offsetof(struct device, dmalab_seal));

	return at ? dlab_known_find((const struct device *)at) : NULL;
}

struct dmalab_device *dlab_no_device(struct device *dev, const struct call *call)
{
	const struct known_device *from = dev ? original(dev) : NULL;
	struct finding f = {
		.check = CHECK_NO_DEVICE, .call = call,
		.detail = dev ? "the device was not made by dmalab_device_new() or "
				"dmalab_device_init(), or is gone" :
				"the device is NULL",
	};
	char text[128];

	if (from) {
		snprintf(text, sizeof(text), "the struct device is a copy of that of %.64s",
			 from->name);
		f.detail = text;
		f.missing = "a pointer to the device, instead of its value";
	}
	dlab_report_on_current(&f);
	return NULL;
}

cold struct dmalab_device *dlab_enter_slowly(struct dmalab_device *d, struct device *dev,
					     const struct call *call)
{
	struct dmalab_machine *lab = d->machine;

	if (!lab_is_bound(dev, d)) {
		lab_unlock(lab);
		return dlab_no_device(dev, call);
	}
	dlab_machine_close_cookies(&lab->hw);
	return d;
}
