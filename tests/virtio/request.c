/* SPDX-License-Identifier: MIT */
#include "request.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static char place[128];
static bool has_failed;

uint32_t shuffle(uint32_t *state)
{
	*state = *state * 1664525u + 1013904223u;
	return *state >> 8;
}

uint8_t byte_of(unsigned int number, enum way way, uint32_t k)
{
	return (uint8_t)((number * 2 + way) * 167 + k * 7 + (k >> 8) * 29 + 1);
}

/* Mostly a few bytes, now and then more than a page. */
static uint32_t length_of(uint32_t *state)
{
	uint32_t random = shuffle(state);

	return random % 16 == 0 ? 4000 + random % 600 : 1 + random / 16 % 300;
}

void shape_of(struct shape *shape, unsigned int number)
{
	static const struct {
		unsigned int out, in;
	} pieces[] = { { 1, 0 }, { 0, 1 }, { 3, 0 }, { 0, 2 }, { 1, 1 }, { 2, 2 } };
	uint32_t state = number * 2654435761u + 1, room = 0;

	memset(shape, 0, sizeof(*shape));
	shape->nr_out = pieces[number % 6].out;
	shape->nr_in = pieces[number % 6].in;
	for (unsigned int i = 0; i < shape->nr_out; i++)
		shape->out[i] = length_of(&state);
	for (unsigned int i = 0; i < shape->nr_in; i++)
		room += shape->in[i] = length_of(&state);
	shape->written = room;
	if (room && shuffle(&state) % 3 == 0)
		shape->written = 1 + shuffle(&state) % room;
}

void set_place(const char *format, ...)
{
	va_list list;

	va_start(list, format);
	vsnprintf(place, sizeof(place), format, list);
	va_end(list);
}

void complain(const char *format, ...)
{
	va_list list;

	if (has_failed)
		return;
	has_failed = true;
	printf("virtio: %s: ", place);
	va_start(list, format);
	vprintf(format, list);
	va_end(list);
	putchar('\n');
}

bool failed(void)
{
	return has_failed;
}

void start_over(void)
{
	has_failed = false;
}
