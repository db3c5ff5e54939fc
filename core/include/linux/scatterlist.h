/* SPDX-License-Identifier: MIT */
/*
 * Lists of pieces of memory, after include/linux/scatterlist.h. Which loop for
 * which side:
 *
 *   for_each_sgtable_sg      the CPU's: orig_nents entries, sg_page(), sg->length
 *   for_each_sgtable_dma_sg  the device's: nents segments, sg_dma_address(),
 *                            sg_dma_len(); no more of them, and perhaps fewer
 *
 * A list is ordinary memory of the driver: where nothing else is said, the
 * functions may be called from any thread and context, one at a time for a list.
 */
#ifndef DMALAB_LINUX_SCATTERLIST_H
#define DMALAB_LINUX_SCATTERLIST_H

#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/types.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/* One piece: inside one page, or from it on through physically contiguous ones. */
struct scatterlist {
	unsigned long page_link;  /* use sg_page(); the low bits are the list's */
	unsigned int offset;      /* bytes from the start of the page */
	unsigned int length;      /* bytes, as the CPU counts */
	dma_addr_t dma_address;   /* use sg_dma_address() */
	unsigned int dma_length;  /* use sg_dma_len() */
	unsigned int dma_flags;
};

struct sg_table {
	struct scatterlist *sgl;
	unsigned int nents;       /* segments of the mapping: what dma_map_sg() returned */
	unsigned int orig_nents;  /* entries of the list */
};

#define SG_CHAIN          0x01UL
#define SG_END            0x02UL
#define SG_PAGE_LINK_MASK (SG_CHAIN | SG_END)

/* Entries that one allocation of sg_alloc_table() holds; longer lists are chained. */
#define SG_MAX_SINGLE_ALLOC (PAGE_SIZE / sizeof(struct scatterlist))

#define sg_dma_address(sg) ((sg)->dma_address)
#define sg_dma_len(sg)     ((sg)->dma_length)

static inline bool sg_is_chain(const struct scatterlist *sg)
{
	return sg->page_link & SG_CHAIN;
}

static inline bool sg_is_last(const struct scatterlist *sg)
{
	return sg->page_link & SG_END;
}

static inline struct scatterlist *sg_chain_ptr(const struct scatterlist *sg)
{
	return (struct scatterlist *)(sg->page_link & ~SG_PAGE_LINK_MASK);
}

static inline struct page *sg_page(const struct scatterlist *sg)
{
	return (struct page *)(sg->page_link & ~SG_PAGE_LINK_MASK);
}

static inline void sg_assign_page(struct scatterlist *sg, struct page *page)
{
	sg->page_link = (sg->page_link & SG_PAGE_LINK_MASK) | (unsigned long)page;
}

/* The entry is @len bytes from @offset on, in @page and those that follow it. */
static inline void sg_set_page(struct scatterlist *sg, struct page *page, unsigned int len,
			       unsigned int offset)
{
	sg_assign_page(sg, page);
	sg->offset = offset;
	sg->length = len;
}

/* The same for a pointer into the linear map. */
static inline void sg_set_buf(struct scatterlist *sg, const void *buf, unsigned int buflen)
{
	sg_set_page(sg, virt_to_page(buf), buflen, offset_in_page(buf));
}

static inline void sg_mark_end(struct scatterlist *sg)
{
	sg->page_link = (sg->page_link | SG_END) & ~SG_CHAIN;
}

static inline void sg_unmark_end(struct scatterlist *sg)
{
	sg->page_link &= ~SG_END;
}

/* The entry after @sg, or NULL; steps over the links between chained lists. */
static inline struct scatterlist *sg_next(struct scatterlist *sg)
{
	if (sg_is_last(sg))
		return NULL;
	sg++;
	return sg_is_chain(sg) ? sg_chain_ptr(sg) : sg;
}

/* Clears @nents entries and marks the last one. */
static inline void sg_init_table(struct scatterlist *sgl, unsigned int nents)
{
	__builtin_memset(sgl, 0, sizeof(*sgl) * nents);
	if (nents)
		sg_mark_end(&sgl[nents - 1]);
}

static inline void sg_init_one(struct scatterlist *sg, const void *buf, unsigned int buflen)
{
	sg_init_table(sg, 1);
	sg_set_buf(sg, buf, buflen);
}

/* Entry @prv_nents - 1 of @prv, which must be unused, becomes the link to @sgl. */
static inline void sg_chain(struct scatterlist *prv, unsigned int prv_nents,
			    struct scatterlist *sgl)
{
	struct scatterlist *link = &prv[prv_nents - 1];

	link->offset = 0;
	link->length = 0;
	link->page_link = ((unsigned long)sgl | SG_CHAIN) & ~SG_END;
}

