/* SPDX-License-Identifier: MIT */
/*
 * Spin locks: they exclude threads from each other, and put their holder into
 * atomic context, where calls that may sleep are reported as "sleep-in-atomic".
 * They report nothing themselves. To take one that this thread holds never
 * ends, as on Linux; to release one that nobody holds does nothing.
 */
#ifndef DMALAB_LINUX_SPINLOCK_H
#define DMALAB_LINUX_SPINLOCK_H

#include <linux/irqflags.h>
#include <linux/preempt.h>
#include <linux/types.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

typedef struct spinlock {
	unsigned int state; /* the laboratory's; 0: free */
} spinlock_t;

#define __SPIN_LOCK_UNLOCKED(name) { 0 }
#define DEFINE_SPINLOCK(name)      spinlock_t name = __SPIN_LOCK_UNLOCKED(name)

/**
 * spin_lock_init() - make a lock free
 * @lock: the lock
 *
 * Context: Any, before anybody uses the lock.
 */
static inline void spin_lock_init(spinlock_t *lock)
{
	lock->state = 0;
}

/**
 * spin_lock() - wait for the lock
 * @lock: the lock
 *
 * Preemption is off until it is released.
 *
 * Context: Any.
 */
void spin_lock(spinlock_t *lock);

/**
 * spin_unlock() - release the lock
 * @lock: the lock
 *
 * Context: Any.
 */
void spin_unlock(spinlock_t *lock);

/**
 * spin_trylock() - take the lock if it is free
 * @lock: the lock
 *
 * Context: Any.
 * Return: 1 with the lock; 0 at once if another holds it, nothing being
 * changed.
 */
int spin_trylock(spinlock_t *lock);

/**
 * spin_lock_bh() - wait for the lock; bottom halves are off as well
 * @lock: the lock
 *
 * Context: Any.
 */
void spin_lock_bh(spinlock_t *lock);

/**
 * spin_unlock_bh() - release the lock, and undo one local_bh_disable()
 * @lock: the lock
 *
 * Context: Any.
 */
void spin_unlock_bh(spinlock_t *lock);

/**
 * spin_lock_irq() - wait for the lock; interrupts are off as well
 * @lock: the lock
 *
 * Context: Any.
 */
void spin_lock_irq(spinlock_t *lock);

/**
 * spin_unlock_irq() - release the lock; interrupts are on, whatever they were
 * @lock: the lock
 *
 * Context: Any.
 */
void spin_unlock_irq(spinlock_t *lock);

/**
 * spin_lock_irqsave() - spin_lock_irq(), noting whether interrupts were off
 * @lock: the lock
 * @flags: an unsigned long variable, for spin_unlock_irqrestore()
 *
 * Context: Any.
 */
#define spin_lock_irqsave(lock, flags) \
	((void)((flags) = dmalab_spin_lock_irqsave(lock)))

/**
 * spin_unlock_irqrestore() - release the lock; interrupts are as they were
 * @lock: the lock
 * @flags: as spin_lock_irqsave() noted
 *
 * Context: Any.
 */
void spin_unlock_irqrestore(spinlock_t *lock, unsigned long flags);

/**
 * dmalab_spin_lock_irqsave() - what spin_lock_irqsave() is made of
 * @lock: the lock
 *
 * Context: Any.
 * Return: what it gives to its variable: 0 when interrupts were on.
 */
unsigned long dmalab_spin_lock_irqsave(spinlock_t *lock);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
