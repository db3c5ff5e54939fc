/* SPDX-License-Identifier: MIT */
/* Devices and what is set in them; the context of calls; failures on purpose. */
#include "trace/calls.h"

#include <linux/dma-map-ops.h>
#include <linux/dma-mapping.h>
#include <linux/interrupt.h>
#include <linux/kernel.h>
#include <linux/mutex.h>
#include <linux/preempt.h>
#include <stdlib.h>

/* ------------------------------------------------------------------ devices */

CALL(device)
{
	const char *name = r->now->has_target ? r->trace->names[r->now->target].text : "device";

	UNUSED;
	to->dev = dmalab_device_new(r->machine, n ? a[0].string : name);
	if (!to->dev)
		run_stop(r, "no memory for a device");
}

CALL(foreign_device)
{
	UNUSED;
	/* The library may remember it: the name keeps its one. */
	if (!to->host)
		to->host = calloc(1, sizeof(*to->dev));
	to->dev = to->host;
	if (!to->dev)
		run_stop(r, "no memory for a device");
}

CALL(use_machine)
{
	UNUSED;
	if (NUM(0) > 1) {
		run_stop(r, "there are two machines, 0 and 1");
	} else if (r->machines[NUM(0)]) {
		r->machine = r->machines[NUM(0)];
		r->in_use = NUM(0);
		dmalab_machine_set_current(r->machine);
	} else {
		run_make_machine(r, NUM(0));
	}
}

CALL(device_free) { UNUSED; dmalab_device_free(DEV(0)); }

CALL(set_coherent)
{
	UNUSED;
	/* The profile of a coherent machine has no other devices. */
	if (DEV(0))
		DEV(0)->dma_coherent |= NUM(1) != 0;
}

CALL(set_snooping) { UNUSED; dmalab_device_set_snooping(DEV(0), NUM(1) != 0); }

CALL(clear_dma_mask)
{
	UNUSED;
	if (DEV(0))
		DEV(0)->dma_mask = NULL;
}

CALL(clear_coherent_dma_mask)
{
	UNUSED;
	if (DEV(0))
		DEV(0)->coherent_dma_mask = 0;
}

CALL(poke_dma_mask)
{
	UNUSED;
	if (DEV(0) && DEV(0)->dma_mask)
		*DEV(0)->dma_mask = NUM(1);
}

CALL(poke_coherent_dma_mask)
{
	UNUSED;
	if (DEV(0))
		DEV(0)->coherent_dma_mask = NUM(1);
}

CALL(set_bus_dma_limit)
{
	UNUSED;
	if (DEV(0))
		DEV(0)->bus_dma_limit = NUM(1);
}

CALL(dma_set_mask) { UNUSED; to->number = dma_set_mask(DEV(0), NUM(1)); }
CALL(dma_set_coherent_mask) { UNUSED; to->number = dma_set_coherent_mask(DEV(0), NUM(1)); }
CALL(dma_set_mask_and_coherent)
{
	UNUSED;
	to->number = dma_set_mask_and_coherent(DEV(0), NUM(1));
}

CALL(dma_coerce_mask_and_coherent)
{
	UNUSED;
	to->number = dma_coerce_mask_and_coherent(DEV(0), NUM(1));
}

CALL(dma_direct_set_offset)
{
	UNUSED;
	to->number = dma_direct_set_offset(DEV(0), NUM(1), NUM(2), NUM(3));
}

CALL(dma_set_max_seg_size) { UNUSED; dma_set_max_seg_size(DEV(0), NUM(1)); }
CALL(dma_set_seg_boundary) { UNUSED; dma_set_seg_boundary(DEV(0), NUM(1)); }
CALL(dma_set_min_align_mask) { UNUSED; dma_set_min_align_mask(DEV(0), NUM(1)); }

/* ------------------------------------------------------------------ context */

CALL(local_irq_disable) { UNUSED; local_irq_disable(); }
CALL(local_irq_enable) { UNUSED; local_irq_enable(); }
CALL(local_irq_save) { UNUSED; local_irq_save(a[0].object->flags); }
CALL(local_irq_restore) { UNUSED; local_irq_restore(a[0].object->flags); }
CALL(local_bh_disable) { UNUSED; local_bh_disable(); }
CALL(local_bh_enable) { UNUSED; local_bh_enable(); }
CALL(preempt_disable) { UNUSED; preempt_disable(); }
CALL(preempt_enable) { UNUSED; preempt_enable(); }
CALL(might_sleep) { UNUSED; might_sleep(); }
CALL(irq_enter) { UNUSED; dmalab_irq_enter(); }
CALL(irq_exit) { UNUSED; dmalab_irq_exit(); }
CALL(softirq_enter) { UNUSED; dmalab_softirq_enter(); }
CALL(softirq_exit) { UNUSED; dmalab_softirq_exit(); }
CALL(spinlock) { UNUSED; spin_lock_init(&to->lock); }

static bool take(struct run *r, spinlock_t *lock)
{
	if (spin_trylock(lock))
		return true;
	run_stop(r, "the lock is taken already: this CPU would hang");
	return false;
}

CALL(spin_lock) { UNUSED; take(r, &a[0].object->lock); }
CALL(spin_unlock) { UNUSED; spin_unlock(&a[0].object->lock); }

CALL(spin_trylock) { UNUSED; to->number = spin_trylock(&a[0].object->lock); }

CALL(spin_lock_irq)
{
	UNUSED;
	local_irq_disable();
	if (!take(r, &a[0].object->lock))
		local_irq_enable();
}

CALL(spin_unlock_irq) { UNUSED; spin_unlock_irq(&a[0].object->lock); }

CALL(spin_lock_bh)
{
	UNUSED;
	local_bh_disable();
	if (!take(r, &a[0].object->lock))
		local_bh_enable();
}

CALL(spin_unlock_bh) { UNUSED; spin_unlock_bh(&a[0].object->lock); }

CALL(spin_lock_irqsave)
{
	unsigned long flags;

	UNUSED;
	local_irq_save(flags);
	if (take(r, &a[0].object->lock))
		a[0].object->flags = flags;
	else
		local_irq_restore(flags);
}

CALL(spin_unlock_irqrestore)
{
	UNUSED;
	spin_unlock_irqrestore(&a[0].object->lock, a[0].object->flags);
}

CALL(fail_nth) { UNUSED; r->returned = dmalab_machine_fail_nth(r->machine, NUM(0)); }
CALL(fail_every) { UNUSED; r->returned = dmalab_machine_fail_every(r->machine, NUM(0)); }

CALL(mutex_lock_unlock)
{
	static struct mutex mutex;

	UNUSED;
	mutex_lock(&mutex);
	mutex_unlock(&mutex);
}
