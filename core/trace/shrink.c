/* SPDX-License-Identifier: MIT */
/*
 * Delta debugging: ever smaller parts of the trace are left out, as long as the rest still
 * gives the report, until no statement, and of a short trace no two, can be left out. What
 * makes a name takes its users along.
 */
#include "trace/shrink.h"

#include <stdlib.h>
#include <string.h>

/* Work is bounded by statements run; a run costs some more, for the machine. */
#define MAX_STEPS  (16ull << 20)
#define RUN_STEPS  200
#define MAX_ROUNDS 8
#define MAX_PAIRS  64u  /* statements of a trace in which pairs are tried */

bool shrink_is_over(const struct shrinker *s)
{
	return s->steps > MAX_STEPS;
}

/* ------------------------------------------------------------------- reporting */

static bool *may_draw(const struct shrinker *s, const char *check, const struct call_type *by)
{
	size_t nr, i = 0;
	const struct dmalab_check *const *checks = dmalab_checks(&nr);

	while (i + 1 < nr && strcmp(checks[i]->name, check) != 0)
		i++;
	return &s->may[i * (nr_call_types + 1) + (by ? 1 + (by - call_types) : 0)];
}

static const struct call_type *call_of(const struct statement *st)
{
	return st ? st->call : NULL;
}

static struct culprit culprit_of(const struct dmalab_report *r, const struct statement *st)
{
	struct culprit c = { .check = r->check, .line = st ? st->line : 0 };

	/* Whoever takes away a free makes a leak, but another one. */
	if (strcmp(r->check, "leak") == 0 && r->nr_history)
		c.origin = r->history[0]->site->line;
	return c;
}

static bool is_it(const struct culprit *c, const struct culprit *wanted)
{
	return (!wanted->check || strcmp(c->check, wanted->check) == 0) &&
	       (wanted->line == ANY_LINE || c->line == wanted->line) &&
	       (!wanted->origin || c->origin == wanted->origin);
}

struct first {
	struct shrinker *s;
	struct culprit wanted;
	bool found, found_unexpected;
};

static void on_first(const struct dmalab_report *r, const struct statement *st, bool expected,
		     void *context)
{
	struct culprit c = culprit_of(r, st);
	struct first *f = context;

	*may_draw(f->s, r->check, call_of(st)) = true;
	if (!is_it(&c, &f->wanted) || (f->found && (expected || f->found_unexpected)))
		return;
	f->found = true;
	f->found_unexpected |= !expected;
	f->s->it = c;
}

struct drawn {
	const struct shrinker *s;
	bool it, something_else;
};

static void on_drawn(const struct dmalab_report *r, const struct statement *st, bool expected,
		     void *context)
{
	struct culprit c = culprit_of(r, st);
	struct drawn *d = context;

	(void)expected;
	d->it |= is_it(&c, &d->s->it);
	d->something_else |= !*may_draw(d->s, r->check, call_of(st));
}

static void run(struct shrinker *s, struct statement *statements, u32 nr, void *context,
		struct run_result *result)
{
	struct trace t = *s->t;

	t.statements = statements;
	t.nr_statements = nr;
	s->options.context = context;
	trace_run(&t, &s->options, result);
	s->steps += nr + RUN_STEPS;
	s->runs++;
}

static bool ask(struct shrinker *s, struct statement *statements, u32 nr)
{
	struct trace t = *s->t;

	t.statements = statements;
	t.nr_statements = nr;
	s->steps += nr + RUN_STEPS;
	s->runs++;
	return s->still(&t, s->options.context);
}

bool shrink_still(struct shrinker *s, struct statement *statements, u32 nr)
{
	struct drawn d = { .s = s };
	struct run_result result;

	if (shrink_is_over(s))
		return false;
	if (s->still)
		return ask(s, statements, nr);
	s->options.on_report = on_drawn;
	run(s, statements, nr, &d, &result);
	return d.it && !d.something_else && !result.error && !result.wrong_values;
}

/* What to keep: the first report, or the first that is not expected. False: there is none. */
static bool choose(struct shrinker *s, struct statement *statements, u32 nr,
		   struct culprit wanted, struct run_result *result)
{
	struct first f = { .s = s, .wanted = wanted };
	size_t checks;

	dmalab_checks(&checks);
	memset(s->may, 0, checks * (nr_call_types + 1) * sizeof(*s->may));
	s->options.on_report = on_first;
	run(s, statements, nr, &f, result);
	return f.found;
}

/* ------------------------------------------------------------------- removal */

