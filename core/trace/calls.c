/* SPDX-License-Identifier: MIT */
/* Every call that a trace may make: the kernel's, with its arguments, and ours. */
#include "trace/run.h"

#include <linux/dma-map-ops.h>
#include <linux/dma-mapping.h>
#include <linux/dmapool.h>
#include <linux/interrupt.h>
#include <linux/kernel.h>
#include <linux/preempt.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>
#include <stdlib.h>
#include <string.h>

#define CALL(name) \
	static void call_##name(struct run *r, struct object *to, const union value *a, unsigned n)
#define UNUSED (void)r, (void)to, (void)a, (void)n

#define DEV(i)  (a[i].dev)
#define PTR(i)  (a[i].p)
#define NUM(i)  (a[i].n)
#define DIR(i)  ((enum dma_data_direction)a[i].n)
#define TABLE(i) (a[i].object->sgt)
#define LIST(i) (TABLE(i) ? TABLE(i)->sgl : NULL)

/* ------------------------------------------------------------------ devices */

CALL(device)
{
	const char *name = r->now->has_target ? r->trace->names[r->now->target].text : "device";

	UNUSED;
	to->dev = dmalab_device_new(r->machine, n ? a[0].string : name);
	if (!to->dev)
		run_stop(r, "no memory for a device");
}

CALL(device_free) { UNUSED; dmalab_device_free(DEV(0)); }

CALL(set_coherent)
{
	UNUSED;
	/* The profile of a coherent machine has no other devices. */
	if (DEV(0))
		DEV(0)->dma_coherent |= NUM(1) != 0;
}

CALL(set_snooping) { UNUSED; dmalab_device_set_snooping(DEV(0), NUM(1) != 0); }

CALL(clear_dma_mask)
{
	UNUSED;
	if (DEV(0))
		DEV(0)->dma_mask = NULL;
}

CALL(clear_coherent_dma_mask)
{
	UNUSED;
	if (DEV(0))
		DEV(0)->coherent_dma_mask = 0;
}

CALL(set_bus_dma_limit)
{
	UNUSED;
	if (DEV(0))
		DEV(0)->bus_dma_limit = NUM(1);
}

CALL(dma_set_mask) { UNUSED; to->number = dma_set_mask(DEV(0), NUM(1)); }
CALL(dma_set_coherent_mask) { UNUSED; to->number = dma_set_coherent_mask(DEV(0), NUM(1)); }
CALL(dma_set_mask_and_coherent)
{
	UNUSED;
	to->number = dma_set_mask_and_coherent(DEV(0), NUM(1));
}

CALL(dma_direct_set_offset)
{
	UNUSED;
	to->number = dma_direct_set_offset(DEV(0), NUM(1), NUM(2), NUM(3));
}

CALL(dma_set_max_seg_size) { UNUSED; dma_set_max_seg_size(DEV(0), NUM(1)); }
CALL(dma_set_seg_boundary) { UNUSED; dma_set_seg_boundary(DEV(0), NUM(1)); }
CALL(dma_set_min_align_mask) { UNUSED; dma_set_min_align_mask(DEV(0), NUM(1)); }

/* ------------------------------------------------------------------- memory */

CALL(kmalloc) { UNUSED; to->cpu = kmalloc(NUM(0), NUM(1)); }
CALL(kzalloc) { UNUSED; to->cpu = kzalloc(NUM(0), NUM(1)); }
CALL(krealloc) { UNUSED; to->cpu = krealloc(PTR(0), NUM(1), NUM(2)); }
CALL(kfree) { UNUSED; kfree(PTR(0)); }

CALL(alloc_pages)
{
	struct page *page = alloc_pages(NUM(0), NUM(1));

	UNUSED;
	to->cpu = page ? page_address(page) : NULL;
}

CALL(free_pages) { UNUSED; free_pages((unsigned long)PTR(0), NUM(1)); }
CALL(alloc_pages_exact) { UNUSED; to->cpu = alloc_pages_exact(NUM(0), NUM(1)); }
CALL(free_pages_exact) { UNUSED; free_pages_exact(PTR(0), NUM(1)); }
CALL(__free_pages) { UNUSED; __free_pages(PTR(0), NUM(1)); }
CALL(get_page) { UNUSED; get_page(PTR(0)); }
CALL(put_page) { UNUSED; put_page(PTR(0)); }
CALL(virt_to_page) { UNUSED; virt_to_page(PTR(0)); }

CALL(vmalloc)
{
	UNUSED;
	to->cpu = NUM(0) <= TRACE_MAX_ACCESS ? vmalloc(NUM(0)) : NULL;
	to->size = to->cpu ? NUM(0) : 0;
}

CALL(vfree) { UNUSED; vfree(PTR(0)); }

