/* SPDX-License-Identifier: MIT */
/*
 * struct coherent_handle: DMA memory that only hardware touches, as an owning
 * type. The kernel's C API hands out a cookie that looks like a pointer; this
 * type has no CPU pointer anywhere in its face, so there is nothing to
 * dereference by mistake. It follows the kernel's Rust type CoherentHandle.
 *
 *	struct coherent_handle *page __free_coherent_handle = NULL;
 *
 *	page = coherent_handle_alloc(dev, PAGE_SIZE, GFP_KERNEL, 0);
 *	if (IS_ERR(page))
 *		return PTR_ERR(page);
 *	writel(coherent_handle_dma_addr(page), regs + FLUSH_ADDR);
 *
 * Owner: whoever holds the pointer, until coherent_handle_free(). The handle
 * must be freed before its device is unbound, and after the device has been told
 * to stop using it. A handle may be shared between threads; freeing it may not
 * run beside any other use.
 */
#ifndef DMALAB_COHERENT_HANDLE_H
#define DMALAB_COHERENT_HANDLE_H

#include <linux/dma-mapping.h>
#include <linux/err.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

struct coherent_handle;

/*
 * coherent_handle_alloc() - @size bytes for the device alone.
 * @attrs: DMA_ATTR_NO_KERNEL_MAPPING is always added
 *
 * Contents are indeterminate. Returns the handle, or ERR_PTR(): -EINVAL when
 * @size is 0 or @dev is NULL, -ENOMEM when there is no memory. Draws what
 * dma_alloc_attrs() draws, but not "zero-size".
 */
struct coherent_handle *coherent_handle_alloc(struct device *dev, size_t size, gfp_t gfp,
					      unsigned long attrs);

/* The address to program into the device. @handle must not be NULL. */
dma_addr_t coherent_handle_dma_addr(const struct coherent_handle *handle);

/* The size as it was asked for, in bytes. @handle must not be NULL. */
size_t coherent_handle_size(const struct coherent_handle *handle);

/*
 * coherent_handle_free() - NULL and error pointers: nothing.
 *
 * Frees with exactly the device, size, cookie, DMA address and attributes of the
 * allocation; draws "free-in-irq" as dma_free_attrs() does. A handle whose contents were overwritten stops the program rather
 * than free something else.
 */
void coherent_handle_free(struct coherent_handle *handle);

/* For a local variable: frees at the end of the scope, on every way out. */
static inline void coherent_handle_free_scope(struct coherent_handle **handle)
{
	coherent_handle_free(*handle);
}

#define __free_coherent_handle __attribute__((cleanup(coherent_handle_free_scope)))

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif
#endif
