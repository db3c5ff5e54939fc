/* SPDX-License-Identifier: MIT */
/*
 * Lists of pieces of memory, after include/linux/scatterlist.h. Which loop for
 * which side:
 *
 *   for_each_sgtable_sg      the CPU's: orig_nents entries, sg_page(),
 *                            sg->length
 *   for_each_sgtable_dma_sg  the device's: nents segments, sg_dma_address(),
 *                            sg_dma_len(); no more of them, and perhaps fewer
 *
 * A list is ordinary memory of the driver: where nothing else is said, the
 * functions may be called from any thread and context, one at a time for a
 * list.
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

/**
 * struct scatterlist - one piece of memory
 * @page_link: use sg_page(); the low bits are the list's
 * @offset: bytes from the start of the page
 * @length: bytes, as the CPU counts: inside the page, or from it on through
 *	physically contiguous ones
 * @dma_address: use sg_dma_address()
 * @dma_length: use sg_dma_len()
 * @dma_flags: the laboratory's
 */
struct scatterlist {
	unsigned long page_link;
	unsigned int offset;
	unsigned int length;
	dma_addr_t dma_address;
	unsigned int dma_length;
	unsigned int dma_flags;
};

/**
 * struct sg_table - a list and how long it is
 * @sgl: its first entry
 * @nents: segments of the mapping: what dma_map_sg() returned
 * @orig_nents: entries of the list
 */
struct sg_table {
	struct scatterlist *sgl;
	unsigned int nents;
	unsigned int orig_nents;
};

#define SG_CHAIN          0x01UL
#define SG_END            0x02UL
#define SG_PAGE_LINK_MASK (SG_CHAIN | SG_END)

/* Entries in one allocation of sg_alloc_table(); longer lists are chained. */
#define SG_MAX_SINGLE_ALLOC (PAGE_SIZE / sizeof(struct scatterlist))

#define sg_dma_address(sg) ((sg)->dma_address)
#define sg_dma_len(sg)     ((sg)->dma_length)

/**
 * sg_is_chain() - whether an entry is the link to another list
 * @sg: the entry
 *
 * Context: Any.
 * Return: true if it is.
 */
static inline bool sg_is_chain(const struct scatterlist *sg)
{
	return sg->page_link & SG_CHAIN;
}

/**
 * sg_is_last() - whether an entry is the last one
 * @sg: the entry
 *
 * Context: Any.
 * Return: true if it is.
 */
static inline bool sg_is_last(const struct scatterlist *sg)
{
	return sg->page_link & SG_END;
}

/**
 * sg_chain_ptr() - where a link leads
 * @sg: the entry
 *
 * Context: Any.
 * Return: the first entry of the list that goes on there.
 */
static inline struct scatterlist *sg_chain_ptr(const struct scatterlist *sg)
{
	return (struct scatterlist *)(sg->page_link & ~SG_PAGE_LINK_MASK);
}

/**
 * sg_page() - the page of an entry
 * @sg: the entry
 *
 * Context: Any.
 * Return: the page that its first byte is counted from.
 */
static inline struct page *sg_page(const struct scatterlist *sg)
{
	return (struct page *)(sg->page_link & ~SG_PAGE_LINK_MASK);
}

/**
 * sg_assign_page() - give an entry its page alone
 * @sg: the entry
 * @page: the page
 *
 * Context: Any, one at a time for a list.
 */
static inline void sg_assign_page(struct scatterlist *sg, struct page *page)
{
	sg->page_link &= SG_PAGE_LINK_MASK;
	sg->page_link |= (unsigned long)page;
}

/**
 * sg_set_page() - give an entry its memory
 * @sg: the entry
 * @page: the page
 * @len: bytes, in it and those that follow it
 * @offset: bytes into the page
 *
 * Context: Any, one at a time for a list.
 */
static inline void sg_set_page(struct scatterlist *sg, struct page *page,
			       unsigned int len, unsigned int offset)
{
	sg_assign_page(sg, page);
	sg->offset = offset;
	sg->length = len;
}

/**
 * sg_set_buf() - give an entry its memory, by pointer
 * @sg: the entry
 * @buf: into the linear map
 * @buflen: bytes
 *
 * Context: Any, one at a time for a list.
 */
static inline void sg_set_buf(struct scatterlist *sg, const void *buf,
			      unsigned int buflen)
{
	sg_set_page(sg, virt_to_page(buf), buflen, offset_in_page(buf));
}

