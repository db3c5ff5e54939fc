/* SPDX-License-Identifier: MIT */
/*
 * A ring is allocated with one size and freed with another.
 *
 * The Aquantia atlantic network driver keeps a ring for hardware timestamps (PTP).
 * It asks for AQ_CFG_RXDS_DEF bytes more than the descriptors need, but the ring
 * was freed by the function for all rings, which knows nothing of the extra. Here
 * 34816 bytes are allocated, in a block of 64 KiB, and 32768 freed, which is a
 * block of 32 KiB: the rest of it never comes back. Behind an IOMMU, stale
 * translations stay as well.
 *
 * Bites on every machine. Fixed in Linux 6.8, commit 2e7d3b67630d, CVE-2024-26680.
 * dmalab reports free-size-mismatch.
 */
#include <dmalab.h>
#include <linux/dma-mapping.h>
#include <stdio.h>
#include <string.h>

#define AQ_CFG_RXDS_DEF 2048u
#define RING_SIZE       2048u
#define DX_SIZE         16u

struct ring {
	void *desc;
	dma_addr_t dma;
	size_t size, dx_size;
};

static int hwts_ring_alloc(struct device *dev, struct ring *ring)
{
	ring->size = RING_SIZE;
	ring->dx_size = DX_SIZE;
	ring->desc = dma_alloc_coherent(dev, ring->size * ring->dx_size + AQ_CFG_RXDS_DEF,
					&ring->dma, GFP_KERNEL);
	return ring->desc ? 0 : -ENOMEM;
}

/* For all rings. */
static void ring_free(struct device *dev, struct ring *ring)
{
	dma_free_coherent(dev, ring->size * ring->dx_size, ring->desc, ring->dma);
}

/* For this one. */
static void hwts_ring_free(struct device *dev, struct ring *ring)
{
	dma_free_coherent(dev, ring->size * ring->dx_size + AQ_CFG_RXDS_DEF, ring->desc,
			  ring->dma);
}

static void bug(struct device *dev)
{
	struct ring ring;

	if (hwts_ring_alloc(dev, &ring) == 0)
		ring_free(dev, &ring);
}

static void fixed(struct device *dev)
{
	struct ring ring;

	if (hwts_ring_alloc(dev, &ring) == 0)
		hwts_ring_free(dev, &ring);
}

int main(int argc, char **argv)
{
	struct dmalab_machine *machine = dmalab_machine_new(NULL);
	struct device *dev = dmalab_device_new(machine, "atlantic");
	unsigned long reports;

	if (argc != 2 || !dev || (strcmp(argv[1], "bug") && strcmp(argv[1], "fixed"))) {
		fprintf(stderr, "usage: %s bug|fixed\n", argv[0]);
		dmalab_machine_free(machine);
		return 2;
	}
	if (strcmp(argv[1], "bug") == 0)
		bug(dev);
	else
		fixed(dev);

	dmalab_device_free(dev);
	reports = dmalab_report_count(machine, NULL);
	printf("reports: %lu\n", reports);
	dmalab_machine_free(machine);
	return reports != 0;
}
