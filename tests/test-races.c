/* SPDX-License-Identifier: MIT */
/*
 * Two threads and one object. Whatever they do to it at the same time, whoever comes
 * second makes the mistake, and gives one report. And the stacks of threads.
 */
#include "rig.h"

#include <pthread.h>

static struct rig rig;
static unsigned rounds = 300;

/* Both sides of a race do their part to one object, at the same time. */
struct race {
	void (*first)(void);
	void (*second)(void);
	const char *check;
	bool may_win;     /* the race may end well: no report */
};

static struct {
	pthread_barrier_t barrier;
	void *p;
	dma_addr_t dma;
	int refused;
} at_stake;

static void free_it(void)
{
	dma_free_coherent(rig.dev, 4096, at_stake.p, at_stake.dma);
}

static void free_it_noncoherent(void)
{
	dma_free_noncoherent(rig.dev, 4096, at_stake.p, at_stake.dma, DMA_FROM_DEVICE);
}

static void unmap_it(void)
{
	dma_unmap_single(rig.dev, at_stake.dma, 256, DMA_FROM_DEVICE);
}

static void kfree_it(void)
{
	kfree(at_stake.p);
}

static void sync_it(void)
{
	dma_sync_single_for_cpu(rig.dev, at_stake.dma, 64, DMA_FROM_DEVICE);
}

static void device_writes_it(void)
{
	u8 byte = 1;

	at_stake.refused = dmalab_device_write(rig.dev, at_stake.dma, &byte, 1);
}

static void unbind_it(void)
{
	dmalab_device_free(at_stake.p);
}

static void use_unbound(void)
{
	dma_sync_single_for_cpu(at_stake.p, 0, 0, DMA_FROM_DEVICE);
}

static void take_device(void)
{
	at_stake.p = dmalab_device_new(rig.machine, "guest");
	assert_non_null(at_stake.p);
}

static void get_coherent(void)
{
	at_stake.p = dma_alloc_coherent(rig.dev, 4096, &at_stake.dma, GFP_KERNEL);
	assert_non_null(at_stake.p);
}

static void get_noncoherent(void)
{
	at_stake.p = noncoherent_ok(&rig, 4096, &at_stake.dma, DMA_FROM_DEVICE);
	dma_sync_single_for_device(rig.dev, at_stake.dma, 4096, DMA_FROM_DEVICE);
}

static void get_mapping(void)
{
	at_stake.dma = map_ok(&rig, at_stake.p, 256, DMA_FROM_DEVICE);
}

static void get_kmalloc(void)
{
	at_stake.p = kmalloc_ok(256);
}

static void *second_runner(void *arg)
{
	const struct race *race = arg;

	pthread_barrier_wait(&at_stake.barrier);
	race->second();
	return NULL;
}

static void run_race(void (*get)(void), const struct race *race)
{
	pthread_t thread;

	for (unsigned i = 0; i < rounds; i++) {
		get();
		at_stake.refused = 0;
		pthread_barrier_init(&at_stake.barrier, NULL, 2);
		assert_int_equal(pthread_create(&thread, NULL, second_runner, (void *)race), 0);
		pthread_barrier_wait(&at_stake.barrier);
		race->first();
		pthread_join(thread, NULL);
		pthread_barrier_destroy(&at_stake.barrier);
		if (race->may_win && !rig.nr) {
			assert_int_equal(at_stake.refused, 0);
			continue;
		}
		expect(&rig, race->check);
		if (race->second == device_writes_it)
			assert_int_equal(at_stake.refused, -EFAULT);
	}
}

static void races(void **state)
{
	static const struct race
		free_twice = { free_it, free_it, "double-free", false },
		free_noncoherent_twice = {
			free_it_noncoherent, free_it_noncoherent, "double-free", false,
		},
		unmap_twice = { unmap_it, unmap_it, "double-free", false },
		kfree_twice = { kfree_it, kfree_it, "double-free", false },
		free_and_sync = { free_it_noncoherent, sync_it, "sync-unknown", true },
		unmap_and_write = {
			unmap_it, device_writes_it, "device-use-after-unmap", true,
		},
		unbind_twice = { unbind_it, unbind_it, "no-device", false },
		unbind_and_use = { unbind_it, use_unbound, "no-device", true };
	static const char *const profiles[] = { "arm64", "swiotlb", "iommu" };
	void *neighbour;

	(void)state;
	if (on_valgrind())
		rounds = 10;
	for (size_t i = 0; i < ARRAY_SIZE(profiles); i++) {
		rig_up(&rig, profiles[i]);
		neighbour = kmalloc_ok(256);
		run_race(get_coherent, &free_twice);
		run_race(get_noncoherent, &free_noncoherent_twice);
		run_race(get_kmalloc, &kfree_twice);
		run_race(get_noncoherent, &free_and_sync);
		run_race(take_device, &unbind_twice);
		run_race(take_device, &unbind_and_use);
		at_stake.p = kmalloc_ok(256);
		run_race(get_mapping, &unmap_twice);
		run_race(get_mapping, &unmap_and_write);
		kfree(at_stake.p);
		kfree(neighbour);
		rig_down(&rig);
	}
}

/* --------------------------------------------------------------- stacks */

/* This thread's stack and the first thread's are known as such; others look like heap. */
static void *map_given(void *p)
{
	return (void *)(uintptr_t)(dma_map_single(rig.dev, p, 64, DMA_TO_DEVICE) ==
				   DMA_MAPPING_ERROR);
}

static void *map_own(void *unused)
{
	char bytes[64] = "";

	(void)unused;
	return map_given(bytes);
}

static void stacks(void **state)
{
	char bytes[64] = "";
	pthread_t thread;
	void *refused;

	(void)state;
	rig_up(&rig, NULL);
	assert_non_null(map_given(bytes));
	expect(&rig, "map-stack");
	assert_int_equal(pthread_create(&thread, NULL, map_given, bytes), 0);
	pthread_join(thread, &refused);
	assert_non_null(refused);
	expect(&rig, "map-stack");
	assert_int_equal(pthread_create(&thread, NULL, map_own, NULL), 0);
	pthread_join(thread, &refused);
	assert_non_null(refused);
	expect(&rig, "map-stack");
	rig_down(&rig);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(races),
		cmocka_unit_test(stacks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
