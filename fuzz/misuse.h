/* SPDX-License-Identifier: MIT */
/*
 * The calls that programs of the target "misuse" are made of, with the arguments
 * that the library is given, and what came of each.
 */
#ifndef DMALAB_FUZZ_MISUSE_H
#define DMALAB_FUZZ_MISUSE_H

#include "input.h"

#include <dmalab.h>
#include <linux/dma-mapping.h>
#include <stdio.h>

#define NR_MACHINES 2
#define NR_DEVICES  4    /* two on each machine */
#define NR_SLOTS    5
#define MAX_ACCESS  8192 /* bytes of one access */

/* Devices that are none. */
#define DEVICE_NULL    (-1)
#define DEVICE_FOREIGN (-2)

enum call_kind {
	ALLOC_COHERENT, ALLOC_ATTRS, ALLOC_WC, ALLOC_NONCOHERENT, ALLOC_PAGES,
	FREE_COHERENT, FREE_ATTRS, FREE_WC, FREE_NONCOHERENT, FREE_PAGES,
	KMALLOC, KZALLOC, KFREE, KSIZE,
	MAP, UNMAP, MAPPING_ERROR,
	SYNC_FOR_DEVICE, SYNC_FOR_CPU, NEED_SYNC,
	CPU_READ, CPU_WRITE, DEVICE_READ, DEVICE_WRITE,
	EVICT, FILL,
	VIRT_TO_PAGE,
	SET_MASK, SET_COHERENT_MASK, SET_BOTH_MASKS, COERCE_MASKS,
	POKE_MASK, POKE_MASK_POINTER, POKE_COHERENT_MASK, POKE_LIMIT,
	FAIL_NTH, SET_CURRENT,
	DEVICE_FREE, DEVICE_NEW,
	MACHINE_FREE, /* not in programs: how they end */
	NR_CALL_KINDS
};

struct call {
	enum call_kind kind;
	int device;             /* number, DEVICE_NULL or DEVICE_FOREIGN */
	unsigned machine;       /* that the call, and its report, belong to */
	unsigned slot;          /* where the result goes */
	void *cpu;
	struct page *page;      /* of FREE_PAGES; cpu is its address */
	dma_addr_t dma;
	unsigned long offset;   /* not 0: the range form of a sync */
	size_t size;
	int dir;
	unsigned long attrs;
	gfp_t gfp;
	u64 mask;
	unsigned number;        /* MAP: 1 for a pointer into the stack */
	bool unchecked;         /* MAP: dma_mapping_error() does not follow */
	uint8_t value;          /* that a write stores */
};

/* A report, as far as it is compared. */
struct remark {
	const char *check;
	unsigned machine;
	size_t first, last, bytes;
};

#define MAX_REMARKS 4

/* What the library did. */
struct outcome {
	void *cpu;              /* pointer or page_address() */
	struct page *page;
	dma_addr_t dma;
	long result;
	uint8_t *bytes;         /* of reads: MAX_ACCESS; filled with UNREAD before */
	unsigned nr_remarks;    /* all; the first ones are kept */
	struct remark remark[MAX_REMARKS];
};

#define UNREAD 0xee

/* What is in a slot: the result of the latest call, also after its release. */
struct slot {
	enum call_kind kind;    /* that made it */
	int device;
	unsigned machine;
	void *cpu;
	struct page *page;
	dma_addr_t dma;
	size_t size;
	int dir;
	unsigned long attrs;
};

struct setup {
	const char *profile;
	const char *checks;     /* "full", ... */
	const char *policy;
	unsigned machines;
	size_t ram_size;
	bool snooping;          /* every second device snoops */
	bool window;            /* every second device sees memory elsewhere */
};

#define WINDOW_CPU  0x40000000ull
#define WINDOW_DMA  0x90000000ull
#define WINDOW_SIZE 0x1000000ull

/* The machines that a program runs on. */
struct lab {
	struct setup setup;
	struct dmalab_machine *machine[NR_MACHINES];
	unsigned current;
	struct device *device[NR_DEVICES]; /* or the one that was there last: */
	bool bound[NR_DEVICES];
	struct device foreign;             /* not made by the laboratory */
};

/* misuse-run.c */
void new_device(struct lab *lab, int number);
void run_call(struct lab *lab, const struct call *c, struct outcome *o);

/* misuse-decode.c: bytes to calls, given what is in the slots. */
void decode_setup(struct setup *s, struct input *in);
void decode_call(struct call *c, struct input *in, const struct slot *slots);

/* misuse-print.c */
struct model;
void print_setup(const struct setup *s, FILE *to);
void print_call(const struct call *c, const struct model *models, FILE *to);
void print_outcome(const struct call *c, const struct outcome *o, const struct model *models,
		   FILE *to);

#endif
