/* SPDX-License-Identifier: MIT */
/*
 * Polling of registers, with a timeout. Time is that of ktime_get(): a model
 * that answers in the driver's thread is never too slow, one on a thread of its
 * own may be; dmalab_time_advance() brings the timeout about.
 */
#ifndef DMALAB_LINUX_IOPOLL_H
#define DMALAB_LINUX_IOPOLL_H

#include <errno.h>
#include <linux/io.h>
#include <linux/kernel.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/**
 * dmalab_poll_wait() - a round of polling is over
 * @started: 0 in the first round; the library keeps in it when that was
 * @sleep_us: microseconds to wait, asleep
 * @timeout_us: how many there are for all rounds; 0: no end
 *
 * What read_poll_timeout() waits with.
 *
 * Context: May sleep if @sleep_us is not 0.
 * Return: false: the time is over, and nothing was waited for.
 */
bool dmalab_poll_wait(u64 *started, unsigned long sleep_us, u64 timeout_us);

#define DMALAB_POLL(op, val, cond, sleep, timeout, before, ...) \
	__extension__({ \
		u64 poll_began = 0; \
		int poll_err = 0; \
		if (before) \
			dmalab_poll_wait(&poll_began, sleep, 0); \
		for (;;) { \
			(val) = op(__VA_ARGS__); \
			if (cond) \
				break; \
			if (!dmalab_poll_wait(&poll_began, sleep, timeout)) { \
				(val) = op(__VA_ARGS__); \
				poll_err = (cond) ? 0 : -ETIMEDOUT; \
				break; \
			} \
		} \
		poll_err; \
	})

/*
 * Call @op with the last arguments, keep in @val what it gives, until @cond
 * holds: 0, or, after @timeout microseconds (0: never), -ETIMEDOUT. @sleep: how
 * many to sleep between two rounds; @before: also before the first.
 */
#define read_poll_timeout(op, val, cond, sleep, timeout, before, ...) \
	__extension__({ \
		might_sleep(); \
		DMALAB_POLL(op, val, cond, sleep, timeout, before, \
			    __VA_ARGS__); \
	})

/* The same without sleeping, or waiting at all between two rounds. */
#define read_poll_timeout_atomic(op, val, cond, delay, timeout, before, ...) \
	DMALAB_POLL(op, val, cond, 0, timeout, before, __VA_ARGS__)

#define readb_poll_timeout(addr, val, cond, sleep, timeout) \
	read_poll_timeout(readb, val, cond, sleep, timeout, \
				false, addr)
#define readb_poll_timeout_atomic(addr, val, cond, delay, timeout) \
	read_poll_timeout_atomic(readb, val, cond, delay, timeout, \
				false, addr)
#define readb_relaxed_poll_timeout(addr, val, cond, sleep, timeout) \
	read_poll_timeout(readb_relaxed, val, cond, sleep, timeout, \
				false, addr)
#define readb_relaxed_poll_timeout_atomic(addr, val, cond, delay, timeout) \
	read_poll_timeout_atomic(readb_relaxed, val, cond, delay, timeout, \
				false, addr)
#define readw_poll_timeout(addr, val, cond, sleep, timeout) \
	read_poll_timeout(readw, val, cond, sleep, timeout, \
				false, addr)
#define readw_poll_timeout_atomic(addr, val, cond, delay, timeout) \
	read_poll_timeout_atomic(readw, val, cond, delay, timeout, \
				false, addr)
#define readw_relaxed_poll_timeout(addr, val, cond, sleep, timeout) \
	read_poll_timeout(readw_relaxed, val, cond, sleep, timeout, \
				false, addr)
#define readw_relaxed_poll_timeout_atomic(addr, val, cond, delay, timeout) \
	read_poll_timeout_atomic(readw_relaxed, val, cond, delay, timeout, \
				false, addr)
#define readl_poll_timeout(addr, val, cond, sleep, timeout) \
	read_poll_timeout(readl, val, cond, sleep, timeout, \
				false, addr)
#define readl_poll_timeout_atomic(addr, val, cond, delay, timeout) \
	read_poll_timeout_atomic(readl, val, cond, delay, timeout, \
				false, addr)
#define readl_relaxed_poll_timeout(addr, val, cond, sleep, timeout) \
	read_poll_timeout(readl_relaxed, val, cond, sleep, timeout, \
				false, addr)
#define readl_relaxed_poll_timeout_atomic(addr, val, cond, delay, timeout) \
	read_poll_timeout_atomic(readl_relaxed, val, cond, delay, timeout, \
				false, addr)
#define readq_poll_timeout(addr, val, cond, sleep, timeout) \
	read_poll_timeout(readq, val, cond, sleep, timeout, \
				false, addr)
#define readq_poll_timeout_atomic(addr, val, cond, delay, timeout) \
	read_poll_timeout_atomic(readq, val, cond, delay, timeout, \
				false, addr)
#define readq_relaxed_poll_timeout(addr, val, cond, sleep, timeout) \
	read_poll_timeout(readq_relaxed, val, cond, sleep, timeout, \
				false, addr)
#define readq_relaxed_poll_timeout_atomic(addr, val, cond, delay, timeout) \
	read_poll_timeout_atomic(readq_relaxed, val, cond, delay, timeout, \
				false, addr)

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif
#endif
