/* SPDX-License-Identifier: MIT */
/*
 * Lists as a caller names them: by how many entries they are said to have. A list that ends
 * earlier ends; one that runs in a circle never does. So whoever walks as far as it is told
 * walks with this, which looks ahead when it has come far: either there is a circle before it,
 * or there never is one.
 */
#ifndef DMALAB_DMA_WALK_H
#define DMALAB_DMA_WALK_H

#include "base/compiler.h"

#include <linux/scatterlist.h>
#include <stdbool.h>

#define WALK_FAR 4096u

struct walk {
	struct scatterlist *sg;           /* here; NULL: there is no more */
	unsigned left;                    /* entries, with this one */
	unsigned look;                    /* with so many left; 0: no more */
	bool in_circle;                   /* that is why there is no more */
};

static inline struct walk walk_start(struct scatterlist *sgl, unsigned nents)
{
	return (struct walk){
		.sg = nents ? sgl : NULL, .left = nents,
		.look = nents > WALK_FAR ? nents - WALK_FAR : 0,
	};
}

/* sg.c */
cold struct scatterlist *dlab_walk_look_ahead(struct walk *w);

static inline struct scatterlist *walk_next(struct walk *w)
{
	if (!--w->left)
		return w->sg = NULL;
	w->sg = sg_next(w->sg);
	if (unlikely(w->left == w->look))
		return dlab_walk_look_ahead(w);
	return w->sg;
}

/* sg.c: the list of @call runs in a circle: "sg-count-mismatch", on the current machine. */
struct call;
cold void dlab_report_circle(const struct call *call);

#define CIRCLE_TEXT "the list runs in a circle: an entry of it, or a chain, leads back into it"

#endif
