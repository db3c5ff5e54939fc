/* SPDX-License-Identifier: MIT */
/*
 * By hand, a line at a time: an error ends its line and no more, so that all lines
 * with errors are told of at once.
 */
#include "trace/parser.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* ---------------------------------------------------------------- statements */

char call_parameter(const struct call_type *call, unsigned i, bool *optional)
{
	*optional = false;
	for (const char *c = call->parameters; *c; c++) {
		if (*c == '?')
			*optional = true;
		else if (*c == '*')
			return i < TRACE_MAX_ARGS ? call->parameters[i % 2 + 1] : 0;
		else if (!i--)
			return *c;
	}
	return 0;
}

static bool read_args(struct parser *p)
{
	struct arg args[TRACE_MAX_ARGS];
	struct statement *s = p->s;
	unsigned n = 0;
	bool optional, ok = true;
	char parameter;

	while (ok && !parse_accept(p, ')')) {
		if (n && !parse_need(p, ',', "between arguments, or \")\" after them")) {
			ok = false;
		} else if (!(parameter = call_parameter(s->call, n, &optional))) {
			ok = parse_complain(p, p->at, 1, s->call->help, "too many arguments");
		} else {
			args[n] = (struct arg){ .kind = ARG_NUMBER };
			ok = parse_arg(p, &args[n++], parameter);
		}
	}
	if (ok && (parameter = call_parameter(s->call, n, &optional)) && !optional &&
	    s->call->parameters[0] != '*')
		ok = parse_complain(p, p->at - 1, 1, s->call->help,
				    "too few arguments: expected %s", parse_wanted(parameter));
	if (n) {
		s->args = malloc(n * sizeof(*args));
		if (!s->args) {
			for (unsigned i = 0; i < n; i++)
				free(args[i].string);
			return parse_no_memory(p);
		}
		memcpy(s->args, args, n * sizeof(*args));
		s->nr_args = n;
	}
	return ok;
}

static bool read_call(struct parser *p, const char *target, size_t target_len)
{
	const char *name = p->at;
	size_t len = parse_word(name);
	struct nearest n = { .name = name, .len = len };
	const struct call_type *call = parse_find_call(p, name, len);
	char hint[96];

	if (!call) {
		for (unsigned i = 0; i < nr_call_types; i++)
			nearest_try(&n, call_types[i].name);
		return parse_complain(p, name, len, parse_hint(&n, hint, sizeof(hint)),
				      len ? "no call \"%.*s\"" : "expected a call", (int)len, name);
	}
	if (!call->run && p->started)
		return parse_complain(p, name, len, call->help,
				      "this has to stand before all other calls");
	p->started |= call->run != NULL;
	p->s->call = call;
	p->at += len;
	if (!parse_need(p, '(', "after the name of a call") || !read_args(p))
		return false;
	if (!target)
		return true;
	if (call->makes < 0)
		return parse_complain(p, target, target_len, call->help,
				      "%s() returns nothing to name", call->name);
	p->s->has_target = true;
	return parse_name_object(p, target, target_len, call->makes, &p->s->target);
}

/* "expct: leak" behind a statement: were it a comment, what it expects would never be asked. */
static bool is_misspelt(const struct parser *p)
{
	struct nearest n = { .name = p->at, .len = parse_word(p->at) };
	const char *behind = p->at + n.len;

	behind += strspn(behind, " \t");
	if (!p->s->call || !n.len || (*behind != ':' && *behind != '['))
		return false;
	nearest_try(&n, "expect");
	return n.best;
}

static bool read_comment(struct parser *p)
{
	size_t len;

	parse_blanks(p);
	if (strncmp(p->at, "expect:", 7) == 0 || strncmp(p->at, "expect[", 7) == 0) {
		if (p->s->call)
			return parse_expected(p);
		return parse_complain(p, p->at, 6, NULL, "there is no statement on this line");
	}
	if (is_misspelt(p))
		return parse_complain(p, p->at, parse_word(p->at), "did you mean \"expect:\" or \"expect[\"?",
				      "neither an expectation nor a comment");
	len = strlen(p->at);
	while (len && isspace((unsigned char)p->at[len - 1]))
		len--;
	p->s->comment = strndup(p->at, len);
	return p->s->comment ? true : parse_no_memory(p);
}

static bool read_line(struct parser *p)
{
	const char *target = NULL;
	size_t len;

	parse_blanks(p);
	len = parse_word(p->at);
	if (len) {
		const char *start = p->at;

		p->at += len;
		if (parse_accept(p, '=')) {
			target = start;
			parse_blanks(p);
		} else {
			p->at = start;
		}
		if (!read_call(p, target, len)) {
			u32 index;

			if (target && parse_find_name(p, target, len) < 0)
				parse_name_object(p, target, len,
						  p->s->call && p->s->call->makes >= 0 ?
							  (enum object_kind)p->s->call->makes :
							  OBJECT_UNKNOWN,
						  &index);
			return false;
		}
	}
	if (parse_accept(p, '#'))
		return read_comment(p);
	parse_blanks(p);
	if (!*p->at)
		return true;
	return parse_complain(p, p->at, 1, NULL,
			      p->s->call ? "expected the end of the line" :
					   "expected a call, or \"name = call\"");
}

