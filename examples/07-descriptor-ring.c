/* SPDX-License-Identifier: MIT */
/*
 * A descriptor ring in coherent memory loses its end.
 *
 * The ring needs no syncs: both sides see every store. What it needs is the bit in its
 * last descriptor that sends the device back to the first. This driver sets it when it
 * fills the ring, and forgets it when it refills that descriptor: so the first lap is
 * right, and at the end of the second the device reads what lies behind the ring as if it
 * were a descriptor, and would write a packet to the address it finds there.
 *
 * What to learn: one function writes descriptors, the first time and every other time.
 *
 * Bites on every machine; behind an IOMMU only if something is mapped there. dmalab reports
 * device-out-of-bounds.
 */

/* ------------------------------------------------------------- the driver */

#include <linux/dma-mapping.h>
#include <linux/err.h>
#include <linux/platform_device.h>
#include <linux/slab.h>

#define NR_DESC     4
#define BUFFER_SIZE 2048

#define DESC_OWN      0x80000000u   /* the device's */
#define DESC_RING_END 0x40000000u   /* the next one is the first */

#define REG_RING   0x00             /* DMA address of the first descriptor */
#define REG_ENABLE 0x08

struct desc {
	u32 flags;
	u32 len;
	u64 addr;
};

struct nic {
	struct device *dev;
	u8 __iomem *regs;
	struct desc *ring;
	dma_addr_t ring_dma;
	void *buf[NR_DESC];
	unsigned next;
	unsigned long received;
};

static bool bug;

static void give(struct nic *nic, unsigned i, dma_addr_t dma, bool end)
{
	nic->ring[i].addr = dma;
	nic->ring[i].len = BUFFER_SIZE;
	nic->ring[i].flags = DESC_OWN | (end ? DESC_RING_END : 0);
}

static int fill(struct nic *nic, unsigned i)
{
	dma_addr_t dma;

	nic->buf[i] = kmalloc(BUFFER_SIZE, GFP_KERNEL);
	if (!nic->buf[i])
		return -ENOMEM;
	dma = dma_map_single(nic->dev, nic->buf[i], BUFFER_SIZE, DMA_FROM_DEVICE);
	if (dma_mapping_error(nic->dev, dma)) {
		kfree(nic->buf[i]);
		nic->buf[i] = NULL;
		return -ENOMEM;
	}
	give(nic, i, dma, i == NR_DESC - 1);
	return 0;
}

static void nic_close(struct nic *nic)
{
	writel(0, nic->regs + REG_ENABLE);
	for (unsigned i = 0; i < NR_DESC; i++) {
		if (!nic->buf[i])
			continue;
		dma_unmap_single(nic->dev, nic->ring[i].addr, BUFFER_SIZE, DMA_FROM_DEVICE);
		kfree(nic->buf[i]);
	}
	dma_free_coherent(nic->dev, NR_DESC * sizeof(struct desc), nic->ring, nic->ring_dma);
}

static int nic_open(struct nic *nic)
{
	nic->ring = dma_alloc_coherent(nic->dev, NR_DESC * sizeof(struct desc), &nic->ring_dma,
				       GFP_KERNEL);
	if (!nic->ring)
		return -ENOMEM;
	for (unsigned i = 0; i < NR_DESC; i++) {
		if (fill(nic, i)) {
			nic_close(nic);
			return -ENOMEM;
		}
	}
	writeq(nic->ring_dma, nic->regs + REG_RING);
	writel(1, nic->regs + REG_ENABLE);
	return 0;
}

/* Take what has arrived, and give each descriptor back. */
static void nic_poll(struct nic *nic)
{
	while (!(nic->ring[nic->next].flags & DESC_OWN)) {
		unsigned i = nic->next;
		dma_addr_t dma = nic->ring[i].addr;

		dma_sync_single_for_cpu(nic->dev, dma, BUFFER_SIZE, DMA_FROM_DEVICE);
		nic->received += nic->ring[i].len;
		dma_sync_single_for_device(nic->dev, dma, BUFFER_SIZE, DMA_FROM_DEVICE);
		give(nic, i, dma, bug ? false : i == NR_DESC - 1);
		nic->next = (i + 1) % NR_DESC;
	}
}

