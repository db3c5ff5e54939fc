/* SPDX-License-Identifier: MIT */
/* Kernel basics: completions. */
#ifndef DMALAB_LINUX_COMPLETION_H
#define DMALAB_LINUX_COMPLETION_H

#include <linux/types.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

struct completion {
	unsigned int done;
};

#define COMPLETION_INITIALIZER(work) { 0 }
#define COMPLETION_INITIALIZER_ONSTACK(work) { 0 }
#define DECLARE_COMPLETION(work) struct completion work = { 0 }
#define DECLARE_COMPLETION_ONSTACK(work) struct completion work = { 0 }

static inline void init_completion(struct completion *x)
{
	x->done = 0;
}

static inline void reinit_completion(struct completion *x)
{
	x->done = 0;
}

/**
 * complete() - let one thread go on
 * @x: the completion
 *
 * Context: Any.
 */
void complete(struct completion *x);

/**
 * complete_all() - let all go on, until reinit_completion()
 * @x: the completion
 *
 * Context: Any.
 */
void complete_all(struct completion *x);

/**
 * wait_for_completion() - wait
 * @x: the completion
 *
 * Context: May sleep.
 * Checks: "sleep-in-atomic".
 */
void wait_for_completion(struct completion *x);

/**
 * wait_for_completion_timeout() - wait, but not for ever
 * @x: the completion
 * @timeout: jiffies
 *
 * Context: May sleep.
 * Return: 0: the time is over; else what is left of it, at least 1.
 * Checks: "sleep-in-atomic".
 */
unsigned long wait_for_completion_timeout(struct completion *x,
					  unsigned long timeout);

/**
 * wait_for_completion_interruptible() - wait; there are no signals
 * @x: the completion
 *
 * Context: May sleep.
 * Return: 0.
 * Checks: "sleep-in-atomic".
 */
int wait_for_completion_interruptible(struct completion *x);

/**
 * wait_for_completion_interruptible_timeout() - both
 * @x: the completion
 * @timeout: jiffies
 *
 * Context: May sleep.
 * Return: as wait_for_completion_timeout().
 * Checks: "sleep-in-atomic".
 */
long wait_for_completion_interruptible_timeout(struct completion *x,
						unsigned long timeout);

/**
 * try_wait_for_completion() - go on without waiting, or not at all
 * @x: the completion
 *
 * Context: Any.
 * Return: true if it was completed.
 */
bool try_wait_for_completion(struct completion *x);

/**
 * completion_done() - whether nobody would have to wait
 * @x: the completion
 *
 * Context: Any.
 * Return: true if it is completed.
 */
bool completion_done(struct completion *x);

#ifndef wait_for_completion_killable
#define wait_for_completion_killable(x) wait_for_completion_interruptible(x)
#define wait_for_completion_killable_timeout(x, timeout) \
	wait_for_completion_interruptible_timeout(x, timeout)
#define wait_for_completion_io(x) wait_for_completion(x)
#define wait_for_completion_io_timeout(x, timeout) \
	wait_for_completion_timeout(x, timeout)
#endif

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
