/* SPDX-License-Identifier: MIT */
/*
 * Interrupts on and off. Each thread is a CPU with interrupts of its own, which
 * are on at first. While they are off, a call that may sleep is reported as
 * "sleep-in-atomic", and freeing coherent memory as "free-in-irq". None of
 * these functions reports anything itself.
 */
#ifndef DMALAB_LINUX_IRQFLAGS_H
#define DMALAB_LINUX_IRQFLAGS_H

#include <linux/types.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/**
 * local_irq_disable() - interrupts off
 *
 * Not counted.
 *
 * Context: Any; concerns this thread.
 */
void local_irq_disable(void);

/**
 * local_irq_enable() - interrupts on
 *
 * Not counted.
 *
 * Context: Any; concerns this thread.
 */
void local_irq_enable(void);

/**
 * local_irq_save() - interrupts off, noting whether they were
 * @flags: an unsigned long variable, for local_irq_restore()
 *
 * Context: Any; concerns this thread.
 */
#define local_irq_save(flags) ((void)((flags) = dmalab_local_irq_save()))

/**
 * local_irq_restore() - interrupts as they were
 * @flags: as local_irq_save() noted
 *
 * Context: Any; concerns this thread.
 */
void local_irq_restore(unsigned long flags);

/**
 * dmalab_local_irq_save() - what local_irq_save() is made of
 *
 * Context: Any; concerns this thread.
 * Return: 0 when interrupts were on.
 */
unsigned long dmalab_local_irq_save(void);

/**
 * irqs_disabled() - whether interrupts are off
 *
 * Context: Any; concerns this thread.
 * Return: true if they are; also in a hard interrupt handler.
 */
bool irqs_disabled(void);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