/* All but @skip statements from @from on, and but those whose names are made nowhere. */
static void make_next(struct shrinker *s, u32 from, u32 skip, u32 other)
{
	memset(s->defined, 0, s->t->nr_names * sizeof(*s->defined));
	s->nr_next = 0;
	for (u32 i = 0; i < s->nr; i++) {
		const struct statement *st = &s->now[i];
		bool good = (i < from || i - from >= skip) && i != other;

		for (unsigned k = 0; k < st->nr_args && good; k++)
			good = st->args[k].kind != ARG_OBJECT || s->defined[st->args[k].object];
		if (!good)
			continue;
		if (st->has_target)
			s->defined[st->target] = true;
		s->next[s->nr_next++] = *st;
	}
}

static bool try_without(struct shrinker *s, u32 from, u32 skip, u32 other)
{
	struct statement *was = s->now;

	make_next(s, from, skip, other);
	if (!shrink_still(s, s->next, s->nr_next))
		return false;
	s->now = s->next;
	s->next = was;
	s->nr = s->nr_next;
	return true;
}

/* From the end, as what makes a name stands above what uses it. */
static bool remove_parts(struct shrinker *s, u32 size)
{
	bool removed = false;

	for (u32 end = s->nr; end && !shrink_is_over(s);) {
		u32 from = end > size ? end - size : 0;

		removed |= try_without(s, from, end - from, UINT32_MAX);
		end = from < s->nr ? from : s->nr;
	}
	return removed;
}

static bool remove_pair(struct shrinker *s)
{
	for (u32 i = s->nr; i-- > 0;)
		for (u32 k = i; k-- > 0;)
			if (try_without(s, i, 1, k))
				return true;
	return false;
}

static void remove_all(struct shrinker *s)
{
	for (u32 size = s->nr; size > 1; size = (size + 1) / 2)
		remove_parts(s, size);
	do
		while (remove_parts(s, 1))
			;
	while (s->nr <= MAX_PAIRS && remove_pair(s));
}

/* ------------------------------------------------------------------ beginning */

/* Room for the statements, and for device_free() of each device. */
static bool make_room(struct shrinker *s)
{
	const struct trace *t = s->t;
	size_t room = t->nr_statements + t->nr_names + 1, args = t->nr_names + 1, checks;

	for (u32 i = 0; i < t->nr_statements; i++)
		args += t->statements[i].nr_args;
	dmalab_checks(&checks);
	s->now = calloc(room, sizeof(*s->now));
	s->next = calloc(room, sizeof(*s->next));
	s->args = calloc(args, sizeof(*s->args));
	s->same = calloc(args, sizeof(*s->same));
	s->defined = calloc(t->nr_names + 1, sizeof(*s->defined));
	s->may = calloc(checks * (nr_call_types + 1), sizeof(*s->may));
	return s->now && s->next && s->args && s->same && s->defined && s->may;
}

/* The statements that make calls, with arguments of their own; comments say nothing. */
static void copy(struct shrinker *s)
{
	struct arg *args = s->args;

	for (u32 i = 0; i < s->t->nr_statements; i++) {
		const struct statement *from = &s->t->statements[i];
		struct statement *to = &s->now[s->nr];

		if (!from->call)
			continue;
		*to = *from;
		to->comment = NULL;
		to->expected = NULL;
		to->nr_expected = 0;
		to->args = args;
		for (unsigned k = 0; k < from->nr_args; k++)
			*args++ = from->args[k];
		s->nr++;
	}
	s->more_args = args;
}

/* What a read must see has no say in what is reported; and what never ran goes. */
static void cut(struct shrinker *s, int stopped_at)
{
	bool optional;

	for (u32 i = 0; i < s->nr; i++) {
		struct statement *st = &s->now[i];

		if (stopped_at && (int)st->line >= stopped_at) {
			s->nr = i;
			return;
		}
		if (strstr(st->call->name, "_read") && st->nr_args &&
		    call_parameter(st->call, st->nr_args - 1u, &optional) == 'v')
			st->nr_args--;
	}
}

/*
 * What is reported at the end is reported by no line, and cannot be expected: let each device go
 * by name. Returns the number of statements with those.
 */
static u32 free_devices(struct shrinker *s)
{
	const struct call_type *call = call_find("device_free", 11);
	struct arg *args = s->more_args;
	bool *alive = s->defined;
	u32 nr = s->nr;

	memset(alive, 0, s->t->nr_names * sizeof(*alive));
	for (u32 i = 0; i < s->nr; i++) {
		const struct statement *st = &s->now[i];

		if (st->has_target && st->call->makes == OBJECT_DEVICE)
			alive[st->target] = true;
		else if (st->call == call && st->args[0].kind == ARG_OBJECT)
			alive[st->args[0].object] = false;
	}
	for (u32 i = 0; i < s->t->nr_names; i++) {
		if (!alive[i])
			continue;
		*args = (struct arg){ .kind = ARG_OBJECT, .object = i };
		s->now[nr++] = (struct statement){
			.call = call, .args = args++, .nr_args = 1, .line = s->t->nr_lines + 1 + i,
			.site = { .file = s->t->file, .line = s->t->nr_lines + 1 + i },
		};
	}
	return nr;
}

