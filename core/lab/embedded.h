/* SPDX-License-Identifier: MIT */
/*
 * Devices that are part of a structure of the program's. Its memory is not ours: a device that
 * is still bound when it goes must be found before anything reads it.
 */
#ifndef DMALAB_LAB_EMBEDDED_H
#define DMALAB_LAB_EMBEDDED_H

#include "lab/lab.h"

static inline bool device_is_embedded(const struct dmalab_device *d)
{
	return d->dev != &d->own;
}

/* What tells a device's structure from a copy of it, and from anything else: lab_device(). */
static inline uintptr_t device_seal(const struct dmalab_device *d)
{
	return (uintptr_t)d ^ (uintptr_t)d->dev;
}

/* From now on @dev is the device @d; what the program has set in it stays. */
void dlab_device_seal(struct dmalab_device *d);

/*
 * @call frees these bytes, on the locked machine: report "no-device" if a bound device is in
 * them. Then they must stay.
 */
cold bool dlab_device_report_inside(struct dmalab_machine *lab, const void *p, size_t len,
				    const struct call *call);

#endif
