/* SPDX-License-Identifier: MIT */
/* Kernel basics: see <linux/interrupt.h>. */
#ifndef DMALAB_LINUX_IRQ_H
#define DMALAB_LINUX_IRQ_H

#include <linux/interrupt.h>

#endif
