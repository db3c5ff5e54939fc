/* SPDX-License-Identifier: MIT */
/*
 * The fuzzer's reference model alone: calls are told to it, and what came of them is made up
 * here, as a library would have answered. What the model says of a call is the check that it
 * predicts, or NULL.
 *
 * Bytes are named by their place in RAM, and devices by number: 1 snoops if the rig says so.
 */
#ifndef DMALAB_TESTS_MODEL_RIG_H
#define DMALAB_TESTS_MODEL_RIG_H

#include "fuzz/model/model.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#define RAM       (1ul << 20)
#define PAGE(n)   ((n) * 4096ul)
#define BOTH      DMA_BIDIRECTIONAL
#define TO        DMA_TO_DEVICE
#define FROM      DMA_FROM_DEVICE
#define LINE      64

#define predicts(check, call) assert_string_equal(said(call), check)
#define silent(call)          assert_null(call)

extern struct model *model;
extern struct expect expect_of;   /* the latest call */

int rig_setup(void **state);
int rig_teardown(void **state);

/* A new machine of this profile with two devices; checks: "full" if NULL. */
void begin(const char *profile, const char *checks);
void begin_plain(const char *profile);  /* that looks for stores of C */

/* The name, or "no report"; fails if the result is not as the model says. */
const char *said(const char *check);

const char *step(struct call c, struct outcome o);
const char *told(struct call c);  /* a call that returns nothing */

void *ram(size_t at);             /* cached */
void *uncached(size_t at);
void *cookie(size_t at);
u64 phys(size_t at);

const char *kmalloc_at(size_t at, size_t size);
const char *kzalloc_at(size_t at, size_t size);
const char *kfree_at(size_t at);
const char *coherent(int device, size_t at, size_t size);
const char *free_coherent(int device, size_t at, size_t size);
const char *handle(int device, size_t at, size_t size);
const char *noncoherent(int device, size_t at, size_t size, int dir);
const char *free_noncoherent(int device, size_t at, size_t size, int dir);
const char *map(int device, size_t at, size_t size, int dir);
const char *map_fails(int device, void *cpu, size_t size, int dir);
const char *map_checked(int device, size_t at, size_t size, int dir);
const char *checked(int device, size_t at);
const char *unmap(int device, size_t at, size_t size, int dir);
const char *for_device(int device, size_t at, size_t size, int dir);
const char *for_cpu(int device, size_t at, size_t size, int dir);
const char *cpu_reads(size_t at, size_t size);
const char *cpu_writes(size_t at, size_t size);
const char *device_reads(int device, size_t at, size_t size);
const char *device_writes(int device, size_t at, size_t size);
const char *stray_read(int device, dma_addr_t dma, size_t size); /* of what is not there */
const char *in_context(enum context_call what);                   /* with nothing held before */

#endif
