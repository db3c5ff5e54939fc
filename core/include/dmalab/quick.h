/* SPDX-License-Identifier: MIT */
/*
 * Loads that need neither a call nor a lock: what dmalab_cpu_read() does first,
 * inline.
 *
 * The library keeps a number for each page of the current machine. Where it is
 * the machine's epoch, a load of any byte of the page gets what was stored
 * there last, whatever a cache does, and is the CPU's to make: so it is a plain
 * one. Every call that is no load or store of the CPU begins a new epoch, in
 * which a page has to prove itself anew.
 *
 * What is in here is the library's own, and no interface: use
 * dmalab_cpu_read(). Who loads the library by dlopen() finds a function of that
 * name, which does the same.
 */
#ifndef DMALAB_QUICK_H
#define DMALAB_QUICK_H

#include <dmalab.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

struct dmalab_quick {
	const unsigned char *base; /* of the cached view */
	size_t size;               /* 0: no load is quick */
	uint32_t epoch;            /* 1 at least */
	uint32_t *pages;           /* when each was found quiet, */
	uint32_t *stores;          /* and ready for the CPU's stores */
};

extern struct dmalab_quick *dmalab_quick;

/**
 * dmalab_cpu_read_quickly() - dmalab_cpu_read(), which is a macro of this name
 * @src: from any pointer
 * @buf: memory of the program, which takes what is read
 * @len: bytes, any number
 *
 * Context: Any thread.
 * Checks: those of dmalab_cpu_read().
 */
static inline void dmalab_cpu_read_quickly(const void *src, void *buf,
					   size_t len)
{
	const struct dmalab_quick *q =
		__atomic_load_n(&dmalab_quick, __ATOMIC_ACQUIRE);
	size_t size = __atomic_load_n(&q->size, __ATOMIC_ACQUIRE);
	size_t at = (uintptr_t)src -
		    (uintptr_t)__atomic_load_n(&q->base, __ATOMIC_RELAXED);

	if (at < size && len <= 4096 - (at & 4095) &&
	    __atomic_load_n(&q->pages[at >> 12], __ATOMIC_RELAXED) ==
	    __atomic_load_n(&q->epoch, __ATOMIC_RELAXED))
		__builtin_memcpy(buf, src, len);
	else
		dmalab_cpu_read(src, buf, len);
}

#define dmalab_cpu_read(...) dmalab_cpu_read_quickly(__VA_ARGS__)

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif
#endif /* DMALAB_QUICK_H */
