/* SPDX-License-Identifier: MIT */
/*
 * Stores through plain pointers, found by the next call that looks at the bytes.
 *
 * A call that changes what a store would mean (who owns the bytes, whose they are, what
 * the cache has of their line) looks for stores first, in all of the lines that it
 * touches on any machine that is judged. So a store that is found now means what it meant
 * when it was made, and is judged as one that was told; when it was made is known as far as
 * this: after the last call that looked.
 */
#ifndef DMALAB_JUDGE_STORES_H
#define DMALAB_JUDGE_STORES_H

#include "base/site.h"
#include "machine/image.h"

struct judge;
struct region;

/* A call that looked at these granules of a page, 64 bytes each. */
struct look {
	u64 granules;
	site_t site;
};

#define LOOKS 8

/*
 * The latest looks at a page, the latest first: of a granule the first one that has it counts.
 * granules 0: no more.
 */
struct page_looks {
	struct look look[LOOKS];
};

struct stores {
	struct page_looks *pages;  /* by page frame; NULL: nobody asks */
	size_t arena_size;

	/* While a call looks: */
	const struct call *by;     /* which; else NULL */
	u64 reported;              /* checks that it has reported already */
	const struct region *about; /* of this object */
};

/* 0 or -ENOMEM. */
int dlab_stores_init(struct stores *s, const struct machine *m);
void dlab_stores_exit(struct stores *s);

cold void dlab_stores_note_part(struct page_looks *p, u64 granules, site_t site);

/* A call looked at these granules of the page. */
static inline void stores_note(struct stores *s, u32 page, u64 granules, site_t site)
{
	struct page_looks *p = &s->pages[page];

	if (p->look[0].site == site) {
		p->look[0].granules |= granules;
		return;
	}
	if (granules != ~0ull && p->look[0].granules & ~granules) {
		dlab_stores_note_part(p, granules, site);
		return;
	}
	p->look[0] = (struct look){ granules, site };
	for (unsigned i = 1; granules == ~0ull && i < LOOKS && p->look[i].granules; i++)
		p->look[i].granules = 0;
}

void dlab_stores_find(struct judge *j, const struct call *call, size_t offset, size_t len);

/* A store that was made, of which the cache knows. */
void dlab_stores_judge(struct judge *j, const struct call *call, size_t offset, size_t len,
		       bool uncached);

/*
 * settle.c: the store that is pending is judged, as one that was told. Not @is_made: it may not have been
 * made yet; it stays pending, and what it changes from now on is judged in the end.
 */
void dlab_stores_settle(struct judge *j, struct dmalab_hooks *h, bool is_made);

/* All that are pending in these lines, and this thread's. */
cold void dlab_stores_settle_all(struct judge *j, size_t offset, size_t len);

/*
 * What one call finds in one object counts as one store, however many bytes between it
 * left as they were. True: this has been reported.
 */
bool dlab_stores_reported(struct stores *s, unsigned check, const struct region *about);

#endif
