/* SPDX-License-Identifier: MIT */
/*
 * vmalloc(): memory that is contiguous for the CPU only. Here it is the host's,
 * at addresses of the current machine that tell it from all other memory; no
 * device reaches it, and mapping it is reported as "map-vmalloc". There are no
 * pages behind it, so there is no vmalloc_to_page(). And vmap(): pages, seen
 * once more at such addresses.
 */
#ifndef DMALAB_LINUX_VMALLOC_H
#define DMALAB_LINUX_VMALLOC_H

#include <linux/mm.h>
#include <linux/types.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/**
 * vmalloc() - memory that is contiguous for the CPU
 * @size: bytes; the memory is aligned to a page
 *
 * Context: May sleep.
 * Return: the memory, to be freed with vfree(); NULL when @size is 0,
 * there are no more addresses (twice the machine's RAM, at least 64 MiB), no
 * memory or no machine.
 * Checks: "sleep-in-atomic".
 */
void *vmalloc(unsigned long size);

/**
 * vzalloc() - vmalloc(), zeroed
 * @size: as there
 *
 * Context: May sleep.
 * Return: as there.
 * Checks: as there.
 */
void *vzalloc(unsigned long size);

/**
 * vfree() - free memory of vmalloc()
 * @addr: as it was returned; NULL: nothing
 *
 * Touching the memory faults from now on. Memory of kmalloc() or alloc_pages()
 * is reported, and released all the same.
 *
 * Context: Any.
 * Checks: "double-free", "free-unknown", "free-wrong-function".
 */
void vfree(const void *addr);

#define VM_MAP 0x4UL

/**
 * vmap() - a view of pages, wherever they lie, in one piece
 * @pages: of one machine, and allocated as long as the view is used; not kept
 * @count: how many
 * @flags: VM_MAP
 * @prot: PAGE_KERNEL, or pgprot_writecombine() or pgprot_noncached() of it
 *
 * Through an uncached view the CPU reads and writes memory itself, as a device
 * does that does not snoop, beside what the cache has of the same bytes: what
 * is dirty there may be written back over it. dmalab_cpu_read() and _write()
 * report what a device's accesses would ("stale-device-read", "lost-cpu-write",
 * "lost-device-write", "shared-cache-line"); who owns the bytes is not asked.
 * Loads through plain pointers see memory. Stores through plain pointers fault,
 * except where the machine is coherent and all views are one: the program must
 * tell them with dmalab_cpu_write().
 *
 * A view with PAGE_KERNEL is the linear map at another address. When the
 * machine goes, so do its views.
 *
 * Context: May sleep.
 * Return: the view, to be ended with vunmap(); NULL when @count is 0, a
 * page is none or of another machine than the first, or the host lacks memory
 * or has pages of another size.
 * Checks: "sleep-in-atomic".
 */
void *vmap(struct page **pages, unsigned int count, unsigned long flags,
	   pgprot_t prot);

/**
 * vunmap() - end a view of vmap()
 * @addr: as it was returned; NULL: nothing
 *
 * The pages stay. Touching the addresses faults from now on.
 *
 * Context: May sleep.
 * Checks: "double-free", "free-unknown", "free-wrong-function",
 * "sleep-in-atomic".
 */
void vunmap(const void *addr);

/**
 * is_vmalloc_addr() - whether an address is of vmalloc() or vmap()
 * @x: any pointer; it is not read
 *
 * Context: Any.
 * Return: true if it is, of any machine.
 */
bool is_vmalloc_addr(const void *x);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif
#endif
