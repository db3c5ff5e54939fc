/* SPDX-License-Identifier: MIT */
/*
 * What the kernel's tools/testing/selftests/dma/dma_map_benchmark measures, on a simulated
 * machine, with its options and its lines of output, so that the two can be put side by side.
 * A last line has the same in nanoseconds: the kernel rounds to tenths of a microsecond,
 * which here is more than a mapping takes.
 *
 * The machine is the default one, or what DMALAB_OPTIONS says (profile=x86:checks=off).
 */
#include <dmalab.h>
#include <linux/dma-mapping.h>
#include <linux/mm.h>
#include <linux/scatterlist.h>
#include <linux/slab.h>

#include <errno.h>
#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define MAX_THREADS 1024
#define MAX_SECONDS 300
#define MAX_DELAY   (10 * 1000 * 1000)

enum mode { MODE_SINGLE, MODE_SG };

static struct {
	long threads, seconds, node, bits, dir, delay, granule, mode;
	bool mode_given;
} options = { .threads = 1, .seconds = 20, .node = -1, .bits = 32, .granule = 1 };

static struct device *dev;
static atomic_bool stop;

struct sums {
	double map, map_squares, unmap, unmap_squares;
	unsigned long loops;
};

struct worker {
	pthread_t thread;
	struct sums sums;
	int error;
};

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return 1e9 * t.tv_sec + t.tv_nsec;
}

/* As ndelay(): by looking at the clock. */
static void delay(void)
{
	double end = now() + options.delay;

	while (options.delay && now() < end)
		;
}

struct memory {
	size_t size;
	void *buffer;              /* MODE_SINGLE */
	struct sg_table table;     /* MODE_SG: a page for each entry */
};

static void memory_free(struct memory *m)
{
	struct scatterlist *sg;

	if (m->buffer)
		free_pages_exact(m->buffer, m->size);
	if (!m->table.sgl)
		return;
	for (sg = m->table.sgl; sg; sg = sg_next(sg))
		if (sg_page(sg))
			kfree(sg_virt(sg));
	sg_free_table(&m->table);
}

static int memory_alloc(struct memory *m)
{
	struct scatterlist *sg;

	m->size = options.granule * PAGE_SIZE;
	if (options.mode == MODE_SINGLE) {
		m->buffer = alloc_pages_exact(m->size, GFP_KERNEL);
		return m->buffer ? 0 : -ENOMEM;
	}
	if (sg_alloc_table(&m->table, options.granule, GFP_KERNEL))
		return -ENOMEM;
	for (sg = m->table.sgl; sg; sg = sg_next(sg)) {
		void *page = kmalloc(PAGE_SIZE, GFP_KERNEL);

		if (!page)
			return -ENOMEM;
		sg_set_buf(sg, page, PAGE_SIZE);
	}
	return 0;
}

/* Lines that are not in the cache would make the mapping look cheaper than it is. */
static void stain(struct memory *m)
{
	static unsigned char stains[PAGE_SIZE];
	struct scatterlist *sg;

	if (options.dir == DMA_FROM_DEVICE)
		return;
	if (!stains[0])
		memset(stains, 0x66, sizeof(stains));
	for (size_t at = 0; m->buffer && at < m->size; at += PAGE_SIZE)
		dmalab_cpu_write((char *)m->buffer + at, stains, PAGE_SIZE);
	for (sg = m->table.sgl; sg; sg = sg_next(sg))
		dmalab_cpu_write(sg_virt(sg), stains, PAGE_SIZE);
}

/* One mapping and what it took, in ns. */
static int measure(struct memory *m, double *map, double *unmap)
{
	double start = now(), mapped;
	dma_addr_t dma = 0;

	if (m->buffer) {
		dma = dma_map_single(dev, m->buffer, m->size, options.dir);
		if (dma_mapping_error(dev, dma))
			return -ENOMEM;
	} else if (dma_map_sgtable(dev, &m->table, options.dir, 0)) {
		return -ENOMEM;
	}
	mapped = now();
	delay();
	*map = mapped - start;
	start = now();
	if (m->buffer)
		dma_unmap_single(dev, dma, m->size, options.dir);
	else
		dma_unmap_sgtable(dev, &m->table, options.dir, 0);
	*unmap = now() - start;
	return 0;
}

static void *work(void *context)
{
	struct worker *w = context;
	struct memory memory = { 0 };

	w->error = memory_alloc(&memory);
	while (!w->error && !atomic_load_explicit(&stop, memory_order_relaxed)) {
		double map, unmap;

		stain(&memory);
		w->error = measure(&memory, &map, &unmap);
		if (w->error)
			break;
		w->sums.map += map;
		w->sums.map_squares += map * map;
		w->sums.unmap += unmap;
		w->sums.unmap_squares += unmap * unmap;
		w->sums.loops++;
	}
	memory_free(&memory);
	return NULL;
}

static int run(struct sums *all)
{
	struct worker *workers = calloc(options.threads, sizeof(*workers));
	long started = 0;
	int error = workers ? 0 : -ENOMEM;

	for (; !error && started < options.threads; started++) {
		error = -pthread_create(&workers[started].thread, NULL, work, &workers[started]);
		if (error)
			break;
	}
	if (!error)
		sleep(options.seconds);
	atomic_store(&stop, true);
	for (long i = 0; i < started; i++) {
		struct sums *sums = &workers[i].sums;

		pthread_join(workers[i].thread, NULL);
		if (workers[i].error)
			error = workers[i].error;
		all->map += sums->map;
		all->map_squares += sums->map_squares;
		all->unmap += sums->unmap;
		all->unmap_squares += sums->unmap_squares;
		all->loops += sums->loops;
	}
	free(workers);
	return error;
}

