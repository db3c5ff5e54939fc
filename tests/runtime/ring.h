/* SPDX-License-Identifier: MIT */
/* The ring of a small network card, as a driver's header has it. */
#ifndef RING_H
#define RING_H

#include <linux/dma-mapping.h>

#define RX_SLOTS 8
#define RX_SIZE  2048
#define RX_HEAD  14

struct rx_desc {
	u64 addr;
	u16 len;
	u16 flags; /* RX_DONE: by the device */
	u32 csum;
};

#define RX_OWN  1
#define RX_DONE 2

struct rx_ring {
	struct device *dev;
	struct rx_desc *desc;
	dma_addr_t desc_dma;
	struct {
		u8 *data;
		dma_addr_t dma;
	} slot[RX_SLOTS];
	unsigned next;
	unsigned long frames, bytes, odd;
};

int rx_open(struct rx_ring *rx, struct device *dev);
int rx_poll(struct rx_ring *rx, u8 *frame, unsigned *len);
void rx_stop(struct rx_ring *rx);

#endif
