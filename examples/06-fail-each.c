/* SPDX-License-Identifier: MIT */
/*
 * Every error path of a probe function, each tried once.
 *
 * The driver needs three things. If the last one is not to be had, it gives back the
 * second and forgets the first: a path that no user's machine takes in years.
 * dmalab_fail_each() runs probe and remove with the first allocation or mapping
 * failing, then with the second, and so on, until a run in which nothing failed.
 *
 * Bites on every machine. dmalab reports leak in the run in which the mapping fails, and
 * says that it did.
 */

/* ------------------------------------------------------------- the driver */

#include <linux/dma-mapping.h>
#include <linux/slab.h>

#define RING_SIZE   4096
#define PACKET_SIZE 2048

struct nic {
	struct device *dev;
	void *ring, *packet;
	dma_addr_t ring_dma, packet_dma;
};

static int nic_probe(struct nic *nic, struct device *dev, bool bug)
{
	nic->dev = dev;
	nic->ring = dma_alloc_coherent(dev, RING_SIZE, &nic->ring_dma, GFP_KERNEL);
	if (!nic->ring)
		return -ENOMEM;
	nic->packet = kmalloc(PACKET_SIZE, GFP_KERNEL);
	if (!nic->packet)
		goto free_ring;
	nic->packet_dma = dma_map_single(dev, nic->packet, PACKET_SIZE, DMA_FROM_DEVICE);
	if (dma_mapping_error(dev, nic->packet_dma)) {
		kfree(nic->packet);
		if (bug)
			return -ENOMEM;
		goto free_ring;
	}
	return 0;

free_ring:
	dma_free_coherent(dev, RING_SIZE, nic->ring, nic->ring_dma);
	return -ENOMEM;
}

static void nic_remove(struct nic *nic)
{
	dma_unmap_single(nic->dev, nic->packet_dma, PACKET_SIZE, DMA_FROM_DEVICE);
	kfree(nic->packet);
	dma_free_coherent(nic->dev, RING_SIZE, nic->ring, nic->ring_dma);
}

/* -------------------------------------------------------------- the bench */

#include <dmalab.h>
#include <stdio.h>
#include <string.h>

struct bench {
	struct dmalab_machine *machine;
	bool bug;
};

static void run(void *context)
{
	const struct bench *bench = context;
	struct device *dev = dmalab_device_new(bench->machine, "nic");
	struct nic nic;

	if (nic_probe(&nic, dev, bench->bug) == 0)
		nic_remove(&nic);
	dmalab_device_free(dev);
}

int main(int argc, char **argv)
{
	struct bench bench = { .machine = dmalab_machine_new(NULL) };
	unsigned long reports;

	if (argc != 2 || !bench.machine || (strcmp(argv[1], "bug") && strcmp(argv[1], "fixed"))) {
		fprintf(stderr, "usage: %s bug|fixed\n", argv[0]);
		dmalab_machine_free(bench.machine);
		return 2;
	}
	bench.bug = strcmp(argv[1], "bug") == 0;
	printf("runs: %u\n", dmalab_fail_each(bench.machine, run, &bench));

	reports = dmalab_report_count(bench.machine, NULL);
	printf("reports: %lu\n", reports);
	dmalab_machine_free(bench.machine);
	return reports != 0;
}
