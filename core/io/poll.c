/* SPDX-License-Identifier: MIT */
/* Time, for read_poll_timeout(). */
#include <linux/delay.h>
#include <linux/iopoll.h>
#include <linux/ktime.h>

bool dmalab_poll_wait(u64 *started, unsigned long sleep_us, u64 timeout_us)
{
	u64 now = ktime_get();

	if (!*started)
		*started = now;
	if (timeout_us && now - *started > timeout_us * 1000)
		return false;
	if (sleep_us)
		usleep_range(sleep_us, sleep_us);
	return true;
}
