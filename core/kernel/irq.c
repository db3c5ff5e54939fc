/* SPDX-License-Identifier: MIT */
/*
 * Interrupts. A test raises one, and the handlers run in its thread: as an interrupt of the CPU
 * that this thread is. Where that has interrupts off, it is taken when they are on again.
 */
#include "kernel/wake.h"
#include "lab/devres.h"

#include <dmalab.h>
#include <errno.h>
#include <linux/interrupt.h>
#include <linux/printk.h>
#include <stdlib.h>

struct action {
	struct action *next;
	unsigned int irq;
	irq_handler_t handler, thread;
	unsigned long flags;
	const char *name;
	void *dev_id;
};

/* A line that somebody has asked for, or switched off. */
struct line {
	struct line *next;
	unsigned int irq;
	unsigned int disabled;  /* as often */
	bool pending;           /* raised while it was */
	unsigned int busy;      /* handlers that run */
};

/* All under the kernel's lock. */
static struct action *actions;
static struct line *lines;

/* Raised in this thread while its interrupts were off; a bit for each of so many lines. */
#define MAX_LATE 64
static __thread unsigned int late[MAX_LATE], nr_late;

static struct line *line_of(unsigned int irq)
{
	struct line *line;

	for (line = lines; line && line->irq != irq; line = line->next)
		;
	if (line)
		return line;
	line = calloc(1, sizeof(*line));
	if (!line)
		return NULL;
	line->irq = irq;
	line->next = lines;
	lines = line;
	return line;
}

__attribute__((destructor))
static void forget(void)
{
	while (lines) {
		struct line *line = lines;

		lines = line->next;
		free(line);
	}
}

/* ----------------------------------------------------------------- handlers */

static struct action *first_of(unsigned int irq)
{
	struct action *a = actions;

	while (a && a->irq != irq)
		a = a->next;
	return a;
}

static bool may_share(const struct action *a, const struct action *new)
{
	return !a || (a->flags & new->flags & IRQF_SHARED);
}

/* In the order in which they were requested. */
static int add(const struct action *new)
{
	struct action *a = malloc(sizeof(*a)), **at = &actions;
	int err = -ENOMEM;

	dlab_kernel_lock();
	if (a && line_of(new->irq))
		err = may_share(first_of(new->irq), new) ? 0 : -EBUSY;
	if (!err) {
		*a = *new;
		while (*at)
			at = &(*at)->next;
		*at = a;
	}
	dlab_kernel_unlock();
	if (err)
		free(a);
	return err;
}

static int request(const struct action *new)
{
	if ((!new->handler && !new->thread) || ((new->flags & IRQF_SHARED) && !new->dev_id))
		return -EINVAL;
	/* Only the thread says when the device is quiet: the line must wait for it. */
	if (!new->handler && !(new->flags & IRQF_ONESHOT))
		return -EINVAL;
	return add(new);
}

int request_threaded_irq(unsigned int irq, irq_handler_t handler, irq_handler_t thread_fn,
			 unsigned long flags, const char *name, void *dev_id)
{
	MAY_SLEEP();
	return request(&(struct action){ .irq = irq, .handler = handler, .thread = thread_fn,
					 .flags = flags, .name = name, .dev_id = dev_id });
}

static void wait_for_handlers(unsigned int irq)
{
	struct line *line;

	dlab_kernel_lock();
	line = line_of(irq);
	while (line && line->busy)
		dlab_sleep_until(NEVER);
	dlab_kernel_unlock();
}

static const void *release(unsigned int irq, void *dev_id)
{
	struct action **at = &actions, *a;
	const char *name;

	dlab_kernel_lock();
	while (*at && ((*at)->irq != irq || (*at)->dev_id != dev_id))
		at = &(*at)->next;
	a = *at;
	if (a)
		*at = a->next;
	dlab_kernel_unlock();
	if (!a) {
		pr_warn("Trying to free already-free IRQ %u: no request_irq() with this dev_id\n", irq);
		return NULL;
	}
	wait_for_handlers(irq);
	name = a->name;
	free(a);
	return name;
}

const void *free_irq(unsigned int irq, void *dev_id)
{
	MAY_SLEEP();
	return release(irq, dev_id);
}

/* -------------------------------------------------------- of a device's own */

struct managed {
	unsigned int irq;
	void *dev_id;
};

static void release_managed(struct device *dev, void *data)
{
	struct managed *m = data;

	(void)dev;
	release(m->irq, m->dev_id);
	free(m);
}

static bool is_managed(const void *data, const void *arg)
{
	const struct managed *m = data, *wanted = arg;

	return m->irq == wanted->irq && m->dev_id == wanted->dev_id;
}

