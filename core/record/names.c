/* SPDX-License-Identifier: MIT */
/*
 * What things are called. Addresses of the same calls on the same machine are the same
 * again, but for where the process has its RAM: so any name will do for one that is
 * as far from it when the trace runs, and the choice is for who reads it.
 */
#include "record/recorder.h"

#include "mm/pointer.h"

#include <linux/dma-mapping.h>
#include <linux/slab.h>
#include <stdlib.h>
#include <string.h>

static const char *const prefixes[] = {
	[NAMED_DEVICE] = "", [NAMED_MEMORY] = "m",    [NAMED_LIST] = "list",
	[NAMED_POOL] = "pool", [NAMED_CACHE] = "cache", [NAMED_LOCK] = "lock",
};

void line_add_name(struct line *line, const struct named *n)
{
	if (n->kind == NAMED_DEVICE)
		line_add(line, "%s", n->text);
	else
		line_add(line, "%s%u", prefixes[n->kind], n->number);
}

struct named *name_new(enum named_kind kind)
{
	struct named *n;
	unsigned number = 1;

	if (rec.nr_names == MAX_NAMES) {
		record_stop("a trace has no more names");
		return NULL;
	}
	n = calloc(1, sizeof(*n));
	if (!n) {
		record_stop("no memory");
		return NULL;
	}
	for (unsigned i = rec.nr_names; i-- > 0;)
		if (rec.names[i]->kind == kind) {
			number = rec.names[i]->number + 1;
			break;
		}
	n->kind = kind;
	n->number = number;
	rec.names[rec.nr_names++] = n;
	return n;
}

void names_free(void)
{
	for (unsigned i = 0; i < rec.nr_names; i++) {
		free(rec.names[i]->text);
		free(rec.names[i]);
	}
	rec.nr_names = 0;
}

struct named *name_by_key(enum named_kind kind, const void *key)
{
	for (unsigned i = rec.nr_names; i-- > 0;)
		if (rec.names[i]->kind == kind && rec.names[i]->bound && rec.names[i]->key == key)
			return rec.names[i];
	return NULL;
}

/* ---------------------------------------------------------------- choosing */

static bool holds(u64 start, size_t size, u64 at)
{
	return at - start < (size ? size : 1);
}

static unsigned fit(const struct named *n, const struct device *dev, bool exact)
{
	return (dev && n->dev == dev) * 4 + !n->dead * 2 + exact;
}

/* The best name for a pointer into it; the latest of several. */
static struct named *memory_of(const void *p)
{
	struct named *best = NULL;
	unsigned best_fit = 0;

	for (unsigned i = 0; i < rec.nr_names; i++) {
		struct named *n = rec.names[i];

		if (n->kind != NAMED_MEMORY || !n->bound || !n->cpu ||
		    !holds((uintptr_t)n->cpu, n->size, (uintptr_t)p))
			continue;
		if (!best || fit(n, NULL, n->cpu == p) >= best_fit) {
			best = n;
			best_fit = fit(n, NULL, n->cpu == p);
		}
	}
	return best;
}

/* The nearest memory of the machine: of its linear map and of no device, for a page. */
static const struct named *near(const void *p, bool for_page)
{
	const struct named *best = NULL;
	u64 distance = ~0ull;

	for (unsigned i = 0; i < rec.nr_names; i++) {
		const struct named *n = rec.names[i];
		u64 d;

		if (n->kind != NAMED_MEMORY || !n->bound || !n->cpu || lab_of(n->cpu) != rec.lab)
			continue;
		if (for_page && (n->pageless || !in_cached(&rec.lab->hw, n->cpu)))
			continue;
		d = n->cpu > (const u8 *)p ? n->cpu - (const u8 *)p : (const u8 *)p - n->cpu;
		if (d <= distance) {
			distance = d;
			best = n;
		}
	}
	return best;
}

static void add_offset(struct line *line, s64 offset)
{
	if (offset)
		line_add(line, " %c %llu", offset < 0 ? '-' : '+',
			 (unsigned long long)(offset < 0 ? -(u64)offset : (u64)offset));
}

bool line_add_cpu(struct line *line, const void *p)
{
	const struct named *n = p ? memory_of(p) : NULL;

	if (!p) {
		line_add(line, "NULL");
		return true;
	}
	if (!n && lab_of(p))
		n = near(p, false);
	if (!n) {
		line_add(line, "0x%llx", (unsigned long long)(uintptr_t)p);
		return true;
	}
	line_add_name(line, n);
	line_add(line, ".cpu");
	add_offset(line, (const u8 *)p - n->cpu);
	return true;
}

/* An entry of a list, or NULL. */
static const struct named *segment_of(dma_addr_t dma, const struct device *dev, unsigned *element)
{
	for (unsigned i = rec.nr_names; i-- > 0;) {
		const struct named *n = rec.names[i];

		if (n->kind != NAMED_LIST || n->dead || n->dev != dev)
			continue;
		for (*element = 0; *element < n->nr_segments; ++*element)
			if (holds(n->segment[*element].dma, n->segment[*element].size, dma))
				return n;
	}
	return NULL;
}

