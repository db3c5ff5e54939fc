/* SPDX-License-Identifier: MIT */
/* Switching machines on and off, and what they tell of themselves. */
#include "base/host.h"
#include "base/nearest.h"
#include "base/probe.h"
#include "dma/atomic-pool.h"
#include "dma/noncontiguous.h"
#include "dma/pool.h"
#include "face/face.h"
#include "io/resource.h"
#include "io/window.h"
#include "lab/lab.h"
#include "lab/options.h"
#include "machine/image.h"
#include "mm/mm.h"
#include "record/record.h"

#include <dmalab/hooks.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A machine and its parts, in one piece: one allocation, and one to clear. */
struct whole {
	struct dmalab_machine lab;         /* first: it is freed as that */
	struct mm mm;
	struct atomic_pool atomic;
	struct pools pools;
	struct lists lists;
	struct options options;            /* it was made by: dmalab_machine_reset(), */
	char *record;                      /* to which the environment's words need not stay */
};

static int hardware_init(struct dmalab_machine *lab, const struct options *o)
{
	int err = dlab_machine_init(&lab->hw, o->profile, o->ram_size);

	if (err)
		return err;
	lab->hw.quarantine.limit = o->quarantine;
	err = dlab_cache_set_policy(&lab->hw.cache, o->policy, o->seed);
	/* On a coherent machine a store that nobody judges need not be found. */
	if (!err && o->plain && (o->level == LEVEL_FULL || !o->profile->coherent))
		err = dlab_image_init(&lab->hw);
	if (err)
		dlab_machine_exit(&lab->hw);
	else if (o->all)
		dlab_machine_align_for_all(&lab->hw);
	return err;
}

static void hardware_exit(struct dmalab_machine *lab)
{
	dlab_machine_exit(&lab->hw);
}

static int judging_init(struct dmalab_machine *lab, const struct options *o)
{
	int err = dlab_judge_init(&lab->judge, &lab->hw,
				  &(struct judge_options){
					  .level = o->level,
					  .checks = o->checks,
					  .plain = o->plain,
					  .all = o->all,
				  });

	lab->judge.halt = o->halt;
	return err;
}

static void judging_exit(struct dmalab_machine *lab)
{
	dlab_judge_exit(&lab->judge);
}

static int memory_init(struct dmalab_machine *lab, const struct options *o)
{
	(void)o;
	lab->mm = &((struct whole *)lab)->mm;
	return dlab_mm_init(lab->mm, &lab->hw);
}

static void memory_exit(struct dmalab_machine *lab)
{
	dlab_mm_exit(lab->mm);
}

static int dma_init(struct dmalab_machine *lab, const struct options *o)
{
	struct whole *whole = (struct whole *)lab;

	lab->atomic = &whole->atomic;
	lab->pools = &whole->pools;
	lab->lists = &whole->lists;
	dlab_atomic_pool_init(lab->atomic, o->ram_size);
	dlab_pools_init(lab->pools);
	dlab_lists_init(lab->lists);
	lab->plain = lab->hw.profile->translation == TRANSLATE_DIRECT && !lab->judge.all &&
		     !lab->hw.quarantine.limit;
	return 0;
}

static void dma_exit(struct dmalab_machine *lab)
{
	dlab_lists_exit(lab->lists);
	dlab_pools_exit(lab->pools, &lab->hw);
}

static int failure_init(struct dmalab_machine *lab, const struct options *o)
{
	dlab_fail_nth(lab, o->fail_nth);
	lab->fail_every = o->fail_every;
	lab->fail_rng = o->seed;
	return 0;
}

static void failure_exit(struct dmalab_machine *lab)
{
	dlab_fail_nth(lab, 0);
}

static int quick_init(struct dmalab_machine *lab, const struct options *o)
{
	(void)o;
	return dlab_quick_init(lab);
}

static int registers_init(struct dmalab_machine *lab, const struct options *o)
{
	(void)o;
	lab->register_mistakes = 0;
	return 0;
}

static void registers_exit(struct dmalab_machine *lab)
{
	dlab_windows_exit(lab);
	dlab_requests_exit(lab);
}

