/* SPDX-License-Identifier: MIT */
/*
 * How threads of the simulated kernel wait for each other: one lock and one condition for all
 * of them. Whoever changes what somebody may wait for wakes everybody, and each looks again.
 * A driver under test has a handful of threads; there is nothing to gain from more.
 */
#ifndef DMALAB_KERNEL_WAKE_H
#define DMALAB_KERNEL_WAKE_H

#include "base/probe.h"
#include "lab/context.h"

#include <linux/types.h>

#define NEVER (~0ull)

/* The outermost of all locks but those of a driver: no callback runs under it. */
void dlab_kernel_lock(void);
void dlab_kernel_unlock(void);

/* With the lock. */
void dlab_wake_all(void);

/*
 * With the lock, which is given up meanwhile: until somebody wakes us, or it is @deadline by
 * dlab_clock(), or NEVER. May return at any time.
 */
void dlab_sleep_until(u64 deadline);

/* Nanoseconds: the host's monotonic clock, and what dmalab_time_advance() has added. */
u64 dlab_clock(void);

/* That of jiffies, from now on; MAX_SCHEDULE_TIMEOUT and more: NEVER. */
u64 dlab_deadline(unsigned long jiffies);

/* Of a deadline, in jiffies, rounded up; 0: it is over. */
unsigned long dlab_remaining(u64 deadline);

/* In the function that a driver calls, without the lock. */
#define MAY_SLEEP() \
	do { \
		RECORD_IF_DRAWN("might_sleep", "", 0); \
		context_might_sleep(&THIS_CALL); \
	} while (0)

/* timer.c, without the lock: all timers that are due have run. */
void dlab_timers_settle(void);

#endif
