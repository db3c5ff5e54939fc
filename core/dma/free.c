/* SPDX-License-Identifier: MIT */
/*
 * The contract of freeing and unmapping.
 *
 * Everything must be as it was at the allocation. A call that gets something wrong
 * gives one report, named after the most severe difference, and the object is released
 * as it was recorded: so that the rest of the run means something, and the object
 * is not also reported as a leak.
 *
 * Which object is meant when the two addresses disagree? The one the kernel would
 * release: dma_free_coherent() looks at the DMA address, a handle and noncoherent
 * memory at the pointer. An exact match of the other address beats a pointer into
 * the middle of something.
 */
#include "dma/astray.h"
#include "dma/device-memory.h"
#include "dma/direct.h"
#include "dma/pool.h"
#include "dma/translate.h"
#include "lab/context.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What the call names. */
struct search {
	struct dmalab_machine *lab;
	const struct release *rel;
	size_t by_cpu;                 /* in RAM, or NO_OFFSET */
	u64 by_dma;                    /* on the bus, or NO_OFFSET */
};

/* ---------------------------------------------------------------- finding */

/* Which of the two addresses does the call go by? */
static bool goes_by_dma(const struct search *s)
{
	return !s->rel->cpu || s->rel->kind == REGION_BLOCK ||
	       (s->rel->kind == REGION_COHERENT && !s->rel->managed);
}

/* The block of a pool's memory that an address leads to, or NULL. */
static cold struct block *block_at(const struct search *s, const struct region *r, bool by_dma)
{
	size_t first = by_dma ? s->by_dma - r->place : s->by_cpu - r->offset;

	return first < r->size ? blocks_at(r->blocks, r->offset + first) : NULL;
}

static cold struct block *live_block_at(const struct search *s, const struct region *r,
					bool by_dma)
{
	struct block *block = block_at(s, r, by_dma);

	return block && block_is_live(block) ? block : NULL;
}

/* What was allocated where an address leads: of a pool only what is handed out. */
static struct region *alloc_at(const struct search *s, bool by_dma)
{
	u64 place = by_dma ? s->by_dma : s->by_cpu;
	struct region *r;

	if (place == NO_OFFSET)
		return NULL;
	r = by_dma ? ledger_alloc_at(&s->lab->judge.ledger, place) :
		     ledger_alloc(&s->lab->judge.ledger, place >> PAGE_SHIFT);
	if (unlikely(r && r->blocks) && !live_block_at(s, r, by_dma))
		return NULL;
	return r;
}

/* Is the address the very one that was handed out? */
static bool is_exact(const struct search *s, const struct region *r, bool by_dma)
{
	struct region block;

	if (unlikely(r->blocks)) {
		block = dlab_block_region(live_block_at(s, r, by_dma));
		r = &block;
	}
	return by_dma ? s->rel->dma == r->dma : s->rel->cpu == r->cpu;
}

/* The live allocation that is meant, or NULL; *@by_dma: which address leads to it. */
static struct region *find_allocation(const struct search *s, bool *by_dma)
{
	struct region *by[2] = { alloc_at(s, false), alloc_at(s, true) };
	bool first = goes_by_dma(s);

	/* Memory of a device's own goes by the pointer. */
	if (unlikely(by[false] && by[false]->place & PLACE_MMIO))
		first = false;
	*by_dma = first;
	if (by[first] && (is_exact(s, by[first], first) || !by[!first] ||
			  !is_exact(s, by[!first], !first)))
		return by[first];
	*by_dma = by[!first] ? !first : first;
	return by[*by_dma];
}

/*
 * How well a mapping fits an unmap; 0: not at all. Of two that are the same it is the
 * one whose error was looked at: the driver may still look at that of the other.
 */
#define SAME_ADDRESS 512
#define PERFECT_FIT  (SAME_ADDRESS + 256 + 128 + BEST_LIST_FIT * 8 + 4 + 2 + 1)

