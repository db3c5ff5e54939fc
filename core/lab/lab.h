/* SPDX-License-Identifier: MIT */
/*
 * What a laboratory is made of: a machine, its judge, its devices, and the memory
 * allocator of the simulated kernel. Everything above machine/ and judge/ knows
 * this header.
 *
 * One lock protects all of it. It is held for the length of a call; the reports that were
 * reported meanwhile are told when it is free again.
 */
#ifndef DMALAB_LAB_LAB_H
#define DMALAB_LAB_LAB_H

#include "base/thread.h"
#include "base/wild.h"
#include "judge/judge.h"
#include "machine/bus.h"
#include "machine/machine.h"

#include <dmalab.h>
#include <linux/device.h>

struct dmalab_machine {
	struct machine hw;
	struct judge judge;
	struct mm *mm;                     /* parts of rooms above, for their own use */
	struct pools *pools;
	struct atomic_pool *atomic;
	struct lists *lists;
	bool plain;                        /* DMA addresses are RAM's, one machine is judged, and
	                                      what is freed does not wait */
	uintptr_t lock;                    /* of whoever holds it: lab_is_mine() */
	struct dmalab_quick quick;         /* pages whose loads need no lock */
	unsigned fail_nth;                 /* fail the call that makes it 0, */
	unsigned fail_order;               /* which is this one since the order was given */
	unsigned fail_every;               /* fail one call in so many, by chance */
	u64 fail_rng;
	unsigned long register_mistakes;   /* io: accesses of registers that were none */
	struct dmalab_device *devices;
	struct dmalab_device *gone;        /* unbound, but not forgotten */
	unsigned nr_inside;                /* bound devices that are embedded in memory of the driver's */

	/* registry.c, which reads it without the lock; it stays when all else is cleared. */
	struct {
		struct dmalab_machine *next;       /* of all machines */
		uintptr_t base, size;              /* of its addresses; size 0: it is gone */
		bool was_listed;                   /* somebody may still be passing it */
		bool is_free;                      /* and it is no machine now */
		struct dmalab_machine *structs_next; /* of all that were ever listed */
		struct dmalab_machine *unused_next;
	} listed;
};

struct dmalab_device {
	struct device own;                 /* of dmalab_device_new(); must come first */
	struct device *dev;                /* that one, or one in the program's own structure */
	struct known_device known;         /* by its address, for as long as it is bound */
	struct bus_window window;
	struct dmalab_machine *machine;
	struct region *live;               /* its entries in the ledger */
	struct dma_pool *pools;
	struct device_memory *memory;      /* its own; NULL: none */
	struct devres *resources;          /* devres.c: the latest first */
	const struct call *unbind;         /* the call that lets go of it, or NULL */
	u64 dma_mask;                      /* what dev->dma_mask points to at first */
	struct device_dma_parameters dma_parms; /* likewise */
	char *name;                        /* what dev->init_name points to at first */
	struct dmalab_device *next;
};

/*
 * registry.c: a spin lock that yields. While the process has one thread a store is
 * enough, and an exchange would be a third of the time of a short call; what the
 * next thread sees of it, pthread_create() takes care of. (Threads made by clone()
 * behind libc's back are not known to it, nor safe here.)
 *
 * The lock knows its owner, by thread_self(), or that it was the only thread: a thread that
 * would wait for itself is stopped, with a message.
 */
#define LOCKED_ALONE 1ul
void dlab_lock_slow(struct dmalab_machine *lab);

/* quick.c: no page is quiet, and the epoch is 1. */
cold void dlab_forget_quiet_pages(struct dmalab_machine *lab);

static inline bool lab_try_lock(struct dmalab_machine *lab)
{
	uintptr_t nobody = 0;

	return __atomic_compare_exchange_n(&lab->lock, &nobody, thread_self(), false,
					   __ATOMIC_ACQUIRE, __ATOMIC_RELAXED);
}

/* This thread is in the middle of a call for @lab. */
static inline bool lab_is_mine(const struct dmalab_machine *lab)
{
	uintptr_t owner = __atomic_load_n(&lab->lock, __ATOMIC_RELAXED);

	return owner == LOCKED_ALONE ? thread_is_alone() : owner == thread_self();
}

static inline void lab_lock_to_access(struct dmalab_machine *lab)
{
	if (likely(thread_is_alone()) && likely(!__atomic_load_n(&lab->lock, __ATOMIC_RELAXED)))
		__atomic_store_n(&lab->lock, LOCKED_ALONE, __ATOMIC_RELAXED);
	else if (unlikely(!lab_try_lock(lab)))
		dlab_lock_slow(lab);
}

/*
 * Whoever may do something else than load and store takes the lock like this: from then on
 * no page counts as quiet, until it is looked at again. quick.epoch wraps after 2^32 calls:
 * then pages[] starts anew.
 */
static inline void lab_lock(struct dmalab_machine *lab)
{
	u32 epoch;

	lab_lock_to_access(lab);
	epoch = lab->quick.epoch + 1;
	__atomic_store_n(&lab->quick.epoch, epoch, __ATOMIC_RELAXED);
	if (unlikely(!epoch))
		dlab_forget_quiet_pages(lab);
}

/* Where nothing can have been reported. */
static inline void lab_unlock_in_silence(struct dmalab_machine *lab)
{
	__atomic_store_n(&lab->lock, 0, __ATOMIC_RELEASE);
}

/* tell.c: unlock, and tell what was reported. */
cold void dlab_unlock_and_tell(struct dmalab_machine *lab);

static inline void lab_unlock(struct dmalab_machine *lab)
{
	if (unlikely(lab->judge.waiting))
		dlab_unlock_and_tell(lab);
	else
		lab_unlock_in_silence(lab);
}

