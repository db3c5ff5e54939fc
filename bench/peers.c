/* SPDX-License-Identifier: MIT */
/*
 * What one would use instead: memory of the C library, jemalloc and mimalloc, aligned to
 * a page and zeroed as dma_alloc_coherent() does.
 *
 *   peer      an allocation and its free; ring: with 64 live, as paths-alloc.c has it
 *
 * The two libraries are looked for when the program runs, and loaded so that nobody else's
 * malloc() becomes theirs: they run in one process, and interleaved, with what they are
 * compared with. DPDK has its own program, dpdk.c.
 */
#include "bench.h"

#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

#define RING 64

struct peer {
	const char *name;
	const char *library;
	void *(*alloc)(size_t size);
	void (*free)(void *p);
};

static void *glibc_alloc(size_t size)
{
	size_t whole = (size + PAGE_SIZE - 1) & ~(size_t)(PAGE_SIZE - 1);
	void *p = aligned_alloc(PAGE_SIZE, whole);

	return p ? memset(p, 0, whole) : NULL;
}

/* From jemalloc(3): the logarithm of the alignment, and MALLOCX_ZERO. */
#define JEMALLOC_FLAGS (12 | 0x40)

static void *(*je_mallocx)(size_t size, int flags);
static void (*je_dallocx)(void *p, int flags);

static void *jemalloc_alloc(size_t size)
{
	return je_mallocx(size, JEMALLOC_FLAGS);
}

static void jemalloc_free(void *p)
{
	je_dallocx(p, 0);
}

static void *(*mi_zalloc_aligned)(size_t size, size_t alignment);
static void (*mi_free)(void *p);

static void *mimalloc_alloc(size_t size)
{
	return mi_zalloc_aligned(size, PAGE_SIZE);
}

static void mimalloc_free(void *p)
{
	mi_free(p);
}

static const struct peer all_peers[] = {
	{ "glibc", NULL, glibc_alloc, free },
	{ "jemalloc", "libjemalloc.so.2", jemalloc_alloc, jemalloc_free },
	{ "mimalloc", "libmimalloc.so.2", mimalloc_alloc, mimalloc_free },
};

/* The memory's ends, as paths-alloc.c does. */
static unsigned char look(const volatile unsigned char *p, size_t size)
{
	return p[0] | p[size - 1];
}

static void peer_pair(struct gbench_state *state, const void *context)
{
	const struct peer *peer = context;
	size_t size = gbench_range(state, 0);
	unsigned char dirty = 0;

	gbench_loop(state) {
		unsigned char *p = peer->alloc(size);

		if (!p) {
			gbench_skip(state, "no memory");
			break;
		}
		dirty |= look(p, size);
		peer->free(p);
	}
	if (dirty)
		gbench_skip(state, "not zeroed");
	gbench_set_bytes(state, size);
}

static void peer_ring(struct gbench_state *state, const void *context)
{
	const struct peer *peer = context;
	size_t size = gbench_range(state, 0), at = 0;
	unsigned char *ring[RING] = { NULL }, dirty = 0;

	gbench_loop(state) {
		unsigned char **p = &ring[at++ * 27 % RING];

		if (*p)
			peer->free(*p);
		*p = peer->alloc(size);
		if (!*p) {
			gbench_skip(state, "no memory");
			break;
		}
		dirty |= look(*p, size);
	}
	for (size_t i = 0; i < RING; i++) {
		if (!ring[i])
			continue;
		peer->free(ring[i]);
	}
	if (dirty)
		gbench_skip(state, "not zeroed");
	gbench_set_bytes(state, size);
}

/* A function of the library, in a pointer of whatever type; false if it has none. */
static bool find(void *library, const char *name, void *pointer)
{
	void *symbol = dlsym(library, name);

	memcpy(pointer, &symbol, sizeof(symbol));
	return symbol;
}

static bool load(const struct peer *peer)
{
	void *library;

	if (!peer->library)
		return true;
	library = dlopen(peer->library, RTLD_NOW | RTLD_LOCAL);
	if (!library)
		return false;
	return peer->alloc == jemalloc_alloc ?
		       find(library, "mallocx", &je_mallocx) &&
			       find(library, "dallocx", &je_dallocx) :
		       find(library, "mi_zalloc_aligned", &mi_zalloc_aligned) &&
			       find(library, "mi_free", &mi_free);
}

void bench_register_peers(void)
{
	static const int64_t some[] = { 64, 4096, 65536, 1048576 };

	for (size_t i = 0; i < ARRAY_SIZE(all_peers); i++) {
		const struct peer *peer = &all_peers[i];

		if (!load(peer)) {
			gbench_context(peer->name, "not found");
			continue;
		}
		gbench_axis(bench_register(peer_pair, peer, sizeof(*peer), "peer/of:%s/op:pair",
					   peer->name),
			    "size", some, ARRAY_SIZE(some));
		gbench_axis(bench_register(peer_ring, peer, sizeof(*peer), "peer/of:%s/op:ring",
					   peer->name),
			    "size", some, ARRAY_SIZE(some));
	}
}
