/* SPDX-License-Identifier: MIT */
/*
 * Pages, as drivers allocate, share and recycle them. A block of pages is counted as
 * one, in its head, whether it was made with __GFP_COMP or not.
 */
#include "lab/context.h"
#include "mm/mm.h"
#include "base/probe.h"

#include <limits.h>
#include <linux/gfp.h>
#include <linux/mm.h>

u32 dlab_page_frame(const struct dmalab_machine *lab, const struct page *page)
{
	uintptr_t at = (uintptr_t)page - (uintptr_t)(lab ? lab->hw.pages : NULL);

	return lab && at / sizeof(*page) < lab->hw.nr_pages ? at / sizeof(*page) : NO_PAGE;
}

/* The entry that counts for a frame. */
static struct page_block *head_of(const struct dmalab_machine *lab, u32 frame)
{
	struct page_block *b = &lab->mm->blocks[frame];
	const struct slab_page *p = lab->mm->slab.pages[frame];

	if (p)
		return &lab->mm->blocks[p->page];
	return b->state == BLOCK_LIVE ? &lab->mm->blocks[b->head] : b;
}

static u8 *address_of(const struct dmalab_machine *lab, u32 frame)
{
	return lab->hw.cached + page_offset(frame);
}

/* -------------------------------------------------------------- allocating */

struct request {
	const struct call *call;
	gfp_t gfp;
	unsigned order;
	u32 nr;
	bool exact;
};

static void enter(struct dmalab_machine *lab, u32 head, const struct request *rq)
{
	for (u32 i = 0; i < rq->nr; i++) {
		struct page_block *b = &lab->mm->blocks[head + i];

		b->head = head;
		b->state = BLOCK_LIVE;
		b->refs = i == 0;
	}
	lab->mm->blocks[head].nr = rq->nr;
	lab->mm->blocks[head].exact = rq->exact;
	lab->mm->blocks[head].compound = rq->gfp & __GFP_COMP && rq->nr > 1;
}

static u32 alloc_locked(struct dmalab_machine *lab, const struct request *rq)
{
	u32 head;

	lab_might_alloc(lab, NULL, rq->call, page_offset(rq->nr), rq->gfp);
	if (rq->order > MAX_ORDER || lab_must_fail_in(lab, rq->call))
		return NO_PAGE;
	head = lab_take_pages(lab, rq->call, zone_of_gfp(rq->gfp), rq->order, ~0ull);
	if (head == NO_PAGE)
		return NO_PAGE;
	enter(lab, head, rq);
	dlab_cache_take_back(&lab->hw, head, rq->nr);
	if (judge_keeps_ledger(&lab->judge))
		ledger_use_pages(&lab->judge.ledger, head, rq->nr, true);
	if (rq->gfp & __GFP_ZERO) {
		dlab_cache_zero_pages(&lab->hw, head, rq->nr);
		dlab_judge_filled_pages(&lab->judge, head, rq->nr, rq->call->site);
	} else {
		judge_fresh(&lab->judge, page_offset(head), page_offset(rq->nr));
	}
	return head;
}

/* The machine it came from, or NULL: no memory. */
static struct dmalab_machine *alloc(const struct request *rq, u32 *head)
{
	struct dmalab_machine *lab = dlab_current();

	if (!lab)
		return NULL;
	lab_lock(lab);
	*head = alloc_locked(lab, rq);
	lab_unlock(lab);
	return *head == NO_PAGE ? NULL : lab;
}

static struct page *alloc_block(gfp_t gfp, unsigned order, const struct call *call)
{
	struct request rq = {
		.call = call, .gfp = gfp, .order = order, .nr = order > MAX_ORDER ? 0 : 1u << order,
	};
	u32 head;
	struct dmalab_machine *lab;

	RECORD_AS("alloc_pages", "=Gz", gfp, order);
	lab = alloc(&rq, &head);
	if (!lab)
		return NULL;
	record_memory(address_of(lab, head), page_offset(rq.nr), NULL);
	return &lab->hw.pages[head];
}

static unsigned long alloc_address(gfp_t gfp, unsigned order, const struct call *call)
{
	return (unsigned long)page_address(alloc_block(gfp, order, call));
}

struct page *alloc_pages(gfp_t gfp, unsigned int order)
{
	return alloc_block(gfp, order, &THIS_CALL);
}

struct page *alloc_page(gfp_t gfp)
{
	return alloc_block(gfp, 0, &THIS_CALL);
}

unsigned long __get_free_pages(gfp_t gfp, unsigned int order)
{
	return alloc_address(gfp, order, &THIS_CALL);
}

unsigned long __get_free_page(gfp_t gfp)
{
	return alloc_address(gfp, 0, &THIS_CALL);
}

