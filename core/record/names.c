/* SPDX-License-Identifier: MIT */
/*
 * The names of a trace. A name is as good as new when nobody will speak of what it
 * stood for: what was released, when its addresses are another's or when much else has been
 * released since; and what is never released (lists, locks, memory of the program), when
 * many more came after it. So a program may go on for ever with the names that it needs at
 * a time. What has no name by then is told from what lies nearest.
 */
#include "record/recorder.h"

#include <stdlib.h>
#include <string.h>

#define KEY_SLOTS   4096u
#define TABLE_SLOTS 256u

struct names {
	struct stretches cpu, dma;
	struct named *keys[KEY_SLOTS], *tables[TABLE_SLOTS];
	struct named **all;
	unsigned nr, room;
	unsigned numbers[NR_NAMED_KINDS];
	struct named *unused[NR_NAMED_KINDS];
	struct named *old[NR_NAMED_KINDS], **end[NR_NAMED_KINDS];
	unsigned nr_old[NR_NAMED_KINDS];
	struct named *devices;
	struct named *memory;     /* all that have CPU addresses, the latest first */
	u64 age;
};

static struct names *names;

bool dlab_names_init(void)
{
	names = calloc(1, sizeof(*names));
	for (unsigned i = 0; names && i < NR_NAMED_KINDS; i++)
		names->end[i] = &names->old[i];
	return names;
}

void dlab_names_free(void)
{
	for (unsigned i = 0; names && i < names->nr; i++) {
		free(names->all[i]->text);
		free(names->all[i]->entries);
		free(names->all[i]->segments);
		free(names->all[i]);
	}
	if (names)
		free(names->all);
	free(names);
	names = NULL;
}

struct named *dlab_name_of_memory(void)
{
	return names->memory;
}

static void link_memory(struct named *n)
{
	n->next_memory = names->memory;
	n->prev_memory = &names->memory;
	if (n->next_memory)
		n->next_memory->prev_memory = &n->next_memory;
	names->memory = n;
}

static void unlink_memory(struct named *n)
{
	*n->prev_memory = n->next_memory;
	if (n->next_memory)
		n->next_memory->prev_memory = n->prev_memory;
}

struct named *dlab_name_at(unsigned i)
{
	return i < names->nr ? names->all[i] : NULL;
}

void dlab_line_add_name(struct line *line, const struct named *n)
{
	static const char *const prefixes[] = {
		[NAMED_MEMORY] = "m", [NAMED_MAPPING] = "m", [NAMED_LIST] = "list",
		[NAMED_POOL] = "pool", [NAMED_CACHE] = "cache", [NAMED_LOCK] = "lock",
	};

	if (n->kind == NAMED_DEVICE)
		dlab_line_add(line, "%s", n->text);
	else
		dlab_line_add(line, "%s%u", prefixes[n->kind], n->number);
}

/* -------------------------------------------------------------------- by key */

static struct named **key_slot(enum named_kind kind, const void *key)
{
	return &names->keys[((uintptr_t)key * 8 + kind) * 0x9e3779b97f4a7c15ull >> 52];
}

_Static_assert(KEY_SLOTS == 1u << (64 - 52), "a slot is the upper bits of the hash");

struct named *dlab_name_by_key(enum named_kind kind, const void *key)
{
	struct named *n = *key_slot(kind, key);

	while (n && (n->kind != kind || n->key != key))
		n = n->next_key;
	return n;
}

static struct named **table_slot(const struct sg_table *table)
{
	return &names->tables[(uintptr_t)table / 16 % TABLE_SLOTS];
}

struct named *dlab_name_by_table(const struct sg_table *table)
{
	struct named *n = *table_slot(table);

	while (n && n->table != table)
		n = n->next_table;
	return n;
}

static void link_key(struct named *n)
{
	struct named **slot = key_slot(n->kind, n->key);

	n->next_key = *slot;
	*slot = n;
	if (!n->table)
		return;
	slot = table_slot(n->table);
	n->next_table = *slot;
	*slot = n;
}

static void unlink_key(struct named *n)
{
	struct named **at = key_slot(n->kind, n->key);

	while (*at && *at != n)
		at = &(*at)->next_key;
	if (*at)
		*at = n->next_key;
	if (!n->table)
		return;
	for (at = table_slot(n->table); *at && *at != n; at = &(*at)->next_table)
		;
	if (*at)
		*at = n->next_table;
}

/* -------------------------------------------------------------- what is old */

