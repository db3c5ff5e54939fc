/* SPDX-License-Identifier: MIT */
/*
 * What driver and device agree upon beforehand: the requests of a ring are numbered in
 * the order in which they are made, and a request's number says how it is cut up and
 * which bytes go either way. So each side can tell whether the other's bytes arrived.
 */
#ifndef TESTS_VIRTIO_REQUEST_H
#define TESTS_VIRTIO_REQUEST_H

#include <stdbool.h>
#include <stdint.h>

/* Pieces of a request that the device reads, or that it writes. */
#define PIECES_MAX 3

struct shape {
	unsigned int nr_out, nr_in;
	uint32_t out[PIECES_MAX], in[PIECES_MAX]; /* bytes */
	uint32_t written;                         /* bytes of in[] that the device fills */
};

enum way { WAY_OUT, WAY_IN };

void shape_of(struct shape *shape, unsigned int number);

/* Byte @k of what goes @way in request @number. */
uint8_t byte_of(unsigned int number, enum way way, uint32_t k);

/* The same numbers in each run: a step of a generator. */
uint32_t shuffle(uint32_t *state);

/*
 * complain() - the test has failed: say so once, and where.
 *
 * Both sides stop at the next opportunity, as what follows from wrong bytes is noise.
 */
void complain(const char *format, ...) __attribute__((format(printf, 1, 2)));
bool failed(void);
void start_over(void); /* on another machine */

/* What complain() puts in front. */
void set_place(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