unsigned long get_zeroed_page(gfp_t gfp)
{
	return alloc_address(gfp | __GFP_ZERO, 0, &THIS_CALL);
}

void *alloc_pages_exact(size_t size, gfp_t gfp)
{
	struct call call = THIS_CALL;
	struct request rq = { .call = &call, .gfp = gfp & ~__GFP_COMP, .exact = true };
	struct dmalab_machine *lab;
	u32 head;

	RECORD("=zG", size, gfp);
	if (!size || size > PAGE_SIZE << MAX_ORDER)
		return NULL;
	rq.order = order_of(size);
	rq.nr = PAGE_ALIGN(size) >> PAGE_SHIFT;
	lab = alloc(&rq, &head);
	return lab ? record_memory(address_of(lab, head), size, NULL) : NULL;
}

/* --------------------------------------------------------------- releasing */

struct mm_object dlab_page_object(const struct dmalab_machine *lab, size_t offset)
{
	u32 frame = offset >> PAGE_SHIFT;
	const struct page_block *b = &lab->mm->blocks[frame], *head = &lab->mm->blocks[b->head];
	struct mm_object o = { .kind = MM_NONE };

	if (b->state == BLOCK_NONE)
		return o;
	if (b->state == BLOCK_FREED && judge_keeps_ledger(&lab->judge) &&
	    dlab_ledger_find_free(&lab->judge.ledger, page_offset(frame), 1) == NO_OFFSET)
		return o;
	o.live = b->state == BLOCK_LIVE;
	o.kind = head->exact ? MM_EXACT : MM_PAGES;
	o.start = address_of(lab, b->head);
	o.size = o.room = page_offset(head->nr);
	return o;
}

void dlab_page_give_back(struct dmalab_machine *lab, size_t offset)
{
	u32 head = offset >> PAGE_SHIFT, nr = lab->mm->blocks[head].nr;

	for (u32 i = 0; i < nr; i++)
		lab->mm->blocks[head + i].state = BLOCK_FREED;
	lab->mm->blocks[head].refs = 0;
	if (judge_keeps_ledger(&lab->judge))
		ledger_use_pages(&lab->judge.ledger, head, nr, false);
	unwritten_store(&lab->judge.unwritten, page_offset(head), page_offset(nr));
	dlab_pages_free(&lab->hw, head);
}

static cold void report_objects(struct dmalab_machine *lab, const struct mm_free *free)
{
	struct finding f = {
		.check = CHECK_FREE_WRONG_FUNCTION, .call = free->call, .cpu = free->ptr,
		.detail = "the page holds objects of kmalloc() or kmem_cache_alloc()",
	};

	dlab_judge_report(&lab->judge, &f);
}

/*
 * Drop @refs references to the block that holds @free->ptr, and release it with the
 * last one.
 */
static void put_locked(struct dmalab_machine *lab, const struct mm_free *free, s64 refs)
{
	u32 frame = ((const u8 *)free->ptr - lab->hw.cached) >> PAGE_SHIFT;
	const struct slab_page *objects = lab->mm->slab.pages[frame];
	struct page_block *head = head_of(lab, frame);

	/* The allocator's own is the last one of a block, and not counted of the rest. */
	if (head->refs >= refs + (head->state == BLOCK_LIVE))
		head->refs -= refs;
	else if (objects && objects->nr > 1 && free->kind == MM_PAGES)
		report_objects(lab, free);
	else
		dlab_mm_release(lab, free, NULL);
}

/* @lab: may be NULL, as may what @free->ptr leads to. */
static void put(struct dmalab_machine *lab, const struct mm_free *free, s64 refs)
{
	if (!lab)
		lab = dlab_current();
	if (!lab)
		return;
	lab_lock(lab);
	if (in_cached(&lab->hw, free->ptr))
		put_locked(lab, free, refs);
	else
		dlab_mm_release(lab, free, NULL);
	lab_unlock(lab);
}

/* Tail pages stand for their block where it is compound. */
static const void *start_of(const struct dmalab_machine *lab, const struct page *page, bool tail)
{
	u32 frame = dlab_page_frame(lab, page);
	const struct page_block *b;

	if (frame == NO_PAGE)
		return page;
	b = &lab->mm->blocks[frame];
	if (tail && b->state == BLOCK_LIVE && lab->mm->blocks[b->head].compound)
		frame = b->head;
	return address_of(lab, frame);
}

static void put_references(struct page *page, s64 refs, const struct call *call)
{
	struct dmalab_machine *lab = dlab_of(page);
	struct mm_free free = {
		.call = call, .ptr = start_of(lab, page, true), .kind = MM_PAGES,
	};

	if (page)
		put(lab, &free, refs);
}

