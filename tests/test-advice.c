/* SPDX-License-Identifier: MIT */
/*
 * Advice cures: for every report about coherency or ownership of the traces of the corpora,
 * of random programs, and of these with bytes of their binary form changed, on every profile, the calls that it says are
 * missing are put into the program. Run again, that access gives no such report, and no
 * other comes about the same bytes.
 *
 * Usage: test-advice.t [programs [seed]], or test-advice.t FILE.dma... for these alone.
 */
#include "trace/advice.h"

#include "advice-programs.h"

#include <dirent.h>
#include <linux/mm.h>
#include <stdlib.h>
#include <string.h>

struct counts {
	unsigned programs, reports, advised, calls, cured, uncovered, in_words, unplaced, unnamed, failed;
};

static const char *only_profile;

static void quiet(const struct complaint *c, void *context)
{
	(void)c, (void)context;
}

static void fail(struct counts *c, const struct trace *t, const char *profile,
		 const struct drawn *d, const char *why, const char *text)
{
	if (++c->failed > 5)
		return;
	printf("# %s:%u on %s: %s: %s\n# missing: %s\n", t->file, d->line, profile, d->check, why,
	       d->missing ? d->missing : "nothing");
	for (const char *at = text; at && *at; at += strcspn(at, "\n"), at += *at == '\n')
		printf("#   %.*s\n", (int)strcspn(at, "\n"), at);
}

/* -------------------------------------------------------------------- probing */

/* Reads beside a statement, which may be a free: to see whether it leaves bytes lost. */
struct probe {
	u32 line;
	u64 phys, len;
	bool reading, lost;
};

static void on_probe(struct run *r, const struct statement *s, bool done, void *context)
{
	static u8 buf[TRACE_MAX_ACCESS];
	struct probe *probe = context;

	(void)r, (void)done;
	if (s->line != probe->line || probe->len > sizeof(buf))
		return;
	probe->reading = true;
	dmalab_cpu_read(phys_to_virt(probe->phys), buf, probe->len);
	probe->reading = false;
}

static void on_probed(const struct dmalab_report *r, const struct statement *s, bool expected,
		      void *context)
{
	struct probe *probe = context;

	(void)s, (void)expected;
	/* Memory that is free by then has nobody who could lose it. */
	probe->lost |= probe->reading && (strncmp(r->check, "lost-", 5) == 0 ||
					  strcmp(r->check, "cpu-use-after-free") == 0);
}

static bool is_lost(const struct trace *t, const struct run_options *o, const struct drawn *d,
		     u32 line)
{
	struct probe probe = { .line = line, .phys = d->phys, .len = d->len };
	struct run_options options = {
		.profile = o->profile, .on_report = on_probed, .on_statement = on_probe,
		.context = &probe,
	};
	struct run_result result;

	trace_run(t, &options, &result);
	return probe.lost;
}

static void apply(struct counts *c, const struct trace *t, const struct run_options *o,
		  const struct drawn_list *before, const struct drawn *d)
{
	struct drawn_list after;
	struct outcome outcome;
	struct trace *mended;
	size_t len;
	u32 *from;
	char *text = advice_apply(t, o, d, &len, &from);

	if (!text) {
		c->unnamed++;
		return;
	}
	c->calls += d->nr_calls;
	mended = trace_parse(t->file, text, len, quiet, NULL);
	if (!mended) {
		fail(c, t, o->profile, d, "the trace with the calls is none", text);
	} else {
		drawn_find(&after, mended, o);
		outcome = advice_outcome(before, d, &after, from);
		if (!outcome.gone)
			fail(c, t, o->profile, d, "is not gone", text);
		else if (outcome.new)
			fail(c, t, o->profile, d, outcome.new->check, text);
		else if (outcome.uncovered &&
			 !is_lost(t, o, outcome.uncovered, from[outcome.uncovered->line - 1]))
			fail(c, t, o->profile, d, "shared-cache-line of bytes that were not lost",
			     text);
		else
			c->cured++;
		c->uncovered += outcome.uncovered != NULL;
		drawn_free(&after);
		trace_free(mended);
	}
	free(text);
	free(from);
}

static void look_at(struct counts *c, const struct trace *t, const char *profile)
{
	struct run_options o = { .profile = profile };
	struct drawn_list drawn;

	drawn_find(&drawn, t, &o);
	for (u32 i = 0; i < drawn.nr; i++) {
		const struct drawn *d = &drawn.of[i];

		if (!drawn_is_advised(d))
			continue;
		c->reports++;
		if (d->nr_calls) {
			c->advised++;
			apply(c, t, &o, &drawn, d);
		} else if (d->found && strstr(d->missing, "before this store")) {
			c->unplaced++;
		} else if (d->missing) {
			c->in_words++;
		} else {
			fail(c, t, profile, d, "says nothing of what is missing", NULL);
		}
	}
	drawn_free(&drawn);
}

static void look_everywhere(struct counts *c, const char *name, const char *text, size_t len)
{
	struct trace *t = trace_parse(name, text, len, quiet, NULL);
	const char *profile;

	if (!t)
		return;
	c->programs++;
	for (unsigned i = 0; (profile = dmalab_profile_name(i)); i++)
		if (!only_profile || strcmp(only_profile, profile) == 0)
			look_at(c, t, profile);
	trace_free(t);
}