/* From the bottom up: set up in this order, taken down in the other. */
static const struct part {
	int (*init)(struct dmalab_machine *lab, const struct options *o);
	void (*exit)(struct dmalab_machine *lab);
} parts[] = {
	{ hardware_init, hardware_exit },
	{ judging_init, judging_exit },
	{ memory_init, memory_exit },
	{ dma_init, dma_exit },
	{ failure_init, failure_exit },
	{ registers_init, registers_exit },
	{ quick_init, dlab_quick_exit },
};

#define NR_PARTS (sizeof(parts) / sizeof(*parts))

static void take_down(struct dmalab_machine *lab, unsigned nr)
{
	while (nr--)
		parts[nr].exit(lab);
}

static int set_up(struct dmalab_machine *lab, const struct options *o)
{
	for (unsigned i = 0; i < NR_PARTS; i++) {
		int err = parts[i].init(lab, o);

		if (err) {
			take_down(lab, i);
			return err;
		}
	}
	return 0;
}

/*
 * A word that is none stops the program: a test whose machine is NULL would report nothing,
 * and pass.
 */
static cold void refuse(const struct options *o, int err)
{
	fprintf(stderr, "dmalab: %s\n", o->message);
	if (err == -EINVAL)
		exit(2);
	errno = EINVAL;
}

/* It runs from now on, as the current machine. */
static void start(struct dmalab_machine *lab, const struct options *o)
{
	dlab_handler_get();
	dlab_context_reset();
	dlab_register(lab);
	dlab_record_start(lab, o);
	dlab_quick_start(lab);
}

/* Without memory for the name, what follows a reset is not recorded. */
static void keep_options(struct whole *whole, const struct options *o)
{
	whole->options = *o;
	whole->record = o->record_len ? malloc(o->record_len) : NULL;
	if (whole->record)
		whole->options.record = memcpy(whole->record, o->record, o->record_len);
	else
		whole->options.record_len = 0;
}

struct dmalab_machine *dmalab_machine_new(const struct dmalab_config *config)
{
	struct dmalab_config none = { 0 };
	struct dmalab_machine *lab;
	struct options o;
	int saved = errno;
	int err = dlab_options_read(&o, config ? config : &none);

	if (unlikely(o.help))
		dlab_options_print_help();
	if (err) {
		refuse(&o, err);
		return NULL;
	}
	lab = dlab_struct_new(sizeof(struct whole));
	if (!lab)
		return NULL;
	err = set_up(lab, &o);
	if (err) {
		dlab_struct_free(lab);
		errno = -err;
		return NULL;
	}
	start(lab, &o);
	keep_options((struct whole *)lab, &o);
	errno = saved;
	return lab;
}

/* The driver lets go of all its devices. */
static void free_devices(struct dmalab_machine *lab, const struct call *call)
{
	while (lab->devices) {
		/* A recorder knows it by an address that is somebody else's by now. */
		if (!dlab_device_was_lost(lab->devices, call))
			RECORD_AS("device_free", "d", lab->devices->dev);
		dlab_device_free(lab->devices->dev, call);
	}
}

static void stop(struct dmalab_machine *lab)
{
	dlab_record_end(lab);
	dlab_unregister(lab);
	dlab_devices_exit(lab);
	dlab_handler_put();
}

/* Not if an earlier attempt to make it anew has failed: then there is only the structure. */
static bool is_there(const struct dmalab_machine *lab)
{
	return lab->hw.profile;
}

void dmalab_machine_free(struct dmalab_machine *machine)
{
	struct call call = THIS_CALL;
	KEEP_ERRNO;

	if (!dlab_is_machine(machine, __func__))
		return;
	dlab_hooks_drop(machine);
	free_devices(machine, &call);
	if (is_there(machine)) {
		stop(machine);
		take_down(machine, NR_PARTS);
	}
	free(((struct whole *)machine)->record);
	dlab_struct_free(machine);
}

