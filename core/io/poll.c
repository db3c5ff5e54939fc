/* SPDX-License-Identifier: MIT */
/* Time, for read_poll_timeout(). */
#include <linux/iopoll.h>
#include <time.h>

static u64 now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000ull + t.tv_nsec / 1000;
}

bool dmalab_poll_wait(u64 *started, unsigned long sleep_us, u64 timeout_us)
{
	struct timespec t = { sleep_us / 1000000, sleep_us % 1000000 * 1000 };
	u64 now = now_us();

	if (!*started)
		*started = now;
	if (timeout_us && now - *started > timeout_us)
		return false;
	if (sleep_us)
		nanosleep(&t, NULL);
	return true;
}
