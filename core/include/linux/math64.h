/* SPDX-License-Identifier: MIT */
/* Kernel basics: divisions of 64 bits. */
#ifndef DMALAB_LINUX_MATH64_H
#define DMALAB_LINUX_MATH64_H

#include <linux/types.h>

static inline u64 div_u64(u64 dividend, u32 divisor)
{
	return dividend / divisor;
}

static inline s64 div_s64(s64 dividend, s32 divisor)
{
	return dividend / divisor;
}

static inline u64 div64_u64(u64 dividend, u64 divisor)
{
	return dividend / divisor;
}

static inline u64 div_u64_rem(u64 dividend, u32 divisor, u32 *remainder)
{
	*remainder = dividend % divisor;
	return dividend / divisor;
}

static inline u64 mul_u32_u32(u32 a, u32 b)
{
	return (u64)a * b;
}

/* @n becomes the quotient, and the result is the remainder. */
#ifndef do_div
#define do_div(n, base) \
	__extension__({ \
		u32 div_base = (base); \
		u32 div_rem = (n) % div_base; \
		(n) /= div_base; \
		div_rem; \
	})
#endif

#endif