/**
 * sg_mark_end() - an entry becomes the last one
 * @sg: the entry
 *
 * Context: Any, one at a time for a list.
 */
static inline void sg_mark_end(struct scatterlist *sg)
{
	sg->page_link = (sg->page_link | SG_END) & ~SG_CHAIN;
}

/**
 * sg_unmark_end() - an entry is not the last one any more
 * @sg: the entry
 *
 * Context: Any, one at a time for a list.
 */
static inline void sg_unmark_end(struct scatterlist *sg)
{
	sg->page_link &= ~SG_END;
}

/**
 * sg_next() - the entry after an entry
 * @sg: the entry
 *
 * Steps over the links between chained lists.
 *
 * Context: Any.
 * Return: the entry, or NULL after the last one.
 */
static inline struct scatterlist *sg_next(struct scatterlist *sg)
{
	if (sg_is_last(sg))
		return NULL;
	sg++;
	return sg_is_chain(sg) ? sg_chain_ptr(sg) : sg;
}

/**
 * sg_init_table() - clear a list, and mark its last entry
 * @sgl: memory of the driver
 * @nents: entries there
 *
 * Context: Any, one at a time for a list.
 */
static inline void sg_init_table(struct scatterlist *sgl, unsigned int nents)
{
	__builtin_memset(sgl, 0, sizeof(*sgl) * nents);
	if (nents)
		sg_mark_end(&sgl[nents - 1]);
}

/**
 * sg_init_one() - a list of one entry
 * @sg: memory of the driver
 * @buf: into the linear map
 * @buflen: bytes
 *
 * Context: Any, one at a time for a list.
 */
static inline void sg_init_one(struct scatterlist *sg, const void *buf,
			       unsigned int buflen)
{
	sg_init_table(sg, 1);
	sg_set_buf(sg, buf, buflen);
}

/**
 * sg_chain() - let a list go on in another one
 * @prv: the list
 * @prv_nents: its entries; the last one must be unused, and becomes the link
 * @sgl: where it goes on
 *
 * Context: Any, one at a time for a list.
 */
static inline void sg_chain(struct scatterlist *prv, unsigned int prv_nents,
			    struct scatterlist *sgl)
{
	struct scatterlist *link = &prv[prv_nents - 1];

	link->offset = 0;
	link->length = 0;
	link->page_link = ((unsigned long)sgl | SG_CHAIN) & ~SG_END;
}

/**
 * sg_virt() - the cached CPU address of an entry's first byte
 * @sg: the entry
 *
 * Context: Any.
 * Return: the address.
 */
static inline void *sg_virt(const struct scatterlist *sg)
{
	return (char *)page_address(sg_page(sg)) + sg->offset;
}

/**
 * sg_phys() - the physical address of an entry's first byte
 * @sg: the entry
 *
 * Context: Any.
 * Return: the address.
 */
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

/**
 * sg_nents() - how many entries a list has
 * @sg: the list
 *
 * Context: Any.
 * Return: entries.
 */
int sg_nents(struct scatterlist *sg);

/**
 * sg_nents_for_len() - how many entries hold some bytes
 * @sg: the list
 * @len: bytes
 *
 * Context: Any.
 * Return: entries; -EINVAL: the list holds fewer bytes.
 */
int sg_nents_for_len(struct scatterlist *sg, u64 len);

/**
 * sg_last() - the last entry of a list
 * @sgl: the list
 * @nents: its entries
 *
 * Context: Any.
 * Return: the entry.
 */
struct scatterlist *sg_last(struct scatterlist *sgl, unsigned int nents);

/**
 * sg_alloc_table() - a list, to be filled by the caller
 * @table: becomes the list; empty on failure
 * @nents: entries
 * @gfp_mask: as for kmalloc()
 *
 * May be made to fail by dmalab_machine_fail_nth() and _every().
 *
 * Context: May sleep if @gfp_mask allows it.
 * Return: 0; -EINVAL for no entries at all; -ENOMEM. To be released with
 * sg_free_table().
 */
int sg_alloc_table(struct sg_table *table, unsigned int nents, gfp_t gfp_mask);

/**
 * sg_free_table() - release a list
 * @table: of sg_alloc_table() and its like; an empty one: nothing
 *
 * Context: Any, one at a time for a list.
 */
void sg_free_table(struct sg_table *table);

