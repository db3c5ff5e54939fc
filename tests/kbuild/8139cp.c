/* SPDX-License-Identifier: MIT */
/* RealTek 8139C+: two rings of 64 descriptors in coherent memory. */
#include "rig.h"

enum { CMD = 0x37, MASK = 0x3c, STATUS = 0x3e, EEPROM = 0x50, BMSR = 0x64, TX_POLL = 0xd9 };
enum { TX_RING = 0x20, RX_RING = 0xe4, CMD_RESET = 0x10, RX_OK = 1, TX_OK = 4 };
#define OWN      0x80000000u
#define RING_END 0x40000000u
#define FIRST    0x20000000u
#define LAST     0x10000000u

struct desc {
	uint32_t opts1, opts2;
	uint64_t addr;
};

static uint8_t regs[256], frame[4096];
static unsigned tx, rx, clocks;
static size_t frame_len;

static uint64_t get(unsigned at, unsigned width)
{
	uint64_t value = 0;

	memcpy(&value, regs + at, width);
	return value;
}

static void put(unsigned at, uint64_t value, unsigned width)
{
	memcpy(regs + at, &value, width);
}

static void interrupt(unsigned why)
{
	put(STATUS, get(STATUS, 2) | why, 2);
	if (get(STATUS, 2) & get(MASK, 2))
		dmalab_kernel_irq(card);
}

static void transmit(void)
{
	struct desc d;

	for (;; tx = d.opts1 & RING_END ? 0 : tx + 1) {
		uint64_t at = get(TX_RING, 8) + tx * sizeof(d);

		dma_in(at, &d, sizeof(d));
		if (!(d.opts1 & OWN))
			return;
		if (d.opts1 & FIRST)
			frame_len = 0;
		dma_in(d.addr, frame + frame_len, d.opts1 & 0xfff);
		frame_len += d.opts1 & 0xfff;
		if (d.opts1 & LAST)
			nic_sent(frame, frame_len);
		d.opts1 &= ~OWN;
		dma_out(at, &d.opts1, sizeof(d.opts1));
		interrupt(TX_OK);
	}
}

bool nic_receive(const uint8_t *data, size_t len)
{
	uint64_t at = get(RX_RING, 8) + rx * sizeof(struct desc);
	struct desc d;

	dma_in(at, &d, sizeof(d));
	if (!(d.opts1 & OWN))
		return false;
	dma_out(d.addr, data, len);
	rx = d.opts1 & RING_END ? 0 : rx + 1;
	d.opts1 = (d.opts1 & RING_END) | FIRST | LAST | (len + 4); /* with its checksum */
	dma_out(at, &d.opts1, sizeof(d.opts1));
	interrupt(RX_OK);
	return true;
}

/* The EEPROM answers every other bit, so the address is aa:aa:aa:aa:aa:aa. */
static uint64_t reg_read(void *context, uint64_t at, unsigned width)
{
	(void)context;
	return at == EEPROM ? clocks % 2 == 0 : get(at, width);
}

static void reg_write(void *context, uint64_t at, unsigned width, uint64_t value)
{
	(void)context;
	if (at == EEPROM)
		clocks = value & 8 ? clocks + (value >> 2 & 1) : 0;
	else if (at == STATUS)
		put(STATUS, get(STATUS, 2) & ~value, 2);
	else if (at == TX_POLL)
		transmit();
	else if (at == CMD && (value & CMD_RESET))
		tx = rx = 0;
	else
		put(at, value, width);
	put(BMSR, 0x24, 2); /* the link is up */
	if (at == MASK)
		interrupt(0);
}

const struct dmalab_kernel_pci nic = {
	.size = sizeof(nic), .vendor = 0x10ec, .device = 0x8139, .revision = 0x20,
	.bar[1] = { sizeof(regs), reg_read, reg_write }, .receive = rig_received,
};
