/* SPDX-License-Identifier: MIT */
/* Kernel basics: random numbers; also the host's <linux/random.h>. */
#ifndef DMALAB_LINUX_RANDOM_H
#define DMALAB_LINUX_RANDOM_H

#pragma GCC system_header /* for #include_next, which is an extension */
#include_next <linux/random.h>
#include <linux/types.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/**
 * get_random_bytes() - bytes that nobody can guess
 * @buf: plain memory
 * @len: bytes
 *
 * Context: Any.
 */
void get_random_bytes(void *buf, size_t len);

static inline u32 get_random_u32(void)
{
	u32 v;

	get_random_bytes(&v, sizeof(v));
	return v;
}

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
