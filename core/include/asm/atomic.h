/* SPDX-License-Identifier: MIT */
/* Kernel basics: see <linux/atomic.h>. */
#ifndef DMALAB_ASM_ATOMIC_H
#define DMALAB_ASM_ATOMIC_H

#include <linux/atomic.h>

#endif
