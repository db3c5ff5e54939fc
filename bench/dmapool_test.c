/* SPDX-License-Identifier: MIT */
/*
 * What the kernel's mm/dmapool_test.c measures, on a simulated machine, and the lines that it
 * prints: for each shape of pool, a hundred times, all blocks are allocated and then freed in
 * the same order. The time is in microseconds. A last line has it for one block, in nanoseconds.
 *
 * The machine is the default one, or what DMALAB_OPTIONS says (profile=x86:checks=off).
 */
#include <dmalab.h>
#include <linux/dma-mapping.h>
#include <linux/dmapool.h>

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define ROUNDS     100
#define MAX_BLOCKS 8192

static const struct shape {
	size_t size, align, boundary;
} shapes[] = {
	{ 16, 16, 0 }, { 64, 64, 0 },     { 256, 256, 0 },
	{ 1024, 1024, 0 }, { 4096, 4096, 0 }, { 68, 32, 4096 },
};
#define NR_SHAPES (sizeof(shapes) / sizeof(shapes[0]))

static struct {
	void *cpu;
	dma_addr_t dma;
} blocks[MAX_BLOCKS];

static int nr_blocks(size_t size)
{
	size_t n = PAGE_SIZE / size * 512;

	return n < 1024 ? 1024 : n > MAX_BLOCKS ? MAX_BLOCKS : (int)n;
}

static bool fill_and_empty(struct dma_pool *pool, int nr)
{
	int made = 0;

	while (made < nr) {
		blocks[made].cpu = dma_pool_alloc(pool, GFP_KERNEL, &blocks[made].dma);
		if (!blocks[made].cpu)
			break;
		made++;
	}
	for (int i = 0; i < made; i++)
		dma_pool_free(pool, blocks[i].cpu, blocks[i].dma);
	return made == nr;
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return 1e9 * t.tv_sec + t.tv_nsec;
}

/* ns for all rounds, or a negative number when there was no memory. */
static double measure(struct device *dev, const struct shape *s, int nr)
{
	struct dma_pool *pool = dma_pool_create("test pool", dev, s->size, s->align, s->boundary);
	double start = now(), time = -1;
	int round = 0;

	if (!pool)
		return -1;
	while (round < ROUNDS && fill_and_empty(pool, nr))
		round++;
	if (round == ROUNDS)
		time = now() - start;
	dma_pool_destroy(pool);
	return time;
}

int main(int argc, char **argv)
{
	struct dmalab_config config = { .ram_size = 256u << 20 };
	struct dmalab_machine *machine;
	struct device *dev;
	double each[NR_SHAPES];
	unsigned long reports;
	bool failed = false;

	(void)argv;
	if (argc != 1) {
		fprintf(stderr, "usage: dmapool_test (no options; DMALAB_OPTIONS=profile=...)\n");
		return 2;
	}
	machine = dmalab_machine_new(&config);
	dev = dmalab_device_new(machine, "dmapool-test");
	if (!dev || dma_set_mask_and_coherent(dev, DMA_BIT_MASK(64))) {
		fprintf(stderr, "dmapool_test: no device\n");
		return 1;
	}
	for (size_t i = 0; i < NR_SHAPES && !failed; i++) {
		int nr = nr_blocks(shapes[i].size);
		double time = measure(dev, &shapes[i], nr);

		failed = time < 0;
		each[i] = time / ROUNDS / nr;
		if (failed)
			fprintf(stderr, "dmapool_test: no memory for %d blocks of %zu bytes\n", nr,
				shapes[i].size);
		else
			printf("dmapool test: size:%-4zu align:%-4zu blocks:%-4d time:%.0f\n",
			       shapes[i].size, shapes[i].align, nr, time / 1e3);
	}
	if (!failed) {
		printf("dmalab: ns for each block, on %s:", dmalab_machine_profile(machine));
		for (size_t i = 0; i < NR_SHAPES; i++)
			printf(" %.1f", each[i]);
		printf("\n");
	}
	dmalab_device_free(dev);
	reports = dmalab_report_count(machine, NULL);
	dmalab_machine_free(machine);
	return failed || reports;
}
