/* SPDX-License-Identifier: MIT */
/* Kernel basics: see <linux/unaligned.h>. */
#ifndef DMALAB_ASM_UNALIGNED_H
#define DMALAB_ASM_UNALIGNED_H

#include <linux/unaligned.h>

#endif
