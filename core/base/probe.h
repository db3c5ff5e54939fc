/* SPDX-License-Identifier: MIT */
/*
 * Hooks at every function that drivers call. A recorder sets the table and gets to know
 * what the program does (docs/traces.md); the rooms below it know this header and no more.
 *
 * Every function that drivers call says so first, with RECORD(), and what it made last.
 * While there is no table, that is one load and a branch that is never taken.
 *
 * Hooks are called with the machine locked or not, on any thread: the recorder's own lock
 * is the innermost.
 */
#ifndef DMALAB_BASE_PROBE_H
#define DMALAB_BASE_PROBE_H

#include "base/compiler.h"

#include <linux/scatterlist.h>

struct call;
struct dmalab_machine;
struct machine;

/* An access; @dev NULL: the CPU's, and @at its pointer. @out: what is stored, or NULL. */
struct record_access {
	const char *name;
	struct device *dev;
	bool device;
	u64 at;
	const void *out;
	size_t len;
};

struct probe {
	void (*call)(const char *name, const char *parameters, const u64 *args);
	void (*absent)(const char *name);
	void (*access)(const struct record_access *a);

	/*
	 * What this thread's latest statement made; nothing, if it failed. @size 0: that of
	 * the pool or cache it is from. @dma NULL: no device reaches it yet.
	 */
	void (*made_memory)(const void *cpu, size_t size, const dma_addr_t *dma);
	void (*made_mapping)(dma_addr_t dma, size_t size);
	void (*made)(const void *object);
	void (*made_table)(const struct sg_table *sgt);
	void (*mapped)(const struct device *dev, struct scatterlist *sgl, int nents);

	/* A device is made; what it says of itself now is no news. */
	void (*device)(struct device *dev);
	void (*state)(const struct device *dev);

	/* Of @m, at this offset: a store through a plain pointer, found by the open statement. */
	void (*store)(const struct machine *m, size_t offset, size_t len);

	/* The open statement reported @check; @hw is the machine that is judged. */
	void (*report)(const struct machine *hw, const char *check, const struct call *call,
		       const void *cpu);

	/* An allocation or mapping of the open statement fails by order, or does not. */
	void (*decision)(const struct dmalab_machine *lab, bool fails);
};

/* Set once, by the first recorder; @dlab_probe_on: there is somebody to tell. */
extern const struct probe *dlab_probe;
extern bool dlab_probe_on;

static inline bool recording(void)
{
	return unlikely(__atomic_load_n(&dlab_probe_on, __ATOMIC_ACQUIRE));
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
			dlab_probe->call(name, parameters, (const u64[]){ RECORD_ARGS(__VA_ARGS__) }); \
	} while (0)

#define RECORD(parameters, ...) RECORD_AS(__func__, parameters, __VA_ARGS__)

/* A call that matters to a trace only if it reports something. */
#define RECORD_IF_DRAWN(name, parameters, ...) RECORD_AS(name, "?" parameters, __VA_ARGS__)

/* A call that the language does not have. */
#define RECORD_ABSENT() \
	do { \
		if (recording()) \
			dlab_probe->absent(__func__); \
	} while (0)

#define RECORD_DEVICE(name, dev, dma, out, len) \
	do { \
		if (recording()) \
			dlab_probe->access(&(struct record_access){ name, dev, true, dma, out, len }); \
	} while (0)

#define RECORD_CPU(name, p, out, len) \
	do { \
		if (recording()) \
			dlab_probe->access(&(struct record_access){ \
				name, NULL, false, (uintptr_t)(p), out, len }); \
	} while (0)

static inline void *record_memory(void *cpu, size_t size, const dma_addr_t *dma)
{
	if (recording())
		dlab_probe->made_memory(cpu, size, dma);
	return cpu;
}

static inline dma_addr_t record_mapping(dma_addr_t dma, size_t size)
{
	if (recording())
		dlab_probe->made_mapping(dma, size);
	return dma;
}

/* A pool, or a cache of objects. */
static inline void *record_object(void *object)
{
	if (recording())
		dlab_probe->made(object);
	return object;
}

#endif
