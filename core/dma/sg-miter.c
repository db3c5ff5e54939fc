/* SPDX-License-Identifier: MIT */
/* The bytes of a list, for the CPU: one piece of a page after the other. */
#include "base/probe.h"

#include <linux/mm.h>
#include <linux/preempt.h>
#include <linux/scatterlist.h>

void sg_miter_start(struct sg_mapping_iter *miter, struct scatterlist *sgl, unsigned int nents,
		    unsigned int flags)
{
	*miter = (struct sg_mapping_iter){ .sg = sgl, .nents = sgl ? nents : 0, .flags = flags };
}

/* What was used of the piece is behind us. */
static void pass(struct sg_mapping_iter *miter)
{
	miter->offset += miter->consumed;
	miter->consumed = miter->length = 0;
	while (miter->nents && miter->offset >= miter->sg->length) {
		miter->offset -= miter->sg->length;
		miter->sg = sg_next(miter->sg);
		if (!miter->sg || !--miter->nents)
			miter->nents = 0;
	}
}

void sg_miter_stop(struct sg_mapping_iter *miter)
{
	if (!miter->addr)
		return;
	pass(miter);
	miter->addr = NULL;
	miter->page = NULL;
	if (miter->flags & SG_MITER_ATOMIC)
		preempt_enable();
}

bool sg_miter_next(struct sg_mapping_iter *miter)
{
	size_t at, left;

	sg_miter_stop(miter);
	pass(miter);
	if (!miter->nents)
		return false;
	at = miter->sg->offset + miter->offset;
	left = miter->sg->length - miter->offset;
	miter->page = sg_page(miter->sg) + (at >> PAGE_SHIFT);
	miter->addr = (char *)page_address(miter->page) + offset_in_page(at);
	miter->length = PAGE_SIZE - offset_in_page(at);
	if (miter->length > left)
		miter->length = left;
	miter->consumed = miter->length;
	if (miter->flags & SG_MITER_ATOMIC)
		preempt_disable();
	return true;
}

bool sg_miter_skip(struct sg_mapping_iter *miter, off_t offset)
{
	sg_miter_stop(miter);
	while (offset > 0) {
		off_t left;

		pass(miter);
		if (!miter->nents)
			return false;
		left = miter->sg->length - miter->offset;
		miter->consumed = left < offset ? left : offset;
		offset -= miter->consumed;
	}
	pass(miter);
	return true;
}