int devm_request_threaded_irq(struct device *dev, unsigned int irq, irq_handler_t handler,
			      irq_handler_t thread_fn, unsigned long flags, const char *name,
			      void *dev_id)
{
	struct call call = THIS_CALL;
	struct managed *m = malloc(sizeof(*m));
	struct dmalab_device *d;
	int err;

	MAY_SLEEP();
	if (!m)
		return -ENOMEM;
	*m = (struct managed){ irq, dev_id };
	err = request(&(struct action){ .irq = irq, .handler = handler, .thread = thread_fn,
					.flags = flags, .name = name ? name : dev_name(dev),
					.dev_id = dev_id });
	if (err) {
		free(m);
		return err;
	}
	d = lab_enter(dev, &call);
	err = d ? dlab_devres_add(d, release_managed, m) : -ENODEV;
	if (d)
		lab_leave(d);
	if (err)
		release_managed(dev, m);
	return err;
}

void devm_free_irq(struct device *dev, unsigned int irq, void *dev_id)
{
	struct call call = THIS_CALL;
	struct managed *m = NULL;
	struct dmalab_device *d;

	MAY_SLEEP();
	d = lab_enter(dev, &call);
	if (!d)
		return;
	m = dlab_devres_remove(d, release_managed, is_managed, &(struct managed){ irq, dev_id });
	lab_leave(d);
	if (m)
		release_managed(dev, m);
	else
		pr_warn("devm_free_irq(): IRQ %u is not this device's\n", irq);
}

/* ----------------------------------------------------------------- delivery */

/* The next after @a, or the first, on a line whose handlers may not go meanwhile. */
static struct action *next_of(unsigned int irq, struct action *a)
{
	dlab_kernel_lock();
	a = a ? a->next : actions;
	while (a && a->irq != irq)
		a = a->next;
	dlab_kernel_unlock();
	return a;
}

static irqreturn_t run_hard(unsigned int irq, bool *wakes)
{
	irqreturn_t all = IRQ_NONE;

	dmalab_irq_enter();
	for (struct action *a = next_of(irq, NULL); a; a = next_of(irq, a)) {
		irqreturn_t one = a->handler ? a->handler(irq, a->dev_id) : IRQ_WAKE_THREAD;

		*wakes |= one & IRQ_WAKE_THREAD;
		all |= one;
	}
	dmalab_irq_exit();
	return all;
}

/* The thread is this one, in between; others of its line that have one run as well. */
static void run_threads(unsigned int irq)
{
	for (struct action *a = next_of(irq, NULL); a; a = next_of(irq, a))
		if (a->thread)
			a->thread(irq, a->dev_id);
}

/* False: not now. */
static bool begin(struct line *line)
{
	bool now;

	dlab_kernel_lock();
	now = !line->disabled;
	line->busy += now;
	line->pending = !now;
	dlab_kernel_unlock();
	return now;
}

static void end(struct line *line)
{
	dlab_kernel_lock();
	line->busy--;
	dlab_wake_all();
	dlab_kernel_unlock();
}

static irqreturn_t deliver(unsigned int irq)
{
	irqreturn_t all;
	struct line *line;
	bool wakes = false;

	dlab_kernel_lock();
	line = line_of(irq);
	dlab_kernel_unlock();
	if (!line || !begin(line))
		return IRQ_NONE;
	all = run_hard(irq, &wakes);
	if (wakes)
		run_threads(irq);
	end(line);
	return all ? IRQ_HANDLED : IRQ_NONE;
}

/* Interrupts are on again in this thread. */
static void deliver_late(void)
{
	while (nr_late) {
		unsigned int irq = late[0];

		nr_late--;
		for (unsigned int i = 0; i < nr_late; i++)
			late[i] = late[i + 1];
		deliver(irq);
	}
}

/* A line is either raised or not: once more makes no difference. */
static void keep_for_later(unsigned int irq)
{
	for (unsigned int i = 0; i < nr_late; i++)
		if (late[i] == irq)
			return;
	if (nr_late < MAX_LATE)
		late[nr_late++] = irq;
	dlab_context_call_when_irqs_on(deliver_late);
}

irqreturn_t dmalab_irq_raise(unsigned int irq)
{
	bool handled;

	dlab_kernel_lock();
	handled = first_of(irq);
	dlab_kernel_unlock();
	if (!handled) {
		pr_warn("dmalab_irq_raise(): IRQ %u has no handler: request_irq() comes first\n", irq);
		return IRQ_NONE;
	}
	if (irqs_disabled()) {
		keep_for_later(irq);
		return IRQ_NONE;
	}
	return deliver(irq);
}

/* ------------------------------------------------------------- on and off */

void disable_irq_nosync(unsigned int irq)
{
	struct line *line;

	dlab_kernel_lock();
	line = line_of(irq);
	if (line)
		line->disabled++;
	dlab_kernel_unlock();
}

void synchronize_irq(unsigned int irq)
{
	MAY_SLEEP();
	wait_for_handlers(irq);
}

void disable_irq(unsigned int irq)
{
	MAY_SLEEP();
	disable_irq_nosync(irq);
	wait_for_handlers(irq);
}

void enable_irq(unsigned int irq)
{
	struct line *line;
	bool again = false;

	dlab_kernel_lock();
	line = line_of(irq);
	if (line && !line->disabled)
		pr_warn("Unbalanced enable for IRQ %u\n", irq);
	else if (line && !--line->disabled) {
		again = line->pending;
		line->pending = false;
	}
	dlab_kernel_unlock();
	if (again)
		dmalab_irq_raise(irq);
}
