/* SPDX-License-Identifier: MIT */
/*
 * Accesses in C. The plain forms go through the pointer, as driver code does, wherever it
 * may: which memory that is follows from the statements above, as in run-access.c.
 */
#include "trace/emit.h"

#include <linux/dma-mapping.h>
#include <linux/mm.h>
#include <string.h>

/* ----------------------------------------------------------- what is reached */

static u64 number_of(const struct arg *a)
{
	u64 value = a->kind == ARG_NUMBER ? a->number : 0;

	for (unsigned i = 0; a->kind == ARG_WORDS && i < a->nr_words; i++)
		value |= words[a->words[i]].value;
	return value;
}

/* Why code may not touch what @s made, or NULL. */
static const char *obstacle(const struct statement *s)
{
	static const char *const host[] = { "stack", "global", "rodata", "heap" };
	const char *name = s->call->name;

	for (size_t i = 0; i < sizeof(host) / sizeof(host[0]); i++)
		if (strcmp(name, host[i]) == 0)
			return "no memory of the machine";
	if (strcmp(name, "vmap") == 0 && number_of(&s->args[3]) & PGPROT_UNCACHED)
		return "an uncached view, where a plain store faults";
	if ((strcmp(name, "dma_alloc_attrs") == 0 || strcmp(name, "dmam_alloc_attrs") == 0) &&
	    s->nr_args > 3 && number_of(&s->args[3]) & DMA_ATTR_NO_KERNEL_MAPPING)
		return "no CPU address";
	return NULL;
}

static bool is_mapped(const struct statement *s)
{
	return strcmp(s->call->name, "vmalloc") == 0 || strcmp(s->call->name, "vmap") == 0;
}

/* Only what vmalloc() and vmap() made faults when it is gone. */
static const char gone[] = "gone: it may fault", mapped[] = "";

void emit_follow(struct emitter *e, const struct statement *s)
{
	bool gives_back = call_gives_back(s->call);

	for (unsigned i = 0; gives_back && i < s->nr_args; i++)
		if (s->args[i].kind == ARG_OBJECT && e->told[s->args[i].object] == mapped)
			e->told[s->args[i].object] = gone;
	if (!s->has_target)
		return;
	e->told[s->target] = obstacle(s);
	if (!e->told[s->target] && is_mapped(s))
		e->told[s->target] = mapped;
}

/* NULL: the CPU's access goes through the pointer. "": by a call, as all do. */
static const char *why_told(const struct emitter *e, const struct statement *s, bool store)
{
	const struct arg *p = &s->args[0];
	const char *why;

	if (e->accesses < (store ? ACCESSES_MIXED : ACCESSES_PLAIN))
		return "";
	if (p->kind != ARG_OBJECT)
		return "no memory of the machine";
	why = e->told[p->object];
	return why == mapped ? NULL : why;
}

/* --------------------------------------------------------------------- text */

/* What is stored, or should be seen: @length and @value are arguments. */
static void emit_bytes(const struct emitter *e, const struct arg *length, const struct arg *value)
{
	fputs("bytes(", e->to);
	emit_arg(e, length, 'z');
	if (value && value->kind == ARG_STRING) {
		fputs(", ", e->to);
		emit_string(value->string, e->to);
		fputs(", 0)", e->to);
	} else if (value) {
		fputs(", NULL, (unsigned char)", e->to);
		emit_arg(e, value, 'z');
		fputc(')', e->to);
	} else {
		fputs(", NULL, -1)", e->to);
	}
}

/* A load that says nothing moves the filler on as a store does, so that all runs store the same. */
static void emit_plain(const struct emitter *e, const struct statement *s, bool store)
{
	const struct arg *value = s->nr_args > 2 ? &s->args[2] : NULL;

	fputs(store ? "memcpy(" : "memcpy(seen, ", e->to);
	emit_arg(e, &s->args[0], 'p');
	fputs(", ", e->to);
	if (store) {
		emit_bytes(e, &s->args[1], value);
		fputs(", ", e->to);
	}
	emit_arg(e, &s->args[1], 'z');
	fputc(')', e->to);
	if (store)
		return;
	fputs(value ? "; compare(" : "; bytes(0, NULL, -1)", e->to);
	if (!value)
		return;
	emit_bytes(e, &s->args[1], value);
	fputs(", ", e->to);
	emit_arg(e, &s->args[1], 'z');
	fputc(')', e->to);
}

static void emit_told(const struct emitter *e, const struct statement *s, bool store, unsigned len)
{
	fprintf(e->to, "dmalab_%s(", s->call->name);
	for (unsigned i = 0; i < len; i++) {
		bool optional;

		emit_arg(e, &s->args[i], call_parameter(s->call, i, &optional));
		fputs(", ", e->to);
	}
	if (store)
		emit_bytes(e, &s->args[len], s->nr_args > len + 1 ? &s->args[len + 1] : NULL);
	else
		fputs("bytes(0, NULL, -1)", e->to);
	fputs(", ", e->to);
	emit_arg(e, &s->args[len], 'z');
	fputc(')', e->to);
}

bool emit_access(const struct emitter *e, const struct statement *s)
{
	static const struct {
		const char *name;
		bool device, store;
	} accesses[] = {
		{ "cpu_read", false, false }, { "cpu_write", false, true },
		{ "device_read", true, false }, { "device_write", true, true },
	};
	const char *why;

	for (size_t i = 0; i < sizeof(accesses) / sizeof(accesses[0]); i++) {
		if (strcmp(s->call->name, accesses[i].name) != 0)
			continue;
		why = accesses[i].device ? "" : why_told(e, s, accesses[i].store);
		if (why && *why)
			fprintf(e->to, "/* %s */ ", why);
		if (why)
			emit_told(e, s, accesses[i].store, accesses[i].device ? 2 : 1);
		else
			emit_plain(e, s, accesses[i].store);
		return true;
	}
	return false;
}