static struct named *mapping_of(dma_addr_t dma, const struct device *dev)
{
	struct named *best = NULL;
	unsigned best_fit = 0;

	for (unsigned i = 0; i < rec.nr_names; i++) {
		struct named *n = rec.names[i];

		if (n->kind != NAMED_MEMORY || !n->bound || !n->has_dma ||
		    !holds(n->dma, n->size, dma))
			continue;
		if (!best || fit(n, dev, n->dma == dma) >= best_fit) {
			best = n;
			best_fit = fit(n, dev, n->dma == dma);
		}
	}
	return best;
}

bool line_add_dma(struct line *line, dma_addr_t dma, const struct device *dev)
{
	const struct named *n = mapping_of(dma, dev), *list;
	unsigned element = 0;

	if (dma == DMA_MAPPING_ERROR) {
		line_add(line, "DMA_MAPPING_ERROR");
		return true;
	}
	list = !n || n->dead || n->dev != dev ? segment_of(dma, dev, &element) : NULL;
	if (list) {
		line_add_name(line, list);
		line_add(line, "[%u].dma", element);
		add_offset(line, dma - list->segment[element].dma);
	} else if (n) {
		line_add_name(line, n);
		line_add(line, ".dma");
		add_offset(line, dma - n->dma);
	} else {
		line_add(line, "0x%llx", (unsigned long long)dma);
	}
	return true;
}

/* Offsets of a page count pages. */
bool line_add_page(struct line *line, const struct page *page)
{
	const struct machine *hw = &rec.lab->hw;
	const struct named *n;
	const u8 *start;
	size_t at = (uintptr_t)page - (uintptr_t)hw->pages;
	s64 from;

	if (!page) {
		line_add(line, "NULL");
		return true;
	}
	if (lab_of(page) != rec.lab || at % sizeof(*page))
		return false;
	start = page_address(page);
	n = start ? memory_of(start) : NULL;
	if (!n || n->pageless || !in_cached(hw, n->cpu))
		n = near(start ? start : hw->cached, true);
	if (!n)
		return false;
	from = (size_t)(n->cpu - hw->cached) >> PAGE_SHIFT;
	line_add_name(line, n);
	line_add(line, ".page");
	add_offset(line, (s64)(at / sizeof(*page)) - from);
	return true;
}

void line_add_phys(struct line *line, phys_addr_t phys)
{
	const struct machine *hw = &rec.lab->hw;
	size_t offset = phys_to_offset(hw, phys);
	const struct named *n = offset == NO_OFFSET ? NULL : memory_of(hw->cached + offset);

	if (!n || n->dead) {
		line_add(line, "0x%llx", (unsigned long long)phys);
		return;
	}
	line_add_name(line, n);
	line_add(line, ".phys");
	add_offset(line, hw->cached + offset - n->cpu);
}

/* ------------------------------------------------- devices, lists and others */

struct named *name_of_table(const struct sg_table *sgt)
{
	for (unsigned i = rec.nr_names; i-- > 0;)
		if (rec.names[i]->kind == NAMED_LIST && rec.names[i]->bound && sgt &&
		    rec.names[i]->table == sgt)
			return rec.names[i];
	return sgt && sgt->sgl ? name_by_key(NAMED_LIST, sgt->sgl) : NULL;
}

bool line_add_object(struct line *line, char parameter, u64 arg)
{
	const void *p = (const void *)(uintptr_t)arg;
	const struct named *n =
		parameter == 'd' ? name_by_key(NAMED_DEVICE, p) :
		parameter == 'o' ? name_by_key(NAMED_POOL, p) :
		parameter == 'c' ? name_by_key(NAMED_CACHE, p) :
		parameter == 'l' ? name_by_key(NAMED_LOCK, p) :
		parameter == 's' ? name_by_key(NAMED_LIST, p) : name_of_table(p);

	if (n) {
		line_add_name(line, n);
		line_add(line, "%s", parameter == 's' ? ".sgl" : parameter == 't' ? ".sgt" : "");
		return true;
	}
	/* What is no device, or no pool, is as good as none. */
	if (!strchr("doc", parameter) || (parameter == 'c' && p))
		return false;
	line_add(line, "NULL");
	return true;
}

/* The first @nents entries. False: more than a line can hold, or none. */
static bool read_entries(struct named *n, struct scatterlist *sg, unsigned nents)
{
	for (unsigned i = 0; i < nents && sg; i++, sg = sg_next(sg)) {
		const u8 *start = page_address(sg_page(sg));

		if (i == MAX_ENTRIES)
			return false;
		n->entry[i].cpu = start ? start + sg->offset : NULL;
		n->entry[i].size = sg->length;
		n->nr_entries++;
	}
	return n->nr_entries;
}

