/* SPDX-License-Identifier: MIT */
/*
 * The reference model: what each call ought to report and return.
 *
 * It is an oracle, so it must not err where the library errs. It shares no code with the
 * library, and no design: its rules are written from docs/checks.md, docs/checks/ and
 * docs/machine-model.md, each as a question about what was called before, and the only things
 * that it takes from a run are those that no document can promise (which address an
 * allocation got, which calls a lottery made fail), after looking whether they are such as
 * they may be. A mistake has to be made twice, in two ways, to stay unseen.
 *
 * It is also called for each of millions of calls, and costs no more than they do:
 *
 *   bytes    what holds for a byte of RAM is a bit of a word for 64 of them (unit.h), so that
 *            a rule about a line is a few operations on words; a page whose bytes are all
 *            alike is one such unit
 *   objects  are found by where they are, on three grids (grid.h): RAM, bus, DMA address
 *   start    nothing is cleared: what was touched by an earlier program shows by its age
 *
 * No call allocates, and none takes time in proportion to what other calls have made, unless
 * it lies at the same place.
 *
 * To use it: model_new() once for each machine; for each program model_start(), then
 * model_new_device() for each device; for each call make it, fill in struct outcome, and
 *
 *	model_step(m, &call, &outcome, &expect);
 *	why = model_disagrees(m, &call, &expect, &outcome);
 *	if (why)
 *		model_explain(m, &call, &expect, &outcome, why, stderr);
 *
 * MACHINE_FREE is the last call of a machine.
 */
#ifndef DMALAB_FUZZ_MODEL_H
#define DMALAB_FUZZ_MODEL_H

#include "call.h"

#include <stdio.h>

#define MODEL_RAM MAX_RAM

struct model;

#define MODEL_NOWHERE ((size_t)-1)

/* Which rule of the model predicts a report: where it stands. */
struct rule {
	const char *file, *function;
	int line;
};

/* What a rule saw of the first byte that it is about. */
struct sight {
	size_t at;               /* in RAM, or MODEL_NOWHERE: it is about no byte */
	bool cpu_only;           /* a store of the CPU may be missing in memory */
	bool hidden;             /* a store past the cache may be hidden by the cache */
	bool by_device;          /* the latest store was a device's */
	bool dirty, present;     /* the line may be, in the cache */
	bool unwritten;          /* nobody has stored to it since it was allocated */
};

/* What the model says of a call. */
struct expect {
	const char *check;       /* to be reported; NULL: nothing */
	const char *or_check;    /* or this; "": or nothing */
	const char *second;      /* and then this */
	unsigned times;          /* how often; 1 but for leaks */
	size_t bytes, span;      /* bytes concerned and their extent; 0: unchecked */
	const char *found[3];    /* about stores of C that the call finds: all of these */
	unsigned nr_found;
	size_t found_bytes, found_span; /* 0: unchecked */
	bool any_dispute;        /* check is one of the four names of a disputed byte */
	const char *wrong;       /* what contradicts the model in the result */
	const struct rule *rule, *found_rule; /* that said so of check, and of found[0] */
	unsigned about;          /* the object + 1, if it is about one */
	struct sight saw;
};

/* A model of one machine, to be started again for each program. Exits if there is no memory. */
struct model *model_new(void);

/*
 * A new machine, of which nothing but this is known: @probe is a cached pointer into it, @phys
 * the physical address there. The rest (uncached view, cookies) the model learns from calls.
 */
void model_start(struct model *m, const struct setup *s, void *probe, phys_addr_t phys);

/* There is a device of this number now, after model_start() or a DEVICE_NEW. */
void model_new_device(struct model *m, int device, const struct setup *s);

/* It is the same device, of which nobody has made use, but made as @s says. */
void model_shape_device(struct model *m, int device, const struct setup *s);

/*
 * Behind an IOMMU no DMA address tells where cookies point: @cpu is the cookie of the memory
 * at @at. The page was given out and released before there was a model of it, as was that
 * of model_note_dead().
 */
void model_set_cookies(struct model *m, void *cpu, size_t at);
void model_note_dead(struct model *m, bool handle, void *cpu, size_t at, dma_addr_t dma);

/* One call, of kind and arguments @c, that came out as @o: what should it have been? */
void model_step(struct model *m, const struct call *c, const struct outcome *o,
		struct expect *e);

/* What is not as the model says, or NULL. */
const char *model_disagrees(const struct model *m, const struct call *c, const struct expect *e,
			    const struct outcome *o);

/*
 * For what was predicted and for what was reported: the report, the byte, the state of its line,
 * the objects there and whose they are, and the rule. After model_step().
 */
void model_explain(const struct model *m, const struct call *c, const struct expect *e,
		   const struct outcome *o, const char *why, FILE *to);

/* There is no room for what another call may make: end the program. */
bool model_is_full(const struct model *m);

/* ------------------------------------------------- what the caller may ask */

enum view { NO_VIEW, CACHED, UNCACHED, COOKIE };

/* Where the pointer leads in RAM: @at, or MODEL_NOWHERE. */
enum view model_view(const struct model *m, const void *cpu, size_t *at);
bool model_in_vmalloc(const struct model *m, const void *cpu, size_t *offset); /* @offset: or NULL */
bool model_vmalloc_is_safe(const struct model *m, const void *cpu, size_t len); /* it does not fault */

bool model_judges(const struct model *m);           /* checks are not off */
bool machine_is_coherent(const struct model *m);
bool machine_speculates(const struct model *m);
bool machine_translates(const struct model *m);

bool model_pool_lives(const struct model *m, unsigned number);
/* What a block of the pool is asked as, for and of whom; unless the pool is gone. */
void model_pool_block(const struct model *m, unsigned number, size_t *size, int *device);

/* The one thread, whichever machine it uses. */
void model_context_start(void);
bool model_context_allows(const struct call *c);    /* it does not wait for itself */

/* Loads and stores of C: may this one be made? Will @c find the last one? */
bool model_allows_plain(const struct model *m, const struct call *c);
bool model_awaits(const struct model *m, struct call *look); /* make it the call that finds it */
bool model_finds(struct model *m, const struct call *c);

#endif
