/* SPDX-License-Identifier: MIT */
/* What the files of the host's side share. */
#ifndef DMALAB_KBUILD_HOST_H
#define DMALAB_KBUILD_HOST_H

#include <dmalab/kernel.h>
#include <stdio.h>

#include "side/bridge.h"

extern struct dmalab_machine *kbh_machine;

/* window.c: 0 when there is no memory. The address is what the driver finds in its BAR. */
unsigned long long kbh_window_new(const struct dmalab_kernel_bar *bar, void *context);
void kbh_window_free(unsigned long long start);
bool kbh_is_window(const volatile void *p);

/* bench.c: a line of what is wrong, and where. */
void kbh_complain_at(const char *what, const void *site);

/* trap.c: faults of registers, stubs, WARN() and BUG() are ours. */
void kbh_catch_traps(void);

#endif
