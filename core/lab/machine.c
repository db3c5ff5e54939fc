/* SPDX-License-Identifier: MIT */
/* Switching machines on and off, and what they tell of themselves. */
#include "dma/noncontiguous.h"
#include "lab/lab.h"
#include "machine/image.h"
#include "record/record.h"

#include "lib/nearest.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <stdio.h>
#include <stdlib.h>

static int build(struct dmalab_machine *lab, const struct options *o)
{
	int err = machine_init(&lab->hw, o->profile, o->ram_size);

	if (err)
		return err;
	err = cache_set_policy(&lab->hw.cache, o->policy, o->seed);
	if (err)
		goto no_judge;
	/* On a coherent machine a store that nobody judges need not be found. */
	if (o->plain && (o->level == LEVEL_FULL || !o->profile->coherent))
		err = image_init(&lab->hw);
	if (err)
		goto no_judge;
	if (o->all)
		machine_align_for_all(&lab->hw);
	err = judge_init(&lab->judge, &lab->hw, &(struct judge_options){
		.level = o->level, .checks = o->checks, .plain = o->plain, .all = o->all,
	});
	if (err)
		goto no_judge;
	err = mm_init(&lab->mm, &lab->hw);
	if (err)
		goto no_mm;
	atomic_pool_init(&lab->atomic, lab->hw.ram_size);
	lab->judge.halt = o->halt;
	lab_fail_nth(lab, o->fail_nth);
	lab->fail_every = o->fail_every;
	lab->fail_rng = o->seed;
	return 0;

no_mm:
	judge_exit(&lab->judge);
no_judge:
	machine_exit(&lab->hw);
	return err;
}

/*
 * A word that is none stops the program: a test whose machine is NULL would draw nothing,
 * and pass.
 */
static cold void refuse(const struct options *o, int err)
{
	fprintf(stderr, "dmalab: %s\n", o->message);
	if (err == -EINVAL)
		exit(2);
	errno = EINVAL;
}

struct dmalab_machine *dmalab_machine_new(const struct dmalab_config *config)
{
	struct dmalab_config none = { 0 };
	struct dmalab_machine *lab;
	struct options o;
	int err = options_read(&o, config ? config : &none);

	if (unlikely(o.help))
		options_print_help();
	if (err) {
		refuse(&o, err);
		return NULL;
	}
	lab = lab_struct_new();
	if (!lab)
		return NULL;
	err = build(lab, &o);
	if (err) {
		lab_struct_free(lab);
		errno = -err;
		return NULL;
	}
	fault_install();
	context_reset();
	lab_register(lab);
	record_start(lab, &o);
	return lab;
}

void dmalab_machine_free(struct dmalab_machine *machine)
{
	struct call call = THIS_CALL;

	if (!machine)
		return;
	while (machine->devices) {
		RECORD_AS("device_free", "d", &machine->devices->dev);
		lab_device_free(&machine->devices->dev, &call);
	}
	record_end(machine);
	lab_unregister(machine);
	lab_devices_exit(machine);
	lists_exit(&machine->lists);
	pools_exit(&machine->pools, &machine->hw);
	mm_exit(&machine->mm);
	judge_exit(&machine->judge);
	machine_exit(&machine->hw);
	lab_struct_free(machine);
}

const char *dmalab_machine_profile(const struct dmalab_machine *machine)
{
	return machine ? machine->hw.profile->name : NULL;
}

size_t dmalab_machine_line_size(const struct dmalab_machine *machine)
{
	return machine && !machine->hw.profile->coherent ? 1ul << machine->hw.profile->line_shift : 0;
}

const char *dmalab_profile_name(unsigned index)
{
	return index < nr_profiles ? profiles[index].name : NULL;
}

void dmalab_set_report_handler(struct dmalab_machine *machine, dmalab_report_fn fn, void *context)
{
	if (!machine)
		return;
	lab_lock(machine);
	machine->judge.handler = fn;
	machine->judge.context = context;
	lab_unlock(machine);
}

/* Without the lock: it may be asked from a report handler. */
static unsigned long count(const struct judge *j, enum check check)
{
	return __atomic_load_n(&j->counts[check], __ATOMIC_RELAXED);
}

/* A test that asks for it would pass whatever is drawn. */
static cold void stop_for_name(const char *check)
{
	struct nearest n = { .name = check, .len = strlen(check) };

	for (unsigned i = 0; i < NR_CHECKS; i++)
		nearest_try(&n, catalogue[i].name);
	fprintf(stderr, "dmalab: dmalab_report_count(): no check \"%.64s\"", check);
	if (n.best)
		fprintf(stderr, "; did you mean \"%s\"?\n", n.best);
	else
		fputs("; DMALAB_OPTIONS=help=1 lists them\n", stderr);
	exit(2);
}

unsigned long dmalab_report_count(const struct dmalab_machine *machine, const char *check)
{
	unsigned long sum = 0;
	enum check one;

	if (!machine)
		return 0;
	if (check) {
		one = check_by_name(check, strlen(check));
		if (unlikely(one == NR_CHECKS))
			stop_for_name(check);
		return count(&machine->judge, one);
	}
	for (unsigned i = 0; i < NR_CHECKS; i++)
		sum += count(&machine->judge, i);
	return sum;
}
