/* SPDX-License-Identifier: MIT */
/*
 * Threads on one machine, each with buffers of its own, and beside them some that
 * look on and make mistakes. Meant to be run under ThreadSanitizer as well.
 */
#include "rig.h"

#include <pthread.h>

#define THREADS 6

static struct rig rig;
static unsigned rounds = 300;

/* cmocka's assertions are not for other threads. */
#define CHECK(condition) \
	do { \
		if (!(condition)) { \
			fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition); \
			abort(); \
		} \
	} while (0)

static void stream(struct device *dev, u8 seed)
{
	u8 sent[300], got[300];
	u8 *p = kmalloc(300, GFP_KERNEL);
	dma_addr_t dma;

	CHECK(p);
	memset(sent, seed, sizeof(sent));
	dmalab_cpu_write(p, sent, sizeof(sent));
	dma = dma_map_single(dev, p, 300, DMA_BIDIRECTIONAL);
	CHECK(!dma_mapping_error(dev, dma));
	CHECK(!dmalab_device_read(dev, dma, got, 300));
	CHECK(!memcmp(sent, got, 300));
	memset(sent, ~seed, sizeof(sent));
	CHECK(!dmalab_device_write(dev, dma, sent, 300));
	dma_sync_single_for_cpu(dev, dma, 256, DMA_BIDIRECTIONAL);
	dmalab_cpu_read(p, got, 256);
	CHECK(!memcmp(sent, got, 256));
	dma_sync_single_for_device(dev, dma, 256, DMA_BIDIRECTIONAL);
	dma_unmap_single(dev, dma, 300, DMA_BIDIRECTIONAL);
	kfree(p);
}

static void allocate(struct device *dev, u8 seed)
{
	dma_addr_t dma;
	u8 got = 0;
	u8 *p = dma_alloc_coherent(dev, 4096, &dma, GFP_KERNEL);

	CHECK(p);
	CHECK(!dmalab_device_write(dev, dma + seed, &seed, 1));
	dmalab_cpu_read(p + seed, &got, 1);
	CHECK(got == seed);
	dma_free_coherent(dev, 4096, p, dma);

	p = dma_alloc_noncoherent(dev, 8192, &dma, DMA_TO_DEVICE, GFP_KERNEL);
	CHECK(p);
	dmalab_cpu_write(p, &seed, 1);
	dma_sync_single_for_device(dev, dma, 8192, DMA_TO_DEVICE);
	CHECK(!dmalab_device_read(dev, dma, &got, 1));
	CHECK(got == seed);
	dma_free_noncoherent(dev, 8192, p, dma, DMA_TO_DEVICE);

	p = dma_alloc_attrs(dev, 4096, &dma, GFP_KERNEL, DMA_ATTR_NO_KERNEL_MAPPING);
	CHECK(p);
	dma_free_attrs(dev, 4096, p, dma, DMA_ATTR_NO_KERNEL_MAPPING);
}

static void *worker(void *arg)
{
	u8 seed = (uintptr_t)arg;
	struct device *own = dmalab_device_new(rig.machine, "own");

	CHECK(own);
	for (unsigned i = 0; i < rounds; i++) {
		stream(i % 2 ? own : rig.dev, seed);
		allocate(i % 2 ? own : rig.dev, seed);
	}
	dmalab_device_free(own);
	return NULL;
}

/* Counts, formats and statistics, while the others run. */
static void *onlooker(void *arg)
{
	struct dmalab_cache_stats stats;

	(void)arg;
	for (unsigned i = 0; i < rounds; i++) {
		dmalab_machine_cache_stats(rig.machine, &stats);
		dmalab_report_count(rig.machine, NULL);
		dmalab_machine_profile(rig.machine);
		dma_get_cache_alignment();
		ksize(kmalloc(0, GFP_KERNEL));
	}
	return NULL;
}

/* One mistake a round, from places of its own. */
static void *blunderer(void *arg)
{
	static const struct dmalab_site site = { .file = "blunder.dma", .line = 1 };

	(void)arg;
	dmalab_set_site(&site);
	for (unsigned i = 0; i < rounds; i++)
		dma_sync_single_for_cpu(rig.dev, 0x1000, 1, DMA_TO_DEVICE);
	return NULL;
}

static void ignore(const struct dmalab_report *report, void *context)
{
	char text[2048];

	(*(unsigned long *)context)++;
	dmalab_report_format(report, text, sizeof(text));
}

static void run(const char *profile, const char *policy)
{
	struct dmalab_config config = { .profile = profile, .cache_policy = policy };
	unsigned long handled = 0;
	pthread_t threads[THREADS + 2];

	if (on_valgrind())
		rounds = 10;
	rig_up_with(&rig, &config);
	dmalab_set_report_handler(rig.machine, ignore, &handled);
	for (uintptr_t i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, worker, (void *)(i + 1)), 0);
	assert_int_equal(pthread_create(&threads[THREADS], NULL, onlooker, NULL), 0);
	assert_int_equal(pthread_create(&threads[THREADS + 1], NULL, blunderer, NULL), 0);
	for (int i = 0; i < THREADS + 2; i++)
		pthread_join(threads[i], NULL);
	dmalab_device_free(rig.dev);
	assert_int_equal(handled, rounds);
	assert_int_equal(dmalab_report_count(rig.machine, "sync-unknown"), rounds);
	assert_int_equal(dmalab_report_count(rig.machine, NULL), rounds);
	rig_down(&rig);
}

static void arm64(void **state)
{
	(void)state;
	run("arm64", NULL);
}

static void mips_with_a_cache_that_moves(void **state)
{
	(void)state;
	run("mips", "lru");
}

static void x86(void **state)
{
	(void)state;
	run("x86", NULL);
}

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
		cmocka_unit_test(arm64),
		cmocka_unit_test(mips_with_a_cache_that_moves),
		cmocka_unit_test(x86),
		cmocka_unit_test(stacks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
