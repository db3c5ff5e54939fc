/* SPDX-License-Identifier: MIT */
/* Kernel basics: threads that sleep. */
#ifndef DMALAB_LINUX_SCHED_H
#define DMALAB_LINUX_SCHED_H

#include <linux/types.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

struct task_struct;

#define TASK_RUNNING         0x0000
#define TASK_INTERRUPTIBLE   0x0001
#define TASK_UNINTERRUPTIBLE 0x0002
#define TASK_IDLE            0x0402
#define MAX_SCHEDULE_TIMEOUT ((long)(~0UL >> 1))

/**
 * dmalab_current() - this thread
 *
 * Context: Any.
 * Return: what wake_up_process() takes. The kernel's "current", a word that
 * user-space code has many uses for, is not defined.
 */
struct task_struct *dmalab_current(void);

/**
 * wake_up_process() - end the sleep of a thread, or let it begin
 * @task: the thread
 *
 * Context: Any.
 * Return: 1 if it slept, else 0.
 */
int wake_up_process(struct task_struct *task);

/**
 * set_current_state() - be about to sleep, or not
 * @state: TASK_INTERRUPTIBLE and the like, until wake_up_process()
 *
 * Context: Any; concerns this thread.
 */
void set_current_state(unsigned int state);

/**
 * schedule() - sleep until wake_up_process(), if set_current_state() said so
 *
 * Context: May sleep.
 * Checks: "sleep-in-atomic".
 */
void schedule(void);

/**
 * schedule_timeout() - schedule(), but not for ever
 * @timeout: jiffies
 *
 * Context: May sleep.
 * Return: what is left of it.
 * Checks: "sleep-in-atomic".
 */
long schedule_timeout(long timeout);

/**
 * schedule_timeout_interruptible() - both of these
 * @timeout: jiffies
 *
 * Context: May sleep.
 * Return: what is left of it.
 * Checks: "sleep-in-atomic".
 */
long schedule_timeout_interruptible(long timeout);

/**
 * schedule_timeout_uninterruptible() - the same
 * @timeout: jiffies
 *
 * Context: May sleep.
 * Return: what is left of it.
 * Checks: "sleep-in-atomic".
 */
long schedule_timeout_uninterruptible(long timeout);

/**
 * dmalab_cond_resched() - what cond_resched() is
 *
 * Context: May sleep.
 * Return: 0.
 * Checks: "sleep-in-atomic".
 */
int dmalab_cond_resched(void);

#ifndef cond_resched
#define cond_resched() dmalab_cond_resched()
#endif
#ifndef __set_current_state
#define __set_current_state(state) set_current_state(state)
#endif
#ifndef signal_pending
#define signal_pending(task) ((void)(task), 0)
#endif

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
