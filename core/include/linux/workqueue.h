/* SPDX-License-Identifier: MIT */
/*
 * Kernel basics: work queues. Each has one thread: work that waits for other
 * work of the same queue never ends here, where on Linux it may.
 */
#ifndef DMALAB_LINUX_WORKQUEUE_H
#define DMALAB_LINUX_WORKQUEUE_H

#include <linux/container_of.h>
#include <linux/timer.h>
#include <linux/types.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

struct work_struct;
struct workqueue_struct;
typedef void (*work_func_t)(struct work_struct *work);

struct work_struct {
	struct work_struct *next;
	work_func_t func;
	struct workqueue_struct *wq;
	bool pending;
};

struct delayed_work {
	struct work_struct work;
	struct timer_list timer;
	struct workqueue_struct *wq;
};

#define WQ_UNBOUND        (1 << 1)
#define WQ_FREEZABLE      (1 << 2)
#define WQ_MEM_RECLAIM    (1 << 3)
#define WQ_HIGHPRI        (1 << 4)
#define WQ_CPU_INTENSIVE  (1 << 5)

/**
 * dmalab_system_wq() - what system_wq is
 *
 * Context: Any.
 * Return: the queue of schedule_work().
 */
struct workqueue_struct *dmalab_system_wq(void);

/**
 * dmalab_workqueue_new() - what alloc_workqueue() is
 *
 * Context: May sleep.
 * Return: a queue, to be destroyed with destroy_workqueue(); NULL: no memory.
 */
struct workqueue_struct *dmalab_workqueue_new(void);

/**
 * destroy_workqueue() - wait for all work of a queue, and free it
 * @wq: the queue
 *
 * Context: May sleep.
 * Checks: "sleep-in-atomic".
 */
void destroy_workqueue(struct workqueue_struct *wq);

/**
 * queue_work() - have work done, on the queue's thread
 * @wq: the queue
 * @work: not to be freed before it begins, or was cancelled
 *
 * Context: Any.
 * Return: false: it is queued already.
 */
bool queue_work(struct workqueue_struct *wq, struct work_struct *work);

/**
 * flush_work() - wait for work
 * @work: the work
 *
 * Context: May sleep.
 * Return: true if there was something to wait for.
 * Checks: "sleep-in-atomic".
 */
bool flush_work(struct work_struct *work);

/**
 * cancel_work() - take work back
 * @work: which may be running
 *
 * Context: Any.
 * Return: true if it was queued.
 */
bool cancel_work(struct work_struct *work);

/**
 * cancel_work_sync() - take work back, and wait until it does not run
 * @work: the work
 *
 * Context: May sleep.
 * Return: true if it was queued.
 * Checks: "sleep-in-atomic".
 */
bool cancel_work_sync(struct work_struct *work);

/**
 * work_pending() - whether work is queued
 * @work: the work
 *
 * Context: Any.
 * Return: true if it is, and has not begun.
 */
bool work_pending(struct work_struct *work);

/**
 * work_busy() - whether work is queued or running
 * @work: the work
 *
 * Context: Any.
 * Return: true if it is.
 */
bool work_busy(struct work_struct *work);

/**
 * flush_workqueue() - wait for all work of a queue
 * @wq: the queue
 *
 * Context: May sleep.
 * Checks: "sleep-in-atomic".
 */
void flush_workqueue(struct workqueue_struct *wq);

/**
 * queue_delayed_work() - have work done later
 * @wq: the queue
 * @dwork: the work
 * @delay: jiffies
 *
 * Context: Any.
 * Return: false: it is waiting or queued already.
 */
bool queue_delayed_work(struct workqueue_struct *wq, struct delayed_work *dwork,
			unsigned long delay);

/**
 * mod_delayed_work() - the same, or at another time
 * @wq: the queue
 * @dwork: the work
 * @delay: jiffies
 *
 * Context: Any.
 * Return: true if it was waiting or queued.
 */
bool mod_delayed_work(struct workqueue_struct *wq, struct delayed_work *dwork,
		      unsigned long delay);

/**
 * flush_delayed_work() - have it done now, and wait
 * @dwork: the work
 *
 * Context: May sleep.
 * Return: true if there was something to wait for.
 * Checks: "sleep-in-atomic".
 */
bool flush_delayed_work(struct delayed_work *dwork);

/**
 * cancel_delayed_work() - take it back
 * @dwork: which may be running
 *
 * Context: Any.
 * Return: true if it was waiting or queued.
 */
bool cancel_delayed_work(struct delayed_work *dwork);

/**
 * cancel_delayed_work_sync() - take it back, and wait until it does not run
 * @dwork: the work
 *
 * Context: May sleep.
 * Return: true if it was waiting or queued.
 * Checks: "sleep-in-atomic".
 */
bool cancel_delayed_work_sync(struct delayed_work *dwork);

/**
 * dmalab_delayed_work_timer() - what the timer of delayed work calls
 * @timer: of the work
 *
 * Context: Soft interrupt.
 */
void dmalab_delayed_work_timer(struct timer_list *timer);

#define __WORK_INITIALIZER(n, f) { NULL, f, NULL, false }
#define DECLARE_WORK(n, f) struct work_struct n = __WORK_INITIALIZER(n, f)
#define DECLARE_DELAYED_WORK(n, f) \
	struct delayed_work n = { \
		__WORK_INITIALIZER(n, f), \
		__TIMER_INITIALIZER(dmalab_delayed_work_timer, 0), NULL \
	}

static inline void INIT_WORK(struct work_struct *work, work_func_t func)
{
	work->next = NULL;
	work->func = func;
	work->wq = NULL;
	work->pending = false;
}

static inline void INIT_DELAYED_WORK(struct delayed_work *dwork,
				     work_func_t func)
{
	INIT_WORK(&dwork->work, func);
	timer_setup(&dwork->timer, dmalab_delayed_work_timer, 0);
	dwork->wq = NULL;
}

static inline struct delayed_work *to_delayed_work(struct work_struct *work)
{
	return container_of(work, struct delayed_work, work);
}

static inline bool delayed_work_pending(struct delayed_work *dwork)
{
	return timer_pending(&dwork->timer) || work_pending(&dwork->work);
}

/* Each has one thread, whatever its flags say. */
#ifndef alloc_workqueue
#define alloc_workqueue(fmt, flags, max_active, ...) dmalab_workqueue_new()
#define alloc_ordered_workqueue(fmt, flags, ...)     dmalab_workqueue_new()
#define create_workqueue(name)                       dmalab_workqueue_new()
#define create_singlethread_workqueue(name)          dmalab_workqueue_new()
#endif
#ifndef system_wq
#define system_wq         dmalab_system_wq()
#define system_long_wq    dmalab_system_wq()
#define system_highpri_wq dmalab_system_wq()
#define system_unbound_wq dmalab_system_wq()
#endif
#ifndef schedule_work
#define schedule_work(work)         queue_work(system_wq, work)
#define schedule_delayed_work(dwork, delay) \
	queue_delayed_work(system_wq, dwork, delay)
#define flush_scheduled_work()      flush_workqueue(system_wq)
#define drain_workqueue(wq)         flush_workqueue(wq)
#endif

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
