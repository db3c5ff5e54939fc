/* SPDX-License-Identifier: MIT */
/* What the driver and its bench both know: the registers, and memory that they share. */
#ifndef DRIVER_H
#define DRIVER_H

#include <linux/platform_device.h>

#define REG_RING   0x00   /* DMA address of struct ring */
#define REG_BUFFER 0x08   /* DMA address of the buffer with the number in REG_NR: offers it */
#define REG_NR     0x10
#define REG_DONE   0x14   /* how many entries of the ring were written since the last read */

#define NR_BUFFERS  4
#define BUFFER_SIZE 2048
#define FRAME_MAX   1514

/* The device writes these, the driver reads them. */
struct done {
	u16 nr;           /* of the buffer */
	u16 len;          /* of the frame in it */
};

struct ring {
	struct done done[NR_BUFFERS];
};

/* What the driver's interrupt handler calls. */
void nic_poll(struct platform_device *pdev);

#endif
