/* SPDX-License-Identifier: MIT */
/* Kernel basics: see <linux/interrupt.h>. */
#ifndef DMALAB_LINUX_IRQRETURN_H
#define DMALAB_LINUX_IRQRETURN_H

#include <linux/interrupt.h>

#endif
