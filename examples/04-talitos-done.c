/* SPDX-License-Identifier: MIT */
/*
 * A descriptor is read while it still belongs to the device.
 *
 * The talitos crypto driver maps each request's descriptor for its engine, which
 * sets done bits in the descriptor's header. The driver looked for them without
 * taking the header back first. On Freescale machines whose DMA does not snoop, it
 * may then look at the copy that its own stores left in the cache, and wait for
 * ever for a request that has long been done.
 *
 * Bites where devices do not snoop, and where mappings are bounced. Fixed in 2026,
 * commit e17ff3d6ff90. dmalab reports stale-cpu-read; on a machine where nothing can
 * be stale, cpu-read-device-owned: the contract is broken there as well.
 */
#include <dmalab.h>
#include <linux/dma-mapping.h>
#include <linux/slab.h>
#include <stdio.h>
#include <string.h>

#define HEADER_DONE 0xff000000u

struct desc {
	u32 header;
	u32 words[15];
};

/* A load that the laboratory sees. Plain stores it finds by itself. */
static u32 load(const u32 *p)
{
	u32 value;

	dmalab_cpu_read(p, &value, sizeof(value));
	return value;
}

/* What the hardware does: fetch the request, work, say so in the header. */
static void engine(struct device *dev, dma_addr_t dma)
{
	struct desc desc;

	if (dmalab_device_read(dev, dma, &desc, sizeof(desc)))
		return;
	desc.header |= HEADER_DONE;
	dmalab_device_write(dev, dma, &desc.header, sizeof(desc.header));
}

static bool done_bug(struct device *dev, const struct desc *desc, dma_addr_t dma)
{
	(void)dev;
	(void)dma;
	return (load(&desc->header) & HEADER_DONE) == HEADER_DONE;
}

static bool done_fixed(struct device *dev, const struct desc *desc, dma_addr_t dma)
{
	dma_sync_single_for_cpu(dev, dma, sizeof(*desc), DMA_BIDIRECTIONAL);
	return (load(&desc->header) & HEADER_DONE) == HEADER_DONE;
}

static void request(struct device *dev,
		    bool (*done)(struct device *, const struct desc *, dma_addr_t))
{
	struct desc *desc = kzalloc(sizeof(*desc), GFP_KERNEL);
	dma_addr_t dma;

	if (!desc)
		return;
	desc->header = 0x00200000;
	dma = dma_map_single(dev, desc, sizeof(*desc), DMA_BIDIRECTIONAL);
	if (!dma_mapping_error(dev, dma)) {
		engine(dev, dma);
		printf("the driver sees: %s\n", done(dev, desc, dma) ? "done" : "not done");
		dma_unmap_single(dev, dma, sizeof(*desc), DMA_BIDIRECTIONAL);
	}
	kfree(desc);
}

int main(int argc, char **argv)
{
	struct dmalab_machine *machine = dmalab_machine_new(NULL);
	struct device *dev = dmalab_device_new(machine, "talitos");
	unsigned long reports;

	if (argc != 2 || !dev || (strcmp(argv[1], "bug") && strcmp(argv[1], "fixed"))) {
		fprintf(stderr, "usage: %s bug|fixed\n", argv[0]);
		dmalab_machine_free(machine);
		return 2;
	}
	if (strcmp(argv[1], "bug") == 0)
		request(dev, done_bug);
	else
		request(dev, done_fixed);

	dmalab_device_free(dev);
	reports = dmalab_report_count(machine, NULL);
	printf("reports: %lu\n", reports);
	dmalab_machine_free(machine);
	return reports != 0;
}
