/* SPDX-License-Identifier: MIT */
/*
 * The lists themselves, after lib/scatterlist.c. Their memory is the host's, where
 * no device can write it.
 */
#include <linux/scatterlist.h>

#include "base/host.h"
#include "dma/walk.h"
#include "lab/lab.h"
#include "mm/mm.h"
#include "base/probe.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

cold void dlab_report_circle(const struct call *call)
{
	struct finding f = { .check = CHECK_SG_COUNT_MISMATCH, .call = call, .detail = CIRCLE_TEXT };

	dlab_report_on_current(&f);
}

/* After Brent: a circle is found in three times its length. */
cold struct scatterlist *dlab_walk_look_ahead(struct walk *w)
{
	const struct scatterlist *mark = w->sg;
	struct scatterlist *sg = w->sg;
	unsigned steps = 0, power = 1;

	for (unsigned left = w->left; sg && left; left--) {
		sg = sg_next(sg);
		if (sg && sg == mark) {
			w->in_circle = true;
			return w->sg = NULL;
		}
		if (++steps == power) {
			mark = sg;
			steps = 0;
			power *= 2;
		}
	}
	w->look = 0;
	return w->sg;
}

int sg_nents(struct scatterlist *sg)
{
	struct walk w = walk_start(sg, INT_MAX);
	int n = 0;

	for (; w.sg; walk_next(&w))
		n++;
	if (unlikely(w.in_circle))
		dlab_report_circle(&THIS_CALL);
	return n;
}

int sg_nents_for_len(struct scatterlist *sg, u64 len)
{
	struct walk w = walk_start(sg, INT_MAX);
	u64 total = 0;
	int n = 0;

	if (!len)
		return 0;
	for (; w.sg; walk_next(&w)) {
		n++;
		total += w.sg->length;
		if (total >= len)
			return n;
	}
	if (unlikely(w.in_circle))
		dlab_report_circle(&THIS_CALL);
	return -EINVAL;
}

struct scatterlist *sg_last(struct scatterlist *sgl, unsigned int nents)
{
	struct walk w = walk_start(sgl, nents);
	struct scatterlist *last = NULL;

	for (; w.sg; walk_next(&w))
		last = w.sg;
	if (unlikely(w.in_circle))
		dlab_report_circle(&THIS_CALL);
	return last;
}

/* ------------------------------------------------------------ allocation */

static bool must_fail(const struct call *call)
{
	struct dmalab_machine *lab = dlab_current();
	bool fail;

	if (!lab)
		return false;
	RECORD_IF_DRAWN("sg_alloc_table", "", 0);
	lab_lock(lab);
	fail = lab_must_fail_in(lab, call);
	lab_unlock(lab);
	return fail;
}

/* As many as fit into RAM, which is where the kernel has them. */
static size_t most_entries(void)
{
	const struct dmalab_machine *lab = dlab_current();

	return (lab ? lab->hw.ram_size : 64ul << 20) / sizeof(struct scatterlist);
}

/*
 * Chunks of SG_MAX_SINGLE_ALLOC entries, the last of which links to the next chunk
 * where there is one.
 */
int sg_alloc_table(struct sg_table *table, unsigned int nents, gfp_t gfp_mask)
{
	unsigned int left = nents, max = SG_MAX_SINGLE_ALLOC, in_prev = 0;
	struct scatterlist *prev = NULL;

	(void)gfp_mask;
	memset(table, 0, sizeof(*table));
	if (!nents)
		return -EINVAL;
	if (nents > most_entries())
		return -ENOMEM;
	if (must_fail(&THIS_CALL))
		return -ENOMEM;
	while (left) {
		unsigned int entries = left > max ? max : left;
		unsigned int used = left > max ? max - 1 : left;
		struct scatterlist *sgl = host_malloc(entries * sizeof(*sgl));

		if (!sgl) {
			sg_free_table(table);
			return -ENOMEM;
		}
		sg_init_table(sgl, entries);
		if (prev)
			sg_chain(prev, in_prev, sgl);
		else
			table->sgl = sgl;
		table->orig_nents += used;
		prev = sgl;
		in_prev = entries;
		left -= used;
	}
	table->nents = table->orig_nents;
	return 0;
}

/* By the marks in the chunks: a caller may have shortened the list. */
void sg_free_table(struct sg_table *table)
{
	struct scatterlist *chunk = table->sgl;
	unsigned int left = table->orig_nents, max = SG_MAX_SINGLE_ALLOC;

	while (chunk) {
		struct scatterlist *link = left >= max ? &chunk[max - 1] : NULL;
		struct scatterlist *next = link && sg_is_chain(link) ? sg_chain_ptr(link) : NULL;

		free(chunk);
		left -= next ? max - 1 : left;
		chunk = next;
	}
	memset(table, 0, sizeof(*table));
}

static bool continues(struct page **pages, unsigned int i)
{
	return page_to_phys(pages[i]) == page_to_phys(pages[i - 1]) + PAGE_SIZE;
}