/* Page by page; nothing that was mapped lives, and what was rare did not happen. */
static void reset_in_place(struct dmalab_machine *lab, const struct options *o)
{
	u32 page = 0, nr = 0;

	lab_lock(lab);
	dlab_devices_exit(lab);
	while (dlab_machine_next_touched(&lab->hw, &page, &nr)) {
		dlab_judge_reset_pages(&lab->judge, page, nr);
		dlab_mm_reset_pages(lab->mm, page, nr);
		dlab_machine_reset_pages(&lab->hw, page, nr);
	}
	dma_exit(lab);
	dlab_mm_reset(lab->mm);
	dlab_judge_reset(&lab->judge);
	dlab_machine_reset(&lab->hw, o->seed);
	dma_init(lab, o);
	failure_init(lab, o);
	registers_exit(lab);
	registers_init(lab, o);
	lab_unlock(lab);
	dlab_handler_renew();
	dlab_context_reset();
	dmalab_machine_set_current(lab);
}

/* It leaves nothing of the old one but its address, and the options. */
static int make_anew(struct dmalab_machine *lab)
{
	const struct options *o = &((struct whole *)lab)->options;
	int err;

	if (is_there(lab)) {
		stop(lab);
		take_down(lab, NR_PARTS);
	}
	dlab_struct_clear(lab);
	err = set_up(lab, o);
	if (err) {
		dlab_struct_clear(lab);
		return err;
	}
	start(lab, o);
	return 0;
}

int dmalab_machine_reset(struct dmalab_machine *machine)
{
	struct call call = THIS_CALL;
	KEEP_ERRNO;

	if (!dlab_is_machine(machine, __func__))
		return -EINVAL;
	dlab_hooks_drop(machine);
	free_devices(machine, &call);
	if (unlikely(!is_there(machine) || !dlab_machine_is_simple(&machine->hw) ||
		     !dlab_judge_is_simple(&machine->judge) || !dlab_mm_is_simple(machine->mm) ||
		     recording()))
		return make_anew(machine);
	reset_in_place(machine, &((struct whole *)machine)->options);
	return 0;
}

const char *dmalab_machine_profile(const struct dmalab_machine *machine)
{
	return dlab_is_machine(machine, __func__) && is_there(machine) ?
	       machine->hw.profile->name : NULL;
}

size_t dmalab_machine_line_size(const struct dmalab_machine *machine)
{
	return dlab_is_machine(machine, __func__) && is_there(machine) &&
	       !machine->hw.profile->coherent ? 1ul << machine->hw.profile->line_shift : 0;
}

const char *dmalab_profile_name(unsigned index)
{
	return index < dlab_nr_profiles ? dlab_profiles[index].name : NULL;
}

void dmalab_set_report_handler(struct dmalab_machine *machine, dmalab_report_fn fn, void *context)
{
	if (!dlab_is_machine(machine, __func__))
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

static cold void stop_for_name(const char *check, const char *function)
{
	struct nearest n = { .name = check, .len = strlen(check) };

	for (unsigned i = 0; i < NR_CHECKS; i++)
		nearest_try(&n, dlab_catalogue[i].name);
	fprintf(stderr, "dmalab: %s(): no check \"%.64s\"", function, check);
	if (n.best)
		fprintf(stderr, "; did you mean \"%s\"?\n", n.best);
	else
		fputs("; DMALAB_OPTIONS=help=1 lists them\n", stderr);
	exit(2);
}

enum check dlab_check_named(const char *name, const char *function)
{
	enum check check;

	if (!name)
		name = "";
	check = dlab_check_by_name(name, strlen(name));
	if (unlikely(check == NR_CHECKS))
		stop_for_name(name, function);
	return check;
}

unsigned long dmalab_report_count(const struct dmalab_machine *machine, const char *check)
{
	unsigned long sum = 0;

	if (!dlab_is_machine(machine, __func__))
		return 0;
	dmalab_hook_settle();
	if (check)
		return count(&machine->judge, dlab_check_named(check, __func__));
	for (unsigned i = 0; i < NR_CHECKS; i++)
		sum += count(&machine->judge, i);
	return sum;
}
