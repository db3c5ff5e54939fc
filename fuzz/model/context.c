// SPDX-License-Identifier: MIT
/*
 * The model's context: what this thread has disabled, entered and locked. It is one
 * thread, so there is one of these, whichever machines there are.
 */
#include "inside.h"

#include <string.h>

#define DEEPEST 60 /* handlers within handlers */

static struct {
	bool irqs_off;
	unsigned preempt, bh, hardirq, softirq;
	bool were_off[DEEPEST];  /* interrupts, when the handler was entered */
	bool taken[NR_LOCKS];
	bool flags[NR_LOCKS];    /* as saved */
} thread;

void model_context_start(void)
{
	memset(&thread, 0, sizeof(thread));
}

/* @o: NULL for a free of nothing. */
bool model_may_not_free(const struct object *o)
{
	bool in_interrupt = thread.hardirq || thread.softirq || thread.bh;

	return thread.irqs_off || (o && o->remapped && in_interrupt);
}

static bool is_atomic(void)
{
	return thread.irqs_off || thread.preempt || thread.bh || thread.hardirq || thread.softirq;
}

void model_might_sleep(struct expect *e)
{
	if (is_atomic())
		expect_if_none(e, "sleep-in-atomic");
}

void model_might_alloc(struct expect *e, gfp_t gfp)
{
	if (gfp & __GFP_DIRECT_RECLAIM)
		model_might_sleep(e);
}

void model_might_kmalloc(struct expect *e, gfp_t gfp)
{
	model_might_alloc(e, gfp);
	if (gfp & (__GFP_DMA32 | __GFP_HIGHMEM))
		expect_if_none(e, "zone-gfp");
}

bool model_context_allows(const struct call *c)
{
	switch (c->number) {
	case SPIN_LOCK:
	case SPIN_LOCK_BH:
	case SPIN_LOCK_IRQ:
	case SPIN_LOCK_IRQSAVE:
		return !thread.taken[c->slot];
	case IRQ_ENTER:
		return thread.hardirq < DEEPEST;
	default:
		return true;
	}
}

static void down(unsigned *count)
{
	if (*count)
		--*count;
}

static void take(const struct call *c)
{
	thread.taken[c->slot] = true;
	thread.preempt++;
}

/* False: nobody holds it, and nothing happens. */
static bool give(const struct call *c)
{
	if (!thread.taken[c->slot])
		return false;
	thread.taken[c->slot] = false;
	down(&thread.preempt);
	return true;
}

static void irq_exit(void)
{
	if (thread.hardirq)
		thread.irqs_off = thread.were_off[--thread.hardirq];
}

/* Returns the bits of the result that tell of the call itself. */
static long change(const struct call *c, struct expect *e)
{
	bool were_off = thread.irqs_off, was_free = !thread.taken[c->slot];

	switch (c->number) {
	case IRQ_DISABLE:
		thread.irqs_off = true;
		break;
	case IRQ_ENABLE:
		thread.irqs_off = false;
		break;
	case IRQ_SAVE:
		thread.flags[c->slot] = were_off;
		thread.irqs_off = true;
		return were_off ? SAYS_FLAGS : 0;
	case IRQ_RESTORE:
		thread.irqs_off = thread.flags[c->slot];
		break;
	case PREEMPT_DISABLE:
		thread.preempt++;
		break;
	case PREEMPT_ENABLE:
		down(&thread.preempt);
		break;
	case BH_DISABLE:
		thread.bh++;
		break;
	case BH_ENABLE:
		down(&thread.bh);
		break;
	case IRQ_ENTER:
		thread.were_off[thread.hardirq++] = were_off;
		thread.irqs_off = true;
		break;
	case IRQ_EXIT:
		irq_exit();
		break;
	case SOFTIRQ_ENTER:
		thread.softirq++;
		break;
	case SOFTIRQ_EXIT:
		down(&thread.softirq);
		break;
	case SPIN_LOCK:
		take(c);
		break;
	case SPIN_UNLOCK:
		give(c);
		break;
	case SPIN_LOCK_BH:
		take(c);
		thread.bh++;
		break;
	case SPIN_UNLOCK_BH:
		if (give(c))
			down(&thread.bh);
		break;
	case SPIN_LOCK_IRQ:
		take(c);
		thread.irqs_off = true;
		break;
	case SPIN_UNLOCK_IRQ:
		if (give(c))
			thread.irqs_off = false;
		break;
	case SPIN_LOCK_IRQSAVE:
		take(c);
		thread.flags[c->slot] = were_off;
		thread.irqs_off = true;
		return were_off ? SAYS_FLAGS : 0;
	case SPIN_UNLOCK_IRQRESTORE:
		if (give(c))
			thread.irqs_off = thread.flags[c->slot];
		break;
	case SPIN_TRYLOCK:
		if (was_free)
			take(c);
		return was_free ? SAYS_TAKEN : 0;
	default: /* MIGHT_SLEEP, MUTEX_LOCK */
		model_might_sleep(e);
	}
	return 0;
}

void model_context(const struct call *c, const struct outcome *o, struct expect *e)
{
	long says = change(c, e);

	if (thread.irqs_off)
		says |= SAYS_IRQS_DISABLED;
	if (thread.hardirq)
		says |= SAYS_HARDIRQ;
	if (thread.softirq)
		says |= SAYS_SERVING_SOFTIRQ;
	if (thread.softirq || thread.bh)
		says |= SAYS_SOFTIRQ;
	if (thread.hardirq || thread.softirq || thread.bh)
		says |= SAYS_INTERRUPT;
	if (!thread.hardirq && !thread.softirq)
		says |= SAYS_TASK;
	if (thread.hardirq || thread.softirq || thread.bh || thread.preempt)
		says |= SAYS_ATOMIC;
	if (o->result != says)
		e->wrong = "another context";
}
