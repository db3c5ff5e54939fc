/* SPDX-License-Identifier: MIT */
/* A trace runs, and beside it the model. */
#include "oracle.h"

#include <linux/dma-mapping.h>
#include <linux/kernel.h>
#include <stdlib.h>
#include <string.h>

/* What rodata() is. */
const uint8_t constant[CONSTANT_SIZE] = { 1 };

struct oracle *oracle_new(void)
{
	struct oracle *o = calloc(1, sizeof(*o));

	oracle_learn_rows();
	for (unsigned i = 0; o && i < NR_MACHINES; i++)
		o->model[i] = model_new();
	if (!o)
		abort();
	o->options.rodata = constant;
	o->options.room = run_room_new();
	if (!o->options.room)
		abort();
	return o;
}

/* ------------------------------------------------------------------ machines */

/*
 * Where cookies point is not told by a DMA address of an IOMMU. But the page that was
 * freed last is the next to be given out.
 */
static void find_cookies(struct oracle *o, unsigned number)
{
	struct model *m = o->model[number];
	struct device *dev = dmalab_device_new(o->run->machines[number], NULL);
	dma_addr_t dma;
	size_t at;
	void *cpu;

	if (!dev)
		abort();
	cpu = dma_alloc_noncoherent(dev, 4096, &dma, DMA_BIDIRECTIONAL, GFP_KERNEL);
	model_view(m, cpu, &at);
	model_note_dead(m, false, cpu, at, dma);
	dma_free_noncoherent(dev, 4096, cpu, dma, DMA_BIDIRECTIONAL);
	cpu = dma_alloc_attrs(dev, 4096, &dma, GFP_KERNEL, DMA_ATTR_NO_KERNEL_MAPPING);
	model_set_cookies(m, cpu, at);
	model_note_dead(m, true, cpu, at, dma);
	dma_free_attrs(dev, 4096, cpu, dma, DMA_ATTR_NO_KERNEL_MAPPING);
	dmalab_device_free(dev);
}

static void start_machine(struct oracle *o, unsigned number)
{
	void *probe = kmalloc(1, GFP_KERNEL);

	model_start(o->model[number], &o->setup, probe, virt_to_phys(probe));
	kfree(probe);
	if (machine_translates(o->model[number]))
		find_cookies(o, number);
	o->setup.machines = number + 1;
	o->current = number;
	o->alive[number] = true;
}

/* --------------------------------------------------------------------- calls */

static void on_report(const struct dmalab_report *report, const struct statement *s,
		      bool expected, void *context)
{
	struct oracle *o = context;
	struct outcome *out = &o->outcome;
	bool found = report->found_by;
	struct remark *to = found ? out->found : out->remark;
	unsigned *nr = found ? &out->nr_found : &out->nr_remarks;

	(void)s, (void)expected;
	if (o->why)
		return;
	if (*nr < MAX_REMARKS)
		to[*nr] = (struct remark){
			report->check, o->run->reporter, report->first, report->last, report->bytes,
		};
	++*nr;
}

/* False: the model does not agree, and nothing runs any more. */
static bool judge(struct oracle *o)
{
	struct model *m = o->model[o->call.machine];

	model_step(m, &o->call, &o->outcome, &o->expect);
	o->why = model_disagrees(m, &o->call, &o->expect, &o->outcome);
	o->nr_calls++;
	return !o->why;
}

static void note(struct oracle *o, const struct statement *s)
{
	o->ran[o->nr_ran] = *s;
	o->ran[o->nr_ran].line = o->nr_ran + 1;
	o->nr_ran++;
}

/* An eviction looks for what was stored by a store of C, and changes nothing else. */
static bool look(struct oracle *o, const struct call *look)
{
	static const struct call_type *evict;
	struct statement s = { .nr_args = 2, .args = (struct arg *)o->stored[look->machine] };

	if (!evict)
		evict = call_find("evict", 5);
	s.call = evict;
	note(o, &s);
	o->call = *look;
	o->outcome = (struct outcome){ .dma = 0 };
	dmalab_cache_evict(look->cpu, look->size);
	return judge(o);
}

