/* SPDX-License-Identifier: MIT */
/* A run of a trace, recorded for a picture: the bytes of all lines after each step. */
#include "trace/run.h"
#include "trace/timeline.h"

#include <linux/mm.h>
#include <stdlib.h>
#include <string.h>

struct recorder {
	struct timeline *tl;
	const struct run_options *told;        /* the caller's */
	struct range ranges[TIMELINE_MAX_RANGES];
	unsigned nr_ranges;
};

static enum act act_of(const char *call, bool *by_device)
{
	*by_device = strncmp(call, "device_", 7) == 0;
	if (strcmp(call, "cpu_read") == 0 || strcmp(call, "device_read") == 0)
		return ACT_LOAD;
	if (strcmp(call, "cpu_write") == 0 || strcmp(call, "cpu_store") == 0 ||
	    strcmp(call, "device_write") == 0)
		return ACT_STORE;
	if (strcmp(call, "evict") == 0 || strcmp(call, "fill") == 0)
		return ACT_CACHE;
	if (strncmp(call, "dma_map_", 8) == 0 || strncmp(call, "dma_unmap_", 10) == 0 ||
	    strncmp(call, "dma_sync_", 9) == 0)
		return ACT_HANDOVER;
	return ACT_OTHER;
}

unsigned timeline_count_steps(const struct trace *t)
{
	unsigned n = 0;

	for (u32 i = 0; i < t->nr_statements; i++)
		n += t->statements[i].call && t->statements[i].call->run;
	return n;
}

/* -------------------------------------------------------------------- lines */

static bool add_line(struct timeline *tl, uintptr_t start, u64 memory)
{
	struct line *lines;

	for (unsigned i = 0; i < tl->nr_lines; i++)
		if (tl->lines[i].start == start) {
			tl->lines[i].memory |= memory;
			return true;
		}
	if (tl->nr_lines == TIMELINE_MAX_LINES) {
		tl->cut = true;
		return true;
	}
	lines = realloc(tl->lines, (tl->nr_lines + 1) * sizeof(*lines));
	if (!lines)
		return false;
	tl->lines = lines;
	lines[tl->nr_lines] = (struct line){
		.start = start, .memory = memory,
		.states = calloc(TIMELINE_MAX_STEPS, tl->line_size),
	};
	return lines[tl->nr_lines].states && ++tl->nr_lines;
}

/* Memory that no machine simulates has no lines to look at. */
static void add_memory(struct timeline *tl, const struct run *r, const struct statement *s)
{
	const struct object *o = &r->objects[s->target];
	size_t size = timeline_size_of(r, s);
	uintptr_t start = (uintptr_t)o->cpu, line = start & -tl->line_size;
	u64 bit = 1ull << tl->nr_memory;
	u8 state;

	if (!size || !o->cpu || !dmalab_byte_states(o->cpu, &state, 1))
		return;
	tl->memory[tl->nr_memory++] = (struct memory){
		.name = tl->trace->names[s->target].text, .start = start, .size = size,
	};
	for (unsigned n = 0; line < start + size; line += tl->line_size) {
		if (n++ == TIMELINE_OBJECT_LINES) {
			tl->cut = true;
			return;
		}
		if (!add_line(tl, line, bit))
			tl->no_memory = true;
	}
}

static void mark_touched(struct timeline *tl, const struct line *l, u8 *states,
			 const struct range *range)
{
	for (size_t i = 0; i < tl->line_size; i++)
		if (l->start + i >= range->start && l->start + i - range->start < range->len)
			states[i] |= BYTE_TOUCHED;
}

static void sample(struct recorder *rec, unsigned step)
{
	struct timeline *tl = rec->tl;

	for (unsigned i = 0; i < tl->nr_lines; i++) {
		const struct line *l = &tl->lines[i];
		u8 *states = l->states + step * tl->line_size;

		dmalab_byte_states((const void *)l->start, states, tl->line_size);
		for (unsigned n = 0; n < rec->nr_ranges; n++)
			mark_touched(tl, l, states, &rec->ranges[n]);
	}
}

/* ------------------------------------------------------------------ reports */

static unsigned step_at(const struct timeline *tl, u32 line)
{
	for (unsigned i = 0; i < tl->nr_steps; i++)
		if (tl->steps[i].s->line == line)
			return i;
	return tl->nr_steps;
}

static const struct dmalab_check *check_named(const char *name)
{
	size_t nr;
	const struct dmalab_check *const *checks = dmalab_checks(&nr);

	for (size_t i = 0; i < nr; i++)
		if (strcmp(checks[i]->name, name) == 0)
			return checks[i];
	return NULL;
}

static void copy(char *to, size_t size, const char *text)
{
	snprintf(to, size, "%s", text ? text : "");
}

static void tell_history(const struct timeline *tl, struct drawn *d,
			 const struct dmalab_report *report)
{
	for (unsigned i = 0; i < report->nr_history; i++) {
		const struct dmalab_event *event = report->history[i];
		struct mark *mark = &d->history[d->nr_history];

		if (!event->site->file)
			continue;
		mark->step = step_at(tl, event->site->line);
		copy(mark->what, sizeof(mark->what), event->what);
		d->nr_history += mark->step < tl->nr_steps;
	}
}

