/* SPDX-License-Identifier: MIT */
/*
 * Where bytes come from: for each 64 of them who stored them last, through which mapping,
 * and how they were lost. Nearly always one story holds for all 64, and stands in struct
 * origin; bytes that have another one are claimed by a struct claim, of which there may be
 * as many as there are stories. Only reports read any of it.
 */
#ifndef DMALAB_JUDGE_ORIGIN_H
#define DMALAB_JUDGE_ORIGIN_H

#include "base/site.h"
#include "machine/machine.h"

#include <linux/dma-direction.h>

enum loss {
	LOSS_NONE,
	LOSS_CPU_STORE, LOSS_SNOOPED_STORE, LOSS_DEVICE_STORE, LOSS_UNCACHED_STORE,
	LOSS_INVALIDATE,                                     /* of a cache */
	LOSS_COPY_IN, LOSS_COPY_OUT, LOSS_NO_COPY            /* of a bounce buffer */
};

/* Of the bytes that a device stored: whose were they, by the contract? */
enum own { OWN_DEVICE, OWN_CPU, OWN_BOTH };

/*
 * Through what a device stores or a call maintains: a region of the ledger, by its number
 * and its bytes in RAM. Number 0 is none.
 */
struct through {
	u64 serial;
	size_t start, end;
	enum own own;                /* of a store */
	enum handover to;            /* of maintenance */
	enum dma_data_direction dir;
};

/* The event that made bytes indeterminate. */
struct lost_by {
	site_t site;
	enum loss how;
	u64 serial;                  /* of maintenance, or a copy: through what, */
	enum handover to;            /* which way */
	enum dma_data_direction dir; /* and as the call has it */
	size_t start, end;           /* bytes in RAM of the maintenance, or of the store */
	bool others;                 /* of a device's: the line was dirty with further bytes, */
	bool outside;                /* some of which the mapping does not have */
};

/* All that is known of one byte. */
struct source {
	site_t cpu;                  /* the last store through the cache */
	site_t dev;                  /* the last to memory, */
	u64 serial;                  /* through what, */
	enum own own;
	bool snooped;                /* cpu was a device that snoops, */
	bool uncached;               /* dev was the CPU */
	struct lost_by lost;
};

struct claim {
	struct claim *next;
	u64 bytes;
	struct source source;
	/*
	 * Of bytes that a device stored behind a dirty line: had that been clean, which would
	 * the cache hide still, and which would a store to the line have lost all the same?
	 */
	u64 hidden, doomed;
};

/* Of the bytes that nothing claims. */
struct origin {
	site_t cpu, dev;
	struct claim *claims;
	u64 serial : 56, own : 2, snooped : 1, uncached : 1;
};

struct claim_pool {
	struct claim *unused;
	struct claim_chunk *chunks;
};

void dlab_claims_exit(struct claim_pool *p);

/* Nothing claims these any more, and nothing else is known of them. */
void dlab_origins_reset(struct claim_pool *p, struct origin *o, size_t nr);

/* Nothing claims any of @m any more. */
cold void dlab_origin_unclaim(struct claim_pool *p, struct origin *o, u64 m);

static inline void origin_forget(struct claim_pool *p, struct origin *o)
{
	if (unlikely(o->claims))
		dlab_origin_unclaim(p, o, ~0ull);
}

static inline void origin_cpu_stored(struct claim_pool *p, struct origin *o, u64 m, site_t site,
				     bool snooped)
{
	o->cpu = site;
	o->snooped = snooped;
	if (unlikely(o->claims))
		dlab_origin_unclaim(p, o, m);
}

cold void dlab_origin_claim_store(struct claim_pool *p, struct origin *o, u64 m, site_t site,
				  const struct through *by, bool uncached);

/* @m was stored to memory; @told: other bytes of which it matters who stored them there. */
static inline void origin_bus_stored(struct claim_pool *p, struct origin *o, u64 told, u64 m,
				     site_t site, const struct through *by, bool uncached)
{
	u64 serial = by ? by->serial : 0;
	unsigned own = by ? by->own : OWN_BOTH;

	if (unlikely(o->claims))
		dlab_origin_unclaim(p, o, m);
	if (likely(o->dev == site && o->serial == serial && o->own == own &&
		   o->uncached == uncached))
		return;
	if (unlikely(told & ~m)) {
		dlab_origin_claim_store(p, o, m, site, by, uncached);
		return;
	}
	o->dev = site;
	o->serial = serial;
	o->own = own;
	o->uncached = uncached;
}

/* @m became indeterminate; of which @hidden is of struct claim. */
cold void dlab_origin_lose(struct claim_pool *p, struct origin *o, u64 m,
			   const struct lost_by *lost, u64 hidden);

/* @m has this story from now on. */
cold void dlab_origin_put(struct claim_pool *p, struct origin *o, u64 m,
			  const struct source *source);

/* The CPU stored to the line of the bytes @line, and to @m of them; or it was invalidated. */
cold void dlab_origin_line_stored(struct origin *o, u64 line, u64 m);
cold void dlab_origin_line_dropped(struct origin *o, u64 line);

/*
 * The story of the lowest of @bytes (not 0). Returns those of @bytes that have the same,
 * and in @claim, if it is not NULL, the claim, or NULL.
 */
u64 dlab_origin_source(const struct origin *o, u64 bytes, struct source *source,
		       const struct claim **claim);

#endif
