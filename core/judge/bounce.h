/* SPDX-License-Identifier: MIT */
/*
 * The shadow of bounced mappings: which bytes could differ between a machine that
 * bounces and one that does not. bounce.c opens with the rules.
 */
#ifndef DMALAB_JUDGE_BOUNCE_H
#define DMALAB_JUDGE_BOUNCE_H

#include "judge/ledger.h"
#include "judge/shadow.h"

struct judge;

/* Of one mapping: bit 0 of granule 0 is its first byte. */
struct bounce {
	size_t slot;              /* the bounce address, as an offset in RAM; NO_OFFSET: the
	                             machine that bounces is only judged, beside this one */
	struct origin *origins;   /* by granule; NULL below the full level */
	struct granule *granules;
};

/* What no mapping will bring back any more: a bit for each byte of RAM. */
struct lost {
	u64 *bits;
	u64 *by_device;           /* its last writer was the device */
	u64 *pages;               /* a bit for each page that has any */
	struct origin *origins;   /* by 64 bytes */
	struct claim_pool claims; /* of these, and of all mappings */
	void *arena;              /* NULL: no bounce buffer, nothing to watch */
	size_t arena_size;
};

/* 0 or -ENOMEM. */
int dlab_lost_init(struct lost *lost, const struct machine *m);
void dlab_lost_exit(struct lost *lost);

/* Does the device find a copy in place of the memory? */
static inline bool region_is_copied(const struct region *r)
{
	return unlikely(r->bounce) && r->bounce->slot != NO_OFFSET;
}

static inline bool lost_any(const struct lost *lost, u32 page)
{
	return lost->arena && lost->pages[page / 64] >> (page % 64) & 1;
}

/* The shadow of a new mapping of @size bytes, or NULL: no memory. */
struct bounce *dlab_bounce_new(size_t slot, size_t size, bool full);
void dlab_bounce_free(struct bounce *b);

/*
 * What a load of these bytes would get: by the CPU, @offset in RAM; by the device,
 * @first in @r, which is bounced.
 */
struct verdict dlab_bounce_look_cpu(const struct judge *j, size_t offset, size_t len);
struct verdict dlab_bounce_look_device(const struct region *r, size_t first, size_t len);

/* fn() for the bytes of the same verdicts. */
void dlab_bounce_each_bad_cpu(const struct judge *j, size_t offset, size_t len, bad_fn fn,
			      void *context);
void dlab_bounce_each_bad_device(const struct region *r, size_t first, size_t len, bad_fn fn,
				 void *context);

/*
 * Those of 64 bytes from @at on that a device stored through another mapping than @r, and
 * that were not copied back from there yet; @whole: but can be. Bit i is of byte @at + i.
 */
u64 dlab_bounce_stored_through_others(const struct judge *j, const struct region *r, size_t at,
				      bool whole);

/* @r: through which the device stores; it may be memory that is not bounced. */
void dlab_bounce_cpu_store(struct judge *j, size_t offset, size_t len, site_t site);
void dlab_bounce_device_store(struct judge *j, struct region *r, size_t first, size_t len,
			      site_t site, const struct through *by);

/* What no mapping will bring back has one value for everybody now. */
cold void dlab_bounce_forget(struct judge *j, size_t offset, size_t len);

/*
 * These bytes of @r were copied to the bounce buffer, or back from it, by a call with the
 * device @by: that of @r, or one that has no business there.
 */
void dlab_bounce_copied_in(struct judge *j, const struct device *by, struct region *r, size_t first,
			   size_t len, site_t site);
void dlab_bounce_copied_out(struct judge *j, const struct device *by, struct region *r,
			    size_t first, size_t len, site_t site);

/* The mapping ends: what was not copied back is lost. */
void dlab_bounce_end(struct judge *j, struct region *r, site_t site);

#endif
