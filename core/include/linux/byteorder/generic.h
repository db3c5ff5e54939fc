/* SPDX-License-Identifier: MIT */
/* Kernel basics: see <asm/byteorder.h>. */
#ifndef DMALAB_LINUX_BYTEORDER_GENERIC_H
#define DMALAB_LINUX_BYTEORDER_GENERIC_H

#include <asm/byteorder.h>

#endif
