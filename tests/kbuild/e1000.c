/* SPDX-License-Identifier: MIT */
/* Intel 82540EM: rings in coherent memory, an EEPROM behind three wires, a PHY. */
#include "rig.h"

enum { CTRL = 0x0, STATUS = 0x8, EECD = 0x10, MDIC = 0x20, ICR = 0xc0, ICS = 0xc8, IMS = 0xd0 };
enum { IMC = 0xd8, RDBA = 0x2800, RDLEN = 0x2808, RDH = 0x2810, RDT = 0x2818 };
enum { TDBA = 0x3800, TDLEN = 0x3808, TDH = 0x3810, TDT = 0x3818 };
enum { IRQ_TX = 1, IRQ_RX = 0x80, CTRL_RESETS = 0x84000000, EEPROM_GRANT = 0x80 };
#define END 0x01000000u /* of a frame */

struct desc {
	uint64_t addr;
	union {
		uint32_t command; /* to send */
		uint16_t len;     /* received */
	};
	uint8_t status, rest[3];
};

static uint32_t regs[0x20000 / 4];
static const uint16_t eeprom[64] = { 0x0002, 0x0000, 0x0100, [63] = 0xb9b8 }; /* the sum is 0xbaba */
static unsigned clocks, command;
static uint8_t frame[4096];
static size_t frame_len;

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
	put(ICR, get(ICR) | why);
	if (get(ICR) & get(IMS))
		dmalab_kernel_irq(card);
}

static uint64_t place(unsigned ring, uint32_t nr)
{
	return (get(ring) | (uint64_t)get(ring + 4) << 32) + nr * sizeof(struct desc);
}

static uint32_t next(unsigned len, uint32_t nr)
{
	return (nr + 1) % (get(len) / sizeof(struct desc));
}

static void transmit(void)
{
	struct desc d;

	for (; get(TDH) != get(TDT); put(TDH, next(TDLEN, get(TDH)))) {
		dma_in(place(TDBA, get(TDH)), &d, sizeof(d));
		dma_in(d.addr, frame + frame_len, d.command & 0xffff);
		frame_len += d.command & 0xffff;
		if (d.command & END) {
			nic_sent(frame, frame_len);
			frame_len = 0;
		}
		d.status = 1; /* done */
		dma_out(place(TDBA, get(TDH)), &d, sizeof(d));
		interrupt(IRQ_TX);
	}
}

bool nic_receive(const uint8_t *data, size_t len)
{
	uint64_t at = place(RDBA, get(RDH));
	struct desc d;

	if (get(RDH) == get(RDT))
		return false;
	dma_in(at, &d, sizeof(d));
	dma_out(d.addr, data, len);
	d = (struct desc){ .addr = d.addr, .len = len + 4, .status = 7 };
	dma_out(at, &d, sizeof(d));
	put(RDH, next(RDLEN, get(RDH)));
	interrupt(IRQ_RX);
	return true;
}

/* Nine bits in, an opcode and the number of a word, then its sixteen bits out. */
static void eeprom_wires(uint32_t value)
{
	if (!(value & 2)) {
		clocks = command = 0;
	} else if ((value & 1) && !(get(EECD) & 1)) {
		if (++clocks <= 9)
			command = command << 1 | (value >> 2 & 1);
		value &= ~8u;
		if (clocks > 9 && clocks <= 25)
			value |= (eeprom[command & 63] >> (25 - clocks) & 1) << 3;
	}
	put(EECD, (value & ~(uint32_t)EEPROM_GRANT) | (value & 0x40) << 1);
}

static uint32_t phy(unsigned reg)
{
	/* Its identity; a link of 1000 Mbit/s, full duplex. */
	return reg == 2 ? 0x0141 : reg == 3 ? 0x0c20 : reg == 1 ? 0x796d : reg == 17 ? 0xac00 : 0;
}

static uint64_t reg_read(void *context, uint64_t at, unsigned width)
{
	uint32_t value = at == STATUS ? 0x83 : get(at);

	(void)context, (void)width;
	if (at == ICR)
		put(ICR, 0);
	return value;
}

static void reg_write(void *context, uint64_t at, unsigned width, uint64_t value)
{
	(void)context, (void)width;
	if (at == IMS || at == IMC)
		put(IMS, at == IMS ? get(IMS) | value : get(IMS) & ~value);
	else if (at == EECD)
		eeprom_wires(value);
	else if (at == MDIC)
		put(MDIC, (value & 0xffff0000) | 0x10000000 | phy(value >> 16 & 31));
	else if (at != ICR)
		put(at, at == CTRL ? value & ~(uint64_t)CTRL_RESETS : value);
	if (at == TDT)
		transmit();
	if (at == IMS || at == ICS)
		interrupt(at == ICS ? value : 0);
}

/* The registers, through a number and a value. */
static void port_write(void *context, uint64_t at, unsigned width, uint64_t value)
{
	static uint64_t number;

	if (at)
		reg_write(context, number, width, value);
	else
		number = value;
}

const struct dmalab_kernel_pci nic = {
	.size = sizeof(nic), .vendor = 0x8086, .device = 0x100e,
	.bar = { { sizeof(regs), reg_read, reg_write }, { 8, NULL, port_write, .ports = true } },
	.receive = rig_received,
};
