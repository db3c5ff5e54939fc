/* SPDX-License-Identifier: MIT */
/*
 * A network driver that is to survive its device. It offers buffers; the device says which
 * of them hold a frame, and how long that is. Both are the device's word.
 *
 * Built with -DTRUSTS_NUMBER it takes any number of a buffer that there is, also of one that
 * it has not offered: that buffer is unmapped a second time. Built with -DTRUSTS_LENGTH it
 * copies as many bytes as the device says.
 */
#include "driver.h"

#include <linux/dma-mapping.h>
#include <linux/err.h>
#include <linux/slab.h>
#include <stdlib.h>
#include <string.h>

struct nic {
	struct device *dev;
	u8 __iomem *regs;
	struct ring *ring;
	dma_addr_t ring_dma;
	unsigned next;                 /* entry of the ring */
	void *buf[NR_BUFFERS];
	dma_addr_t dma[NR_BUFFERS];
	bool offered[NR_BUFFERS];
};

static int offer(struct nic *nic, unsigned nr)
{
	nic->dma[nr] = dma_map_single(nic->dev, nic->buf[nr], BUFFER_SIZE, DMA_FROM_DEVICE);
	if (dma_mapping_error(nic->dev, nic->dma[nr]))
		return -ENOMEM;
	nic->offered[nr] = true;
	writel(nr, nic->regs + REG_NR);
	writeq(nic->dma[nr], nic->regs + REG_BUFFER);
	return 0;
}

/* The stack's part: a frame of its own, of which it counts the kinds. */
static void pass_up(const void *data, size_t len)
{
	static unsigned long kinds[256];
	u8 *frame = calloc(1, FRAME_MAX);

	if (!frame)
		return;
	memcpy(frame, data, len);
	kinds[frame[12]]++;
	free(frame);
}

static bool is_plausible(const struct nic *nic, unsigned nr, unsigned len)
{
	if (nr >= NR_BUFFERS)
		return false;
#ifndef TRUSTS_NUMBER
	if (!nic->offered[nr])
		return false;
#endif
#ifndef TRUSTS_LENGTH
	if (len > FRAME_MAX)
		return false;
#endif
	(void)nic;
	return len <= BUFFER_SIZE;
}

static void receive(struct nic *nic)
{
	/* Once: what is checked is to be what is used. */
	struct done done = nic->ring->done[nic->next];

	nic->next = (nic->next + 1) % NR_BUFFERS;
	if (!is_plausible(nic, done.nr, done.len))
		return;
	nic->offered[done.nr] = false;
	dma_unmap_single(nic->dev, nic->dma[done.nr], BUFFER_SIZE, DMA_FROM_DEVICE);
	pass_up(nic->buf[done.nr], done.len);
	/* Small frames are copied at once, and leave their buffer; others are replaced later. */
	if (done.len <= 256)
		offer(nic, done.nr);
}

static void refill(struct nic *nic)
{
	for (unsigned nr = 0; nr < NR_BUFFERS; nr++)
		if (!nic->offered[nr])
			offer(nic, nr);
}

void nic_poll(struct platform_device *pdev)
{
	struct nic *nic = platform_get_drvdata(pdev);
	u32 nr = readl(nic->regs + REG_DONE);

	if (nr > NR_BUFFERS)
		return;                /* the device is gone, or mad */
	while (nr--)
		receive(nic);
	refill(nic);
}

static void nic_remove(struct platform_device *pdev)
{
	struct nic *nic = platform_get_drvdata(pdev);

	writeq(0, nic->regs + REG_RING);
	for (unsigned nr = 0; nr < NR_BUFFERS; nr++) {
		if (nic->offered[nr])
			dma_unmap_single(nic->dev, nic->dma[nr], BUFFER_SIZE, DMA_FROM_DEVICE);
		kfree(nic->buf[nr]);
	}
}

static int nic_probe(struct platform_device *pdev)
{
	struct nic *nic = devm_kzalloc(&pdev->dev, sizeof(*nic), GFP_KERNEL);

	if (!nic)
		return -ENOMEM;
	nic->dev = &pdev->dev;
	platform_set_drvdata(pdev, nic);
	nic->regs = devm_platform_ioremap_resource(pdev, 0);
	if (IS_ERR(nic->regs))
		return PTR_ERR(nic->regs);
	nic->ring = dmam_alloc_coherent(nic->dev, sizeof(*nic->ring), &nic->ring_dma, GFP_KERNEL);
	if (!nic->ring)
		return -ENOMEM;
	writeq(nic->ring_dma, nic->regs + REG_RING);
	for (unsigned nr = 0; nr < NR_BUFFERS; nr++) {
		nic->buf[nr] = kmalloc(BUFFER_SIZE, GFP_KERNEL);
		if (!nic->buf[nr] || offer(nic, nr)) {
			nic_remove(pdev);
			return -ENOMEM;
		}
	}
	return 0;
}

static struct platform_driver nic_driver = {
	.probe = nic_probe,
	.remove = nic_remove,
	.driver = { .name = "acme-nic" },
};
module_platform_driver(nic_driver);