/*
 * Before a call that does not find it itself, one that finds what was stored by a store of C.
 * The model has room for one of these.
 */
static bool look_before(struct oracle *o)
{
	struct call call = o->call;

	for (unsigned i = 0; i < o->setup.machines; i++) {
		struct call evict = { .kind = EVICT, .machine = i };

		if (!o->alive[i] || !model_awaits(o->model[i], &evict) ||
		    (call.machine == i && model_finds(o->model[i], &call)))
			continue;
		if (!look(o, &evict))
			return false;
	}
	o->call = call;
	return true;
}

/* The second machine begins as a thread does, and so must this one be. */
static bool may_start_machine(const struct oracle *o)
{
	return o->call.number >= NR_MACHINES || o->run->machines[o->call.number] ||
	       (!in_atomic() && !irqs_disabled());
}

static bool may_run(struct run *r, const struct statement *s, void *context)
{
	struct oracle *o = context;

	o->run = r;
	o->row = oracle_row(s->call);
	/* Two for this one, and one for the end of each machine. */
	if (!o->row || o->nr_ran + 4 > ORACLE_MAX_STATEMENTS || !oracle_arguments(o, s) ||
	    !oracle_prepares(o, s))
		return false;
	if (o->call.kind != NO_CALL) {
		if (!oracle_settle(o, s) ||
		    (o->call.kind == SET_CURRENT && !may_start_machine(o)))
			return false;
		if (!look_before(o)) {
			r->result->error = s->line;
			return false;
		}
	}
	note(o, s);
	oracle_before(o, s);
	return true;
}

/* What the call has changed of what later ones are given. */
static void follow(struct oracle *o, const struct statement *s)
{
	struct call *c = &o->call;
	struct setup as = o->setup;

	if (s->has_target)
		o->made[s->target] = s->call;
	if (c->kind == SET_CURRENT)
		o->current = c->number;
	if (c->kind == PLAIN_WRITE)
		o->stored[c->machine] = s->args;
	if (c->device < 0)
		return;
	if (c->kind == DEVICE_NEW) {
		o->bound[c->device] = o->fresh[c->device] = true;
		o->snoops[c->device] = o->window[c->device] = false;
	} else if (c->kind != NO_CALL) {
		o->fresh[c->device] = false;
	}
	if (c->kind == DEVICE_FREE)
		o->bound[c->device] = false;
	if (!o->fresh[c->device])
		return;
	as.snooping = o->snoops[c->device];
	as.window = o->window[c->device];
	(c->kind == DEVICE_NEW ? model_new_device : model_shape_device)(o->model[c->device / 2],
									c->device, &as);
}

static void on_statement(struct run *r, const struct statement *s, bool done, void *context)
{
	struct oracle *o = context;

	if (!done || r->result->error)
		return;
	follow(o, s);
	if (o->call.kind == NO_CALL)
		return;
	oracle_outcome(o, s);
	if (!judge(o))
		r->result->error = s->line;
}

static void on_machine(struct run *r, unsigned machine, enum stage stage, void *context)
{
	struct oracle *o = context;

	o->run = r;
	switch (stage) {
	case MACHINE_MADE:
		start_machine(o, machine);
		return;
	case MACHINE_ENDS:
		o->ending = false;
		if (o->why)
			return;
		o->call = (struct call){ .kind = MACHINE_FREE, .machine = machine, .device = DEVICE_NULL };
		o->ending = look_before(o);
		if (o->ending)
			o->outcome = (struct outcome){ .dma = 0 };
		return;
	case MACHINE_GONE:
		o->alive[machine] = false;
		if (o->ending)
			judge(o);
	}
}

/* ----------------------------------------------------------------------- run */

static const char *setting(const struct trace *t, const char *name, const struct arg **arg)
{
	*arg = NULL;
	for (u32 i = 0; i < t->nr_statements; i++) {
		const struct statement *s = &t->statements[i];

		if (s->call && s->call->run)
			break;
		if (s->call && strcmp(s->call->name, name) == 0)
			*arg = s->nr_args ? &s->args[0] : (const struct arg *)s;
	}
	return *arg ? (*arg)->string : NULL;
}

