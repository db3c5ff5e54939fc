/* SPDX-License-Identifier: MIT */
/*
 * dmalab score: what of a corpus of bugs is caught. A bug counts as caught where one of
 * the checks its header names is reported as the trace expects it, on some profile, and the
 * whole trace goes as expected on all of them; one of several traces, where each is. A
 * control is no bug: it is right where nothing is reported on any profile.
 */
#include "cli/cli.h"

#include <stdlib.h>
#include <string.h>

#define MAX_CLASSES 64
#define MAX_BUGS    1024

struct bug {
	char id[16], class[16], kind[16];
	bool seen_by_dma_debug, partly;
	bool has_trace, as_expected, caught, quiet; /* of all its traces */
	bool has_fix, fix_quiet;
	profile_set damages, breaks;  /* where its named checks are reported: coherency, others */
};

struct score {
	struct bug bugs[MAX_BUGS];
	unsigned nr;
	bool full;
};

/* The value of "# NAME: value" in the header, or NULL. */
static const char *field(const struct trace *t, const char *name)
{
	size_t len = strlen(name);

	for (u32 i = 0; i < t->nr_statements; i++) {
		const char *c = t->statements[i].comment;

		if (t->statements[i].call)
			break;
		if (c && strncmp(c, name, len) == 0 && c[len] == ':')
			return c + len + 1 + strspn(c + len + 1, " ");
	}
	return NULL;
}

static struct bug *bug_of(struct score *s, const char *id)
{
	for (unsigned i = 0; i < s->nr; i++)
		if (strcmp(s->bugs[i].id, id) == 0)
			return &s->bugs[i];
	if (s->nr == MAX_BUGS) {
		s->full = true;
		return NULL;
	}
	snprintf(s->bugs[s->nr].id, sizeof(s->bugs[0].id), "%s", id);
	return &s->bugs[s->nr++];
}

static bool is_control(const struct bug *b)
{
	return strcmp(b->kind, "control") == 0;
}

static bool is_historical(const struct bug *b)
{
	return strcmp(b->kind, "historical") == 0;
}

static bool is_other(const struct bug *b)
{
	return !is_control(b) && !is_historical(b);
}

struct named {
	const char *expects;   /* checks, as the header has them */
	bool damage, breach;   /* reported: coherency, others */
};

static void on_report(const struct dmalab_report *r, const struct statement *s, bool expected,
		      void *context)
{
	struct named *n = context;
	const char *at = n->expects ? strstr(n->expects, r->check) : NULL;
	size_t len = strlen(r->check);

	(void)s;
	if (!at || !expected || (at[len] != 0 && at[len] != ',' && at[len] != ' '))
		return;
	if (report_is_coherency(r))
		n->damage = true;
	else
		n->breach = true;
}

static void run_all(const struct trace *t, struct bug *b, bool fix)
{
	const char *profile;
	bool good = true, quiet = true;
	profile_set damages = 0, breaks = 0;

	for (unsigned i = 0; (profile = dmalab_profile_name(i)); i++) {
		struct named n = { .expects = field(t, "expects") };
		struct run_options o = {
			.profile = profile, .on_report = on_report, .context = &n,
		};
		struct run_result result;

		good &= trace_run(t, &o, &result);
		quiet &= !result.reports;
		damages |= (profile_set)n.damage << i;
		breaks |= (profile_set)n.breach << i;
	}
	if (fix) {
		b->fix_quiet = (b->fix_quiet || !b->has_fix) && good && quiet;
		b->has_fix = true;
		return;
	}
	b->as_expected = (b->as_expected || !b->has_trace) && good;
	b->caught = (b->caught || !b->has_trace) && good && (damages | breaks);
	b->quiet = (b->quiet || !b->has_trace) && good && quiet;
	b->has_trace = true;
	b->damages |= damages;
	b->breaks |= breaks;
}

static int take(const struct trace *t, void *context)
{
	struct score *s = context;
	const char *id = field(t, "bug"), *fixed = field(t, "fixed");
	const char *class = field(t, "class"), *kind = field(t, "kind");
	const char *debug = field(t, "dma-debug");
	struct bug *b;

	if (!id && !fixed)
		return AS_EXPECTED;
	b = bug_of(s, id ? id : fixed);
	if (!b)
		return BAD_USAGE;
	if (id) {
		snprintf(b->class, sizeof(b->class), "%s", class ? class : "?");
		snprintf(b->kind, sizeof(b->kind), "%.*s",
			 kind ? (int)strcspn(kind, " ;,") : 1, kind ? kind : "?");
		b->seen_by_dma_debug = debug && strncmp(debug, "yes", 3) == 0;
		b->partly = debug && strncmp(debug, "partly", 6) == 0;
	}
	run_all(t, b, !id);
	return AS_EXPECTED;
}

/* ------------------------------------------------------------------- table */

struct row {
	unsigned bugs, caught, yes, partly, fixes, fixes_quiet, quiet;
	profile_set damages, breaks;
};

