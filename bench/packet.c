/* SPDX-License-Identifier: MIT */
/*
 * A packet that a driver fills and sums up, in the memory of a simulated machine: the loop as it is
 * ("none"), seen by dmalab ("dmalab", with the runtime) and by ThreadSanitizer ("tsan").
 *
 *   packet   over seen (by whom) and op
 *
 *   sum       fill 1500 bytes by 4, sum them up by 2
 *   send      the same, then map it for the device and unmap it
 *   outside   a load and a store of 8 bytes each, in the program's own memory
 */
#include "packet.h"

#include "gbench.h"

#include <dmalab.h>
#include <linux/dma-mapping.h>
#include <linux/slab.h>
#include <stdio.h>

#define LEN 1500

struct bench {
	struct dmalab_machine *machine;
	struct device *dev;
	struct packet *packet;
};

static bool bench_up(struct gbench_state *state, struct bench *b)
{
	struct dmalab_config config = { .size = sizeof(config), .ram_size = 16 << 20 };

	b->machine = dmalab_machine_new(&config);
	b->dev = b->machine ? dmalab_device_new(b->machine, "nic") : NULL;
	b->packet = b->dev ? kmalloc(2048, GFP_KERNEL) : NULL;
	if (!b->packet)
		gbench_skip(state, "no memory");
	return b->packet;
}

static void bench_down(struct gbench_state *state, struct bench *b)
{
	kfree(b->packet);
	if (b->machine && dmalab_report_count(b->machine, NULL))
		gbench_skip(state, "something was reported");
	dmalab_machine_free(b->machine);
}

static void sum(struct gbench_state *state, const void *context)
{
	uint32_t seed = 0, sum = 0;
	struct bench b;

	(void)context;
	if (bench_up(state, &b)) {
		gbench_loop(state) {
			packet_fill(b.packet, LEN, seed++);
			sum += packet_sum(b.packet, LEN);
		}
		gbench_use(&sum);
	}
	bench_down(state, &b);
}

static void send(struct gbench_state *state, const void *context)
{
	uint32_t seed = 0, sum = 0;
	struct bench b;
	dma_addr_t dma;

	(void)context;
	if (bench_up(state, &b)) {
		gbench_loop(state) {
			packet_fill(b.packet, LEN, seed++);
			sum += packet_sum(b.packet, LEN);
			dma = dma_map_single(b.dev, b.packet, LEN, DMA_TO_DEVICE);
			if (!dma_mapping_error(b.dev, dma))
				dma_unmap_single(b.dev, dma, LEN, DMA_TO_DEVICE);
		}
		gbench_use(&sum);
	}
	bench_down(state, &b);
}

static void outside(struct gbench_state *state, const void *context)
{
	static uint64_t table[TABLE_WORDS];
	uint64_t at = 0;
	struct bench b;

	(void)context;
	for (unsigned i = 0; i < TABLE_WORDS; i++)
		table[i] = (i + 1) % TABLE_WORDS;
	if (bench_up(state, &b)) {
		gbench_loop(state)
			at += table_walk(table, TABLE_WORDS);
		gbench_use(&at);
	}
	bench_down(state, &b);
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		gbench_fn run;
	} ops[] = { { "sum", sum }, { "send", send }, { "outside", outside } };
	const char *by = argc > 1 && argv[1][0] != '-' ? argv[1] : NULL;
	char name[64];

	if (!by) {
		fprintf(stderr, "usage: dmalab-packet WHOM [google-benchmark's options]\n");
		return 2;
	}
	argv[1] = argv[0];
	for (unsigned i = 0; i < sizeof(ops) / sizeof(*ops); i++) {
		snprintf(name, sizeof(name), "packet/seen:%s/op:%s", by, ops[i].name);
		gbench_register(name, ops[i].run, NULL);
	}
	return gbench_run(argc - 1, argv + 1);
}
