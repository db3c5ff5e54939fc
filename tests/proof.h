/* SPDX-License-Identifier: MIT */
/*
 * The words of the proof: programs of events on one cache line, or on so many bytes
 * of a bounced mapping.
 *
 *   oracle   every state that a legal cache may be in (proof-oracle.c)
 *   subject  the library under test, behind its public API (proof-subject.c)
 *   proof    all programs up to a length, run on both (proof.c)
 *
 * Nothing here comes from the library: oracle and subject share the events and
 * the numbering of values, and no more.
 */
#ifndef DMALAB_TESTS_PROOF_H
#define DMALAB_TESTS_PROOF_H

#include <stdbool.h>
#include <stdint.h>

#define MAX_BYTES 3   /* bytes of the line that programs touch */
#define MAX_LENGTH 13 /* events of a program: values must fit in four bits */

enum hand_over { FOR_DEVICE, FOR_CPU };

enum kind {
	CPU_LOAD, DEVICE_LOAD, CPU_STORE, DEVICE_STORE, SYNC,
	REMAP,     /* unmapped and mapped again */
	REMAP_SKIP /* the same with DMA_ATTR_SKIP_CPU_SYNC at the unmap */
};

#define ALL_BYTES MAX_BYTES

/* How the library learns of the CPU's loads and stores. */
enum mode {
	MODE_TOLD,  /* dmalab_cpu_read(), dmalab_cpu_write() */
	MODE_PLAIN, /* not at all: loads and stores of C */
	MODE_MIXED, /* stores of C, loads are told */
	MODE_BOTH,  /* some of either are told, and some are not */
	NR_MODES
};

struct event {
	enum kind kind;
	unsigned byte;     /* of loads and stores; ALL_BYTES: a whole page */
	enum hand_over to; /* of syncs */
	unsigned dir;      /* of syncs: enum dma_data_direction */
	bool plain;        /* of the CPU's loads and stores: of C */
	bool crossed;      /* made by the other side: SCOPE_CROSSED */
};

static inline bool is_access(const struct event *event)
{
	return event->kind <= DEVICE_STORE;
}

static inline bool is_plain_store(const struct event *event)
{
	return event->plain && event->kind == CPU_STORE;
}

/*
 * Values are numbered, so that no two stores of a program store the same. A set
 * of values is a mask with a bit for each number.
 */
enum { VALUE_ZERO, VALUE_OLD, VALUE_STORE };

/* What the store at @position of a program stores. */
static inline unsigned value_stored(unsigned position)
{
	return VALUE_STORE + position;
}

/* How the line is found. */
enum start {
	START_SETTLED, /* zeroes in memory, and in the cache if it is there */
	START_FRESH,   /* as allocated: zeroes in the cache, memory has old bytes */
	NR_STARTS
};

#endif
