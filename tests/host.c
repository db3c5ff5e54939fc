/* SPDX-License-Identifier: MIT */
#ifdef HAVE_CONFIG_H
#include <config.h>
#endif

#include "host.h"

#ifdef HAVE_LIBDW
#include <elfutils/libdw.h>
#endif
#include <errno.h>
#include <stddef.h>
#include <sys/mman.h>

unsigned fail_in;
bool failed;
long live;

#ifdef HAVE_LIBDW
int __real_dwarf_getscopes(Dwarf_Die *unit, Dwarf_Addr pc, Dwarf_Die **scopes);
int __real_dwarf_getscopes_die(Dwarf_Die *die, Dwarf_Die **scopes);
int __wrap_dwarf_getscopes(Dwarf_Die *unit, Dwarf_Addr pc, Dwarf_Die **scopes);
int __wrap_dwarf_getscopes_die(Dwarf_Die *die, Dwarf_Die **scopes);
#endif

static bool must_fail(void)
{
	if (!fail_in || --fail_in)
		return false;
	failed = true;
	errno = ENOMEM;
	return true;
}

void *__real_malloc(size_t size);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *p, size_t size);
char *__real_strdup(const char *s);
void __real_free(void *p);
void *__real_mmap(void *addr, size_t len, int prot, int flags, int fd, off_t offset);
int __real_munmap(void *addr, size_t len);
int __real_mprotect(void *addr, size_t len, int prot);

void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *p, size_t size);
char *__wrap_strdup(const char *s);
void __wrap_free(void *p);
#ifdef HAVE_LIBDW
/* What these return is the caller's to free. */
int __wrap_dwarf_getscopes(Dwarf_Die *unit, Dwarf_Addr pc, Dwarf_Die **scopes)
{
	int nr = __real_dwarf_getscopes(unit, pc, scopes);

	live += nr > 0;
	return nr;
}

int __wrap_dwarf_getscopes_die(Dwarf_Die *die, Dwarf_Die **scopes)
{
	int nr = __real_dwarf_getscopes_die(die, scopes);

	live += nr > 0;
	return nr;
}
#endif

void *__wrap_mmap(void *addr, size_t len, int prot, int flags, int fd, off_t offset);
int __wrap_munmap(void *addr, size_t len);
int __wrap_mprotect(void *addr, size_t len, int prot);

void *__wrap_malloc(size_t size)
{
	void *p = must_fail() ? NULL : __real_malloc(size);

	live += p != NULL;
	return p;
}

void *__wrap_calloc(size_t n, size_t size)
{
	void *p = must_fail() ? NULL : __real_calloc(n, size);

	live += p != NULL;
	return p;
}

void *__wrap_realloc(void *old, size_t size)
{
	void *p = must_fail() ? NULL : __real_realloc(old, size);

	live += p && !old;
	return p;
}

char *__wrap_strdup(const char *s)
{
	char *p = must_fail() ? NULL : __real_strdup(s);

	live += p != NULL;
	return p;
}

void __wrap_free(void *p)
{
	live -= p != NULL;
	__real_free(p);
}

void *__wrap_mmap(void *addr, size_t len, int prot, int flags, int fd, off_t offset)
{
	void *p = must_fail() ? MAP_FAILED : __real_mmap(addr, len, prot, flags, fd, offset);

	live += p != MAP_FAILED;
	return p;
}

int __wrap_munmap(void *addr, size_t len)
{
	live--;
	return __real_munmap(addr, len);
}

int __wrap_mprotect(void *addr, size_t len, int prot)
{
	return must_fail() ? -1 : __real_mprotect(addr, len, prot);
}
