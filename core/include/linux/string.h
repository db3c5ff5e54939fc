/* SPDX-License-Identifier: MIT */
/* Kernel basics: strings, in addition to the C library's. */
#ifndef DMALAB_LINUX_STRING_H
#define DMALAB_LINUX_STRING_H

#include <linux/types.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

/* -E2BIG: it was cut short; else its length. */
static inline ssize_t strscpy(char *dst, const char *src, size_t size)
{
	const char *end = (const char *)memchr(src, 0, size);

	if (!size)
		return -7;
	if (!end) {
		memcpy(dst, src, size - 1);
		dst[size - 1] = 0;
		return -7;
	}
	memcpy(dst, src, end - src + 1);
	return end - src;
}

static inline ssize_t strscpy_pad(char *dst, const char *src, size_t size)
{
	ssize_t len = strscpy(dst, src, size);

	if (len >= 0)
		memset(dst + len, 0, size - len);
	return len;
}

static inline void memzero_explicit(void *s, size_t count)
{
	memset(s, 0, count);
	__asm__ __volatile__("" : : "r"(s) : "memory");
}

/* The first byte that is not @c, or NULL. */
static inline void *memchr_inv(const void *s, int c, size_t n)
{
	for (const unsigned char *p = (const unsigned char *)s; n--; p++)
		if (*p != (unsigned char)c)
			return (void *)p;
	return NULL;
}

static inline bool strstarts(const char *str, const char *prefix)
{
	return strncmp(str, prefix, strlen(prefix)) == 0;
}

/* Where one newline at the end makes no difference. */
static inline bool sysfs_streq(const char *a, const char *b)
{
	size_t la = strlen(a), lb = strlen(b);

	la -= la && a[la - 1] == '\n';
	lb -= lb && b[lb - 1] == '\n';
	return la == lb && memcmp(a, b, la) == 0;
}

static inline int match_string(const char *const *array, size_t n,
			       const char *string)
{
	for (size_t i = 0; i < n && array[i]; i++)
		if (strcmp(array[i], string) == 0)
			return i;
	return -22;
}

#endif
