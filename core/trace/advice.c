/* SPDX-License-Identifier: MIT */
/*
 * A run makes the same devices and gives the same addresses each time. So what a report of
 * one run says is found again in the next: a device by its number, a mapping by its address.
 * The names are looked up when that run comes to the line beside which the call will stand.
 */
#include "trace/advice.h"

#include "trace/run.h"

#include <linux/dma-direction.h>
#include <stdlib.h>
#include <string.h>

struct watch {
	const struct trace *t;
	struct run_options options;
	struct drawn_list *list;
	const struct drawn *d;        /* to be applied */
	char *lines[DMALAB_ADVICE_MAX];

	struct device **devices;      /* in the order in which they were made */
	u32 nr_devices;
	struct device **maker;        /* of each object: the device that it was made for */
	bool no_memory;
};

/* ------------------------------------------------------------------- devices */

static void add_device(struct watch *w, struct device *dev)
{
	struct device **more = realloc(w->devices, (w->nr_devices + 1) * sizeof(*more));

	w->no_memory |= !more;
	if (!more)
		return;
	w->devices = more;
	w->devices[w->nr_devices++] = dev;
}

static u32 number_of(const struct watch *w, const struct device *dev)
{
	u32 i = w->nr_devices;

	while (i-- > 0)
		if (w->devices[i] == dev)
			return i;
	return UINT32_MAX;
}

/* ------------------------------------------------------------------- reports */

static u32 line_of(const struct watch *w, const struct dmalab_site *site)
{
	return site->file && strcmp(site->file, w->t->file) == 0 ? site->line : 0;
}

static void add_call(const struct watch *w, struct drawn *d, const struct dmalab_advice *a)
{
	d->calls[d->nr_calls++] = (struct missing_call){
		.for_cpu = a->for_cpu, .after = a->after, .line = line_of(w, a->site),
		.device = number_of(w, a->dev), .dma = a->dma_addr, .size = a->length,
		.direction = a->direction, .nents = a->nents,
	};
}

static void on_drawn(const struct dmalab_report *r, const struct statement *s, bool expected,
		     void *context)
{
	struct watch *w = context;
	struct drawn_list *list = w->list;
	struct drawn *d, *more = list->of;

	(void)expected;
	if (!(list->nr & (list->nr - 1)))
		more = realloc(list->of, (list->nr ? 2 * list->nr : 1) * sizeof(*more));
	if (!more) {
		w->no_memory = true;
		return;
	}
	list->of = more;
	d = &list->of[list->nr++];
	*d = (struct drawn){
		.check = r->check, .line = s ? s->line : 0, .found = r->found_by != NULL,
	};
	if (r->bytes) {
		d->phys = r->phys;
		d->len = r->last - r->first + 1;
	}
	d->missing = r->missing ? strdup(r->missing) : NULL;
	for (unsigned i = 0; i < r->nr_advice; i++)
		add_call(w, d, r->advice[i]);
}

/* --------------------------------------------------------------------- names */

static struct device *device_argument(struct run *r, const struct statement *s)
{
	bool optional;

	if (!s->nr_args || call_parameter(s->call, 0, &optional) != 'd' ||
	    s->args[0].kind != ARG_OBJECT || r->trace->names[s->args[0].object].kind != OBJECT_DEVICE)
		return NULL;
	return r->objects[s->args[0].object].dev;
}

static void keep_maker(struct watch *w, struct run *r, const struct statement *s)
{
	struct device *dev = device_argument(r, s);

	if (s->has_target)
		w->maker[s->target] = dev;
	/* A list is mapped, not made. */
	if (dev && strncmp(s->call->name, "dma_map_sg", 10) == 0 && s->nr_args > 1 &&
	    s->args[1].kind == ARG_OBJECT)
		w->maker[s->args[1].object] = dev;
}

static const char *device_name_at(const struct run *r, const struct device *dev)
{
	for (u32 i = 0; i < r->trace->nr_names; i++)
		if (r->trace->names[i].kind == OBJECT_DEVICE && r->objects[i].dev == dev)
			return r->trace->names[i].text;
	return NULL;
}

/* The nearest address at or below, of an object of the device. */
struct address {
	const struct watch *w;
	const struct device *dev;
	u64 dma, off;
	u32 object;
	int element;           /* -1: none */
	bool found;
};

