/* SPDX-License-Identifier: MIT */
/*
 * What an interrupt handler is made of. The laboratory delivers no interrupts:
 * a test calls the driver's handler itself, between dmalab_irq_enter() and
 * dmalab_irq_exit().
 */
#ifndef DMALAB_LINUX_INTERRUPT_H
#define DMALAB_LINUX_INTERRUPT_H

#include <linux/irqflags.h>
#include <linux/preempt.h>

/**
 * enum irqreturn - what a handler did
 * @IRQ_NONE: the interrupt is not its device's
 * @IRQ_HANDLED: it was handled
 * @IRQ_WAKE_THREAD: the threaded handler is to run
 */
enum irqreturn {
	IRQ_NONE        = 0,
	IRQ_HANDLED     = 1 << 0,
	IRQ_WAKE_THREAD = 1 << 1
};

typedef enum irqreturn irqreturn_t;
typedef irqreturn_t (*irq_handler_t)(int irq, void *dev_id);

#define IRQ_RETVAL(x) ((x) ? IRQ_HANDLED : IRQ_NONE)

#endif
