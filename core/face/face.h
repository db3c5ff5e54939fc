/* SPDX-License-Identifier: MIT */
#ifndef DMALAB_FACE_FACE_H
#define DMALAB_FACE_FACE_H

#include "judge/judge.h"

struct call;
struct device;
struct dmalab_device;
struct dmalab_machine;

/* device.c: dmalab_device_free(), on behalf of @call. */
void dlab_device_free(struct device *dev, const struct call *call);

/*
 * lost.c: is the structure of a bound device no longer what dlab_device_seal() left? If so
 * @call reports "no-device", and the device goes on in memory of its own, from which it can be
 * unbound. Takes the machine's lock.
 */
bool dlab_device_was_lost(struct dmalab_device *d, const struct call *call);

/* Those that are gone; nobody will ask for them again. */
void dlab_devices_exit(struct dmalab_machine *lab);

/*
 * machine.c: the check of this name, given to @function. Any other stops the program: a test
 * that asks for it would pass whatever is reported.
 */
enum check dlab_check_named(const char *name, const char *function);

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
