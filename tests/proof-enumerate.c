// SPDX-License-Identifier: MIT
/*
 * All programs up to a length, each on a line of its own.
 *
 * A program of length n is run once for each of its beginnings of length n - 1;
 * then all loads follow, one after the other, as what a load may show does not
 * depend on the loads before it: the oracle's states are asked whether that is
 * so, and in the middle of a program loads stand in every order.
 */
#include "proof-enumerate.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define MAX_EVENTS (4 * MAX_BYTES + 6 + 3 + 2)
#define MAX_SHOWN 5 /* mismatches spelled out, for each row of the table */

const char *const policies[NR_POLICIES] = { "never", "eager", "random", "lru" };

struct proof {
	struct task task;
	struct event event[MAX_EVENTS];
	unsigned nr_events;
	struct subject *subject[NR_POLICIES];

	/* The program so far, and what the oracle says before each event. */
	unsigned program[MAX_LENGTH];
	struct states states[MAX_LENGTH];
	unsigned fresh; /* events from this position on have not been counted yet */

	struct counts counts;
	unsigned shown;
	double started, told;
	double share; /* done, of all programs */
};

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec * 1e-9;
}

/* A load of a whole page looks at more bytes than the oracle knows of. */
static bool is_judged(const struct event *event)
{
	return (event->kind == CPU_LOAD || event->kind == DEVICE_LOAD) && event->byte != ALL_BYTES;
}

/* Loads that are judged come first: event[0..2 * bytes). */
static void make_events(struct proof *p)
{
	static const enum kind whole[] = { CPU_LOAD, CPU_STORE, DEVICE_STORE };

	p->nr_events = 0;
	for (enum kind kind = CPU_LOAD; kind <= DEVICE_STORE; kind++)
		for (unsigned byte = 0; byte < p->task.bytes; byte++)
			p->event[p->nr_events++] = (struct event){ .kind = kind, .byte = byte };
	for (enum hand_over to = FOR_DEVICE; to <= FOR_CPU; to++)
		for (unsigned dir = 0; dir < 3; dir++)
			p->event[p->nr_events++] =
				(struct event){ .kind = SYNC, .to = to, .dir = dir };
	for (enum kind kind = REMAP; p->task.rules->bounces && kind <= REMAP_SKIP; kind++)
		p->event[p->nr_events++] = (struct event){ .kind = kind };
	for (unsigned i = 0; p->task.scope != SCOPE_LINE && i < 3; i++)
		p->event[p->nr_events++] = (struct event){ .kind = whole[i], .byte = ALL_BYTES };
}

static unsigned seen(const struct states *states, const struct event *event)
{
	return event->kind == CPU_LOAD ? states_seen_by_cpu(states, event->byte) :
		states_seen_by_device(states, event->byte);
}

static void print_event(const struct event *event)
{
	static const char *const names[] = {
		[CPU_LOAD] = "cpu load", [DEVICE_LOAD] = "device load",
		[CPU_STORE] = "cpu store", [DEVICE_STORE] = "device store",
		[REMAP] = "unmap, map", [REMAP_SKIP] = "unmap without sync, map",
	};
	static const char *const dirs[] = { "BIDIRECTIONAL", "TO_DEVICE", "FROM_DEVICE" };

	if (event->kind == SYNC)
		fprintf(stderr, " sync_for_%s(%s);", event->to == FOR_DEVICE ? "device" : "cpu",
			dirs[event->dir]);
	else if (event->kind >= REMAP)
		fprintf(stderr, " %s;", names[event->kind]);
	else if (event->byte == ALL_BYTES)
		fprintf(stderr, " %s of the page;", names[event->kind]);
	else
		fprintf(stderr, " %s %u;", names[event->kind], event->byte);
}

/* Spell a mismatch out: @event comes after the first @length of the program. */
static void show(struct proof *p, const char *what, unsigned policy, unsigned length,
		 const struct event *event, const struct outcome *outcome, unsigned values)
{
	if (p->task.quiet || p->shown++ >= MAX_SHOWN)
		return;
	fprintf(stderr, "%s%s: %s, %s start, policy %s, %u bytes:", isatty(2) ? "\r" : "", what,
		p->task.rules->name, p->task.start == START_FRESH ? "fresh" : "settled",
		policies[policy], p->task.bytes);
	for (unsigned i = 0; i < length; i++)
		print_event(&p->event[p->program[i]]);
	fprintf(stderr, " then");
	print_event(event);
	if (is_judged(event))
		fprintf(stderr, " gave value %u, legal are",
			subject_value_number(p->subject[policy], event->byte, outcome->value));
	for (; values; values &= values - 1)
		fprintf(stderr, " %d", __builtin_ctz(values));
	fprintf(stderr, "; %s\n", outcome->check ? outcome->check : "no report");
}

