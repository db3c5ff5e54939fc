/* SPDX-License-Identifier: MIT */
/*
 * vmalloc(): memory of the host, in a window of addresses that tells it from all
 * other memory. Behind each piece at least one unit is left out, so that running off
 * its end faults, and so does using it when it is free.
 *
 * Blocks of units are of a power of two, and are not merged: addresses are cheap.
 */
#include "base/host.h"
#include "lab/context.h"
#include "mm/mm.h"
#include "base/probe.h"

#include <linux/vmalloc.h>
#include <sys/mman.h>

static u8 *address_of(const struct dmalab_machine *lab, u32 unit)
{
	return lab->hw.vmalloc + ((size_t)unit << VM_UNIT_SHIFT);
}

static u32 unit_of(const struct dmalab_machine *lab, const void *p)
{
	return (size_t)((const u8 *)p - lab->hw.vmalloc) >> VM_UNIT_SHIFT;
}

/* A free block, or nr_units. */
static u32 take(struct vm *vm, unsigned order)
{
	u32 unit = vm->free[order];

	if (unit) {
		vm->free[order] = vm->areas[unit - 1].next;
		return unit - 1;
	}
	if (vm->nr_units - vm->nr_used < 1u << order)
		return vm->nr_units;
	unit = vm->nr_used;
	vm->nr_used += 1u << order;
	for (u32 i = 0; i < 1u << order; i++)
		vm->areas[unit + i].first = unit;
	vm->areas[unit].order = order;
	return unit;
}

static void give(struct vm *vm, u32 unit)
{
	struct vm_area *area = &vm->areas[unit];

	area->next = vm->free[area->order];
	vm->free[area->order] = unit + 1;
}

struct vm_area *dlab_vm_area_of(const struct dmalab_machine *lab, const void *p)
{
	return &lab->mm->vm.areas[lab->mm->vm.areas[unit_of(lab, p)].first];
}

u8 *dlab_vm_take(struct dmalab_machine *lab, size_t size)
{
	struct vm *vm = &lab->mm->vm;
	unsigned order = 0;
	size_t units;
	u32 unit;

	/* One more, so that something is left out. */
	units = ((size - 1) >> VM_UNIT_SHIFT) + 2;
	while (1ul << order < units)
		order++;
	if (order >= VM_ORDERS)
		return NULL;
	unit = take(vm, order);
	if (unit == vm->nr_units)
		return NULL;
	vm->areas[unit].size = size;
	vm->areas[unit].live = true;
	vm->areas[unit].is_view = false;
	return address_of(lab, unit);
}

void dlab_vm_put(struct dmalab_machine *lab, const void *p)
{
	dlab_vm_area_of(lab, p)->live = false;
	give(&lab->mm->vm, unit_of(lab, p));
}

static void *alloc_locked(struct dmalab_machine *lab, size_t size)
{
	u8 *p;
	KEEP_ERRNO;

	/* What cannot be had is no call for fail_nth to count. */
	if (!size || size > lab->hw.vmalloc_size || lab_must_fail(lab))
		return NULL;
	p = dlab_vm_take(lab, size);
	if (p && mprotect(p, size, PROT_READ | PROT_WRITE)) {
		dlab_vm_put(lab, p);
		return NULL;
	}
	return p;
}

static void *alloc(size_t size, const struct call *call)
{
	struct dmalab_machine *lab = dlab_current();
	void *p;

	if (!lab)
		return NULL;
	lab_lock(lab);
	lab_might_sleep(lab, NULL, call);
	p = alloc_locked(lab, size);
	if (!p)
		dlab_name_failure(lab, call);
	lab_unlock(lab);
	return p;
}

/* What the host gives is zero. */
void *vzalloc(unsigned long size)
{
	RECORD_AS("vmalloc", "=z", size);
	return record_memory(alloc(size, &THIS_CALL), size, NULL);
}

void *vmalloc(unsigned long size)
{
	RECORD("=z", size);
	return record_memory(alloc(size, &THIS_CALL), size, NULL);
}

struct mm_object dlab_vm_object(const struct dmalab_machine *lab, const void *p)
{
	u32 unit = lab->mm->vm.areas[unit_of(lab, p)].first;
	const struct vm_area *area = &lab->mm->vm.areas[unit];
	struct mm_object o = { .kind = MM_NONE };

	if (!area->size || (size_t)((const u8 *)p - address_of(lab, unit)) >= area->size)
		return o;
	o.kind = area->is_view ? MM_VMAP : MM_VMALLOC;
	o.live = area->live;
	o.start = address_of(lab, unit);
	o.size = area->size;
	o.room = PAGE_ALIGN(area->size);
	return o;
}

void dlab_vm_give_back(struct dmalab_machine *lab, const void *p)
{
	size_t size = dlab_vm_area_of(lab, p)->size;

	madvise((void *)p, size, MADV_DONTNEED);
	mprotect((void *)p, size, PROT_NONE);
	dlab_vm_put(lab, p);
}

void vfree(const void *addr)
{
	struct call call = THIS_CALL;
	struct mm_free free = { .call = &call, .ptr = addr, .kind = MM_VMALLOC };
	struct dmalab_machine *lab = dlab_of(addr);

	RECORD("p", addr);
	if (!addr)
		return;
	if (!lab)
		lab = dlab_current();
	if (!lab)
		return;
	lab_lock(lab);
	dlab_mm_release(lab, &free, NULL);
	lab_unlock(lab);
}

bool is_vmalloc_addr(const void *x)
{
	struct dmalab_machine *lab = dlab_of(x);

	return lab && in_vmalloc(&lab->hw, x);
}
