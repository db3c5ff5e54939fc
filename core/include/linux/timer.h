/* SPDX-License-Identifier: MIT */
/* Kernel basics: timers. */
#ifndef DMALAB_LINUX_TIMER_H
#define DMALAB_LINUX_TIMER_H

#include <linux/container_of.h>
#include <linux/jiffies.h>
#include <linux/types.h>
#include <time.h> /* before timer_delete() is another one */

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

struct timer_list {
	struct timer_list *next;
	unsigned long expires;
	void (*function)(struct timer_list *timer);
	u32 flags;
	bool pending;
};

#define TIMER_DEFERRABLE 0x00080000
#define TIMER_IRQSAFE    0x00200000

#define __TIMER_INITIALIZER(fn, fl) { NULL, 0, fn, fl, false }
#define DEFINE_TIMER(name, fn) \
	struct timer_list name = __TIMER_INITIALIZER(fn, 0)

static inline void timer_setup(struct timer_list *timer,
			       void (*function)(struct timer_list *timer),
			       unsigned int flags)
{
	timer->next = NULL;
	timer->expires = 0;
	timer->function = function;
	timer->flags = flags;
	timer->pending = false;
}

/**
 * mod_timer() - start a timer, or another time
 * @timer: set up; not to be freed before it has run or was deleted
 * @expires: jiffies
 *
 * Its function runs in a soft interrupt, on a thread that all timers share.
 *
 * Context: Any.
 * Return: 1 if it was pending, else 0.
 */
int mod_timer(struct timer_list *timer, unsigned long expires);

/**
 * add_timer() - start a timer
 * @timer: with its expires set
 *
 * Context: Any.
 */
void add_timer(struct timer_list *timer);

/**
 * del_timer() - stop a timer
 * @timer: whose function may still be running
 *
 * Context: Any.
 * Return: 1 if it was pending, else 0.
 */
int del_timer(struct timer_list *timer);

/**
 * del_timer_sync() - stop a timer, and wait for its function
 * @timer: the timer
 *
 * Context: Any, without a lock that its function takes.
 * Return: 1 if it was pending, else 0.
 */
int del_timer_sync(struct timer_list *timer);

/**
 * timer_pending() - whether a timer will run
 * @timer: the timer
 *
 * Context: Any.
 * Return: true if it will.
 */
bool timer_pending(const struct timer_list *timer);

#ifndef from_timer
#define from_timer(var, callback_timer, timer_fieldname) \
	container_of(callback_timer, __typeof__(*var), timer_fieldname)
#endif
#ifndef timer_container_of
#define timer_container_of(var, callback_timer, timer_fieldname) \
	from_timer(var, callback_timer, timer_fieldname)
#endif
#ifndef timer_delete_sync
#define timer_delete(timer)        del_timer(timer)
#define timer_delete_sync(timer)   del_timer_sync(timer)
#define timer_shutdown(timer)      del_timer(timer)
#define timer_shutdown_sync(timer) del_timer_sync(timer)
#define try_to_del_timer_sync(timer) del_timer(timer)
#endif

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
