/* SPDX-License-Identifier: MIT */
/*
 * Timers and tasklets: soft interrupts on a thread of their own, one after the other. The thread
 * is there as long as a timer is pending.
 */
#include "kernel/wake.h"

#include <dmalab.h>
#include <linux/interrupt.h>
#include <linux/jiffies.h>
#include <linux/printk.h>
#include <linux/timer.h>
#include <pthread.h>

/* All under the kernel's lock. */
static struct timer_list *pending;  /* the earliest first, and of those the oldest */
static struct timer_list *running;
static pthread_t thread;
static bool has_thread, is_alive;

static bool is_due(const struct timer_list *timer)
{
	return time_after_eq(jiffies, timer->expires);
}

static void insert(struct timer_list *timer)
{
	struct timer_list **at = &pending;

	while (*at && time_after_eq(timer->expires, (*at)->expires))
		at = &(*at)->next;
	timer->next = *at;
	*at = timer;
	timer->pending = true;
}

static bool take_off(struct timer_list *timer)
{
	struct timer_list **at = &pending;

	if (!timer->pending)
		return false;
	while (*at && *at != timer)
		at = &(*at)->next;
	if (*at)
		*at = timer->next;
	timer->pending = false;
	return true;
}

/* The timer may be freed, or started again, by its own function. */
static void run(struct timer_list *timer)
{
	void (*function)(struct timer_list *) = timer->function;

	take_off(timer);
	running = timer;
	dlab_kernel_unlock();
	dmalab_softirq_enter();
	function(timer);
	dmalab_softirq_exit();
	dlab_kernel_lock();
	running = NULL;
	dlab_wake_all();
}

static void *serve(void *unused)
{
	(void)unused;
	dlab_kernel_lock();
	while (pending) {
		long left = pending->expires - jiffies;

		if (is_due(pending))
			run(pending);
		else
			dlab_sleep_until(dlab_deadline(left > 0 ? left : 0));
	}
	is_alive = false;
	dlab_wake_all();
	dlab_kernel_unlock();
	return NULL;
}

/* With the lock. Without a thread the timer stays pending, until the next one finds one. */
static void have_thread(void)
{
	if (is_alive)
		return;
	if (has_thread)
		pthread_join(thread, NULL);
	has_thread = is_alive = pthread_create(&thread, NULL, serve, NULL) == 0;
	if (!has_thread)
		pr_err("dmalab: no thread for timers: the host has no memory\n");
}

__attribute__((destructor))
static void stop(void)
{
	dlab_kernel_lock();
	if (has_thread && !is_alive) {
		pthread_join(thread, NULL);
		has_thread = false;
	}
	dlab_kernel_unlock();
}

static bool start(struct timer_list *timer, unsigned long expires)
{
	bool was_pending;

	dlab_kernel_lock();
	was_pending = take_off(timer);
	timer->expires = expires;
	insert(timer);
	have_thread();
	dlab_wake_all();
	dlab_kernel_unlock();
	return was_pending;
}

int mod_timer(struct timer_list *timer, unsigned long expires)
{
	return start(timer, expires);
}

void add_timer(struct timer_list *timer)
{
	start(timer, timer->expires);
}

int del_timer(struct timer_list *timer)
{
	bool was_pending;

	dlab_kernel_lock();
	was_pending = take_off(timer);
	dlab_wake_all();
	dlab_kernel_unlock();
	return was_pending;
}

static bool is_timer_thread(void)
{
	return is_alive && pthread_equal(pthread_self(), thread);
}

int del_timer_sync(struct timer_list *timer)
{
	bool was_pending;

	dlab_kernel_lock();
	was_pending = take_off(timer);
	while (running == timer && !is_timer_thread()) {
		dlab_sleep_until(NEVER);
		was_pending |= take_off(timer);
	}
	dlab_wake_all();
	dlab_kernel_unlock();
	return was_pending;
}

bool timer_pending(const struct timer_list *timer)
{
	bool is_pending;

	dlab_kernel_lock();
	is_pending = timer->pending;
	dlab_kernel_unlock();
	return is_pending;
}

void dlab_timers_settle(void)
{
	dlab_kernel_lock();
	while (!is_timer_thread() && is_alive && (running || (pending && is_due(pending))))
		dlab_sleep_until(NEVER);
	dlab_kernel_unlock();
}

/* ---------------------------------------------------------------- tasklets */

static void run_tasklet(struct timer_list *timer)
{
	struct tasklet_struct *t = from_timer(t, timer, timer);

	if (t->use_callback)
		t->callback(t);
	else
		t->func(t->data);
}

void tasklet_setup(struct tasklet_struct *t, void (*callback)(struct tasklet_struct *))
{
	*t = (struct tasklet_struct){ .callback = callback, .use_callback = true };
	timer_setup(&t->timer, run_tasklet, 0);
}

void tasklet_init(struct tasklet_struct *t, void (*func)(unsigned long), unsigned long data)
{
	*t = (struct tasklet_struct){ .func = func, .data = data };
	timer_setup(&t->timer, run_tasklet, 0);
}

void tasklet_schedule(struct tasklet_struct *t)
{
	dlab_kernel_lock();
	if (!t->timer.pending) {
		t->timer.expires = jiffies;
		insert(&t->timer);
		have_thread();
		dlab_wake_all();
	}
	dlab_kernel_unlock();
}

/* One that is scheduled runs before it is killed. */
void tasklet_kill(struct tasklet_struct *t)
{
	dlab_kernel_lock();
	while ((t->timer.pending || running == &t->timer) && !is_timer_thread())
		dlab_sleep_until(NEVER);
	dlab_kernel_unlock();
}
