/* SPDX-License-Identifier: MIT */
/* What the simulated kernel lets a thread do: interrupts, locks, whether it may sleep. */
#include "lab/context.h"
#include "base/probe.h"

#include <linux/interrupt.h>
#include <linux/kernel.h>
#include <stdio.h>

__thread struct context dlab_context;

void dlab_context_reset(void)
{
	dlab_context = (struct context){ 0 };
}

/* For those that a macro hides under another name. */
#define CALL_OF(name) (&(struct call){ name, site_of(__builtin_return_address(0)) })

void dlab_context_begin(enum atomic kind, const struct call *call)
{
	if (!context_has(kind))
		dlab_context.since[kind] = *call;
	if ((dlab_context.atomic & ATOMIC_MASK(kind)) != ATOMIC_MASK(kind))
		dlab_context.atomic += ATOMIC_ONE(kind);
}

static cold void irqs_are_on(void)
{
	void (*function)(void) = dlab_context.irqs_on;

	dlab_context.irqs_on = NULL;
	function();
}

void dlab_context_end(enum atomic kind)
{
	if (!context_has(kind))
		return;
	dlab_context.atomic -= ATOMIC_ONE(kind);
	if (unlikely(dlab_context.irqs_on) && !context_has(ATOMIC_IRQS_OFF) &&
	    !context_has(ATOMIC_HARDIRQ))
		irqs_are_on();
}

void dlab_context_call_when_irqs_on(void (*function)(void))
{
	dlab_context.irqs_on = function;
}

bool dlab_context_irqs_off(const struct call *call)
{
	bool were_off = context_has(ATOMIC_IRQS_OFF);

	if (!were_off)
		dlab_context_begin(ATOMIC_IRQS_OFF, call);
	return were_off;
}

void dlab_context_irqs_restore(bool off, const struct call *call)
{
	if (off)
		dlab_context_irqs_off(call);
	else
		dlab_context_end(ATOMIC_IRQS_OFF);
}

/* ---------------------------------------------------------------- reports */

static const char *const reasons[NR_ATOMIC] = {
	[ATOMIC_PREEMPT] = "preemption is off, as it is under a spin lock",
	[ATOMIC_BH] = "bottom halves are off",
	[ATOMIC_SOFTIRQ] = "this is a soft interrupt",
	[ATOMIC_IRQS_OFF] = "interrupts are off",
	[ATOMIC_HARDIRQ] = "this is a hard interrupt handler",
};

/* Room for what a report says of a context. */
struct story_of_context {
	char began[80], detail[128], missing[160];
	struct event event;
};

static enum atomic gravest(void)
{
	enum atomic kind = NR_ATOMIC - 1;

	while (kind > 0 && !context_has(kind))
		kind--;
	return kind;
}

/* Add to @f why the context is what it is, @and what else there is to it. */
static void tell(struct finding *f, struct story_of_context *s, enum atomic kind, const char *and)
{
	const struct call *since = &dlab_context.since[kind];

	snprintf(s->began, sizeof(s->began), "atomic since %s()", since->name);
	s->event = (struct event){ s->began, since->site };
	snprintf(s->detail, sizeof(s->detail), "%s%s", reasons[kind], and);
	f->detail = s->detail;
	f->missing = s->missing;
	f->history = &s->event;
	f->nr_history = 1;
}

static bool is_handler(enum atomic kind)
{
	return kind == ATOMIC_HARDIRQ || kind == ATOMIC_SOFTIRQ;
}

void dlab_context_report_sleep(struct dmalab_machine *lab, struct device *dev,
			       const struct call *call, size_t size, bool allocates)
{
	struct finding f = {
		.check = CHECK_SLEEP_IN_ATOMIC, .call = call, .dev = dev, .size = size,
	};
	enum atomic kind = gravest();
	const char *gfp = allocates ? "GFP_ATOMIC or GFP_NOWAIT; or " : "";
	struct story_of_context s;

	tell(&f, &s, kind, allocates ? ", and its gfp lets it sleep (__GFP_DIRECT_RECLAIM)" : "");
	if (is_handler(kind))
		snprintf(s.missing, sizeof(s.missing),
			 "%sa threaded handler or a work item, which may sleep", gfp);
	else
		snprintf(s.missing, sizeof(s.missing), "%sthis call before %s()", gfp,
			 dlab_context.since[kind].name);
	dlab_judge_report(&lab->judge, &f);
}

