/* SPDX-License-Identifier: MIT */
/*
 * Mutexes: locks that are waited for asleep, and whose holder may sleep. To
 * take one that this thread holds never ends, as on Linux; to release one that
 * nobody holds does nothing.
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

/**
 * mutex_init() - make a lock free
 * @lock: the lock
 *
 * Context: Any, before anybody uses the lock.
 */
static inline void mutex_init(struct mutex *lock)
{
	lock->state = 0;
}

/**
 * mutex_destroy() - nobody uses the lock any more
 * @lock: the lock
 *
 * Context: Any.
 */
static inline void mutex_destroy(struct mutex *lock)
{
	(void)lock;
}

/**
 * mutex_is_locked() - whether somebody holds the lock
 * @lock: the lock
 *
 * Context: Any.
 * Return: true if somebody does.
 */
static inline bool mutex_is_locked(struct mutex *lock)
{
	return __atomic_load_n(&lock->state, __ATOMIC_RELAXED) != 0;
}

/**
 * mutex_lock() - wait for the lock
 * @lock: the lock
 *
 * In atomic context it is reported, on the current machine, whether or not the
 * lock is free, and takes it all the same.
 *
 * Context: May sleep.
 * Checks: "sleep-in-atomic".
 */
void mutex_lock(struct mutex *lock);

/**
 * mutex_unlock() - release the lock
 * @lock: the lock
 *
 * Context: Any.
 */
void mutex_unlock(struct mutex *lock);

/* There are no signals. */
#define mutex_lock_interruptible(lock) (mutex_lock(lock), 0)
#define mutex_lock_killable(lock)      (mutex_lock(lock), 0)
#define mutex_lock_nested(lock, class) mutex_lock(lock)

/**
 * mutex_trylock() - take the lock if it is free
 * @lock: the lock
 *
 * Does not sleep.
 *
 * Context: Any.
 * Return: 1 with the lock; 0 at once if another holds it.
 */
int mutex_trylock(struct mutex *lock);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
