/* SPDX-License-Identifier: MIT */
/* Completions and wait queues. */
#include "kernel/wake.h"

#include <linux/completion.h>
#include <linux/wait.h>

/* What complete_all() leaves: enough for all that will ever wait. */
#define FOR_ALL (~0u / 2)

void complete(struct completion *x)
{
	dlab_kernel_lock();
	if (x->done != FOR_ALL)
		x->done++;
	dlab_wake_all();
	dlab_kernel_unlock();
}

void complete_all(struct completion *x)
{
	dlab_kernel_lock();
	x->done = FOR_ALL;
	dlab_wake_all();
	dlab_kernel_unlock();
}

/* With the lock. */
static bool take(struct completion *x)
{
	if (!x->done)
		return false;
	if (x->done != FOR_ALL)
		x->done--;
	return true;
}

/* What is left of the time, at least 1 jiffy; 0: it was not completed. */
static unsigned long wait_until(struct completion *x, u64 deadline)
{
	unsigned long left;
	bool taken;

	dlab_kernel_lock();
	while (!(taken = take(x)) && dlab_remaining(deadline))
		dlab_sleep_until(deadline);
	dlab_kernel_unlock();
	left = dlab_remaining(deadline);
	return !taken ? 0 : left ? left : 1;
}

void wait_for_completion(struct completion *x)
{
	MAY_SLEEP();
	wait_until(x, NEVER);
}

unsigned long wait_for_completion_timeout(struct completion *x, unsigned long timeout)
{
	MAY_SLEEP();
	return wait_until(x, dlab_deadline(timeout));
}

int wait_for_completion_interruptible(struct completion *x)
{
	MAY_SLEEP();
	wait_until(x, NEVER);
	return 0;
}

long wait_for_completion_interruptible_timeout(struct completion *x, unsigned long timeout)
{
	MAY_SLEEP();
	return wait_until(x, dlab_deadline(timeout));
}

bool try_wait_for_completion(struct completion *x)
{
	bool taken;

	dlab_kernel_lock();
	taken = take(x);
	dlab_kernel_unlock();
	return taken;
}

bool completion_done(struct completion *x)
{
	bool done;

	dlab_kernel_lock();
	done = x->done;
	dlab_kernel_unlock();
	return done;
}

/* ------------------------------------------------------------- wait queues */

void dmalab_wake_up(struct wait_queue_head *wq)
{
	dlab_kernel_lock();
	wq->wakes++;
	dlab_wake_all();
	dlab_kernel_unlock();
}

/*
 * The condition is looked at between the two: a wake that comes after the count was read lets
 * the sleep end at once.
 */
unsigned int dmalab_wait_begin(struct wait_queue_head *wq)
{
	unsigned int wakes;

	dlab_kernel_lock();
	wakes = wq->wakes;
	wq->waiters++;
	dlab_kernel_unlock();
	return wakes;
}

void dmalab_wait_end(struct wait_queue_head *wq)
{
	dlab_kernel_lock();
	wq->waiters--;
	dlab_kernel_unlock();
}

bool waitqueue_active(struct wait_queue_head *wq)
{
	bool active;

	dlab_kernel_lock();
	active = wq->waiters;
	dlab_kernel_unlock();
	return active;
}

u64 dmalab_wait_deadline(unsigned long timeout)
{
	RECORD_IF_DRAWN("might_sleep", "", 0);
	context_might_sleep(&(struct call){ "wait_event", site_of(__builtin_return_address(0)) });
	return dlab_deadline(timeout);
}

bool dmalab_wait_sleep(struct wait_queue_head *wq, unsigned int wakes, u64 deadline)
{
	dlab_kernel_lock();
	while (wq->wakes == wakes && dlab_remaining(deadline))
		dlab_sleep_until(deadline);
	dlab_kernel_unlock();
	return dlab_remaining(deadline);
}

long dmalab_wait_left(u64 deadline)
{
	unsigned long left = dlab_remaining(deadline);

	return left ? (long)left : 1;
}
