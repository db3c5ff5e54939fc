/* SPDX-License-Identifier: MIT */
/*
 * What a fuzz target is: two functions, linked with one of three mains. libFuzzer
 * brings its own, afl.c is that of AFL++, replay.c runs files without any engine.
 */
#ifndef DMALAB_FUZZ_TARGET_H
#define DMALAB_FUZZ_TARGET_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* Run the input; abort() on a finding, after saying what it is. Returns 0. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Show the program that the input means. */
void target_print(const uint8_t *data, size_t size, FILE *to);

/*
 * The bytes of a file that is kept as text, if the target's programs are: to be freed by the
 * caller. NULL: the file's own bytes are the input.
 */
uint8_t *target_read(const uint8_t *data, size_t size, size_t *len);

#endif
