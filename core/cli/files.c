/* SPDX-License-Identifier: MIT */
/* Traces from files, directories and standard input. */
#include "cli/cli.h"
#include "base/utf8.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

bool use_colour(FILE *to)
{
	const char *no = getenv("NO_COLOR");

	return isatty(fileno(to)) && !(no && *no);
}

/* Who is to know of what cannot be read, beside those who see standard error. */
struct listener {
	const struct visitor *v;      /* NULL: nobody */
	const char *path;
};

static void tell_problem(const struct listener *l, const struct problem *p)
{
	if (l->v && l->v->problem)
		l->v->problem(p, l->v->context);
}

static void cannot(const struct listener *l, const char *why)
{
	struct problem p = {
		.rule = failure_rules[FAILED_RUN].id, .file = l->path, .text = why,
	};

	fprintf(stderr, "dmalab: %s: %s\n", l->path, why);
	tell_problem(l, &p);
}

static u32 characters(const char *text, u32 bytes)
{
	u32 n = 0;

	for (unsigned c; bytes; n++) {
		unsigned len = utf8_next(text, &c);

		len = len && len <= bytes ? len : 1;
		text += len;
		bytes -= len;
	}
	return n;
}

static void tell(const struct complaint *c, void *context)
{
	const struct listener *l = context;
	struct problem p = {
		.rule = failure_rules[FAILED_RUN].id, .line = c->line, .column = c->column,
		.file = c->trace && c->trace->file ? c->trace->file : l->path,
		.text = c->text, .hint = c->hint,
	};

	trace_print_complaint(c, stderr, use_colour(stderr));
	if (c->line)
		p.character = characters(c->trace->text + c->trace->line_start[c->line - 1],
					 c->column - 1) + 1;
	tell_problem(l, &p);
}

/* A byte more than is allowed is enough to tell that it is too much. */
static char *read_told(const struct listener *l, size_t *len)
{
	FILE *in = strcmp(l->path, "-") == 0 ? stdin : fopen(l->path, "r");
	char *text = in ? malloc(TRACE_MAX_TEXT + 1) : NULL;

	if (text) {
		*len = fread(text, 1, TRACE_MAX_TEXT + 1, in);
		if (ferror(in)) {
			free(text);
			text = NULL;
		}
	}
	if (!text)
		cannot(l, strerror(errno));
	if (in && in != stdin)
		fclose(in);
	return text;
}

char *read_text(const char *path, size_t *len)
{
	return read_told(&(struct listener){ .path = path }, len);
}

static struct trace *load(struct listener *l)
{
	size_t len;
	char *text = read_told(l, &len);
	struct trace *t;

	if (!text)
		return NULL;
	if (len && (u8)text[0] == BINARY_MAGIC) {
		char *bytes = text;

		text = trace_decode((const u8 *)bytes, len, &len);
		free(bytes);
		if (!text) {
			cannot(l, "no memory to decode it");
			return NULL;
		}
	}
	t = trace_parse(strcmp(l->path, "-") == 0 ? "<stdin>" : l->path, text, len, tell, l);
	free(text);
	return t;
}

struct trace *load_trace(const char *path)
{
	return load(&(struct listener){ .path = path });
}

/* A directory that was entered. */
struct entered {
	dev_t device;
	ino_t inode;
};

struct walk {
	const struct visitor *v;
	int status;
	unsigned traces;
	struct entered *entered;
	size_t nr_entered;
};

/*
 * The first signal ends the walk after the trace that is being looked at, so that what is
 * written is complete as far as it goes; a second one is not waited for.
 */
static volatile sig_atomic_t interrupted;

static void on_signal(int number)
{
	(void)number;
	interrupted = true;
}

/* Without SA_RESTART: who waits for input is to know. What is ignored stays so. */
static void listen_to_signals(void)
{
	static const int signals[] = { SIGINT, SIGTERM, SIGHUP };
	struct sigaction sa = { .sa_handler = on_signal, .sa_flags = SA_RESETHAND }, old;

	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		if (!sigaction(signals[i], NULL, &old) && old.sa_handler == SIG_DFL)
			sigaction(signals[i], &sa, NULL);
}

