/* SPDX-License-Identifier: MIT */
/*
 * Interrupts on and off. Each thread is a CPU with interrupts of its own, which are on
 * at first. What is checked meanwhile: a call that may sleep draws "sleep-in-atomic",
 * and freeing coherent memory "free-in-irq". None of these functions draws anything.
 * Any context.
 */
#ifndef DMALAB_LINUX_IRQFLAGS_H
#define DMALAB_LINUX_IRQFLAGS_H

#include <linux/types.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/* Off, and on: not counted. */
void local_irq_disable(void);
void local_irq_enable(void);

/* Off, after noting in @flags, an unsigned long, whether they were; and as noted. */
#define local_irq_save(flags) ((void)((flags) = dmalab_local_irq_save()))
void local_irq_restore(unsigned long flags);

/* What local_irq_save() gives to its variable: 0 when interrupts were on. */
unsigned long dmalab_local_irq_save(void);

/* Whether this thread's interrupts are off; also in dmalab_irq_enter(). */
bool irqs_disabled(void);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
