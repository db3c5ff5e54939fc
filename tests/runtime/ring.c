/* SPDX-License-Identifier: MIT */
/*
 * A receive ring as drivers have it, in plain C: the descriptors in coherent memory, the buffers
 * mapped once and recycled. BUG chooses one of five mistakes; the line that is to be
 * reported has its number in a comment.
 */
#include "ring.h"

#include <linux/slab.h>
#include <string.h>

#ifndef BUG
#define BUG 0
#endif

/* Hand it back to the device. */
static void rx_refill(struct rx_ring *rx, unsigned i)
{
	struct rx_desc *desc = &rx->desc[i];

	dma_sync_single_for_device(rx->dev, rx->slot[i].dma, RX_SIZE, DMA_FROM_DEVICE);
	if (BUG == 3)
		rx->slot[i].data[0] = 0; /* bug 3 */
	desc->addr = rx->slot[i].dma;
	desc->len = RX_SIZE;
	desc->csum = 0;
	__atomic_store_n(&desc->flags, RX_OWN, __ATOMIC_RELEASE);
}

static int rx_alloc_slot(struct rx_ring *rx, unsigned i)
{
	u8 *data = kmalloc(RX_SIZE, GFP_KERNEL);
	dma_addr_t dma;

	if (!data)
		return -ENOMEM;
	dma = dma_map_single(rx->dev, data, RX_SIZE, DMA_FROM_DEVICE);
	if (dma_mapping_error(rx->dev, dma)) {
		kfree(data);
		return -ENOMEM;
	}
	rx->slot[i].data = data;
	rx->slot[i].dma = dma;
	return 0;
}

static void rx_free_slots(struct rx_ring *rx)
{
	for (unsigned i = 0; i < RX_SLOTS; i++) {
		u8 *data = rx->slot[i].data;

		if (!data)
			continue;
		if (BUG == 5)
			kfree(data); /* bug 5 */
		dma_unmap_single(rx->dev, rx->slot[i].dma, /* bug 2 */
				 BUG == 2 ? RX_SIZE - 2 : RX_SIZE, DMA_FROM_DEVICE);
		if (BUG != 5)
			kfree(data);
		rx->slot[i].data = NULL;
	}
}

int rx_open(struct rx_ring *rx, struct device *dev)
{
	memset(rx, 0, sizeof(*rx));
	rx->dev = dev;
	rx->desc = dma_alloc_coherent(dev, RX_SLOTS * sizeof(*rx->desc), &rx->desc_dma, /* bug 4 */
				      GFP_KERNEL);
	if (!rx->desc)
		return -ENOMEM;
	for (unsigned i = 0; i < RX_SLOTS; i++)
		if (rx_alloc_slot(rx, i))
			goto fail;
	for (unsigned i = 0; i < RX_SLOTS; i++)
		rx_refill(rx, i);
	return 0;
fail:
	rx_free_slots(rx);
	if (BUG != 4)
		dma_free_coherent(dev, RX_SLOTS * sizeof(*rx->desc), rx->desc, rx->desc_dma);
	return -ENOMEM;
}

/* Of a frame that came: 1; there is none: 0. */
int rx_poll(struct rx_ring *rx, u8 *frame, unsigned *len)
{
	unsigned i = rx->next % RX_SLOTS;
	const struct rx_desc *desc = &rx->desc[i];
	const u8 *data = rx->slot[i].data;

	if (!(__atomic_load_n(&desc->flags, __ATOMIC_ACQUIRE) & RX_DONE))
		return 0;
	*len = desc->len;
	if (BUG != 1)
		dma_sync_single_for_cpu(rx->dev, rx->slot[i].dma, *len, DMA_FROM_DEVICE);
	if (data[0] & 1) /* bug 1 */
		rx->odd++;
	memcpy(frame, data, *len); /* bug 1 */
	rx->frames++;
	rx->bytes += *len;
	rx_refill(rx, i);
	rx->next++;
	return 1;
}

void rx_stop(struct rx_ring *rx)
{
	rx_free_slots(rx);
	dma_free_coherent(rx->dev, RX_SLOTS * sizeof(*rx->desc), rx->desc, rx->desc_dma);
}
