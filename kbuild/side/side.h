/* SPDX-License-Identifier: MIT */
/* What the files of the kernel side share. */
#ifndef DMALAB_KBUILD_SIDE_H
#define DMALAB_KBUILD_SIDE_H

#include <linux/device.h>
#include <linux/interrupt.h>
#include <linux/kernel.h>
#include <linux/list.h>

#include "bridge.h"

#define SITE __builtin_return_address(0)

/* The laboratory's device is where the kernel's driver core keeps its own: in dev->p. */
static inline void *host_device(const struct device *dev)
{
	return dev ? (void *)dev->p : NULL;
}

/* context.c: tell the laboratory what preempt_count() says by now. */
void side_context(const void *site);
bool side_irqs_off(void);

/* time.c: interrupts, softirqs, work and timers that are due; a driver's sleep is one too. */
void side_pass(unsigned long ticks);

/* net.c, irq.c: whether it had something to do. */
bool side_deliver_irqs(void);
bool side_run_napi(void);

/* pci.c: what the test gave with the device, for kbh_frame(). */
struct pci_dev;
void *side_context_of(struct pci_dev *pdev);

/* skb.c: there is another machine now. */
void side_forget_fragments(void);

#endif
