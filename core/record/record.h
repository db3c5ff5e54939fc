/* SPDX-License-Identifier: MIT */
/*
 * What a program does, as a trace of docs/traces.md: DMALAB_OPTIONS=record=FILE.
 *
 *   file.c     lines in a file, the last of which may grow
 *   shorten.c  and which of them its end can do without, when it is full
 *   record.c   statements
 *   made.c     what they make
 *   drawn.c    what they report, find, and fail at
 *   names.c    what has a name, found by address with stretches.c
 *   arguments.c what a pointer or a DMA address is called
 *   lists.c    lists that drivers build
 *   devices.c  devices, and what drivers set in them
 *   words.c    directions, flags and numbers
 *   start.c    the settings at the top
 *
 * A statement is in the file before its call does anything, so that the file is
 * complete when the call crashes. What is known only later (a report, a store that the
 * call found) is written over it: a line only grows.
 */
#ifndef DMALAB_RECORD_RECORD_H
#define DMALAB_RECORD_RECORD_H

#include "base/compiler.h"

struct dmalab_machine;
struct options;

/* start.c: from here on @lab is recorded, if @o says so and no other machine is. */
cold void dlab_record_start(struct dmalab_machine *lab, const struct options *o);
cold void dlab_record_end(const struct dmalab_machine *lab);

#endif
