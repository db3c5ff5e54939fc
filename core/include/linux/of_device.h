/* SPDX-License-Identifier: MIT */
/* Kernel basics: see <linux/of.h>. */
#ifndef DMALAB_LINUX_OF_DEVICE_H
#define DMALAB_LINUX_OF_DEVICE_H

#include <linux/of.h>

#endif
