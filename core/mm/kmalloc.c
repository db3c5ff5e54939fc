/* SPDX-License-Identifier: MIT */
/* kmalloc() and what is made of it. */
#include "lab/context.h"
#include "mm/mm.h"
#include "base/probe.h"

#include <linux/slab.h>
#include <stdlib.h>

static void *allocate(size_t size, gfp_t gfp, const struct call *call)
{
	struct dmalab_machine *lab = dlab_current();
	void *p;

	if (!size)
		return ZERO_SIZE_PTR;
	if (!lab)
		return NULL;
	lab_lock(lab);
	p = dlab_slab_alloc(lab, NULL, size, gfp, call);
	if (unlikely(!p))
		dlab_name_failure(lab, call);
	lab_unlock(lab);
	return p;
}

static void *allocate_array(size_t n, size_t size, gfp_t gfp, const struct call *call)
{
	size_t bytes;

	if (__builtin_mul_overflow(n, size, &bytes))
		return NULL;
	RECORD_AS("kmalloc", "=zG", bytes, gfp);
	return record_memory(allocate(bytes, gfp, call), bytes, NULL);
}

void *kmalloc(size_t size, gfp_t flags)
{
	RECORD("=zG", size, flags);
	return record_memory(allocate(size, flags, &THIS_CALL), size, NULL);
}

void *kzalloc(size_t size, gfp_t flags)
{
	RECORD("=zG", size, flags);
	return record_memory(allocate(size, flags | __GFP_ZERO, &THIS_CALL), size, NULL);
}

void *kmalloc_array(size_t n, size_t size, gfp_t flags)
{
	return allocate_array(n, size, flags, &THIS_CALL);
}

void *kcalloc(size_t n, size_t size, gfp_t flags)
{
	return allocate_array(n, size, flags | __GFP_ZERO, &THIS_CALL);
}

/* A CPU store to memory that nobody has yet. */
static void store(struct dmalab_machine *lab, void *p, const void *buf, size_t len,
		  const struct call *call)
{
	size_t offset = (u8 *)p - lab->hw.cached;

	dlab_judge_filled(&lab->judge, offset, len, call->site);
	dlab_cache_cpu_store(&lab->hw, offset, buf, len);
}

void *kmemdup(const void *src, size_t len, gfp_t gfp)
{
	struct call call = THIS_CALL;
	struct dmalab_machine *lab = dlab_current();
	void *p = NULL, *copy = NULL;

	if (!len)
		return ZERO_SIZE_PTR;
	if (lab && len <= PAGE_SIZE << MAX_ORDER)
		copy = malloc(len);
	if (!copy)
		return NULL;
	dlab_cpu_read(src, copy, len, &call);
	RECORD_AS("kmalloc", "=zG", len, gfp);
	lab_lock(lab);
	p = dlab_slab_alloc(lab, NULL, len, gfp, &call);
	if (p)
		store(lab, p, copy, len, &call);
	else
		dlab_name_failure(lab, &call);
	lab_unlock(lab);
	record_memory(p, len, NULL);
	if (p)
		RECORD_CPU("cpu_write", p, copy, len);
	free(copy);
	return p;
}

/*
 * Move what the driver owns of @o to @to and release it. False: the host has no memory.
 * @told: the call has given its report.
 */
static bool move(struct dmalab_machine *lab, const struct mm_object *o, void *to,
		 const struct call *call, bool told)
{
	size_t offset = o->start - lab->hw.cached;
	size_t size = slab_end(&lab->mm->slab, offset) - offset;
	u8 *copy = malloc(size);

	if (!copy)
		return false;
	if (!told && !dlab_mm_report_if_mapped(lab, o, call, NULL))
		dlab_judge_cpu_move(&lab->judge, call, offset, size);
	else if (judge_sees_accesses(&lab->judge))
		for_each_shadow(&lab->judge, s)
			dlab_shadow_cpu_load(s, offset, size);
	dlab_cache_move(&lab->hw, offset, copy, NULL, size, false);
	store(lab, to, copy, size, call);
	dlab_unwritten_move(&lab->judge.unwritten, offset, (u8 *)to - lab->hw.cached, size);
	dlab_mm_give_back(lab, o);
	free(copy);
	return true;
}

static void *krealloc_locked(struct dmalab_machine *lab, const void *ptr, size_t size, gfp_t gfp,
			     const struct call *call)
{
	struct mm_free free = { .call = call, .ptr = ptr, .kind = MM_KMALLOC };
	struct mm_object o = dlab_mm_find(lab, ptr), new;
	bool told;
	void *p;

	if (!size || !o.live || o.start != ptr ||
	    (o.kind != MM_KMALLOC && o.kind != MM_CACHE)) {
		dlab_mm_release(lab, &free, NULL);
		return size ? NULL : ZERO_SIZE_PTR;
	}
	judge_find_stores(&lab->judge, call, o.start - lab->hw.cached, o.room);
	if (size <= o.room) {
		dlab_slab_set_size(lab, ptr, size);
		if ((gfp & __GFP_ZERO) && size > o.size)
			store(lab, (u8 *)o.start + o.size, NULL, size - o.size, call);
		return (void *)ptr;
	}
	told = dlab_slab_check_gfp(lab, size, gfp, call);
	p = dlab_slab_take(lab, NULL, size, gfp, call);
	if (!p)
		dlab_name_failure(lab, call);
	if (!p || move(lab, &o, p, call, told))
		return p;
	new = dlab_mm_find(lab, p);
	dlab_mm_give_back(lab, &new);
	return NULL;
}

void *krealloc(const void *p, size_t new_size, gfp_t flags)
{
	struct call call = THIS_CALL;
	struct dmalab_machine *lab = dlab_of(p);
	void *q;

	if (ZERO_OR_NULL_PTR(p)) {
		RECORD_AS("kmalloc", "=zG", new_size, flags);
		return record_memory(allocate(new_size, flags, &call), new_size, NULL);
	}
	if (!lab)
		lab = dlab_current();
	if (!lab)
		return NULL;
	RECORD("=pzG", p, new_size, flags);
	lab_lock(lab);
	q = krealloc_locked(lab, p, new_size, flags, &call);
	lab_unlock(lab);
	return record_memory(q, new_size, NULL);
}

void kfree(const void *ptr)
{
	struct call call = THIS_CALL;
	struct mm_free free = { .call = &call, .ptr = ptr, .kind = MM_KMALLOC };
	struct dmalab_machine *lab = dlab_of(ptr);

	if (ZERO_OR_NULL_PTR(ptr))
		return;
	RECORD("p", ptr);
	if (!lab)
		lab = dlab_current();
	if (!lab)
		return;
	lab_lock(lab);
	dlab_mm_release(lab, &free, NULL);
	lab_unlock(lab);
}

size_t ksize(const void *ptr)
{
	struct dmalab_machine *lab = dlab_of(ptr);
	struct mm_object o;
	bool known;

	if (ZERO_OR_NULL_PTR(ptr) || !lab)
		return 0;
	lab_lock(lab);
	o = dlab_mm_find(lab, ptr);
	known = o.live && o.start == ptr && o.kind >= MM_KMALLOC && o.kind <= MM_CACHE;
	if (known)
		dlab_slab_take_whole(lab, ptr);
	lab_unlock(lab);
	return known ? o.room : 0;
}
