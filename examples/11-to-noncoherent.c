/* SPDX-License-Identifier: MIT */
/*
 * From dma_alloc_coherent() to dma_alloc_noncoherent(), and one sync is missing.
 *
 * Linux 5.10 replaced dma_cache_sync() by dma_alloc_noncoherent() and the syncs of the
 * streaming API, in the drivers of old machines whose coherent memory is slow: sgiseeq,
 * 53c700, and the 82596 network chip (lasi_82596), after which this one is made. Commands
 * are linked blocks in memory; the chip follows the links. A conversion has to find each
 * place where the driver stores into a block, and put a sync behind it, before the chip is
 * told. The easy ones are where a block is filled. The one that is forgotten here is where
 * a new block is linked to the one before: one word, of a block that was synced long ago.
 *
 * What to learn: a store makes its own line due, not the object that one is working on.
 *
 * Bites where devices do not snoop: the chip does not see the link, and the command is never
 * run. dmalab reports cpu-write-device-owned on every machine, as the block before is the
 * chip's; and where it harms, stale-device-read, and shared-cache-line, for the dirty line
 * of the link may also be written back over the chip's status.
 */

/* ------------------------------------------------------------- the driver */

#include <linux/dma-mapping.h>
#include <linux/io.h>
#include <stddef.h>

#define NR_CMD   4
#define CMD_DONE 0x8000u
#define CMD_LAST 0u         /* no link */

#define REG_COMMAND 0x00    /* DMA address of the first command: starts the chip */

/* A line each: the chip writes its status beside our link. */
struct cmd {
	u32 status;
	u32 opcode;
	u32 next;           /* DMA address */
	u32 pad[29];
};

struct i596 {
	struct device *dev;
	u8 __iomem *regs;
	struct cmd *cmd;
	dma_addr_t dma;
	unsigned nr;
	bool bug;
};

static dma_addr_t cmd_dma(const struct i596 *lp, const struct cmd *cmd)
{
	return lp->dma + ((const u8 *)cmd - (const u8 *)lp->cmd);
}

static void sync_for_cpu(const struct i596 *lp, const struct cmd *cmd)
{
	dma_sync_single_for_cpu(lp->dev, cmd_dma(lp, cmd), sizeof(*cmd), DMA_BIDIRECTIONAL);
}

static void sync_for_device(const struct i596 *lp, const struct cmd *cmd)
{
	dma_sync_single_for_device(lp->dev, cmd_dma(lp, cmd), sizeof(*cmd), DMA_BIDIRECTIONAL);
}

static int i596_open(struct i596 *lp)
{
	lp->cmd = dma_alloc_noncoherent(lp->dev, NR_CMD * sizeof(*lp->cmd), &lp->dma,
					DMA_BIDIRECTIONAL, GFP_KERNEL);
	return lp->cmd ? 0 : -ENOMEM;
}

static void i596_close(struct i596 *lp)
{
	dma_free_noncoherent(lp->dev, NR_CMD * sizeof(*lp->cmd), lp->cmd, lp->dma,
			     DMA_BIDIRECTIONAL);
}

static void link(struct i596 *lp, struct cmd *before, const struct cmd *cmd)
{
	if (!lp->bug)
		sync_for_cpu(lp, before);
	before->next = cmd_dma(lp, cmd);
	if (!lp->bug)
		sync_for_device(lp, before);
}

static void add_cmd(struct i596 *lp, u32 opcode)
{
	struct cmd *cmd = &lp->cmd[lp->nr];

	cmd->status = 0;
	cmd->opcode = opcode;
	cmd->next = CMD_LAST;
	sync_for_device(lp, cmd);
	if (lp->nr++)
		link(lp, cmd - 1, cmd);
}

static void start(struct i596 *lp)
{
	writel(lp->dma, lp->regs + REG_COMMAND);
}

static unsigned count_done(struct i596 *lp)
{
	unsigned done = 0;

	for (unsigned i = 0; i < lp->nr; i++) {
		sync_for_cpu(lp, &lp->cmd[i]);
		done += lp->cmd[i].status == CMD_DONE;
	}
	return done;
}

/* -------------------------------------------------------------- the bench */

#include <dmalab.h>
#include <dmalab/registers.h>
#include <stdio.h>
#include <string.h>

#define BAR 0xf0100000u

/* The chip runs its commands while writel() waits. */
static void write_register(void *context, uint64_t offset, unsigned width, uint64_t value)
{
	static const u32 done = CMD_DONE;
	struct device *dev = context;
	struct cmd cmd = { .next = value };

	(void)offset;
	(void)width;
	for (dma_addr_t at = value; at != CMD_LAST; at = cmd.next) {
		if (dmalab_device_read(dev, at, &cmd, offsetof(struct cmd, pad)))
			return;
		dmalab_device_write(dev, at, &done, sizeof(done));
	}
}

static void run(struct dmalab_machine *machine, struct device *dev, bool bug)
{
	static const struct dmalab_window_ops ops = { .size = sizeof(ops), .write = write_register };
	struct i596 lp = { .dev = dev, .bug = bug };

	dmalab_window_new(machine, "82596", BAR, 4, &ops, dev);
	lp.regs = ioremap(BAR, 4);
	if (!lp.regs || i596_open(&lp))
		return;
	add_cmd(&lp, 1);
	add_cmd(&lp, 2);
	start(&lp);
	printf("commands done: %u of 2\n", count_done(&lp));
	i596_close(&lp);
	iounmap(lp.regs);
}

int main(int argc, char **argv)
{
	struct dmalab_machine *machine = dmalab_machine_new(NULL);
	struct device *dev = dmalab_device_new(machine, "82596");
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
