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
#include <string.h>

/*
 * The nearest memory of the machine: of its linear map and of no device, for a page. Of the
 * latest: there may be many names, and any will do.
 */
static const struct named *near(const void *p, bool for_page)
{
	const struct named *best = NULL;
	u64 distance = ~0ull;
	unsigned tried = 0;

	for (const struct named *n = dlab_name_of_memory(); n && tried < 64; n = n->next_memory) {
		u64 d;

		if (dlab_of(n->cpu) != dlab_rec.lab)
			continue;
		if (for_page && (n->pageless || !in_cached(&dlab_rec.lab->hw, n->cpu)))
			continue;
		d = n->cpu > (const u8 *)p ? n->cpu - (const u8 *)p : (const u8 *)p - n->cpu;
		tried++;
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
		dlab_line_add(line, " %c %llu", offset < 0 ? '-' : '+',
			      (unsigned long long)(offset < 0 ? -(u64)offset : (u64)offset));
}

bool dlab_line_add_cpu(struct line *line, const void *p)
{
	const struct named *n = p ? dlab_memory_of(p) : NULL;

	if (!p) {
		dlab_line_add(line, "NULL");
		return true;
	}
	if (!n && dlab_of(p))
		n = near(p, false);
	if (!n) {
		dlab_line_add(line, "0x%llx", (unsigned long long)(uintptr_t)p);
		return true;
	}
	dlab_line_add_name(line, n);
	dlab_line_add(line, ".cpu");
	add_offset(line, (const u8 *)p - n->cpu);
	return true;
}

bool dlab_line_add_dma(struct line *line, dma_addr_t dma, const struct device *dev)
{
	const struct named *n = dlab_mapping_of(dma, dev);
	const struct stretch *segment;

	if (dma == DMA_MAPPING_ERROR) {
		dlab_line_add(line, "DMA_MAPPING_ERROR");
		return true;
	}
	segment = !n || n->dead || n->dev != dev ? dlab_segment_of(dma, dev) : NULL;
	if (segment) {
		dlab_line_add_name(line, segment->of);
		dlab_line_add(line, "[%u].dma", segment->element);
		add_offset(line, dma - segment->start);
	} else if (n) {
		dlab_line_add_name(line, n);
		dlab_line_add(line, ".dma");
		add_offset(line, dma - n->dma);
	} else {
		dlab_line_add(line, "0x%llx", (unsigned long long)dma);
	}
	return true;
}

/* Offsets of a page count pages. */
bool dlab_line_add_page(struct line *line, const struct page *page)
{
	const struct machine *hw = &dlab_rec.lab->hw;
	const struct named *n;
	const u8 *start;
	size_t at = (uintptr_t)page - (uintptr_t)hw->pages;
	s64 from;

	if (!page) {
		dlab_line_add(line, "NULL");
		return true;
	}
	if (dlab_of(page) != dlab_rec.lab || at % sizeof(*page))
		return false;
	start = page_address(page);
	n = start ? dlab_memory_of(start) : NULL;
	if (!n || n->pageless || !in_cached(hw, n->cpu))
		n = near(start ? start : hw->cached, true);
	if (!n)
		return false;
	from = (size_t)(n->cpu - hw->cached) >> PAGE_SHIFT;
	dlab_line_add_name(line, n);
	dlab_line_add(line, ".page");
	add_offset(line, (s64)(at / sizeof(*page)) - from);
	return true;
}

void dlab_line_add_phys(struct line *line, phys_addr_t phys)
{
	const struct machine *hw = &dlab_rec.lab->hw;
	size_t offset = phys_to_offset(hw, phys);
	const struct named *n = offset == NO_OFFSET ? NULL : dlab_memory_of(hw->cached + offset);

	if (!n || n->dead) {
		dlab_line_add(line, "0x%llx", (unsigned long long)phys);
		return;
	}
	dlab_line_add_name(line, n);
	dlab_line_add(line, ".phys");
	add_offset(line, hw->cached + offset - n->cpu);
}

/* ----------------------------------------------- devices, lists and others */

bool dlab_line_add_object(struct line *line, char parameter, u64 arg)
{
	const void *p = (const void *)(uintptr_t)arg;
	const struct named *n =
		parameter == 'd' ? dlab_name_by_key(NAMED_DEVICE, p) :
		parameter == 'o' ? dlab_name_by_key(NAMED_POOL, p) :
		parameter == 'c' ? dlab_name_by_key(NAMED_CACHE, p) :
		parameter == 'l' ? dlab_name_by_key(NAMED_LOCK, p) :
		parameter == 's' ? dlab_name_by_key(NAMED_LIST, p) : dlab_name_of_table(p);

	if (n) {
		dlab_line_add_name(line, n);
		dlab_line_add(line, "%s",
			      parameter == 's' ? ".sgl" :
			      parameter == 't' ? ".sgt" :
						 "");
		return true;
	}
	/* What is no device, or no pool, is as good as none. */
	if (!strchr("doc", parameter) || (parameter == 'c' && p))
		return false;
	dlab_line_add(line, "NULL");
	return true;
}

/* ---------------------------------------------------------- what needs a line */

/* Memory that is not the machine's is of one of the kinds that may be taken for it. */
static void prepare_host_memory(const void *p)
{
	static const char *const calls[] = {
		[POINTER_STACK] = "stack", [POINTER_RODATA] = "rodata", [POINTER_DATA] = "global",
		[POINTER_OTHER] = "heap",
	};
	struct named *n;

	if ((uintptr_t)p < 65536 || dlab_of(p) || dlab_memory_of(p) || (uintptr_t)p >> 47)
		return;
	n = dlab_name_new(NAMED_MEMORY);
	if (!n)
		return;
	n->cpu = p;
	n->size = 4096;
	n->pageless = true;
	dlab_name_bind(n);
	dlab_name_ages(n);
	dlab_record_making(n, "m%u = %s(4096)", n->number,
			   calls[dlab_pointer_kind(dlab_rec.lab, p)]);
}

static void prepare_lock(const void *lock)
{
	struct named *n;

	if (dlab_name_by_key(NAMED_LOCK, lock))
		return;
	n = dlab_name_new(NAMED_LOCK);
	if (!n)
		return;
	n->key = lock;
	dlab_name_bind(n);
	dlab_name_ages(n);
	dlab_record_making(n, "lock%u = spinlock()", n->number);
}

void dlab_name_prepare(char parameter, u64 arg, int nents, bool maps)
{
	void *p = (void *)(uintptr_t)arg;

	if (parameter == 'p')
		prepare_host_memory(p);
	else if (parameter == 'l')
		prepare_lock(p);
	else if (parameter == 's')
		dlab_prepare_list(p, nents, maps);
	else if (parameter == 't')
		dlab_prepare_table(p, maps);
}

/* ------------------------------------------------------------------ releases */

static void die(struct named *n)
{
	if (n)
		dlab_name_die(n);
}

static void release_memory(const u8 *p)
{
	struct named *n = p ? dlab_memory_of(p) : NULL;

	if (n && n->cpu == p)
		dlab_name_die(n);
}

static void release_mapping(dma_addr_t dma, const struct device *dev, bool unmap)
{
	struct named *n = dlab_mapping_of(dma, dev);

	if (n && n->dma == dma && unmap == !n->cpu)
		dlab_name_die(n);
}

void dlab_name_release(const char *call, char parameter, u64 arg, const struct device *dev)
{
	void *p = (void *)(uintptr_t)arg;
	bool unmap = strstr(call, "unmap");
	struct named *n;

	switch (parameter) {
	case 'd':
		if (strcmp(call, "device_free") != 0)
			break;
		dlab_names_of_device_die(p);
		die(dlab_name_by_key(NAMED_DEVICE, p));
		break;
	case 'p':
		release_memory(p);
		break;
	case 'P':
		release_memory(page_address(p));
		break;
	case 'a':
		release_mapping(arg, dev, unmap);
		break;
	case 's':
		n = unmap ? dlab_name_by_key(NAMED_LIST, p) : NULL;
		if (n)
			dlab_name_set_segments(n, NULL, 0);
		break;
	case 't':
		n = unmap ? NULL : dlab_name_of_table(p);
		if (n && n->table)
			dlab_name_die(n);
		break;
	case 'o':
	case 'c':
		if (strstr(call, "destroy"))
			die(dlab_name_by_key(parameter == 'o' ? NAMED_POOL : NAMED_CACHE, p));
		break;
	}
}

/* -------------------------------------------------------------------- whose */

static bool knows_pool(char parameter, const void *p)
{
	return dlab_name_by_key(parameter == 'o' ? NAMED_POOL : NAMED_CACHE, p);
}

bool dlab_name_is_ours(const char *parameters, const u64 *args)
{
	for (unsigned i = 0; parameters[i]; i++) {
		const void *p = (const void *)(uintptr_t)args[i];

		if (!p)
			continue;
		switch (parameters[i]) {
		case 'd':
			if (dlab_name_by_key(NAMED_DEVICE, p))
				return true;
			if (lab_knows(p))
				return false;
			break;
		case 'p':
		case 'P':
			if (dlab_of(p))
				return dlab_of(p) == dlab_rec.lab;
			break;
		case 'o':
		case 'c':
			if (knows_pool(parameters[i], p))
				return true;
		}
	}
	return dlab_current() == dlab_rec.lab;
}
