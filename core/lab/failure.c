/* SPDX-License-Identifier: MIT */
/* Allocations and mappings that fail because a test wants them to. */
#include "lab/lab.h"
#include "base/random.h"
#include "base/probe.h"

bool dlab_decide_failure(struct dmalab_machine *lab)
{
	bool fail = lab->fail_nth && --lab->fail_nth == 0;

	if (fail)
		lab->judge.failed = (struct failed){ .nth = lab->fail_order };
	/* Always the next number, so that fail_nth does not move the others. */
	if (lab->fail_every)
		fail |= random_next(&lab->fail_rng) % lab->fail_every == 0;
	if (recording())
		dlab_probe->decision(lab, fail);
	return fail;
}

void dlab_name_failure(struct dmalab_machine *lab, const struct call *call)
{
	if (lab->judge.failed.nth && !lab->judge.failed.call.name)
		lab->judge.failed.call = *call;
}

void dlab_fail_nth(struct dmalab_machine *lab, unsigned nth)
{
	lab->fail_nth = lab->fail_order = nth;
	lab->judge.failed = (struct failed){ .nth = 0 };
}

unsigned dmalab_machine_fail_nth(struct dmalab_machine *machine, unsigned nth)
{
	unsigned before;

	if (!dlab_is_machine(machine, __func__))
		return 0;
	lab_lock(machine);
	before = machine->fail_nth;
	dlab_fail_nth(machine, nth);
	lab_unlock(machine);
	return before;
}

unsigned dmalab_machine_fail_every(struct dmalab_machine *machine, unsigned n)
{
	unsigned before;

	if (!dlab_is_machine(machine, __func__))
		return 0;
	lab_lock(machine);
	before = machine->fail_every;
	machine->fail_every = n;
	lab_unlock(machine);
	return before;
}

unsigned dmalab_fail_each(struct dmalab_machine *machine, void (*run)(void *context),
			  void *context)
{
	unsigned nth_before, every_before, runs = 0;

	if (!run || !dlab_is_machine(machine, __func__))
		return 0;
	nth_before = dmalab_machine_fail_nth(machine, 0);
	every_before = dmalab_machine_fail_every(machine, 0);
	do {
		dmalab_machine_fail_nth(machine, ++runs);
		run(context);
	} while (dmalab_machine_fail_nth(machine, 0) == 0);
	dmalab_machine_fail_nth(machine, nth_before);
	dmalab_machine_fail_every(machine, every_before);
	return runs;
}
