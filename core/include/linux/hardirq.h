/* SPDX-License-Identifier: MIT */
/* in_hardirq() and its like. */
#ifndef DMALAB_LINUX_HARDIRQ_H
#define DMALAB_LINUX_HARDIRQ_H

#include <linux/preempt.h>

#endif
