// SPDX-License-Identifier: GPL-2.0
/* A driver that makes one mistake, of those that end with a message: the parameter says which. */
#include <linux/delay.h>
#include <linux/interrupt.h>
#include <linux/io.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/slab.h>
#include <linux/timer.h>
#include <linux/workqueue.h>

static int mistake;
module_param(mistake, int, 0);

static DEFINE_SPINLOCK(lock);
static struct timer_list timer;
static struct work_struct work;
static struct pci_dev *the_device;
static int timers, works, irqs;

extern int nobody_has_this(int value);

static void on_timer(struct timer_list *t)
{
	timers++;
	schedule_work(&work);
}

static void on_work(struct work_struct *w)
{
	msleep(2);
	works++;
}

static irqreturn_t on_irq(int irq, void *dev)
{
	if (mistake == 11)
		msleep(1);
	irqs++;
	return IRQ_HANDLED;
}

static void blunder(void __iomem *regs)
{
	unsigned long flags;

	switch (mistake) {
	case 1:
		nobody_has_this(1);
		break;
	case 2:
		pci_iounmap(the_device, regs);
		readl(regs);
		break;
	case 3:
		readl(regs + 4094);
		break;
	case 4:
		BUG();
		break;
	case 5:
		spin_lock(&lock);
		spin_lock(&lock);
		break;
	case 6:
		asm volatile("lock orl $1, (%0)" : : "r"(regs) : "memory");
		break;
	case 7:
		*(volatile int *)0x123456 = 1;
		break;
	case 8:
		inb(0x60);
		break;
	case 9:
		ioremap(0xfee00000, 4096);
		break;
	case 10:
		local_irq_save(flags);
		kfree(kmalloc(64, GFP_KERNEL));
		local_irq_restore(flags);
		break;
	}
}

static int probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	void __iomem *regs;
	int error;

	the_device = pdev;
	timer_setup(&timer, on_timer, 0);
	INIT_WORK(&work, on_work);
	error = request_irq(pdev->irq, on_irq, 0, "mistakes", pdev);
	if (error)
		return error;
	regs = pci_ioremap_bar(pdev, 0);
	pci_set_drvdata(pdev, (__force void *)regs);
	WARN_ON(mistake == 0);
	mod_timer(&timer, jiffies + 3);
	blunder(regs);
	/* Of each width, and back. */
	writeb(0x12, regs);
	writew(0x3456, regs + 2);
	writel(0x789abcde, regs + 4);
	writeq(0x0123456789abcdef, regs + 8);
	if (readb(regs) != 0x12 || readw(regs + 2) != 0x3456 || readl(regs + 4) != 0x789abcde ||
	    readq(regs + 8) != 0x0123456789abcdef)
		return -EIO;
	return 0;
}

static void remove(struct pci_dev *pdev)
{
	del_timer_sync(&timer);
	cancel_work_sync(&work);
	if (mistake != 12)
		free_irq(pdev->irq, pdev);
	pr_info("%d timers, %d works, %d interrupts, %pM %s %-4d|%04x\n", timers, works, irqs,
		"\x02\x00\x00\x00\x00\x01", "text", 7, 0xab);
	pci_iounmap(pdev, (void __iomem *)pci_get_drvdata(pdev));
}

static const struct pci_device_id ids[] = { { PCI_DEVICE(0x1234, 0x5678) }, { } };
MODULE_DEVICE_TABLE(pci, ids);

static struct pci_driver mistakes = {
	.name = "mistakes", .id_table = ids, .probe = probe, .remove = remove,
};
module_pci_driver(mistakes);
MODULE_LICENSE("GPL");
