/* SPDX-License-Identifier: MIT */
/* Kernel basics: sums and products that do not wrap unseen. */
#ifndef DMALAB_LINUX_OVERFLOW_H
#define DMALAB_LINUX_OVERFLOW_H

#include <linux/types.h>

#ifndef check_add_overflow
#define check_add_overflow(a, b, d) __builtin_add_overflow(a, b, d)
#define check_sub_overflow(a, b, d) __builtin_sub_overflow(a, b, d)
#define check_mul_overflow(a, b, d) __builtin_mul_overflow(a, b, d)
#endif

/* SIZE_MAX where it would wrap, which no allocation has. */
static inline size_t size_mul(size_t a, size_t b)
{
	size_t bytes;

	return __builtin_mul_overflow(a, b, &bytes) ? SIZE_MAX : bytes;
}

static inline size_t size_add(size_t a, size_t b)
{
	size_t bytes;

	return __builtin_add_overflow(a, b, &bytes) ? SIZE_MAX : bytes;
}

static inline size_t array_size(size_t n, size_t size)
{
	return size_mul(n, size);
}

#ifndef struct_size
#define flex_array_size(p, member, count) \
	size_mul(count, sizeof(*(p)->member))
#define struct_size(p, member, count) \
	size_add(sizeof(*(p)), flex_array_size(p, member, count))
#endif

#endif