/**
 * sg_alloc_table_from_pages() - a list over pages
 * @sgt: becomes the list; empty on failure
 * @pages: the pages; physically contiguous ones share an entry
 * @n_pages: how many
 * @offset: bytes into the first page
 * @size: bytes of the list
 * @gfp_mask: as for kmalloc()
 *
 * Context: May sleep if @gfp_mask allows it.
 * Return: as sg_alloc_table().
 */
int sg_alloc_table_from_pages(struct sg_table *sgt, struct page **pages,
			      unsigned int n_pages, unsigned int offset,
			      unsigned long size, gfp_t gfp_mask);

/**
 * sg_copy_from_buffer() - copy plain memory into a list
 * @sgl: the list
 * @nents: its entries
 * @buf: what is copied
 * @buflen: bytes
 *
 * The accesses to the list's memory are the CPU's, and checked as such.
 *
 * Context: Any, one at a time for a list.
 * Return: the bytes copied: what is in front of an entry that has no page.
 * Checks: those of dmalab_cpu_read() and dmalab_cpu_write().
 */
size_t sg_copy_from_buffer(struct scatterlist *sgl, unsigned int nents,
			   const void *buf, size_t buflen);

/**
 * sg_copy_to_buffer() - copy a list into plain memory
 * @sgl: the list
 * @nents: its entries
 * @buf: receives the bytes
 * @buflen: bytes
 *
 * The accesses to the list's memory are the CPU's, and checked as such.
 *
 * Context: Any, one at a time for a list.
 * Return: the bytes copied: what is in front of an entry that has no page.
 * Checks: those of dmalab_cpu_read() and dmalab_cpu_write().
 */
size_t sg_copy_to_buffer(struct scatterlist *sgl, unsigned int nents, void *buf,
			 size_t buflen);

/**
 * sg_pcopy_from_buffer() - copy plain memory into a part of a list
 * @sgl: the list
 * @nents: its entries
 * @buf: what is copied
 * @buflen: bytes
 * @skip: bytes of the list before the first one
 *
 * The accesses to the list's memory are the CPU's, and checked as such.
 *
 * Context: Any, one at a time for a list.
 * Return: the bytes copied: none for a negative @skip, and what is in front of
 * an entry that has no page.
 * Checks: those of dmalab_cpu_read() and dmalab_cpu_write().
 */
size_t sg_pcopy_from_buffer(struct scatterlist *sgl, unsigned int nents,
			    const void *buf, size_t buflen, off_t skip);

/**
 * sg_pcopy_to_buffer() - copy a part of a list into plain memory
 * @sgl: the list
 * @nents: its entries
 * @buf: receives the bytes
 * @buflen: bytes
 * @skip: bytes of the list before the first one
 *
 * The accesses to the list's memory are the CPU's, and checked as such.
 *
 * Context: Any, one at a time for a list.
 * Return: the bytes copied: none for a negative @skip, and what is in front of
 * an entry that has no page.
 * Checks: those of dmalab_cpu_read() and dmalab_cpu_write().
 */
size_t sg_pcopy_to_buffer(struct scatterlist *sgl, unsigned int nents,
			  void *buf, size_t buflen, off_t skip);

/**
 * sg_zero_buffer() - zero a part of a list
 * @sgl: the list
 * @nents: its entries
 * @buflen: bytes
 * @skip: bytes of the list before the first one
 *
 * The accesses to the list's memory are the CPU's, and checked as such.
 *
 * Context: Any, one at a time for a list.
 * Return: the bytes copied: none for a negative @skip, and what is in front of
 * an entry that has no page.
 * Checks: those of dmalab_cpu_read() and dmalab_cpu_write().
 */
size_t sg_zero_buffer(struct scatterlist *sgl, unsigned int nents,
		      size_t buflen, off_t skip);

/* ------------------------------------------------------------- by the page */

/**
 * struct sg_page_iter - where for_each_sg_page() is
 * @sg: the entry
 * @sg_pgoffset: pages into it
 * @__nents: entries left, with this one
 * @__pg_advance: whether the first step was made
 */
struct sg_page_iter {
	struct scatterlist *sg;
	unsigned int sg_pgoffset;
	unsigned int __nents;
	int __pg_advance;
};

/**
 * struct sg_dma_page_iter - where for_each_sg_dma_page() is
 * @base: the same, by segments
 */
struct sg_dma_page_iter {
	struct sg_page_iter base;
};

