/* SPDX-License-Identifier: MIT */
/* Broadcom 4401: rings of 512 descriptors; a received frame has 28 bytes before it. */
#include "rig.h"

enum { DEVCTRL = 0x00, STATUS = 0x20, MASK = 0x24, MDIO = 0x414, MAC_STATUS = 0x41c, CAM = 0x428 };
enum { ENET = 0x42c, TX_ADDR = 0x204, TX_PTR = 0x208, TX_STAT = 0x20c };
enum { RX_ADDR = 0x214, RX_PTR = 0x218, RX_STAT = 0x21c, TX_CTRL = 0x200, RX_CTRL = 0x210 };
enum { HEADER = 30, NR = 512, IRQ_RX = 0x10000, IRQ_TX = 0x1000000 };
#define TRANSLATION 0x40000000u /* where the chip sees the PCI bus */

struct desc {
	uint32_t ctrl, addr;
};

static uint32_t regs[0x1000 / 4];
static uint8_t frame[2048];

static uint32_t get(unsigned at)
{
	return regs[at / 4];
}

static void put(unsigned at, uint32_t value)
{
	regs[at / 4] = value;
}

static void interrupt(uint32_t why)
{
	put(STATUS, get(STATUS) | why);
	if (get(STATUS) & get(MASK))
		dmalab_kernel_irq(card);
}

static struct desc descriptor(unsigned ring, uint32_t at)
{
	struct desc d = { 0, 0 };

	dma_in(get(ring) - TRANSLATION + at, &d, sizeof(d));
	return d;
}

static uint32_t next(uint32_t at)
{
	return (at + sizeof(struct desc)) % (NR * sizeof(struct desc));
}

static void transmit(void)
{
	for (uint32_t at = get(TX_STAT); at != get(TX_PTR); put(TX_STAT, at)) {
		struct desc d = descriptor(TX_ADDR, at);

		dma_in(d.addr - TRANSLATION, frame, d.ctrl & 0x1fff);
		nic_sent(frame, d.ctrl & 0x1fff);
		at = next(at);
		interrupt(IRQ_TX);
	}
}

bool nic_receive(const uint8_t *data, size_t len)
{
	uint32_t at = get(RX_STAT);
	struct desc d = descriptor(RX_ADDR, at);
	uint8_t whole[2048] = { (len + 4) & 0xff, (len + 4) >> 8 }; /* a header, of its length */

	if (!d.ctrl || next(at) == get(RX_PTR)) /* the driver had no memory for it */
		return false;
	memcpy(whole + HEADER, data, len);
	dma_out(d.addr - TRANSLATION, whole, HEADER + len);
	put(RX_STAT, next(at));
	interrupt(IRQ_RX);
	return true;
}

static uint64_t reg_read(void *context, uint64_t at, unsigned width)
{
	(void)context;
	(void)width;
	return get(at);
}

static void reg_write(void *context, uint64_t at, unsigned width, uint64_t value)
{
	(void)context;
	(void)width;
	if (at == STATUS || at == MAC_STATUS) {
		put(at, get(at) & ~value);
		return;
	}
	put(at, value);
	if (at == MDIO) {
		put(MAC_STATUS, 1);
		/* The PHY: its link is up, at 100 Mbit/s, and no reset takes long. */
		put(MDIO, (value >> 18 & 0x1f) == 1 ? 0x782d : (value >> 18 & 0x1f) == 24 ? 3 : 0);
	}
	if (at == TX_PTR)
		transmit();
	if (at == TX_CTRL && !value)
		put(TX_STAT, 0);
	if (at == RX_CTRL && !value)
		put(RX_STAT, 0);
	put(DEVCTRL, 0x400); /* the PHY is on the chip */
	put(CAM, get(CAM) & 0x7fffffff);
	put(ENET, get(ENET) & ~2);
	if (at == MASK)
		interrupt(0);
}

const struct dmalab_kernel_pci nic = {
	.size = sizeof(nic), .vendor = 0x14e4, .device = 0x170c,
	.bar[0] = { sizeof(regs), reg_read, reg_write }, .receive = rig_received,
};
