/* SPDX-License-Identifier: MIT */
#ifndef DMALAB_FACE_FACE_H
#define DMALAB_FACE_FACE_H

struct call;
struct device;
struct dmalab_machine;

/* device.c: dmalab_device_free(), on behalf of @call. */
void dlab_device_free(struct device *dev, const struct call *call);

/* Those that are gone; nobody will ask for them again. */
void dlab_devices_exit(struct dmalab_machine *lab);

/* fault.c: make touching a cookie a report. */
void dlab_fault_install(void);

#endif