static double deviation(double sum, double squares, unsigned long n)
{
	double mean = sum / n, variance = squares / n - mean * mean;

	return variance > 0 ? sqrt(variance) : 0;
}

static void print(const struct sums *s)
{
	static const char *const directions[] = { "BIDIRECTIONAL", "TO_DEVICE", "FROM_DEVICE" };
	double map = s->map / s->loops, unmap = s->unmap / s->loops;
	double map_deviation = deviation(s->map, s->map_squares, s->loops);
	double unmap_deviation = deviation(s->unmap, s->unmap_squares, s->loops);

	/* Kernels whose tool has -m print the mode, too, and call the granule by both its names. */
	if (options.mode_given)
		printf("dma mapping mode: %ld\n", options.mode);
	printf("dma mapping benchmark: threads:%ld seconds:%ld node:%ld dir:%s %s: %ld\n",
	       options.threads, options.seconds, options.node, directions[options.dir],
	       options.mode_given ? "granule/sg_nents" : "granule", options.granule);
	printf("average map latency(us):%.1f standard deviation:%.1f\n", map / 1e3,
	       map_deviation / 1e3);
	printf("average unmap latency(us):%.1f standard deviation:%.1f\n", unmap / 1e3,
	       unmap_deviation / 1e3);
	printf("dmalab: map %.0f ns (deviation %.0f), unmap %.0f ns (%.0f), %lu times on %s\n", map,
	       map_deviation, unmap, unmap_deviation, s->loops,
	       dmalab_machine_profile(dmalab_machine_current()));
}

static const char usage[] =
	"usage: dma_map_benchmark [-t threads] [-s seconds] [-n node] [-b bits] [-d dir]\n"
	"                         [-x ns] [-g granule] [-m mode]\n"
	"  -t  threads that map at the same time (1-1024; default 1)\n"
	"  -s  how long, in seconds (1-300; default 20)\n"
	"  -n  NUMA node: taken, and printed; the simulated machine has one (default -1)\n"
	"  -b  bits of the DMA mask (20-64; default 32)\n"
	"  -d  direction: 0 bidirectional, 1 to the device, 2 from it (default 0)\n"
	"  -x  how long the transfer takes, in ns (0-10000000; default 0)\n"
	"  -g  pages of a mapping, or entries of a list (1-1024; default 1)\n"
	"  -m  0: dma_map_single(), 1: dma_map_sgtable(), a page an entry (default 0)\n";

/* The number after an option, which must be in @min-@max. */
static long number(int option, const char *text, long min, long max)
{
	char *end;
	long n;

	errno = 0;
	n = strtol(text, &end, 10);
	if (errno || end == text || *end || n < min || n > max) {
		fprintf(stderr, "dma_map_benchmark: -%c %s is not valid, must be in %ld-%ld\n", option,
			text, min, max);
		exit(1);
	}
	return n;
}

static void parse(int argc, char **argv)
{
	int opt;

	while ((opt = getopt(argc, argv, "t:s:n:b:d:x:g:m:h")) != -1) {
		switch (opt) {
		case 't': options.threads = number(opt, optarg, 1, MAX_THREADS); break;
		case 's': options.seconds = number(opt, optarg, 1, MAX_SECONDS); break;
		case 'n': options.node = number(opt, optarg, -1, 1023); break;
		case 'b': options.bits = number(opt, optarg, 20, 64); break;
		case 'd': options.dir = number(opt, optarg, 0, 2); break;
		case 'x': options.delay = number(opt, optarg, 0, MAX_DELAY); break;
		case 'g': options.granule = number(opt, optarg, 1, 1024); break;
		case 'm':
			options.mode = number(opt, optarg, 0, 1);
			options.mode_given = true;
			break;
		case 'h':
			fputs(usage, stdout);
			exit(0);
		default:
			fputs(usage, stderr);
			exit(2);
		}
	}
	if (optind < argc) {
		fprintf(stderr, "dma_map_benchmark: \"%s\" is no option\n%s", argv[optind], usage);
		exit(2);
	}
}

int main(int argc, char **argv)
{
	struct dmalab_config config = { .ram_size = 256u << 20 };
	struct dmalab_machine *machine;
	struct sums sums = { 0 };
	unsigned long reports;
	int error;

	parse(argc, argv);
	/* A granule of 4 MiB for each thread, and room for what bounces. */
	config.ram_size += options.threads * options.granule * PAGE_SIZE;
	machine = dmalab_machine_new(&config);
	dev = dmalab_device_new(machine, "dma_map_benchmark");
	if (!dev) {
		perror("dma_map_benchmark");
		return 1;
	}
	error = dma_set_mask(dev, DMA_BIT_MASK(options.bits));
	if (error) {
		fprintf(stderr, "dma_map_benchmark: the machine cannot do with a DMA mask of %ld bits; "
				"try more\n", options.bits);
	} else {
		error = run(&sums);
		if (!error && sums.loops)
			print(&sums);
		else
			fprintf(stderr, "dma_map_benchmark: a mapping failed: %s\n", strerror(-error));
	}
	dmalab_device_free(dev);
	reports = dmalab_report_count(machine, NULL);
	dmalab_machine_free(machine);
	return error || !sums.loops || reports;
}
