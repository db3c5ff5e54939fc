/* SPDX-License-Identifier: MIT */
/*
 * All machines, and the current one. Look-ups by address take no lock: the list
 * is changed only by dmalab_machine_new() and _free(), whose caller promises that
 * nobody uses a machine while it goes.
 */
#include "lab/lab.h"

#include <pthread.h>
#include <sched.h>

static pthread_mutex_t registry_lock = PTHREAD_MUTEX_INITIALIZER;
static struct dmalab_machine *machines;
static struct dmalab_machine *current;

struct dmalab_machine *lab_current(void)
{
	return __atomic_load_n(&current, __ATOMIC_ACQUIRE);
}

static bool owns(const struct dmalab_machine *lab, const volatile void *p)
{
	return (uintptr_t)p - (uintptr_t)lab->hw.arena < lab->hw.arena_size;
}

static cold struct dmalab_machine *search(const volatile void *p)
{
	struct dmalab_machine *lab = __atomic_load_n(&machines, __ATOMIC_ACQUIRE);

	while (lab && !owns(lab, p))
		lab = lab->next;
	return lab;
}

struct dmalab_machine *lab_of(const volatile void *p)
{
	struct dmalab_machine *lab = lab_current();

	if (likely(lab && owns(lab, p)))
		return lab;
	return search(p);
}

void lab_register(struct dmalab_machine *lab)
{
	pthread_mutex_lock(&registry_lock);
	lab->next = machines;
	__atomic_store_n(&machines, lab, __ATOMIC_RELEASE);
	__atomic_store_n(&current, lab, __ATOMIC_RELEASE);
	pthread_mutex_unlock(&registry_lock);
}

/* The machine made before it becomes the current one again. */
void lab_unregister(struct dmalab_machine *lab)
{
	struct dmalab_machine **at = &machines;

	pthread_mutex_lock(&registry_lock);
	while (*at != lab)
		at = &(*at)->next;
	__atomic_store_n(at, lab->next, __ATOMIC_RELEASE);
	if (current == lab)
		__atomic_store_n(&current, machines, __ATOMIC_RELEASE);
	pthread_mutex_unlock(&registry_lock);
}

struct dmalab_machine *dmalab_machine_current(void)
{
	return lab_current();
}

void dmalab_machine_set_current(struct dmalab_machine *machine)
{
	__atomic_store_n(&current, machine, __ATOMIC_RELEASE);
}

cold void lab_lock_slow(struct dmalab_machine *lab)
{
	do {
		for (int spins = 0; __atomic_load_n(&lab->lock, __ATOMIC_RELAXED); spins++)
			if (spins > 100)
				sched_yield();
	} while (__atomic_exchange_n(&lab->lock, 1, __ATOMIC_ACQUIRE));
}
