/* SPDX-License-Identifier: MIT */
/* Time, and waiting for it to pass. */
#include "kernel/wake.h"

#include <errno.h>
#include <linux/delay.h>
#include <linux/jiffies.h>
#include <linux/ktime.h>
#include <linux/sched.h>
#include <pthread.h>
#include <sched.h>
#include <time.h>

#define NSEC_PER_JIFFY (1000000000ull / HZ)

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t condition;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static u64 advanced; /* nanoseconds, by dmalab_time_advance() */

static void init(void)
{
	pthread_condattr_t monotonic;

	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&condition, &monotonic);
	pthread_condattr_destroy(&monotonic);
}

void dlab_kernel_lock(void)
{
	pthread_once(&once, init);
	pthread_mutex_lock(&lock);
}

void dlab_kernel_unlock(void)
{
	pthread_mutex_unlock(&lock);
}

void dlab_wake_all(void)
{
	pthread_cond_broadcast(&condition);
}

static u64 host_clock(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000ull + now.tv_nsec;
}

u64 dlab_clock(void)
{
	return host_clock() + __atomic_load_n(&advanced, __ATOMIC_RELAXED);
}

void dlab_sleep_until(u64 deadline)
{
	struct timespec until;
	u64 host;

	if (deadline == NEVER) {
		pthread_cond_wait(&condition, &lock);
		return;
	}
	host = deadline - __atomic_load_n(&advanced, __ATOMIC_RELAXED);
	/* A deadline that time was advanced past is over. */
	if ((s64)host <= 0)
		return;
	until.tv_sec = host / 1000000000;
	until.tv_nsec = host % 1000000000;
	pthread_cond_timedwait(&condition, &lock, &until);
}

u64 dlab_deadline(unsigned long jiffies_from_now)
{
	return jiffies_from_now >= (unsigned long)MAX_SCHEDULE_TIMEOUT / NSEC_PER_JIFFY / 2 ?
		       NEVER : dlab_clock() + jiffies_from_now * NSEC_PER_JIFFY;
}

unsigned long dlab_remaining(u64 deadline)
{
	u64 now = dlab_clock();

	if (deadline == NEVER)
		return MAX_SCHEDULE_TIMEOUT;
	return deadline <= now ? 0 : (deadline - now + NSEC_PER_JIFFY - 1) / NSEC_PER_JIFFY;
}

void dmalab_time_advance(u64 ns)
{
	dlab_kernel_lock();
	__atomic_store_n(&advanced, advanced + ns, __ATOMIC_RELAXED);
	dlab_wake_all();
	dlab_kernel_unlock();
	dlab_timers_settle();
}

ktime_t ktime_get(void)
{
	return dlab_clock();
}

ktime_t ktime_get_real(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return now.tv_sec * 1000000000ll + now.tv_nsec +
	       (s64)__atomic_load_n(&advanced, __ATOMIC_RELAXED);
}

unsigned long dmalab_jiffies(void)
{
	return dlab_clock() / NSEC_PER_JIFFY;
}

/* ------------------------------------------------------------------ delays */

/* In any context, as nobody else runs on this CPU: its thread. */
static void pass(u64 ns)
{
	u64 until = dlab_clock() + ns;

	dlab_kernel_lock();
	while (dlab_clock() < until)
		dlab_sleep_until(until);
	dlab_kernel_unlock();
}

void ndelay(unsigned long ns)
{
	pass(ns);
}

void udelay(unsigned long us)
{
	pass(us * 1000ull);
}

void mdelay(unsigned long ms)
{
	pass(ms * 1000000ull);
}

void msleep(unsigned int ms)
{
	MAY_SLEEP();
	pass(ms * 1000000ull);
}

unsigned long msleep_interruptible(unsigned int ms)
{
	MAY_SLEEP();
	pass(ms * 1000000ull);
	return 0;
}

void ssleep(unsigned int seconds)
{
	MAY_SLEEP();
	pass(seconds * 1000000000ull);
}

void usleep_range(unsigned long min_us, unsigned long max_us)
{
	(void)max_us;
	MAY_SLEEP();
	pass(min_us * 1000ull);
}

void fsleep(unsigned long us)
{
	MAY_SLEEP();
	pass(us * 1000ull);
}

int dmalab_cond_resched(void)
{
	RECORD_IF_DRAWN("might_sleep", "", 0);
	context_might_sleep(&(struct call){ "cond_resched", site_of(__builtin_return_address(0)) });
	sched_yield();
	return 0;
}