static bool draws_at_the_end(const struct shrinker *s)
{
	size_t nr;
	const struct dmalab_check *const *checks = dmalab_checks(&nr);

	for (size_t i = 0; i < nr; i++)
		if (*may_draw(s, checks[i]->name, NULL))
			return true;
	return false;
}

/* True when nothing is reported at the end any more. */
static bool let_go(struct shrinker *s)
{
	struct culprit it = s->it, wanted = it;
	struct run_result result;
	u32 nr;

	if (!draws_at_the_end(s))
		return false;
	if (!it.line)
		wanted.line = ANY_LINE;
	nr = free_devices(s);
	if (choose(s, s->now, nr, wanted, &result) && !draws_at_the_end(s)) {
		s->nr = nr;
		return true;
	}
	s->it = it;
	choose(s, s->now, s->nr, it, &result);
	return false;
}

static bool begin(struct shrinker *s, const char *check, struct shrink_result *result)
{
	struct culprit wanted = { .check = check, .line = ANY_LINE };
	struct run_result run_result;

	if (!choose(s, s->t->statements, s->t->nr_statements, wanted, &run_result))
		return false;
	result->check = s->it.check;
	cut(s, run_result.error);
	let_go(s);
	return shrink_still(s, s->now, s->nr);
}

static void shrink(struct shrinker *s)
{
	unsigned rounds = 0;

	remove_all(s);
	while (shrink_simplify(s) && ++rounds < MAX_ROUNDS)
		remove_all(s);
}

/* -------------------------------------------------------------------- ending */

static void expect(const struct dmalab_report *r, const struct statement *st, bool expected,
		   void *context)
{
	struct statement *to = (struct statement *)st;

	(void)expected, (void)context;
	if (!to || to->nr_expected == TRACE_MAX_EXPECTED)
		return;
	if (!to->expected)
		to->expected = calloc(TRACE_MAX_EXPECTED, sizeof(*to->expected));
	if (to->expected)
		to->expected[to->nr_expected++] = (struct expectation){ r->check, ALL_PROFILES };
}

static void print(struct shrinker *s, FILE *to, struct shrink_result *result)
{
	struct run_result run_result;
	struct trace t = *s->t;

	s->options.on_report = expect;
	run(s, s->now, s->nr, NULL, &run_result);
	t.statements = s->now;
	t.nr_statements = s->nr;
	trace_print(&t, to);
	s->options.on_report = NULL;
	result->as_expected = trace_run(&t, &s->options, &run_result);
}

static void end(struct shrinker *s)
{
	for (u32 i = 0; i < s->nr && s->now; i++)
		free(s->now[i].expected);
	free(s->now);
	free(s->next);
	free(s->args);
	free(s->same);
	free(s->defined);
	free(s->may);
}

bool trace_shrink(const struct trace *t, const struct run_options *o, const char *check, FILE *to,
		  struct shrink_result *result)
{
	struct shrinker s = { .t = t, .options = *o };
	bool found = false;

	*result = (struct shrink_result){ .check = NULL };
	s.options.on_failure = NULL;
	s.options.values = false;
	if (make_room(&s)) {
		copy(&s);
		result->before = s.nr;
		found = begin(&s, check, result);
	}
	if (found) {
		shrink(&s);
		/* One name may have stood for several devices, and now does not. */
		if (let_go(&s))
			shrink(&s);
		print(&s, to, result);
	}
	result->after = s.nr;
	result->runs = s.runs;
	result->gave_up = shrink_is_over(&s);
	end(&s);
	return found;
}

bool trace_shrink_by(const struct trace *t, shrink_still_fn *still, void *context, FILE *to,
		     struct shrink_result *result)
{
	struct shrinker s = { .t = t, .still = still, .options = { .context = context } };
	struct trace smallest = *t;
	bool found = false;

	*result = (struct shrink_result){ .check = NULL };
	if (make_room(&s)) {
		copy(&s);
		result->before = s.nr;
		found = shrink_still(&s, s.now, s.nr);
	}
	if (found) {
		shrink(&s);
		smallest.statements = s.now;
		smallest.nr_statements = s.nr;
		trace_print(&smallest, to);
		still(&smallest, context);
	}
	result->after = s.nr;
	result->runs = s.runs;
	result->gave_up = shrink_is_over(&s);
	end(&s);
	return found;
}
