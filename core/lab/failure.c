/* SPDX-License-Identifier: MIT */
/* Allocations and mappings that fail because a test wants them to. */
#include "lab/lab.h"
#include "machine/random.h"
#include "record/record.h"

bool lab_decide_failure(struct dmalab_machine *lab)
{
	bool fail = lab->fail_nth && --lab->fail_nth == 0;

	/* Always the next number, so that fail_nth does not move the others. */
	if (lab->fail_every)
		fail |= random_next(&lab->fail_rng) % lab->fail_every == 0;
	if (recording())
		record_decision(lab, fail);
	return fail;
}

static unsigned exchange(struct dmalab_machine *lab, unsigned *order, unsigned value)
{
	unsigned before;

	lab_lock(lab);
	before = *order;
	*order = value;
	lab_unlock(lab);
	return before;
}

unsigned dmalab_machine_fail_nth(struct dmalab_machine *machine, unsigned nth)
{
	return machine ? exchange(machine, &machine->fail_nth, nth) : 0;
}

unsigned dmalab_machine_fail_every(struct dmalab_machine *machine, unsigned n)
{
	return machine ? exchange(machine, &machine->fail_every, n) : 0;
}

unsigned dmalab_fail_each(struct dmalab_machine *machine, void (*run)(void *context),
			  void *context)
{
	unsigned nth_before, every_before, runs = 0;

	if (!machine || !run)
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