/* The pages that follow each other from the first one on. */
CALL(vmap)
{
	u64 count = NUM(1) <= TRACE_MAX_PAGES ? NUM(1) : 0;
	struct page **pages = calloc(count + 1, sizeof(*pages));

	UNUSED;
	for (u64 i = 0; pages && i < count; i++)
		pages[i] = a[0].p ? (struct page *)a[0].p + i : NULL;
	to->cpu = pages ? vmap(pages, count, NUM(2), __pgprot(NUM(3))) : NULL;
	to->size = to->cpu ? count << PAGE_SHIFT : 0;
	free(pages);
}

CALL(vunmap) { UNUSED; vunmap(PTR(0)); }

/* What is no memory of the simulated kernel, but may be given to it by mistake. */
static u8 global[4096];
static const u8 rodata[4096] = "constant";

static void host_memory(struct run *r, struct object *to, const void *p, u64 size, u64 room)
{
	if (size > room) {
		run_stop(r, "at most %llu bytes of this", (unsigned long long)room);
		return;
	}
	to->cpu = (void *)p;
	to->size = size;
}

CALL(stack)
{
	UNUSED;
	/* Of this thread, and deeper than anything that runs meanwhile: only its address. */
	host_memory(r, to, __builtin_frame_address(0), NUM(0), 4096);
	to->size = 0;
}

CALL(global) { UNUSED; host_memory(r, to, global, NUM(0), sizeof(global)); }

CALL(rodata)
{
	UNUSED;
	host_memory(r, to, rodata, NUM(0), sizeof(rodata));
	to->size = 0;
}

CALL(heap)
{
	UNUSED;
	free(to->host);
	to->host = NUM(0) <= TRACE_MAX_ACCESS ? calloc(1, NUM(0) ? NUM(0) : 1) : NULL;
	to->cpu = to->host;
	to->size = to->host ? NUM(0) : 0;
}

/* -------------------------------------------------------------- allocations */

CALL(dma_alloc_coherent)
{
	UNUSED;
	to->cpu = dma_alloc_coherent(DEV(0), NUM(1), &to->dma, NUM(2));
}

CALL(dma_free_coherent) { UNUSED; dma_free_coherent(DEV(0), NUM(1), PTR(2), NUM(3)); }

CALL(dma_alloc_attrs)
{
	UNUSED;
	to->cpu = dma_alloc_attrs(DEV(0), NUM(1), &to->dma, NUM(2), NUM(3));
}

CALL(dma_free_attrs) { UNUSED; dma_free_attrs(DEV(0), NUM(1), PTR(2), NUM(3), NUM(4)); }

CALL(dma_alloc_wc)
{
	UNUSED;
	to->cpu = dma_alloc_wc(DEV(0), NUM(1), &to->dma, NUM(2));
}

CALL(dma_free_wc) { UNUSED; dma_free_wc(DEV(0), NUM(1), PTR(2), NUM(3)); }

CALL(dma_alloc_noncoherent)
{
	UNUSED;
	to->cpu = dma_alloc_noncoherent(DEV(0), NUM(1), &to->dma, DIR(2), NUM(3));
}

CALL(dma_free_noncoherent)
{
	UNUSED;
	dma_free_noncoherent(DEV(0), NUM(1), PTR(2), NUM(3), DIR(4));
}

CALL(dma_alloc_pages)
{
	struct page *page = dma_alloc_pages(DEV(0), NUM(1), &to->dma, DIR(2), NUM(3));

	UNUSED;
	to->cpu = page ? page_address(page) : NULL;
}

CALL(dma_free_pages) { UNUSED; dma_free_pages(DEV(0), NUM(1), PTR(2), NUM(3), DIR(4)); }

/* ---------------------------------------------------------------- streaming */

CALL(dma_map_single) { UNUSED; to->dma = dma_map_single(DEV(0), PTR(1), NUM(2), DIR(3)); }
CALL(dma_unmap_single) { UNUSED; dma_unmap_single(DEV(0), NUM(1), NUM(2), DIR(3)); }

CALL(dma_map_single_attrs)
{
	UNUSED;
	to->dma = dma_map_single_attrs(DEV(0), PTR(1), NUM(2), DIR(3), NUM(4));
}

CALL(dma_unmap_single_attrs)
{
	UNUSED;
	dma_unmap_single_attrs(DEV(0), NUM(1), NUM(2), DIR(3), NUM(4));
}

CALL(dma_map_page)
{
	UNUSED;
	to->dma = dma_map_page(DEV(0), PTR(1), NUM(2), NUM(3), DIR(4));
}

CALL(dma_unmap_page) { UNUSED; dma_unmap_page(DEV(0), NUM(1), NUM(2), DIR(3)); }

CALL(dma_map_page_attrs)
{
	UNUSED;
	to->dma = dma_map_page_attrs(DEV(0), PTR(1), NUM(2), NUM(3), DIR(4), NUM(5));
}

