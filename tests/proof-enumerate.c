// SPDX-License-Identifier: MIT
/*
 * All programs up to a length, each on a line of its own.
 *
 * A program of length n is run once for each of its beginnings of length n - 1;
 * then all loads follow, one after the other, as what a load may show does not
 * depend on the loads before it: the oracle's states are asked whether that is
 * so, and in the middle of a program loads stand in every order.
 *
 * A program of which the library does not see all is run once more with every store told,
 * and without the loads that nobody sees. It must give the same reports, those about a
 * store of C in the next call.
 */
#include "proof-enumerate.h"

#include <dmalab.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define MAX_EVENTS (4 * MAX_BYTES + 6 + 3 + 2)
#define MAX_SLOTS (MAX_LENGTH + 2 * MAX_BYTES)
#define MAX_SHOWN 5 /* mismatches spelled out, for each row of the table */

const char *const policies[NR_POLICIES] = { "never", "eager", "random", "lru" };
const char *const mode_names[NR_MODES] = { "told", "plain", "mixed", "both" };
const char *const scope_names[NR_SCOPES] = { "line", "page", "cross", "again", "stir" };

/* The run with every store told comes after those under each policy. */
#define TOLD NR_POLICIES
#define NR_RUNS (NR_POLICIES + 1)

struct proof {
	struct task task;
	struct rules seeing; /* the same, but that a load of C may leave a line behind */
	struct event event[MAX_EVENTS];
	unsigned nr_events;
	struct subject *subject[NR_RUNS];

	/* The program so far, and what the oracle says before each event. */
	unsigned program[MAX_LENGTH];
	struct states states[MAX_LENGTH];
	struct states seen[MAX_LENGTH];  /* by the other rules, where they matter */
	unsigned fresh; /* events from this position on have not been counted yet */
	uint64_t reports[NR_RUNS][MAX_SLOTS]; /* the loads at the end have a slot each */

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
	for (unsigned i = 0; has_pages(p->task.scope) && i < 3; i++)
		p->event[p->nr_events++] = (struct event){ .kind = whole[i], .byte = ALL_BYTES };
}

static bool is_plain(const struct proof *p, const struct event *event, unsigned position)
{
	switch (p->task.mode) {
	case MODE_PLAIN:
		return true;
	case MODE_MIXED:
		return event->kind == CPU_STORE;
	case MODE_BOTH:
		return ((position >> 1) + event->byte) & 1;
	default:
		return false;
	}
}

/* What event @nr is at this position of a program. */
static struct event event_at(const struct proof *p, unsigned nr, unsigned position)
{
	struct event event = p->event[nr];
	bool of_cpu = event.kind == CPU_LOAD || event.kind == CPU_STORE;

	event.crossed = p->task.scope == SCOPE_CROSSED && is_access(&event) &&
			(position + event.byte) & 1;
	event.plain = of_cpu && !event.crossed && is_plain(p, &event, position);
	return event;
}

/* And in a slot: after the program come the loads. */
static struct event event_in(const struct proof *p, unsigned slot)
{
	unsigned last = p->task.length - 1;

	return slot < last ? event_at(p, p->program[slot], slot) : event_at(p, slot - last, last);
}

static unsigned values_of(const struct states *states, const struct event *event)
{
	return event->kind == CPU_LOAD ? states_seen_by_cpu(states, event->byte) :
		states_seen_by_device(states, event->byte);
}

