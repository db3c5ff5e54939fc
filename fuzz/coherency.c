// SPDX-License-Identifier: MIT
/*
 * Target "coherency": the promise, attacked.
 *
 *   A program that gives no coherency report computes the same values whatever
 *   the cache does. A program that reports one has two legal caches that disagree.
 *
 * One program is run on machines that differ in nothing but what their cache does
 * of its own accord. Everything must be the same on all of them: what calls
 * return, which reports are made and by what, and what every load of the CPU and
 * of the devices gives; but a load may give different bytes where a coherency
 * report says so, and so may one of memory that nobody owns: its report is
 * "cpu-use-after-free", whatever else is wrong with the bytes.
 *
 * Programs store constants and never what they have loaded, so a byte that
 * differs does not make others differ.
 *
 * Some of the CPU's accesses are loads and stores of C, which the machine is not told of. The
 * same holds for them, and one thing more: the program is also run told, and must report the
 * same reports (compare_with_told()). A load of C has no report to excuse it; what the load
 * reports where it is told does.
 *
 * Every program also runs on a machine that copies what is mapped and on one that is
 * like it but does not. There values may differ only where the first one reports it.
 */
#include "coherency.h"
#include "target.h"

#include <stdlib.h>
#include <string.h>

/*
 * What the cache does. One does nothing but what the program asks it to, so that
 * the fuzzer can look for the one eviction that matters.
 */
static const struct variant variants[] = {
	{ .name = "never, but as the program says", .policy = "never", .steered = true },
	{ .name = "eager", .policy = "eager" },
	{ .name = "random", .policy = "random" },
	{ .name = "lru", .policy = "lru" }, /* last: only some programs ask for it */
};

static const struct variant bouncing = { .name = "swiotlb", .policy = "never", .profile = "swiotlb" };
static const struct variant direct = { .name = "x86", .policy = "never", .profile = "x86" };
static const struct variant bouncing_told = {
	.name = "swiotlb, told", .policy = "never", .profile = "swiotlb", .told = true,
};

/* With loads, to excuse; without, as of those of C nothing is known. */
static const struct variant all_told = { .name = "told", .policy = "never", .told = true };
static const struct variant told_stores = {
	.name = "told, and each store looked at", .policy = "never", .told = true,
	.no_loads = true, .looks = true,
};
static const struct variant looked_at = {
	.name = "each store looked at", .policy = "never", .no_loads = true, .looks = true,
};

#define NR_VARIANTS (sizeof(variants) / sizeof(variants[0]))

static struct trace traces[NR_VARIANTS];
static struct trace excuses; /* of the program told */

/* --------------------------------------------------------------- compare */

static void print_remark(const struct remark *r)
{
	fprintf(stderr, "    step %u: %s%s", r->step, r->check,
		r->found ? " about a store of C that was found" : "");
	if (r->bytes)
		fprintf(stderr, ", bytes %zu..%zu of the access, %zu in number", r->first, r->last,
			r->bytes);
	fprintf(stderr, "\n");
}

static void print_trace(const struct trace *t, const struct variant *v, unsigned step)
{
	fprintf(stderr, "  %s:\n    result %d, loaded", v->name, t->result[step]);
	for (unsigned i = 0; step < t->nr_steps && i < t->loaded[step]; i++)
		fprintf(stderr, " %02x", t->load[step][i]);
	fprintf(stderr, "\n");
	for (unsigned i = 0; i < remarks_kept(t); i++)
		if (t->remark[i].step == step)
			print_remark(&t->remark[i]);
}

/* Two runs of a program, side by side. */
struct pair {
	const struct program *p;
	const struct trace *a, *b;
	const struct variant *va, *vb;
};

static _Noreturn void finding(const struct pair *t, unsigned step, const char *what)
{
	fprintf(stderr, "\nFINDING (coherency): %s, at step %u (operation %u) of\n", what, step,
		step % t->p->nr_ops);
	program_print(t->p, stderr);
	print_trace(t->a, t->va, step);
	print_trace(t->b, t->vb, step);
	abort();
}

static bool same_remark(const struct remark *a, const struct remark *b)
{
	return a->step == b->step && a->check == b->check && a->found == b->found &&
		a->first == b->first && a->last == b->last && a->bytes == b->bytes;
}

/*
 * What bytes hold that a device wrote and nobody synced, or whose stores were lost, depends on
 * the cache: and so does it, by chance, whether a store of C to them is of the value that was
 * there, and cannot be found. The first store to bytes that were not the same in both runs,
 * from which on reports may differ; or ~0u. All else must be the same there, too.
 */
static unsigned first_doubt(const struct trace *a, const struct trace *b)
{
	unsigned step = 0, nr = a->nr_steps < b->nr_steps ? a->nr_steps : b->nr_steps;

	while (step < nr && a->before[step] == b->before[step])
		step++;
	return step < nr ? step : ~0u;
}

