/* SPDX-License-Identifier: MIT */
/*
 * A load or a store of 8 bytes of plain memory, seen by somebody else's tool: compiled
 * as it is ("none", and "valgrind" when it runs under that), with -fsanitize=address, and
 * with -fsanitize=thread. bench/paths-access.c has the same with dmalab.
 *
 *   access    over seen (by whom) and op
 *
 * Steps through a page by 64 bytes, as those do.
 */
#include "gbench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PAGE 4096

static unsigned char *page_alloc(struct gbench_state *state)
{
	unsigned char *page = aligned_alloc(PAGE, PAGE);

	if (!page) {
		gbench_skip(state, "no memory");
		return NULL;
	}
	memset(page, 1, PAGE);
	gbench_use(page);
	return page;
}

static void load(struct gbench_state *state, const void *context)
{
	unsigned char *page = page_alloc(state);
	uint64_t value = 0;
	size_t at = 0;

	(void)context;
	if (!page)
		return;
	gbench_loop(state) {
		value = *(const uint64_t *)(page + at);
		__asm__ volatile("" : : "r"(value) : "memory");
		at = (at + 64) & (PAGE - 1);
	}
	if ((value & 0xff) != 1)
		gbench_skip(state, "loaded something else");
	free(page);
}

static void store(struct gbench_state *state, const void *context)
{
	unsigned char *page = page_alloc(state);
	uint64_t value = 0;
	size_t at = 0;

	(void)context;
	if (!page)
		return;
	gbench_loop(state) {
		*(uint64_t *)(page + at) = ++value;
		gbench_clobber();
		at = (at + 64) & (PAGE - 1);
	}
	gbench_use(page);
	free(page);
}

int main(int argc, char **argv)
{
	const char *by = argc > 1 && argv[1][0] != '-' ? argv[1] : NULL;
	char name[64];

	if (!by) {
		fprintf(stderr, "usage: dmalab-seen WHOM [google-benchmark's options]\n");
		return 2;
	}
	argv[1] = argv[0];
	snprintf(name, sizeof(name), "access/seen:%s/op:load", by);
	gbench_register(name, load, NULL);
	snprintf(name, sizeof(name), "access/seen:%s/op:store", by);
	gbench_register(name, store, NULL);
	return gbench_run(argc - 1, argv + 1);
}
