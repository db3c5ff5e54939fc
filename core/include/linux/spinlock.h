/* SPDX-License-Identifier: MIT */
/*
 * Spin locks: they exclude threads from each other, and put their holder into atomic
 * context, where calls that may sleep draw "sleep-in-atomic". They draw nothing
 * themselves. To take one that this thread holds never ends, as on Linux; to give
 * back one that nobody holds does nothing.
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

static inline void spin_lock_init(spinlock_t *lock)
{
	lock->state = 0;
}

/* Wait for the lock; preemption is off until it is given back. */
void spin_lock(spinlock_t *lock);
void spin_unlock(spinlock_t *lock);

/* 1 with the lock; 0 at once if another holds it, nothing being changed. */
int spin_trylock(spinlock_t *lock);

/* Bottom halves are off as well. */
void spin_lock_bh(spinlock_t *lock);
void spin_unlock_bh(spinlock_t *lock);

/* Interrupts are off as well; and on afterwards, whatever they were before. */
void spin_lock_irq(spinlock_t *lock);
void spin_unlock_irq(spinlock_t *lock);

/* The same, but afterwards as @flags, an unsigned long, says that they were. */
#define spin_lock_irqsave(lock, flags) ((void)((flags) = dmalab_spin_lock_irqsave(lock)))
void spin_unlock_irqrestore(spinlock_t *lock, unsigned long flags);

/* What spin_lock_irqsave() gives to its variable. */
unsigned long dmalab_spin_lock_irqsave(spinlock_t *lock);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