static void add(struct row *row, const struct bug *b)
{
	row->bugs++;
	row->caught += b->caught;
	row->yes += b->seen_by_dma_debug;
	row->partly += b->partly;
	row->fixes += b->has_fix;
	row->fixes_quiet += b->has_fix && b->fix_quiet;
	row->quiet += b->quiet;
	row->damages |= b->damages;
	row->breaks |= b->breaks;
}

static void print_profiles(profile_set on)
{
	const char *profile;
	profile_set all = 0;

	for (unsigned i = 0; dmalab_profile_name(i); i++)
		all |= 1u << i;
	if (on == all)
		printf(" all");
	for (unsigned i = 0; on != all && (profile = dmalab_profile_name(i)); i++)
		if (on >> i & 1)
			printf(" %s", profile);
	printf(" |");
}

static void print_bugs(const char *name, const struct row *row)
{
	printf("| %s | %u | %u | %u | %u | %u of %u |", name, row->bugs, row->caught, row->yes,
	       row->partly, row->fixes_quiet, row->fixes);
	print_profiles(row->damages);
	print_profiles(row->breaks);
	putchar('\n');
}

static void print_controls(const char *name, const struct row *row)
{
	printf("| %s | %u | %u | %u | %u | %u of %u |\n", name, row->bugs, row->quiet, row->yes,
	       row->partly, row->fixes_quiet, row->fixes);
}

/* Which of the bugs a table is about, and what it says of them. */
struct table {
	const char *title, *columns;
	bool (*has)(const struct bug *b);
	void (*print)(const char *name, const struct row *row);
};

#define BUG_COLUMNS \
	"| class | bugs | caught | dma-debug sees | partly | fixed twins quiet " \
	"| damages data on | breaks the contract on |"

static const struct table tables[] = {
	{ "Historical bugs", BUG_COLUMNS, is_historical, print_bugs },
	{ "Derived and unmerged", BUG_COLUMNS, is_other, print_bugs },
	{ "Controls: no bugs, and nothing is to be reported",
	  "| class | controls | quiet | dma-debug complains | partly | fixed twins quiet |",
	  is_control, print_controls },
};

/* C2 before C10. */
static int by_class(const void *a, const void *b)
{
	const struct bug *x = a, *y = b;
	int d = atoi(x->class + 1) - atoi(y->class + 1);

	return d ? d : atoi(x->id + 1) - atoi(y->id + 1);
}

/* A row of dashes under the heads. */
static void print_rule(const char *columns)
{
	putchar('|');
	for (const char *c = strchr(columns + 1, '|'); c; c = strchr(c + 1, '|'))
		printf(" --- |");
	putchar('\n');
}

static void print_table(const struct score *s, const struct table *t)
{
	struct row all = { 0 }, row = { 0 };

	printf("%s\n\n%s\n", t->title, t->columns);
	print_rule(t->columns);
	for (unsigned i = 0; i < s->nr; i++) {
		const struct bug *b = &s->bugs[i];

		if (t->has(b)) {
			add(&row, b);
			add(&all, b);
		}
		if (i + 1 == s->nr || strcmp(b->class, s->bugs[i + 1].class) != 0) {
			if (row.bugs)
				t->print(b->class, &row);
			row = (struct row){ 0 };
		}
	}
	t->print("all", &all);
}

/* What is not as it should be; NULL: all is well. */
static const char *complaint(const struct bug *b)
{
	if (!b->as_expected)
		return "not as expected";
	if (is_control(b))
		return b->quiet ? NULL : "not quiet";
	return b->caught ? NULL : "not caught";
}

/* Returns the status, if what there is to complain about is no worse. */
static int print_complaints(const struct score *s, int status)
{
	bool any = false;

	for (unsigned i = 0; i < s->nr; i++) {
		const struct bug *b = &s->bugs[i];
		const char *what = complaint(b);
		bool fix_is_loud = b->has_fix && !b->fix_quiet;

		if (!what && !fix_is_loud)
			continue;
		any = true;
		printf("\n%s (%s): %s%s%s", b->id, b->class, what ? what : "",
		       what && fix_is_loud ? ", " : "",
		       fix_is_loud ? "the fixed twin is not quiet" : "");
	}
	if (!any)
		return status;
	putchar('\n');
	return status > NOT_AS_EXPECTED ? status : NOT_AS_EXPECTED;
}

int cmd_score(int argc, char **argv)
{
	struct visitor visitor = { .trace = take };
	struct score *s;
	int status;

	if (argc < 2)
		return usage_error("score: no corpus given");
	s = calloc(1, sizeof(*s));
	if (!s)
		return BAD_USAGE;
	visitor.context = s;
	status = for_each_trace(argv + 1, argc - 1, &visitor);
	if (!s->nr) {
		if (status == AS_EXPECTED)
			fputs("dmalab: score: no trace has a header \"# bug: NAME\"\n", stderr);
		free(s);
		return status > BAD_USAGE ? status : BAD_USAGE;
	}
	qsort(s->bugs, s->nr, sizeof(s->bugs[0]), by_class);
	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
		if (i > 0)
			putchar('\n');
		print_table(s, &tables[i]);
	}
	status = print_complaints(s, status);
	free(s);
	return status;
}
