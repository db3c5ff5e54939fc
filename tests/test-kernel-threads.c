/* SPDX-License-Identifier: MIT */
/* What happens beside the driver's own code: threads, timers, work, interrupts. */
#include "capture.h"
#include "rig.h"

#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/interrupt.h>
#include <linux/jiffies.h>
#include <linux/kthread.h>
#include <linux/mutex.h>
#include <linux/sched.h>
#include <linux/spinlock.h>
#include <linux/timer.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

/* Long enough for anything that is to happen, and nobody waits for it. */
#define LONG_TIME (60 * HZ)

static int group_setup(void **state)
{
	static struct rig r;

	rig_up(&r, NULL);
	*state = &r;
	return 0;
}

static int group_teardown(void **state)
{
	rig_down(*state);
	return 0;
}

/* -------------------------------------------------------------------- time */

static void time_passes(void **state)
{
	unsigned long began = jiffies;
	ktime_t at = ktime_get();

	(void)state;
	msleep(2);
	usleep_range(1000, 2000);
	udelay(1000);
	mdelay(1);
	ndelay(1000);
	fsleep(100);
	assert_int_equal(msleep_interruptible(1), 0);
	assert_true(ktime_us_delta(ktime_get(), at) >= 6100);
	assert_true(time_after_eq(jiffies, began + 5));
	dmalab_time_advance(10ull * NSEC_PER_SEC);
	assert_true(time_after(jiffies, began + 10 * HZ));
	assert_true(ktime_ms_delta(ktime_get(), at) >= 10000);
	assert_true(ktime_get_real() > ktime_set(1500000000, 0));
	assert_int_equal(msecs_to_jiffies(20), 20 * HZ / 1000);
	assert_int_equal(usecs_to_jiffies(1), 1);
	assert_int_equal(secs_to_jiffies(2), 2 * HZ);
	assert_int_equal(jiffies_to_msecs(HZ), 1000);
	assert_int_equal(jiffies_to_usecs(1), 1000);
	assert_int_equal(nsecs_to_jiffies(5000000), 5);
	assert_true(time_before(1ul, 2ul) && time_after(1ul, ~0ul));
	assert_int_equal(ktime_compare(ktime_add_us(0, 1), ktime_add_ms(0, 1)), -1);
	assert_true(ktime_after(ms_to_ktime(2), ns_to_ktime(2)));
}

static void sleeping_in_atomic(void **state)
{
	struct completion done;
	struct work_struct work;
	struct rig *r = *state;
	DEFINE_SPINLOCK(lock);

	INIT_WORK(&work, NULL);
	init_completion(&done);
	complete(&done);
	spin_lock(&lock);
	udelay(1);
	msleep(1);
	usleep_range(1, 2);
	ssleep(0);
	fsleep(1);
	msleep_interruptible(1);
	cond_resched();
	wait_for_completion(&done);
	flush_work(&work);
	cancel_work_sync(&work);
	schedule_timeout_uninterruptible(1);
	schedule_timeout_interruptible(1);
	synchronize_irq(3);
	spin_unlock(&lock);
	expect(r, "sleep-in-atomic sleep-in-atomic sleep-in-atomic sleep-in-atomic sleep-in-atomic "
		  "sleep-in-atomic sleep-in-atomic sleep-in-atomic sleep-in-atomic sleep-in-atomic "
		  "sleep-in-atomic sleep-in-atomic");
}

/* ------------------------------------------------- completions and threads */

struct shared {
	struct completion go, done;
	wait_queue_head_t wq;
	int value, rounds;
	bool atomic;
};

static int answer(void *data)
{
	struct shared *s = data;

	wait_for_completion(&s->go);
	s->value = 42;
	complete(&s->done);
	while (!kthread_should_stop()) {
		set_current_state(TASK_INTERRUPTIBLE);
		if (!kthread_should_stop())
			schedule();
		set_current_state(TASK_RUNNING);
		WRITE_ONCE(s->rounds, s->rounds + 1);
		wake_up(&s->wq);
	}
	return 7;
}