static bool is_one_of(const char *s, const char *const *list)
{
	while (*list && strcmp(s, *list) != 0)
		list++;
	return *list;
}

bool oracle_read_setup(struct oracle *o, const struct trace *t)
{
	static const char *const checks[] = {
		"full,+sync-redundant,+sync-other-direction", "full", "contract", "off", NULL,
	};
	static const char *const policies[] = { "never", "eager", "lru", "random", NULL };
	const struct arg *profile, *level, *accesses, *ram, *policy, *open_end;
	const char *name;

	setting(t, "profiles", &profile);
	setting(t, "checks", &level);
	setting(t, "accesses", &accesses);
	setting(t, "policy", &policy);
	setting(t, "ram", &ram);
	setting(t, "open_end", &open_end);
	o->setup = (struct setup){
		.checks = level ? level->string : "full", .machines = 1,
		.policy = policy ? policy->string : "never", .ram_size = ram ? ram->number : MAX_RAM,
		.plain = accesses && strcmp(accesses->string, "plain") == 0,
	};
	/* Of several the first. */
	for (unsigned i = 0; (name = dmalab_profile_name(i)); i++) {
		size_t len = strlen(name);

		if (profile ? strncmp(profile->string, name, len) == 0 &&
				      (!profile->string[len] || profile->string[len] == ',') :
			      strcmp(name, "arm64") == 0)
			o->setup.profile = name;
	}
	return o->setup.profile && !open_end && is_one_of(o->setup.checks, checks) &&
	       is_one_of(o->setup.policy, policies) && o->setup.ram_size % 32768 == 0 &&
	       o->setup.ram_size >= 256 * 1024 && o->setup.ram_size <= MAX_RAM &&
	       (!accesses || o->setup.plain || strcmp(accesses->string, "explicit") == 0);
}

static void make_room(struct oracle *o, u32 nr)
{
	if (nr > o->room) {
		free(o->number_of);
		free(o->made);
		o->room = 2 * nr;
		o->number_of = malloc(o->room);
		o->made = malloc(o->room * sizeof(*o->made));
		if (!o->number_of || !o->made)
			abort();
	}
	memset(o->number_of, 0, nr);
	memset(o->made, 0, nr * sizeof(*o->made));
}

static void start(struct oracle *o, const struct trace *t)
{
	o->trace = t;
	o->nr_ran = o->nr_calls = 0;
	o->why = NULL;
	memset(o->bound, 0, sizeof(o->bound));
	memset(o->fresh, 0, sizeof(o->fresh));
	memset(o->devices, 0, sizeof(o->devices));
	memset(o->cache, 0, sizeof(o->cache));
	memset(o->lost, 0, sizeof(o->lost));
	memset(o->pool_machine, 0, sizeof(o->pool_machine));
	memset(o->alive, 0, sizeof(o->alive));
	o->caches = o->pools = o->locks = 0;
	make_room(o, t->nr_names + 1);
	for (u32 i = 0; i < t->nr_statements && o->nr_ran < ORACLE_MAX_STATEMENTS / 2; i++)
		if (t->statements[i].call && !t->statements[i].call->run)
			note(o, &t->statements[i]);
	model_context_start();
}

bool oracle_run(struct oracle *o, const struct trace *t)
{
	struct run_result result;

	if (!oracle_read_setup(o, t))
		return true;
	start(o, t);
	o->options.profile = o->setup.profile;
	o->options.on_report = on_report;
	o->options.on_machine = on_machine;
	o->options.may_run = may_run;
	o->options.on_statement = on_statement;
	o->options.context = o;
	trace_run(t, &o->options, &result);
	return !o->why;
}

void oracle_ran(const struct oracle *o, struct trace *t)
{
	*t = *o->trace;
	t->statements = (struct statement *)o->ran;
	t->nr_statements = o->nr_ran;
}

void oracle_print(const struct oracle *o, FILE *to)
{
	model_explain(o->model[o->call.machine], &o->call, &o->expect, &o->outcome, o->why, to);
}