static void on_report(const struct dmalab_report *report, const struct statement *s, bool expected,
		      void *context)
{
	struct recorder *rec = context;
	struct timeline *tl = rec->tl;
	struct drawn *d = &tl->drawn[tl->nr_drawn];

	(void)expected;
	tl->nr_reports++;
	if (tl->nr_drawn == TIMELINE_MAX_REPORTS)
		return;
	tl->nr_drawn++;
	d->check = check_named(report->check);
	/* The step that runs is the last. */
	d->step = s ? tl->nr_steps - 1 : tl->nr_steps;
	copy(d->call, sizeof(d->call), report->call);
	if (report->bytes)
		snprintf(d->bytes, sizeof(d->bytes), report->first == report->last ? "byte %zu" :
			 "bytes %zu\u2013%zu", report->first, report->last);
	timeline_name_addresses(tl, report->detail, d->detail, sizeof(d->detail));
	timeline_name_addresses(tl, report->missing, d->missing, sizeof(d->missing));
	copy(d->breaks_on, sizeof(d->breaks_on), report->breaks_on);
	tell_history(tl, d, report);
	if (report->object_cpu_addr)
		d->object = (uintptr_t)report->object_cpu_addr + (report->bytes ? report->first : 0);
	d->phys = report->bytes ? report->phys : 0;
	d->given = (uintptr_t)report->cpu_addr;
}

static bool is_in_picture(const struct timeline *tl, uintptr_t place)
{
	for (unsigned i = 0; place && i < tl->nr_lines; i++)
		if (place - tl->lines[i].start < tl->line_size)
			return true;
	return false;
}

/* Not in the handler, which may call nothing. */
static void place_reports(struct recorder *rec, unsigned from)
{
	struct timeline *tl = rec->tl;

	for (struct drawn *d = &tl->drawn[from]; d < &tl->drawn[tl->nr_drawn]; d++) {
		uintptr_t places[] = {
			d->object, d->phys ? (uintptr_t)phys_to_virt(d->phys) : 0, d->given,
			rec->nr_ranges ? rec->ranges[0].start : 0,
		};

		for (unsigned i = 0; i < 4 && !d->place; i++)
			if (is_in_picture(tl, places[i]))
				d->place = places[i];
	}
}

/* --------------------------------------------------------------------- runs */

static void read_machine(struct timeline *tl, const struct run *r)
{
	size_t size = dmalab_machine_line_size(r->machine);

	copy(tl->profile, sizeof(tl->profile), dmalab_machine_profile(r->machine));
	tl->coherent = !size;
	tl->line_size = size ? size : 64;
}

static void on_statement(struct run *r, const struct statement *s, bool done, void *context)
{
	struct recorder *rec = context;
	struct timeline *tl = rec->tl;

	if (!done) {
		if (!tl->nr_steps)
			read_machine(tl, r);
		rec->nr_ranges = timeline_touched(tl, r, s, rec->ranges);
		tl->steps[tl->nr_steps].s = s;
		tl->steps[tl->nr_steps].act =
			act_of(s->call->name, &tl->steps[tl->nr_steps].by_device);
		tl->nr_steps++;
		return;
	}
	timeline_made(tl, r, s);
	if (s->has_target && s->call->makes == OBJECT_MEMORY)
		add_memory(tl, r, s);
	sample(rec, tl->nr_steps - 1);
	place_reports(rec, 0);
}

static void on_failure(const struct failure *f, void *context)
{
	struct recorder *rec = context;

	if (rec->told->on_failure)
		rec->told->on_failure(f, rec->told->context);
}

struct timeline *timeline_record(const struct trace *t, const struct run_options *o,
				 struct run_result *result)
{
	struct timeline *tl = calloc(1, sizeof(*tl));
	struct recorder *rec = calloc(1, sizeof(*rec));
	profile_set *breaks = trace_breaks(t, ACCESSES_TOLD);
	struct run_options options = {
		.profile = o->profile, .breaks = breaks, .on_report = on_report,
		.on_failure = on_failure, .on_statement = on_statement, .context = rec,
	};

	if (tl && rec && breaks) {
		tl->trace = t;
		rec->tl = tl;
		rec->told = o;
		trace_run(t, &options, result);
		/* What is left at the end is found by no step: its memory is in the picture. */
		rec->nr_ranges = 0;
		for (unsigned i = 0; i < tl->nr_drawn; i++)
			if (!tl->drawn[i].place && is_in_picture(tl, tl->drawn[i].object))
				tl->drawn[i].place = tl->drawn[i].object;
	}
	if (!tl || !rec || !breaks || tl->no_memory || !timeline_make_rows(tl)) {
		timeline_free(tl);
		tl = NULL;
	}
	free(breaks);
	free(rec);
	return tl;
}

void timeline_free(struct timeline *tl)
{
	for (unsigned i = 0; tl && i < tl->nr_lines; i++)
		free(tl->lines[i].states);
	if (tl) {
		free(tl->lines);
		free(tl->windows);
		free(tl->rows);
	}
	free(tl);
}
