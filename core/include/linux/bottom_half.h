/* SPDX-License-Identifier: MIT */
/* local_bh_disable() and local_bh_enable(). */
#ifndef DMALAB_LINUX_BOTTOM_HALF_H
#define DMALAB_LINUX_BOTTOM_HALF_H

#include <linux/preempt.h>

#endif
