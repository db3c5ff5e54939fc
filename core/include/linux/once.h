/* SPDX-License-Identifier: MIT */
/* Kernel basics: see <linux/printk.h>. */
#ifndef DMALAB_LINUX_ONCE_H
#define DMALAB_LINUX_ONCE_H

#include <linux/printk.h>

#endif
