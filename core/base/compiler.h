/* SPDX-License-Identifier: MIT */
#ifndef DMALAB_BASE_COMPILER_H
#define DMALAB_BASE_COMPILER_H

#define likely(x)   __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)
#define cold        __attribute__((__cold__, __noinline__))

/* For a fast path: each caller's constants are worth a copy of it. */
#define inlined     inline __attribute__((__always_inline__))

#endif
