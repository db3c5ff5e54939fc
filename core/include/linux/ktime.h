/* SPDX-License-Identifier: MIT */
/* Kernel basics: times in nanoseconds. */
#ifndef DMALAB_LINUX_KTIME_H
#define DMALAB_LINUX_KTIME_H

#include <linux/types.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

typedef s64 ktime_t;

#define NSEC_PER_USEC 1000L
#define NSEC_PER_MSEC 1000000L
#define NSEC_PER_SEC  1000000000L
#define USEC_PER_MSEC 1000L
#define USEC_PER_SEC  1000000L
#define MSEC_PER_SEC  1000L

/**
 * ktime_get() - monotonic time
 *
 * Context: Any.
 * Return: nanoseconds: the host's, and what dmalab_time_advance() has added.
 */
ktime_t ktime_get(void);

/**
 * ktime_get_real() - the time of day
 *
 * Context: Any.
 * Return: nanoseconds since 1970.
 */
ktime_t ktime_get_real(void);

/**
 * dmalab_time_advance() - let time pass at once
 * @ns: nanoseconds
 *
 * For tests of timeouts. Clocks and jiffies jump, sleeps and waits that end by
 * then end, and when this returns the timers that were due have run: unless it
 * is called by one of them.
 *
 * Context: May sleep.
 */
void dmalab_time_advance(u64 ns);

static inline u64 ktime_get_ns(void)
{
	return ktime_get();
}

static inline u64 ktime_get_real_ns(void)
{
	return ktime_get_real();
}

static inline ktime_t ktime_get_boottime(void)
{
	return ktime_get();
}

static inline ktime_t ktime_add(ktime_t a, ktime_t b)
{
	return a + b;
}

static inline ktime_t ktime_sub(ktime_t a, ktime_t b)
{
	return a - b;
}

static inline ktime_t ktime_add_ns(ktime_t kt, u64 ns)
{
	return kt + ns;
}

static inline ktime_t ktime_add_us(ktime_t kt, u64 us)
{
	return kt + us * 1000;
}

static inline ktime_t ktime_add_ms(ktime_t kt, u64 ms)
{
	return kt + ms * 1000000;
}

static inline s64 ktime_to_ns(ktime_t kt)
{
	return kt;
}

static inline s64 ktime_to_us(ktime_t kt)
{
	return kt / 1000;
}

static inline s64 ktime_to_ms(ktime_t kt)
{
	return kt / 1000000;
}

static inline ktime_t ns_to_ktime(u64 ns)
{
	return ns;
}

static inline ktime_t ms_to_ktime(u64 ms)
{
	return ms * 1000000;
}

static inline ktime_t ktime_set(s64 secs, unsigned long nsecs)
{
	return secs * 1000000000 + (s64)nsecs;
}

static inline s64 ktime_us_delta(ktime_t later, ktime_t earlier)
{
	return (later - earlier) / 1000;
}

static inline s64 ktime_ms_delta(ktime_t later, ktime_t earlier)
{
	return (later - earlier) / 1000000;
}

static inline int ktime_compare(ktime_t a, ktime_t b)
{
	return a < b ? -1 : a > b;
}

static inline bool ktime_after(ktime_t a, ktime_t b)
{
	return a > b;
}

static inline bool ktime_before(ktime_t a, ktime_t b)
{
	return a < b;
}

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
