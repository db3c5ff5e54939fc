/* SPDX-License-Identifier: MIT */
/* Kernel basics: see <linux/ktime.h>. */
#ifndef DMALAB_LINUX_TIMEKEEPING_H
#define DMALAB_LINUX_TIMEKEEPING_H

#include <linux/ktime.h>

#endif
