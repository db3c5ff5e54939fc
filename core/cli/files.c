/* SPDX-License-Identifier: MIT */
/* Traces from files, directories and standard input. */
#include "cli/cli.h"
#include "base/utf8.h"

#include <dirent.h>
#include <errno.h>
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

struct walk {
	const struct visitor *v;
	int status;
	unsigned depth, traces;
};

static void note(struct walk *w, int status)
{
	if (status > w->status)
		w->status = status;
}

static void visit_file(struct walk *w, const char *path)
{
	struct trace *t = load(&(struct listener){ .v = w->v, .path = path });

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

/* Files that were named are read whatever they are called. */
static void visit(struct walk *w, const char *path, bool named)
{
	struct stat st;

	if (named && strcmp(path, "-") == 0) {
		visit_file(w, path);
	} else if (stat(path, &st)) {
		cannot_visit(w, path, strerror(errno));
	} else if (S_ISDIR(st.st_mode) && w->depth < 32) {
		w->depth++;
		visit_directory(w, path);
		w->depth--;
	} else if (named || is_trace(path)) {
		visit_file(w, path);
	}
}

int for_each_trace(char **paths, int nr, const struct visitor *v)
{
	struct walk w = { .v = v };

	for (int i = 0; i < nr; i++) {
		unsigned before = w.traces;
		int status = w.status;

		w.status = AS_EXPECTED;
		visit(&w, paths[i], true);
		/* A test that runs nothing should not pass. */
		if (w.traces == before && w.status == AS_EXPECTED)
			cannot_visit(&w, paths[i], "no file below it ends in .dma");
		note(&w, status);
	}
	return w.status;
}
