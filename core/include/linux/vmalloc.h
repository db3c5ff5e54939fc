/* SPDX-License-Identifier: MIT */
/*
 * vmalloc(): memory that is contiguous for the CPU only. Here it is the host's, at
 * addresses of the current machine that tell it from all other memory; no device
 * reaches it, and to map it draws "map-vmalloc". There are no pages behind it, so there
 * is no vmalloc_to_page(). And vmap(): pages, seen once more at such addresses.
 */
#ifndef DMALAB_LINUX_VMALLOC_H
#define DMALAB_LINUX_VMALLOC_H

#include <linux/mm.h>
#include <linux/types.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/*
 * vmalloc() - @size bytes, aligned to a page; vzalloc(): zeroed.
 *
 * NULL when @size is 0, there are no more addresses (twice the machine's RAM, at
 * least 64 MiB), no memory or no machine. Free with vfree(). Any thread.
 */
void *vmalloc(unsigned long size);
void *vzalloc(unsigned long size);

/*
 * vfree() - @addr as vmalloc() returned it; NULL: nothing. Touching the memory faults
 * from now on. Draws "double-free", "free-unknown", "free-wrong-function" (and
 * releases what kmalloc() or alloc_pages() made).
 */
void vfree(const void *addr);

/*
 * vmap() - a view of pages, wherever they lie, in one piece.
 * @pages: of one machine, and allocated as long as the view is used; not kept
 * @count: how many
 * @flags: VM_MAP
 * @prot:  PAGE_KERNEL, or pgprot_writecombine() or pgprot_noncached() of it
 *
 * Through an uncached view the CPU reads and writes memory itself, as a device does that
 * does not snoop, beside what the cache has of the same bytes: what is dirty there may
 * be written back over it. The accesses of dmalab_cpu_read() and _write() draw what a
 * device's would ("stale-device-read", "lost-cpu-write", "lost-device-write",
 * "shared-cache-line"); who owns the bytes is not asked. Loads through plain pointers
 * see memory. Stores through plain pointers fault, except where the machine is coherent
 * and all views are one: they must be told with dmalab_cpu_write().
 *
 * A view with PAGE_KERNEL is the linear map at another address. NULL when @count is 0, a
 * page is none, of another machine than the first, or the host lacks memory or has pages
 * of another size. Undo with vunmap(); when the machine goes, so do its views. May sleep.
 * Any thread.
 */
#define VM_MAP 0x4UL
void *vmap(struct page **pages, unsigned int count, unsigned long flags, pgprot_t prot);

/*
 * vunmap() - @addr as vmap() returned it; NULL: nothing. The pages stay. Touching the
 * addresses faults from now on. Draws "double-free", "free-unknown",
 * "free-wrong-function", "sleep-in-atomic".
 */
void vunmap(const void *addr);

/* Is it an address of vmalloc() or vmap(), of any machine? */
bool is_vmalloc_addr(const void *x);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif
#endif
