/* SPDX-License-Identifier: MIT */
#ifndef DMALAB_ASM_IO_H
#define DMALAB_ASM_IO_H

#include <linux/io.h>

#endif
