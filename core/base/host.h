/* SPDX-License-Identifier: MIT */
/*
 * What the host gives. A driver's call must not change errno, and here are the calls that
 * do when the host has nothing to give.
 */
#ifndef DMALAB_BASE_HOST_H
#define DMALAB_BASE_HOST_H

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static inline void host_restore_errno(const int *saved)
{
	errno = *saved;
}

/* Until the end of the block, whichever way it is left. */
#define KEEP_ERRNO \
	const int kept_errno __attribute__((cleanup(host_restore_errno), unused)) = errno

static inline void *host_malloc(size_t size)
{
	KEEP_ERRNO;

	return malloc(size);
}

static inline void *host_calloc(size_t nr, size_t size)
{
	KEEP_ERRNO;

	return calloc(nr, size);
}

static inline char *host_strdup(const char *text)
{
	KEEP_ERRNO;

	return strdup(text);
}

#endif
