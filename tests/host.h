/* SPDX-License-Identifier: MIT */
/*
 * The linker sends the library's calls of malloc() and its like to host.c (--wrap),
 * where they may be made to fail.
 */
#ifndef TESTS_HOST_H
#define TESTS_HOST_H

#include <stdbool.h>

extern unsigned fail_in;  /* 1: the next call fails; 0: none does */
extern bool failed;       /* one has; to be cleared by the test */
extern long live;         /* what was obtained and not given back */

#endif
