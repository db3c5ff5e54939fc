/* SPDX-License-Identifier: MIT */
/*
 * What kind of context this thread is in. Until the last disable is undone, calls that
 * may sleep draw "sleep-in-atomic". None of these functions draws anything. An enable
 * without its disable does nothing. Any context.
 */
#ifndef DMALAB_LINUX_PREEMPT_H
#define DMALAB_LINUX_PREEMPT_H

#include <linux/types.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/* Counted, and undone one by one. */
void preempt_disable(void);
void preempt_enable(void);
void local_bh_disable(void);
void local_bh_enable(void);

/* In a hard interrupt handler: between dmalab_irq_enter() and dmalab_irq_exit(). */
bool in_hardirq(void);

/* In a soft interrupt, such as NAPI's poll: after dmalab_softirq_enter(). */
bool in_serving_softirq(void);

/* In one, or with bottom halves disabled. */
bool in_softirq(void);

/* in_hardirq() or in_softirq(). */
bool in_interrupt(void);

/* In neither kind of interrupt; locks and disabled bottom halves do not count. */
bool in_task(void);

/*
 * In an interrupt, or with preemption or bottom halves disabled, as every spin lock
 * does. As on Linux, it does not know of interrupts that are off.
 */
bool in_atomic(void);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
