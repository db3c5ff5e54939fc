/* SPDX-License-Identifier: MIT */
/*
 * Programs of the target "coherency": what a driver, its devices and the CPU do
 * with a few objects. Decoding looks at nothing but the input, so that the same
 * program can be run on many machines.
 */
#ifndef DMALAB_FUZZ_PROGRAM_H
#define DMALAB_FUZZ_PROGRAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define MAX_OPS 100
#define MAX_STEPS 250   /* operations of all rounds: each stores another byte */
#define NR_SLOTS 6
#define NR_DEVICES 2
#define MAX_ACCESS 8192 /* bytes of one access */

enum op_kind {
	OP_ALLOC_NONCOHERENT, /* an object into a slot; one that is there leaks */
	OP_ALLOC_COHERENT,
	OP_KMALLOC,
	OP_KZALLOC,
	OP_MAP,               /* part of the object in slot "source" */
	OP_RELEASE,           /* unmap or free, whatever is in the slot */
	OP_SYNC_FOR_DEVICE,
	OP_SYNC_FOR_CPU,
	OP_CPU_READ,
	OP_CPU_WRITE,
	OP_DEVICE_READ,
	OP_DEVICE_WRITE,
	OP_EVICT,             /* on some of the machines: see coherency-run.c */
	OP_FILL,
	NR_OP_KINDS
};

/* A released object stays in its slot: its addresses may be used again. */
struct op {
	uint8_t kind;
	uint8_t slot;
	uint8_t source;  /* of OP_MAP */
	uint8_t device;
	uint8_t dir;     /* enum dma_data_direction, but DMA_NONE */
	bool wild;       /* offset and size as they are, else fitted into the object */
	bool plain;      /* of the CPU's accesses: of C, and the machine is not told */
	uint16_t offset;
	uint16_t size;   /* not 0 */
};

struct program {
	const char *profile;
	bool snooping;    /* the second device snoops the CPU's cache, or, */
	bool misbelieved; /* it is the other way round, and this is what the kernel believes */
	bool window;      /* the second device sees memory at another address */
	bool lru;         /* to be run under "lru", too: slow, and short programs fit */
	uint64_t seed;    /* of the policy "random" */
	unsigned rounds;  /* the driver is probed so often, on one machine */
	bool untidy;      /* and does not release all before it is probed again */
	unsigned nr_ops;
	struct op op[MAX_OPS];
};

void program_decode(struct program *p, const uint8_t *data, size_t size);
void program_print(const struct program *p, FILE *to);
void program_print_op(const struct program *p, unsigned nr, FILE *to);

/*
 * What the write at step @nr stores: each its own value, and none is zero, which memory is
 * before. So no store is one of the value that was there, which nobody could see.
 */
static inline uint8_t program_value(unsigned nr)
{
	return nr + 1;
}

_Static_assert(MAX_STEPS <= 255, "a value for each step");

#endif
