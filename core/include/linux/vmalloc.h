/* SPDX-License-Identifier: MIT */
/*
 * vmalloc(): memory that is contiguous for the CPU only. Here it is the host's, at
 * addresses of the current machine that tell it from all other memory; no device
 * reaches it, and to map it draws "map-vmalloc". There are no pages behind it, so there
 * is no vmalloc_to_page().
 */
#ifndef DMALAB_LINUX_VMALLOC_H
#define DMALAB_LINUX_VMALLOC_H

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

/* Is it an address of vmalloc(), of any machine? */
bool is_vmalloc_addr(const void *x);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif
#endif