static bool begins_with(const struct named *n, const struct named *other)
{
	if (n->nr_entries < other->nr_entries)
		return false;
	for (unsigned i = 0; i < other->nr_entries; i++)
		if (n->entry[i].cpu != other->entry[i].cpu ||
		    n->entry[i].size != other->entry[i].size)
			return false;
	return true;
}

/*
 * What the driver built in its own memory: a new list, when it is not as it was. No
 * more of it may be read than the call reads: only a map counts its entries rightly.
 */
static void prepare_list(struct scatterlist *sgl, int nents, bool maps)
{
	struct named found = { .kind = NAMED_LIST }, *n = name_by_key(NAMED_LIST, sgl);
	struct line line = { .len = 0 };
	unsigned readable = nents > 0 ? nents : 1;

	if (!sgl || (n && n->table))
		return;
	/* Only a map counts its entries rightly. */
	if (!maps && (!n || readable > n->nr_entries))
		readable = n ? n->nr_entries : 1;
	if (!read_entries(&found, sgl, readable) || (n && begins_with(n, &found)))
		return;
	if (!n) {
		n = name_new(NAMED_LIST);
		if (!n)
			return;
	}
	memcpy(n->entry, found.entry, sizeof(n->entry));
	n->nr_entries = found.nr_entries;
	n->nr_segments = 0;
	n->key = sgl;
	n->bound = true;
	line_add_name(&line, n);
	line_add(&line, " = sg_list(");
	for (unsigned i = 0; i < n->nr_entries; i++) {
		line_add(&line, "%s", i ? ", " : "");
		line_add_cpu(&line, n->entry[i].cpu);
		line_add(&line, ", ");
		line_add_number(&line, n->entry[i].size);
	}
	record_line("%s)", line.text);
}

/* Memory that is not the machine's is of one of the kinds that may be taken for it. */
static void prepare_host_memory(const void *p)
{
	static const char *const calls[] = {
		[POINTER_STACK] = "stack", [POINTER_RODATA] = "rodata", [POINTER_DATA] = "global",
		[POINTER_OTHER] = "heap",
	};
	struct named *n;

	if ((uintptr_t)p < 65536 || lab_of(p) || memory_of(p) || (uintptr_t)p >> 47)
		return;
	n = name_new(NAMED_MEMORY);
	if (!n)
		return;
	n->cpu = p;
	n->size = 4096;
	n->bound = n->pageless = true;
	record_line("m%u = %s(4096)", n->number, calls[pointer_kind(rec.lab, p)]);
}

static void prepare_lock(const void *lock)
{
	struct named *n;

	if (name_by_key(NAMED_LOCK, lock))
		return;
	n = name_new(NAMED_LOCK);
	if (!n)
		return;
	n->key = lock;
	n->bound = true;
	record_line("lock%u = spinlock()", n->number);
}

static void prepare_table(const struct sg_table *sgt, bool maps)
{
	const struct named *n = name_of_table(sgt);

	/* The library's own may be gone already. */
	if (sgt && !(n && n->table))
		prepare_list(sgt->sgl, sgt->orig_nents, maps);
}

void name_prepare(char parameter, u64 arg, int nents, bool maps)
{
	void *p = (void *)(uintptr_t)arg;

	if (parameter == 'p')
		prepare_host_memory(p);
	else if (parameter == 'l')
		prepare_lock(p);
	else if (parameter == 's')
		prepare_list(p, nents, maps);
	else if (parameter == 't')
		prepare_table(p, maps);
}

void name_release(char parameter, u64 arg, const struct device *dev, bool unmap)
{
	const u8 *p = (const u8 *)(uintptr_t)arg;
	struct named *n = NULL;

	if (parameter == 's' && unmap)
		n = name_by_key(NAMED_LIST, p);
	if (n)
		n->nr_segments = 0;
	if (parameter == 'p')
		n = memory_of(p);
	else if (parameter == 'a')
		n = mapping_of(arg, dev);
	else
		return;
	if (n && (parameter == 'p' ? n->cpu == p : n->dma == arg && unmap == !n->cpu))
		n->dead = true;
}

/* -------------------------------------------------------------------- whose */

static bool knows_pool(char parameter, const void *p)
{
	return name_by_key(parameter == 'o' ? NAMED_POOL : NAMED_CACHE, p);
}

bool name_is_ours(const char *parameters, const u64 *args)
{
	for (unsigned i = 0; parameters[i]; i++) {
		const void *p = (const void *)(uintptr_t)args[i];

		if (!p)
			continue;
		switch (parameters[i]) {
		case 'd':
			if (name_by_key(NAMED_DEVICE, p))
				return true;
			if (lab_knows(p))
				return false;
			break;
		case 'p':
		case 'P':
			if (lab_of(p))
				return lab_of(p) == rec.lab;
			break;
		case 'o':
		case 'c':
			if (knows_pool(parameters[i], p))
				return true;
		}
	}
	return lab_current() == rec.lab;
}