static int nic_probe(struct platform_device *pdev)
{
	struct nic *nic = devm_kzalloc(&pdev->dev, sizeof(*nic), GFP_KERNEL);

	if (!nic)
		return -ENOMEM;
	nic->dev = &pdev->dev;
	nic->regs = devm_platform_ioremap_resource(pdev, 0);
	if (IS_ERR(nic->regs))
		return PTR_ERR(nic->regs);
	platform_set_drvdata(pdev, nic);
	return nic_open(nic);
}

static void nic_remove(struct platform_device *pdev)
{
	nic_close(platform_get_drvdata(pdev));
}

static struct platform_driver nic_driver = {
	.probe = nic_probe,
	.remove = nic_remove,
	.driver = { .name = "acme-nic" },
};
module_platform_driver(nic_driver);

/* -------------------------------------------------------------- the bench */

#include <dmalab/bus.h>
#include <dmalab/registers.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BAR 0xfe000000u

struct model {
	struct device *dev;
	u64 ring, at;          /* the next descriptor */
	bool enabled;
	unsigned dropped;
};

static void write_register(void *context, uint64_t offset, unsigned width, uint64_t value)
{
	struct model *m = context;

	(void)width;
	if (offset == REG_RING)
		m->ring = m->at = value;
	if (offset == REG_ENABLE)
		m->enabled = value;
}

/* A packet comes in from the wire. */
static void receive(struct model *m, const char *packet)
{
	struct desc d;

	if (!m->enabled || dmalab_device_read(m->dev, m->at, &d, sizeof(d))) {
		m->enabled = false;     /* a bus error stops it */
		return;
	}
	if (!(d.flags & DESC_OWN)) {
		m->dropped++;
		return;
	}
	dmalab_device_write(m->dev, d.addr, packet, strlen(packet) + 1);
	d.flags &= ~DESC_OWN;
	d.len = strlen(packet) + 1;
	dmalab_device_write(m->dev, m->at, &d, 8);
	m->at = d.flags & DESC_RING_END ? m->ring : m->at + sizeof(d);
}

static void run(struct dmalab_machine *machine)
{
	static const struct dmalab_window_ops ops = { .size = sizeof(ops), .write = write_register };
	static const struct resource resource = DEFINE_RES_MEM(BAR, 0x10);
	static const struct dmalab_platform_template template = {
		.size = sizeof(template), .name = "acme-nic", .id = PLATFORM_DEVID_NONE,
		.num_resources = 1, .resource = &resource,
	};
	struct model model = { .enabled = false };
	struct platform_device *pdev;
	struct nic *nic;
	unsigned seed = 1;

	dmalab_window_new(machine, "nic", BAR, 0x10, &ops, &model);
	pdev = dmalab_platform_device_new(machine, &template);
	if (!pdev || dmalab_bind_result(&pdev->dev))
		return;
	model.dev = &pdev->dev;
	nic = platform_get_drvdata(pdev);
	/* Bursts of one to four packets, as the seed has it. */
	for (unsigned rounds = 0; rounds < 16; rounds++) {
		for (unsigned n = rand_r(&seed) % NR_DESC + 1; n; n--)
			receive(&model, "hello, world");
		nic_poll(nic);
	}
	printf("received: %lu bytes, dropped: %u\n", nic->received, model.dropped);
	dmalab_platform_device_free(pdev);
}

int main(int argc, char **argv)
{
	struct dmalab_machine *machine = dmalab_machine_new(NULL);
	unsigned long reports;

	if (argc != 2 || !machine || (strcmp(argv[1], "bug") && strcmp(argv[1], "fixed"))) {
		fprintf(stderr, "usage: %s bug|fixed\n", argv[0]);
		dmalab_machine_free(machine);
		return 2;
	}
	bug = strcmp(argv[1], "bug") == 0;
	run(machine);

	reports = dmalab_report_count(machine, NULL) + dmalab_window_mistakes(machine);
	printf("reports: %lu\n", reports);
	dmalab_machine_free(machine);
	return reports != 0;
}
