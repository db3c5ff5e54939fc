/* SPDX-License-Identifier: MIT */
/* Kernel basics: wait queues. */
#ifndef DMALAB_LINUX_WAIT_H
#define DMALAB_LINUX_WAIT_H

#include <linux/types.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

typedef struct wait_queue_head {
	unsigned int wakes, waiters;
} wait_queue_head_t;

#define __WAIT_QUEUE_HEAD_INITIALIZER(name) { 0, 0 }
#define DECLARE_WAIT_QUEUE_HEAD(name) struct wait_queue_head name = { 0, 0 }

static inline void init_waitqueue_head(struct wait_queue_head *wq)
{
	wq->wakes = wq->waiters = 0;
}

/**
 * dmalab_wake_up() - what wake_up() is
 * @wq: where all look at their condition again
 *
 * Context: Any.
 */
void dmalab_wake_up(struct wait_queue_head *wq);

/**
 * waitqueue_active() - whether somebody waits
 * @wq: the queue
 *
 * Context: Any.
 * Return: true if somebody does.
 */
bool waitqueue_active(struct wait_queue_head *wq);

/**
 * dmalab_wait_deadline() - how wait_event() begins
 * @timeout: jiffies
 *
 * Context: May sleep.
 * Return: when that will be.
 * Checks: "sleep-in-atomic".
 */
u64 dmalab_wait_deadline(unsigned long timeout);

/**
 * dmalab_wait_begin() - before the condition is looked at
 * @wq: the queue
 *
 * Context: Any.
 * Return: what dmalab_wait_sleep() is given.
 */
unsigned int dmalab_wait_begin(struct wait_queue_head *wq);

/**
 * dmalab_wait_sleep() - wait for the next dmalab_wake_up()
 * @wq: the queue
 * @wakes: of dmalab_wait_begin()
 * @deadline: of dmalab_wait_deadline()
 *
 * Context: May sleep.
 * Return: false: the time is over.
 */
bool dmalab_wait_sleep(struct wait_queue_head *wq, unsigned int wakes,
		       u64 deadline);

/**
 * dmalab_wait_end() - after dmalab_wait_begin()
 * @wq: the queue
 *
 * Context: Any.
 */
void dmalab_wait_end(struct wait_queue_head *wq);

/**
 * dmalab_wait_left() - what is left of the time
 * @deadline: as above
 *
 * Context: Any.
 * Return: jiffies, at least 1.
 */
long dmalab_wait_left(u64 deadline);

#define DMALAB_WAIT_FOREVER (~0UL >> 1)

/*
 * What is left of the time, or 0: @condition does not hold. When the time is
 * over it is looked at once more.
 */
#define DMALAB_WAIT(wq, condition, timeout) \
	__extension__({ \
		u64 wait_until = dmalab_wait_deadline(timeout); \
		bool wait_holds, wait_more = true; \
		for (;;) { \
			unsigned int wait_wakes = dmalab_wait_begin(&(wq)); \
			bool wait_last = !wait_more; \
			wait_holds = !!(condition); \
			if (!wait_holds && !wait_last) \
				wait_more = dmalab_wait_sleep( \
					&(wq), wait_wakes, wait_until); \
			dmalab_wait_end(&(wq)); \
			if (wait_holds || wait_last) \
				break; \
		} \
		wait_holds ? dmalab_wait_left(wait_until) : 0L; \
	})

#ifndef wait_event
#define wait_event(wq, condition) \
	((void)DMALAB_WAIT(wq, condition, DMALAB_WAIT_FOREVER))
#define wait_event_timeout(wq, condition, timeout) \
	DMALAB_WAIT(wq, condition, timeout)
/* There are no signals. */
#define wait_event_interruptible(wq, condition) \
	((void)DMALAB_WAIT(wq, condition, DMALAB_WAIT_FOREVER), 0)
#define wait_event_killable(wq, condition) \
	wait_event_interruptible(wq, condition)
#define wait_event_interruptible_timeout(wq, condition, timeout) \
	DMALAB_WAIT(wq, condition, timeout)
#define wait_event_idle(wq, condition) wait_event(wq, condition)
#endif

#ifndef wake_up
#define wake_up(wq)                   dmalab_wake_up(wq)
#define wake_up_all(wq)               dmalab_wake_up(wq)
#define wake_up_interruptible(wq)     dmalab_wake_up(wq)
#define wake_up_interruptible_all(wq) dmalab_wake_up(wq)
#define wq_has_sleeper(wq)            waitqueue_active(wq)
#endif

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