/* registry.c: the machine whose memory @p points into, or NULL. */
struct dmalab_machine *dlab_of(const volatile void *p);
struct dmalab_machine *dlab_current(void);
void dlab_register(struct dmalab_machine *lab);
void dlab_unregister(struct dmalab_machine *lab);

/*
 * A machine, as a caller of @function has it: false for NULL, and after a message for what was
 * freed, or never was one.
 */
cold bool dlab_is_machine(const struct dmalab_machine *lab, const char *function);

/*
 * The bare structure, of @size bytes, zeroed but for what the registry keeps in it; NULL:
 * no memory. @size is always the same: see face/machine.c.
 */
struct dmalab_machine *dlab_struct_new(size_t size);
void dlab_struct_free(struct dmalab_machine *lab);

/* All but what the registry keeps, zeroed. */
void dlab_struct_clear(struct dmalab_machine *lab);

/* Report "no-device" on the current machine, which is not locked. Returns NULL. */
cold struct dmalab_device *dlab_no_device(struct device *dev, const struct call *call);

/* Report @f on the current machine, which is not locked; without one, print that. */
cold void dlab_report_on_current(const struct finding *f);

/*
 * The device behind @dev, or NULL. The structure may be anything: of the program's own making,
 * a copy of one, memory that is something else by now, or no memory at all. The seal tells,
 * before anything that it points to is looked at: it fits this address and pointer alone.
 */
static inline struct dmalab_device *lab_device(const struct device *dev)
{
	const void *d;
	uintptr_t seal;

	if (unlikely(!dev))
		return NULL;
	d = wild_load(dev, offsetof(struct device, dmalab));
	seal = (uintptr_t)wild_load(dev, offsetof(struct device, dmalab_seal));
	return likely(((uintptr_t)d ^ seal) == (uintptr_t)dev) ? (struct dmalab_device *)d : NULL;
}

static inline bool lab_knows(const struct device *dev)
{
	return lab_device(dev);
}

/* With the machine locked, of a device that was known: did it go while we waited? */
static inline bool lab_is_bound(const struct device *dev, const struct dmalab_device *d)
{
	return __atomic_load_n(&dev->dmalab, __ATOMIC_RELAXED) == d;
}

/* enter.c: a device that went while we waited for the lock; a cookie was touched. */
cold struct dmalab_device *dlab_enter_slowly(struct dmalab_device *d, struct device *dev,
					     const struct call *call);

/* lab_enter() for whoever knows lab_device(@dev), which is @d. */
static inline struct dmalab_device *lab_enter_known(struct dmalab_device *d, struct device *dev,
						    const struct call *call)
{
	struct dmalab_machine *lab = d->machine;

	lab_lock(lab);
	if (unlikely(!lab_is_bound(dev, d)) || unlikely(lab->hw.cookie_open))
		return dlab_enter_slowly(d, dev, call);
	return d;
}

/*
 * Begin a call for @dev. Returns its device with the machine locked, or, having reported
 * "no-device", NULL. End it with lab_leave().
 */
static inline struct dmalab_device *lab_enter(struct device *dev, const struct call *call)
{
	struct dmalab_device *d = lab_device(dev);

	return likely(d) ? lab_enter_known(d, dev, call) : dlab_no_device(dev, call);
}

static inline void lab_leave(struct dmalab_device *d)
{
	lab_unlock(d->machine);
}

/* quick.c: 0 or -ENOMEM. Until dlab_quick_start(), and without dlab_quick_init(), no page is quiet. */
int dlab_quick_init(struct dmalab_machine *lab);
void dlab_quick_start(struct dmalab_machine *lab);
void dlab_quick_exit(struct dmalab_machine *lab);

/* @lab, or NULL, is the current machine: its loads are those that may be quick. */
void dlab_quick_set_current(struct dmalab_machine *lab);

/* failure.c: true when this call is to fail, by order of fail_nth or fail_every. */
cold bool dlab_decide_failure(struct dmalab_machine *lab);

/* With the lock: the @nth call from now on fails; 0: none does. */
void dlab_fail_nth(struct dmalab_machine *lab, unsigned nth);

/* dlab_pages_alloc(), for @call; what was stored to them while they were free is found. */
static inline u32 lab_take_pages(struct dmalab_machine *lab, const struct call *call,
				 enum zone zone, unsigned order, phys_addr_t limit)
{
	u32 page = dlab_pages_alloc(&lab->hw, zone, order, limit);

	if (unlikely(page == NO_PAGE))
		return page;
	judge_find_stores(&lab->judge, call, page_offset(page), PAGE_SIZE << order);
	if (judge_keeps_ledger(&lab->judge))
		ledger_take_pages(&lab->judge.ledger, page, 1u << order);
	return page;
}

static inline bool lab_must_fail(struct dmalab_machine *lab)
{
	return unlikely(lab->fail_nth | lab->fail_every) && dlab_decide_failure(lab);
}

/*
 * failure.c: @call had nothing to give. If that was by order of fail_nth, reports say so
 * from now on; the order itself is carried out where the call is not known.
 */
cold void dlab_name_failure(struct dmalab_machine *lab, const struct call *call);

/* Both: for who knows the call. */
static inline bool lab_must_fail_in(struct dmalab_machine *lab, const struct call *call)
{
	if (likely(!lab_must_fail(lab)))
		return false;
	dlab_name_failure(lab, call);
	return true;
}

/* mm/hooks.c: no store is pending any more. */
void dlab_hooks_drop(struct dmalab_machine *lab);

/* context.c: this thread may sleep, and interrupts are on. */
void dlab_context_reset(void);

#endif
