/* SPDX-License-Identifier: MIT */
/*
 * A page that only the GPU touches is freed while the GPU still knows it.
 *
 * An NVIDIA GPU can be asked to make sure that all it has written to system memory has
 * arrived. For that it reads a page of system memory whose address the driver writes into
 * two registers. The CPU never looks at the page, so it is an allocation without a CPU
 * address, DMA_ATTR_NO_KERNEL_MAPPING; nova-core has a CoherentHandle for it, and
 * struct coherent_handle is the same in C.
 *
 * What to learn: the address in the registers is a reference. The order on the way out is
 * quiesce, clear the registers, free. Here the page is freed first: the work that still
 * runs ends with a flush, into memory that is somebody else's by then.
 *
 * Bites on every machine. dmalab reports device-use-after-unmap.
 */

/* ------------------------------------------------------------- the driver */

#include <dmalab/coherent-handle.h>
#include <linux/io.h>
#include <linux/iopoll.h>

#define REG_FLUSH_LO 0x10   /* bits 39..8 of the address; 0: none */
#define REG_FLUSH_HI 0x14   /* bits 63..40 */
#define REG_SUBMIT   0x20
#define REG_BUSY     0x24

struct gpu {
	struct device *dev;
	u8 __iomem *regs;
	struct coherent_handle *flush;
};

static void set_flush_address(struct gpu *gpu, dma_addr_t dma)
{
	writel(dma >> 40, gpu->regs + REG_FLUSH_HI);
	writel(dma >> 8, gpu->regs + REG_FLUSH_LO);
}

static int gpu_init(struct gpu *gpu)
{
	struct coherent_handle *flush = coherent_handle_alloc(gpu->dev, PAGE_SIZE, GFP_KERNEL, 0);

	if (IS_ERR(flush))
		return PTR_ERR(flush);
	gpu->flush = flush;
	set_flush_address(gpu, coherent_handle_dma_addr(flush));
	return 0;
}

static void gpu_submit(struct gpu *gpu)
{
	writel(1, gpu->regs + REG_SUBMIT);
}

static int wait_idle(struct gpu *gpu)
{
	u32 busy;

	return readl_poll_timeout(gpu->regs + REG_BUSY, busy, !busy, 1, 1000000);
}

static void gpu_exit_bug(struct gpu *gpu)
{
	coherent_handle_free(gpu->flush);
	wait_idle(gpu);
	set_flush_address(gpu, 0);
}

static void gpu_exit_fixed(struct gpu *gpu)
{
	wait_idle(gpu);
	set_flush_address(gpu, 0);
	coherent_handle_free(gpu->flush);
}

/* -------------------------------------------------------------- the bench */

#include <dmalab.h>
#include <dmalab/registers.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BAR 0xfd000000u

/* A job takes as many reads of REG_BUSY as the seed has it. */
struct model {
	struct device *dev;
	dma_addr_t flush;
	unsigned seed, left, flushes;
};

static void flush(struct model *m)
{
	u32 page;

	if (m->flush && dmalab_device_read(m->dev, m->flush, &page, sizeof(page)) == 0)
		m->flushes++;
}

static uint64_t read_register(void *context, uint64_t offset, unsigned width)
{
	struct model *m = context;

	(void)width;
	if (offset != REG_BUSY || !m->left)
		return 0;
	if (--m->left == 0)
		flush(m);
	return 1;
}

static void write_register(void *context, uint64_t offset, unsigned width, uint64_t value)
{
	struct model *m = context;

	(void)width;
	if (offset == REG_FLUSH_HI)
		m->flush = (m->flush & 0xffffffffffull) | value << 40;
	if (offset == REG_FLUSH_LO)
		m->flush = (m->flush & ~0xffffffffffull) | value << 8;
	if (offset == REG_SUBMIT)
		m->left = rand_r(&m->seed) % 8 + 1;
}

static void run(struct dmalab_machine *machine, struct device *dev, void (*gpu_exit)(struct gpu *))
{
	static const struct dmalab_window_ops ops = {
		.size = sizeof(ops), .read = read_register, .write = write_register,
	};
	struct model model = { .dev = dev, .seed = 1 };
	struct gpu gpu = { .dev = dev };

	dmalab_window_new(machine, "gpu", BAR, 0x1000, &ops, &model);
	gpu.regs = ioremap(BAR, 0x1000);
	if (!gpu.regs || gpu_init(&gpu))
		return;
	gpu_submit(&gpu);
	wait_idle(&gpu);
	gpu_submit(&gpu);
	gpu_exit(&gpu);
	printf("flushes: %u\n", model.flushes);
	iounmap(gpu.regs);
}

int main(int argc, char **argv)
{
	struct dmalab_machine *machine = dmalab_machine_new(NULL);
	struct device *dev = dmalab_device_new(machine, "gpu");
	unsigned long reports;

	if (argc != 2 || !dev || (strcmp(argv[1], "bug") && strcmp(argv[1], "fixed"))) {
		fprintf(stderr, "usage: %s bug|fixed\n", argv[0]);
		dmalab_machine_free(machine);
		return 2;
	}
	run(machine, dev, strcmp(argv[1], "bug") == 0 ? gpu_exit_bug : gpu_exit_fixed);

	dmalab_device_free(dev);
	reports = dmalab_report_count(machine, NULL) + dmalab_window_mistakes(machine);
	printf("reports: %lu\n", reports);
	dmalab_machine_free(machine);
	return reports != 0;
}
