/* SPDX-License-Identifier: MIT */
/*
 * The functions of libc that drivers touch memory with. No compiler instruments what they do, so
 * the linker has the program call these instead (--wrap); the library and libc itself do not.
 * Each says what it is about to touch, and has the function do it.
 *
 * A comparison is told of the bytes that it looks at, and of no more: up to the first that
 * differs, or the end of the string.
 */
#include "runtime/runtime.h"

#include <string.h>
#include <wchar.h>

#define min(a, b) ((a) < (b) ? (a) : (b))

/* The load first, though both are pending until the function has run. */
static inlined void on_copy(void *to, const void *from, size_t len, const void *pc)
{
	if (!len)
		return;
	on_load(from, len, pc);
	on_store(to, len, pc);
}

/* It has been made by now. */
static inlined void *done(void *to)
{
	if (!is_outside(to))
		on_stored();
	return to;
}

ENTRY void *__wrap_memcpy(void *to, const void *from, size_t len);
void *__wrap_memcpy(void *to, const void *from, size_t len)
{
	on_copy(to, from, len, CALLER);
	return done(memcpy(to, from, len));
}

ENTRY void *__wrap_memmove(void *to, const void *from, size_t len);
void *__wrap_memmove(void *to, const void *from, size_t len)
{
	on_copy(to, from, len, CALLER);
	return done(memmove(to, from, len));
}

ENTRY void *__wrap_memset(void *to, int value, size_t len);
void *__wrap_memset(void *to, int value, size_t len)
{
	if (len)
		on_store(to, len, CALLER);
	return done(memset(to, value, len));
}

/* What _FORTIFY_SOURCE makes of them. */
void *__memcpy_chk(void *to, const void *from, size_t len, size_t room);
void *__memmove_chk(void *to, const void *from, size_t len, size_t room);
void *__memset_chk(void *to, int value, size_t len, size_t room);

ENTRY void *__wrap___memcpy_chk(void *to, const void *from, size_t len, size_t room);
void *__wrap___memcpy_chk(void *to, const void *from, size_t len, size_t room)
{
	if (len <= room)
		on_copy(to, from, len, CALLER);
	return done(__memcpy_chk(to, from, len, room));
}

ENTRY void *__wrap___memmove_chk(void *to, const void *from, size_t len, size_t room);
void *__wrap___memmove_chk(void *to, const void *from, size_t len, size_t room)
{
	if (len <= room)
		on_copy(to, from, len, CALLER);
	return done(__memmove_chk(to, from, len, room));
}

ENTRY void *__wrap___memset_chk(void *to, int value, size_t len, size_t room);
void *__wrap___memset_chk(void *to, int value, size_t len, size_t room)
{
	if (len && len <= room)
		on_store(to, len, CALLER);
	return done(__memset_chk(to, value, len, room));
}

/* How many bytes of both are looked at until one differs. */
static size_t compared(const unsigned char *a, const unsigned char *b, size_t len)
{
	size_t n = 0;

	while (n < len && a[n] == b[n])
		n++;
	return n < len ? n + 1 : len;
}

static void on_compare(const void *a, const void *b, size_t len, const void *pc)
{
	if (!len)
		return;
	on_load(a, len, pc);
	on_load(b, len, pc);
}

ENTRY int __wrap_memcmp(const void *a, const void *b, size_t len);
int __wrap_memcmp(const void *a, const void *b, size_t len)
{
	if (!is_outside(a) || !is_outside(b))
		on_compare(a, b, compared(a, b, len), CALLER);
	return memcmp(a, b, len);
}

ENTRY void *__wrap_memchr(const void *p, int value, size_t len);
void *__wrap_memchr(const void *p, int value, size_t len)
{
	const char *found = memchr(p, value, len);

	if (len)
		on_load(p, found ? (size_t)(found - (const char *)p) + 1 : len, CALLER);
	return memchr(p, value, len);
}

ENTRY size_t __wrap_strlen(const char *s);
size_t __wrap_strlen(const char *s)
{
	if (!is_outside(s))
		on_load(s, strlen(s) + 1, CALLER);
	return strlen(s);
}

ENTRY size_t __wrap_strnlen(const char *s, size_t max);
size_t __wrap_strnlen(const char *s, size_t max)
{
	if (max && !is_outside(s))
		on_load(s, min(strnlen(s, max) + 1, max), CALLER);
	return strnlen(s, max);
}

/* The same, of strings that end. */
static size_t compared_strings(const char *a, const char *b, size_t max)
{
	size_t n = 0;

	while (n < max && a[n] == b[n] && a[n])
		n++;
	return n < max ? n + 1 : max;
}

ENTRY int __wrap_strcmp(const char *a, const char *b);
int __wrap_strcmp(const char *a, const char *b)
{
	if (!is_outside(a) || !is_outside(b))
		on_compare(a, b, compared_strings(a, b, SIZE_MAX), CALLER);
	return strcmp(a, b);
}

ENTRY int __wrap_strncmp(const char *a, const char *b, size_t max);
int __wrap_strncmp(const char *a, const char *b, size_t max)
{
	if (!is_outside(a) || !is_outside(b))
		on_compare(a, b, compared_strings(a, b, max), CALLER);
	return strncmp(a, b, max);
}

ENTRY char *__wrap_strcpy(char *to, const char *from);
char *__wrap_strcpy(char *to, const char *from)
{
	on_copy(to, from, strlen(from) + 1, CALLER);
	return done(strcpy(to, from));
}

/* It fills all of @max. */
ENTRY char *__wrap_strncpy(char *to, const char *from, size_t max);
char *__wrap_strncpy(char *to, const char *from, size_t max)
{
	if (max) {
		on_load(from, min(strnlen(from, max) + 1, max), CALLER);
		on_store(to, max, CALLER);
	}
	return done(strncpy(to, from, max));
}
