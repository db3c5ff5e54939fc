// SPDX-License-Identifier: MIT
/*
 * Time, and what happens when it passes: interrupts, soft interrupts, timers, work. Nothing of
 * that happens by itself. It does when the test says that time passes, and when the driver sleeps
 * or waits; so a run is the same each time.
 */
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/jiffies.h>
#include <linux/ktime.h>
#include <linux/sched.h>
#include <linux/timer.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

#include "side.h"

#define QUIET_ROUNDS 100000 /* more, one after the other: an interrupt that nobody clears */

unsigned long volatile jiffies = INITIAL_JIFFIES;
enum system_states system_state = SYSTEM_RUNNING;
static u64 nanoseconds;
static bool passing;

static HLIST_HEAD(timers);
static LIST_HEAD(queue);
struct workqueue_struct *system_wq = (void *)&queue;
struct workqueue_struct *system_highpri_wq = (void *)&queue;
struct workqueue_struct *system_long_wq = (void *)&queue;
struct workqueue_struct *system_unbound_wq = (void *)&queue;
struct workqueue_struct *system_power_efficient_wq = (void *)&queue;

static void softirq(void (*run)(void *), void *context)
{
	preempt_count_add(SOFTIRQ_OFFSET);
	kbh_context(KB_SOFTIRQ, 1, NULL);
	run(context);
	kbh_context(KB_SOFTIRQ, 0, NULL);
	preempt_count_sub(SOFTIRQ_OFFSET);
}

static void run_timer(void *context)
{
	struct timer_list *timer = context;

	timer->function(timer);
}

static bool run_timers(void)
{
	struct timer_list *timer;

	hlist_for_each_entry(timer, &timers, entry) {
		if (time_after(timer->expires, jiffies))
			continue;
		hlist_del_init(&timer->entry);
		softirq(run_timer, timer);
		return true;
	}
	return false;
}

static struct work_struct *running;

static bool run_work(void)
{
	struct work_struct *work = list_first_entry_or_null(&queue, struct work_struct, entry);

	if (!work || running)
		return false;
	list_del_init(&work->entry);
	clear_bit(WORK_STRUCT_PENDING_BIT, work_data_bits(work));
	running = work;
	work->func(work);
	running = NULL;
	return true;
}

/* Everything that is due now. */
static void settle(void)
{
	for (int rounds = 0; side_deliver_irqs() || side_run_napi() || run_timers() || run_work();)
		if (++rounds > QUIET_ROUNDS)
			kbh_stop("100,000 interrupts, timers and works one after the other: "
				 "an interrupt that is never cleared?", SITE);
}

/* A sleep inside of what runs here lets time pass, and nothing else. */
void side_pass(unsigned long ticks)
{
	bool nested = passing;

	passing = true;
	for (;; ticks--) {
		if (!nested)
			settle();
		if (!ticks)
			break;
		jiffies++;
		nanoseconds += NSEC_PER_SEC / HZ;
	}
	passing = nested;
}

void kbs_run(unsigned ms)
{
	side_pass(msecs_to_jiffies(ms));
}

/* ----------------------------------------------------------------- delays */

static void sleep(unsigned long ticks, const void *site)
{
	side_context(site);
	kbh_might_sleep(site);
	side_pass(ticks);
}

void msleep(unsigned int ms)
{
	sleep(msecs_to_jiffies(ms) + 1, SITE);
}

unsigned long msleep_interruptible(unsigned int ms)
{
	sleep(msecs_to_jiffies(ms) + 1, SITE);
	return 0;
}

void usleep_range_state(unsigned long min, unsigned long max, unsigned int state)
{
	nanoseconds += min * NSEC_PER_USEC;
	sleep(usecs_to_jiffies(min) > 1, SITE);
}

signed long schedule_timeout(signed long timeout)
{
	sleep(min(timeout, 1000000L), SITE);
	return 0;
}

signed long schedule_timeout_uninterruptible(signed long timeout)
{
	sleep(min(timeout, 1000000L), SITE);
	return 0;
}

signed long schedule_timeout_interruptible(signed long timeout)
{
	sleep(min(timeout, 1000000L), SITE);
	return 0;
}

/* Busy loops pass no time in which anything else happens. */

void __const_udelay(unsigned long xloops)
{
	nanoseconds += xloops / 0x10C7 * NSEC_PER_USEC;
}

void __udelay(unsigned long us)
{
	nanoseconds += us * NSEC_PER_USEC;
}

void __ndelay(unsigned long ns)
{
	nanoseconds += ns;
}

ktime_t ktime_get(void)
{
	return nanoseconds++;
}

ktime_t ktime_get_with_offset(enum tk_offsets offs)
{
	return nanoseconds++;
}

unsigned int jiffies_to_msecs(const unsigned long j)
{
	return MSEC_PER_SEC / HZ * j;
}

unsigned long __msecs_to_jiffies(const unsigned int m)
{
	return DIV_ROUND_UP((unsigned long)m * HZ, MSEC_PER_SEC);
}

unsigned long __usecs_to_jiffies(const unsigned int u)
{
	return DIV_ROUND_UP((unsigned long)u * HZ, USEC_PER_SEC);
}

