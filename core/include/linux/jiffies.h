/* SPDX-License-Identifier: MIT */
/* Kernel basics: jiffies, of a millisecond. */
#ifndef DMALAB_LINUX_JIFFIES_H
#define DMALAB_LINUX_JIFFIES_H

#include <linux/ktime.h>
#include <linux/types.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

#undef HZ /* the host has one, of 100 */
#define HZ 1000
#define MAX_JIFFY_OFFSET ((~0UL >> 2) - 1)

/**
 * dmalab_jiffies() - what jiffies is
 *
 * Context: Any.
 * Return: milliseconds of ktime_get().
 */
unsigned long dmalab_jiffies(void);

#ifndef jiffies
#define jiffies dmalab_jiffies()
#define jiffies_64 ((u64)dmalab_jiffies())
#define get_jiffies_64() ((u64)dmalab_jiffies())
#endif

#ifndef time_after
#define time_after(a, b)     ((long)((b) - (a)) < 0)
#define time_before(a, b)    time_after(b, a)
#define time_after_eq(a, b)  ((long)((a) - (b)) >= 0)
#define time_before_eq(a, b) time_after_eq(b, a)
#define time_in_range(a, b, c) (time_after_eq(a, b) && time_before_eq(a, c))
#define time_is_before_jiffies(a) time_after(jiffies, a)
#define time_is_after_jiffies(a)  time_before(jiffies, a)
#endif

static inline unsigned long msecs_to_jiffies(unsigned int ms)
{
	return (int)ms < 0 ? MAX_JIFFY_OFFSET : ms;
}

static inline unsigned long secs_to_jiffies(unsigned int secs)
{
	return secs * 1000UL;
}

static inline unsigned long usecs_to_jiffies(unsigned int us)
{
	return (us + 999UL) / 1000;
}

static inline unsigned long nsecs_to_jiffies(u64 ns)
{
	return ns / 1000000;
}

static inline unsigned int jiffies_to_msecs(unsigned long j)
{
	return j;
}

static inline unsigned int jiffies_to_usecs(unsigned long j)
{
	return j * 1000;
}

static inline unsigned long round_jiffies(unsigned long j)
{
	return j;
}

static inline unsigned long round_jiffies_relative(unsigned long j)
{
	return j;
}

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
