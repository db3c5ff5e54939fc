/* SPDX-License-Identifier: MIT */
/* Interrupts: who handles them, and how a test raises one. */
#ifndef DMALAB_LINUX_INTERRUPT_H
#define DMALAB_LINUX_INTERRUPT_H

#include <linux/device.h>
#include <linux/irqflags.h>
#include <linux/preempt.h>
#include <linux/timer.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

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

#define IRQF_TRIGGER_NONE    0x00000000
#define IRQF_TRIGGER_RISING  0x00000001
#define IRQF_TRIGGER_FALLING 0x00000002
#define IRQF_TRIGGER_HIGH    0x00000004
#define IRQF_TRIGGER_LOW     0x00000008
#define IRQF_SHARED          0x00000080
#define IRQF_ONESHOT         0x00002000
#define IRQF_NO_SUSPEND      0x00004000
#define IRQF_NO_AUTOEN       0x00080000

/**
 * request_threaded_irq() - be called for interrupts
 * @irq: number of the line: any
 * @handler: runs as a hard interrupt; NULL: only @thread_fn does
 * @thread_fn: runs after it, as a task, if it returns IRQ_WAKE_THREAD;
 *	may be NULL
 * @flags: IRQF_SHARED, and for no @handler IRQF_ONESHOT
 * @name: of the driver; kept
 * @dev_id: what they get, and tells one of several on a line; kept
 *
 * Context: May sleep.
 * Return: 0; -EBUSY: somebody has the line, and not both want to share it;
 * -EINVAL; -ENOMEM.
 * Checks: "sleep-in-atomic".
 */
int request_threaded_irq(unsigned int irq, irq_handler_t handler,
			 irq_handler_t thread_fn, unsigned long flags,
			 const char *name, void *dev_id);

/**
 * free_irq() - be called no more
 * @irq: the line
 * @dev_id: as requested; of an unknown one there is a message
 *
 * Waits for a handler that runs.
 *
 * Context: May sleep.
 * Return: the name; NULL: it was not requested.
 * Checks: "sleep-in-atomic".
 */
const void *free_irq(unsigned int irq, void *dev_id);

/**
 * devm_request_threaded_irq() - the same, for as long as the device
 * @dev: whose
 * @irq: as there
 * @handler: runs as a hard interrupt; NULL: only @thread_fn does
 * @thread_fn: runs after it, as a task, if it returns IRQ_WAKE_THREAD;
 *	may be NULL
 * @flags: IRQF_SHARED, and for no @handler IRQF_ONESHOT
 * @name: of the driver; NULL: that of @dev
 * @dev_id: what they get, and tells one of several on a line; kept
 *
 * Context: May sleep.
 * Return: as there; -ENODEV for no device.
 * Checks: "sleep-in-atomic", "no-device".
 */
int devm_request_threaded_irq(struct device *dev, unsigned int irq,
			      irq_handler_t handler, irq_handler_t thread_fn,
			      unsigned long flags, const char *name,
			      void *dev_id);

/**
 * devm_free_irq() - free it before the device goes
 * @dev: whose
 * @irq: the line
 * @dev_id: as requested
 *
 * Context: May sleep.
 * Checks: "sleep-in-atomic", "no-device".
 */
void devm_free_irq(struct device *dev, unsigned int irq, void *dev_id);

/**
 * disable_irq() - no interrupts of a line, and wait for a handler that runs
 * @irq: the line; counted
 *
 * Context: May sleep.
 * Checks: "sleep-in-atomic".
 */
void disable_irq(unsigned int irq);

/**
 * disable_irq_nosync() - the same without waiting
 * @irq: the line; counted
 *
 * Context: Any.
 */
void disable_irq_nosync(unsigned int irq);

/**
 * enable_irq() - undo one disable_irq()
 * @irq: the line; if it was raised meanwhile, its handlers run now
 *
 * Context: Any.
 */
void enable_irq(unsigned int irq);

/**
 * synchronize_irq() - wait for a handler that runs
 * @irq: the line
 *
 * Context: May sleep.
 * Checks: "sleep-in-atomic".
 */
void synchronize_irq(unsigned int irq);

/**
 * dmalab_irq_raise() - the device raises an interrupt
 * @irq: the line. Without a handler there is a message
 *
 * For tests and device models. The handlers run in this thread, between
 * dmalab_irq_enter() and dmalab_irq_exit(), and after them those that are
 * threaded. Where interrupts are off in this thread, or it is in a handler,
 * they run as soon as they are on: a model may raise an interrupt when the
 * driver, under a spin lock, writes a register. Of a line that is disabled,
 * with enable_irq().
 *
 * Context: Any thread; the threaded ones may sleep.
 * Return: IRQ_HANDLED if a handler said so, else IRQ_NONE: none ran, or none
 * was meant.
 */
irqreturn_t dmalab_irq_raise(unsigned int irq);

#ifndef request_irq
#define request_irq(irq, handler, flags, name, dev_id) \
	request_threaded_irq(irq, handler, NULL, flags, name, dev_id)
#define devm_request_irq(dev, irq, handler, flags, name, dev_id) \
	devm_request_threaded_irq(dev, irq, handler, NULL, flags, name, dev_id)
#define disable_hardirq(irq) disable_irq(irq)
#endif

/* ---------------------------------------------------------------- tasklets */

/**
 * struct tasklet_struct - a soft interrupt that is asked for
 * @timer: the laboratory's, as are
 * @callback: these
 * @func: four
 * @data: of them
 * @use_callback: all
 */
struct tasklet_struct {
	struct timer_list timer;
	void (*callback)(struct tasklet_struct *t);
	void (*func)(unsigned long data);
	unsigned long data;
	bool use_callback;
};

/**
 * tasklet_setup() - make a tasklet
 * @t: the tasklet
 * @callback: runs as a soft interrupt, on the thread of timers
 *
 * Context: Any.
 */
void tasklet_setup(struct tasklet_struct *t,
		   void (*callback)(struct tasklet_struct *t));

/**
 * tasklet_init() - the same, in the older form
 * @t: the tasklet
 * @func: runs as a soft interrupt
 * @data: its argument
 *
 * Context: Any.
 */
void tasklet_init(struct tasklet_struct *t, void (*func)(unsigned long data),
		  unsigned long data);

/**
 * tasklet_schedule() - have it run, once
 * @t: the tasklet
 *
 * Context: Any.
 */
void tasklet_schedule(struct tasklet_struct *t);

/**
 * tasklet_kill() - wait until it has run
 * @t: the tasklet
 *
 * Context: May sleep.
 */
void tasklet_kill(struct tasklet_struct *t);

#ifndef from_tasklet
#define from_tasklet(var, callback_tasklet, tasklet_fieldname) \
	container_of(callback_tasklet, __typeof__(*var), tasklet_fieldname)
#endif

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