CALL(dma_unmap_page_attrs)
{
	UNUSED;
	dma_unmap_page_attrs(DEV(0), NUM(1), NUM(2), DIR(3), NUM(4));
}

CALL(dma_map_phys)
{
	UNUSED;
	to->dma = dma_map_phys(DEV(0), NUM(1), NUM(2), DIR(3), NUM(4));
}

CALL(dma_unmap_phys) { UNUSED; dma_unmap_phys(DEV(0), NUM(1), NUM(2), DIR(3), NUM(4)); }

CALL(dma_map_resource)
{
	UNUSED;
	to->dma = dma_map_resource(DEV(0), NUM(1), NUM(2), DIR(3), NUM(4));
}

CALL(dma_unmap_resource)
{
	UNUSED;
	dma_unmap_resource(DEV(0), NUM(1), NUM(2), DIR(3), NUM(4));
}

CALL(dma_mapping_error) { UNUSED; to->number = dma_mapping_error(DEV(0), NUM(1)); }
CALL(dma_need_sync) { UNUSED; to->number = dma_need_sync(DEV(0), NUM(1)); }

CALL(dma_sync_single_for_cpu)
{
	UNUSED;
	dma_sync_single_for_cpu(DEV(0), NUM(1), NUM(2), DIR(3));
}

CALL(dma_sync_single_for_device)
{
	UNUSED;
	dma_sync_single_for_device(DEV(0), NUM(1), NUM(2), DIR(3));
}

CALL(dma_sync_single_range_for_cpu)
{
	UNUSED;
	dma_sync_single_range_for_cpu(DEV(0), NUM(1), NUM(2), NUM(3), DIR(4));
}

CALL(dma_sync_single_range_for_device)
{
	UNUSED;
	dma_sync_single_range_for_device(DEV(0), NUM(1), NUM(2), NUM(3), DIR(4));
}

/* -------------------------------------------------------------------- lists */

CALL(sg_list)
{
	struct scatterlist *sg;
	unsigned i;

	UNUSED;
	sg_free_table(&to->own);
	to->sgt = &to->own;
	if (n < 2 || n % 2 || sg_alloc_table(&to->own, n / 2, GFP_KERNEL)) {
		run_stop(r, "a list is of addresses and lengths: sg_list(a.cpu, 512, b.cpu, 512)");
		return;
	}
	for_each_sgtable_sg(&to->own, sg, i)
		sg_set_buf(sg, PTR(2 * i), NUM(2 * i + 1));
}

CALL(dma_get_sgtable)
{
	UNUSED;
	sg_free_table(&to->own);
	to->sgt = &to->own;
	if (dma_get_sgtable(DEV(0), &to->own, PTR(1), NUM(2), NUM(3)))
		to->sgt = NULL;
}

CALL(dma_alloc_noncontiguous)
{
	UNUSED;
	to->sgt = dma_alloc_noncontiguous(DEV(0), NUM(1), DIR(2), NUM(3), NUM(4));
}

/* A list of the trace's own is no allocation: to free it would be to free a wild pointer. */
CALL(dma_free_noncontiguous)
{
	UNUSED;
	if (TABLE(2) == &a[2].object->own) {
		run_stop(r, "this list is not of dma_alloc_noncontiguous()");
		return;
	}
	dma_free_noncontiguous(DEV(0), NUM(1), TABLE(2), DIR(3));
}

CALL(dma_vmap_noncontiguous)
{
	UNUSED;
	to->cpu = TABLE(2) ? dma_vmap_noncontiguous(DEV(0), NUM(1), TABLE(2)) : NULL;
}

CALL(dma_vunmap_noncontiguous) { UNUSED; dma_vunmap_noncontiguous(DEV(0), PTR(1)); }

/* A call about a table needs one. */
static bool has_table(struct run *r, struct sg_table *sgt)
{
	if (!sgt)
		run_stop(r, "there is no list: its allocation failed, or it has been freed");
	return sgt;
}

CALL(dma_map_sg) { UNUSED; to->number = dma_map_sg(DEV(0), LIST(1), NUM(2), DIR(3)); }
CALL(dma_unmap_sg) { UNUSED; dma_unmap_sg(DEV(0), LIST(1), NUM(2), DIR(3)); }

CALL(dma_map_sg_attrs)
{
	UNUSED;
	to->number = dma_map_sg_attrs(DEV(0), LIST(1), NUM(2), DIR(3), NUM(4));
}

CALL(dma_unmap_sg_attrs)
{
	UNUSED;
	dma_unmap_sg_attrs(DEV(0), LIST(1), NUM(2), DIR(3), NUM(4));
}


CALL(dma_map_sgtable)
{
	UNUSED;
	if (has_table(r, TABLE(1)))
		to->number = dma_map_sgtable(DEV(0), TABLE(1), DIR(2), NUM(3));
}

