/* SPDX-License-Identifier: MIT */
/* Kernel basics: how many elements. */
#ifndef DMALAB_LINUX_ARRAY_SIZE_H
#define DMALAB_LINUX_ARRAY_SIZE_H

#ifndef ARRAY_SIZE
#define ARRAY_SIZE(arr) (sizeof(arr) / sizeof((arr)[0]))
#endif

#endif
