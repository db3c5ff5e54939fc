/* SPDX-License-Identifier: MIT */
#ifndef DMALAB_FACE_FACE_H
#define DMALAB_FACE_FACE_H

#include <stdbool.h>

struct call;
struct device;
struct dmalab_machine;

/* device.c: dmalab_device_free(), on behalf of @call. */
void dlab_device_free(struct device *dev, const struct call *call);

/* Those that are gone; nobody will ask for them again. */
void dlab_devices_exit(struct dmalab_machine *lab);

/*
 * handler.c: there is one machine more, so SIGSEGV is ours; one less, and after the last it is
 * again whose it was; or somebody may have taken it since, as test frameworks do.
 */
void dlab_handler_get(void);
void dlab_handler_put(void);
void dlab_handler_renew(void);

/*
 * fault.c: true: it was a cookie, it was reported, and the instruction may be run again; or
 * it was a wild pointer of a caller's, and is skipped.
 */
bool dlab_fault_report(const void *address, void *context);

#endif