/* -------------------------------------------------------------------- corpora */

static void look_at_file(struct counts *c, const char *path)
{
	static char text[TRACE_MAX_TEXT];
	FILE *in = fopen(path, "r");
	size_t len = in ? fread(text, 1, sizeof(text), in) : 0;

	if (in)
		fclose(in);
	look_everywhere(c, path, text, len);
}

static void look_at_folder(struct counts *c, const char *folder)
{
	const char *top = getenv("srcdir");
	char path[4096];
	struct dirent *entry;
	DIR *dir;

	snprintf(path, sizeof(path), "%s/corpora/%s", top ? top : ".", folder);
	dir = opendir(path);
	while (dir && (entry = readdir(dir))) {
		size_t len = strlen(entry->d_name);

		if (len < 4 || strcmp(entry->d_name + len - 4, ".dma") != 0)
			continue;
		snprintf(path, sizeof(path), "%s/corpora/%s/%s", top ? top : ".", folder,
			 entry->d_name);
		look_at_file(c, path);
	}
	if (dir)
		closedir(dir);
}

/* ------------------------------------------------------------------- programs */

static void look_at_programs(struct counts *c, unsigned nr, u64 seed)
{
	char name[64];

	for (unsigned i = 0; i < nr; i++) {
		struct program p;

		program_make(&p, seed + i);
		snprintf(name, sizeof(name), "program %llu", (unsigned long long)seed + i);
		look_everywhere(c, name, p.text, p.len);
	}
}

/* Any bytes are a program. Those of one in which a few have changed do more than most. */
static void look_at_bytes(struct counts *c, unsigned nr, u64 seed)
{
	char name[64];

	for (unsigned i = 0; i < nr; i++) {
		struct program p;
		struct trace *t;
		size_t len = 0;
		char *text = NULL;
		u8 *bytes;

		program_make(&p, seed + i);
		t = trace_parse("program", p.text, p.len, quiet, NULL);
		bytes = t ? trace_encode(t, &len) : NULL;
		if (bytes) {
			program_change(bytes, len, seed + i);
			text = trace_decode(bytes, len, &len);
		}
		snprintf(name, sizeof(name), "bytes %llu", (unsigned long long)seed + i);
		if (text)
			look_everywhere(c, name, text, len);
		free(text);
		free(bytes);
		trace_free(t);
	}
}

/* ---------------------------------------------------------------------- report */

static bool tell(unsigned nr, const char *what, const struct counts *c)
{
	bool good = !c->failed && c->programs && c->cured == c->advised - c->unnamed;

	printf("%sok %u - %s: %u programs, %u reports: %u with calls (%u %%), %u applied in %u calls, "
	       "%u cured; %u in words only; %u failed\n", good ? "" : "not ", nr, what, c->programs,
	       c->reports, c->advised, c->reports ? c->advised * 100 / c->reports : 0,
	       c->advised - c->unnamed, c->calls, c->cured, c->in_words, c->failed);
	if (c->unplaced)
		printf("# %u say calls for plain stores, of which nobody knows the line\n", c->unplaced);
	if (c->uncovered)
		printf("# %u let a shared-cache-line come to light, that was there: a read beside the store shows its bytes lost without the calls, too\n",
		       c->uncovered);
	if (c->unnamed)
		printf("# %u could not be written: the trace has given the device's name away\n",
		       c->unnamed);
	fflush(stdout);
	return good;
}

/* Sanitizers take most of a test's time. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define DEFAULT_PROGRAMS 40
#else
#define DEFAULT_PROGRAMS 500
#endif

int main(int argc, char **argv)
{
	bool slow = getenv("TEST_RUNNER") && *getenv("TEST_RUNNER");
	unsigned nr = argc > 1 ? strtoul(argv[1], NULL, 0) : slow ? 20 : DEFAULT_PROGRAMS;
	u64 seed = argc > 2 ? strtoull(argv[2], NULL, 0) : 1;
	struct counts corpora = { 0 }, programs = { 0 }, bytes = { 0 };
	bool good = true;

	only_profile = getenv("ADVICE_PROFILE");
	if (argc > 1 && !nr) {
		for (int i = 1; i < argc; i++)
			look_at_file(&corpora, argv[i]);
		return tell(1, "files", &corpora) ? 0 : 1;
	}
	printf("1..3\n");
	look_at_folder(&corpora, "checks");
	look_at_folder(&corpora, slow ? "clean" : "bugs");
	if (!slow)
		look_at_folder(&corpora, "clean");
	good &= tell(1, "corpora", &corpora);
	/*
	 * What nobody has stored is the program's business, not the advice's: a hand-over more
	 * says it once more, and changed bytes are full of it.
	 */
	setenv("DMALAB_OPTIONS", "checks=full,-uninitialised-to-device", 1);
	look_at_programs(&programs, nr, seed);
	good &= tell(2, "random programs", &programs);
	look_at_bytes(&bytes, nr, seed);
	good &= tell(3, "changed bytes", &bytes);
	return good ? 0 : 1;
}
