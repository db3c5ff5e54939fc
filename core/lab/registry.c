/* SPDX-License-Identifier: MIT */
/*
 * All machines, and the current one. Look-ups by address take no lock: a machine
 * that goes leaves its structure behind, for the next one to use, so that whoever is
 * just passing it finds the rest of the list.
 */
#include "base/host.h"
#include "lab/lab.h"

#include <dmalab/hooks.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static pthread_mutex_t registry_lock = PTHREAD_MUTEX_INITIALIZER;
static struct dmalab_machine *machines;
static struct dmalab_machine *current;
static struct dmalab_machine *unused; /* by listed.unused_next */
static struct dmalab_machine *structs; /* by listed.structs_next */

struct dmalab_range dmalab_range;

/* A look-up without a lock may see one word of the old range: it then finds no machine. */
static void update_range(void)
{
	uintptr_t low = UINTPTR_MAX, high = 0;

	for (struct dmalab_machine *m = machines; m; m = m->listed.next) {
		uintptr_t end = m->listed.base + m->listed.size;

		low = m->listed.base < low ? m->listed.base : low;
		high = end > high ? end : high;
	}
	__atomic_store_n(&dmalab_range.size, 0, __ATOMIC_RELEASE);
	__atomic_store_n(&dmalab_range.base, machines ? low : 0, __ATOMIC_RELEASE);
	__atomic_store_n(&dmalab_range.size, machines ? high - low : 0, __ATOMIC_RELEASE);
}

static void set_current(struct dmalab_machine *lab)
{
	__atomic_store_n(&current, lab, __ATOMIC_RELEASE);
	dlab_quick_set_current(lab);
	__atomic_add_fetch(&dmalab_range.changes, 1, __ATOMIC_RELEASE);
}

struct dmalab_machine *dlab_current(void)
{
	return __atomic_load_n(&current, __ATOMIC_ACQUIRE);
}

/*
 * The structure may be changing hands. Its user has the addresses from whoever made the
 * machine, so what belongs to it is read without a doubt; and anything else must not
 * look as if it did: the size is that of the same machine as the base, or 0, or not the
 * same twice.
 */
static bool owns(const struct dmalab_machine *lab, const volatile void *p)
{
	uintptr_t size = __atomic_load_n(&lab->listed.size, __ATOMIC_ACQUIRE);
	uintptr_t base = __atomic_load_n(&lab->listed.base, __ATOMIC_ACQUIRE);

	return (uintptr_t)p - base < size &&
	       __atomic_load_n(&lab->listed.size, __ATOMIC_RELAXED) == size;
}

static cold struct dmalab_machine *search(const volatile void *p)
{
	struct dmalab_machine *lab = __atomic_load_n(&machines, __ATOMIC_ACQUIRE);

	while (lab && !owns(lab, p))
		lab = __atomic_load_n(&lab->listed.next, __ATOMIC_ACQUIRE);
	return lab;
}

struct dmalab_machine *dlab_of(const volatile void *p)
{
	struct dmalab_machine *lab = dlab_current();

	if (likely(lab && owns(lab, p)))
		return lab;
	return search(p);
}

struct dmalab_machine *dlab_struct_new(size_t size)
{
	struct dmalab_machine *lab;

	pthread_mutex_lock(&registry_lock);
	lab = unused;
	if (lab) {
		unused = lab->listed.unused_next;
		__atomic_store_n(&lab->listed.is_free, false, __ATOMIC_RELAXED);
	}
	pthread_mutex_unlock(&registry_lock);
	return lab ? lab : calloc(1, size);
}

void dlab_struct_clear(struct dmalab_machine *lab)
{
	memset(lab, 0, offsetof(struct dmalab_machine, listed));
}

