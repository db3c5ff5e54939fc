/* SPDX-License-Identifier: MIT */
/*
 * Kernel basics: delays. Time is the host's: they take as long as they say,
 * unless dmalab_time_advance() is called meanwhile. See <linux/ktime.h>.
 */
#ifndef DMALAB_LINUX_DELAY_H
#define DMALAB_LINUX_DELAY_H

#include <linux/types.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/**
 * ndelay() - wait
 * @ns: nanoseconds
 *
 * Like udelay() and mdelay(), also where sleeping is not allowed: nobody else
 * runs on this CPU, which is this thread.
 *
 * Context: Any.
 */
void ndelay(unsigned long ns);

/**
 * udelay() - wait
 * @us: microseconds
 *
 * Context: Any.
 */
void udelay(unsigned long us);

/**
 * mdelay() - wait
 * @ms: milliseconds
 *
 * Context: Any.
 */
void mdelay(unsigned long ms);

/**
 * msleep() - sleep
 * @ms: milliseconds
 *
 * Context: May sleep.
 * Checks: "sleep-in-atomic".
 */
void msleep(unsigned int ms);

/**
 * msleep_interruptible() - sleep; there are no signals
 * @ms: milliseconds
 *
 * Context: May sleep.
 * Return: 0.
 * Checks: "sleep-in-atomic".
 */
unsigned long msleep_interruptible(unsigned int ms);

/**
 * ssleep() - sleep
 * @seconds: of them
 *
 * Context: May sleep.
 * Checks: "sleep-in-atomic".
 */
void ssleep(unsigned int seconds);

/**
 * usleep_range() - sleep
 * @min_us: microseconds, at least
 * @max_us: not looked at
 *
 * Context: May sleep.
 * Checks: "sleep-in-atomic".
 */
void usleep_range(unsigned long min_us, unsigned long max_us);

/**
 * fsleep() - sleep
 * @us: microseconds
 *
 * Context: May sleep.
 * Checks: "sleep-in-atomic".
 */
void fsleep(unsigned long us);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