static void completions(void **state)
{
	struct shared s = { .value = 0 };
	struct task_struct *thread;

	(void)state;
	init_completion(&s.go);
	init_completion(&s.done);
	init_waitqueue_head(&s.wq);
	thread = kthread_run(answer, &s, "answer/%d", 1);
	assert_false(IS_ERR(thread));
	assert_int_equal(wait_for_completion_timeout(&s.done, 2), 0);
	assert_false(try_wait_for_completion(&s.done));
	complete(&s.go);
	assert_true(wait_for_completion_timeout(&s.done, LONG_TIME) > 0);
	assert_int_equal(s.value, 42);
	wake_up_process(thread);
	wait_event(s.wq, READ_ONCE(s.rounds) > 0);
	assert_int_equal(kthread_stop(thread), 7);

	complete_all(&s.done);
	for (int i = 0; i < 3; i++)
		assert_int_equal(wait_for_completion_interruptible(&s.done), 0);
	assert_true(completion_done(&s.done));
	assert_true(wait_for_completion_interruptible_timeout(&s.done, 1) > 0);
	reinit_completion(&s.done);
	assert_false(completion_done(&s.done));
}

static int never(void *data)
{
	*(int *)data = 1;
	return 0;
}

static void stopped_before_it_began(void **state)
{
	int ran = 0;
	struct task_struct *thread = kthread_create(never, &ran, "never");

	(void)state;
	assert_int_equal(kthread_stop(thread), -EINTR);
	assert_int_equal(ran, 0);
	assert_false(kthread_should_stop());
	assert_non_null(dmalab_current());
	assert_int_equal(schedule_timeout_uninterruptible(1), 0);
	assert_true(schedule_timeout(MAX_SCHEDULE_TIMEOUT) == MAX_SCHEDULE_TIMEOUT);
}

static void wait_queues(void **state)
{
	DECLARE_WAIT_QUEUE_HEAD(wq);
	int asked = 0;

	(void)state;
	assert_int_equal(wait_event_timeout(wq, asked++ > 100, 2), 0);
	assert_int_equal(asked, 2);
	assert_true(wait_event_timeout(wq, true, 0) >= 1);
	assert_int_equal(wait_event_interruptible(wq, asked > 0), 0);
	assert_true(wait_event_interruptible_timeout(wq, asked > 0, LONG_TIME) > LONG_TIME / 2);
	assert_false(waitqueue_active(&wq));
	wake_up_all(&wq);
}

/* ------------------------------------------------------------------ timers */

struct ticker {
	struct timer_list timer;
	int ticks, again;
	bool was_soft;
	struct tasklet_struct tasklet;
	struct completion done;
};

static void tick(struct timer_list *timer)
{
	struct ticker *t = from_timer(t, timer, timer);

	t->ticks++;
	t->was_soft = in_serving_softirq();
	if (t->again-- > 0)
		mod_timer(timer, jiffies + HZ);
}

static void timers(void **state)
{
	struct ticker t = { .again = 2 };

	(void)state;
	timer_setup(&t.timer, tick, 0);
	assert_false(timer_pending(&t.timer));
	assert_int_equal(mod_timer(&t.timer, jiffies + 10 * HZ), 0);
	assert_int_equal(mod_timer(&t.timer, jiffies + 20 * HZ), 1);
	dmalab_time_advance(15ull * NSEC_PER_SEC);
	assert_int_equal(t.ticks, 0);
	dmalab_time_advance(6ull * NSEC_PER_SEC);
	assert_int_equal(t.ticks, 1);
	assert_true(t.was_soft);
	for (int i = 0; i < 3; i++)
		dmalab_time_advance(2ull * NSEC_PER_SEC);
	assert_int_equal(t.ticks, 3);
	assert_int_equal(del_timer_sync(&t.timer), 0);
	t.timer.expires = jiffies + LONG_TIME;
	add_timer(&t.timer);
	assert_int_equal(del_timer(&t.timer), 1);
	assert_int_equal(timer_delete_sync(&t.timer), 0);
}

/* In the order of time, whatever the order in which they were started. */
static char order[8];

static void note(struct timer_list *timer)
{
	order[strlen(order)] = 'a' + timer->flags;
}

static void timers_in_order(void **state)
{
	struct timer_list t[4];
	static const int at[4] = { 30, 10, 20, 10 };

	(void)state;
	for (int i = 0; i < 4; i++) {
		timer_setup(&t[i], note, i);
		mod_timer(&t[i], jiffies + at[i] * HZ);
	}
	dmalab_time_advance(40ull * NSEC_PER_SEC);
	assert_string_equal(order, "bdca");
}