/* ---------------------------------------------------------------------- all */

static u32 count_lines(const char *text, size_t len)
{
	u32 n = 1;

	for (const char *at = text; (at = memchr(at, '\n', text + len - at)); at++)
		n++;
	return n;
}

static bool split_lines(struct parser *p, const char *text, size_t len)
{
	struct trace *t = p->t;
	u32 n = count_lines(text, len);
	char *at, *end;

	t->text = malloc(len + 1);
	t->line_start = malloc(n * sizeof(*t->line_start));
	t->statements = calloc(n, sizeof(*t->statements));
	if (!t->text || !t->line_start || !t->statements)
		return false;
	memcpy(t->text, text, len);
	t->text[len] = 0;
	end = t->text + len;
	/* No character of the language. */
	for (at = t->text; (at = memchr(at, 0, end - at)); at++)
		*at = '?';
	t->line_start[t->nr_lines++] = 0;
	for (at = t->text; (at = memchr(at, '\n', end - at)); *at++ = 0)
		t->line_start[t->nr_lines++] = at + 1 - t->text;
	/* What stands behind the last newline, if nothing, is no line. */
	if (t->line_start[t->nr_lines - 1] == len)
		t->nr_lines--;
	return true;
}

/* The canonical form has blanks and escapes that the line may do without. */
static void check_canonical_length(struct parser *p)
{
	char *text = NULL;
	size_t len = 0;
	FILE *to = open_memstream(&text, &len);

	if (to)
		trace_print_statement(p->t, p->s, to);
	if (!to || fclose(to))
		parse_no_memory(p);
	else if (len - 1 > TRACE_MAX_LINE)
		parse_complain(p, p->line, 1, NULL,
			       "more than %u characters in the canonical form", TRACE_MAX_LINE);
	free(text);
}

static void read_lines(struct parser *p)
{
	struct trace *t = p->t;

	for (u32 i = 0; i < t->nr_lines && !p->no_memory; i++) {
		size_t len;

		p->number = i + 1;
		p->line = p->at = t->text + t->line_start[i];
		if (i == TRACE_MAX_STATEMENTS) {
			parse_complain(p, p->at, 1, NULL, "more than %u lines",
				       TRACE_MAX_STATEMENTS);
			return;
		}
		p->s = &t->statements[t->nr_statements++];
		p->s->line = i + 1;
		p->s->site = (struct dmalab_site){ .file = t->file, .line = i + 1 };
		len = strlen(p->line);
		if (len > TRACE_MAX_LINE)
			parse_complain(p, p->line, 1, NULL, "a line of more than %u characters",
				       TRACE_MAX_LINE);
		else if (read_line(p) && len > TRACE_MAX_LINE / 2)
			check_canonical_length(p);
	}
}

struct trace *trace_parse(const char *file, const char *text, size_t len, complain_fn complain_to,
			  void *context)
{
	struct parser p = { .complain = complain_to, .context = context, .line = "", .at = "" };

	p.t = calloc(1, sizeof(*p.t));
	if (p.t)
		p.t->file = strdup(file);
	if (!p.t || !p.t->file || len > TRACE_MAX_TEXT || !split_lines(&p, text, len) ||
	    !parse_make_room(&p)) {
		struct complaint c = {
			.trace = p.t,
			.text = len > TRACE_MAX_TEXT ? "more than 16 MiB of text" :
						       "no memory to read it",
		};

		complain_to(&c, context);
		free(p.name_slots);
		trace_free(p.t);
		return NULL;
	}
	parse_learn_calls(&p);
	read_lines(&p);
	free(p.name_slots);
	if (!p.nr_errors)
		return p.t;
	if (p.nr_errors > MAX_COMPLAINTS) {
		struct complaint c = { .trace = p.t, .text = "and more errors than are shown" };

		complain_to(&c, context);
	}
	trace_free(p.t);
	return NULL;
}

void trace_free(struct trace *t)
{
	if (!t)
		return;
	for (u32 i = 0; i < t->nr_statements; i++) {
		struct statement *s = &t->statements[i];

		for (unsigned k = 0; k < s->nr_args; k++)
			free(s->args[k].string);
		free(s->args);
		free(s->expected);
		free(s->comment);
	}
	for (u32 i = 0; i < t->nr_names; i++)
		free(t->names[i].text);
	free(t->names);
	free(t->statements);
	free(t->line_start);
	free(t->text);
	free(t->file);
	free(t);
}