static int mapping_fit(const struct release *rel, const struct region *r, u64 place)
{
	int size;

	if (!region_is_mapping(r))
		return 0;
	if (r->dma != rel->dma)
		return r->dev == rel->dev && region_holds(r, place, 1);
	if (r->kind != rel->kind || !r->group)
		size = r->size == rel->size ? BEST_LIST_FIT : 0;
	else
		size = dlab_list_fit(r, rel->sgl, rel->nents);
	return SAME_ADDRESS + (r->dev == rel->dev) * 256 + (r->kind == rel->kind) * 128 +
	       size * 8 + (r->dir == rel->dir) * 4 +
	       (((r->attrs ^ rel->attrs) & ATTRS_TO_MATCH) == 0) * 2 + r->checked;
}

static struct region *find_mapping(const struct search *s)
{
	struct region *best = NULL;
	struct span *span;
	int best_fit = 0;

	if (s->by_dma == NO_OFFSET)
		return NULL;
	span = ledger_spans(&s->lab->judge.ledger, s->by_dma);
	for (; span && best_fit < PERFECT_FIT; span = span->next) {
		int fit = mapping_fit(s->rel, span->region, s->by_dma);

		if (fit > best_fit) {
			best_fit = fit;
			best = span->region;
		}
	}
	/* A list is known by its first entry. */
	return best && best->group ? best->group->first : best;
}

/* The live object that is meant, or NULL. */
static struct region *find_object(const struct search *s, bool *by_dma)
{
	bool unmap = release_is_unmap(s->rel);
	struct region *r = unmap ? find_mapping(s) : find_allocation(s, by_dma);

	if (r)
		return r;
	r = unmap ? find_allocation(s, by_dma) : find_mapping(s);
	if (unlikely(r && r->blocks))
		return is_exact(s, r, true) ? r : NULL;
	return r && r->dma == s->rel->dma ? r : NULL;
}

static bool was_it(const struct region *r, const void *arg)
{
	const struct search *s = arg;

	if (s->rel->cpu && s->rel->cpu == r->cpu && !region_is_mapping(r))
		return true;
	return s->rel->dma - r->dma < r->size;
}

/* -------------------------------------------------------------- comparing */

struct mismatch {
	enum check check;
	const char *name;
};

/* Those that differ, most severe first. Returns how many. */
static unsigned compare(const struct release *rel, const struct region *r, struct mismatch *m)
{
	bool same_function = rel->kind == r->kind || (rel->kind <= REGION_HANDLE &&
						      r->kind <= REGION_HANDLE);
	unsigned n = 0;

	same_function &= rel->managed == r->managed;
	if (r->dev != rel->dev)
		m[n++] = (struct mismatch){ CHECK_FREE_WRONG_DEVICE, "device" };
	if (!same_function)
		m[n++] = (struct mismatch){ CHECK_FREE_WRONG_FUNCTION, "function" };
	if (same_function && (r->attrs ^ rel->attrs) & ATTRS_TO_MATCH)
		m[n++] = (struct mismatch){ CHECK_FREE_ATTRS_MISMATCH, "attributes" };
	if (!release_is_unmap(rel) && rel->cpu != r->cpu)
		m[n++] = (struct mismatch){ CHECK_FREE_CPU_ADDRESS_MISMATCH, "CPU address" };
	if (rel->dma != r->dma)
		m[n++] = (struct mismatch){ CHECK_FREE_DMA_ADDRESS_MISMATCH, "DMA address" };
	if (rel->kind == REGION_SG && same_function && rel->nents != r->group->nents)
		m[n++] = (struct mismatch){ CHECK_SG_COUNT_MISMATCH, "entries" };
	if (rel->kind != REGION_SG && rel->kind != REGION_BLOCK && r->kind != REGION_SG &&
	    rel->size != r->size)
		m[n++] = (struct mismatch){ CHECK_FREE_SIZE_MISMATCH, "size" };
	if (same_function && region_is_owned(r) && rel->dir != r->dir)
		m[n++] = (struct mismatch){ CHECK_FREE_DIRECTION_MISMATCH, "direction" };
	return n;
}