static void free_block(struct page *page, unsigned order, const struct call *call)
{
	struct dmalab_machine *lab = dlab_of(page);
	struct mm_free free = {
		.call = call, .ptr = start_of(lab, page, false), .kind = MM_PAGES,
		.sized = true, .size = order > MAX_ORDER ? 0 : PAGE_SIZE << order,
	};

	if (page)
		put(lab, &free, 1);
}

static void free_address(unsigned long addr, unsigned order, const struct call *call)
{
	struct mm_free free = {
		.call = call, .ptr = (const void *)(addr & PAGE_MASK), .kind = MM_PAGES,
		.sized = true, .size = order > MAX_ORDER ? 0 : PAGE_SIZE << order,
	};

	if (addr)
		put(dlab_of(free.ptr), &free, 1);
}

void __free_pages(struct page *page, unsigned int order)
{
	RECORD("Pz", page, order);
	free_block(page, order, &THIS_CALL);
}

void __free_page(struct page *page)
{
	RECORD_AS("__free_pages", "Pz", page, 0);
	free_block(page, 0, &THIS_CALL);
}

void free_pages(unsigned long addr, unsigned int order)
{
	RECORD("pz", addr, order);
	free_address(addr, order, &THIS_CALL);
}

void free_page(unsigned long addr)
{
	RECORD_AS("free_pages", "pz", addr, 0);
	free_address(addr, 0, &THIS_CALL);
}

void free_pages_exact(void *virt, size_t size)
{
	struct call call = THIS_CALL;
	struct mm_free free = {
		.call = &call, .ptr = virt, .kind = MM_EXACT, .sized = true, .size = size,
	};

	RECORD("pz", virt, size);
	if (virt)
		put(dlab_of(virt), &free, 1);
}

void put_page(struct page *page)
{
	RECORD("P", page);
	put_references(page, 1, &THIS_CALL);
}

void page_ref_sub(struct page *page, int nr)
{
	RECORD_ABSENT();
	put_references(page, nr, &THIS_CALL);
}

void __page_frag_cache_drain(struct page *page, unsigned int count)
{
	RECORD_ABSENT();
	put_references(page, count, &THIS_CALL);
}

/* -------------------------------------------------------------- references */

/* With the machine locked, the entry that counts for @page; or NULL. */
static struct page_block *begin(const struct page *page, struct dmalab_machine **lab, u32 *frame)
{
	*lab = dlab_of(page);
	*frame = dlab_page_frame(*lab, page);
	if (*frame == NO_PAGE)
		return NULL;
	lab_lock(*lab);
	return head_of(*lab, *frame);
}

void page_ref_add(struct page *page, int nr)
{
	struct dmalab_machine *lab;
	u32 frame;
	struct page_block *b;

	if (nr == 1)
		RECORD_AS("get_page", "P", page);
	else
		RECORD_ABSENT();
	b = begin(page, &lab, &frame);
	if (!b)
		return;
	machine_touch(&lab->hw, page_offset(frame), PAGE_SIZE);
	if (__builtin_add_overflow(b->refs, nr, &b->refs))
		b->refs = nr < 0 ? INT_MIN : INT_MAX;
	lab_unlock(lab);
}

int page_ref_count(const struct page *page)
{
	struct dmalab_machine *lab;
	u32 frame;
	struct page_block *b = begin(page, &lab, &frame);
	int count;

	if (!b)
		return 0;
	count = b->refs;
	/* Others have one of their own. */
	if (count < INT_MAX &&
	    (lab->mm->slab.pages[frame] ||
	     (b->state != BLOCK_LIVE && judge_keeps_ledger(&lab->judge) &&
	      dlab_ledger_find_free(&lab->judge.ledger, page_offset(frame), 1) == NO_OFFSET)))
		count++;
	lab_unlock(lab);
	return count;
}

struct page *compound_head(const struct page *page)
{
	struct dmalab_machine *lab;
	u32 frame;
	struct page_block *b = begin(page, &lab, &frame);

	if (!b)
		return (struct page *)page;
	if (b->state == BLOCK_LIVE && b->compound)
		frame = b->head;
	lab_unlock(lab);
	return &lab->hw.pages[frame];
}

unsigned int compound_order(const struct page *page)
{
	struct dmalab_machine *lab;
	u32 frame;
	struct page_block *b = begin(page, &lab, &frame);
	unsigned order = 0;

	if (!b)
		return 0;
	if (b->state == BLOCK_LIVE && b->compound && b->head == frame)
		order = order_of(page_offset(b->nr));
	lab_unlock(lab);
	return order;
}
