/* SPDX-License-Identifier: MIT */
#ifndef DMALAB_BASE_STACK_H
#define DMALAB_BASE_STACK_H

#include <stdbool.h>

/*
 * Call @fn(@arg) on a stack of the library's own, of a megabyte, for what needs more than a
 * small thread has. One at a time: the caller holds a lock. False: the host has no memory
 * for the stack, and nothing was called.
 */
bool dlab_on_own_stack(void (*fn)(void *arg), void *arg);

#endif
