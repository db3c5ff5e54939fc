/* SPDX-License-Identifier: MIT */
/*
 * Which bytes a call is about. It may be given a pointer, a DMA address, a page, a physical
 * address or a list; each is followed to the pointer under which the memory was made.
 */
#include "trace/run.h"
#include "trace/timeline.h"

#include <inttypes.h>
#include <linux/mm.h>
#include <stdlib.h>
#include <string.h>

/* ------------------------------------------------------------------ windows */

static void add_window(struct timeline *tl, u64 from, u64 size, uintptr_t to, const char *name,
		       const char *part)
{
	struct window *windows;

	if (!from || !size || !to)
		return;
	windows = realloc(tl->windows, (tl->nr_windows + 1) * sizeof(*windows));
	if (!windows) {
		tl->no_memory = true;
		return;
	}
	tl->windows = windows;
	windows[tl->nr_windows] = (struct window){ .from = from, .size = size, .to = to };
	snprintf(windows[tl->nr_windows].name, sizeof(windows->name), "%.32s%s", name, part);
	tl->nr_windows++;
}

/* The latest that has the address: those before it are gone, or lead to the same place. */
static const struct window *find_window(const struct timeline *tl, u64 address)
{
	for (unsigned i = tl->nr_windows; i-- > 0;)
		if (address - tl->windows[i].from < tl->windows[i].size)
			return &tl->windows[i];
	return NULL;
}

static uintptr_t through_window(const struct timeline *tl, u64 address)
{
	const struct window *w = find_window(tl, address);

	return w ? w->to + (address - w->from) : 0;
}

/* ---------------------------------------------------------------- arguments */

struct where {
	const struct timeline *tl;
	const struct run *r;
	const struct statement *s;
};

static char letter(const struct where *w, unsigned i)
{
	bool optional;

	return i < w->s->nr_args ? call_parameter(w->s->call, i, &optional) : 0;
}

static u64 number(const struct where *w, unsigned i)
{
	return run_value(w->r, &w->s->args[i]).n;
}

/* The memory that argument @i leads to, or 0. */
static uintptr_t leads_to(const struct where *w, unsigned i)
{
	u64 n = number(w, i);

	if (!n)
		return 0;
	switch (letter(w, i)) {
	case 'p':
		return find_window(w->tl, n) ? through_window(w->tl, n) : n;
	case 'P':
		return (uintptr_t)page_address((const struct page *)(uintptr_t)n);
	case 'h':
		return (uintptr_t)phys_to_virt(n);
	case 'a':
		return through_window(w->tl, n);
	default:
		return 0;
	}
}

static size_t size_from(const struct timeline *tl, uintptr_t start)
{
	for (unsigned i = tl->nr_memory; i-- > 0;)
		if (start - tl->memory[i].start < tl->memory[i].size)
			return tl->memory[i].size - (start - tl->memory[i].start);
	return 0;
}

/* The range behind the address @i: offset and length follow it, or the length stands before. */
static struct range range_at(const struct where *w, unsigned i)
{
	struct range range = { .start = leads_to(w, i) };

	if (!range.start)
		return range;
	if (letter(w, i + 1) == 'z' && letter(w, i + 2) == 'z') {
		range.start += number(w, i + 1);
		range.len = number(w, i + 2);
	} else if (letter(w, i + 1) == 'z') {
		range.len = number(w, i + 1);
	} else if (i && letter(w, i - 1) == 'z') {
		range.len = number(w, i - 1);
	} else {
		range.len = size_from(w->tl, range.start);
	}
	/* The order of a block of pages is no length. */
	if (letter(w, i) != 'a' && strstr(w->s->call->name, "free"))
		range.len = size_from(w->tl, range.start);
	return range;
}

static unsigned ranges_of_list(const struct object *o, struct range *ranges, unsigned room)
{
	struct scatterlist *sg;
	unsigned n = 0;

	for (sg = o->sgt ? o->sgt->sgl : NULL; sg && n < room; sg = sg_next(sg))
		if (sg_page(sg))
			ranges[n++] = (struct range){ (uintptr_t)sg_virt(sg), sg->length };
	return n;
}

static bool is_about_memory(const char *call)
{
	static const char *const others[] = {
		"dma_mapping_error", "dma_need_sync", "dma_direct_set_offset",
		"dma_declare_coherent_memory", "virt_to_page", "get_page", "sg_list", "vmap",
	};

	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (strcmp(others[i], call) == 0)
			return false;
	return true;
}

unsigned timeline_touched(const struct timeline *tl, const struct run *r,
			  const struct statement *s, struct range *ranges)
{
	struct where w = { tl, r, s };
	unsigned n = 0;

	for (unsigned i = 0; i < s->nr_args && is_about_memory(s->call->name); i++) {
		char c = letter(&w, i);
		const struct object *list = (c == 's' || c == 't') ? run_value(r, &s->args[i]).object :
								      NULL;

		if (list)
			n += ranges_of_list(list, ranges + n, TIMELINE_MAX_RANGES - n);
		else if (c && strchr("pPha", c) && n < TIMELINE_MAX_RANGES)
			ranges[n++] = range_at(&w, i);
	}
	return n;
}

/* ------------------------------------------------------------ what was made */

