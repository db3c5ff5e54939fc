/* SPDX-License-Identifier: MIT */
/*
 * What the simulated kernel would let this thread do. Each thread is a CPU: it has
 * interrupts on or off, preemption, bottom halves and interrupt handlers of its own.
 *
 * One word holds it all, a count for each kind of atomic context, and is 0 while the
 * thread may sleep: which is all that a call has to look at.
 */
#ifndef DMALAB_LAB_CONTEXT_H
#define DMALAB_LAB_CONTEXT_H

#include "lab/lab.h"

#include <linux/gfp.h>

/* By severity: a report names the last of those that hold. */
enum atomic {
	ATOMIC_PREEMPT,  /* preempt_disable(), or a spin lock */
	ATOMIC_BH,       /* bottom halves are disabled */
	ATOMIC_SOFTIRQ,  /* serving a soft interrupt */
	ATOMIC_IRQS_OFF, /* 0 or 1: interrupts do not nest by count */
	ATOMIC_HARDIRQ,  /* in a hard interrupt handler */
	NR_ATOMIC
};

#define ATOMIC_BITS       12
#define ATOMIC_ONE(kind)  (1ull << (kind) * ATOMIC_BITS)
#define ATOMIC_MASK(kind) (((1ull << ATOMIC_BITS) - 1) << (kind) * ATOMIC_BITS)

struct context {
	u64 atomic;                   /* 0: may sleep */
	u64 irqs_were_off;            /* a bit for each handler that was entered */
	struct call since[NR_ATOMIC]; /* what took each count from 0 */
	void (*irqs_on)(void);        /* to be called when they are; or NULL */
};

extern __thread struct context dlab_context __attribute__((tls_model("initial-exec")));

static inline bool context_has(enum atomic kind)
{
	return dlab_context.atomic & ATOMIC_MASK(kind);
}

/* Counts stay at their highest and lowest: calls that do not pair up are harmless. */
void dlab_context_begin(enum atomic kind, const struct call *call);
void dlab_context_end(enum atomic kind);

/*
 * This thread has interrupts off, or is in a handler: call @function, once, when neither is so.
 */
void dlab_context_call_when_irqs_on(void (*function)(void));

/* Interrupts off; returns whether they were, for dlab_context_irqs_restore(). */
bool dlab_context_irqs_off(const struct call *call);
void dlab_context_irqs_restore(bool off, const struct call *call);

cold void dlab_context_report_sleep(struct dmalab_machine *lab, struct device *dev,
				    const struct call *call, size_t size, bool allocates);
cold void dlab_context_report_sleep_unlocked(const struct call *call);

/*
 * @call may sleep: report "sleep-in-atomic" if it must not. The machine is locked; @dev
 * may be NULL. True when that was this call's report. The call goes on.
 */
static inline bool lab_might_sleep(struct dmalab_machine *lab, struct device *dev,
				   const struct call *call)
{
	if (likely(!dlab_context.atomic))
		return false;
	dlab_context_report_sleep(lab, dev, call, 0, false);
	return true;
}

/* The same for an allocation of @size bytes, which sleeps only if @gfp allows it. */
static inline bool lab_might_alloc(struct dmalab_machine *lab, struct device *dev,
				   const struct call *call, size_t size, gfp_t gfp)
{
	if (likely(!dlab_context.atomic) || !gfpflags_allow_blocking(gfp))
		return false;
	dlab_context_report_sleep(lab, dev, call, size, true);
	return true;
}

/* For a call without a device, on the current machine, which is not locked. */
static inline void context_might_sleep(const struct call *call)
{
	if (unlikely(dlab_context.atomic))
		dlab_context_report_sleep_unlocked(call);
}

/* What the kernel's in_interrupt() is true for. */
static inline bool context_in_interrupt(void)
{
	return dlab_context.atomic &
	       (ATOMIC_MASK(ATOMIC_BH) | ATOMIC_MASK(ATOMIC_SOFTIRQ) | ATOMIC_MASK(ATOMIC_HARDIRQ));
}

/* Must coherent memory not be freed here? */
static inline bool context_forbids_free(bool remapped)
{
	return context_has(ATOMIC_IRQS_OFF) || (remapped && context_in_interrupt());
}

/* Report "free-in-irq" for @f, which tells of the call and its object. */
cold void dlab_context_report_free(struct dmalab_machine *lab, struct finding *f);

#endif
