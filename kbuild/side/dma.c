// SPDX-License-Identifier: MIT
/* The DMA API, as far as the kernel's headers leave it to functions. */
#include <linux/dma-mapping.h>
#include <linux/dmapool.h>
#include <linux/scatterlist.h>
#include <linux/slab.h>

#include "side.h"

void *dma_alloc_attrs(struct device *dev, size_t size, dma_addr_t *dma, gfp_t gfp,
		      unsigned long attrs)
{
	kb_dma address = 0;
	void *p;

	side_context(SITE);
	p = kbh_dma_alloc(host_device(dev), size, &address, gfp, attrs, SITE);
	*dma = address;
	return p;
}

void dma_free_attrs(struct device *dev, size_t size, void *p, dma_addr_t dma, unsigned long attrs)
{
	side_context(SITE);
	kbh_dma_free(host_device(dev), size, p, dma, attrs, SITE);
}

static dma_addr_t map(struct device *dev, struct page *page, size_t offset, size_t size, int dir,
		      unsigned long attrs, const void *site)
{
	side_context(site);
	return kbh_dma_map(host_device(dev), page_address(page) + offset, size, dir, attrs, site);
}

dma_addr_t dma_map_page_attrs(struct device *dev, struct page *page, size_t offset, size_t size,
			      enum dma_data_direction dir, unsigned long attrs)
{
	return map(dev, page, offset, size, dir, attrs, SITE);
}

void dma_unmap_page_attrs(struct device *dev, dma_addr_t dma, size_t size,
			  enum dma_data_direction dir, unsigned long attrs)
{
	side_context(SITE);
	kbh_dma_unmap(host_device(dev), dma, size, dir, attrs, SITE);
}

void dma_sync_single_for_cpu(struct device *dev, dma_addr_t dma, size_t size,
			     enum dma_data_direction dir)
{
	kbh_dma_sync(host_device(dev), dma, size, dir, 1, SITE);
}

void dma_sync_single_for_device(struct device *dev, dma_addr_t dma, size_t size,
				enum dma_data_direction dir)
{
	kbh_dma_sync(host_device(dev), dma, size, dir, 0, SITE);
}

/* Each entry is a mapping of its own, as without an IOMMU. */

static void unmap_list(struct device *dev, struct scatterlist *list, int nents, int dir,
		       unsigned long attrs, const void *site)
{
	struct scatterlist *sg;
	int i;

	for_each_sg(list, sg, nents, i)
		kbh_dma_unmap(host_device(dev), sg_dma_address(sg), sg_dma_len(sg), dir, attrs, site);
}

unsigned int dma_map_sg_attrs(struct device *dev, struct scatterlist *list, int nents,
			      enum dma_data_direction dir, unsigned long attrs)
{
	struct scatterlist *sg;
	int i;

	for_each_sg(list, sg, nents, i) {
		dma_addr_t dma = map(dev, sg_page(sg), sg->offset, sg->length, dir, attrs, SITE);

		if (kbh_dma_error(host_device(dev), dma, SITE)) {
			unmap_list(dev, list, i, dir, attrs, SITE);
			return 0;
		}
		sg_dma_address(sg) = dma;
		sg_dma_len(sg) = sg->length;
	}
	return nents;
}

void dma_unmap_sg_attrs(struct device *dev, struct scatterlist *list, int nents,
			enum dma_data_direction dir, unsigned long attrs)
{
	unmap_list(dev, list, nents, dir, attrs, SITE);
}

static void sync_list(struct device *dev, struct scatterlist *list, int nents, int dir,
		      int for_cpu, const void *site)
{
	struct scatterlist *sg;
	int i;

	for_each_sg(list, sg, nents, i)
		kbh_dma_sync(host_device(dev), sg_dma_address(sg), sg_dma_len(sg), dir, for_cpu, site);
}

void dma_sync_sg_for_cpu(struct device *dev, struct scatterlist *list, int nents,
			 enum dma_data_direction dir)
{
	sync_list(dev, list, nents, dir, 1, SITE);
}

void dma_sync_sg_for_device(struct device *dev, struct scatterlist *list, int nents,
			    enum dma_data_direction dir)
{
	sync_list(dev, list, nents, dir, 0, SITE);
}

int dma_set_mask(struct device *dev, u64 mask)
{
	int error = kbh_set_mask(host_device(dev), mask, 0, SITE);

	if (!error && dev->dma_mask)
		*dev->dma_mask = mask;
	return error;
}

int dma_set_coherent_mask(struct device *dev, u64 mask)
{
	int error = kbh_set_mask(host_device(dev), mask, 1, SITE);

	if (!error)
		dev->coherent_dma_mask = mask;
	return error;
}

/* Where the kernel's inline functions would say it to dma-debug, they say it to us. */

void debug_dma_mapping_error(struct device *dev, dma_addr_t dma)
{
	kbh_dma_error(host_device(dev), dma, SITE);
}

void debug_dma_map_single(struct device *dev, const void *p, unsigned long len)
{
}

struct scatterlist *sg_next(struct scatterlist *sg)
{
	if (sg_is_last(sg))
		return NULL;
	return sg_is_chain(++sg) ? sg_chain_ptr(sg) : sg;
}

void sg_init_table(struct scatterlist *list, unsigned int nents)
{
	memset(list, 0, sizeof(*list) * nents);
	sg_mark_end(list + nents - 1);
}

void sg_init_one(struct scatterlist *sg, const void *p, unsigned int len)
{
	sg_init_table(sg, 1);
	sg_set_buf(sg, p, len);
}
