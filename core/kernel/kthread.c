/* SPDX-License-Identifier: MIT */
/* Threads of the kernel, and tasks that sleep until they are woken. */
#include "kernel/wake.h"

#include <errno.h>
#include <linux/err.h>
#include <linux/kthread.h>
#include <linux/sched.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

/* Of a thread that kthread_create() did not make only @state counts. */
struct task_struct {
	int (*function)(void *data);
	void *data;
	pthread_t thread;
	unsigned int state;      /* TASK_RUNNING: it is woken, or was never asleep */
	bool should_stop;
	int result;
	char comm[16];
};

static __thread struct task_struct *self;
static __thread struct task_struct other = { .comm = "test" };

static struct task_struct *task(void)
{
	return self ? self : &other;
}

struct task_struct *dmalab_current(void)
{
	return task();
}

/* With the lock. */
static void sleep_while_not_running(struct task_struct *t, u64 deadline)
{
	while (t->state != TASK_RUNNING && dlab_remaining(deadline))
		dlab_sleep_until(deadline);
	t->state = TASK_RUNNING;
}

/* It does not begin before it is woken. */
static void *run(void *arg)
{
	struct task_struct *t = arg;
	bool stopped;

	self = t;
	dlab_kernel_lock();
	sleep_while_not_running(t, NEVER);
	stopped = t->should_stop;
	dlab_kernel_unlock();
	t->result = stopped ? -EINTR : t->function(t->data);
	return NULL;
}

struct task_struct *kthread_create(int (*function)(void *data), void *data, const char *fmt, ...)
{
	struct task_struct *t = calloc(1, sizeof(*t));
	va_list args;

	if (!t)
		return ERR_PTR(-ENOMEM);
	t->function = function;
	t->data = data;
	t->state = TASK_UNINTERRUPTIBLE;
	va_start(args, fmt);
	vsnprintf(t->comm, sizeof(t->comm), fmt, args);
	va_end(args);
	if (pthread_create(&t->thread, NULL, run, t)) {
		free(t);
		return ERR_PTR(-ENOMEM);
	}
	return t;
}

/* The first to be woken: one that is stopped before that never runs its function. */
int kthread_stop(struct task_struct *t)
{
	int result;

	MAY_SLEEP();
	dlab_kernel_lock();
	t->should_stop = true;
	t->state = TASK_RUNNING;
	dlab_wake_all();
	dlab_kernel_unlock();
	pthread_join(t->thread, NULL);
	result = t->result;
	free(t);
	return result;
}

bool kthread_should_stop(void)
{
	bool stop;

	dlab_kernel_lock();
	stop = task()->should_stop;
	dlab_kernel_unlock();
	return stop;
}

int wake_up_process(struct task_struct *t)
{
	bool slept;

	dlab_kernel_lock();
	slept = t->state != TASK_RUNNING;
	t->state = TASK_RUNNING;
	dlab_wake_all();
	dlab_kernel_unlock();
	return slept;
}

void set_current_state(unsigned int state)
{
	dlab_kernel_lock();
	task()->state = state;
	dlab_kernel_unlock();
}

void schedule(void)
{
	MAY_SLEEP();
	dlab_kernel_lock();
	sleep_while_not_running(task(), NEVER);
	dlab_kernel_unlock();
}

long schedule_timeout(long timeout)
{
	u64 deadline = dlab_deadline(timeout > 0 ? timeout : 0);

	MAY_SLEEP();
	dlab_kernel_lock();
	sleep_while_not_running(task(), deadline);
	dlab_kernel_unlock();
	return timeout == MAX_SCHEDULE_TIMEOUT ? timeout : (long)dlab_remaining(deadline);
}

static long sleep_in(unsigned int state, long timeout)
{
	u64 deadline = dlab_deadline(timeout > 0 ? timeout : 0);

	dlab_kernel_lock();
	task()->state = state;
	sleep_while_not_running(task(), deadline);
	dlab_kernel_unlock();
	return timeout == MAX_SCHEDULE_TIMEOUT ? timeout : (long)dlab_remaining(deadline);
}

long schedule_timeout_interruptible(long timeout)
{
	MAY_SLEEP();
	return sleep_in(TASK_INTERRUPTIBLE, timeout);
}

long schedule_timeout_uninterruptible(long timeout)
{
	MAY_SLEEP();
	return sleep_in(TASK_UNINTERRUPTIBLE, timeout);
}
