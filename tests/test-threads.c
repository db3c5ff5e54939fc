/* SPDX-License-Identifier: MIT */
/*
 * Threads on one machine, each with buffers of its own, and beside them a device at work
 * and some that look on, make mistakes, and make calls fail. Also run under
 * ThreadSanitizer: make check-tsan.
 */
#include "rig.h"

#include <linux/dmapool.h>
#include <pthread.h>

#define THREADS 6

static struct rig rig;
static struct dma_pool *pool; /* of rig.dev, for all threads */
static unsigned rounds = 1000;

/* cmocka's assertions are not for other threads. */
#define CHECK(condition) \
	do { \
		if (!(condition)) { \
			fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition); \
			abort(); \
		} \
	} while (0)

/* A cheap generator for each thread. */
static unsigned draw(unsigned *state, unsigned n)
{
	*state = *state * 1103515245u + 12345u;
	return (*state >> 16) % n;
}

/*
 * What a thread works with. Where orders to fail are out, or others take the memory,
 * any allocation and mapping may fail; nothing else may go wrong.
 */
struct job {
	struct device *dev;
	u8 seed;
	bool is_current;  /* for all of the test the machine is the current one */
};

static dma_addr_t map(const struct job *job, void *p, size_t size, enum dma_data_direction dir)
{
	dma_addr_t dma = dma_map_single(job->dev, p, size, dir);

	return dma_mapping_error(job->dev, dma) ? DMA_MAPPING_ERROR : dma;
}

/* To the device and back, with a sync of a part. */
static void stream(const struct job *job, u8 *p)
{
	struct device *dev = job->dev;
	u8 sent[300], got[300];
	dma_addr_t dma;

	memset(sent, job->seed, sizeof(sent));
	dmalab_cpu_write(p, sent, sizeof(sent));
	dma = map(job, p, 300, DMA_BIDIRECTIONAL);
	if (dma == DMA_MAPPING_ERROR)
		return;
	CHECK(!dmalab_device_read(dev, dma, got, 300));
	CHECK(!memcmp(sent, got, 300));
	memset(sent, ~job->seed, sizeof(sent));
	CHECK(!dmalab_device_write(dev, dma, sent, 300));
	dma_sync_single_for_cpu(dev, dma, 256, DMA_BIDIRECTIONAL);
	dmalab_cpu_read(p, got, 256);
	CHECK(!memcmp(sent, got, 256));
	dma_sync_single_for_device(dev, dma, 256, DMA_BIDIRECTIONAL);
	dma_unmap_single(dev, dma, 300, DMA_BIDIRECTIONAL);
}

static void stream_kmalloc(const struct job *job)
{
	u8 *p = kmalloc(300, GFP_KERNEL);

	if (p)
		stream(job, p);
	kfree(p);
}

static void stream_page(const struct job *job)
{
	struct page *page = alloc_page(GFP_KERNEL);
	dma_addr_t dma;

	if (!page)
		return;
	get_page(page);
	dma = dma_map_page(job->dev, page, 512, 512, DMA_FROM_DEVICE);
	if (!dma_mapping_error(job->dev, dma)) {
		CHECK(!dmalab_device_write(job->dev, dma + 8, &job->seed, 1));
		dma_unmap_page(job->dev, dma, 512, DMA_FROM_DEVICE);
	}
	put_page(page);
	__free_page(page);
}

/* Memory of the device's machine, whichever is the current one. */
static void stream_noncoherent(const struct job *job)
{
	dma_addr_t dma;
	u8 *p = dma_alloc_noncoherent(job->dev, 4096, &dma, DMA_BIDIRECTIONAL, GFP_KERNEL);

	if (!p)
		return;
	stream(job, p);
	dma_free_noncoherent(job->dev, 4096, p, dma, DMA_BIDIRECTIONAL);
}

#define ENTRIES 3

static void map_list(const struct job *job)
{
	struct sg_table table;
	struct scatterlist *sg;
	dma_addr_t dma[ENTRIES];
	unsigned i, n = 0;

	if (sg_alloc_table(&table, ENTRIES, GFP_KERNEL))
		return;
	for_each_sgtable_sg(&table, sg, i) {
		void *p = dma_alloc_noncoherent(job->dev, 4096, &dma[i], DMA_TO_DEVICE, GFP_KERNEL);

		if (!p)
			break;
		sg_set_buf(sg, p, 4096);
		n++;
	}
	if (n == ENTRIES && dma_map_sgtable(job->dev, &table, DMA_FROM_DEVICE, 0) == 0) {
		CHECK(table.nents >= 1 && table.nents <= ENTRIES);
		for_each_sgtable_dma_sg(&table, sg, i)
			CHECK(!dmalab_device_write(job->dev, sg_dma_address(sg), &job->seed, 1));
		dma_sync_sgtable_for_cpu(job->dev, &table, DMA_FROM_DEVICE);
		dma_sync_sgtable_for_device(job->dev, &table, DMA_FROM_DEVICE);
		dma_unmap_sgtable(job->dev, &table, DMA_FROM_DEVICE, 0);
	}
	for (sg = table.sgl, i = 0; i < n; i++, sg = sg_next(sg))
		dma_free_noncoherent(job->dev, 4096, sg_virt(sg), dma[i], DMA_TO_DEVICE);
	sg_free_table(&table);
}

