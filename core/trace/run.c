/* SPDX-License-Identifier: MIT */
/* Run a trace: statement by statement, on the machines that it asks for. */
#include "trace/calls.h"

#include <linux/dma-mapping.h>
#include <linux/vmalloc.h>
#include <stdlib.h>
#include <string.h>

/* ---------------------------------------------------------------- arguments */

static u64 field_value(const struct run *r, const struct arg *arg)
{
	struct object *o = &r->objects[arg->object];
	struct scatterlist *sg = o->sgt ? o->sgt->sgl : NULL;

	for (u32 i = 0; arg->has_element && sg && i < arg->element; i++)
		sg = sg_next(sg);
	switch (arg->field) {
	case FIELD_CPU:
		return (uintptr_t)o->cpu + arg->offset;
	case FIELD_DMA:
		if (!arg->has_element)
			return o->dma + arg->offset;
		return (sg ? sg_dma_address(sg) : DMA_MAPPING_ERROR) + arg->offset;
	case FIELD_LEN:
		return sg ? sg_dma_len(sg) + arg->offset : 0;
	case FIELD_PHYS:
		return virt_to_phys(o->cpu) + arg->offset;
	case FIELD_PAGE:
		return (o->cpu ? (uintptr_t)virt_to_page(o->cpu) : 0) +
		       arg->offset * (u64)sizeof(struct page);
	default:
		return o->number;
	}
}

static u64 words_value(const struct arg *arg)
{
	u64 value = 0;

	for (unsigned i = 0; i < arg->nr_words; i++)
		value |= words[arg->words[i]].value;
	return value;
}

union value run_value(const struct run *r, const struct arg *arg)
{
	union value v = { .n = 0 };

	switch (arg->kind) {
	case ARG_NUMBER:
		v.n = arg->number;
		break;
	case ARG_BITS:
		v.n = DMA_BIT_MASK(arg->number);
		break;
	case ARG_WORDS:
		v.n = words_value(arg);
		break;
	case ARG_STRING:
		v.string = arg->string;
		break;
	case ARG_OBJECT:
		switch (r->trace->names[arg->object].kind) {
		case OBJECT_DEVICE:
			v.dev = r->objects[arg->object].dev;
			break;
		case OBJECT_POOL:
			v.any = r->objects[arg->object].pool;
			break;
		case OBJECT_CACHE:
			v.any = r->objects[arg->object].cache;
			break;
		case OBJECT_LOCK:
		case OBJECT_AREA:
			v.object = &r->objects[arg->object];
			break;
		case OBJECT_LIST:
			if (!arg->has_element) {
				v.object = &r->objects[arg->object];
				break;
			}
			__attribute__((fallthrough));
		default:
			v.n = field_value(r, arg);
		}
	}
	return v;
}

/* Addresses of vmalloc() and vmap() fault from now on, whatever names stood for them. */
static void forget_mapped(struct run *r, const void *p)
{
	for (u32 i = 0; i < r->trace->nr_names && is_vmalloc_addr(p); i++) {
		struct object *o = &r->objects[i];

		if (o->reach == REACH_MAPPED && o->cpu == p) {
			o->reach = REACH_CALLS;
			r->nr_mapped--;
		}
	}
}

static void run_call(struct run *r, const struct statement *s, struct object *to)
{
	bool optional;

	r->to = to;
	s->call->run(r, to, r->values, s->nr_args);
	if (r->nr_mapped && call_gives_back(s->call))
		for (unsigned i = 0; i < s->nr_args; i++)
			if (call_parameter(s->call, i, &optional) == 'p')
				forget_mapped(r, r->values[i].p);
}

static void drop(struct object *o)
{
	run_drop_list(o);
	run_drop_area(o);
	free(o->host);
}

static void run_statement(struct run *r, const struct statement *s)
{
	const struct run_options *o = r->options;
	struct object none = { .dev = NULL };

	r->now = s;
	r->drawn = 0;
	memset(r->matched, 0, s->nr_expected);
	dmalab_set_site(&s->site);
	for (unsigned i = 0; i < s->nr_args; i++)
		r->values[i] = run_value(r, &s->args[i]);
	if (o->may_run && !o->may_run(r, s, o->context))
		return;
	if (o->on_statement)
		o->on_statement(r, s, false, o->context);
	if (s->has_target) {
		/* What the name stood for before is no measure of what it gets, which may be NULL. */
		r->nr_mapped -= r->objects[s->target].reach == REACH_MAPPED;
		r->objects[s->target].size = 0;
		r->objects[s->target].reach = REACH_POINTER;
		run_call(r, s, &r->objects[s->target]);
	} else if (s->call->makes >= 0)
		/* What it makes has no name, and is forgotten. */
		run_call(r, s, &none);
	else
		run_call(r, s, NULL);
	if (o->on_statement)
		o->on_statement(r, s, true, o->context);
	drop(&none);
	if (s->nr_expected && !r->result->error)
		run_check_expected(r);
}

