/* SPDX-License-Identifier: MIT */
/*
 * A block device with a queue pair, and a direction that is the wrong way round.
 *
 * As with NVMe, the driver writes a command into the submission queue and rings its
 * doorbell; the controller moves the data and writes an entry into the completion queue,
 * whose phase bit turns over with each lap. Both queues are coherent memory. The data is
 * the request's own buffer, mapped for the length of the command.
 *
 * What to learn: DMA_TO_DEVICE and DMA_FROM_DEVICE say where the bytes go. A request to
 * read a disk makes the device write memory: DMA_FROM_DEVICE. Here "the device reads the
 * disk" was taken for DMA_TO_DEVICE.
 *
 * On a machine that snoops, the data is right all the same, which is how such a bug lives.
 * Behind an IOMMU the controller is refused. dmalab reports device-write-read-only on every
 * machine; and when the driver reads the block, stale-cpu-read where devices do not snoop,
 * lost-device-write where a bounce buffer was not copied back. The controller is a thread of
 * its own.
 */

/* ------------------------------------------------------------- the driver */

#include <dmalab.h>
#include <linux/dma-mapping.h>
#include <linux/iopoll.h>
#include <linux/pci.h>
#include <linux/slab.h>

#define QUEUE_DEPTH 4
#define BLOCK_SIZE  512

#define OP_WRITE 1
#define OP_READ  2

#define REG_SQ      0x00    /* DMA addresses of the queues */
#define REG_CQ      0x08
#define REG_SQ_TAIL 0x10    /* doorbells */
#define REG_CQ_HEAD 0x14

struct command {
	u32 opcode;
	u32 id;
	u64 data;           /* DMA address */
	u64 block;
};

struct completion_entry {
	u32 id;
	u32 status;         /* bit 0: the phase */
};

struct queue {
	struct device *dev;
	u8 __iomem *regs;
	struct command *sq;
	struct completion_entry *cq;
	dma_addr_t sq_dma, cq_dma;
	unsigned tail, head, phase;
};

static bool bug;

static int queue_init(struct queue *q)
{
	q->sq = dma_alloc_coherent(q->dev, QUEUE_DEPTH * sizeof(*q->sq), &q->sq_dma, GFP_KERNEL);
	if (!q->sq)
		return -ENOMEM;
	q->cq = dma_alloc_coherent(q->dev, QUEUE_DEPTH * sizeof(*q->cq), &q->cq_dma, GFP_KERNEL);
	if (!q->cq) {
		dma_free_coherent(q->dev, QUEUE_DEPTH * sizeof(*q->sq), q->sq, q->sq_dma);
		return -ENOMEM;
	}
	q->phase = 1;
	writeq(q->sq_dma, q->regs + REG_SQ);
	writeq(q->cq_dma, q->regs + REG_CQ);
	return 0;
}

static void queue_exit(struct queue *q)
{
	writeq(0, q->regs + REG_CQ);
	writeq(0, q->regs + REG_SQ);
	dma_free_coherent(q->dev, QUEUE_DEPTH * sizeof(*q->cq), q->cq, q->cq_dma);
	dma_free_coherent(q->dev, QUEUE_DEPTH * sizeof(*q->sq), q->sq, q->sq_dma);
}

static void submit(struct queue *q, u32 opcode, u64 block, dma_addr_t data)
{
	q->sq[q->tail] = (struct command){
		.opcode = opcode, .id = q->tail, .data = data, .block = block,
	};
	q->tail = (q->tail + 1) % QUEUE_DEPTH;
	writel(q->tail, q->regs + REG_SQ_TAIL);
}

/* The completion queue is coherent: its entry is polled as it is. */
static u32 status_of(const struct completion_entry *entry)
{
	return *(const volatile u32 *)&entry->status;
}

static int complete(struct queue *q)
{
	u32 status;

	if (read_poll_timeout(status_of, status, (status & 1) == q->phase, 10, 5000000, false,
			      &q->cq[q->head]))
		return -ETIMEDOUT;
	q->head = (q->head + 1) % QUEUE_DEPTH;
	q->phase ^= !q->head;
	writel(q->head, q->regs + REG_CQ_HEAD);
	return status >> 1 ? -EIO : 0;
}

static enum dma_data_direction direction(u32 opcode)
{
	if (bug)
		return opcode == OP_READ ? DMA_TO_DEVICE : DMA_FROM_DEVICE;
	return opcode == OP_READ ? DMA_FROM_DEVICE : DMA_TO_DEVICE;
}

static int transfer(struct queue *q, u32 opcode, u64 block, void *buf)
{
	enum dma_data_direction dir = direction(opcode);
	dma_addr_t dma = dma_map_single(q->dev, buf, BLOCK_SIZE, dir);
	int err;

	if (dma_mapping_error(q->dev, dma))
		return -ENOMEM;
	submit(q, opcode, block, dma);
	err = complete(q);
	dma_unmap_single(q->dev, dma, BLOCK_SIZE, dir);
	return err;
}

static int disk_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	struct queue *q = devm_kzalloc(&pdev->dev, sizeof(*q), GFP_KERNEL);
	int err;

	(void)id;
	if (!q)
		return -ENOMEM;
	err = pcim_enable_device(pdev);
	if (err)
		return err;
	err = pcim_iomap_regions(pdev, 1 << 0, "disk");
	if (err)
		return err;
	err = dma_set_mask_and_coherent(&pdev->dev, DMA_BIT_MASK(64));
	if (err)
		return err;
	pci_set_master(pdev);
	q->dev = &pdev->dev;
	q->regs = pcim_iomap_table(pdev)[0];
	pci_set_drvdata(pdev, q);
	return queue_init(q);
}