/* Returns the step from which on the two are not to be compared, or ~0u. */
static unsigned compare_remarks(const struct pair *t)
{
	const struct trace *a = t->a, *b = t->b;
	unsigned doubt = first_doubt(a, b);

	for (unsigned i = 0; i < a->nr_remarks || i < b->nr_remarks; i++) {
		const struct remark *r = i < a->nr_remarks ? &a->remark[i] : NULL;
		const struct remark *s = i < b->nr_remarks ? &b->remark[i] : NULL;

		if (i == MAX_REMARKS)
			break;
		if (r && s && same_remark(r, s))
			continue;
		if ((!r || r->step >= doubt) && (!s || s->step >= doubt))
			return doubt;
		if (!r)
			finding(t, s->step, "a report that others do not make");
		if (!s)
			finding(t, r->step, "a report is not made");
		finding(t, r->step, "another report is made");
	}
	if (a->nr_remarks != b->nr_remarks)
		finding(t, a->nr_steps, "the number of reports differs");
	return ~0u;
}

/* The report that excuses this step, or NULL: an access reports at most one of its own. */
static const struct remark *excuse(const struct trace *t, unsigned step)
{
	for (unsigned i = 0; i < remarks_kept(t); i++)
		if (t->remark[i].step == step && t->remark[i].excuse)
			return &t->remark[i];
	return NULL;
}

static const struct op *op_at(const struct program *p, unsigned step)
{
	return &p->op[step % p->nr_ops];
}

/* A load of @t->a may differ as far as a report there says. @told: the same program, told. */
static void compare_load(const struct pair *t, const struct trace *told, unsigned step)
{
	const struct trace *a = t->a, *b = t->b;
	const struct remark *r;
	size_t bytes = 0;

	if (memcmp(a->load[step], b->load[step], a->loaded[step]) == 0)
		return;
	r = excuse(op_at(t->p, step)->plain ? told : a, step);
	if (!r)
		finding(t, step, "values differ without a coherency report");
	if (!r->bytes || r->excuse == FOR_ACCESS)
		return;
	for (size_t i = 0; i < a->loaded[step]; i++) {
		if (a->load[step][i] == b->load[step][i])
			continue;
		if (i < r->first || i > r->last || ++bytes > r->bytes)
			finding(t, step, "more bytes differ than the report says");
	}
}

static bool same_results(const struct pair *t, unsigned step)
{
	return t->a->result[step] == t->b->result[step] &&
	       t->a->loaded[step] == t->b->loaded[step];
}

/* ----------------------------------------------- copies, and none of them */

static bool has_plain(const struct program *p)
{
	for (unsigned i = 0; i < p->nr_ops; i++)
		if (p->op[i].plain)
			return true;
	return false;
}

/*
 * Do both report the same, but for what is there to be told of copies? Which call finds a
 * store of C is not the same on both.
 */
static bool same_contract(const struct pair *t, unsigned step)
{
	const char *drawn[2] = { NULL, NULL };
	const struct trace *both[2] = { t->a, t->b };

	if (excuse(t->a, step))
		return true;
	for (unsigned k = 0; k < 2; k++)
		for (unsigned i = 0; i < remarks_kept(both[k]); i++) {
			const struct remark *r = &both[k]->remark[i];

			if (r->step == step && !r->found)
				drawn[k] = r->check;
		}
	return drawn[0] == drawn[1];
}

/*
 * Addresses are others, and slots may be used up: what a wrong address leads to may
 * differ, and from there on the programs are not the same any more.
 */
static void compare_with_copies(const struct program *p)
{
	static struct trace with, without, with_told;
	struct pair t = { p, &with, &without, &bouncing, &direct };

	run_program(p, &bouncing, &with);
	run_program(p, &direct, &without);
	if (has_plain(p))
		run_program(p, &bouncing_told, &with_told);
	for (unsigned step = 0; step < with.nr_steps && step < with.astray; step++) {
		if (!same_results(&t, step) || !same_contract(&t, step))
			return;
		compare_load(&t, &with_told, step);
	}
}

/* ------------------------------------------------------------------ told */

typedef bool wanted_fn(const struct program *p, const struct remark *r);

static bool is_any(const struct program *p, const struct remark *r)
{
	(void)p;
	(void)r;
	return true;
}

static bool is_plain(const struct program *p, unsigned step)
{
	return step < p->nr_ops * p->rounds && op_at(p, step)->plain;
}

/* Reported by the call itself, and not for a store of C that it found. */
static bool is_own(const struct program *p, const struct remark *r)
{
	return !r->found && !is_plain(p, r->step);
}

/* The checks that one step reports. */
struct drawn {
	unsigned nr;
	const char *check[MAX_REMARKS];
};

static bool is_drawn(const struct drawn *d, const char *check)
{
	for (unsigned i = 0; i < d->nr; i++)
		if (d->check[i] == check)
			return true;
	return false;
}

/* From remark *@i on. One store of C may be several runs, and report a thing for each of them. */
static void collect(const struct program *p, const struct trace *t, unsigned *i, unsigned step,
		    wanted_fn *wanted, struct drawn *d)
{
	d->nr = 0;
	for (; *i < remarks_kept(t) && t->remark[*i].step == step; ++*i) {
		const struct remark *r = &t->remark[*i];

		if (wanted(p, r) && !(is_plain(p, step) && is_drawn(d, r->check)))
			d->check[d->nr++] = r->check;
	}
}

