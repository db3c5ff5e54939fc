/* SPDX-License-Identifier: MIT */
/* Errors in pointers, after include/linux/err.h. */
#ifndef DMALAB_LINUX_ERR_H
#define DMALAB_LINUX_ERR_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>

#define MAX_ERRNO 4095

#define IS_ERR_VALUE(x) ((unsigned long)(x) >= (unsigned long)-MAX_ERRNO)

static inline void *ERR_PTR(long error)
{
	return (void *)error;
}

static inline long PTR_ERR(const void *ptr)
{
	return (long)ptr;
}

static inline bool IS_ERR(const void *ptr)
{
	return IS_ERR_VALUE(ptr);
}

static inline bool IS_ERR_OR_NULL(const void *ptr)
{
	return ptr == NULL || IS_ERR(ptr);
}

#endif
