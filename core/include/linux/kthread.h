/* SPDX-License-Identifier: MIT */
/* Kernel basics: threads of the kernel. */
#ifndef DMALAB_LINUX_KTHREAD_H
#define DMALAB_LINUX_KTHREAD_H

#include <linux/err.h>
#include <linux/sched.h>
#include <linux/types.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/**
 * kthread_create() - a thread that wake_up_process() lets begin
 * @function: what it runs
 * @data: its argument
 * @fmt: its name
 *
 * Context: May sleep.
 * Return: the thread, to be ended with kthread_stop(); ERR_PTR(-ENOMEM).
 */
__attribute__((__format__(__printf__, 3, 4)))
struct task_struct *kthread_create(int (*function)(void *data), void *data,
				   const char *fmt, ...);

/**
 * kthread_stop() - ask a thread to end, wake it, and wait
 * @task: the thread, which is gone afterwards
 *
 * Also one whose function has returned. One that was never woken does not run
 * it.
 *
 * Context: May sleep.
 * Return: what its function returned, or -EINTR.
 * Checks: "sleep-in-atomic".
 */
int kthread_stop(struct task_struct *task);

/**
 * kthread_should_stop() - whether this thread is to end
 *
 * Context: Any; concerns this thread.
 * Return: true if it is.
 */
bool kthread_should_stop(void);

#ifndef kthread_run
#define kthread_run(function, data, ...) \
	__extension__({ \
		struct task_struct *run_task = \
			kthread_create(function, data, __VA_ARGS__); \
		if (!IS_ERR(run_task)) \
			wake_up_process(run_task); \
		run_task; \
	})
#endif

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