CALL(dma_unmap_sgtable)
{
	UNUSED;
	if (has_table(r, TABLE(1)))
		dma_unmap_sgtable(DEV(0), TABLE(1), DIR(2), NUM(3));
}

CALL(dma_sync_sg_for_cpu) { UNUSED; dma_sync_sg_for_cpu(DEV(0), LIST(1), NUM(2), DIR(3)); }
CALL(dma_sync_sg_for_device) { UNUSED; dma_sync_sg_for_device(DEV(0), LIST(1), NUM(2), DIR(3)); }

CALL(dma_sync_sgtable_for_cpu)
{
	UNUSED;
	if (has_table(r, TABLE(1)))
		dma_sync_sgtable_for_cpu(DEV(0), TABLE(1), DIR(2));
}

CALL(dma_sync_sgtable_for_device)
{
	UNUSED;
	if (has_table(r, TABLE(1)))
		dma_sync_sgtable_for_device(DEV(0), TABLE(1), DIR(2));
}

/* -------------------------------------------------- pools and managed memory */

CALL(dma_pool_create)
{
	UNUSED;
	to->pool = dma_pool_create(a[0].string, DEV(1), NUM(2), NUM(3), NUM(4));
}

CALL(dma_pool_destroy) { UNUSED; dma_pool_destroy(a[0].any); }
CALL(dma_pool_alloc) { UNUSED; to->cpu = dma_pool_alloc(a[0].any, NUM(1), &to->dma); }
CALL(dma_pool_zalloc) { UNUSED; to->cpu = dma_pool_zalloc(a[0].any, NUM(1), &to->dma); }
CALL(dma_pool_free) { UNUSED; dma_pool_free(a[0].any, PTR(1), NUM(2)); }

CALL(dmam_pool_create)
{
	UNUSED;
	to->pool = dmam_pool_create(a[0].string, DEV(1), NUM(2), NUM(3), NUM(4));
}

CALL(dmam_pool_destroy) { UNUSED; dmam_pool_destroy(a[0].any); }

CALL(dmam_alloc_coherent)
{
	UNUSED;
	to->cpu = dmam_alloc_coherent(DEV(0), NUM(1), &to->dma, NUM(2));
}

CALL(dmam_alloc_attrs)
{
	UNUSED;
	to->cpu = dmam_alloc_attrs(DEV(0), NUM(1), &to->dma, NUM(2), NUM(3));
}

CALL(dmam_free_coherent) { UNUSED; dmam_free_coherent(DEV(0), NUM(1), PTR(2), NUM(3)); }
CALL(devm_kfree) { UNUSED; devm_kfree(DEV(0), PTR(1)); }
CALL(devm_kmalloc) { UNUSED; to->cpu = devm_kmalloc(DEV(0), NUM(1), NUM(2)); }

CALL(dma_declare_coherent_memory)
{
	UNUSED;
	to->number = dma_declare_coherent_memory(DEV(0), NUM(1), NUM(2), NUM(3));
}

CALL(dma_release_coherent_memory) { UNUSED; dma_release_coherent_memory(DEV(0)); }

CALL(kmem_cache_create)
{
	UNUSED;
	to->cache = kmem_cache_create(a[0].string, NUM(1), NUM(2), 0, NULL);
}

CALL(kmem_cache_destroy) { UNUSED; kmem_cache_destroy(a[0].any); }
CALL(kmem_cache_alloc) { UNUSED; to->cpu = kmem_cache_alloc(a[0].any, NUM(1)); }
CALL(kmem_cache_free) { UNUSED; kmem_cache_free(a[0].any, PTR(1)); }

/* ----------------------------------------------------------------- accesses */

static void access(struct run *r, struct access_args *args, const union value *a, unsigned n)
{
	const struct arg *last = &r->now->args[n - 1];

	args->has_value = n == (args->dev ? 4 : 3);
	if (args->has_value && last->kind == ARG_STRING)
		args->text = a[n - 1].string;
	else if (args->has_value)
		args->value = a[n - 1].n;
	run_access(r, args);
}

static void cpu_access(struct run *r, const union value *a, unsigned n, bool store)
{
	const struct arg *first = &r->now->args[0];
	struct access_args args = {
		.p = a[0].p, .len = a[1].n, .store = store,
		.object = first->kind == ARG_OBJECT ? &r->objects[first->object] : NULL,
	};

	access(r, &args, a, n);
}

static void device_access(struct run *r, const union value *a, unsigned n, bool store)
{
	struct access_args args = { .dev = a[0].dev, .dma = a[1].n, .len = a[2].n, .store = store };

	if (args.dev)
		access(r, &args, a, n);
	else
		run_stop(r, "NULL is no device that could access anything");
}

