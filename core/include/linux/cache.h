/* SPDX-License-Identifier: MIT */
/*
 * Alignment to cache lines, after include/linux/cache.h and the architectures'
 * <asm/cache.h>. These are constants of the build: good for all profiles, they
 * are those of the one that asks most (arm64, mips-nonspec). What the current
 * machine asks is dma_get_cache_alignment().
 */
#ifndef DMALAB_LINUX_CACHE_H
#define DMALAB_LINUX_CACHE_H

#ifndef __aligned
#define __aligned(x) __attribute__((__aligned__(x)))
#endif

/*
 * The usual line. A buffer for DMA wants ARCH_DMA_MINALIGN: there are lines of
 * 128 bytes.
 */
#define L1_CACHE_SHIFT 6
#define L1_CACHE_BYTES (1 << L1_CACHE_SHIFT)
#define SMP_CACHE_BYTES L1_CACHE_BYTES

#define L1_CACHE_ALIGN(x) \
	(((x) + L1_CACHE_BYTES - 1) & ~((__typeof__(x))L1_CACHE_BYTES - 1))

/* Bytes, a power of two: alignment and size that keep lines a buffer's own. */
#define ARCH_DMA_MINALIGN 128

#define ____cacheline_aligned __attribute__((__aligned__(SMP_CACHE_BYTES)))
#define __cacheline_aligned ____cacheline_aligned
#define ____cacheline_aligned_in_smp ____cacheline_aligned
#define __cacheline_aligned_in_smp ____cacheline_aligned

/* Members of a structure, without size, before and after those of @GROUP. */
#define __cacheline_group_begin(GROUP) \
	unsigned char __cacheline_group_begin__##GROUP[0]
#define __cacheline_group_end(GROUP) \
	unsigned char __cacheline_group_end__##GROUP[0]

#endif