static void disk_remove(struct pci_dev *pdev)
{
	queue_exit(pci_get_drvdata(pdev));
}

static const struct pci_device_id disk_ids[] = {
	{ PCI_DEVICE(0x1b36, 0x0010) },
	{ 0 },
};

static struct pci_driver disk_driver = {
	.name = "disk",
	.id_table = disk_ids,
	.probe = disk_probe,
	.remove = disk_remove,
};
module_pci_driver(disk_driver);

/* -------------------------------------------------------------- the bench */

#include <dmalab/bus.h>
#include <dmalab/registers.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#define BAR 0xfe800000u

struct controller {
	struct device *dev;
	pthread_mutex_t lock;
	pthread_cond_t rung;
	u64 sq, cq;
	unsigned head, tail, cq_tail, phase;
	bool stop;
};

static void write_register(void *context, uint64_t offset, unsigned width, uint64_t value)
{
	struct controller *c = context;

	(void)width;
	pthread_mutex_lock(&c->lock);
	if (offset == REG_SQ)
		c->sq = value;
	if (offset == REG_CQ)
		c->cq = value;
	if (offset == REG_SQ_TAIL)
		c->tail = value;
	pthread_cond_signal(&c->rung);
	pthread_mutex_unlock(&c->lock);
}

/* Every block of this disk reads the same. */
static u32 move_data(const struct controller *c, const struct command *cmd)
{
	char block[BLOCK_SIZE] = "block";

	if (cmd->opcode == OP_READ)
		return dmalab_device_write(c->dev, cmd->data, block, sizeof(block)) ? 1 : 0;
	return dmalab_device_read(c->dev, cmd->data, block, sizeof(block)) ? 1 : 0;
}

static void run_command(struct controller *c)
{
	struct completion_entry done;
	struct command cmd;

	if (dmalab_device_read(c->dev, c->sq + c->head * sizeof(cmd), &cmd, sizeof(cmd)))
		return;
	done.id = cmd.id;
	done.status = move_data(c, &cmd) << 1 | c->phase;
	dmalab_device_write(c->dev, c->cq + c->cq_tail * sizeof(done), &done, sizeof(done));
	c->head = (c->head + 1) % QUEUE_DEPTH;
	c->cq_tail = (c->cq_tail + 1) % QUEUE_DEPTH;
	c->phase ^= !c->cq_tail;
}

static void *controller(void *context)
{
	struct controller *c = context;

	pthread_mutex_lock(&c->lock);
	while (!c->stop) {
		if (c->head == c->tail)
			pthread_cond_wait(&c->rung, &c->lock);
		else
			run_command(c);
	}
	pthread_mutex_unlock(&c->lock);
	return NULL;
}

static void use_disk(struct queue *q)
{
	char *buf = kzalloc(BLOCK_SIZE, GFP_KERNEL), text[6];
	int err;

	if (!buf)
		return;
	err = transfer(q, OP_READ, 7, buf);
	dmalab_cpu_read(buf, text, sizeof(text));
	printf("read: %d, \"%s\"\n", err, text);
	for (unsigned i = 0; !bug && i < 2 * QUEUE_DEPTH; i++)
		if (transfer(q, i % 2 ? OP_READ : OP_WRITE, i, buf))
			printf("transfer %u failed\n", i);
	kfree(buf);
}

static void run(struct dmalab_machine *machine)
{
	static const struct dmalab_window_ops ops = { .size = sizeof(ops), .write = write_register };
	static const struct dmalab_pci_template template = {
		.size = sizeof(template), .vendor = 0x1b36, .device = 0x0010,
		.class_code = 0x010802, .bar = { BAR }, .bar_size = { 0x18 },
	};
	struct controller c = {
		.phase = 1, .lock = PTHREAD_MUTEX_INITIALIZER, .rung = PTHREAD_COND_INITIALIZER,
	};
	struct pci_dev *pdev;
	pthread_t thread;

	dmalab_window_new(machine, "disk", BAR, 0x18, &ops, &c);
	pdev = dmalab_pci_device_new(machine, &template);
	if (!pdev || dmalab_bind_result(&pdev->dev))
		return;
	c.dev = &pdev->dev;
	if (pthread_create(&thread, NULL, controller, &c))
		return;
	use_disk(pci_get_drvdata(pdev));

	pthread_mutex_lock(&c.lock);
	c.stop = true;
	pthread_cond_signal(&c.rung);
	pthread_mutex_unlock(&c.lock);
	pthread_join(thread, NULL);
	dmalab_pci_device_free(pdev);
}

int main(int argc, char **argv)
{
	struct dmalab_machine *machine = dmalab_machine_new(NULL);
	unsigned long reports;

	if (argc != 2 || !machine || (strcmp(argv[1], "bug") && strcmp(argv[1], "fixed"))) {
		fprintf(stderr, "usage: %s bug|fixed\n", argv[0]);
		dmalab_machine_free(machine);
		return 2;
	}
	bug = strcmp(argv[1], "bug") == 0;
	run(machine);

	reports = dmalab_report_count(machine, NULL) + dmalab_window_mistakes(machine);
	printf("reports: %lu\n", reports);
	dmalab_machine_free(machine);
	return reports != 0;
}