/* Run one event and judge it. Values are numbered as the oracle does. */
static void run_event(struct proof *p, unsigned policy, unsigned position,
		      const struct event *event, const struct states *before)
{
	unsigned values = is_judged(event) ? seen(before, event) : 0;
	bool disagree = values & (values - 1);
	struct outcome outcome = subject_event(p->subject[policy], event, position);
	const char *what = NULL;

	if (event->kind == CPU_LOAD && !is_judged(event))
		return;
	if (policy == 0 && is_judged(event) && position >= p->fresh) {
		p->counts.reads++;
		p->counts.reported += outcome.reported;
	}
	if (disagree && !outcome.reported) {
		p->counts.missed++;
		what = "missed";
	} else if (!disagree && outcome.reported) {
		p->counts.spurious++;
		what = "spurious";
	} else if (values &&
		   !subject_value_in(p->subject[policy], event->byte, outcome.value, values)) {
		p->counts.wrong++;
		what = "wrong value";
	}
	if (what)
		show(p, what, policy, position, event, &outcome, values);
}

static void tell(struct proof *p)
{
	static int tty = -1;
	double t = now();

	if (tty < 0)
		tty = isatty(2);
	if (p->task.quiet || t - p->told < (tty ? 0.5 : 10))
		return;
	p->told = t;
	fprintf(stderr, "%sproof: %s, %u bytes, length %u, %s start: %5.1f %%, %.0f s%s",
		tty ? "\r" : "", p->task.rules->name, p->task.bytes, p->task.length,
		p->task.start == START_FRESH ? "fresh" : "settled", 100 * p->share, t - p->started,
		tty ? "   " : "\n");
}

/* The program is complete but for its last event. */
static void replay(struct proof *p)
{
	unsigned last = p->task.length - 1;

	for (unsigned policy = 0; policy < NR_POLICIES; policy++) {
		subject_next_line(p->subject[policy]);
		for (unsigned i = 0; i < last; i++)
			run_event(p, policy, i, &p->event[p->program[i]], &p->states[i]);
		for (unsigned i = 0; i < 2 * p->task.bytes; i++)
			run_event(p, policy, last, &p->event[i], &p->states[last]);
	}
	p->counts.programs += p->nr_events;
	p->counts.prefixes += last - p->fresh + p->nr_events;
	p->fresh = last;
}

/* That loads may share a run: a load changes nothing of what loads may see. */
static void check_load(const struct proof *p, const struct states *before,
		       const struct states *after)
{
	for (unsigned byte = 0; byte < p->task.bytes; byte++) {
		if (states_seen_by_cpu(before, byte) == states_seen_by_cpu(after, byte) &&
		    states_seen_by_device(before, byte) == states_seen_by_device(after, byte))
			continue;
		fprintf(stderr, "proof: %s: a load changes what others see\n", p->task.rules->name);
		exit(2);
	}
}

static void enumerate(struct proof *p, unsigned length, double share)
{
	if (length == p->task.length - 1) {
		replay(p);
		p->share += share;
		if ((p->counts.programs & 1023) < p->nr_events)
			tell(p);
		return;
	}
	for (unsigned i = 0; i < p->nr_events; i++) {
		p->program[length] = i;
		if (p->fresh > length)
			p->fresh = length;
		states_after(&p->states[length + 1], &p->states[length], p->task.rules,
			     &p->event[i], length);
		if (is_judged(&p->event[i]))
			check_load(p, &p->states[length], &p->states[length + 1]);
		enumerate(p, length + 1, share / p->nr_events);
	}
}

struct counts prove(const struct task *task)
{
	static struct proof p;

	p = (struct proof){ .task = *task, .started = now(), .told = now() };
	make_events(&p);
	for (unsigned i = 0; i < NR_POLICIES; i++)
		p.subject[i] = subject_new(&(struct subject_config){
			.rules = task->rules, .policy = policies[i], .seed = 1,
			.start = task->start, .scope = task->scope,
		});
	states_start(&p.states[0], task->rules, task->start);
	enumerate(&p, 0, 1);
	for (unsigned i = 0; i < NR_POLICIES; i++)
		subject_free(p.subject[i]);
	if (p.shown > MAX_SHOWN)
		fprintf(stderr, "... and %u more\n", p.shown - MAX_SHOWN);
	return p.counts;
}
