/* SPDX-License-Identifier: MIT */
/*
 * DPDK's memory, without huge pages, in a process of its own: rte_eal_init() makes threads,
 * after which every lock costs more.
 *
 *   peer/of:dpdk/op:zmalloc   rte_zmalloc() aligned to a page, and rte_free()
 *   peer/of:dpdk/op:malloc    rte_malloc(), the same, not zeroed
 *   peer/of:dpdk/op:mempool   rte_mempool_get() and _put() of a pool with a cache for each core
 *
 * Their unit, host/op:memset/beside:dpdk, is measured here too.
 */
#define _GNU_SOURCE /* sched_getcpu() */
#include "gbench.h"

#include <rte_eal.h>
#include <rte_lcore.h>
#include <rte_log.h>
#include <rte_malloc.h>
#include <rte_mempool.h>

#include <sched.h>
#include <stdio.h>
#include <string.h>

static void zmalloc(struct gbench_state *state, const void *context)
{
	size_t size = gbench_range(state, 0);
	unsigned char dirty = 0;

	(void)context;
	gbench_loop(state) {
		const volatile unsigned char *p = rte_zmalloc(NULL, size, 4096);

		if (!p) {
			gbench_skip(state, "rte_zmalloc failed");
			break;
		}
		dirty |= p[0] | p[size - 1];
		rte_free((void *)(uintptr_t)p);
	}
	if (dirty)
		gbench_skip(state, "not zeroed");
}

static void plain_malloc(struct gbench_state *state, const void *context)
{
	size_t size = gbench_range(state, 0);

	(void)context;
	gbench_loop(state) {
		unsigned char *p = rte_malloc(NULL, size, 4096);

		if (!p) {
			gbench_skip(state, "rte_malloc failed");
			break;
		}
		p[0] = 1;
		gbench_use(p);
		rte_free(p);
	}
}

static void mempool(struct gbench_state *state, const void *context)
{
	size_t size = gbench_range(state, 0);
	struct rte_mempool *pool = rte_mempool_create("bench", 1023, size, 256, 0, NULL, NULL,
						      NULL, NULL, SOCKET_ID_ANY, 0);
	unsigned char seen = 0;
	void *block;

	(void)context;
	if (!pool) {
		gbench_skip(state, "rte_mempool_create failed");
		return;
	}
	gbench_loop(state) {
		if (rte_mempool_get(pool, &block) != 0) {
			gbench_skip(state, "rte_mempool_get failed");
			break;
		}
		seen += *(const volatile unsigned char *)block;
		rte_mempool_put(pool, block);
	}
	gbench_use(&seen);
	rte_mempool_free(pool);
}

static void unit(struct gbench_state *state, const void *context)
{
	static unsigned char buf[4096] __attribute__((aligned(4096)));

	(void)context;
	gbench_use(buf);
	gbench_loop(state) {
		memset(buf, 0, sizeof(buf));
		gbench_clobber();
	}
}

int main(int argc, char **argv)
{
	static const int64_t some[] = { 64, 4096, 65536 }, block[] = { 64 };
	char options[160], *eal[16] = { NULL };
	int nr = 0;

	/* On the CPU that this process is on: the first one may not be ours to use. */
	snprintf(options, sizeof(options),
		 "dmalab-bench --no-huge --no-pci --no-shconf --no-telemetry -m 64 "
		 "--log-level=error -l %d", sched_getcpu());

	for (char *word = strtok(options, " "); word; word = strtok(NULL, " "))
		eal[nr++] = word;
	if (rte_eal_init(nr, eal) < 0) {
		fprintf(stderr, "bench: DPDK is installed, but rte_eal_init() failed\n");
		return 77;
	}
	gbench_axis(gbench_register("host/op:memset/beside:dpdk", unit, NULL), "size",
		    (const int64_t[]){ 4096 }, 1);
	gbench_axis(gbench_register("peer/of:dpdk/op:zmalloc", zmalloc, NULL), "size", some,
		    RTE_DIM(some));
	gbench_axis(gbench_register("peer/of:dpdk/op:malloc", plain_malloc, NULL), "size", some,
		    RTE_DIM(some));
	gbench_axis(gbench_register("peer/of:dpdk/op:mempool", mempool, NULL), "size", block, 1);
	return gbench_run(argc, argv);
}