static void explain(const struct release *rel, const struct region *r, enum check check,
		    char *text, size_t size)
{
	switch (check) {
	case CHECK_FREE_WRONG_DEVICE:
		snprintf(text, size, "it belongs to %s", dlab_device_name(r->dev));
		break;
	case CHECK_FREE_WRONG_FUNCTION:
		snprintf(text, size, "made by %s(), to be released by %s", r->function,
			 dlab_release_name(r));
		break;
	case CHECK_FREE_ATTRS_MISMATCH:
		snprintf(text, size, "made with attributes 0x%lx, released with 0x%lx", r->attrs,
			 rel->attrs);
		break;
	case CHECK_FREE_CPU_ADDRESS_MISMATCH:
		snprintf(text, size, "CPU address %p, released with %p", r->cpu, rel->cpu);
		break;
	case CHECK_FREE_DMA_ADDRESS_MISMATCH:
		snprintf(text, size, "DMA address 0x%llx, released with 0x%llx",
			 (unsigned long long)r->dma, (unsigned long long)rel->dma);
		break;
	case CHECK_SG_COUNT_MISMATCH:
		snprintf(text, size, "mapped %u entries, unmapped %u%s", r->group->nents,
			 rel->nents, rel->nents < r->group->nents ?
			 "; unmap with what was given to the map, not with what it returned" : "");
		break;
	case CHECK_FREE_SIZE_MISMATCH:
		snprintf(text, size, "size %zu, released with %zu", r->size, rel->size);
		break;
	default:
		snprintf(text, size, "mapped %s, released %s", dlab_dir_name(r->dir),
			 dlab_dir_name(rel->dir));
	}
}

static cold void report_mismatch(struct judge *j, const struct release *rel,
				 const struct region *r, const struct mismatch *m, unsigned n)
{
	char text[160], also[128];
	size_t len = 0;
	struct finding f = {
		.check = m[0].check, .call = rel->call, .dev = rel->dev, .region = r,
		.cpu = rel->cpu, .dma = rel->dma, .size = rel->size, .detail = text,
		.also = n > 1 ? also : NULL,
	};

	if (!lab_knows(f.dev))
		f.dev = NULL;
	explain(rel, r, m[0].check, text, sizeof(text));
	for (unsigned i = 1; i < n; i++)
		len += snprintf(also + len, sizeof(also) - len, "%s%s", i > 1 ? ", " : "",
				m[i].name);
	dlab_judge_report(j, &f);
}

/* A block that was given back to its pool, where one of the addresses leads. */
static cold bool dead_block(const struct search *s, struct region *was)
{
	bool first = goes_by_dma(s);

	for (int i = 0; i < 2; i++, first = !first) {
		u64 place = first ? s->by_dma : s->by_cpu;
		const struct region *r = NULL;
		const struct block *block;

		if (place != NO_OFFSET)
			r = first ? ledger_alloc_at(&s->lab->judge.ledger, place) :
				    ledger_alloc(&s->lab->judge.ledger, place >> PAGE_SHIFT);
		block = r && r->blocks ? block_at(s, r, first) : NULL;
		if (block && !block_is_live(block) && block->died) {
			*was = dlab_block_region(block);
			return true;
		}
	}
	return false;
}

/* A NULL list goes by the error value, which nobody gave. */
static bool has_list(const struct release *rel)
{
	return rel->kind != REGION_SG || rel->sgl;
}

static dma_addr_t given_dma(const struct release *rel)
{
	return has_list(rel) ? rel->dma : 0;
}

static cold void report_unknown(const struct search *s)
{
	const struct release *rel = s->rel;
	struct region block;
	struct judge *j = &s->lab->judge;
	struct finding f = {
		.call = rel->call, .dev = lab_knows(rel->dev) ? rel->dev : NULL,
		.cpu = rel->cpu, .dma = given_dma(rel), .size = rel->size,
	};
	struct astray a;

	if (release_is_unmap(rel) && rel->dma == DMA_MAPPING_ERROR) {
		f.check = CHECK_FREE_ERROR_COOKIE;
		f.detail = has_list(rel) ? NULL : NO_LIST;
	} else {
		f.region = dead_block(s, &block) ?
				   &block :
				   dlab_ledger_dead(&j->ledger, was_it, s, s->by_cpu,
						    phys_to_offset(&s->lab->hw, rel->dma));
		f.check = f.region ? CHECK_DOUBLE_FREE : CHECK_FREE_UNKNOWN;
	}
	if (f.check == CHECK_FREE_UNKNOWN && release_is_unmap(rel) && f.dev) {
		dlab_astray_look(&a, f.dev->dmalab, rel->dma, s->by_dma);
		f.region = a.region;
		f.detail = a.detail;
	}
	dlab_judge_report(j, &f);
}