static void coherent(const struct job *job)
{
	dma_addr_t dma;
	u8 got = 0;
	u8 *p = dma_alloc_coherent(job->dev, 4096, &dma, GFP_KERNEL);

	if (!p)
		return;
	CHECK(!dmalab_device_write(job->dev, dma + job->seed, &job->seed, 1));
	dmalab_cpu_read(p + job->seed, &got, 1);
	CHECK(got == job->seed);
	dma_free_coherent(job->dev, 4096, p, dma);
}

static void noncoherent(const struct job *job)
{
	dma_addr_t dma;
	u8 got = 0;
	u8 *p = dma_alloc_noncoherent(job->dev, 8192, &dma, DMA_TO_DEVICE, GFP_KERNEL);

	if (!p)
		return;
	dmalab_cpu_write(p, &job->seed, 1);
	dma_sync_single_for_device(job->dev, dma, 8192, DMA_TO_DEVICE);
	CHECK(!dmalab_device_read(job->dev, dma, &got, 1));
	CHECK(got == job->seed);
	dma_free_noncoherent(job->dev, 8192, p, dma, DMA_TO_DEVICE);
}

static void handle(const struct job *job)
{
	dma_addr_t dma;
	void *cookie = dma_alloc_attrs(job->dev, 4096, &dma, GFP_KERNEL,
				       DMA_ATTR_NO_KERNEL_MAPPING);

	if (cookie)
		dma_free_attrs(job->dev, 4096, cookie, dma, DMA_ATTR_NO_KERNEL_MAPPING);
}

static void block(const struct job *job)
{
	dma_addr_t dma;
	u8 got = 0, *p = dma_pool_alloc(pool, GFP_KERNEL, &dma);

	if (!p)
		return;
	CHECK(!dmalab_device_write(rig.dev, dma + 63, &job->seed, 1));
	dmalab_cpu_read(p + 63, &got, 1);
	CHECK(got == job->seed);
	dma_pool_free(pool, p, dma);
}

/* A device for the length of a visit, with memory that goes with it. */
static void bind(const struct job *job)
{
	struct device *dev = dmalab_device_new(rig.machine, "guest");
	struct job own = { .dev = dev, .seed = job->seed };

	CHECK(dev);
	devm_kmalloc(dev, 100, GFP_KERNEL);
	dma_set_mask_and_coherent(dev, DMA_BIT_MASK(32));
	coherent(&own);
	stream_noncoherent(&own);
	dmalab_device_free(dev);
}

static void (*const everywhere[])(const struct job *) = {
	coherent, noncoherent, handle, stream_noncoherent, block, bind,
};
static void (*const on_current[])(const struct job *) = {
	stream_kmalloc, stream_page, map_list,
};

static void *worker(void *arg)
{
	struct job job = *(struct job *)arg;
	struct device *own = dmalab_device_new(rig.machine, "own");
	unsigned state = job.seed;

	CHECK(own);
	for (unsigned i = 0; i < rounds; i++) {
		job.dev = i % 2 ? own : rig.dev;
		everywhere[draw(&state, ARRAY_SIZE(everywhere))](&job);
		if (job.is_current)
			on_current[draw(&state, ARRAY_SIZE(on_current))](&job);
	}
	dmalab_device_free(own);
	return NULL;
}

/* Hardware at work in a ring of its own, while the drivers come and go. */
static void *engine(void *arg)
{
	dma_addr_t dma;
	u8 block[256] = "", got[256];
	void *ring;

	(void)arg;
	do
		ring = dma_alloc_coherent(rig.dev, 4096, &dma, GFP_KERNEL);
	while (!ring);
	for (unsigned i = 0; i < rounds; i++) {
		block[0] = i;
		CHECK(!dmalab_device_write(rig.dev, dma + i % 15 * 256, block, sizeof(block)));
		CHECK(!dmalab_device_read(rig.dev, dma + i % 15 * 256, got, sizeof(got)));
		CHECK(got[0] == block[0]);
	}
	dma_free_coherent(rig.dev, 4096, ring, dma);
	return NULL;
}