static void queue_old(struct named *n)
{
	n->next = NULL;
	n->prev = names->end[n->kind];
	*n->prev = n;
	names->end[n->kind] = &n->next;
	if (++names->nr_old[n->kind] > MAX_OLD)
		dlab_name_reuse(names->old[n->kind]);
}

static void unqueue(struct named *n)
{
	if (!n->prev)
		return;
	*n->prev = n->next;
	if (n->next)
		n->next->prev = n->prev;
	else
		names->end[n->kind] = n->prev;
	n->prev = NULL;
	names->nr_old[n->kind]--;
}

void dlab_name_die(struct named *n)
{
	if (n->dead || !n->bound)
		return;
	n->dead = true;
	dlab_line_outlived(n->born);
	unqueue(n);
	queue_old(n);
}

static void drop_segments(struct named *n)
{
	while (n->nr_segments)
		dlab_stretches_remove(&names->dma, &n->segments[--n->nr_segments]);
}

/* Nothing leads to it any more, and the next thing of its kind is called so. */
void dlab_name_reuse(struct named *n)
{
	if (n->bound && !n->dead)
		dlab_line_outlived(n->born);
	unqueue(n);
	if (n->bound && n->cpu) {
		dlab_stretches_remove(&names->cpu, &n->at_cpu);
		unlink_memory(n);
	}
	if (n->bound && n->has_dma)
		dlab_stretches_remove(&names->dma, &n->at_dma);
	if (n->bound && n->key)
		unlink_key(n);
	drop_segments(n);
	free(n->entries);
	free(n->segments);
	*n = (struct named){
		.kind = n->kind, .number = n->number, .text = n->text, .born = NO_LINE,
		.next_device = n->next_device,
	};
	if (n->kind == NAMED_DEVICE)
		return;
	n->next = names->unused[n->kind];
	names->unused[n->kind] = n;
}

/* ------------------------------------------------------------------ new ones */

static struct named *take_unused(enum named_kind kind)
{
	struct named *n = names->unused[kind];

	if (n)
		names->unused[kind] = n->next;
	return n;
}

static bool make_room(void)
{
	unsigned room = names->room ? 2 * names->room : 64;
	struct named **all;

	if (names->nr < names->room)
		return true;
	all = realloc(names->all, room * sizeof(*all));
	if (!all)
		return false;
	names->all = all;
	names->room = room;
	return true;
}

struct named *dlab_name_new(enum named_kind kind)
{
	unsigned *number = &names->numbers[kind == NAMED_MAPPING ? NAMED_MEMORY : kind];
	struct named *n;

	if (!names->unused[kind] && names->nr == MAX_NAMES && names->old[kind])
		dlab_name_reuse(names->old[kind]);
	n = take_unused(kind);
	if (n) {
		n->next = NULL;
		return n;
	}
	if (names->nr == MAX_NAMES)
		return NULL;
	n = make_room() ? calloc(1, sizeof(*n)) : NULL;
	if (!n) {
		dlab_record_stop("no memory");
		return NULL;
	}
	n->kind = kind;
	n->number = ++*number;
	n->born = NO_LINE;
	names->all[names->nr++] = n;
	return n;
}

/* ------------------------------------------------------------------ bindings */

/* @n is at the same place as @other was, which is gone then, and as large. */
static bool hides(const struct named *n, const struct named *other)
{
	bool same_cpu = n->cpu == other->cpu && n->size >= other->size;
	bool same_dma = n->has_dma && n->dma == other->dma && n->size >= other->size &&
			(!other->dev || n->dev == other->dev);

	if (other == n || other->kind != n->kind || n->kind > NAMED_MAPPING)
		return false;
	if (n->kind == NAMED_MAPPING)
		return same_dma && other->dead;
	return same_cpu && (same_dma || !other->has_dma);
}

static struct named *hidden_by(const struct named *n)
{
	struct stretch_walk walk = { .started = false };
	unsigned tries = 64;
	struct stretch *s;

	/* A page may be mapped many times at once: none of these is gone. */
	while (tries-- && (s = n->cpu ? dlab_stretches_next(&names->cpu, n->at_cpu.start, &walk) :
					dlab_stretches_next(&names->dma, n->dma, &walk)))
		if (hides(n, s->of))
			return s->of;
	return NULL;
}