static void try_address(struct address *a, u32 object, int element, u64 dma)
{
	if (a->w->maker[object] != a->dev || dma > a->dma || a->dma - dma >= TRACE_MAX_ACCESS ||
	    (a->found && a->dma - dma >= a->off))
		return;
	a->found = true;
	a->off = a->dma - dma;
	a->object = object;
	a->element = element;
}

static struct scatterlist *list_of(const struct object *o)
{
	return o->sgt ? o->sgt->sgl : NULL;
}

static void find_address(struct address *a, const struct run *r)
{
	for (u32 i = 0; i < r->trace->nr_names; i++) {
		const struct object *o = &r->objects[i];
		enum object_kind kind = r->trace->names[i].kind;
		int element = 0;

		if ((kind == OBJECT_MEMORY || kind == OBJECT_MAPPING) && o->dma)
			try_address(a, i, -1, o->dma);
		for (struct scatterlist *sg = kind == OBJECT_LIST ? list_of(o) : NULL; sg;
		     sg = sg_next(sg))
			try_address(a, i, element++, sg_dma_address(sg));
	}
}

static const char *list_name_at(const struct watch *w, const struct run *r,
				const struct device *dev, u64 dma)
{
	for (u32 i = 0; i < r->trace->nr_names; i++) {
		struct scatterlist *sg = r->trace->names[i].kind == OBJECT_LIST ?
					 list_of(&r->objects[i]) : NULL;

		if (sg && sg_dma_address(sg) == dma && w->maker[i] == dev)
			return r->trace->names[i].text;
	}
	return NULL;
}

static const char *direction_name(int dir)
{
	return dir == DMA_TO_DEVICE ? "DMA_TO_DEVICE" :
	       dir == DMA_FROM_DEVICE ? "DMA_FROM_DEVICE" : "DMA_BIDIRECTIONAL";
}

static size_t spell_address(char *buf, size_t size, const struct address *a, const struct trace *t)
{
	char element[16] = "", off[32] = "";

	if (!a->found)
		return snprintf(buf, size, "0x%llx", (unsigned long long)a->dma);
	if (a->element >= 0)
		snprintf(element, sizeof(element), "[%d]", a->element);
	if (a->off)
		snprintf(off, sizeof(off), " + %llu", (unsigned long long)a->off);
	return snprintf(buf, size, "%s%s.dma%s", t->names[a->object].text, element, off);
}

/* The statement, or NULL: there is no name for the device, or no memory. */
static char *spell_call(struct watch *w, const struct run *r, const struct missing_call *c)
{
	struct device *dev = c->device < w->nr_devices ? w->devices[c->device] : NULL;
	const char *name = dev ? device_name_at(r, dev) : NULL;
	const char *list = dev && c->nents ? list_name_at(w, r, dev, c->dma) : NULL;
	struct address a = { .w = w, .dev = dev, .dma = c->dma };
	const char *to = c->for_cpu ? "for_cpu" : "for_device";
	char text[TRACE_MAX_LINE], address[TRACE_MAX_LINE / 2];

	if (!name || (c->nents && !list))
		return NULL;
	if (list) {
		snprintf(text, sizeof(text), "dma_sync_sg_%s(%s, %s.sgl, %u, %s)", to, name, list,
			 c->nents, direction_name(c->direction));
		return strdup(text);
	}
	find_address(&a, r);
	spell_address(address, sizeof(address), &a, w->t);
	snprintf(text, sizeof(text), "dma_sync_single_%s(%.300s, %s, %llu, %s)", to, name, address,
		 (unsigned long long)c->size, direction_name(c->direction));
	return strdup(text);
}

static void spell_beside(struct watch *w, struct run *r, const struct statement *s, bool after)
{
	for (unsigned i = 0; w->d && i < w->d->nr_calls; i++) {
		const struct missing_call *c = &w->d->calls[i];

		if (c->line == s->line && c->after == after && !w->lines[i])
			w->lines[i] = spell_call(w, r, c);
	}
}

static void on_statement(struct run *r, const struct statement *s, bool done, void *context)
{
	struct watch *w = context;

	if (done && s->has_target && s->call->makes == OBJECT_DEVICE)
		add_device(w, r->objects[s->target].dev);
	if (done)
		keep_maker(w, r, s);
	spell_beside(w, r, s, done);
}