static void soft(struct tasklet_struct *tasklet)
{
	struct ticker *t = from_tasklet(t, tasklet, tasklet);

	t->ticks++;
	t->was_soft = in_serving_softirq();
	complete(&t->done);
}

static void soft_old(unsigned long data)
{
	complete((struct completion *)data);
}

static void tasklets(void **state)
{
	struct ticker t = { .ticks = 0 };
	struct tasklet_struct old;

	(void)state;
	init_completion(&t.done);
	tasklet_setup(&t.tasklet, soft);
	tasklet_schedule(&t.tasklet);
	wait_for_completion(&t.done);
	tasklet_kill(&t.tasklet);
	assert_true(t.ticks == 1 && t.was_soft);
	tasklet_init(&old, soft_old, (unsigned long)&t.done);
	tasklet_schedule(&old);
	wait_for_completion(&t.done);
	tasklet_kill(&old);
}

/* -------------------------------------------------------------------- work */

struct job {
	struct work_struct work;
	struct delayed_work later;
	struct completion started, go;
	int done, again;
	bool waits, may_sleep;
};

static void work_on(struct work_struct *work)
{
	struct job *job = container_of(work, struct job, work);

	job->may_sleep = !in_atomic() && in_task();
	if (job->waits) {
		complete(&job->started);
		wait_for_completion(&job->go);
	}
	job->done++;
	if (job->again-- > 0)
		schedule_work(work);
}

static void work_later(struct work_struct *work)
{
	struct job *job = container_of(to_delayed_work(work), struct job, later);

	job->done++;
}

static void works(void **state)
{
	struct job job = { .again = 2 };

	(void)state;
	INIT_WORK(&job.work, work_on);
	init_completion(&job.started);
	init_completion(&job.go);
	assert_false(flush_work(&job.work));
	assert_true(schedule_work(&job.work));
	flush_scheduled_work();
	assert_int_equal(job.done, 3);
	assert_true(job.may_sleep);
	assert_false(work_busy(&job.work));

	/* Queued while it runs: once more. Queued twice: once. */
	job.waits = true;
	assert_true(schedule_work(&job.work));
	wait_for_completion(&job.started);
	assert_false(work_pending(&job.work));
	assert_true(work_busy(&job.work));
	assert_true(schedule_work(&job.work));
	assert_false(schedule_work(&job.work));
	assert_true(cancel_work(&job.work));
	complete(&job.go);
	assert_false(cancel_work_sync(&job.work));
	assert_int_equal(job.done, 4);
}

static void queues_of_work(void **state)
{
	struct workqueue_struct *wq = alloc_workqueue("test", WQ_UNBOUND, 0);
	struct job jobs[3] = { { .done = 0 }, { .done = 0 }, { .done = 0 } };

	(void)state;
	assert_non_null(wq);
	for (int i = 0; i < 3; i++) {
		INIT_WORK(&jobs[i].work, work_on);
		assert_true(queue_work(wq, &jobs[i].work));
	}
	flush_workqueue(wq);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(jobs[i].done, 1);
		queue_work(wq, &jobs[i].work);
	}
	destroy_workqueue(wq);
	for (int i = 0; i < 3; i++)
		assert_int_equal(jobs[i].done, 2);
}

static int declared_done;

static void count_declared(struct work_struct *work)
{
	(void)work;
	declared_done++;
}

static DECLARE_WORK(declared, count_declared);
static DECLARE_DELAYED_WORK(declared_later, count_declared);

static void declared_works(void **state)
{
	(void)state;
	assert_true(schedule_work(&declared));
	assert_true(schedule_delayed_work(&declared_later, HZ));
	dmalab_time_advance(2ull * NSEC_PER_SEC);
	flush_scheduled_work();
	assert_int_equal(declared_done, 2);
	declared_later.timer.expires = jiffies;
	dmalab_delayed_work_timer(&declared_later.timer);
	flush_work(&declared_later.work);
	assert_int_equal(declared_done, 3);
}