/* From now on it stands for this: a key, memory, or addresses. */
void dlab_name_bind(struct named *n)
{
	struct named *gone;

	n->bound = true;
	n->age = ++names->age;
	if (n->cpu) {
		n->at_cpu = (struct stretch){ .start = (uintptr_t)n->cpu, .size = n->size, .of = n };
		dlab_stretches_add(&names->cpu, &n->at_cpu);
		link_memory(n);
	}
	if (n->has_dma) {
		n->at_dma = (struct stretch){ .start = n->dma, .size = n->size, .of = n };
		dlab_stretches_add(&names->dma, &n->at_dma);
	}
	if (n->key)
		link_key(n);
	while ((n->cpu || n->has_dma) && (gone = hidden_by(n)))
		dlab_name_reuse(gone);
}

/* Nobody says when it goes. */
void dlab_name_ages(struct named *n)
{
	unqueue(n);
	queue_old(n);
}

/* What a device finds in a list, from now on. */
void dlab_name_set_segments(struct named *n, struct scatterlist *sg, unsigned nents)
{
	struct stretch *segments;

	drop_segments(n);
	if (nents > MAX_ENTRIES)
		nents = MAX_ENTRIES;
	segments = nents ? realloc(n->segments, nents * sizeof(*segments)) : NULL;
	if (!segments)
		return;
	n->segments = segments;
	for (; sg && n->nr_segments < nents; sg = sg_next(sg)) {
		struct stretch *s = &segments[n->nr_segments];

		*s = (struct stretch){
			.start = sg_dma_address(sg), .size = sg_dma_len(sg), .of = n,
			.element = n->nr_segments++,
		};
		dlab_stretches_add(&names->dma, s);
	}
}

/* ----------------------------------------------------------------- by address */

static struct named *best_of(const struct stretches *stretches, u64 at, const struct device *dev)
{
	struct stretch_walk walk = { .started = false };
	unsigned best_fit = 0, whole = dev ? 7 : 3;
	struct named *best = NULL;
	struct stretch *s;

	while ((s = dlab_stretches_next(stretches, at, &walk))) {
		unsigned fit = (dev && s->of->dev == dev) * 4 + !s->of->dead * 2 + (s->start == at);

		if (s->of->kind == NAMED_LIST ||
		    (best && (fit < best_fit || (fit == best_fit && s->of->age < best->age))))
			continue;
		best = s->of;
		best_fit = fit;
		/* The others of its size are older. */
		if (fit == whole)
			walk.at = NULL;
	}
	return best;
}

struct named *dlab_memory_of(const void *p)
{
	return best_of(&names->cpu, (uintptr_t)p, NULL);
}

struct named *dlab_mapping_of(dma_addr_t dma, const struct device *dev)
{
	return best_of(&names->dma, dma, dev);
}

const struct stretch *dlab_segment_of(dma_addr_t dma, const struct device *dev)
{
	struct stretch_walk walk = { .started = false };
	const struct stretch *best = NULL, *s;

	while ((s = dlab_stretches_next(&names->dma, dma, &walk)))
		if (s->of->kind == NAMED_LIST && !s->of->dead && s->of->dev == dev &&
		    (!best || s->of->age > best->of->age))
			best = s;
	return best;
}

/* ------------------------------------------------------------------- devices */

static struct named *device_called(const char *text)
{
	for (struct named *n = names->devices; n; n = n->next_device)
		if (strcmp(n->text, text) == 0)
			return n;
	return NULL;
}

bool dlab_device_is_taken(const char *text)
{
	const struct named *n = device_called(text);

	return n && n->bound && !n->dead;
}

/* Nothing else is called @text. NULL: there are no more names, or recording has stopped. */
struct named *dlab_name_new_device(const char *text)
{
	struct named *n = device_called(text);

	for (n = n ? n : names->nr == MAX_NAMES ? names->devices : NULL;
	     n && n->bound && !n->dead; n = n->next_device)
		;
	if (n) {
		dlab_name_reuse(n);
		return n;
	}
	n = dlab_name_new(NAMED_DEVICE);
	if (!n)
		return NULL;
	n->text = strdup(text);
	if (!n->text) {
		dlab_record_stop("no memory");
		return NULL;
	}
	n->next_device = names->devices;
	names->devices = n;
	return n;
}

/* All that was the device's goes with it; its lists stay the driver's. */
void dlab_names_of_device_die(const struct device *dev)
{
	for (unsigned i = 0; i < names->nr; i++) {
		struct named *n = names->all[i];

		if (!n->bound || n->dev != dev)
			continue;
		n->dev = NULL;
		if (n->kind == NAMED_LIST && !n->table)
			drop_segments(n);
		else
			dlab_name_die(n);
	}
}
