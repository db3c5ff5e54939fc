/* SPDX-License-Identifier: MIT */
/*
 * What all entry points of the runtime do: one comparison for what lies outside of simulated RAM,
 * a few for what is done quickly, and a call of the library for all else.
 *
 * None of this may be instrumented itself, nor call what the linker wraps.
 */
#ifndef DMALAB_RUNTIME_H
#define DMALAB_RUNTIME_H

#include "base/compiler.h"

#include <dmalab/hooks.h>
#include <stddef.h>
#include <stdint.h>

/* Compilers and linkers know it by its name. */
#define ENTRY __attribute__((visibility("default")))

#define CALLER __builtin_return_address(0)

static inlined bool is_outside(const volatile void *p)
{
	return likely((uintptr_t)p - __atomic_load_n(&dmalab_range.base, __ATOMIC_RELAXED) >=
		      __atomic_load_n(&dmalab_range.size, __ATOMIC_RELAXED));
}

static inlined bool line_is_quiet(const struct dmalab_hooks *h, uint32_t epoch, const void *p,
				  size_t len)
{
	size_t at = (uintptr_t)p - (uintptr_t)h->quiet;

	return at < h->quiet_size && len <= h->quiet_size - at && h->quiet_epoch == epoch &&
	       h->quiet_change == __atomic_load_n(&dmalab_range.changes, __ATOMIC_RELAXED);
}

static inlined void on_load(const volatile void *at, size_t len, const void *pc)
{
	const void *p = (const void *)at;
	uint32_t epoch;

	if (is_outside(p))
		return;
	epoch = __atomic_load_n(&__atomic_load_n(&dmalab_quick, __ATOMIC_ACQUIRE)->epoch,
				__ATOMIC_RELAXED);
	if (line_is_quiet(&dmalab_hooks, epoch, p, len))
		return;
	dmalab_hook_load(p, len, pc);
}

/* Of different stores that follow each other, as those of a loop that the compiler has unrolled. */
static inlined bool has_mark(struct dmalab_hooks *h, unsigned char *p, const void *pc)
{
	uint32_t nr = h->nr_marks;

	if (pc == h->pc)
		return true;
	if (!h->marks || nr == DMALAB_MARKS)
		return false;
	h->marks[nr] = (struct dmalab_mark){ p, pc };
	__atomic_store_n(&h->nr_marks, nr + 1, __ATOMIC_RELEASE);
	h->pc = pc;
	return true;
}

static __thread struct dmalab_mark own_marks[DMALAB_MARKS]
	__attribute__((tls_model("initial-exec"), unused));

static inlined void on_store(volatile void *at, size_t len, const void *pc)
{
	struct dmalab_hooks *h = &dmalab_hooks;
	unsigned char *p = (unsigned char *)at;

	if (is_outside(p))
		return;
	if (p == h->end && p + len <= __atomic_load_n(&h->limit, __ATOMIC_RELAXED) &&
	    has_mark(h, p, pc)) {
		__atomic_store_n(&h->end, p + len, __ATOMIC_RELEASE);
		return;
	}
	if (unlikely(!h->marks))
		h->marks = own_marks;
	dmalab_hook_store(p, len, pc);
}

/* The program has made the store by now. */
static inlined void on_stored(void)
{
	if (unlikely(dmalab_hooks.machine))
		dmalab_hook_settle();
}

#endif
