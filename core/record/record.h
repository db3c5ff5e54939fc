/* SPDX-License-Identifier: MIT */
/*
 * What a program does, as a trace of docs/traces.md: DMALAB_OPTIONS=record=FILE.
 *
 *   file.c     lines in a file, the last of which may grow
 *   shorten.c  and which of them its end can do without, when it is full
 *   record.c   statements
 *   made.c     what they make
 *   drawn.c    what they draw, find, and fail at
 *   names.c    what has a name, found by address with stretches.c
 *   arguments.c what a pointer or a DMA address is called
 *   lists.c    lists that drivers build
 *   devices.c  devices, and what drivers set in them
 *   words.c    directions, flags and numbers
 *   start.c    the settings at the top
 *
 * Every function that drivers call says so first, with RECORD(), and what it made
 * last. While nobody records, that is one load and a branch that is never taken.
 *
 * A statement is in the file before its call does anything, so that the file is
 * complete when the call crashes. What is known only later (a report, a store that the
 * call found) is written over it: a line only grows.
 *
 * Called with the machine locked or not: the recorder's own lock is the innermost.
 */
#ifndef DMALAB_RECORD_RECORD_H
#define DMALAB_RECORD_RECORD_H

#include "machine/machine.h"

#include <linux/scatterlist.h>

struct call;
struct dmalab_machine;
struct options;

/* One machine of the process is being recorded. */
extern bool record_switch __attribute__((visibility("hidden")));

static inline bool recording(void)
{
	return unlikely(__atomic_load_n(&record_switch, __ATOMIC_RELAXED));
}

/*
 * Parameters are letters, those of core/trace/trace.h; before them '=' for a call that
 * makes something, which record_memory() and its like then bind to the name. Also:
 *
 *   m mask     j pointer to a string
 */
#define RECORD_MAX_ARGS 6

#define RECORD_1(a)                (u64)(a)
#define RECORD_2(a, b)             (u64)(a), (u64)(b)
#define RECORD_3(a, b, c)          (u64)(a), (u64)(b), (u64)(c)
#define RECORD_4(a, b, c, d)       (u64)(a), (u64)(b), (u64)(c), (u64)(d)
#define RECORD_5(a, b, c, d, e)    (u64)(a), (u64)(b), (u64)(c), (u64)(d), (u64)(e)
#define RECORD_6(a, b, c, d, e, f) (u64)(a), (u64)(b), (u64)(c), (u64)(d), (u64)(e), (u64)(f)
#define RECORD_PICK(a, b, c, d, e, f, macro, ...) macro
#define RECORD_ARGS(...) \
	RECORD_PICK(__VA_ARGS__, RECORD_6, RECORD_5, RECORD_4, RECORD_3, RECORD_2, RECORD_1, ) \
	(__VA_ARGS__)

#define RECORD_AS(name, parameters, ...) \
	do { \
		if (recording()) \
			record_call(name, parameters, (const u64[]){ RECORD_ARGS(__VA_ARGS__) }); \
	} while (0)

#define RECORD(parameters, ...) RECORD_AS(__func__, parameters, __VA_ARGS__)

/* A call that matters to a trace only if it draws something. */
#define RECORD_IF_DRAWN(name, parameters, ...) RECORD_AS(name, "?" parameters, __VA_ARGS__)

/* A call that the language does not have. */
#define RECORD_ABSENT() \
	do { \
		if (recording()) \
			record_absent(__func__); \
	} while (0)

cold void record_call(const char *name, const char *parameters, const u64 *args);
cold void record_absent(const char *name);

/* An access; @dev NULL: the CPU's, and @at its pointer. @out: what is stored, or NULL. */
struct record_access {
	const char *name;
	struct device *dev;
	bool device;
	u64 at;
	const void *out;
	size_t len;
};

cold void record_access(const struct record_access *a);

#define RECORD_DEVICE(name, dev, dma, out, len) \
	do { \
		if (recording()) \
			record_access(&(struct record_access){ name, dev, true, dma, out, len }); \
	} while (0)

#define RECORD_CPU(name, p, out, len) \
	do { \
		if (recording()) \
			record_access(&(struct record_access){ \
				name, NULL, false, (uintptr_t)(p), out, len }); \
	} while (0)

/*
 * What this thread's latest statement made; nothing, if it failed. @size 0: that of the
 * pool or cache it is from. @dma NULL: no device reaches it yet.
 */
cold void record_made_memory(const void *cpu, size_t size, const dma_addr_t *dma);
cold void record_made_mapping(dma_addr_t dma, size_t size);
cold void record_made(const void *object);
cold void record_made_table(const struct sg_table *sgt);
cold void record_mapped(const struct device *dev, struct scatterlist *sgl, int nents);

/* A device is made; what it says of itself now is no news. */
cold void record_device(struct device *dev);
cold void record_state(const struct device *dev);

static inline void *record_memory(void *cpu, size_t size, const dma_addr_t *dma)
{
	if (recording())
		record_made_memory(cpu, size, dma);
	return cpu;
}

static inline dma_addr_t record_mapping(dma_addr_t dma, size_t size)
{
	if (recording())
		record_made_mapping(dma, size);
	return dma;
}

/* A pool, or a cache of objects. */
static inline void *record_object(void *object)
{
	if (recording())
		record_made(object);
	return object;
}

/* Of @m, at this offset: a store through a plain pointer, found by the open statement. */
cold void record_store(const struct machine *m, size_t offset, size_t len);

/* The open statement drew @check; @hw is the machine that is judged. */
cold void record_report(const struct machine *hw, const char *check, const struct call *call,
			const void *cpu);

/* An allocation or mapping of the open statement fails by order, or does not. */
cold void record_decision(const struct dmalab_machine *lab, bool fails);

/* start.c: from here on @lab is recorded, if @o says so and no other machine is. */
cold void record_start(struct dmalab_machine *lab, const struct options *o);
cold void record_end(const struct dmalab_machine *lab);

#endif
