/* SPDX-License-Identifier: MIT */
/* Kernel basics: see <linux/bug.h>. */
#ifndef DMALAB_ASM_BUG_H
#define DMALAB_ASM_BUG_H

#include <linux/bug.h>

#endif
