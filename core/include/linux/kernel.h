/* SPDX-License-Identifier: MIT */
/*
 * might_sleep(). This header stands before the system's own <linux/kernel.h>,
 * which system headers include, and adds to it.
 */
#ifndef DMALAB_LINUX_KERNEL_H
#define DMALAB_LINUX_KERNEL_H

#pragma GCC system_header /* for #include_next, which is an extension */
#include_next <linux/kernel.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/**
 * might_sleep() - this function may sleep, even if today it does not
 *
 * Reported, on the current machine, when this thread must not: in an interrupt,
 * under a spin lock, with interrupts, bottom halves or preemption disabled.
 *
 * Context: May sleep.
 * Checks: "sleep-in-atomic".
 */
void might_sleep(void);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