/* The pool or cache of @s was made by the latest statement before it with that target. */
static u64 block_size(const struct run *r, const struct statement *s)
{
	const struct statement *at = s;

	while (at-- > r->trace->statements)
		if (at->has_target && at->target == s->args[0].object && at->call->parameters[0] == 'S')
			return run_value(r, &at->args[strchr(at->call->parameters, 'z') -
						      at->call->parameters]).n;
	return 0;
}

size_t timeline_size_of(const struct run *r, const struct statement *s)
{
	struct where w = { .r = r, .s = s };

	if (letter(&w, 0) == 'o' || letter(&w, 0) == 'c')
		return block_size(r, s);
	if (strcmp(s->call->name, "alloc_pages") == 0)
		return number(&w, 1) > 10 ? 0 : PAGE_SIZE << number(&w, 1);
	for (unsigned i = 0; i < s->nr_args; i++)
		if (letter(&w, i) == 'z')
			return number(&w, i);
	return 0;
}

/* An IOMMU may have made fewer segments than there are entries: both are in one order. */
static void add_list(struct timeline *tl, const struct object *o, const char *name)
{
	struct scatterlist *dma = o->sgt ? o->sgt->sgl : NULL;
	u64 used = 0;
	char part[24];
	unsigned segment = 0;

	for (struct scatterlist *sg = dma; sg && dma && segment < TRACE_MAX_ARGS; sg = sg_next(sg)) {
		if (used >= sg_dma_len(dma)) {
			dma = sg_next(dma);
			used = 0;
			segment++;
		}
		if (!dma || !sg_page(sg))
			return;
		snprintf(part, sizeof(part), "[%u].dma", segment);
		add_window(tl, sg_dma_address(dma) + used, sg->length, (uintptr_t)sg_virt(sg), name,
			   part);
		used += sg->length;
	}
}

static void add_mapping(struct timeline *tl, const struct where *w, const struct object *o,
			const char *name)
{
	for (unsigned i = 0; i < w->s->nr_args; i++) {
		char c = letter(w, i);

		if (c && strchr("pPh", c)) {
			struct range range = range_at(w, i);

			add_window(tl, o->dma, range.len, range.start, name, ".dma");
			return;
		}
	}
}

void timeline_made(struct timeline *tl, const struct run *r, const struct statement *s)
{
	struct where w = { tl, r, s };
	const struct object *o = s->has_target ? &r->objects[s->target] : NULL;
	const char *name = o ? tl->trace->names[s->target].text : NULL;

	/* A list is mapped under the name that it had before. */
	for (unsigned i = 0; i < s->nr_args && strncmp(s->call->name, "dma_map_sg", 10) == 0; i++)
		if ((letter(&w, i) == 's' || letter(&w, i) == 't') && run_value(r, &s->args[i]).object)
			add_list(tl, run_value(r, &s->args[i]).object,
				 tl->trace->names[s->args[i].object].text);
	if (!o)
		return;
	switch (s->call->makes) {
	case OBJECT_MAPPING:
		add_mapping(tl, &w, o, name);
		break;
	case OBJECT_LIST:
		add_list(tl, o, name);
		break;
	case OBJECT_MEMORY:
		if (strcmp(s->call->name, "vmap") == 0)
			add_window(tl, (uintptr_t)o->cpu, o->size, leads_to(&w, 0), name, ".cpu");
		else if (o->dma)
			add_window(tl, o->dma, timeline_size_of(r, s), (uintptr_t)o->cpu, name, ".dma");
		break;
	}
}

/* -------------------------------------------------------------------- texts */

static size_t name_address(const struct timeline *tl, u64 address, char *to, size_t size)
{
	const struct window *w = find_window(tl, address);
	u64 offset;

	if (w) {
		offset = address - w->from;
		return offset ? snprintf(to, size, "%s + %" PRIu64, w->name, (uint64_t)offset) :
				snprintf(to, size, "%s", w->name);
	}
	for (unsigned i = tl->nr_memory; i-- > 0;) {
		offset = address - tl->memory[i].start;
		if (offset < tl->memory[i].size)
			return offset ? snprintf(to, size, "%s.cpu + %" PRIu64, tl->memory[i].name,
						 (uint64_t)offset) :
					snprintf(to, size, "%s.cpu", tl->memory[i].name);
	}
	return 0;
}

/* A place in the trace is a line of the picture. */
static size_t name_place(const struct timeline *tl, const char *text, char *to, size_t size)
{
	size_t len = strlen(tl->trace->file);

	if (strncmp(text, tl->trace->file, len) != 0 || text[len] != ':')
		return 0;
	snprintf(to, size, "line ");
	return len + 1;
}

void timeline_name_addresses(const struct timeline *tl, const char *text, char *to, size_t size)
{
	size_t len = 0;

	while (text && *text && len + 6 < size) {
		char *end;
		size_t n = 0, place = name_place(tl, text, to + len, size - len);

		if (place) {
			text += place;
			len += 5;
			continue;
		}

		if (text[0] == '0' && text[1] == 'x') {
			n = name_address(tl, strtoull(text, &end, 16), to + len, size - len);
			if (n)
				text = end;
		}
		if (!n)
			to[len] = *text++;
		len += n ? n : 1;
	}
	to[len < size ? len : size - 1] = 0;
}