/*
 * As dma_free_attrs() warns, and vunmap() stops, on the kernel. Memory of a device's own
 * is given back before either looks.
 */
static bool is_forbidden(const struct release *rel, const struct region *r)
{
	return rel->kind <= REGION_HANDLE && !(r->place & PLACE_MMIO) &&
	       context_forbids_free(r->remapped);
}

static cold void report_context(const struct search *s, const struct region *r)
{
	const struct release *rel = s->rel;
	struct finding f = {
		.call = rel->call, .dev = lab_knows(rel->dev) ? rel->dev : NULL, .region = r,
		.cpu = rel->cpu, .dma = rel->dma, .size = rel->size,
	};

	dlab_context_report_free(s->lab, &f);
}

/* -------------------------------------------------------------- releasing */

/*
 * It is a block of a pool: that goes back to the pool, and the memory it was cut from
 * stays. Neither dma_pool_free() nor any other right call comes here.
 */
static cold void release_block(const struct search *s, struct region *r, bool by_dma,
			       bool reported)
{
	struct block *block = live_block_at(s, r, by_dma);
	struct region was = dlab_block_region(block);
	struct mismatch m[8];

	if (!reported)
		report_mismatch(&s->lab->judge, s->rel, &was, m, compare(s->rel, &was, m));
	dlab_pool_take_back(block, s->rel->call);
}

/* Without a ledger: believe the call as far as the machine does. */
static void unmap_unchecked(const struct search *s)
{
	const struct release *rel = s->rel;
	struct machine *hw = &s->lab->hw;
	struct dmalab_device *d = rel->dev->dmalab;
	bool sync = direction_ok(rel->dir) && !(rel->attrs & DMA_ATTR_SKIP_CPU_SYNC);
	struct run lost;

	if (hw->profile->translation == TRANSLATE_IOMMU) {
		dlab_iommu_unmap(hw, rel->dma, dlab_iommu_mapped(hw, rel->dma, rel->size));
		return;
	}
	if (s->by_dma >= hw->ram_size || rel->size > bank_bytes(hw, s->by_dma))
		return;
	if (hw->profile->translation == TRANSLATE_BOUNCE) {
		if (sync)
			dlab_route_copy_slots(d, s->by_dma, rel->size, FOR_CPU, rel->dir);
		dlab_swiotlb_give(hw, s->by_dma);
	} else if (sync) {
		judge_find_stores(&s->lab->judge, rel->call, s->by_dma, rel->size);
		direct_handover(d, s->by_dma, rel->size, FOR_CPU, rel->dir, rel->call->site,
				NULL, &lost);
	}
}

static void free_unchecked(const struct search *s)
{
	const struct release *rel = s->rel;
	struct machine *hw = &s->lab->hw;
	size_t offset = rel->kind == REGION_COHERENT ? s->by_dma : s->by_cpu;
	bool iommu = hw->profile->translation == TRANSLATE_IOMMU;
	struct dmalab_device *d = rel->dev->dmalab;

	if (dlab_device_memory_offset(d, rel->dma) != NO_OFFSET) {
		if (rel->kind <= REGION_HANDLE)
			dlab_device_memory_give(d, rel->dma, rel->size);
		return;
	}
	if (iommu) {
		phys_addr_t phys = dlab_iommu_translate(hw, rel->dma, 0);

		if (phys == NO_IOVA)
			return;
		if (rel->kind == REGION_COHERENT)
			offset = phys_to_offset(hw, phys);
	}
	if (rel->kind == REGION_BLOCK ||
	    (offset < hw->ram_size && pool_has(s->lab->pools, offset >> PAGE_SHIFT)))
		return;
	if (iommu)
		dlab_iommu_unmap(hw, rel->dma, dlab_iommu_mapped(hw, rel->dma, rel->size));
	if (offset < hw->ram_size && !mm_has_page(s->lab->mm, offset >> PAGE_SHIFT))
		atomic_pool_free(s->lab->atomic, hw, offset >> PAGE_SHIFT);
}

