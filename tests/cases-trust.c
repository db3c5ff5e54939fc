/* SPDX-License-Identifier: MIT */
/* Drawing and near misses: what the driver takes for granted of the device. */
#include "cases.h"

/* The device answers with 16 bytes, and the driver reads @len. */
static void short_answer(struct rig *r, size_t len)
{
	u8 *p = kmalloc_ok(128);
	dma_addr_t dma;

	at(10);
	dma = map_ok(r, p, 64, DMA_FROM_DEVICE);
	at(20);
	dev_write(r, dma, 16);
	at(30);
	dma_unmap_single(r->dev, dma, 64, DMA_FROM_DEVICE);
	at(40);
	cpu_read(p, len);
	kfree(p);
}

static void unwritten_read(struct rig *r)
{
	short_answer(r, 64);
}

static void written_read(struct rig *r)
{
	short_answer(r, 16);
}

const struct check_case trust_cases[] = {
	{ .check = "unwritten-read", .accesses = "explicit", .draw = unwritten_read,
	  .miss = written_read },
	{ .check = NULL },
};
