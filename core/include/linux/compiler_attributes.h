/* SPDX-License-Identifier: MIT */
/*
 * Kernel basics: words that user-space code uses for attributes as well, as in
 * __attribute__((noinline)): only the headers that drivers alone include have
 * them.
 */
#ifndef DMALAB_LINUX_COMPILER_ATTRIBUTES_H
#define DMALAB_LINUX_COMPILER_ATTRIBUTES_H

#ifndef __cplusplus
#ifndef noinline
#define noinline __attribute__((__noinline__))
#endif
#ifndef fallthrough
#define fallthrough __attribute__((__fallthrough__))
#endif
#ifndef unreachable
#define unreachable() __builtin_unreachable()
#endif
#endif

#endif