static void delayed_works(void **state)
{
	struct job job = { .done = 0 };

	(void)state;
	INIT_DELAYED_WORK(&job.later, work_later);
	assert_true(schedule_delayed_work(&job.later, 10 * HZ));
	assert_false(schedule_delayed_work(&job.later, 1));
	assert_true(delayed_work_pending(&job.later));
	dmalab_time_advance(11ull * NSEC_PER_SEC);
	flush_delayed_work(&job.later);
	assert_int_equal(job.done, 1);
	assert_true(queue_delayed_work(system_wq, &job.later, LONG_TIME));
	assert_true(mod_delayed_work(system_wq, &job.later, 2 * LONG_TIME));
	assert_true(flush_delayed_work(&job.later));
	assert_int_equal(job.done, 2);
	schedule_delayed_work(&job.later, LONG_TIME);
	assert_true(cancel_delayed_work(&job.later));
	schedule_delayed_work(&job.later, LONG_TIME);
	assert_true(cancel_delayed_work_sync(&job.later));
	assert_false(cancel_delayed_work_sync(&job.later));
	assert_int_equal(job.done, 2);
}

/* -------------------------------------------------------------- interrupts */

struct nic {
	spinlock_t lock;
	int hard, threaded, events;
	bool was_hard, was_task, not_mine;
};

static irqreturn_t hard(int irq, void *dev_id)
{
	struct nic *nic = dev_id;

	assert_int_equal(irq, 17);
	if (nic->not_mine)
		return IRQ_NONE;
	nic->was_hard = in_hardirq() && irqs_disabled();
	spin_lock(&nic->lock);
	nic->hard++;
	spin_unlock(&nic->lock);
	return nic->threaded < 0 ? IRQ_HANDLED : IRQ_WAKE_THREAD;
}

static irqreturn_t threaded(int irq, void *dev_id)
{
	struct nic *nic = dev_id;

	(void)irq;
	nic->was_task = in_task() && !in_atomic() && !irqs_disabled();
	nic->threaded++;
	return IRQ_HANDLED;
}

static void interrupts(void **state)
{
	struct nic nic = { .threaded = -1 }, other = { .not_mine = true };
	unsigned long flags;
	struct capture c;

	(void)state;
	spin_lock_init(&nic.lock);
	capture_begin(&c, NULL);
	assert_int_equal(dmalab_irq_raise(17), IRQ_NONE);
	capture_end(&c);
	assert_non_null(strstr(captured, "IRQ 17 has no handler: request_irq() comes first"));
	assert_int_equal(request_irq(17, hard, 0, "nic", &nic), 0);
	assert_int_equal(request_irq(17, hard, IRQF_SHARED, "other", &other), -EBUSY);
	assert_int_equal(request_irq(18, NULL, 0, "other", &other), -EINVAL);
	assert_int_equal(request_irq(18, hard, IRQF_SHARED, "other", NULL), -EINVAL);
	assert_int_equal(dmalab_irq_raise(17), IRQ_HANDLED);
	assert_int_equal(nic.hard, 1);
	assert_true(nic.was_hard && !in_hardirq() && !irqs_disabled());

	/* Under the driver's own lock it waits, and is one interrupt however often. */
	spin_lock_irqsave(&nic.lock, flags);
	assert_int_equal(dmalab_irq_raise(17), IRQ_NONE);
	assert_int_equal(dmalab_irq_raise(17), IRQ_NONE);
	assert_int_equal(nic.hard, 1);
	spin_unlock_irqrestore(&nic.lock, flags);
	assert_int_equal(nic.hard, 2);
	local_irq_disable();
	dmalab_irq_raise(17);
	local_irq_enable();
	assert_int_equal(nic.hard, 3);
	/* And in another handler. */
	dmalab_irq_enter();
	dmalab_irq_raise(17);
	assert_int_equal(nic.hard, 3);
	dmalab_irq_exit();
	assert_int_equal(nic.hard, 4);

	disable_hardirq(17);
	enable_irq(17);
	disable_irq(17);
	disable_irq_nosync(17);
	assert_int_equal(dmalab_irq_raise(17), IRQ_NONE);
	enable_irq(17);
	assert_int_equal(nic.hard, 4);
	enable_irq(17);
	assert_int_equal(nic.hard, 5);
	capture_begin(&c, NULL);
	enable_irq(17);
	capture_end(&c);
	assert_non_null(strstr(captured, "Unbalanced enable for IRQ 17"));
	synchronize_irq(17);
	assert_string_equal(free_irq(17, &nic), "nic");
	capture_begin(&c, NULL);
	assert_null(free_irq(17, &nic));
	capture_end(&c);
	assert_non_null(strstr(captured, "Trying to free already-free IRQ 17"));
}