/* Linear-map address of the entry's first byte. */
static inline void *sg_virt(const struct scatterlist *sg)
{
	return (char *)page_address(sg_page(sg)) + sg->offset;
}

static inline phys_addr_t sg_phys(const struct scatterlist *sg)
{
	return page_to_phys(sg_page(sg)) + sg->offset;
}

#define for_each_sg(sglist, sg, nr, i) \
	for (i = 0, sg = (sglist); i < (nr); i++, sg = sg_next(sg))

#define for_each_sgtable_sg(sgt, sg, i) \
	for_each_sg((sgt)->sgl, sg, (sgt)->orig_nents, i)

#define for_each_sgtable_dma_sg(sgt, sg, i) \
	for_each_sg((sgt)->sgl, sg, (sgt)->nents, i)

/* How many entries: all, or as many as hold @len bytes (-EINVAL: they hold fewer). */
int sg_nents(struct scatterlist *sg);
int sg_nents_for_len(struct scatterlist *sg, u64 len);
struct scatterlist *sg_last(struct scatterlist *sgl, unsigned int nents);

/*
 * sg_alloc_table() - a list of @nents entries, to be filled by the caller.
 *
 * 0, -EINVAL for no entries at all, or -ENOMEM; then *@table is empty. Release it
 * with sg_free_table(), which takes an empty one as well. May be made to fail by
 * fail_nth and fail_every.
 */
int sg_alloc_table(struct sg_table *table, unsigned int nents, gfp_t gfp_mask);
void sg_free_table(struct sg_table *table);

/*
 * sg_alloc_table_from_pages() - a list over @size bytes that begin @offset bytes
 * into the first of @n_pages pages; physically contiguous ones share an entry.
 */
int sg_alloc_table_from_pages(struct sg_table *sgt, struct page **pages, unsigned int n_pages,
			      unsigned int offset, unsigned long size, gfp_t gfp_mask);

/*
 * Copy between a list and plain memory, @skip bytes into the list. The CPU's
 * accesses to the list's memory are seen, and judged, like those of
 * dmalab_cpu_read() and dmalab_cpu_write(). Return the bytes copied: none for a negative
 * @skip, and what is in front of an entry that has no page.
 */
size_t sg_copy_from_buffer(struct scatterlist *sgl, unsigned int nents, const void *buf,
			   size_t buflen);
size_t sg_copy_to_buffer(struct scatterlist *sgl, unsigned int nents, void *buf, size_t buflen);
size_t sg_pcopy_from_buffer(struct scatterlist *sgl, unsigned int nents, const void *buf,
			    size_t buflen, off_t skip);
size_t sg_pcopy_to_buffer(struct scatterlist *sgl, unsigned int nents, void *buf, size_t buflen,
			  off_t skip);
size_t sg_zero_buffer(struct scatterlist *sgl, unsigned int nents, size_t buflen, off_t skip);

/* ------------------------------------------------------------- by the page */

struct sg_page_iter {
	struct scatterlist *sg;
	unsigned int sg_pgoffset;  /* pages into the entry */
	unsigned int __nents;      /* entries left, with this one */
	int __pg_advance;
};

struct sg_dma_page_iter {
	struct sg_page_iter base;
};

void __sg_page_iter_start(struct sg_page_iter *piter, struct scatterlist *sglist,
			  unsigned int nents, unsigned long pgoffset);
bool __sg_page_iter_next(struct sg_page_iter *piter);
bool __sg_page_iter_dma_next(struct sg_dma_page_iter *dma_iter);

static inline struct page *sg_page_iter_page(struct sg_page_iter *piter)
{
	return sg_page(piter->sg) + piter->sg_pgoffset;
}

static inline dma_addr_t sg_page_iter_dma_address(struct sg_dma_page_iter *dma_iter)
{
	return sg_dma_address(dma_iter->base.sg) +
	       ((dma_addr_t)dma_iter->base.sg_pgoffset << PAGE_SHIFT);
}

#define for_each_sg_page(sglist, piter, nents, pgoffset) \
	for (__sg_page_iter_start((piter), (sglist), (nents), (pgoffset)); \
	     __sg_page_iter_next(piter);)

#define for_each_sg_dma_page(sglist, dma_iter, dma_nents, pgoffset) \
	for (__sg_page_iter_start(&(dma_iter)->base, sglist, dma_nents, pgoffset); \
	     __sg_page_iter_dma_next(dma_iter);)

#define for_each_sgtable_page(sgt, piter, pgoffset) \
	for_each_sg_page((sgt)->sgl, piter, (sgt)->orig_nents, pgoffset)

#define for_each_sgtable_dma_page(sgt, dma_iter, pgoffset) \
	for_each_sg_dma_page((sgt)->sgl, dma_iter, (sgt)->nents, pgoffset)

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif
#endif
