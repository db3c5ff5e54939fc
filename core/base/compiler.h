/* SPDX-License-Identifier: MIT */
#ifndef DMALAB_BASE_COMPILER_H
#define DMALAB_BASE_COMPILER_H

#define likely(x)   __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)
#define cold        __attribute__((cold, noinline))

#endif