/* Counts, formats, statistics and pictures, while the others run. */
static void *onlooker(void *arg)
{
	struct dmalab_cache_stats stats = { .size = sizeof(stats) };
	u8 states[256], *p;

	(void)arg;
	for (unsigned i = 0; i < rounds; i++) {
		dmalab_machine_cache_stats(rig.machine, &stats);
		dmalab_report_count(rig.machine, NULL);
		dmalab_machine_profile(rig.machine);
		dma_get_cache_alignment();
		dma_get_required_mask(rig.dev);
		ksize(kmalloc(0, GFP_KERNEL));
		/* Of what others have beside it, too. */
		p = kmalloc(32, GFP_KERNEL);
		dmalab_byte_states(p, states, p ? sizeof(states) : 0);
		kfree(p);
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

/* Orders to fail, given and released. */
static void *saboteur(void *arg)
{
	(void)arg;
	for (unsigned i = 0; i < rounds; i++) {
		dmalab_machine_fail_every(rig.machine, i % 2 ? 5 : 0);
		dmalab_machine_fail_nth(rig.machine, i % 3);
	}
	dmalab_machine_fail_every(rig.machine, 0);
	dmalab_machine_fail_nth(rig.machine, 0);
	return NULL;
}

/* Other machines, each with a life of its own: the current one changes all the time. */
static void *builder(void *arg)
{
	static const struct dmalab_config config = { .ram_size = RIG_RAM };

	(void)arg;
	for (unsigned i = 0; i < rounds / 10; i++) {
		struct dmalab_machine *machine = dmalab_machine_new(&config);
		struct job job = { .dev = dmalab_device_new(machine, "elsewhere"), .seed = 9 };

		CHECK(job.dev);
		coherent(&job);
		stream_noncoherent(&job);
		dmalab_machine_free(machine);
	}
	return NULL;
}

static void ignore(const struct dmalab_report *report, void *context)
{
	char text[2048];

	(*(unsigned long *)context)++;
	dmalab_report_format(report, text, sizeof(text));
}

static void run(const char *profile, const char *policy, void *(*beside)(void *arg))
{
	struct dmalab_config config = { .profile = profile, .cache_policy = policy };
	void *(*const others[])(void *) = {
		engine, blunderer, beside, beside != builder ? onlooker : NULL,
	};
	struct job jobs[THREADS];
	unsigned long handled = 0;
	pthread_t threads[THREADS + ARRAY_SIZE(others)];
	size_t nr = 0;

	if (on_valgrind())
		rounds = 10;
	config.ram_size = 4 * RIG_RAM;
	rig_up_with(&rig, &config);
	dmalab_set_report_handler(rig.machine, ignore, &handled);
	pool = dma_pool_create("blocks", rig.dev, 64, 64, 0);
	assert_non_null(pool);
	for (size_t i = 0; i < THREADS; i++) {
		jobs[i] = (struct job){ .seed = i + 1, .is_current = beside != builder };
		assert_int_equal(pthread_create(&threads[nr++], NULL, worker, &jobs[i]), 0);
	}
	for (size_t i = 0; i < ARRAY_SIZE(others); i++)
		if (others[i])
			assert_int_equal(pthread_create(&threads[nr++], NULL, others[i], NULL), 0);
	while (nr)
		pthread_join(threads[--nr], NULL);
	dma_pool_destroy(pool);
	dmalab_device_free(rig.dev);
	assert_int_equal(handled, rounds);
	assert_int_equal(dmalab_report_count(rig.machine, "sync-unknown"), rounds);
	assert_int_equal(dmalab_report_count(rig.machine, NULL), rounds);
	rig_down(&rig);
}

static void arm64(void **state)
{
	(void)state;
	run("arm64", NULL, NULL);
}

static void mips_with_a_cache_that_moves(void **state)
{
	(void)state;
	run("mips", "lru", NULL);
}

static void x86(void **state)
{
	(void)state;
	run("x86", NULL, NULL);
}

static void swiotlb(void **state)
{
	(void)state;
	run("swiotlb", NULL, NULL);
}

static void iommu(void **state)
{
	(void)state;
	run("iommu", NULL, NULL);
}

static void calls_that_fail(void **state)
{
	(void)state;
	run("arm64", "random", saboteur);
	run("swiotlb", NULL, saboteur);
	run("iommu", NULL, saboteur);
}

static void machines_come_and_go(void **state)
{
	(void)state;
	run("arm64", NULL, builder);
	run("iommu", NULL, builder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(arm64),
		cmocka_unit_test(mips_with_a_cache_that_moves),
		cmocka_unit_test(x86),
		cmocka_unit_test(swiotlb),
		cmocka_unit_test(iommu),
		cmocka_unit_test(calls_that_fail),
		cmocka_unit_test(machines_come_and_go),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
