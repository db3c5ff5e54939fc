/* SPDX-License-Identifier: MIT */
/*
 * What kind of context this thread is in. Until the last disable is undone,
 * calls that may sleep are reported as "sleep-in-atomic". None of these
 * functions reports anything itself. An enable without its disable does
 * nothing.
 */
#ifndef DMALAB_LINUX_PREEMPT_H
#define DMALAB_LINUX_PREEMPT_H

#include <linux/types.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/**
 * preempt_disable() - this thread is not preempted
 *
 * Counted: each is undone by one preempt_enable().
 *
 * Context: Any; concerns this thread.
 */
void preempt_disable(void);

/**
 * preempt_enable() - undo one preempt_disable()
 *
 * Context: Any; concerns this thread.
 */
void preempt_enable(void);

/**
 * local_bh_disable() - no soft interrupts on this CPU
 *
 * Counted: each is undone by one local_bh_enable().
 *
 * Context: Any; concerns this thread.
 */
void local_bh_disable(void);

/**
 * local_bh_enable() - undo one local_bh_disable()
 *
 * Context: Any; concerns this thread.
 */
void local_bh_enable(void);

/**
 * in_hardirq() - whether this is a hard interrupt handler
 *
 * Context: Any; concerns this thread.
 * Return: true between dmalab_irq_enter() and dmalab_irq_exit().
 */
bool in_hardirq(void);

/**
 * in_serving_softirq() - whether this is a soft interrupt, such as NAPI's poll
 *
 * Context: Any; concerns this thread.
 * Return: true between dmalab_softirq_enter() and dmalab_softirq_exit().
 */
bool in_serving_softirq(void);

/**
 * in_softirq() - whether this is a soft interrupt, or none may come
 *
 * Context: Any; concerns this thread.
 * Return: true if in_serving_softirq(), or with bottom halves disabled.
 */
bool in_softirq(void);

/**
 * in_interrupt() - whether this is, or excludes, an interrupt
 *
 * Context: Any; concerns this thread.
 * Return: true if in_hardirq() or in_softirq().
 */
bool in_interrupt(void);

/**
 * in_task() - whether this is no interrupt
 *
 * Context: Any; concerns this thread.
 * Return: true in neither kind of interrupt; locks and disabled bottom halves
 * do not count.
 */
bool in_task(void);

/**
 * in_atomic() - whether this thread must not sleep
 *
 * Context: Any; concerns this thread.
 * Return: true in an interrupt, or with preemption or bottom halves disabled,
 * as every spin lock does. As on Linux, it does not know of interrupts that are
 * off.
 */
bool in_atomic(void);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