static void release_checked(const struct search *s, struct region *r)
{
	struct mismatch m[8];
	unsigned n = compare(s->rel, r, m);

	if (unlikely(n))
		report_mismatch(&s->lab->judge, s->rel, r, m, n);
	else if (unlikely(dlab_context.atomic) && is_forbidden(s->rel, r))
		report_context(s, r);
	dlab_region_undo(s->lab, r, s->rel, n != 0);
}

static cold void report_direction(struct dmalab_machine *lab, const struct release *rel)
{
	struct finding f = {
		.check = CHECK_BAD_DIRECTION, .call = rel->call,
		.dev = lab_knows(rel->dev) ? rel->dev : NULL, .cpu = rel->cpu,
		.dma = given_dma(rel), .size = rel->size, .detail = VALID_DIRECTIONS,
	};

	dlab_judge_report(&lab->judge, &f);
}

/*
 * A device that is not ours is only a wrong one if the object is known: find it in
 * the machine that the pointer belongs to, or the current one.
 */
static cold struct dmalab_machine *guess_machine(const struct release *rel)
{
	struct dmalab_machine *lab = rel->cpu ? dlab_of(rel->cpu) : NULL;

	return lab ? lab : dlab_current();
}

/* Returns false when the device is what is wrong, and nothing else is known. */
static bool release_locked(const struct search *s, bool known_device)
{
	const struct release *rel = s->rel;
	bool by_dma = true;
	struct region *r;

	if (unlikely(!judge_keeps_ledger(&s->lab->judge))) {
		if (known_device)
			(release_is_unmap(rel) ? unmap_unchecked : free_unchecked)(s);
		return true;
	}
	r = find_object(s, &by_dma);
	if (unlikely(!known_device && !r))
		return false;
	if (unlikely(region_kind_has_direction(rel->kind) && !direction_ok(rel->dir))) {
		/* The kernel stops here; the object is released all the same. */
		report_direction(s->lab, rel);
		if (r && r->blocks)
			release_block(s, r, by_dma, true);
		else if (r)
			dlab_region_undo(s->lab, r, rel, true);
	} else if (unlikely(r && r->blocks)) {
		release_block(s, r, by_dma, false);
	} else if (likely(r)) {
		release_checked(s, r);
	} else {
		report_unknown(s);
	}
	return true;
}

void dlab_release_at(const struct release *rel, struct dmalab_device *d, u64 place)
{
	struct search s = {
		.lab = d->machine, .rel = rel, .by_cpu = NO_OFFSET, .by_dma = place,
	};

	if (rel->cpu)
		s.by_cpu = cpu_to_offset(&s.lab->hw, rel->cpu);
	release_locked(&s, true);
}

/* The device is none: only what is released can say where it belongs. */
static cold void release_of_none(const struct release *rel)
{
	static const struct bus_window none;
	struct search s = { .lab = guess_machine(rel), .rel = rel, .by_cpu = NO_OFFSET };
	bool done;

	if (!s.lab)
		return;
	lab_lock(s.lab);
	if (rel->cpu)
		s.by_cpu = cpu_to_offset(&s.lab->hw, rel->cpu);
	s.by_dma = bus_place(&s.lab->hw, &none, rel->dma);
	done = release_locked(&s, false);
	lab_unlock(s.lab);
	if (!done)
		dlab_no_device(rel->dev, rel->call);
}

void dlab_release(const struct release *rel)
{
	struct dmalab_device *d = lab_knows(rel->dev) ? lab_enter(rel->dev, rel->call) : NULL;

	if (unlikely(!d)) {
		release_of_none(rel);
		return;
	}
	dlab_release_at(rel, d, bus_place(&d->machine->hw, &d->window, rel->dma));
	lab_leave(d);
}