unsigned long round_jiffies(unsigned long j)
{
	return j;
}

unsigned long round_jiffies_relative(unsigned long j)
{
	return j;
}

/* ----------------------------------------------------------------- timers */

void init_timer_key(struct timer_list *timer, void (*func)(struct timer_list *), unsigned int flags,
		    const char *name, struct lock_class_key *key)
{
	timer->entry.pprev = NULL;
	timer->function = func;
	timer->flags = flags;
}

int mod_timer(struct timer_list *timer, unsigned long expires)
{
	bool was = timer_pending(timer);

	if (was)
		hlist_del_init(&timer->entry);
	timer->expires = expires;
	hlist_add_head(&timer->entry, &timers);
	return was;
}

void add_timer(struct timer_list *timer)
{
	mod_timer(timer, timer->expires);
}

int timer_delete(struct timer_list *timer)
{
	bool was = timer_pending(timer);

	if (was)
		hlist_del_init(&timer->entry);
	return was;
}

int timer_delete_sync(struct timer_list *timer)
{
	return timer_delete(timer);
}

/* ------------------------------------------------------------------- work */

bool queue_work_on(int cpu, struct workqueue_struct *wq, struct work_struct *work)
{
	if (test_and_set_bit(WORK_STRUCT_PENDING_BIT, work_data_bits(work)))
		return false;
	list_add_tail(&work->entry, &queue);
	return true;
}

void delayed_work_timer_fn(struct timer_list *t)
{
	struct delayed_work *dwork = from_timer(dwork, t, timer);

	list_add_tail(&dwork->work.entry, &queue);
}

bool mod_delayed_work_on(int cpu, struct workqueue_struct *wq, struct delayed_work *dwork,
			 unsigned long delay)
{
	bool was = test_and_set_bit(WORK_STRUCT_PENDING_BIT, work_data_bits(&dwork->work));

	list_del_init(&dwork->work.entry);
	mod_timer(&dwork->timer, jiffies + delay);
	return was;
}

bool queue_delayed_work_on(int cpu, struct workqueue_struct *wq, struct delayed_work *dwork,
			   unsigned long delay)
{
	if (work_pending(&dwork->work))
		return false;
	mod_delayed_work_on(cpu, wq, dwork, delay);
	return true;
}

bool cancel_work_sync(struct work_struct *work)
{
	bool was = test_and_clear_bit(WORK_STRUCT_PENDING_BIT, work_data_bits(work));

	if (was)
		list_del_init(&work->entry);
	return was;
}

bool cancel_delayed_work_sync(struct delayed_work *dwork)
{
	timer_delete(&dwork->timer);
	return cancel_work_sync(&dwork->work);
}

bool cancel_delayed_work(struct delayed_work *dwork)
{
	return cancel_delayed_work_sync(dwork);
}

bool flush_work(struct work_struct *work)
{
	bool was = work_pending(work);

	while (work_pending(work) && run_work())
		;
	return was;
}

void __flush_workqueue(struct workqueue_struct *wq)
{
	while (run_work())
		;
}

struct workqueue_struct *alloc_workqueue(const char *fmt, unsigned int flags, int max_active, ...)
{
	return system_wq;
}

void destroy_workqueue(struct workqueue_struct *wq)
{
	__flush_workqueue(wq);
}

/* ---------------------------------------------------------------- waiting */

void __init_waitqueue_head(struct wait_queue_head *wq, const char *name, struct lock_class_key *key)
{
	INIT_LIST_HEAD(&wq->head);
}

void __init_swait_queue_head(struct swait_queue_head *q, const char *name,
			     struct lock_class_key *key)
{
	INIT_LIST_HEAD(&q->task_list);
}

void complete(struct completion *x)
{
	if (x->done != UINT_MAX)
		x->done++;
}

void complete_all(struct completion *x)
{
	x->done = UINT_MAX;
}

unsigned long wait_for_completion_timeout(struct completion *x, unsigned long timeout)
{
	for (; !x->done && timeout; timeout--)
		sleep(1, SITE);
	if (!x->done)
		return 0;
	if (x->done != UINT_MAX)
		x->done--;
	return max(timeout, 1ul);
}

long wait_for_completion_interruptible_timeout(struct completion *x, unsigned long timeout)
{
	return wait_for_completion_timeout(x, timeout);
}

void wait_for_completion(struct completion *x)
{
	if (!wait_for_completion_timeout(x, 1000 * HZ))
		kbh_stop("wait_for_completion() waited 1,000 s of simulated time: nobody completes it", SITE);
}

int __wake_up(struct wait_queue_head *wq, unsigned int mode, int nr, void *key)
{
	return 0;
}

void init_wait_entry(struct wait_queue_entry *entry, int flags)
{
	INIT_LIST_HEAD(&entry->entry);
}

/* wait_event() asks again after each of its sleeps. */
long prepare_to_wait_event(struct wait_queue_head *wq, struct wait_queue_entry *entry, int state)
{
	return 0;
}

void finish_wait(struct wait_queue_head *wq, struct wait_queue_entry *entry)
{
}

void schedule(void)
{
	sleep(1, SITE);
}
