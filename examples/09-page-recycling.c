/* SPDX-License-Identifier: MIT */
/*
 * Receive pages that are used again and again, and one sync too few.
 *
 * To map and unmap a page for every packet costs more than the packet. So network drivers
 * map a page once, let the device fill its two halves in turn, and unmap it when they have
 * no more use for it: ixgbe and mlx5 do so, and the kernel's page pool. Each round then
 * needs two syncs: for the CPU before the packet is read, for the device before the half is
 * offered again. This driver has the first. It leaves out the second when it recycles,
 * where there is no map any more that would have done it.
 *
 * The network stack has written to the packet meanwhile (it decrements the time to live):
 * the cache may write that line back over the next packet.
 *
 * Bites where devices do not snoop. dmalab reports device-write-cpu-owned on every machine,
 * since the device writes what it was not given; and where it harms, lost-device-write,
 * when the driver reads the packet of the second lap. The device is a thread of its own.
 */

/* ------------------------------------------------------------- the driver */

#include <dmalab.h>
#include <linux/dma-mapping.h>
#include <linux/gfp.h>
#include <linux/io.h>
#include <linux/mm.h>

#define HALF      (PAGE_SIZE / 2)
#define FRAME_LEN 64
#define TTL       8           /* offset in the frame */

#define REG_BUFFER 0x00       /* DMA address of the next buffer: offers it */

struct nic {
	struct device *dev;
	u8 __iomem *regs;
	struct page *page;
	dma_addr_t dma;
	unsigned half;
	bool bug;
};

static void offer(struct nic *nic)
{
	writeq(nic->dma + nic->half * HALF, nic->regs + REG_BUFFER);
}

static int nic_open(struct nic *nic)
{
	nic->page = alloc_page(GFP_KERNEL);
	if (!nic->page)
		return -ENOMEM;
	nic->dma = dma_map_page(nic->dev, nic->page, 0, PAGE_SIZE, DMA_FROM_DEVICE);
	if (dma_mapping_error(nic->dev, nic->dma)) {
		__free_page(nic->page);
		return -ENOMEM;
	}
	offer(nic);
	return 0;
}

static void nic_close(struct nic *nic)
{
	dma_unmap_page(nic->dev, nic->dma, PAGE_SIZE, DMA_FROM_DEVICE);
	__free_page(nic->page);
}

/* What the stack does with a packet. Returns where it says that it comes from. */
static u8 forward(u8 *frame)
{
	u8 header[TTL + 1];

	/* A load that the laboratory sees. Plain stores it finds by itself. */
	dmalab_cpu_read(frame, header, sizeof(header));
	frame[TTL] = header[TTL] - 1;
	return header[0];
}

/* A packet is there: take it, and offer the other half of the page for the next. */
static u8 nic_receive(struct nic *nic)
{
	unsigned offset = nic->half * HALF;
	u8 from;

	dma_sync_single_range_for_cpu(nic->dev, nic->dma, offset, HALF, DMA_FROM_DEVICE);
	from = forward((u8 *)page_address(nic->page) + offset);
	if (!nic->bug)
		dma_sync_single_range_for_device(nic->dev, nic->dma, offset, HALF,
						 DMA_FROM_DEVICE);
	nic->half ^= 1;
	offer(nic);
	return from;
}

/* -------------------------------------------------------------- the bench */

#include <dmalab/registers.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#define BAR       0xfe000000u
#define NR_FRAMES 3

/* The device waits for a buffer, the bench for a frame. */
struct model {
	struct device *dev;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	u64 buffer;
	bool filled, stop;
	u8 nr;
};

static void write_register(void *context, uint64_t offset, unsigned width, uint64_t value)
{
	struct model *m = context;

	(void)offset;
	(void)width;
	pthread_mutex_lock(&m->lock);
	m->buffer = value;
	m->filled = false;
	pthread_cond_broadcast(&m->changed);
	pthread_mutex_unlock(&m->lock);
}

static void *device(void *context)
{
	struct model *m = context;

	pthread_mutex_lock(&m->lock);
	for (;;) {
		u8 frame[FRAME_LEN] = { 0 };

		while (!m->stop && (!m->buffer || m->filled || m->nr == NR_FRAMES))
			pthread_cond_wait(&m->changed, &m->lock);
		if (m->stop)
			break;
		frame[0] = ++m->nr;
		frame[TTL] = 64;
		dmalab_device_write(m->dev, m->buffer, frame, sizeof(frame));
		m->filled = true;
		pthread_cond_broadcast(&m->changed);
	}
	pthread_mutex_unlock(&m->lock);
	return NULL;
}

static void wait_for_interrupt(struct model *m)
{
	pthread_mutex_lock(&m->lock);
	while (!m->filled)
		pthread_cond_wait(&m->changed, &m->lock);
	pthread_mutex_unlock(&m->lock);
}

static void stop(struct model *m)
{
	pthread_mutex_lock(&m->lock);
	m->stop = true;
	pthread_cond_broadcast(&m->changed);
	pthread_mutex_unlock(&m->lock);
}

static void run(struct dmalab_machine *machine, struct device *dev, bool bug)
{
	static const struct dmalab_window_ops ops = { .size = sizeof(ops), .write = write_register };
	struct model model = {
		.dev = dev, .lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER,
	};
	struct nic nic = { .dev = dev, .bug = bug };
	pthread_t thread;

	dmalab_window_new(machine, "nic", BAR, 8, &ops, &model);
	nic.regs = ioremap(BAR, 8);
	if (!nic.regs || nic_open(&nic) || pthread_create(&thread, NULL, device, &model))
		return;
	printf("frames from:");
	for (unsigned i = 0; i < NR_FRAMES; i++) {
		wait_for_interrupt(&model);
		printf(" %u", nic_receive(&nic));
	}
	puts("");
	stop(&model);
	pthread_join(thread, NULL);
	nic_close(&nic);
	iounmap(nic.regs);
}

int main(int argc, char **argv)
{
	struct dmalab_machine *machine = dmalab_machine_new(NULL);
	struct device *dev = dmalab_device_new(machine, "nic");
	unsigned long reports;

	if (argc != 2 || !dev || (strcmp(argv[1], "bug") && strcmp(argv[1], "fixed"))) {
		fprintf(stderr, "usage: %s bug|fixed\n", argv[0]);
		dmalab_machine_free(machine);
		return 2;
	}
	run(machine, dev, strcmp(argv[1], "bug") == 0);

	dmalab_device_free(dev);
	reports = dmalab_report_count(machine, NULL) + dmalab_window_mistakes(machine);
	printf("reports: %lu\n", reports);
	dmalab_machine_free(machine);
	return reports != 0;
}
