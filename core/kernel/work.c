/* SPDX-License-Identifier: MIT */
/*
 * Work queues: a thread for each that has work, which does one item after the other in the
 * order in which they were queued.
 */
#include "kernel/wake.h"

#include <linux/printk.h>
#include <linux/workqueue.h>
#include <pthread.h>
#include <stdlib.h>

struct workqueue_struct {
	struct work_struct *first, **last;
	struct work_struct *running;
	pthread_t thread;
	bool has_thread, is_alive;
};

static struct workqueue_struct system_queue;

struct workqueue_struct *dmalab_system_wq(void)
{
	return &system_queue;
}

struct workqueue_struct *dmalab_workqueue_new(void)
{
	return calloc(1, sizeof(struct workqueue_struct));
}

/* All of the following with the kernel's lock. */

static void append(struct workqueue_struct *wq, struct work_struct *work)
{
	work->next = NULL;
	if (!wq->first)
		wq->last = &wq->first;
	*wq->last = work;
	wq->last = &work->next;
	work->wq = wq;
	work->pending = true;
}

static bool take_off(struct work_struct *work)
{
	struct workqueue_struct *wq = work->wq;
	struct work_struct **at;

	if (!work->pending)
		return false;
	for (at = &wq->first; *at && *at != work; at = &(*at)->next)
		;
	if (*at) {
		*at = work->next;
		if (wq->last == &work->next)
			wq->last = at;
	}
	work->pending = false;
	return true;
}

/* An item may be freed, or queued again, by its own function. */
static void run(struct workqueue_struct *wq, struct work_struct *work)
{
	work_func_t func = work->func;

	take_off(work);
	wq->running = work;
	dlab_kernel_unlock();
	func(work);
	dlab_kernel_lock();
	wq->running = NULL;
	dlab_wake_all();
}

static void *serve(void *arg)
{
	struct workqueue_struct *wq = arg;

	dlab_kernel_lock();
	while (wq->first)
		run(wq, wq->first);
	wq->is_alive = false;
	dlab_wake_all();
	dlab_kernel_unlock();
	return NULL;
}

static void have_thread(struct workqueue_struct *wq)
{
	if (wq->is_alive)
		return;
	if (wq->has_thread)
		pthread_join(wq->thread, NULL);
	wq->has_thread = wq->is_alive = pthread_create(&wq->thread, NULL, serve, wq) == 0;
	if (!wq->has_thread)
		pr_err("dmalab: no thread for a work queue: the host has no memory\n");
}

static void join(struct workqueue_struct *wq)
{
	if (wq->has_thread && !wq->is_alive)
		pthread_join(wq->thread, NULL);
	wq->has_thread = false;
}

__attribute__((destructor))
static void stop(void)
{
	dlab_kernel_lock();
	if (!system_queue.is_alive)
		join(&system_queue);
	dlab_kernel_unlock();
}

static bool is_own_thread(const struct workqueue_struct *wq)
{
	return wq->is_alive && pthread_equal(pthread_self(), wq->thread);
}

static bool queue(struct workqueue_struct *wq, struct work_struct *work)
{
	if (work->pending)
		return false;
	append(wq, work);
	have_thread(wq);
	dlab_wake_all();
	return true;
}

/* Is it queued, or running? Not for itself. */
static bool is_busy(const struct work_struct *work)
{
	const struct workqueue_struct *wq = work->wq;

	return wq && (work->pending || wq->running == work) && !is_own_thread(wq);
}

static bool wait_for(struct work_struct *work)
{
	bool waited = is_busy(work);

	while (is_busy(work))
		dlab_sleep_until(NEVER);
	return waited;
}

/* ------------------------------------------------------ what drivers call */

bool queue_work(struct workqueue_struct *wq, struct work_struct *work)
{
	bool queued;

	dlab_kernel_lock();
	queued = queue(wq, work);
	dlab_kernel_unlock();
	return queued;
}

bool flush_work(struct work_struct *work)
{
	bool waited;

	MAY_SLEEP();
	dlab_kernel_lock();
	waited = wait_for(work);
	dlab_kernel_unlock();
	return waited;
}

bool cancel_work(struct work_struct *work)
{
	bool was_pending;

	dlab_kernel_lock();
	was_pending = take_off(work);
	dlab_wake_all();
	dlab_kernel_unlock();
	return was_pending;
}

bool cancel_work_sync(struct work_struct *work)
{
	bool was_pending;

	MAY_SLEEP();
	dlab_kernel_lock();
	was_pending = take_off(work);
	while (is_busy(work)) {
		dlab_sleep_until(NEVER);
		/* It queued itself again. */
		take_off(work);
	}
	dlab_wake_all();
	dlab_kernel_unlock();
	return was_pending;
}

bool work_pending(struct work_struct *work)
{
	bool is_pending;

	dlab_kernel_lock();
	is_pending = work->pending;
	dlab_kernel_unlock();
	return is_pending;
}

bool work_busy(struct work_struct *work)
{
	bool busy;

	dlab_kernel_lock();
	busy = work->pending || (work->wq && work->wq->running == work);
	dlab_kernel_unlock();
	return busy;
}

void flush_workqueue(struct workqueue_struct *wq)
{
	MAY_SLEEP();
	dlab_kernel_lock();
	while ((wq->first || wq->running) && !is_own_thread(wq))
		dlab_sleep_until(NEVER);
	dlab_kernel_unlock();
}

void destroy_workqueue(struct workqueue_struct *wq)
{
	MAY_SLEEP();
	dlab_kernel_lock();
	while (wq->is_alive)
		dlab_sleep_until(NEVER);
	join(wq);
	dlab_kernel_unlock();
	free(wq);
}

/* ------------------------------------------------------------ delayed work */

void dmalab_delayed_work_timer(struct timer_list *timer)
{
	struct delayed_work *dwork = from_timer(dwork, timer, timer);

	queue_work(dwork->wq, &dwork->work);
}

bool queue_delayed_work(struct workqueue_struct *wq, struct delayed_work *dwork,
			unsigned long delay)
{
	if (timer_pending(&dwork->timer) || work_pending(&dwork->work))
		return false;
	dwork->wq = wq;
	if (!delay)
		return queue_work(wq, &dwork->work);
	mod_timer(&dwork->timer, jiffies + delay);
	return true;
}

bool mod_delayed_work(struct workqueue_struct *wq, struct delayed_work *dwork,
		      unsigned long delay)
{
	bool was_pending = del_timer_sync(&dwork->timer);

	was_pending |= cancel_work(&dwork->work);
	queue_delayed_work(wq, dwork, delay);
	return was_pending;
}

bool flush_delayed_work(struct delayed_work *dwork)
{
	bool waited;

	MAY_SLEEP();
	waited = del_timer_sync(&dwork->timer);
	if (waited)
		queue_work(dwork->wq, &dwork->work);
	return flush_work(&dwork->work) || waited;
}

bool cancel_delayed_work(struct delayed_work *dwork)
{
	bool was_pending = del_timer(&dwork->timer);

	return cancel_work(&dwork->work) || was_pending;
}

bool cancel_delayed_work_sync(struct delayed_work *dwork)
{
	bool was_pending;

	MAY_SLEEP();
	was_pending = del_timer_sync(&dwork->timer);
	was_pending |= cancel_work_sync(&dwork->work);
	/* The item may have queued itself once more, with a delay. */
	return del_timer_sync(&dwork->timer) || was_pending;
}
