/* SPDX-License-Identifier: MIT */
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
			v.object = &r->objects[arg->object];
			break;
		case OBJECT_LIST:
			if (!arg->has_element) {
				v.object = &r->objects[arg->object];
				break;
			}
			/* fall through */
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
	union value values[TRACE_MAX_ARGS];
	bool optional;

	for (unsigned i = 0; i < s->nr_args; i++)
		values[i] = run_value(r, &s->args[i]);
	s->call->run(r, to, values, s->nr_args);
	if (r->nr_mapped && call_gives_back(s->call))
		for (unsigned i = 0; i < s->nr_args; i++)
			if (call_parameter(s->call, i, &optional) == 'p')
				forget_mapped(r, values[i].p);
}

/* What it makes has no name, and is forgotten. */
static void run_unnamed(struct run *r, const struct statement *s)
{
	struct object none = { .dev = NULL };

	run_call(r, s, &none);
	sg_free_table(&none.own);
	free(none.host);
}

static void run_statement(struct run *r, const struct statement *s)
{
	r->now = s;
	r->drawn = 0;
	memset(r->matched, 0, sizeof(r->matched));
	dmalab_set_site(&s->site);
	if (r->options->on_statement)
		r->options->on_statement(r, s, false, r->options->context);
	if (s->has_target) {
		/* What the name stood for before is no measure of what it gets, which may be NULL. */
		r->nr_mapped -= r->objects[s->target].reach == REACH_MAPPED;
		r->objects[s->target].size = 0;
		r->objects[s->target].reach = REACH_POINTER;
		run_call(r, s, &r->objects[s->target]);
	} else if (s->call->makes >= 0)
		run_unnamed(r, s);
	else
		run_call(r, s, NULL);
	if (r->options->on_statement)
		r->options->on_statement(r, s, true, r->options->context);
	if (s->nr_expected && !r->result->error)
		run_check_expected(r);
}

/* --------------------------------------------------------------------- runs */

static void end(struct run *r)
{
	const struct trace *t = r->trace;

	dmalab_machine_free(r->machine);
	dmalab_set_site(NULL);
	for (u32 i = 0; i < t->nr_names; i++) {
		sg_free_table(&r->objects[i].own);
		free(r->objects[i].host);
	}
	free(r->objects);
	free(r->buf);
}

bool trace_run(const struct trace *t, const struct run_options *o, struct run_result *result)
{
	struct run r = { .trace = t, .options = o, .result = result };
	bool elsewhere;

	memset(result, 0, sizeof(*result));
	calls_start();
	if (!run_read_settings(&r, &elsewhere))
		return false;
	if (elsewhere)
		return true;
	r.objects = calloc(t->nr_names + 1, sizeof(*r.objects));
	r.buf = malloc(2 * TRACE_MAX_ACCESS);
	if (!r.objects || !r.buf)
		run_stop(&r, "no memory to run it");
	else if (run_make_machine(&r))
		for (u32 i = 0; i < t->nr_statements && !result->error; i++)
			if (t->statements[i].call && t->statements[i].call->run)
				run_statement(&r, &t->statements[i]);
	/* What is drawn from here on belongs to no statement. */
	r.now = NULL;
	end(&r);
	return !result->error && !result->unexpected && !result->missing && !result->wrong_values;
}