int sg_alloc_table_from_pages(struct sg_table *sgt, struct page **pages, unsigned int n_pages,
			      unsigned int offset, unsigned long size, gfp_t gfp_mask)
{
	unsigned int chunks = n_pages != 0, i, first = 0;
	struct scatterlist *sg;
	int err;

	for (i = 1; i < n_pages; i++)
		chunks += !continues(pages, i);
	err = sg_alloc_table(sgt, chunks, gfp_mask);
	if (err)
		return err;
	for_each_sgtable_sg(sgt, sg, i) {
		unsigned int end = first + 1;
		unsigned long len;

		while (end < n_pages && continues(pages, end))
			end++;
		len = ((unsigned long)(end - first) << PAGE_SHIFT) - offset;
		sg_set_page(sg, pages[first], len < size ? len : size, offset);
		size -= sg->length;
		offset = 0;
		first = end;
	}
	return 0;
}

/* ----------------------------------------------------------------- copying */

struct copy {
	struct call call;
	const u8 *from;  /* both NULL: zeroes */
	u8 *to;
	size_t len;
	off_t skip;
};

static void copy_piece(const struct copy *c, u8 *at, size_t n, size_t done)
{
	static const u8 zeroes[64];

	if (c->to) {
		dlab_cpu_read(at, c->to + done, n, &c->call);
	} else if (c->from) {
		dlab_cpu_write(at, c->from + done, n, &c->call);
	} else {
		for (size_t i = 0; i < n; i += sizeof(zeroes))
			dlab_cpu_write(at + i, zeroes,
				       n - i < sizeof(zeroes) ? n - i : sizeof(zeroes), &c->call);
	}
}

static size_t copy(struct scatterlist *sgl, unsigned int nents, struct copy c)
{
	struct walk w = walk_start(sgl, nents);
	size_t done = 0;

	if (c.skip < 0)
		return 0;
	for (; w.sg && done < c.len; walk_next(&w)) {
		struct scatterlist *sg = w.sg;
		size_t n = sg->length;

		if (c.skip >= (off_t)n) {
			c.skip -= n;
			continue;
		}
		n -= c.skip;
		if (n > c.len - done)
			n = c.len - done;
		if (!page_address(sg_page(sg)))
			break;
		copy_piece(&c, (u8 *)sg_virt(sg) + c.skip, n, done);
		c.skip = 0;
		done += n;
	}
	if (unlikely(w.in_circle))
		dlab_report_circle(&c.call);
	return done;
}

size_t sg_pcopy_from_buffer(struct scatterlist *sgl, unsigned int nents, const void *buf,
			    size_t buflen, off_t skip)
{
	return copy(sgl, nents, (struct copy){ THIS_CALL, .from = buf, .len = buflen,
					       .skip = skip });
}

size_t sg_pcopy_to_buffer(struct scatterlist *sgl, unsigned int nents, void *buf, size_t buflen,
			  off_t skip)
{
	return copy(sgl, nents, (struct copy){ THIS_CALL, .to = buf, .len = buflen,
					       .skip = skip });
}

size_t sg_copy_from_buffer(struct scatterlist *sgl, unsigned int nents, const void *buf,
			   size_t buflen)
{
	return copy(sgl, nents, (struct copy){ THIS_CALL, .from = buf, .len = buflen });
}

size_t sg_copy_to_buffer(struct scatterlist *sgl, unsigned int nents, void *buf, size_t buflen)
{
	return copy(sgl, nents, (struct copy){ THIS_CALL, .to = buf, .len = buflen });
}

size_t sg_zero_buffer(struct scatterlist *sgl, unsigned int nents, size_t buflen, off_t skip)
{
	return copy(sgl, nents, (struct copy){ THIS_CALL, .len = buflen, .skip = skip });
}

/* ------------------------------------------------------------- by the page */

void __sg_page_iter_start(struct sg_page_iter *piter, struct scatterlist *sglist,
			  unsigned int nents, unsigned long pgoffset)
{
	*piter = (struct sg_page_iter){
		.sg = sglist, .__nents = nents, .sg_pgoffset = pgoffset,
	};
}

/* @pages: how many the present entry has, by whichever length counts. */
static bool next_page(struct sg_page_iter *piter, unsigned int (*pages)(struct scatterlist *sg),
		      const struct call *call)
{
	struct walk w;

	if (!piter->__nents || !piter->sg)
		return false;
	piter->sg_pgoffset += piter->__pg_advance;
	piter->__pg_advance = 1;
	w = walk_start(piter->sg, piter->__nents);
	while (w.sg && piter->sg_pgoffset >= pages(w.sg)) {
		piter->sg_pgoffset -= pages(w.sg);
		walk_next(&w);
	}
	piter->sg = w.sg;
	piter->__nents = w.sg ? w.left : 0;
	if (unlikely(w.in_circle))
		dlab_report_circle(call);
	return w.sg;
}

static unsigned int cpu_pages(struct scatterlist *sg)
{
	return PAGE_ALIGN(sg->offset + (unsigned long)sg->length) >> PAGE_SHIFT;
}

static unsigned int dma_pages(struct scatterlist *sg)
{
	return PAGE_ALIGN(offset_in_page(sg_dma_address(sg)) + (unsigned long)sg_dma_len(sg)) >>
	       PAGE_SHIFT;
}

bool __sg_page_iter_next(struct sg_page_iter *piter)
{
	return next_page(piter, cpu_pages, &THIS_CALL);
}

bool __sg_page_iter_dma_next(struct sg_dma_page_iter *dma_iter)
{
	return next_page(&dma_iter->base, dma_pages, &THIS_CALL);
}