void dlab_struct_free(struct dmalab_machine *lab)
{
	if (!lab->listed.was_listed) {
		free(lab);
		return;
	}
	dlab_struct_clear(lab);
	pthread_mutex_lock(&registry_lock);
	__atomic_store_n(&lab->listed.is_free, true, __ATOMIC_RELAXED);
	lab->listed.unused_next = unused;
	unused = lab;
	pthread_mutex_unlock(&registry_lock);
}

void dlab_register(struct dmalab_machine *lab)
{
	pthread_mutex_lock(&registry_lock);
	if (!lab->listed.was_listed) {
		lab->listed.structs_next = structs;
		__atomic_store_n(&structs, lab, __ATOMIC_RELEASE);
	}
	lab->listed.was_listed = true;
	__atomic_store_n(&lab->listed.base, (uintptr_t)lab->hw.arena, __ATOMIC_RELEASE);
	__atomic_store_n(&lab->listed.size, lab->hw.arena_size, __ATOMIC_RELEASE);
	__atomic_store_n(&lab->listed.next, machines, __ATOMIC_RELEASE);
	__atomic_store_n(&machines, lab, __ATOMIC_RELEASE);
	update_range();
	set_current(lab);
	pthread_mutex_unlock(&registry_lock);
}

/*
 * The machine made before it becomes the current one again. From now on nobody finds
 * it by its addresses, which the next machine may get.
 */
void dlab_unregister(struct dmalab_machine *lab)
{
	struct dmalab_machine **at = &machines;

	pthread_mutex_lock(&registry_lock);
	while (*at != lab)
		at = &(*at)->listed.next;
	__atomic_store_n(at, lab->listed.next, __ATOMIC_RELEASE);
	if (dlab_current() == lab)
		set_current(machines);
	__atomic_store_n(&lab->listed.size, 0, __ATOMIC_RELEASE);
	update_range();
	pthread_mutex_unlock(&registry_lock);
}

cold bool dlab_is_machine(const struct dmalab_machine *lab, const char *function)
{
	const struct dmalab_machine *at = __atomic_load_n(&structs, __ATOMIC_ACQUIRE);
	KEEP_ERRNO;

	if (!lab)
		return false;
	while (at && at != lab)
		at = at->listed.structs_next;
	if (at && !__atomic_load_n(&at->listed.is_free, __ATOMIC_RELAXED))
		return true;
	fprintf(stderr, "dmalab: %s(): the machine at %p %s: nothing is done\n", function,
		(const void *)lab, at ? "was freed" : "is none that dmalab_machine_new() made");
	return false;
}

struct dmalab_machine *dmalab_machine_current(void)
{
	return dlab_current();
}

void dmalab_machine_set_current(struct dmalab_machine *machine)
{
	if (!machine || dlab_is_machine(machine, __func__))
		set_current(machine);
}

/* By a jump out of a handler of a signal, for instance: nobody would ever unlock it. */
static cold void stop_for_itself(void)
{
	fputs("dmalab: a call while this thread is in the middle of another one for the same machine: "
	      "it was left by longjmp() from a signal handler, or this one is made in a signal "
	      "handler, or in a report handler while the host has no memory\n", stderr);
	abort();
}

/* Said once: a call takes no second, unless a debugger has stopped it. */
static cold void wonder(void)
{
	static bool said;

	if (!__atomic_exchange_n(&said, true, __ATOMIC_RELAXED))
		fputs("dmalab: a call has waited for ten seconds for another thread, which is in a call "
		      "for the same machine, or has left one by longjmp() from a signal handler\n",
		      stderr);
}

static u64 seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec;
}

cold void dlab_lock_slow(struct dmalab_machine *lab)
{
	u64 since = 0;

	if (lab_is_mine(lab))
		stop_for_itself();
	do {
		for (unsigned spins = 1; __atomic_load_n(&lab->lock, __ATOMIC_RELAXED); spins++) {
			if (spins > 100)
				sched_yield();
			if (spins % 10000)
				continue;
			if (!since)
				since = seconds();
			else if (seconds() > since + 10)
				wonder();
		}
	} while (!lab_try_lock(lab));
}
