/* SPDX-License-Identifier: MIT */
/* VIA VT6102, "Rhine II": descriptors linked to rings, in coherent memory. */
#include "rig.h"

enum { CMD = 0x08, CMD1 = 0x09, STATUS = 0x0c, ENABLE = 0x0e, RX_RING = 0x18, TX_RING = 0x1c };
enum { MII_CMD = 0x70, MII_REG = 0x71, MII_DATA = 0x72, EEPROM = 0x74 };
enum { CMD1_TX_DEMAND = 0x20, CMD1_RESET = 0x80, RX_DONE = 1, TX_DONE = 2 };
#define OWN 0x80000000u

struct desc {
	uint32_t status, length, addr, next;
};

static uint8_t regs[256] = { 2, 0, 0, 0, 0, 1 }, frame[2048];

/* Received frames are copied: so they are synced, not unmapped. */
const char *nic_param = "rx_copybreak";
long nic_param_value = 700;

static uint32_t get(unsigned at, unsigned width)
{
	uint32_t value = 0;

	memcpy(&value, regs + at, width);
	return value;
}

static void put(unsigned at, uint32_t value, unsigned width)
{
	memcpy(regs + at, &value, width);
}

static void interrupt(unsigned why)
{
	put(STATUS, get(STATUS, 2) | why, 2);
	if (get(STATUS, 2) & get(ENABLE, 2))
		dmalab_kernel_irq(card);
}

static void transmit(void)
{
	struct desc d;

	for (;; put(TX_RING, d.next, 4)) {
		uint32_t at = get(TX_RING, 4);

		dma_in(at, &d, sizeof(d));
		if (!(d.status & OWN))
			return;
		dma_in(d.addr, frame, d.length & 0x7ff);
		nic_sent(frame, d.length & 0x7ff);
		d.status = 0;
		dma_out(at, &d.status, sizeof(d.status));
		interrupt(TX_DONE);
	}
}

bool nic_receive(const uint8_t *data, size_t len)
{
	uint32_t at = get(RX_RING, 4);
	struct desc d;

	dma_in(at, &d, sizeof(d));
	if (!(d.status & OWN))
		return false;
	dma_out(d.addr, data, len);
	d.status = (uint32_t)(len + 4) << 16 | 0x8300; /* whole, and good */
	dma_out(at, &d.status, sizeof(d.status));
	put(RX_RING, d.next, 4);
	interrupt(RX_DONE);
	return true;
}

static uint64_t reg_read(void *context, uint64_t at, unsigned width)
{
	(void)context;
	/* The PHY is never busy. */
	return at == MII_REG ? get(at, 1) | 0xa0 : get(at, width);
}

static void reg_write(void *context, uint64_t at, unsigned width, uint64_t value)
{
	(void)context;
	if (at == STATUS) {
		put(STATUS, get(STATUS, 2) & ~value, 2);
		return;
	}
	put(at, value, width);
	if (at == MII_CMD && (value & 0x40))
		put(MII_DATA, (get(MII_REG, 1) & 0x1f) == 1 ? 0x782d : 0, 2); /* the link is up */
	if (at == CMD1 && (value & CMD1_TX_DEMAND))
		transmit();
	regs[CMD1] &= ~(CMD1_TX_DEMAND | CMD1_RESET);
	regs[MII_CMD] &= ~0x60;
	regs[EEPROM] &= ~0x20;
	if (at == ENABLE)
		interrupt(0);
}

const struct dmalab_kernel_pci nic = {
	.size = sizeof(nic), .vendor = 0x1106, .device = 0x3065, .revision = 0x40,
	.bar = { { sizeof(regs), reg_read, reg_write, .ports = true },
		 { sizeof(regs), reg_read, reg_write } },
	.receive = rig_received,
};
