/* SPDX-License-Identifier: MIT */
#include "base/host.h"
#include "dma/quick.h"
#include "base/probe.h"

#include <dmalab/coherent-handle.h>

#include <stdlib.h>

/*
 * Invariants, from coherent_handle_alloc() to coherent_handle_free(): cookie is
 * what dma_alloc_attrs() returned, dma_addr its DMA address, size what was asked
 * for and not 0, and attrs contains DMA_ATTR_NO_KERNEL_MAPPING. The free relies on
 * all of them, so a seal over the fields finds the handle that was scribbled on.
 */
struct coherent_handle {
	struct device *dev;
	void *cookie;
	dma_addr_t dma_addr;
	size_t size;
	unsigned long attrs;
	u64 seal;
};

static u64 seal_of(const struct coherent_handle *h)
{
	u64 seal = 0x636f68616e646c65ull;

	seal = (seal ^ (uintptr_t)h->dev) * 0x9e3779b97f4a7c15ull;
	seal = (seal ^ (uintptr_t)h->cookie) * 0x9e3779b97f4a7c15ull;
	seal = (seal ^ h->dma_addr) * 0x9e3779b97f4a7c15ull;
	seal = (seal ^ h->size) * 0x9e3779b97f4a7c15ull;
	return (seal ^ h->attrs) * 0x9e3779b97f4a7c15ull;
}

struct coherent_handle *coherent_handle_alloc(struct device *dev, size_t size, gfp_t gfp,
					      unsigned long attrs)
{
	struct call call = THIS_CALL;
	struct coherent_handle *h;

	if (!dev || !size)
		return ERR_PTR(-EINVAL);
	h = host_malloc(sizeof(*h));
	if (!h)
		return ERR_PTR(-ENOMEM);
	h->dev = dev;
	h->size = size;
	h->attrs = attrs | DMA_ATTR_NO_KERNEL_MAPPING;
	h->cookie = quick_coherent(dev, size, &h->dma_addr, gfp, h->attrs, &call);
	if (likely(h->cookie))
		goto out;
	RECORD_AS("dma_alloc_attrs", "=dzGA", dev, size, gfp, h->attrs);
	h->cookie = record_memory(dlab_coherent_alloc(dev, size, &h->dma_addr, gfp, h->attrs,
						      &call),
				  size, &h->dma_addr);
	if (!h->cookie) {
		free(h);
		return ERR_PTR(-ENOMEM);
	}
out:
	h->seal = seal_of(h);
	return h;
}

dma_addr_t coherent_handle_dma_addr(const struct coherent_handle *handle)
{
	return handle->dma_addr;
}

size_t coherent_handle_size(const struct coherent_handle *handle)
{
	return handle->size;
}

void coherent_handle_free(struct coherent_handle *handle)
{
	struct call call = THIS_CALL;

	if (IS_ERR_OR_NULL(handle))
		return;
	if (handle->seal != seal_of(handle))
		abort();
	if (likely(quick_coherent_free(handle->dev, handle->size, handle->cookie, handle->dma_addr,
				       handle->attrs, &call)))
		goto out;
	RECORD_AS("dma_free_attrs", "dzpaA", handle->dev, handle->size, handle->cookie,
		  handle->dma_addr, handle->attrs);
	dlab_coherent_free(handle->dev, handle->size, handle->cookie, handle->dma_addr,
			   handle->attrs, &call);
out:
	handle->seal = 0;
	free(handle);
}
