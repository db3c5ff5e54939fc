/* SPDX-License-Identifier: MIT */
/* Traces from files, directories and standard input. */
#include "cli/cli.h"

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

/* A byte more than is allowed is enough to tell that it is too much. */
char *read_text(const char *path, size_t *len)
{
	FILE *in = strcmp(path, "-") == 0 ? stdin : fopen(path, "r");
	char *text = in ? malloc(TRACE_MAX_TEXT + 1) : NULL;

	if (text) {
		*len = fread(text, 1, TRACE_MAX_TEXT + 1, in);
		if (ferror(in)) {
			free(text);
			text = NULL;
		}
	}
	if (!text)
		fprintf(stderr, "dmalab: %s: %s\n", path, strerror(errno));
	if (in && in != stdin)
		fclose(in);
	return text;
}

static void tell(const struct complaint *c, void *context)
{
	(void)context;
	trace_print_complaint(c, stderr, use_colour(stderr));
}

struct trace *load_trace(const char *path)
{
	size_t len;
	char *text = read_text(path, &len);
	struct trace *t;

	if (!text)
		return NULL;
	if (len && (u8)text[0] == BINARY_MAGIC) {
		char *bytes = text;

		text = trace_decode((const u8 *)bytes, len, &len);
		free(bytes);
		if (!text)
			return NULL;
	}
	t = trace_parse(strcmp(path, "-") == 0 ? "<stdin>" : path, text, len, tell, NULL);
	free(text);
	return t;
}

struct walk {
	trace_fn fn;
	void *context;
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
	struct trace *t = load_trace(path);

	w->traces++;
	note(w, t ? w->fn(t, w->context) : BAD_USAGE);
	trace_free(t);
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
		fprintf(stderr, "dmalab: %s: %s\n", path, strerror(errno));
		note(w, BAD_USAGE);
		return;
	}
	for (int i = 0; i < nr; i++) {
		size_t size = strlen(path) + strlen(entries[i]->d_name) + 2;
		char *sub = malloc(size);

		if (sub) {
			snprintf(sub, size, "%s/%s", path, entries[i]->d_name);
			visit(w, sub, false);
		} else {
			note(w, BAD_USAGE);
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
		fprintf(stderr, "dmalab: %s: %s\n", path, strerror(errno));
		note(w, BAD_USAGE);
	} else if (S_ISDIR(st.st_mode) && w->depth < 32) {
		w->depth++;
		visit_directory(w, path);
		w->depth--;
	} else if (named || is_trace(path)) {
		visit_file(w, path);
	}
}

int for_each_trace(char **paths, int nr, trace_fn fn, void *context)
{
	struct walk w = { .fn = fn, .context = context };

	for (int i = 0; i < nr; i++) {
		unsigned before = w.traces;
		int status = w.status;

		w.status = AS_EXPECTED;
		visit(&w, paths[i], true);
		/* A test that runs nothing should not pass. */
		if (w.traces == before && w.status == AS_EXPECTED) {
			fprintf(stderr, "dmalab: %s: no file below it ends in .dma\n", paths[i]);
			w.status = BAD_USAGE;
		}
		note(&w, status);
	}
	return w.status;
}
