/* SPDX-License-Identifier: MIT */
/*
 * What the calls of a trace do: a function for each row of calls.def.
 *
 *   calls-device.c    devices and what is set in them, context, failures
 *   calls-memory.c    allocations: plain, coherent, pools, managed
 *   calls-mapping.c   mappings and syncs, accesses
 *   calls-list.c      lists, areas of a process
 */
#ifndef DMALAB_TRACE_CALLS_H
#define DMALAB_TRACE_CALLS_H

#include "trace/run.h"

#define NOTHING -1

/* A run begins: the variable of global() is as it was loaded. */
void calls_start(void);

#define CALL(name) \
	void call_##name(struct run *r, struct object *to, const union value *a, unsigned n)
#define UNUSED (void)r, (void)to, (void)a, (void)n

/* Argument @i, as what it is. */
#define DEV(i)  (a[i].dev)
#define PTR(i)  (a[i].p)
#define NUM(i)  (a[i].n)
#define DIR(i)  ((enum dma_data_direction)a[i].n)
#define TABLE(i) (a[i].object->sgt)
#define LIST(i) (TABLE(i) ? TABLE(i)->sgl : NULL)

#define CALL_ROW(name, parameters, makes, help) CALL(name);
#include "trace/calls.def"
#undef CALL_ROW

#endif
