/* SPDX-License-Identifier: MIT */
/*
 * told-plain TRACE...: each trace with its CPU accesses told, mixed (plain stores, told
 * loads) and plain, under each cache policy, on each profile.
 *
 * A trace that is right (its name ends in -fixed.dma, -near-miss.dma or -right.dma, or it is
 * of corpora/clean) sees the right values and reports nothing, every way. Any other reports
 * the same reports under every policy, told by check and statement.
 *
 * Only a store of the value that was there makes a difference: nobody sees it, and whether
 * it was there may depend on the policy. So what differs is compared once more with each
 * such byte replaced by another one: then it may not differ. So replaced, plain stores report the
 * checks that told ones report, under later statements; but for unwritten-read, which only a
 * machine can report that is told of all stores.
 */
#include "trace/trace.h"

#include <stdlib.h>
#include <string.h>

#define MAX_DRAWN 256u

static const char *const policies[] = { "never", "eager", "random", "lru" };

#define NR_POLICIES (sizeof(policies) / sizeof(policies[0]))

struct outcome {
	struct run_result result;
	unsigned nr;
	struct {
		u32 line;
		const char *check;
	} drawn[MAX_DRAWN];
};

static struct {
	unsigned traces, runs, failures, repeated;
	unsigned long reports;
} count;

static bool ends_with(const char *text, const char *end)
{
	size_t len = strlen(text), n = strlen(end);

	return len >= n && strcmp(text + len - n, end) == 0;
}

static bool is_right(const char *file)
{
	return ends_with(file, "-fixed.dma") || ends_with(file, "-near-miss.dma") ||
	       ends_with(file, "-right.dma") || strstr(file, "/clean/");
}

static void on_report(const struct dmalab_report *r, const struct statement *s, bool expected,
		      void *context)
{
	struct outcome *o = context;
	u32 line = s ? s->line : 0;

	(void)expected;
	for (unsigned i = 0; i < o->nr; i++)
		if (o->drawn[i].line == line && strcmp(o->drawn[i].check, r->check) == 0)
			return;
	if (o->nr == MAX_DRAWN)
		abort();
	o->drawn[o->nr].line = line;
	o->drawn[o->nr++].check = r->check;
}

static void run(const struct trace *t, const struct run_options *how, struct outcome *o)
{
	struct run_options options = *how;

	memset(o, 0, sizeof(*o));
	options.on_report = on_report;
	options.context = o;
	options.seed = 7;
	trace_run(t, &options, &o->result);
	count.runs++;
	count.reports += o->result.reports;
}

static bool has(const struct outcome *o, u32 line, const char *check)
{
	for (unsigned i = 0; i < o->nr; i++)
		if (o->drawn[i].line == line && strcmp(o->drawn[i].check, check) == 0)
			return true;
	return false;
}

static void show(const struct outcome *o, const struct outcome *other)
{
	for (unsigned i = 0; i < o->nr; i++)
		if (!other || !has(other, o->drawn[i].line, o->drawn[i].check))
			printf(" %u:%s", o->drawn[i].line, o->drawn[i].check);
}

/* Statements that stop the run are no less part of what it did. */
static bool same(const struct outcome *a, const struct outcome *b)
{
	if (a->nr != b->nr || a->result.error != b->result.error)
		return false;
	for (unsigned i = 0; i < a->nr; i++)
		if (!has(b, a->drawn[i].line, a->drawn[i].check))
			return false;
	return true;
}

static void check_right(const struct trace *t, const struct run_options *how,
			const struct outcome *o)
{
	if (!o->nr && !o->result.wrong_values && !o->result.error)
		return;
	count.failures++;
	printf("%s %s, %s, %s: %u wrong values, drew", t->file, accesses_names[how->accesses], how->profile,
	       how->policy, o->result.wrong_values);
	show(o, NULL);
	if (o->result.error)
		printf(" and stopped at line %d", o->result.error);
	printf("\n");
}

/* False: what is reported depends on the policy; @repeated: bytes that were stored unseen. */
static bool agree(const struct trace *t, struct run_options how, bool tell, u64 *repeated)
{
	static struct outcome first, other;
	bool good = true;

	*repeated = 0;
	for (size_t i = 0; i < NR_POLICIES; i++) {
		struct outcome *o = i ? &other : &first;

		how.policy = policies[i];
		run(t, &how, o);
		*repeated += o->result.repeated;
		if (!tell && is_right(t->file))
			check_right(t, &how, o);
		if (same(&first, o))
			continue;
		good = false;
		if (!tell)
			continue;
		printf("%s %s%s, %s: reported under never alone:", t->file, accesses_names[how.accesses],
		       how.distinct ? " (all stores seen)" : "", how.profile);
		show(&first, o);
		printf(", under %s alone:", policies[i]);
		show(o, &first);
		printf("\n");
	}
	return good;
}

static void compare(const struct trace *t, const char *profile, enum accesses accesses)
{
	struct run_options how = { .profile = profile, .accesses = accesses };
	u64 repeated;

	if (agree(t, how, false, &repeated))
		return;
	count.repeated += repeated != 0;
	how.distinct = repeated != 0;
	count.failures += !agree(t, how, true, &repeated);
}

/* What cannot be said where stores may go unseen. */
static bool needs_telling(const char *check)
{
	return strcmp(check, "unwritten-read") == 0;
}

static bool draws(const struct outcome *o, const char *check)
{
	for (unsigned i = 0; i < o->nr; i++)
		if (strcmp(o->drawn[i].check, check) == 0)
			return true;
	return false;
}

/* A store that is found is judged as a told one, later: the same checks are reported. */
static void compare_ways(const struct trace *t, const char *profile)
{
	static struct outcome told, mixed;
	struct run_options how = { .profile = profile };
	bool good = true;

	run(t, &how, &told);
	how.accesses = ACCESSES_MIXED;
	how.distinct = true;
	run(t, &how, &mixed);
	for (unsigned i = 0; i < told.nr; i++)
		good &= needs_telling(told.drawn[i].check) || draws(&mixed, told.drawn[i].check);
	for (unsigned i = 0; i < mixed.nr; i++)
		good &= draws(&told, mixed.drawn[i].check);
	if (good)
		return;
	count.failures++;
	printf("%s, %s: reported by told accesses:", t->file, profile);
	show(&told, NULL);
	printf(", by plain stores:");
	show(&mixed, NULL);
	printf("\n");
}

static void complain(const struct complaint *c, void *context)
{
	(void)context;
	trace_print_complaint(c, stderr, false);
}

static struct trace *load(const char *path)
{
	FILE *in = fopen(path, "r");
	char *text = in ? malloc(TRACE_MAX_TEXT + 1) : NULL;
	struct trace *t = NULL;

	if (text)
		t = trace_parse(path, text, fread(text, 1, TRACE_MAX_TEXT + 1, in), complain, NULL);
	else
		perror(path);
	free(text);
	if (in)
		fclose(in);
	return t;
}

int main(int argc, char **argv)
{
	const char *profile;

	for (int i = 1; i < argc; i++) {
		struct trace *t = load(argv[i]);

		if (!t)
			return 2;
		count.traces++;
		for (unsigned p = 0; (profile = dmalab_profile_name(p)); p++) {
			for (int way = ACCESSES_TOLD; way <= ACCESSES_PLAIN; way++)
				compare(t, profile, way);
			compare_ways(t, profile);
		}
		trace_free(t);
	}
	printf("%u programs, %u runs, %lu reports, %u comparisons made again for stores of what was there: %u failures\n",
	       count.traces, count.runs, count.reports, count.repeated, count.failures);
	return !count.traces || count.failures;
}