static void note(struct walk *w, int status)
{
	if (status > w->status)
		w->status = status;
}

static void visit_file(struct walk *w, const char *path)
{
	struct trace *t;

	if (interrupted)
		return;
	t = load(&(struct listener){ .v = w->v, .path = path });

	/* Not read because of the signal. */
	if (!t && interrupted)
		return;
	w->traces++;
	note(w, t ? w->v->trace(t, w->v->context) : BAD_USAGE);
	trace_free(t);
}

static void cannot_visit(struct walk *w, const char *path, const char *why)
{
	cannot(&(struct listener){ .v = w->v, .path = path }, why);
	note(w, BAD_USAGE);
}

static int is_wanted(const struct dirent *e)
{
	return e->d_name[0] != '.';
}

static bool is_trace(const char *path)
{
	size_t len = strlen(path);

	return len > 4 && strcmp(path + len - 4, ".dma") == 0;
}

static void visit(struct walk *w, const char *path, bool named);

/*
 * Each directory once, however many links lead there: a link to a directory above it would
 * be followed for ever.
 */
static bool enter(struct walk *w, const struct stat *st)
{
	struct entered *more;

	for (size_t i = 0; i < w->nr_entered; i++)
		if (w->entered[i].device == st->st_dev && w->entered[i].inode == st->st_ino)
			return false;
	more = realloc(w->entered, (w->nr_entered + 1) * sizeof(*more));
	if (!more)
		return false;
	w->entered = more;
	w->entered[w->nr_entered++] = (struct entered){ st->st_dev, st->st_ino };
	return true;
}

static void visit_directory(struct walk *w, const char *path)
{
	struct dirent **entries;
	int nr = scandir(path, &entries, is_wanted, alphasort);

	if (nr < 0) {
		cannot_visit(w, path, strerror(errno));
		return;
	}
	for (int i = 0; i < nr; i++) {
		size_t size = strlen(path) + strlen(entries[i]->d_name) + 2;
		char *sub = malloc(size);

		if (sub) {
			snprintf(sub, size, "%s/%s", path, entries[i]->d_name);
			visit(w, sub, false);
		} else {
			cannot_visit(w, path, strerror(errno));
		}
		free(sub);
		free(entries[i]);
	}
	free(entries);
}

/*
 * What was named is read whatever it is and is called, as cat does; below a directory only
 * traces count, and what is no file would be waited for.
 */
static void visit(struct walk *w, const char *path, bool named)
{
	struct stat st;

	if (interrupted)
		return;
	if (named && strcmp(path, "-") == 0) {
		visit_file(w, path);
	} else if (stat(path, &st)) {
		if (named || is_trace(path))
			cannot_visit(w, path, strerror(errno));
	} else if (S_ISDIR(st.st_mode)) {
		if (enter(w, &st))
			visit_directory(w, path);
	} else if (named || (is_trace(path) && S_ISREG(st.st_mode))) {
		visit_file(w, path);
	} else if (is_trace(path)) {
		cannot_visit(w, path, "it is not a regular file");
	}
}

int for_each_trace(char **paths, int nr, const struct visitor *v)
{
	struct walk w = { .v = v };

	listen_to_signals();
	for (int i = 0; i < nr && !interrupted; i++) {
		unsigned before = w.traces;
		int status = w.status;

		w.status = AS_EXPECTED;
		w.nr_entered = 0;
		visit(&w, paths[i], true);
		/* A test that runs nothing should not pass. */
		if (w.traces == before && w.status == AS_EXPECTED && !interrupted)
			cannot_visit(&w, paths[i], "no file below it ends in .dma");
		note(&w, status);
	}
	free(w.entered);
	if (!interrupted)
		return w.status;
	fprintf(stderr, "dmalab: interrupted after %u trace%s\n", w.traces, w.traces == 1 ? "" : "s");
	return INTERRUPTED;
}
