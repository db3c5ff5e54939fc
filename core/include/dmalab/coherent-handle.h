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
 * must be freed before its device is unbound, and after the device has been
 * told to stop using it. A handle may be shared between threads; freeing it may
 * not run beside any other use.
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

/**
 * coherent_handle_alloc() - memory for the device alone
 * @dev: the device
 * @size: bytes
 * @gfp: as for dma_alloc_attrs()
 * @attrs: as there; DMA_ATTR_NO_KERNEL_MAPPING is always added
 *
 * Contents are indeterminate.
 *
 * Context: May sleep if @gfp allows it.
 * Return: the handle, to be freed with coherent_handle_free(); ERR_PTR() of
 * -EINVAL when @size is 0 or @dev is NULL, of -ENOMEM when there is no memory.
 * Checks: those of dma_alloc_attrs() but "zero-size".
 */
struct coherent_handle *coherent_handle_alloc(struct device *dev, size_t size,
					      gfp_t gfp, unsigned long attrs);

/**
 * coherent_handle_dma_addr() - the address to program into the device
 * @handle: not NULL
 *
 * Context: Any.
 * Return: the DMA address.
 */
dma_addr_t coherent_handle_dma_addr(const struct coherent_handle *handle);

/**
 * coherent_handle_size() - the size of the memory
 * @handle: not NULL
 *
 * Context: Any.
 * Return: bytes, as they were asked for.
 */
size_t coherent_handle_size(const struct coherent_handle *handle);

/**
 * coherent_handle_free() - free the memory and the handle
 * @handle: NULL and error pointers: nothing
 *
 * Frees with exactly the device, size, cookie, DMA address and attributes of
 * the allocation. A handle whose contents were overwritten stops the program
 * rather than free something else.
 *
 * Context: Interrupts on, as for dma_free_attrs().
 * Checks: "free-in-irq".
 */
void coherent_handle_free(struct coherent_handle *handle);

/**
 * coherent_handle_free_scope() - what __free_coherent_handle is made of
 * @handle: the local variable, which goes out of scope
 *
 * Context: As coherent_handle_free().
 */
static inline void
coherent_handle_free_scope(struct coherent_handle **handle)
{
	coherent_handle_free(*handle);
}

/* For a local variable: frees at the end of the scope, on every way out. */
#define __free_coherent_handle \
	__attribute__((cleanup(coherent_handle_free_scope)))

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif
#endif
