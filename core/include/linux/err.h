/* SPDX-License-Identifier: MIT */
/* Errors in pointers, after include/linux/err.h. */
#ifndef DMALAB_LINUX_ERR_H
#define DMALAB_LINUX_ERR_H

#include <linux/errno.h>
#include <stdbool.h>
#include <stddef.h>

#define MAX_ERRNO 4095

#define IS_ERR_VALUE(x) ((unsigned long)(x) >= (unsigned long)-MAX_ERRNO)

/**
 * ERR_PTR() - an error in a pointer
 * @error: -EINVAL and the like
 *
 * Context: Any.
 * Return: the pointer.
 */
static inline void *ERR_PTR(long error)
{
	return (void *)error;
}

/**
 * PTR_ERR() - the error in a pointer
 * @ptr: for which IS_ERR() is true
 *
 * Context: Any.
 * Return: -EINVAL and the like.
 */
static inline long PTR_ERR(const void *ptr)
{
	return (long)ptr;
}

/**
 * IS_ERR() - whether a pointer is an error
 * @ptr: any pointer; NULL is none
 *
 * Context: Any.
 * Return: true if it is.
 */
static inline bool IS_ERR(const void *ptr)
{
	return IS_ERR_VALUE(ptr);
}

/**
 * IS_ERR_OR_NULL() - whether a pointer is an error, or NULL
 * @ptr: any pointer
 *
 * Context: Any.
 * Return: true if it is.
 */
static inline bool IS_ERR_OR_NULL(const void *ptr)
{
	return ptr == NULL || IS_ERR(ptr);
}

/**
 * ERR_CAST() - an error in a pointer of another type
 * @ptr: for which IS_ERR() is true
 *
 * Context: Any.
 * Return: the pointer.
 */
static inline void *ERR_CAST(const void *ptr)
{
	return (void *)ptr;
}

/**
 * PTR_ERR_OR_ZERO() - what a function returns that got a pointer
 * @ptr: any pointer
 *
 * Context: Any.
 * Return: the error in it, or 0.
 */
static inline int PTR_ERR_OR_ZERO(const void *ptr)
{
	return IS_ERR(ptr) ? (int)PTR_ERR(ptr) : 0;
}

#endif