CALL(cpu_read) { UNUSED; cpu_access(r, a, n, false); }
CALL(cpu_write) { UNUSED; cpu_access(r, a, n, true); }
CALL(cpu_store) { UNUSED; run_plain_store(r, PTR(0), NUM(1)); }
CALL(device_read) { UNUSED; device_access(r, a, n, false); }
CALL(device_write) { UNUSED; device_access(r, a, n, true); }
CALL(evict) { UNUSED; dmalab_cache_evict(PTR(0), NUM(1)); }
CALL(fill) { UNUSED; dmalab_cache_fill(PTR(0), NUM(1)); }

/* ------------------------------------------------------------------ context */

CALL(local_irq_disable) { UNUSED; local_irq_disable(); }
CALL(local_irq_enable) { UNUSED; local_irq_enable(); }
CALL(local_bh_disable) { UNUSED; local_bh_disable(); }
CALL(local_bh_enable) { UNUSED; local_bh_enable(); }
CALL(preempt_disable) { UNUSED; preempt_disable(); }
CALL(preempt_enable) { UNUSED; preempt_enable(); }
CALL(might_sleep) { UNUSED; might_sleep(); }
CALL(irq_enter) { UNUSED; dmalab_irq_enter(); }
CALL(irq_exit) { UNUSED; dmalab_irq_exit(); }
CALL(softirq_enter) { UNUSED; dmalab_softirq_enter(); }
CALL(softirq_exit) { UNUSED; dmalab_softirq_exit(); }
CALL(spinlock) { UNUSED; spin_lock_init(&to->lock); }

static bool take(struct run *r, spinlock_t *lock)
{
	if (spin_trylock(lock))
		return true;
	run_stop(r, "the lock is taken already: this CPU would hang");
	return false;
}

CALL(spin_lock) { UNUSED; take(r, &a[0].object->lock); }
CALL(spin_unlock) { UNUSED; spin_unlock(&a[0].object->lock); }

CALL(spin_lock_bh)
{
	UNUSED;
	local_bh_disable();
	if (!take(r, &a[0].object->lock))
		local_bh_enable();
}

CALL(spin_unlock_bh) { UNUSED; spin_unlock_bh(&a[0].object->lock); }

CALL(spin_lock_irqsave)
{
	unsigned long flags;

	UNUSED;
	local_irq_save(flags);
	if (take(r, &a[0].object->lock))
		a[0].object->flags = flags;
	else
		local_irq_restore(flags);
}

CALL(spin_unlock_irqrestore)
{
	UNUSED;
	spin_unlock_irqrestore(&a[0].object->lock, a[0].object->flags);
}

CALL(fail_nth) { UNUSED; dmalab_machine_fail_nth(r->machine, NUM(0)); }

/* ---------------------------------------------------------------- the table */

#define ROW(name, parameters, makes, help) { #name, parameters, makes, call_##name, help }
#define NOTHING -1

