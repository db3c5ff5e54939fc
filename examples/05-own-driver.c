/* SPDX-License-Identifier: MIT */
/*
 * Your own driver code, as it is.
 *
 * The upper half of this file is a driver: the kernel's headers, plain C, no word of
 * the laboratory. In your own program it would be the driver's source file, compiled
 * with dmalab's headers on the include path and linked with libdmalab. The lower
 * half is the bench it is tested on: a machine, a device, and what the hardware does.
 *
 * The driver sends packets from one buffer, which stays mapped. It copies each
 * packet with memcpy(), which nobody instrumented: at the next call the laboratory
 * compares what the CPU sees with what is in memory, and so knows of the stores.
 * The bug is that the copy has no syncs around it: the device owns the buffer, and may
 * read the packet before. dmalab reports cpu-write-device-owned on every machine, and
 * stale-device-read on all but x86 and iommu.
 *
 *	cc $(pkg-config --cflags dmalab) 05-own-driver.c $(pkg-config --libs dmalab)
 */

/* ------------------------------------------------------------- the driver */

#include <linux/dma-mapping.h>
#include <linux/slab.h>
#include <string.h>

#define BUFFER_SIZE 1536

struct nic {
	struct device *dev;
	void *tx_buffer;
	dma_addr_t tx_dma;
};

static int nic_open(struct nic *nic)
{
	nic->tx_buffer = kzalloc(BUFFER_SIZE, GFP_KERNEL);
	if (!nic->tx_buffer)
		return -ENOMEM;
	nic->tx_dma = dma_map_single(nic->dev, nic->tx_buffer, BUFFER_SIZE, DMA_TO_DEVICE);
	if (dma_mapping_error(nic->dev, nic->tx_dma)) {
		kfree(nic->tx_buffer);
		return -ENOMEM;
	}
	return 0;
}

static void nic_close(struct nic *nic)
{
	dma_unmap_single(nic->dev, nic->tx_dma, BUFFER_SIZE, DMA_TO_DEVICE);
	kfree(nic->tx_buffer);
}

static void nic_send_bug(struct nic *nic, const void *packet, size_t len)
{
	memcpy(nic->tx_buffer, packet, len);
}

static void nic_send_fixed(struct nic *nic, const void *packet, size_t len)
{
	dma_sync_single_for_cpu(nic->dev, nic->tx_dma, len, DMA_TO_DEVICE);
	memcpy(nic->tx_buffer, packet, len);
	dma_sync_single_for_device(nic->dev, nic->tx_dma, len, DMA_TO_DEVICE);
}

/* -------------------------------------------------------------- the bench */

#include <dmalab.h>
#include <stdio.h>

static void run(struct device *dev, void (*send)(struct nic *, const void *, size_t))
{
	struct nic nic = { .dev = dev };
	char wire[16] = "";

	if (nic_open(&nic))
		return;
	send(&nic, "hello, world", 13);
	dmalab_device_read(dev, nic.tx_dma, wire, 13);
	printf("on the wire: \"%s\"\n", wire);
	nic_close(&nic);
}

int main(int argc, char **argv)
{
	struct dmalab_machine *machine = dmalab_machine_new(NULL);
	struct device *dev = dmalab_device_new(machine, "nic");
	unsigned long reports;

	if (argc != 2 || !dev || (strcmp(argv[1], "bug") && strcmp(argv[1], "fixed"))) {
		fprintf(stderr, "usage: %s bug|fixed\n", argv[0]);
		dmalab_machine_free(machine);
		return 2;
	}
	if (strcmp(argv[1], "bug") == 0)
		run(dev, nic_send_bug);
	else
		run(dev, nic_send_fixed);

	dmalab_device_free(dev);
	reports = dmalab_report_count(machine, NULL);
	printf("reports: %lu\n", reports);
	dmalab_machine_free(machine);
	return reports != 0;
}