/* ----------------------------------------------------------------------- runs */

static bool watch_run(struct watch *w, const struct run_options *o)
{
	struct run_result result;

	w->options = (struct run_options){
		.profile = o->profile, .policy = o->policy, .seed = o->seed, .accesses = o->accesses,
		.on_report = w->list ? on_drawn : NULL,
		.on_statement = on_statement, .context = w,
	};
	w->maker = calloc(w->t->nr_names + 1, sizeof(*w->maker));
	if (!w->maker)
		return false;
	trace_run(w->t, &w->options, &result);
	free(w->maker);
	free(w->devices);
	return !result.error && !w->no_memory;
}

void drawn_find(struct drawn_list *list, const struct trace *t, const struct run_options *o)
{
	struct watch w = { .t = t, .list = list };

	*list = (struct drawn_list){ .of = NULL };
	list->complete = watch_run(&w, o);
}

void drawn_free(struct drawn_list *list)
{
	for (u32 i = 0; i < list->nr; i++)
		free(list->of[i].missing);
	free(list->of);
	*list = (struct drawn_list){ .of = NULL };
}

bool drawn_is_advised(const struct drawn *d)
{
	size_t len = strlen(d->check);

	return strncmp(d->check, "stale-", 6) == 0 || strncmp(d->check, "lost-", 5) == 0 ||
	       strcmp(d->check, "shared-cache-line") == 0 ||
	       (len > 6 && strcmp(d->check + len - 6, "-owned") == 0);
}

/* ----------------------------------------------------------------------- text */

struct writer {
	char *text;
	size_t len, size;
	u32 *from;
	u32 nr_lines, room;
	bool no_memory;
};

static void add_line(struct writer *w, const char *line, u32 from)
{
	size_t n = strlen(line);

	if (w->nr_lines == w->room || w->len + n + 2 > w->size) {
		w->no_memory = true;
		return;
	}
	memcpy(w->text + w->len, line, n);
	w->len += n;
	w->text[w->len++] = '\n';
	w->from[w->nr_lines++] = from;
}

static void add_calls(struct writer *to, const struct watch *w, u32 line, bool after)
{
	for (unsigned i = 0; i < w->d->nr_calls; i++)
		if (w->d->calls[i].line == line && w->d->calls[i].after == after)
			add_line(to, w->lines[i], 0);
}

static void write_text(struct writer *to, const struct watch *w)
{
	const struct trace *t = w->t;

	for (u32 line = 1; line <= t->nr_lines; line++) {
		add_calls(to, w, line, false);
		add_line(to, t->text + t->line_start[line - 1], line);
		add_calls(to, w, line, true);
	}
}

static size_t text_size(const struct watch *w)
{
	size_t size = 2;

	for (u32 line = 0; line < w->t->nr_lines; line++)
		size += strlen(w->t->text + w->t->line_start[line]) + 1;
	for (unsigned i = 0; i < w->d->nr_calls; i++)
		size += strlen(w->lines[i]) + 1;
	return size;
}

static bool all_spelled(const struct watch *w)
{
	for (unsigned i = 0; i < w->d->nr_calls; i++)
		if (!w->lines[i])
			return false;
	return w->d->nr_calls;
}

char *advice_apply(const struct trace *t, const struct run_options *o, const struct drawn *d,
		   size_t *len, u32 **from)
{
	struct watch w = { .t = t, .d = d };
	struct writer to = { .text = NULL };

	*from = NULL;
	watch_run(&w, o);
	if (!w.no_memory && all_spelled(&w)) {
		to.size = text_size(&w);
		to.room = t->nr_lines + d->nr_calls;
		to.text = malloc(to.size);
		to.from = malloc(to.room * sizeof(*to.from));
		if (to.text && to.from)
			write_text(&to, &w);
		else
			to.no_memory = true;
	}
	for (unsigned i = 0; i < d->nr_calls; i++)
		free(w.lines[i]);
	if (to.no_memory || !to.text) {
		free(to.text);
		free(to.from);
		return NULL;
	}
	to.text[to.len] = 0;
	*len = to.len;
	*from = to.from;
	return to.text;
}
