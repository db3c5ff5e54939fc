/* SPDX-License-Identifier: MIT */
/*
 * A descriptor is polled, and on one old machine never changes.
 *
 * When the SGI Seeq network driver was moved to dma_alloc_noncoherent(), its old
 * dma_cache_sync(), which always invalidated, first became a bare
 * dma_sync_single_for_cpu(). The MIPS CPU of an IP22 does not speculate, and there
 * that call does nothing: the line is dropped only when it is given to the device.
 * So the first poll brought the descriptor into the cache, and every later poll
 * read the same copy. Testing on hardware found it before it was merged; the
 * conversion in Linux 5.10 gives the descriptor back after each poll in vain.
 *
 * On mips-nonspec dmalab reports stale-cpu-read. Everywhere else the data is right,
 * and dmalab still reports device-write-cpu-owned: the device wrote what the driver
 * had taken and not given back. Try DMALAB_OPTIONS=profile=mips-nonspec.
 */
#include <dmalab.h>
#include <linux/dma-mapping.h>
#include <stdio.h>
#include <string.h>

#define OWNED_BY_HARDWARE 0x80000000u
#define DONE              0x00000001u

struct desc {
	u32 status;
	u32 buffer;
	u32 next;
	u32 pad;
};

/* A load that the laboratory sees. Plain stores it finds by itself. */
static u32 load(const u32 *p)
{
	u32 value;

	dmalab_cpu_read(p, &value, sizeof(value));
	return value;
}

static bool poll_bug(struct device *dev, const struct desc *desc, dma_addr_t dma)
{
	dma_sync_single_for_cpu(dev, dma, sizeof(*desc), DMA_BIDIRECTIONAL);
	return !(load(&desc->status) & OWNED_BY_HARDWARE);
}

static bool poll_fixed(struct device *dev, const struct desc *desc, dma_addr_t dma)
{
	dma_sync_single_for_cpu(dev, dma, sizeof(*desc), DMA_BIDIRECTIONAL);
	if (!(load(&desc->status) & OWNED_BY_HARDWARE))
		return true;
	dma_sync_single_for_device(dev, dma, sizeof(*desc), DMA_BIDIRECTIONAL);
	return false;
}

static void receive(struct device *dev,
		    bool (*poll)(struct device *, const struct desc *, dma_addr_t))
{
	const u32 done = DONE;
	dma_addr_t dma;
	struct desc *desc = dma_alloc_noncoherent(dev, PAGE_SIZE, &dma, DMA_BIDIRECTIONAL,
						  GFP_KERNEL);

	if (!desc)
		return;
	desc->status = OWNED_BY_HARDWARE;
	dma_sync_single_for_device(dev, dma, sizeof(*desc), DMA_BIDIRECTIONAL);

	if (poll(dev, desc, dma))
		printf("done before it began?\n");
	dmalab_device_write(dev, dma + offsetof(struct desc, status), &done, sizeof(done));
	printf("the driver sees: %s\n", poll(dev, desc, dma) ? "done" : "not done, as before");

	dma_free_noncoherent(dev, PAGE_SIZE, desc, dma, DMA_BIDIRECTIONAL);
}

int main(int argc, char **argv)
{
	struct dmalab_machine *machine = dmalab_machine_new(NULL);
	struct device *dev = dmalab_device_new(machine, "sgiseeq");
	unsigned long reports;

	if (argc != 2 || !dev || (strcmp(argv[1], "bug") && strcmp(argv[1], "fixed"))) {
		fprintf(stderr, "usage: %s bug|fixed\n", argv[0]);
		dmalab_machine_free(machine);
		return 2;
	}
	if (strcmp(argv[1], "bug") == 0)
		receive(dev, poll_bug);
	else
		receive(dev, poll_fixed);

	dmalab_device_free(dev);
	reports = dmalab_report_count(machine, NULL);
	printf("reports: %lu\n", reports);
	dmalab_machine_free(machine);
	return reports != 0;
}