void dlab_context_report_sleep_unlocked(const struct call *call)
{
	struct dmalab_machine *lab = dlab_current();

	if (!lab)
		return;
	lab_lock(lab);
	dlab_context_report_sleep(lab, NULL, call, 0, false);
	lab_unlock(lab);
}

void dlab_context_report_free(struct dmalab_machine *lab, struct finding *f)
{
	bool unmaps = f->region && f->region->remapped && context_in_interrupt();
	enum atomic kind = gravest();
	struct story_of_context s;

	f->check = CHECK_FREE_IN_IRQ;
	tell(f, &s, kind, unmaps ? ", where vunmap() of the remapped memory is a BUG()" : "");
	snprintf(s.missing, sizeof(s.missing), "%s",
		 is_handler(kind) ? "a threaded handler or a work item, to free it there" :
		 kind == ATOMIC_BH ? "this call when bottom halves are on again" :
				     "this call when interrupts are on again");
	dlab_judge_report(&lab->judge, f);
}

/* ------------------------------------------------------ what drivers call */

unsigned long dmalab_local_irq_save(void)
{
	if (!context_has(ATOMIC_IRQS_OFF))
		RECORD_AS("local_irq_disable", "", 0);
	return dlab_context_irqs_off(CALL_OF("local_irq_save"));
}

void local_irq_restore(unsigned long flags)
{
	RECORD_AS(flags ? "local_irq_disable" : "local_irq_enable", "", 0);
	dlab_context_irqs_restore(flags != 0, &THIS_CALL);
}

void local_irq_disable(void)
{
	RECORD("", 0);
	dlab_context_irqs_off(&THIS_CALL);
}

void local_irq_enable(void)
{
	RECORD("", 0);
	dlab_context_end(ATOMIC_IRQS_OFF);
}

bool irqs_disabled(void)
{
	return context_has(ATOMIC_IRQS_OFF);
}

void preempt_disable(void)
{
	RECORD("", 0);
	dlab_context_begin(ATOMIC_PREEMPT, &THIS_CALL);
}

void preempt_enable(void)
{
	RECORD("", 0);
	dlab_context_end(ATOMIC_PREEMPT);
}

void local_bh_disable(void)
{
	RECORD("", 0);
	dlab_context_begin(ATOMIC_BH, &THIS_CALL);
}

void local_bh_enable(void)
{
	RECORD("", 0);
	dlab_context_end(ATOMIC_BH);
}

bool in_hardirq(void)
{
	return context_has(ATOMIC_HARDIRQ);
}

bool in_serving_softirq(void)
{
	return context_has(ATOMIC_SOFTIRQ);
}

bool in_softirq(void)
{
	return context_has(ATOMIC_SOFTIRQ) || context_has(ATOMIC_BH);
}

bool in_interrupt(void)
{
	return context_in_interrupt();
}

bool in_task(void)
{
	return !in_hardirq() && !in_serving_softirq();
}

bool in_atomic(void)
{
	return dlab_context.atomic & ~ATOMIC_MASK(ATOMIC_IRQS_OFF);
}

void might_sleep(void)
{
	RECORD("", 0);
	context_might_sleep(&THIS_CALL);
}

/* ------------------------------------------------------ what hardware does */

void dmalab_irq_enter(void)
{
	struct call call = THIS_CALL;

	RECORD_AS("irq_enter", "", 0);
	dlab_context_begin(ATOMIC_HARDIRQ, &call);
	dlab_context.irqs_were_off = dlab_context.irqs_were_off << 1 | dlab_context_irqs_off(&call);
}

void dmalab_irq_exit(void)
{
	RECORD_AS("irq_exit", "", 0);
	if (!context_has(ATOMIC_HARDIRQ))
		return;
	dlab_context_irqs_restore(dlab_context.irqs_were_off & 1, &THIS_CALL);
	dlab_context.irqs_were_off >>= 1;
	dlab_context_end(ATOMIC_HARDIRQ);
}

void dmalab_softirq_enter(void)
{
	RECORD_AS("softirq_enter", "", 0);
	dlab_context_begin(ATOMIC_SOFTIRQ, &THIS_CALL);
}

void dmalab_softirq_exit(void)
{
	RECORD_AS("softirq_exit", "", 0);
	dlab_context_end(ATOMIC_SOFTIRQ);
}