/* --------------------------------------------------------------------- runs */

struct run_room {
	struct object *objects;
	u32 nr_objects;          /* that there is room for */
	u8 *buf;
	struct kept_machine kept;
};

struct run_room *run_room_new(void)
{
	struct run_room *room = calloc(1, sizeof(*room));

	if (room)
		room->buf = malloc(2 * TRACE_MAX_ACCESS);
	if (room && room->buf)
		return room;
	run_room_free(room);
	return NULL;
}

void run_room_free(struct run_room *room)
{
	if (!room)
		return;
	dmalab_machine_free(room->kept.machine);
	free(room->objects);
	free(room->buf);
	free(room);
}

/* An object for each name of the trace. False: no memory. */
static bool make_objects(struct run *r, struct run_room *room)
{
	u32 nr = r->trace->nr_names + 1;

	if (nr > room->nr_objects) {
		free(room->objects);
		room->objects = malloc(2 * nr * sizeof(*room->objects));
		room->nr_objects = room->objects ? 2 * nr : 0;
	}
	r->objects = room->objects;
	r->buf = room->buf;
	r->kept = &room->kept;
	if (r->objects)
		memset(r->objects, 0, nr * sizeof(*r->objects));
	return r->objects;
}

/*
 * Its devices go, and what they leave is reported. Where more runs follow, the next one may have
 * the machine, as new. But not when DMALAB_OPTIONS were given, which may record it; nor of
 * two machines: a new one begins with a thread that may sleep, and the other is to end first.
 */
static void end_machine(struct run *r, unsigned number)
{
	struct dmalab_machine *machine = r->machines[number];

	if (!r->options->room || r->machines[1] || getenv("DMALAB_OPTIONS") ||
	    dmalab_machine_reset(machine)) {
		dmalab_machine_free(machine);
		return;
	}
	if (!run_keep_machine(r->kept, machine, &r->config))
		dmalab_machine_free(machine);
}

static void end(struct run *r)
{
	const struct run_options *o = r->options;

	/* What is reported from here on belongs to no statement. */
	r->now = NULL;
	for (unsigned i = 0; i < 2; i++) {
		if (!r->machines[i])
			continue;
		r->machine = r->machines[i];
		if (o->on_machine)
			o->on_machine(r, i, MACHINE_ENDS, o->context);
		/* Who hears of what it leaves asks this one; the other may be gone. */
		r->machine = r->machines[i];
		end_machine(r, i);
		if (o->on_machine)
			o->on_machine(r, i, MACHINE_GONE, o->context);
	}
	dmalab_set_site(NULL);
	for (u32 i = 0; i < r->trace->nr_names && r->objects; i++)
		drop(&r->objects[i]);
}

static void run_all(struct run *r, struct run_room *room)
{
	const struct trace *t = r->trace;

	if (!room || !make_objects(r, room))
		run_stop(r, "no memory to run it");
	else if (run_make_machine(r, 0))
		for (u32 i = 0; i < t->nr_statements && !r->result->error; i++)
			if (t->statements[i].call && t->statements[i].call->run)
				run_statement(r, &t->statements[i]);
	end(r);
}

bool trace_run(const struct trace *t, const struct run_options *o, struct run_result *result)
{
	struct run r = { .trace = t, .options = o, .result = result };
	struct run_room *room = o->room;
	bool elsewhere;

	memset(result, 0, sizeof(*result));
	calls_start();
	if (!run_read_settings(&r, &elsewhere))
		return false;
	result->elsewhere = elsewhere;
	if (elsewhere)
		return true;
	if (!room)
		room = run_room_new();
	run_all(&r, room);
	if (!o->room)
		run_room_free(room);
	return !result->error && !result->unexpected && !result->missing && !result->wrong_values;
}
