/* SPDX-License-Identifier: MIT */
/*
 * The driver's locks. They exclude threads from each other, as the kernel's exclude
 * CPUs; waiting sleeps on the host, whatever the kernel would do.
 */
#ifdef HAVE_CONFIG_H
#include <config.h>
#endif
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* syscall() */
#endif

#include "base/host.h"
#include "lab/context.h"
#include "base/probe.h"

#include <linux/futex.h>
#include <linux/mutex.h>
#include <linux/spinlock.h>
#include <sys/syscall.h>
#include <unistd.h>

/* What a lock word holds. The zeroes of kzalloc() are a lock that is free. */
enum { LOCK_FREE, LOCK_TAKEN, LOCK_AWAITED };

static bool try_take(unsigned *word)
{
	unsigned expected = LOCK_FREE;

	return __atomic_compare_exchange_n(word, &expected, LOCK_TAKEN, false, __ATOMIC_ACQUIRE,
					   __ATOMIC_RELAXED);
}

/* Memory of the machine may be mapped twice: no FUTEX_PRIVATE_FLAG. */
static cold void wait_for(unsigned *word)
{
	KEEP_ERRNO;

	while (__atomic_exchange_n(word, LOCK_AWAITED, __ATOMIC_ACQUIRE) != LOCK_FREE)
		syscall(SYS_futex, word, FUTEX_WAIT, LOCK_AWAITED, NULL, NULL, 0);
}

static void take(unsigned *word)
{
	if (unlikely(!try_take(word)))
		wait_for(word);
}

/* False: nobody had it. */
static bool give(unsigned *word)
{
	unsigned was = __atomic_exchange_n(word, LOCK_FREE, __ATOMIC_RELEASE);
	KEEP_ERRNO;

	if (unlikely(was == LOCK_AWAITED))
		syscall(SYS_futex, word, FUTEX_WAKE, 1, NULL, NULL, 0);
	return was != LOCK_FREE;
}

/* ------------------------------------------------------------- spin locks */

static void lock(spinlock_t *lock, const struct call *call)
{
	dlab_context_begin(ATOMIC_PREEMPT, call);
	take(&lock->state);
}

void spin_lock(spinlock_t *l)
{
	lock(l, &THIS_CALL);
	RECORD("l", l);
}

/*
 * A trace has one thread: a lock is in it from when it was taken, until before it is
 * given.
 */

/* False: nobody had it, and nothing is undone. */
static bool unlock(spinlock_t *l)
{
	if (!give(&l->state))
		return false;
	dlab_context_end(ATOMIC_PREEMPT);
	return true;
}

void spin_unlock(spinlock_t *l)
{
	RECORD("l", l);
	unlock(l);
}

int spin_trylock(spinlock_t *l)
{
	if (!try_take(&l->state))
		return 0;
	dlab_context_begin(ATOMIC_PREEMPT, &THIS_CALL);
	RECORD_AS("spin_lock", "l", l);
	return 1;
}

void spin_lock_bh(spinlock_t *l)
{
	struct call call = THIS_CALL;

	RECORD_AS("local_bh_disable", "", 0);
	dlab_context_begin(ATOMIC_BH, &call);
	lock(l, &call);
	RECORD_AS("spin_lock", "l", l);
}

void spin_unlock_bh(spinlock_t *l)
{
	RECORD_AS("spin_unlock", "l", l);
	if (!unlock(l))
		return;
	RECORD_AS("local_bh_enable", "", 0);
	dlab_context_end(ATOMIC_BH);
}

void spin_lock_irq(spinlock_t *l)
{
	struct call call = THIS_CALL;

	RECORD_AS("local_irq_disable", "", 0);
	dlab_context_irqs_off(&call);
	lock(l, &call);
	RECORD_AS("spin_lock", "l", l);
}

void spin_unlock_irq(spinlock_t *l)
{
	RECORD_AS("spin_unlock", "l", l);
	if (!unlock(l))
		return;
	RECORD_AS("local_irq_enable", "", 0);
	dlab_context_end(ATOMIC_IRQS_OFF);
}

unsigned long dmalab_spin_lock_irqsave(spinlock_t *l)
{
	struct call call = { "spin_lock_irqsave", site_of(__builtin_return_address(0)) };
	bool were_off = dlab_context_irqs_off(&call);

	lock(l, &call);
	RECORD_AS("spin_lock_irqsave", "l", l);
	return were_off;
}

void spin_unlock_irqrestore(spinlock_t *l, unsigned long flags)
{
	RECORD("l", l);
	if (unlock(l))
		dlab_context_irqs_restore(flags != 0, &THIS_CALL);
}

/* ---------------------------------------------------------------- mutexes */

void mutex_lock(struct mutex *m)
{
	RECORD_IF_DRAWN("might_sleep", "", 0);
	context_might_sleep(&THIS_CALL);
	take(&m->state);
}

int mutex_trylock(struct mutex *m)
{
	return try_take(&m->state);
}

void mutex_unlock(struct mutex *m)
{
	give(&m->state);
}
