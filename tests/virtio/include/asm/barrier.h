/* SPDX-License-Identifier: MIT */
/*
 * The device runs in the driver's thread: all that has to be kept in order is the
 * compiler, which a fence of any kind does.
 */
#ifndef TESTS_VIRTIO_ASM_BARRIER_H
#define TESTS_VIRTIO_ASM_BARRIER_H

#define mb()       __atomic_thread_fence(__ATOMIC_SEQ_CST)
#define dma_rmb()  __atomic_thread_fence(__ATOMIC_ACQUIRE)
#define dma_wmb()  __atomic_thread_fence(__ATOMIC_RELEASE)
#define virt_mb()  mb()
#define virt_rmb() dma_rmb()
#define virt_wmb() dma_wmb()

#define virt_store_mb(x, value)      \
	do {                         \
		WRITE_ONCE(x, value); \
		mb();                \
	} while (0)

#endif
