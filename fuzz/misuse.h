/* SPDX-License-Identifier: MIT */
/*
 * Target "misuse": the machines that a program runs on, and what makes, prints and runs its
 * calls. The calls themselves are the model's: model/call.h.
 */
#ifndef DMALAB_FUZZ_MISUSE_H
#define DMALAB_FUZZ_MISUSE_H

#include "input.h"
#include "model/call.h"

#include <stdio.h>

#define NR_SLOTS    5

/* What is in a slot: the result of the latest call, also after its release. */
struct slot {
	enum call_kind kind;    /* that made it */
	int device;
	unsigned machine;
	void *cpu;
	struct page *page;
	struct sg_table *sgt;   /* readable for as long as the machine is there */
	dma_addr_t dma;
	size_t size;
	int dir;
	unsigned long attrs;
	unsigned number;
	enum form form;
	bool table;
	int nents;              /* of a list, as mapped: */
	struct entry entry[MAX_ENTRIES];
};

/* The arguments of kmem_cache_create(), by c->mask. */
struct cache_shape {
	unsigned align;
	slab_flags_t flags;
};

/* Those of dma_pool_create(), likewise. */
struct pool_shape {
	unsigned align, boundary;
};

#define NR_POOL_SHAPES 12
extern const struct pool_shape pool_shapes[NR_POOL_SHAPES];

#define NR_CACHE_SHAPES 16
extern const struct cache_shape cache_shapes[NR_CACHE_SHAPES];

/* The machines that a program runs on. */
struct lab {
	struct setup setup;
	struct dmalab_machine *machine[NR_MACHINES];
	unsigned current;
	struct device *device[NR_DEVICES]; /* or the one that was there last: */
	bool bound[NR_DEVICES];
	struct device foreign;             /* not made by the laboratory */
	struct scatterlist list[NR_SLOTS][MAX_ENTRIES + 1];
	struct kmem_cache *cache[NR_CACHES]; /* NULL: none was made yet */
	unsigned cache_machine[NR_CACHES];
	struct dma_pool *pool[NR_POOLS];     /* also when it is destroyed */
	unsigned pool_machine[NR_POOLS];
};

/* misuse-run.c */
void new_device(struct lab *lab, int number);
void run_call(struct lab *lab, const struct call *c, struct outcome *o);
struct device *device_of(struct lab *lab, const struct call *c);
void look_at_list(struct lab *lab, struct call *c);

/* misuse-run-memory.c, misuse-run-context.c */
void run_memory(struct lab *lab, const struct call *c, struct outcome *o);
void run_context(const struct call *c, struct outcome *o);
void forget_locks(void);

/* misuse-run-pool.c */
void run_pool(struct lab *lab, const struct call *c, struct outcome *o);

/* misuse-run-table.c */
void run_table(struct lab *lab, const struct call *c, struct outcome *o);
void look_at_table(struct call *c);

/* misuse-run-user.c */
void run_user(struct lab *lab, const struct call *c, struct outcome *o);

/* misuse-decode.c: bytes to calls, given what is in the slots. */
void decode_setup(struct setup *s, struct input *in);
void decode_call(struct call *c, struct input *in, const struct slot *slots);

/* misuse-print.c, misuse-print-memory.c, misuse-print-pool.c, misuse-print-table.c */
struct model;
void print_device(int device, FILE *to);
void print_pointer(const void *cpu, struct model *const *models, FILE *to);
const char *memory_call_name(const struct call *c);
void print_memory_call(const struct call *c, struct model *const *models, FILE *to);
void print_pool_call(const struct call *c, struct model *const *models, FILE *to);
const char *pool_call_name(const struct call *c);
const char *table_call_name(const struct call *c);
const char *user_call_name(const struct call *c);
void print_user_call(const struct call *c, struct model *const *models, FILE *to);
void print_table_call(const struct call *c, struct model *const *models, FILE *to);
void put_dir(int dir, FILE *to);
void print_memory_outcome(const struct call *c, const struct outcome *o,
			  struct model *const *models, FILE *to);
void print_setup(const struct setup *s, FILE *to);
void print_call(const struct call *c, struct model *const *models, FILE *to);
void print_outcome(const struct call *c, const struct outcome *o, struct model *const *models,
		   FILE *to);

#endif
