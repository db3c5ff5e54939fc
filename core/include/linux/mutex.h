/* SPDX-License-Identifier: MIT */
/*
 * Mutexes: locks that are waited for asleep, and whose holder may sleep. To take one
 * that this thread holds never ends, as on Linux; to give back one that nobody holds
 * does nothing.
 */
#ifndef DMALAB_LINUX_MUTEX_H
#define DMALAB_LINUX_MUTEX_H

#include <linux/types.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

struct mutex {
	unsigned int state; /* the laboratory's; 0: free */
};

#define __MUTEX_INITIALIZER(name) { 0 }
#define DEFINE_MUTEX(name)        struct mutex name = __MUTEX_INITIALIZER(name)

static inline void mutex_init(struct mutex *lock)
{
	lock->state = 0;
}

/*
 * mutex_lock() - wait for the lock.
 *
 * May sleep, whether or not the lock is free: in atomic context it draws
 * "sleep-in-atomic", on the current machine, and takes the lock all the same.
 */
void mutex_lock(struct mutex *lock);
void mutex_unlock(struct mutex *lock);

/* 1 with the lock; 0 at once if another holds it. Does not sleep. */
int mutex_trylock(struct mutex *lock);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
