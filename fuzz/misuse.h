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
#include <linux/scatterlist.h>
#include <stdio.h>

#define NR_MACHINES 2
#define NR_DEVICES  4    /* two on each machine */
#define NR_SLOTS    5
#define MAX_ACCESS  8192 /* bytes of one access */
#define MAX_RAM     (4 << 20)
#define MAX_ENTRIES 4    /* of a list */

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
	MAP_LIST, UNMAP_LIST, SYNC_LIST_FOR_DEVICE, SYNC_LIST_FOR_CPU,
	SET_MAX_SEGMENT, SET_BOUNDARY, SET_MIN_ALIGN,
	NR_CALL_KINDS
};

/* Under which name MAP and UNMAP are called. */
enum form { SINGLE, PAGE, PHYS, RESOURCE };

/* An entry of a list: what the driver sets, and what the mapping makes of it. */
struct entry {
	struct page *page;
	unsigned offset, length;
	dma_addr_t dma;
	unsigned dma_length;
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
	unsigned number;        /* MAP: 1 for a pointer into the stack; of a list: where
	                           it begins in the slot's */
	bool unchecked;         /* MAP: dma_mapping_error() does not follow */
	uint8_t value;          /* that a write stores */
	enum form form;         /* MAP, UNMAP */
	phys_addr_t phys;       /* MAP of PHYS and RESOURCE */
	bool table;             /* MAP_LIST: as a table */
	int nents;              /* as given to the call, of a list of */
	unsigned nr_entries;
	struct entry entry[MAX_ENTRIES]; /* of a list used again, dma alone */
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
	struct entry entry[MAX_ENTRIES]; /* MAP_LIST, afterwards */
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
	enum form form;
	bool table;
	int nents;              /* of a list, as mapped: */
	struct entry entry[MAX_ENTRIES];
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
	struct scatterlist list[NR_SLOTS][MAX_ENTRIES + 1];
};

/* misuse-run.c */
void new_device(struct lab *lab, int number);
void run_call(struct lab *lab, const struct call *c, struct outcome *o);

/* misuse-decode.c: bytes to calls, given what is in the slots. */
void decode_setup(struct setup *s, struct input *in);
void decode_call(struct call *c, struct input *in, const struct slot *slots);

/* misuse-decode-list.c: the same of mappings that are not single, and of lists. */
void decode_form(struct call *c, struct input *in, unsigned spoil, enum form form,
		 const struct slot *slots);
void decode_list(struct call *c, struct input *in, unsigned spoil, const struct slot *slots);
void decode_list_again(struct call *c, struct input *in, unsigned spoil,
		       const struct slot *slots);
void decode_limit(struct call *c, struct input *in);

#define SPOIL_DEVICE   0x01
#define SPOIL_SIZE     0x02
#define SPOIL_POINTER  0x04
#define SPOIL_DMA      0x08
#define SPOIL_DIR      0x10
#define SPOIL_ATTRS    0x20
#define SPOIL_FUNCTION 0x40

int decode_device(struct input *in, unsigned spoil, int device);
int decode_direction(struct input *in, unsigned spoil, int dir);
unsigned long decode_attrs(struct input *in, unsigned spoil, unsigned long attrs);
size_t decode_length(struct input *in);

/* misuse-print.c */
struct model;
void print_setup(const struct setup *s, FILE *to);
void print_call(const struct call *c, const struct model *models, FILE *to);
void print_outcome(const struct call *c, const struct outcome *o, const struct model *models,
		   FILE *to);

#endif
