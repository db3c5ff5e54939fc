/* SPDX-License-Identifier: MIT */
/* Kernel basics: pieces of pages, as the block layer has them. */
#ifndef DMALAB_LINUX_BVEC_H
#define DMALAB_LINUX_BVEC_H

#include <linux/dma-mapping.h>

struct bio_vec {
	struct page *bv_page;
	unsigned int bv_len;
	unsigned int bv_offset;
};

static inline void bvec_set_page(struct bio_vec *bv, struct page *page,
				 unsigned int len, unsigned int offset)
{
	bv->bv_page = page;
	bv->bv_len = len;
	bv->bv_offset = offset;
}

#ifndef dma_map_bvec
#define dma_map_bvec(dev, bv, dir, attrs) \
	dma_map_page_attrs(dev, (bv)->bv_page, (bv)->bv_offset, (bv)->bv_len, \
			   (dir), (attrs))
#endif

#endif