/**
 * __sg_page_iter_start() - begin to go through a list by the page
 * @piter: the iterator
 * @sglist: the list
 * @nents: its entries
 * @pgoffset: pages to leave out
 *
 * Context: Any, one at a time for a list.
 */
void __sg_page_iter_start(struct sg_page_iter *piter,
			  struct scatterlist *sglist, unsigned int nents,
			  unsigned long pgoffset);

/**
 * __sg_page_iter_next() - go to the next page of the list
 * @piter: the iterator
 *
 * Context: Any, one at a time for a list.
 * Return: false behind the last one.
 */
bool __sg_page_iter_next(struct sg_page_iter *piter);

/**
 * __sg_page_iter_dma_next() - go to the next page of the mapping
 * @dma_iter: the iterator
 *
 * Context: Any, one at a time for a list.
 * Return: false behind the last one.
 */
bool __sg_page_iter_dma_next(struct sg_dma_page_iter *dma_iter);

/**
 * sg_page_iter_page() - the page that an iterator is at
 * @piter: the iterator
 *
 * Context: Any.
 * Return: the page.
 */
static inline struct page *sg_page_iter_page(struct sg_page_iter *piter)
{
	return sg_page(piter->sg) + piter->sg_pgoffset;
}

/**
 * sg_page_iter_dma_address() - the DMA address that an iterator is at
 * @dma_iter: the iterator
 *
 * Context: Any.
 * Return: the address.
 */
static inline dma_addr_t
sg_page_iter_dma_address(struct sg_dma_page_iter *dma_iter)
{
	return sg_dma_address(dma_iter->base.sg) +
	       ((dma_addr_t)dma_iter->base.sg_pgoffset << PAGE_SHIFT);
}

/* ----------------------------------------------- the bytes, piece by piece */

#define SG_MITER_ATOMIC  (1 << 0) /* not to sleep while a piece is there */
#define SG_MITER_TO_SG   (1 << 1) /* the CPU writes */
#define SG_MITER_FROM_SG (1 << 2) /* the CPU reads */

/**
 * struct sg_mapping_iter - where sg_miter_next() is
 * @page: of the piece
 * @addr: of the piece, for the CPU
 * @length: bytes of it
 * @consumed: how many of them the driver has used; it may set fewer than all
 * @sg: entry of the list; the library's, as are the following
 * @nents: entries left
 * @offset: of the next piece in the entry, bytes
 * @flags: as given
 */
struct sg_mapping_iter {
	struct page *page;
	void *addr;
	size_t length;
	size_t consumed;
	struct scatterlist *sg;
	unsigned int nents;
	unsigned int offset;
	unsigned int flags;
};

/**
 * sg_miter_start() - begin to go through the bytes of a list
 * @miter: the state
 * @sgl: first entry; NULL: none
 * @nents: entries
 * @flags: SG_MITER_*
 *
 * Context: Any.
 */
void sg_miter_start(struct sg_mapping_iter *miter, struct scatterlist *sgl,
		    unsigned int nents, unsigned int flags);

/**
 * sg_miter_next() - go to the next piece
 * @miter: the state; @miter->consumed bytes of the last piece are behind us
 *
 * With SG_MITER_ATOMIC this thread must not sleep until sg_miter_stop(), or
 * until there is no next one.
 *
 * Context: Any.
 * Return: true, with a piece that lies in one page; false: that was the last.
 */
bool sg_miter_next(struct sg_mapping_iter *miter);

/**
 * sg_miter_skip() - go on by bytes, not by pieces
 * @miter: the state, before the first piece or after sg_miter_next()
 * @offset: bytes
 *
 * Context: Any.
 * Return: false if there are not so many.
 */
bool sg_miter_skip(struct sg_mapping_iter *miter, off_t offset);

/**
 * sg_miter_stop() - done, or to be continued by sg_miter_next()
 * @miter: the state
 *
 * Context: Any.
 */
void sg_miter_stop(struct sg_mapping_iter *miter);

#define for_each_sg_page(sglist, piter, nents, pgoffset) \
	for (__sg_page_iter_start((piter), (sglist), (nents), (pgoffset)); \
	     __sg_page_iter_next(piter);)

#define for_each_sg_dma_page(sglist, dma_iter, dma_nents, pgoffset) \
	for (__sg_page_iter_start(&(dma_iter)->base, sglist, dma_nents, \
				  pgoffset); \
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