static void threaded_interrupts(void **state)
{
	struct nic nic = { .threaded = 0 }, other = { .not_mine = true };

	(void)state;
	assert_int_equal(request_irq(17, hard, IRQF_SHARED, "other", &other), 0);
	assert_int_equal(request_threaded_irq(17, hard, threaded, IRQF_SHARED, "nic", &nic), 0);
	assert_int_equal(dmalab_irq_raise(17), IRQ_HANDLED);
	assert_true(nic.hard == 1 && nic.threaded == 1 && nic.was_task);
	free_irq(17, &nic);
	assert_int_equal(dmalab_irq_raise(17), IRQ_NONE);
	free_irq(17, &other);
	assert_int_equal(request_threaded_irq(17, NULL, threaded, 0, "nic", &nic), -EINVAL);
	assert_int_equal(request_threaded_irq(17, NULL, threaded, IRQF_ONESHOT, "nic", &nic), 0);
	assert_int_equal(dmalab_irq_raise(17), IRQ_HANDLED);
	assert_int_equal(nic.threaded, 2);
	free_irq(17, &nic);
}

static void interrupts_of_a_device(void **state)
{
	struct nic nic = { .threaded = -1 };
	struct rig *r = *state;
	struct device *dev = dmalab_device_new(r->machine, "eth1");
	struct capture c;

	assert_int_equal(devm_request_irq(dev, 17, hard, 0, NULL, &nic), 0);
	assert_int_equal(devm_request_irq(dev, 17, hard, 0, NULL, &nic), -EBUSY);
	assert_int_equal(dmalab_irq_raise(17), IRQ_HANDLED);
	devm_free_irq(dev, 17, &nic);
	capture_begin(&c, NULL);
	devm_free_irq(dev, 17, &nic);
	capture_end(&c);
	assert_non_null(strstr(captured, "is not this device's"));
	assert_int_equal(devm_request_threaded_irq(dev, 17, hard, threaded, 0, "x", &nic), 0);
	dmalab_device_free(dev);
	capture_begin(&c, NULL);
	assert_int_equal(dmalab_irq_raise(17), IRQ_NONE);
	assert_null(free_irq(17, &nic));
	capture_end(&c);
	assert_int_equal(nic.hard, 1);
	assert_int_equal(devm_request_irq(dev, 17, hard, 0, "x", &nic), -ENODEV);
	expect(r, "no-device");
}

/* What a handler does is judged as such. */
static irqreturn_t allocates(int irq, void *dev_id)
{
	(void)irq;
	kfree(kmalloc(64, GFP_KERNEL));
	(void)dev_id;
	return IRQ_HANDLED;
}

static void handlers_are_judged(void **state)
{
	struct rig *r = *state;

	assert_int_equal(request_irq(17, allocates, 0, "nic", r), 0);
	dmalab_irq_raise(17);
	expect(r, "sleep-in-atomic");
	assert_non_null(strstr(r->text, "hard interrupt handler"));
	free_irq(17, r);
}

static void locks(void **state)
{
	DEFINE_MUTEX(lock);

	(void)state;
	assert_false(mutex_is_locked(&lock));
	assert_int_equal(mutex_lock_interruptible(&lock), 0);
	assert_true(mutex_is_locked(&lock));
	mutex_unlock(&lock);
	assert_int_equal(mutex_lock_killable(&lock), 0);
	mutex_unlock(&lock);
	mutex_lock_nested(&lock, 1);
	mutex_unlock(&lock);
	mutex_destroy(&lock);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(time_passes),
		cmocka_unit_test(sleeping_in_atomic),
		cmocka_unit_test(completions),
		cmocka_unit_test(stopped_before_it_began),
		cmocka_unit_test(wait_queues),
		cmocka_unit_test(timers),
		cmocka_unit_test(timers_in_order),
		cmocka_unit_test(tasklets),
		cmocka_unit_test(works),
		cmocka_unit_test(queues_of_work),
		cmocka_unit_test(declared_works),
		cmocka_unit_test(delayed_works),
		cmocka_unit_test(interrupts),
		cmocka_unit_test(threaded_interrupts),
		cmocka_unit_test(interrupts_of_a_device),
		cmocka_unit_test(handlers_are_judged),
		cmocka_unit_test(locks),
	};

	return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