static bool same_sequence(const struct drawn *a, const struct drawn *b)
{
	for (unsigned i = 0; i < a->nr && i < b->nr; i++)
		if (a->check[i] != b->check[i])
			return false;
	return a->nr == b->nr;
}

/*
 * Of a store of C the order is not the same: its runs are told all before they are looked at,
 * and found as the looks come to their lines. Nor are runs cut alike: what goes from cached
 * memory into memory that is not is told as one access, which reports the most severe of what is
 * wrong with it, but is found as two. And a run that is told endangers bytes of its line that
 * the next one overwrites: those of one look are found together, and are no victims.
 */
static bool same_of_store(const struct drawn *told, const struct drawn *found, bool split)
{
	unsigned nr = told->nr;
	bool gravest = false;

	for (unsigned i = 0; i < told->nr; i++) {
		if (!is_drawn(found, told->check[i])) {
			if (!split || strcmp(told->check[i], "shared-cache-line") != 0)
				return false;
			nr--;
		}
		gravest |= strcmp(told->check[i], "cpu-use-after-free") == 0;
	}
	return gravest || nr == found->nr;
}

/* The first step of which not all reports are kept. */
static unsigned first_unkept(const struct trace *t)
{
	return remarks_lost(t) ? t->remark[MAX_REMARKS - 1].step : t->nr_steps + 1;
}

/* Of the program told, and as it is, the reports that are @wanted are the same, step by step. */
static void compare_checks(const struct pair *t, wanted_fn *wanted, const char *what)
{
	static struct drawn told, found;
	unsigned i = 0, k = 0, end = first_doubt(t->a, t->b);

	if (end > first_unkept(t->a))
		end = first_unkept(t->a);
	if (end > first_unkept(t->b))
		end = first_unkept(t->b);
	for (unsigned step = 0; step < end; step++) {
		collect(t->p, t->a, &i, step, wanted, &told);
		collect(t->p, t->b, &k, step, wanted, &found);
		if (is_plain(t->p, step) ? !same_of_store(&told, &found, t->a->split[step]) :
					   !same_sequence(&told, &found))
			finding(t, step, what);
	}
}

/* Does a store of C report anything, in this run? */
static bool stores_draw(const struct program *p, const struct trace *t)
{
	for (unsigned i = 0; i < remarks_kept(t); i++)
		if (t->remark[i].step < t->nr_steps && op_at(p, t->remark[i].step)->plain)
			return true;
	return false;
}

/*
 * The reports of the program told, without its loads of C: of these nobody knows.
 *
 * When each store of C is looked at the moment it was made, all reports are the same. When
 * nobody does, those are that are not about stores. Those come when somebody looks: about
 * parts of the bytes, of which each reports what is wrong with it; but none comes where nothing
 * is wrong with the stores. Only which bytes a store endangers beside it depends on which
 * came first, of stores that one call finds, and that it does not know.
 */
static void compare_with_told(const struct program *p)
{
	static struct trace a, b;
	struct pair looked = { p, &a, &b, &told_stores, &looked_at };
	struct pair found = { p, &a, &traces[0], &told_stores, &variants[0] };
	unsigned doubt;

	run_program(p, &told_stores, &a);
	run_program(p, &looked_at, &b);
	compare_checks(&looked, is_any, "a store of C gives other reports than a told one");
	compare_checks(&found, is_own, "after stores of C, others are reported than after told ones");
	if (stores_draw(p, &a) || remarks_lost(&a))
		return;
	doubt = first_doubt(&a, &traces[0]);
	for (unsigned i = 0; i < remarks_kept(&traces[0]); i++) {
		const struct remark *r = &traces[0].remark[i];

		if (r->found && r->step < doubt && strcmp(r->check, "shared-cache-line") != 0)
			finding(&found, r->step, "a store of C is reported, but not when told");
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct program p;
	unsigned nr, limit;

	program_decode(&p, data, size);
	nr = p.lru ? NR_VARIANTS : NR_VARIANTS - 1;
	for (unsigned i = 0; i < nr; i++)
		run_program(&p, &variants[i], &traces[i]);
	if (has_plain(&p))
		run_program(&p, &all_told, &excuses);
	for (unsigned i = 1; i < nr; i++) {
		struct pair t = { &p, &traces[0], &traces[i], &variants[0], &variants[i] };

		limit = compare_remarks(&t);
		for (unsigned step = 0; step < t.a->nr_steps && step < limit; step++) {
			if (!same_results(&t, step))
				finding(&t, step, "the call's result differs");
			compare_load(&t, &excuses, step);
		}
	}
	compare_with_copies(&p);
	if (has_plain(&p))
		compare_with_told(&p);
	return 0;
}

void target_print(const uint8_t *data, size_t size, FILE *to)
{
	static struct program p;

	program_decode(&p, data, size);
	program_print(&p, to);
}

uint8_t *target_read(const uint8_t *data, size_t size, size_t *len)
{
	(void)data, (void)size, (void)len;
	return NULL;
}
