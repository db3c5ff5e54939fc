/* SPDX-License-Identifier: MIT */
/*
 * What libdmalab-rt, the runtime behind a compiler's instrumentation, tells the
 * library: the loads and stores that a program is about to make by itself.
 *
 * Of a load the library is told before it is made: it is judged, and what it
 * then gets is what the simulated machine would give it. Of a store likewise,
 * but its value is not there yet: it is pending until the thread's next event,
 * which is a store, a call of the API, the end of a function, or a question for
 * reports. Until then its line is neither evicted nor refilled; after it,
 * memory holds what the program stored, and the store has been judged as one
 * that was told by dmalab_cpu_write(), also where it changed no byte.
 *
 * Drivers call nothing of this. A runtime of another compiler may.
 */
#ifndef DMALAB_HOOKS_H
#define DMALAB_HOOKS_H

#include <dmalab.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/**
 * struct dmalab_mark - a store that is part of a longer one
 * @start: its first byte; it ends where the next one starts
 * @pc: where it is made, as a return address
 */
struct dmalab_mark {
	const unsigned char *start;
	const void *pc;
};

#define DMALAB_MARKS 64

/**
 * struct dmalab_hooks - what the library and a runtime keep of one thread
 * @end: behind the last byte of the store that is pending
 * @limit: bytes up to here may be made part of it by moving @end; NULL: none
 * @pc: where its last bytes are stored, as a return address; for another one
 *	there must be room for a mark
 * @marks: of the stores that it is made of, DMALAB_MARKS at most, which is the
 *	runtime's memory; NULL: all are of one @pc
 * @nr_marks: how many it is made of
 * @quiet: the line whose loads need no judging,
 * @quiet_size: its bytes, 0: none,
 * @quiet_epoch: in this epoch of the current machine,
 * @quiet_change: as long as dmalab_range.changes is this
 * @stack: where the functions that run were called, the outermost first; NULL:
 *	nobody keeps it
 * @depth: of @stack, entries
 * @start: the first byte of what is pending; this and all else: the library's
 * @judged: up to here it has been judged once
 * @offset: of @start in the machine's memory
 * @machine: whose memory it is; NULL: nothing is pending
 * @next: of those with something pending there
 * @uncached: through the pointer to uncached memory
 * @loading: the next event is a load, before which the store need not be made
 * @busy: in one of the functions below, with the machine's lock
 * @watched: its end is waited for
 */
struct dmalab_hooks {
	const unsigned char *end;
	const unsigned char *limit;
	const void *pc;
	struct dmalab_mark *marks;

	const unsigned char *quiet;
	size_t quiet_size;
	uint32_t quiet_epoch;
	uint32_t quiet_change;

	uint32_t nr_marks;
	uint32_t depth;
	const void *const *stack;

	const unsigned char *start, *judged;
	size_t offset;
	struct dmalab_machine *machine;
	struct dmalab_hooks *next;
	bool uncached;
	bool loading;
	bool busy;
	bool watched;
};

/* Of this thread. */
extern __thread struct dmalab_hooks dmalab_hooks;

/**
 * struct dmalab_range - addresses that may be of a simulated machine
 * @base: the lowest
 * @size: bytes; 0: there is no machine
 * @changes: how often another machine became the current one
 */
struct dmalab_range {
	uintptr_t base;
	size_t size;
	uint32_t changes;
};

/* Of all machines: what lies outside needs no call. */
extern struct dmalab_range dmalab_range;

/**
 * dmalab_hook_load() - the program is about to load
 * @p: from here, any address
 * @len: bytes
 * @pc: the return address of the instrumentation's call
 *
 * Context: Any thread. Nothing happens on a machine with "accesses=explicit".
 * Checks: those of dmalab_cpu_read().
 */
void dmalab_hook_load(const void *p, size_t len, const void *pc);

/**
 * dmalab_hook_store() - the program is about to store
 * @p: here, any address
 * @len: bytes
 * @pc: the return address of the instrumentation's call
 *
 * Context: as dmalab_hook_load().
 * Checks: those of dmalab_cpu_write(), of this thread's previous store.
 */
void dmalab_hook_store(void *p, size_t len, const void *pc);

/**
 * dmalab_hook_settle() - the store that is pending has been made
 *
 * Context: as dmalab_hook_load().
 * Checks: those of dmalab_cpu_write(), of this thread's last store.
 */
void dmalab_hook_settle(void);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif
#endif /* DMALAB_HOOKS_H */
