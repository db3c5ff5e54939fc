/* SPDX-License-Identifier: MIT */
/*
 * Lists as a caller names them: by how many entries they are said to have. A list that ends
 * earlier ends; one that runs in a circle never does, so whoever walks as far as it is told
 * walks with this. After Brent: the circle is found in three times its length and what leads
 * into it.
 */
#ifndef DMALAB_DMA_WALK_H
#define DMALAB_DMA_WALK_H

#include "base/compiler.h"

#include <linux/scatterlist.h>
#include <stdbool.h>

struct walk {
	struct scatterlist *sg;           /* here; NULL: there is no more */
	const struct scatterlist *mark;   /* was here, at the last power of two */
	unsigned left;                    /* entries, with this one */
	unsigned steps, power;
	bool in_circle;                   /* that is why */
};

static inline struct walk walk_start(struct scatterlist *sgl, unsigned nents)
{
	return (struct walk){ .sg = nents ? sgl : NULL, .mark = sgl, .left = nents, .power = 1 };
}

static inline struct scatterlist *walk_next(struct walk *w)
{
	w->sg = --w->left ? sg_next(w->sg) : NULL;
	if (unlikely(w->sg == w->mark)) {
		w->in_circle = w->sg;
		w->sg = NULL;
	}
	if (++w->steps == w->power) {
		w->mark = w->sg;
		w->steps = 0;
		w->power *= 2;
	}
	return w->sg;
}

/* sg.c: the list of @call runs in a circle: "sg-count-mismatch", on the current machine. */
struct call;
cold void dlab_report_circle(const struct call *call);

#define CIRCLE_TEXT "the list runs in a circle: an entry of it, or a chain, leads back into it"

#endif
