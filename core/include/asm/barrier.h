/* SPDX-License-Identifier: MIT */
/*
 * Kernel basics: barriers. Threads are CPUs, so they order what threads see,
 * and the driver's accesses against those of a device that another thread is.
 */
#ifndef DMALAB_ASM_BARRIER_H
#define DMALAB_ASM_BARRIER_H

#include <linux/compiler_types.h>

#ifndef mb
#define mb()  __atomic_thread_fence(__ATOMIC_SEQ_CST)
#endif
#ifndef rmb
#define rmb() __atomic_thread_fence(__ATOMIC_ACQUIRE)
#endif
#ifndef wmb
#define wmb() __atomic_thread_fence(__ATOMIC_RELEASE)
#endif
#ifndef dma_rmb
#define dma_rmb() rmb()
#endif
#ifndef dma_wmb
#define dma_wmb() wmb()
#endif
#ifndef dma_mb
#define dma_mb()  mb()
#endif
#ifndef smp_mb
#define smp_mb()  mb()
#endif
#ifndef smp_rmb
#define smp_rmb() rmb()
#endif
#ifndef smp_wmb
#define smp_wmb() wmb()
#endif
#ifndef smp_mb__before_atomic
#define smp_mb__before_atomic() mb()
#define smp_mb__after_atomic()  mb()
#endif
#ifndef smp_load_acquire
#define smp_load_acquire(p) __atomic_load_n(p, __ATOMIC_ACQUIRE)
#endif
#ifndef smp_store_release
#define smp_store_release(p, v) __atomic_store_n(p, v, __ATOMIC_RELEASE)
#endif
#ifndef smp_store_mb
#define smp_store_mb(var, value) \
	do { \
		WRITE_ONCE(var, value); \
		mb(); \
	} while (0)
#endif

#endif
