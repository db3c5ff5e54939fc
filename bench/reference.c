/* SPDX-License-Identifier: MIT */
/*
 * What the same work costs on plain memory, without any laboratory: the lines that
 * everything else is compared with.
 *
 *   host/op:memset         zero one buffer, again and again
 *   host/op:memset-ring    zero 64 buffers in turn, which do not fit in the first cache
 *   host/op:memcpy         copy one buffer to another
 *   host/op:heap           malloc, memset, free
 *   host/op:call           memcpy of a few bytes, by a call that is not inlined
 *
 * The buffers stay in the CPU's caches as far as they fit, as those of the
 * laboratory do.
 */
#include "bench.h"

#include <stdlib.h>
#include <string.h>

#define PAGE 4096

static void host_memset(struct gbench_state *state, const void *context)
{
	size_t size = gbench_range(state, 0);
	unsigned char *buf = aligned_alloc(PAGE, (size + PAGE - 1) & -PAGE);

	(void)context;
	if (!buf) {
		gbench_skip(state, "aligned_alloc failed");
		return;
	}
	memset(buf, 1, size);
	gbench_use(buf);
	gbench_loop(state) {
		memset(buf, 0, size);
		gbench_clobber();
	}
	if (buf[0] || buf[size - 1])
		gbench_skip(state, "memset did not zero");
	gbench_set_bytes(state, size);
	free(buf);
}

/* As many pages as the rings of paths-alloc.c have, and in their order. */
static void host_memset_ring(struct gbench_state *state, const void *context)
{
	size_t size = gbench_range(state, 0), at = 0;
	unsigned char *buf = aligned_alloc(PAGE, 64 * size);

	(void)context;
	if (!buf) {
		gbench_skip(state, "aligned_alloc failed");
		return;
	}
	memset(buf, 1, 64 * size);
	gbench_use(buf);
	gbench_loop(state) {
		memset(buf + at++ * 27 % 64 * size, 0, size);
		gbench_clobber();
	}
	gbench_set_bytes(state, size);
	free(buf);
}

static void host_memcpy(struct gbench_state *state, const void *context)
{
	size_t size = gbench_range(state, 0);
	unsigned char *buf = aligned_alloc(PAGE, (size + PAGE - 1) & -PAGE);

	(void)context;
	if (!buf) {
		gbench_skip(state, "aligned_alloc failed");
		return;
	}
	memset(buf, 0, size);
	gbench_use(buf);
	gbench_loop(state) {
		memcpy(buf, pattern, size);
		gbench_clobber();
	}
	if (memcmp(buf, pattern, size) != 0)
		gbench_skip(state, "memcpy did not copy");
	gbench_set_bytes(state, size);
	free(buf);
}

static void host_heap(struct gbench_state *state, const void *context)
{
	size_t size = gbench_range(state, 0);

	(void)context;
	gbench_loop(state) {
		void *buf = malloc(size);

		if (!buf) {
			gbench_skip(state, "malloc failed");
			break;
		}
		gbench_use(buf); /* else GCC makes it a calloc() */
		memset(buf, 0, size);
		gbench_use(buf);
		free(buf);
	}
	gbench_set_bytes(state, size);
}

static void host_call(struct gbench_state *state, const void *context)
{
	void *(*volatile hidden)(void *, const void *, size_t) = memcpy;
	void *(*copy)(void *, const void *, size_t) = hidden;
	size_t len = gbench_range(state, 0);
	unsigned char out[64];
	size_t at = 0;

	(void)context;
	gbench_loop(state) {
		copy(out, pattern + at, len);
		gbench_use(out);
		at = (at + 64) & (PAGE - 1);
	}
	if (out[0] == 0)
		gbench_skip(state, "memcpy did not copy");
	gbench_set_bytes(state, len);
}

void bench_register_reference(void)
{
	static const int64_t bytes[] = { 8, 64 };

	gbench_axis(gbench_register("host/op:memset", host_memset, NULL), "size", sizes, NR_SIZES);
	gbench_axis(gbench_register("host/op:memcpy", host_memcpy, NULL), "size", sizes, NR_SIZES);
	gbench_axis(gbench_register("host/op:memcpy", host_memcpy, NULL), "size",
		    (const int64_t[]){ 2048 }, 1);
	gbench_axis(gbench_register("host/op:memset-ring", host_memset_ring, NULL), "size",
		    (const int64_t[]){ 4096 }, 1);
	gbench_axis(gbench_register("host/op:heap", host_heap, NULL), "size", sizes, NR_SIZES);
	gbench_axis(gbench_register("host/op:call", host_call, NULL), "bytes", bytes,
		    ARRAY_SIZE(bytes));
}
