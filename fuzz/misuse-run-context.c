// SPDX-License-Identifier: MIT
/* The calls of the target "misuse" that change the context of this thread, made. */
#include "misuse.h"

#include <linux/interrupt.h>
#include <linux/kernel.h>
#include <linux/mutex.h>
#include <linux/spinlock.h>

static spinlock_t locks[NR_LOCKS];
static unsigned long flags[NR_LOCKS];
static struct mutex mutex;

static long what_it_says(void)
{
	return (irqs_disabled() ? SAYS_IRQS_DISABLED : 0) | (in_hardirq() ? SAYS_HARDIRQ : 0) |
	       (in_serving_softirq() ? SAYS_SERVING_SOFTIRQ : 0) |
	       (in_softirq() ? SAYS_SOFTIRQ : 0) | (in_interrupt() ? SAYS_INTERRUPT : 0) |
	       (in_task() ? SAYS_TASK : 0) | (in_atomic() ? SAYS_ATOMIC : 0);
}

static void run_lock(const struct call *c, struct outcome *o)
{
	spinlock_t *lock = &locks[c->slot];

	switch (c->number) {
	case SPIN_LOCK:
		spin_lock(lock);
		break;
	case SPIN_UNLOCK:
		spin_unlock(lock);
		break;
	case SPIN_LOCK_BH:
		spin_lock_bh(lock);
		break;
	case SPIN_UNLOCK_BH:
		spin_unlock_bh(lock);
		break;
	case SPIN_LOCK_IRQ:
		spin_lock_irq(lock);
		break;
	case SPIN_UNLOCK_IRQ:
		spin_unlock_irq(lock);
		break;
	case SPIN_LOCK_IRQSAVE:
		spin_lock_irqsave(lock, flags[c->slot]);
		o->result = flags[c->slot] ? SAYS_FLAGS : 0;
		break;
	case SPIN_UNLOCK_IRQRESTORE:
		spin_unlock_irqrestore(lock, flags[c->slot]);
		break;
	case SPIN_TRYLOCK:
		o->result = spin_trylock(lock) ? SAYS_TAKEN : 0;
		break;
	case MIGHT_SLEEP:
		might_sleep();
		break;
	default:
		mutex_lock(&mutex);
		mutex_unlock(&mutex);
	}
}

void run_context(const struct call *c, struct outcome *o)
{
	switch (c->number) {
	case IRQ_DISABLE:
		local_irq_disable();
		break;
	case IRQ_ENABLE:
		local_irq_enable();
		break;
	case IRQ_SAVE:
		local_irq_save(flags[c->slot]);
		o->result = flags[c->slot] ? SAYS_FLAGS : 0;
		break;
	case IRQ_RESTORE:
		local_irq_restore(flags[c->slot]);
		break;
	case PREEMPT_DISABLE:
		preempt_disable();
		break;
	case PREEMPT_ENABLE:
		preempt_enable();
		break;
	case BH_DISABLE:
		local_bh_disable();
		break;
	case BH_ENABLE:
		local_bh_enable();
		break;
	case IRQ_ENTER:
		dmalab_irq_enter();
		break;
	case IRQ_EXIT:
		dmalab_irq_exit();
		break;
	case SOFTIRQ_ENTER:
		dmalab_softirq_enter();
		break;
	case SOFTIRQ_EXIT:
		dmalab_softirq_exit();
		break;
	default:
		run_lock(c, o);
	}
	o->result |= what_it_says();
}

/* The new machine begins as a thread does; the locks are the program's. */
void forget_locks(void)
{
	for (unsigned i = 0; i < NR_LOCKS; i++) {
		spin_lock_init(&locks[i]);
		flags[i] = 0;
	}
}
