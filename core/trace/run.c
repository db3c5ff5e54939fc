/* SPDX-License-Identifier: MIT */
#include "trace/calls.h"

#include <linux/dma-mapping.h>
#include <linux/vmalloc.h>
#include <stdlib.h>
#include <string.h>

/* ----------------------------------------------------------------- accesses */

/* The bytes that the trace gives, as often as they fit; @other where it gives none. */
static void fill(const struct access_args *a, u8 other, u8 *to)
{
	size_t n = a->text ? strlen(a->text) : 0;

	if (!n) {
		memset(to, a->text ? 0 : a->has_value ? (u8)a->value : other, a->len);
		return;
	}
	for (u64 i = 0; i < a->len; i += n)
		memcpy(to + i, a->text, a->len - i < n ? a->len - i : n);
}

/*
 * May the bytes be touched at all? The simulated memory takes anything. Of vmalloc() and
 * vmap() it must be the object's, and may be a smaller one's by now.
 */
static bool is_there(const struct access_args *a)
{
	const struct object *o = a->object;
	bool owned = dmalab_owns(a->p, a->len), vmalloc = is_vmalloc_addr(a->p);
	uintptr_t offset;

	if (owned && !vmalloc)
		return true;
	if (!o || !o->size || (vmalloc && !owned))
		return false;
	offset = (uintptr_t)a->p - (uintptr_t)o->cpu;
	return offset <= o->size && a->len <= o->size - offset;
}

static void show(struct run *r, const struct access_args *a)
{
	FILE *out = r->options->out;

	fprintf(out, "%s:%u: %s %s", r->trace->file, r->now->line, a->dev ? "device" : "cpu",
		a->store ? "writes" : "reads");
	for (u64 i = 0; i < a->len && i < 16; i++)
		fprintf(out, " %02x", r->buf[i]);
	fprintf(out, "%s\n", a->len > 16 ? " ..." : "");
}

static bool is_affordable(struct run *r, u64 len)
{
	if (len > TRACE_MAX_ACCESS) {
		run_stop(r, "an access of more than %u bytes", TRACE_MAX_ACCESS);
		return false;
	}
	r->moved += len;
	if (r->moved > TRACE_MAX_MOVED)
		run_stop(r, "more than %llu bytes in all", (unsigned long long)TRACE_MAX_MOVED);
	return r->moved <= TRACE_MAX_MOVED;
}

void run_plain_store(struct run *r, void *p, u64 len)
{
	volatile u8 *bytes = p;

	if (!is_affordable(r, len))
		return;
	if (len && (is_vmalloc_addr(p) || !dmalab_owns(p, len))) {
		run_stop(r, "the CPU would fault: there is no memory at this address");
		return;
	}
	for (u64 i = 0; i < len; i++)
		bytes[i] = ~bytes[i];
}

void run_access(struct run *r, const struct access_args *a)
{
	unsigned before = r->drawn;
	int err = 0;

	if (!is_affordable(r, a->len))
		return;
	if (!a->dev && a->len && !is_there(a)) {
		run_stop(r, "the CPU would fault: there is no memory at this address");
		return;
	}
	r->fill = r->fill == 0xff ? 1 : r->fill + 1;
	if (a->store)
		fill(a, r->fill, r->buf);
	if (a->dev)
		err = a->store ? dmalab_device_write(a->dev, a->dma, r->buf, a->len) :
				 dmalab_device_read(a->dev, a->dma, r->buf, a->len);
	else if (a->store)
		dmalab_cpu_write(a->p, r->buf, a->len);
	else
		dmalab_cpu_read(a->p, r->buf, a->len);
	if (err)
		return;
	if (r->options->values)
		show(r, a);
	/* A load that drew no report must give what the trace says. */
	if (!a->store && a->has_value && r->drawn == before) {
		fill(a, 0, r->buf + TRACE_MAX_ACCESS);
		run_check_bytes(r, r->buf, r->buf + TRACE_MAX_ACCESS, a->len);
	}
}

/* ---------------------------------------------------------------- arguments */

static u64 field_value(struct run *r, const struct arg *arg)
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

static union value value_of(struct run *r, const struct arg *arg)
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

static void run_call(struct run *r, const struct statement *s, struct object *to)
{
	union value values[TRACE_MAX_ARGS];

	for (unsigned i = 0; i < s->nr_args; i++)
		values[i] = value_of(r, &s->args[i]);
	s->call->run(r, to, values, s->nr_args);
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
	if (s->has_target) {
		/* What the name stood for before is no measure of what it gets, which may be NULL. */
		r->objects[s->target].size = 0;
		run_call(r, s, &r->objects[s->target]);
	} else if (s->call->makes >= 0)
		run_unnamed(r, s);
	else
		run_call(r, s, NULL);
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
