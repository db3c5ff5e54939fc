/* SPDX-License-Identifier: MIT */
/*
 * What an interrupt handler is made of. The laboratory delivers no interrupts: a test
 * calls the driver's handler itself, between dmalab_irq_enter() and dmalab_irq_exit().
 */
#ifndef DMALAB_LINUX_INTERRUPT_H
#define DMALAB_LINUX_INTERRUPT_H

#include <linux/irqflags.h>
#include <linux/preempt.h>

enum irqreturn {
	IRQ_NONE        = 0,      /* not ours */
	IRQ_HANDLED     = 1 << 0,
	IRQ_WAKE_THREAD = 1 << 1  /* the threaded handler is to run */
};

typedef enum irqreturn irqreturn_t;
typedef irqreturn_t (*irq_handler_t)(int irq, void *dev_id);

#define IRQ_RETVAL(x) ((x) ? IRQ_HANDLED : IRQ_NONE)

#endif