static bool are_many(unsigned values)
{
	return values & (values - 1);
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

/* Begin to spell a mismatch out. False: there have been enough. */
static bool show_program(struct proof *p, const char *what, const char *policy, unsigned slot)
{
	if (p->task.quiet || p->shown++ >= MAX_SHOWN)
		return false;
	fprintf(stderr, "%s%s: %s, %s accesses, %s start, policy %s, %u bytes, scope %s:",
		isatty(2) ? "\r" : "", what, p->task.rules->name, mode_names[p->task.mode],
		p->task.start == START_FRESH ? "fresh" : "settled", policy, p->task.bytes,
		scope_names[p->task.scope]);
	for (unsigned i = 0; i <= slot; i++) {
		struct event event = event_in(p, i);

		if (i == slot)
			fprintf(stderr, " then");
		print_event(&event);
	}
	return true;
}

static void show_value(struct proof *p, const char *what, unsigned policy, unsigned slot,
		       const struct outcome *outcome, unsigned values)
{
	struct event event = event_in(p, slot);

	if (!show_program(p, what, policies[policy], slot))
		return;
	if (is_judged(&event))
		fprintf(stderr, " gave value %u, legal are",
			subject_value_number(p->subject[policy], event.byte, outcome->value));
	for (; values; values &= values - 1)
		fprintf(stderr, " %d", __builtin_ctz(values));
	fprintf(stderr, "; %s\n", outcome->check ? outcome->check : "no report");
}

static void print_reports(const char *whose, uint64_t reports)
{
	size_t count;
	const struct dmalab_check *const *checks = dmalab_checks(&count);

	fprintf(stderr, " %s", whose);
	for (size_t i = 0; i < count && i < 64; i++)
		if (reports >> i & 1)
			fprintf(stderr, " %s", checks[i]->name);
	if (!reports)
		fprintf(stderr, " nothing");
	fprintf(stderr, ";");
}

static void show_reports(struct proof *p, const char *what, unsigned policy, unsigned slot,
			 uint64_t drawn, uint64_t expected)
{
	if (!show_program(p, what, policies[policy], slot))
		return;
	print_reports("reports", drawn);
	print_reports("and not", expected);
	fprintf(stderr, "\n");
}

/*
 * How a load that somebody sees may differ only because of one that nobody saw. It is no
 * mismatch: where the CPU does not speculate, this is what a load of C keeps to itself.
 */
static void count_unseen(struct proof *p, const struct event *event, unsigned position,
			 unsigned values)
{
	if (p->task.rules->speculates || event->plain)
		return;
	p->counts.unseen += are_many(values_of(&p->seen[position], event)) && !are_many(values);
}

/* Run one event and judge it. Values are numbered as the oracle does. */
static void run_event(struct proof *p, unsigned policy, unsigned position, unsigned slot)
{
	const struct event event = event_in(p, slot);
	unsigned values = is_judged(&event) ? values_of(&p->states[position], &event) : 0;
	struct outcome outcome = subject_event(p->subject[policy], &event, position);
	const char *what = NULL;

	p->reports[policy][slot] = outcome.reports;
	if (event.kind == CPU_LOAD && !is_judged(&event))
		return;
	if (policy == 0 && is_judged(&event) && position >= p->fresh) {
		p->counts.reads++;
		p->counts.reported += outcome.check != NULL;
		count_unseen(p, &event, position, values);
	}
	if (are_many(values) && !outcome.check && !event.plain) {
		p->counts.missed++;
		what = "missed";
	} else if (!are_many(values) && outcome.check) {
		p->counts.spurious++;
		what = "spurious";
	} else if (values &&
		   !subject_value_in(p->subject[policy], event.byte, outcome.value, values)) {
		p->counts.wrong++;
		what = "wrong value";
	}
	if (what)
		show_value(p, what, policy, slot, &outcome, values);
}

/* The same program, told: stores as they are, and not the loads that nobody sees. */
static void run_told(struct proof *p, unsigned position, unsigned slot)
{
	struct event event = event_in(p, slot);

	p->reports[TOLD][slot] = 0;
	if (event.plain && event.kind == CPU_LOAD)
		return;
	event.plain = false;
	p->reports[TOLD][slot] = subject_event(p->subject[TOLD], &event, position).reports;
}

/* --------------------------------------------------------------- reports */

static uint64_t bit_of_check(const char *name)
{
	size_t count, i;
	const struct dmalab_check *const *checks = dmalab_checks(&count);

	for (i = 0; i < count && strcmp(checks[i]->name, name) != 0; i++)
		;
	return i < count ? 1ull << i : 0;
}

static void differs(struct proof *p, const char *what, unsigned policy, unsigned slot,
		    uint64_t expected)
{
	if (p->reports[policy][slot] == expected || slot < p->fresh)
		return;
	p->counts.differ++;
	show_reports(p, what, policy, slot, p->reports[policy][slot], expected);
}

/* The policy decides about values, and never about reports. */
static void compare_policies(struct proof *p, unsigned nr_slots)
{
	for (unsigned policy = 1; policy < NR_POLICIES; policy++) {
		bool slip = p->task.rules->slip == SLIP_POLICY && policy == 1;

		for (unsigned slot = 0; slot < nr_slots; slot++)
			differs(p, "another report than policy never draws", policy, slot,
				slip ? 0 : p->reports[0][slot]);
	}
}

/*
 * What stores of C are to report in the next call that looks at their bytes. A call looks at
 * whole granules: those of its bytes, or all. Several stores to a granule are found as one
 * of all the bytes; of these none can be a victim of another.
 */
#define REST MAX_BYTES /* of a page, beside the granules of the line */

struct pending {
	uint64_t reports;
	unsigned stores;
};

/* The first byte that shares a granule with @byte stands for it. */
static unsigned granule_of(const struct proof *p, unsigned byte)
{
	unsigned first = 0;

	while (!subject_same_granule(p->subject[0], first, byte))
		first++;
	return first;
}

/* The granules that an event touches: a bit for each. */
static unsigned granules_of(const struct proof *p, const struct event *event)
{
	if (is_access(event) && event->byte != ALL_BYTES)
		return 1u << granule_of(p, event->byte);
	return (1u << (REST + 1)) - 1;
}

static void add_pending(struct pending *pending, unsigned granules, uint64_t reports)
{
	for (unsigned g = 0; g <= REST; g++) {
		if (!(granules >> g & 1))
			continue;
		pending[g].stores++;
		pending[g].reports |= reports;
	}
}

static struct pending take_pending(struct pending *pending, unsigned granules)
{
	struct pending taken = { 0, 0 };

	for (unsigned g = 0; g <= REST; g++) {
		if (!(granules >> g & 1))
			continue;
		taken.reports |= pending[g].reports;
		if (pending[g].stores > taken.stores)
			taken.stores = pending[g].stores;
		pending[g] = (struct pending){ 0, 0 };
	}
	return taken;
}

static void compare_with_told(struct proof *p, unsigned nr_slots)
{
	static uint64_t victims;
	enum slip slip = p->task.rules->slip;
	struct pending pending[REST + 1] = { { 0, 0 } }, found;

	if (!victims)
		victims = bit_of_check("shared-cache-line");
	for (unsigned slot = 0; slot < nr_slots; slot++) {
		struct event event = event_in(p, slot);
		uint64_t told = p->reports[TOLD][slot];

		if (is_plain_store(&event)) {
			add_pending(pending, granules_of(p, &event),
				    slip == SLIP_REPORT_FORGOTTEN ? 0 : told);
			differs(p, "a store of C is reported at once", 0, slot,
				slip == SLIP_REPORT_EARLY ? told : 0);
		}
		if (event.plain)
			continue;
		found = take_pending(pending, granules_of(p, &event));
		if (found.stores > 1 && !(p->reports[0][slot] & victims))
			found.reports &= ~victims;
		differs(p, "another report than of the program told", 0, slot,
			told | found.reports);
	}
}

/* ------------------------------------------------------------- programs */

static void tell(struct proof *p)
{
	static int tty = -1;
	double t = now();

	if (tty < 0)
		tty = isatty(2);
	if (p->task.quiet || t - p->told < (tty ? 0.5 : 10))
		return;
	p->told = t;
	fprintf(stderr, "%sproof: %s, %s, %u bytes, length %u, %s start: %5.1f %%, %.0f s%s",
		tty ? "\r" : "", mode_names[p->task.mode], p->task.rules->name, p->task.bytes, p->task.length,
		p->task.start == START_FRESH ? "fresh" : "settled", 100 * p->share, t - p->started,
		tty ? "   " : "\n");
}

static void run_slots(struct proof *p, unsigned run, unsigned nr_slots)
{
	unsigned last = p->task.length - 1;

	subject_next_line(p->subject[run]);
	for (unsigned slot = 0; slot < nr_slots; slot++) {
		unsigned position = slot < last ? slot : last;

		if (run == TOLD)
			run_told(p, position, slot);
		else
			run_event(p, run, position, slot);
	}
}

/* The program is complete but for its last event. */
static void replay(struct proof *p)
{
	unsigned last = p->task.length - 1, nr_slots = last + 2 * p->task.bytes;

	for (unsigned policy = 0; policy < NR_POLICIES; policy++)
		run_slots(p, policy, nr_slots);
	compare_policies(p, nr_slots);
	if (p->subject[TOLD]) {
		run_slots(p, TOLD, nr_slots);
		compare_with_told(p, nr_slots);
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

static void go_on(struct proof *p, unsigned length, unsigned nr)
{
	const struct event event = event_at(p, nr, length);

	p->program[length] = nr;
	if (p->fresh > length)
		p->fresh = length;
	states_after(&p->states[length + 1], &p->states[length], p->task.rules, &event, length);
	if (!p->task.rules->speculates)
		states_after(&p->seen[length + 1], &p->seen[length], &p->seeing, &event, length);
	if (is_judged(&event))
		check_load(p, &p->states[length], &p->states[length + 1]);
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
		go_on(p, length, i);
		enumerate(p, length + 1, share / p->nr_events);
	}
}

struct counts prove(const struct task *task)
{
	static struct proof p;

	p = (struct proof){ .task = *task, .started = now(), .told = now() };
	p.seeing = *task->rules;
	p.seeing.unseen_fills = true;
	make_events(&p);
	for (unsigned i = 0; i < NR_RUNS; i++)
		if (i != TOLD || task->mode != MODE_TOLD)
			p.subject[i] = subject_new(&(struct subject_config){
				.rules = task->rules, .policy = policies[i % NR_POLICIES],
				.seed = 1, .start = task->start, .scope = task->scope,
			});
	states_start(&p.states[0], task->rules, task->start);
	p.seen[0] = p.states[0];
	enumerate(&p, 0, 1);
	for (unsigned i = 0; i < NR_RUNS; i++)
		if (p.subject[i])
			subject_free(p.subject[i]);
	if (p.shown > MAX_SHOWN)
		fprintf(stderr, "... and %u more\n", p.shown - MAX_SHOWN);
	return p.counts;
}