const struct call_type call_types[] = {
	/* Before all others: what they run on. */
	{ "checks", "S", NOTHING, NULL, "checks(\"full,+sync-redundant\")" },
	{ "ram", "z", NOTHING, NULL, "ram(bytes)" },
	{ "profiles", "S", NOTHING, NULL, "profiles(\"arm64,mips\"): the trace is for these alone" },
	{ "accesses", "S", NOTHING, NULL, "accesses(\"plain\"): look for the stores of cpu_store()" },
	{ "open_end", "", NOTHING, NULL, "open_end(): what is left when the trace ends is no leak" },

	ROW(device, "?S", OBJECT_DEVICE, "device(), device(\"name\")"),
	ROW(device_free, "d", NOTHING, "device_free(dev): the driver lets go of the device"),
	ROW(set_coherent, "dz", NOTHING, "set_coherent(dev, 1): the device snoops"),
	ROW(set_snooping, "dz", NOTHING, "set_snooping(dev, 1): it does, and the kernel may not know"),
	ROW(clear_dma_mask, "d", NOTHING, "clear_dma_mask(dev): dev->dma_mask = NULL"),
	ROW(clear_coherent_dma_mask, "d", NOTHING,
	    "clear_coherent_dma_mask(dev): dev->coherent_dma_mask = 0"),
	ROW(set_bus_dma_limit, "dz", NOTHING,
	    "set_bus_dma_limit(dev, limit): dev->bus_dma_limit = limit"),
	ROW(dma_set_mask, "dz", OBJECT_NUMBER, "dma_set_mask(dev, mask)"),
	ROW(dma_set_coherent_mask, "dz", OBJECT_NUMBER, "dma_set_coherent_mask(dev, mask)"),
	ROW(dma_set_mask_and_coherent, "dz", OBJECT_NUMBER, "dma_set_mask_and_coherent(dev, mask)"),
	ROW(dma_direct_set_offset, "dhaz", OBJECT_NUMBER,
	    "dma_direct_set_offset(dev, cpu_start, dma_start, size)"),
	ROW(dma_set_max_seg_size, "dz", NOTHING, "dma_set_max_seg_size(dev, size)"),
	ROW(dma_set_seg_boundary, "dz", NOTHING, "dma_set_seg_boundary(dev, mask)"),
	ROW(dma_set_min_align_mask, "dz", NOTHING, "dma_set_min_align_mask(dev, mask)"),

	ROW(kmalloc, "zG", OBJECT_MEMORY, "kmalloc(size, gfp)"),
	ROW(kzalloc, "zG", OBJECT_MEMORY, "kzalloc(size, gfp)"),
	ROW(krealloc, "pzG", OBJECT_MEMORY, "krealloc(buf.cpu, size, gfp)"),
	ROW(kfree, "p", NOTHING, "kfree(buf.cpu)"),
	ROW(alloc_pages, "Gz", OBJECT_MEMORY, "alloc_pages(gfp, order)"),
	ROW(free_pages, "pz", NOTHING, "free_pages(buf.cpu, order)"),
	ROW(alloc_pages_exact, "zG", OBJECT_MEMORY, "alloc_pages_exact(size, gfp)"),
	ROW(free_pages_exact, "pz", NOTHING, "free_pages_exact(buf.cpu, size)"),
	ROW(__free_pages, "Pz", NOTHING, "__free_pages(buf.page, order)"),
	ROW(get_page, "P", NOTHING, "get_page(buf.page)"),
	ROW(put_page, "P", NOTHING, "put_page(buf.page)"),
	ROW(virt_to_page, "p", NOTHING, "virt_to_page(buf.cpu)"),
	ROW(vmalloc, "z", OBJECT_MEMORY, "vmalloc(size)"),
	ROW(vfree, "p", NOTHING, "vfree(buf.cpu)"),
	ROW(vmap, "PzVR", OBJECT_MEMORY, "vmap(page, count, VM_MAP, PAGE_KERNEL): count pages from this one"),
	ROW(vunmap, "p", NOTHING, "vunmap(cpu)"),
	ROW(stack, "z", OBJECT_MEMORY, "stack(size): a variable on the stack"),
	ROW(global, "z", OBJECT_MEMORY, "global(size): a variable of the driver's module"),
	ROW(rodata, "z", OBJECT_MEMORY, "rodata(size): a constant"),
	ROW(heap, "z", OBJECT_MEMORY, "heap(size): memory that is not the kernel's"),

	ROW(dma_alloc_coherent, "dzG", OBJECT_MEMORY, "dma_alloc_coherent(dev, size, gfp)"),
	ROW(dma_free_coherent, "dzpa", NOTHING, "dma_free_coherent(dev, size, cpu, dma)"),
	ROW(dma_alloc_attrs, "dzGA", OBJECT_MEMORY, "dma_alloc_attrs(dev, size, gfp, attrs)"),
	ROW(dma_free_attrs, "dzpaA", NOTHING, "dma_free_attrs(dev, size, cpu, dma, attrs)"),
	ROW(dma_alloc_wc, "dzG", OBJECT_MEMORY, "dma_alloc_wc(dev, size, gfp)"),
	ROW(dma_free_wc, "dzpa", NOTHING, "dma_free_wc(dev, size, cpu, dma)"),
	ROW(dma_alloc_noncoherent, "dzDG", OBJECT_MEMORY,
	    "dma_alloc_noncoherent(dev, size, dir, gfp)"),
	ROW(dma_free_noncoherent, "dzpaD", NOTHING,
	    "dma_free_noncoherent(dev, size, cpu, dma, dir)"),
	ROW(dma_alloc_pages, "dzDG", OBJECT_MEMORY, "dma_alloc_pages(dev, size, dir, gfp)"),
	ROW(dma_free_pages, "dzPaD", NOTHING, "dma_free_pages(dev, size, page, dma, dir)"),

	ROW(dma_map_single, "dpzD", OBJECT_MAPPING, "dma_map_single(dev, cpu, size, dir)"),
	ROW(dma_unmap_single, "dazD", NOTHING, "dma_unmap_single(dev, dma, size, dir)"),
	ROW(dma_map_single_attrs, "dpzDA", OBJECT_MAPPING,
	    "dma_map_single_attrs(dev, cpu, size, dir, attrs)"),
	ROW(dma_unmap_single_attrs, "dazDA", NOTHING,
	    "dma_unmap_single_attrs(dev, dma, size, dir, attrs)"),
	ROW(dma_map_page, "dPzzD", OBJECT_MAPPING, "dma_map_page(dev, page, offset, size, dir)"),
	ROW(dma_unmap_page, "dazD", NOTHING, "dma_unmap_page(dev, dma, size, dir)"),
	ROW(dma_map_page_attrs, "dPzzDA", OBJECT_MAPPING,
	    "dma_map_page_attrs(dev, page, offset, size, dir, attrs)"),
	ROW(dma_unmap_page_attrs, "dazDA", NOTHING,
	    "dma_unmap_page_attrs(dev, dma, size, dir, attrs)"),
	ROW(dma_map_phys, "dhzDA", OBJECT_MAPPING, "dma_map_phys(dev, phys, size, dir, attrs)"),
	ROW(dma_unmap_phys, "dazDA", NOTHING, "dma_unmap_phys(dev, dma, size, dir, attrs)"),
	ROW(dma_map_resource, "dhzDA", OBJECT_MAPPING,
	    "dma_map_resource(dev, phys, size, dir, attrs)"),
	ROW(dma_unmap_resource, "dazDA", NOTHING,
	    "dma_unmap_resource(dev, dma, size, dir, attrs)"),
	ROW(dma_mapping_error, "da", OBJECT_NUMBER, "dma_mapping_error(dev, dma)"),
	ROW(dma_need_sync, "da", OBJECT_NUMBER, "dma_need_sync(dev, dma)"),
	ROW(dma_sync_single_for_cpu, "dazD", NOTHING,
	    "dma_sync_single_for_cpu(dev, dma, size, dir)"),
	ROW(dma_sync_single_for_device, "dazD", NOTHING,
	    "dma_sync_single_for_device(dev, dma, size, dir)"),
	ROW(dma_sync_single_range_for_cpu, "dazzD", NOTHING,
	    "dma_sync_single_range_for_cpu(dev, dma, offset, size, dir)"),
	ROW(dma_sync_single_range_for_device, "dazzD", NOTHING,
	    "dma_sync_single_range_for_device(dev, dma, offset, size, dir)"),

	ROW(sg_list, "*pz", OBJECT_LIST, "sg_list(cpu, length, cpu, length, ...)"),
	ROW(dma_get_sgtable, "dpaz", OBJECT_LIST, "dma_get_sgtable(dev, cpu, dma, size)"),
	ROW(dma_alloc_noncontiguous, "dzDGA", OBJECT_LIST,
	    "dma_alloc_noncontiguous(dev, size, dir, gfp, attrs)"),
	ROW(dma_free_noncontiguous, "dztD", NOTHING,
	    "dma_free_noncontiguous(dev, size, list.sgt, dir)"),
	ROW(dma_vmap_noncontiguous, "dzt", OBJECT_MEMORY,
	    "dma_vmap_noncontiguous(dev, size, list.sgt)"),
	ROW(dma_vunmap_noncontiguous, "dp", NOTHING, "dma_vunmap_noncontiguous(dev, cpu)"),
	ROW(dma_map_sg, "dszD", OBJECT_NUMBER, "dma_map_sg(dev, list.sgl, nents, dir)"),
	ROW(dma_unmap_sg, "dszD", NOTHING, "dma_unmap_sg(dev, list.sgl, nents, dir)"),
	ROW(dma_map_sg_attrs, "dszDA", OBJECT_NUMBER,
	    "dma_map_sg_attrs(dev, list.sgl, nents, dir, attrs)"),
	ROW(dma_unmap_sg_attrs, "dszDA", NOTHING,
	    "dma_unmap_sg_attrs(dev, list.sgl, nents, dir, attrs)"),
	ROW(dma_map_sgtable, "dtDA", OBJECT_NUMBER, "dma_map_sgtable(dev, list.sgt, dir, attrs)"),
	ROW(dma_unmap_sgtable, "dtDA", NOTHING, "dma_unmap_sgtable(dev, list.sgt, dir, attrs)"),
	ROW(dma_sync_sg_for_cpu, "dszD", NOTHING, "dma_sync_sg_for_cpu(dev, list.sgl, nents, dir)"),
	ROW(dma_sync_sg_for_device, "dszD", NOTHING,
	    "dma_sync_sg_for_device(dev, list.sgl, nents, dir)"),
	ROW(dma_sync_sgtable_for_cpu, "dtD", NOTHING,
	    "dma_sync_sgtable_for_cpu(dev, list.sgt, dir)"),
	ROW(dma_sync_sgtable_for_device, "dtD", NOTHING,
	    "dma_sync_sgtable_for_device(dev, list.sgt, dir)"),

	ROW(dma_pool_create, "Sdzzz", OBJECT_POOL,
	    "dma_pool_create(\"name\", dev, size, align, boundary)"),
	ROW(dma_pool_destroy, "o", NOTHING, "dma_pool_destroy(pool)"),
	ROW(dma_pool_alloc, "oG", OBJECT_MEMORY, "dma_pool_alloc(pool, gfp)"),
	ROW(dma_pool_zalloc, "oG", OBJECT_MEMORY, "dma_pool_zalloc(pool, gfp)"),
	ROW(dma_pool_free, "opa", NOTHING, "dma_pool_free(pool, cpu, dma)"),
	ROW(dmam_pool_create, "Sdzzz", OBJECT_POOL,
	    "dmam_pool_create(\"name\", dev, size, align, boundary)"),
	ROW(dmam_pool_destroy, "o", NOTHING, "dmam_pool_destroy(pool)"),
	ROW(dmam_alloc_coherent, "dzG", OBJECT_MEMORY, "dmam_alloc_coherent(dev, size, gfp)"),
	ROW(dmam_alloc_attrs, "dzGA", OBJECT_MEMORY, "dmam_alloc_attrs(dev, size, gfp, attrs)"),
	ROW(dmam_free_coherent, "dzpa", NOTHING, "dmam_free_coherent(dev, size, cpu, dma)"),
	ROW(devm_kmalloc, "dzG", OBJECT_MEMORY, "devm_kmalloc(dev, size, gfp)"),
	ROW(devm_kfree, "dp", NOTHING, "devm_kfree(dev, buf.cpu)"),
	ROW(dma_declare_coherent_memory, "dhaz", OBJECT_NUMBER,
	    "dma_declare_coherent_memory(dev, phys, device_addr, size)"),
	ROW(dma_release_coherent_memory, "d", NOTHING, "dma_release_coherent_memory(dev)"),
	ROW(kmem_cache_create, "Szz", OBJECT_CACHE, "kmem_cache_create(\"name\", size, align)"),
	ROW(kmem_cache_destroy, "c", NOTHING, "kmem_cache_destroy(cache)"),
	ROW(kmem_cache_alloc, "cG", OBJECT_MEMORY, "kmem_cache_alloc(cache, gfp)"),
	ROW(kmem_cache_free, "cp", NOTHING, "kmem_cache_free(cache, cpu)"),

	ROW(cpu_read, "pz?v", NOTHING, "cpu_read(cpu, length), and what must be seen there"),
	ROW(cpu_write, "pz?v", NOTHING, "cpu_write(cpu, length), and what to store"),
	ROW(cpu_store, "pz", NOTHING, "cpu_store(cpu, length): other bytes, and nobody is told"),
	ROW(device_read, "daz?v", NOTHING, "device_read(dev, dma, length), and what must be seen"),
	ROW(device_write, "daz?v", NOTHING, "device_write(dev, dma, length), and what to store"),
	ROW(evict, "pz", NOTHING, "evict(cpu, length): the cache writes the lines back, drops them"),
	ROW(fill, "pz", NOTHING, "fill(cpu, length): the cache loads the lines"),

	ROW(local_irq_disable, "", NOTHING, "local_irq_disable()"),
	ROW(local_irq_enable, "", NOTHING, "local_irq_enable()"),
	ROW(local_bh_disable, "", NOTHING, "local_bh_disable()"),
	ROW(local_bh_enable, "", NOTHING, "local_bh_enable()"),
	ROW(preempt_disable, "", NOTHING, "preempt_disable()"),
	ROW(preempt_enable, "", NOTHING, "preempt_enable()"),
	ROW(might_sleep, "", NOTHING, "might_sleep()"),
	ROW(irq_enter, "", NOTHING, "irq_enter(): a hard interrupt handler runs"),
	ROW(irq_exit, "", NOTHING, "irq_exit()"),
	ROW(softirq_enter, "", NOTHING, "softirq_enter(): a soft interrupt is served"),
	ROW(softirq_exit, "", NOTHING, "softirq_exit()"),
	ROW(spinlock, "", OBJECT_LOCK, "spinlock()"),
	ROW(spin_lock, "l", NOTHING, "spin_lock(lock)"),
	ROW(spin_unlock, "l", NOTHING, "spin_unlock(lock)"),
	ROW(spin_lock_bh, "l", NOTHING, "spin_lock_bh(lock)"),
	ROW(spin_unlock_bh, "l", NOTHING, "spin_unlock_bh(lock)"),
	ROW(spin_lock_irqsave, "l", NOTHING, "spin_lock_irqsave(lock)"),
	ROW(spin_unlock_irqrestore, "l", NOTHING, "spin_unlock_irqrestore(lock)"),
	ROW(fail_nth, "z", NOTHING, "fail_nth(n): the Nth allocation or mapping from here on fails"),
};

const unsigned nr_call_types = sizeof(call_types) / sizeof(call_types[0]);

_Static_assert(sizeof(call_types) / sizeof(call_types[0]) < 256,
	       "a call is a byte of the binary form, and of the parser's hash table");

const struct call_type *call_find(const char *name, size_t len)
{
	for (unsigned i = 0; i < nr_call_types; i++)
		if (strncmp(call_types[i].name, name, len) == 0 && !call_types[i].name[len])
			return &call_types[i];
	return NULL;
}
